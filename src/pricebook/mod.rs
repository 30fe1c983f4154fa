//! The price book: AWS's prices by region, with their dates and sources.
//!
//! It has one file per region, which is built into the program as lines; TOML files of the user
//! replace prices. A price that a region lacks is missing, and is never guessed. This room knows no
//! platform and reads no files: it gets overlays as text.

mod built_in;
pub(crate) mod commitments;
pub(crate) mod instances;
pub(crate) mod meters;
mod price;
mod read;
pub(crate) mod savings_plan;

pub(crate) use commitments::{
    Commitment, Commitments, Coverage, Discount, EligibleMeter, Machines, Plan, Scope,
};
pub use instances::{Allocatable, InstanceType};
pub use meters::Meter;
use meters::Meters;
pub(crate) use price::{Bought, Provenance, first_day};
pub use price::{Entry, Listed, Price, Tiers};

use crate::diag::{Code, Diag, Diags, Source};
use crate::exact::Exact;
use crate::text::did_you_mean;
use crate::units::Unit;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::iter;
use std::sync::Arc;

include!(concat!(env!("OUT_DIR"), "/region_files.rs"));
static INSTANCES: &str = include_str!("../../pricing/instances.csv");
static SOURCES: &str = include_str!("../../pricing/sources.toml");

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Architecture {
    X86_64,
    Arm64,
}

impl Architecture {
    pub(crate) const ALL: [Self; 2] = [Self::X86_64, Self::Arm64];

    /// The name in scenarios and price files.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == text)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Os {
    Linux,
    Windows,
}

impl Os {
    pub(crate) const ALL: [Self; 2] = [Self::Linux, Self::Windows];

    /// The name in scenarios and price files.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Linux => "linux",
            Self::Windows => "windows",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == text)
    }
}

#[derive(Debug, Clone)]
pub struct Regional {
    name: Arc<str>,
    /// The name in AWS's price list, if a file states it.
    location: Option<Arc<str>>,
    as_of: Arc<str>,
    is_overlaid: bool,
    /// What named the user's files: a flag or a variable.
    origin: &'static str,
    meters: BTreeMap<Cow<'static, str>, Entry>,
    /// All meters, also those without a price here.
    known: Meters,
    /// The commitment and discounts; `None` for list prices.
    terms: Option<Arc<Commitments>>,
}

impl Regional {
    /// True if the user's files replace prices of the region.
    pub fn is_overlaid(&self) -> bool {
        self.is_overlaid
    }

    /// What named the user's files: a flag or a variable.
    pub(crate) fn origin(&self) -> &'static str {
        self.origin
    }

    /// AWS's code of the region.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The name in AWS's price list: `EU (Ireland)`. `None` for a region that only a price file
    /// without `name` describes.
    pub fn location(&self) -> Option<&str> {
        self.location.as_deref()
    }

    /// The newest date at which one of its prices was confirmed.
    pub fn as_of(&self) -> &Arc<str> {
        &self.as_of
    }

    /// All meters, also those without a price here.
    pub fn known(&self) -> &Meters {
        &self.known
    }

    /// Every price with the path of its meter, in alphabetical order.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.meters
            .iter()
            .map(|(path, entry)| (path.as_ref(), entry))
    }

    /// The price of a meter, as it is bought. Its unit is that of the meter and no other:
    ///
    /// ```
    /// use lambdacost::internals::diag::Diag;
    /// use lambdacost::internals::pricebook::{Price, Regional, Meter};
    /// use lambdacost::internals::units::{ClusterHour, GbSecond};
    /// fn fee(regional: &Regional, cluster: Meter<ClusterHour>) -> Result<Price<ClusterHour>, Diag> {
    ///     regional.price(cluster)
    /// }
    /// ```
    ///
    /// ```compile_fail,E0308
    /// use lambdacost::internals::diag::Diag;
    /// use lambdacost::internals::pricebook::{Price, Regional, Meter};
    /// use lambdacost::internals::units::{ClusterHour, GbSecond};
    /// fn fee(regional: &Regional, cluster: Meter<ClusterHour>) -> Result<Price<GbSecond>, Diag> {
    ///     regional.price(cluster)
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Code::MissingPrice`] where the region lacks it.
    pub fn price<U: Unit>(&self, meter: Meter<U>) -> Result<Price<U>, Diag> {
        self.price_if_listed(&meter)
            .ok_or_else(|| self.missing(meter.path()))
    }

    /// Like [`Self::price`], but `None` where the region lacks the price.
    pub(crate) fn price_if_listed<U: Unit>(&self, meter: &Meter<U>) -> Option<Price<U>> {
        let Some(Entry::Flat(listed)) = self.meters.get(meter.path()) else {
            return None;
        };
        let terms = self.terms.as_deref();
        let bought = terms.and_then(|terms| terms.bought(meter.path(), listed, 0, self));
        Some(Price::new(meter, listed, bought))
    }

    /// The list price of a meter in the first tier.
    fn first_listed(&self, path: &str) -> Option<&Listed> {
        match self.meters.get(path)? {
            Entry::Flat(listed) => Some(listed),
            Entry::Tiered(tiers) => tiers.first().map(|(_, listed)| listed),
        }
    }

    /// US dollars per unit of a meter at its list price, in the first tier.
    pub(crate) fn first_rate(&self, path: &str) -> Option<&Exact> {
        self.first_listed(path).map(|listed| &listed.usd)
    }

    /// The tiers of a meter, as they are bought; a flat price is one tier. A commitment lowers the
    /// first tier alone: what it would do to the others is not published.
    ///
    /// ```
    /// use lambdacost::internals::diag::Diag;
    /// use lambdacost::internals::pricebook::{Regional, Tiers, Meter};
    /// use lambdacost::internals::units::{GbSecond, VcpuHour};
    /// fn duration(regional: &Regional, meter: Meter<GbSecond>) -> Result<Tiers<GbSecond>, Diag> {
    ///     regional.tiers(meter)
    /// }
    /// ```
    ///
    /// ```compile_fail,E0308
    /// use lambdacost::internals::diag::Diag;
    /// use lambdacost::internals::pricebook::{Regional, Tiers, Meter};
    /// use lambdacost::internals::units::{GbSecond, VcpuHour};
    /// fn duration(regional: &Regional, meter: Meter<GbSecond>) -> Result<Tiers<VcpuHour>, Diag> {
    ///     regional.tiers(meter)
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Code::MissingPrice`] where the region lacks it.
    pub fn tiers<U: Unit>(&self, meter: Meter<U>) -> Result<Tiers<U>, Diag> {
        let path = meter.path();
        let entry = self.meters.get(path).ok_or_else(|| self.missing(path))?;
        let terms = self.terms.as_deref();
        Ok(Tiers::from_entry(&meter, entry, |tier, listed| {
            terms.and_then(|terms| terms.bought(path, listed, tier, self))
        }))
    }

    fn missing(&self, path: &str) -> Diag {
        let known = self.known.find(path).expect("every typed meter is listed");
        let (what, per) = (known.what, known.per);
        let (table, key) = self.known.written(path);
        let named = self.known.by_type(path);
        let named = named.map_or_else(String::new, |(_, name)| format!(" ({name})"));
        let region = &self.name;
        let message = format!("the price book has no price for {what}{named} in {region}");
        let help =
            format!("state it in {region}.toml in a folder, and give the folder with --prices:");
        Diag::new(Code::MissingPrice, message)
            .help(help)
            .toml(price_file(region, &table, &key, per))
    }
}

/// A price file with one price, to be completed by the user.
fn price_file(region: &str, table: &str, key: &str, per: &str) -> [String; 4] {
    [
        format!("region = \"{region}\""),
        "as_of = \"YYYY-MM-DD\"".to_owned(),
        format!("[{table}]"),
        format!(
            "{key} = {{ usd = \"…\", per = \"{per}\", as_of = \"YYYY-MM-DD\", source = \"…\" }}"
        ),
    ]
}

/// What a tag in the `source` of a price stands for.
#[derive(Debug, Clone, Deserialize)]
pub struct Reference {
    pub what: String,
    /// Where to find it; `None` if the name is enough.
    #[serde(rename = "where")]
    pub place: Option<String>,
}

/// Which built-in prices a run reads in addition to those that most runs need. These are in
/// separate files, because reading them takes time. Files of the user are always read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Extent {
    /// Fees of EKS Auto Mode.
    pub auto_mode: bool,
    /// EC2 types that are not [default candidates](instances::is_default_candidate).
    pub other_types: bool,
    /// Rates of Reserved Instances.
    pub reserved: bool,
}

impl Extent {
    /// What most runs need.
    pub const USUAL: Self = Self {
        auto_mode: false,
        other_types: false,
        reserved: false,
    };
    /// What two runs need together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            auto_mode: self.auto_mode || other.auto_mode,
            other_types: self.other_types || other.other_types,
            reserved: self.reserved || other.reserved,
        }
    }

    pub const WHOLE: Self = Self {
        auto_mode: true,
        other_types: true,
        reserved: true,
    };
}

/// The prices of all regions, built-in and from the user.
///
/// Built-in prices are read when they are needed: a run needs one or two of dozens of regions.
#[derive(Debug, Clone)]
pub struct Book {
    meters: Meters,
    /// The user's files by region. Each file replaces prices of those before it.
    regions: BTreeMap<String, Vec<Source>>,
    /// The user's files of instance types.
    instances: Vec<Source>,
    /// What names the user's files.
    origin: &'static str,
}

/// The flag that names the user's files.
const FLAG: &str = "--prices";

/// The lines of a region in a list of built-in files.
fn lines(files: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    let index = files.binary_search_by_key(&name, |(known, _)| known);
    let (_, lines) = files.get(index.ok()?)?;
    Some(lines)
}

impl Book {
    /// The built-in price book, with the meters of all platforms.
    pub(crate) fn embedded(meters: Meters) -> Self {
        Self {
            meters,
            regions: BTreeMap::new(),
            instances: Vec::new(),
            origin: FLAG,
        }
    }

    /// Sets what names the user's files, if it is not the flag.
    pub(crate) fn named_by(&mut self, origin: &'static str) {
        self.origin = origin;
    }

    /// Adds a file that replaces prices of a region, or instance types. Prices that it does not
    /// state stay. A region that the price book lacks is added.
    pub fn overlay(&mut self, file_name: &str, source: Source) {
        match file_name.strip_suffix(".toml") {
            Some(region) => self
                .regions
                .entry(region.to_owned())
                .or_default()
                .push(source),
            None => self.instances.push(source),
        }
    }

    /// Codes of all regions, in alphabetical order.
    pub fn regions(&self) -> impl Iterator<Item = &str> {
        let built_in = REGION_FILES.iter().map(|(name, _)| *name);
        built_in
            .chain(self.overlaid())
            .collect::<BTreeSet<_>>()
            .into_iter()
    }

    /// Codes of the regions with files of the user.
    pub(crate) fn overlaid(&self) -> impl Iterator<Item = &str> {
        self.regions.keys().map(String::as_str)
    }

    /// The built-in files for a region, each of which adds to those before it. None for a region
    /// that the price book lacks.
    fn built_in(name: &str, extent: Extent) -> impl Iterator<Item = &'static str> {
        let lists = [
            (true, REGION_FILES),
            (extent.auto_mode, AUTO_MODE_FILES),
            (extent.other_types, OTHER_TYPE_FILES),
            (extent.reserved, RESERVED_FILES),
        ];
        let read = lists.into_iter().filter(|(is_read, _)| *is_read);
        read.filter_map(move |(_, files)| lines(files, name))
    }

    /// The meanings of tags in `source`.
    pub fn references() -> BTreeMap<String, Reference> {
        toml::from_str(SOURCES).expect("the file of sources is built in, and tests read it")
    }

    /// The diagnostic for a region that the price book lacks, with the nearest known name.
    pub fn unknown_region(&self, name: &str) -> Option<Diag> {
        if self.regions().any(|known| known == name) {
            return None;
        }
        let message = format!("the price book has no region `{name}`");
        let typed = name.to_owned();
        let known: Vec<String> = self.regions().map(str::to_owned).collect();
        let help = move || {
            let near = did_you_mean(&typed, known.iter().map(String::as_str));
            Some(near.unwrap_or_else(|| "`lambdacost prices list` names the regions".to_owned()))
        };
        Some(Diag::new(Code::UnknownRegion, message).help_when_shown(help))
    }

    /// The prices of a region that most runs need.
    ///
    /// # Errors
    /// An unknown region, or every mistake in its files.
    pub fn region(&self, name: &str) -> Result<Regional, Diags> {
        self.region_to(name, Extent::USUAL)
    }

    /// The prices of a region, with the additional prices of `extent`.
    ///
    /// # Errors
    /// An unknown region, or every mistake in its files.
    pub fn region_to(&self, name: &str, extent: Extent) -> Result<Regional, Diags> {
        let mut diags = Diags::new();
        diags.extend(self.unknown_region(name));
        let built_in = Self::built_in(name, extent);
        let built_in = built_in.map(|lines| built_in::region(lines, name, &self.meters));
        let own = diags.take(self.own(name)).flatten();
        match self.merged(built_in.chain(own)) {
            Some(regional) => diags.into_result(regional),
            None => Err(diags),
        }
    }

    /// The prices that the user's files state for a region, without the built-in ones. `None` if
    /// there are no such files.
    ///
    /// # Errors
    /// Every mistake in its files.
    pub(crate) fn own(&self, name: &str) -> Result<Option<Regional>, Diags> {
        let mut diags = Diags::new();
        let files = self.regions.get(name).into_iter().flatten();
        let files = files.map(|file| read::region(file, name, &self.meters));
        let read: Vec<Regional> = files.filter_map(|read| diags.take(read)).collect();
        let merged = self.merged(read.into_iter());
        diags.into_result(merged)
    }

    /// One set of prices, in which each replaces those before it.
    fn merged(&self, parts: impl Iterator<Item = Regional>) -> Option<Regional> {
        let mut whole: Option<Regional> = None;
        for read in parts {
            match &mut whole {
                Some(regional) => {
                    regional.as_of = Arc::clone((&regional.as_of).max(&read.as_of));
                    regional.location = read.location.or(regional.location.take());
                    regional.is_overlaid |= read.is_overlaid;
                    regional.meters.extend(read.meters);
                }
                None => whole = Some(read),
            }
        }
        let mut whole = whole?;
        whole.origin = self.origin;
        Some(whole)
    }

    /// All instance types. A later file replaces a type of the same name.
    ///
    /// # Errors
    /// Every row that is not an instance type.
    pub fn instances(&self) -> Result<Vec<InstanceType>, Diags> {
        let built_in = Source::new("pricing/instances.csv", INSTANCES);
        // The built-in types are sorted, and to sort them again would take as long as reading them.
        if self.instances.is_empty() {
            return instances::read_built_in(&built_in);
        }
        let mut by_name = BTreeMap::new();
        let mut diags = Diags::new();
        let own = self.instances.iter().map(instances::read);
        for types in iter::once(instances::read_built_in(&built_in)).chain(own) {
            for shape in diags.take(types).into_iter().flatten() {
                by_name.insert(shape.name.clone(), shape);
            }
        }
        diags.into_result(by_name.into_values().collect())
    }
}
