//! A price file becomes the prices of a region, or a list of everything that is wrong with it.

use super::Regional;
use super::meters::{self, Meter};
use super::price::{Entry, Listed, Provenance};
use crate::diag::{Code, Diag, Diags, Source};
use crate::exact::Exact;
use crate::text::did_you_mean;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

type Table<'a> = DeTable<'a>;
type Value<'a> = Spanned<DeValue<'a>>;

/// Keys of a table that hold for every price in it unless the price has its own.
const DEFAULTS: [&str; 3] = ["as_of", "confidence", "source"];

/// Reads one price file.
///
/// # Errors
/// Every mistake in it: a wrong `per`, an unquoted or negative price, a gap between tiers, a
/// missing date or source, an unknown meter.
pub fn region(source: &Source) -> Result<Regional, Diags> {
    let document = source.toml()?;
    let mut reader = Reader {
        source,
        diags: Diags::new(),
        meters: BTreeMap::new(),
        known: BTreeMap::new(),
    };
    let root = document.get_ref();
    let name = reader.text(root, "region", document.span());
    let as_of = reader.text(root, "as_of", document.span());
    reader.currency(root);
    for (key, value) in root {
        if !["region", "as_of", "currency"].contains(&key.get_ref().as_ref()) {
            reader.value(key.get_ref(), value, &Inherited::default());
        }
    }
    let (Some(name), Some(as_of)) = (name, as_of) else {
        return Err(reader.diags);
    };
    let regional = Regional {
        name,
        as_of,
        is_overlaid: false,
        meters: reader.meters,
    };
    reader.diags.into_result(regional)
}

#[derive(Default, Clone)]
struct Inherited {
    as_of: Option<Arc<str>>,
    confidence: Option<Arc<str>>,
    source: Option<Arc<str>>,
}

struct Reader<'s> {
    source: &'s Source,
    diags: Diags,
    meters: BTreeMap<String, Entry>,
    /// Every text once: a thousand prices share a handful of dates and sources.
    known: BTreeMap<String, Arc<str>>,
}

impl Reader<'_> {
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

    fn text(&mut self, table: &Table<'_>, key: &str, span: Range<usize>) -> Option<Arc<str>> {
        match table
            .get(key)
            .map(|value| (value.get_ref().as_str(), value.span()))
        {
            Some((Some(text), _)) => Some(self.share(text)),
            Some((None, span)) => {
                let message = format!("`{key}` must be a quoted text");
                self.wrong(Code::BadPrice, span, message, "put it in quotes");
                None
            }
            None => {
                let message = format!("the price file does not say its `{key}`");
                let help = format!("add `{key} = \"…\"` at the top");
                self.wrong(Code::BadPrice, span.start..span.start, message, &help);
                None
            }
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
            DeValue::Table(table) if !table.contains_key("usd") && meters::find(path).is_none() => {
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
        let mut own = |key| {
            table
                .get(key)?
                .get_ref()
                .as_str()
                .map(|text| self.share(text))
        };
        Inherited {
            as_of: own("as_of").or_else(|| outer.as_of.clone()),
            confidence: own("confidence").or_else(|| outer.confidence.clone()),
            source: own("source").or_else(|| outer.source.clone()),
        }
    }

    fn meter(&mut self, path: &str, value: &Value<'_>, inherited: &Inherited) {
        let Some(meter) = meters::find(path) else {
            let known = meters::METERS.iter().map(|meter| meter.path);
            let diag = Diag::new(Code::BadPrice, format!("no meter is called `{path}`"))
                .at(self.source.at(value.span()))
                .maybe_help(did_you_mean(path, known));
            self.diags.push(diag);
            return;
        };
        let entry = match value.get_ref() {
            DeValue::Table(table) => self
                .listed(meter, table, value.span(), inherited)
                .map(Entry::Flat),
            DeValue::Array(tiers) => self.tiers(meter, tiers.iter(), value.span(), inherited),
            _ => {
                let message = format!("`{path}` is not a price");
                let help = format!("write {{ usd = \"…\", per = \"{}\" }}", meter.per);
                self.wrong(Code::BadPrice, value.span(), message, &help);
                None
            }
        };
        if let Some(entry) = entry {
            self.meters.insert(path.to_owned(), entry);
        }
    }

    fn listed(
        &mut self,
        meter: Meter,
        table: &Table<'_>,
        span: Range<usize>,
        inherited: &Inherited,
    ) -> Option<Listed> {
        let usd = self.quantity(table, "usd", span.clone());
        if table.get("per").and_then(|per| per.get_ref().as_str()) != Some(meter.per) {
            let message = format!("`{}` is priced per {}", meter.path, meter.per);
            let help = format!("write per = \"{}\", and the price for that unit", meter.per);
            self.wrong(Code::BadPrice, span.clone(), message, &help);
        }
        let own = self.inherit(table, inherited);
        let (Some(as_of), Some(source)) = (own.as_of, own.source) else {
            let message = "a price without date or source".to_owned();
            let help = "add as_of = \"YYYY-MM-DD\" and source = \"…\" to it or to its table";
            self.wrong(Code::BadPrice, span, message, help);
            return None;
        };
        self.date(&as_of, span);
        let rate_code = table
            .get("rate_code")
            .and_then(|code| code.get_ref().as_str());
        Some(Listed {
            usd: usd?,
            per: meter.per,
            provenance: Provenance {
                as_of,
                source,
                rate_code: rate_code.map(Arc::from),
                confidence: own.confidence,
            },
        })
    }

    /// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    fn date(&mut self, text: &str, span: Range<usize>) {
        let digits =
            |part: &str, length| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
        let parts: Vec<&str> = text.split('-').collect();
        let fine = match parts.as_slice() {
            [year] => digits(year, 4),
            [year, month] => digits(year, 4) && digits(month, 2),
            [year, month, day] => digits(year, 4) && digits(month, 2) && digits(day, 2),
            _ => false,
        };
        if !fine {
            let message = format!("`{text}` is not a date");
            self.wrong(Code::BadPrice, span, message, "write YYYY-MM-DD");
        }
    }

    /// A quoted, exact, non-negative number.
    fn quantity(&mut self, table: &Table<'_>, key: &str, span: Range<usize>) -> Option<Exact> {
        let value = table.get(key);
        let place = value.map_or(span, Spanned::span);
        let text = value.and_then(|value| value.get_ref().as_str());
        let Some(text) = text else {
            let message = format!("`{key}` must be a number in quotes");
            let help = "an unquoted number would pass through binary fractions";
            self.wrong(Code::BadPrice, place, message, help);
            return None;
        };
        match Decimal::from_str_exact(text) {
            Ok(number) if !number.is_sign_negative() => Some(Exact::from(number)),
            _ => {
                let message = format!("`{text}` is not a price");
                self.wrong(
                    Code::BadPrice,
                    place,
                    message,
                    "write a plain decimal, zero or more",
                );
                None
            }
        }
    }

    fn tiers<'t, 'v: 't>(
        &mut self,
        meter: Meter,
        tiers: impl Iterator<Item = &'t Value<'v>>,
        span: Range<usize>,
        inherited: &Inherited,
    ) -> Option<Entry> {
        let mut read: Vec<(Exact, Listed)> = Vec::new();
        let mut expected = Some(Exact::ZERO);
        for value in tiers {
            let Some(table) = value.get_ref().as_table() else {
                let message = "a tier is not a table".to_owned();
                self.wrong(
                    Code::BadPrice,
                    value.span(),
                    message,
                    "write { from = \"0\", usd = …",
                );
                return None;
            };
            let from = self.quantity(table, "from", value.span())?;
            if expected.as_ref() != Some(&from) {
                let message = "there is a gap or an overlap between tiers".to_owned();
                let help = "each tier starts `from` where the one before it ends with `to`";
                self.wrong(Code::BadPrice, value.span(), message, help);
            }
            expected = match table.contains_key("to") {
                true => Some(self.quantity(table, "to", value.span())?).filter(|to| *to > from),
                false => None,
            };
            read.push((from, self.listed(meter, table, value.span(), inherited)?));
        }
        if expected.is_some() {
            let message = "the last tier must be open-ended".to_owned();
            self.wrong(Code::BadPrice, span, message, "leave its `to` away");
        }
        Some(Entry::Tiered(read))
    }
}
