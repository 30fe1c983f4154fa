//! Hostile names: whatever the name of a function, a file or a baseline, every format keeps its
//! structure.

use super::formats::{decoded, is_sarif};
use super::outside::{REFUSED, commands as commands_in, names, paddings};
use super::{Folder, HEAD, function, quoted};
use lambdacost::internals::text::{escaped_name, is_unsafe};
use roxmltree::Document;
use serde_json::Value;

const FORMATS: [&str; 6] = ["text", "json", "github", "junit", "sarif", "markdown"];

/// A scenario in which functions are named by findings, drivers, advice and changes.
fn scenario<S: AsRef<str>>(names: &[S]) -> String {
    let limits =
        "budget = { monthly_usd.deny = 1, increase_percent.deny = 1, increase_usd.warn = 1 }\n";
    let mut text = format!("{HEAD}\n[budget]\nmonthly_usd.deny = 1\n");
    for name in names {
        text += &function(name.as_ref(), limits);
    }
    text += &function("other", "runs_on = \"fargate\"\n");
    for name in names
        .iter()
        .filter(|name| name.as_ref().chars().count() < 256)
    {
        let near = quoted(&format!("{}x", name.as_ref()));
        text += &format!("\n[budget.functions.{near}]\nmonthly_usd.deny = 1\n");
    }
    text
}

/// The same functions with half the calls, and others that were removed.
fn baseline<S: AsRef<str>>(names: &[S]) -> String {
    let mut text = HEAD.to_owned();
    for name in names {
        let gone = "gone ".chars().chain(name.as_ref().chars()).take(256);
        text += &function(name.as_ref(), "").replace("= 1000000", "= 500000");
        text += &function(&gone.collect::<String>(), "");
    }
    text
}

/// The report on a scenario in each format.
fn answers(folder: &Folder, scenario: &str, baseline: &str) -> Vec<(&'static str, String)> {
    let answer = |format| {
        let flags = ["-W", "unbudgeted-function", "--format", format];
        let run = folder.check(&[&[scenario, "--baseline", baseline], &flags[..]].concat());
        run.reported(1, &format!("{format} of {scenario:?}"));
        (format, run.stdout)
    };
    FORMATS.into_iter().map(answer).collect()
}

fn structure(format: &str, text: &str, findings: usize) {
    match format {
        "text" | "json" | "sarif" => {}
        "github" => commands(text, findings),
        "junit" => drop(Document::parse(text).expect("XML")),
        "markdown" => comment(text),
        _ => unreachable!("{format}"),
    }
    let ours = if format == "github" { findings } else { 0 };
    assert_eq!(commands_in(text).len(), ours, "{format}: {text}");
    let obeyed = text.chars().find(|c| is_unsafe(*c) && *c != '\n');
    assert_eq!(obeyed, None, "{format}: {text}");
    match format {
        "json" => drop(serde_json::from_str::<Value>(text).expect("JSON")),
        "sarif" => sarif(&serde_json::from_str(text).expect("JSON")),
        _ => {}
    }
}

/// One annotation a finding and a sentence, nothing else.
fn commands(text: &str, findings: usize) {
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), findings + 1, "{text}");
    for line in &lines[..findings] {
        let rest = line
            .strip_prefix("::error ")
            .or(line.strip_prefix("::warning "));
        let (properties, message) = rest.and_then(|rest| rest.split_once("::")).expect(line);
        let keys: Vec<&str> = properties
            .split(',')
            .map(|property| property.split_once('=').expect(line).0)
            .collect();
        assert_eq!(keys, ["file", "line", "title"], "{line}");
        // A percent sign begins an escape or a line of ours.
        for escape in properties.split('%').skip(1) {
            assert!(["25", "3A", "2C"].contains(&&escape[..2]), "{line}");
        }
        for escape in message.split('%').skip(1) {
            assert!(["25", "0A"].contains(&&escape[..2]), "{line}");
        }
        assert!((1..=2).contains(&message.matches("%0A").count()), "{line}");
    }
    assert!(lines[findings].contains(" checked: "), "{text}");
}

/// Plain texts hold neither links nor places for arguments.
fn sarif(log: &Value) {
    is_sarif(log);
    for result in log["runs"][0]["results"].as_array().expect("results") {
        let text = result["message"]["text"].as_str().expect("a text");
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            match c {
                '\\' => assert!(rest.next().is_some_and(|c| "[]\\".contains(c)), "{text}"),
                '{' | '}' => assert_eq!(rest.next(), Some(c), "{text}"),
                _ => assert!(!"[]".contains(c), "{text}"),
            }
        }
        let markdown = result["message"]["markdown"].as_str().expect("a text");
        let read = markdown.replace("{{", "").replace("}}", "");
        assert!(!read.contains(['{', '}']), "{markdown}");
        harmless(&outside_code(&read));
    }
}

/// No markup in a text outside of code spans, nor anything that GitHub makes a link, a formula or a
/// picture of afterwards.
fn harmless(text: &str) {
    assert!(!text.contains(['<', '>', '\\', '~']), "{text}");
    for markup in ["](", "][", "]:", "![", "://", "www."] {
        assert!(!text.contains(markup), "{markup}: {text}");
    }
    let raw: Vec<char> = text.chars().collect();
    for (at, c) in raw.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| raw[at]);
        let after: String = raw[at + 1..].iter().collect();
        let in_word =
            before.is_some_and(char::is_alphanumeric) && after.starts_with(char::is_alphanumeric);
        let word = after.split(|c: char| !c.is_alphanumeric() && !"_+-".contains(c));
        let word = word.into_iter().next().unwrap_or_default();
        let behind = &after[word.len()..];
        let is_markup = match c {
            '_' => !in_word,
            '@' => !in_word || behind.starts_with('.'),
            '$' => !after.starts_with(|c: char| c.is_ascii_digit()),
            ':' => {
                let is_number = word.chars().all(|c| c.is_ascii_digit());
                let is_picture = !is_number || ["100", "1234"].contains(&word);
                behind.starts_with(':') && is_picture && !word.is_empty()
            }
            _ => false,
        };
        assert!(!is_markup, "{c} before {after:?}: {text}");
    }
    let read: Vec<char> = decoded(text).to_lowercase().chars().collect();
    for three in read.windows(3) {
        let is_address = three[1] == '@' && three[0].is_alphanumeric();
        let begins = !is_address && ['@', '#'].contains(&three[1]);
        assert!(!begins || three[2] == '\u{200b}', "{text}");
    }
    for four in read.windows(4) {
        let is_issue = four[..3] == ['g', 'h', '-'] && four[3].is_ascii_digit();
        assert!(!is_issue, "{text}");
    }
    for hash in read.windows(7) {
        assert!(!hash.iter().all(char::is_ascii_hexdigit), "{text}");
    }
}

/// The parts of a line of Markdown outside its code spans, each of which has one backtick on either
/// side and none within.
fn outside_code(line: &str) -> String {
    assert!(!line.contains("``"), "{line}");
    let parts: Vec<&str> = line.split('`').collect();
    assert_eq!(parts.len() % 2, 1, "an open span: {line}");
    parts
        .into_iter()
        .step_by(2)
        .collect::<Vec<&str>>()
        .join(" ")
}

/// A comment has the program's tags and tables, and no other markup.
fn comment(text: &str) {
    assert!(text.len() < 65_536, "{} bytes", text.len());
    let (marker, rest) = text.split_once('\n').expect("a marker");
    let name = marker.strip_prefix("<!-- lambdacost check: ");
    let name = name.and_then(|rest| rest.strip_suffix(" -->"));
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "%._~/".contains(c);
    assert!(name.expect("a name").chars().all(is_plain), "{marker}");
    let mut rest: String = rest.lines().map(|line| outside_code(line) + "\n").collect();
    rest.insert(0, '\n');
    for (tag, most) in [
        ("<details><summary>Details and fixes</summary>\n\n", 1),
        ("<details><summary>Budgets kept</summary>\n\n", 1),
        (
            "<details><summary>Assumptions and omissions</summary>\n\n",
            1,
        ),
        ("\n</details>\n", 3),
        ("\n### ", 1),
        ("**", 10),
    ] {
        assert!(rest.matches(tag).count() <= most, "{tag}: {text}");
        rest = rest.replace(tag, "\n");
    }
    for line in rest.lines() {
        let line = line.trim_start_matches("- ");
        assert!(!line.contains('*'), "{line}");
        harmless(line);
        assert!(
            !line.starts_with("    ") && !line.starts_with("&gt; "),
            "{line}"
        );
    }
    let mut columns = 0;
    for line in text.lines() {
        let bars = line.matches('|').count();
        assert!(
            bars == 0 || line.starts_with('|') && line.ends_with('|'),
            "{line}"
        );
        assert!(columns == 0 || bars == 0 || bars == columns, "{line}");
        columns = bars;
    }
}

#[test]
fn functions_may_be_called_anything() {
    for names in names().chunks(8) {
        let tame: Vec<String> = (0..names.len()).map(|n| format!("tame-{n}")).collect();
        let of = |names: &[String]| {
            let folder = Folder::with("scenario.toml", scenario(names));
            folder.write("before.toml", baseline(names));
            answers(&folder, "scenario.toml", "before.toml")
        };
        let (answers, models) = (of(names), of(&tame));
        let json: Value = serde_json::from_str(&answers[1].1).expect("JSON");
        let findings = json["findings"].as_array().expect("a list");
        for name in names {
            // Over its budget, and more expensive than before by both limits.
            let named = findings
                .iter()
                .filter(|one| one["function"] == name.as_str());
            assert_eq!(named.count(), 2, "{name:?} does not come back");
        }
        let is_unmatched = |one: &&Value| one["rule"] == "unmatched-budget";
        let unmatched = findings.iter().filter(is_unmatched).count();
        let short = names
            .iter()
            .filter(|name| name.chars().count() < 256)
            .count();
        assert_eq!(unmatched, short, "{names:?}");
        for ((format, text), (_, model)) in answers.iter().zip(&models) {
            structure(format, text, findings.len());
            // Lines of text are broken by their length.
            if *format != "text" && short == names.len() {
                let lines = [text, model].map(|text| text.lines().count());
                assert_eq!(lines[0], lines[1], "{format} of {names:?}: {text}");
            }
        }
        let document = Document::parse(&answers[3].1).expect("XML");
        let cases = document
            .descendants()
            .filter(|node| node.has_tag_name("testcase"));
        let cases: Vec<_> = cases.filter_map(|case| case.attribute("name")).collect();
        let shown: Vec<_> = names.iter().map(|name| escaped_name(name)).collect();
        assert_eq!(cases[0], "the scenario");
        assert_eq!(&cases[1..=names.len()], shown);
    }
}

/// A function for each name, with a tag and an extra of that name.
fn labelled<S: AsRef<str>>(names: &[S], usd: u32, budgets: bool) -> String {
    let mut text = HEAD.to_owned();
    for (number, name) in names.iter().enumerate() {
        let name = quoted(name.as_ref());
        let tags = format!(
            "tags = {{ {name} = {name} }}\n[[function.extra]]\nname = {name}\nplatforms = [\"lambda\"]\n\
             usd_per_month = {usd}\n"
        );
        text += &function(&format!("f{number}"), &tags);
        text +=
            &format!("[[extra]]\nname = {name}\nplatforms = [\"lambda\"]\nusd_per_month = {usd}\n");
        if budgets {
            text += &format!(
                "[budget.tags.{name}.{name}]\nmonthly_usd.deny = 1\nincrease_usd.deny = 1\n\
                 [budget.tags.{name}.none]\nmonthly_usd.deny = 1\n"
            );
        }
    }
    text
}

#[test]
fn tags_and_extras_may_be_called_anything() {
    let names = names();
    let names: Vec<&String> = names
        .iter()
        .filter(|name| name.chars().count() <= 128)
        .collect();
    assert!(names.len() > 30, "{}", names.len());
    for names in names.chunks(4) {
        let tame: Vec<String> = (0..names.len()).map(|n| format!("tame-{n}")).collect();
        let (now, before) = (labelled(names, 600, true), labelled(names, 500, false));
        let (tame, tame_before) = (labelled(&tame, 600, true), labelled(&tame, 500, false));
        let folder = Folder::with("scenario.toml", now);
        folder.write("before.toml", before);
        let model = Folder::with("scenario.toml", tame);
        model.write("before.toml", tame_before);
        let [answers, models] =
            [&folder, &model].map(|folder| answers(folder, "scenario.toml", "before.toml"));
        let json: Value = serde_json::from_str(&answers[1].1).expect("JSON");
        let findings = json["findings"].as_array().expect("a list");
        for ((format, text), (_, model)) in answers.iter().zip(&models) {
            structure(format, text, findings.len());
            if *format != "text" {
                let lines = [text, model].map(|text| text.lines().count());
                assert_eq!(lines[0], lines[1], "{format} of {names:?}: {text}");
            }
        }
        // Names are as escaped between backticks.
        for name in names {
            let shown = escaped_name(name).replace('`', "\\u{60}");
            let budget = format!("tag `{shown}` = `{shown}` costs $");
            let is_named = |finding: &Value| {
                let message = finding["message"].as_str().expect("a text");
                message.starts_with(&budget)
            };
            assert_eq!(
                findings.iter().filter(|one| is_named(one)).count(),
                2,
                "{budget}"
            );
            let lines: Vec<&str> = answers[0].1.lines().map(str::trim).collect();
            let key = format!("extra `{shown}`: usd_per_month 500 -> 600");
            // Lines are broken where the text is long.
            assert!(
                lines.join(" ").contains(&key) || key.len() > 60,
                "{key}: {}",
                answers[0].1
            );
        }
    }
}

#[test]
fn names_that_cannot_be_printed_are_refused_everywhere() {
    let columns = "name,memory_mb,duration_ms,invocations_per_month,utilization\n";
    for name in REFUSED {
        let text = function(name, "");
        let line = 1 + HEAD.lines().count() + 2;
        let folder = Folder::with("scenario.toml", format!("{HEAD}{text}"));
        let budget = format!(
            "{HEAD}{}[budget.functions.{}]\n",
            function("a", ""),
            quoted(name)
        );
        folder.write("budget.toml", budget);
        let row = format!("\"{}\",1024,1000,1000000,0.4\n", name.replace('"', "\"\""));
        folder.write("functions.csv", format!("{columns}{row}"));
        folder.write("good.toml", format!("{HEAD}{}", function("a", "")));
        let of_fleet = ["functions.csv", "--region", "us-east-1"];
        let cases: [(&[&str], String); 4] = [
            (&["scenario.toml"], format!("scenario.toml:{line}:8")),
            (&["budget.toml"], "budget.toml:".to_owned()),
            (&of_fleet, "functions.csv:2:1".to_owned()),
            (
                &[
                    "good.toml",
                    "--baseline",
                    "scenario.toml",
                    "--baseline-required",
                ],
                "scenario.toml:".to_owned(),
            ),
        ];
        for (arguments, place) in cases {
            let trimmed = name.trim_matches([' ', '\t']);
            let is_row = arguments[0] == "functions.csv";
            if is_row && trimmed != name && name.starts_with('\t') {
                // The spaces around a cell are not part of its name.
                continue;
            }
            if is_row && name.contains('\0') {
                // A file with a zero byte is no text.
                folder.check(arguments).refused("unreadable", "zero byte");
                continue;
            }
            let run = folder.check(arguments);
            run.refused("out-of-range", &format!("{name:?} in {arguments:?}"));
            assert!(run.stderr.contains(&place), "{place}: {}", run.stderr);
            assert!(run.stderr.contains("help: take "), "{}", run.stderr);
            assert_eq!(commands_in(&run.stderr), [""; 0], "{name:?}");
        }
    }
}

#[test]
fn no_wrapped_line_starts_with_a_command() {
    for names in paddings().chunks(20) {
        let folder = Folder::with("scenario.toml", scenario(names));
        folder.write("before.toml", baseline(names));
        for (format, text) in answers(&folder, "scenario.toml", "before.toml") {
            let ours = text.lines().filter(|line| line.starts_with("::")).count();
            let ours = if format == "github" { ours } else { 0 };
            assert_eq!(commands_in(&text).len(), ours, "{format}: {text}");
        }
    }
}

#[test]
fn a_long_name_does_not_cut_off_the_amounts() {
    for letter in ["a", "|", "@", "\u{200b}"] {
        let folder = Folder::with("scenario.toml", scenario(&[letter.repeat(256)]));
        let run = folder.check(&["scenario.toml", "--format", "markdown"]);
        let row = "a month, $9.00 over its budget of $1.00 |";
        let rows: Vec<String> = run.stdout.lines().map(decoded).collect();
        assert!(
            rows.iter().any(|line| line.ends_with(row)),
            "{}",
            run.stdout
        );
    }
}

#[test]
fn a_comment_is_never_too_long() {
    for letter in ["|", "@", "\u{200b}"] {
        let name = |n: usize| format!("{n}{}", letter.repeat(250));
        let limits = "budget = { monthly_usd.deny = 1, increase_usd.deny = 1 }\n";
        let functions: String = (0..50).map(|n| function(&name(n), limits)).collect();
        let text = format!("{HEAD}{functions}");
        let folder = Folder::with("scenario.toml", &text);
        folder.write("before.toml", format!("{HEAD}{}", function("x", "")));
        let long = format!("{}.toml", "(".repeat(120));
        folder.write(&long, text);
        for file in ["scenario.toml", &long] {
            let arguments = [file, "--baseline", "before.toml", "--format", "markdown"];
            let run = folder.check(&arguments);
            run.reported(1, letter);
            comment(&run.stdout);
        }
    }
}

/// Names of files that every system takes, and those that only some do.
fn file_names() -> Vec<&'static str> {
    let mut names = vec![
        "a b.toml",
        "%0A,line=2.toml",
        "[x](y).toml",
        "@team #1.toml",
        "&amp;.toml",
        "`x`.toml",
        "{0}.toml",
        "ü函.toml",
        "a,b=c.toml",
        "'q'.toml",
        "#x.toml",
        "~$x.toml",
        "-x.toml",
    ];
    if cfg!(unix) {
        names.extend([
            "a\n::error::x.toml",
            "\r.toml",
            "<b>|\"x\".toml",
            "]]>.toml",
            "::error::x.toml",
            "\u{1b}[2J.toml",
            "\u{202e}x.toml",
            "a?b*.toml",
            "back\\slash.toml",
            "<!--.toml",
            "c:.toml",
            "\u{85}\u{9b}\u{7f}.toml",
            "##[add-mask]x.toml",
            "GH-26 deadbeef.toml",
        ]);
    }
    names
}

#[test]
fn files_may_be_called_anything() {
    for name in file_names() {
        let folder = Folder::with(name, scenario(&["one"]));
        let before = format!("before {name}");
        folder.write(&before, baseline(&["one"]));
        let path = format!("./{name}");
        let answers = answers(&folder, &path, &before);
        let json: Value = serde_json::from_str(&answers[1].1).expect("JSON");
        assert_eq!(json["scenario"], path.as_str());
        assert_eq!(json["baseline"], before.as_str());
        let findings = json["findings"].as_array().expect("a list").len();
        for (format, text) in &answers {
            structure(format, text, findings);
        }
    }
}

#[cfg(unix)]
#[test]
fn file_names_that_are_not_text_are_shown() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let name = OsStr::from_bytes(b"x\xff\n.toml");
    let folder = Folder::with("scenario.toml", scenario(&["one"]));
    let to = folder.path().join(name);
    if std::fs::rename(folder.path().join("scenario.toml"), &to).is_err() {
        return;
    }
    for format in FORMATS {
        let mut command = folder.command(&["check", "--prices", "prices", "--format", format]);
        let run = super::Run::of(command.arg(name).output().expect("it starts"));
        run.reported(1, format);
        if format != "github" {
            structure(format, &run.stdout, 0);
        }
    }
}

#[test]
fn functions_files_may_have_any_name_and_contain_any_name() {
    let file = "a,b [x](y) %0A.csv";
    let row = "\"=x| ::error::\"\"</a>\",1024,1000,1000000,0.4,1\n";
    let columns =
        "name,memory_mb,duration_ms,invocations_per_month,utilization,budget.monthly_usd.deny";
    let folder = Folder::with(file, format!("{columns}\n{row}"));
    folder.write("scenario.toml", format!("{HEAD}functions = \"{file}\"\n"));
    folder.write("before.toml", baseline(&["one"]));
    for (format, text) in answers(&folder, "scenario.toml", "before.toml") {
        structure(format, &text, 1);
    }
}

#[test]
fn baselines_may_contain_any_name() {
    let refused = REFUSED
        .map(str::to_owned)
        .into_iter()
        .chain([String::new()]);
    for name in names().into_iter().step_by(3).chain(refused) {
        let line = serde_json::json!({ "item": name, "cost_usd": "1" });
        let platform = serde_json::json!({ "id": "lambda", "monthly_usd": "1", "lines": [line] });
        let of = |name: &str| serde_json::json!({ "name": name, "runs_on": "lambda", "platforms": [platform] });
        let report = serde_json::json!({
            "schema": "lambdacost/compare/v1",
            "functions": [of(&name), of("one"), of("x\n::error::\u{1b}[2J|<b>")],
            "totals": { "today": "1" },
        });
        let folder = Folder::with("scenario.toml", scenario(&["one"]));
        folder.write("before.json", report.to_string());
        let answers = answers(&folder, "scenario.toml", "before.json");
        let json: Value = serde_json::from_str(&answers[1].1).expect("JSON");
        let findings = json["findings"].as_array().expect("a list").len();
        for (format, text) in &answers {
            structure(format, text, findings);
        }
    }
}
