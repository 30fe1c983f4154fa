//! Examples for the help and manual page of every command.

use crate::text::indented;

/// A command line, and what it does.
type Example = (&'static str, &'static str);

/// The exit codes of `check`, which alone has 1.
const CHECK_CODES: [(&str, &str); 3] = [
    ("0", "no errors; warnings are possible"),
    ("1", "at least one error: a finding at level deny"),
    NO_ANSWER,
];
/// The exit codes of the program as a whole.
const PROGRAM_CODES: [(&str, &str); 3] = [
    SUCCESS,
    ("1", "`check` reported at least one error"),
    NO_ANSWER,
];
/// The exit codes of the other commands.
const COMMAND_CODES: [(&str, &str); 2] = [SUCCESS, NO_ANSWER];

const SUCCESS: (&str, &str) = ("0", "success");
const NO_ANSWER: (&str, &str) = (
    "2",
    "no answer: wrong arguments, unreadable or invalid input, a missing price, or output that \
     cannot be written",
);

/// The exit codes of a command, by the name of its manual page.
fn exit_codes(command: &str) -> &'static [(&'static str, &'static str)] {
    match command {
        "" => &PROGRAM_CODES,
        "check" => &CHECK_CODES,
        _ => &COMMAND_CODES,
    }
}

/// Examples by the name of the command's manual page. The program itself has none.
const EXAMPLES: [(&str, &[Example]); 17] = [
    (
        "",
        &[
            ("lambdacost init", "writes scenario.toml to start from"),
            ("lambdacost compare scenario.toml", "compares the bills"),
            ("lambdacost help scenario", "lists the keys of a scenario"),
        ],
    ),
    (
        "compare",
        &[
            (
                "lambdacost compare scenario.toml",
                "compares the bills in a table",
            ),
            (
                "lambdacost compare functions.csv --region eu-west-1",
                "the functions of a CSV file, in one region",
            ),
            (
                "lambdacost compare scenario.toml --region us-east-1 --region eu-west-1",
                "one comparison per region",
            ),
            (
                "lambdacost compare functions.csv --region eu-west-1 --by team",
                "one row for each value of the tag `team`",
            ),
            (
                "lambdacost compare scenario.toml --set 'api:memory_mb=1024' --set invocations=+20%",
                "the answer without, and with more memory and more calls",
            ),
            (
                "lambdacost compare scenario.toml --output answer.json",
                "for programs, and for `check --baseline`",
            ),
        ],
    ),
    (
        "explain",
        &[(
            "lambdacost explain scenario.toml --function web-api",
            "every figure of one function",
        )],
    ),
    (
        "plan",
        &[
            (
                "lambdacost plan functions.csv --region eu-west-1",
                "the moves that lower the bill of all functions most",
            ),
            (
                "lambdacost plan scenario.toml --min-saving 20 --pinned checkout",
                "only moves of $20 a month and more, and `checkout` stays where it is",
            ),
        ],
    ),
    (
        "check",
        &[
            (
                "lambdacost check scenario.toml",
                "the budgets of the scenario",
            ),
            (
                "lambdacost check scenario.toml --baseline before.toml -D past-crossover",
                "also fails if a function runs on a platform where it costs more",
            ),
            (
                "lambdacost check a.toml b.toml --baseline base --format markdown --comment on-change",
                "a comment on what changed in two scenarios since the copies in the folder base",
            ),
            (
                "lambdacost check --explain all",
                "the manual pages of all rules",
            ),
        ],
    ),
    (
        "prices",
        &[("lambdacost prices list", "the regions of the price book")],
    ),
    (
        "prices-list",
        &[(
            "lambdacost prices list",
            "regions and the dates of their prices",
        )],
    ),
    (
        "prices-show",
        &[(
            "lambdacost prices show eu-west-1",
            "every price of a region",
        )],
    ),
    (
        "prices-import",
        &[
            (
                "lambdacost prices import lambda.json ecs.json eks.json ec2.json -o prices",
                "writes prices/us-east-1.toml and the like from offer files",
            ),
            (
                "lambdacost prices import index.csv --region eu-west-1 -o prices",
                "one region of a file of all regions",
            ),
            (
                "lambdacost compare scenario.toml --prices prices",
                "uses the written prices",
            ),
        ],
    ),
    (
        "prices-diff",
        &[
            (
                "lambdacost prices diff built-in prices",
                "the prices of a folder that differ from the built-in ones",
            ),
            (
                "lambdacost prices diff old new --scenario scenario.toml --format markdown",
                "also what they change for the functions of a scenario",
            ),
        ],
    ),
    (
        "import",
        &[
            (
                "lambdacost import --region eu-west-1 functions.json metrics.json -o scenario.toml",
                "configurations and metrics as the AWS CLI writes them",
            ),
            (
                "lambdacost import --list",
                "the formats, and the command that writes each",
            ),
            (
                "lambdacost import exports/ --set utilization=0.3 --format json",
                "a folder, for programs; functions without a peak get a utilization",
            ),
        ],
    ),
    (
        "init",
        &[
            ("lambdacost init", "writes scenario.toml"),
            ("lambdacost init -", "prints the scenario"),
        ],
    ),
    (
        "schema",
        &[
            (
                "lambdacost schema scenario > lambdacost.schema.json",
                "what `#:schema ./lambdacost.schema.json` in a scenario refers to",
            ),
            (
                "lambdacost schema compare",
                "what `compare --format json` writes",
            ),
        ],
    ),
    (
        "explain-error",
        &[(
            "lambdacost explain-error unknown-key",
            "what the code in error[unknown-key] means",
        )],
    ),
    (
        "completions",
        &[(
            "lambdacost completions bash > ~/.local/share/bash-completion/completions/lambdacost",
            "for bash",
        )],
    ),
    (
        "man",
        &[(
            "lambdacost man compare | man -l -",
            "shows the page of a command",
        )],
    ),
    (
        "help",
        &[
            ("lambdacost help compare", "the options of a command"),
            ("lambdacost help scenario", "all keys of a scenario"),
            ("lambdacost help scenario memory_mb", "one key"),
            (
                "lambdacost help assumptions",
                "all assumptions, with their codes",
            ),
        ],
    ),
];

/// The examples of a command, by the name of its manual page.
pub(crate) fn of(command: &str) -> &'static [Example] {
    let found = EXAMPLES.iter().find(|(name, _)| *name == command);
    found.map_or(&[], |(_, examples)| examples)
}

/// The end of a command's help: examples and exit codes.
pub(crate) fn help(command: &str) -> String {
    let mut text = "Examples:\n".to_owned();
    for (line, what) in of(command) {
        text += &format!("  {line}\n      {what}\n");
    }
    text += "\nExit codes:\n";
    for (code, meaning) in exit_codes(command) {
        text += &format!(
            "  {code}  {}\n",
            indented(meaning, 76, "     ").trim_start()
        );
    }
    text
}

/// The examples and exit codes as sections of a manual page.
pub(crate) fn roff(command: &str) -> String {
    let mut page = ".SH EXAMPLES\n".to_owned();
    for (line, what) in of(command) {
        page += &format!(".TP\n\\fB{}\\fR\n{}\n", escaped(line), escaped(what));
    }
    page += ".SH \"EXIT STATUS\"\n";
    for (code, meaning) in exit_codes(command) {
        page += &format!(".TP\n\\fB{code}\\fR\n{}\n", escaped(meaning));
    }
    page
}

/// A line of text for roff: hyphens that can be copied, and no line that starts a request.
fn escaped(line: &str) -> String {
    line.replace('\\', "\\e").replace('-', "\\-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::PAGES;

    #[test]
    fn every_command_has_an_example() {
        for page in PAGES {
            assert!(!of(page).is_empty(), "{page} has no example");
        }
        assert_eq!(EXAMPLES.len(), PAGES.len() + 1);
    }
}
