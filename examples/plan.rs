//! How often the search of the plan is proven, how large the gap is otherwise, and how long it takes:
//! `cargo run --release --example plan`, with sizes of fleets as arguments.
//!
//! Fleets are random: Lambda with two pools of three tiers, Fargate, two clusters of nodes with 60
//! types each, and pods on Fargate with a fee for the cluster.

mod random;

use lambdacost::exact::{Bounds, Exact};
use lambdacost::internals::money::Usd;
use lambdacost::internals::plan::{
    Choice, Cluster, Needs, NodeType, Nodes, Pool, Problem, Tier, Unit, search,
};
use random::Random;
use std::time::Instant;

/// Types of a cluster: families of three ratios of memory to vCPU, from 2 to 64 vCPU.
const FAMILIES: u64 = 10;
const SIZES: u64 = 6;

/// What the pods of a function need: number, thousandths of a vCPU, MB.
struct Pods {
    count: u64,
    millicores: u64,
    mb: u64,
}

struct PodNeeds(Vec<Pods>);

/// The vCPU and the GB for each of a node type.
fn shape(node_type: u64) -> (u64, u64) {
    (2 << (node_type % SIZES), 2 << (node_type / SIZES % 3))
}

impl PodNeeds {
    fn per_node(&self, unit: usize, node_type: usize) -> u64 {
        let (vcpu, ratio) = shape(node_type as u64);
        let pods = &self.0[unit];
        let by_cpu = (vcpu * 1000 - 250) / pods.millicores;
        by_cpu.min((vcpu * ratio * 1024 - 900) / pods.mb)
    }
}

impl Needs for PodNeeds {
    fn need(&self, unit: usize, _: usize, node_type: usize) -> Option<Exact> {
        let per_node = self.per_node(unit, node_type);
        (per_node > 0).then(|| Exact::ratio(self.0[unit].count, per_node))
    }

    fn bounds(&self, unit: usize, _: usize, node_type: usize) -> Option<Bounds> {
        let per_node = self.per_node(unit, node_type);
        let whole = |count: u64| Bounds::whole(count.into());
        (per_node > 0).then(|| whole(self.0[unit].count).over(whole(per_node)))
    }
}

fn decimal(text: &str) -> Exact {
    Exact::of_digits(text).expect("a decimal")
}

fn pool(rates: [&str; 3], limits: [u64; 2]) -> Pool {
    let from = [0, limits[0], limits[1]].map(Exact::from);
    let tiers = from.into_iter().zip(rates).map(|(from, rate)| Tier {
        from,
        rate: Usd::new(decimal(rate)),
    });
    Pool {
        tiers: tiers.collect(),
    }
}

fn cluster(random: &mut Random, percent: u64) -> Cluster {
    let types = (0..FAMILIES * SIZES).map(|node_type| {
        let (vcpu, ratio) = shape(node_type);
        // Tenths of a cent an hour for a vCPU.
        let rate =
            (330 + 25 * ratio + random.from(0, 60) + 20 * (node_type / SIZES)) * percent / 100;
        NodeType {
            usd: Usd::new(Exact::ratio(vcpu * rate * 730, 10_000)),
            surplus: None,
        }
    });
    Cluster {
        fee: Usd::new(Exact::from(73_u32)),
        types: types.collect(),
        nodes: Nodes::Whole {
            min_nodes: 2,
            packing: Exact::ONE,
            buffer: Exact::ONE,
        },
        levels: vec![Exact::ONE],
    }
}

fn unit(random: &mut Random, pods: &mut Vec<Pods>) -> Unit {
    let mb = [128, 256, 512, 1024, 2048][random.from(0, 4) as usize];
    let duration = [20, 50, 100, 200, 500, 1500][random.from(0, 5) as usize] + random.from(0, 50);
    let calls = (1_u64 << random.from(16, 26)) + random.from(0, 100_000);
    let gb_seconds = Exact::ratio(calls * duration * mb, 1024 * 1000);
    // Requests in flight, in thousandths, and as many slots as the busiest hour needs.
    let in_flight = calls * duration / (730 * 3600);
    let slots = 1 + in_flight * random.from(15, 40) / 10_000;
    let millicores = 50 + mb * 1000 / 1769 / random.from(1, 5);
    let per_pod = (2000 / millicores).clamp(1, slots);
    let count = slots.div_ceil(per_pod).max(2);
    let (cpu, memory) = (millicores * per_pod, 128 + mb * per_pod);
    let of_fargate = &Exact::ratio(count * cpu * 2955, 1000 * 100)
        + &Exact::ratio(count * memory * 324, 1024 * 100);
    let requests = Exact::ratio(calls * 2, 10_000_000);
    let alone = |platform, own: Exact| Choice {
        platform,
        own: Usd::new(own),
        pools: Vec::new(),
        clusters: Vec::new(),
        fees: Vec::new(),
    };
    let mut choices = vec![alone(0, requests), alone(1, of_fargate.clone())];
    choices[0]
        .pools
        .push((random.from(0, 1) as usize, gb_seconds));
    for cluster in 0..2 {
        choices.push(alone(2 + cluster, Exact::ratio(random.from(0, 200), 100)));
        choices.last_mut().expect("one").clusters = vec![cluster];
    }
    choices.push(alone(
        4,
        &of_fargate * &Exact::ratio(random.from(85, 105), 100),
    ));
    choices.last_mut().expect("one").fees.push(0);
    pods.push(Pods {
        count,
        millicores: cpu,
        mb: memory,
    });
    Unit {
        choices,
        home: Some(0),
        is_pinned: random.from(0, 19) == 0,
    }
}

fn measure(size: usize, seed: u64) {
    let mut random = Random(seed);
    let mut pods = Vec::new();
    let units = (0..size).map(|_| unit(&mut random, &mut pods)).collect();
    let needs = PodNeeds(pods);
    let problem = Problem {
        units,
        pools: vec![
            pool(
                ["0.0000166667", "0.000015", "0.0000133334"],
                [6_000_000_000, 15_000_000_000],
            ),
            pool(
                ["0.0000133334", "0.0000120001", "0.0000106667"],
                [7_500_000_000, 18_750_000_000],
            ),
        ],
        allowances: Vec::new(),
        clusters: vec![cluster(&mut random, 100), cluster(&mut random, 40)],
        fees: vec![Usd::new(Exact::from(73_u32))],
        min_saving: Usd::new(Exact::ONE),
        needs: &needs,
    };
    let start = Instant::now();
    let plan = search(&problem).expect("Lambda is always possible");
    let time = start.elapsed();
    let gap = plan.objective.dollars() - plan.bound.dollars();
    let moved = plan.choices.iter().filter(|choice| **choice != 0).count();
    println!(
        "{size} functions, seed {seed}: ${} (moved {moved}), {}, gap ${}, {} steps, {time:?}",
        plan.objective.dollars().to_fixed(2),
        if plan.is_proven { "proven" } else { "open" },
        gap.to_fixed(4),
        plan.steps,
    );
}

fn main() {
    let sizes: Vec<usize> = std::env::args()
        .skip(1)
        .map(|size| size.parse().expect("the number of functions"))
        .collect();
    for size in sizes {
        let fleets = if size <= 300 { 20 } else { 2 };
        for seed in 0..fleets {
            measure(size, seed);
        }
    }
}
