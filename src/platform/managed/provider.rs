//! Capacity providers: the instance types that a place offers, and how many instances a function
//! needs.

use super::environment::Environment;
use super::limits::{LEAST, SYSTEM_MB, SYSTEM_VCPU};
use super::meters::MANAGEMENT_FEE;
use super::options::ManagedOptions;
use crate::diag::{Code, Diag, Diags};
use crate::exact::Exact;
use crate::money::Rate;
use crate::platform::instance_choice::{TypeChoice, committed, machines, without_dominated};
use crate::platform::lambda::meters::lambda;
use crate::platform::{Context, Missing, oldest, place};
use crate::pricebook::{Architecture, Price, Regional};
use crate::scenario::{FixedType, Function};
use crate::units::{Hour, InstanceHour, OnDemandUsd, Request};
use std::sync::Arc;

/// An instance type for managed instances.
pub(crate) struct ManagedType {
    pub name: Arc<str>,
    pub price: Price<InstanceHour>,
    /// vCPUs left for environments.
    pub vcpu: Exact,
    /// Memory left for environments, MB.
    pub memory_mb: Exact,
    /// The price of an instance with the fee.
    pub hourly: Rate<InstanceHour>,
    /// The oldest date of the prices for the instance, its fee and requests.
    pub as_of: Option<Arc<str>>,
}

impl ManagedType {
    /// How many environments fit on an instance.
    fn fit(&self, environment: &Environment) -> u128 {
        let times = |have: &Exact, each: &Exact| {
            let count = have.whole_times(each);
            count.expect("an environment has vCPUs and memory, and no instance has 2^128 of them")
        };
        let by_memory = times(&self.memory_mb, &Exact::from(environment.memory_mb));
        times(&self.vcpu, &environment.vcpu).min(by_memory)
    }
}

/// The managed instances that a place offers, with their prices.
pub(crate) struct CapacityProvider<'a> {
    options: &'a ManagedOptions,
    pub request: Price<Request>,
    pub fee: Price<OnDemandUsd>,
    /// The types that can be the cheapest, by vCPU and then by name.
    pub kinds: Vec<ManagedType>,
}

/// The environments of one function on instances of one type.
#[derive(Debug, Clone)]
pub(crate) struct KindNeed {
    /// The index of the environment.
    pub environment: usize,
    /// Environments that the function needs.
    pub environments: u128,
    pub per_instance: u128,
}

impl KindNeed {
    /// Instances that the environments fill.
    pub(crate) fn share(&self) -> Exact {
        let share = Exact::whole(self.environments).over(&Exact::whole(self.per_instance));
        share.expect("an environment fits the instance")
    }

    /// True if it fills less of its instances.
    fn is_less_than(&self, other: &Self) -> bool {
        self.environments * other.per_instance < other.environments * self.per_instance
    }
}

/// Instances of one type that carry a function.
pub(crate) struct Hosts<'o> {
    pub kind: &'o ManagedType,
    /// The index of the environment.
    pub environment: usize,
    pub instances: u128,
    /// Environments that the function needs.
    pub environments: u128,
    pub per_instance: u128,
    /// Environments that fit on the instances without the availability buffer.
    pub usable: u128,
}

impl Hosts<'_> {
    /// Price of an hour of all instances, with the fee.
    pub(crate) fn hourly(&self) -> Rate<Hour> {
        self.kind.hourly.of_instances(&Exact::whole(self.instances))
    }
}

/// The index of the place of a function's capacity provider.
pub(crate) fn provider_place(function: &Function) -> usize {
    place(function, function.container_architecture())
}

/// The providers of all places in which some function can run, indexed by place.
///
/// # Errors
/// A price is missing, or the fixed instance type is unknown or not offered.
pub(crate) fn capacity_providers<'a>(
    context: &Context<'a>,
) -> Result<Vec<Option<CapacityProvider<'a>>>, Diags> {
    let mut missing = Missing::default();
    let samples = context.samples(|function| Some(provider_place(function)));
    let providers = samples.into_iter().map(|sample| {
        let provider = CapacityProvider::find(context, sample?);
        missing.take(provider)
    });
    let providers = providers.collect();
    missing.into_result(providers)
}

impl<'a> CapacityProvider<'a> {
    fn find(context: &Context<'a>, function: &Function) -> Result<Self, Diag> {
        let options: &ManagedOptions = context.scenario.options.of();
        let regional = context.prices_of(function);
        let architecture = function.container_architecture();
        let fixed = options.instance_type.as_ref();
        fixed.map_or(Ok(()), offered)?;
        let mut provider = Self {
            options,
            request: regional.price(lambda(architecture).request)?,
            fee: regional.price(MANAGEMENT_FEE)?,
            kinds: Vec::new(),
        };
        provider.kinds = provider.kinds(context, regional, architecture)?;
        Ok(provider)
    }

    fn kinds(
        &self,
        context: &Context<'a>,
        regional: &Regional,
        architecture: Architecture,
    ) -> Result<Vec<ManagedType>, Diag> {
        let fixed = self.options.instance_type.as_ref();
        let machines = machines(
            context,
            regional,
            architecture,
            &TypeChoice {
                platform: "lambda-managed",
                fixed,
                families: None,
                committed: committed(context),
            },
        )?;
        let kinds = machines.into_iter().map(|machine| {
            let shape = machine.shape;
            let prices = [
                &machine.price.provenance,
                &self.fee.provenance,
                &self.request.provenance,
            ];
            ManagedType {
                name: shape.name.as_str().into(),
                vcpu: Exact::from(shape.vcpu.saturating_sub(SYSTEM_VCPU)),
                memory_mb: Exact::from(shape.memory_mib.saturating_sub(SYSTEM_MB)),
                hourly: self.with_fee(&machine.price),
                as_of: oldest(prices).map(Arc::from),
                price: machine.price,
            }
        });
        let covers = |one: &ManagedType, other: &ManagedType| {
            one.vcpu >= other.vcpu && one.memory_mb >= other.memory_mb
        };
        let (kinds, _) = without_dominated(kinds.collect(), |kind| &kind.hourly, covers);
        Ok(kinds)
    }

    /// The price of an instance with the fee. The fee is a share of the list price, also for
    /// instances under a commitment or discount.
    fn with_fee(&self, price: &Price<InstanceHour>) -> Rate<InstanceHour> {
        let fee = price.list_rate().times(self.fee.rate.per_unit());
        &price.rate + &fee
    }

    /// The cheapest instances that carry a number of requests in flight, in one of the environments.
    /// Ties go to the type with fewer vCPUs, then by name, then to the first environment. `None` if no
    /// environment fits on a type.
    pub(crate) fn hosts(&self, environments: &[Environment], slots: u128) -> Option<Hosts<'_>> {
        let hosts = self.kinds.iter().flat_map(|kind| {
            let fitting = environments.iter().enumerate();
            fitting.filter_map(move |(number, environment)| {
                let per_instance = kind.fit(environment);
                let needed = slots.div_ceil(environment.requests).max(LEAST.into());
                (per_instance > 0).then(|| Hosts {
                    environment: number,
                    ..self.of_kind(kind, needed, per_instance)
                })
            })
        });
        // `min_by` returns the first of equal elements.
        hosts.min_by(|left, right| left.hourly().cmp(&right.hourly()))
    }

    /// The environments with which a function fills the least of the instances of a type; of equal
    /// ones, the first. `None` if no environment fits.
    pub(crate) fn least_need(
        kind: &ManagedType,
        environments: &[Environment],
        slots: u128,
    ) -> Option<KindNeed> {
        let mut best: Option<KindNeed> = None;
        for (number, environment) in environments.iter().enumerate() {
            let need = KindNeed {
                environment: number,
                environments: slots.div_ceil(environment.requests).max(LEAST.into()),
                per_instance: kind.fit(environment),
            };
            let is_better = best.as_ref().is_none_or(|best| need.is_less_than(best));
            if need.per_instance > 0 && is_better {
                best = Some(need);
            }
        }
        best
    }

    /// Instances for environments that fill a number of them, with the availability buffer.
    pub(crate) fn instances(&self, filled: &Exact) -> Exact {
        let buffer = Exact::from(self.options.availability_buffer);
        let buffered = (&filled.rounded_up() * &buffer).rounded_up();
        buffered.max(Exact::from(self.options.min_instances))
    }

    pub(crate) fn min_instances(&self) -> u32 {
        self.options.min_instances
    }

    pub(crate) fn buffer(&self) -> Exact {
        Exact::from(self.options.availability_buffer)
    }

    fn of_kind<'o>(
        &self,
        kind: &'o ManagedType,
        environments: u128,
        per_instance: u128,
    ) -> Hosts<'o> {
        let buffer = Exact::from(self.options.availability_buffer);
        let needed = Exact::whole(environments.div_ceil(per_instance));
        let buffered = (&needed * &buffer).ceil();
        let buffered =
            buffered.expect("slots are counted by 128 bits, and a buffer is at most 100");
        let instances = buffered.max(self.options.min_instances.into());
        let used = Exact::whole(instances).whole_times(&buffer);
        let used = used.expect("a buffer is at least 1");
        Hosts {
            kind,
            environment: 0,
            instances,
            environments,
            per_instance,
            usable: used * per_instance,
        }
    }
}

/// A fixed type must have a family and size that managed instances support: compute, general
/// purpose and memory optimized, `large` and larger (AWS Lambda developer guide).
fn offered((name, at): &FixedType) -> Result<(), Diag> {
    let (family, size) = name.split_once('.').unwrap_or((name, ""));
    let mut letters = family.chars();
    let known = matches!(letters.next(), Some('c' | 'm' | 'r'))
        && letters.next().is_some_and(|digit| digit.is_ascii_digit());
    if known && !["nano", "micro", "small", "medium"].contains(&size) {
        return Ok(());
    }
    let message = format!("Lambda Managed Instances does not offer `{name}`");
    let help = "use a type of a c, m or r family, `large` or larger, or instance_type = \"auto\"";
    Err(Diag::new(Code::NotAvailable, message)
        .at(at.clone())
        .help(help))
}
