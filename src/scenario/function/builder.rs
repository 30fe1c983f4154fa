//! Builds a function from its cells: checks every value, and every rule between values.

use super::container::NOT_FOR_JOBS;
use super::{Capacity, Function, rounding_up};
use crate::diag::{At, Code, Diag, Diags};
use crate::exact::Exact;
use crate::pricebook::Architecture;
use crate::scenario::PlatformValues;
use crate::scenario::budget::{Budget, Limit};
use crate::scenario::schema::{self, Field, LimitSteps};
use crate::scenario::services::Membership;
use crate::scenario::set::{self, InputChange};
use crate::scenario::spanned::{Locate, SpannedValues};
use crate::scenario::stated;
use crate::scenario::tags::{Labels, Tag};
use crate::scenario::unknown::Shapes;
use crate::scenario::values::Values;
use crate::text::comma_separated;
use crate::units::SECONDS_PER_HOUR;
use rust_decimal::Decimal;
use std::sync::Arc;

/// Maximum of requests in flight that capacity can be planned for.
const MOST_CAPACITY: u128 = 10_u128.pow(27);

/// Keys that a function of a service cannot state, with advice.
const NOT_IN_SERVICES: [(Field, &str); 5] = [
    (
        Field::TaskVcpu,
        "remove it: the size of shared tasks is computed",
    ),
    (
        Field::TaskMemoryGb,
        "remove it: the size of shared tasks is computed",
    ),
    (
        Field::RequestsPerTask,
        "remove it: shared tasks carry requests of all functions with this `service`",
    ),
    (
        Field::RequestsPerPod,
        "remove it: shared pods carry requests of all functions with this `service`",
    ),
    (
        Field::ContainerRun,
        "remove `service`: each call of a job has a separate task",
    ),
];

/// Finds the index of a region by its name, given the line and place of the name. `None` when there
/// are too many regions.
pub(crate) type IndexOfRegion<'r> = dyn Fn(&str, u64, &dyn Fn() -> At) -> Option<u16> + Sync + 'r;

/// What the functions of a scenario share while they are read.
pub(crate) struct Reading<'r> {
    pub platforms: &'r [&'static str],
    pub shapes: &'r Shapes,
    /// Hours of the month.
    pub hours: &'r Exact,
    pub region: &'r IndexOfRegion<'r>,
    /// Index of the default region; `None` if the scenario has none.
    pub default_region: Option<u16>,
    /// True when `--region` sets the region of every function.
    pub region_is_fixed: bool,
    /// True to keep the stated values of each function.
    pub keeps_stated: bool,
    /// Changes of inputs.
    pub set: &'r [InputChange],
}

/// The known values of a function when platforms read their keys; `None` for missing or wrong
/// values.
pub struct Known<'r> {
    /// Hours of the month.
    pub hours: &'r Exact,
    /// Invocations a month.
    pub calls: Option<u64>,
    /// Mean billed duration, ms.
    pub duration_ms: Option<Decimal>,
    /// Mean attempts per invocation.
    pub attempts: Option<Exact>,
}

/// Reads the keys of a function. Platforms use it for their own keys.
pub struct FunctionReader<'b, 'c, 'a> {
    /// The stated values without errors.
    pub values: Values<'c, 'a>,
    locate: &'b dyn Locate,
    diags: &'b mut Diags,
}

/// Builds a function from its cells.
///
/// Reports mistakes to `diags` and then returns `None`.
pub(crate) fn build(
    cells: &SpannedValues<'_>,
    line: u64,
    reading: &Reading<'_>,
    locate: &dyn Locate,
    diags: &mut Diags,
) -> Option<Function> {
    if reading.set.is_empty() {
        return diags.take(checked(cells, line, reading, locate)).flatten();
    }
    let applied = diags.take(set::applied(reading.set, cells))?;
    let Some((cells, applied)) = applied else {
        return diags.take(checked(cells, line, reading, locate)).flatten();
    };
    let function = checked(&cells, line, reading, locate);
    let function = diags.take(function.map_err(|found| applied.blamed(found)));
    function.flatten().map(|function| Function {
        set: (!applied.keys.is_empty()).then_some(applied.keys),
        ..function
    })
}

/// Builds a function from the cells that it has after all changes.
///
/// # Errors
/// Its mistakes.
fn checked(
    cells: &SpannedValues<'_>,
    line: u64,
    reading: &Reading<'_>,
    locate: &dyn Locate,
) -> Result<Option<Function>, Diags> {
    let mut found = Diags::new();
    let values = Values::check(cells, reading.platforms, locate, &mut found);
    let mut reader = FunctionReader {
        values,
        locate,
        diags: &mut found,
    };
    let function = reader.function(line, reading);
    found.into_result(function)
}

impl FunctionReader<'_, '_, '_> {
    /// Reports a mistake.
    pub(crate) fn wrong(&mut self, code: Code, at: At, message: String, help: &str) {
        let diag = Diag::new(code, message).at(at).help(help);
        self.diags.push(diag);
    }

    fn function(&mut self, line: u64, reading: &Reading<'_>) -> Option<Function> {
        let name = self.required(Field::Name, "every function needs a unique name");
        let memory = self.required(Field::MemoryMb, "state the memory of the function, MB");
        let region = self.region(line, reading);
        let duration = self.duration();
        let calls = self.invocations(reading.hours);
        let capacity = self.capacity();
        let container = self.container(reading.hours);
        let service = self.service();
        let budget = self.budget();
        let invocation = self.invocation();
        let known = Known {
            hours: reading.hours,
            calls: calls.map(|(calls, _)| calls),
            duration_ms: duration.map(|(duration, _)| duration),
            attempts: match &invocation {
                Ok(Some(invocation)) => Some(invocation.attempts.clone()),
                Ok(None) => Some(Exact::ONE),
                Err(()) => None,
            },
        };
        let of_platforms = self.of_platforms(reading.shapes, &known);
        let (_, _) = (name?, memory?);
        let (invocations, rounded_invocations) = calls?;
        let (duration_ms, measured) = duration?;
        let function = Function {
            name: self.values.text(Field::Name)?.into(),
            region: region?,
            moved: reading.region_is_fixed && self.values.stated(Field::Region),
            line,
            architecture: self
                .architecture(Field::Architecture)
                .unwrap_or(Architecture::X86_64),
            runs_on: self.values.word(Field::RunsOn),
            is_pinned: self.values.word(Field::Pinned) == Some("true"),
            memory_mb: self.values.whole(Field::MemoryMb)?,
            duration_ms,
            measured,
            invocations,
            rounded_invocations,
            capacity: capacity?,
            invocation: invocation.ok()?,
            of_platforms,
            budget,
            container,
            labels: self.labels(),
            extras: self.values.extras(),
            service,
            set: None,
            stated: reading
                .keeps_stated
                .then(|| stated::of_function(&self.values)),
        };
        self.enough_capacity(&function, reading.hours);
        self.countable_capacity(&function, reading.hours);
        Some(function)
    }

    /// Reads the keys of all platforms.
    fn of_platforms(
        &mut self,
        platforms: &Shapes,
        known: &Known<'_>,
    ) -> Option<Box<PlatformValues>> {
        let read: Vec<_> = platforms
            .iter()
            .filter_map(|platform| (platform.read_function)(self, known))
            .collect();
        (!read.is_empty()).then(|| Box::new(PlatformValues::new(read)))
    }

    /// Reports a missing key.
    pub(crate) fn required(&mut self, field: Field, help: &str) -> Option<()> {
        if self.values.stated(field) {
            return Some(());
        }
        let message = format!("{} has no `{}`", self.called(), field.path());
        self.wrong(Code::MissingKey, self.at(field), message, help);
        None
    }

    /// The place of a field, or of the function if it does not state the field.
    pub(crate) fn at(&self, field: Field) -> At {
        self.values.at(field, self.locate)
    }

    /// True when any of the fields is stated, even with an error.
    pub(crate) fn any_stated(&self, fields: &[Field]) -> bool {
        fields.iter().any(|field| self.values.stated(*field))
    }

    /// If one field of a table is stated, requires all of them, because they have no meaning alone.
    pub(crate) fn together<const COUNT: usize>(
        &mut self,
        fields: [Field; COUNT],
        help: &str,
    ) -> Option<()> {
        let stated = fields.iter().find(|field| self.values.stated(**field))?;
        let missing = fields.iter().filter(|field| !self.values.stated(**field));
        let missing: Vec<String> = missing.map(|field| format!("`{}`", field.word())).collect();
        if missing.is_empty() {
            return Some(());
        }
        let table = stated.path().trim_end_matches(stated.word());
        let message = format!(
            "`{}` lacks {}",
            table.trim_end_matches('.'),
            comma_separated(&missing)
        );
        self.wrong(Code::MissingKey, self.at(*stated), message, help);
        None
    }

    fn called(&self) -> String {
        match self.values.text(Field::Name) {
            Some(name) => format!("function `{name}`"),
            None => "a function".to_owned(),
        }
    }

    fn region(&mut self, line: u64, reading: &Reading<'_>) -> Option<u16> {
        let is_own = !reading.region_is_fixed && self.values.stated(Field::Region);
        if is_own && self.values.text(Field::Region).is_none() {
            // The default region has an error, which is already reported.
            return None;
        }
        let own = self.values.text(Field::Region).filter(|_| is_own);
        match (own, reading.default_region) {
            (Some(own), _) => {
                let index = (reading.region)(own, line, &|| self.at(Field::Region));
                if index.is_none() {
                    let message = "the scenario names more than 1,000 regions".to_owned();
                    let help = "is this column the region?";
                    self.wrong(Code::OutOfRange, self.at(Field::Region), message, help);
                }
                index
            }
            (None, Some(default)) => Some(default),
            (None, None) => {
                let message = format!("{} has no `region`", self.called());
                let help = "name it on the function, at the top of the scenario, or with --region";
                self.wrong(Code::MissingKey, self.at(Field::Region), message, help);
                None
            }
        }
    }

    /// The one of two fields that is stated. Both or neither is a mistake.
    fn one_of(&mut self, [first, second]: [Field; 2], none: &str) -> Option<Field> {
        match (self.values.stated(first), self.values.stated(second)) {
            (true, false) => Some(first),
            (false, true) => Some(second),
            (true, true) => {
                let message = format!(
                    "`{}` and `{}` cannot be stated together",
                    first.path(),
                    second.path()
                );
                self.wrong(Code::Conflict, self.at(second), message, "keep one of them");
                None
            }
            (false, false) => {
                let message = format!("{} {none}", self.called());
                let help = format!("state `{}` or `{}`", first.path(), second.path());
                self.wrong(Code::MissingKey, self.at(first), message, &help);
                None
            }
        }
    }

    fn duration(&mut self) -> Option<(Decimal, bool)> {
        let fields = [Field::DurationMs, Field::MeasuredDurationMs];
        let field = self.one_of(fields, "does not state how long it runs")?;
        let stated = self.values.number(field)?;
        match field {
            Field::MeasuredDurationMs => Some((stated.checked_add(rounding_up())?, true)),
            _ => Some((stated, false)),
        }
    }

    /// Invocations a month, and whether a request rate had to be rounded to a whole number.
    fn invocations(&mut self, hours: &Exact) -> Option<(u64, bool)> {
        let fields = [Field::InvocationsPerMonth, Field::RequestsPerSecond];
        let field = self.one_of(fields, "does not state how often it runs")?;
        if field == Field::InvocationsPerMonth {
            return Some((self.values.whole(field)?, false));
        }
        let seconds = hours * &Exact::from(SECONDS_PER_HOUR);
        let calls = &self.values.exact(field)? * &seconds;
        let floor = calls.floor()?;
        let nearest = (&calls + &Exact::ratio(1, 2)).floor()?;
        let whole = u64::try_from(nearest)
            .ok()
            .filter(|n| *n <= 1_000_000_000_000_000);
        if whole.is_none() {
            let message = "`requests_per_second` makes more than 10^15 calls a month".to_owned();
            self.wrong(Code::OutOfRange, self.at(field), message, "lower it");
        }
        Some((whole?, Exact::whole(floor) != calls))
    }

    fn capacity(&mut self) -> Option<Capacity> {
        let (share, peak) = (Field::Utilization, Field::PeakConcurrency);
        match (self.values.stated(share), self.values.stated(peak)) {
            (true, false) => self.values.number(share).map(Capacity::Utilization),
            (false, false) if self.values.word(Field::ContainerRun) == Some("job") => {
                Some(Capacity::OfJobs)
            }
            (false, true) => self.values.number(peak).map(Capacity::Peak),
            (both, _) => {
                let (code, message, help) = if both {
                    let help = "state one of `utilization` and `peak_concurrency`";
                    (Code::Conflict, "states its capacity twice", help)
                } else {
                    let help = "state one of `utilization` and `peak_concurrency`; only jobs \
                                (container.run = \"job\") need none";
                    (
                        Code::MissingKey,
                        "does not state what capacity it needs",
                        help,
                    )
                };
                let message = format!("{} {message}", self.called());
                self.wrong(code, self.at(peak), message, help);
                None
            }
        }
    }

    /// The service of the function. It excludes keys that state how many requests of one function a
    /// task or pod carries.
    fn service(&mut self) -> Option<Box<Membership>> {
        let name = self.values.text(Field::Service)?.into();
        let is_job = self.values.word(Field::ContainerRun) == Some("job");
        for (field, help) in NOT_IN_SERVICES {
            let is_wrong = match field {
                Field::ContainerRun => is_job,
                // Already refused for the job.
                _ if is_job && NOT_FOR_JOBS.contains(&field) => false,
                _ => self.values.stated(field),
            };
            if is_wrong {
                let key = match field {
                    Field::ContainerRun => "container.run = \"job\"",
                    _ => field.path(),
                };
                let message = format!("`{key}` is not possible for a function with `service`");
                self.wrong(Code::Conflict, self.at(field), message, help);
            }
        }
        Some(Box::new(Membership { name, number: 0 }))
    }

    fn enough_capacity(&mut self, function: &Function, hours: &Exact) {
        let Capacity::Peak(peak) = function.capacity else {
            return;
        };
        let demand = function.demand(hours);
        let average = demand.average();
        if *average > Exact::from(peak) {
            let message = format!(
                "`peak_concurrency` is below the average concurrency, {}",
                average.to_fixed(3)
            );
            let help = format!("raise it to {} or more", average.rounded_up().to_fixed(0));
            let at = self.at(Field::PeakConcurrency);
            self.wrong(Code::OutOfRange, at, message, &help);
        }
    }

    /// The planned capacity must fit in the integers that count fleets.
    fn countable_capacity(&mut self, function: &Function, hours: &Exact) {
        let target = function.container().target_utilization;
        let share = match function.capacity {
            Capacity::Utilization(share) => share,
            Capacity::Peak(_) | Capacity::OfJobs => Decimal::ONE,
        };
        // The maximum, 10^15 daily calls in flight within an hour, is 2.4 * 10^16 requests in
        // flight. Divided by 10^-5 that is still below the limit.
        if share.min(target) >= Decimal::new(1, 5) {
            return;
        }
        let demand = function.demand(hours);
        let planned = demand.capacity().over(&Exact::from(target));
        if planned.is_some_and(|planned| planned > Exact::whole(MOST_CAPACITY)) {
            let field = if target < share {
                Field::TargetUtilization
            } else {
                Field::Utilization
            };
            let message = format!(
                "{} needs capacity for more than 10^27 requests in flight",
                self.called()
            );
            let help = format!("raise its `{}`", field.path());
            self.wrong(Code::OutOfRange, self.at(field), message, &help);
        }
    }

    pub(super) fn architecture(&self, field: Field) -> Option<Architecture> {
        self.values.word(field).and_then(Architecture::parse)
    }

    fn labels(&self) -> Option<Box<Labels>> {
        let account = self.values.text(Field::Account).map(Box::from);
        let tags = self.values.tags().map(|(name, value)| Tag {
            name: Arc::clone(name),
            value: value.into(),
        });
        let mut tags: Box<[Tag]> = tags.collect();
        tags.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        let is_stated = account.is_some() || !tags.is_empty();
        is_stated.then(|| Box::new(Labels { tags, account }))
    }

    fn budget(&mut self) -> Option<Box<Budget>> {
        let budget = Budget {
            monthly_usd: self.limit(schema::MONTHLY),
            usd_per_million_invocations: self.limit(schema::MILLION),
            increase_percent: self.limit(schema::INCREASE_PERCENT),
            increase_usd: self.limit(schema::INCREASE_USD),
            decrease_percent: self.limit(schema::DECREASE_PERCENT),
            decrease_usd: self.limit(schema::DECREASE_USD),
        };
        budget.is_stated().then(|| Box::new(budget))
    }

    fn limit(&mut self, fields: LimitSteps) -> Limit {
        let [notice, warn, deny] = fields.map(|field| self.values.number(field));
        let limit = Limit { notice, warn, deny };
        // Nearly no function of a functions file has a budget.
        if !limit.is_stated() {
            return limit;
        }
        let key = fields[0].path().trim_end_matches(".notice");
        if let Some((step, [message, help])) = limit.contradiction(key) {
            let field = fields.into_iter().find(|field| field.word() == step.name());
            let at = self.at(field.expect("each step of a limit has a key"));
            self.wrong(Code::Conflict, at, message, &help);
        }
        limit
    }
}
