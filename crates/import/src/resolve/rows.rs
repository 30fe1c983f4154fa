//! Calls by function, hour, memory size and source: the rows of `lambdacost/usage/v1`.

use super::usage::{OfMemory, Usage};
use crate::facts::Who;
use crate::format::Format;
use std::collections::BTreeMap;

/// The calls of an import by function and hour.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) by_key: BTreeMap<RowKey, OfMemory>,
    /// The most calls in flight at once.
    peaks: BTreeMap<(Who, &'static str, Option<i64>), u64>,
}

/// Which calls a row is about. Rows are sorted by these fields.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowKey {
    pub(crate) who: Who,
    /// Hours since 1970.
    pub(crate) hour: Option<i64>,
    pub(crate) memory_mb: Option<u32>,
    /// As in the column `source`.
    pub(crate) source: &'static str,
}

impl Rows {
    /// Adds the calls of a function.
    pub(super) fn add(&mut self, who: &Who, format: Format, usage: &Usage) {
        let source = match format {
            Format::LambdaLog => "log",
            Format::LogsInsights => "insights",
            Format::Cloudwatch => "metrics",
            // No source stands for these.
            _ => return,
        };
        for ((hour, memory_mb), calls) in &usage.rows {
            let key = RowKey {
                who: who.clone(),
                hour: *hour,
                memory_mb: *memory_mb,
                source,
            };
            let own = self.by_key.entry(key).or_default();
            *own = std::mem::take(own).and(calls);
        }
        for (hour, peak) in &usage.peaks {
            let most = self.peaks.entry((who.clone(), source, *hour)).or_default();
            *most = (*most).max(*peak);
        }
    }

    /// The most calls in flight in the hour of a row; of all memory sizes, if there are several.
    pub(crate) fn peak(&self, key: &RowKey) -> Option<u64> {
        let hour = (key.who.clone(), key.source, key.hour);
        self.peaks.get(&hour).copied()
    }
}
