//! Reads AWS's published price lists, and writes price files.
//!
//! A reader keeps only the prices of meters that the program knows, so that its memory does not grow
//! with the file: an offer file of EC2 has gigabytes. Nothing is guessed. What is left out is counted
//! by reason. This room opens no files.

mod csv;
mod found;
mod json;
mod left_out;
mod number;
mod plans;
mod product;
mod terms;
mod write;

pub(crate) use left_out::{LeftOut, Reason};

use crate::pricebook::meters::Meters;
use crate::pricebook::{Regional, first_day};
use crate::text::is_identifier;
use found::{Found, FoundPrice, Resolved};
use plans::PendingRate;
use product::{Attributes, Product};
use std::collections::{BTreeMap, HashMap};
use std::io::BufRead;

/// The place of a price: a region and a meter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Slot {
    region: String,
    /// `table.key` in price files.
    path: String,
}

/// A price of a file whose date is not known yet.
struct Staged {
    slot: Slot,
    from: String,
    to: String,
    usd: String,
    rate_code: String,
}

/// A price that has only a rate code, which another file or the price book has with its meter.
struct PendingCode {
    region: String,
    price: FoundPrice,
}

/// The tier of a meter in a region, by its rate code.
struct KnownCode {
    slot: Slot,
    from: String,
    to: String,
}

/// Reads price lists, and returns price files.
pub(crate) struct Importer {
    meters: Meters,
    /// Codes of regions by their names in AWS's price list.
    places: BTreeMap<String, String>,
    codes: HashMap<String, KnownCode>,
    /// Meters by the SKU of their on-demand price.
    skus: HashMap<String, Slot>,
    /// The only region to import.
    only: Option<String>,
    found: Found,
    pending_codes: Vec<PendingCode>,
    pending_rates: Vec<PendingRate>,
    left_out: LeftOut,
}

/// What the head of a file states.
#[derive(Debug, Default)]
struct Head {
    offer: String,
    version: String,
    published: String,
    /// The region of a Savings Plan file.
    region: String,
}

impl Head {
    /// The day of publication.
    ///
    /// # Errors
    /// The file states none.
    fn day(&self) -> Result<String, String> {
        let day = self.published.get(..10).unwrap_or_default();
        match first_day(day) {
            Some(_) => Ok(day.to_owned()),
            None => {
                Err("it has no publication date, so the date of its prices is not known".into())
            }
        }
    }

    /// The source of its prices.
    fn source(&self) -> String {
        let is_known = |c: &char| c.is_ascii_alphanumeric() || "-._".contains(*c);
        let word = |text: &str| text.chars().filter(is_known).collect::<String>();
        let (offer, version) = (word(&self.offer), word(&self.version));
        // Files of Savings Plans state no offer.
        let offer = if offer.is_empty() {
            "Savings Plans"
        } else {
            &offer
        };
        let words = ["AWS price list", offer, &version];
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        words.join(" ")
    }
}

/// The price files of an import.
pub(crate) struct Imported {
    pub files: Vec<PriceFile>,
    pub left_out: LeftOut,
}

/// A price file of a region.
pub(crate) struct PriceFile {
    pub region: String,
    pub text: String,
    /// How many prices it has, tiers counted singly.
    pub prices: usize,
    /// The newest date of its prices.
    pub as_of: String,
}

impl Importer {
    /// An importer that knows the regions and the rate codes of a price book. `only` limits it to a
    /// region, and is the region of Savings Plan rates that state none.
    pub(crate) fn new(meters: Meters, book: &[Regional], only: Option<&str>) -> Self {
        let mut importer = Self {
            meters,
            places: BTreeMap::new(),
            codes: HashMap::new(),
            skus: HashMap::new(),
            only: only.map(str::to_owned),
            found: Found::default(),
            pending_codes: Vec::new(),
            pending_rates: Vec::new(),
            left_out: LeftOut::default(),
        };
        for regional in book {
            importer.learn(regional);
        }
        importer
    }

    /// Learns the name and the rate codes of a region.
    fn learn(&mut self, regional: &Regional) {
        if let Some(location) = regional.location() {
            self.places
                .insert(location.to_owned(), regional.name().to_string());
        }
        for (path, entry) in regional.entries() {
            let tiers = entry.tiers();
            for (number, (from, listed)) in tiers.iter().enumerate() {
                let Some(code) = listed.provenance.rate_code.as_deref() else {
                    continue;
                };
                let slot = Slot {
                    region: regional.name().to_string(),
                    path: path.to_owned(),
                };
                let next = tiers.get(number + 1);
                let to = next.map_or_else(|| "Inf".to_owned(), |(to, _)| to.to_string());
                self.learn_code(code, slot, from.to_string(), to);
            }
        }
    }

    /// Learns the rate code of a list price. Its first part is the SKU.
    fn learn_code(&mut self, code: &str, slot: Slot, from: String, to: String) {
        let Some((sku, _)) = code.split_once('.') else {
            return;
        };
        if slot.path.starts_with("savings.") {
            return;
        }
        self.skus.insert(sku.to_owned(), slot.clone());
        let known = KnownCode { slot, from, to };
        self.codes.insert(code.to_owned(), known);
    }

    /// Reads a file. `name` is its name in messages.
    ///
    /// # Errors
    /// Why it cannot be read, as a sentence that follows the name of the file.
    pub(crate) fn read(&mut self, name: &str, mut file: impl BufRead) -> Result<(), String> {
        let start = file.fill_buf().map_err(|error| error.to_string())?;
        let bom = "\u{feff}".as_bytes();
        if start.starts_with(bom) {
            file.consume(bom.len());
        }
        let start = file.fill_buf().map_err(|error| error.to_string())?;
        let first = start.iter().find(|byte| !byte.is_ascii_whitespace());
        self.left_out.file = name.to_owned();
        match first {
            Some(b'{' | b'[') => json::read(self, file),
            Some(_) => csv::read(self, file),
            None => Err("it is empty".to_owned()),
        }
    }

    /// The region of a product.
    ///
    /// # Errors
    /// Why it is left out.
    fn region(&self, attributes: &Attributes) -> Result<String, Reason> {
        if attributes.location == "Any" || attributes.usagetype.starts_with("Global-") {
            return Err(Reason::EveryRegion);
        }
        if !["", "AWS Region"].contains(&attributes.location_type.as_str()) {
            return Err(Reason::Zone);
        }
        let stated = Some(&attributes.region_code).filter(|code| !code.is_empty());
        let region = stated.or_else(|| self.place(&attributes.location));
        let region = region.filter(|code| is_identifier(code));
        let region = region.ok_or(Reason::NoRegion)?;
        self.refuse_other(region)?;
        Ok(region.clone())
    }

    /// The place of a product. A usage type that is not known can have a known SKU.
    ///
    /// # Errors
    /// Why it is left out.
    fn slot(&self, product: &Product) -> Result<Slot, Reason> {
        let region = self.region(&product.attributes)?;
        match product::meter(&product.attributes) {
            Ok(path) => Ok(Slot { region, path }),
            Err(Reason::NotPriced) => {
                let known = self.skus.get(&product.sku);
                let known = known.filter(|slot| slot.region == region);
                known.cloned().ok_or(Reason::NotPriced)
            }
            Err(reason) => Err(reason),
        }
    }

    /// The region of a location. Pages of AWS write `Europe (Ireland)` for `EU (Ireland)`.
    fn place(&self, location: &str) -> Option<&String> {
        let found = self.places.get(location);
        found.or_else(|| {
            let city = location.strip_prefix("Europe ")?;
            self.places.get(&format!("EU {city}"))
        })
    }

    fn refuse_other(&self, region: &str) -> Result<(), Reason> {
        match &self.only {
            Some(only) if only != region => Err(Reason::OtherRegion),
            _ => Ok(()),
        }
    }

    /// Adds the prices of a file, whose head is known now.
    ///
    /// # Errors
    /// The file has no publication date.
    fn publish(&mut self, head: &Head, staged: Vec<Staged>) -> Result<(), String> {
        let (day, source) = (head.day()?, head.source());
        for one in staged {
            let slot = one.slot.clone();
            self.learn_code(&one.rate_code, slot, one.from.clone(), one.to.clone());
            let price = FoundPrice {
                from: one.from,
                to: one.to,
                usd: one.usd,
                rate_code: one.rate_code,
                as_of: day.clone(),
                source: source.clone(),
            };
            self.found.add(one.slot, price);
        }
        Ok(())
    }

    /// Resolves what needs other files, and returns the price files.
    pub(crate) fn finish(mut self) -> Imported {
        for pending in std::mem::take(&mut self.pending_codes) {
            self.resolve_code(pending);
        }
        plans::resolve(&mut self);
        let resolved: Resolved = self.found.resolve(&mut self.left_out);
        let names = self.places.iter();
        let names: BTreeMap<&str, &str> = names.map(|(name, code)| (&**code, &**name)).collect();
        let regions = resolved.into_iter();
        let files = regions
            .map(|(region, meters)| write::file(&region, &names, &self.meters, meters))
            .collect();
        Imported {
            files,
            left_out: self.left_out,
        }
    }

    fn resolve_code(&mut self, pending: PendingCode) {
        let PendingCode { region, mut price } = pending;
        match self.codes.get(&price.rate_code) {
            Some(known) if known.slot.region == region => {
                price.from.clone_from(&known.from);
                price.to.clone_from(&known.to);
                self.found.add(known.slot.clone(), price);
            }
            _ => {
                let shown = format!("{} of {}", price.rate_code, price.source);
                self.left_out.add_overall(Reason::UnknownCode, shown);
            }
        }
    }
}
