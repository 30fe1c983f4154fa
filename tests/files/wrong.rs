//! Files of a wrong kind: they are refused soon, with a reason, in bounded memory.

use super::*;
use std::io::Read;
use std::sync::atomic::{AtomicUsize, Ordering};

/// An input that repeats its bytes without end.
struct Endless(&'static [u8], usize);

/// Opens an input.
type Open = fn() -> Input;

/// Bytes that were read of endless inputs.
static READ: AtomicUsize = AtomicUsize::new(0);

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        for byte in buffer.iter_mut() {
            *byte = self.0[self.1 % self.0.len()];
            self.1 += 1;
        }
        READ.fetch_add(buffer.len(), Ordering::Relaxed);
        Ok(buffer.len())
    }
}

fn zeros() -> Input {
    Box::new(Endless(b"\0", 0))
}

fn broken() -> Input {
    Box::new(Endless(b"# \xff\n", 0))
}

fn broken_rows() -> Input {
    Box::new(Endless(
        b"name,memory_mb,duration_ms,invocations_per_month,utilization,region\n\xff,",
        0,
    ))
}

fn zero_rows() -> Input {
    Box::new(Endless(
        b"name,memory_mb,duration_ms,invocations_per_month,utilization,region\n\0,",
        0,
    ))
}

fn comments() -> Input {
    Box::new(Endless(
        b"# a comment of a scenario that does not end, and never says anything\n",
        0,
    ))
}

#[test]
fn reading_an_endless_input_stops_at_its_first_fault() {
    let folder = Folder::new();
    let open = || -> Gate { Arc::new(|_| Ok(())) };
    let cases: [(Open, &str); 4] = [
        (zeros, "has a zero byte"),
        (broken, "is not UTF-8 text"),
        (broken_rows, "is not UTF-8 text"),
        (zero_rows, "has a zero byte"),
    ];
    for (stdin, words) in cases {
        for arguments in [
            &["compare", "-"][..],
            &["explain", "-"],
            &["check", "-"],
            &[
                "check",
                "@scenario.toml",
                "--baseline-required",
                "--baseline",
                "-",
            ],
        ] {
            READ.store(0, Ordering::Relaxed);
            folder
                .run_inside(arguments, stdin, open())
                .refused("unreadable", words);
            let read = READ.load(Ordering::Relaxed);
            assert!(read <= 1 << 18, "{arguments:?}: {read} bytes");
        }
    }
    // What may be a scenario is read up to the largest size of one.
    READ.store(0, Ordering::Relaxed);
    let run = folder.run_inside(&["compare", "-"], comments, open());
    run.refused("unreadable", "is larger than 64 MiB");
    run.refused("unreadable", "functions = \"functions.csv\"");
    assert!(READ.load(Ordering::Relaxed) <= 65 << 20);
}

#[test]
fn a_fault_is_shown_where_it_is() {
    let folder = Folder::new();
    let filler = "# é\n".repeat(20_000);
    for (bad, column) in [
        (&b"x = \"caf\xe9\"\n"[..], 9),
        (b"y = 1 \0\n", 7),
        (b"z = \"\xf0\x9f", 6),
    ] {
        folder.write("bad.toml", [filler.as_bytes(), bad].concat());
        let place = format!("--> bad.toml:20001:{column}");
        folder
            .run(&["compare", "bad.toml"])
            .refused("unreadable", &place);
    }
    // Behind 200 KB, which are read in pieces that do not end with a character.
    let rows = "é,512,100,1000000,0.35\n";
    let rows: String = (0..10_000).map(|row| format!("{row}{rows}")).collect();
    for (bad, column) in [
        (&b"caf\xe9,1,1,1,1\n"[..], 4),
        (b"a\0,1,1,1,1\n", 2),
        (b"b,1,1,1,\xf0\x9f", 9),
    ] {
        folder.write(
            "bad.csv",
            [COLUMNS.as_bytes(), rows.as_bytes(), bad].concat(),
        );
        let place = format!("--> bad.csv:10002:{column}");
        let run = folder.run(&["compare", "bad.csv", "--region", "us-east-1"]);
        run.refused("unreadable", &place);
        folder.write("good.csv", [COLUMNS.as_bytes(), rows.as_bytes()].concat());
    }
    folder
        .run(&[
            "compare",
            "good.csv",
            "--region",
            "us-east-1",
            "--format",
            "csv",
        ])
        .answered();
}

#[test]
fn json_is_named_as_what_it_is() {
    let folder = Folder::new();
    folder.write("report.toml", folder.read("before.json"));
    folder.write("other.json", "{\"a\": 1}");
    folder.write("list", "[\n  {\"name\": \"a\"}\n]\n");
    folder.write("fleet.json.csv", "{\"name\": \"a\"}\n");
    for file in ["before.json", "report.toml"] {
        for command in ["compare", "explain", "check"] {
            let run = folder.run(&[command, file]);
            run.refused(
                "syntax",
                "is a report of `compare --format json`, not a scenario",
            );
            run.refused("syntax", "--baseline");
            assert_eq!(run.stderr.matches("error").count(), 1, "{run:?}");
        }
    }
    for file in ["other.json", "list", "fleet.json.csv"] {
        let run = folder.run(&["compare", file]);
        run.refused("syntax", "is JSON, not a scenario");
        assert_eq!(run.stderr.matches("error").count(), 1, "{run:?}");
    }
    folder
        .run(&["check", "scenario.toml", "--baseline", "before.json"])
        .answered();
}

#[test]
fn a_file_of_another_kind_is_named_with_the_next_step() {
    let folder = Folder::new();
    let utf_16: Vec<u8> = SCENARIO.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [&b"\xff\xfe"[..], &utf_16].concat();
    let workbook = b"PK\x03\x04\x14\0\x06\0[Content_Types].xml";
    // How it begins, what it is called, what it is, and what to do.
    let cases: [(&str, &[u8], &str, &str); 22] = [
        ("a.toml.gz", b"\x1f\x8b\x08\0", "is compressed with gzip", "gzip -dc"),
        ("a.csv", workbook, "is an Excel workbook", "save the sheet as CSV UTF-8"),
        ("a.zip", b"PK\x03\x04\x14\0", "is a ZIP archive", "unpack it"),
        ("a.toml", &marked, "is UTF-16 text", "save it as UTF-8"),
        ("b.toml", &utf_16, "is UTF-16 text", "save it as UTF-8"),
        ("a.parquet", b"PAR1\x15", "is a Parquet file", "export it as CSV"),
        (
            "functions.json",
            b"{\n \"Functions\": [\n  {\"FunctionName\": \"a\", \"MemorySize\": 512}]}",
            "is the configuration of functions as the AWS CLI prints it",
            "state memory_mb, duration_ms and invocations_per_month",
        ),
        (
            "metrics.json",
            b"{\"MetricDataResults\": []}",
            "is metric data of CloudWatch",
            "lambdacost init",
        ),
        (
            "power-tuning.json",
            b"{\"power\":1024,\"cost\":1.05e-6,\"duration\":61.5,\"stateMachine\":{}}",
            "is a result of AWS Lambda Power Tuning",
            "measured_duration_ms",
        ),
        (
            "functions.yaml",
            b"Functions:\n- FunctionName: a\n  MemorySize: 512\n",
            "is the configuration of functions as the AWS CLI prints it",
            "not how often it is called",
        ),
        (
            "usage.yml",
            b"version: 0.1\nresource_usage:\n  aws_lambda_function.a:\n",
            "is a usage file of Infracost",
            "memory_mb",
        ),
        (
            "log.json",
            b"{\"time\":\"2026-11-01T00:00:00Z\",\"type\":\"platform.report\"}\n",
            "is a log of AWS Lambda",
            "memory_mb",
        ),
        (
            "log.txt",
            b"START RequestId: 8f507cfc Version: $LATEST\n",
            "is a log of AWS Lambda",
            "memory_mb",
        ),
        (
            "tail.log",
            b"2026-11-01T00:00:00.000Z REPORT RequestId: 8f50\tDuration: 3.2 ms\n",
            "is a log of AWS Lambda",
            "memory_mb",
        ),
        (
            "template.json",
            b"{\"AWSTemplateFormatVersion\": \"2010-09-09\"}",
            "is a CloudFormation template",
            "not how often it is called",
        ),
        (
            "template.yaml",
            b"# a comment\nAWSTemplateFormatVersion: '2010-09-09'\nTransform: AWS::Serverless-2016-10-31\n",
            "is a SAM template",
            "not how often it is called",
        ),
        (
            "serverless.yml",
            b"service: shop\nprovider:\n  name: aws\nfunctions:\n  a:\n",
            "is a file of the Serverless Framework",
            "not how often it is called",
        ),
        ("other.yaml", b"---\nregion: us-east-1\n", "is YAML", "`key = value`"),
        (
            "main.tf",
            b"resource \"aws_lambda_function\" \"a\" {\n",
            "is Terraform code",
            "not how often it is called",
        ),
        (
            "focus.csv",
            b"BilledCost,ChargePeriodStart,ChargePeriodEnd\n1,2,3\n",
            "is a FOCUS report of costs",
            "memory_mb",
        ),
        (
            "cur.csv",
            b"identity/LineItemId,lineItem/UsageType\na,b\n",
            "is a Cost and Usage Report",
            "memory_mb",
        ),
        ("page.html", b"<!doctype html>\n", "is XML or HTML", "memory_mb"),
    ];
    for (name, start, what, step) in cases {
        folder.write(name, start);
        let run = folder.run(&["compare", name]);
        let code = if run.stderr.starts_with("error[unreadable]") {
            "unreadable"
        } else {
            "syntax"
        };
        run.refused(code, &format!("`{name}` {what}"));
        run.refused(code, step);
        assert_eq!(run.stderr.matches("error").count(), 1, "{run:?}");
    }
    // So are the file of functions that a scenario names, and a baseline.
    folder.write("functions.csv", workbook);
    folder.run(&["compare", "of-functions-file.toml"]).refused(
        "unreadable",
        "cannot read `functions.csv`: it is an Excel workbook",
    );
    folder.write("before.json", b"\x1f\x8b\x08\0");
    folder
        .run(&[
            "check",
            "scenario.toml",
            "--baseline-required",
            "--baseline",
            "before.json",
        ])
        .refused("unreadable", "`before.json` is compressed with gzip");
    folder
        .run(&[
            "check",
            "scenario.toml",
            "--baseline-required",
            "--baseline",
            "gone.json",
        ])
        .refused(
            "unreadable",
            "a baseline is another scenario, or what `compare --format json` wrote",
        );
}

#[test]
fn only_the_first_mistake_of_a_large_text_is_reported() {
    let folder = Folder::new();
    // Small ones are looked through to their end.
    folder.write("small.toml", "=\n".repeat(200));
    let small = folder.run(&["compare", "small.toml"]).stderr;
    assert_eq!(small.matches("error[syntax]").count(), 100, "{small}");
    folder.write(
        "large.toml",
        SCENARIO.to_owned() + &"# no\n".repeat(300_000) + &"=\n".repeat(200),
    );
    let large = folder.run(&["compare", "large.toml"]);
    large.refused("syntax", "large.toml:300008:1");
    assert_eq!(large.stderr.matches("error").count(), 1, "{large:?}");
    // A large text without a mistake is read as a small one.
    folder.write(
        "large.toml",
        SCENARIO.to_owned() + &"# no\n".repeat(300_000),
    );
    folder.run(&["compare", "large.toml"]).answered();
}

/// Where the system bounds the memory of a process.
#[cfg(target_os = "linux")]
#[test]
fn a_wrong_file_takes_a_small_multiple_of_its_size() {
    let folder = Folder::new();
    let size = 2 << 20;
    for (name, line) in [
        ("signs", "=\n"),
        ("rows", "a,512,100\n"),
        ("lines", "\n"),
        ("words", "a = 1\n"),
    ] {
        folder.write("wrong.toml", line.repeat(size / line.len()));
        // 2 MiB take 660 MB where every mistake is kept; the limit counts the program itself, too.
        let run = folder.shell("ulimit -v 600000; MALLOC_ARENA_MAX=1 \"$L\" compare wrong.toml");
        assert_eq!(run.code, Some(2), "{name}: {run:?}");
        assert!(run.stderr.starts_with("error["), "{name}: {run:?}");
    }
    // The number of tokens is limited, which bounds the memory of a valid file, too.
    folder.write("wrong.toml", "\n".repeat(17 << 20));
    folder
        .run(&["compare", "wrong.toml"])
        .refused("unreadable", "too many tokens");
}
