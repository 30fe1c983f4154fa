//! Assumptions of EKS on Fargate.

use super::options::EksFargateOptions;
use crate::platform::tasks::all_month;
use crate::scenario::{ClusterKind, Notes, Scenario, assumptions};

assumptions! {
    DEDICATED: Assumed = "eks-fargate-dedicated-cluster",
        "EKS on Fargate runs Linux pods on demand{hours}, each billed for its request and 256 MB, \
         rounded up to a valid size; one cluster per region for all functions, its fee divided by \
         what their pods cost";
    EXISTING: Assumed = "eks-fargate-existing-cluster",
        "EKS on Fargate runs Linux pods on demand{hours}, each billed for its request and 256 MB, \
         rounded up to a valid size; the cluster exists already, so its fee is not counted";
    JOBS: Assumed = "eks-fargate-jobs",
        "EKS on Fargate: the pod of a job is deleted when the job ends";
    CLUSTER_PODS: NotCounted = "eks-fargate-cluster-pods",
        "EKS on Fargate: pods of the cluster itself (CoreDNS), image pulls of services, and extra \
         pods during rolling deployments";
}

/// Adds the assumptions and omissions that apply.
pub(crate) fn note(scenario: &Scenario, notes: &mut Notes) {
    let options: &EksFargateOptions = scenario.options.of();
    let cluster = match options.cluster {
        ClusterKind::Dedicated => &DEDICATED,
        ClusterKind::Existing => &EXISTING,
    };
    notes.add(cluster.with(&[("hours", &all_month(scenario))]));
    let mut functions = scenario.functions.iter();
    if functions.any(|function| !function.is_service()) {
        notes.add(JOBS.holds());
    }
    notes.add(CLUSTER_PODS.holds());
}
