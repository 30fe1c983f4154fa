//! Functions of a service share tasks and pods, and move together.

mod comparison;

use comparison::{Random, compared, decided, read, valid};
use lambdacost::exact::Exact;
use lambdacost::internals::answer::Comparison;
use lambdacost::internals::money::Usd;

/// Two functions with different slots: `many` needs 0.2 vCPU and 128 MB, `large` 0.1 vCPU and 1,024 MB
/// for a request in flight.
const TWO: &str = "
[[function]]
name = 'many'
memory_mb = 128
duration_ms = 200
invocations_per_month = 40_000_000
peak_concurrency = 20
container.cpu_ms = 40
SERVICE
[[function]]
name = 'large'
memory_mb = 1024
duration_ms = 500
invocations_per_month = 6_000_000
peak_concurrency = 6
container.cpu_ms = 50
SERVICE
";

/// A node of 1.93 vCPU and 7,000 MiB for 29 pods, at $0.096 an hour.
const OPTIONS: &str = "
region = 'us-east-1'
platforms = ['lambda', 'fargate', 'eks', 'eks-fargate']
[eks]
instance_type = 'm5.large'
min_nodes = 1
packing_efficiency = 1
root_volume_gb = 0
daemonsets = { vcpu = 0, memory_mb = 0, pods = 0 }
node.'m5.large' = { vcpu = 1.93, memory_mb = 7000, max_pods = 29 }
";

fn two(service: &str) -> String {
    format!("{OPTIONS}{TWO}").replace("SERVICE", service)
}

/// US dollars a month that each function adds on a platform, with four decimals.
fn adds(comparison: &Comparison<'_>, platform: &str) -> Vec<String> {
    let number = number(comparison, platform);
    let functions = 0..comparison.scenario().functions.len();
    let adds = functions.map(|index| {
        let solved = comparison.solve(index);
        let cost = solved.summary.costs[number].as_ref().expect("it can run");
        cost.adds.dollars().to_fixed(4)
    });
    adds.collect()
}

fn number(comparison: &Comparison<'_>, platform: &str) -> usize {
    let mut platforms = comparison.platforms().iter();
    let number = platforms.position(|bound| bound.id == platform);
    number.expect("a platform of the scenario")
}

fn fleet(comparison: &Comparison<'_>, index: usize, platform: &str) -> String {
    let solved = comparison.solve(index);
    let fleet = solved.fleet(number(comparison, platform));
    fleet.expect("a fleet").describe()
}

/// All requests in flight need V = 20 x 0.2 + 6 x 0.1 = 4.6 vCPU and W = 20 x 128 + 6 x 1,024 = 8,704
/// MB. Each of 10 tasks needs max(4.6 / 10, 2 x 0.2, 1 x 0.1) = 0.46 vCPU and max(8,704 / 10, 2 x 128,
/// 1 x 1,024) = 1,024 MB, so 0.5 vCPU / 1 GB: 10 x (0.5 x 0.04048 + 0.004445) x 730 = $180.2005, the
/// least of all sizes. 9 tasks would need ceil(20 / 9) x 0.2 = 0.6 vCPU.
///
/// `many` has max(4 / 4.6, 2,560 / 8,704) = 20/23 and `large` max(0.6 / 4.6, 6,144 / 8,704) = 12/17:
/// parts of 85/154 and 69/154, $99.4613 and $80.7392. Alone they would be 4 x 1 vCPU / 2 GB and 3 x
/// 0.25 vCPU / 2 GB: $144.1604 and $41.6319.
#[test]
fn functions_of_a_service_share_tasks() {
    compared(&valid(&two("service = 'api'")), |comparison| {
        assert_eq!(adds(comparison, "fargate"), ["99.4613", "80.7392"]);
        assert_eq!(
            fleet(comparison, 0, "fargate"),
            "10 tasks of 0.5 vCPU / 1 GB shared by 2 functions of service `api`, 2 of its requests in \
             each, 55.2 % of the cost"
        );
        assert_eq!(
            fleet(comparison, 1, "fargate"),
            "10 tasks of 0.5 vCPU / 1 GB shared by 2 functions of service `api`, 1 of its requests in \
             each, 44.8 % of the cost"
        );
    });
    compared(&valid(&two("")), |comparison| {
        assert_eq!(adds(comparison, "fargate"), ["144.1604", "41.6319"]);
    });
}

/// Pods of 0.46 vCPU and 1,024 MB: 4 fit a node by vCPU (1.93 / 0.46 = 4.2) and 6 by memory, so 10 pods
/// fill 2.5 nodes. Other numbers of pods fill as many at least: 8 pods of ceil(20 / 8) x 0.2 = 0.6 vCPU
/// fill 8 / 3, and 20 pods of 0.23 vCPU but 1,024 MB fill 20 / 6. 3 nodes of $0.096 and the cluster of
/// $0.10 an hour: (0.288 + 0.10) x 730 = $283.24, in parts of 85/154 and 69/154: $156.3338 and
/// $126.9062. Without a service the pods fill 20 / 9 + 6 / 6 nodes, 4 whole ones.
#[test]
fn functions_of_a_service_share_pods() {
    compared(&valid(&two("service = 'api'")), |comparison| {
        assert_eq!(adds(comparison, "eks"), ["156.3338", "126.9062"]);
        assert_eq!(
            fleet(comparison, 0, "eks"),
            "10 pods shared by 2 functions of service `api`, 2 of its requests in each, 55.2 % of the \
             cost, 4 per node: 2.50 nodes of m5.large (7,000 of 8,192 MiB)"
        );
    });
    let text = two("runs_on = 'eks'");
    let nodes = |text: &str| {
        compared(&valid(text), |comparison| {
            comparison.clusters()[0].nodes.to_fixed(0)
        })
    };
    assert_eq!(nodes(&text), "4");
    assert_eq!(
        nodes(&two("service = 'api'\nrunson").replace("runson", "runs_on = 'eks'")),
        "3"
    );
}

/// Pods of 0.46 vCPU and 1,024 MB request 256 MB more on Fargate, so they have 0.5 vCPU / 2 GB. Fewer
/// pods of more vCPU: 5 of 1 vCPU and max(8,704 / 5, 4 x 128, 2 x 1,024) + 256 = 2,304 MB, so 1 vCPU /
/// 3 GB, cost 5 x (0.04048 + 3 x 0.004445) = 0.269075 an hour; 10 x (0.02024 + 0.00889) = 0.2913.
#[test]
fn functions_of_a_service_share_pods_on_fargate() {
    compared(&valid(&two("service = 'api'")), |comparison| {
        let described = fleet(comparison, 0, "eks-fargate");
        assert!(
            described.starts_with("5 pods of 1 vCPU / 3 GB shared by 2 functions"),
            "{described}"
        );
    });
}

/// What a function costs, adds and has as break-evens, and its fleets; without `service` and with it.
fn figures(text: &str) -> [String; 2] {
    ["", "service = 'api'"].map(|service| {
        compared(&valid(&text.replace("SERVICE", service)), |comparison| {
            let solved = comparison.solve(0);
            let platforms = comparison.platforms().iter().zip(&solved.summary.costs);
            let mut figures = Vec::new();
            for (number, (platform, cost)) in platforms.enumerate() {
                let cost = cost.as_ref().map(|cost| {
                    [&cost.adds, &cost.billed, &cost.unshared].map(|usd| usd.to_string())
                });
                let fleet = solved
                    .fleet(number)
                    .map(|fleet| (fleet.facts(), fleet.capacity()));
                let refused = cost.as_ref().err().map(|refused| refused.code);
                figures.push(format!(
                    "{}: {:?} {refused:?} {fleet:?}",
                    platform.id,
                    cost.ok()
                ));
            }
            for (pair, crossover) in &solved.summary.crossovers {
                figures.push(format!("{pair:?} {crossover:?}"));
            }
            // The instances of several functions are no fleet that they have in common.
            let managed = number(comparison, "lambda-managed");
            let detail = comparison.detail(&solved, 1);
            for (pair, steps) in detail.steps.iter().filter(|(pair, _)| pair.to != managed) {
                figures.push(format!("{pair:?} {steps:?}"));
            }
            figures.join("\n")
        })
    })
}

/// Options of a scenario, and keys of a function with its own capacity.
#[test]
fn a_service_of_one_function_is_that_function() {
    let options = [
        "",
        "free_tier = true",
        "eks.cluster = 'existing'\neks.instance_type = 'm5.large'",
        "eks.instance_type = 't3.medium'",
        "eks.auto_mode = true\neks-fargate.cluster = 'existing'",
        "eks.max_pods = 8\neks.packing_efficiency = 0.7",
        "discounts.fargate = 0.1\ndiscounts.lambda = 0.2",
    ];
    let keys = [
        "",
        "container.cpu_ms = 3\ncontainer.base_memory_mb = 700\ncontainer.min_tasks = 1",
        "container.memory_per_request_mb = 31.7\ncontainer.target_utilization = 0.61",
        "container.task_storage_gb = 50\ncontainer.min_tasks = 30",
        "container.os = 'windows'",
        "architecture = 'arm64'\ncontainer.architecture = 'x86_64'\ncold_start_rate = 0.01\ninit_ms = 700",
        "provisioned.environments = 2\nprovisioned.share_served = 0.3\nephemeral_storage_mb = 2000",
        "streaming.gb_per_month = 400\ninvocation.error_rate = 0.1\ninvocation.retries = 2",
        "container.cpu_ms = 400_000",
        "managed.capacity_provider = 'web'",
    ];
    let homes = ["lambda", "eks", "eks-fargate", "lambda-managed"];
    for (number, options) in options.iter().enumerate() {
        for (other, keys) in keys.iter().enumerate() {
            let home = homes[(number + other) % homes.len()];
            let text = format!(
                "region = 'us-east-1'\nplatforms = ['lambda', 'fargate', 'eks', 'fargate-spot', \
                 'eks-fargate', 'lambda-managed']\n{options}\n[[function]]\nname = 'one'\n\
                 SERVICE\nruns_on = '{home}'\nmemory_mb = 1000\nduration_ms = 230\n\
                 invocations_per_month = 31_000_000\nutilization = 0.37\nmanaged.runtime = 'node'\n\
                 {keys}\n[[function]]\nname = 'other'\nmemory_mb = 512\nduration_ms = 90\n\
                 invocations_per_month = 200_000_000\nutilization = 0.4\nruns_on = 'lambda'\n\
                 [[function]]\nname = 'same'\nmemory_mb = 512\nduration_ms = 90\n\
                 invocations_per_month = 200_000_000\nutilization = 0.4\nruns_on = 'lambda-managed'\n\
                 managed = {{ runtime = 'node', capacity_provider = 'web' }}\n"
            );
            let [alone, service] = figures(&text);
            assert_eq!(alone, service, "{text}");
        }
    }
}

/// Functions with as many calls as each other: at the break-even of the service all have that many, and
/// a scenario that states them costs as much on Lambda as the fleet.
#[test]
fn at_its_break_even_a_service_costs_as_much_on_lambda() {
    let mut random = Random(17);
    let (mut found, mut shared) = (0, 0);
    let provider = |random: &mut Random| {
        let name = ["", "one", "one", "two"][random.from(0, 3) as usize];
        match name {
            "" => String::new(),
            name => format!(", capacity_provider = '{name}'"),
        }
    };
    // Another service has a function on the capacity provider `one`. Its calls do not change.
    let other = "[[function]]\nname = 'other'\nservice = 'shop'\nruns_on = 'lambda-managed'\n\
                 memory_mb = 4096\nduration_ms = 100\ninvocations_per_month = 50_000_000\n\
                 utilization = 0.4\nmanaged = { runtime = 'node', capacity_provider = 'one' }\n";
    for _ in 0..40 {
        let count = random.from(2, 4);
        let function = |random: &mut Random, number: u64| {
            format!(
                "[[function]]\nname = 'f{number}'\nservice = 'api'\nmemory_mb = {}\n\
                 architecture = '{}'\nduration_ms = {}\ninvocations_per_month = CALLS\n\
                 peak_concurrency = 2000\ncold_start_rate = 0.0{}\ninit_ms = 300\n\
                 container.architecture = 'x86_64'\ncontainer.cpu_ms = {}\n\
                 managed = {{ runtime = 'node'{} }}\n",
                random.from(128, 2000),
                ["x86_64", "arm64"][random.from(0, 1) as usize],
                random.from(20, 400),
                random.from(0, 9),
                random.from(1, 20),
                provider(random),
            )
        };
        let functions: String = (0..count)
            .map(|number| function(&mut random, number))
            .collect();
        let of = |calls: u128| {
            let text = format!(
                "region = 'us-east-1'\nplatforms = ['lambda', 'fargate', 'eks', \
                 'lambda-managed']\nlambda.other_gb_seconds = {{ x86_64 = 5_999_000_000 }}\n{functions}{other}"
            );
            text.replace("CALLS", &calls.to_string())
        };
        compared(&valid(&of(1_000_000)), |comparison| {
            let solved = comparison.solve(0);
            for (pair, crossover) in &solved.summary.crossovers {
                let Some(point) = &crossover.point else {
                    continue;
                };
                let costs = |calls: u128| {
                    compared(&valid(&of(calls)), |comparison| {
                        let costs = comparison.solve(0).summary.costs;
                        [pair.from, pair.to].map(|number| {
                            let cost = costs[number].as_ref().expect("it can run");
                            cost.service_adds.clone().expect("a service")
                        })
                    })
                };
                let [lambda, fleet] = costs(point.invocations);
                assert!(lambda <= fleet, "{pair:?} {}", of(point.invocations));
                let [lambda, fleet] = costs(point.invocations + 1);
                assert!(lambda > fleet, "{pair:?} {}", of(point.invocations));
                found += 1;
                let is_managed = comparison.platforms()[pair.to].id == "lambda-managed";
                shared += u32::from(is_managed && functions.contains("'one'"));
            }
        });
    }
    assert!(found > 15, "only {found} break-evens");
    assert!(shared > 5, "only {shared} with a shared capacity provider");
}

/// Lambda costs 40 M x (0.2 s x 0.125 GB x 0.0000166667 + 0.0000002) = $24.6667 and 6 M x (0.5 s x 1 GB
/// x 0.0000166667 + 0.0000002) = $51.2001, together $75.8668. The tasks for $180.2005 cost as much when
/// the traffic of both is 180.2005 / 75.8668 = 2.375222 times as high: 95,008,883 and 14,251,332 calls.
#[test]
fn the_break_even_is_that_of_the_service() {
    compared(&valid(&two("service = 'api'")), |comparison| {
        assert_eq!(adds(comparison, "lambda"), ["24.6667", "51.2001"]);
        let pair = |index: usize| {
            let solved = comparison.solve(index);
            let fargate = number(comparison, "fargate");
            let found = solved.summary.crossovers.iter();
            let mut found = found.filter(|(pair, _)| pair.to == fargate);
            let (_, crossover) = found.next().expect("a break-even");
            crossover.point.as_ref().expect("a point").invocations
        };
        assert_eq!((pair(0), pair(1)), (95_008_883, 14_251_332));
    });
}

/// A load balancer of $16.43 is paid once, $8.215 by each, and $0.08 a million for 40 + 6 M calls: 180.2005
/// + 16.43 + 3.68 = $200.3105. The traffic of both grows by 196.6305 / (75.8668 - 3.68) = 2.723912 until
///   Lambda costs as much.
#[test]
fn a_service_pays_an_extra_once() {
    let extra = "[[extra]]\nname = 'load balancer'\nplatforms = ['fargate']\n\
                 usd_per_month = 16.43\nusd_per_million_invocations = 0.08\n";
    let text = two("service = 'api'");
    let text = text.replacen("[[function]]", &format!("{extra}[[function]]"), 1);
    compared(&valid(&text), |comparison| {
        assert_eq!(adds(comparison, "fargate"), ["110.8763", "89.4342"]);
        let fargate = number(comparison, "fargate");
        let solved = comparison.solve(0);
        let cost = solved.summary.costs[fargate].as_ref().expect("it can run");
        let service = cost.service_adds.as_ref().expect("a service");
        assert_eq!(service.dollars().to_fixed(4), "200.3105");
        let found = solved.summary.crossovers.iter();
        let mut found = found.filter(|(pair, _)| pair.to == fargate);
        let (_, crossover) = found.next().expect("a break-even");
        let point = crossover.point.as_ref().expect("a point");
        assert_eq!(point.invocations, 108_956_485);
    });
}

/// Alone, `large` costs $41.63 on Fargate and $51.20 on Lambda: it would move. With the service it
/// stays.
#[test]
fn a_service_moves_as_one() {
    let moves = |service: &str| {
        compared(&valid(&two(service)), |comparison| {
            decided(comparison, 1).plan.moves.len()
        })
    };
    assert_eq!(moves(""), 1);
    assert_eq!(moves("service = 'api'"), 0);
    let text = two("service = 'api'\nruns_on = 'fargate'");
    compared(&valid(&text), |comparison| {
        let decision = decided(comparison, 1);
        let moves = &decision.plan.moves;
        assert_eq!(moves.len(), 1);
        assert_eq!(moves[0].functions, [0, 1]);
        // 180.2005 - 75.8668
        assert_eq!(moves[0].saving.dollars().to_fixed(4), "104.3337");
        let parts = [0, 1].map(|index| {
            let one = decision.move_of(index).expect("it moves");
            one.saving.dollars().to_fixed(4)
        });
        // 99.4613 - 24.6667 and 80.7392 - 51.2001
        assert_eq!(parts, ["74.7946", "29.5391"]);
    });
}

/// `large` with more memory than Lambda has cannot run there. Neither can `many`.
#[test]
fn a_service_runs_where_all_of_its_functions_can() {
    let text = two("service = 'api'").replace("memory_mb = 1024", "memory_mb = 10_241");
    compared(&valid(&text), |comparison| {
        let solved = comparison.solve(0);
        let refused = solved.summary.costs[0].as_ref().expect_err("it cannot run");
        assert_eq!(
            refused.reason,
            "`large` of its service `api` cannot run there: 10,241 MB is outside Lambda's 128 to \
             10,240 MB"
        );
        let totals = comparison.totals();
        assert_eq!(
            (totals.today.left_out, totals.platforms[0].left_out),
            (2, 2)
        );
        assert!(totals.platforms[0].monthly.dollars().is_zero());
        assert_eq!(decided(comparison, 1).plan.left_out, [0, 1]);
    });
    // A request of 1,600 vCPU-ms in 1 ms fits no task and no node.
    let text = two("service = 'api'").replace("container.cpu_ms = 50", "container.cpu_ms = 50_000");
    compared(&valid(&text), |comparison| {
        let solved = comparison.solve(0);
        for platform in ["fargate", "eks", "eks-fargate"] {
            let cost = &solved.summary.costs[number(comparison, platform)];
            let reason = &cost.as_ref().expect_err("it cannot run").reason;
            assert!(
                reason.starts_with("`large` of its service `api` cannot run there: a"),
                "{reason}"
            );
        }
        let totals = comparison.totals();
        assert_eq!(totals.platforms[number(comparison, "eks")].left_out, 2);
    });
}

#[test]
fn a_pinned_function_pins_its_service() {
    let text = two("service = 'api'\nruns_on = 'fargate'").replacen(
        "container.cpu_ms = 50",
        "pinned = true\ncontainer.cpu_ms = 50",
        1,
    );
    compared(&valid(&text), |comparison| {
        assert!(decided(comparison, 1).plan.moves.is_empty());
    });
}

#[test]
fn members_have_much_in_common() {
    let mistake = |many: &str, large: &str| {
        let text = format!("{OPTIONS}{TWO}");
        let text = text.replacen("SERVICE", &format!("service = 'api'\n{many}"), 1);
        let text = text.replacen("SERVICE", &format!("service = 'api'\n{large}"), 1);
        let found = read(&text).expect_err("a mistake");
        found.to_string()
    };
    for (many, large, expected) in [
        ("region = 'eu-west-1'", "", "are in different regions"),
        (
            "container.architecture = 'arm64'",
            "",
            "have containers of different architectures",
        ),
        ("", "runs_on = 'eks'", "run on different platforms today"),
        (
            "",
            "container.hours_per_month = 700",
            "run for different hours",
        ),
        (
            "",
            "container.os = 'windows'",
            "have containers of different operating systems",
        ),
        (
            "container.task = { vcpu = 1, memory_gb = 2 }",
            "",
            "`container.task.vcpu` is not possible for a function with `service`",
        ),
        (
            "container.requests_per_pod = 3",
            "",
            "`container.requests_per_pod` is not possible for a function with `service`",
        ),
        (
            "",
            "container.run = 'job'",
            "`container.run = \"job\"` is not possible for a function with `service`",
        ),
    ] {
        let found = mistake(many, large);
        assert!(found.contains(expected), "{expected}: {found}");
    }
}

/// Two functions of a service, with keys of the second one.
fn members(first: &str, second: &str) -> String {
    let function = |name: &str, keys: &str| {
        format!(
            "[[function]]\nname = '{name}'\nmemory_mb = 512\nduration_ms = 120\n\
             invocations_per_month = 40_000_000\nutilization = 0.3\nservice = 's'\n{keys}\n"
        )
    };
    format!(
        "region = 'us-east-1'\n{}{}",
        function("a", first),
        function("b", second)
    )
}

#[test]
fn mistakes_between_members_have_the_place_of_the_key() {
    // The excerpt is the last line with this text.
    for (first, second, excerpt) in [
        ("", "region = 'eu-west-1'", "region = 'eu-west-1'"),
        ("", "runs_on = 'fargate'", "runs_on = 'fargate'"),
        ("runs_on = 'fargate'", "", "service = 's'"),
        ("", "architecture = 'arm64'", "architecture = 'arm64'"),
        (
            "",
            "[function.container]\nhours_per_month = 100",
            "hours_per_month = 100",
        ),
        ("", "container.os = 'windows'", "container.os = 'windows'"),
        (
            "",
            "[[function]]\nname = 's'\nmemory_mb = 512\nduration_ms = 120\n\
             invocations_per_month = 1\nutilization = 0.3",
            "name = 's'",
        ),
    ] {
        let text = members(first, second);
        let lines: Vec<&str> = text.lines().collect();
        let number = lines.iter().rposition(|known| *known == excerpt);
        let number = number.expect("the line is there") + 1;
        let found = read(&text).expect_err("a mistake").to_string();
        assert_eq!(found.matches("error[").count(), 1, "{found}");
        let place = format!("--> scenario.toml:{number}:");
        assert!(found.contains(&place), "{place}\n{found}");
        assert!(
            found.contains(&format!("{number} | {excerpt}\n")),
            "{found}"
        );
    }
    // A service gets the name of a function that was read before.
    let text = members("", "").replacen("service = 's'", "", 1);
    let text = text.replace("name = 'a'", "name = 's'");
    let found = read(&text).expect_err("a mistake").to_string();
    assert!(
        found.contains("`s` is a service, and a function"),
        "{found}"
    );
    assert!(found.contains("| service = 's'\n"), "{found}");
}

/// What the program answers about a file, or what it writes about its mistakes.
fn run(file: &str, text: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join(file), text).expect("written");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_lambdacost"));
    let command = command.args(["compare", file]).args(arguments);
    let output = command.current_dir(folder.path()).output();
    let output = output.expect("it starts");
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8(text).expect("text");
    (output.status.code(), text)
}

#[test]
fn mistakes_between_members_have_the_place_of_the_row() {
    let rows = "name,memory_mb,duration_ms,invocations_per_month,utilization,region,service,runs_on\n\
                a,512,120,40000000,0.3,us-east-1,s,\n\
                x,512,120,40000000,0.3,us-east-1,,fargate\n\
                b,512,120,40000000,0.3,us-east-1,s,fargate\n\
                s,512,120,40000000,0.3,us-east-1,,\n";
    let (code, message) = run("f.csv", rows, &[]);
    assert_eq!(code, Some(2), "{message}");
    let expected = "error[conflict]: `a` and `b` of the service `s` run on different platforms today\n \
                    --> f.csv:4:36\n  |\n\
                    4 | b,512,120,40000000,0.3,us-east-1,s,fargate\n  \
                    |                                    ^^^^^^^\n";
    assert!(message.starts_with(expected), "{message}");
    let named = "function that does not belong to it\n --> f.csv:5:1\n";
    assert!(message.contains(named), "{message}");
}

#[test]
fn a_change_is_to_blame_for_members_that_differ() {
    let text = members("", "");
    let (code, message) = run("s.toml", &text, &["--set", "b:runs_on=fargate"]);
    assert_eq!(code, Some(2), "{message}");
    assert!(message.contains("different platforms today"), "{message}");
    assert!(message.contains(" --> --set:1:3\n"), "{message}");
    assert!(message.contains("1 | b:runs_on=fargate\n"), "{message}");
    // The first member is changed, and the second one differs from it.
    let (_, message) = run("s.toml", &text, &["--set", "a:runs_on=fargate"]);
    assert!(message.contains("1 | a:runs_on=fargate\n"), "{message}");
}

#[test]
fn a_key_is_refused_once() {
    let job = "container = { run = 'job', requests_per_pod = 3 }";
    let found = read(&members("", job)).expect_err("a mistake").to_string();
    let says = "`container.requests_per_pod` is not possible for a job (container.run = \"job\")";
    assert!(found.contains(says), "{found}");
    assert_eq!(
        found.matches("`container.requests_per_pod`").count(),
        1,
        "{found}"
    );
    let says = "`container.run = \"job\"` is not possible for a function with `service`";
    assert!(found.contains(says), "{found}");
}

#[test]
fn a_service_is_no_function() {
    let text = members("", "");
    let (code, message) = run("s.toml", &text, &["--function", "s"]);
    assert_eq!(code, Some(2), "{message}");
    let expected = "error[no-function]: `s` is a service, not a function\n\
                    help: name one or more of its functions: `a` and `b`\n";
    assert_eq!(message, expected);
    let (code, _) = run("s.toml", &text, &["--pinned", "s"]);
    assert_eq!(code, Some(0));
}

/// A function of a service: requests in flight to provide for, and vCPU in hundredths and MB of each.
struct Part {
    peak: u64,
    vcpu: u64,
    memory_mb: u64,
}

/// A service by the formula, with whole numbers only: n tasks of vCPU c and memory m carry it if
/// `V <= n * c`, `W <= n * (m - base)`, and `ceil(S / n)` requests of each function fit.
struct Reference {
    parts: Vec<Part>,
    base_mb: u64,
    min_tasks: u64,
}

/// Above every number of tasks that a service of this test needs.
const MOST_TASKS: u64 = 600;

impl Reference {
    fn of(random: &mut Random) -> Self {
        let parts = (0..random.from(2, 4)).map(|_| Part {
            peak: random.from(1, 40),
            vcpu: random.from(1, 90),
            memory_mb: random.from(20, 1500),
        });
        Self {
            parts: parts.collect(),
            base_mb: random.from(0, 1) * random.from(50, 900),
            min_tasks: random.from(1, 4),
        }
    }

    /// True if `pods` of this many tasks fit in a vCPU and memory together.
    fn fits(&self, tasks: u64, pods: u64, vcpu: u64, memory_mb: u64) -> bool {
        let all =
            |of: fn(&Part) -> u64| self.parts.iter().map(|one| one.peak * of(one)).sum::<u64>();
        let whole = self.parts.iter().all(|one| {
            let requests = one.peak.div_ceil(tasks);
            pods * requests * one.vcpu <= vcpu
                && pods * (self.base_mb + requests * one.memory_mb) <= memory_mb
        });
        whole
            && pods * all(|one| one.vcpu) <= tasks * vcpu
            && pods * (tasks * self.base_mb + all(|one| one.memory_mb)) <= tasks * memory_mb
    }

    /// The least cost of an hour in parts of 10^-9 / 4 dollars, and the number of tasks.
    fn tasks(&self) -> (u64, u64) {
        let sizes = [
            (1, vec![512, 1024, 2048]),
            (2, (1..=4).map(|gb| gb * 1024).collect()),
            (4, (2..=8).map(|gb| gb * 1024).collect()),
            (8, (4..=16).map(|gb| gb * 1024).collect()),
            (16, (8..=30).map(|gb| gb * 1024).collect()),
            (32, (16..=60).step_by(4).map(|gb| gb * 1024).collect()),
            (
                64,
                (32..=120)
                    .step_by(8)
                    .map(|gb| gb * 1024)
                    .collect::<Vec<u64>>(),
            ),
        ];
        let sizes = sizes
            .into_iter()
            .flat_map(|(quarters, memories)| memories.into_iter().map(move |mb| (quarters, mb)));
        let fleets = sizes.filter_map(|(quarters, memory_mb)| {
            let mut counts = self.min_tasks..MOST_TASKS;
            let count = counts.find(|count| self.fits(*count, 1, quarters * 25, memory_mb))?;
            // $0.04048 a vCPU-hour and $0.004445 a GB-hour, in parts of 10^-9 / 4 dollars.
            let hourly = quarters * 40_480_000 + memory_mb * 4 * 4_445_000 / 1024;
            Some((count * hourly, quarters, memory_mb, count))
        });
        // Ties go to fewer vCPUs, then less memory.
        let (hourly, _, _, count) = fleets.min().expect("a size that fits");
        (hourly, count)
    }

    /// The pods and the pods on a node of 1.93 vCPU and 7,000 MB with the least need of nodes; of equal
    /// ones, the most pods.
    fn pods(&self) -> (u64, u64) {
        let mut best: Option<(u64, u64)> = None;
        for pods in self.min_tasks..MOST_TASKS {
            let mut on_node = (1..=29).rev();
            let Some(per_node) = on_node.find(|count| self.fits(pods, *count, 193, 7000)) else {
                continue;
            };
            if best.is_none_or(|(most, other)| pods * other <= most * per_node) {
                best = Some((pods, per_node));
            }
        }
        best.expect("pods that fit")
    }

    fn text(&self) -> String {
        let parts = self.parts.iter().enumerate();
        let functions = parts.map(|(number, one)| {
            format!(
                "[[function]]\nname = 'f{number}'\nservice = 'api'\nruns_on = 'eks'\n\
                 memory_mb = 1024\nduration_ms = 100\ninvocations_per_month = {}\n\
                 peak_concurrency = {}\n[function.container]\ncpu_ms = {}\n\
                 memory_per_request_mb = {}\nbase_memory_mb = {}\nmin_tasks = {}\n",
                one.peak * 1_000_000,
                one.peak,
                one.vcpu,
                one.memory_mb,
                // Only the first states the base and the minimum.
                if number == 0 { self.base_mb } else { 0 },
                if number == 0 { self.min_tasks } else { 1 },
            )
        });
        format!("{OPTIONS}{}", functions.collect::<String>())
    }
}

#[test]
fn fleets_are_those_of_trying_every_number_of_tasks_and_pods() {
    let mut random = Random(3);
    for _ in 0..60 {
        let reference = Reference::of(&mut random);
        let text = reference.text();
        compared(&valid(&text), |comparison| {
            let solved = comparison.solve(0);
            let fact = |platform: &str, key: &str| {
                let fleet = solved.fleet(number(comparison, platform)).expect("a fleet");
                let facts = fleet.facts();
                let fact = facts.iter().find(|fact| fact.key == key);
                format!("{:?}", fact.expect("the fact").value)
            };
            let (hourly, count) = reference.tasks();
            assert_eq!(
                fact("fargate", "tasks"),
                format!("Count({count})"),
                "{text}"
            );
            let number = number(comparison, "fargate");
            let cost = solved.summary.costs[number].as_ref().expect("it can run");
            let service = cost.service_adds.as_ref().expect("a service");
            let expected = &Exact::from(hourly) * &Exact::ratio(730, 4_000_000_000);
            assert_eq!(*service, Usd::new(expected), "{text}");
            let (pods, per_node) = reference.pods();
            assert_eq!(fact("eks", "pods"), format!("Count({pods})"), "{text}");
            assert_eq!(
                fact("eks", "pods_per_node"),
                format!("Count({per_node})"),
                "{text}"
            );
            let nodes = pods.div_ceil(per_node).max(1);
            let clusters = comparison.clusters();
            assert_eq!(clusters[0].nodes.to_fixed(0), nodes.to_string(), "{text}");
        });
    }
}

/// Rows of FOCUS are made for one platform after the other. A service is on one of them, and functions
/// before it can be on another.
#[test]
fn bills_in_focus_have_services_next_to_functions_elsewhere() {
    let text = "region = \"us-east-1\"\n[[function]]\nname = \"x\"\nmemory_mb = 512\n\
                duration_ms = 120\ninvocations_per_month = 1_000_000\nutilization = 0.3\n\
                runs_on = \"fargate\"\n[[function]]\nname = \"a\"\nservice = \"s\"\n\
                memory_mb = 512\nduration_ms = 120\ninvocations_per_month = 40_000_000\n\
                utilization = 0.3\n";
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("s.toml"), text).expect("written");
    for bill in ["today", "plan"] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_lambdacost"));
        let arguments = [
            "compare", "s.toml", "--format", "focus", "--period", "2026-12",
        ];
        let command = command.args(arguments).args(["--bill", bill]);
        let output = command
            .current_dir(folder.path())
            .output()
            .expect("it starts");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let rows = String::from_utf8(output.stdout).expect("text");
        let mut reader = csv::Reader::from_reader(rows.as_bytes());
        let column = reader
            .headers()
            .expect("a header")
            .iter()
            .position(|name| name == "BilledCost")
            .expect("the column");
        let cost = |row: csv::StringRecord| -> rust_decimal::Decimal {
            row[column].parse().expect("a number")
        };
        let rows = reader.records().map(|row| cost(row.expect("a row")));
        let sum: rust_decimal::Decimal = rows.sum();
        let total = compared(&valid(text), |comparison| {
            let decision = comparison::decided(comparison, 1);
            match bill {
                "today" => decision.totals().today.monthly.clone(),
                _ => decision.plan.monthly.clone(),
            }
        });
        let difference = &Exact::from(sum.max(rust_decimal::Decimal::ZERO)) - total.dollars();
        assert_eq!(
            difference.to_fixed(6).trim_start_matches('-'),
            "0.000000",
            "{bill}"
        );
    }
}
