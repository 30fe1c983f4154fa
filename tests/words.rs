//! The words of the project: plain technical English, which `CONTRIBUTING.md` requires.
//!
//! [`REFUSED`] lists words that no file may use, and what to write instead. While some files still use
//! them, `tests/words.txt` lists these files with the highest count allowed for each.
//! `UPDATE_WORDS=1 cargo test --test words` updates the list after words were removed or files were
//! moved. It does not raise the count of a folder, and deletes the list when no file is left.

mod project;

use project::{files_except, has_extension, read, root};
use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;
use std::fs;

/// Words and phrases in lower case, each with plain ones to use instead.
const REFUSED: [(&str, &str); 33] = [
    ("nobody", "no one, none, not known"),
    ("so many", "a number of, this many"),
    ("so much", "this much, a large part"),
    ("mend", "fix"),
    ("mends", "fixes"),
    ("mended", "fixed"),
    ("beside", "next to, in addition to, with"),
    ("besides", "in addition to, except"),
    ("said", "stated, reported, printed"),
    ("anew", "again"),
    ("company", "the name of what is meant: cluster costs"),
    ("of its own", "separate, dedicated, its own X"),
    ("of their own", "separate, dedicated, their own X"),
    ("hardly", "almost no, rarely"),
    ("nowhere", "in no place, on no platform"),
    ("complain", "report"),
    ("complains", "reports"),
    ("complained", "reported"),
    ("no moment", "not a date"),
    ("whoever", "who, a person that"),
    ("whom", "the name of what is meant: functions"),
    ("asks", "requires, requests, reads"),
    ("asked", "required, requested, stated"),
    ("unasked", "by default"),
    ("papers", "pages, documents"),
    ("way out", "fix, help"),
    ("held to", "compared with, checked against"),
    ("silent on", "does not state"),
    ("the gate", "`check`"),
    ("a gate", "a check"),
    ("dearer", "more expensive, costs more"),
    ("dearest", "most expensive"),
    ("lest", "so that ... not"),
];
/// Files and folders whose text is not the project's prose: inputs and outputs of tests, and what the
/// list itself is made of.
const SKIPPED: [&str; 9] = [
    ".git",
    "fuzz/artifacts",
    "fuzz/corpus",
    "fuzz/target",
    "target",
    "tests/cli",
    "tests/errors",
    "tests/words.rs",
    "tests/words.txt",
];
const EXTENSIONS: [&str; 7] = ["md", "py", "rs", "sh", "toml", "yaml", "yml"];
/// Files without an extension.
const OTHERS: [&str; 3] = [".ci/run", "Dockerfile", "fuzz/run"];
const LIST: &str = "tests/words.txt";

/// A refused word in a file.
struct Hit {
    /// From one.
    line: usize,
    word: &'static str,
    instead: &'static str,
}

/// Words of a text in lower case, each with its line. Everything else separates words, so a phrase is
/// found across line breaks, comment marks and underscores.
fn words(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let words = line.split(|c: char| !c.is_alphanumeric());
        let words = words.filter(|word| !word.is_empty());
        found.extend(words.map(|word| (number + 1, word.to_lowercase())));
    }
    found
}

fn hits(text: &str) -> Vec<Hit> {
    let refused = REFUSED.map(|(phrase, instead)| {
        let parts: Vec<&str> = phrase.split(' ').collect();
        (phrase, parts, instead)
    });
    let words = words(text);
    let mut hits = Vec::new();
    for at in 0..words.len() {
        for (word, parts, instead) in &refused {
            let rest = words[at..].iter().map(|(_, word)| word.as_str());
            if rest.take(parts.len()).eq(parts.iter().copied()) {
                let line = words[at].0;
                hits.push(Hit {
                    line,
                    word,
                    instead,
                });
            }
        }
    }
    hits
}

/// The refused words of each file that uses some.
fn found() -> BTreeMap<String, Vec<Hit>> {
    let is_prose = |name: &str| {
        EXTENSIONS
            .iter()
            .any(|extension| has_extension(name, extension))
            || OTHERS.contains(&name)
    };
    let mut found = BTreeMap::new();
    for name in files_except("", &SKIPPED) {
        if is_prose(&name) {
            let hits = hits(&read(&name));
            if !hits.is_empty() {
                found.insert(name, hits);
            }
        }
    }
    found
}

/// The counts that the list allows. Without a list, no file may use a refused word.
fn allowed() -> BTreeMap<String, usize> {
    if !root().join(LIST).exists() {
        return BTreeMap::new();
    }
    read(LIST)
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let (count, name) = line.split_once(' ').expect("a count and a file");
            (name.to_owned(), count.parse().expect("a count"))
        })
        .collect()
}

/// The folder of a file, without the folders below its second level.
fn folder(name: &str) -> String {
    let parts: Vec<&str> = name.split('/').collect();
    parts[..parts.len().saturating_sub(1).clamp(1, 2)].join("/")
}

fn by_folder<'n>(counts: impl Iterator<Item = (&'n String, usize)>) -> BTreeMap<String, usize> {
    let mut folders = BTreeMap::new();
    for (name, count) in counts {
        *folders.entry(folder(name)).or_default() += count;
    }
    folders
}

fn update(found: &BTreeMap<String, Vec<Hit>>, allowed: &BTreeMap<String, usize>) {
    let before = by_folder(allowed.iter().map(|(name, count)| (name, *count)));
    let now = by_folder(found.iter().map(|(name, hits)| (name, hits.len())));
    for (folder, count) in now {
        let allowed = before.get(&folder).copied().unwrap_or(0);
        assert!(
            count <= allowed,
            "{folder}: {count} refused words, {allowed} before"
        );
    }
    let list = root().join(LIST);
    if found.is_empty() {
        if list.exists() {
            fs::remove_file(list).expect("it can be deleted");
        }
        return;
    }
    let mut text =
        "# How often files use words that tests/words.rs refuses. Numbers may only fall.\n"
            .to_owned();
    for (name, hits) in found {
        writeln!(text, "{} {name}", hits.len()).expect("a text takes everything");
    }
    fs::write(list, text).expect("it can be written");
}

#[test]
fn no_file_uses_a_refused_word() {
    let (found, allowed) = (found(), allowed());
    if env::var_os("UPDATE_WORDS").is_some() {
        update(&found, &allowed);
        return;
    }
    let mut wrong = String::new();
    for (name, hits) in &found {
        let allowed = allowed.get(name).copied().unwrap_or(0);
        if hits.len() > allowed {
            writeln!(wrong, "{name}: {}, at most {allowed} allowed", hits.len()).expect("text");
            for Hit {
                line,
                word,
                instead,
            } in hits
            {
                writeln!(wrong, "  line {line}: `{word}`: write {instead}").expect("text");
            }
        }
    }
    assert!(wrong.is_empty(), "refused words:\n{wrong}");
}

#[test]
fn words_are_found_in_prose_comments_and_names() {
    let text = "/// There are so\n/// many.\nlet is_said = \"Nobody\";\n// Resaid, asksome.\n";
    let hits = hits(text);
    let found: Vec<_> = hits.iter().map(|hit| (hit.line, hit.word)).collect();
    assert_eq!(found, [(1, "so many"), (3, "said"), (3, "nobody")]);
}

#[test]
fn counts_are_summed_by_folder() {
    let folders = [
        "src/cli/system/mod.rs",
        "src/units.rs",
        "README.md",
        "docs/ci.md",
    ];
    assert_eq!(folders.map(folder), ["src/cli", "src", "README.md", "docs"]);
}
