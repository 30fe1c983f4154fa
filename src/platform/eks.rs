//! Amazon EKS on EC2 nodes: one cluster per region and architecture carries all functions there.
//!
//! Rules: EKS price list (cluster hour, extended support), EC2 on demand per instance hour, EBS gp3
//! per GB-month; a node's capacity by the kubelet's formula ([`crate::catalog::instances`]).

mod ground;
mod pods;

use super::service::{EBS, EC2, EKS};
use super::slot::{Slot, needed, planned};
use super::{
    Capacity, CapacitySteps, Cluster, Company, Context, Cost, CostModel, Fleet, Holding,
    Infeasible, Line, Notes, Platform, Refusal, Stairs, Tariff, container_place,
};
use crate::diag::Diags;
use crate::exact::Exact;
use crate::money::Usd;
use crate::text::listed;
use crate::units::Qty;
use crate::workload::{ClusterKind, Function};
use ground::{Candidate, Formed, Ground, grounds, refusal};
use pods::{Census, Pod, Tally, pods_of_today, with_minimum};
use rayon::prelude::*;
use std::borrow::Borrow;
use std::sync::Arc;

/// Amazon EKS on EC2, on demand.
pub struct Eks;

impl Platform for Eks {
    fn id(&self) -> &'static str {
        "eks"
    }

    fn title(&self) -> &'static str {
        "EKS"
    }

    fn bind<'a>(&self, context: Context<'a>) -> Result<Box<dyn CostModel + 'a>, Diags> {
        let grounds = grounds(&context)?;
        let counted = censuses(&context, &grounds, &|_| true);
        let places = grounds.into_par_iter().zip(counted);
        let sites = places.map(|(ground, census)| {
            let ground = ground?;
            let tallies = ground.tally(&census?);
            Some(Site {
                cluster: ground.form(&tallies),
                ground,
                tallies,
            })
        });
        let sites = sites.collect();
        Ok(Box::new(Model { context, sites }))
    }
}

/// The censuses of all grounds, members only.
fn censuses<'a, G: Borrow<Ground<'a>> + Sync>(
    context: &Context<'_>,
    grounds: &[Option<G>],
    member: &(dyn Fn(usize) -> bool + Sync),
) -> Vec<Option<Census>> {
    let ground = |number: usize| grounds[number].as_ref().map(Borrow::borrow);
    let nobody = || {
        let numbers = 0..grounds.len();
        numbers
            .map(|number| Some(ground(number)?.census()))
            .collect()
    };
    let functions = context.scenario.functions.par_iter().enumerate();
    functions
        .with_min_len(SIDE_BY_SIDE)
        .filter(|(index, function)| member(*index) && refusal(function).is_none())
        .fold(nobody, |mut all: Vec<Option<Census>>, (index, function)| {
            let number = container_place(function);
            if let (Some(ground), Some(census)) = (ground(number), &mut all[number]) {
                ground.count(census, function, context.peak(index));
            }
            all
        })
        .reduce(nobody, |mut left, right| {
            for (mine, other) in left.iter_mut().flatten().zip(right.into_iter().flatten()) {
                mine.merge(other);
            }
            left
        })
}

/// Functions that are counted together before counts are merged.
const SIDE_BY_SIDE: usize = 1 << 14;

struct Model<'a> {
    context: Context<'a>,
    /// By number of the ground.
    sites: Vec<Option<Site<'a>>>,
}

/// A ground with the cluster that carries all functions there.
struct Site<'a> {
    ground: Ground<'a>,
    /// What all functions there make of each candidate.
    tallies: Vec<Tally>,
    /// `None` when nobody fits any.
    cluster: Option<Formed>,
}

/// A function on its cluster.
struct Placed<'m> {
    function: &'m Function,
    ground: &'m Ground<'m>,
    tallies: &'m [Tally],
    cluster: &'m Formed,
    candidate: &'m Candidate,
    pod: Pod,
    pods_per_node: u64,
    /// Pods that today's traffic needs.
    pods: u128,
}

impl Placed<'_> {
    /// Nodes' worth of so many pods.
    fn share(&self, pods: u128) -> Exact {
        let per_node = Exact::from(self.pods_per_node);
        Exact::whole(pods).over(&per_node).unwrap_or(Exact::ZERO)
    }

    /// The part of a cluster's bill that goes to so many of its nodes' worth of pods.
    fn allocated(&self, whole: &Usd, share: &Exact, all: &Exact) -> Usd {
        // `all` is the long number: divide by it last, so that the product before is short.
        let part = (whole.dollars() * share).over(all);
        part.map(Usd::new)
            .expect("`all` includes the function, which has at least one pod")
    }

    fn carried(&self, pods: u128) -> Exact {
        let slots = &Exact::whole(pods) * &Exact::whole(self.pod.slots);
        &slots * &Exact::from(self.function.container().target_utilization)
    }
}

impl Model<'_> {
    fn place(&self, index: usize) -> Result<Placed<'_>, Infeasible> {
        let function = self.context.function(index);
        if let Some(refused) = refusal(function) {
            return Err(refused);
        }
        let pod = Pod::of(function);
        let nowhere = || {
            Infeasible::new(
                Refusal::DoesNotFit,
                format!(
                    "a pod of {} vCPU and {} MB fits no node of the cluster",
                    pod.vcpu.to_fixed(2),
                    pod.memory_mb.to_fixed(0)
                ),
                "state a larger eks.instance_type, or what a request really needs \
                 (container.cpu_ms, container.memory_per_request_mb)",
            )
        };
        let site = self.sites[container_place(function)].as_ref();
        let Some((site, cluster)) = site.and_then(|site| Some((site, site.cluster.as_ref()?)))
        else {
            return Err(nowhere());
        };
        let ground = &site.ground;
        let candidate = &ground.candidates[cluster.number];
        let pods_per_node = candidate.node.fit(&pod);
        if pods_per_node == 0 {
            return Err(nowhere());
        }
        Ok(Placed {
            function,
            ground,
            tallies: &site.tallies,
            cluster,
            candidate,
            pods: pods_of_today(function, &pod, self.context.peak(index)),
            pod,
            pods_per_node,
        })
    }
}

impl CostModel for Model<'_> {
    fn cost(&self, index: usize) -> Result<Cost, Infeasible> {
        let placed = self.place(index)?;
        let pods = placed.pods;
        let share = placed.share(pods);
        let billed = placed.cluster.per_share.share(&share);
        Ok(Cost {
            compared: billed.clone(),
            billed,
            fleet: Some(Fleet::Pods {
                instance_type: Arc::clone(&placed.candidate.name),
                node_share: share,
                pods,
                pods_per_node: placed.pods_per_node.into(),
                capacity: placed.carried(pods),
            }),
            piece: None,
        })
    }

    fn lines(&self, index: usize) -> Vec<Line> {
        let Ok(placed) = self.place(index) else {
            return Vec::new();
        };
        let ground = placed.ground;
        let share = placed.share(placed.pods);
        let Some(part) = share.over(&placed.cluster.share) else {
            return Vec::new();
        };
        let nodes = &ground.nodes(&placed.cluster.share) * &part;
        let hours = |amount: &Exact| amount * ground.hours;
        let mut lines = vec![Line::new(
            &EC2,
            "nodes",
            hours(&nodes),
            &placed.candidate.price,
        )];
        if let Some(fee) = &placed.candidate.auto_mode {
            lines.push(Line::new(&EKS, "auto mode", hours(&nodes), fee));
        }
        if let Some(volume) = &ground.volume {
            lines.push(Line::new(
                &EBS,
                "root volumes",
                &nodes * &ground.volume_gb(),
                volume,
            ));
        }
        let fees = ground.fees.iter();
        lines.extend(fees.map(|(item, price)| Line::new(&EKS, item, hours(&part), price)));
        lines
    }

    fn price_as_of(&self, index: usize) -> &str {
        let number = container_place(self.context.function(index));
        let site = self.sites[number].as_ref();
        let cluster = site.and_then(|site| site.cluster.as_ref());
        cluster.map_or("", |cluster| &cluster.as_of)
    }

    fn company(&self, index: usize) -> Company {
        let Ok(placed) = self.place(index) else {
            return Company::default();
        };
        let ground = placed.ground;
        let mut own = ground.census();
        ground.count(&mut own, placed.function, self.context.peak(index));
        let candidates = ground.candidates.iter().zip(placed.tallies);
        let rest: Vec<Tally> = candidates
            .map(|(candidate, tally)| tally.without(&candidate.node, &placed.pod, placed.pods))
            .collect();
        // A cluster without functions is not there and costs nothing.
        let monthly = |tallies: &[Tally]| {
            let choice = ground.choose(tallies);
            choice.map_or(Usd::ZERO, |choice| choice.monthly)
        };
        Company {
            alone: Some(monthly(&ground.tally(&own))),
            avoidable: Some(&placed.cluster.monthly - &monthly(&rest)),
        }
    }

    fn total(&self, member: &(dyn Fn(usize) -> bool + Sync)) -> Option<Usd> {
        let mut functions = self.context.scenario.functions.iter().enumerate();
        if functions.any(|(index, function)| member(index) && refusal(function).is_some()) {
            return None;
        }
        let grounds: Vec<Option<&Ground<'_>>> = self
            .sites
            .iter()
            .map(|site| site.as_ref().map(|site| &site.ground))
            .collect();
        let counted = censuses(&self.context, &grounds, member);
        let places = grounds.into_iter().zip(counted);
        let members = places.filter_map(|(ground, census)| Some((ground?, census?)));
        let peopled = members.filter(|(_, census)| !census.is_empty());
        let monthly = |(ground, census): (&Ground<'_>, Census)| {
            let choice = ground.choose(&ground.tally(&census))?;
            (choice.unfit == 0).then_some(choice.monthly)
        };
        peopled.map(monthly).sum()
    }

    fn tariff(&self) -> Tariff<'_> {
        Tariff::Capacity(self)
    }

    fn clusters(&self) -> Vec<Cluster> {
        let cluster = |site: &Site<'_>| {
            let (ground, formed) = (&site.ground, site.cluster.as_ref()?);
            Some(Cluster {
                region: ground.region,
                architecture: ground.architecture,
                instance_type: Arc::clone(&ground.candidates[formed.number].name),
                nodes: ground.nodes(&formed.share),
                monthly: formed.monthly.clone(),
            })
        };
        self.sites.iter().flatten().filter_map(cluster).collect()
    }

    fn notes(&self, notes: &mut Notes) {
        let options = &self.context.scenario.eks;
        let daemonsets = &options.daemonsets;
        notes.assume(match options.cluster {
            ClusterKind::Dedicated => format!(
                "EKS: one cluster per region and architecture for all functions, at least {} \
                 nodes, packing {} of 1, its fee shared by nodes used",
                options.min_nodes,
                options.packing_efficiency.normalize()
            ),
            ClusterKind::Existing => "EKS: a cluster that runs anyway: the share of nodes and \
                                      volumes that is used, no cluster fee"
                .to_owned(),
        });
        notes.assume(format!(
            "EKS nodes sell what the kubelet leaves, less DaemonSets of {} vCPU, {} MB and {} \
             pods; each has a root volume of {} GB",
            daemonsets.vcpu.normalize(),
            daemonsets.memory_mb.normalize(),
            daemonsets.pods,
            options.root_volume_gb
        ));
        let mut unpriced: Vec<&str> = Vec::new();
        let grounds = self.sites.iter().flatten().map(|site| &site.ground);
        for ground in grounds.filter(|ground| ground.volume.is_none()) {
            let name: &str = self.context.prices[usize::from(ground.region)].name();
            if !unpriced.contains(&name) {
                unpriced.push(name);
            }
        }
        if options.root_volume_gb > 0 && !unpriced.is_empty() {
            notes.leave_out(format!(
                "root volumes of EKS nodes in {}: the book has no gp3 price there",
                listed(&unpriced)
            ));
        }
        if let Some(months) = options.kubernetes_age_months {
            let support = match options.extended_support {
                true => "extended support, for 12 months after the first 14",
                false => "standard support, for 14 months",
            };
            notes.assume(format!(
                "EKS: a Kubernetes version of {} months is in {support}",
                months.normalize()
            ));
        }
        let (add_ons, surge) = ("add-ons", "and the surge of nodes during upgrades");
        match options.auto_mode {
            true => {
                notes.assume(
                    "EKS Auto Mode runs the nodes: its fee is per instance and hour, and no \
                     commitment reduces it",
                );
                notes.leave_out(format!("EKS {add_ons}, {surge}"));
            }
            false => notes.leave_out(format!("EKS Auto Mode, {add_ons}, {surge}")),
        }
    }
}

impl Capacity for Model<'_> {
    fn stairs(&self, index: usize) -> Option<Box<dyn Stairs + '_>> {
        let placed = self.place(index).ok()?;
        let today = placed.share(placed.pods);
        Some(Box::new(Tenant {
            others: &placed.cluster.share - &today,
            placed,
        }))
    }
}

/// One function on a cluster whose other functions stay as they are.
struct Tenant<'m> {
    placed: Placed<'m>,
    /// Nodes' worth of the others' pods.
    others: Exact,
}

impl Tenant<'_> {
    fn pods(&self, slots: u128) -> u128 {
        with_minimum(self.placed.function, self.placed.pod.for_slots(slots))
    }
}

impl Stairs for Tenant<'_> {
    fn hold(&self, slots: u128) -> Option<Holding> {
        Some(Holding {
            monthly: self.monthly(slots)?,
            carries: self.placed.carried(self.pods(slots)),
        })
    }

    fn monthly(&self, slots: u128) -> Option<Usd> {
        let placed = &self.placed;
        let share = placed.share(self.pods(slots));
        let all = &self.others + &share;
        let whole = placed.ground.month(placed.candidate, &all);
        Some(placed.allocated(&whole, &share, &all))
    }

    fn steps(&self, peak: &Exact) -> Option<CapacitySteps> {
        let placed = &self.placed;
        let (ground, node) = (placed.ground, &placed.candidate.node);
        let slot = Slot::of(placed.function);
        let of_node = slot
            .vcpu
            .over(&node.vcpu)?
            .max(slot.memory_mb.over(&node.memory_mb)?);
        let slots = needed(placed.function, peak);
        let whole = placed.pod.for_slots(slots);
        let share = placed.share(self.pods(slots));
        let all = &self.others + &share;
        let rate = &placed.candidate.price.rate;
        let machines = |nodes: &Exact| rate * &Qty::new(nodes * ground.hours);
        let everything = ground.month(placed.candidate, &all);
        Some(CapacitySteps {
            slots: machines(&(&of_node * &planned(placed.function, peak))),
            whole_tasks: machines(&placed.share(whole)),
            minimums: placed.allocated(&machines(&ground.nodes(&all)), &share, &all),
            everything: placed.allocated(&everything, &share, &all),
        })
    }
}
