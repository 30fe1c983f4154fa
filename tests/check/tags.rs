//! Budgets of all functions with a tag.

use super::{Folder, HEAD, are, finds, function, of_calls};

/// Two functions of a team for $10 each, and one of another team for $10.
fn teams(budgets: &str) -> String {
    let of_team = |name: &str, team: &str| function(name, &format!("tags.team = \"{team}\"\n"));
    let functions = [
        of_team("cart", "checkout"),
        of_team("pay", "checkout"),
        of_team("find", "search"),
    ];
    format!("{HEAD}{}\n{budgets}", functions.concat())
}

#[test]
fn the_functions_of_a_tag_have_a_budget_together() {
    let budget = |limit: &str| teams(&format!("[budget.tags.team.checkout]\n{limit}\n"));
    finds(&budget("monthly_usd.deny = 20"), &[], &[]);
    let over = ["over-budget", "deny", "-", "20", "19.99"];
    finds(&budget("monthly_usd.deny = 19.99"), &[], &[over]);
    // $20 for two million calls.
    finds(&budget("usd_per_million_invocations.warn = 10"), &[], &[]);
    let over = ["over-budget", "warn", "-", "10", "9"];
    finds(
        &budget("usd_per_million_invocations.warn = 9"),
        &[],
        &[over],
    );
}

#[test]
fn a_message_names_the_tag_the_function_that_costs_most_and_the_line() {
    let text = teams("[budget.tags.team.checkout]\nmonthly_usd.deny = 15\n");
    let line = text
        .lines()
        .position(|line| line.starts_with("[budget"))
        .expect("a line")
        + 1;
    let folder = Folder::with("scenario.toml", text);
    let json = folder.check(&["scenario.toml", "--format", "json"]).json();
    let found = &json["findings"][0];
    let message = "tag `team` = `checkout` costs $20.00 a month, $5.00 over its budget of $15.00";
    assert_eq!(found["message"], message);
    assert_eq!(found["line"], line);
    assert_eq!(found["driver"]["item"], "cart");
    let used = &json["budgets"][0];
    assert_eq!(
        used["tag"],
        serde_json::json!({"name": "team", "value": "checkout"})
    );
    assert_eq!(used["function"], serde_json::Value::Null);
    assert_eq!(used["kept"], false);
    assert_eq!(used["actual"], "20");
}

#[test]
fn a_kept_budget_shows_how_much_of_it_is_used() {
    let folder = Folder::with(
        "scenario.toml",
        teams("[budget.tags.team.checkout]\nmonthly_usd.deny = 40\n"),
    );
    let text = folder.check(&["scenario.toml"]).stdout;
    assert!(
        text.contains("tag `team` = `checkout`: $20.00 of $40.00 a month, 50 %"),
        "{text}"
    );
    let comment = folder
        .check(&["scenario.toml", "--format", "markdown"])
        .stdout;
    assert!(
        comment.contains("tag `team` = `checkout`: $20.00 of $40.00 a month, 50 %"),
        "{comment}"
    );
}

#[test]
fn a_tag_or_value_that_no_function_has_is_an_error_with_a_suggestion() {
    for (budget, says, helps) in [
        (
            "[budget.tags.team.chekout]",
            "the budget of tag `team` = `chekout` limits nothing: no function has this value",
            "did you mean `checkout`?",
        ),
        (
            "[budget.tags.taem.checkout]",
            "the budget of tag `taem` = `checkout` limits nothing: no function has the tag `taem`",
            "did you mean `team`?",
        ),
        (
            "[budget.tags.department.\"42\"]",
            "no function has the tag `department`",
            "correct it, or take it out",
        ),
    ] {
        let folder = Folder::with(
            "scenario.toml",
            teams(&format!("{budget}\nmonthly_usd.deny = 15\n")),
        );
        let json = folder.check(&["scenario.toml", "--format", "json"]).json();
        assert_eq!(json["passed"], false, "{budget}");
        let found = &json["findings"][0];
        assert_eq!(found["rule"], "unmatched-budget", "{budget}");
        let message = found["message"].as_str().expect("a message");
        assert!(message.contains(says), "{message}");
        assert_eq!(found["help"], helps, "{budget}");
    }
}

#[test]
fn limits_of_a_tag_are_checked_as_those_of_a_function() {
    for (budget, code) in [
        ("[budget.tags.team.checkout]\nmonthly = 3", "unknown-key"),
        (
            "[budget.tags.team.checkout]\nmonthly_usd = { warn = 3, deny = 2 }",
            "conflict",
        ),
        ("[budget.tags]\nteam = 3", "wrong-type"),
        ("[budget.tags.team]\ncheckout = 3", "wrong-type"),
    ] {
        let folder = Folder::with("scenario.toml", teams(budget));
        folder.check(&["scenario.toml"]).refused(code, budget);
    }
}

/// `pay` has twice the calls now: the team's bill rises from $20 to $30. `find` falls from $20 to $10.
#[test]
fn increases_and_decreases_are_those_of_the_functions_that_had_the_tag() {
    let of_team = |name: &str, calls: u64, team: &str| {
        of_calls(name, calls, &format!("tags.team = \"{team}\"\n"))
    };
    let scenario = |pay: u64, find: u64, budgets: &str| {
        let functions = [
            of_team("cart", 1_000_000, "checkout"),
            of_team("pay", pay, "checkout"),
            of_team("find", find, "search"),
        ];
        format!("{HEAD}{}\n{budgets}", functions.concat())
    };
    let before = scenario(1_000_000, 2_000_000, "");
    let quiet = ["-A", "near-crossover", "-A", "past-crossover"];
    let found = |budgets: &str, before: &str| {
        let text = scenario(2_000_000, 1_000_000, budgets);
        let folder = Folder::with("now.toml", text);
        folder.write("before.toml", before);
        let arguments = [&["now.toml", "--baseline", "before.toml"], &quiet[..]].concat();
        folder.findings(&arguments)
    };
    let budget = "[budget.tags.team.checkout]\nincrease_percent.deny = 50\nincrease_usd.deny = 10\n\
                  [budget.tags.team.search]\ndecrease_percent.deny = 50\ndecrease_usd.deny = 10\n";
    are(&found(budget, &before), &[]);
    let budget = "[budget.tags.team.checkout]\nincrease_percent.deny = 49.9\n\
                  [budget.tags.team.search]\ndecrease_usd.warn = 9.99\n";
    let risen = ["cost-increase", "deny", "-", "50", "49.9"];
    let fallen = ["cost-decrease", "warn", "-", "10", "9.99"];
    are(&found(budget, &before), &[risen, fallen]);
    // Without tags in the baseline, the same functions are compared.
    let untagged: String = before
        .lines()
        .filter(|line| !line.starts_with("tags"))
        .map(|line| format!("{line}\n"))
        .collect();
    are(&found(budget, &untagged), &[risen, fallen]);
    // `pay` was of another team: checkout rises from $10 to $30, by $20.
    let moved = before.replacen("tags.team = \"checkout\"", "tags.team = \"search\"", 1);
    let budget = "[budget.tags.team.checkout]\nincrease_usd.deny = 19\n";
    are(
        &found(budget, &moved),
        &[["cost-increase", "deny", "-", "20", "19"]],
    );
}

#[test]
fn a_new_team_starts_from_zero() {
    let text =
        teams("[budget.tags.team.search]\nincrease_usd.deny = 9\nincrease_percent.deny = 1\n");
    let folder = Folder::with("now.toml", text.clone());
    let before: String = text
        .split("\n[[function]]")
        .take(3)
        .collect::<Vec<_>>()
        .join("\n[[function]]");
    folder.write("before.toml", before);
    let found = folder.findings(&[
        "now.toml",
        "--baseline",
        "before.toml",
        "-A",
        "near-crossover",
    ]);
    let total = ["cost-increase", "warn", "-", "10", "0"];
    are(&found, &[["cost-increase", "deny", "-", "10", "9"], total]);
}

#[test]
fn a_report_is_a_baseline_of_tags_too() {
    let folder = Folder::with("before.toml", teams(""));
    let report = [
        "compare",
        "before.toml",
        "--prices",
        "prices",
        "--output",
        "before.json",
    ];
    assert_eq!(folder.run(&report).code, Some(0));
    let text = teams("[budget.tags.team.checkout]\nincrease_percent.deny = 49\n");
    let text = text.replacen("= 1000000\n", "= 2000000\n", 1);
    folder.write("now.toml", text);
    let found = folder.findings(&[
        "now.toml",
        "--baseline",
        "before.json",
        "-A",
        "near-crossover",
    ]);
    let total = ["cost-increase", "warn", "-", "10", "0"];
    are(&found, &[["cost-increase", "deny", "-", "50", "49"], total]);
}

/// `pay` is of the team checkout now, whose bill rises from $10 to $20. That of search falls from $20 to
/// $10. No bill of a function changed.
#[test]
fn a_function_that_joined_or_left_a_team_is_named_as_the_cause() {
    let budgets = "[budget.tags.team.checkout]\nincrease_usd.deny = 5\n\
                   [budget.tags.team.search]\ndecrease_usd.warn = 5\n";
    let pay = function("pay", "tags.team = \"checkout\"\n");
    let moved = function("pay", "tags.team = \"search\"\n");
    let before = teams("").replace(&pay, &moved);
    assert_ne!(before, teams(""));
    let reported = |now: &str, before: &str, format: &str| {
        let folder = Folder::with("now.toml", now);
        folder.write("before.toml", before);
        let quiet = ["-A", "near-crossover", "-A", "past-crossover"];
        let files = ["now.toml", "--baseline", "before.toml", "--format", format];
        folder.check(&[&files[..], &quiet].concat())
    };
    let json = reported(&teams(budgets), &before, "json").json();
    let findings = json["findings"].as_array().expect("a list");
    let messages = [
        "tag `team` = `checkout` costs $10.00 a month more (+100.0 %): $10.00 before, $20.00 now; an \
         increase of $5.00 is allowed; `pay` joined it",
        "tag `team` = `search` costs $10.00 a month less (-50.0 %): $20.00 before, $10.00 now; a \
         decrease of $5.00 is allowed; `pay` left it",
    ];
    assert_eq!(findings.len(), 2, "{findings:?}");
    for (finding, message) in findings.iter().zip(messages) {
        assert_eq!(finding["message"], message);
        let driver = serde_json::json!({"item": "pay", "cost_usd": "10"});
        assert_eq!(finding["driver"], driver);
    }
    let changes = &json["changes"];
    assert_eq!(changes["unchanged"], 2);
    assert_eq!(changes["functions"].as_array().expect("a list").len(), 1);
    let change = &changes["functions"][0];
    assert_eq!(change["name"], "pay");
    assert_eq!(change["change_usd"], "0");
    let key = serde_json::json!({"key": "tags.team", "before": "search", "after": "checkout"});
    assert_eq!(change["keys"], serde_json::json!([key]));
    let text = reported(&teams(budgets), &before, "text").stdout;
    let row = format!(
        "  {:<28} {:>14} {:>14} {:>14}\n",
        "pay", "$10.00", "$10.00", "$0.00"
    );
    let row = format!("{row}    tag `team`: `search` -> `checkout`\n");
    assert!(text.contains(&row), "{text}");
    assert!(text.contains("\n  2 unchanged\n"), "{text}");
    // A tag that no budget limits changes nothing.
    for budgets in ["", "[budget.tags.team.other]\nincrease_usd.deny = 5\n"] {
        let changes = &reported(&teams(budgets), &before, "json").json()["changes"];
        assert_eq!(changes["functions"], serde_json::json!([]), "{budgets}");
        assert_eq!(changes["unchanged"], 3, "{budgets}");
    }
    // Before there were teams, checkout had the functions of today.
    let untagged = before.replace("tags.team", "tags.squad");
    let changes = &reported(&teams(budgets), &untagged, "json").json()["changes"];
    assert_eq!(changes["unchanged"], 3);
    // `cart` was removed, and five are new: $10 to $60.
    let new = ["a", "b", "c", "d", "e"].map(|name| function(name, "tags.team = \"checkout\"\n"));
    let cart = function("cart", "tags.team = \"checkout\"\n");
    let now = teams("").replace(&cart, &new.concat()) + budgets;
    let json = reported(&now, &before, "json").json();
    assert_eq!(
        json["findings"][0]["message"],
        "tag `team` = `checkout` costs $50.00 a month more (+500.0 %): $10.00 before, $60.00 now; an \
         increase of $5.00 is allowed; `a`, `b`, `c` and 3 more joined it, `cart` left it"
    );
    assert_eq!(json["findings"][0]["driver"]["item"], "a");
}
