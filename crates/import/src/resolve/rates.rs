//! What the meters of Lambda cost in the bills: the list price, a discount, or a Savings Plan.

use crate::format::Format;
use crate::formats::bill::{Architecture, Bills, Group, Groups, Meter, Plan, TOLERANCE};
use crate::number::{Sum, significant};
use crate::time::{Time, Window};
use exact::Exact;
use std::collections::{BTreeMap, BTreeSet};

/// Decimal places of discounts and coverage: costs of bills are rounded.
const PLACES: u32 = 6;

/// What a meter cost in the bills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// `requests`, `gbs`, `pgbs`, `pconc` or `storage`.
    pub meter: &'static str,
    pub region: Option<String>,
    pub architecture: &'static str,
    /// Of the rows with a list cost.
    pub quantity: String,
    pub cost_usd: String,
    pub list_cost_usd: String,
}

/// A Savings Plan that the bills show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commitment {
    /// As in a scenario; `None` if the bills do not say it.
    pub plan: Option<&'static str>,
    pub term: Option<&'static str>,
    pub payment: Option<&'static str>,
    /// Share of the list cost that it covers.
    pub coverage: String,
}

impl Commitment {
    /// True if a scenario can state it.
    pub(crate) fn is_whole(&self) -> bool {
        self.plan.is_some() && self.term.is_some() && self.payment.is_some()
    }
}

/// A price that is neither the list price nor a discount that holds everywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    pub region: String,
    pub architecture: &'static str,
    /// Name in a price file.
    pub meter: &'static str,
    /// What a unit costs on the mean.
    pub usd: String,
}

/// What the bills say about prices.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// By meter, region and architecture.
    pub rates: Vec<Rate>,
    /// Path of a meter, and the share that is taken off.
    pub discounts: BTreeMap<String, String>,
    pub commitment: Option<Commitment>,
    /// Prices for a price file, by region, architecture and meter.
    pub prices: Vec<Price>,
    /// First and last day of the bills with these prices.
    pub days: Option<(String, String)>,
    /// What a scenario cannot state, and where the figures come from.
    pub remarks: Vec<String>,
}

/// What a meter cost in a region.
struct Found {
    meter: Meter,
    architecture: Architecture,
    region: Option<String>,
    groups: Groups,
}

/// What follows from the rows of a meter.
enum Verdict {
    List,
    /// The share that is taken off.
    Discount(Exact),
    /// Usage that a Savings Plan covers, and other usage at its own discount.
    Commitment(Exact),
    /// Neither: the cost of a unit.
    Price(Exact),
    /// A row says no cost.
    Unknown,
}

/// What the bills say about prices.
pub(super) fn terms(bills: &Bills) -> Terms {
    let mut terms = Terms::default();
    let mut commitment = Covered::default();
    let mut discounts: BTreeMap<String, Shares<'_>> = BTreeMap::new();
    let all = found(bills);
    for found in &all {
        terms.rates.push(found.rate());
        let (path, region) = (found.path(), found.region_name());
        let mut discount = |share: &Exact| {
            let shares = discounts.entry(path.clone()).or_default();
            let share = share.to_fixed(PLACES);
            let share = trimmed(&share).to_owned();
            shares.entry(share).or_default().push(found);
        };
        match found.verdict() {
            Verdict::List => {}
            Verdict::Discount(share) => discount(&share),
            Verdict::Commitment(share) => {
                commitment.add(found);
                if !is_near(&share, &Exact::ZERO) {
                    discount(&share);
                }
                terms.remarks.push(commitment_remark(found, &share));
            }
            Verdict::Price(price) => {
                terms.prices.extend(found.price());
                terms.remarks.push(format!(
                    "{path} in {region} costs {} USD a unit, {} of the list price, at no single \
                     discount: `--prices-out DIR` writes it as a price file",
                    significant(&price),
                    significant(&ratio_of(&[&found.groups.open, &found.groups.covered])),
                ));
            }
            Verdict::Unknown => terms.remarks.push(format!(
                "{path} in {region} has rows without an effective cost, so it gives no rate: export \
                 the columns of Savings Plans too",
            )),
        }
    }
    state_discounts(discounts, &mut terms);
    terms.commitment = commitment.finish(bills, &mut terms.remarks);
    let key = |price: &Price| (price.region.clone(), price.architecture, price.meter);
    terms.prices.sort_by_key(key);
    let windows = bills.by_format.values().filter_map(|bill| bill.window);
    let day = |time: Time| time.text().chars().take(10).collect();
    let window = windows.reduce(Window::and);
    let window = window.filter(|_| !terms.prices.is_empty());
    terms.days = window.map(|window| (day(window.from), day(Time(window.to.0 - 1))));
    terms
}

/// By discount: where it holds.
type Shares<'f> = BTreeMap<String, Vec<&'f Found>>;

/// Discounts that are the same in every region are stated; others are prices, since a scenario has one
/// discount for all regions.
fn state_discounts(found: BTreeMap<String, Shares<'_>>, terms: &mut Terms) {
    for (path, shares) in found {
        let numbers = shares.keys().filter_map(|share| Exact::of_digits(share));
        let numbers: Vec<Exact> = numbers.collect();
        let is_one = numbers
            .iter()
            .all(|one| numbers.iter().all(|other| is_near(one, other)));
        if let Some(share) = shares.keys().next().filter(|_| is_one) {
            terms.discounts.insert(path, share.clone());
            continue;
        }
        for (share, found) in shares {
            terms
                .prices
                .extend(found.iter().filter_map(|one| one.price()));
            let regions: Vec<String> = found.iter().map(|one| one.region_name()).collect();
            terms.remarks.push(format!(
                "the discount on {path} is {share} in {}, and a scenario has one for all regions: \
                 `--prices-out DIR` writes it as a price file",
                regions.join(", "),
            ));
        }
    }
}

/// Every meter in every region: that of the CUR, where there is one and a FOCUS export too.
fn found(bills: &Bills) -> Vec<Found> {
    let of_format = |format| bills.by_format.get(&format);
    let mut all = Vec::new();
    let mut seen = BTreeSet::new();
    for bill in [Format::Cur, Format::Focus]
        .into_iter()
        .filter_map(of_format)
    {
        for (region, meters) in &bill.rates {
            for ((meter, architecture), groups) in meters {
                if seen.insert((*meter, region.clone(), *architecture)) {
                    all.push(Found {
                        meter: *meter,
                        architecture: *architecture,
                        region: region.clone(),
                        groups: groups.clone(),
                    });
                }
            }
        }
    }
    all.sort_by(|left, right| left.key().cmp(&right.key()));
    all
}

impl Found {
    fn key(&self) -> (Meter, &Option<String>, Architecture) {
        (self.meter, &self.region, self.architecture)
    }

    /// As in a price file.
    fn path(&self) -> String {
        format!("lambda.{}.{}", self.architecture.name(), self.meter.path())
    }

    fn region_name(&self) -> String {
        let region = self.region.clone();
        region.unwrap_or_else(|| "an unknown region".to_owned())
    }

    /// The mean price; `None` without a region, since price files are by region.
    fn price(&self) -> Option<Price> {
        let Groups { open, covered } = &self.groups;
        let cost = &open.cost.exact() + &covered.cost.exact();
        let quantity = &open.quantity.exact() + &covered.quantity.exact();
        Some(Price {
            region: self.region.clone()?,
            architecture: self.architecture.name(),
            meter: self.meter.path(),
            usd: significant(&cost.over(&quantity)?),
        })
    }

    fn rate(&self) -> Rate {
        let sum = |of: fn(&Group) -> &Sum| {
            let [open, covered] = [&self.groups.open, &self.groups.covered];
            (&of(open).exact() + &of(covered).exact()).to_string()
        };
        Rate {
            meter: self.meter.name(),
            region: self.region.clone(),
            architecture: self.architecture.name(),
            quantity: sum(|group| &group.quantity),
            cost_usd: sum(|group| &group.cost),
            list_cost_usd: sum(|group| &group.list),
        }
    }

    fn verdict(&self) -> Verdict {
        let Groups { open, covered } = &self.groups;
        if open.without_cost + covered.without_cost > 0 {
            return Verdict::Unknown;
        }
        let ratio = ratio_of(&[open, covered]);
        if is_near(&ratio, &Exact::ONE) {
            return Verdict::List;
        }
        // More than the list price is no discount.
        let is_share = |share: &Exact| is_near(share, &Exact::ZERO) || share.is_positive();
        let share = &Exact::ONE - &ratio;
        if have_one_ratio(&[open, covered]) && is_share(&share) {
            return Verdict::Discount(share);
        }
        let has_both = open.rows > 0 && covered.rows > 0;
        let share = &Exact::ONE - &ratio_of(&[open]);
        let are_two = has_both && have_one_ratio(&[open]) && have_one_ratio(&[covered]);
        if are_two && is_share(&share) {
            return Verdict::Commitment(share);
        }
        let cost = &open.cost.exact() + &covered.cost.exact();
        let quantity = &open.quantity.exact() + &covered.quantity.exact();
        match cost.over(&quantity) {
            Some(price) => Verdict::Price(price),
            None => Verdict::Unknown,
        }
    }
}

/// Cost over list cost. Rows of rates have a list cost above zero.
fn ratio_of(groups: &[&Group]) -> Exact {
    let sum = |of: fn(&Group) -> &Sum| -> Exact {
        let sums = groups.iter().map(|group| of(group).exact());
        sums.sum()
    };
    let ratio = sum(|group| &group.cost).over(&sum(|group| &group.list));
    ratio.unwrap_or(Exact::ONE)
}

/// True if one ratio is within the tolerance of all rows.
fn have_one_ratio(groups: &[&Group]) -> bool {
    let low = groups.iter().filter_map(|group| group.low).max();
    let high = groups.iter().filter_map(|group| group.high).min();
    low.zip(high).is_none_or(|(low, high)| low <= high)
}

/// True if two numbers differ by no more than the tolerance.
fn is_near(left: &Exact, right: &Exact) -> bool {
    let difference = left - right;
    let tolerance = Exact::from(TOLERANCE);
    let negative = &Exact::ZERO - &difference;
    difference <= tolerance && negative <= tolerance
}

/// Without zeros at the end.
fn trimmed(decimal: &str) -> &str {
    if decimal.contains('.') {
        decimal.trim_end_matches('0').trim_end_matches('.')
    } else {
        decimal
    }
}

fn commitment_remark(found: &Found, share: &Exact) -> String {
    let Groups { open, covered } = &found.groups;
    let list = [&open.list, &covered.list].map(Sum::exact);
    let coverage = list[1].over(&(&list[0] + &list[1]));
    let coverage = coverage.expect("rows of rates have a list cost");
    let rate = ratio_of(&[covered]);
    let own = &Exact::ONE - share;
    let without = rate.over(&own).unwrap_or(Exact::ZERO);
    let fixed = |number: &Exact| trimmed(&number.to_fixed(PLACES)).to_owned();
    format!(
        "a Savings Plan covers {} of {} in {}, at {} of the list price ({} without the discount)",
        fixed(&coverage),
        found.path(),
        found.region_name(),
        fixed(&rate),
        fixed(&without),
    )
}

/// The list cost of meters that a Savings Plan covers in part.
#[derive(Default)]
struct Covered {
    covered: Vec<Exact>,
    all: Vec<Exact>,
}

impl Covered {
    fn add(&mut self, found: &Found) {
        let [open, covered] = [&found.groups.open, &found.groups.covered];
        self.covered.push(covered.list.exact());
        self.all.push(&open.list.exact() + &covered.list.exact());
    }

    fn finish(self, bills: &Bills, remarks: &mut Vec<String>) -> Option<Commitment> {
        let coverage = self.covered.iter().sum::<Exact>();
        let coverage = coverage.over(&self.all.iter().sum())?;
        let plan = main_plan(bills, remarks);
        let plan = plan.unwrap_or_else(|| Plan {
            plan: String::new(),
            term: String::new(),
            payment: String::new(),
        });
        Some(Commitment {
            plan: plan_word(&plan.plan),
            term: term_word(&plan.term),
            payment: payment_word(&plan.payment),
            coverage: trimmed(&coverage.to_fixed(PLACES)).to_owned(),
        })
    }
}

/// The plan that covers most.
fn main_plan(bills: &Bills, remarks: &mut Vec<String>) -> Option<Plan> {
    let mut sums: BTreeMap<Plan, Exact> = BTreeMap::new();
    for bill in bills.by_format.values() {
        for ((plan, arn), list) in &bill.plans {
            let named = bill.fees.get(arn).unwrap_or(plan);
            let sum = sums.entry(named.clone()).or_insert(Exact::ZERO);
            *sum = &*sum + &list.exact();
        }
    }
    let mut plans: Vec<(Plan, Exact)> = sums.into_iter().collect();
    plans.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    if plans.len() > 1 {
        let kinds: Vec<String> = plans
            .iter()
            .map(|(plan, _)| format!("{} {} {}", plan.plan, plan.term, plan.payment))
            .collect();
        remarks.push(format!(
            "several Savings Plans cover the usage, and a scenario states one: {}",
            kinds.join("; "),
        ));
    }
    plans.into_iter().next().map(|(plan, _)| plan)
}

fn letters(text: &str) -> String {
    let letters = text.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|c| c.to_ascii_lowercase()).collect()
}

/// The word of a scenario for `ComputeSavingsPlans`.
fn plan_word(text: &str) -> Option<&'static str> {
    let is_compute = letters(text).starts_with("computesavingsplan");
    is_compute.then_some("compute-savings-plan")
}

fn term_word(text: &str) -> Option<&'static str> {
    match &*letters(text) {
        "1yr" | "1year" => Some("1yr"),
        "3yr" | "3years" => Some("3yr"),
        _ => None,
    }
}

fn payment_word(text: &str) -> Option<&'static str> {
    match &*letters(text) {
        "noupfront" => Some("no-upfront"),
        "partialupfront" => Some("partial-upfront"),
        "allupfront" => Some("all-upfront"),
        _ => None,
    }
}
