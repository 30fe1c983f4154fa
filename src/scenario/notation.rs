//! Numbers in notations that are not supported, such as `42M`, `0,4` or `512MB`, and how to write
//! them.

use super::schema::last_word;
use rust_decimal::Decimal;
use std::str::FromStr;

/// The factor of a letter or word after a number.
const MULTIPLES: [(&str, i64); 10] = [
    ("k", 1_000),
    ("thousand", 1_000),
    ("m", 1_000_000),
    ("mn", 1_000_000),
    ("mio", 1_000_000),
    ("million", 1_000_000),
    ("b", 1_000_000_000),
    ("bn", 1_000_000_000),
    ("billion", 1_000_000_000),
    ("g", 1_000_000_000),
];

/// Unit suffixes of key names, with units that people write instead, and the factor to the unit of
/// the key.
const UNITS: [(&str, &[(&str, i64)]); 6] = [
    (
        "ms",
        &[
            ("ms", 1),
            ("msec", 1),
            ("s", 1_000),
            ("sec", 1_000),
            ("seconds", 1_000),
            ("m", 60_000),
            ("min", 60_000),
            ("minutes", 60_000),
            ("h", 3_600_000),
        ],
    ),
    (
        "mb",
        &[
            ("m", 1),
            ("mb", 1),
            ("mib", 1),
            ("g", 1_024),
            ("gb", 1_024),
            ("gib", 1_024),
        ],
    ),
    ("gb", &[("g", 1), ("gb", 1), ("gib", 1), ("tb", 1_024)]),
    ("kb", &[("k", 1), ("kb", 1), ("kib", 1), ("mb", 1_024)]),
    ("usd", &[("usd", 1), ("$", 1)]),
    ("percent", &[("%", 1), ("percent", 1)]),
];

/// The unit suffix of a key name.
fn unit_of(key: &str) -> Option<&'static (&'static str, &'static [(&'static str, i64)])> {
    let (_, ending) = last_word(key).rsplit_once('_')?;
    UNITS.iter().find(|(unit, _)| *unit == ending)
}

/// How to write the value of a key, if it is a number in a notation that is not supported.
pub(crate) fn advice(key: &str, text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix('$').unwrap_or(text);
    if text.is_empty() || text.len() > 40 {
        return None;
    }
    without_groups(text)
        .map(|number| format!("write {number}, without separators"))
        .or_else(|| {
            let number = with_point(text)?;
            Some(format!("write {number}, with a decimal point"))
        })
        .or_else(|| without_letters(key, text))
}

/// `42,000,000`, `42.000.000`, `42 000` and `42'000` without separators of thousands.
///
/// A single point is a decimal point, and so is a comma before one or two digits.
fn without_groups(text: &str) -> Option<String> {
    let separators = [",", " ", "'", "\u{a0}", "\u{202f}"].into_iter();
    let found = separators.map(|separator| joined(text, separator, 2));
    found.chain([joined(text, ".", 3)]).flatten().next()
}

/// A number without the separators of its thousands, if it has at least `least` groups.
fn joined(text: &str, separator: &str, least: usize) -> Option<String> {
    let groups: Vec<&str> = text.split(separator).collect();
    let [first, rest @ ..] = groups.as_slice() else {
        return None;
    };
    let is_number = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let starts = (1..=3).contains(&first.len()) && is_number(first);
    let grouped = rest
        .iter()
        .all(|group| group.len() == 3 && is_number(group));
    (groups.len() >= least && starts && grouped).then(|| groups.concat())
}

/// `0,4` and `1.234,5` with a decimal point.
fn with_point(text: &str) -> Option<String> {
    let (whole, decimals) = text.split_once(',')?;
    let whole = joined(whole, ".", 2).unwrap_or_else(|| whole.to_owned());
    let number = format!("{whole}.{decimals}");
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (is_number(&whole) && is_number(decimals)).then_some(number)
}

/// `42M` and `512MB` without the letters after the number, and the converted number.
fn without_letters(key: &str, text: &str) -> Option<String> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || ".,_".contains(c)))?;
    let (number, letters) = text.split_at(end);
    let letters = letters.trim().to_lowercase();
    let number = with_point(number).unwrap_or_else(|| number.replace('_', ""));
    let number = Decimal::from_str(&number).ok()?;
    let times = |known: &[(&str, i64)]| {
        let found = known.iter().find(|(name, _)| *name == letters)?;
        let product = number.checked_mul(Decimal::from(found.1))?;
        Some(product.normalize().to_string())
    };
    match unit_of(key) {
        Some((unit, units)) => times(units).map(|number| {
            let unit = unit
                .to_uppercase()
                .replace("MS", "ms")
                .replace("PERCENT", "per cent");
            format!("write {number}, without a unit: it is {unit}")
        }),
        None => times(&MULTIPLES).map(|number| format!("write {number}, without letters")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_notations_are_written_as_numbers() {
        for (key, text, wanted) in [
            (
                "invocations_per_month",
                "42M",
                "write 42000000, without letters",
            ),
            (
                "invocations_per_month",
                "1.5 million",
                "write 1500000, without letters",
            ),
            (
                "invocations_per_month",
                "42.000.000",
                "write 42000000, without separators",
            ),
            (
                "invocations_per_month",
                "42,000,000",
                "write 42000000, without separators",
            ),
            (
                "invocations_per_month",
                "1 000 000",
                "write 1000000, without separators",
            ),
            ("utilization", "0,4", "write 0.4, with a decimal point"),
            (
                "peak_concurrency",
                "1.234,5",
                "write 1234.5, with a decimal point",
            ),
            ("memory_mb", "512MB", "write 512, without a unit: it is MB"),
            ("memory_mb", "0.5 GB", "write 512, without a unit: it is MB"),
            ("memory_mb", "512M", "write 512, without a unit: it is MB"),
            (
                "duration_ms",
                "200ms",
                "write 200, without a unit: it is ms",
            ),
            (
                "duration_ms",
                "1,5s",
                "write 1500, without a unit: it is ms",
            ),
            (
                "monthly_usd",
                "250 USD",
                "write 250, without a unit: it is USD",
            ),
        ] {
            assert_eq!(advice(key, text).as_deref(), Some(wanted), "{key} = {text}");
        }
    }

    #[test]
    fn nothing_is_guessed() {
        for (key, text) in [
            ("memory_mb", "many"),
            ("memory_mb", "12 apples"),
            ("utilization", "1e"),
            ("invocations_per_month", "1,00,000,0"),
            ("duration_ms", "5 weeks"),
            ("name", ""),
        ] {
            assert_eq!(advice(key, text), None, "{key} = {text}");
        }
    }
}
