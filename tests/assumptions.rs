//! Every assumption that an answer can make: when it holds, and for which functions.
//!
//! This file checks codes; `tests/cli/help-assumptions.stdout` has the texts.

mod comparison;

use comparison::{BOOK, compared_at, prices, with_request};
use lambdacost::internals::answer::all_assumptions;
use lambdacost::internals::diag::Source;
use lambdacost::internals::pricebook::Book;
use lambdacost::internals::scenario::{self, AssumptionKind, Notes};
use std::collections::BTreeSet;

/// A function that states everything that functions are assumed to be.
const STATED: &str = "[[function]]
name = 'stated'
memory_mb = 1024
duration_ms = 100
invocations_per_month = 1_000_000
utilization = 0.5
runs_on = 'lambda'
cold_start_rate = 0.01
init_ms = 200
[function.container]
cpu_ms = 50
memory_per_request_mb = 64
base_memory_mb = 128
min_tasks = 3
target_utilization = 0.9
";

/// A function that states no more than it must.
const PLAIN: &str = "[[function]]
name = 'plain'
memory_mb = 1024
duration_ms = 100
invocations_per_month = 1_000_000
utilization = 0.5
";

/// An assumption with the lines that make it hold: at the top of the scenario, and further ones of
/// its function.
struct Case {
    codes: &'static [&'static str],
    top: &'static str,
    function: &'static str,
}

const fn top(codes: &'static [&'static str], top: &'static str) -> Case {
    Case {
        codes,
        top,
        function: STATED,
    }
}

const fn function(codes: &'static [&'static str], function: &'static str) -> Case {
    Case {
        codes,
        top: "platforms = ['lambda', 'fargate', 'eks']",
        function,
    }
}

/// What holds for [`STATED`] on the first three platforms.
const ALWAYS: [&str; 11] = [
    "usual-hours",
    "fargate-on-demand",
    "eks-dedicated-cluster",
    "eks-nodes",
    "eks-requests-per-pod",
    "list-prices",
    "lambda-no-free-tier",
    "lambda-tiers",
    "lambda-unused-features",
    "fargate-addresses-and-deployments",
    "eks-auto-mode-and-add-ons",
];

const CASES: [Case; 38] = [
    top(&["around-functions"], ""),
    top(&["hours"], "hours_per_month = 720"),
    top(
        &["lambda-other-use"],
        "lambda.other_gb_seconds = { arm64 = 1_000 }",
    ),
    top(
        &["eks-spot-nodes", "eks-spot-interruptions"],
        "[eks]\ninstance_type = 'm5.large'\nspot_usd_per_hour = 0.04",
    ),
    top(&["eks-surplus-credits"], "eks.instance_type = 't3.large'"),
    top(&["eks-newer-generation"], "eks.families = ['m5a', 'm6a']"),
    top(&["lambda-free-tier", "lambda-savings"], "free_tier = true"),
    top(
        &["eks-existing-cluster"],
        "[eks]\ncluster = 'existing'\ninstance_type = 'm5.large'",
    ),
    top(
        &["eks-auto-mode", "eks-add-ons"],
        "[eks]\nauto_mode = true\ninstance_type = 'm5.large'",
    ),
    top(
        &["eks-standard-support"],
        "[eks]\nkubernetes_age_months = 14",
    ),
    top(
        &["eks-extended-support"],
        "[eks]\nkubernetes_age_months = 15",
    ),
    top(
        &["fargate-spot-share", "fargate-spot-interruptions"],
        "platforms = ['fargate-spot']\n[fargate-spot]\nvcpu_hour_usd = 0.01\ngb_hour_usd = 0.001",
    ),
    top(
        &["eks-fargate-dedicated-cluster", "eks-fargate-cluster-pods"],
        "platforms = ['eks-fargate']",
    ),
    top(
        &["eks-fargate-existing-cluster"],
        "platforms = ['eks-fargate']\n[eks-fargate]\ncluster = 'existing'",
    ),
    top(
        &[
            "managed-capacity-provider",
            "managed-environments",
            "managed-throttling",
        ],
        "platforms = ['lambda-managed']",
    ),
    top(
        &["managed-free-tier"],
        "platforms = ['lambda-managed']\nfree_tier = true",
    ),
    top(
        &[
            "lowered-prices",
            "commitment-share",
            "compute-savings-plan",
            "on-demand-figures",
        ],
        "platforms = ['lambda', 'fargate']\n[commitment]\nplan = 'compute-savings-plan'\n\
         term = '1yr'\npayment = 'no-upfront'",
    ),
    top(
        &["commitment-hourly"],
        "platforms = ['lambda', 'fargate']\n[commitment]\nplan = 'compute-savings-plan'\n\
         term = '1yr'\npayment = 'no-upfront'\nusd_per_hour = 0.01",
    ),
    top(
        &["instance-commitment"],
        "platforms = ['lambda', 'fargate']\n[commitment]\nplan = 'reserved-instances'\n\
         term = '1yr'\npayment = 'no-upfront'\nfamily = 'm5'",
    ),
    top(
        &["lambda-rule"],
        "platforms = ['lambda', 'fargate']\n[commitment]\nplan = 'compute-savings-plan'\n\
         term = '1yr'\npayment = 'no-upfront'\nassume_lambda_rule = true",
    ),
    top(
        &["uncovered"],
        "platforms = ['lambda', 'fargate']\n[commitment]\nplan = 'compute-savings-plan'\n\
         term = '1yr'\npayment = 'all-upfront'",
    ),
    top(
        &["extra"],
        "[[extra]]\nname = 'logs'\nplatforms = ['eks']\nusd_per_month = 1",
    ),
    top(
        &["extra-without-function"],
        "[[extra]]\nname = 'logs'\nplatforms = ['eks']\nusd_per_month = 1\nregion = 'eu-west-1'",
    ),
    function(
        &["unstated-front", "function-extra"],
        "[[function]]
name = 'orders'
memory_mb = 1024
duration_ms = 118
invocations_per_month = 25_000_000
utilization = 0.5
container.task = { vcpu = 1, memory_gb = 2 }
container.requests_per_task = 3
container.min_tasks = 1
[[function.extra]]
name = 'API'
platforms = ['lambda']
usd_per_month = 0
",
    ),
    function(
        &["unstated-need"],
        "[[function]]
name = 'web-api'
memory_mb = 256
duration_ms = 80
invocations_per_month = 500_000_000
utilization = 0.30
",
    ),
    top(&["discount"], "[discounts]\nfargate = 0.1"),
    top(
        &["discount-without-meter"],
        "[discounts]\n'ec2.a1.large' = 0.1",
    ),
    function(
        &[
            "like-for-like",
            "whole-memory",
            "no-base-memory",
            "full-use",
            "two-tasks",
            "runs-on-lambda",
            "lambda-cold-starts",
        ],
        PLAIN,
    ),
    function(
        &[
            "measured-duration",
            "rounded-invocations",
            "more-cpu-than-lambda",
        ],
        "[[function]]
name = 'measured'
memory_mb = 128
measured_duration_ms = 100.25
requests_per_second = 0.0000007
peak_concurrency = 1
container.cpu_ms = 100
",
    ),
    function(
        &["memory-beyond-lambda", "short-duration", "no-calls"],
        "[[function]]
name = 'odd'
memory_mb = 2048
measured_duration_ms = 0.5
invocations_per_month = 0
peak_concurrency = 1
container.memory_per_request_mb = 20_480
",
    ),
    function(
        &["fleet-hours"],
        "[[function]]
name = 'office'
memory_mb = 128
duration_ms = 100
invocations_per_month = 1_000_000
utilization = 0.5
container.hours_per_month = 220
",
    ),
    function(
        &["fargate-windows-price"],
        "[[function]]
name = 'dotnet'
memory_mb = 128
duration_ms = 100
invocations_per_month = 1_000_000
utilization = 0.5
container.os = 'windows'
",
    ),
    function(
        &["one-thread"],
        "[[function]]
name = 'large'
memory_mb = 1770
duration_ms = 100
invocations_per_month = 1_000_000
utilization = 0.5
",
    ),
    function(
        &["no-traffic"],
        "[[function]]
name = 'idle'
memory_mb = 128
duration_ms = 100
invocations_per_month = 0
utilization = 0.5
",
    ),
    Case {
        codes: &["jobs", "job-pulls", "eks-fargate-jobs", "fargate-addresses"],
        top: "platforms = ['fargate', 'eks-fargate']",
        function: "[[function]]
name = 'job'
memory_mb = 1024
duration_ms = 600_000
invocations_per_month = 30
peak_concurrency = 1
container.run = 'job'
",
    },
    function(
        &[
            "lambda-kept-environments",
            "lambda-kept-pollers",
            "lambda-unprovisioned",
            "attempts",
            "lambda-quota",
        ],
        "[[function]]
name = 'kept'
memory_mb = 1024
duration_ms = 100
invocations_per_month = 10_000_000
peak_concurrency = 2000
provisioned.environments = 10
provisioned.share_served = 0.5
event_poller.kind = 'sqs'
event_poller.unit_hours_per_month = 730
invocation.error_rate = 0.01
invocation.retries = 2
",
    ),
    function(
        &["lambda-edge"],
        "[[function]]
name = 'kept'
memory_mb = 1024
duration_ms = 100
invocations_per_month = 1_000_000
utilization = 0.5
provisioned.environments = 1
provisioned.share_served = 0.01
streaming.gb_per_month = 1
[[function]]
name = 'restored'
memory_mb = 1024
duration_ms = 100
invocations_per_month = 1_000_000
utilization = 0.5
snapstart.runtime = 'python'
snapstart.versions = 1
snapstart.restore_rate = 0.01
",
    ),
    function(
        &["lambda-snapshots", "lambda-tiers", "lambda-savings"],
        "[[function]]
name = 'busy'
memory_mb = 10_240
duration_ms = 1000
invocations_per_month = 10_000_000_000
utilization = 0.5
snapstart.runtime = 'python'
snapstart.versions = 1
snapstart.restore_rate = 0.01
",
    ),
];

/// What needs more than a scenario: a flag, or another book.
const OTHERWISE: [&str; 3] = ["moved-region", "overlay", "eks-unpriced-volumes"];

/// What an answer assumes at prices of a book, in a region that the command line may choose.
fn notes_at(text: &str, book: &Book, region: Option<&str>) -> Notes {
    let source = Source::new("scenario.toml", text);
    let scenario = with_request(book, region, |request| {
        scenario::read_toml(&source, request)
    });
    let scenario = scenario.unwrap_or_else(|diags| panic!("{diags}\n\n{text}"));
    let prices = prices(&scenario, book);
    compared_at(&scenario, &prices, |comparison| {
        comparison::decided(comparison, 1).notes().clone()
    })
}

fn notes(text: &str) -> Notes {
    notes_at(text, &BOOK, None)
}

fn codes(notes: &Notes) -> BTreeSet<&'static str> {
    notes.iter().map(|assumption| assumption.code).collect()
}

fn written(case: &Case) -> String {
    format!("region = 'us-east-1'\n{}\n{}", case.top, case.function)
}

#[test]
fn each_assumption_holds_in_its_case() {
    for case in &CASES {
        let text = written(case);
        let found = codes(&notes(&text));
        for code in case.codes {
            assert!(found.contains(code), "{code} of {found:?} in\n{text}");
        }
    }
}

#[test]
fn a_function_that_states_everything_adds_no_assumption() {
    let around = ["around-functions"];
    let expected: BTreeSet<&str> = ALWAYS.into_iter().chain(around).collect();
    assert_eq!(codes(&notes(&written(&CASES[0]))), expected);
}

#[test]
fn a_flag_moves_functions_and_files_replace_prices() {
    let text = format!("{PLAIN}region = 'eu-west-1'\n");
    let moved = codes(&notes_at(&text, &BOOK, Some("us-east-1")));
    assert!(moved.contains("moved-region") && !moved.contains("overlay"));
    let price = |usd: &str, per: &str| {
        format!("{{ usd = '{usd}', per = '{per}', as_of = '2026-01-01', source = 'OWN' }}")
    };
    let mut book = BOOK.clone();
    let own = format!(
        "region = 'moon-1'\nas_of = '2026-01-01'\n[eks]\ncluster = {}\n[ec2]\n'm5.large' = {}\n",
        price("0.1", "cluster-hour"),
        price("0.1", "instance-hour")
    );
    book.overlay("moon-1.toml", Source::new("moon-1.toml", &own));
    let eks = "platforms = ['eks']\n[eks]\ninstance_type = 'm5.large'";
    let text = format!("region = 'moon-1'\n{eks}\n{PLAIN}runs_on = 'eks'\n");
    let own = codes(&notes_at(&text, &book, None));
    assert!(own.contains("overlay"), "{own:?}");
    assert!(own.contains("eks-unpriced-volumes"), "{own:?}");
}

#[test]
fn an_assumption_names_the_functions_that_it_is_made_for() {
    let plain = |name: &str| PLAIN.replace("plain", name);
    let some: String = ["a", "b", "c", "d"].map(plain).concat();
    let text = format!("region = 'us-east-1'\nplatforms = ['lambda']\n{STATED}{some}");
    let notes = notes(&text);
    let found = notes.iter().find(|one| one.code == "no-base-memory");
    let found = found.expect("no function but one states base_memory_mb");
    assert_eq!(found.functions.as_deref(), Some(&[1, 2, 3, 4][..]));
    assert!(
        found.text.ends_with(": `a`, `b`, `c` and 1 more"),
        "{}",
        found.text
    );
    let sentences: Vec<&str> = notes.sentences(AssumptionKind::Assumed).collect();
    assert!(sentences.contains(&found.text.as_str()));
    let mut not_counted = notes.sentences(AssumptionKind::NotCounted);
    assert!(not_counted.all(|text| !sentences.contains(&text)));
}

#[test]
fn every_assumption_has_a_case() {
    let cases = CASES.iter().flat_map(|case| case.codes).copied();
    let covered: BTreeSet<&str> = cases.chain(ALWAYS).chain(OTHERWISE).collect();
    let all: BTreeSet<&str> = all_assumptions().iter().map(|one| one.code).collect();
    assert_eq!(all, covered);
}
