//! What a test expects of an answer, in one line: `web-api u*.fargate = 32.4 %`.
//!
//! The left side names a figure of `lambdacost compare --format json`, the right side is how a
//! person writes it. The figure is put into that form and the two are compared as text, so a
//! failure shows both. Money is compared to the cent and per cents to the decimals that are written
//! (at least one), half away from zero, in decimals, without floats.
//!
//! | figure | written as |
//! |---|---|
//! | `F lambda`, `F fargate`, `F eks` | `$266.67`, `infeasible` |
//! | `F P[ITEM]` (lines of a bill) | `$7.91` |
//! | `F P.million`, `F P.alone`, `F P.adds`, `F gap` | `$0.53`, `none` |
//! | `F fargate.fleet` | `4 x 2 vCPU / 4 GB x 13` |
//! | `F eks.fleet` | `51 pods at 26 per m5a.xlarge` |
//! | `F u*.P` (of today's capacity), `F listed-u*.P` (on demand), `F fleet-u*.P` | `32.4 %`, `never` |
//! | `F lambda-managed.fleet` | `4 x m7g.large for 7 environments x 20` |
//! | `F n*.P` | `540600824` |
//! | `F kind.P`, `F band.P`, `F plan` (its platform there) | `at`, `30-40`, `lambda` |
//! | `F steps.P` | `46.46, 29.04, …` per cent |
//! | `F flips.P` | `none`, `1 at 4869815`, `29 from 2044272444 to 5382218272` |
//! | `total P`, `total plan`, `total today` | `$266.67`, `none` |
//! | `cluster REGION/ARCHITECTURE` (of today) | `2 x m5a.xlarge at $327.32` |

#![allow(dead_code, reason = "each test that includes it uses a part of it")]

use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// The JSON of one comparison.
pub struct Answer(Value);

/// A figure as a person writes it, or why there is none.
pub type Written = Result<String, String>;

impl Answer {
    /// Runs the program on a file.
    pub fn of_file(path: &str) -> Result<Self, String> {
        Self::run(&["compare", path], "")
    }

    /// Runs the program on the text of a scenario.
    pub fn of_text(scenario: &str) -> Result<Self, String> {
        Self::run(&["compare", "-"], scenario)
    }

    /// The same, with a price file that replaces built-in prices.
    pub fn with_prices(scenario: &str, prices: &str) -> Result<Self, String> {
        let table: toml::Table = prices.parse().map_err(|error| format!("prices: {error}"))?;
        let region = table.get("region").and_then(toml::Value::as_str);
        let region = region.ok_or("prices without a region")?;
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let file = folder.path().join(format!("{region}.toml"));
        std::fs::write(file, prices).map_err(|error| error.to_string())?;
        let folder = folder.path().to_str().ok_or("a folder without a name")?;
        Self::run(&["compare", "-", "--prices", folder], scenario)
    }

    fn run(arguments: &[&str], input: &str) -> Result<Self, String> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_lambdacost"))
            .args(arguments)
            .args(["--format", "json"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        if let Some(mut stdin) = child.stdin.take() {
            // A program that does not read its input closes it early; its message gives the reason.
            let _ = stdin.write_all(input.as_bytes());
        }
        let output = child
            .wait_with_output()
            .map_err(|error| error.to_string())?;
        if !output.status.success() {
            let message = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{}: {message}", output.status));
        }
        let read = serde_json::from_slice(&output.stdout);
        read.map(Self).map_err(|error| error.to_string())
    }

    /// Compares one expectation, `FIGURE = VALUE`, with the answer.
    pub fn check(&self, expectation: &str) -> Result<(), String> {
        let (figure, wanted) = expectation
            .split_once(" = ")
            .ok_or("an expectation is written FIGURE = VALUE")?;
        let wanted = wanted.trim();
        let found = self.figure(figure, wanted)?;
        if found == wanted {
            Ok(())
        } else {
            Err(format!("expected {wanted}, the program answers {found}"))
        }
    }

    /// A figure, written with as many decimals as `wanted`.
    pub fn figure(&self, figure: &str, wanted: &str) -> Written {
        let (subject, key) = figure
            .trim()
            .split_once(' ')
            .ok_or("a figure is written FUNCTION KEY")?;
        match subject {
            "total" => self.total(key),
            "cluster" => self.cluster(key),
            name => match key.trim().trim_end_matches(']').split_once('[') {
                Some((platform, item)) => {
                    let items = [item.to_owned()];
                    self.lines(Some(name), platform, &items).map(dollars)
                }
                None => figure_of(self.function(name)?, key.trim(), wanted),
            },
        }
    }

    /// What lines of the bill of one function, or of all of them, add up to, with all digits.
    pub fn lines(
        &self,
        function: Option<&str>,
        platform: &str,
        items: &[String],
    ) -> Result<Decimal, String> {
        let mut sum = None;
        for one in list(&self.0, "functions")? {
            if function.is_some_and(|name| one["name"] != name) {
                continue;
            }
            for line in list(platform_of(one, platform)?, "lines")? {
                if items.iter().any(|item| line["item"] == item.as_str()) {
                    sum = Some(sum.unwrap_or(Decimal::ZERO) + decimal(&line["cost_usd"])?);
                }
            }
        }
        let whose = function.unwrap_or("any function");
        sum.ok_or_else(|| format!("the bill of {whose} has no line {}", items.join(", ")))
    }

    /// The monthly bill of a function on a platform, with all digits.
    pub fn bill(&self, function: &str, platform: &str) -> Result<Decimal, String> {
        decimal(&platform_of(self.function(function)?, platform)?["monthly_usd"])
    }

    fn function(&self, name: &str) -> Result<&Value, String> {
        let mut functions = list(&self.0, "functions")?.iter();
        functions
            .find(|function| function["name"] == name)
            .ok_or_else(|| format!("no function `{name}`"))
    }

    fn total(&self, key: &str) -> Written {
        let total = &self.0["totals"].as_object().ok_or("no totals")?;
        money_or(
            total.get(key).ok_or_else(|| format!("no total `{key}`"))?,
            "none",
        )
    }

    fn cluster(&self, key: &str) -> Written {
        let (region, architecture) = key.split_once('/').ok_or("REGION/ARCHITECTURE")?;
        let cluster = list(&self.0, "clusters")?
            .iter()
            .find(|one| one["region"] == region && one["architecture"] == architecture)
            .ok_or_else(|| format!("no cluster `{key}`"))?;
        let nodes = match &cluster["nodes"] {
            Value::Number(whole) => whole.to_string(),
            share => rounded(decimal(share)?, 4).to_string(),
        };
        let monthly = money(&cluster["monthly_usd"])?;
        Ok(format!(
            "{nodes} x {} at {monthly}",
            text(&cluster["instance_type"])
        ))
    }
}

/// A figure of one function.
fn figure_of(function: &Value, key: &str, wanted: &str) -> Written {
    match key.split_once('.') {
        None if key == "plan" => Ok(text(&function["plan"]["platform"])),
        None if key == "gap" => money_or(&function["gap_usd"], "none"),
        None => money_or(&platform_of(function, key)?["monthly_usd"], "infeasible"),
        Some((platform, "fleet")) => fleet(&platform_of(function, platform)?["fleet"]),
        Some((platform, "million")) => money_or(
            &platform_of(function, platform)?["usd_per_million_invocations"],
            "none",
        ),
        Some((platform, "alone")) => {
            money_or(&platform_of(function, platform)?["alone_usd"], "none")
        }
        Some((platform, "adds")) => money_or(&platform_of(function, platform)?["adds_usd"], "none"),
        Some((what, platform)) => crossing(function, what, platform, wanted),
    }
}

/// A figure of the crossover of Lambda with a platform.
fn crossing(function: &Value, what: &str, platform: &str, wanted: &str) -> Written {
    let crossover = list(function, "crossovers")?
        .iter()
        .find(|one| one["from"] == "lambda" && one["to"] == platform)
        .ok_or_else(|| format!("no crossover with `{platform}`"))?;
    match what {
        "u*" => per_cent_or(&crossover["utilization"], "never", wanted),
        "listed-u*" => per_cent_or(&crossover["on_demand_utilization"], "never", wanted),
        "fleet-u*" => per_cent_or(&crossover["fleet_utilization"], "never", wanted),
        "n*" => Ok(crossover["invocations_per_month"].to_string()),
        "kind" => Ok(text(&crossover["kind"])),
        "band" => Ok(text(&crossover["band"])),
        "steps" => steps(crossover),
        "flips" => flips(&crossover["volume_flips"]),
        _ => Err(format!("no figure is called `{what}.{platform}`")),
    }
}

fn steps(crossover: &Value) -> Written {
    let steps = list(crossover, "steps")?.iter();
    let written: Result<Vec<_>, _> = steps
        .map(|step| per_cent(&step["utilization"], 2))
        .collect();
    Ok(written?.join(", "))
}

fn flips(flips: &Value) -> Written {
    let at = |flip: &Value| flip["invocations_per_month"].to_string();
    Ok(match list(flips, "list")?.as_slice() {
        [] => "none".to_owned(),
        [one] => format!("1 at {}", at(one)),
        [first, .., last] => format!("{} from {} to {}", flips["count"], at(first), at(last)),
    })
}

fn fleet(fleet: &Value) -> Written {
    if fleet["tasks"].is_number() {
        return Ok(format!(
            "{} x {} vCPU / {} GB x {}",
            fleet["tasks"],
            text(&fleet["vcpu"]),
            text(&fleet["memory_gb"]),
            fleet["requests_per_task"]
        ));
    }
    if fleet["pods"].is_number() {
        return Ok(format!(
            "{} pods at {} per {}",
            fleet["pods"],
            fleet["pods_per_node"],
            text(&fleet["instance_type"])
        ));
    }
    if fleet["instances"].is_number() {
        return Ok(format!(
            "{} x {} for {} environments x {}",
            fleet["instances"],
            text(&fleet["instance_type"]),
            fleet["environments"],
            fleet["requests_per_environment"]
        ));
    }
    Err(format!("no fleet: {fleet}"))
}

fn platform_of<'v>(function: &'v Value, id: &str) -> Result<&'v Value, String> {
    let mut platforms = list(function, "platforms")?.iter();
    platforms
        .find(|platform| platform["id"] == id)
        .ok_or_else(|| format!("no figure is called `{id}`"))
}

fn list<'v>(value: &'v Value, key: &str) -> Result<&'v Vec<Value>, String> {
    value[key]
        .as_array()
        .ok_or_else(|| format!("`{key}` is missing"))
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn decimal(value: &Value) -> Result<Decimal, String> {
    let text = value
        .as_str()
        .ok_or_else(|| format!("{value} is no decimal"))?;
    text.parse().map_err(|error| format!("{text}: {error}"))
}

fn rounded(amount: Decimal, places: u32) -> Decimal {
    let mut rounded = amount.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(places);
    rounded
}

fn money(value: &Value) -> Written {
    decimal(value).map(dollars)
}

fn money_or(value: &Value, absent: &str) -> Written {
    match value {
        Value::Null => Ok(absent.to_owned()),
        amount => money(amount),
    }
}

/// Dollars to the cent, half away from zero.
pub fn cents(amount: Decimal) -> Decimal {
    rounded(amount, 2)
}

/// Dollars to the cent as people write them: `$1,234.50`.
pub fn dollars(amount: Decimal) -> String {
    let text = cents(amount).to_string();
    let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
    let (sign, digits) = whole
        .strip_prefix('-')
        .map_or(("", whole), |digits| ("-", digits));
    let mut written = format!("{sign}$");
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    let _ = write!(written, ".{cents}");
    written
}

fn per_cent(share: &Value, places: u32) -> Written {
    let hundredfold = decimal(share)? * Decimal::ONE_HUNDRED;
    Ok(rounded(hundredfold, places).to_string())
}

/// Per cent with as many decimals as are wanted, at least one.
fn per_cent_or(share: &Value, absent: &str, wanted: &str) -> Written {
    if share.is_null() {
        return Ok(absent.to_owned());
    }
    let number = wanted.trim_end_matches([' ', '%']);
    let places = number.split_once('.').map_or(0, |(_, places)| places.len());
    let places = u32::try_from(places).unwrap_or(0).max(1);
    Ok(format!("{} %", per_cent(share, places)?))
}
