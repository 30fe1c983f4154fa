//! Amazon EKS with pods on AWS Fargate: whole pods of a valid size, and one cluster a region.
//!
//! Rules: Amazon EKS user guide, "Understand Fargate Pod configuration details" (Linux on x86_64;
//! 256 MB more than requested, rounded up to a valid pair); AWS Fargate pricing page (no Arm, no
//! Windows and no Spot with EKS); EKS price list (cluster hour).

use super::cluster::fees;
use super::service::EKS;
use super::tasks::{Carrier, Charge, Model as Pods, Terms, all_month};
use super::{
    Capacity, CapacitySteps, Company, Context, Cost, CostModel, Holding, Infeasible, Job, Line,
    Missing, Notes, Part, Platform, Refusal, Stairs, Tariff,
};
use crate::catalog::{Architecture, Price};
use crate::diag::{Diag, Diags};
use crate::exact::Exact;
use crate::money::Usd;
use crate::units::{ClusterHour, FARGATE_FREE_STORAGE_GB, Qty};
use crate::workload::{ClusterKind, Function, Os, Scenario};
use rayon::prelude::*;

/// Amazon EKS on AWS Fargate, on demand.
pub struct EksFargate;

static TERMS: Terms = Terms {
    carrier: Carrier::Pod,
    service: &EKS,
    refuse,
    charges,
    notes,
};

impl Platform for EksFargate {
    fn id(&self) -> &'static str {
        "eks-fargate"
    }

    fn title(&self) -> &'static str {
        "EKS on Fargate"
    }

    fn bind<'a>(&self, context: Context<'a>) -> Result<Box<dyn CostModel + 'a>, Diags> {
        let pods = Pods::bind(&TERMS, context.clone())?;
        let clusters = clusters(&context, &pods)?;
        Ok(Box::new(Model {
            context,
            pods,
            clusters,
        }))
    }
}

fn refuse(function: &Function) -> Option<Infeasible> {
    let container = function.container();
    let (reason, advice) = if container.os == Os::Windows {
        (
            "its containers are of Windows (container.os), and pods on Fargate run Linux",
            "state container.os = \"linux\", or leave eks-fargate out",
        )
    } else if function.container_architecture() == Architecture::Arm64 {
        (
            "pods on Fargate have no Arm",
            "state container.architecture = \"x86_64\"",
        )
    } else if container.task_storage_gb > FARGATE_FREE_STORAGE_GB {
        (
            "the book has no price for the storage of pods (container.task_storage_gb)",
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
        Charge::vcpu("vCPU", regional.price("eks.fargate_vcpu")?),
        Charge::memory("memory", regional.price("eks.fargate_memory")?),
    ])
}

fn notes(scenario: &Scenario, notes: &mut Notes) {
    let cluster = match scenario.eks_fargate.cluster {
        ClusterKind::Dedicated => {
            "one cluster per region for all functions, its fee shared by what their pods cost"
        }
        ClusterKind::Existing => "a cluster that runs anyway, no fee",
    };
    notes.assume(format!(
        "EKS on Fargate runs Linux pods on demand{}, each billed its request and 256 MB, rounded \
         up to a valid size; {cluster}",
        all_month(scenario)
    ));
    let mut functions = scenario.functions.iter();
    if functions.any(|function| !function.is_service()) {
        notes.assume("EKS on Fargate: the pod of a job is deleted when the job ends");
    }
    notes.leave_out(
        "EKS on Fargate: pods of the cluster itself (CoreDNS), image pulls of services and the \
         doubled pods of a deployment",
    );
}

/// The cluster of a region.
struct Cluster {
    /// Each with its name on the bill.
    fees: Vec<(&'static str, Price<ClusterHour>)>,
    /// The fees of a month.
    monthly: Usd,
    /// What all pods there cost a month.
    pods: Usd,
}

impl Cluster {
    /// The share of the fee of pods that cost so much, of all that do.
    fn share(own: &Usd, all: &Usd) -> Exact {
        let share = own.dollars().over(all.dollars());
        // Without any pod there is no cluster.
        share.unwrap_or(Exact::ZERO)
    }

    /// The part of the fee of pods that cost so much.
    fn part(&self, own: &Usd) -> Usd {
        self.monthly.share(&Self::share(own, &self.pods))
    }
}

/// The clusters of all regions in which somebody runs.
fn clusters(context: &Context<'_>, pods: &Pods<'_>) -> Result<Vec<Option<Cluster>>, Diags> {
    let mut missing = Missing::default();
    let dedicated = context.scenario.eks_fargate.cluster == ClusterKind::Dedicated;
    let hours = Qty::new(context.scenario.hours.clone());
    let regions = context.prices.iter().zip(pods_by_region(context, pods));
    let clusters = regions.map(|(regional, pods)| {
        let pods = pods.filter(|_| dedicated)?;
        let fees = fees(
            ClusterKind::Dedicated,
            &context.scenario.eks,
            regional,
            &mut missing,
        );
        Some(Cluster {
            monthly: fees.iter().map(|(_, fee)| &fee.rate * &hours).sum(),
            fees,
            pods,
        })
    });
    let clusters = clusters.collect();
    missing.into_result(clusters)
}

/// What all pods of each region cost a month; `None` where nobody can run.
fn pods_by_region(context: &Context<'_>, pods: &Pods<'_>) -> Vec<Option<Usd>> {
    let nobody = || vec![None; context.prices.len()];
    let plus = |known: Option<Usd>, more: Option<Usd>| match (known, more) {
        (Some(known), Some(more)) => Some(&known + &more),
        (known, more) => known.or(more),
    };
    let functions = context.scenario.functions.par_iter().enumerate();
    let sums = functions.fold(nobody, |mut sums: Vec<Option<Usd>>, (index, function)| {
        let sum = &mut sums[usize::from(function.region)];
        let cost = pods.cost(index).ok().map(|cost| cost.billed);
        *sum = plus(sum.take(), cost);
        sums
    });
    sums.reduce(nobody, |left, right| {
        let pairs = left.into_iter().zip(right);
        pairs.map(|(left, right)| plus(left, right)).collect()
    })
}

struct Model<'a> {
    context: Context<'a>,
    pods: Pods<'a>,
    /// By region.
    clusters: Vec<Option<Cluster>>,
}

impl Model<'_> {
    fn cluster(&self, index: usize) -> Option<&Cluster> {
        let region = self.context.function(index).region;
        self.clusters[usize::from(region)].as_ref()
    }

    /// What its pods alone cost a month.
    fn own(&self, index: usize) -> Option<Usd> {
        Some(self.pods.cost(index).ok()?.billed)
    }
}

impl CostModel for Model<'_> {
    fn cost(&self, index: usize) -> Result<Cost, Infeasible> {
        let pods = self.pods.cost(index)?;
        let Some(cluster) = self.cluster(index) else {
            return Ok(pods);
        };
        let billed = &pods.billed + &cluster.part(&pods.billed);
        Ok(Cost {
            compared: billed.clone(),
            billed,
            ..pods
        })
    }

    fn lines(&self, index: usize) -> Vec<Line> {
        let mut lines = self.pods.lines(index);
        if let (Some(cluster), Some(own)) = (self.cluster(index), self.own(index)) {
            let hours = &self.context.scenario.hours * &Cluster::share(&own, &cluster.pods);
            let fees = cluster.fees.iter();
            lines.extend(fees.map(|(item, fee)| Line::new(&EKS, item, hours.clone(), fee)));
        }
        lines
    }

    fn price_as_of(&self, index: usize) -> &str {
        let pods = self.pods.price_as_of(index);
        let fees = self
            .cluster(index)
            .into_iter()
            .flat_map(|cluster| &cluster.fees);
        let dates = fees.map(|(_, fee)| fee.provenance.as_of.as_ref());
        dates.fold(pods, |oldest, date| oldest.min(date))
    }

    fn company(&self, index: usize) -> Company {
        let (Some(cluster), Some(own)) = (self.cluster(index), self.own(index)) else {
            return Company::default();
        };
        let others = &cluster.pods - &own;
        let with_fee = |has_cluster: bool| match has_cluster {
            true => &own + &cluster.monthly,
            false => own.clone(),
        };
        let runs = !own.dollars().is_zero();
        Company {
            alone: Some(with_fee(runs)),
            avoidable: Some(with_fee(runs && others.dollars().is_zero())),
        }
    }

    fn job(&self, index: usize) -> Option<Job> {
        self.pods.job(index)
    }

    fn total(&self, member: &(dyn Fn(usize) -> bool + Sync)) -> Option<Usd> {
        let mut peopled = vec![false; self.clusters.len()];
        let mut total = Usd::ZERO;
        for (index, function) in self.context.scenario.functions.iter().enumerate() {
            if member(index) {
                let own = self.own(index)?;
                peopled[usize::from(function.region)] |= !own.dollars().is_zero();
                total = &total + &own;
            }
        }
        let clusters = self.clusters.iter().zip(peopled);
        let fees = clusters.filter_map(|(cluster, peopled)| cluster.as_ref().filter(|_| peopled));
        let fees: Usd = fees.map(|cluster| cluster.monthly.clone()).sum();
        Some(&total + &fees)
    }

    fn tariff(&self) -> Tariff<'_> {
        Tariff::Capacity(self)
    }

    fn notes(&self, notes: &mut Notes) {
        self.pods.notes(notes);
    }
}

impl Capacity for Model<'_> {
    fn stairs(&self, index: usize) -> Option<Box<dyn Stairs + '_>> {
        let pods = self.pods.stairs(index)?;
        let Some(cluster) = self.cluster(index) else {
            return Some(pods);
        };
        Some(Box::new(Tenant {
            others: &cluster.pods - &self.own(index)?,
            fee: &cluster.monthly,
            pods,
        }))
    }
}

/// One function's pods on a cluster whose other functions stay as they are.
struct Tenant<'m> {
    pods: Box<dyn Stairs + 'm>,
    fee: &'m Usd,
    /// What the pods of the others cost a month.
    others: Usd,
}

impl Tenant<'_> {
    fn with_fee(&self, own: &Usd) -> Usd {
        let share = Cluster::share(own, &(&self.others + own));
        own + &self.fee.share(&share)
    }
}

impl Stairs for Tenant<'_> {
    fn at_least(&self) -> Vec<Part> {
        self.pods.at_least()
    }

    fn hold(&self, slots: u128) -> Option<Holding> {
        let pods = self.pods.hold(slots)?;
        Some(Holding {
            monthly: self.with_fee(&pods.monthly),
            ..pods
        })
    }

    fn monthly(&self, slots: u128) -> Option<Usd> {
        Some(self.with_fee(&self.pods.monthly(slots)?))
    }

    fn steps(&self, peak: &Exact) -> Option<CapacitySteps> {
        let pods = self.pods.steps(peak)?;
        Some(CapacitySteps {
            everything: self.with_fee(&pods.everything),
            ..pods
        })
    }
}
