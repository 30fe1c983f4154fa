//! The depth-first search of a knapsack.

use super::configurations::Configuration;
use super::incumbent::Incumbent;
use super::knapsack::{Knapsack, Sizes};
use super::model::{IMPOSSIBLE, SHIFT};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Turns that are kept for each position, and for all positions together.
const NEAR_TURNS: usize = 16;
const MOST_TURNS: usize = 100_000;
/// Later turns count as this one, so that products fit 128 bits.
const MOST_TURN: i64 = 1 << 50;
/// More than any gap.
const IMPASSABLE: i128 = 1 << 120;

/// Sets of deviations that one search looks at.
pub(super) const MOST_STEPS: u64 = 200_000;
/// A step takes as long as the cost of this many units. An exact cost takes this many steps for each
/// unit.
const UNITS_OF_STEP: u64 = 32;
const EXACT_STEPS: u64 = 1;
/// Positions that a search looks at for each of them.
const POSITIONS: u64 = 16;
/// Above every cost; products with 2^[`SHIFT`] fit.
const MOST_LIMIT: i128 = 1 << 90;

/// Another option of a unit than the preferred one.
#[derive(Clone, Copy)]
struct Deviation {
    option: usize,
    /// What it costs more, times 2^[`SHIFT`].
    regret: i128,
}

/// A unit that can deviate.
struct Position {
    unit: usize,
    /// In order of regret; not empty.
    deviations: Vec<Deviation>,
    /// Whether the position before has an interchangeable unit.
    repeats: bool,
}

/// A step from the assignment before: the position and deviation to try next.
struct Frame {
    position: usize,
    deviation: usize,
    regret: i128,
}

/// How far a multiplier of a bin can rise or fall until a unit can prefer another option, and by how
/// much the need in the bin then changes at most. The nearest ones, in order.
#[derive(Clone)]
struct Turns {
    near: Vec<(i64, i64)>,
    /// Whether there are more than those that are kept.
    has_more: bool,
}

/// The turns of some units in one bin.
#[derive(Clone)]
struct BinTurns {
    rising: Turns,
    falling: Turns,
}

impl Turns {
    const NONE: Self = Self {
        near: Vec::new(),
        has_more: false,
    };

    fn insert(&mut self, at: i128, change: i128, most: usize) {
        let at = i64::try_from(at).map_or(MOST_TURN, |at| at.min(MOST_TURN));
        let change = i64::try_from(change).unwrap_or(i64::MAX);
        let place = self.near.partition_point(|(known, _)| *known <= at);
        self.near.insert(place, (at, change));
        if self.near.len() > most {
            self.near.pop();
            self.has_more = true;
        }
    }

    /// How much the bound gains at the best multiplier, if a bin has this much need too much or too
    /// little. `None` if it gains without end: then no later units can make it fit.
    fn gain(&self, mut excess: i128) -> Option<i128> {
        let (mut gain, mut before) = (0, 0);
        for (at, change) in &self.near {
            gain += excess * i128::from(at - before);
            before = *at;
            excess -= i128::from(*change);
            if excess <= 0 {
                return Some(gain);
            }
        }
        self.has_more.then_some(gain)
    }
}

pub(super) struct Dive<'k> {
    knapsack: &'k Knapsack<'k>,
    types: Vec<Option<usize>>,
    multipliers: Vec<i128>,
    capacities: Vec<i128>,
    /// The bound without deviations, times 2^[`SHIFT`].
    low: i128,
    preferred: Vec<usize>,
    positions: Vec<Position>,
    /// By position and bin: the turns of the units from there on.
    turns: Vec<Vec<BinTurns>>,
    /// Units that are interchangeable, in order.
    classes: Vec<Vec<usize>>,
    /// The needs in each bin, with the deviations so far.
    needs: Vec<i128>,
}

/// How a search ended.
pub(super) struct Ended {
    pub steps: u64,
    /// A bound for what was not searched; `None` if everything was.
    pub open: Option<i128>,
}

fn limit_of(incumbent: &Incumbent<'_>, threshold: i128) -> i128 {
    incumbent.high.min(threshold).min(MOST_LIMIT) << SHIFT
}

impl<'k> Dive<'k> {
    pub(super) fn new(
        knapsack: &'k Knapsack<'k>,
        configuration: &Configuration,
        sizes: &Sizes,
        limit: i128,
    ) -> Self {
        let limit = limit.min(MOST_LIMIT) << SHIFT;
        let multipliers = sizes.multipliers.clone();
        let nodes: Vec<Option<i64>> = sizes.nodes.iter().map(|nodes| Some(*nodes)).collect();
        let units = 0..knapsack.units();
        let preferred: Vec<usize> = units
            .map(|unit| knapsack.preferred(unit, &multipliers))
            .collect();
        let reduced = preferred
            .iter()
            .map(|option| knapsack.reduced(*option, &multipliers));
        let low = knapsack.fixed(&nodes, &multipliers) + reduced.sum::<i128>();
        let capacities = knapsack.bins.iter().zip(&sizes.nodes);
        let mut dive = Self {
            types: knapsack.types(&configuration.kinds),
            capacities: capacities
                .map(|(bin, nodes)| bin.capacity(*nodes))
                .collect(),
            needs: vec![0; knapsack.bins.len()],
            knapsack,
            multipliers,
            low,
            preferred,
            positions: Vec::new(),
            turns: Vec::new(),
            classes: Vec::new(),
        };
        for unit in 0..dive.preferred.len() {
            dive.join(dive.preferred[unit], 1);
        }
        dive.find_positions(limit);
        dive.find_classes(&configuration.kinds);
        dive.find_turns();
        dive
    }

    /// Adds the need of an option, or takes it off.
    fn join(&mut self, option: usize, sign: i128) {
        for (bin, need) in self.knapsack.needs(option) {
            self.needs[*bin] += sign * i128::from(*need);
        }
    }

    /// Units that can deviate without passing the limit.
    fn find_positions(&mut self, limit: i128) {
        for unit in 0..self.preferred.len() {
            let chosen = self.preferred[unit];
            let least = self.knapsack.reduced(chosen, &self.multipliers);
            let others = self.knapsack.range(unit).filter(|option| {
                *option != chosen && self.knapsack.items[*option].cost < IMPOSSIBLE
            });
            let mut deviations: Vec<Deviation> = others
                .map(|option| Deviation {
                    option,
                    regret: self.knapsack.reduced(option, &self.multipliers) - least,
                })
                .filter(|deviation| self.low + deviation.regret <= limit)
                .collect();
            deviations.sort_by_key(|deviation| deviation.regret);
            if !deviations.is_empty() {
                self.positions.push(Position {
                    unit,
                    deviations,
                    repeats: false,
                });
            }
        }
        self.positions
            .sort_by_key(|position| (position.deviations[0].regret, position.unit));
    }

    /// Finds interchangeable units and puts them next to each other. They have equal regrets.
    fn find_classes(&mut self, kinds: &[Option<usize>]) {
        let knapsack = self.knapsack;
        let key = |position: &Position| {
            let mut hasher = DefaultHasher::new();
            for option in knapsack.range(position.unit) {
                (knapsack.items[option].cost, knapsack.needs(option)).hash(&mut hasher);
            }
            hasher.finish()
        };
        self.positions.sort_by_cached_key(|position| {
            (position.deviations[0].regret, key(position), position.unit)
        });
        for at in 1..self.positions.len() {
            let (before, unit) = (self.positions[at - 1].unit, self.positions[at].unit);
            let regret = |at: usize| self.positions[at].deviations[0].regret;
            if regret(at - 1) != regret(at) || !knapsack.are_equal(before, unit, kinds) {
                continue;
            }
            self.positions[at].repeats = true;
            match self.classes.last_mut() {
                Some(class) if class.last() == Some(&before) => class.push(unit),
                _ => self.classes.push(vec![before, unit]),
            }
        }
    }

    fn find_turns(&mut self) {
        let most = (MOST_TURNS / self.positions.len().max(1)).clamp(2, NEAR_TURNS);
        let none = self.multipliers.iter().map(|multiplier| {
            let mut falling = Turns::NONE;
            // A multiplier is not below zero.
            falling.insert(*multiplier, i128::MAX, most);
            BinTurns {
                rising: Turns::NONE,
                falling,
            }
        });
        let mut turns = vec![none.collect::<Vec<_>>()];
        for position in self.positions.iter().rev() {
            let mut with = turns.last().expect("one is there").clone();
            for (bin, turns) in with.iter_mut().enumerate() {
                self.add_turns(position, bin, turns, most);
            }
            turns.push(with);
        }
        turns.reverse();
        self.turns = turns;
    }

    /// Adds where a unit first turns. From there on it counts as the option with the least, or the
    /// greatest, need.
    fn add_turns(&self, position: &Position, bin: usize, turns: &mut BinTurns, most: usize) {
        let need = |option: usize| self.knapsack.need_in(option, bin).unwrap_or(0);
        let now = need(self.preferred[position.unit]);
        let (mut rising, mut falling) = (None, None);
        for deviation in &position.deviations {
            let less = now - need(deviation.option);
            let turn = if less > 0 { &mut rising } else { &mut falling };
            if less != 0 {
                let (at, change) = turn.unwrap_or((i128::MAX, 0));
                *turn = Some((
                    at.min(deviation.regret / less.abs()),
                    less.abs().max(change),
                ));
            }
        }
        if let Some((at, change)) = rising {
            turns.rising.insert(at, change, most);
        }
        if let Some((at, change)) = falling {
            turns.falling.insert(at, change, most);
        }
    }

    /// A bound for the deviations so far and any at later positions, times 2^[`SHIFT`]: with the
    /// best multiplier of one bin for the later units.
    fn bound(&self, regret: i128, position: usize) -> i128 {
        let mut most = 0;
        let bins = self.needs.iter().zip(&self.capacities);
        for ((need, capacity), turns) in bins.zip(&self.turns[position]) {
            let excess = need - capacity;
            let gain = if excess > 0 {
                turns.rising.gain(excess)
            } else {
                turns.falling.gain(-excess)
            };
            most = gain.unwrap_or(IMPASSABLE).max(most);
        }
        self.low + regret + most
    }

    fn fits(&self) -> bool {
        let mut bins = self.needs.iter().zip(&self.capacities);
        bins.all(|(need, capacity)| need <= capacity)
    }

    /// What the assignment with these deviations costs in the knapsack, times 2^[`SHIFT`].
    fn cost(&self, regret: i128) -> i128 {
        let bins = self
            .needs
            .iter()
            .zip(&self.capacities)
            .zip(&self.multipliers);
        let unused = bins.map(|((need, capacity), multiplier)| multiplier * (capacity - need));
        self.low + regret + unused.sum::<i128>()
    }

    /// Offers an assignment of options. Interchangeable units get their choices in the order that
    /// decides ties. Returns the steps that this takes.
    fn offer(&self, mut options: Vec<usize>, incumbent: &mut Incumbent<'_>) -> u64 {
        let group = self.knapsack.group;
        for class in &self.classes {
            let rank = |unit: usize, place: usize| {
                let choice = group.options[self.knapsack.range(unit).start + place].choice;
                group.model.problem.units[group.units[unit]].rank(choice)
            };
            let place = |unit: &usize| options[*unit] - self.knapsack.range(*unit).start;
            let mut places: Vec<usize> = class.iter().map(place).collect();
            places.sort_by_key(|place| rank(class[0], *place));
            for (unit, place) in class.iter().zip(places) {
                options[*unit] = self.knapsack.range(*unit).start + place;
            }
        }
        let choices = self.knapsack.choices(&options);
        let units = self.knapsack.units() as u64;
        match group.model.cost(group.units, &choices, &self.types) {
            Some(cost) if incumbent.offer(cost, &choices) => 1 + units * EXACT_STEPS,
            _ => 1 + units / UNITS_OF_STEP,
        }
    }

    /// A first assignment: deviations with the least regret until everything fits, then what is
    /// cheaper and still fits.
    pub(super) fn start(&mut self, incumbent: &mut Incumbent<'_>) {
        let needs = self.needs.clone();
        let mut options = self.preferred.clone();
        for is_repair in [true, false] {
            let positions = std::mem::take(&mut self.positions);
            for position in &positions {
                for deviation in &position.deviations {
                    if is_repair && self.fits() {
                        break;
                    }
                    self.try_deviation(position.unit, deviation.option, &mut options, is_repair);
                }
                if !is_repair {
                    let preferred = self.preferred[position.unit];
                    self.try_deviation(position.unit, preferred, &mut options, is_repair);
                }
            }
            self.positions = positions;
        }
        if self.fits() {
            self.offer(options, incumbent);
        }
        self.needs = needs;
    }

    fn try_deviation(
        &mut self,
        unit: usize,
        option: usize,
        options: &mut [usize],
        is_repair: bool,
    ) {
        let before = options[unit];
        let items = &self.knapsack.items;
        let over = |dive: &Self| -> i128 {
            let bins = dive.needs.iter().zip(&dive.capacities);
            bins.map(|(need, capacity)| (need - capacity).max(0)).sum()
        };
        let excess = over(self);
        self.join(before, -1);
        self.join(option, 1);
        let is_better = if is_repair {
            over(self) < excess
        } else {
            self.fits() && items[option].cost < items[before].cost
        };
        if is_better {
            options[unit] = option;
        } else {
            self.join(option, -1);
            self.join(before, 1);
        }
    }

    /// Looks at all sets of deviations that can cost less than the best known assignment and a
    /// threshold, or as many as it may.
    pub(super) fn search(
        &mut self,
        incumbent: &mut Incumbent<'_>,
        threshold: i128,
        most: u64,
    ) -> Ended {
        if self.fits() && self.cost(0) <= limit_of(incumbent, threshold) {
            self.offer(self.preferred.clone(), incumbent);
        }
        let (mut steps, mut looks) = (1, 0);
        let mut frames = vec![Frame {
            position: 0,
            deviation: 0,
            regret: 0,
        }];
        // The deviation that led to each frame but the first.
        let mut taken: Vec<(usize, usize)> = Vec::new();
        while let Some(frame) = frames.last() {
            let limit = limit_of(incumbent, threshold);
            if steps >= most || looks >= most * POSITIONS {
                return Ended {
                    steps,
                    open: Some(self.open_bound(&frames, &taken)),
                };
            }
            looks += 1;
            let (position, at, regret) = (frame.position, frame.deviation, frame.regret);
            if position == self.positions.len() || !self.can_go_on(regret, position, limit) {
                frames.pop();
                if let Some((position, at)) = taken.pop() {
                    self.deviate(position, at, -1);
                }
                continue;
            }
            let next = self.positions[position].deviations.get(at).copied();
            let next = next.filter(|next| self.low + regret + next.regret <= limit);
            let frame = frames.last_mut().expect("it was there");
            let Some(next) = next else {
                frame.position += 1;
                frame.deviation = 0;
                continue;
            };
            frame.deviation += 1;
            if self.is_repetition(position, at, taken.last()) {
                continue;
            }
            steps += 1;
            self.deviate(position, at, 1);
            taken.push((position, at));
            let regret = regret + next.regret;
            if self.fits() && self.cost(regret) <= limit {
                steps += self.offer(self.with(&taken), incumbent);
            }
            frames.push(Frame {
                position: position + 1,
                deviation: 0,
                regret,
            });
        }
        Ended { steps, open: None }
    }

    /// Whether a position or a later one can have a deviation below the limit.
    fn can_go_on(&self, regret: i128, position: usize, limit: i128) -> bool {
        let next = self.positions[position].deviations[0].regret;
        self.low + regret + next <= limit && self.bound(regret, position) <= limit
    }

    /// Whether interchangeable units would deviate in another order than the one that is searched:
    /// the first ones, with deviations in falling order.
    fn is_repetition(
        &self,
        position: usize,
        deviation: usize,
        last: Option<&(usize, usize)>,
    ) -> bool {
        self.positions[position].repeats
            && last.is_none_or(|(before, at)| before + 1 != position || *at < deviation)
    }

    fn deviate(&mut self, position: usize, deviation: usize, sign: i128) {
        let Position {
            unit, deviations, ..
        } = &self.positions[position];
        let (before, option) = (self.preferred[*unit], deviations[deviation].option);
        self.join(before, -sign);
        self.join(option, sign);
    }

    fn with(&self, taken: &[(usize, usize)]) -> Vec<usize> {
        let mut options = self.preferred.clone();
        for (position, deviation) in taken {
            let position = &self.positions[*position];
            options[position.unit] = position.deviations[*deviation].option;
        }
        options
    }

    /// The least bound of what the frames still have to try, in dollar units.
    fn open_bound(&mut self, frames: &[Frame], taken: &[(usize, usize)]) -> i128 {
        let mut open = i128::MAX;
        for (depth, frame) in frames.iter().enumerate().rev() {
            if frame.position < self.positions.len() {
                open = open.min(self.bound(frame.regret, frame.position));
            }
            if let Some((position, deviation)) = depth.checked_sub(1).map(|at| taken[at]) {
                self.deviate(position, deviation, -1);
            }
        }
        open >> SHIFT
    }
}
