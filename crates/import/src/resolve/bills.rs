//! Calls, durations and traffic from bills.

use super::claims::{Billed, Claims};
use super::join::Names;
use super::{Key, Origin, Value, traffic};
use crate::facts::{Claim, Facts, Who};
use crate::format::Format;
use crate::formats::bill::OfFunction;
use crate::mistake::Mistake;
use crate::options::Options;
use crate::time::Window;
use std::collections::BTreeMap;

/// Adds what the bills of each function give.
///
/// # Errors
/// The window is empty.
pub(super) fn add(
    facts: &Facts,
    names: &Names,
    options: &Options,
    all: &mut BTreeMap<Who, Claims>,
) -> Result<(), Mistake> {
    for (format, bill) in &facts.bills.by_format {
        let window = bill.window.map(|window| options.window(window));
        let Some(window) = window.filter(|_| !bill.functions.is_empty()) else {
            continue;
        };
        if window.milliseconds() == 0 {
            let message = format!("the bills ({}) cover no time", format.name());
            let help = "check the start and end columns of the bill, --from and --to";
            return Err(Mistake::anywhere(message, help));
        }
        for (who, own) in &bill.functions {
            let claims = all.entry(names.whole(who)).or_default();
            of_function(own, *format, window, facts, options, claims);
        }
    }
    Ok(())
}

fn of_function(
    own: &OfFunction,
    format: Format,
    window: Window,
    facts: &Facts,
    options: &Options,
    claims: &mut Claims,
) {
    let architecture = Claim {
        key: Key::Architecture,
        value: Some(Value::text(own.architecture.1.name())),
        origin: Origin::Derived,
        source: own.source,
    };
    claims.add(architecture, facts);
    let requests = own.requests.exact();
    if !requests.is_positive() {
        return;
    }
    claims.calls(&requests, own.source, format, window, options);
    claims.billed.push(Billed {
        gb_seconds: own.gb_seconds.exact(),
        requests,
        source: own.source,
    });
    let hours = own.hours.as_ref();
    let hours = hours.map(|hours| hours.iter().map(|(hour, calls)| (*hour, *calls)));
    let hours = hours.map(Iterator::collect::<BTreeMap<i64, u128>>);
    let found = hours.and_then(|hours| traffic::of_hours(&hours, window, options));
    if let Some(found) = found {
        claims.traffic(format, found);
    }
}
