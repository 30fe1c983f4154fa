//! Hostile names and values, and the commands that the runner of GitHub Actions finds in an output.

use lambdacost::internals::text::is_unsafe;

/// The commands that the runner finds in the output of a step, by both of its rules
/// (actions/runner, `ActionCommand.cs`): a line that begins with `::` after any spaces and has another
/// `::`, and `##[` anywhere in a line with a `]` after it. The runner obeys the commands that it knows;
/// here any word counts. Its comparison depends on the locale and skips invisible characters.
pub fn commands(output: &str) -> Vec<String> {
    let seen = |line: &str| {
        let seen = line.chars().filter(|c| *c == ' ' || !is_unsafe(*c));
        seen.collect::<String>()
    };
    let lines = output.split(['\n', '\r']).map(seen);
    lines.filter(|line| is_new(line) || is_old(line)).collect()
}

fn is_new(line: &str) -> bool {
    let rest = line.trim_start().strip_prefix("::");
    rest.is_some_and(|rest| rest.contains("::"))
}

fn is_old(line: &str) -> bool {
    let rest = line.split_once("##[");
    rest.is_some_and(|(_, rest)| rest.contains(']'))
}

/// Names that scenarios and functions files may not have: they cannot be printed, reorder a line, or
/// are a command.
pub const REFUSED: [&str; 22] = [
    "a\n::error::x",
    "\r::warning file=x::y",
    "\t=1+1",
    "a\tb",
    "\0=1+1",
    "a\0b",
    "\u{1b}[2J\u{1b}]8;;https://evil.example\u{7}x",
    "\u{7f}",
    "\u{80}",
    "\u{85}",
    "\u{9b}31m",
    "\u{9f}",
    "a\u{2028}b",
    "a\u{2029}b",
    "\u{202a}a",
    "\u{202e}evil",
    "a\u{2066}b\u{2069}",
    "::error::x",
    " ::error::x",
    "##[add-mask]costs",
    "a ##[error]b",
    "#\u{200b}#[error]b",
];

/// Names that look like markup, links, formulas, paths or commands, and are allowed.
pub fn names() -> Vec<String> {
    let mut names: Vec<String> = [
        "%0A::error::x",
        "%0a%0D%25,:;=",
        "a::error::x",
        "##vso",
        "# [x]",
        "]]>",
        "]]><testcase name=\"x\"/>",
        "<script>alert(1)</script>",
        "</failure></testcase>",
        "<!DOCTYPE x [<!ENTITY y SYSTEM \"file:///etc/passwd\">]>",
        "&amp;&lt;&#64;team&x;",
        "\"'`",
        "|||",
        "a|b\\|c\\",
        "`x` ``y`` ```",
        "`",
        "[x](javascript:alert(1))",
        "\\[x\\](1)",
        "\\\\[x](2)",
        "![x](https://evil.example/x.png)",
        "[a]: https://evil.example",
        "https://evil.example www.evil.example a@evil.example",
        "http:evil",
        "@team @org/team",
        "#1 org/repo#2",
        "GH-26 gh-27",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "deadbee user@deadbee",
        ":+1: :cat:",
        "</details></summary>",
        "<!-- lambdacost check -->",
        "--> <b>",
        "{0} {1} {{2}} ${{ github.token }}",
        "\u{200b}\u{feff}\u{ad}",
        "check\u{34f}out",
        "check\u{e0041}out",
        "\u{3164}\u{115f}\u{17b4}\u{2800}\u{fe0f}",
        "\u{fffe}\u{ffff}\u{1fffe}",
        "\u{a0}nbsp\u{3000}",
        "=cmd|' /C calc'!A0",
        "'=cmd|' /C calc'!A0",
        "''=1",
        " =1+1",
        "=1+1",
        "x;=1+1",
        ";=1+1",
        "＝1+1",
        "@SUM(A1)",
        "\u{a0}+1",
        "-1",
        "+1",
        "*bold* _it_ ~~no~~ **the scenario**",
        "- item",
        "1. item",
        "> quote",
        "$x$ $$y$$ $`z`$",
        " ",
        "  leading and  trailing  ",
        "the scenario",
        "../../etc/passwd",
        "C:\\new\\temp",
        "函数 naïve 🦀 ❤\u{fe0f}",
        "\\u{1b}",
        "\\n",
    ]
    .map(str::to_owned)
    .into();
    for long in ["|", "@", "\u{200b}", "é", "🦀", "`", "<", "a", ":"] {
        let name = "x".to_owned() + &long.repeat(255);
        names.push(name);
    }
    names
}

/// Names whose second half begins a line if a text is wrapped at 80 columns or at the width of a
/// table column.
pub fn paddings() -> Vec<String> {
    let command = "::error file=README.md,line=1::pwned";
    let words = (0..90).map(|length| format!("{} {command}", "b".repeat(length + 1)));
    let word = (0..90).map(|length| format!("{}{command}", "c".repeat(length + 1)));
    words.chain(word).collect()
}

/// A string of TOML.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if is_unsafe(c) => out.push_str(&format!("\\U{:08X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out + "\""
}

#[test]
fn the_rules_of_the_runner_are_known() {
    for text in [
        "::error::x",
        "x\n  ::notice file=a,line=1::x",
        "x\r\t::a::",
        "a##[b]c",
        "\u{ad}::a::b",
    ] {
        assert_eq!(commands(text).len(), 1, "{text}");
    }
    for text in ["a ::error::x", "##[x", "# #[x]", "::x", "a::b\nc"] {
        assert_eq!(commands(text).len(), 0, "{text}");
    }
}
