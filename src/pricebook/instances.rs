//! Instance types, and the allocatable capacity of Kubernetes nodes.

use super::Architecture;
use crate::diag::{Code, Diag, Diags, Source};
use crate::exact::Exact;
use crate::text::is_identifier;

/// The size of an EC2 instance type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceType {
    pub name: String,
    pub architecture: Architecture,
    pub vcpu: u32,
    /// Nominal memory, MiB.
    pub memory_mib: u32,
    /// Number of pod addresses of the VPC CNI.
    pub max_pods: u32,
    /// Allocatable capacity as a price file of the user states it; `None` for that of
    /// [`allocatable`].
    pub stated: Option<Allocatable>,
}

/// Capacity that pods and DaemonSets can request on a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allocatable {
    /// Thousandths of a vCPU.
    pub millicores: u64,
    /// In MiB.
    pub memory_mib: u64,
}

/// Maximum number of pods that the file can state. Kubernetes supports 110 by default; the largest
/// types here state 1,514.
const MOST_PODS: u32 = 65_536;
/// Memory that arm64 machines lose first, MiB (Karpenter's instance types).
const ARM_LOSS_MIB: u64 = 64;
/// The share of a node's memory that virtualization takes, in thousandths: Karpenter's estimate. Real
/// nodes often lose less.
const OVERHEAD_PER_MILLE: u64 = 75;
/// Kubelet's hard eviction threshold, MiB (EKS AMI).
const EVICTION_MIB: u64 = 100;

/// Capacity that the kubelet of an EKS node offers to pods.
///
/// Memory: nominal, minus 7.5 % for the virtual machine, minus 255 MiB + 11 MiB per pod address,
/// minus the eviction threshold. CPU: minus 6 % of the first core, 1 % of the second, 0.5 % of the
/// third and fourth, 0.25 % of the others. Source: awslabs/amazon-eks-ami `nodeadm` (kubelet
/// config) and aws/karpenter-provider-aws (`instancetype/types.go`), both read in 2026-07/08.
pub fn allocatable(
    architecture: Architecture,
    vcpu: u32,
    memory_mib: u32,
    max_pods: u32,
) -> Allocatable {
    let overhead = Exact::ratio(OVERHEAD_PER_MILLE, 1000);
    allocatable_at(&overhead, architecture, vcpu, memory_mib, max_pods)
}

/// The same, if virtualization takes the share `overhead` of the memory.
fn allocatable_at(
    overhead: &Exact,
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
    let machine = (&Exact::from(memory) * overhead).ceil();
    let machine = machine.and_then(|mib| u64::try_from(mib).ok());
    let machine = machine.expect("a share of a memory is at most that memory");
    let kubelet = 255 + 11 * u64::from(max_pods);
    let memory_mib = memory.saturating_sub(machine + kubelet + EVICTION_MIB);
    // Cores in the range, and the reserved ten-thousandths of each. Integer division per range.
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
    /// The capacity that a node of this type offers before DaemonSets. `overhead` is the share of
    /// its memory that virtualization takes, if it is known.
    pub(crate) fn allocatable(&self, overhead: Option<&Exact>) -> Allocatable {
        let (architecture, vcpu, memory) = (self.architecture, self.vcpu, self.memory_mib);
        match (self.stated, overhead) {
            (Some(stated), _) => stated,
            (None, None) => allocatable(architecture, vcpu, memory, self.max_pods),
            (None, Some(overhead)) => {
                allocatable_at(overhead, architecture, vcpu, memory, self.max_pods)
            }
        }
    }

    /// `m7i` of `m7i.large`.
    pub(crate) fn family(&self) -> Option<&str> {
        let (family, _) = self.name.split_once('.')?;
        Some(family)
    }

    /// The generation of its family: 7 of `m7i.large`.
    pub(crate) fn generation(&self) -> Option<u32> {
        self.family()?
            .chars()
            .find_map(|letter| letter.to_digit(10))
    }

    pub(crate) fn is_default_candidate(&self) -> bool {
        is_default_candidate(&self.name)
    }
}

/// True for a type that is considered if no type is fixed: general purpose, compute and memory
/// optimized families from the fifth generation, `large` to `4xlarge`; not burstable, metal or
/// accelerated (`^[mcr][5-9][a-z]*\.(large|xlarge|2xlarge|4xlarge)$`).
pub fn is_default_candidate(name: &str) -> bool {
    let [b'm' | b'c' | b'r', b'5'..=b'9', rest @ ..] = name.as_bytes() else {
        return false;
    };
    let letters = rest.iter().position(|byte| !byte.is_ascii_lowercase());
    letters.is_some_and(|dot| rest[dot] == b'.') && has_usual_size(name)
}

/// True for a type of a size that is considered if no type is fixed.
pub(crate) fn has_usual_size(name: &str) -> bool {
    let size = name.split_once('.').map(|(_, size)| size);
    matches!(size, Some("large" | "xlarge" | "2xlarge" | "4xlarge"))
}

/// Reads the built-in `instances.csv`. Its allocatable capacity is that of the formula: a test compares
/// both.
///
/// # Errors
/// Every row that is not an instance type.
pub(crate) fn read_built_in(source: &Source) -> Result<Vec<InstanceType>, Diags> {
    let mut types = read(source)?;
    for shape in &mut types {
        shape.stated = None;
    }
    Ok(types)
}

/// Reads an `instances.csv`.
///
/// # Errors
/// Every row that is not an instance type.
pub(crate) fn read(source: &Source) -> Result<Vec<InstanceType>, Diags> {
    let mut diags = Diags::new();
    let mut types = Vec::new();
    let mut start = 0;
    for (index, line) in source.text().split_inclusive('\n').enumerate() {
        let span = start..start + line.trim_end().len();
        start += line.len();
        if index == 0 || line.trim().is_empty() {
            continue;
        }
        let shape = row(line.trim_end()).map_err(|fault| {
            let help = "the columns are instance_type, architecture, vcpu, memory_mib, max_pods, \
                        allocatable_millicores and allocatable_mib";
            Diag::new(Code::BadPrice, fault)
                .at(source.at(span))
                .help(help)
        });
        types.extend(diags.take(shape));
    }
    diags.into_result(types)
}

/// The instance type of a row, or what is wrong with the row.
fn row(line: &str) -> Result<InstanceType, String> {
    let mut cells = line.split(',');
    let name = cells.next().unwrap_or_default();
    if !is_identifier(name) {
        return Err(format!(
            "instance_type `{name}` may have only letters, digits, `-`, `.` and `_`"
        ));
    }
    let architecture = cells.next().unwrap_or_default();
    let architecture = Architecture::parse(architecture)
        .ok_or_else(|| format!("architecture `{architecture}` is not x86_64 or arm64"))?;
    let mut number = |column: &str, most: u32| {
        let text = cells.next().unwrap_or_default();
        let number: u32 = text
            .parse()
            .map_err(|_| format!("{column} `{text}` is not a whole number"))?;
        if number > most {
            return Err(format!("{column} {number} is more than {most}"));
        }
        Ok(number)
    };
    Ok(InstanceType {
        name: name.to_owned(),
        architecture,
        vcpu: number("vcpu", u32::MAX)?,
        memory_mib: number("memory_mib", u32::MAX)?,
        max_pods: number("max_pods", MOST_PODS)?,
        stated: Some(Allocatable {
            millicores: number("allocatable_millicores", u32::MAX)?.into(),
            memory_mib: number("allocatable_mib", u32::MAX)?.into(),
        }),
    })
}
