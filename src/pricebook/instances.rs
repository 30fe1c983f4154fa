//! Instance types: their shape, and what of it a Kubernetes node can sell.

use super::Architecture;
use crate::diag::{Code, Diag, Diags, Source};
use crate::text::is_identifier;

/// The shape of an EC2 instance type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceType {
    /// AWS's name.
    pub name: String,
    /// Processor architecture.
    pub architecture: Architecture,
    /// vCPUs.
    pub vcpu: u32,
    /// Nominal memory, MiB.
    pub memory_mib: u32,
    /// Pods that the VPC CNI gives addresses to.
    pub max_pods: u32,
    /// Allocatable capacity as Karpenter publishes it: what [`allocatable`] is checked against.
    pub published: Allocatable,
}

/// What pods may request of a node before DaemonSets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allocatable {
    /// Thousandths of a vCPU.
    pub millicores: u64,
    /// MiB.
    pub memory_mib: u64,
}

/// Pods beyond any node: Kubernetes supports 110 by default, the largest types here say 1,514.
const MOST_PODS: u32 = 65_536;
/// Memory that arm64 machines lose before anything else, MiB (Karpenter's instance types).
const ARM_LOSS_MIB: u64 = 64;
/// Kubelet's hard eviction threshold, MiB (EKS AMI).
const EVICTION_MIB: u64 = 100;

/// CPU and memory that the kubelet of an EKS node offers to pods.
///
/// Nominal memory less 7.5 % for the virtual machine, less 255 MiB + 11 MiB per pod address, less
/// the eviction threshold; CPU less 6 % of the first core, 1 % of the second, 0.5 % of the third
/// and fourth, 0.25 % of the rest. Source: awslabs/amazon-eks-ami `nodeadm` (kubelet config) and
/// aws/karpenter-provider-aws (`instancetype/types.go`), both read in 2026-07/08.
pub fn allocatable(
    architecture: Architecture,
    vcpu: u32,
    memory_mib: u32,
    max_pods: u32,
) -> Allocatable {
    let lost = match architecture {
        Architecture::Arm64 => ARM_LOSS_MIB,
        Architecture::X86_64 => 0,
    };
    let memory = u64::from(memory_mib).saturating_sub(lost);
    let machine = (memory * 75).div_ceil(1000);
    let kubelet = 255 + 11 * u64::from(max_pods);
    let memory_mib = memory.saturating_sub(machine + kubelet + EVICTION_MIB);
    // (cores in the range, reserved ten-thousandths of each); integer division per range.
    let ranges = [(1, 600), (1, 100), (2, 50), (u64::from(u32::MAX), 25)];
    let mut left = u64::from(vcpu);
    let mut reserved = 0;
    for (cores, ten_thousandths) in ranges {
        let taken = left.min(cores);
        reserved += taken * 1000 * ten_thousandths / 10_000;
        left -= taken;
    }
    Allocatable {
        millicores: (u64::from(vcpu) * 1000).saturating_sub(reserved),
        memory_mib,
    }
}

impl InstanceType {
    /// What this type's node offers to pods before DaemonSets.
    pub fn allocatable(&self) -> Allocatable {
        allocatable(self.architecture, self.vcpu, self.memory_mib, self.max_pods)
    }

    /// True for a type that a cluster chooses from by itself.
    pub fn is_default_candidate(&self) -> bool {
        is_default_candidate(&self.name)
    }
}

/// True for the name of a type that a cluster chooses from by itself: general, compute and memory
/// families of the fifth generation and newer, large to 4xlarge; nothing burstable, metal or
/// accelerated (`^[mcr][5-9][a-z]*\.(large|xlarge|2xlarge|4xlarge)$`).
pub fn is_default_candidate(name: &str) -> bool {
    let Some((family, size)) = name.split_once('.') else {
        return false;
    };
    let mut letters = family.chars();
    matches!(letters.next(), Some('m' | 'c' | 'r'))
        && matches!(letters.next(), Some('5'..='9'))
        && letters.all(|letter| letter.is_ascii_lowercase())
        && ["large", "xlarge", "2xlarge", "4xlarge"].contains(&size)
}

/// Reads `instances.csv`.
///
/// # Errors
/// Every row that is not a shape.
pub fn read(source: &Source) -> Result<Vec<InstanceType>, Diags> {
    let mut diags = Diags::new();
    let mut types = Vec::new();
    let mut start = 0;
    for (index, line) in source.text().split_inclusive('\n').enumerate() {
        let span = start..start + line.trim_end().len();
        start += line.len();
        if index == 0 || line.trim().is_empty() {
            continue;
        }
        match row(line.trim_end()) {
            Some(shape) => types.push(shape),
            None => diags.push(
                Diag::new(Code::BadPrice, "not the shape of an instance type")
                    .at(source.at(span))
                    .help(
                        "instance_type,architecture,vcpu,memory_mib,max_pods,\
                         allocatable_millicores,allocatable_mib",
                    ),
            ),
        }
    }
    diags.into_result(types)
}

fn row(line: &str) -> Option<InstanceType> {
    let mut cells = line.split(',');
    let name = cells.next().filter(|name| is_identifier(name))?.to_owned();
    let architecture = Architecture::parse(cells.next()?)?;
    let mut number = || cells.next()?.parse::<u32>().ok();
    Some(InstanceType {
        name,
        architecture,
        vcpu: number()?,
        memory_mib: number()?,
        max_pods: number().filter(|pods| *pods <= MOST_PODS)?,
        published: Allocatable {
            millicores: number()?.into(),
            memory_mib: number()?.into(),
        },
    })
}
