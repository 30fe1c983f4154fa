//! Writes a functions file of made-up functions, to try the program on and to measure it with.
//!
//! ```console
//! cargo run --release --example functions_file -- ROWS [--seed S] [--digits N] > functions.csv
//! ```
//!
//! `--digits N` writes durations, utilizations and CPU times with N significant digits (1 to 28), as
//! exports of pandas, SQL and CloudWatch do (15 to 17); without it they have one to three decimals.
//!
//! The same rows and seed give the same bytes on every machine: the generator is splitmix64 and all
//! arithmetic is in whole numbers. What it imitates: names of teams and jobs, the usual memory sizes
//! with an odd one now and then, many short calls and a few long ones, invocations over nine orders
//! of magnitude (most functions are rarely called, a few make nearly all calls), mostly low
//! utilization, a handful of regions, two architectures, and a CPU time that somebody measured for
//! one function in four.

mod random;

use random::Random;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

const USAGE: &str = "usage: functions_file ROWS [--seed S] [--digits N], N from 1 to 28";
const HEADER: &str = "name,region,architecture,memory_mb,duration_ms,invocations_per_month,\
                      utilization,cpu_ms";

const TEAMS: [&str; 16] = [
    "orders",
    "payments",
    "catalog",
    "search",
    "users",
    "media",
    "billing",
    "shipping",
    "inventory",
    "pricing",
    "reviews",
    "notify",
    "reports",
    "auth",
    "partners",
    "telemetry",
];
const JOBS: [&str; 16] = [
    "checkout",
    "webhook",
    "resize",
    "sync",
    "export",
    "import",
    "lookup",
    "index",
    "authorize",
    "digest",
    "cleanup",
    "fanout",
    "render",
    "validate",
    "score",
    "archive",
];
/// A region that occurs several times is more frequent.
const REGIONS: [&str; 10] = [
    "us-east-1",
    "us-east-1",
    "us-east-1",
    "us-east-1",
    "us-west-2",
    "us-west-2",
    "eu-west-1",
    "eu-west-1",
    "eu-central-1",
    "ap-south-1",
];
/// Memory sizes in MB. A size that occurs several times is more frequent.
const MEMORY: [u64; 16] = [
    128, 128, 128, 128, 256, 256, 256, 512, 512, 512, 1024, 1024, 1536, 1769, 2048, 3008,
];
/// Rare sizes, MB.
const LARGE: [u64; 5] = [4096, 5120, 6144, 8192, 10_240];
/// Maximum work of a function, ms a month: about 76 calls in flight.
const MOST_MS: u64 = 200_000_000_000;
/// Maximum duration, ms: a little below Lambda's 15 minutes.
const LONGEST_MS: u64 = 890_000;

/// Maximum significant digits of a number.
const MOST_DIGITS: u32 = 28;

impl Random {
    fn memory_mb(&mut self) -> u64 {
        match self.below(32) {
            0 => self.pick(&LARGE),
            1 => 128 + self.below(2945),
            _ => self.pick(&MEMORY),
        }
    }

    /// Tenths of a millisecond: a power of two between 1 ms and 8 s with the median 64 ms. One in
    /// forty is a hundred times as long.
    fn duration_tenths(&mut self) -> u64 {
        let doublings: u64 = (0..4).map(|_| self.below(4)).sum();
        let factor = if self.one_in(40) { 100 } else { 1 };
        let tenths = (10 << doublings) + self.below(10 << doublings);
        (tenths * factor).min(LONGEST_MS * 10)
    }

    /// Two or three significant digits over nine orders of magnitude. Small numbers are more
    /// frequent.
    fn invocations(&mut self, duration_tenths: u64) -> u64 {
        let magnitude = self.below(9).min(self.below(12));
        let scale = 10_u64.pow(u32::try_from(magnitude).unwrap_or(0));
        let calls = (10 + self.below(90)) * scale;
        calls.min(MOST_MS * 10 / duration_tenths)
    }

    /// Hundredths, from 2 to 90. Low ones are more frequent.
    fn utilization(&mut self) -> u64 {
        2 + self.below(89).min(self.below(89))
    }

    /// Appends digits to a decimal until it has `digits` significant ones; no appended digit is 0.
    /// With `None` the decimal does not change.
    fn lengthened(&mut self, decimal: String, digits: Option<u32>) -> String {
        let significant = |text: &str| {
            let digits = text.chars().filter(char::is_ascii_digit);
            digits.skip_while(|digit| *digit == '0').count()
        };
        let wanted = digits.map_or(0, |digits| digits as usize);
        let mut text = decimal;
        while significant(&text) < wanted {
            let digit = 1 + self.below(9);
            text.push_str(&digit.to_string());
        }
        text
    }

    fn row(&mut self, number: u64, digits: Option<u32>, out: &mut impl Write) -> io::Result<()> {
        let (team, job) = (self.pick(&TEAMS), self.pick(&JOBS));
        let region = self.pick(&REGIONS);
        let architecture = ["x86_64", "x86_64", "arm64"];
        let architecture = self.pick(&architecture);
        let memory = self.memory_mb();
        let tenths = self.duration_tenths();
        let calls = self.invocations(tenths);
        let utilization = format!("0.{:02}", self.utilization());
        let cpu = self.one_in(4).then(|| {
            let cpu = (tenths * (5 + self.below(90)) / 100).max(1);
            format!("{}.{}", cpu / 10, cpu % 10)
        });
        let duration = format!("{}.{}", tenths / 10, tenths % 10);
        let duration = self.lengthened(duration, digits);
        let utilization = self.lengthened(utilization, digits);
        let cpu = cpu.map_or_else(String::new, |cpu| self.lengthened(cpu, digits));
        writeln!(
            out,
            "{team}-{job}-{number:06},{region},{architecture},{memory},{duration},{calls},\
             {utilization},{cpu}"
        )
    }
}

/// The arguments of the command line.
struct Arguments {
    rows: u64,
    seed: u64,
    digits: Option<u32>,
}

impl Arguments {
    /// `None` if the arguments do not match [`USAGE`].
    fn read(mut words: impl Iterator<Item = String>) -> Option<Self> {
        let (mut rows, mut seed, mut digits) = (None, 1, None);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--seed" => seed = words.next()?.parse().ok()?,
                "--digits" => digits = Some(words.next()?.parse().ok()?),
                number => rows = Some(number.parse().ok()?),
            }
        }
        let is_known = digits.is_none_or(|digits| (1..=MOST_DIGITS).contains(&digits));
        is_known.then_some(Self {
            rows: rows?,
            seed,
            digits,
        })
    }
}

fn write_fleet(arguments: &Arguments) -> io::Result<()> {
    let mut random = Random(arguments.seed);
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    writeln!(out, "{HEADER}")?;
    for number in 1..=arguments.rows {
        random.row(number, arguments.digits, &mut out)?;
    }
    out.flush()
}

fn main() -> ExitCode {
    let Some(arguments) = Arguments::read(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match write_fleet(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("functions_file: {error}");
            ExitCode::FAILURE
        }
    }
}
