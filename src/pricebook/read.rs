//! Reads a price file of the user as the prices of a region, or reports all of its mistakes.

use super::Regional;
use super::meters::{MeterInfo, Meters};
use super::price::{Entry, Listed, Provenance, first_day};
use crate::diag::{Code, Diag, Diags, Source};
use crate::exact::Exact;
use crate::text::{did_you_mean, is_identifier, unfit};
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

type Table<'a> = DeTable<'a>;
type Value<'a> = Spanned<DeValue<'a>>;

/// Keys of a table that apply to each price in it without its own value.
const DEFAULTS: [&str; 3] = ["as_of", "confidence", "source"];

/// Reads the price file of the region `called`.
///
/// # Errors
/// Every mistake, in the order of lines: a wrong `per`, an unquoted or negative price, a gap
/// between tiers, a missing date or source, an unknown meter, another region.
pub(crate) fn region(source: &Source, called: &str, known: &Meters) -> Result<Regional, Diags> {
    let document = source.toml()?;
    let mut reader = PriceFileReader {
        source,
        all: known,
        diags: Diags::new(),
        meters: BTreeMap::new(),
        known: BTreeMap::new(),
    };
    let root = document.get_ref();
    let name = reader.name(root, document.span(), called);
    let location = root.get("name");
    let location = location.and_then(|value| reader.quoted("name", value));
    let as_of = reader.text(root, "as_of", document.span());
    reader.currency(root);
    for (key, value) in root {
        if !["region", "name", "as_of", "currency"].contains(&key.get_ref().as_ref()) {
            reader.value(key.get_ref(), value, &Inherited::default());
        }
    }
    reader.diags.sort_by_place();
    let (Some(name), Some(as_of)) = (name, as_of) else {
        return Err(reader.diags);
    };
    let regional = Regional {
        name,
        location,
        as_of,
        is_overlaid: true,
        origin: super::FLAG,
        meters: reader.meters,
        known: known.clone(),
        terms: None,
    };
    reader.diags.into_result(regional)
}

/// A decimal of at least zero, without exponent.
pub(super) fn plain(text: &str) -> Option<Decimal> {
    let number = Decimal::from_str_exact(text).ok();
    number.filter(|number| !number.is_sign_negative())
}

/// What to write for a value that is not a quoted number.
fn in_quotes(key: &str, value: &DeValue<'_>) -> String {
    let number = match value {
        DeValue::Float(number) => number.as_str(),
        DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
        _ => "",
    };
    match plain(number) {
        Some(_) => format!("write {key} = \"{number}\""),
        None => format!("write {key} = \"…\", a plain decimal"),
    }
}

#[derive(Default, Clone)]
struct Inherited {
    as_of: Option<Arc<str>>,
    confidence: Option<Arc<str>>,
    source: Option<Arc<str>>,
}

/// What is known about a price before it is read.
struct Expected<'e> {
    path: &'e str,
    meter: &'static MeterInfo,
    inherited: &'e Inherited,
}

/// A price and the quantities to which it applies.
struct Tier {
    from: Exact,
    /// `None` for the last tier.
    to: Option<Exact>,
    price: Listed,
    span: Range<usize>,
}

struct PriceFileReader<'s> {
    source: &'s Source,
    /// All known meters.
    all: &'s Meters,
    diags: Diags,
    meters: BTreeMap<Cow<'static, str>, Entry>,
    /// Each text is stored once, because a thousand prices share a few dates and sources.
    known: BTreeMap<String, Arc<str>>,
}

impl PriceFileReader<'_> {
    fn wrong(&mut self, code: Code, span: Range<usize>, message: String, help: &str) {
        let diag = Diag::new(code, message).at(self.source.at(span));
        self.diags.push(diag.help(help));
    }

    fn share(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.known.get(text) {
            return Arc::clone(known);
        }
        let shared: Arc<str> = text.into();
        self.known.insert(text.to_owned(), Arc::clone(&shared));
        shared
    }

    fn name(&mut self, root: &Table<'_>, span: Range<usize>, called: &str) -> Option<Arc<str>> {
        let name = self.text(root, "region", span)?;
        let place = root.get("region").map(Spanned::span);
        let place = place.expect("the key has just been read");
        if *name != *called {
            let message =
                format!("region mismatch: the file is named {called} but declares {name}");
            let help = format!("write region = \"{called}\", or name the file {name}.toml");
            self.wrong(Code::BadPrice, place, message, &help);
        } else if !is_identifier(&name) {
            let message = "`region` is not the name of a region".to_owned();
            let help = "write letters, digits, dashes, dots and underscores";
            self.wrong(Code::BadPrice, place, message, help);
        }
        Some(name)
    }

    fn text(&mut self, table: &Table<'_>, key: &str, span: Range<usize>) -> Option<Arc<str>> {
        let Some(value) = table.get(key) else {
            let message = format!("the price file has no `{key}`");
            let help = format!("add `{key} = \"…\"` at the top");
            self.wrong(Code::BadPrice, span.start..span.start, message, &help);
            return None;
        };
        self.quoted(key, value)
    }

    /// A quoted text, which must be a date for some keys.
    fn quoted(&mut self, key: &str, value: &Value<'_>) -> Option<Arc<str>> {
        let Some(text) = value.get_ref().as_str() else {
            let message = format!("`{key}` must be a quoted text");
            self.wrong(Code::BadPrice, value.span(), message, "put it in quotes");
            return None;
        };
        self.refuse_unfit(key, text, value.span());
        if key == "as_of" && first_day(text).is_none() {
            let message = format!("`{text}` is not a date");
            let help = "write YYYY-MM-DD, or only YYYY-MM or YYYY";
            self.wrong(Code::BadPrice, value.span(), message, help);
        }
        Some(self.share(text))
    }

    fn refuse_unfit(&mut self, key: &str, text: &str, span: Range<usize>) {
        if let Some((fault, help)) = unfit(text) {
            self.wrong(Code::BadPrice, span, format!("`{key}` {fault}"), help);
        }
    }

    fn currency(&mut self, root: &Table<'_>) {
        if let Some(value) = root.get("currency")
            && value.get_ref().as_str() != Some("USD")
        {
            let message = "prices must be in US dollars".to_owned();
            self.wrong(
                Code::BadPrice,
                value.span(),
                message,
                "write currency = \"USD\"",
            );
        }
    }

    fn value(&mut self, path: &str, value: &Value<'_>, inherited: &Inherited) {
        match value.get_ref() {
            DeValue::Table(table)
                if !table.contains_key("usd") && self.all.find(path).is_none() =>
            {
                self.table(path, table, inherited);
            }
            _ => self.meter(path, value, inherited),
        }
    }

    fn table(&mut self, path: &str, table: &Table<'_>, inherited: &Inherited) {
        let inherited = self.inherit(table, inherited);
        for (key, value) in table {
            if !DEFAULTS.contains(&key.get_ref().as_ref()) {
                self.value(&format!("{path}.{}", key.get_ref()), value, &inherited);
            }
        }
    }

    fn inherit(&mut self, table: &Table<'_>, outer: &Inherited) -> Inherited {
        // A wrong value is already reported. The empty text prevents that it is also reported as
        // missing from every price.
        let mut own = |key| Some(self.quoted(key, table.get(key)?).unwrap_or_default());
        Inherited {
            as_of: own("as_of").or_else(|| outer.as_of.clone()),
            confidence: own("confidence").or_else(|| outer.confidence.clone()),
            source: own("source").or_else(|| outer.source.clone()),
        }
    }

    fn meter(&mut self, path: &str, value: &Value<'_>, inherited: &Inherited) {
        let Some(meter) = self.all.find(path) else {
            let (typed, all) = (path.to_owned(), self.all.clone());
            let near = move || did_you_mean(&typed, all.iter().map(|meter| meter.path));
            let diag = Diag::new(Code::BadPrice, format!("there is no meter `{path}`"))
                .at(self.source.at(value.span()))
                .help_when_shown(near);
            self.diags.push(diag);
            return;
        };
        let expected = Expected {
            path,
            meter,
            inherited,
        };
        let entry = match value.get_ref() {
            DeValue::Table(table) => self.listed(&expected, table, value.span()).map(Entry::Flat),
            DeValue::Array(tiers) => self.tiers(&expected, tiers.iter(), value.span()),
            _ => {
                let message = format!("`{path}` is not a price");
                let help = format!("write {{ usd = \"…\", per = \"{}\" }}", meter.per);
                self.wrong(Code::BadPrice, value.span(), message, &help);
                None
            }
        };
        if let Some(entry) = entry {
            self.meters.insert(Cow::Owned(path.to_owned()), entry);
        }
    }

    fn listed(
        &mut self,
        expected: &Expected<'_>,
        table: &Table<'_>,
        span: Range<usize>,
    ) -> Option<Listed> {
        let usd = self.quantity(table, "usd", span.clone());
        self.per(expected, table, span.clone());
        let provenance = self.provenance(expected, table, span);
        Some(Listed {
            usd: usd?,
            per: expected.meter.per,
            provenance: provenance?,
        })
    }

    fn per(&mut self, expected: &Expected<'_>, table: &Table<'_>, span: Range<usize>) {
        let per = expected.meter.per;
        let stated = table.get("per");
        if stated.and_then(|stated| stated.get_ref().as_str()) != Some(per) {
            let place = stated.map_or(span, Spanned::span);
            let message = format!("`{}` is priced per {per}", expected.path);
            let help = format!("write per = \"{per}\", and the price for that unit");
            self.wrong(Code::BadPrice, place, message, &help);
        }
    }

    fn provenance(
        &mut self,
        expected: &Expected<'_>,
        table: &Table<'_>,
        span: Range<usize>,
    ) -> Option<Provenance> {
        let own = self.inherit(table, expected.inherited);
        let (what, add) = match (own.as_of, own.source) {
            (Some(as_of), Some(source)) => {
                let rate_code = table.get("rate_code");
                let rate_code = rate_code.and_then(|code| code.get_ref().as_str());
                if let Some(code) = rate_code {
                    self.refuse_unfit("rate_code", code, span);
                }
                return Some(Provenance {
                    as_of,
                    source,
                    rate_code: rate_code.map(Arc::from),
                    confidence: own.confidence,
                });
            }
            (None, Some(_)) => ("date", "as_of = \"YYYY-MM-DD\""),
            (Some(_), None) => ("source", "source = \"…\""),
            (None, None) => (
                "date and no source",
                "as_of = \"YYYY-MM-DD\" and source = \"…\"",
            ),
        };
        let message = format!("`{}` has no {what}", expected.path);
        let help = format!("add {add} to it or to its table");
        self.wrong(Code::BadPrice, span, message, &help);
        None
    }

    /// An exact number of at least zero, in quotes.
    fn quantity(&mut self, table: &Table<'_>, key: &str, span: Range<usize>) -> Option<Exact> {
        let Some(value) = table.get(key) else {
            let message = format!("a price has no `{key}`");
            let help = format!("add {key} = \"…\", a number in quotes");
            self.wrong(Code::BadPrice, span, message, &help);
            return None;
        };
        let Some(text) = value.get_ref().as_str() else {
            let message = format!("`{key}` must be a number in quotes");
            let help = in_quotes(key, value.get_ref());
            self.wrong(Code::BadPrice, value.span(), message, &help);
            return None;
        };
        let number = plain(text);
        if number.is_none() {
            let message = format!("`{text}` is not a price");
            let help = "write a plain decimal, zero or more";
            self.wrong(Code::BadPrice, value.span(), message, help);
        }
        number.map(Exact::from)
    }

    fn tiers<'t, 'v: 't>(
        &mut self,
        expected: &Expected<'_>,
        tiers: impl Iterator<Item = &'t Value<'v>>,
        span: Range<usize>,
    ) -> Option<Entry> {
        let read: Vec<Option<Tier>> = tiers.map(|value| self.tier(expected, value)).collect();
        let read: Vec<Tier> = read.into_iter().collect::<Option<_>>()?;
        self.without_gaps(&read, span);
        let tiers = read.into_iter().map(|tier| (tier.from, tier.price));
        Some(Entry::Tiered(tiers.collect()))
    }

    fn tier(&mut self, expected: &Expected<'_>, value: &Value<'_>) -> Option<Tier> {
        let span = value.span();
        let Some(table) = value.get_ref().as_table() else {
            let message = "a tier is not a table".to_owned();
            let per = expected.meter.per;
            let help = format!("write {{ from = \"0\", usd = \"…\", per = \"{per}\" }}");
            self.wrong(Code::BadPrice, span, message, &help);
            return None;
        };
        let from = self.quantity(table, "from", span.clone());
        let ends = table.contains_key("to");
        let to = ends.then(|| self.quantity(table, "to", span.clone()));
        let price = self.listed(expected, table, span.clone());
        Some(Tier {
            from: from?,
            to: match to {
                Some(to) => Some(to?),
                None => None,
            },
            price: price?,
            span,
        })
    }

    /// The first tier must start at zero, each other one at the end of the tier before it, and the
    /// last must have no end.
    fn without_gaps(&mut self, tiers: &[Tier], span: Range<usize>) {
        let mut reached = Some(Exact::ZERO);
        for tier in tiers {
            if reached.as_ref() != Some(&tier.from) {
                let message = "there is a gap or an overlap between tiers".to_owned();
                let help = "each tier starts `from` where the one before it ends with `to`";
                self.wrong(Code::BadPrice, tier.span.clone(), message, help);
            }
            let end = tier.to.as_ref().filter(|end| **end > tier.from);
            reached = end.cloned();
        }
        let last = tiers.last();
        if last.is_none_or(|last| last.to.is_some()) {
            let place = last.map_or(span, |last| last.span.clone());
            let message = "the last tier must not have `to`".to_owned();
            self.wrong(Code::BadPrice, place, message, "remove it");
        }
    }
}
