//! What users wait for: the complete answer for one function, and a functions file from text to
//! CSV.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lambdacost::internals::answer::{Comparison, PlanOptions};
use lambdacost::internals::diag::Source;
use lambdacost::internals::platform;
use lambdacost::internals::render::{self, View};
use lambdacost::internals::scenario::{self, PlatformShape, Request, Scenario};
use std::fmt::Write as _;
use std::hint::black_box;
use std::io;

const ONE: &str = include_str!("../scenarios/web-api.toml");
/// Maximum number of intervals in each search for flips.
const MOST: u64 = 100_000;
const ROWS: u64 = 10_000;

fn request<'r>(platforms: &'r [PlatformShape], region: Option<&'r str>) -> Request<'r> {
    Request {
        platforms,
        rules: &[],
        region,
        unknown_region: &|_| None,
        open: &|_| Err(io::ErrorKind::NotFound.into()),
        keeps_stated: false,
        set: &[],
        progress: &|_| (),
    }
}

/// A functions file whose durations and utilizations have 17 digits, as in exports of pandas and
/// SQL.
fn fleet() -> String {
    let mut text = String::from("name,memory_mb,duration_ms,invocations_per_month,utilization\n");
    for row in 0..ROWS {
        let memory = [128, 256, 512, 1024, 1769][row as usize % 5];
        let (duration, calls) = (120 + row % 877, 1000 * (row * row % 99_991));
        // Odd, so that the last digit is not zero.
        let digits = (row * 6_364_136_223 % 10_000_000_000_000) | 1;
        let percent = 10 + row % 80;
        writeln!(
            text,
            "f{row},{memory},{duration}.{digits:014},{calls},0.{percent}{digits:015}"
        )
        .expect("text");
    }
    text
}

fn read_fleet(text: &str) -> Scenario {
    let platforms = platform::shapes();
    let file = Box::new(io::Cursor::new(text.to_owned()));
    scenario::read_csv(
        "functions.csv",
        file,
        &request(&platforms, Some("us-east-1")),
    )
    .expect("fleet")
}

fn one_function(criterion: &mut Criterion) {
    let platforms = platform::shapes();
    let source = Source::new("web-api.toml", ONE);
    let book = platform::book();
    criterion.bench_function("prices of a region and instance shapes", |bench| {
        bench.iter(|| black_box((book.region("us-east-1"), book.instances())));
    });
    criterion.bench_function("one function, unfolded", |bench| {
        let prices = [book.region("us-east-1").expect("region")];
        let instances = book.instances().expect("instances");
        bench.iter(|| {
            let scenario =
                scenario::read_toml(&source, &request(&platforms, None)).expect("scenario");
            let comparison = Comparison::new(&scenario, &prices, &instances).expect("comparison");
            let solved = comparison.solve(0);
            black_box(comparison.detail(&solved, MOST));
        });
    });
}

fn whole_fleet(criterion: &mut Criterion) {
    let text = fleet();
    let book = platform::book();
    let prices = [book.region("us-east-1").expect("region")];
    let instances = book.instances().expect("instances");
    let mut group = criterion.benchmark_group("fleet of 10,000, 17 digits");
    group.throughput(Throughput::Elements(ROWS));
    group.bench_function("read", |bench| bench.iter(|| black_box(read_fleet(&text))));
    let scenario = read_fleet(&text);
    group.bench_function("bind platforms", |bench| {
        bench.iter(|| black_box(Comparison::new(&scenario, &prices, &instances).is_ok()));
    });
    let comparison = Comparison::new(&scenario, &prices, &instances).expect("comparison");
    group.bench_function("answer as CSV", |bench| {
        bench.iter(|| {
            let decision = comparison.decide(&PlanOptions::default()).expect("plan");
            let view = View {
                decision: &decision,
                selected: (0..scenario.functions.len()).collect(),
                groups: None,
                progress: &|_| (),
            };
            render::csv::write(&[view], &mut io::sink()).expect("sink");
        });
    });
    group.finish();
}

criterion_group!(benches, one_function, whole_fleet);
criterion_main!(benches);
