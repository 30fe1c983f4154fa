//! Bills that stay so close that a search for flips would not end: all searches of a run share one
//! effort, and say where they end.

use lambdacost::answer::{BoughtPrices, Comparison};
use lambdacost::diag::Source;
use lambdacost::platform;
use lambdacost::scenario::{self, Request};
use lambdacost::solve::flips::{Effort, Flips, LISTED};
use std::fmt::Write as _;
use std::io;

/// Asks about the flips of every function, one function after the other.
fn searched(text: &str) -> Vec<Flips> {
    let source = Source::new("scenario.toml", text);
    let platforms = platform::shapes();
    let request = Request {
        platforms: &platforms,
        rules: &[],
        region: None,
        unknown_region: &|_| None,
        open: &|_| Err(io::ErrorKind::NotFound.into()),
        progress: &|_| (),
    };
    let scenario = scenario::read_toml(&source, &request).unwrap_or_else(|wrong| panic!("{wrong}"));
    let book = platform::book();
    let prices = [book.region("us-east-1").expect("a region")];
    let instances = book.instances().expect("shapes");
    let bought = BoughtPrices::new(&scenario, &prices, &instances).expect("prices");
    let comparison = match &bought {
        Some(bought) => Comparison::bought(&scenario, &prices, bought, &instances),
        None => Comparison::new(&scenario, &prices, &instances),
    };
    let comparison = comparison.unwrap_or_else(|wrong| panic!("{wrong}"));
    let effort = Effort::of_run();
    let of_function = |index| {
        let solved = comparison.solve(index);
        comparison.flips_within(&effort, &solved)
    };
    let indices = 0..scenario.functions.len();
    let found = indices.flat_map(of_function);
    found.filter_map(|(_, flips)| flips).collect()
}

/// Nodes at a discount for which a pod on EC2 costs what a task on Fargate costs, but for 26 digits:
/// an m5.large, 0.096 an hour, has 7 pods of 0.25 vCPU (1930 m / 250 m), so 0.096 x (1 - d) / 7 is
/// to be nearly 0.25 x 0.04048 + 0.5 x 0.004445 = 0.0123425, and d nearly 0.10002604.
fn near_ties(functions: u32) -> String {
    let mut text = String::from(
        "region = \"us-east-1\"\n\
         platforms = [\"lambda\", \"fargate\", \"eks\", \"fargate-spot\", \"eks-fargate\"]\n\
         fargate-spot.vcpu_hour_usd = 0.04048\n\
         fargate-spot.gb_hour_usd = 0.004445\n\
         fargate-spot.share = 1\n\
         eks-fargate.cluster = \"existing\"\n\
         eks.instance_type = \"m5.large\"\n\
         eks.cluster = \"existing\"\n\
         eks.root_volume_gb = 0\n\
         [discounts]\n\
         ec2 = 0.1000260416666666666666666665\n",
    );
    for number in 0..functions {
        write!(
            text,
            "[[function]]\n\
             name = \"f{number}\"\n\
             memory_mb = 512\n\
             duration_ms = 1000\n\
             invocations_per_month = 2628000000\n\
             peak_concurrency = 1000000\n\
             container.cpu_ms = 250\n\
             container.memory_per_request_mb = 256\n"
        )
        .expect("text");
    }
    text
}

/// A million intervals for all, 300 more for each search, and 20 for each flip that is found.
fn allowed(found: &[Flips]) -> u64 {
    let flips: u64 = found.iter().map(|flips| flips.count).sum();
    1_000_000 + 300 * found.len() as u64 + 20 * flips
}

#[test]
fn near_ties_share_the_effort_of_the_run() {
    let found = searched(&near_ties(20));
    let intervals: u64 = found.iter().map(|flips| flips.intervals).sum();
    assert!(intervals <= allowed(&found), "{intervals}");
    assert!(found.iter().any(|flips| !flips.complete));
    // The last function still has its own part of the effort.
    let last = found.iter().rev().take(10);
    assert!(
        last.clone()
            .all(|flips| flips.complete || flips.intervals >= 300)
    );
}

/// Short calls at low utilization: Lambda and Fargate take turns 1,098 times, says a search to the
/// end.
const TURNS: &str = "region = \"us-east-1\"\n\
                     [[function]]\n\
                     name = \"a\"\n\
                     memory_mb = 512\n\
                     duration_ms = 4.1\n\
                     invocations_per_month = 9800000000\n\
                     utilization = 0.07\n";

#[test]
fn a_search_ends_after_the_flips_that_are_listed() {
    let found = searched(TURNS);
    let most = found.iter().max_by_key(|flips| flips.count);
    let most = most.expect("some search");
    assert_eq!(most.list.len(), LISTED);
    assert_eq!(most.count, LISTED as u64 + 1);
    assert!(!most.complete);
}
