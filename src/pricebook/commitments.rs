//! Commitments and negotiated discounts, which always apply per meter.
//!
//! Rules: Savings Plans user guide (what a plan covers; fees, Spot and storage are not covered).
//! The effective rate of a plan includes upfront payments.

use super::Regional;
use super::meters::{MeterInfo, Meters, Savings};
use super::price::{Bought, BoughtPart, Entry, Listed, Provenance};
use crate::diag::{At, Code, Diag, Diags};
use crate::exact::Exact;
use crate::text::did_you_mean;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

/// Kinds of commitments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// Compute Savings Plan: EC2, Fargate and Lambda.
    Compute,
    /// EC2 Instance Savings Plan.
    Instance,
    /// Standard Reserved Instances.
    Reserved,
}

impl Plan {
    pub(crate) const NAMES: [&str; 3] = [
        "compute-savings-plan",
        "ec2-instance-savings-plan",
        "reserved-instances",
    ];

    pub(crate) fn of(name: &str) -> Option<Self> {
        let plans = [Self::Compute, Self::Instance, Self::Reserved];
        plans.into_iter().find(|plan| plan.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// True for a meter with a lower price under the plan.
    fn covers(self, meter: &MeterInfo) -> bool {
        match meter.savings {
            Savings::Instances => true,
            Savings::Compute | Savings::ComputeAt(_) | Savings::ComputeOrRule => {
                self == Self::Compute
            }
            Savings::ListPrice | Savings::Outside => false,
        }
    }
}

pub(crate) const TERMS: [&str; 2] = ["1yr", "3yr"];
pub(crate) const PAYMENTS: [&str; 3] = ["no-upfront", "partial-upfront", "all-upfront"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commitment {
    pub plan: Plan,
    /// One of [`TERMS`].
    pub term: &'static str,
    /// One of [`PAYMENTS`].
    pub payment: &'static str,
    pub coverage: Coverage,
    /// The instances that it is for; `None` for a Compute Savings Plan, which is for all.
    pub scope: Option<Scope>,
    /// True if the rule that was measured on the published rates of Lambda's duration stands in for
    /// a rate that the price book lacks.
    pub assumes_lambda_rule: bool,
}

/// The EC2 instances of an EC2 Instance Savings Plan or of Reserved Instances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    pub machines: Machines,
    /// The name of their region; `None` for the only region of the scenario.
    pub region: Option<String>,
    /// Where the scenario states the machines.
    pub at: At,
}

/// EC2 instances that a commitment is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Machines {
    /// All sizes of a family: `m7g`.
    Family(String),
    /// One type: `m7g.large`.
    Type(String),
}

impl Machines {
    /// True for a type that is one of these.
    pub(crate) fn include(&self, instance_type: &str) -> bool {
        match self {
            Self::Family(family) => {
                let name = instance_type.split_once('.').map(|(family, _)| family);
                name == Some(family)
            }
            Self::Type(name) => name == instance_type,
        }
    }

    /// `m7g` or `m7g.large`.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Family(name) | Self::Type(name) => name,
        }
    }
}

/// How much a commitment covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coverage {
    /// A share of the usage of each covered meter, 0 to 1.
    Share(Exact),
    /// US dollars an hour.
    Hourly(Exact),
}

/// A meter that uses an hourly commitment, with its rates in US dollars per unit.
#[derive(Debug, Clone)]
pub(crate) struct EligibleMeter {
    /// Index of the region in the list of prices.
    pub region: u16,
    pub path: Arc<str>,
    pub list_rate: Exact,
    /// The list price less the negotiated discount.
    pub contracted_rate: Exact,
    pub plan_rate: Exact,
}

impl Commitment {
    /// `compute-savings-plan, 1yr, no-upfront`.
    pub(crate) fn describe(&self) -> String {
        format!("{}, {}, {}", self.plan.name(), self.term, self.payment)
    }

    /// True for a meter with a lower price under the plan, if the price book has its rate.
    pub(crate) fn covers(&self, meter: &str, regional: &Regional) -> bool {
        if !self.plan.covers(known(meter, regional)) {
            return false;
        }
        let Some(scope) = &self.scope else {
            return true;
        };
        let region = scope.region.as_deref();
        let is_there = region.is_none_or(|region| region == &**regional.name());
        let by_type = regional.known().by_type(meter);
        is_there && by_type.is_some_and(|(_, name)| scope.machines.include(name))
    }

    /// True for a meter that uses an hourly commitment, also if the plan pays for it only at its
    /// list price.
    fn is_eligible(&self, meter: &str, regional: &Regional) -> bool {
        let is_at_list_price = known(meter, regional).savings == Savings::ListPrice;
        (self.plan == Plan::Compute && is_at_list_price) || self.covers(meter, regional)
    }

    /// The committed rate of a meter that the plan covers; `None` if the price book lacks it.
    fn rate(&self, meter: &str, regional: &Regional) -> Option<Listed> {
        let path = self.path(meter, regional.known());
        match regional.meters.get(path.as_str()) {
            Some(Entry::Flat(rate)) => Some(rate.clone()),
            _ => self.rate_by_rule(meter, regional),
        }
    }

    /// The rate of Lambda's duration by [`LAMBDA_RULE`], if the scenario assumes it.
    fn rate_by_rule(&self, meter: &str, regional: &Regional) -> Option<Listed> {
        let has_rule = known(meter, regional).savings == Savings::ComputeOrRule;
        if !(has_rule && self.assumes_lambda_rule) {
            return None;
        }
        let mut rules = LAMBDA_RULE.iter();
        let (_, hundredths) = rules.find(|(payment, _)| *payment == self.payment)?;
        let list = regional.first_listed(meter)?;
        let share = Exact::ratio(*hundredths, 100);
        let source = &list.provenance.source;
        let rule = format!("{source} (x 0.{hundredths}, commitment.assume_lambda_rule)");
        Some(Listed {
            usd: three_digits(&(&list.usd * &share)),
            per: list.per,
            provenance: Provenance {
                source: rule.into(),
                rate_code: None,
                ..list.provenance.clone()
            },
        })
    }

    /// US dollars per unit of an eligible meter: at the list price of the first tier, and under the
    /// plan. `None` if the price book lacks the rate.
    fn rates(&self, meter: &str, regional: &Regional) -> Option<[Exact; 2]> {
        let list = regional.first_rate(meter)?.clone();
        let plan = if self.covers(meter, regional) {
            self.rate(meter, regional)?.usd
        } else {
            list.clone()
        };
        Some([list, plan])
    }

    /// The path of a meter's committed rate in price files.
    fn path(&self, meter: &str, meters: &Meters) -> String {
        let meter = match meters.find(meter).map(|known| known.savings) {
            Some(Savings::ComputeAt(path)) => path,
            _ => meter,
        };
        let (plan, term, payment) = (self.plan.name(), self.term, self.payment);
        format!("savings.{plan}.{term}.{payment}.{meter}")
    }
}

/// The rate of Lambda's duration under a Compute Savings Plan, by payment, in hundredths of the price
/// of the first tier. Measured: with three significant digits, they give all 16 published rates
/// (two regions, two architectures, both terms; pricing/sources.toml has their sources).
const LAMBDA_RULE: [(&str, u64); 2] = [("no-upfront", 88), ("all-upfront", 83)];

/// A price rounded to three significant digits, half up, as AWS publishes rates of plans.
fn three_digits(usd: &Exact) -> Exact {
    if !usd.is_positive() {
        return usd.clone();
    }
    let ten = Exact::from(10u32);
    let mut scale = Exact::ONE;
    while usd * &scale < Exact::from(100u32) {
        scale = &scale * &ten;
    }
    let digits = &(usd * &scale) + &Exact::ratio(1, 2);
    let digits = digits.floor().expect("a price has less than 38 digits");
    let rounded = Exact::whole(digits).over(&scale);
    rounded.expect("a power of ten is above zero")
}

/// A negotiated discount off what is paid otherwise: the list price, or the rate of a commitment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discount {
    /// A meter, or the start of the paths of several: `fargate`, `lambda.arm64.duration`.
    pub path: String,
    /// The discount as a share of the price, 0 to 1.
    pub share: Exact,
    /// Where the scenario states it.
    pub at: At,
}

impl Discount {
    fn holds_for(&self, meter: &str) -> bool {
        // Committed rates are not meters.
        if meter.starts_with(RATES) {
            return false;
        }
        let rest = meter.strip_prefix(self.path.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    /// True if the region has no price to which the discount applies.
    pub(crate) fn has_no_meter(&self, regional: &Regional) -> bool {
        let mut entries = regional.entries();
        !entries.any(|(meter, _)| self.holds_for(meter))
    }
}

/// Start of the paths of committed rates.
const RATES: &str = "savings.";

/// The name of a negotiated discount in answers.
pub(crate) const DISCOUNT: &str = "discount";

/// The commitment and discounts of a scenario.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commitments {
    pub commitment: Option<Commitment>,
    /// The one with the longest path applies.
    pub discounts: Vec<Discount>,
    /// What a dollar of an hourly commitment is valued at, for bounds; `None` for bills.
    multiplier: Option<Exact>,
}

impl Commitments {
    /// `None` without a commitment and discounts.
    pub(crate) fn new(commitment: Option<Commitment>, discounts: Vec<Discount>) -> Option<Self> {
        (commitment.is_some() || !discounts.is_empty()).then_some(Self {
            commitment,
            discounts,
            multiplier: None,
        })
    }

    /// The commitment in US dollars an hour, if there is one.
    pub(crate) fn hourly(&self) -> Option<(&Commitment, &Exact)> {
        let commitment = self.commitment.as_ref()?;
        match &commitment.coverage {
            Coverage::Hourly(usd) => Some((commitment, usd)),
            Coverage::Share(_) => None,
        }
    }

    /// The same terms with another coverage of the commitment.
    pub(crate) fn covering(&self, coverage: Coverage) -> Self {
        let commitment = self.commitment.clone();
        Self {
            commitment: commitment.map(|commitment| Commitment {
                coverage,
                ..commitment
            }),
            ..self.clone()
        }
    }

    /// The meters that use an hourly commitment, with their rates. Empty for other commitments.
    ///
    /// A meter of which the price book lacks the rate is not covered.
    pub(crate) fn eligible(&self, list: &[Regional]) -> Vec<EligibleMeter> {
        let Some((commitment, _)) = self.hourly() else {
            return Vec::new();
        };
        let mut eligible = Vec::new();
        for (region, regional) in (0..).zip(list) {
            let meters = regional.entries().filter(|(path, _)| {
                !path.starts_with(RATES) && commitment.is_eligible(path, regional)
            });
            eligible.extend(meters.filter_map(|(path, _)| {
                let [list_rate, plan_rate] = commitment.rates(path, regional)?;
                Some(EligibleMeter {
                    region,
                    path: path.into(),
                    contracted_rate: &list_rate * &self.left(path),
                    list_rate,
                    plan_rate,
                })
            }));
        }
        eligible
    }

    /// The same terms with all eligible usage at the plan's rate times `multiplier`, or at the
    /// contracted rate if that is less.
    pub(crate) fn at_multiplier(&self, multiplier: Exact) -> Self {
        Self {
            multiplier: Some(multiplier),
            ..self.clone()
        }
    }

    /// What the discount of a meter leaves of a rate.
    fn left(&self, meter: &str) -> Exact {
        let discount = self.discount(meter);
        discount.map_or(Exact::ONE, |discount| &Exact::ONE - &discount.share)
    }

    /// The prices of regions under the commitment and discounts. `types` are the names of all
    /// instance types, so that a discount can name one that a region lacks.
    ///
    /// # Errors
    /// There is no meter for a discount, or no instance type for the commitment.
    pub(crate) fn apply<'t>(
        self: &Arc<Self>,
        list: &[Regional],
        types: impl Iterator<Item = &'t str> + Clone,
    ) -> Result<Vec<Regional>, Diags> {
        let mut diags = Diags::new();
        if !self.discounts.is_empty() {
            let listed = list.iter().flat_map(Regional::entries);
            let listed = listed.map(|(path, _)| path.to_owned());
            let typed = list.iter().flat_map(|regional| regional.known().iter());
            let typed = typed.map(|meter| meter.path.to_owned());
            let tables = list.iter().flat_map(|regional| regional.known().tables());
            let by_type = tables.flat_map(|table| {
                let types = types.clone();
                types.map(move |name| format!("{}.{name}", table.path))
            });
            let known: BTreeSet<String> = listed.chain(typed).chain(by_type).collect();
            let groups: HashSet<&str> = known.iter().flat_map(|path| groups(path)).collect();
            let unknown = |discount: &&Discount| !groups.contains(discount.path.as_str());
            let unknown = self.discounts.iter().filter(unknown);
            let known: Arc<[String]> = known.iter().cloned().collect();
            diags.extend(unknown.map(|discount| unknown_meter(discount, &known)));
        }
        let commitment = self.commitment.as_ref();
        let scope = commitment.and_then(|commitment| commitment.scope.as_ref());
        diags.extend(scope.and_then(|scope| unknown_machines(scope, types)));
        let bought = list.iter().map(|regional| Regional {
            terms: Some(Arc::clone(self)),
            ..regional.clone()
        });
        diags.sort_by_place();
        diags.into_result(bought.collect())
    }

    /// The discount of a meter.
    fn discount(&self, meter: &str) -> Option<&Discount> {
        let holding = self.discounts.iter().filter(|one| one.holds_for(meter));
        holding.max_by_key(|discount| discount.path.len())
    }

    /// How a tier of a meter is bought; `None` for the list price. A commitment lowers only the
    /// first tier: what it does to the others is not published.
    pub(super) fn bought(
        &self,
        meter: &str,
        list: &Listed,
        tier: usize,
        regional: &Regional,
    ) -> Option<Bought> {
        let discount = self.discount(meter);
        let left = self.left(meter);
        let covered = (tier == 0)
            .then(|| self.covered(meter, list, &left, regional))
            .flatten();
        if covered.is_none() && discount.is_none() {
            return None;
        }
        let contracted = &list.usd * &left;
        let rest = covered
            .as_ref()
            .map_or(Exact::ONE, |part: &BoughtPart| &Exact::ONE - &part.share);
        let mut parts: Vec<BoughtPart> = covered.into_iter().collect();
        if !rest.is_zero() {
            parts.push(BoughtPart {
                share: rest,
                rate: contracted.clone(),
                how: discount.map(|_| DISCOUNT.into()),
                provenance: list.provenance.clone(),
            });
        }
        Some(Bought {
            parts,
            list: list.clone(),
            contracted,
        })
    }

    /// The part of a meter that the commitment covers. `left` is what the discount leaves of a rate.
    fn covered(
        &self,
        meter: &str,
        list: &Listed,
        left: &Exact,
        regional: &Regional,
    ) -> Option<BoughtPart> {
        let commitment = self.commitment.as_ref()?;
        let share = match (&commitment.coverage, &self.multiplier) {
            (Coverage::Share(share), _) => share,
            // What an hourly commitment covers depends on the whole bill.
            (Coverage::Hourly(_), None) => return None,
            (Coverage::Hourly(_), Some(multiplier)) => {
                if !commitment.is_eligible(meter, regional) {
                    return None;
                }
                let [list_rate, plan_rate] = commitment.rates(meter, regional)?;
                return Some(BoughtPart {
                    share: Exact::ONE,
                    rate: (&plan_rate * multiplier).min(&list_rate * left),
                    how: None,
                    provenance: list.provenance.clone(),
                });
            }
        };
        if share.is_zero() || !commitment.covers(meter, regional) {
            return None;
        }
        let rate = commitment.rate(meter, regional)?;
        let plan = commitment.describe();
        let (usd, how) = if *left == Exact::ONE {
            (rate.usd, plan)
        } else {
            (&rate.usd * left, format!("{plan}, {DISCOUNT}"))
        };
        Some(BoughtPart {
            share: share.clone(),
            rate: usd,
            how: Some(how.into()),
            provenance: rate.provenance,
        })
    }

    /// True for a meter that the commitment would lower, and of which the price book lacks the rate.
    pub(crate) fn lacks_rate(&self, meter: &str, regional: &Regional) -> bool {
        let commitment = self.commitment.as_ref();
        commitment.is_some_and(|commitment| {
            commitment.covers(meter, regional) && commitment.rate(meter, regional).is_none()
        })
    }

    /// The price file with the rate that a meter lacks, to be completed by the user.
    pub(crate) fn rate_to_state(&self, meter: &str, regional: &Regional) -> String {
        let commitment = self.commitment.as_ref().expect("a rate of it is missing");
        let meters = regional.known();
        let (table, key) = meters.written(&commitment.path(meter, meters));
        let per = known(meter, regional).per;
        let region = regional.name();
        format!("{region}.toml: [{table}] {key} = {{ usd = \"…\", per = \"{per}\" }}")
    }
}

/// The paths of discounts that apply to a meter: the meter and each of its prefixes up to a dot.
/// Empty for a committed rate, which is not a meter.
fn groups(meter: &str) -> impl Iterator<Item = &str> {
    let dots = meter.match_indices('.').map(|(dot, _)| dot);
    let ends = dots.chain([meter.len()]);
    let ends = ends.filter(|_| !meter.starts_with(RATES));
    ends.map(|end| &meter[..end])
}

fn unknown_meter(discount: &Discount, known: &Arc<[String]>) -> Diag {
    let message = format!("there is no meter `{}`", discount.path);
    let (typed, known) = (discount.path.clone(), Arc::clone(known));
    let help = move || {
        let near = did_you_mean(&typed, known.iter().map(String::as_str));
        Some(near.unwrap_or_else(|| {
            "a discount is stated for a meter or a group of them, as in `lambdacost prices show`: \
             ec2 = 0.1, or fargate.linux.x86_64.vcpu = \"10%\""
                .to_owned()
        }))
    };
    let diag = Diag::new(Code::UnknownKey, message).help_when_shown(help);
    diag.at(discount.at.clone())
}

/// The properties of a meter that has a price.
fn known(meter: &str, regional: &Regional) -> &'static MeterInfo {
    let known = regional.known().find(meter);
    known.expect("a price file with an unknown meter is refused")
}

/// The diagnostic for a family or type that is not in the price book.
fn unknown_machines<'t>(
    scope: &Scope,
    types: impl Iterator<Item = &'t str> + Clone,
) -> Option<Diag> {
    let machines = &scope.machines;
    if types.clone().any(|name| machines.include(name)) {
        return None;
    }
    let name = machines.name();
    let near = match machines {
        Machines::Family(_) => {
            let families = types.filter_map(|name| Some(name.split_once('.')?.0));
            did_you_mean(name, families)
        }
        Machines::Type(_) => did_you_mean(name, types),
    };
    let what = match machines {
        Machines::Family(_) => "family of instance types",
        Machines::Type(_) => "instance type",
    };
    let message = format!("the price book has no {what} `{name}`");
    let diag = Diag::new(Code::NotAvailable, message).at(scope.at.clone());
    Some(diag.maybe_help(near))
}
