//! What verdicts hang on: the values that are named are the first ones that change the winner, and what
//! a function would cost if its calls mostly waited.

mod comparison;

use comparison::{compared, decided, smallest_step, valid};
use lambdacost::exact::Exact;
use lambdacost::internals::answer::{Comparison, Input, Sensitivity};

const LAMBDA: usize = 0;
const FARGATE: usize = 1;

/// A service on Lambda or Fargate.
#[derive(Clone)]
struct Service {
    memory_mb: u32,
    /// Microseconds.
    duration_us: u32,
    calls: u64,
    /// Thousandths.
    peak: u64,
    /// Microseconds.
    cpu_us: u32,
    memory_per_request_mb: u32,
}

impl Service {
    fn text(&self) -> String {
        let thousandth = |number: u64| format!("{}.{:03}", number / 1000, number % 1000);
        format!(
            "region = \"us-east-1\"\nplatforms = [\"lambda\", \"fargate\"]\n\n[[function]]\n\
             name = \"one\"\nmemory_mb = {}\nduration_ms = {}\ninvocations_per_month = {}\n\
             peak_concurrency = {}\ncontainer.cpu_ms = {}\ncontainer.memory_per_request_mb = {}\n",
            self.memory_mb,
            thousandth(self.duration_us.into()),
            self.calls,
            thousandth(self.peak),
            thousandth(self.cpu_us.into()),
            self.memory_per_request_mb,
        )
    }

    /// Whether Fargate costs less, on its own. A platform that cannot run it loses.
    fn fargate_wins(&self) -> bool {
        compared(&valid(&self.text()), |comparison| {
            let [lambda, fargate] = adds(comparison);
            match (lambda, fargate) {
                (Some(lambda), Some(fargate)) => fargate < lambda,
                (lambda, _) => lambda.is_none(),
            }
        })
    }

    /// With an input of this value.
    fn with(&self, input: Input, value: &Exact) -> Self {
        let whole = |per_unit: u32| {
            let steps = (value * &Exact::from(per_unit)).floor();
            steps.expect("a number of steps")
        };
        let mut changed = self.clone();
        match input {
            Input::Calls => changed.calls = u64::try_from(whole(1)).expect("calls"),
            Input::Duration => changed.duration_us = u32::try_from(whole(1000)).expect("duration"),
            Input::Memory => changed.memory_mb = u32::try_from(whole(1)).expect("memory"),
            Input::Capacity => changed.peak = u64::try_from(whole(1000)).expect("a peak"),
            Input::Cpu => changed.cpu_us = u32::try_from(whole(1000)).expect("CPU time"),
            Input::MemoryPerRequest => {
                changed.memory_per_request_mb = u32::try_from(whole(1)).expect("memory");
            }
            Input::Price(_) => panic!("prices are no key of a function"),
        }
        changed
    }
}

fn adds(comparison: &Comparison<'_>) -> [Option<Exact>; 2] {
    let costs = comparison.solve(0).summary.costs;
    [LAMBDA, FARGATE].map(|platform| {
        let cost = costs[platform].as_ref().ok()?;
        Some(cost.adds.dollars().clone())
    })
}

fn sensitivity(text: &str) -> Sensitivity {
    compared(&valid(text), |comparison| {
        let decision = decided(comparison, 0);
        let solved = comparison.solve(0);
        (*decision.hangs_on(&solved)).clone()
    })
}

/// Services with many kinds of verdicts.
fn services() -> Vec<Service> {
    let mut services = Vec::new();
    for (memory_mb, memory_per_request_mb) in [(128, 40), (512, 512), (1769, 300), (3008, 3008)] {
        for (duration_us, cpu_us) in [(50_000, 9_000), (333_333, 333_333), (2_000_000, 100_000)] {
            // Mean requests in flight, thousandths.
            for average in [400, 7_000] {
                for times in [1_100, 4_000] {
                    services.push(Service {
                        memory_mb,
                        memory_per_request_mb,
                        duration_us,
                        cpu_us,
                        calls: average * 2_628_000_000 / u64::from(duration_us),
                        peak: average * times / 1000,
                    });
                }
            }
        }
    }
    services
}

#[test]
fn the_winner_changes_at_the_named_value_and_not_before() {
    let (mut turns, mut ends) = (0, 0);
    for service in services() {
        let today = service.fargate_wins();
        for one in sensitivity(&service.text()).inputs {
            if matches!(one.input, Input::Price(_)) {
                continue;
            }
            let step = smallest_step(one.input);
            let at = |value: &Exact| service.with(one.input, value).fargate_wins();
            if let Some(below) = &one.below {
                assert_ne!(at(below), today, "{:?} {}", one.input, service.text());
                assert_eq!(
                    at(&(below + &step)),
                    today,
                    "{:?} {}",
                    one.input,
                    service.text()
                );
                turns += 1;
            }
            if let Some(above) = &one.above {
                assert_ne!(at(above), today, "{:?} {}", one.input, service.text());
                assert_eq!(
                    at(&(above - &step)),
                    today,
                    "{:?} {}",
                    one.input,
                    service.text()
                );
                turns += 1;
            }
            if one.input == Input::Memory && one.above.is_none() {
                assert_eq!(at(&Exact::from(10_240u32)), today, "{}", service.text());
                ends += 1;
            }
        }
    }
    assert!(turns > 100 && ends > 20, "{turns} {ends}");
}

#[test]
fn prices_turn_at_the_ratio_of_the_two_costs() {
    let mut close = 0;
    for service in services() {
        let text = service.text();
        let [lambda, fargate] = compared(&valid(&text), adds).map(|adds| adds.expect("it runs"));
        let sensitivity = sensitivity(&text);
        for one in &sensitivity.inputs {
            let ratio = match one.input {
                Input::Price(LAMBDA) => fargate.over(&lambda),
                Input::Price(FARGATE) => lambda.over(&fargate),
                _ => continue,
            };
            let turns = one.below.as_ref().or(one.above.as_ref());
            assert_eq!(turns, ratio.as_ref(), "{text}");
        }
        // Close is every verdict with a turn from 0.9 to 1.1 of an input.
        let near = Exact::ratio(9, 10)..=Exact::ratio(11, 10);
        let is_near = sensitivity.inputs.iter().any(|one| {
            let both = [&one.below, &one.above].into_iter().flatten();
            let mut ratios = both.map(|at| at.over(&one.stated).expect("it is stated"));
            ratios.any(|ratio| near.contains(&ratio))
        });
        assert_eq!(sensitivity.is_close, is_near, "{text}");
        close += usize::from(is_near);
    }
    assert!(close > 1, "{close}");
}

/// 256 MB, 100 ms, 100 million calls, 30 in flight at the peak.
///
/// Lambda: 100 M x 0.1 s x 0.25 GB x $0.0000166667 = $41.67, requests $20: $61.67.
/// Fargate, like for like: 256 / 1,769 = 0.1447 vCPU and 256 MB a request. 30 requests are 4.34 vCPU and
/// 7.5 GB. A quarter of a vCPU holds 1, half 3, one vCPU 6: 5 tasks of 1 vCPU and 2 GB (6 x 256 MB =
/// 1.5 GB): 5 x 730 x (0.04048 + 2 x 0.004445) = $180.20.
/// If calls mostly wait: 0.02894 vCPU a request. A quarter of a vCPU holds 8, with 2 GB (8 x 256 MB):
/// 4 tasks: 4 x 730 x (0.25 x 0.04048 + 2 x 0.004445) = $55.51.
#[test]
fn calls_that_mostly_wait_cost_less_on_fargate() {
    let text = "region = \"us-east-1\"\nplatforms = [\"lambda\", \"fargate\"]\n\n[[function]]\n\
                name = \"one\"\nmemory_mb = 256\nduration_ms = 100\n\
                invocations_per_month = 100_000_000\npeak_concurrency = 30\n";
    compared(&valid(text), |comparison| {
        let decision = decided(comparison, 1);
        let solved = comparison.solve(0);
        let shown = |usd: &Exact| usd.to_fixed(2);
        let like_for_like = adds(comparison).map(|adds| shown(&adds.expect("it runs")));
        assert_eq!(like_for_like, ["61.67", "180.20"]);
        let waiting = decision.if_waiting(&solved).expect("no CPU time is stated");
        let adds = waiting
            .adds
            .iter()
            .map(|adds| shown(adds.as_ref().expect("it runs").dollars()));
        assert_eq!(adds.collect::<Vec<_>>(), ["61.67", "55.51"]);
        assert_eq!(waiting.best, FARGATE);
        // 100 ms x 256 / 1,769 / 5.
        assert_eq!(waiting.cpu_ms, Exact::ratio(100 * 256, 1769 * 5));
    });
}

#[test]
fn stated_cpu_time_is_no_guess() {
    let service = services().remove(0);
    compared(&valid(&service.text()), |comparison| {
        let decision = decided(comparison, 1);
        assert!(decision.if_waiting(&comparison.solve(0)).is_none());
    });
}

/// Lambda: 600,000 GB-s x 0.0000133334 + 6.00 = 14.00. Fargate: 3 tasks of 0.5 vCPU and 1 GB, 3 x 220 x
/// (0.5 x 0.03238 + 0.00356) = 13.04, which saves less than a dollar. If a call takes less time, Lambda is
/// the cheaper one, and the function stays as well.
#[test]
fn a_move_that_does_not_save_enough_hangs_on_nothing() {
    let text = "region = 'us-east-1'
platforms = ['lambda', 'fargate']
[[function]]
name = 'f'
memory_mb = 512
duration_ms = 40
invocations_per_month = 30_000_000
utilization = 1
architecture = 'arm64'
container = { hours_per_month = 220, cpu_ms = 20, min_tasks = 1, target_utilization = 0.7, \
 memory_per_request_mb = 300 }
";
    let pinned = text.replace("name = 'f'", "name = 'f'\npinned = true");
    for text in [text, &pinned] {
        compared(&valid(text), |comparison| {
            let decision = decided(comparison, 1);
            let costs = &decision.solved(0).summary.costs;
            let adds =
                [&costs[0], &costs[1]].map(|cost| cost.as_ref().expect("it runs").adds.clone());
            assert!(adds[1] < adds[0], "{adds:?}");
            assert!(decision.plan.moves.is_empty());
            let sensitivity = decision.hangs_on(&decision.solved(0));
            assert!(sensitivity.inputs.is_empty() && !sensitivity.is_close);
        });
    }
}

/// The same for a function of a service that shares a capacity provider with another function.
#[test]
fn the_winner_changes_at_the_named_value_on_a_shared_capacity_provider() {
    let text = |service: &Service| {
        let keys = |name: &str, provider: &str, keys: &str| {
            format!(
                "name = '{name}'\nmemory_mb = 1024\nduration_ms = 300\n\
                 invocations_per_month = 3_000_000\npeak_concurrency = 9\n\
                 managed = {{ runtime = 'python', capacity_provider = '{provider}' }}\n{keys}"
            )
        };
        let first = service.text().replace("\"fargate\"", "\"lambda-managed\"");
        format!(
            "{first}\nservice = 'api'\n\
             managed = {{ runtime = 'python', capacity_provider = 'one' }}\n[[function]]\n{}\n\
             [[function]]\n{}\n[[function]]\n{}\n",
            keys("same", "one", "service = 'api'"),
            keys("side", "two", "service = 'api'"),
            keys("other", "one", "runs_on = 'lambda-managed'\npinned = true")
                .replace("peak_concurrency = 9", "peak_concurrency = 200"),
        )
    };
    let wins = |service: &Service| {
        compared(&valid(&text(service)), |comparison| {
            let costs = comparison.solve(0).summary.costs;
            let [lambda, managed] = [0, 1].map(|number: usize| {
                let cost = costs[number].as_ref().ok()?;
                cost.service_adds.clone()
            });
            match (lambda, managed) {
                (Some(lambda), Some(managed)) => managed < lambda,
                (lambda, _) => lambda.is_none(),
            }
        })
    };
    let mut turns = 0;
    for service in services() {
        let today = wins(&service);
        for one in sensitivity(&text(&service)).inputs {
            // The memory is that of Lambda alone. The key also changes environments.
            if matches!(one.input, Input::Price(_) | Input::Memory) {
                continue;
            }
            let step = smallest_step(one.input);
            let at = |value: &Exact| wins(&service.with(one.input, value));
            let near = [
                one.below.as_ref().map(|below| (below, below + &step)),
                one.above.as_ref().map(|above| (above, above - &step)),
            ];
            for (turning, before) in near.into_iter().flatten() {
                let says = || format!("{:?} {}", one.input, text(&service));
                assert_ne!(at(turning), today, "{}", says());
                assert_eq!(at(&before), today, "{}", says());
                turns += 1;
            }
        }
    }
    assert!(turns > 25, "{turns}");
}
