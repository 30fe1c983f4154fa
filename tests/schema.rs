//! The JSON Schemas: `schemas/` has what the program prints, every scenario of the project is valid,
//! mistakes are found at their keys, and every JSON answer is valid for its schema.
//!
//! `UPDATE_DOCS=1 cargo test --test schema` writes `schemas/` again.

mod project;

use jsonschema::Validator;
use project::{files_with, read, root};
use serde_json::Value;
use std::process::Command;
use std::{env, fs};

const NAMES: [&str; 3] = ["scenario", "compare", "check"];

/// What the program prints.
fn run(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_lambdacost"))
        .args(arguments)
        .current_dir(root())
        .output()
        .expect("the program");
    String::from_utf8(output.stdout).expect("text")
}

fn schema(name: &str) -> Value {
    serde_json::from_str(&run(&["schema", name])).expect("JSON")
}

fn validator(schema: &Value) -> Validator {
    jsonschema::draft7::new(schema).expect("a schema of draft 7")
}

/// What is wrong with a document, each with the place of the value.
fn mistakes(validator: &Validator, document: &Value) -> Vec<String> {
    let errors = validator.iter_errors(document);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

fn of_toml(text: &str) -> Value {
    let table: toml::Table = text.parse().expect("TOML");
    serde_json::to_value(table).expect("TOML is JSON here")
}

/// Checks the JSON that a command prints against a schema.
#[track_caller]
fn is_valid(validator: &Validator, arguments: &[&str]) {
    let answer: Value = serde_json::from_str(&run(arguments)).expect("JSON");
    let wrong = mistakes(validator, &answer);
    assert!(wrong.is_empty(), "{arguments:?}: {:#?}", wrong.first());
}

#[test]
fn the_committed_schemas_are_what_the_program_prints() {
    for name in NAMES {
        let path = root().join(format!("schemas/{name}.json"));
        let printed = run(&["schema", name]);
        if env::var_os("UPDATE_DOCS").is_some() {
            fs::create_dir_all(root().join("schemas")).expect("a folder");
            fs::write(&path, printed).expect("it can be written");
            continue;
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found == printed,
            "schemas/{name}.json is not up to date; `UPDATE_DOCS=1 cargo test --test schema` \
             writes it"
        );
    }
    assert_eq!(files_with("schemas", "json").len(), NAMES.len());
}

#[test]
fn every_scenario_of_the_project_is_valid() {
    let validator = validator(&schema("scenario"));
    let mut count = 0;
    for folder in ["scenarios", "tests/aws_examples"] {
        for name in files_with(folder, "toml") {
            let mut document = of_toml(&read(&name));
            // An example of AWS has its scenario as text. Some have none: no scenario expresses them.
            if folder == "tests/aws_examples" {
                let Some(scenario) = document["scenario"].as_str() else {
                    continue;
                };
                document = of_toml(scenario);
            }
            let wrong = mistakes(&validator, &document);
            assert!(wrong.is_empty(), "{name}: {wrong:#?}");
            count += 1;
        }
    }
    assert!(count > 40, "only {count} scenarios");
    let starter = run(&["init", "-"]);
    assert!(mistakes(&validator, &of_toml(&starter)).is_empty());
    assert!(starter.starts_with("#:schema ./lambdacost.schema.json\n"));
}

/// A scenario without a mistake.
const FINE: &str = "region = 'us-east-1'\n[[function]]\nname = 'a'\nmemory_mb = 512\n\
                    duration_ms = 100\ninvocations_per_month = 1_000_000\nutilization = 0.3\n";

/// What is added to a scenario, the place where the schema finds it wrong, and the key or value
/// that the message names.
const MISTAKES: [(&str, &str, &str); 23] = [
    (
        "[[extra]]\nname = 'a'\nplatforms = ['eks', 'eks']\nusd_per_month = 1",
        "/extra/0/platforms",
        "eks",
    ),
    ("memroy_mb = 512", "/function/0", "memroy_mb"),
    ("p99_ms = 512", "/function/0", "p99_ms"),
    (
        "ephemeral_storage_mb = 100",
        "/function/0/ephemeral_storage_mb",
        "512",
    ),
    (
        "ephemeral_storage_mb = 600.5",
        "/function/0/ephemeral_storage_mb",
        "600.5",
    ),
    (
        "ephemeral_storage_mb = '512MB'",
        "/function/0/ephemeral_storage_mb",
        "512MB",
    ),
    ("cold_start_rate = 2", "/function/0/cold_start_rate", "2"),
    (
        "cold_start_rate = '-1'",
        "/function/0/cold_start_rate",
        "-1",
    ),
    ("architecture = 'arm'", "/function/0/architecture", "arm64"),
    ("region = 'us-east1'", "/function/0/region", "us-east1"),
    ("runs_on = 'ecs'", "/function/0/runs_on", "ecs"),
    ("peak_concurrency = 5", "/function/0", "peak_concurrency"),
    (
        "measured_duration_ms = 5",
        "/function/0",
        "measured_duration_ms",
    ),
    ("platforms = ['lambda']", "/function/0", "platforms"),
    ("container.cpu = 5", "/function/0/container", "cpu"),
    (
        "container.task = 'small'",
        "/function/0/container/task",
        "small",
    ),
    (
        "container.task.vcpu = 0",
        "/function/0/container/task/vcpu",
        "0",
    ),
    (
        "budget.monthly_usd = 250",
        "/function/0/budget/monthly_usd",
        "250",
    ),
    ("[eks]\nmin_node = 3", "/eks", "min_node"),
    ("[fargate]\ntask = 3", "/fargate", "task"),
    (
        "[lambda-managed]\nmin_instances = 2",
        "/lambda-managed/min_instances",
        "2",
    ),
    ("[commitment]\nterm = '1yr'", "/commitment", "plan"),
    ("[rules]\nnear-crossing = 'warn'", "/rules", "near-crossing"),
];

#[test]
fn mistakes_are_found_at_their_keys() {
    let validator = validator(&schema("scenario"));
    assert!(mistakes(&validator, &of_toml(FINE)).is_empty());
    for (added, place, named) in MISTAKES {
        let wrong = mistakes(&validator, &of_toml(&format!("{FINE}{added}\n")));
        let found = |mistake: &String| {
            let rest = mistake.strip_prefix(place);
            rest.is_some_and(|rest| rest.starts_with(": ") && rest.contains(named))
        };
        assert!(wrong.iter().any(found), "{added}: {wrong:#?}");
    }
}

#[test]
fn a_missing_key_is_a_mistake_unless_defaults_can_state_it() {
    let validator = validator(&schema("scenario"));
    for key in [
        "name",
        "memory_mb",
        "duration_ms",
        "invocations_per_month",
        "utilization",
    ] {
        let lines = FINE.lines().filter(|line| !line.starts_with(key));
        let text = lines.collect::<Vec<_>>().join("\n");
        let wrong = mistakes(&validator, &of_toml(&text));
        let is_there = |mistake: &String| mistake.starts_with("/function/0: ");
        assert!(wrong.iter().any(is_there), "{key}: {wrong:#?}");
        let with_defaults = mistakes(&validator, &of_toml(&format!("{text}\n[defaults]\n")));
        assert_eq!(with_defaults.is_empty(), key != "name", "{key}");
    }
    let nothing = mistakes(&validator, &of_toml("region = 'us-east-1'"));
    assert!(!nothing.is_empty(), "a scenario without functions");
}

#[test]
fn other_spellings_of_numbers_are_valid() {
    let validator = validator(&schema("scenario"));
    for added in [
        "cold_start_rate = '1%'\ninit_ms = 3e2",
        "cold_start_rate = '0.01'\ninit_ms = '350'",
        "ephemeral_storage_mb = 0x400",
        "ephemeral_storage_mb = 1_024.0",
        "ephemeral_storage_mb = '1_024'",
        "rules.near-crossover = 'allow'",
        "[rules.near-crossover]\nlevel = 'deny'\nwithin_percent = 3",
        "[discounts]\n'ec2' = '20%'\nfargate.linux.x86_64.vcpu = 0.1",
        "[budget.functions.'a b']\nmonthly_usd = { warn = 1, deny = 2 }",
    ] {
        let added = if added.starts_with("rules") {
            format!("{added}\n{FINE}")
        } else {
            format!("{FINE}{added}\n")
        };
        let wrong = mistakes(&validator, &of_toml(&added));
        assert!(wrong.is_empty(), "{added}: {wrong:#?}");
    }
}

/// The schema without additional properties: users may meet new fields in an answer, but here each
/// field must be in the schema.
fn strict(mut schema: Value) -> Value {
    let definitions = schema["definitions"].as_object_mut().expect("definitions");
    for definition in definitions.values_mut() {
        definition["additionalProperties"] = false.into();
    }
    schema
}

#[test]
fn answers_of_compare_are_valid_for_their_schema() {
    let validator = validator(&strict(schema("compare")));
    let scenarios = files_with("scenarios", "toml");
    assert!(scenarios.len() > 20, "only {} scenarios", scenarios.len());
    for name in &scenarios {
        is_valid(&validator, &["compare", name, "--format", "json"]);
    }
    let two = "compare scenarios/web-api.toml --format json --region us-east-1 --region eu-west-1";
    let two: Vec<&str> = two.split(' ').collect();
    let answer: Value = serde_json::from_str(&run(&two)).expect("JSON");
    assert_eq!(answer.as_array().map(Vec::len), Some(2));
    is_valid(&validator, &two);
    let set = ["--set", "memory_mb=x2", "--format", "json"];
    is_valid(
        &validator,
        &[&["compare", "scenarios/web-api.toml"], &set[..]].concat(),
    );
}

#[test]
fn answers_of_check_are_valid_for_their_schema() {
    let validator = validator(&strict(schema("check")));
    for baseline in ["scenarios/gate.toml", "scenarios/web-api.toml"] {
        for name in files_with("scenarios", "toml") {
            let compared = ["--baseline", baseline, "--format", "json"];
            is_valid(&validator, &[&["check", &name], &compared[..]].concat());
        }
    }
}

#[test]
fn the_schema_of_a_scenario_has_the_regions_of_own_price_files() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let prices = "region = 'xx-test-1'\nas_of = '2026-11-01'\n";
    fs::write(folder.path().join("xx-test-1.toml"), prices).expect("prices");
    let folder = folder.path().to_string_lossy();
    let with = run(&["schema", "scenario", "--prices", &folder]);
    assert!(with.contains("\"xx-test-1\""));
    assert!(!run(&["schema", "scenario"]).contains("xx-test-1"));
}
