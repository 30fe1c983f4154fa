//! Tags and accounts: they change no bill, outputs pass them on, and `compare --by` groups costs by
//! them.

mod round_prices;

use lambdacost::exact::Exact;
use round_prices::folder;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

const HEAD: &str = "region = 'us-east-1'\nplatforms = ['lambda', 'fargate']\n\
                    defaults.container.hours_per_month = 200\ndefaults.tags.project = 'shop'\n";

fn function(name: &str, millions: u32, extra: &str) -> String {
    format!(
        "[[function]]\nname = '{name}'\nmemory_mb = 1024\nduration_ms = 1000\n\
         invocations_per_month = {millions}_000_000\nutilization = 0.4\n\
         container = {{ requests_per_task = 20, task = {{ vcpu = 1, memory_gb = 2 }} }}\n{extra}\n"
    )
}

/// On Lambda a million calls cost $10; on Fargate every function costs $20: at 40 %, three million
/// calls in 200 hours need 11 requests in flight, and the two tasks of a fleet carry 40.
///
/// Today: checkout $10 + $20, search $30, without a team $10: $70. The plan moves `pay` to Lambda and
/// `find` to Fargate and saves $10 with each.
fn teams() -> String {
    let team = |name: &str| format!("tags.team = '{name}'\n");
    [
        HEAD.to_owned(),
        function(
            "cart",
            1,
            &(team("checkout") + "account = '012345678901'\n"),
        ),
        function("other", 1, "tags.project = 'tools'\n"),
        function("pay", 1, &(team("checkout") + "runs_on = 'fargate'\n")),
        function("find", 3, &team("=search")),
    ]
    .concat()
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lambdacost"));
    command.args(arguments).current_dir(folder);
    command.output().expect("it starts")
}

/// What `compare` writes about the teams.
#[track_caller]
fn compared(arguments: &[&str]) -> String {
    let folder = folder("teams.toml", teams());
    let all = [&["compare", "teams.toml", "--prices", "prices"], arguments].concat();
    let output = run(folder.path(), &all);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    String::from_utf8(output.stdout).expect("text")
}

/// The message about a scenario or a functions file with a mistake.
#[track_caller]
fn refused(file: &str, text: &str, arguments: &[&str]) -> String {
    let folder = folder(file, text);
    let output = run(folder.path(), &[&["compare", file], arguments].concat());
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    String::from_utf8(output.stderr).expect("text")
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.deserialize();
    rows.map(|row| row.expect("a row")).collect()
}

#[test]
fn csv_has_a_column_for_each_tag_after_all_others() {
    let text = compared(&["--format", "csv"]);
    let header = text.lines().next().expect("a header");
    assert!(
        header.ends_with(",hangs_on,tags.project,tags.team"),
        "{header}"
    );
    let rows = rows(&text);
    let tags = |name: &str| {
        let row = rows.iter().find(|row| row["function"] == name);
        let row = row.expect("a row");
        [row["tags.project"].clone(), row["tags.team"].clone()]
    };
    assert_eq!(tags("cart"), ["shop", "checkout"]);
    assert_eq!(tags("other"), ["tools", ""]);
    assert_eq!(tags("find"), ["shop", "'=search"]);
    let folder = folder("teams.toml", teams());
    let plan = [
        "plan",
        "teams.toml",
        "--prices",
        "prices",
        "--format",
        "csv",
    ];
    let output = run(folder.path(), &plan);
    let moves = String::from_utf8(output.stdout).expect("text");
    assert_eq!(
        moves,
        "function,region,from,to,saving_usd,move_alone_usd,tags.project,tags.team\n\
         pay,us-east-1,fargate,lambda,10,-10,shop,checkout\n\
         find,us-east-1,lambda,fargate,10,-10,shop,'=search\n"
    );
}

#[test]
fn json_has_the_tags_and_the_account_of_each_function() {
    let answer = json(&compared(&["--format", "json"]));
    let [cart, other] = [&answer["functions"][0], &answer["functions"][1]];
    assert_eq!(cart["account"], "012345678901");
    let tags = serde_json::json!({"project": "shop", "team": "checkout"});
    assert_eq!(cart["tags"], tags);
    assert_eq!(other["account"], Value::Null);
    assert_eq!(other["tags"], serde_json::json!({"project": "tools"}));
    assert_eq!(answer["groups"], Value::Null);
}

#[test]
fn focus_has_tags_as_an_object_and_the_account() {
    let rows = rows(&compared(&["--format", "focus", "--period", "2026-12"]));
    let of = |name: &str| {
        let row = rows.iter().find(|row| row["ResourceId"] == name);
        row.expect("a row").clone()
    };
    let cart = of("cart");
    assert_eq!(cart["SubAccountId"], "012345678901");
    assert_eq!(cart["SubAccountName"], "012345678901");
    assert_eq!(cart["SubAccountType"], "Account");
    assert_eq!(cart["Tags"], r#"{"project":"shop","team":"checkout"}"#);
    let find = of("find");
    assert_eq!(find["Tags"], r#"{"project":"shop","team":"=search"}"#);
    for column in ["SubAccountId", "SubAccountName", "SubAccountType"] {
        assert_eq!(find[column], "", "{column}");
    }
    let without = function("one", 1, "");
    let folder = folder("one.toml", format!("region = 'us-east-1'\n{without}"));
    let focus = [
        "compare", "one.toml", "--format", "focus", "--period", "2026-12",
    ];
    let output = run(folder.path(), &focus);
    let rows = self::rows(&String::from_utf8(output.stdout).expect("text"));
    assert_eq!(rows[0]["Tags"], "");
}

#[test]
fn costs_are_grouped_by_a_tag() {
    let csv = compared(&["--by", "team", "--format", "csv"]);
    assert_eq!(
        csv,
        "tag,value,region,functions,today_usd,plan_usd,saving_usd,moves,left_out\n\
         team,checkout,us-east-1,2,30,20,10,1,0\n\
         team,'=search,us-east-1,1,30,20,10,1,0\n\
         team,,us-east-1,1,10,10,0,0,0\n"
    );
    let groups = &json(&compared(&["--by", "team", "--format", "json"]))["groups"];
    assert_eq!(groups["tag"], "team");
    assert_eq!(groups["ungrouped_saving_usd"], "0");
    let values: Vec<&Value> = groups["list"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|group| &group["value"])
        .collect();
    assert_eq!(
        values,
        ["checkout", "=search", ""]
            .map(|value| match value {
                "" => Value::Null,
                value => Value::from(value),
            })
            .iter()
            .collect::<Vec<_>>()
    );
    assert_eq!(
        groups["list"][0],
        serde_json::json!({
            "value": "checkout", "functions": 2, "left_out": 0, "moves": 1,
            "today_usd": "30", "plan_usd": "20", "saving_usd": "10",
        })
    );
    let table = compared(&["--by", "team"]);
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.contains('$') && line.starts_with(' '))
        .map(|line| {
            line.split("  ")
                .map(str::trim)
                .filter(|cell| !cell.is_empty())
                .collect()
        })
        .collect();
    assert_eq!(
        rows,
        [
            ["checkout", "2", "$30.00", "$20.00", "$10.00", "1"],
            ["=search", "1", "$30.00", "$20.00", "$10.00", "1"],
            ["(without team)", "1", "$10.00", "$10.00", "$0.00", "0"],
            ["total", "4", "$70.00", "$50.00", "$20.00", "2"],
        ]
    );
    let markdown = compared(&["--by", "team", "--format", "markdown"]);
    assert!(markdown.contains("| team | functions | today | plan | saves a month | moves |\n"));
    assert!(markdown.contains("| (without team) | 1 | $10.00 | $10.00 | $0.00 | 0 |\n"));
    assert!(markdown.contains("| **total** | 4 | $70.00 | $50.00 | $20.00 | 2 |\n"));
}

#[test]
fn rows_of_groups_are_sorted_as_stated() {
    let first = |sort: &str| {
        let table = compared(&["--by", "project", "--sort", sort]);
        let row = table
            .lines()
            .find(|line| line.contains('$') && line.starts_with(' '));
        row.expect("a row")
            .trim_start()
            .split(' ')
            .next()
            .map(str::to_owned)
    };
    assert_eq!(first("file").as_deref(), Some("shop"));
    assert_eq!(first("saving").as_deref(), Some("shop"));
    let by_team = |sort: &str| {
        let table = compared(&["--by", "team", "--sort", sort]);
        let rows = table
            .lines()
            .filter(|line| line.contains('$') && line.starts_with(' '));
        let names = rows.map(|row| row.trim_start().split("  ").next().expect("a name"));
        names.map(str::to_owned).collect::<Vec<String>>()
    };
    assert_eq!(
        by_team("name"),
        ["=search", "checkout", "(without team)", "total"]
    );
    assert_eq!(
        by_team("file"),
        ["checkout", "(without team)", "=search", "total"]
    );
}

/// A scenario in which the free tier, a commitment in dollars, pools and a cluster are shared.
#[test]
fn groups_add_up_to_the_whole() {
    let mut text = "region = 'us-east-1'\nfree_tier = true\n\
                    [commitment]\nplan = 'compute-savings-plan'\nterm = '1yr'\n\
                    payment = 'no-upfront'\nusd_per_hour = 0.1\n"
        .to_owned();
    for number in 0..24 {
        let home = ["lambda", "fargate", "eks"][number % 3];
        let team = ["a", "b", "c", "d"][number % 4];
        let tag = if team == "d" {
            String::new()
        } else {
            format!("tags.team = '{team}'\n")
        };
        let calls = 1_000_000 * (number * number + 1);
        text += &format!(
            "[[function]]\nname = 'f{number}'\nmemory_mb = {}\nduration_ms = {}\n\
             invocations_per_month = {calls}\nutilization = 0.3\nruns_on = '{home}'\n{tag}",
            512 + 128 * number,
            20 + 7 * number,
        );
    }
    let folder = folder("fleet.toml", &text);
    let arguments = ["compare", "fleet.toml", "--by", "team", "--format", "json"];
    let output = run(folder.path(), &arguments);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let answer = json(&String::from_utf8(output.stdout).expect("text"));
    let exact = |value: &Value| Exact::of_digits(value.as_str().expect("text")).expect("a number");
    let list = answer["groups"]["list"].as_array().expect("a list");
    assert_eq!(list.len(), 4);
    let sum = |field: &str| list.iter().map(|group| exact(&group[field])).sum::<Exact>();
    let near = |left: &Exact, right: &Exact| (left - right).to_fixed(15) == "0.000000000000000";
    let today = &sum("today_usd") + &exact(&answer["groups"]["ungrouped_today_usd"]);
    assert!(near(&today, &exact(&answer["totals"]["today"])), "{today}");
    let saving = &sum("saving_usd") + &exact(&answer["groups"]["ungrouped_saving_usd"]);
    let plan = &answer["plan"];
    assert!(near(&saving, &exact(&plan["saving_usd"])), "{saving}");
    assert!(!exact(&plan["commitment_saving_usd"]).is_zero());
    let moves: u64 = list
        .iter()
        .map(|group| group["moves"].as_u64().expect("a count"))
        .sum();
    assert_eq!(
        moves as usize,
        plan["moves"].as_array().expect("a list").len()
    );
    assert!(moves > 3, "{moves}");
}

/// Two functions of different teams share their tasks and move together: on Lambda they cost $30
/// each, on Fargate the two tasks of a fleet cost less.
#[test]
fn a_service_is_divided_among_the_tags_of_its_functions() {
    let member = |name: &str, team: &str| {
        let text = function(
            name,
            3,
            &format!("service = 'shop'\ntags.team = '{team}'\n"),
        );
        // Functions of a service state no task.
        let stated = "container = { requests_per_task = 20, task = { vcpu = 1, memory_gb = 2 } }";
        let needs = "container = { cpu_ms = 50, memory_per_request_mb = 50 }";
        text.replace(stated, needs)
    };
    let text = [HEAD, &member("one", "a"), &member("two", "b")].concat();
    let folder = folder("fleet.toml", &text);
    let all = ["fleet.toml", "--prices", "prices"];
    let run = |arguments: &[&str]| {
        let output = run(folder.path(), arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{error}");
        String::from_utf8(output.stdout).expect("text")
    };
    let by = ["--by", "team", "--format", "csv"];
    let groups = rows(&run(&[&["compare"][..], &all, &by].concat()));
    let exact = |text: &str| Exact::of_digits(text).expect("a number");
    let sum: Exact = groups.iter().map(|row| exact(&row["saving_usd"])).sum();
    let plan = json(&run(&[&["plan"][..], &all, &["--format", "json"]].concat()));
    assert_eq!(plan["moves"].as_array().map(Vec::len), Some(1));
    assert_eq!(sum, exact(plan["saving_usd"].as_str().expect("an amount")));
    for group in &groups {
        assert_eq!(group["today_usd"], "30");
        assert_eq!(group["moves"], "1");
        // Both need the same.
        let half = &sum * &Exact::ratio(1, 2);
        assert_eq!(exact(&group["saving_usd"]), half);
    }
    let moves = rows(&run(&[&["plan"][..], &all, &["--format", "csv"]].concat()));
    assert_eq!(moves[0]["tags.project"], "shop");
    assert_eq!(moves[0]["tags.team"], "");
}

#[test]
fn functions_that_cannot_run_where_they_are_have_no_amount() {
    let large = function("large", 1, "tags.team = 'x'\n").replace("1024", "20480");
    let text = format!("{HEAD}{large}{}", function("small", 1, "tags.team = 'x'\n"));
    let folder = folder("one.toml", &text);
    let one = ["compare", "one.toml", "--prices", "prices", "--by", "team"];
    let output = run(folder.path(), &[&one[..], &["--format", "csv"]].concat());
    let csv = String::from_utf8(output.stdout).expect("text");
    assert!(csv.ends_with("\nteam,x,us-east-1,2,10,10,0,0,1\n"), "{csv}");
    let table = String::from_utf8(run(folder.path(), &one).stdout).expect("text");
    assert!(table.contains("Amounts are without 1 function"), "{table}");
}

#[test]
fn a_tag_that_no_function_has_is_refused() {
    let message = refused("teams.toml", &teams(), &["--by", "taem"]);
    assert!(
        message.contains("no function has the tag `taem`"),
        "{message}"
    );
    assert!(message.contains("did you mean `team`?"), "{message}");
    let message = refused("teams.toml", &teams(), &["--by", "department"]);
    assert!(
        message.contains("the tags of the scenario are project and team"),
        "{message}"
    );
    let plain = format!("region = 'us-east-1'\n{}", function("one", 1, ""));
    let message = refused("one.toml", &plain, &["--by", "team"]);
    assert!(message.contains("state tags of functions"), "{message}");
    let focus = ["--by", "team", "--format", "focus", "--period", "2026-12"];
    let message = refused("teams.toml", &teams(), &focus);
    assert!(message.contains("leave out --by"), "{message}");
}

#[test]
fn tags_are_columns_of_a_functions_file() {
    let head = "name,memory_mb,duration_ms,invocations_per_month,utilization";
    let rows = "one,1024,100,1000000,0.4";
    let file =
        format!("{head},tags.team,account,tags.cost.center\n{rows},checkout,000000000001,\n");
    let folder = folder("team.csv", &file);
    let arguments = [
        "compare",
        "team.csv",
        "--region",
        "us-east-1",
        "--format",
        "json",
    ];
    let output = run(folder.path(), &arguments);
    let answer = json(&String::from_utf8(output.stdout).expect("text"));
    let one = &answer["functions"][0];
    assert_eq!(one["account"], "000000000001");
    assert_eq!(one["tags"], serde_json::json!({"team": "checkout"}));
    for (column, value, says) in [
        ("tags", "team=x", "write a column for each tag"),
        ("tags.", "x", "the name of a tag is empty"),
        ("tags.team,tags.team", "x,y", "occurs twice"),
        ("tag.team", "x", "did you mean `tags.team`?"),
        ("team", "x", "state it as a tag"),
        (
            "account",
            "12345678901",
            "a spreadsheet leaves out zeros at the start",
        ),
        ("account_id", "123456789012", "`account`"),
    ] {
        let file = format!("{head},{column}\n{rows},{value}\n");
        let message = refused("team.csv", &file, &["--region", "us-east-1"]);
        assert!(message.contains(says), "{column}: {message}");
    }
}

#[test]
fn mistakes_in_tags_and_accounts_have_a_fix() {
    let long = "x".repeat(129);
    let value = "x".repeat(257);
    for (extra, says) in [
        ("account = 123456789012", "put it in quotes"),
        ("account = '1234-5678-9012'", "12 digits without hyphens"),
        ("account = '1234567890123'", "not the id of an AWS account"),
        ("tags = 'team'", "write a table of texts"),
        ("tags.team = 1", "put it in quotes"),
        ("tags.team = ''", "`tags.team` is empty"),
        ("tags.team.lead = 'x'", "the tag `team` cannot be a table"),
        ("tags.'' = 'x'", "the name of a tag is empty"),
        (&format!("tags.{long} = 'x'"), "longer than 128 characters"),
        (
            &format!("tags.team = '{value}'"),
            "longer than 256 characters",
        ),
        ("tags.\"a\\u0007\" = 'x'", "the name of a tag"),
        ("label = { team = 'x' }", "`name`"),
        ("tag = { team = 'x' }", "did you mean `tags`?"),
    ] {
        let text = format!("region = 'us-east-1'\n{}", function("one", 1, extra));
        let message = refused("one.toml", &text, &[]);
        assert!(message.contains(says), "{extra}: {message}");
    }
    // A mistake in a default is reported once.
    let text = format!(
        "region = 'us-east-1'\ndefaults.tags.team = ''\n{}{}",
        function("one", 1, ""),
        function("two", 1, "")
    );
    let message = refused("one.toml", &text, &[]);
    assert_eq!(message.matches("error[").count(), 1, "{message}");
    let many: String = (0..101)
        .map(|number| format!("tags.t{number} = 'x'\n"))
        .collect();
    let text = format!("region = 'us-east-1'\n{}", function("one", 1, &many));
    let message = refused("one.toml", &text, &[]);
    assert!(
        message.contains("more than 100 different tags"),
        "{message}"
    );
    // Line 9 is that of the first tag. By name, the last two are `t98` and `t99`.
    assert!(message.contains(" --> one.toml:108:"), "{message}");
    assert!(message.contains("| tags.t99 = 'x'\n"), "{message}");
}
