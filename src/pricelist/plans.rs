//! Rates of Savings Plans.

use super::found::{FoundPrice, usable};
use super::product::{self, LINUX};
use super::{Head, Importer, Reason, Slot};
use crate::pricebook::meters::Savings;
use crate::text::is_identifier;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};

const COMPUTE: &str = "compute-savings-plan";
const INSTANCE: &str = "ec2-instance-savings-plan";

/// A rate of a plan for a product.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Rate {
    pub discounted_sku: String,
    pub discounted_usage_type: String,
    pub discounted_operation: String,
    pub discounted_service_code: String,
    pub discounted_region_code: String,
    pub rate_code: String,
    pub discounted_rate: RatePrice,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RatePrice {
    pub price: String,
    pub currency: String,
}

/// A plan as a product of its file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PlanProduct {
    pub sku: String,
    pub product_family: String,
    pub attributes: PlanAttributes,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PlanAttributes {
    pub purchase_option: String,
    pub purchase_term: String,
    pub location: String,
    pub region_code: String,
}

/// A plan, its term and its payment.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    name: &'static str,
    term: &'static str,
    payment: &'static str,
    /// The region of an EC2 Instance Savings Plan.
    region: String,
}

impl PlanProduct {
    /// The plan; `None` for one that the model does not have.
    pub(super) fn plan(&self, importer: &Importer) -> Option<Plan> {
        let attributes = &self.attributes;
        let stated = Some(&attributes.region_code).filter(|code| !code.is_empty());
        let region = stated.or_else(|| importer.place(&attributes.location));
        Some(Plan {
            name: match self.product_family.as_str() {
                "ComputeSavingsPlans" => COMPUTE,
                "EC2InstanceSavingsPlans" => INSTANCE,
                _ => return None,
            },
            term: match attributes.purchase_term.as_str() {
                "1yr" => "1yr",
                "3yr" => "3yr",
                _ => return None,
            },
            payment: match attributes.purchase_option.as_str() {
                "No Upfront" => "no-upfront",
                "Partial Upfront" => "partial-upfront",
                "All Upfront" => "all-upfront",
                _ => return None,
            },
            region: region.cloned().unwrap_or_default(),
        })
    }
}

/// A rate whose region may be that of a product of another file.
pub(super) struct PendingRate {
    plan: Plan,
    service: String,
    usagetype: String,
    sku: String,
    /// Empty if the rate states none.
    region: String,
    meter: String,
    price: FoundPrice,
}

/// The plans and rates of a file.
#[derive(Default)]
pub(super) struct Rates {
    plans: HashMap<String, Option<Plan>>,
    /// SKUs of the plans with rates, in the order of the file.
    skus: Vec<String>,
    /// Rates with the index of their plan and their meter.
    rates: Vec<(usize, String, Rate)>,
}

impl Rates {
    pub(super) fn add_plan(&mut self, product: PlanProduct, importer: &Importer) {
        let plan = product.plan(importer);
        self.plans.insert(product.sku, plan);
    }

    /// Starts the rates of a plan, whose SKU can follow them. Returns its index.
    pub(super) fn begin(&mut self) -> usize {
        self.skus.push(String::new());
        self.skus.len() - 1
    }

    /// Sets the SKU of a plan.
    pub(super) fn name(&mut self, plan: usize, sku: String) {
        self.skus[plan] = sku;
    }

    /// Keeps a rate if it is for a known meter.
    pub(super) fn add_rate(&mut self, plan: usize, rate: Rate, importer: &mut Importer) {
        let usagetype = &rate.discounted_usage_type;
        let meter = product::of_usage(&rate.discounted_service_code, usagetype);
        let is_machine = |meter: &String| meter.starts_with("ec2.");
        match meter {
            None => importer.left_out.add(Reason::NotPriced, usagetype),
            Some(meter) if is_machine(&meter) && rate.discounted_operation != LINUX => {
                importer.left_out.add(Reason::OtherMachine, usagetype);
            }
            Some(meter) => self.rates.push((plan, meter, rate)),
        }
    }

    /// Gives the rates to the importer, which knows the regions of all files in the end.
    ///
    /// # Errors
    /// The file has no publication date.
    pub(super) fn publish(self, head: &Head, importer: &mut Importer) -> Result<(), String> {
        if self.rates.is_empty() {
            return Ok(());
        }
        let (day, source) = (head.day()?, head.source());
        for (index, meter, rate) in self.rates {
            let plan = self.plans.get(&self.skus[index]).cloned().flatten();
            match pending(plan, meter, rate, head) {
                Ok(mut pending) => {
                    pending.price.as_of.clone_from(&day);
                    pending.price.source.clone_from(&source);
                    importer.pending_rates.push(pending);
                }
                Err((reason, what)) => importer.left_out.add(reason, &what),
            }
        }
        Ok(())
    }
}

/// A rate of a plan, without date and source.
///
/// # Errors
/// Why it is left out, with its usage type.
fn pending(
    plan: Option<Plan>,
    meter: String,
    rate: Rate,
    head: &Head,
) -> Result<PendingRate, (Reason, String)> {
    let usagetype = rate.discounted_usage_type;
    let Some(plan) = plan else {
        return Err((Reason::OtherPlan, usagetype));
    };
    if !["", "USD"].contains(&rate.discounted_rate.currency.as_str()) {
        return Err((Reason::NotDollars, usagetype));
    }
    let usd = match usable(&rate.discounted_rate.price) {
        Ok(usd) => usd,
        Err(reason) => return Err((reason, usagetype)),
    };
    let stated = [&rate.discounted_region_code, &plan.region, &head.region];
    let stated = stated.into_iter().find(|region| !region.is_empty());
    let is_code = is_identifier(&rate.rate_code);
    Ok(PendingRate {
        region: stated.cloned().unwrap_or_default(),
        service: rate.discounted_service_code,
        usagetype,
        sku: rate.discounted_sku,
        meter,
        plan,
        price: FoundPrice {
            from: "0".to_owned(),
            to: "Inf".to_owned(),
            usd,
            rate_code: if is_code {
                rate.rate_code
            } else {
                String::new()
            },
            as_of: String::new(),
            source: String::new(),
        },
    })
}

/// True if a plan lowers the price of a meter.
fn lowers(plan: &str, savings: Savings) -> bool {
    match savings {
        Savings::Instances => true,
        Savings::Compute | Savings::ComputeOrRule => plan == COMPUTE,
        Savings::ComputeAt(_) | Savings::ListPrice | Savings::Outside => false,
    }
}

/// Gives each rate its region.
pub(super) fn resolve(importer: &mut Importer) {
    let rates = std::mem::take(&mut importer.pending_rates);
    let unclear = unclear_services(&rates, importer);
    for rate in rates {
        let shown = format!("{} of {}", rate.usagetype, rate.plan.name);
        match slot(&rate, importer, &unclear) {
            Ok(slot) => importer.found.add(slot, rate.price),
            Err(reason) => importer.left_out.add_overall(reason, shown),
        }
    }
}

/// Services whose rates without a region have several prefixes: they are of several regions.
fn unclear_services(rates: &[PendingRate], importer: &Importer) -> BTreeSet<String> {
    let mut prefixes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for rate in rates {
        if rate.region.is_empty() && !importer.skus.contains_key(&rate.sku) {
            let (prefix, _) = rate.usagetype.split_once('-').unwrap_or_default();
            let of_service = prefixes.entry(&rate.service).or_default();
            of_service.insert(prefix);
        }
    }
    let several = prefixes.into_iter().filter(|(_, known)| known.len() > 1);
    several.map(|(service, _)| service.to_owned()).collect()
}

/// The place of a rate.
///
/// # Errors
/// Why it is left out.
fn slot(
    rate: &PendingRate,
    importer: &Importer,
    unclear: &BTreeSet<String>,
) -> Result<Slot, Reason> {
    let meter = importer.meters.find(&rate.meter);
    let savings = meter.ok_or(Reason::NotPriced)?.savings;
    if !lowers(rate.plan.name, savings) {
        return Err(Reason::OtherPlan);
    }
    let joined = importer.skus.get(&rate.sku);
    let joined = joined.filter(|slot| slot.path == rate.meter);
    let region = if !rate.region.is_empty() {
        &rate.region
    } else if let Some(slot) = joined {
        &slot.region
    } else if let Some(only) = &importer.only
        && !unclear.contains(&rate.service)
    {
        only
    } else {
        return Err(Reason::NoRateRegion);
    };
    importer.refuse_other(region)?;
    let Plan {
        name,
        term,
        payment,
        ..
    } = &rate.plan;
    Ok(Slot {
        region: region.clone(),
        path: format!("savings.{name}.{term}.{payment}.{}", rate.meter),
    })
}
