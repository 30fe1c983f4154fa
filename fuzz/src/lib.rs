//! Properties that hold for every input, and the fuzz targets that check them.
//!
//! A target is a function of bytes that panics if a property does not hold. Each file of `targets/`
//! passes one of them to libFuzzer, and `tests/corpus.rs` of the main crate runs all of them over
//! the committed corpus.

mod builder;
mod bytes;
mod exact;
mod imports;
mod laws;

use bytes::Bytes;
use lambdacost::internals::check::{self, Baseline};
use lambdacost::internals::diag::{Diags, Source};
use lambdacost::internals::platform;
use lambdacost::internals::pricebook::{Book, Extent, InstanceType, Regional};
use lambdacost::internals::render::prices;
use lambdacost::internals::scenario::{self, Request, Scenario};
use std::collections::HashMap;
use std::io::{self, Cursor, Read};
use std::sync::{LazyLock, Mutex, PoisonError};

/// Passes a target to libFuzzer.
///
/// The thread pool has only the current thread: for small inputs, passing work between threads
/// takes longer than the work.
#[macro_export]
macro_rules! target {
    ($name:ident) => {
        libfuzzer_sys::fuzz_target!(
            init: {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(1);
                let pool = pool.use_current_thread().build_global();
                pool.expect("no pool has been made before");
            },
            |data: &[u8]| $crate::$name(data)
        );
    };
}

/// Panics if a property does not hold.
pub type Target = fn(&[u8]);

/// All targets by name.
pub const TARGETS: [(&str, Target); 8] = [
    ("scenario_text", scenario_text),
    ("scenario", scenario),
    ("scale", scale),
    ("functions_file", functions_file),
    ("price_files", price_files),
    ("baseline", baseline),
    ("exact", exact),
    ("import_file", import_file),
];

pub use builder::scenario as scenario_of;

/// The content of `functions.csv`, for scenarios that name it.
const FLEET: &str = "name,region,memory_mb,duration_ms,invocations_per_month,utilization,cpu_ms\n\
                     a,us-east-1,512,45,120000000,40%,\n\
                     \"b,c\",eu-west-1,1769,210,9000000,0.25,60\n";
/// The scenario for fuzzed price files.
const PRICED: &str = include_str!("priced.toml");
/// The scenario for fuzzed baselines.
const CHECKED: &str = include_str!("checked.toml");

static BOOK: LazyLock<Book> = LazyLock::new(platform::book);
static INSTANCES: LazyLock<Vec<InstanceType>> = LazyLock::new(|| {
    BOOK.instances()
        .expect("the built-in instance types are valid")
});

/// A scenario in TOML, as text.
pub fn scenario_text(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        of_text(text, FLEET);
    }
}

/// A scenario made from the bytes, with all keys and with values at and between their bounds.
pub fn scenario(data: &[u8]) {
    let text = builder::scenario(data);
    show(&text);
    of_text(&text, FLEET);
}

/// A functions file with up to a few hundred functions and long values. libFuzzer's time limit for
/// one input allows no more.
pub fn scale(data: &[u8]) {
    let (scenario, fleet) = builder::fleet(data);
    show(&scenario);
    show(&fleet);
    of_text(&scenario, &fleet);
}

/// Prints the scenario if `SHOW` is set, to look at a finding.
fn show(text: &str) {
    static WANTED: LazyLock<bool> = LazyLock::new(|| std::env::var_os("SHOW").is_some());
    if *WANTED {
        eprintln!("{text}");
    }
}

/// A functions file in place of a scenario.
pub fn functions_file(data: &[u8]) {
    let file = Box::new(Cursor::new(data.to_vec()));
    let read = asking(&BOOK, Some("us-east-1"), "", |request| {
        scenario::read_csv("functions.csv", file, request)
    });
    reported(read.and_then(|scenario| answered(&scenario)));
}

/// Exact arithmetic, one operation at a time.
pub fn exact(data: &[u8]) {
    exact::run(data);
}

/// A file to import.
pub fn import_file(data: &[u8]) {
    imports::run(data);
}

/// Price files of the user: for a region of the price book, for a new region, or for instance
/// types. The first byte chooses.
pub fn price_files(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let (region, file, extent) = *bytes.one(&[
        ("il-central-1", "il-central-1.toml", Extent::USUAL),
        ("xx-new-1", "xx-new-1.toml", Extent::USUAL),
        ("il-central-1", "instances.csv", Extent::USUAL),
        ("us-east-1", "us-east-1.toml", Extent::WHOLE),
    ]);
    let Ok(text) = std::str::from_utf8(bytes.rest()) else {
        return;
    };
    let mut book = platform::book();
    book.overlay(file, Source::new(file, text));
    reported(priced(&book, region, extent));
}

fn priced(book: &Book, region: &str, extent: Extent) -> Result<(), Diags> {
    let instances = book.instances()?;
    let regional = book.region_to(region, extent)?;
    let table = laws::written(|out| prices::show_table(&regional, false, out));
    laws::is_harmless("prices show", &table);
    laws::is_json(&laws::written(|out| prices::show_json(&regional, out)));
    let source = Source::new("scenario.toml", PRICED);
    let scenario = asking(book, Some(region), FLEET, |request| {
        scenario::read_toml(&source, request)
    })?;
    laws::hold(&scenario, &[regional], &instances, None)
}

/// A baseline in JSON.
pub fn baseline(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let checked = Baseline::read("before.json", text).and_then(|before| {
        let source = Source::new("scenario.toml", CHECKED);
        let scenario = asking(&BOOK, None, FLEET, |request| {
            scenario::read_toml(&source, request)
        })?;
        laws::hold(&scenario, &prices_of(&scenario)?, &INSTANCES, Some(&before))
    });
    reported(checked);
}

fn of_text(text: &str, fleet: &str) {
    let source = Source::new("scenario.toml", text);
    let read = asking(&BOOK, None, fleet, |request| {
        scenario::read_toml(&source, request)
    });
    reported(read.and_then(|scenario| answered(&scenario)));
}

fn answered(scenario: &Scenario) -> Result<(), Diags> {
    laws::hold(scenario, &prices_of(scenario)?, &INSTANCES, None)
}

/// A refusal has a message that can be printed.
fn reported(outcome: Result<(), Diags>) {
    if let Err(diags) = outcome {
        let text = diags.to_string();
        assert!(!text.trim().is_empty(), "a refusal without a message");
        laws::is_harmless("message", &text);
    }
}

fn asking<R>(
    book: &Book,
    region: Option<&str>,
    fleet: &str,
    ask: impl FnOnce(&Request<'_>) -> R,
) -> R {
    let open = |name: &str| -> io::Result<Box<dyn Read + Send>> {
        match name {
            "functions.csv" => Ok(Box::new(Cursor::new(fleet.as_bytes().to_vec()))),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    };
    ask(&Request {
        platforms: &platform::shapes(),
        rules: &check::shapes(),
        region,
        unknown_region: &|name| book.unknown_region(name),
        open: &open,
        keeps_stated: true,
        set: &[],
        progress: &|_| (),
    })
}

/// The built-in prices for a scenario. They are kept, because reading them takes longer than
/// everything else.
fn prices_of(scenario: &Scenario) -> Result<Vec<Regional>, Diags> {
    type Known = HashMap<(String, Extent), Regional>;
    static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);
    let extent = scenario.extent();
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let regions = scenario.regions.iter().map(|region| {
        let key = (region.name.to_string(), extent);
        if !known.contains_key(&key) {
            let read = BOOK.region_to(&region.name, extent)?;
            known.insert(key.clone(), read);
        }
        Ok(known[&key].clone())
    });
    regions.collect()
}
