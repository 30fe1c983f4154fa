//! The search of a group: configurations and numbers of nodes in the order of their bounds.

use super::configurations::{Configuration, Group};
use super::dive::{Dive, MOST_STEPS};
use super::incumbent::Incumbent;
use super::knapsack::{Knapsack, Sizes};
use super::price::without_fees;
use super::problem::Allowance;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Steps of all searches of a part together.
const MOST_STEPS_OF_PART: u64 = 1_000_000;
/// Numbers that are looked at for bounds: a constant, and for each unit.
const MOST_WORK: u64 = 40_000_000;
const MOST_WORK_OF_UNIT: u64 = 2_000;
/// Allowances are no part of bounds, so a search with them seldom ends: it gets this part of the
/// effort.
const WITH_ALLOWANCES: u64 = 20;
/// The work of looking at a number of nodes, and of keeping one: this also limits memory.
const WORK_OF_COUNT: usize = 16;
const WORK_OF_SIZES: usize = 256;
/// The part of the work that goes to searches of assignments.
const DIVES: u64 = 8;

/// What a search may do, so that its time is limited and the same on every machine.
pub(super) struct Effort {
    pub steps: u64,
    most_steps: u64,
    work: u64,
    most_work: u64,
    /// Numbers that searches of assignments looked at before their first step.
    dive_work: u64,
}

impl Effort {
    pub(super) fn new(units: usize, allowances: &[Allowance]) -> Self {
        let part = if allowances.is_empty() {
            1
        } else {
            WITH_ALLOWANCES
        };
        Self {
            steps: 0,
            work: 0,
            dive_work: 0,
            most_steps: MOST_STEPS_OF_PART / part,
            most_work: MOST_WORK / part + MOST_WORK_OF_UNIT * units as u64,
        }
    }

    pub(super) fn work(&mut self, numbers: usize) {
        self.work += numbers as u64;
    }

    pub(super) fn is_spent(&self) -> bool {
        self.work >= self.most_work
    }

    fn may_dive(&self) -> bool {
        self.steps < self.most_steps && self.dive_work < self.most_work / DIVES
    }

    /// Whether half of the work is left.
    pub(super) fn has_half(&self) -> bool {
        self.work < self.most_work / 2
    }

    /// Steps that the next search may take.
    fn left(&self) -> u64 {
        MOST_STEPS.min(self.most_steps.saturating_sub(self.steps))
    }
}

/// How the search of a group ended.
pub(super) struct Ended {
    pub choices: Option<Vec<usize>>,
    /// No assignment that can be the best costs less, in dollar units.
    pub low: i128,
    /// A bound for what was not searched; `None` if everything was.
    pub open: Option<i128>,
}

enum Node {
    /// The lines and some node types.
    Types(Configuration),
    /// All node types, and the numbers of nodes.
    Sizes(Configuration, Sizes),
}

/// Nodes of the search, the least bound first, and of equal ones the last.
struct Queue {
    order: BinaryHeap<(Reverse<i128>, usize)>,
    nodes: Vec<Option<Node>>,
}

impl Queue {
    fn push(&mut self, low: i128, node: Node) {
        self.order.push((Reverse(low), self.nodes.len()));
        self.nodes.push(Some(node));
    }

    fn pop(&mut self) -> Option<(i128, Node)> {
        let (Reverse(low), place) = self.order.pop()?;
        let node = self.nodes[place].take();
        Some((low, node.expect("a place is in the order once")))
    }
}

struct Search<'g> {
    group: &'g Group<'g>,
    incumbent: Incumbent<'g>,
    /// Nothing that costs more matters to the part.
    threshold: i128,
    open: Option<i128>,
}

/// Searches a group. Assignments that cost more than a threshold do not matter.
pub(super) fn search_group(
    group: &Group<'_>,
    starts: &[Vec<usize>],
    threshold: i128,
    effort: &mut Effort,
) -> Ended {
    let mut search = Search {
        group,
        incumbent: Incumbent::new(group.model.problem, group.units, without_fees),
        threshold,
        open: None,
    };
    let types = vec![None; group.model.clusters.len()];
    for choices in starts {
        if let Some(cost) = group.model.cost(group.units, choices, &types) {
            search.incumbent.offer(cost, choices);
        }
    }
    search.run(effort);
    let limit = search.limit();
    let open = search.open.filter(|open| *open <= limit);
    Ended {
        choices: search.incumbent.best(),
        low: open.unwrap_or(limit).min(search.incumbent.low()),
        open,
    }
}

impl Search<'_> {
    fn limit(&self) -> i128 {
        self.incumbent.high.min(self.threshold)
    }

    fn leave_open(&mut self, low: Option<i128>) {
        self.open = self.open.into_iter().chain(low).min();
    }

    fn run(&mut self, effort: &mut Effort) {
        let mut queue = Queue {
            order: BinaryHeap::new(),
            nodes: Vec::new(),
        };
        for configuration in self.group.undecided() {
            queue.push(configuration.low, Node::Types(configuration));
        }
        // After a configuration its best child, so that an assignment is found early.
        let mut next = None;
        while let Some((low, node)) = next.take().or_else(|| queue.pop()) {
            if low > self.limit() {
                continue;
            }
            let may_go_on = match node {
                Node::Types(_) => !effort.is_spent(),
                Node::Sizes(..) => effort.may_dive(),
            };
            if !may_go_on {
                self.leave_open(Some(low));
                continue;
            }
            let children = match node {
                Node::Types(configuration) => self.children(&configuration, effort),
                Node::Sizes(configuration, sizes) => {
                    self.dive(&configuration, sizes, effort);
                    Vec::new()
                }
            };
            let matter = children.into_iter().filter(|(low, _)| *low <= self.limit());
            for (low, node) in matter {
                let is_better = next.as_ref().is_none_or(|(least, _)| low < *least);
                // Sizes wait for their turn: a search that starts with a bad limit is long.
                if is_better && matches!(node, Node::Types(_)) {
                    let before = next.replace((low, node));
                    if let Some((low, node)) = before {
                        queue.push(low, node);
                    }
                } else {
                    queue.push(low, node);
                }
            }
        }
    }

    /// The configurations or sizes that a node stands for, with their bounds.
    fn children(
        &mut self,
        configuration: &Configuration,
        effort: &mut Effort,
    ) -> Vec<(i128, Node)> {
        if self.group.is_decided(configuration) {
            return self.sizes(configuration, effort);
        }
        effort.work(self.group.work());
        let decided = self.group.decided(configuration).into_iter();
        decided
            .map(|decided| (decided.low, Node::Types(decided)))
            .collect()
    }

    fn dive(&mut self, configuration: &Configuration, sizes: Sizes, effort: &mut Effort) {
        effort.dive_work += 16 * self.group.options.len() as u64;
        let knapsack = Knapsack::new(self.group, configuration);
        let sizes = knapsack.refined(sizes);
        if sizes.low > self.limit() {
            return;
        }
        let mut dive = Dive::new(&knapsack, configuration, &sizes, self.limit());
        dive.start(&mut self.incumbent);
        let ended = dive.search(&mut self.incumbent, self.threshold, effort.left());
        effort.steps += ended.steps;
        self.leave_open(ended.open);
    }

    fn sizes(&mut self, configuration: &Configuration, effort: &mut Effort) -> Vec<(i128, Node)> {
        effort.work(self.group.options.len() * 4);
        let knapsack = Knapsack::new(self.group, configuration);
        // With as many nodes as the choices at full nodes take.
        let rates = knapsack.rates();
        let units = 0..knapsack.units();
        let options: Vec<usize> = units.map(|unit| knapsack.preferred(unit, &rates)).collect();
        let choices = knapsack.choices(&options);
        let types = knapsack.types(&configuration.kinds);
        if let Some(cost) = self.group.model.cost(self.group.units, &choices, &types) {
            self.incumbent.offer(cost, &choices);
        }
        let all = knapsack.sizes(self.limit());
        effort.work(all.looked_at * WORK_OF_COUNT + all.sizes.len() * WORK_OF_SIZES);
        self.leave_open(all.open);
        let sizes = all.sizes.into_iter().map(|sizes| {
            let low = sizes.low.max(configuration.low);
            (low, Node::Sizes(configuration.clone(), sizes))
        });
        sizes.collect()
    }
}
