//! Names that JSON and CSV share.

use crate::answer::{Comparison, Input};
use crate::solve::crossover::{Band, CrossoverKind};
use std::borrow::Cow;

/// The name of an input on which a verdict hangs.
pub(crate) fn input_name(comparison: &Comparison<'_>, input: Input) -> Cow<'static, str> {
    Cow::Borrowed(match input {
        Input::Calls => "calls",
        Input::Duration => "duration_ms",
        Input::Memory => "memory_mb",
        Input::Capacity => "capacity",
        Input::Cpu => "cpu_ms",
        Input::MemoryPerRequest => "memory_per_request_mb",
        Input::Price(platform) => {
            return Cow::Owned(format!("price.{}", comparison.platforms()[platform].id));
        }
    })
}

pub(crate) fn kind_name(kind: CrossoverKind) -> &'static str {
    match kind {
        CrossoverKind::At => "at",
        CrossoverKind::BeyondPeak => "beyond-peak",
        CrossoverKind::Never => "never",
        CrossoverKind::Always => "always",
    }
}

pub(crate) fn band_name(band: Band) -> &'static str {
    match band {
        Band::Below => "below-30",
        Band::Within => "30-40",
        Band::Above => "above-40",
    }
}
