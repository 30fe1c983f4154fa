//! What a verdict hangs on: for each input the nearest value at which the other platform is cheaper.
//!
//! Only that input changes. The capacity and the other inputs keep their values, and the other
//! functions run where the plan has them. Then two costs cross at most once over one input, so
//! halving finds the value.

use super::spent::Others;
use super::{Comparison, Decision, Pair, Solved};
use crate::exact::Exact;
use crate::money::Usd;
use crate::platform::{LAMBDA_MAX_DURATION_MS, LAMBDA_MEMORY_MB, Slot, Subject};
use crate::scenario::{Capacity, Demand, Function};
use crate::solve::flips::Flips;
use crate::solve::stretches::nearest_turns;
use rust_decimal::Decimal;

/// The search covers a thousandth of a stated value to a thousand times it.
const REACH: u32 = 1000;
/// Intervals that the search for the nearest flips can examine.
const INTERVALS: u64 = 2_000;
/// The same with a commitment in dollars an hour: each of them prices four bills.
const SPENT_INTERVALS: u64 = 250;
/// In larger services nothing is searched: each value of an input prices the whole service again.
const MOST_IN_SERVICE: usize = 16;
/// Verdicts are close if an input within these per cent of its value changes them.
const CLOSE_PERCENT: (u32, u32) = (90, 110);
/// A microsecond in ms, and a thousandth of a request in flight.
const THOUSANDTHS: u32 = 1000;

/// An input of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Calls a month.
    Calls,
    /// ms.
    Duration,
    /// Memory on Lambda, MB.
    Memory,
    /// Requests in flight to provide for.
    Capacity,
    /// CPU time of a request in a container, ms.
    Cpu,
    /// Memory of a request in a container, MB.
    MemoryPerRequest,
    /// The prices of a platform, as a factor.
    Price(usize),
}

/// How far an input is from the value that changes the verdict.
#[derive(Debug, Clone)]
pub struct HangsOn {
    pub input: Input,
    /// Its value today; 1 for prices.
    pub stated: Exact,
    /// The nearest lower value at which the other platform is cheaper.
    pub below: Option<Exact>,
    /// The nearest higher value at which the other platform is cheaper.
    pub above: Option<Exact>,
}

/// The input that is closest to the value that changes the verdict.
#[derive(Debug, Clone)]
pub struct Closest {
    pub input: Input,
    /// Its value today.
    pub stated: Exact,
    /// The first value at which the other platform is cheaper.
    pub turns_at: Exact,
    /// The first divided by the second.
    pub ratio: Exact,
}

/// What a verdict hangs on.
#[derive(Debug, Clone, Default)]
pub struct Sensitivity {
    /// The platforms that were compared: that of the plan first. `None` if there are not two.
    pub pair: Option<(usize, usize)>,
    pub inputs: Vec<HangsOn>,
    pub closest: Option<Closest>,
    /// True if an input within 10 % of its value changes the verdict.
    pub is_close: bool,
}

/// What a function would cost if its calls mostly waited.
#[derive(Debug, Clone)]
pub struct IfWaiting {
    /// CPU time of a request, ms.
    pub cpu_ms: Exact,
    /// By platform; `None` where it cannot run.
    pub adds: Vec<Option<Usd>>,
    /// The platform with the least adds.
    pub best: usize,
}

/// The share of its CPU that a function uses if its calls mostly wait.
const WAITING: (u64, u64) = (1, 5);

impl HangsOn {
    /// The nearest of both values, with its ratio to the value of today.
    fn turns(&self) -> Option<(Exact, Exact)> {
        let both = [&self.below, &self.above].into_iter().flatten();
        let ratios = both.filter_map(|at| Some((at.clone(), at.over(&self.stated)?)));
        ratios.min_by(|(_, left), (_, right)| distance(left).cmp(&distance(right)))
    }
}

/// A ratio or its inverse, whichever is above 1. A ratio of zero is farther than any other.
fn distance(ratio: &Exact) -> (bool, Exact) {
    match Exact::ONE.over(ratio) {
        Some(inverse) => (false, inverse.max(ratio.clone())),
        None => (true, Exact::ZERO),
    }
}

impl Sensitivity {
    fn of(pair: (usize, usize), inputs: Vec<HangsOn>) -> Self {
        let turns = inputs.iter().filter_map(|one| {
            let (turns_at, ratio) = one.turns()?;
            Some(Closest {
                input: one.input,
                stated: one.stated.clone(),
                turns_at,
                ratio,
            })
        });
        // Prices are only named where nothing turns that a scenario states.
        let is_price = |closest: &Closest| matches!(closest.input, Input::Price(_));
        let rank = |closest: &Closest| (is_price(closest), distance(&closest.ratio));
        let nearest = |left: &Closest, right: &Closest| rank(left).cmp(&rank(right));
        let closest = turns.min_by(nearest);
        let (low, high) = CLOSE_PERCENT;
        let within = Exact::ratio(low.into(), 100)..=Exact::ratio(high.into(), 100);
        let ratios = inputs.iter().flat_map(|one| {
            let both = [&one.below, &one.above].into_iter().flatten();
            both.filter_map(|at| at.over(&one.stated))
        });
        let is_close = ratios.into_iter().any(|ratio| within.contains(&ratio));
        Self {
            pair: Some(pair),
            closest,
            is_close,
            inputs,
        }
    }
}

impl Decision<'_> {
    pub(super) fn find_what_it_hangs_on(&self, solved: &Solved<'_>) -> Sensitivity {
        let comparison = self.comparison;
        let function = comparison.context.function(solved.index);
        let service = comparison.context.service_of(function);
        if service.is_some_and(|found| found.service.members.len() > MOST_IN_SERVICE) {
            return Sensitivity::default();
        }
        let Some(place) = self.place(solved) else {
            return Sensitivity::default();
        };
        let home = comparison.home(solved.index);
        let other = if place == home {
            comparison.cheapest(solved.index, &solved.summary.costs, |other| other != home)
        } else {
            Some(home)
        };
        let Some(other) = other else {
            return Sensitivity::default();
        };
        match &self.planned {
            None => Probe::of(comparison, solved, (place, other)).sensitivity(),
            Some(planned) => {
                // The function is where the plan has it. It ties with its platform of today.
                let solved = planned.solve(solved.index);
                Probe::of(planned, &solved, (place, other)).sensitivity()
            }
        }
    }

    /// What a function would cost if its calls used a fifth of the CPU that Lambda gives them. `None`
    /// for jobs, and for a function that states what its containers need.
    pub fn if_waiting(&self, solved: &Solved<'_>) -> Option<IfWaiting> {
        let comparison = self.comparison;
        let stated = comparison.context.function(solved.index);
        if !stated.is_service() || stated.states_cpu() {
            return None;
        }
        let (part, whole) = WAITING;
        let vcpu = &Slot::of(stated).vcpu * &Exact::ratio(part, whole);
        let cpu_ms = &vcpu * &Exact::from(stated.duration_ms);
        let mut function = stated.clone();
        function.set_slot_vcpu(vcpu);
        let changed = Subject {
            index: solved.index,
            function: &function,
            demand: comparison.context.demand(solved.index),
        };
        let others = comparison.others_of(solved.index);
        let platforms = comparison.platforms.iter().enumerate();
        let costs: Vec<Option<[Usd; 2]>> = platforms
            .map(|(number, bound)| {
                // A platform to which nothing moves.
                let is_refused = !bound.is_offered && comparison.home(solved.index) != number;
                let costs = comparison.own_and_decisive(others.as_ref(), number, changed);
                costs.filter(|_| !is_refused)
            })
            .collect();
        let known = costs.iter().enumerate();
        let known = known.filter_map(|(number, costs)| {
            let [_, decisive] = costs.as_ref()?;
            Some((number, decisive))
        });
        let (best, least) = known.min_by(|(_, left), (_, right)| left.cmp(right))?;
        let home = comparison.home(solved.index);
        let stays = costs[home]
            .as_ref()
            .is_some_and(|[_, decisive]| decisive == least);
        let best = if stays { home } else { best };
        let adds = costs.into_iter().map(|costs| Some(costs?[0].clone()));
        Some(IfWaiting {
            cpu_ms,
            best,
            adds: adds.collect(),
        })
    }
}

/// Whole numbers of steps of an input, both included.
type Steps = (u128, u128);

/// Changes one input of a function, and compares two platforms then.
struct Probe<'p> {
    comparison: &'p Comparison<'p>,
    solved: &'p Solved<'p>,
    /// The platforms, that of the plan first.
    pair: [usize; 2],
    function: &'p Function,
    demand: &'p Demand,
    /// What the function, or its service, adds today, by side of the pair.
    adds: [Option<Usd>; 2],
    /// With a commitment in dollars an hour: what all others use.
    others: Option<Others<'p>>,
}

impl<'p> Probe<'p> {
    fn of(
        comparison: &'p Comparison<'p>,
        solved: &'p Solved<'p>,
        (place, other): (usize, usize),
    ) -> Self {
        let adds = |number: usize| {
            let cost = solved.summary.costs[number].as_ref().ok();
            cost.map(|cost| cost.decisive().clone())
        };
        Self {
            adds: [adds(place), adds(other)],
            others: comparison.others_of(solved.index),
            comparison,
            solved,
            pair: [place, other],
            function: comparison.context.function(solved.index),
            demand: comparison.context.demand(solved.index),
        }
    }

    /// The side of the pair that charges for use, if the other charges for capacity or by job.
    fn use_side(&self) -> Option<usize> {
        let is_use = self
            .pair
            .map(|platform| self.comparison.platforms[platform].is_paid_by_use());
        match is_use {
            [true, false] => Some(0),
            [false, true] => Some(1),
            _ => None,
        }
    }

    fn sensitivity(&self) -> Sensitivity {
        let [place, other] = self.pair;
        let mut inputs = Vec::new();
        let is_nothing =
            |adds: &Option<Usd>| adds.as_ref().is_some_and(|adds| adds.dollars().is_zero());
        if self.comparison.is_spending() && self.adds.iter().all(is_nothing) {
            // The commitment is paid on both: nothing to decide.
            return Sensitivity::of((place, other), inputs);
        }
        if is_second_cheaper([&self.adds[0], &self.adds[1]]) {
            // It stays because a move does not save enough: where the other costs more, it stays too.
            return Sensitivity::of((place, other), inputs);
        }
        if let Some(by_use) = self.use_side() {
            self.inputs(by_use, &mut inputs);
        }
        inputs.extend(self.prices());
        Sensitivity::of((place, other), inputs)
    }

    /// The inputs on which a platform that charges for use and one that charges for capacity differ.
    fn inputs(&self, by_use: usize, inputs: &mut Vec<HangsOn>) {
        let both = [true, true];
        let mut containers = both;
        containers[by_use] = false;
        let only_use = containers.map(|is_container| !is_container);
        let function = self.function;
        inputs.extend(self.calls(by_use));

        let stated = Exact::from(function.duration_ms);
        let mut most = Exact::from(LAMBDA_MAX_DURATION_MS);
        if let Some(times) = self.times_to_capacity() {
            most = most.min(&stated * &times);
        }
        let changed = |steps: u128, changed: &mut Function| {
            changed.duration_ms = decimal(steps, 3)?;
            Some(())
        };
        let bounds = (Exact::ZERO, most);
        inputs.extend(self.found(Input::Duration, stated, THOUSANDTHS, bounds, both, changed));

        let (least, most) = (LAMBDA_MEMORY_MB.start(), LAMBDA_MEMORY_MB.end());
        let changed = |steps: u128, changed: &mut Function| {
            changed.memory_mb = u32::try_from(steps).ok()?;
            Some(())
        };
        let bounds = (Exact::from(*least), Exact::from(*most));
        let stated = Exact::from(function.memory_mb);
        inputs.extend(self.found(Input::Memory, stated, 1, bounds, only_use, changed));

        if !function.is_service() {
            return;
        }
        inputs.extend(self.capacity(containers));
        if function.is_measured() {
            return;
        }
        let slot = Slot::of(function);
        let duration = Exact::from(function.duration_ms);
        let changed = |steps: u128, changed: &mut Function| {
            let cpu_ms = &Exact::whole(steps) * &Exact::ratio(1, THOUSANDTHS.into());
            changed.set_slot_vcpu(cpu_ms.over(&duration)?);
            Some(())
        };
        let stated = &slot.vcpu * &duration;
        let bounds = || (Exact::ZERO, &stated * &Exact::from(REACH));
        inputs.extend(self.found(
            Input::Cpu,
            stated.clone(),
            THOUSANDTHS,
            bounds(),
            containers,
            changed,
        ));
        let changed = |steps: u128, changed: &mut Function| {
            changed.set_memory_per_request(decimal(steps, 0)?);
            Some(())
        };
        let stated = slot.memory_mb;
        let bounds = (Exact::ZERO, &stated * &Exact::from(REACH));
        let input = Input::MemoryPerRequest;
        inputs.extend(self.found(input, stated, 1, bounds, containers, changed));
    }

    /// The input of calls: with a stated utilization the nearest flips, else, and in a service, the
    /// nearest numbers that today's fleet carries.
    fn calls(&self, by_use: usize) -> Option<HangsOn> {
        let stated = Exact::from(self.function.invocations);
        if stated.is_zero() {
            return None;
        }
        let has_own_fleet = self.function.is_service() && self.function.service_number().is_none();
        if let (Capacity::Utilization(_), true) = (self.function.capacity, has_own_fleet) {
            let [below, above] = self.nearest_calls(by_use)?;
            return Some(HangsOn {
                input: Input::Calls,
                stated,
                below: below.map(Exact::whole),
                above: above.map(Exact::whole),
            });
        }
        let mut most = &stated * &Exact::from(REACH);
        if let Some(times) = self.times_to_capacity() {
            most = most.min(&stated * &times);
        }
        let changed = |steps: u128, changed: &mut Function| {
            changed.invocations = u64::try_from(steps).ok()?;
            Some(())
        };
        let bounds = (Exact::ZERO, most);
        self.found(Input::Calls, stated, 1, bounds, [true, true], changed)
    }

    /// The nearest numbers of calls below and above today's at which the other platform is cheaper while
    /// the fleet grows with them; `None` if the search did not end.
    fn nearest_calls(&self, by_use: usize) -> Option<[Option<u128>; 2]> {
        let calls = self.function.invocations.into();
        if self.comparison.is_spending() {
            let traffic = self.comparison.spent_traffic(self.solved, self.pair)?;
            return nearest_turns(traffic, calls, SPENT_INTERVALS);
        }
        let (from, to) = (self.pair[by_use], self.pair[1 - by_use]);
        let flips = self
            .comparison
            .flips_of(self.solved, Pair { from, to }, INTERVALS)?;
        Some(nearest(&flips, calls))
    }

    /// How many times today's traffic fills the stated capacity. `None` where none is stated or
    /// there is no traffic.
    fn times_to_capacity(&self) -> Option<Exact> {
        match self.function.capacity {
            Capacity::Utilization(_) if self.function.service_number().is_some() => {
                self.demand.capacity().over(self.demand.average())
            }
            Capacity::Peak(_) if self.function.is_service() => {
                self.demand.capacity().over(self.demand.average())
            }
            _ => None,
        }
    }

    fn capacity(&self, containers: [bool; 2]) -> Option<HangsOn> {
        let stated = self.demand.capacity();
        let least = self.demand.average().clone();
        let bounds = (least, stated * &Exact::from(REACH));
        self.nearest(Input::Capacity, stated, THOUSANDTHS, bounds, |steps| {
            let capacity = &Exact::whole(steps) * &Exact::ratio(1, THOUSANDTHS.into());
            let demand = self.demand.with_capacity(capacity);
            Some(self.adds_of(self.function, &demand, containers))
        })
    }

    fn prices(&self) -> Vec<HangsOn> {
        let [Some(first), Some(second)] = &self.adds else {
            return Vec::new();
        };
        if !(first.dollars().is_positive() && second.dollars().is_positive()) {
            return Vec::new();
        }
        let reach = Exact::from(REACH);
        let least = Exact::ratio(1, REACH.into());
        let sides = [(0, second, first), (1, first, second)].into_iter();
        let ratios = sides.map(|(side, other, own)| {
            let ratio = other
                .over(own)
                .filter(|ratio| (&least..=&reach).contains(&ratio));
            let (below, above) = match ratio {
                Some(ratio) if ratio < Exact::ONE => (Some(ratio), None),
                ratio => (None, ratio),
            };
            HangsOn {
                input: Input::Price(self.pair[side]),
                stated: Exact::ONE,
                below,
                above,
            }
        });
        ratios.collect()
    }

    /// The turning values of an input that `change` sets to a number of steps of `1 / per_unit`.
    /// `sides` are those that the input changes.
    fn found(
        &self,
        input: Input,
        stated: Exact,
        per_unit: u32,
        bounds: (Exact, Exact),
        sides: [bool; 2],
        change: impl Fn(u128, &mut Function) -> Option<()>,
    ) -> Option<HangsOn> {
        self.nearest(input, &stated, per_unit, bounds, |steps| {
            let mut function = self.function.clone();
            change(steps, &mut function)?;
            if !matches!(input, Input::Calls | Input::Duration) {
                return Some(self.adds_of(&function, self.demand, sides));
            }
            // The capacity stays.
            let capacity = self.demand.capacity().clone();
            let demand = function.demand(&self.comparison.scenario().hours);
            let demand = demand.with_capacity(capacity);
            Some(self.adds_of(&function, &demand, sides))
        })
    }

    fn nearest(
        &self,
        input: Input,
        stated: &Exact,
        per_unit: u32,
        (least, most): (Exact, Exact),
        adds: impl Fn(u128) -> Option<[Option<Usd>; 2]>,
    ) -> Option<HangsOn> {
        if !stated.is_positive() {
            return None;
        }
        let per_unit = Exact::from(per_unit);
        let in_steps = stated * &per_unit;
        let reach = Exact::from(REACH);
        let least = (&least * &per_unit).max(in_steps.over(&reach)?);
        let most = (&most * &per_unit).min(&in_steps * &reach);
        let today = is_second_cheaper([&self.adds[0], &self.adds[1]]);
        let turns = |steps: u128| {
            adds(steps).is_some_and(|adds| is_second_cheaper([&adds[0], &adds[1]]) != today)
        };
        // Values on both sides of today's.
        let below = (least.ceil()?.max(1), in_steps.ceil()?.saturating_sub(1));
        let above = (in_steps.floor()? + 1, most.floor()?);
        let value = |steps: u128| {
            Exact::whole(steps)
                .over(&per_unit)
                .expect("per_unit is not zero")
        };
        Some(HangsOn {
            input,
            stated: stated.clone(),
            below: last(below, &turns).map(value),
            above: first(above, &turns).map(value),
        })
    }

    /// What the changed function adds, by side. A side that the input does not change keeps its cost of today.
    fn adds_of(&self, function: &Function, demand: &Demand, sides: [bool; 2]) -> [Option<Usd>; 2] {
        let changed = Subject {
            index: self.solved.index,
            function,
            demand,
        };
        let side = |side: usize| {
            if sides[side] {
                self.comparison
                    .adds(self.others.as_ref(), self.pair[side], changed)
            } else {
                self.adds[side].clone()
            }
        };
        [side(0), side(1)]
    }
}

/// True if the second platform is cheaper. A platform that cannot run the function loses. A tie goes
/// to the first, where the function is.
fn is_second_cheaper(adds: [&Option<Usd>; 2]) -> bool {
    match adds {
        [Some(first), Some(second)] => second < first,
        [first, second] => first.is_none() && second.is_some(),
    }
}

/// The first number of steps that turns, if the last does. What turns stays so above it.
fn first((mut low, high): Steps, turns: &impl Fn(u128) -> bool) -> Option<u128> {
    if low > high || !turns(high) {
        return None;
    }
    let mut found = high;
    while low < found {
        let middle = low + (found - low) / 2;
        if turns(middle) {
            found = middle;
        } else {
            low = middle + 1;
        }
    }
    Some(found)
}

/// The last number of steps that turns, if the first does. What turns stays so below it.
fn last((low, mut high): Steps, turns: &impl Fn(u128) -> bool) -> Option<u128> {
    if low > high || !turns(low) {
        return None;
    }
    let mut found = low;
    while found < high {
        let middle = high - (high - found) / 2;
        if turns(middle) {
            found = middle;
        } else {
            high = middle - 1;
        }
    }
    Some(found)
}

/// The nearest numbers of calls below and above today's at which the cheaper side is another.
fn nearest(flips: &Flips, calls: u128) -> [Option<u128>; 2] {
    let is_below = |invocations: u128| invocations < calls;
    let mut list = flips.list.iter().map(|flip| flip.invocations);
    let below = list.clone().take_while(|at| is_below(*at)).last();
    let above = list.find(|at| !is_below(*at)).map(|at| at + 1);
    [below, above]
}

/// A number of steps as a decimal with this number of places.
fn decimal(steps: u128, places: u32) -> Option<Decimal> {
    Decimal::try_from_i128_with_scale(i128::try_from(steps).ok()?, places).ok()
}
