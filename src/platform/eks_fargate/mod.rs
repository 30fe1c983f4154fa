//! Amazon EKS with pods on AWS Fargate: pods of valid sizes, in one cluster per region.
//!
//! Rules: Amazon EKS user guide, "Understand Fargate Pod configuration details" (Linux on x86_64;
//! 256 MB more than requested, rounded up to a valid pair); AWS Fargate pricing page (no Arm, no
//! Windows and no Spot with EKS); EKS price list (cluster hour).

mod assumptions;
mod meters;
mod options;

use super::eks::{self, fees::fees};
use super::service::EKS;
use super::tasks::{
    self, Carrier, Charge, FREE_STORAGE_GB, PlacedTasks, TaskTerms, Tasks, TasksModel as Pods,
};
use super::{
    Answer, Bill, Context, Cost, CostModel, Fleet, Infeasible, Kept, Members, Missing, Placement,
    Platform, Refusal, SharedBill, SharedCosts, SharedUse, Spec, Subject, Total, UnitUse, older,
    oldest,
};
use crate::diag::{Diag, Diags};
use crate::exact::{Bounds, Exact};
use crate::money::Usd;
use crate::pricebook::Architecture;
use crate::scenario::{ClusterKind, Demand, Function, Notes, Os, PlatformKind, PlatformShape};
use crate::solve::{CapacitySteps, CapacityTariff, Holding, Part, StepCost, Tariff};
use options::EksFargateOptions;
use rayon::prelude::*;
use std::sync::Arc;

/// Amazon EKS on AWS Fargate, on demand.
pub(crate) struct EksFargate;

/// AWS adds 256 MB to the request of a pod and rounds up to a valid pair of vCPU and memory. Pairs
/// with 32 vCPU are only for ECS tasks (Amazon EKS user guide, "Understand Fargate Pod
/// configuration details").
const POD: Carrier = Carrier {
    noun: "pod",
    overhead_mb: 256,
    has_largest: false,
};

static TERMS: TaskTerms = TaskTerms {
    carrier: POD,
    service: &EKS,
    refuse,
    charges,
    notes: assumptions::note,
};

static SPEC: Spec = Spec {
    shape: PlatformShape::new(
        "eks-fargate",
        PlatformKind::Tasks,
        options::KEYS,
        options::read,
    ),
    title: "EKS on Fargate",
    meters: &[meters::METERS, tasks::METERS, eks::meters::METERS],
    assumptions: &[assumptions::ALL],
};

impl Platform for EksFargate {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn bind<'a>(&self, context: Context<'a>) -> Result<Box<dyn CostModel + 'a>, Diags> {
        let pods = Pods::bind(&TERMS, context.clone())?;
        let functions = 0..context.scenario.functions.len();
        let tasks: Vec<_> = functions
            .into_par_iter()
            .map(|index| pods.choose(context.subject(index)))
            .collect();
        let monthly: Vec<_> = tasks
            .par_iter()
            .enumerate()
            .map(|(index, tasks)| match tasks {
                Ok(tasks) if context.home(index) == self.id() => {
                    let pods = pods.place(context.subject(index), tasks.clone());
                    Some(pods.ok()?.monthly_today())
                }
                Ok(_) => Some(Usd::ZERO),
                Err(_) => None,
            })
            .collect();
        let clusters = clusters(&context, &monthly)?;
        Ok(Box::new(EksFargateModel {
            context,
            pods,
            tasks,
            today: monthly,
            clusters,
        }))
    }
}

fn refuse(function: &Function) -> Option<Infeasible> {
    let container = function.container();
    let (reason, advice) = if container.os == Os::Windows {
        (
            "its containers run Windows (container.os), and pods on Fargate run Linux",
            "state container.os = \"linux\", or leave eks-fargate out",
        )
    } else if function.container_architecture() == Architecture::Arm64 {
        (
            "pods on Fargate do not run on Arm",
            "state container.architecture = \"x86_64\"",
        )
    } else if container.task_storage_gb > Some(FREE_STORAGE_GB) {
        (
            "the price book has no price for the storage of pods (container.task_storage_gb)",
            "leave it at 20 GB, or leave eks-fargate out",
        )
    } else {
        return None;
    };
    Some(Infeasible::new(Refusal::NotSupported, reason, advice))
}

fn charges(context: &Context<'_>, function: &Function) -> Result<Vec<Charge>, Diag> {
    let regional = context.prices_of(function);
    Ok(vec![
        Charge::vcpu("vCPU", regional.price(meters::VCPU)?),
        Charge::memory("memory", regional.price(meters::MEMORY)?),
    ])
}

/// The cluster of a region, whose fees its pods share by their cost.
struct FeeCluster {
    /// The fees of a month.
    fees: SharedBill,
    /// The oldest date of the prices of the fees.
    as_of: Option<Arc<str>>,
    /// US dollars a month of the pods that run in the region today, without fees.
    pods: Usd,
}

impl FeeCluster {
    /// The share of the fees for pods that cost `own` out of `all`.
    fn share(own: &Usd, all: &Usd) -> Exact {
        if all.is_zero() {
            // Without pods there is no cluster and no fee.
            return Exact::ZERO;
        }
        own.over(all).expect("all cost more than nothing")
    }
}

/// The clusters of the regions in which functions can run. `pods` has the monthly cost of the pods
/// that run there today, by function; `None` for functions that cannot.
fn clusters(context: &Context<'_>, pods: &[Option<Usd>]) -> Result<Vec<Option<FeeCluster>>, Diags> {
    let mut missing = Missing::default();
    let options: &EksFargateOptions = context.scenario.options.of();
    let dedicated = options.cluster == ClusterKind::Dedicated;
    let cluster_hours = context.hours.of_clusters(&Exact::ONE);
    let regions = context.prices.iter().zip(pods_by_region(context, pods));
    let clusters = regions.map(|(regional, pods)| {
        let pods = pods.filter(|_| dedicated)?;
        let fees = fees(
            ClusterKind::Dedicated,
            context.scenario.options.of(),
            regional,
            &mut missing,
        );
        Some(FeeCluster {
            as_of: oldest(fees.iter().map(|(_, fee)| &fee.provenance)).map(Arc::from),
            fees: SharedBill::of(|bill| {
                for (item, fee) in &fees {
                    bill.add(&EKS, item, &cluster_hours, fee);
                }
            }),
            pods,
        })
    });
    let clusters = clusters.collect();
    missing.into_result(clusters)
}

/// The monthly cost of all pods by region; `None` for a region without functions that can run.
fn pods_by_region(context: &Context<'_>, pods: &[Option<Usd>]) -> Vec<Option<Usd>> {
    let mut sums: Vec<Option<Usd>> = vec![None; context.prices.len()];
    for (function, pods) in context.scenario.functions.iter().zip(pods) {
        let sum = &mut sums[usize::from(function.region)];
        if let Some(monthly) = pods {
            let before = sum.take().unwrap_or(Usd::ZERO);
            *sum = Some(&before + monthly);
        }
    }
    sums
}

struct EksFargateModel<'a> {
    context: Context<'a>,
    pods: Pods<'a>,
    /// The pods of each function. They are chosen before the first answer, because functions share
    /// the fees of a cluster by the cost of their pods.
    tasks: Vec<Result<Tasks, Infeasible>>,
    /// US dollars a month of the pods of each function that runs here, zero for one that runs
    /// elsewhere, and `None` for one that cannot run here.
    today: Vec<Option<Usd>>,
    /// One for each region.
    clusters: Vec<Option<FeeCluster>>,
}

impl EksFargateModel<'_> {
    fn place(&self, index: usize) -> Result<PlacedPods<'_>, Infeasible> {
        let subject = self.context.subject(index);
        let pods = self.pods.place(subject, self.tasks[index].clone()?)?;
        Ok(self.placed(index, pods))
    }

    fn placed<'m>(&'m self, index: usize, pods: PlacedTasks<'m>) -> PlacedPods<'m> {
        let cluster = self.clusters[pods.region()].as_ref();
        let own_today = match pods.service() {
            Some(service) => {
                let members = service.members.iter();
                members
                    .filter_map(|member| self.today[*member].clone())
                    .sum()
            }
            None => self.today[index].clone().unwrap_or(Usd::ZERO),
        };
        let others = cluster.map(|cluster| &cluster.pods - &own_today);
        PlacedPods {
            own: pods.monthly_of_unit(),
            others: others.unwrap_or(Usd::ZERO),
            cluster,
            pods,
        }
    }
}

impl CostModel for EksFargateModel<'_> {
    fn answer(&self, index: usize) -> Result<Answer<'_>, Infeasible> {
        self.context.count_solve();
        let placed = self.place(index)?;
        Ok(Answer {
            cost: placed.cost(),
            placement: Box::new(placed),
        })
    }

    fn answer_of<'m>(&'m self, changed: Subject<'m>) -> Result<Answer<'m>, Infeasible> {
        let tasks = self.pods.choose(changed)?;
        let pods = self.pods.place(changed, tasks)?;
        let placed = self.placed(changed.index, pods);
        Ok(Answer {
            cost: placed.cost(),
            placement: Box::new(placed),
        })
    }

    fn adds(&self, changed: Subject<'_>) -> Result<Usd, Infeasible> {
        let tasks = self.pods.choose(changed)?;
        let pods = self.pods.place(changed, tasks)?;
        Ok(self.placed(changed.index, pods).cost().decisive().clone())
    }

    fn total(&self, members: &Members<'_>) -> Total {
        let functions = self.context.scenario.functions.iter().enumerate();
        let mut has_pods = vec![false; self.clusters.len()];
        for (index, function) in functions {
            let has_pods = &mut has_pods[usize::from(function.region)];
            if !*has_pods && (members.contains)(index) {
                let placed = self.place(index);
                *has_pods = placed.is_ok_and(|placed| !placed.own.is_zero());
            }
        }
        let clusters = self.clusters.iter().zip(has_pods);
        let fees: Usd = clusters
            .filter_map(|(cluster, has_pods)| {
                Some(cluster.as_ref().filter(|_| has_pods)?.fees.total.clone())
            })
            .sum();
        Total {
            monthly: &members.unshared + &fees,
            left_out: members.refused,
        }
    }

    fn shared_costs(&self) -> SharedCosts {
        let fee = |cluster: &Option<FeeCluster>| match cluster {
            Some(cluster) => cluster.fees.total.clone(),
            None => Usd::ZERO,
        };
        SharedCosts {
            fees: self.clusters.iter().map(fee).collect(),
            ..SharedCosts::default()
        }
    }

    fn notes(&self, notes: &mut Notes) {
        self.pods.notes(notes);
    }
}

/// The pods of one function, while the other functions of the cluster stay as they are.
struct PlacedPods<'m> {
    pods: PlacedTasks<'m>,
    /// US dollars a month of the pods of the function or of its service, without fees.
    own: Usd,
    /// US dollars a month of the pods of all others, without fees.
    others: Usd,
    /// `None` for an existing cluster.
    cluster: Option<&'m FeeCluster>,
}

impl PlacedPods<'_> {
    fn cost(&self) -> Cost {
        let pods = self.pods.cost();
        if self.cluster.is_none() {
            return pods;
        }
        let adds = self.added(self.own.clone());
        Cost {
            billed: Bill::total(|bill| self.charge(bill)),
            service_adds: self.pods.service().map(|_| adds.clone()),
            adds: adds.times(&self.pods.share()),
            ..pods
        }
    }

    /// The fees that pods which cost `own` a month add: all if no other function has pods.
    fn added_fees(&self, own: &Usd) -> Option<&Usd> {
        let is_first = self.others.is_zero() && !own.is_zero();
        Some(&self.cluster?.fees.total).filter(|_| is_first)
    }

    /// What the function adds when its pods cost `own` a month.
    fn added(&self, own: Usd) -> Usd {
        match self.added_fees(&own) {
            Some(fees) => &own + fees,
            None => own,
        }
    }
}

impl Placement for PlacedPods<'_> {
    fn charge(&self, bill: &mut Bill) {
        self.pods.charge(bill);
        if let Some(cluster) = self.cluster {
            let share = FeeCluster::share(&self.own, &(&self.others + &self.own));
            bill.add_share(&cluster.fees, &(&share * &self.pods.share()));
        }
    }

    fn shared_use(&self) -> SharedUse {
        // Pods that cost nothing need no cluster.
        let pays_fees = self.cluster.is_some() && !self.own.is_zero();
        SharedUse {
            fees: pays_fees
                .then_some(self.pods.region())
                .into_iter()
                .collect(),
            ..SharedUse::default()
        }
    }

    fn unit_use(&self, times: &Exact, kept: Kept) -> Option<UnitUse> {
        self.pods.unit_use(times, kept)
    }

    fn price_as_of(&self) -> Option<&str> {
        let fees = self.cluster.and_then(|cluster| cluster.as_of.as_deref());
        older(self.pods.price_as_of(), fees)
    }

    fn tariff(&self) -> Tariff<'_> {
        Tariff::ByCapacity(self)
    }

    fn alone(&self) -> Option<Usd> {
        let fees = &self.cluster?.fees.total;
        Some(if self.own.is_zero() {
            Usd::ZERO
        } else {
            (&self.own + fees).times(&self.pods.share())
        })
    }

    fn fleet(&self) -> Option<&dyn Fleet> {
        self.pods.fleet()
    }

    fn job(&self) -> Option<String> {
        self.pods.job()
    }
}

impl CapacityTariff for PlacedPods<'_> {
    fn step_cost(&self) -> Option<&dyn StepCost> {
        self.pods.step_cost().map(|_| self as &dyn StepCost)
    }

    fn steps(&self, demand: &Demand) -> Option<CapacitySteps> {
        let pods = CapacityTariff::steps(&self.pods, demand)?;
        Some(CapacitySteps {
            everything: self.added(pods.everything),
            ..pods
        })
    }
}

impl StepCost for PlacedPods<'_> {
    fn at_most(&self) -> Vec<Part> {
        if self.cluster.is_some() && self.others.is_zero() {
            // The fees are not in the parts, so the parts give no upper bound.
            return Vec::new();
        }
        self.pods.at_most()
    }

    fn at_least(&self) -> Vec<Part> {
        self.pods.at_least()
    }

    fn hold(&self, slots: u128) -> Option<Holding> {
        let pods = self.pods.hold(slots)?;
        Some(Holding {
            monthly: self.added(pods.monthly),
            ..pods
        })
    }

    fn monthly(&self, slots: u128) -> Option<Usd> {
        Some(self.added(self.pods.monthly(slots)?))
    }

    fn monthly_bounds(&self, slots: u128) -> Bounds {
        let own = self.pods.monthly_bounds(slots);
        match self.cluster {
            // Pods that cost nothing add no fees.
            Some(cluster) if self.others.is_zero() => {
                own + cluster.fees.total.dollars().bounds() * own.over(own)
            }
            _ => own,
        }
    }

    fn step_end(&self, slots: u128) -> u128 {
        self.pods.step_end(slots)
    }

    fn steps(&self, demand: &Demand) -> Option<CapacitySteps> {
        CapacityTariff::steps(self, demand)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::TaskSize;

    /// Requested vCPU and memory, and the billed size (in quarters of a vCPU and in MB). The first
    /// row is AWS's example; the others are worked by hand from AWS's table.
    #[test]
    fn pods_are_billed_256_mb_more_than_they_request_rounded_up() {
        let gb = |gigabytes: u32| gigabytes * 1024;
        let cases = [
            ((4, gb(8)), Some((8, gb(9)))),
            ((1, 256), Some((1, 512))),
            ((1, 512), Some((1, gb(1)))),
            ((1, gb(1)), Some((1, gb(2)))),
            ((1, 1792), Some((1, gb(2)))),
            ((1, gb(2)), Some((2, gb(3)))),
            ((2, gb(4)), Some((4, gb(5)))),
            ((4, gb(2)), Some((4, gb(3)))),
            ((8, gb(16)), Some((16, gb(17)))),
            ((16, gb(30)), Some((32, gb(32)))),
            ((32, gb(16)), Some((32, gb(20)))),
            ((64, gb(120)), None),
            ((128, gb(60)), None),
        ];
        let size = |(quarter_vcpus, memory_mb)| TaskSize {
            quarter_vcpus,
            memory_mb,
        };
        for (request, billed) in cases {
            let request = size(request);
            assert_eq!(POD.billed(request, Os::Linux), billed.map(size));
        }
    }
}
