//! Templates: what they state about functions before these run.

pub(super) mod cloudformation;
mod configuration;
mod ecs;
pub(super) mod infracost;
mod intrinsics;
mod node;
pub(super) mod serverless;
pub(super) mod terraform;
mod variables;
mod yaml;
