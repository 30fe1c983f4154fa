//! The structure of the source: which room uses which, how long files and functions are, and what
//! code must not contain.
//!
//! [`ROOMS`] is the architecture. A new edge between rooms is a decision: it is made here, not by
//! an import that happens to compile.

mod project;

use project::{files_with, read};

/// Rooms in dependency order, each with the rooms that it uses.
const ROOMS: [(&str, &[&str]); 18] = [
    ("units", &[]),
    ("money", &["units"]),
    ("text", &[]),
    ("escape", &["text"]),
    ("color", &["text"]),
    ("diag", &["text"]),
    ("pricebook", &["units", "money", "text", "diag"]),
    ("pricelist", &["text", "pricebook"]),
    ("scenario", &["units", "money", "text", "diag", "pricebook"]),
    ("solve", &["units", "money", "scenario"]),
    ("plan", &["money"]),
    (
        "platform",
        &[
            "units",
            "money",
            "text",
            "diag",
            "pricebook",
            "scenario",
            "solve",
            "plan",
        ],
    ),
    (
        "answer",
        &[
            "units",
            "money",
            "text",
            "diag",
            "pricebook",
            "scenario",
            "solve",
            "platform",
            "plan",
        ],
    ),
    (
        "render",
        &[
            "money",
            "text",
            "escape",
            "color",
            "pricebook",
            "scenario",
            "solve",
            "platform",
            "answer",
        ],
    ),
    (
        "check",
        &[
            "money",
            "text",
            "escape",
            "color",
            "diag",
            "pricebook",
            "scenario",
            "platform",
            "answer",
        ],
    ),
    ("json_schema", &["text", "scenario"]),
    (
        "library",
        &[
            "diag",
            "pricebook",
            "scenario",
            "platform",
            "answer",
            "check",
        ],
    ),
    (
        "cli",
        &[
            "text",
            "color",
            "diag",
            "pricebook",
            "pricelist",
            "scenario",
            "platform",
            "answer",
            "render",
            "check",
            "json_schema",
        ],
    ),
];

/// Public functions that take a `bool` and have a reason to.
const BOOLEAN_PARAMETERS: [(&str, &str, &str); 7] = [
    ("crates/exact/src/ball.rs", "ratio", "the sign of a number"),
    ("crates/exact/src/digits.rs", "push", "the sign of a number"),
    (
        "crates/exact/src/digits.rs",
        "fixed",
        "the sign of a number",
    ),
    ("src/render/plan.rs", "write", "as in an explanation"),
    ("src/render/prices.rs", "list_table", "as in an explanation"),
    ("src/render/prices.rs", "show_table", "as in an explanation"),
    ("src/color.rs", "new", "as in an explanation"),
];

const LONGEST_FILE: usize = 800;
const LONGEST_FUNCTION: usize = 70;
const LONGEST_MEDIAN: usize = 12;
const NETWORK: [&str; 4] = ["std::net", "TcpStream", "UdpSocket", "UnixStream"];
/// `.expect("why it cannot happen")` gives the reason that `.unwrap()` does not give. The last ones
/// panic when a stream cannot be written or a thread cannot be started.
const NEVER: [&str; 5] = [
    ".unwrap()",
    "panic!",
    "print!(",
    "println!(",
    "thread::spawn(",
];
/// What opens files and streams. Only [`OPENING`] may use it: it knows the inputs, or makes a temporary
/// file without a name.
const OPENERS: [&str; 7] = [
    "File::open",
    "File::create",
    "OpenOptions::new",
    "fs::",
    "io::stdin()",
    "io::stdout()",
    "io::stderr()",
];
const OPENING: [&str; 2] = ["src/cli/system", "crates/import/src/formats/logs/calls.rs"];
const FLOATS: [&str; 2] = ["f32", "f64"];
/// The only code with floating-point numbers: they enclose an exact number and are no amount, or they are
/// what a decoder gives, and become the shortest decimal that reads back to them.
const FLOATING: [&str; 4] = [
    "crates/exact/src/bounds.rs",
    "crates/import/src/formats/bill/parquet.rs",
    "crates/import/src/formats/bill/table.rs",
    "crates/import/src/number.rs",
];

/// A source file.
struct File {
    /// From the root of the project, with forward slashes.
    path: String,
    text: String,
    /// The text with comments and literals blanked out, line for line.
    code: String,
}

/// The sources of the main crate.
fn files() -> Vec<File> {
    files_of(&["src"])
}

/// The sources of all crates of the workspace.
fn files_of_all_crates() -> Vec<File> {
    files_of(&["src", "crates/exact/src", "crates/import/src"])
}

fn files_of(folders: &[&str]) -> Vec<File> {
    let mut files = Vec::new();
    for folder in folders {
        for path in files_with(folder, "rs") {
            let text = read(&path);
            files.push(File {
                path,
                code: blanked(&text),
                text,
            });
        }
    }
    files
}

/// Rust with every comment, string and character literal replaced by spaces.
fn blanked(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = literal_end(&chars, at);
        if end > at {
            let blank = |c: &char| if *c == '\n' { '\n' } else { ' ' };
            out.extend(chars[at..end].iter().map(blank));
            at = end;
        } else {
            out.push(chars[at]);
            at += 1;
        }
    }
    out
}

/// Where the comment or literal that starts here ends; here when none does.
fn literal_end(chars: &[char], at: usize) -> usize {
    let rest = &chars[at..];
    let starts = |text: &str| {
        text.chars()
            .eq(rest.iter().copied().take(text.chars().count()))
    };
    let to = |ending: &str, from: usize| find(chars, ending, at + from);
    let in_word = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    if starts("//") {
        return to("\n", 0).map_or(chars.len(), |end| end - 1);
    }
    if starts("/*") {
        return to("*/", 2).unwrap_or(chars.len());
    }
    if !in_word && (starts("r\"") || starts("r#")) {
        let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
        if rest.get(1 + hashes) == Some(&'"') {
            let ending = format!("\"{}", "#".repeat(hashes));
            return to(&ending, 2 + hashes).unwrap_or(chars.len());
        }
    }
    if starts("\"") {
        return quoted_end(chars, at, '"');
    }
    // A lifetime has no closing quote where a character has one.
    let is_char = rest.get(1) == Some(&'\\') || rest.get(2) == Some(&'\'');
    if starts("'") && is_char {
        return quoted_end(chars, at, '\'');
    }
    at
}

fn quoted_end(chars: &[char], at: usize, quote: char) -> usize {
    let mut end = at + 1;
    while end < chars.len() && chars[end] != quote {
        end += if chars[end] == '\\' { 2 } else { 1 };
    }
    (end + 1).min(chars.len())
}

/// The end of the first occurrence of a text.
fn find(chars: &[char], text: &str, from: usize) -> Option<usize> {
    let text: Vec<char> = text.chars().collect();
    let rest = chars.get(from..)?;
    let start = rest
        .windows(text.len())
        .position(|window| *window == text)?;
    Some(from + start + text.len())
}

/// Words and single symbols of blanked code, each with its line from zero.
fn tokens(code: &str) -> Vec<(usize, String)> {
    let mut tokens: Vec<(usize, String)> = Vec::new();
    let mut in_word = false;
    for (line, text) in code.lines().enumerate() {
        for c in text.chars() {
            let is_word = c.is_alphanumeric() || c == '_';
            match tokens.last_mut() {
                Some((_, last)) if is_word && in_word => last.push(c),
                _ if c.is_whitespace() => {}
                _ => tokens.push((line, c.to_string())),
            }
            in_word = is_word;
        }
        in_word = false;
    }
    tokens
}

fn words(tokens: &[(usize, String)]) -> Vec<&str> {
    tokens.iter().map(|(_, word)| word.as_str()).collect()
}

/// The token after the bracket that closes the one at `open`.
fn after_bracket(words: &[&str], open: usize) -> usize {
    let (opening, closing) = match words[open] {
        "(" => ("(", ")"),
        "[" => ("[", "]"),
        _ => ("{", "}"),
    };
    let mut depth = 0;
    for (at, word) in words.iter().enumerate().skip(open) {
        depth += i32::from(*word == opening) - i32::from(*word == closing);
        if depth == 0 {
            return at + 1;
        }
    }
    words.len()
}

impl File {
    fn room(&self) -> &str {
        let inside = self.path.trim_start_matches("src/");
        let end = inside.find(['/', '.']).unwrap_or(inside.len());
        &inside[..end]
    }

    /// A file of tests, declared under `#[cfg(test)]`.
    fn is_tests(&self) -> bool {
        self.path.ends_with("/tests.rs")
    }

    /// The lines of code that are compiled into the program.
    fn shipped(&self) -> String {
        if self.is_tests() {
            return String::new();
        }
        let tokens = tokens(&self.code);
        let words = words(&tokens);
        let mark = ["#", "[", "cfg", "(", "test", ")", "]"];
        let mut lines: Vec<&str> = self.code.lines().collect();
        for at in 0..words.len() {
            if words[at..].starts_with(&mark) {
                let is_end = |word: &&str| ["{", ";"].contains(word);
                let open = words[at..].iter().position(is_end).map(|far| at + far);
                let open = open.expect("something follows the attribute");
                let end = match words[open] {
                    "{" => after_bracket(&words, open) - 1,
                    _ => open,
                };
                lines[tokens[at].0..=tokens[end].0].fill("");
            }
        }
        lines.join("\n")
    }

    /// Rooms that the code names after `crate::`, with the line.
    fn uses(&self) -> Vec<(usize, String)> {
        let tokens = tokens(&self.code);
        let words = words(&tokens);
        let mut uses = Vec::new();
        for at in 0..words.len() {
            let is_root_file =
                self.path.matches('/').count() == 1 || self.path.ends_with("/mod.rs");
            let to_root = words[at] == "crate" || (words[at] == "super" && is_root_file);
            if !to_root || words.get(at + 1..at + 3) != Some(&[":", ":"]) {
                continue;
            }
            let named = match words.get(at + 3) {
                Some(&"{") => heads(&words[at + 3..after_bracket(&words, at + 3)]),
                Some(word) => vec![*word],
                None => Vec::new(),
            };
            let known = |name: &str| ROOMS.iter().any(|(room, _)| *room == name);
            let line = tokens[at].0 + 1;
            let rooms = named.into_iter().filter(|name| known(name));
            uses.extend(rooms.map(|room| (line, room.to_owned())));
        }
        uses
    }

    /// Functions of the shipped code.
    fn functions(&self) -> Vec<Function> {
        let code = self.shipped();
        let tokens = tokens(&code);
        let words = words(&tokens);
        let starts = (0..words.len().saturating_sub(1)).filter(|at| {
            let named = words[at + 1].starts_with(|c: char| c.is_alphabetic() || c == '_');
            words[*at] == "fn" && named
        });
        starts
            .filter_map(|at| {
                let open = (at..words.len()).find(|at| words[*at] == "(")?;
                let close = after_bracket(&words, open);
                let body = (close..words.len()).find(|at| ["{", ";"].contains(&words[*at]))?;
                let is_public = at > 0 && (words[at - 1] == "pub" || words[at - 1] == ")");
                let end = match words[body] {
                    "{" => after_bracket(&words, body) - 1,
                    _ => return None,
                };
                Some(Function {
                    name: words[at + 1].to_owned(),
                    line: tokens[at].0 + 1,
                    length: tokens[end].0 - tokens[at].0 + 1,
                    has_boolean: is_public && takes_bool(&words[open..close]),
                })
            })
            .collect()
    }
}

/// The first words of a list in braces: `{a::b, c}` has `a` and `c`.
fn heads<'w>(list: &[&'w str]) -> Vec<&'w str> {
    let mut depth = 0;
    let mut heads = Vec::new();
    for (at, word) in list.iter().enumerate() {
        depth += i32::from(*word == "{") - i32::from(*word == "}");
        let starts = at > 0 && ["{", ","].contains(&list[at - 1]);
        if depth == 1 && starts {
            heads.push(*word);
        }
    }
    heads
}

/// True if a parameter is a `bool`. A closure that returns one does not count.
fn takes_bool(parameters: &[&str]) -> bool {
    parameters
        .windows(2)
        .any(|pair| pair[1] == "bool" && pair[0] != ">")
}

struct Function {
    name: String,
    line: usize,
    length: usize,
    has_boolean: bool,
}

fn none(mistakes: Vec<String>, rule: &str) {
    assert!(mistakes.is_empty(), "{rule}:\n{}", mistakes.join("\n"));
}

#[test]
fn rooms_use_only_the_rooms_that_the_table_gives_them() {
    let mut mistakes = Vec::new();
    for file in files() {
        let room = file.room();
        let allowed = ROOMS.iter().find(|(name, _)| *name == room);
        let Some((_, allowed)) = allowed else {
            if !["lib", "main", "internals"].contains(&room) {
                mistakes.push(format!("{}: `{room}` is not in the table", file.path));
            }
            continue;
        };
        for (line, used) in file.uses() {
            if used != room && !allowed.contains(&used.as_str()) {
                mistakes.push(format!("{}:{line}: {room} uses {used}", file.path));
            }
        }
    }
    none(mistakes, "uses that ROOMS does not list");
}

#[test]
fn the_table_is_in_dependency_order_and_every_edge_of_it_is_needed() {
    let files = files();
    let mut mistakes = Vec::new();
    for (number, (room, uses)) in ROOMS.iter().enumerate() {
        for used in *uses {
            if !ROOMS[..number].iter().any(|(above, _)| above == used) {
                mistakes.push(format!("{room} is not below {used}"));
            }
            let of_room = || files.iter().filter(|file| file.room() == *room);
            if !of_room().any(|file| file.uses().iter().any(|(_, name)| name == used)) {
                mistakes.push(format!("{room} does not use {used} any more"));
            }
        }
    }
    none(mistakes, "the table of rooms");
    let lib = files.iter().find(|file| file.path == "src/lib.rs");
    let lib = &lib.expect("src/lib.rs").code;
    let declared = lib.lines().filter(|line| line.starts_with("mod ")).count();
    assert_eq!(
        declared,
        ROOMS.len(),
        "rooms in src/lib.rs and in the table"
    );
}

#[test]
fn files_are_short_and_start_with_a_description() {
    let mut mistakes = Vec::new();
    for file in files_of_all_crates() {
        let lines = file.text.lines().count();
        if lines > LONGEST_FILE {
            mistakes.push(format!("{}: {lines} lines", file.path));
        }
        if !file.text.starts_with("//! ") {
            mistakes.push(format!("{}: does not start with `//!`", file.path));
        }
    }
    none(mistakes, "files");
}

#[test]
fn functions_are_short() {
    let mut mistakes = Vec::new();
    let mut lengths = Vec::new();
    for file in files_of_all_crates() {
        for function in file.functions() {
            lengths.push(function.length);
            if function.length > LONGEST_FUNCTION {
                let Function {
                    name, line, length, ..
                } = function;
                mistakes.push(format!("{}:{line}: {name} has {length} lines", file.path));
            }
        }
    }
    none(mistakes, "long functions");
    lengths.sort_unstable();
    assert!(
        lengths.len() > 300,
        "only {} functions found",
        lengths.len()
    );
    let median = lengths[lengths.len() / 2];
    assert!(median <= LONGEST_MEDIAN, "the median is {median} lines");
}

#[test]
fn shipped_code_neither_panics_on_purpose_nor_uses_floats() {
    let mut mistakes = Vec::new();
    for file in files_of_all_crates() {
        for (number, line) in file.shipped().lines().enumerate() {
            for word in NEVER.iter().filter(|word| line.contains(**word)) {
                mistakes.push(format!("{}:{}: {word}", file.path, number + 1));
            }
        }
        if FLOATING.contains(&&*file.path) {
            continue;
        }
        for (line, word) in tokens(&file.code) {
            // `1f64` is a number with the type as its ending.
            let typed = FLOATS.iter().any(|float| word.ends_with(float));
            let literal = word.starts_with(|c: char| c.is_ascii_digit());
            if typed && (literal || FLOATS.contains(&word.as_str())) {
                mistakes.push(format!("{}:{}: {word}", file.path, line + 1));
            }
        }
    }
    none(mistakes, "code that may not be shipped");
}

/// As SECURITY.md promises. `deny.toml` bans dependencies that could.
#[test]
fn shipped_code_neither_opens_a_connection_nor_starts_a_program() {
    let mut mistakes = Vec::new();
    for file in files_of_all_crates() {
        for (number, line) in file.shipped().lines().enumerate() {
            let network = NETWORK.iter().any(|word| line.contains(word));
            if network || (line.contains("process") && line.contains("Command")) {
                mistakes.push(format!("{}:{}: {line}", file.path, number + 1));
            }
        }
    }
    none(mistakes, "code that uses the network or starts programs");
}

/// In every target of every crate, including the build script, tests and examples.
#[test]
fn the_compiler_refuses_unsafe_code() {
    let manifest = |folder: &str| -> toml::Table {
        let text = read(&format!("{folder}Cargo.toml"));
        text.parse().expect("TOML")
    };
    let lints = &manifest("")["workspace"]["lints"];
    assert_eq!(lints["rust"]["unsafe_code"].as_str(), Some("forbid"));
    for folder in ["", "crates/exact/", "crates/import/"] {
        let shared = manifest(folder)["lints"]["workspace"].as_bool();
        assert_eq!(shared, Some(true), "{folder}Cargo.toml");
    }
}

#[test]
fn files_and_streams_are_opened_in_one_place() {
    let mut mistakes = Vec::new();
    let elsewhere = |file: &File| !OPENING.iter().any(|own| file.path.starts_with(own));
    for file in files_of_all_crates().into_iter().filter(elsewhere) {
        for (number, line) in file.shipped().lines().enumerate() {
            for word in OPENERS.iter().filter(|word| line.contains(**word)) {
                mistakes.push(format!("{}:{}: {word}", file.path, number + 1));
            }
        }
    }
    none(mistakes, "files and streams opened elsewhere");
}

#[test]
fn no_public_function_takes_a_bool_without_a_reason() {
    let mut found = Vec::new();
    for file in files_of_all_crates() {
        let functions = file.functions().into_iter();
        let takers = functions.filter(|function| function.has_boolean);
        found.extend(takers.map(|function| (file.path.clone(), function)));
    }
    let is = |(path, function): &(String, Function), (file, name, _): &(&str, &str, &str)| {
        path == file && function.name == *name
    };
    let excused = |one: &&(String, Function)| !BOOLEAN_PARAMETERS.iter().any(|row| is(one, row));
    let mistakes = found.iter().filter(excused);
    let mistakes = mistakes.map(|(path, one)| format!("{path}:{}: {}", one.line, one.name));
    none(
        mistakes.collect(),
        "parameters that should be an enumeration, not a bool",
    );
    let gone = BOOLEAN_PARAMETERS.iter();
    let gone = gone.filter(|row| !found.iter().any(|one| is(one, row)));
    let gone = gone.map(|(path, name, _)| format!("{path}: {name}"));
    none(gone.collect(), "exceptions that are not needed any more");
}

#[test]
fn the_rooms_are_those_of_the_design() {
    let text = read("DESIGN.md");
    let rooms = text.split("\n## Modules\n").nth(1).expect("the section");
    let rooms = rooms.split("\n## ").next().unwrap_or_default();
    let names = rooms
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let known = ROOMS.iter().map(|(room, _)| *room);
    assert_eq!(names.collect::<Vec<_>>(), known.collect::<Vec<_>>());
}

#[test]
fn files_of_tests_are_not_shipped() {
    let files = files();
    for tests in files.iter().filter(|file| file.is_tests()) {
        let folder = tests.path.trim_end_matches("/tests.rs");
        let parents = [format!("{folder}/mod.rs"), format!("{folder}.rs")];
        let parent = files.iter().find(|file| parents.contains(&file.path));
        let parent = &parent.expect("a parent").code;
        let declared = parent.contains("#[cfg(test)]\nmod tests;");
        assert!(declared, "{} is compiled into the program", tests.path);
    }
}

#[test]
fn comments_and_literals_are_not_taken_for_code() {
    let code = blanked("a // f64 \"\nb \"crate::cli \\\" \" 'x' '\\'' &'a str r#\"\"f64\"#");
    let words: Vec<_> = tokens(&code).into_iter().map(|(_, word)| word).collect();
    assert_eq!(words, ["a", "b", "&", "'", "a", "str"]);
    let file = |path: &str, text: &str| File {
        path: path.to_owned(),
        text: text.to_owned(),
        code: blanked(text),
    };
    let rooms = |path, text| -> Vec<String> {
        let uses = file(path, text).uses().into_iter();
        uses.map(|(_, room)| room).collect()
    };
    let listed = rooms(
        "src/a/b.rs",
        "use crate::{cli, units::{Qty, text}, diag as d};",
    );
    assert_eq!(listed, ["cli", "units", "diag"]);
    assert_eq!(
        rooms("src/a.rs", "let x = crate::text::listed(super::diag::y);"),
        ["text", "diag"]
    );
    let text = "pub fn f(a: bool) {\n}\n#[cfg(test)]\nmod tests {\n fn g() { x.unwrap() }\n}\n";
    let shipped = file("src/a.rs", text);
    let functions = shipped.functions();
    assert_eq!((functions.len(), functions[0].length), (1, 2));
    assert!(functions[0].has_boolean && !shipped.shipped().contains("unwrap"));
}
