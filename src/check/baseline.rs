//! Earlier costs for comparison: of another scenario, or of a report that this program wrote.

use super::inputs::{self, InputKey, Inputs};
use super::{CheckContext, Finding, FunctionContext};
use crate::diag::{Code, Diag, Diags};
use crate::escape::elided;
use crate::exact::Exact;
use crate::platform::{Line, extra_of_unit};
use crate::scenario::schema::Setting;
use crate::scenario::{Extra, Level, StatedValue};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The schema of supported reports.
const SCHEMAS: [&str; 2] = ["lambdacost/compare/v1", "lambdacost/compare/v2"];
/// Common start of all versions of the schema.
const FAMILY: &str = "lambdacost/compare/v";

/// A reason is cut to this number of bytes: a broken file can quote a huge word.
const LONGEST: usize = 300;

/// Earlier costs.
#[derive(Debug)]
pub struct Baseline {
    /// The file name as the user gave it.
    pub name: String,
    /// What outputs call it; `None` for its file name.
    pub label: Option<String>,
    /// Monthly cost of the whole scenario on its platforms of that time, USD.
    pub(crate) total: Option<Amount>,
    /// By name.
    pub(crate) functions: BTreeMap<String, Before>,
    /// The names of all tags of its functions.
    pub(crate) tags: BTreeSet<Box<str>>,
    /// What its functions share.
    pub(crate) settings: Inputs,
    /// The findings in the whole scenario; `None` for a report, which has none.
    pub(crate) findings: Option<Vec<KnownFinding>>,
}

/// An earlier amount, USD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Amount {
    pub usd: Exact,
    /// How far the amount itself can be from its digits. Zero if it is exact.
    pub error: Exact,
}

/// The earlier state of a function.
#[derive(Debug)]
pub(crate) struct Before {
    /// US dollars a month on its platform of that time; `None` if that is not known.
    pub monthly: Option<Amount>,
    /// The lines of that bill.
    pub lines: Box<[BilledLine]>,
    /// Id of its platform in the plan; `None` if that is not known.
    pub plan: Option<Cow<'static, str>>,
    pub inputs: Inputs,
    /// Values of tags by name; none for a report of an earlier version.
    pub tags: Box<[(Box<str>, Box<str>)]>,
    /// Its findings; none for a report.
    pub findings: Box<[KnownFinding]>,
}

/// The keys of an extra that are meters of a bill.
const EXTRAS: [Setting; 2] = [Setting::ExtraMonthly, Setting::ExtraMillion];

/// A line of an earlier bill.
#[derive(Debug)]
pub(crate) struct BilledLine {
    pub item: Cow<'static, str>,
    /// The path of the meter in price files; `None` in a report.
    pub meter: Option<Arc<str>>,
    pub cost: Exact,
    /// US dollars per unit; `None` if the report does not state it.
    pub rate: Option<Exact>,
}

/// What identifies a finding in two scenarios.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownFinding {
    code: &'static str,
    level: Level,
    unit: Option<&'static str>,
    /// The sentence of a finding in the whole scenario.
    message: Option<String>,
}

impl KnownFinding {
    pub(crate) fn of(finding: &Finding) -> Self {
        let is_whole = finding.function.is_none();
        Self {
            code: finding.code,
            level: finding.level,
            unit: finding.measured.as_ref().map(|measured| measured.unit),
            message: is_whole.then(|| finding.message.clone()),
        }
    }
}

impl Amount {
    pub(crate) fn exact(usd: Exact) -> Self {
        let error = Exact::ZERO;
        Self { usd, error }
    }

    /// An amount of a report. Reports round to 28 digits, so that many digits can be half a unit of
    /// the last one away from the amount. Fewer digits are the amount itself.
    fn of_report(text: &str) -> Result<Self, String> {
        let usd = amount(text)?;
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = format!("{whole}{fraction}");
        let significant = digits.trim_start_matches('0').len();
        let half = |places: usize| {
            let power = std::iter::repeat_n(Exact::from(10_u32), places);
            let power = power.fold(Exact::from(2_u32), |power, ten| &power * &ten);
            Exact::ONE.over(&power).expect("a power of ten is not zero")
        };
        let error = match significant {
            DIGITS.. if !fraction.is_empty() => half(fraction.len()),
            _ => Exact::ZERO,
        };
        Ok(Self { usd, error })
    }

    /// True for the same amount. An amount of a report is known to its last digit only.
    pub(crate) fn is(&self, now: &Exact) -> bool {
        // Most functions do not change. Their sums are long, and long to compare.
        if self.usd.as_printed() == now.as_printed() {
            return true;
        }
        let difference = now - &self.usd;
        difference <= self.error && &Exact::ZERO - &difference <= self.error
    }

    /// The highest amount that it can be.
    pub(crate) fn highest(&self) -> Exact {
        &self.usd + &self.error
    }

    /// The lowest amount that it can be.
    pub(crate) fn lowest(&self) -> Exact {
        &self.usd - &self.error
    }
}

/// The number of digits to which reports round.
const DIGITS: usize = 28;

impl BilledLine {
    pub(crate) fn of(line: Line) -> Self {
        Self {
            item: line.item,
            meter: Some(line.meter),
            cost: line.cost.dollars().clone(),
            rate: Some(line.rate),
        }
    }

    /// True for a cost that the scenario states.
    pub(crate) fn is_extra(&self) -> bool {
        let meter = self.meter.as_ref();
        meter.is_some_and(|meter| EXTRAS.iter().any(|key| self.is_key(*key, meter)))
    }

    fn is_key(&self, key: Setting, meter: &str) -> bool {
        *meter == *Extra::path_of(&self.item, key)
    }

    /// The number of months of an extra's monthly cost that are paid: one, or the share of a function.
    /// `None` for other lines.
    pub(crate) fn months(&self) -> Option<Exact> {
        let meter = self.meter.as_ref()?;
        let is_monthly = self.is_key(Setting::ExtraMonthly, meter);
        self.cost.over(self.rate.as_ref().filter(|_| is_monthly)?)
    }
}

#[derive(Deserialize)]
struct Head {
    schema: Option<String>,
}

#[derive(Deserialize)]
struct BaselineDocument {
    functions: Vec<BaselineFunction>,
    totals: BTreeMap<String, Option<String>>,
    hours_per_month: Option<String>,
}

#[derive(Deserialize)]
struct BaselineFunction {
    name: String,
    runs_on: String,
    region: Option<String>,
    architecture: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    workload: Option<BaselineWorkload>,
    platforms: Vec<BaselinePlatform>,
    plan: Option<BaselinePlace>,
}

#[derive(Deserialize)]
struct BaselinePlace {
    platform: String,
}

#[derive(Deserialize)]
struct BaselineWorkload {
    invocations_per_month: Option<u64>,
    duration_ms: Option<String>,
    memory_mb: Option<u32>,
    peak_concurrency: Option<String>,
    utilization: Option<String>,
}

#[derive(Deserialize)]
struct BaselinePlatform {
    id: String,
    monthly_usd: Option<String>,
    fleet: Option<BaselineFleet>,
    lines: Vec<BaselineLine>,
}

#[derive(Deserialize)]
struct BaselineFleet {
    instance_type: Option<String>,
}

#[derive(Deserialize)]
struct BaselineLine {
    item: String,
    cost_usd: String,
    unit: Option<String>,
    rate_usd: Option<String>,
}

impl Baseline {
    /// The costs and findings of the scenario of a case, whose baseline is not used.
    pub fn of(name: &str, case: &CheckContext<'_>) -> Self {
        let rules = super::active_rules(case.levels);
        let before = |function: &FunctionContext<'_, '_>, findings: &[Finding]| {
            let name = function.function.name.to_string();
            (name, Before::of(function, findings))
        };
        let (_, scenario, known) = super::functions(case, &rules, before);
        let findings = super::of_scenario(case, &rules, &scenario);
        let total = scenario.total.as_ref();
        let functions: BTreeMap<String, Before> = known.into_iter().collect();
        Self {
            name: name.to_owned(),
            label: None,
            total: total.map(|total| Amount::exact(total.dollars().clone())),
            tags: names_of_tags(&functions),
            functions,
            settings: inputs::settings(case.comparison.scenario()),
            findings: Some(findings.iter().map(KnownFinding::of).collect()),
        }
    }

    /// What outputs call it.
    pub(crate) fn called(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.name)
    }

    /// The costs in a report of `compare --format json`.
    ///
    /// # Errors
    /// It is not such a report, has a newer version, or was edited to something invalid.
    pub fn read(name: &str, text: &str) -> Result<Self, Diags> {
        let refuse = |message: String, help: &str| {
            let message = format!("the baseline `{name}` {}", elided(&message, LONGEST));
            Diags::from(Diag::new(Code::BadBaseline, message).help(help))
        };
        let broken = |error: &dyn std::fmt::Display| {
            let help = "write it again: lambdacost compare --format json --output FILE SCENARIO";
            refuse(format!("is not a report: {error}"), help)
        };
        let head: Head = serde_json::from_str(text).map_err(|error| broken(&error))?;
        match head.schema.as_deref() {
            Some(known) if SCHEMAS.contains(&known) => {}
            Some(newer) if newer.starts_with(FAMILY) => {
                let help = "it was written by a newer version of lambdacost: use that version, or \
                            write the baseline again with this one";
                return Err(refuse(format!("has the schema {newer}"), help));
            }
            Some(other) => {
                let help = "a baseline is a scenario, or what compare --format json writes";
                return Err(refuse(format!("has the schema {other}"), help));
            }
            None => return Err(broken(&"it has no schema")),
        }
        let document: BaselineDocument =
            serde_json::from_str(text).map_err(|error| broken(&error))?;
        Self::of_document(name, document).map_err(|reason| broken(&reason))
    }

    fn of_document(name: &str, document: BaselineDocument) -> Result<Self, String> {
        let mut functions = BTreeMap::new();
        for function in document.functions {
            let before = function.before()?;
            if functions.insert(function.name.clone(), before).is_some() {
                return Err(format!("it has two functions `{}`", function.name));
            }
        }
        let total = document.totals.get("today").cloned().flatten();
        let hours = document.hours_per_month.as_deref();
        let hours = hours.map(|hours| {
            (
                InputKey::Path("hours_per_month".into()),
                inputs::number(hours),
            )
        });
        Ok(Self {
            name: name.to_owned(),
            label: None,
            total: total.as_deref().map(Amount::of_report).transpose()?,
            tags: names_of_tags(&functions),
            functions,
            settings: Inputs::Reported(hours.into_iter().collect()),
            findings: None,
        })
    }
}

fn names_of_tags(functions: &BTreeMap<String, Before>) -> BTreeSet<Box<str>> {
    let mut names = BTreeSet::new();
    for (name, _) in functions.values().flat_map(|before| &before.tags) {
        if !names.contains(name) {
            names.insert(name.clone());
        }
    }
    names
}

impl Before {
    fn of(function: &FunctionContext<'_, '_>, findings: &[Finding]) -> Self {
        let cost = function.cost().ok();
        let lines = function.solved.lines(function.home);
        Self {
            monthly: cost.map(|cost| Amount::exact(cost.billed.dollars().clone())),
            lines: lines.into_iter().map(BilledLine::of).collect(),
            plan: function.planned().map(Cow::Borrowed),
            inputs: inputs::of_function(function.scenario(), function.function),
            tags: (function.function.tags().iter())
                .map(|tag| (Box::from(&*tag.name), tag.value.clone()))
                .collect(),
            findings: findings.iter().map(KnownFinding::of).collect(),
        }
    }

    /// The value of a tag.
    pub(crate) fn tag(&self, name: &str) -> Option<&str> {
        let found = self.tags.iter().find(|(known, _)| **known == *name);
        found.map(|(_, value)| &**value)
    }

    /// The lines of the bill: US dollars a month, by item. An item can have several lines, one per
    /// tier. They are added up.
    pub(crate) fn costs_by_item(&self) -> BTreeMap<String, Exact> {
        let mut costs = BTreeMap::new();
        for line in &self.lines {
            let known = costs
                .entry(line.item.as_ref().to_owned())
                .or_insert(Exact::ZERO);
            *known = &*known + &line.cost;
        }
        costs
    }
}

impl BaselineFunction {
    fn before(&self) -> Result<Before, String> {
        let home = self.platforms.iter().find(|one| one.id == self.runs_on);
        let lines = home.map_or(&[][..], |home| &home.lines).iter();
        let node_type = home
            .and_then(|home| home.fleet.as_ref())
            .and_then(|fleet| fleet.instance_type.as_deref());
        let lines: Result<_, String> = lines.map(|line| line.billed(node_type)).collect();
        let monthly = home.and_then(|home| home.monthly_usd.as_deref());
        Ok(Before {
            monthly: monthly.map(Amount::of_report).transpose()?,
            lines: lines?,
            plan: self
                .plan
                .as_ref()
                .map(|place| Cow::Owned(place.platform.clone())),
            inputs: Inputs::Reported(self.inputs()),
            tags: (self.tags.iter())
                .map(|(name, value)| (Box::from(name.as_str()), Box::from(value.as_str())))
                .collect(),
            findings: Box::default(),
        })
    }

    fn inputs(&self) -> Vec<(InputKey, StatedValue)> {
        let text = |text: &str| StatedValue::Text(text.into());
        let mut known = vec![("runs_on", Some(text(&self.runs_on)))];
        known.push(("region", self.region.as_deref().map(text)));
        known.push(("architecture", self.architecture.as_deref().map(text)));
        if let Some(workload) = &self.workload {
            let decimal = |stated: &Option<String>| stated.as_deref().map(inputs::number);
            let memory = workload.memory_mb.map(|memory| memory.to_string());
            let calls = workload
                .invocations_per_month
                .map(|calls| calls.to_string());
            known.extend([
                ("memory_mb", decimal(&memory)),
                ("duration_ms", decimal(&workload.duration_ms)),
                ("invocations_per_month", decimal(&calls)),
                ("utilization", decimal(&workload.utilization)),
                ("peak_concurrency", decimal(&workload.peak_concurrency)),
            ]);
        }
        let known = known.into_iter();
        known
            .filter_map(|(key, value)| Some((InputKey::Path(Cow::Borrowed(key)), value?)))
            .collect()
    }
}

impl BaselineLine {
    /// A report names no meters. The price of a node is that of its type, so it has a rate only with
    /// the type. The units of extras are units of nothing else.
    fn billed(&self, node_type: Option<&str>) -> Result<BilledLine, String> {
        let unit = self.unit.as_deref();
        let is_node = unit == Some("instance-hour");
        let node = node_type.filter(|_| is_node);
        let extra = unit.and_then(extra_of_unit);
        let extra = extra.map(|key| Extra::path_of(&self.item, key));
        let meter = extra.or_else(|| Some(format!("ec2.{}", node?)));
        let rate = self.rate_usd.as_deref().map(amount).transpose()?;
        Ok(BilledLine {
            item: Cow::Owned(self.item.clone()),
            meter: meter.map(Arc::from),
            cost: amount(&self.cost_usd)?,
            rate: rate.filter(|_| !is_node || node.is_some()),
        })
    }
}

fn amount(text: &str) -> Result<Exact, String> {
    let amount = Exact::of_digits(text).filter(|amount| amount.is_zero() || amount.is_positive());
    amount.ok_or_else(|| format!("`{text}` is not an amount"))
}
