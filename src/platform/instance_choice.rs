//! The EC2 instance types that a platform can choose from.

use super::Context;
use crate::diag::{At, Code, Diag};
use crate::money::Rate;
use crate::pricebook::instances::has_usual_size;
use crate::pricebook::meters::{MetersByType, Savings};
use crate::pricebook::{Architecture, InstanceType, Machines, Price, Regional};
use crate::scenario::FixedType;
use crate::text::did_you_mean;
use crate::units::InstanceHour;

/// EC2 instances of a type.
pub(crate) static EC2: MetersByType =
    MetersByType::new("ec2", "EC2 instance, Linux, on demand", Savings::Instances);

/// An instance type with its price.
pub(crate) struct Machine<'a> {
    pub shape: &'a InstanceType,
    pub price: Price<InstanceHour>,
}

/// What the options of a platform say about its instance types.
pub(crate) struct TypeChoice<'o> {
    /// The id of the platform.
    pub platform: &'static str,
    pub fixed: Option<&'o FixedType>,
    /// The families to choose from, with their place; `None` for the usual types.
    pub families: Option<&'o (Vec<String>, At)>,
    /// The instances of the scenario's commitment, if it is for some of them.
    pub committed: Option<&'o Machines>,
}

impl TypeChoice<'_> {
    fn is_committed(&self, shape: &InstanceType) -> bool {
        let machines = self.committed;
        machines.is_some_and(|machines| match machines {
            Machines::Family(_) => machines.include(&shape.name) && has_usual_size(&shape.name),
            Machines::Type(_) => machines.include(&shape.name),
        })
    }

    fn includes(&self, shape: &InstanceType) -> bool {
        match self.families {
            None => shape.is_default_candidate() || self.is_committed(shape),
            Some((families, _)) => {
                let family = shape.family().filter(|_| has_usual_size(&shape.name));
                families.iter().any(|name| Some(name.as_str()) == family)
            }
        }
    }
}

/// The instances that a scenario's commitment is for; `None` if it has none, or is for all.
pub(crate) fn committed<'a>(context: &Context<'a>) -> Option<&'a Machines> {
    let commitment = context.scenario.terms.as_ref()?.commitment.as_ref()?;
    Some(&commitment.scope.as_ref()?.machines)
}

/// The instance types for a platform, by vCPU and then by name (those of a commitment first): only the fixed type, if its options
/// fix one.
///
/// # Errors
/// The fixed type is unknown, has another architecture or has no price; or no type has a price.
pub(crate) fn machines<'a>(
    context: &Context<'a>,
    regional: &Regional,
    architecture: Architecture,
    choice: &TypeChoice<'_>,
) -> Result<Vec<Machine<'a>>, Diag> {
    let platform = choice.platform;
    if let Some(fixed) = choice.fixed {
        let shape = shape(context.instances, architecture, fixed)?;
        let price = regional.price(EC2.of(&shape.name))?;
        return Ok(vec![Machine { shape, price }]);
    }
    let shapes = context.instances.iter();
    let fitting =
        shapes.filter(|shape| shape.architecture == architecture && choice.includes(shape));
    let priced = fitting.filter_map(|shape| {
        let price = regional.price_if_listed(&EC2.of(&shape.name))?;
        Some(Machine { shape, price })
    });
    let mut all: Vec<Machine<'a>> = priced.collect();
    if all.is_empty() {
        let what = if choice.families.is_some() {
            "instance type of the stated families"
        } else {
            "instance type"
        };
        let diag = none(platform, what, architecture, regional);
        return Err(match choice.families {
            Some((_, at)) => diag.at(at.clone()),
            None => diag,
        });
    }
    // Ties go to the first, so the committed instances come first.
    all.sort_by_key(|machine| {
        let shape = machine.shape;
        (!choice.is_committed(shape), shape.vcpu, &shape.name)
    });
    Ok(all)
}

pub(crate) fn none(
    platform: &str,
    what: &str,
    architecture: Architecture,
    regional: &Regional,
) -> Diag {
    let architecture = architecture.name();
    let region = regional.name();
    let message = format!("the price book has no {what} for {architecture} in {region}");
    let help = format!("set {platform}.instance_type, or leave \"{platform}\" out of `platforms`");
    Diag::new(Code::MissingPrice, message).help(help)
}

fn shape<'a>(
    instances: &'a [InstanceType],
    architecture: Architecture,
    (name, at): &FixedType,
) -> Result<&'a InstanceType, Diag> {
    let wrong = |message: String| Diag::new(Code::NotAvailable, message).at(at.clone());
    let Some(shape) = instances.iter().find(|shape| shape.name == *name) else {
        let known = instances.iter().map(|shape| shape.name.as_str());
        let message = format!("the price book has no instance type `{name}`");
        return Err(wrong(message).maybe_help(did_you_mean(name, known)));
    };
    if shape.architecture != architecture {
        let message = format!("`{name}` is {}", shape.architecture.name());
        let help = format!(
            "functions of this scenario need {}: fix another type, or leave \
             instance_type = \"auto\"",
            architecture.name()
        );
        return Err(wrong(message).help(help));
    }
    Ok(shape)
}

/// Separates the types that cannot be the cheapest choice: another type has at least as much of
/// everything and costs less, or costs the same and comes first. `all` must be in the order that
/// decides ties. Returns those that can be the cheapest, and the others.
pub(crate) fn without_dominated<T>(
    all: Vec<T>,
    hourly: impl Fn(&T) -> &Rate<InstanceHour>,
    covers: impl Fn(&T, &T) -> bool,
) -> (Vec<T>, Vec<T>) {
    let mut by_price: Vec<usize> = (0..all.len()).collect();
    by_price.sort_by_key(|number| hourly(&all[*number]));
    // In this order only an earlier type can dominate a type. If that one is dominated too, what
    // dominates it also dominates this type, so types that stay are enough to compare with.
    let mut staying: Vec<usize> = Vec::new();
    for number in by_price {
        let covered = |other: &usize| covers(&all[*other], &all[number]);
        if !staying.iter().any(covered) {
            staying.push(number);
        }
    }
    staying.sort_unstable();
    let mut kept = Vec::with_capacity(staying.len());
    let mut others = Vec::new();
    for (number, candidate) in all.into_iter().enumerate() {
        if staying.binary_search(&number).is_ok() {
            kept.push(candidate);
        } else {
            others.push(candidate);
        }
    }
    (kept, others)
}
