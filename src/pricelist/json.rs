//! Price lists in JSON: offer files, answers of `aws pricing get-products`, Savings Plan files and the
//! files behind AWS's pricing pages.
//!
//! A file is read as a stream, one product or price at a time.

use super::plans::{PlanProduct, Rate, Rates};
use super::product::{self, Product};
use super::terms::{Dimension, Lease, on_demand, reserved};
use super::{FoundPrice, Head, Importer, PendingCode, Reason, Slot, Staged};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io::BufRead;

/// Reads a file.
///
/// # Errors
/// Why it cannot be read.
pub(super) fn read(importer: &mut Importer, file: impl BufRead) -> Result<(), String> {
    let mut json = serde_json::Deserializer::from_reader(file);
    let mut reading = Reading {
        importer,
        head: Head::default(),
        manifest: None,
        kept: HashMap::new(),
        staged: Vec::new(),
        codes: Vec::new(),
        rates: Rates::default(),
        single: None,
        is_known: false,
    };
    Document(&mut reading)
        .deserialize(&mut json)
        .and_then(|()| json.end())
        .map_err(|error| format!("it cannot be read as a price list: {error}"))?;
    reading.finish()
}

/// A price with a rate code alone: its region, code and dollars.
type CodedPrice = (String, String, String);

struct Reading<'i> {
    importer: &'i mut Importer,
    head: Head,
    manifest: Option<Manifest>,
    /// Products of known meters by SKU, and whether an on-demand price was found.
    kept: HashMap<String, (Slot, bool)>,
    staged: Vec<Staged>,
    codes: Vec<CodedPrice>,
    rates: Rates,
    /// The product of a file that is one element of an answer.
    single: Option<Product>,
    is_known: bool,
}

/// The head of a file behind a pricing page.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    #[serde(default)]
    source: String,
    #[serde(default)]
    service_id: String,
    #[serde(default)]
    hawk_file_publication_date: String,
    #[serde(default)]
    currency_code: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Term {
    #[serde(default)]
    offer_term_code: String,
    #[serde(default)]
    price_dimensions: BTreeMap<String, PriceDimension>,
    #[serde(default)]
    term_attributes: TermAttributes,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PriceDimension {
    #[serde(default)]
    rate_code: String,
    /// AWS's manual prints `startingRange`.
    #[serde(default, alias = "startingRange")]
    begin_range: String,
    #[serde(default, alias = "endingRange")]
    end_range: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    price_per_unit: BTreeMap<String, Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct TermAttributes {
    #[serde(rename = "LeaseContractLength")]
    length: String,
    #[serde(rename = "OfferingClass")]
    class: String,
    #[serde(rename = "PurchaseOption")]
    payment: String,
}

/// An element of an answer of `get-products`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    product: Product,
    #[serde(default)]
    service_code: String,
    #[serde(default)]
    version: String,
    #[serde(default)]
    publication_date: String,
    #[serde(default)]
    terms: ItemTerms,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ItemTerms {
    #[serde(rename = "OnDemand")]
    on_demand: BTreeMap<String, Term>,
    #[serde(rename = "Reserved")]
    reserved: BTreeMap<String, Term>,
}

impl PriceDimension {
    fn read(&self) -> Dimension<'_> {
        Dimension {
            from: &self.begin_range,
            to: &self.end_range,
            usd: match self.price_per_unit.get("USD") {
                Some(Value::String(usd)) => Some(usd),
                // A number without quotes is a binary fraction, which is not used.
                Some(_) => Some(""),
                None => None,
            },
            rate_code: &self.rate_code,
        }
    }
}

impl Reading<'_> {
    /// The place of a product, if its meter and region are known.
    fn slot(&mut self, product: &mut Product, service: &str) -> Option<Slot> {
        if product.attributes.service.is_empty() {
            service.clone_into(&mut product.attributes.service);
        }
        match self.importer.slot(product) {
            Ok(slot) => Some(slot),
            Err(reason) => {
                let usagetype = &product.attributes.usagetype;
                self.importer.left_out.add(reason, usagetype);
                None
            }
        }
    }

    /// The prices of an on-demand term. Returns true if one is used.
    fn on_demand(&mut self, slot: &Slot, term: &Term, staged: &mut Vec<Staged>) -> bool {
        let before = staged.len();
        for dimension in term.price_dimensions.values() {
            match on_demand(slot, &term.offer_term_code, &dimension.read()) {
                Ok(price) => staged.push(price),
                Err(reason) => self.importer.left_out.add(reason, &dimension.rate_code),
            }
        }
        staged.len() > before
    }

    fn reserved(&mut self, slot: &Slot, term: &Term, staged: &mut Vec<Staged>) {
        let lease = Lease {
            length: &term.term_attributes.length,
            class: &term.term_attributes.class,
            payment: &term.term_attributes.payment,
        };
        // The fee of an upfront payment is a separate price.
        let hourly = term.price_dimensions.values();
        for dimension in hourly.filter(|price| price.unit != "Quantity") {
            match reserved(slot, &lease, &dimension.read()) {
                Ok(price) => staged.push(price),
                Err(reason) => self.importer.left_out.add(reason, &dimension.rate_code),
            }
        }
    }

    /// Passes the terms of each product of a known meter to `take`, which stages their prices.
    fn terms_by_sku<'de, A: MapAccess<'de>>(
        &mut self,
        mut map: A,
        take: impl Fn(&mut Self, String, &Slot, &BTreeMap<String, Term>, &mut Vec<Staged>),
    ) -> Result<(), A::Error> {
        let mut staged = std::mem::take(&mut self.staged);
        while let Some(sku) = map.next_key::<String>()? {
            let Some((slot, _)) = self.kept.get(&sku) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let slot = slot.clone();
            take(self, sku, &slot, &map.next_value()?, &mut staged);
        }
        self.staged = staged;
        Ok(())
    }

    /// An element of an answer, which has its own date.
    fn item(&mut self, mut item: Item) -> Result<(), String> {
        self.is_known = true;
        let Some(slot) = self.slot(&mut item.product, &item.service_code) else {
            return Ok(());
        };
        let mut staged = Vec::new();
        for term in item.terms.on_demand.values() {
            self.on_demand(&slot, term, &mut staged);
        }
        for term in item.terms.reserved.values() {
            self.reserved(&slot, term, &mut staged);
        }
        let head = Head {
            offer: item.product.attributes.service,
            version: item.version,
            published: item.publication_date,
            region: String::new(),
        };
        self.importer.publish(&head, staged)
    }

    /// A price of a file behind a pricing page.
    fn entry(
        &mut self,
        location: &str,
        entry: &serde_json::Map<String, Value>,
    ) -> Result<(), Reason> {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
        if location == "Any" {
            return Err(Reason::EveryRegion);
        }
        let region = self.importer.place(location).cloned();
        let region = region.ok_or(Reason::NoRegion)?;
        self.importer.refuse_other(&region)?;
        let (code, price) = (text("rateCode"), text("price"));
        if !entry.contains_key("Instance Type") {
            let usd = super::found::usable(price)?;
            self.codes.push((region, code.to_owned(), usd));
            return Ok(());
        }
        let is_linux = text("Operating System") == "Linux"
            && text("Pre Installed S/W") == "NA"
            && ["", "Shared"].contains(&text("Tenancy"))
            && ["", "No License required"].contains(&text("License Model"));
        if !is_linux {
            return Err(Reason::OtherMachine);
        }
        let usagetype = format!("BoxUsage:{}", text("Instance Type"));
        let path = product::of_usage("AmazonEC2", &usagetype).ok_or(Reason::NotPriced)?;
        let slot = Slot { region, path };
        let dimension = Dimension {
            from: "",
            to: "",
            usd: Some(price),
            rate_code: code,
        };
        let source = self.manifest.as_ref().map(|manifest| &*manifest.source);
        let staged = match source {
            Some("ec2-ondemand-without-sec-sel") => on_demand(&slot, "", &dimension),
            Some("ec2-reservedinstance") => {
                let lease = Lease {
                    length: text("LeaseContractLength"),
                    class: "standard",
                    payment: text("PurchaseOption"),
                };
                reserved(&slot, &lease, &dimension)
            }
            Some("ec2-reservedinstance-convertible") => Err(Reason::Convertible),
            _ => Err(Reason::NotPriced),
        };
        self.staged.push(staged?);
        Ok(())
    }

    /// Publishes what was found, when the head of the file is known.
    fn finish(mut self) -> Result<(), String> {
        if !self.is_known {
            return Err("it is JSON, but not a price list of AWS".to_owned());
        }
        if let Some(manifest) = self.manifest.take() {
            let source = [manifest.source, manifest.service_id];
            let source = source.into_iter().find(|source| !source.is_empty());
            self.head.offer = source.unwrap_or_default();
            self.head.published = manifest.hawk_file_publication_date;
        }
        for (slot, is_priced) in self.kept.values() {
            if !is_priced {
                self.importer.left_out.add(Reason::NoPrice, &slot.path);
            }
        }
        if !self.staged.is_empty() {
            self.importer.publish(&self.head, self.staged)?;
        }
        self.rates.publish(&self.head, self.importer)?;
        if self.codes.is_empty() {
            return Ok(());
        }
        let (as_of, source) = (self.head.day()?, self.head.source());
        for (region, rate_code, usd) in self.codes {
            let price = FoundPrice {
                from: String::new(),
                to: String::new(),
                usd,
                rate_code,
                as_of: as_of.clone(),
                source: source.clone(),
            };
            let pending = PendingCode { region, price };
            self.importer.pending_codes.push(pending);
        }
        Ok(())
    }
}

/// A part of a file that is read as a stream, by its own visitor.
macro_rules! seed {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        struct $name<'r, 'i>(&'r mut Reading<'i>);

        impl<'de> DeserializeSeed<'de> for $name<'_, '_> {
            type Value = ();

            fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
                json.deserialize_any(self)
            }
        }
    };
}

seed!(
    /// A whole file.
    Document
);
seed!(
    /// `products` of an offer file, or of a Savings Plan file.
    Products
);
seed!(
    /// `terms`.
    Terms
);
seed!(
    /// `PriceList`, or an answer that is only a list.
    Items
);
seed!(
    /// An element of an answer: an object, or an object as text.
    AnItem
);
seed!(
    /// `OnDemand` of an offer file.
    OnDemand
);
seed!(
    /// `Reserved` of an offer file.
    Reserved
);
seed!(
    /// `savingsPlan`.
    Plans
);
seed!(
    /// `regions` of a file behind a pricing page.
    Regions
);

/// A plan of `savingsPlan`.
struct APlan<'r, 'i>(&'r mut Reading<'i>);

/// The rates of a plan.
struct PlanRates<'r, 'i>(&'r mut Reading<'i>, usize);

macro_rules! expecting {
    ($what:literal) => {
        fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            out.write_str($what)
        }
    };
}

impl<'de> Visitor<'de> for Document<'_, '_> {
    type Value = ();
    expecting!("a price list");

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let reading = self.0;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "offerCode" | "serviceCode" => reading.head.offer = map.next_value()?,
                "version" => reading.head.version = map.next_value()?,
                "publicationDate" => reading.head.published = map.next_value()?,
                "regionCode" => reading.head.region = map.next_value()?,
                "manifest" => reading.manifest = Some(dollars(map.next_value()?)?),
                "regions" => map.next_value_seed(Regions(reading))?,
                "products" => map.next_value_seed(Products(reading))?,
                "product" => reading.single = Some(map.next_value()?),
                "terms" => map.next_value_seed(Terms(reading))?,
                "PriceList" => map.next_value_seed(Items(reading))?,
                "NextToken" => {
                    if map
                        .next_value::<Option<String>>()?
                        .is_some_and(|next| !next.is_empty())
                    {
                        reading
                            .importer
                            .left_out
                            .add(Reason::MorePages, "NextToken");
                    }
                }
                "offers" => return Err(Error::custom(INDEX)),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        Items(self.0).visit_seq(seq)
    }
}

const INDEX: &str = "it is an index of price lists, not a price list: name the file to which its \
                     currentVersionUrl or versionUrl leads";

fn dollars<E: Error>(manifest: Manifest) -> Result<Manifest, E> {
    match manifest.currency_code.as_str() {
        "" | "USD" => Ok(manifest),
        other => Err(E::custom(format!("its prices are in {other}, not in USD"))),
    }
}

impl<'de> Visitor<'de> for Products<'_, '_> {
    type Value = ();
    expecting!("products");

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let reading = self.0;
        reading.is_known = true;
        while let Some((sku, mut product)) = map.next_entry::<String, Product>()? {
            product.sku = sku;
            let service = reading.head.offer.clone();
            if let Some(slot) = reading.slot(&mut product, &service) {
                reading.kept.insert(product.sku, (slot, false));
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let reading = self.0;
        reading.is_known = true;
        while let Some(plan) = seq.next_element::<PlanProduct>()? {
            reading.rates.add_plan(plan, reading.importer);
        }
        Ok(())
    }
}

impl<'de> Visitor<'de> for Terms<'_, '_> {
    type Value = ();
    expecting!("terms");

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let reading = self.0;
        if let Some(product) = reading.single.take() {
            let terms = ItemTerms::deserialize(MapAccessDeserializer::new(map))?;
            let item = Item {
                product,
                terms,
                service_code: reading.head.offer.clone(),
                version: reading.head.version.clone(),
                publication_date: reading.head.published.clone(),
            };
            return reading.item(item).map_err(Error::custom);
        }
        while let Some(kind) = map.next_key::<String>()? {
            match kind.as_str() {
                "OnDemand" | "Reserved" if !reading.is_known => {
                    return Err(Error::custom("its terms precede its products"));
                }
                "OnDemand" => map.next_value_seed(OnDemand(reading))?,
                "Reserved" => map.next_value_seed(Reserved(reading))?,
                "savingsPlan" => map.next_value_seed(Plans(reading))?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

impl<'de> Visitor<'de> for OnDemand<'_, '_> {
    type Value = ();
    expecting!("terms by SKU");

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.0
            .terms_by_sku(map, |reading, sku, slot, terms, staged| {
                let mut is_priced = false;
                for term in terms.values() {
                    is_priced |= reading.on_demand(slot, term, staged);
                }
                reading.kept.insert(sku, (slot.clone(), is_priced));
            })
    }
}

impl<'de> Visitor<'de> for Reserved<'_, '_> {
    type Value = ();
    expecting!("terms by SKU");

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.0.terms_by_sku(map, |reading, _, slot, terms, staged| {
            for term in terms.values() {
                reading.reserved(slot, term, staged);
            }
        })
    }
}

impl<'de> Visitor<'de> for Plans<'_, '_> {
    type Value = ();
    expecting!("a list of plans");

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        self.0.is_known = true;
        while seq.next_element_seed(APlan(self.0))?.is_some() {}
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for APlan<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for APlan<'_, '_> {
    type Value = ();
    expecting!("a plan");

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let plan = self.0.rates.begin();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "sku" => self.0.rates.name(plan, map.next_value()?),
                "rates" => map.next_value_seed(PlanRates(self.0, plan))?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for PlanRates<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for PlanRates<'_, '_> {
    type Value = ();
    expecting!("rates");

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self(reading, plan) = self;
        while let Some(rate) = seq.next_element::<Rate>()? {
            reading.rates.add_rate(plan, rate, reading.importer);
        }
        Ok(())
    }
}

impl<'de> Visitor<'de> for Items<'_, '_> {
    type Value = ();
    expecting!("a list of products");

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        self.0.is_known = true;
        while seq.next_element_seed(AnItem(self.0))?.is_some() {}
        Ok(())
    }
}

impl<'de> Visitor<'de> for AnItem<'_, '_> {
    type Value = ();
    expecting!("a product, or a product as text");

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        let item = serde_json::from_str(text).map_err(E::custom)?;
        self.0.item(item).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let item = Item::deserialize(MapAccessDeserializer::new(map))?;
        self.0.item(item).map_err(Error::custom)
    }
}

impl<'de> Visitor<'de> for Regions<'_, '_> {
    type Value = ();
    expecting!("prices by location");

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let reading = self.0;
        if reading.manifest.is_none() {
            return Err(Error::custom(INDEX));
        }
        reading.is_known = true;
        while let Some(location) = map.next_key::<String>()? {
            map.next_value_seed(Entries(reading, &location))?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(Error::custom(INDEX))
    }
}

/// The prices of a location.
struct Entries<'r, 'i>(&'r mut Reading<'i>, &'r str);

impl<'de> DeserializeSeed<'de> for Entries<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_, '_> {
    type Value = ();
    expecting!("prices by name");

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self(reading, location) = self;
        while let Some((name, entry)) = map.next_entry::<String, Value>()? {
            let outcome = match entry.as_object() {
                Some(entry) => reading.entry(location, entry),
                None => Err(Reason::NotPriced),
            };
            if let Err(reason) = outcome {
                reading.importer.left_out.add(reason, &name);
            }
        }
        Ok(())
    }
}
