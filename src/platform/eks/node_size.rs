//! What nodes offer to pods: as the scenario states it, as a price file states it, or by the kubelet's
//! formula.

use super::options::EksOptions;
use crate::diag::{At, Code, Diag};
use crate::exact::Exact;
use crate::money::count;
use crate::pricebook::InstanceType;
use crate::text::did_you_mean;
use crate::units::MILLICORES_PER_VCPU;

/// The value of `eks.max_pods` for nodes whose network interfaces have prefixes of addresses.
pub(crate) const PREFIX_DELEGATION: &str = "prefix-delegation";
/// Pods of a node with prefix delegation that AWS recommends, below [`LARGE_VCPU`] and from there on
/// (Amazon EKS user guide, max-pods-calculator).
const PODS_WITH_PREFIXES: [u32; 2] = [110, 250];
/// Pods of a node of EKS Auto Mode, whatever its network interfaces (Amazon EKS user guide, node
/// classes, 2026).
pub(crate) const PODS_OF_AUTO_MODE: u32 = 110;
/// vCPUs from which a node has the larger number.
const LARGE_VCPU: u32 = 30;

/// The pods of every node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxPods {
    /// As many on every node type.
    Stated(u32),
    PrefixDelegation,
}

impl MaxPods {
    /// `None` is prefix delegation.
    pub(crate) fn of(stated: Option<u32>) -> Self {
        stated.map_or(Self::PrefixDelegation, Self::Stated)
    }

    fn on(self, shape: &InstanceType) -> u32 {
        match self {
            Self::Stated(pods) => pods,
            Self::PrefixDelegation => PODS_WITH_PREFIXES[usize::from(shape.vcpu >= LARGE_VCPU)],
        }
    }
}

/// What a node of an instance type offers, as `kubectl describe node` shows it.
#[derive(Debug, Clone)]
pub struct StatedNode {
    pub name: String,
    pub at: At,
    pub millicores: Option<u64>,
    pub memory_mib: Option<u64>,
    pub max_pods: Option<u32>,
}

impl StatedNode {
    /// The mistake in it that only the instance types show.
    pub(crate) fn mistake(&self, instances: &[InstanceType]) -> Option<Diag> {
        let wrong = |code, message: String| Diag::new(code, message).at(self.at.clone());
        let Some(shape) = instances.iter().find(|shape| shape.name == self.name) else {
            let known = instances.iter().map(|shape| shape.name.as_str());
            let message = format!("the price book has no instance type `{}`", self.name);
            let help = did_you_mean(&self.name, known);
            return Some(wrong(Code::NotAvailable, message).maybe_help(help));
        };
        let vcpu = u64::from(shape.vcpu) * u64::from(MILLICORES_PER_VCPU);
        let memory = u64::from(shape.memory_mib);
        let is_more = self.millicores.is_some_and(|stated| stated > vcpu)
            || self.memory_mib.is_some_and(|stated| stated > memory);
        is_more.then(|| {
            let message = format!(
                "`{}` has {} vCPU and {} MiB, less than stated",
                self.name,
                shape.vcpu,
                count(memory.into())
            );
            let help = "state what `kubectl describe node` shows under \"Allocatable\"";
            wrong(Code::Conflict, message).help(help)
        })
    }
}

/// What a node offers to pods and DaemonSets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NodeSize {
    /// Thousandths of a vCPU.
    pub millicores: u64,
    pub memory_mib: u64,
    /// Memory that is sold, MiB.
    pub nominal_mib: u64,
    pub nominal_vcpu: u32,
    pub pods: u32,
}

impl NodeSize {
    pub(crate) fn of(shape: &InstanceType, options: &EksOptions) -> Self {
        let overhead = options.memory_overhead.map(Exact::from);
        let allocatable = shape.allocatable(overhead.as_ref());
        let max_pods = options.max_pods.map(|pods| pods.on(shape));
        let known = Self {
            millicores: allocatable.millicores,
            memory_mib: allocatable.memory_mib,
            nominal_mib: shape.memory_mib.into(),
            nominal_vcpu: shape.vcpu,
            pods: max_pods.unwrap_or(shape.max_pods),
        };
        let mut nodes = options.nodes.iter();
        match nodes.find(|node| node.name == shape.name) {
            Some(stated) => Self {
                millicores: stated.millicores.unwrap_or(known.millicores),
                memory_mib: stated.memory_mib.unwrap_or(known.memory_mib),
                pods: stated.max_pods.unwrap_or(known.pods),
                ..known
            },
            None => known,
        }
    }
}
