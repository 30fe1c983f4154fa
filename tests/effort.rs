//! Bills that stay so close that a search for flips would not end: all searches of a run share one
//! effort, and state whether they are complete.

mod comparison;

use comparison::{compared, valid};
use lambdacost::internals::solve::flips::{Effort, Flips, LISTED};
use std::fmt::Write as _;

/// The flips of every function, searched one function after the other.
fn searched(text: &str) -> Vec<Flips> {
    let scenario = valid(text);
    compared(&scenario, |comparison| {
        let effort = Effort::of_run();
        let mut found = Vec::new();
        for index in 0..scenario.functions.len() {
            let solved = comparison.solve(index);
            let of_pairs = comparison.detail_within(&effort, &solved).flips;
            found.extend(of_pairs.into_iter().filter_map(|(_, flips)| flips));
        }
        found
    })
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
    let mut last = found.iter().rev().take(10);
    assert!(last.all(|flips| flips.complete || flips.intervals >= 300));
}

/// Short calls at low utilization: a complete search finds 1,098 flips between Lambda and
/// Fargate.
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
