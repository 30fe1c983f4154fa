//! Commitments and negotiated discounts, which always apply per meter.
//!
//! Rules: Savings Plans user guide (what a plan covers; fees, Spot and storage are not covered).
//! The effective rate of a plan includes upfront payments.

use super::meters::{MeterInfo, Meters, Savings};
use super::price::{Bought, Entry, Listed};
use super::savings_plan::{Eligible, spend};
use super::{Regional, price_file};
use crate::diag::{At, Code, Diag, Diags};
use crate::exact::Exact;
use crate::money::Rate;
use crate::text::did_you_mean;
use crate::units::Hour;
use std::collections::{BTreeMap, BTreeSet, HashSet};
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

    /// True for a meter that uses an hourly commitment, also if the plan pays for it only at its
    /// list price.
    fn uses_commitment(self, meter: &MeterInfo) -> bool {
        let at_list_price = self == Self::Compute && meter.savings == Savings::ListPrice;
        self.covers(meter) || at_list_price
    }

    /// True for a meter with a lower price under the plan.
    fn covers(self, meter: &MeterInfo) -> bool {
        match meter.savings {
            Savings::Instances => true,
            Savings::Compute | Savings::ComputeAt(_) => self == Self::Compute,
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
}

/// How much a commitment covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coverage {
    /// A share of the usage of each covered meter, 0 to 1.
    Share(Exact),
    /// US dollars an hour.
    Hourly(Exact),
}

/// Hourly usage of each meter, by region and meter.
pub(crate) type EligibleUsage = BTreeMap<(Arc<str>, Arc<str>), Exact>;

impl Commitment {
    /// `compute-savings-plan, 1yr, no-upfront`.
    pub(crate) fn describe(&self) -> String {
        format!("{}, {}, {}", self.plan.name(), self.term, self.payment)
    }

    /// The committed rate of a meter that the plan covers.
    fn rate<'r>(&self, meter: &str, regional: &'r Regional) -> Result<&'r Listed, Diag> {
        match regional
            .meters
            .get(self.path(meter, regional.known()).as_str())
        {
            Some(Entry::Flat(rate)) => Ok(rate),
            _ => Err(missing_rate(self, meter, regional)),
        }
    }

    /// US dollars per unit of a meter: on demand in the first tier, and under the plan.
    fn rates(&self, meter: &str, regional: &Regional) -> Result<[Exact; 2], Diag> {
        let list = regional.first_rate(meter).cloned();
        let list = list.expect("a meter that is used at its list price has one");
        let plan = if self.plan.covers(known(meter, regional)) {
            self.rate(meter, regional)?.usd.clone()
        } else {
            list.clone()
        };
        Ok([list, plan])
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

/// A negotiated discount off the list price, which replaces a commitment.
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
    /// The covered hourly usage of each meter. Empty until an hourly commitment is spent.
    spent: EligibleUsage,
}

impl Commitments {
    /// `None` without a commitment and discounts.
    pub(crate) fn new(commitment: Option<Commitment>, discounts: Vec<Discount>) -> Option<Self> {
        (commitment.is_some() || !discounts.is_empty()).then_some(Self {
            commitment,
            discounts,
            spent: EligibleUsage::new(),
        })
    }

    /// The commitment in US dollars an hour, if there is one.
    fn hourly(&self) -> Option<(&Commitment, &Exact)> {
        let commitment = self.commitment.as_ref()?;
        match &commitment.coverage {
            Coverage::Hourly(usd) => Some((commitment, usd)),
            Coverage::Share(_) => None,
        }
    }

    /// True for a commitment in US dollars an hour. What it covers depends on the usage.
    pub(crate) fn is_hourly(&self) -> bool {
        self.hourly().is_some()
    }

    /// Spends an hourly commitment on usage. Returns the terms and the unused part of the
    /// commitment.
    ///
    /// # Errors
    /// The price book lacks a committed rate for some usage.
    pub(crate) fn spend(
        &self,
        usage: &EligibleUsage,
        list: &[Regional],
    ) -> Result<(Self, Rate<Hour>), Diags> {
        let Some((commitment, hourly)) = self.hourly() else {
            return Ok((self.clone(), Rate::ZERO));
        };
        let mut diags = Diags::new();
        let mut keys = Vec::new();
        let mut uses = Vec::new();
        for (key, quantity) in usage {
            let regional = list.iter().find(|regional| *regional.name() == key.0);
            let regional = regional.expect("what is used is used in a region of the scenario");
            let uses_commitment = commitment.plan.uses_commitment(known(&key.1, regional));
            if !uses_commitment || self.is_discounted(&key.1) {
                continue;
            }
            let rates = commitment.rates(&key.1, regional);
            let Some([list_rate, plan_rate]) = diags.take(rates) else {
                continue;
            };
            keys.push(key.clone());
            uses.push(Eligible {
                quantity: quantity.clone(),
                list_rate,
                plan_rate,
            });
        }
        let spent = spend(hourly, &uses);
        let terms = Self {
            spent: keys.into_iter().zip(spent.shares).collect(),
            ..self.clone()
        };
        diags.into_result((terms, Rate::new(spent.unused)))
    }

    fn is_discounted(&self, meter: &str) -> bool {
        self.discounts.iter().any(|one| one.holds_for(meter))
    }

    /// The share of a meter that the commitment covers.
    fn share(&self, commitment: &Commitment, meter: &str, regional: &Regional) -> Exact {
        match &commitment.coverage {
            Coverage::Share(share) => share.clone(),
            Coverage::Hourly(_) => {
                let key = (Arc::clone(regional.name()), meter.into());
                match self.spent.get(&key) {
                    Some(share) => share.clone(),
                    // A meter without eligible usage got nothing of the commitment.
                    None => Exact::ZERO,
                }
            }
        }
    }

    /// The prices of regions under the commitment and discounts.
    ///
    /// # Errors
    /// A discount applies to no meter.
    pub(crate) fn apply(self: &Arc<Self>, list: &[Regional]) -> Result<Vec<Regional>, Diags> {
        let mut diags = Diags::new();
        if !self.discounts.is_empty() {
            let listed = list.iter().flat_map(Regional::entries);
            let paths: BTreeSet<&str> = listed.map(|(path, _)| path).collect();
            let groups: HashSet<&str> = paths.iter().flat_map(|path| groups(path)).collect();
            let typed = list.iter().flat_map(|regional| regional.known().iter());
            let typed: BTreeSet<&str> = typed.map(|meter| meter.path).collect();
            let known: Arc<[String]> = typed.into_iter().chain(paths).map(str::to_owned).collect();
            let unknown = |discount: &&Discount| !groups.contains(discount.path.as_str());
            let unknown = self.discounts.iter().filter(unknown);
            diags.extend(unknown.map(|discount| unknown_meter(discount, &known)));
        }
        let bought = list.iter().map(|regional| Regional {
            terms: Some(Arc::clone(self)),
            ..regional.clone()
        });
        diags.sort_by_place();
        diags.into_result(bought.collect())
    }

    /// The discounted price of a meter; `None` if no discount applies.
    pub(super) fn discounted(&self, meter: &str, list: &Listed) -> Option<Bought> {
        let holding = self.discounts.iter().filter(|one| one.holds_for(meter));
        let discount = holding.max_by_key(|discount| discount.path.len())?;
        Some(Bought {
            how: DISCOUNT.into(),
            share: Exact::ONE,
            rate: &list.usd * &(&Exact::ONE - &discount.share),
            provenance: list.provenance.clone(),
            list: list.clone(),
        })
    }

    /// How a meter is bought; `None` for the list price.
    ///
    /// # Errors
    /// The price book lacks the committed rate.
    pub(super) fn of(
        &self,
        meter: &str,
        list: &Listed,
        regional: &Regional,
    ) -> Result<Option<Bought>, Diag> {
        if let Some(bought) = self.discounted(meter, list) {
            return Ok(Some(bought));
        }
        let covers = |commitment: &&Commitment| commitment.plan.covers(known(meter, regional));
        let Some(commitment) = self.commitment.as_ref().filter(covers) else {
            return Ok(None);
        };
        let share = self.share(commitment, meter, regional);
        if share.is_zero() {
            return Ok(None);
        }
        let rate = commitment.rate(meter, regional)?;
        Ok(Some(Bought {
            how: commitment.describe().into(),
            share,
            rate: rate.usd.clone(),
            provenance: rate.provenance.clone(),
            list: list.clone(),
        }))
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

fn missing_rate(commitment: &Commitment, meter: &str, regional: &Regional) -> Diag {
    let known = known(meter, regional);
    let (what, per) = (known.what, known.per);
    let (region, meters) = (regional.name(), regional.known());
    let (table, key) = meters.written(&commitment.path(meter, meters));
    let named = meters.by_type(meter);
    let named = named.map_or_else(String::new, |(_, name)| format!(" ({name})"));
    let message = format!("the commitment has no known rate for {what}{named} in {region}");
    let plan = commitment.describe();
    let help = format!(
        "the price book has no rate of {plan} for it: state a discount under [discounts], such as \
         {meter} = 0.2 for 20 %, or state the rate in {region}.toml in a folder and give the \
         folder with --prices:"
    );
    Diag::new(Code::MissingPrice, message)
        .help(help)
        .toml(price_file(region, &table, &key, per))
}
