//! Names that JSON and CSV share.

use crate::solve::crossover::{Band, CrossoverKind};

/// The name of a kind of crossover.
pub fn kind_name(kind: CrossoverKind) -> &'static str {
    match kind {
        CrossoverKind::At => "at",
        CrossoverKind::BeyondPeak => "beyond-peak",
        CrossoverKind::Never => "never",
    }
}

/// The name of a place against the rule of thumb.
pub fn band_name(band: Band) -> &'static str {
    match band {
        Band::Below => "below-30",
        Band::Within => "30-40",
        Band::Above => "above-40",
    }
}
