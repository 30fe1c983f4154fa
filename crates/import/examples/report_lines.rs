//! Writes the log of a made-up function, to measure `lambdacost import` with.
//!
//! ```console
//! cargo run --release -p lambdacost-import --example report_lines -- CALLS > log.txt
//! ```
//!
//! Each call has one REPORT line with its time and its stream, as `aws logs tail` prints them, about
//! 240 bytes. The same number gives the same bytes on every machine.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

/// 2026-10-01T00:00:00Z, in milliseconds since 1970.
const START: i64 = 1_790_812_800_000;
const STREAMS: u64 = 40;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

fn main() -> ExitCode {
    let calls = std::env::args().nth(1).and_then(|calls| calls.parse().ok());
    let Some(calls) = calls else {
        eprintln!("usage: report_lines CALLS");
        return ExitCode::FAILURE;
    };
    match write(calls) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot write the lines: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(calls: u64) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut random = Random(13);
    let mut time = START;
    for _ in 0..calls {
        time += i64::try_from(random.next() % 500).expect("it is small");
        let stamp = jiff::Timestamp::from_millisecond(time).expect("a time of this century");
        let stream = random.next() % STREAMS;
        let (high, low) = (random.next(), random.next());
        // Hundredths of a millisecond.
        let duration = 200 + random.next() % 40_000;
        let init = random
            .next()
            .is_multiple_of(200)
            .then(|| 10_000 + random.next() % 30_000);
        let billed = (duration + init.unwrap_or(0)).div_ceil(100);
        write!(
            out,
            "{stamp:.3} 2026/10/01/[$LATEST]{stream:032x} REPORT RequestId: {high:016x}{low:016x}\t\
             Duration: {}.{:02} ms\tBilled Duration: {billed} ms\tMemory Size: 512 MB\t\
             Max Memory Used: {} MB\t",
            duration / 100,
            duration % 100,
            80 + random.next() % 100,
        )?;
        if let Some(init) = init {
            write!(out, "Init Duration: {}.{:02} ms\t", init / 100, init % 100)?;
        }
        writeln!(out)?;
    }
    out.flush()
}
