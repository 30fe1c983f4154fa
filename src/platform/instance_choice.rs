//! The EC2 instance types that a platform can choose from.

use super::Context;
use crate::diag::{At, Code, Diag};
use crate::money::Rate;
use crate::pricebook::instances::has_usual_size;
use crate::pricebook::meters::{MetersByType, Savings};
use crate::pricebook::{Architecture, InstanceType, Price, Regional};
use crate::scenario::FixedType;
use crate::text::{comma_separated, did_you_mean};
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
}

impl TypeChoice<'_> {
    fn includes(&self, shape: &InstanceType) -> bool {
        match self.families {
            None => shape.is_default_candidate(),
            Some((families, _)) => {
                let family = shape.family().filter(|_| has_usual_size(&shape.name));
                families.iter().any(|name| Some(name.as_str()) == family)
            }
        }
    }
}

/// The instance types for a platform, by vCPU and then by name: only the fixed type, if its options
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
    let mut unrated: Vec<&str> = Vec::new();
    let mut rated: Vec<&str> = Vec::new();
    let priced = fitting.filter_map(|shape| {
        let Ok(price) = regional.price_if_listed(&EC2.of(&shape.name)) else {
            unrated.push(&shape.name);
            return None;
        };
        let price = price?;
        if price.bought.is_some() {
            rated.push(&shape.name);
        }
        Some(Machine { shape, price })
    });
    let mut all: Vec<Machine<'a>> = priced.collect();
    if !unrated.is_empty() {
        let place = (platform, architecture, regional);
        return Err(no_rate(place, &rated, &unrated));
    }
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
    all.sort_by_key(|machine| (machine.shape.vcpu, &machine.shape.name));
    Ok(all)
}

/// A message lists at most this many names; above that, it states their number.
const MOST_NAMES: usize = 6;

/// The book has a commitment's rates for only some of the types. The cheapest type is then unknown,
/// so this is an error.
fn no_rate(
    (platform, architecture, regional): (&str, Architecture, &Regional),
    rated: &[&str],
    unrated: &[&str],
) -> Diag {
    let (architecture, region) = (architecture.name(), regional.name());
    let lacking = if rated.is_empty() {
        "any instance type".to_owned()
    } else if unrated.len() > MOST_NAMES {
        let all = rated.len() + unrated.len();
        format!("{} of the {all} instance types", unrated.len())
    } else {
        comma_separated(unrated)
    };
    let message =
        format!("the commitment has no known rate for {lacking} for {architecture} in {region}");
    let known = match rated {
        [] => String::new(),
        _ if rated.len() > MOST_NAMES => format!(
            "set {platform}.instance_type to one of the {} types with a rate (`lambdacost prices \
             show {region}` lists them), or ",
            rated.len()
        ),
        _ => format!(
            "set {platform}.instance_type to a type with a rate ({}), or ",
            comma_separated(rated)
        ),
    };
    let help = format!(
        "{known}state a discount under [discounts], such as ec2 = 0.2 for 20 %, or state the rates in \
         {region}.toml in a folder and give the folder with --prices, or leave \"{platform}\" out \
         of `platforms`"
    );
    Diag::new(Code::MissingPrice, message).help(help)
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
