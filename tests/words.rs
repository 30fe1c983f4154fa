//! The words of the project: plain technical English, which `CONTRIBUTING.md` requires.
//!
//! [`REFUSED`] lists words that no file may use, and what to write instead.

mod project;

use project::{files_except, has_extension, read};
use std::fmt::Write as _;

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
const SKIPPED: [&str; 8] = [
    ".git",
    "fuzz/artifacts",
    "fuzz/corpus",
    "fuzz/target",
    "target",
    "tests/cli",
    "tests/errors",
    "tests/words.rs",
];
const EXTENSIONS: [&str; 7] = ["md", "py", "rs", "sh", "toml", "yaml", "yml"];
/// Files without an extension.
const OTHERS: [&str; 3] = [".ci/run", "Dockerfile", "fuzz/run"];

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

/// True for a file whose text people read.
fn is_prose(name: &str) -> bool {
    let mut extensions = EXTENSIONS.iter();
    extensions.any(|extension| has_extension(name, extension)) || OTHERS.contains(&name)
}

#[test]
fn no_file_uses_a_refused_word() {
    let files = files_except("", &SKIPPED);
    let prose: Vec<String> = files.into_iter().filter(|name| is_prose(name)).collect();
    assert!(prose.len() > 300, "{} files of prose", prose.len());
    let mut wrong = String::new();
    for name in prose {
        for hit in hits(&read(&name)) {
            let (line, word, instead) = (hit.line, hit.word, hit.instead);
            writeln!(wrong, "{name}:{line}: `{word}`: write {instead}").expect("text");
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
