//! What the user says: scenarios and fleets, read whole or refused with every mistake.
//!
//! Text goes in, a [`Scenario`] comes out, and a [`Scenario`] cannot be invalid: later rooms have
//! nothing to check. This room knows no price and opens no file by itself.

mod assumptions;
pub mod budget;
mod demand;
pub mod function;
mod functions_file;
mod keys;
mod name_index;
mod notation;
mod number;
pub mod options;
mod platform_shape;
mod purchase;
mod reader;
pub mod rule_settings;
pub mod schema;
mod spanned;
mod synonyms;
pub mod task;
mod unknown;
mod values;

pub use crate::pricebook::Os;
pub(crate) use assumptions::assumptions;
pub use assumptions::{
    Assumption, AssumptionInfo, AssumptionKind, AssumptionRule, Assumptions, Notes,
};
pub use budget::{Budget, Level, Limit, NamedBudget};
pub use demand::{Demand, TrafficLevel};
pub use function::{Capacity, Container, Function, Run};
pub use keys::Keys;
pub use options::{ClusterKind, FixedType, PlatformValue, PlatformValues};
pub use platform_shape::{PlatformKind, PlatformShape};
pub use rule_settings::{RuleSetting, RuleShape};
pub use schema::Bounds;
pub use task::TaskSize;
pub use unknown::unknown_key;

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

/// What is compared where a scenario does not say it; the other platforms are asked for by name.
pub const DEFAULT_PLATFORMS: [&str; 3] = ["lambda", "fargate", "eks"];

/// A region that functions of the scenario are in.
#[derive(Debug, Clone)]
pub struct RegionName {
    /// AWS's code.
    pub name: Arc<str>,
    /// The first place that names it; `None` for the command line.
    pub at: Option<At>,
}

impl RegionName {
    fn is_named_later(&self, line: u64) -> bool {
        self.at.as_ref().is_some_and(|at| at.line > line)
    }
}

/// Everything that is compared, valid by construction.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The file as the user named it.
    pub name: String,
    /// The fleet that it points to, if it does.
    pub fleet: Option<String>,
    /// Hours in the month.
    pub hours: Exact,
    /// True when the free tier of the account is to be used up.
    pub free_tier: bool,
    /// Ids of the platforms to compare, in the order of the program's list.
    pub platforms: Vec<&'static str>,
    /// Regions, in the order of first mention.
    pub regions: Vec<RegionName>,
    /// Options of all platforms.
    pub options: PlatformValues,
    /// The prices that they ask for, in addition to those that most scenarios need.
    of_options: Extent,
    /// At least one function, names unique; shared with the same scenario in other regions.
    pub functions: Arc<Vec<Function>>,
    /// How many of them stand in the scenario itself; the others are rows of the fleet.
    pub stated: usize,
    /// What all together may cost.
    pub budget: Budget,
    /// Line of `[budget]`, or the first.
    pub budget_line: u64,
    /// Budgets whose function does not exist.
    pub unmatched_budgets: Vec<NamedBudget>,
    /// What `[rules]` says.
    pub rules: Vec<RuleSetting>,
    /// How it buys, where that is not on demand at list prices.
    pub terms: Option<Arc<Commitments>>,
}

/// What a reader needs besides the text.
pub struct Request<'r> {
    /// All platforms.
    pub platforms: &'r [PlatformShape],
    /// All rules.
    pub rules: &'r [RuleShape],
    /// The region that the command line chooses for every function.
    pub region: Option<&'r str>,
    /// What is wrong with the name of a region, if anything.
    pub unknown_region: &'r dyn Fn(&str) -> Option<Diag>,
    /// Opens a file that the scenario names.
    pub open: &'r dyn Fn(&str) -> io::Result<Box<dyn Read + Send>>,
    /// Told how many rows of a fleet have been read.
    pub progress: &'r (dyn Fn(u64) + Sync),
}

impl Request<'_> {
    /// Ids of all platforms.
    fn ids(&self) -> Vec<&'static str> {
        self.platforms.iter().map(|platform| platform.id).collect()
    }

    /// The options of a scenario that states none.
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
/// Every mistake in it, each with its place.
pub fn read_toml(source: &Source, request: &Request<'_>) -> Result<Scenario, Diags> {
    reader::read(source, request)
}

/// Reads a fleet in CSV in place of a scenario: all options have their defaults.
///
/// # Errors
/// Every mistake in it, each with its place.
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
    };
    let defaults = spanned::SpannedValues::new(0..0);
    let mut diags = Diags::new();
    let mut roll = NameIndex::new(&name.into());
    let read = functions_file::read(name, file, &defaults, &reading, &mut roll, request.progress);
    diags.take(read);
    let mut functions = roll.into_functions();
    let regions = regions.settle(&mut functions);
    check_regions(&regions, request, &mut diags);
    diags.into_result(Scenario {
        name: name.to_owned(),
        fleet: None,
        hours,
        free_tier: false,
        platforms: DEFAULT_PLATFORMS.to_vec(),
        regions,
        options: request.default_options(),
        of_options: Extent::USUAL,
        stated: 0,
        functions: functions.into(),
        budget: Budget::default(),
        budget_line: 1,
        unmatched_budgets: Vec::new(),
        rules: Vec::new(),
        terms: None,
    })
}

impl Scenario {
    /// The same with every function in another region, which the command line chooses as it did for
    /// this one.
    pub fn in_region(&self, name: &str) -> Self {
        let (name, at) = (name.into(), None);
        Self {
            regions: vec![RegionName { name, at }],
            ..self.clone()
        }
    }

    /// The prices that it needs in addition to those that most scenarios need.
    pub fn extent(&self) -> Extent {
        let terms = self.terms.as_deref();
        let discounts = terms.map_or(&[][..], |terms| &terms.discounts);
        let commitment = terms.and_then(|terms| terms.commitment.as_ref());
        Extent {
            auto_mode: self.of_options.auto_mode,
            // A discount for a type that was not read would be one for an unknown meter.
            other_types: self.of_options.other_types
                || discounts
                    .iter()
                    .any(|discount| discount.path.starts_with("ec2.")),
            reserved: commitment.is_some_and(|commitment| commitment.plan == Plan::Reserved),
        }
    }

    /// The name of a function's region.
    pub fn region_of(&self, function: &Function) -> &Arc<str> {
        &self.regions[usize::from(function.region)].name
    }

    /// The file and line on which a function starts.
    pub fn place_of(&self, index: usize) -> (String, u64) {
        let line = self.functions[index].line;
        let fleet = self.fleet_file().filter(|_| index >= self.stated);
        let file = fleet.map(|fleet| fleet.to_string_lossy().into_owned());
        (file.unwrap_or_else(|| self.name.clone()), line)
    }

    /// The fleet that it points to, which is looked up beside it.
    fn fleet_file(&self) -> Option<PathBuf> {
        let fleet = self.fleet.as_ref()?;
        Some(Path::new(&self.name).with_file_name(fleet))
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

/// The regions met so far; shared by the threads that read a fleet.
#[derive(Default)]
struct Regions(RwLock<Vec<RegionName>>);

impl Regions {
    /// Most distinct names: AWS has a few dozen regions, a broken file may have a million.
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
        // A scenario is read before the fleet that it points to.
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

    /// The regions in the order of first mention, and `functions` numbered by it: threads that
    /// read a fleet side by side meet its regions in any order.
    fn settle(self, functions: &mut [Function]) -> Vec<RegionName> {
        let met = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut first = vec![usize::MAX; met.len()];
        for (place, function) in functions.iter().enumerate() {
            // A region that was refused has no number; nor will there be a scenario.
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
            // A region that was refused has no number; nor will there be a scenario.
            if let Some(number) = numbers.get(usize::from(function.region)) {
                function.region = *number;
            }
        });
        order.into_iter().map(|index| met[index].clone()).collect()
    }
}
