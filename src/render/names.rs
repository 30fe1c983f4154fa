//! Names that JSON and CSV share.

use crate::solve::crossover::{Band, CrossoverKind};

pub(crate) fn kind_name(kind: CrossoverKind) -> &'static str {
    match kind {
        CrossoverKind::At => "at",
        CrossoverKind::BeyondPeak => "beyond-peak",
        CrossoverKind::Never => "never",
    }
}

pub(crate) fn band_name(band: Band) -> &'static str {
    match band {
        Band::Below => "below-30",
        Band::Within => "30-40",
        Band::Above => "above-40",
    }
}
