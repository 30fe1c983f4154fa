//! Reads the built-in prices: the lines that `build.rs` makes of the files in `pricing/`, and
//! describes there. A test compares them with the files.

use super::Regional;
use super::meters::Meters;
use super::price::{Entry, Listed, Provenance};
use super::read::plain;
use crate::exact::Exact;
use std::array;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

type Meter = (Cow<'static, str>, Entry);

/// The prices of a region in the lines of a file.
pub(super) fn region(lines: &'static str, name: &str, known: &Meters) -> Regional {
    let mut lines = lines.lines();
    let [as_of, location] = fields(lines.next().unwrap_or_default());
    let mut provenances = Vec::new();
    // In the order of paths, so that the map is made of them without searching.
    let mut meters: Vec<Meter> = Vec::new();
    for line in lines {
        match line.strip_prefix('\t') {
            Some(line) => provenances.push(provenance(line)),
            None => price(line, &provenances, &mut meters),
        }
    }
    Regional {
        name: name.into(),
        location: text(location),
        as_of: as_of.into(),
        is_overlaid: false,
        origin: super::FLAG,
        meters: BTreeMap::from_iter(meters),
        known: known.clone(),
        terms: None,
    }
}

/// The fields of a line.
fn fields<const N: usize>(line: &str) -> [&str; N] {
    let mut ends = memchr::memchr_iter(b'\t', line.as_bytes()).chain([line.len()]);
    let mut start = 0;
    array::from_fn(|_| {
        let end = ends.next().expect(WRITTEN);
        let field = &line[start..end];
        start = end + 1;
        field
    })
}

/// Why a line has what is read from it.
const WRITTEN: &str = "build.rs writes every field, and a test reads every file";

/// A field; `None` if it is empty.
fn text(field: &str) -> Option<Arc<str>> {
    (!field.is_empty()).then(|| field.into())
}

fn number(field: &str) -> Exact {
    plain(field).expect(WRITTEN).into()
}

/// The provenance of prices, without their rate codes.
fn provenance(line: &str) -> Provenance {
    let [as_of, confidence, source] = fields(line);
    Provenance {
        as_of: as_of.into(),
        source: source.into(),
        rate_code: None,
        confidence: text(confidence),
    }
}

/// Adds a price: a meter, or a tier of the last meter.
fn price(line: &'static str, provenances: &[Provenance], meters: &mut Vec<Meter>) {
    let [path, from, usd, per, provenance, rate_code] = fields(line);
    let provenance: usize = provenance.parse().expect(WRITTEN);
    let listed = Listed {
        usd: number(usd),
        per,
        provenance: Provenance {
            rate_code: text(rate_code),
            ..provenances[provenance].clone()
        },
    };
    if from.is_empty() {
        meters.push((Cow::Borrowed(path), Entry::Flat(listed)));
        return;
    }
    let tier = (number(from), listed);
    match meters.last_mut() {
        Some((last, Entry::Tiered(tiers))) if last == path => tiers.push(tier),
        _ => meters.push((Cow::Borrowed(path), Entry::Tiered(vec![tier]))),
    }
}
