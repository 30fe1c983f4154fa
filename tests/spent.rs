//! Laws of a commitment in US dollars an hour: break-evens and what verdicts hang on are those of whole
//! bills.

mod comparison;

use comparison::{Random, compared, decided, smallest_step, valid};
use lambdacost::exact::Exact;
use lambdacost::internals::answer::{Comparison, Input};
use lambdacost::internals::money::Usd;
use lambdacost::internals::solve::crossover::CrossoverKind;
use lambdacost::internals::solve::flips::Side;

/// A function of the service.
#[derive(Clone)]
struct Member {
    memory_mb: u64,
    /// Microseconds.
    duration_us: u64,
    calls: u64,
    /// Thousandths of a request in flight.
    peak: u64,
    /// Microseconds.
    cpu_us: u64,
    memory_per_request_mb: u64,
    /// Other keys.
    more: String,
}

/// A service and two other functions, with a commitment.
#[derive(Clone)]
struct Case {
    head: String,
    members: Vec<Member>,
    others: String,
    states_cpu: bool,
}

fn thousandths(number: u64) -> String {
    format!("{}.{:03}", number / 1000, number % 1000)
}

impl Case {
    /// The traffic of each member is a whole multiple of that of the first.
    fn random(random: &mut Random) -> Self {
        let hourly = random.one_of(&["0", "0.02", "0.3", "1.5", "4", "20"]);
        let platforms = match random.below(3) {
            0 => "['lambda', 'fargate']",
            1 => "['lambda', 'fargate', 'eks']",
            _ => "['lambda', 'fargate', 'eks', 'eks-fargate', 'lambda-managed']",
        };
        let free_tier = random.one_of(&["true", "false"]);
        let extra = random.one_of(&[
            "",
            "[[extra]]\nname = 'balancer'\nplatforms = ['fargate', 'eks']\nusd_per_month = 20\n\
             usd_per_million_invocations = 0.3\n",
        ]);
        let head = format!(
            "region = 'us-east-1'\nplatforms = {platforms}\nfree_tier = {free_tier}\n\
             [eks]\ninstance_type = 'm7g.large'\n\
             [commitment]\nplan = 'compute-savings-plan'\nterm = '1yr'\npayment = 'no-upfront'\n\
             usd_per_hour = {hourly}\n[defaults]\narchitecture = 'arm64'\n{extra}"
        );
        let others = format!(
            "[[function]]\nname = 'left'\npinned = true\nmemory_mb = 1024\nduration_ms = 300\n\
             invocations_per_month = {}\nutilization = 0.3\n\
             [[function]]\nname = 'right'\npinned = true\nruns_on = 'fargate'\nmemory_mb = 2048\n\
             duration_ms = 100\ninvocations_per_month = {}\nutilization = 0.4\n",
            random.below(20_000_000),
            1 + random.below(40_000_000),
        );
        let (hours, stated) = random.one_of(&[
            (730, ""),
            (730, ""),
            (300, "container.hours_per_month = 300\n"),
        ]);
        // Mean requests in flight of the first, thousandths.
        let average = random.one_of(&[300, 1_500, 6_000]);
        let duration_us = random.one_of(&[40_000, 333_333, 1_200_000]);
        let calls = average * hours * 3_600_000 / duration_us;
        let count = 2 + random.below(2);
        let members = (0..count).map(|number| {
            let times = if number == 0 { 1 } else { 1 + random.below(3) };
            let duration_us = if number == 0 {
                duration_us
            } else {
                random.one_of(&[40_000, 150_000, 500_000])
            };
            let calls = calls * times;
            let average = calls * duration_us / (hours * 3_600_000) + 1;
            let kept =
                "provisioned = { environments = 1, share_served = 0.001, duration_ms = 40 }\n";
            Member {
                memory_mb: random.one_of(&[256, 512, 1769]),
                duration_us,
                calls,
                peak: average * random.one_of(&[2, 4]),
                cpu_us: duration_us / random.one_of(&[2, 5]),
                memory_per_request_mb: random.one_of(&[40, 200, 512]),
                more: format!("{stated}{}", random.one_of(&["", "", kept])),
            }
        });
        Self {
            head,
            members: members.collect(),
            others,
            states_cpu: true,
        }
    }

    /// The scenario with the service on a platform.
    fn text(&self, home: &str) -> String {
        let members = self.members.iter().enumerate().map(|(number, member)| {
            let cpu = if self.states_cpu {
                format!("container.cpu_ms = {}\n", thousandths(member.cpu_us))
            } else {
                String::new()
            };
            format!(
                "[[function]]\nname = 'm{number}'\nservice = 's'\nruns_on = '{home}'\nmemory_mb = {}\n\
                 duration_ms = {}\ninvocations_per_month = {}\npeak_concurrency = {}\n\
                 container.memory_per_request_mb = {}\n{cpu}{}",
                member.memory_mb,
                thousandths(member.duration_us),
                member.calls,
                thousandths(member.peak),
                member.memory_per_request_mb,
                member.more,
            )
        });
        let members: String = members.collect();
        format!("{}{members}{}", self.head, self.others)
    }

    /// The bill of everything with the service on a platform; `None` if it cannot run there.
    fn bill(&self, home: &str) -> Option<Usd> {
        compared(&valid(&self.text(home)), |comparison| {
            let costs = comparison.solve(0).summary.costs;
            let home = number_of(comparison, home);
            let runs = costs[home].is_ok();
            runs.then(|| comparison.totals().today.monthly)
        })
    }

    /// With the traffic of the service multiplied so that the first function has this many calls.
    fn with_traffic(&self, calls: u64) -> Self {
        let first = self.members[0].calls;
        let mut changed = self.clone();
        for member in &mut changed.members {
            member.calls = member.calls / first * calls;
        }
        changed
    }

    /// With an input of a member of this value.
    fn with(&self, member: usize, input: Input, value: &Exact) -> Self {
        let whole = |per_unit: u32| {
            let steps = (value * &Exact::from(per_unit)).floor();
            u64::try_from(steps.expect("a number of steps")).expect("64 bits")
        };
        let mut all = self.clone();
        let changed = &mut all.members[member];
        match input {
            Input::Calls => changed.calls = whole(1),
            Input::Duration => changed.duration_us = whole(1000),
            Input::Memory => changed.memory_mb = whole(1),
            Input::Capacity => changed.peak = whole(1000),
            Input::Cpu => changed.cpu_us = whole(1000),
            Input::MemoryPerRequest => changed.memory_per_request_mb = whole(1),
            Input::Price(_) => panic!("prices are no key of a function"),
        }
        all
    }

    /// Whether the second platform is cheaper. One that cannot run the service loses.
    fn is_second_cheaper(&self, pair: (&str, &str)) -> bool {
        match (self.bill(pair.0), self.bill(pair.1)) {
            (Some(first), Some(second)) => second < first,
            (first, second) => first.is_none() && second.is_some(),
        }
    }
}

fn number_of(comparison: &Comparison<'_>, id: &str) -> usize {
    let number = comparison.platforms().iter().position(|one| one.id == id);
    number.expect("it is compared")
}

/// Up to u* the bill with the service on Lambda is not above that with its fleet, and the next call makes
/// it so.
#[test]
fn one_call_more_than_the_break_even_of_a_service_makes_lambda_more_expensive() {
    let mut random = Random(41);
    let (mut checked, mut never) = (0, 0);
    for _ in 0..40 {
        let case = Case::random(&mut random);
        let text = case.text(random.one_of(&["lambda", "fargate"]));
        let crossovers = compared(&valid(&text), |comparison| {
            let crossovers = comparison.solve(0).summary.crossovers;
            let ids = crossovers.into_iter().map(|(pair, crossover)| {
                let id = |number: usize| comparison.platforms()[number].id;
                (id(pair.from), id(pair.to), crossover)
            });
            ids.collect::<Vec<_>>()
        });
        for (from, to, crossover) in crossovers {
            let costs_more = |calls: u64| {
                let case = case.with_traffic(calls);
                case.bill(from) > case.bill(to)
            };
            let Some(point) = crossover.point else {
                never += 1;
                continue;
            };
            if crossover.kind != CrossoverKind::At {
                continue;
            }
            let last = u64::try_from(point.invocations).expect("calls");
            assert!(!costs_more(last), "{from} {to} {last} {text}");
            assert!(costs_more(last + 1), "{from} {to} {last} {text}");
            checked += 1;
        }
    }
    assert!(checked > 20 && never > 5, "{checked} {never}");
}

/// The vector of one function of 100 requests/s as a service of two of 50. The commitment of $8.5 an hour is
/// 6,205 a month. 200 tasks use 5,766.42 of it, so they add nothing. Lambda adds nothing until 6,205 /
/// (1,769 / 1,024 x 0.0000147 + 0.0000002) = 242,431,827.1 calls of both, half of them of each:
/// 121,215,913. At 50 % a function has 131,400,000: u* = 50 % x 121,215,913.6 / 131,400,000 = 46.12 %.
#[test]
fn the_functions_of_a_service_spend_a_commitment_together() {
    let function = |name: &str| {
        format!(
            "[[function]]\nname = '{name}'\nservice = 'api'\nmemory_mb = 1769\nduration_ms = 1000\n\
             requests_per_second = 50\nutilization = 0.5\nruns_on = 'lambda'\n"
        )
    };
    let text = format!(
        "region = 'us-east-1'\nplatforms = ['lambda', 'fargate']\n[commitment]\n\
         plan = 'compute-savings-plan'\nterm = '1yr'\npayment = 'no-upfront'\nusd_per_hour = 8.5\n{}{}",
        function("a"),
        function("b")
    );
    compared(&valid(&text), |comparison| {
        for index in 0..2 {
            let summary = comparison.solve(index).summary;
            let (_, crossover) = &summary.crossovers[0];
            let point = crossover.point.as_ref().expect("a break-even");
            assert_eq!(point.invocations, 121_215_913);
            assert_eq!(point.utilization.to_fixed(4), "0.4612");
        }
    });
}

/// One input of one function changes, and the bills of everything decide.
#[test]
fn a_service_turns_at_the_named_value_and_not_before() {
    let mut random = Random(7);
    let (mut turns, mut kinds) = (0, Vec::new());
    for _ in 0..30 {
        let case = Case::random(&mut random);
        let text = case.text(random.one_of(&["lambda", "fargate"]));
        let member = random.below(case.members.len() as u64) as usize;
        let found = compared(&valid(&text), |comparison| {
            let decision = decided(comparison, 0);
            let sensitivity = (*decision.hangs_on(&comparison.solve(member))).clone();
            let id = |number: usize| comparison.platforms()[number].id;
            let pair = sensitivity
                .pair
                .map(|(place, other)| (id(place), id(other)));
            (pair, sensitivity.inputs)
        });
        let (Some(pair), inputs) = found else {
            continue;
        };
        let today = case.is_second_cheaper(pair);
        for one in inputs {
            if matches!(one.input, Input::Price(_)) {
                continue;
            }
            let step = smallest_step(one.input);
            let at = |value: &Exact| case.with(member, one.input, value).is_second_cheaper(pair);
            for turn in [&one.below, &one.above].into_iter().flatten() {
                if one.input == Input::Duration && *turn < Exact::from(2u32) {
                    // No scenario can state less than a millisecond.
                    continue;
                }
                let before = if *turn < one.stated {
                    turn + &step
                } else {
                    turn - &step
                };
                assert_ne!(
                    at(turn),
                    today,
                    "{:?} {member} {turn} {pair:?} {text}",
                    one.input
                );
                assert_eq!(
                    at(&before),
                    today,
                    "{:?} {member} {turn} {pair:?} {text}",
                    one.input
                );
                turns += 1;
                kinds.push(one.input);
            }
        }
    }
    let all = [
        Input::Calls,
        Input::Duration,
        Input::Memory,
        Input::Capacity,
        Input::Cpu,
        Input::MemoryPerRequest,
    ];
    for input in all {
        assert!(kinds.contains(&input), "{input:?} never turns");
    }
    assert!(turns > 40, "{turns}");
}

/// What a function adds if its calls mostly wait is what it adds with that CPU time.
#[test]
fn a_waiting_function_of_a_service_adds_what_it_adds_with_less_cpu_time() {
    let mut random = Random(3);
    let mut lower = 0;
    for _ in 0..20 {
        let mut case = Case::random(&mut random);
        case.states_cpu = false;
        let last = case.members.len() - 1;
        // One vCPU: CPU time is the duration.
        case.members[last].memory_mb = 1769;
        let text = case.text("lambda");
        let of = |text: &str| {
            compared(&valid(text), |comparison| {
                let solved = comparison.solve(last);
                let waiting = decided(comparison, 0).if_waiting(&solved);
                let costs = solved.summary.costs.into_iter();
                let adds = costs.map(|cost| Some(cost.ok()?.adds)).collect::<Vec<_>>();
                (waiting, adds, solved.summary.best_alone)
            })
        };
        let (waiting, before, _) = of(&text);
        let waiting = waiting.expect("no CPU time is stated");
        let fifth = case.members[last].duration_us / 5;
        assert_eq!(
            waiting.cpu_ms,
            Exact::ratio(case.members[last].duration_us, 5000)
        );
        if !case.members[last].duration_us.is_multiple_of(5) {
            continue;
        }
        let stated = format!("container.cpu_ms = {}\n", thousandths(fifth));
        case.members[last].more += &stated;
        let (nothing, adds, best) = of(&case.text("lambda"));
        assert!(nothing.is_none(), "CPU time is stated");
        assert_eq!(waiting.adds, adds, "{text}");
        assert_eq!(Some(waiting.best), best, "{text}");
        lower += usize::from(adds != before);
    }
    assert!(lower > 5, "{lower}");
}

/// One environment is kept for 730 hours, and half of the calls of 1 s run on it: from 2 x 2,628,000 calls on
/// it is always busy, and further calls are on demand, with a commitment of nothing as without one.
#[test]
fn calls_beyond_kept_environments_are_on_demand() {
    let reach = |commitment: &str| {
        let text = format!(
            "region = 'us-east-1'\nplatforms = ['lambda', 'fargate']\n{commitment}[[function]]\n\
             name = 'one'\nmemory_mb = 1769\nduration_ms = 1000\ninvocations_per_month = 4_000_000\n\
             peak_concurrency = 9\ncontainer.task = {{ vcpu = 16, memory_gb = 32 }}\n\
             provisioned = {{ environments = 1, share_served = 0.5 }}\n"
        );
        compared(&valid(&text), |comparison| {
            let (_, crossover) = comparison.solve(0).summary.crossovers.remove(0);
            crossover.point.expect("a break-even").invocations
        })
    };
    let none = "[commitment]\nplan = 'compute-savings-plan'\nterm = '1yr'\npayment = 'no-upfront'\n\
                usd_per_hour = 0\n";
    let calls = reach(none);
    assert!(calls > 2 * 2_628_000, "{calls}");
    assert_eq!(calls, reach(""));
}

/// A function with a stated utilization, so that its fleet grows with its calls, and another one.
#[derive(Clone)]
struct Growing {
    head: String,
    keys: String,
    calls: u64,
}

impl Growing {
    fn random(random: &mut Random, hourly: &str) -> Self {
        let service = Case::random(random);
        let stated = "usd_per_hour = ";
        let from = service.head.find(stated).expect("a commitment") + stated.len();
        let to = from + service.head[from..].find('\n').expect("lines");
        let head = format!("{}{hourly}{}", &service.head[..from], &service.head[to..]);
        let discounts = random.one_of(&["", "", "[discounts]\nfargate = 0.1\nec2 = 0.2\n"]);
        let head = head.replace("[commitment]", &format!("{discounts}[commitment]"));
        let head = if random.below(2) == 0 {
            head.replace("arm64", "x86_64").replace("m7g", "m6i")
        } else {
            head
        };
        let first = &service.members[0];
        let kept = "provisioned = { environments = 2, share_served = 0.001, duration_ms = 40 }\n";
        let keys = format!(
            "memory_mb = {}\nduration_ms = {}\nutilization = {}\ncontainer.cpu_ms = {}\n\
             container.memory_per_request_mb = {}\n{}",
            first.memory_mb,
            thousandths(first.duration_us),
            random.one_of(&["0.1", "0.3", "0.7"]),
            thousandths(first.cpu_us),
            first.memory_per_request_mb,
            random.one_of(&["", "", kept]),
        );
        Self {
            head: format!("{head}{}", service.others),
            keys,
            calls: first.calls / random.one_of(&[1, 10, 100]),
        }
    }

    fn text(&self, home: &str) -> String {
        let head = &self.head;
        format!(
            "{head}[[function]]\nname = 'grows'\nruns_on = '{home}'\n{}invocations_per_month = {}\n",
            self.keys, self.calls
        )
    }

    fn bill(&self, home: &str) -> Usd {
        compared(&valid(&self.text(home)), |comparison| {
            comparison.totals().today.monthly
        })
    }

    /// Whether the first of two platforms costs at most as much as the second with this many calls.
    /// Environments are kept for as many calls as today.
    fn is_first_cheaper(&self, (first, second): (&str, &str), calls: u64) -> bool {
        let changed = Self {
            calls,
            ..self.clone()
        };
        changed.bill(first) <= changed.bill(second)
    }

    fn keeps(&self) -> bool {
        self.keys.contains("provisioned")
    }
}

/// With a commitment of nothing flips are those without one.
#[test]
fn a_commitment_of_nothing_moves_no_flip() {
    let mut random = Random(17);
    let mut compared_flips = 0;
    for _ in 0..30 {
        let case = Growing::random(&mut random, "0");
        let with = case.text("lambda");
        let from = with.find("[commitment]").expect("a commitment");
        let to = with.find("[defaults]").expect("defaults");
        let without = format!("{}{}", &with[..from], &with[to..]);
        let flips = |text: &str| {
            compared(&valid(text), |comparison| {
                comparison.flips(&comparison.solve(2), 100_000)
            })
        };
        for ((pair, known), (same, found)) in flips(&without).into_iter().zip(flips(&with)) {
            assert_eq!(pair, same);
            let (Some(known), Some(found)) = (known, found) else {
                panic!("a search was left out: {with}");
            };
            if known.complete && found.complete {
                assert_eq!(known.list, found.list, "{pair:?} {with}");
                assert_eq!(known.starts, found.starts, "{pair:?} {with}");
                compared_flips += known.list.len();
            }
        }
    }
    assert!(compared_flips > 20, "{compared_flips}");
}

/// At a flip, and on both sides of it, the bills of everything say which side is cheaper.
#[test]
fn bills_change_sides_at_flips_and_not_between() {
    let mut random = Random(23);
    let (mut changes, mut between) = (0, 0);
    for _ in 0..35 {
        let hourly = random.one_of(&["0.02", "0.3", "2"]);
        let case = Growing::random(&mut random, hourly);
        if case.keeps() {
            // The scenario states a number of environments, which flips let grow.
            continue;
        }
        let text = case.text(random.one_of(&["lambda", "fargate"]));
        let found = compared(&valid(&text), |comparison| {
            let id = |number: usize| comparison.platforms()[number].id;
            let flips = comparison.flips(&comparison.solve(2), 50_000).into_iter();
            flips
                .map(|(pair, flips)| ((id(pair.from), id(pair.to)), flips))
                .collect::<Vec<_>>()
        });
        for (pair, flips) in found {
            let flips = flips.expect("it has traffic and no burstable nodes");
            for flip in flips.list.iter().take(3) {
                let at = u64::try_from(flip.invocations).expect("calls");
                let before = case.is_first_cheaper(pair, at);
                let after = case.is_first_cheaper(pair, at + 1);
                assert_ne!(before, after, "{pair:?} {at} {text}");
                assert_eq!(after, flip.cheaper_above == Side::First, "{text}");
                changes += 1;
            }
            if !flips.complete {
                continue;
            }
            for _ in 0..3 {
                let reach = random.one_of(&[1, 30, 1000]);
                let calls = 1 + random.below(case.calls * reach);
                let mut side = flips.starts;
                for flip in &flips.list {
                    if flip.invocations < calls.into() {
                        side = flip.cheaper_above;
                    }
                }
                let is_first = case.is_first_cheaper(pair, calls);
                assert_eq!(is_first, side == Side::First, "{pair:?} {calls} {text}");
                between += 1;
            }
        }
    }
    assert!(changes > 12 && between > 80, "{changes} {between}");
}

/// `calls` turns where the other platform is cheaper, and one call nearer to today it is not.
#[test]
fn calls_turn_at_the_named_value_while_the_fleet_grows() {
    let mut random = Random(5);
    let mut turns = 0;
    for _ in 0..80 {
        let hourly = random.one_of(&["0", "0.02", "0.3", "2"]);
        let case = Growing::random(&mut random, hourly);
        if case.keeps() {
            continue;
        }
        let text = case.text(random.one_of(&["lambda", "fargate"]));
        let found = compared(&valid(&text), |comparison| {
            let decision = decided(comparison, 0);
            let sensitivity = (*decision.hangs_on(&comparison.solve(2))).clone();
            let id = |number: usize| comparison.platforms()[number].id;
            let pair = sensitivity
                .pair
                .map(|(place, other)| (id(place), id(other)));
            let mut inputs = sensitivity.inputs.into_iter();
            pair.zip(inputs.find(|one| one.input == Input::Calls))
        });
        let Some((pair, one)) = found else { continue };
        for turn in [&one.below, &one.above].into_iter().flatten() {
            let calls = u64::try_from(turn.floor().expect("calls")).expect("64 bits");
            let nearer = if calls < case.calls {
                calls + 1
            } else {
                calls - 1
            };
            assert!(
                !case.is_first_cheaper(pair, calls),
                "{pair:?} {calls} {text}"
            );
            assert!(
                case.is_first_cheaper(pair, nearer),
                "{pair:?} {calls} {text}"
            );
            turns += 1;
        }
    }
    assert!(turns > 8, "{turns}");
}
