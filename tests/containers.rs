//! What containers need: slots, pods, nodes and the hours of fleets, with figures worked by hand.

mod comparison;

use comparison::{compared, read, valid};
use lambdacost::exact::Exact;
use lambdacost::internals::answer::Comparison;
use lambdacost::internals::money::Usd;

/// A scenario of us-east-1.
fn scenario(text: &str) -> lambdacost::internals::scenario::Scenario {
    valid(&format!("region = 'us-east-1'\n{text}"))
}

/// The bill of the first function on a platform, by its index among those of the scenario, and its
/// fleet in short.
#[track_caller]
fn on(text: &str, platform: usize) -> (String, String) {
    compared(&scenario(text), |comparison| {
        let answer = comparison.answer(0, platform);
        let answer = answer.unwrap_or_else(|refused| panic!("{}\n{text}", refused.reason));
        let mut short = String::new();
        if let Some(fleet) = answer.placement.fleet() {
            fleet.write_short(&mut short);
        }
        (cents(&answer.cost.billed), short)
    })
}

fn cents(usd: &Usd) -> String {
    usd.dollars().to_fixed(2)
}

/// Why the first function cannot run on a platform.
#[track_caller]
fn refusal(text: &str, platform: usize) -> String {
    compared(&scenario(text), |comparison| {
        let refused = comparison.answer(0, platform).expect_err("it cannot run");
        format!("{}; {}", refused.reason, refused.advice)
    })
}

/// The break-even of the first pair, in per cent.
#[track_caller]
fn break_even(text: &str) -> Exact {
    compared(&scenario(text), |comparison| {
        let solved = comparison.solve(0);
        let (_, crossover) = solved.summary.crossovers.first().expect("a pair");
        let point = crossover.point.as_ref().expect("a break-even");
        &point.utilization * &Exact::from(100_u32)
    })
}

const BIG: &str = "platforms = ['lambda', 'fargate']
[[function]]
name = 'big'
memory_mb = 4096
duration_ms = 1000
invocations_per_month = 20_000_000
utilization = 0.5
";

/// 20 M x 1 s / 2,628,000 s / 0.5 = 15.22 in flight, 16 slots of 1 vCPU and 4 GB. 16 of 1 vCPU / 4
/// GB are 16 x 730 x (0.04048 + 4 x 0.004445) = 680.48.
#[test]
fn a_request_uses_one_thread() {
    assert_eq!(on(BIG, 1).0, "680.48");
    // 680.4768 / (4 x 0.0000166667 + 0.0000002) = 10,199,499 calls of 20 M: 25.4 %.
    assert_eq!(break_even(BIG).to_fixed(1), "25.4");
}

/// 4,096 MB have 2.315 vCPU: with three threads a slot is all of it. 16 x 4 vCPU / 8 GB would hold one
/// each; 16 vCPU / 32 GB hold 6: 3 x 730 x 0.78992 = 1,729.92.
#[test]
fn threads_use_more_than_one_vcpu() {
    let three = format!("{BIG}container.threads = 3\n");
    assert_eq!(on(&three, 1).0, "1729.92");
    assert_eq!(break_even(&three).to_fixed(1), "64.7");
    let two = format!("{BIG}container.threads = 2\n");
    // 2 vCPU / 4 GB each: 16 x 730 x 0.09874.
    assert_eq!(on(&two, 1).0, "1153.28");
}

#[test]
fn threads_and_cpu_time_are_not_stated_together() {
    let both =
        format!("region = 'us-east-1'\n{BIG}container.threads = 2\ncontainer.cpu_ms = 500\n");
    let error = read(&both).expect_err("both").to_string();
    assert!(
        error.contains("`container.threads` has no effect"),
        "{error}"
    );
    // One that is stated replaces the other of `[defaults]`.
    let default = format!("[defaults]\ncontainer.threads = 2\n{BIG}container.cpu_ms = 500\n");
    let default = default.replacen("platforms = ['lambda', 'fargate']\n", "", 1);
    valid(&format!("region = 'us-east-1'\n{default}"));
}

const MANY: &str = "platforms = ['lambda', 'eks']
[[function]]
name = 'many'
architecture = 'arm64'
memory_mb = 1024
duration_ms = 500
invocations_per_month = 100_000_000
peak_concurrency = 48
[function.container]
cpu_ms = 10
memory_per_request_mb = 64
base_memory_mb = 1000
";

/// A slot is 10/500 = 0.02 vCPU and 64 MB over 1,000 MB. c6g.large leaves 1.78 vCPU and 3,024 MiB (4,096 -
/// 64 - 303 - (255 + 11 x 29) - 100 - 256 = 2,799): one pod of 24 takes 0.48 vCPU and 2,536 MB. Two pods
/// on two nodes: 2 x 730 x 0.068 = 99.28, volumes 3.20, cluster 73.
#[test]
fn a_pod_holds_many_requests() {
    assert_eq!(
        on(MANY, 1),
        ("175.48".into(), "2 pods x 24 at 1 per c6g.large".into())
    );
}

/// With one request each, 48 pods of 1,064 MB. Of c6g.4xlarge, 27,032 - 256 MiB hold 25: 2 nodes.
#[test]
fn the_requests_of_a_pod_can_be_stated() {
    let one = format!("{MANY}requests_per_pod = 1\n");
    let (cost, fleet) = on(&one, 1);
    assert!(fleet.starts_with("48 pods at "), "{fleet}");
    assert_ne!(cost, "175.48");
    let twelve = format!("{MANY}requests_per_pod = 12\n");
    assert!(
        on(&twelve, 1).1.starts_with("4 pods x 12 at "),
        "{}",
        on(&twelve, 1).1
    );
    let large = format!("{MANY}requests_per_pod = 1000000\n");
    assert!(
        refusal(&large, 1).contains("fits no node"),
        "{}",
        refusal(&large, 1)
    );
}

/// Four pods of 31 vCPU and 240,954 MiB. By the estimate an i4i.32xlarge offers 961,470 MiB, three of
/// them; a real one offers 1,007,423 MiB.
const INDEX: &str = "platforms = ['lambda', 'eks']
[eks]
instance_type = 'i4i.32xlarge'
min_nodes = 1
daemonsets = { vcpu = 0, memory_mb = 0, pods = 0 }
root_volume_gb = 0
STATED
[[function]]
name = 'index'
memory_mb = 10240
duration_ms = 1000
invocations_per_month = 10_512_000
peak_concurrency = 4
runs_on = 'eks'
[function.container]
cpu_ms = 31_000
memory_per_request_mb = 240_954
";

/// 730 x 10.9824 = 8,017.152 and the cluster, 73.
#[test]
fn the_memory_of_a_node_can_be_stated() {
    let estimated = INDEX.replace("STATED", "");
    assert_eq!(on(&estimated, 1).0, "16107.30");
    let stated = INDEX.replace("STATED", "node.'i4i.32xlarge'.memory_mb = 1_007_423");
    assert_eq!(
        on(&stated, 1),
        ("8090.15".into(), "4 pods at 4 per i4i.32xlarge".into())
    );
    // 7.5 % of 1,048,576 are 78,644 MiB; without them 961,470 + 78,644 = 1,040,114 MiB are left.
    let overhead = INDEX.replace("STATED", "memory_overhead = 0");
    assert_eq!(on(&overhead, 1).0, "8090.15");
    // 3.2 %: 1,048,576 x 0.032 = 33,554.4, so 33,555 MiB. 4 x 240,954 = 963,816 fit.
    let overhead = INDEX.replace("STATED", "memory_overhead = '3.2%'");
    assert_eq!(on(&overhead, 1).0, "8090.15");
}

/// 96 pods of 15 m and 64 MiB. m5.large has addresses for 29 pods, 26 without DaemonSets: 4 nodes, 280.32 +
/// 6.40 + 73. With prefix delegation 107 addresses are left; 6,647 MiB hold 103: 2 nodes, 140.16 + 3.20 + 73.
#[test]
fn prefix_delegation_gives_a_node_more_pods() {
    let scenario = |stated: &str| {
        format!(
            "platforms = ['lambda', 'eks']\n[eks]\ninstance_type = 'm5.large'\n{stated}\n[[function]]\n\
             name = 'proxy'\nmemory_mb = 128\nduration_ms = 100\ninvocations_per_month = 100_000_000\n\
             peak_concurrency = 96\n[function.container]\ncpu_ms = 1.5\nmemory_per_request_mb = 64\n\
             requests_per_pod = 1\n"
        )
    };
    let expected = |cost: &str, fit: u32| (cost.into(), format!("96 pods at {fit} per m5.large"));
    assert_eq!(on(&scenario(""), 1), expected("359.72", 26));
    let prefixes = scenario("max_pods = 'prefix-delegation'");
    assert_eq!(on(&prefixes, 1), expected("216.36", 103));
    // 58 addresses less 3 for DaemonSets.
    assert_eq!(on(&scenario("max_pods = 58"), 1), expected("216.36", 55));
    let node = "max_pods = 58\nnode.'m5.large'.max_pods = 29";
    assert_eq!(on(&scenario(node), 1), expected("359.72", 26));
    // 60 m of 1,930 less 150 are four pods.
    let vcpu = scenario("node.'m5.large'.vcpu = 0.21");
    assert_eq!(on(&vcpu, 1).1, "96 pods at 4 per m5.large");
    // Without the requests of a pod stated, two pods of 48 need less of a node than 96 of one.
    let chosen = scenario("").replace("requests_per_pod = 1\n", "");
    assert_eq!(on(&chosen, 1).0, "216.36");
}

/// The mistake of a scenario, found when it is read or bound.
fn mistake_in(text: &str) -> String {
    let scenario = match read(text) {
        Err(diags) => return diags.to_string(),
        Ok(scenario) => scenario,
    };
    let prices = comparison::prices(&scenario, &comparison::BOOK);
    let bound = Comparison::new(&scenario, &prices, &comparison::INSTANCES);
    bound.err().expect("a mistake").to_string()
}

#[test]
fn what_nodes_offer_is_checked() {
    let mistake = |stated: &str| {
        let text = format!(
            "region = 'us-east-1'\n[eks]\n{stated}\n{}",
            BIG.split_once('\n').expect("").1
        );
        mistake_in(&text)
    };
    for (stated, expected) in [
        ("node.'m5.larg'.max_pods = 5", "no instance type `m5.larg`"),
        (
            "node.'m5.large'.memory_mb = 8193",
            "`m5.large` has 2 vCPU and 8,192 MiB, less than stated",
        ),
        ("node.'m5.large'.vcpu = 1.9305", "parts of a millicore"),
        (
            "node.'m5.large'.pods = 5",
            "there is no key `eks.node.m5.large.pods`",
        ),
        (
            "node.m5.large.max_pods = 5",
            "there is no key `eks.node.m5.large`",
        ),
        (
            "max_pods = 'prefixes'",
            "neither a number nor \"prefix-delegation\"",
        ),
        ("memory_overhead = 2", "`eks.memory_overhead`"),
    ] {
        let found = mistake(stated);
        assert!(found.contains(expected), "{stated}: {found}");
    }
}

/// A pod of 1 vCPU and 7,000 MB misses the 6,903 - 256 = 6,647 MiB of an m5.large by 353 of 8,192, 4.3 %.
#[test]
fn a_pod_that_nearly_fits_is_refused_with_a_remark() {
    let pod = |memory: u32| {
        refusal(
            &format!(
                "platforms = ['lambda', 'eks']\n[eks]\ninstance_type = 'm5.large'\n{}\n\
                 container.cpu_ms = 1000\ncontainer.memory_per_request_mb = {memory}\n",
                BIG.split_once('\n').expect("a line").1
            ),
            1,
        )
    };
    let near = pod(7_000);
    assert!(
        near.contains("misses m5.large by only 4.3 % of a node"),
        "{near}"
    );
    assert!(
        near.contains("6,903 of 8,192 MiB") && near.contains("[eks.node]"),
        "{near}"
    );
    // 656 MiB are 8.0 %.
    let far = pod(7_303);
    assert!(!far.contains("misses"), "{far}");
}

const CHOICE: &str = "platforms = ['lambda', 'eks']
OPTIONS
[[function]]
name = 'api'
memory_mb = 1024
duration_ms = 1000
invocations_per_month = 10_000_000
peak_concurrency = 4
";

/// The codes and texts of the assumptions about a scenario.
fn notes(text: &str) -> Vec<(&'static str, String)> {
    compared(&scenario(text), |comparison| {
        let notes = comparison.notes(&comparison.totals());
        notes
            .iter()
            .map(|note| (note.code, note.text.clone()))
            .collect()
    })
}

fn note(text: &str, code: &str) -> Option<String> {
    let mut notes = notes(text).into_iter();
    notes
        .find(|(found, _)| *found == code)
        .map(|(_, text)| text)
}

/// 4 pods of 0.579 vCPU and 1 GB. Two c6a.large hold 3 each by CPU (1.78 / 0.579) and 2 by memory; two
/// m7i.large hold 3: 2 x 730 x 0.1008 + 3.20 + 73 = 223.37.
#[test]
fn families_limit_the_node_types() {
    let among = |families: &str| CHOICE.replace("OPTIONS", &format!("eks.families = {families}"));
    assert_eq!(
        on(&CHOICE.replace("OPTIONS", ""), 1).1,
        "4 pods at 2 per c6a.large"
    );
    let (cost, fleet) = on(&among("['m7i', 'c7g']"), 1);
    assert_eq!(
        (cost.as_str(), fleet.as_str()),
        ("223.37", "4 pods at 3 per m7i.large")
    );
    let both = CHOICE.replace(
        "OPTIONS",
        "eks = { families = ['m7i'], instance_type = 'm7i.large' }",
    );
    let error = read(&format!("region = 'us-east-1'\n{both}"))
        .expect_err("both")
        .to_string();
    assert!(error.contains("`families` has no effect"), "{error}");
    for wrong in ["'m7i'", "[]", "[7]"] {
        let error = read(&format!("region = 'us-east-1'\n{}", among(wrong))).expect_err("no list");
        assert!(
            error.to_string().contains("is not a list of names"),
            "{error}"
        );
    }
}

/// m5a.large costs 0.086 an hour, m6a.large 0.0864: 0.47 % more.
#[test]
fn a_newer_generation_that_costs_little_more_is_named() {
    let among = CHOICE.replace("OPTIONS", "eks.families = ['m5a', 'm6a', 'm7a']");
    assert_eq!(on(&among, 1).1, "4 pods at 3 per m5a.large");
    assert_eq!(
        note(&among, "eks-newer-generation").expect("a note"),
        "EKS: m5a.large is the cheapest node type; m6a.large costs 0.5 % more an hour and is a \
         generation newer (eks.instance_type)"
    );
    let alone = CHOICE.replace("OPTIONS", "eks.families = ['m5a', 'm7a']");
    assert_eq!(note(&alone, "eks-newer-generation"), None);
    let fixed = CHOICE.replace("OPTIONS", "eks.instance_type = 'm5a.large'");
    assert_eq!(note(&fixed, "eks-newer-generation"), None);
}

/// 381 slots of 128 MB and 0.0724 vCPU. A node of Auto Mode has 110 pods. c6a.4xlarge offers 27,381
/// MiB for 213 requests: 71 pods of three, 127/71 = 1.789 nodes; 106 of two would be 191/106 = 1.802.
#[test]
fn nodes_of_auto_mode_have_110_pods_and_80_gb() {
    let auto = |more: &str| {
        format!(
            "platforms = ['lambda', 'eks']\n[eks]\nauto_mode = true\ninstance_type = \
             'c6a.4xlarge'\n[[function]]\nname = 'small'\nmemory_mb = 128\nduration_ms = 1000\n\
             invocations_per_month = 300_000_000\nutilization = 0.3\n{more}"
        )
    };
    let one = auto("container.requests_per_pod = 1\n");
    // 4 nodes: 4 x 730 x (0.612 + 0.07344), volumes 4 x 80 x 0.08, the cluster 73.
    assert_eq!(
        on(&one, 1),
        ("2100.08".into(), "381 pods at 110 per c6a.4xlarge".into())
    );
    let chosen = on(&auto(""), 1);
    assert_eq!(chosen.1, "127 pods x 3 at 71 per c6a.4xlarge");
    let text = note(&auto(""), "eks-auto-mode").expect("a note");
    assert!(text.contains("110 pods"), "{text}");
    let text = note(&auto(""), "eks-nodes").expect("a note");
    assert!(
        text.contains("DaemonSets of 0 vCPU, 0 MB and 0 pods") && text.contains("80 GB"),
        "{text}"
    );
    let stated = auto("").replace("auto_mode = true", "auto_mode = true\nmax_pods = 200");
    let error = read(&format!("region = 'us-east-1'\n{stated}")).expect_err("two numbers");
    assert!(
        error.to_string().contains("EKS Auto Mode has 110 pods"),
        "{error}"
    );
}

/// The last two columns of a file of the user are what a node offers: 20 pods of 500 MiB and 10,000.
#[test]
fn a_price_file_states_what_a_node_offers() {
    let mut book = comparison::BOOK.clone();
    let row = "instance_type,architecture,vcpu,memory_mib,max_pods,allocatable_millicores,allocatable_mib\n\
               m5.large,x86_64,2,8192,29,1900,10256\n";
    book.overlay(
        "instances.csv",
        lambdacost::internals::diag::Source::new("instances.csv", row),
    );
    let types = book.instances().expect("types");
    let text = "platforms = ['lambda', 'eks']\n[eks]\ninstance_type = 'm5.large'\nmemory_overhead = 0\n\
                [[function]]\nname = 'a'\nmemory_mb = 500\nduration_ms = 1000\n\
                invocations_per_month = 1000\npeak_concurrency = 20\ncontainer.cpu_ms = 1\n";
    let scenario = scenario(text);
    let prices = comparison::prices(&scenario, &book);
    let comparison = Comparison::new(&scenario, &prices, &types).expect("prices");
    let answer = comparison.answer(0, 1).expect("it fits");
    let mut fleet = String::new();
    answer
        .placement
        .fleet()
        .expect("pods")
        .write_short(&mut fleet);
    assert_eq!(fleet, "20 pods at 20 per m5.large");
}

/// 10 hours on 22 days, with a cluster whose fee is for the whole month.
const OFFICE: &str = "platforms = ['lambda', 'fargate', 'eks', 'eks-fargate']
[[function]]
name = 'portal'
memory_mb = 1024
duration_ms = 200
invocations_per_month = 300_000
peak_concurrency = 5
runs_on = 'fargate'
[function.container]
min_tasks = 1
cpu_ms = 20
task = { vcpu = 0.5, memory_gb = 1 }
requests_per_task = 20
hours_per_month = 220
";

/// Fargate 220 x (0.5 x 0.04048 + 0.004445) = 5.43. EKS: two c6a.large, 2 x 220 x 0.0765 = 33.66; volumes 2 x
/// 20 x 0.08 x 220 / 730 = 0.96; cluster 73. 300,000 x 0.2 s / (3,600 x 220) = 0.0758 in flight of 5: 1.5 %.
#[test]
fn the_month_and_the_hours_of_a_fleet_are_two_things() {
    assert_eq!(on(OFFICE, 1).0, "5.43");
    assert_eq!(on(OFFICE, 2).0, "107.62");
    compared(&scenario(OFFICE), |comparison| {
        let load = comparison.solve(0).summary.workload;
        let share = &load.utilization.expect("it is called") * &Exact::from(100_u32);
        assert_eq!(share.to_fixed(2), "1.52");
        let lines = comparison.solve(0).lines(2);
        let cost = |item: &str| {
            let line = lines.iter().find(|line| line.item == item);
            cents(&line.expect("a line").cost)
        };
        assert_eq!(
            [cost("nodes"), cost("root volumes"), cost("cluster")],
            ["33.66", "0.96", "73.00"]
        );
    });
    // Lambda is billed as ever: 60,000 GB-s x 0.0000166667 + 0.06.
    assert_eq!(on(OFFICE, 0).0, "1.06");
    // A pod of 0.5 vCPU / 1 GB is billed as 2 GB with the overhead: 220 x 0.02913 + 73.
    assert_eq!(on(OFFICE, 3).0, "79.41");
    // 5.43 / (0.2 x 0.0000166667 + 0.0000002) = 1,536,943 calls: 0.388 in flight.
    assert_eq!(break_even(OFFICE).to_fixed(2), "7.76");
}

#[test]
fn hours_of_fleets_and_months_are_checked() {
    let error = |text: &str| {
        let text = format!("region = 'us-east-1'\n{text}");
        mistake_in(&text)
    };
    let month = error(&format!("hours_per_month = 220\n{OFFICE}"));
    assert!(month.contains("a month has 672 hours at least"), "{month}");
    assert!(month.contains("`container.hours_per_month`"), "{month}");
    let longer = error(&format!(
        "hours_per_month = 700\n{}",
        OFFICE.replace("220", "701")
    ));
    assert!(longer.contains("more hours than the month has"), "{longer}");
    let job = error(&format!(
        "{}run = 'job'\n",
        OFFICE.replace("requests_per_task = 20\n", "")
    ));
    assert!(
        job.contains("`container.hours_per_month` is not possible for a job"),
        "{job}"
    );
    let many: String = (101..=125)
        .map(|hours| {
            let own = OFFICE.replace("portal", &format!("portal{hours}"));
            let own = own.replace("= 220", &format!("= {hours}"));
            own.split_once("]\n").expect("platforms").1.to_owned()
        })
        .collect();
    let many = error(&format!("platforms = ['fargate', 'eks']\n{many}"));
    assert!(many.contains("more than 24 different hours"), "{many}");
}

/// A pod of 1 vCPU fills an m5.large, which has 1.93. `portal` runs 220 hours and `always` all 730: two
/// nodes for 220 hours and one for 510.
const TWO_SHIFTS: &str = "platforms = ['lambda', 'fargate', 'eks']
eks = { instance_type = 'm5.large', min_nodes = 1 }
[[function]]
name = 'portal'
memory_mb = 1024
duration_ms = 200
invocations_per_month = 300_000
peak_concurrency = 5
runs_on = 'eks'
container = { min_tasks = 1, task = { vcpu = 1, memory_gb = 2 }, requests_per_task = 20, \
 hours_per_month = 220 }
[[function]]
name = 'always'
memory_mb = 1024
duration_ms = 200
invocations_per_month = 300_000
peak_concurrency = 5
runs_on = 'eks'
container = { min_tasks = 1, task = { vcpu = 1, memory_gb = 2 }, requests_per_task = 20 }
";

/// Nodes: 220 x 2 + 510 = 950 hours x 0.096 = 91.20; volumes 20 x 0.08 x 950 / 730 = 2.08; cluster 73:
/// 166.28. Without `portal` 70.08 + 1.60 + 73 = 144.68: it adds 21.60. Without `always` 220 x 0.096 + 0.48 + 73 =
/// 94.60: it adds 71.68. By node-hours `portal` has 220 of 950: 38.51.
#[test]
fn functions_of_different_hours_share_a_cluster() {
    compared(&scenario(TWO_SHIFTS), |comparison| {
        assert_eq!(cents(&comparison.totals().today.monthly), "166.28");
        let costs = |index: usize| {
            let solved = comparison.solve(index);
            let cost = solved.summary.costs[2].as_ref().expect("it fits").clone();
            [cents(&cost.adds), cents(&cost.billed)]
        };
        assert_eq!(costs(0), ["21.60", "38.51"]);
        assert_eq!(costs(1), ["71.68", "127.77"]);
        let clusters = comparison.clusters();
        assert_eq!(clusters.len(), 1);
        assert_eq!(clusters[0].nodes, Exact::from(2_u32));
        assert_eq!(cents(&clusters[0].monthly), "166.28");
    });
    // `always` alone keeps one node: 144.68; with `portal` on Lambda nothing else changes.
    let apart = TWO_SHIFTS.replacen("runs_on = 'eks'", "runs_on = 'lambda'", 1);
    compared(&scenario(&apart), |comparison| {
        let clusters = comparison.clusters();
        assert_eq!(cents(&clusters[0].monthly), "144.68");
    });
    // At least two nodes while anything runs: 730 x 2 x 0.096 + 3.20 + 73.
    let two = TWO_SHIFTS.replace("min_nodes = 1", "min_nodes = 2");
    compared(&scenario(&two), |comparison| {
        assert_eq!(cents(&comparison.totals().today.monthly), "216.36");
    });
    // Nodes of an existing cluster are not rounded, and it has no fee: each pod is one of one per node.
    let shared = TWO_SHIFTS.replace("min_nodes = 1", "cluster = 'existing'");
    compared(&scenario(&shared), |comparison| {
        assert_eq!(cents(&comparison.totals().today.monthly), "93.28");
    });
}

/// What may be a mistake is a warning above the table.
#[test]
fn odd_inputs_are_warned_of() {
    use lambdacost::internals::scenario::AssumptionKind;
    let warnings = |text: &str| {
        compared(&scenario(text), |comparison| {
            let notes = comparison.notes(&comparison.totals());
            let texts = notes.sentences(AssumptionKind::Warning);
            texts.map(str::to_owned).collect::<Vec<_>>()
        })
    };
    assert_eq!(warnings(BIG), Vec::<String>::new());
    let typo = warnings(&format!("{BIG}container.memory_per_request_mb = 20_480\n"));
    assert!(
        typo.len() == 1 && typo[0].contains("more memory in a container"),
        "{typo:?}"
    );
    // As much as Lambda gives is no contradiction; 4,096 MB have 2.315 vCPU.
    let equal = "container.memory_per_request_mb = 4_096\ncontainer.cpu_ms = 2315\n";
    assert_eq!(warnings(&format!("{BIG}{equal}")), Vec::<String>::new());
    let busy = warnings(&format!("{BIG}container.cpu_ms = 2316\n"));
    assert!(
        busy.len() == 1 && busy[0].contains("more CPU time"),
        "{busy:?}"
    );
    let seconds = warnings(&BIG.replace("duration_ms = 1000", "measured_duration_ms = 0.9"));
    assert!(
        seconds.len() == 1 && seconds[0].contains("seconds"),
        "{seconds:?}"
    );
    let idle = warnings(&BIG.replace("20_000_000", "0"));
    assert!(idle.len() == 1 && idle[0].contains("no calls"), "{idle:?}");
}

/// 8 requests of 1 s a second are 8 in flight, 8 x 884 / 1769 = 3.998 busy vCPUs.
const ENCODE: &str = "platforms = ['lambda', 'eks']
[eks]
instance_type = 't3.medium'
min_nodes = 3
root_volume_gb = 0
[[function]]
name = 'encode'
memory_mb = 884
duration_ms = 1000
requests_per_second = 8
peak_concurrency = 8.8
runs_on = 'eks'
";

/// 9 pods of 0.4997 vCPU: a t3.medium has 1.78 vCPU and 2,990 MiB, 3 each. 3 x 730 x 0.0416 = 91.104 and 73. Busy
/// above 3 x 2 x 20 % = 1.2: (3.99774 - 1.2) x 730 x 0.05 = 102.12.
#[test]
fn burstable_nodes_pay_for_what_is_above_their_baseline() {
    assert_eq!(
        on(ENCODE, 1),
        ("266.22".into(), "9 pods at 3 per t3.medium".into())
    );
    let surplus = |text: &str| {
        compared(&scenario(text), |comparison| {
            let lines = comparison.solve(0).lines(1);
            let line = lines.iter().find(|line| line.item == "surplus credits");
            line.map(|line| cents(&line.cost))
        })
    };
    assert_eq!(surplus(ENCODE).as_deref(), Some("102.12"));
    // Four nodes have a baseline of 1.6: 2.39774 x 36.5 = 87.52.
    let four = ENCODE.replace("min_nodes = 3", "min_nodes = 4");
    assert_eq!(surplus(&four).as_deref(), Some("87.52"));
    // An existing cluster counts the 3 nodes that are used, t4g.medium costs 0.04: 2.79774 x 29.2 = 81.69.
    let graviton = ENCODE
        .replace("'t3.medium'", "'t4g.medium'\ncluster = 'existing'")
        .replace("min_nodes = 3", "")
        .replace("name =", "architecture = 'arm64'\nname =");
    assert_eq!(surplus(&graviton).as_deref(), Some("81.69"));
    // 1,000 calls keep next to nothing busy.
    let idle = ENCODE.replace("requests_per_second = 8", "invocations_per_month = 1_000");
    assert_eq!(surplus(&idle), None);
    // Half of the hours: 16 in flight would be above the peak, so half of the calls.
    let hours = ENCODE
        .replace(
            "requests_per_second = 8",
            "invocations_per_month = 10_512_000",
        )
        .replace("runs_on", "container.hours_per_month = 365\nruns_on");
    assert_eq!(surplus(&hours).as_deref(), Some("51.06"));
    let old = scenario(&ENCODE.replace("t3.medium", "t2.medium"));
    let prices = comparison::prices(&old, &comparison::BOOK);
    let instances = &comparison::INSTANCES;
    let refused = Comparison::new(&old, &prices, instances);
    let refused = refused.err().expect("t2").to_string();
    assert!(
        refused.contains("not in unlimited mode by default"),
        "{refused}"
    );
}

/// Two functions with 3.99774 and 0.24986 busy vCPUs on one cluster of 4 nodes, 11 pods at 3: 1.6 are free.
#[test]
fn surplus_credits_are_those_of_the_cluster() {
    let two = format!(
        "{ENCODE}[[function]]\nname = 'more'\nmemory_mb = 884\nduration_ms = 1000\n\
         invocations_per_month = 1_314_000\npeak_concurrency = 2\nrunns_on = 'eks'\n"
    );
    // 1,314,000 s / 2,628,000 s = 0.5 in flight of 0.4997 vCPU.
    let two = two.replace("runns_on", "runs_on");
    compared(&scenario(&two), |comparison| {
        let costs = |index: usize| comparison.answer(index, 1).expect("it runs").cost;
        let (encode, more) = (costs(0), costs(1));
        // 4 x 30.368 + 73 + (3.99774 + 0.24986 - 1.6) x 36.5 = 121.472 + 73 + 96.64.
        let bill = &encode.billed + &more.billed;
        assert_eq!(cents(&bill), "291.11");
        // Without it the cluster is that of `encode` alone, 266.22.
        assert_eq!(cents(&more.adds), "24.89");
        // 11/3 nodes, of which 2/3 are its own: 291.11 x 2/11.
        assert_eq!(cents(&more.billed), "52.93");
    });
    // The same calls of `more` in half of the hours: 1 in flight, 0.4997 vCPU. For 365 hours 4 nodes and
    // (3.99774 + 0.49972 - 1.6) = 2.89746 vCPU, for 365 hours 3 nodes and (3.99774 - 1.2) = 2.79774: nodes
    // 3.5 x 30.368 = 106.288, credits (2.89746 + 2.79774) x 365 x 0.05 = 103.94, and 73.
    let half = format!("{two}container.hours_per_month = 365\n");
    compared(&scenario(&half), |comparison| {
        assert_eq!(cents(&comparison.totals().today.monthly), "283.23");
    });
    // A function whose pods fit no t3.medium is in no cluster, and its vCPUs are not busy there.
    let unfit = format!(
        "{ENCODE}[[function]]\nname = 'large'\nmemory_mb = 8000\nduration_ms = 1000\n\
         invocations_per_month = 20_000_000\npeak_concurrency = 20\nruns_on = 'eks'\n"
    );
    compared(&scenario(&unfit), |comparison| {
        let totals = comparison.totals();
        assert_eq!(cents(&totals.today.monthly), "266.22");
        assert_eq!(cents(&totals.platforms[1].monthly), "266.22");
        let cost = comparison.answer(0, 1).expect("it runs").cost;
        assert_eq!(cents(&cost.billed), "266.22");
    });
}
