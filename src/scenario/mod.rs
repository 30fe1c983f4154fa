//! The user's input: scenarios and functions files, accepted as a whole or refused with every
//! mistake.
//!
//! The input is text and the output is a [`Scenario`], which is always valid: later rooms have
//! nothing to check. This room knows no prices, and opens files only through [`Request::open`].

mod assumptions;
pub(crate) mod budget;
mod demand;
mod extra;
pub(crate) mod function;
mod functions_file;
mod keys;
mod name_index;
mod notation;
mod number;
pub(crate) mod options;
mod platform_shape;
mod purchase;
mod reader;
pub(crate) mod rule_settings;
pub(crate) mod schema;
mod services;
pub(crate) mod set;
mod spanned;
mod stated;
mod synonyms;
pub(crate) mod tags;
pub(crate) mod task;
mod unknown;
mod values;

pub(crate) use crate::pricebook::Os;
pub(crate) use assumptions::assumptions;
pub(crate) use assumptions::{Assumption, AssumptionInfo, AssumptionRule, Assumptions};
pub use assumptions::{AssumptionKind, Notes};
pub(crate) use budget::{Budget, Level, Limit, NamedBudget};
pub(crate) use demand::Demand;
pub(crate) use extra::{BILLED_ITEMS, Extra};
pub(crate) use function::Run;
pub use function::{Capacity, Function};
pub(crate) use keys::Keys;
pub(crate) use options::{ClusterKind, FixedType, PlatformValue, PlatformValues};
pub(crate) use platform_shape::PlatformKind;
pub use platform_shape::PlatformShape;
pub(crate) use rule_settings::{RuleSetting, RuleShape};
pub(crate) use schema::Bounds;
pub(crate) use services::SharedService;
pub(crate) use set::ChangedKey;
pub use set::InputChange;
pub(crate) use stated::StatedValue;
pub(crate) use task::TaskSize;
pub(crate) use unknown::unknown_key;

use crate::diag::{At, Diag, Diags, Source};
use crate::exact::Exact;
use crate::pricebook::{Commitments, Extent, Plan};
use crate::units::HOURS_PER_MONTH;
use name_index::NameIndex;
use rayon::prelude::*;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use toml::de::DeTable;

/// The platforms that are compared if a scenario names none.
pub(crate) const DEFAULT_PLATFORMS: [&str; 3] = ["lambda", "fargate", "eks"];

/// A region of the scenario's functions.
#[derive(Debug, Clone)]
pub struct RegionName {
    pub name: Arc<str>,
    /// The first place that names it; `None` if that is the command line.
    pub at: Option<At>,
}

impl RegionName {
    fn is_named_later(&self, line: u64) -> bool {
        self.at.as_ref().is_some_and(|at| at.line > line)
    }
}

/// Everything to compare, valid by construction.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The file name as the user gave it.
    pub name: String,
    /// The functions file that the scenario names.
    pub functions_file: Option<String>,
    /// Hours of the month.
    pub hours: Exact,
    /// True if the free tier of the account is deducted.
    pub free_tier: bool,
    /// Ids of the platforms to compare, in the order of [`Request::platforms`].
    pub platforms: Vec<&'static str>,
    /// In the order of first mention.
    pub regions: Vec<RegionName>,
    pub options: PlatformValues,
    /// The prices that the options need in addition to those that most scenarios need.
    of_options: Extent,
    /// At least one, with unique names. Shared with the same scenario in other regions.
    pub functions: Arc<Vec<Function>>,
    /// In the order of their first members.
    pub services: Vec<SharedService>,
    /// Number of functions in the scenario itself; the others are rows of the functions file.
    pub stated: usize,
    /// The names of all tags of functions, sorted.
    pub tags: Vec<Arc<str>>,
    /// The limits for all functions together.
    pub budget: Budget,
    /// Line of `[budget]`, or line 1.
    pub budget_line: u64,
    /// Budgets that name no function.
    pub unmatched_budgets: Vec<NamedBudget>,
    /// Budgets of functions with a tag.
    pub(crate) tag_budgets: Vec<budget::TagBudget>,
    pub rules: Vec<RuleSetting>,
    /// The stated values that functions share, by dotted path. Empty unless they are kept.
    pub(crate) stated_settings: Vec<(String, StatedValue)>,
    /// Commitments and discounts; `None` for on-demand list prices.
    pub terms: Option<Arc<Commitments>>,
    /// The costs of `[[extra]]`.
    pub extras: Vec<Extra>,
}

/// The input of a reader in addition to the text.
pub struct Request<'r> {
    pub platforms: &'r [PlatformShape],
    pub rules: &'r [RuleShape],
    /// The region of `--region`, for every function.
    pub region: Option<&'r str>,
    /// The diagnostic for a region name that is not known.
    pub unknown_region: &'r dyn Fn(&str) -> Option<Diag>,
    /// Opens a file that the scenario names.
    pub open: &'r dyn Fn(&str) -> io::Result<Box<dyn Read + Send>>,
    /// Changes of inputs of functions.
    pub set: &'r [InputChange],
    /// True to keep the stated values of all keys, to compare the scenario with another.
    pub keeps_stated: bool,
    /// Receives the number of rows read from a functions file.
    pub progress: &'r (dyn Fn(u64) + Sync),
}

impl Request<'_> {
    fn ids(&self) -> Vec<&'static str> {
        self.platforms.iter().map(|platform| platform.id).collect()
    }

    /// The options of a scenario without tables for platforms.
    fn default_options(&self) -> PlatformValues {
        let (table, source, mut diags) = (DeTable::new(), Source::new("", ""), Diags::new());
        let platforms = self.platforms.iter();
        let options = platforms
            .map(|platform| (platform.read)(Keys::new(&table, platform.id, &source, &mut diags)));
        PlatformValues::new(options.collect())
    }
}

/// Reads a scenario in TOML.
///
/// # Errors
/// Every mistake, with its place.
pub fn read_toml(source: &Source, request: &Request<'_>) -> Result<Scenario, Diags> {
    reader::read(source, request)
}

/// Reads a functions file in place of a scenario. All options have their defaults.
///
/// # Errors
/// Every mistake, with its place.
pub fn read_csv(
    name: &str,
    file: Box<dyn Read + Send>,
    request: &Request<'_>,
) -> Result<Scenario, Diags> {
    let regions = Regions::default();
    let hours = Exact::from(HOURS_PER_MONTH);
    let shapes = request.platforms.into();
    let reading = function::Reading {
        platforms: &request.ids(),
        shapes: &shapes,
        hours: &hours,
        region: &|name, line, at| regions.index(name, line, at),
        default_region: request
            .region
            .and_then(|region| regions.index_of_flag(region)),
        region_is_fixed: request.region.is_some(),
        keeps_stated: request.keeps_stated,
        set: request.set,
    };
    let defaults = spanned::SpannedValues::new(0..0);
    let mut diags = Diags::new();
    let mut index = NameIndex::new(&name.into(), &hours);
    let read = functions_file::read(
        name,
        file,
        &defaults,
        &reading,
        &mut index,
        request.progress,
    );
    diags.take(read);
    let (mut functions, tags) = index.into_parts();
    let regions = regions.settle(&mut functions);
    check_regions(&regions, request, &mut diags);
    let services = services::settle(&mut functions);
    set::unused(request.set, &functions, &mut diags);
    diags.into_result(Scenario {
        name: name.to_owned(),
        functions_file: None,
        hours,
        free_tier: false,
        platforms: DEFAULT_PLATFORMS.to_vec(),
        regions,
        options: request.default_options(),
        of_options: Extent::USUAL,
        stated: 0,
        tags,
        functions: functions.into(),
        services,
        budget: Budget::default(),
        budget_line: 1,
        unmatched_budgets: Vec::new(),
        tag_budgets: Vec::new(),
        rules: Vec::new(),
        stated_settings: Vec::new(),
        terms: None,
        extras: Vec::new(),
    })
}

impl Scenario {
    /// The same scenario with every function in another region, as `--region` would place them.
    pub(crate) fn in_region(&self, name: &str) -> Self {
        let (name, at) = (name.into(), None);
        Self {
            regions: vec![RegionName { name, at }],
            ..self.clone()
        }
    }

    /// The prices that the scenario needs in addition to those that most scenarios need.
    pub fn extent(&self) -> Extent {
        let terms = self.terms.as_deref();
        let discounts = terms.map_or(&[][..], |terms| &terms.discounts);
        let commitment = terms.and_then(|terms| terms.commitment.as_ref());
        Extent {
            auto_mode: self.of_options.auto_mode,
            // A discount and a commitment can name any instance type. Its meter is unknown unless the
            // types are read.
            other_types: self.of_options.other_types
                || commitment.is_some_and(|commitment| commitment.scope.is_some())
                || discounts
                    .iter()
                    .any(|discount| discount.path.starts_with("ec2.")),
            reserved: commitment.is_some_and(|commitment| commitment.plan == Plan::Reserved),
        }
    }

    pub(crate) fn region_of(&self, function: &Function) -> &Arc<str> {
        &self.regions[usize::from(function.region)].name
    }

    /// The file and line on which a function starts.
    pub(crate) fn place_of(&self, index: usize) -> (String, u64) {
        let line = self.functions[index].line;
        let path = self.functions_path().filter(|_| index >= self.stated);
        let file = path.map(|path| path.to_string_lossy().into_owned());
        (file.unwrap_or_else(|| self.name.clone()), line)
    }

    /// The functions file, relative to the folder of the scenario.
    fn functions_path(&self) -> Option<PathBuf> {
        let name = self.functions_file.as_ref()?;
        Some(Path::new(&self.name).with_file_name(name))
    }
}

fn check_regions(regions: &[RegionName], request: &Request<'_>, diags: &mut Diags) {
    for region in regions {
        if let Some(diag) = (request.unknown_region)(&region.name) {
            diags.push(match &region.at {
                Some(at) => diag.at(at.clone()),
                None => diag,
            });
        }
    }
}

fn position(regions: &[RegionName], name: &str) -> Option<u16> {
    let found = regions.iter().position(|region| *region.name == *name);
    found.and_then(|index| u16::try_from(index).ok())
}

/// The regions found so far, shared by the threads that read a functions file.
#[derive(Default)]
struct Regions(RwLock<Vec<RegionName>>);

impl Regions {
    /// Maximum number of names. AWS has a few dozen regions; a broken file can have a million
    /// names.
    const MOST: usize = 1000;

    fn index(&self, name: &str, line: u64, at: &dyn Fn() -> At) -> Option<u16> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = position(&known, name)
            && !known[usize::from(index)].is_named_later(line)
        {
            return Some(index);
        }
        drop(known);
        self.name(name, Some(at()))
    }

    fn index_of_flag(&self, name: &str) -> Option<u16> {
        self.name(name, None)
    }

    /// Adds a region, or an earlier place that names it.
    fn name(&self, name: &str, at: Option<At>) -> Option<u16> {
        let mut regions = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let Some(index) = position(&regions, name) else {
            (regions.len() < Self::MOST).then_some(())?;
            let name = name.into();
            regions.push(RegionName { name, at });
            return u16::try_from(regions.len() - 1).ok();
        };
        let known = &mut regions[usize::from(index)];
        // The lines of two files cannot be compared; the scenario is read before its functions
        // file.
        let same_file = known
            .at
            .as_ref()
            .zip(at.as_ref())
            .filter(|(one, other)| one.file == other.file);
        if same_file.is_some_and(|(one, other)| other.line < one.line) {
            known.at = at;
        }
        Some(index)
    }

    /// Sorts the regions by first mention and renumbers them in `functions`. The order in which
    /// parallel threads find regions is random.
    fn settle(self, functions: &mut [Function]) -> Vec<RegionName> {
        let met = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut first = vec![usize::MAX; met.len()];
        for (place, function) in functions.iter().enumerate() {
            // A refused region has no index, but then there will be no scenario either.
            if let Some(known) = first.get_mut(usize::from(function.region)) {
                *known = place.min(*known);
            }
        }
        let mut order: Vec<usize> = (0..met.len()).collect();
        order.sort_by_key(|index| (first[*index], met[*index].name.clone()));
        let mut numbers = vec![0; met.len()];
        for (number, index) in order.iter().enumerate() {
            let number = u16::try_from(number);
            numbers[*index] = number.expect("no more regions are taken than 16 bits count");
        }
        functions.par_iter_mut().for_each(|function| {
            // A refused region has no index, but then there will be no scenario either.
            if let Some(number) = numbers.get(usize::from(function.region)) {
                function.region = *number;
            }
        });
        order.into_iter().map(|index| met[index].clone()).collect()
    }
}
