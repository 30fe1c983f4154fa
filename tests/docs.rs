//! The documents describe the program: every key, code, column, meter and field is explained, what
//! they explain exists, and no link is broken.

mod project;

use lambdacost::internals::check::RULES;
use lambdacost::internals::diag::Code;
use lambdacost::internals::money::grouped;
use lambdacost::internals::platform::{self, Refusal};
use lambdacost::internals::pricebook::{Entry, Extent};
use lambdacost::internals::render::csv::{COLUMNS, MOVE_COLUMNS};
use lambdacost::internals::render::focus;
use lambdacost::internals::render::groups;
use lambdacost::internals::scenario::schema::{Key, Setting, ValueKind};
use project::{files_with, read, root};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Longest line of prose; rows of tables and output of the program may be longer.
const WIDTH: usize = 100;

fn doc(name: &str) -> String {
    read(&format!("docs/{name}"))
}

/// The documents of the project.
fn documents() -> Vec<String> {
    let mut documents = files_with("docs", "md");
    documents.extend(
        ["README", "DESIGN", "CONTRIBUTING", "CHANGELOG", "SECURITY"]
            .map(|name| format!("{name}.md")),
    );
    documents
}

/// The row of a table that explains a name, whole.
fn row<'t>(text: &'t str, name: &str) -> &'t str {
    let quoted = format!("`{name}`");
    let first = |line: &&str| {
        let cell = line
            .strip_prefix("| ")
            .and_then(|rest| rest.split(" | ").next());
        cell.is_some_and(|cell| cell.split(", ").any(|word| word == quoted))
    };
    text.lines()
        .find(first)
        .unwrap_or_else(|| panic!("no table explains {quoted}"))
}

fn says(text: &str, what: &str) {
    assert!(text.contains(what), "not found: {what}");
}

/// The headings of the second level.
fn sections(text: &str) -> Vec<&str> {
    text.lines()
        .filter_map(|line| line.strip_prefix("## "))
        .collect()
}

#[test]
fn every_kind_of_refusal_is_explained() {
    let text = doc("errors.md");
    for kind in Refusal::ALL {
        row(&text, kind.name());
    }
}

/// A path with a name in place of `*`: the largest instance type, or a region.
fn named(path: &str) -> String {
    let name = if path.starts_with("eks.node.") {
        "'u7in-32tb.224xlarge'"
    } else {
        "us-east-1"
    };
    path.replace('*', name)
}

/// A line in TOML that states a key with a value that is allowed.
fn stating(key: &Key) -> Option<String> {
    let value = match key.kind {
        ValueKind::Number(bounds) | ValueKind::NumberOr(bounds, _) => bounds.high.to_string(),
        ValueKind::Names => "[\"m7i\"]".to_owned(),
        ValueKind::OneOf(words) => format!("{:?}", words[0]),
        ValueKind::Flag => "false".to_owned(),
        ValueKind::Platforms => "[\"lambda\"]".to_owned(),
        ValueKind::Region => "\"us-east-1\"".to_owned(),
        ValueKind::InstanceType => "\"auto\"".to_owned(),
        ValueKind::Table => "{}".to_owned(),
        ValueKind::Account => "\"012345678901\"".to_owned(),
        ValueKind::Tags => "{ team = \"checkout\" }".to_owned(),
        ValueKind::Text
        | ValueKind::FileName
        | ValueKind::Platform
        | ValueKind::Functions
        | ValueKind::Extras => {
            return None;
        }
    };
    Some(format!("{} = {value}\n", place(key.path)))
}

/// A key as a scenario begins to state it.
fn place(path: &str) -> String {
    match path.strip_prefix("extra.") {
        Some(word) => format!("[[extra]]\n{word}"),
        None => named(path),
    }
}

#[test]
fn every_explained_key_is_read() {
    let top = "[defaults]\nregion = 'us-east-1'\n[[function]]\nname = 'a'\nmemory_mb = 128\n\
        duration_ms = 1\ninvocations_per_month = 1\nutilization = 1\n";
    let mut stated = 0;
    let shapes = platform::shapes();
    let of_platforms = shapes.iter().flat_map(|shape| shape.keys).copied();
    for key in Setting::ALL
        .map(Setting::key)
        .into_iter()
        .chain(of_platforms)
    {
        // Each of these scenarios has a table `defaults` already.
        let line = stating(key).filter(|_| key.path != "defaults");
        let Some(line) = line else { continue };
        let output = run(&format!("{line}{top}"), &[]);
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(!message.contains("error[unknown-key]"), "{line}{message}");
        assert!(!message.contains("error[wrong-type]"), "{line}{message}");
        assert!(!message.contains("error[out-of-range]"), "{line}{message}");
        let unread = run(&format!("{}_ = 1\n{top}", place(key.path)), &[]);
        let message = String::from_utf8_lossy(&unread.stderr);
        assert!(message.contains("error[unknown-key]"), "{line}{message}");
        stated += 1;
    }
    assert!(stated > 40, "only {stated} keys");
}

/// Runs `compare` on a scenario.
fn run(scenario: &str, arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("scenario.toml");
    fs::write(&file, scenario).expect("a scenario");
    Command::new(env!("CARGO_BIN_EXE_lambdacost"))
        .arg("compare")
        .arg(&file)
        .args(arguments)
        .output()
        .expect("the program")
}

/// The answer to a scenario, as text.
fn compare(scenario: &str, arguments: &[&str]) -> String {
    let output = run(scenario, arguments);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn stated_defaults_change_nothing() {
    let stated = "[[function]]\nname = 'a'\nmemory_mb = 512\nduration_ms = 100\n\
        invocations_per_month = 9_000_000\nutilization = 0.3\n";
    let spelled = "[function.container]\nmemory_per_request_mb = 512\nbase_memory_mb = 0\n\
        min_tasks = 2\ntarget_utilization = 1\ntask_storage_gb = 20\nos = 'linux'\n\
        run = 'service'\n";
    let eks = "[eks]\ninstance_type = 'auto'\ncluster = 'dedicated'\nmin_nodes = 2\n\
        packing_efficiency = 1\nroot_volume_gb = 20\nextended_support = false\n\
        auto_mode = false\ndaemonsets = { vcpu = 0.15, memory_mb = 256, pods = 3 }\n";
    let top = "region = 'us-east-1'\n";
    let csv = ["--format", "csv"];
    let silent = compare(&format!("{top}{stated}"), &csv);
    let hours = "hours_per_month = 730\nfree_tier = false\n";
    let hours = format!("{hours}platforms = ['lambda', 'fargate', 'eks']\n");
    let explicit = compare(&format!("{top}{hours}{eks}{stated}{spelled}"), &csv);
    assert_eq!(silent, explicit);
}

#[test]
fn every_diagnostic_code_has_a_section_and_no_other_has() {
    let known: Vec<String> = Code::ALL
        .iter()
        .map(|code| format!("`{}`", code.name()))
        .collect();
    assert_eq!(sections(&doc("errors.md")), known);
}

#[test]
fn every_column_of_the_csv_is_explained_in_order() {
    let text = doc("csv.md");
    let explained: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let tags = &["tags.NAME"];
    let all = [&COLUMNS[..], tags, &MOVE_COLUMNS, tags, &groups::COLUMNS];
    assert_eq!(explained, all.concat());
}

#[test]
fn every_column_of_the_focus_export_is_explained_in_order() {
    let text = doc("focus.md");
    let rows = cells(&text, "Columns");
    let explained: Vec<&str> = rows.iter().map(|row| row[0].trim_matches('`')).collect();
    let columns: Vec<&str> = focus::columns().collect();
    assert_eq!(explained, columns);
    for row in cells(&text, "Columns that are absent") {
        for absent in row[0].split('`').skip(1).step_by(2) {
            assert!(!columns.contains(&absent), "{absent} is not absent");
        }
    }
}

/// FOCUS 1.2 has 57 columns; a column is either exported or listed as absent.
#[test]
fn no_column_of_focus_is_forgotten() {
    let text = doc("focus.md");
    let rows = cells(&text, "Columns that are absent");
    let mut all: BTreeSet<String> = focus::columns().map(str::to_owned).collect();
    all.retain(|name| !name.starts_with("x_"));
    for row in &rows {
        let names = row[0].split('`').skip(1).step_by(2);
        all.extend(names.map(str::to_owned));
    }
    assert_eq!(all.len(), 57);
}

#[test]
fn every_meter_is_explained_with_its_unit() {
    let text = doc("prices.md");
    for meter in platform::meters().iter() {
        let line = |path: &str| {
            text.lines()
                .find(|line| line.contains(&format!("`{path}`")))
        };
        let generic = ["x86_64", "arm64"].map(|arch| meter.path.replace(arch, "ARCH"));
        let found = generic
            .iter()
            .find_map(|path| line(path))
            .or_else(|| line(meter.path));
        let found = found.unwrap_or_else(|| panic!("{} is not explained", meter.path));
        assert!(
            found.contains(&format!("`{}`", meter.per)),
            "the unit of {}",
            meter.path
        );
    }
}

/// The keys of all objects in a document, wherever they are.
fn keys(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                found.insert(key.clone());
                keys(value, found);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| keys(value, found)),
        _ => {}
    }
}

#[test]
fn every_field_of_the_json_is_explained() {
    let text = doc("json.md");
    let mut found = BTreeSet::new();
    let (gate, base) = ("scenarios/gate.toml", "scenarios/web-api.toml");
    let commands: [&[&str]; 4] = [
        &["compare", "scenarios/web-api.toml", "--format", "json"],
        &["check", gate, "--baseline", base, "--format", "json"],
        &["prices", "list", "--format", "json"],
        &["prices", "show", "us-east-1", "--format", "json"],
    ];
    for arguments in commands {
        let mut program = Command::new(env!("CARGO_BIN_EXE_lambdacost"));
        let output = program
            .args(arguments)
            .current_dir(root())
            .output()
            .expect("the program");
        let value: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        says(
            &text,
            &format!("## {}", value["schema"].as_str().expect("a schema")),
        );
        keys(&value, &mut found);
    }
    assert!(found.len() > 50, "only {} fields: {found:?}", found.len());
    for key in found {
        says(&text, &format!("`{key}`"));
    }
}

/// Rows of the tables of a section, without their heads, in cells.
fn cells<'t>(text: &'t str, section: &str) -> Vec<Vec<&'t str>> {
    let start = text.find(&format!("\n## {section}\n"));
    let rest = &text[start.unwrap_or_else(|| panic!("no section {section}")) + 1..];
    let section = &rest[..rest.find("\n## ").unwrap_or(rest.len())];
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect())
        .collect()
}

#[test]
fn every_rule_is_explained_with_its_level_and_its_numbers_and_no_other_is() {
    let text = doc("ci.md");
    let rows = cells(&text, "Rules");
    let codes: Vec<&str> = rows.iter().map(|row| row[0].trim_matches('`')).collect();
    let known: Vec<&str> = RULES.iter().map(|rule| rule.code).collect();
    assert_eq!(codes, known);
    for (rule, row) in RULES.iter().zip(&rows) {
        let level = format!("`{}`", rule.default_level.name());
        let stated = row[1].split(',').next();
        assert_eq!(stated, Some(&*level), "{}", rule.code);
        let numbers = row[2].split('`').skip(1).step_by(2);
        let parameters = rule.parameters.iter();
        assert_eq!(
            numbers.collect::<Vec<_>>(),
            parameters
                .clone()
                .map(|(name, _)| *name)
                .collect::<Vec<_>>(),
            "{}",
            rule.code
        );
        for (_, bounds) in parameters {
            says(row[2], &bounds.describe());
        }
    }
}

#[test]
fn the_blocks_for_pipelines_name_what_exists() {
    let text = doc("ci.md");
    let ends = |c: char| !(c.is_alphanumeric() || "/._-".contains(c));
    let words: Vec<&str> = text.split(ends).collect();
    let names = words.iter().filter_map(|word| {
        let start = word.find("integrations/")?;
        Some(&word[start..])
    });
    let mut scripts = BTreeSet::new();
    for name in names {
        assert!(root().join(name).is_file(), "{name}");
        scripts.insert(name);
    }
    let folder = fs::read_dir(root().join("integrations")).expect("the folder");
    let files = folder.filter(|entry| entry.as_ref().is_ok_and(|entry| entry.path().is_file()));
    assert_eq!(scripts.len(), files.count(), "{scripts:?}");
    for file in ["action.yml", ".pre-commit-hooks.yaml"] {
        says(&text, &format!("`{file}`"));
        assert!(root().join(file).is_file(), "{file}");
    }
    let hooks = read(".pre-commit-hooks.yaml");
    let ids: Vec<&str> = hooks
        .lines()
        .filter_map(|line| line.strip_prefix("- "))
        .collect();
    let shown = text.lines().map(|line| line.trim_start());
    let shown: Vec<&str> = shown
        .filter_map(|line| line.strip_prefix("- "))
        .filter(|line| line.starts_with("id: "))
        .collect();
    assert_eq!(shown, ids);
}

#[test]
fn every_input_of_the_action_and_every_variable_of_the_script_is_explained() {
    let text = doc("ci.md");
    let action = read("action.yml");
    let inputs = action.lines().skip_while(|line| *line != "inputs:");
    let inputs = inputs.skip(1).take_while(|line| line.starts_with(' '));
    let inputs: Vec<&str> = inputs
        .filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'))
        .filter(|name| !name.starts_with(' '))
        .collect();
    let script = read("integrations/check.sh");
    let head = script.lines().take_while(|line| line.starts_with('#'));
    let variables: Vec<&str> = head
        .filter_map(|line| line.strip_prefix("#   LAMBDACOST"))
        .map(|rest| rest.split(' ').next().unwrap_or_default())
        .collect();
    let named = |section| -> Vec<String> {
        let rows = cells(&text, section).into_iter();
        rows.map(|row| row[0].trim_matches('`').to_owned())
            .collect()
    };
    assert_eq!(named("GitHub"), inputs);
    let variables: Vec<String> = variables
        .iter()
        .map(|end| format!("LAMBDACOST{end}"))
        .collect();
    assert_eq!(named("Anywhere else"), variables);
    let script = read("integrations/install.py");
    let head = script.split("\"\"\"").nth(1).expect("a docstring");
    let variables = head
        .lines()
        .filter_map(|line| line.strip_prefix("  LAMBDACOST"));
    let variables: Vec<String> = variables
        .map(|rest| format!("LAMBDACOST{}", rest.split(' ').next().unwrap_or_default()))
        .collect();
    assert_eq!(named("How it is installed"), variables);
}

/// Commands of the blocks `console` of a document, each with the lines that are shown for it.
fn shown(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut all: Vec<(&str, Vec<&str>)> = Vec::new();
    for block in text.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap_or_default();
        for line in block.lines() {
            match (line.strip_prefix("$ lambdacost "), all.last_mut()) {
                (Some(command), _) => all.push((command, Vec::new())),
                (None, Some((_, lines))) => lines.push(line),
                (None, None) => panic!("output without a command: {line}"),
            }
        }
    }
    all
}

/// True when `output` reads as `claimed`: `...` stands for any number of lines, `…` for the rest of
/// one.
fn reads(claimed: &[&str], output: &[&str]) -> bool {
    match (claimed.split_first(), output.split_first()) {
        (None, None) => true,
        (Some((&"...", rest)), _) => {
            (0..=output.len()).any(|skipped| reads(rest, &output[skipped..]))
        }
        (Some((line, rest)), Some((real, others))) => {
            let same = match line.strip_suffix('…') {
                Some(start) => real.starts_with(start),
                None => line == real,
            };
            same && reads(rest, others)
        }
        _ => false,
    }
}

#[test]
fn output_in_the_documents_is_that_of_the_program() {
    for (document, fewest) in [("ci.md", 7), ("focus.md", 1)] {
        let text = doc(document);
        let commands = shown(&text);
        assert!(commands.len() >= fewest, "{document}");
        for (command, claimed) in commands {
            let output = Command::new(env!("CARGO_BIN_EXE_lambdacost"))
                .args(command.split(' '))
                .current_dir(root())
                .output()
                .expect("the program");
            let output = String::from_utf8(output.stdout).expect("text");
            let lines: Vec<&str> = output.lines().collect();
            assert!(reads(&claimed, &lines), "{document}: {command}:\n{output}");
        }
    }
}

#[test]
fn the_budgets_and_rules_in_examples_are_read() {
    let text = doc("scenario.md");
    let blocks = text.split("```toml\n").skip(1);
    let blocks: String = blocks
        .filter_map(|block| block.split("```").next())
        .collect();
    let function = "[[function]]\nname = 'checkout'\nmemory_mb = 128\nduration_ms = 1\n\
        invocations_per_month = 1\nutilization = 1\n";
    // `[budget.functions]` and `[defaults.budget]` exclude each other for one function.
    let (named, own) = ("[budget.functions.checkout]", "[budget.functions.other]");
    let blocks = blocks.replace(named, own);
    compare(&format!("region = 'us-east-1'\n{blocks}{function}"), &[]);
}

#[test]
fn the_ages_of_prices_in_the_documents_are_those_of_the_book() {
    let book = platform::book();
    let (mut machines, mut old, mut volumes) = (0, 0, 0);
    let (mut reserved, mut plans) = (0, 0);
    let mut old_volumes = Vec::new();
    let mut types = BTreeSet::new();
    for name in book.regions() {
        let region = book.region_to(name, Extent::WHOLE);
        let region = region.expect("a region of the book");
        for (path, entry) in region.entries() {
            let Entry::Flat(price) = entry else {
                continue;
            };
            let date = &price.provenance.as_of;
            if let Some(kind) = path.strip_prefix("ec2.") {
                types.insert(kind.to_owned());
                machines += 1;
                old += usize::from(date.starts_with("2025-12"));
                assert!(
                    date.starts_with("2025-12") || date.starts_with("2026"),
                    "{name}: {path}"
                );
            } else if path == "ebs.gp3" {
                volumes += 1;
                if !date.starts_with("2026") {
                    old_volumes.push((name.to_owned(), date.to_string()));
                }
            } else if path.starts_with("savings.reserved-instances.") {
                reserved += 1;
            } else if path.starts_with("savings.") {
                plans += 1;
            }
        }
    }
    let words = |document: &str| {
        read(document)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    let count = |number: usize| grouped(&number.to_string());
    let (readme, prices) = (words("README.md"), words("docs/prices.md"));
    says(
        &readme,
        &format!("{} of the {} EC2 prices", count(old), count(machines)),
    );
    says(&readme, "gp3 in GovCloud (July 2024)");
    let gov = |name: &str| (name.to_owned(), "2024-07-18".to_owned());
    assert_eq!(old_volumes, [gov("us-gov-east-1"), gov("us-gov-west-1")]);
    says(
        &prices,
        &format!(
            "| EC2, {} prices | {} in December 2025, {} from",
            count(machines),
            count(old),
            count(machines - old)
        ),
    );
    let families: BTreeSet<_> = types
        .iter()
        .filter_map(|kind| kind.split('.').next())
        .collect();
    says(
        &prices,
        &format!(
            "{} types of {} families",
            count(types.len()),
            families.len()
        ),
    );
    says(&prices, &format!("| gp3, {volumes} regions"));
    says(
        &prices,
        &format!("prices of {} regions", book.regions().count()),
    );
    says(&prices, &format!("of {} rates", count(reserved)));
    says(&prices, &format!("Savings Plans, {plans} rates"));
    let shapes = book.instances().expect("shapes").len();
    says(&prices, &format!("capacity of {} types", count(shapes)));
}

/// Targets of the links of a document.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let ends = text.split("](").skip(1);
    ends.filter_map(|rest| rest.split(')').next())
}

/// What GitHub makes of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

#[test]
fn no_link_is_broken() {
    for document in documents() {
        let text = read(&document);
        let document = Path::new(&document);
        let folder = document.parent().unwrap_or(Path::new(""));
        for link in links(&text).filter(|link| !link.starts_with("https://")) {
            let (file, part) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() {
                document.to_owned()
            } else {
                folder.join(file)
            };
            let shown = format!("{}: {link}", document.display());
            assert!(root().join(&target).exists(), "{shown} does not exist");
            let headings = text.lines().filter(|line| line.starts_with('#'));
            let mut anchors = headings.map(|line| anchor(line.trim_start_matches(['#', ' '])));
            let here = part.is_empty() || !file.is_empty();
            assert!(
                here || anchors.any(|known| known == part),
                "{shown} has no heading"
            );
        }
    }
}

#[test]
fn lines_are_short_enough_to_read() {
    for document in documents() {
        let text = read(&document);
        let mut inside = false;
        for (number, line) in text.lines().enumerate() {
            inside ^= line.starts_with("```");
            let free = inside || line.starts_with('|') || line.starts_with("```");
            let short = free || line.chars().count() <= WIDTH;
            assert!(short, "{document}:{} is too long", number + 1);
        }
    }
}

#[test]
fn every_promise_of_security_names_a_test_that_exists() {
    let text = read("SECURITY.md");
    let rows = text.lines().filter_map(|line| {
        let (promise, held) = line
            .strip_prefix("| ")?
            .strip_suffix(" |")?
            .split_once(" | ")?;
        (promise != "guarantee").then_some(held)
    });
    let rows: Vec<&str> = rows.collect();
    assert!(rows.len() > 5, "only {} promises", rows.len());
    for row in rows {
        assert!(row.contains("`tests/"), "{row}");
        for file in row.split(", ") {
            assert!(root().join(file.trim_matches('`')).is_file(), "{file}");
        }
    }
}
