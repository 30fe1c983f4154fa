//! Files that are not what they are taken for: refused soon, with a sentence, in bounded memory.

use super::*;
use std::io::Read;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A line that goes on and on.
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
fn an_endless_input_is_left_at_its_first_fault() {
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
            &["check", "@scenario.toml", "--baseline", "-"],
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
    run.refused("unreadable", "functions = \"fleet.csv\"");
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
fn of_a_large_text_the_first_mistake_is_told() {
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
    // So many words that the memory of a valid file has a bound, too.
    folder.write("wrong.toml", "\n".repeat(17 << 20));
    folder
        .run(&["compare", "wrong.toml"])
        .refused("unreadable", "too many words and signs");
}
