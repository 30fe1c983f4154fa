//! Bills of single functions that are worked out by hand, each for a case that is easy to get wrong.

mod expect;

use expect::Answer;

/// Expects figures of the answer for a scenario.
fn expect_of(scenario: &str, expectations: &[&str]) {
    let answer = Answer::of_text(scenario).unwrap_or_else(|error| panic!("{scenario}{error}"));
    for expectation in expectations {
        let found = answer.check(expectation);
        assert_eq!(found, Ok(()), "{scenario}{expectation}");
    }
}

/// 5 million calls of 120 ms at 1,024 MB: requests 1.00, duration 600,000 GB-s x 0.0000166667 =
/// 10.00. Ten snapshots of 1 GB: 26,280,000 GB-s x 0.0000015046 = 39.540888. One call in a hundred
/// restores: 50,000 GB x 0.0001397998 = 6.98999.
#[test]
fn snapshots_are_free_only_for_java_in_a_zip_package() {
    for (keys, bill) in [
        ("runtime = 'node'", "$57.53"),
        ("runtime = 'node', package = 'image'", "$57.53"),
        ("runtime = 'python'", "$57.53"),
        ("runtime = 'python', package = 'zip'", "$57.53"),
        ("runtime = 'java', package = 'image'", "$57.53"),
        ("runtime = 'java', package = 'zip'", "$11.00"),
        ("runtime = 'java'", "$11.00"),
    ] {
        let scenario = format!(
            "region = 'us-east-1'\n\
             platforms = ['lambda']\n\
             [[function]]\n\
             name = 'web'\n\
             memory_mb = 1024\n\
             duration_ms = 120\n\
             invocations_per_month = 5_000_000\n\
             utilization = 0.3\n\
             snapstart = {{ {keys}, versions = 10, restore_rate = 0.01 }}\n"
        );
        expect_of(&scenario, &[&format!("web lambda = {bill}")]);
    }
}
