//! A scenario in TOML: its options, its functions, and the functions file that it can name.

use super::budget::{self, Budgets};
use super::extra::{self, Extra};
use super::function::{self, Reading};
use super::functions_file;
use super::keys::{self, Keys};
use super::name_index::{NameIndex, StatedPlaces};
use super::notation;
use super::options::PlatformValues;
use super::purchase;
use super::rule_settings::{self, RuleSetting};
use super::schema::{Bounds, Field, Setting, SettingGroup};
use super::services;
use super::set;
use super::spanned::{Cell, SpannedValues};
use super::stated::{self, StatedValue};
use super::unknown::{Shapes, unknown_at_the_top};
use super::values::Values;
use super::{DEFAULT_PLATFORMS, Regions, Request, Scenario, check_regions};
use crate::diag::{At, Code, Diag, Diags, Source};
use crate::exact::Exact;
use crate::pricebook::{Commitments, Extent};
use crate::scenario::RegionName;
use crate::units::HOURS_PER_MONTH;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Reads a scenario.
///
/// # Errors
/// Every mistake in the scenario and in its functions file.
pub(crate) fn read(source: &Source, request: &Request<'_>) -> Result<Scenario, Diags> {
    let document = source.toml().map_err(with_number_advice)?;
    let mut reader = ScenarioReader {
        source,
        request,
        ids: request.ids(),
        shapes: request.platforms.into(),
        root: document.get_ref(),
        diags: Diags::new(),
    };
    let scenario = reader.scenario();
    reader.diags.sort_by_place();
    reader.diags.into_result(scenario)
}

struct ScenarioReader<'r> {
    source: &'r Source,
    request: &'r Request<'r>,
    ids: Vec<&'static str>,
    shapes: Shapes,
    root: &'r DeTable<'r>,
    diags: Diags,
}

impl<'r> ScenarioReader<'r> {
    fn wrong(&mut self, code: Code, span: Range<usize>, message: &str, help: &str) {
        let diag = Diag::new(code, message).at(self.source.at(span));
        self.diags.push(diag.help(help));
    }

    fn scenario(&mut self) -> Scenario {
        self.unknown_keys();
        let hours = self.hours();
        let free_tier = self.flag(Setting::FreeTier.path());
        let platforms = self.platforms();
        let regions = Regions::default();
        let default_region = self.default_region(&regions);
        let options = self.options();
        let budgets = self.budget();
        let budget_line = self.line_of("budget");
        let rules = self.rules();
        let terms = self.terms();
        let extras = self.extras();
        let ids = self.ids.clone();
        let shapes = Arc::clone(&self.shapes);
        let reading = Reading {
            platforms: &ids,
            shapes: &shapes,
            hours: &hours,
            region: &|name, line, at| regions.index(name, line, at),
            default_region,
            region_is_fixed: self.request.region.is_some(),
            keeps_stated: self.request.keeps_stated,
            set: self.request.set,
        };
        let defaults = self.defaults();
        let mut index = NameIndex::new(self.source.name(), &hours);
        self.functions(&defaults, &reading, &mut index);
        let stated = index.len();
        let functions_file =
            self.functions_file(&defaults.with_places(self.source), &reading, &mut index);
        let (mut functions, tags) = index.into_parts();
        let regions = regions.settle(&mut functions);
        check_regions(&regions, self.request, &mut self.diags);
        if let Some(terms) = &terms {
            self.check_scope(terms, &regions);
        }
        let services = services::settle(&mut functions);
        set::unused(self.request.set, &functions, &mut self.diags);
        let unmatched_budgets = budget::assign(budgets.functions, &mut functions, &mut self.diags);
        let mut scenario = Scenario {
            name: self.source.name().to_string(),
            functions_file,
            hours,
            free_tier,
            platforms,
            regions,
            options,
            of_options: Extent::USUAL,
            functions: functions.into(),
            services,
            stated,
            tags,
            budget: budgets.whole,
            budget_line,
            tag_budgets: budgets.tags,
            unmatched_budgets,
            rules,
            stated_settings: self.stated_settings(),
            terms,
            extras,
        };
        scenario.of_options = self.extent(&scenario);
        let shapes = self.request.platforms.iter();
        for shape in shapes.filter(|shape| scenario.platforms.contains(&shape.id)) {
            self.diags.extend((shape.check)(&scenario));
        }
        scenario
    }

    /// The stated values that functions share, if they are kept.
    fn stated_settings(&self) -> Vec<(String, StatedValue)> {
        if self.request.keeps_stated {
            stated::of_scenario(self.root)
        } else {
            Vec::new()
        }
    }

    fn unknown_keys(&mut self) {
        for (key, _) in self.root {
            let name = key.get_ref().as_ref();
            let at = self.source.at(key.span());
            let is_known = SettingGroup::Top.keys().any(|key| key.path() == name);
            if !is_known && !self.ids.contains(&name) {
                self.diags
                    .push(unknown_at_the_top(name, &self.shapes).at(at));
            }
        }
    }

    fn value(&self, key: &str) -> Option<&'r Spanned<DeValue<'r>>> {
        self.root.get(key)
    }

    fn hours(&mut self) -> Exact {
        let key = Setting::HoursPerMonth.key();
        let mut stated = None;
        if let Some(value) = self.value(key.path) {
            let bounds = key.bounds();
            let fewer = Bounds::from(0, bounds.high);
            match keys::number(value, key.path, &bounds, self.source) {
                Ok(hours) => stated = Some(hours),
                Err(_) if keys::number(value, key.path, &fewer, self.source).is_ok() => {
                    let message = format!("a month has {} hours at least", bounds.low);
                    let help = "if containers run only for a part of the month, state that part as \
                                `container.hours_per_month`, of a function or in [defaults]";
                    self.wrong(Code::OutOfRange, value.span(), &message, help);
                }
                Err(diag) => self.diags.push(diag),
            }
        }
        stated.map_or_else(|| Exact::from(HOURS_PER_MONTH), Exact::from)
    }

    fn flag(&mut self, key: &str) -> bool {
        let stated = self
            .value(key)
            .map(|value| keys::flag(value, key, self.source));
        stated
            .and_then(|flag| self.diags.take(flag))
            .unwrap_or_default()
    }

    fn default_region(&mut self, regions: &Regions) -> Option<u16> {
        /// Takes the place of a region with an error, so that it is not reported as missing too.
        /// The scenario is refused anyway.
        const INVALID: Option<u16> = Some(0);
        if let Some(region) = self.request.region {
            return regions.index_of_flag(region);
        }
        let value = self.value("region")?;
        let Some(cell) = Cell::of(value) else {
            let message = "`region` must be a text";
            self.wrong(Code::WrongType, value.span(), message, "put it in quotes");
            return INVALID;
        };
        match self.diags.take(cell.text("region", self.source)) {
            Some(name) => {
                let at = self.source.at(value.span());
                regions.index(name, at.line, &|| at.clone())
            }
            None => INVALID,
        }
    }

    fn platforms(&mut self) -> Vec<&'static str> {
        let all = self.ids.clone();
        let Some(value) = self.value("platforms") else {
            return DEFAULT_PLATFORMS.to_vec();
        };
        let read = keys::platforms(value, "platforms", &all, self.source, &mut self.diags);
        read.unwrap_or_default()
    }

    fn table(&mut self, key: &str) -> Option<(&'r DeTable<'r>, Range<usize>)> {
        let value = self.value(key)?;
        let table = value.get_ref().as_table();
        if table.is_none() {
            let message = format!("`{key}` is not a table");
            let help = format!("write [{key}] on a separate line, and its keys below it");
            self.wrong(Code::WrongType, value.span(), &message, &help);
        }
        table.map(|table| (table, value.span()))
    }

    /// The options of all platforms.
    fn options(&mut self) -> PlatformValues {
        let empty = DeTable::new();
        let mut options = Vec::new();
        for platform in self.request.platforms {
            let (table, span) = self.table(platform.id).unwrap_or((&empty, 0..0));
            let keys = Keys::new(table, platform.id, self.source, &mut self.diags);
            options.push((platform.read)(keys.spanning(span)));
        }
        PlatformValues::new(options)
    }

    /// The prices that the options of a scenario need.
    fn extent(&self, scenario: &Scenario) -> Extent {
        let platforms = self.request.platforms.iter();
        let extents = platforms.map(|platform| (platform.extent)(scenario));
        extents.fold(Extent::USUAL, Extent::and)
    }

    fn budget(&mut self) -> Budgets {
        let table = self.table("budget");
        let read = table.map(|(table, _)| budget::read(table, self.source, &mut self.diags));
        read.unwrap_or_default()
    }

    /// The line of a table at the top level, or line 1.
    fn line_of(&self, key: &str) -> u64 {
        let place = self.value(key).map(|value| self.source.at(value.span()));
        place.map_or(1, |at| at.line)
    }

    fn rules(&mut self) -> Vec<RuleSetting> {
        let table = self.table("rules");
        let known = self.request.rules;
        let read =
            table.map(|(table, _)| rule_settings::read(table, known, self.source, &mut self.diags));
        read.unwrap_or_default()
    }

    fn terms(&mut self) -> Option<Arc<Commitments>> {
        let commitment = self.table("commitment").and_then(|(table, span)| {
            purchase::commitment(table, span, self.source, &mut self.diags)
        });
        let discounts = self.table("discounts");
        let discounts = discounts
            .map(|(table, _)| purchase::discounts(table, self.source, &mut self.diags))
            .unwrap_or_default();
        Commitments::new(commitment, discounts).map(Arc::new)
    }

    fn extras(&mut self) -> Vec<Extra> {
        let Some(value) = self.value(Setting::Extra.path()) else {
            return Vec::new();
        };
        let of = extra::Of::Scenario(self.request.unknown_region);
        extra::read(value, &of, &self.ids, self.source, &mut self.diags)
    }

    /// Checks the region of a commitment to instances of one region.
    fn check_scope(&mut self, terms: &Commitments, regions: &[RegionName]) {
        let commitment = terms.commitment.as_ref();
        let Some(scope) = commitment.and_then(|commitment| commitment.scope.as_ref()) else {
            return;
        };
        let at = scope.at.clone();
        self.diags.extend(match &scope.region {
            Some(name) => (self.request.unknown_region)(name).map(|diag| diag.at(at)),
            None if regions.len() > 1 => {
                let message = "the commitment has no `region`".to_owned();
                let help = "its instances are in one region, and the functions are in several: \
                            state commitment.region";
                Some(Diag::new(Code::MissingKey, message).help(help).at(at))
            }
            None => None,
        });
    }

    fn defaults(&mut self) -> SpannedValues<'r> {
        let Some((table, span)) = self.table("defaults") else {
            return SpannedValues::new(0..0);
        };
        let mut cells = SpannedValues::new(span);
        cells.collect(table, "", self.source, &self.shapes, &mut self.diags);
        // Defaults are checked once, even if every function replaces them.
        let values = Values::check(&cells, &self.ids, self.source, &mut self.diags);
        let (fields, tags) = values.into_wrong();
        for field in fields {
            cells.refuse(field);
        }
        for name in tags {
            cells.refuse_tag(&name);
        }
        cells
    }

    fn functions(
        &mut self,
        defaults: &SpannedValues<'r>,
        reading: &Reading<'_>,
        index: &mut NameIndex,
    ) {
        let Some(value) = self.value("function") else {
            return;
        };
        let Some(list) = value.get_ref().as_array() else {
            let help = "begin each function with [[function]], in double brackets";
            self.wrong(
                Code::WrongType,
                value.span(),
                "`function` is not a list of tables",
                help,
            );
            return;
        };
        for item in list.iter() {
            let Some(table) = item.get_ref().as_table() else {
                let help = "begin each function with [[function]]";
                self.wrong(
                    Code::WrongType,
                    item.span(),
                    "a function is not a table",
                    help,
                );
                continue;
            };
            let mut cells = SpannedValues::new(item.span());
            cells.collect(table, "", self.source, &self.shapes, &mut self.diags);
            let line = self.source.line_of(item.span().start) as u64;
            let merged = cells.over(defaults);
            let read = function::build(&merged, line, reading, self.source, &mut self.diags);
            let places = TablePlaces {
                cells: &cells,
                name: merged.get(Field::Name),
                source: self.source,
            };
            match (read, merged.get(Field::Name)) {
                (Some(function), _) => self.diags.take(index.add(function, &places)),
                (None, Some(name)) => {
                    let added = index.add_faulty(&name.text, places.of_name());
                    self.diags.take(added)
                }
                (None, None) => None,
            };
        }
    }

    /// True without a `[[function]]`, and with an empty list.
    fn states_no_function(&self) -> bool {
        let value = self.value("function").map(Spanned::get_ref);
        value.is_none_or(|value| value.as_array().is_some_and(|list| list.is_empty()))
    }

    fn functions_file(
        &mut self,
        defaults: &SpannedValues<'_>,
        reading: &Reading<'_>,
        index: &mut NameIndex,
    ) -> Option<String> {
        let Some(value) = self.value("functions") else {
            if self.states_no_function() {
                let help = "add a [[function]], or functions = \"functions.csv\"; \
                            `lambdacost init` writes an example";
                self.wrong(Code::NoFunction, 0..0, "the scenario has no function", help);
            }
            return None;
        };
        let Some(cell) = Cell::of(value) else {
            let help =
                "functions = \"functions.csv\" names a file; a function starts with [[function]]";
            self.wrong(
                Code::WrongType,
                value.span(),
                "`functions` is not a file name",
                help,
            );
            return None;
        };
        let name = self.diags.take(cell.text("functions", self.source))?;
        match (self.request.open)(name) {
            Ok(file) => {
                index.start_file(&name.into());
                let progress = self.request.progress;
                let read = functions_file::read(name, file, defaults, reading, index, progress);
                self.diags.take(read);
                Some(name.to_owned())
            }
            Err(error) => {
                let message = format!("cannot read `{name}`: {error}");
                let help = "check the name and the folder: a relative name is relative to the folder of the scenario";
                self.wrong(Code::Unreadable, value.span(), &message, help);
                None
            }
        }
    }
}

/// Where a function in TOML states its keys.
struct TablePlaces<'p> {
    /// Those of the function, without defaults.
    cells: &'p SpannedValues<'p>,
    name: Option<&'p Cell<'p>>,
    source: &'p Source,
}

impl StatedPlaces for TablePlaces<'_> {
    fn of_field(&self, field: Field) -> Option<At> {
        self.cells.get(field).map(|cell| cell.at(self.source))
    }

    fn of_tag(&self, name: &str) -> Option<At> {
        let mut tags = self.cells.tags();
        let (_, cell) = tags.find(|(known, _)| &***known == name)?;
        Some(cell.at(self.source))
    }

    fn of_name(&self) -> At {
        match self.name {
            Some(name) => name.at(self.source),
            None => self.cells.place_of(Field::Name).at(self.source),
        }
    }
}

/// Adds advice to TOML syntax errors that are numbers in another notation, such as `42M` without
/// quotes.
fn with_number_advice(mistakes: Diags) -> Diags {
    let mut mistakes = mistakes.map(|diag| {
        let line = diag.at.as_ref().map(|at| at.text.as_str());
        let advice = line.and_then(|line| {
            let (key, value) = line.split_once('=')?;
            let value = value.split('#').next().unwrap_or_default().trim();
            let advice = notation::advice(key.trim(), value)?;
            Some((format!("`{value}` is not a number in TOML"), advice))
        });
        match advice {
            Some((message, advice)) => diag.help(advice).message(message),
            None => diag,
        }
    });
    mistakes.sort_by_place();
    mistakes
}
