//! The meters of clusters and of the volumes of nodes; the nodes themselves are EC2's.

use crate::pricebook::Meter;
use crate::pricebook::meters::{MetersByType, Savings, meters};
use crate::units::{ClusterHour, GbMonth, VcpuHour};

meters! {
    CLUSTER: ClusterHour = "eks.cluster", "EKS cluster, standard support";
    EXTENDED_SUPPORT: ClusterHour = "eks.extended_support", "EKS extended support, on top";
    CONTROL_PLANE_XL: ClusterHour = "eks.control_plane_xl", "EKS provisioned control plane XL";
    CONTROL_PLANE_2XL: ClusterHour = "eks.control_plane_2xl", "EKS provisioned control plane 2XL";
    CONTROL_PLANE_4XL: ClusterHour = "eks.control_plane_4xl", "EKS provisioned control plane 4XL";
    CONTROL_PLANE_8XL: ClusterHour = "eks.control_plane_8xl", "EKS provisioned control plane 8XL";
    GP3: GbMonth = "ebs.gp3", "EBS gp3 volume";
    CREDITS_T3: VcpuHour = "ec2_credits.t3", "CPU credits of T3 and T3a, unlimited mode";
    CREDITS_T4G: VcpuHour = "ec2_credits.t4g", "CPU credits of T4g, unlimited mode";
}

/// The fee of EKS Auto Mode for an instance type.
pub(crate) static AUTO_MODE: MetersByType = MetersByType::new(
    "eks_auto_mode",
    "EKS Auto Mode on an instance",
    Savings::Outside,
);

/// Tiers of a provisioned control plane, as scenarios name them.
pub(crate) const TIERS: [&str; 4] = ["xl", "2xl", "4xl", "8xl"];
/// The meter of each tier in [`TIERS`].
pub(crate) const CONTROL_PLANES: [(&str, Meter<ClusterHour>); 4] = [
    (TIERS[0], CONTROL_PLANE_XL),
    (TIERS[1], CONTROL_PLANE_2XL),
    (TIERS[2], CONTROL_PLANE_4XL),
    (TIERS[3], CONTROL_PLANE_8XL),
];
