//! Burstable node types: what their pods use above the baseline is billed as surplus credits.
//!
//! Rules: Amazon EC2 user guide, burstable performance instances (baselines, unlimited mode by default
//! for T3, T3a and T4g); EC2 on-demand pricing page (a price per vCPU-hour).

use super::meters::{CREDITS_T3, CREDITS_T4G};
use crate::diag::{Code, Diag};
use crate::exact::Exact;
use crate::platform::slot::Slot;
use crate::pricebook::{InstanceType, Price, Regional};
use crate::scenario::{Demand, Function};
use crate::units::VcpuHour;

/// Baselines by size, in per cent of each vCPU (EC2 user guide).
const BASELINES: [(&str, u64); 7] = [
    ("nano", 5),
    ("micro", 10),
    ("small", 20),
    ("medium", 20),
    ("large", 30),
    ("xlarge", 40),
    ("2xlarge", 40),
];

/// Surplus credits of a node type.
pub(crate) struct Surplus {
    /// Busy vCPUs of a node that cost nothing in addition.
    pub baseline: Exact,
    pub price: Price<VcpuHour>,
}

impl Surplus {
    /// `None` for a type that is not burstable.
    ///
    /// # Errors
    /// The type is not in unlimited mode by default, or its credits have no price.
    pub(crate) fn find(shape: &InstanceType, regional: &Regional) -> Result<Option<Self>, Diag> {
        let meter = match shape.family() {
            Some("t3" | "t3a") => CREDITS_T3,
            Some("t4g") => CREDITS_T4G,
            Some("t2") => return Err(not_unlimited(shape)),
            _ => return Ok(None),
        };
        let size = shape.name.split_once('.').map(|(_, size)| size);
        let mut known = BASELINES.iter();
        let Some((_, percent)) = known.find(|(name, _)| Some(*name) == size) else {
            let message = format!("the baseline of `{}` is not known", shape.name);
            let help = "set eks.instance_type to another type";
            return Err(Diag::new(Code::NotAvailable, message).help(help));
        };
        Ok(Some(Self {
            baseline: Exact::ratio(u64::from(shape.vcpu) * percent, 100),
            price: regional.price(meter)?,
        }))
    }

    /// Busy vCPUs of a number of nodes that are billed.
    pub(crate) fn billed(&self, nodes: &Exact, busy: &Exact) -> Exact {
        (busy - &(nodes * &self.baseline)).max(Exact::ZERO)
    }
}

fn not_unlimited(shape: &InstanceType) -> Diag {
    let message = format!(
        "`{}` is not in unlimited mode by default: without credits its pods get its baseline only",
        shape.name
    );
    let help = "set eks.instance_type to a type of t3, t3a or t4g, or to one that is not burstable";
    Diag::new(Code::NotAvailable, message).help(help)
}

/// Mean number of vCPUs that the requests of a function keep busy while its containers run.
pub(crate) fn busy_vcpu(function: &Function, demand: &Demand) -> Exact {
    demand.average() * &Slot::of(function).vcpu
}
