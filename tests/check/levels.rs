//! How much a rule matters: by default, by the scenario, by the command line.

use super::{Folder, Run, are, function, one};

const FORMATS: [&str; 6] = ["text", "json", "github", "junit", "sarif", "markdown"];

/// A scenario on Fargate, where Lambda costs $10 less, with these rules.
fn ruled(rules: &str) -> String {
    format!("{rules}{}", one("runs_on = \"fargate\"\n"))
}

fn levels(scenario: &str, flags: &[&str]) -> Vec<String> {
    let folder = Folder::with("scenario.toml", scenario);
    let found = folder.findings(&[&["scenario.toml"], flags].concat());
    assert!(
        found.iter().all(|one| one.rule == "past-crossover"),
        "{found:?}"
    );
    found.into_iter().map(|one| one.level).collect()
}

#[test]
fn the_command_line_overrides_the_scenario_which_overrides_the_default() {
    let stated = |level: &str| ruled(&format!("rules.past-crossover = \"{level}\"\n"));
    let table = |level: &str| {
        ruled(&format!(
            "rules.past-crossover = {{ level = \"{level}\" }}\n"
        ))
    };
    assert_eq!(levels(&ruled(""), &[]), ["warn"]);
    for of in [&stated as &dyn Fn(&str) -> String, &table] {
        assert_eq!(levels(&of("deny"), &[]), ["deny"]);
        assert_eq!(levels(&of("warn"), &[]), ["warn"]);
        assert!(levels(&of("allow"), &[]).is_empty());
        for scenario in ["deny", "warn", "allow"].map(of) {
            for flag in ["-D", "--deny", "--deny=past-crossover"] {
                let flags = [flag, "past-crossover"];
                let flags = &flags[..if flag.contains('=') { 1 } else { 2 }];
                assert_eq!(levels(&scenario, flags), ["deny"]);
            }
            assert_eq!(levels(&scenario, &["-W", "past-crossover"]), ["warn"]);
            assert!(levels(&scenario, &["-A", "past-crossover"]).is_empty());
        }
    }
    // A flag changes the level and leaves the numbers of the scenario.
    let margin = ruled("rules.past-crossover.margin_percent = 100\n");
    assert!(levels(&margin, &["-D", "past-crossover"]).is_empty());
    // A number without a level leaves the default.
    assert_eq!(
        levels(&ruled("rules.past-crossover.margin_percent = 1\n"), &[]),
        ["warn"]
    );
}

#[test]
fn the_level_of_a_rule_overrides_the_level_of_its_limit() {
    let scenario = one("budget.monthly_usd = { warn = 1, deny = 2 }\n");
    let folder = Folder::with("scenario.toml", &scenario);
    let warned = ["over-budget", "warn", "one", "10", "2"];
    are(
        &folder.findings(&["scenario.toml", "-W", "over-budget"]),
        &[warned],
    );
    let scenario = one("budget.monthly_usd.warn = 1\n");
    folder.write(
        "scenario.toml",
        format!("rules.over-budget = \"deny\"\n{scenario}"),
    );
    let denied = ["over-budget", "deny", "one", "10", "1"];
    are(&folder.findings(&["scenario.toml"]), &[denied]);
}

#[test]
fn unknown_rules_are_refused_with_a_suggestion() {
    let folder = Folder::with("scenario.toml", ruled(""));
    for flag in ["-A", "-W", "-D", "--allow", "--warn", "--deny"] {
        let run = folder.check(&["scenario.toml", flag, "over-bugdet"]);
        run.refused("unknown-value", flag);
        assert!(
            run.stderr.contains("did you mean `over-budget`?"),
            "{}",
            run.stderr
        );
    }
    for name in [
        "",
        "all",
        "OVER_BUDGET_OF_ALL_THINGS",
        "a\u{1b}[2J\nb\u{202e}",
    ] {
        let run = folder.check(&["scenario.toml", "-D", name]);
        run.refused("unknown-value", name);
        let run = folder.run(&["check", "--explain", name]);
        if name != "all" {
            run.refused("unknown-value", name);
        }
    }
    folder.write("wrong.toml", ruled("rules.past-crosover = \"deny\"\n"));
    let run = folder.check(&["wrong.toml"]);
    run.refused("unknown-value", "in the scenario");
    assert!(
        run.stderr.contains("did you mean `past-crossover`?"),
        "{}",
        run.stderr
    );
    // The other commands read the same scenario, so they refuse it, too.
    let run = folder.run(&["compare", "wrong.toml", "--prices", "prices"]);
    run.refused("unknown-value", "compare");
}

#[test]
fn two_levels_for_one_rule_on_the_command_line_are_refused() {
    let folder = Folder::with("scenario.toml", ruled(""));
    let flags = ["-A", "-W", "-D"];
    for first in flags {
        for second in flags {
            let both = [
                "scenario.toml",
                first,
                "stale-prices",
                second,
                "stale-prices",
            ];
            let run = folder.check(&both);
            run.refused("conflict", &format!("{first} {second}"));
        }
    }
    let different = [
        "scenario.toml",
        "-A",
        "stale-prices",
        "-D",
        "past-crossover",
    ];
    folder.check(&different).reported(1, "two rules");
}

#[test]
fn unknown_levels_are_refused() {
    for (rule, code) in [
        ("past-crossover = \"forbid\"", "unknown-value"),
        ("past-crossover = \"Deny\"", "unknown-value"),
        ("past-crossover = true", "unknown-value"),
        ("past-crossover = 1", "unknown-value"),
        ("past-crossover = []", "wrong-type"),
        ("past-crossover = 2026-01-01", "wrong-type"),
        ("past-crossover = { level = \"no\" }", "unknown-value"),
        ("past-crossover = { level = {} }", "wrong-type"),
        ("past-crossover = { margin = 1 }", "unknown-key"),
        ("past-crossover = { margin_percent = -1 }", "out-of-range"),
        (
            "past-crossover = { margin_percent = 1000000.1 }",
            "out-of-range",
        ),
        ("past-crossover = { margin_percent = \"x\" }", "wrong-type"),
        (
            "near-crossover = { within_percent = 100.1 }",
            "out-of-range",
        ),
        ("over-budget = { margin_percent = 1 }", "unknown-key"),
    ] {
        let scenario = ruled(&format!("[rules]\n{rule}\n[defaults]\n"));
        let scenario = scenario.replace("region = ", "architecture = \"x86_64\"\nregion = ");
        // The keys of the top stand first.
        let (head, rest) = scenario.split_once("\n[[function]]").expect("a function");
        let top = head.lines().filter(|line| !line.is_empty());
        let (rules, keys): (Vec<_>, Vec<_>) =
            top.partition(|line| line.starts_with("[rules") || *line == rule);
        let keys: Vec<_> = keys
            .into_iter()
            .filter(|line| !line.contains("defaults"))
            .collect();
        let keys = keys.join("\n").replace("architecture = \"x86_64\"\n", "");
        let text = format!("{keys}\n{}\n[[function]]{rest}", rules.join("\n"));
        Folder::with("s.toml", text)
            .check(&["s.toml"])
            .refused(code, rule);
    }
}

#[test]
fn exit_codes_are_0_passed_1_broken_rule_2_no_answer() {
    let fine = Folder::with("fine.toml", one(""));
    fine.write("warned.toml", ruled(""));
    fine.write("denied.toml", ruled("rules.past-crossover = \"deny\"\n"));
    fine.write("wrong.toml", ruled("colour = \"red\"\n"));
    for format in FORMATS {
        let run = |file: &str| fine.check(&[file, "--format", format]);
        run("fine.toml").reported(0, format);
        run("warned.toml").reported(0, format);
        run("denied.toml").reported(1, format);
        run("wrong.toml").refused("unknown-key", format);
        run("gone.toml").refused("unreadable", format);
    }
    assert_eq!(fine.check(&[]).code, Some(2));
    assert_eq!(
        fine.check(&["fine.toml", "--max-price-age", "-1"]).code,
        Some(2)
    );
    assert_eq!(
        fine.check(&["fine.toml", "--format", "table"]).code,
        Some(2)
    );
}

#[test]
fn the_report_is_complete_if_a_rule_is_broken() {
    let many: String = (0..300)
        .map(|n| function(&format!("f{n}"), "budget.monthly_usd.deny = 9\n"))
        .collect();
    let folder = Folder::with("scenario.toml", super::HEAD.to_owned() + &many);
    for format in FORMATS {
        let run = folder.check(&["scenario.toml", "--format", format]);
        run.reported(1, format);
        let last = run.stdout.trim_end().lines().last().expect("a line");
        let end = match format {
            "json" | "sarif" => "}",
            "junit" => "</testsuites>",
            "markdown" => "</details>",
            _ => "300 functions checked: 300 errors, no warnings",
        };
        assert_eq!(last, end, "{format}");
        // Comments on pull requests may not be long: they show the first.
        let (first, shown) = (run.stdout.contains("f0"), run.stdout.contains("f299"));
        assert_eq!((first, shown), (true, format != "markdown"), "{format}");
    }
}

#[test]
fn every_rule_has_its_page() {
    let folder = Folder::with("scenario.toml", one(""));
    let page = |rule: &str| -> Run { folder.run(&["check", "--explain", rule]) };
    let all = page("all");
    all.reported(0, "all");
    for rule in lambdacost::internals::check::RULES {
        let one = page(rule.code);
        one.reported(0, rule.code);
        assert!(one.stdout.starts_with(&format!("{}\n\n", rule.code)));
        assert!(all.stdout.contains(&one.stdout), "{}", rule.code);
        let level = format!("Level: {}", rule.default_level.name());
        let of_limit = one.stdout.contains("Level: that of the exceeded limit");
        assert!(one.stdout.contains(&level) || of_limit, "{}", one.stdout);
        for (name, _) in rule.parameters {
            assert!(one.stdout.contains(&format!("`{name}`")), "{name}");
        }
    }
}
