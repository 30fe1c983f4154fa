//! How prices are bought: commitments and negotiated discounts, always per meter.
//!
//! Rules: Savings Plans user guide (what a plan covers, and that fees, Spot and storage are not in
//! it); the effective rate of a plan holds what was paid upfront.

use super::Regional;
use super::meters::{MeterInfo, Meters, Savings};
use super::price::{Bought, Entry, Listed};
use super::savings_plan::{Eligible, spend};
use crate::diag::{At, Code, Diag, Diags};
use crate::exact::Exact;
use crate::money::Rate;
use crate::text::did_you_mean;
use crate::units::Hour;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

/// What can be committed to.
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
    /// Names in scenarios and price files.
    pub const NAMES: [&str; 3] = [
        "compute-savings-plan",
        "ec2-instance-savings-plan",
        "reserved-instances",
    ];

    /// The plan of a name.
    pub fn of(name: &str) -> Option<Self> {
        let plans = [Self::Compute, Self::Instance, Self::Reserved];
        plans.into_iter().find(|plan| plan.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// True for a meter that takes of an hourly commitment: also what the plan pays for at its list
    /// price.
    fn absorbs(self, meter: &MeterInfo) -> bool {
        let at_list_price = self == Self::Compute && meter.savings == Savings::ListPrice;
        self.covers(meter) || at_list_price
    }

    /// True for a meter that it lowers.
    fn covers(self, meter: &MeterInfo) -> bool {
        match meter.savings {
            Savings::Instances => true,
            Savings::Compute | Savings::ComputeAt(_) => self == Self::Compute,
            Savings::ListPrice | Savings::Outside => false,
        }
    }
}

/// The terms of a commitment.
pub const TERMS: [&str; 2] = ["1yr", "3yr"];
/// How a commitment is paid.
pub const PAYMENTS: [&str; 3] = ["no-upfront", "partial-upfront", "all-upfront"];

/// A commitment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commitment {
    /// What is committed to.
    pub plan: Plan,
    /// For how long: one of [`TERMS`].
    pub term: &'static str,
    /// How it is paid: one of [`PAYMENTS`].
    pub payment: &'static str,
    /// How much it covers.
    pub coverage: Coverage,
}

/// How much a commitment covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coverage {
    /// This share of the usage of each meter that it lowers, 0 to 1.
    Share(Exact),
    /// What a number of US dollars an hour pays for.
    Hourly(Exact),
}

/// How much of each meter is used in an hour, by region.
pub type EligibleUsage = BTreeMap<(Arc<str>, Arc<str>), Exact>;

impl Commitment {
    /// `compute-savings-plan, 1yr, no-upfront`.
    pub fn describe(&self) -> String {
        format!("{}, {}, {}", self.plan.name(), self.term, self.payment)
    }

    /// The rate of a meter that it lowers.
    fn rate<'r>(&self, meter: &str, regional: &'r Regional) -> Result<&'r Listed, Diag> {
        match regional.meters.get(&self.path(meter, regional.known())) {
            Some(Entry::Flat(rate)) => Ok(rate),
            _ => Err(missing_rate(self, meter, regional)),
        }
    }

    /// US dollars per unit of a meter: on demand in its first tier, and under the plan.
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

    /// Where price files have the rate of a meter.
    fn path(&self, meter: &str, meters: &Meters) -> String {
        let meter = match meters.find(meter).map(|known| known.savings) {
            Some(Savings::ComputeAt(path)) => path,
            _ => meter,
        };
        let (plan, term, payment) = (self.plan.name(), self.term, self.payment);
        format!("savings.{plan}.{term}.{payment}.{meter}")
    }
}

/// A negotiated discount off the list price, in place of a commitment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discount {
    /// A meter, or the beginning of many: `fargate`, `lambda.arm64.duration`.
    pub path: String,
    /// The share that is taken off, 0 to 1.
    pub share: Exact,
    /// The place that states it.
    pub at: At,
}

impl Discount {
    fn holds_for(&self, meter: &str) -> bool {
        // Rates of commitments are not meters.
        if meter.starts_with(RATES) {
            return false;
        }
        let rest = meter.strip_prefix(self.path.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

/// Where the paths of the rates of commitments begin.
const RATES: &str = "savings.";

/// How a meter is bought whose price is negotiated.
pub const DISCOUNT: &str = "discount";

/// How a scenario buys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commitments {
    /// What is committed to, if anything is.
    pub commitment: Option<Commitment>,
    /// Discounts by meter: the longest path counts.
    pub discounts: Vec<Discount>,
    /// What an hourly commitment covers of each meter, once it has been spent.
    spent: EligibleUsage,
}

impl Commitments {
    /// Commitments and discounts; `None` for neither.
    pub fn new(commitment: Option<Commitment>, discounts: Vec<Discount>) -> Option<Self> {
        (commitment.is_some() || !discounts.is_empty()).then_some(Self {
            commitment,
            discounts,
            spent: EligibleUsage::new(),
        })
    }

    /// US dollars an hour that are committed to, if they are stated so.
    fn hourly(&self) -> Option<(&Commitment, &Exact)> {
        let commitment = self.commitment.as_ref()?;
        match &commitment.coverage {
            Coverage::Hourly(usd) => Some((commitment, usd)),
            Coverage::Share(_) => None,
        }
    }

    /// True for a commitment in dollars an hour: what it covers depends on what is used.
    pub fn is_hourly(&self) -> bool {
        self.hourly().is_some()
    }

    /// The terms once a commitment in dollars an hour has been spent on what is used, and the part of
    /// the commitment that nothing used.
    ///
    /// # Errors
    /// The book lacks the rate of something that is used.
    pub fn spend(
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
            let absorbs = commitment.plan.absorbs(known(&key.1, regional));
            if !absorbs || self.is_discounted(&key.1) {
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
                    // Nothing was spent on a meter that is not used at its list price.
                    None => Exact::ZERO,
                }
            }
        }
    }

    /// The prices of regions as they are bought.
    ///
    /// # Errors
    /// A discount that holds for no meter.
    pub fn apply(self: &Arc<Self>, list: &[Regional]) -> Result<Vec<Regional>, Diags> {
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

    /// How a meter is bought by the discounts alone; `None` where none holds.
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

    /// How a meter is bought; `None` for one at its list price.
    ///
    /// # Errors
    /// The book lacks the rate of the commitment.
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

/// Paths for which a discount holds for a meter: its own, and each that it begins with up to a dot.
/// None for a rate of a commitment, which is not a meter.
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

/// What is known of a meter that has a price.
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
    Diag::new(Code::MissingPrice, message).help(format!(
        "the price book lacks it for {plan}: state the discount under [discounts], {meter} = 0.2 for 20 %, or the rate in \
         {region}.toml in a folder given with --prices: [{table}] {key} = {{ usd = \"…\", per = \
         \"{per}\", as_of = \"YYYY-MM-DD\", source = \"…\" }}"
    ))
}
