//! Reads the scenario and prices of the command line, and makes comparisons of them.

use super::args;
use super::exit::Outcome;
use super::input::{self, Opened};
use super::progress::Progress;
use super::system::System;
use crate::answer::{BoughtPrices, Comparison, Decision, PlanOptions, SizedCommitment};
use crate::diag::{Code, Diag, Diags};
use crate::exact::Exact;
use crate::platform;
use crate::pricebook::{Book, Commitments, Coverage, InstanceType, Plan, Regional};
use crate::render::View;
use crate::scenario::{Extra, Function, InputChange, Scenario, SharedService};
use crate::text::{comma_separated, did_you_mean};
use rust_decimal::Decimal;
use std::path::Path;
use std::sync::Arc;

/// A scenario with the prices that it needs.
pub(crate) struct Loaded {
    pub scenario: Scenario,
    /// List prices of its regions.
    list: Vec<Regional>,
    /// The prices under its commitment and discounts, if it has any.
    bought: Option<BoughtPrices>,
    instances: Vec<InstanceType>,
}

impl Loaded {
    /// Reads a scenario and its prices.
    ///
    /// # Errors
    /// Mistakes in either.
    pub(crate) fn new(
        input: Opened<'_>,
        region: Option<&str>,
        book: &Book,
        progress: &Progress<'_>,
    ) -> Result<Self, Diags> {
        let rows = |count| progress.reading(count);
        Self::priced(input.scenario(region, book, &rows)?, book)
    }

    /// Reads the prices of a scenario.
    fn priced(scenario: Scenario, book: &Book) -> Result<Self, Diags> {
        let (list, instances) = input::prices(book, &scenario)?;
        Ok(Self {
            bought: BoughtPrices::new(&scenario, &list, &instances)?,
            scenario,
            list,
            instances,
        })
    }

    /// The scenario with a single platform, and with the functions for whose platform of today
    /// `member` is true. `None` if there are no such functions.
    ///
    /// # Errors
    /// Mistakes in its commitment or discounts.
    pub(crate) fn on(
        &self,
        platform: &'static str,
        member: impl Fn(&str) -> bool,
    ) -> Result<Option<Self>, Diags> {
        let functions = &self.scenario.functions;
        if !functions.iter().any(|function| member(function.home())) {
            return Ok(None);
        }
        let mut scenario = self.scenario.clone();
        scenario.platforms = vec![platform];
        let extras = self.scenario.extras.iter();
        let in_part =
            |extra: &Extra| extra.in_part(&self.scenario, |function| !member(function.home()));
        scenario.extras = extras.map(in_part).collect();
        let bought = BoughtPrices::new(&scenario, &self.list, &self.instances)?;
        let functions = Arc::make_mut(&mut scenario.functions);
        functions.retain(|function| member(function.home()));
        for function in functions {
            function.runs_on = Some(platform);
        }
        scenario.find_services_again();
        Ok(Some(Self {
            scenario,
            list: self.list.clone(),
            bought,
            instances: self.instances.clone(),
        }))
    }

    /// Moves the functions to their platforms in the plan.
    ///
    /// # Errors
    /// A price is missing, or an option is not available.
    pub(crate) fn follow_plan(&mut self, moves: &args::Moves) -> Result<(), Diags> {
        let homes: Vec<(usize, &'static str)> = {
            let comparison = self.comparison()?;
            let decision = decided(&comparison, moves)?;
            let platforms = comparison.platforms();
            let moves = decision.plan.moves.iter();
            let homes = moves.flat_map(|one| {
                let functions = one.functions.iter();
                functions.map(|index| (*index, platforms[one.to].id))
            });
            homes.collect()
        };
        let functions = Arc::make_mut(&mut self.scenario.functions);
        for (index, home) in homes {
            functions[index].runs_on = Some(home);
        }
        Ok(())
    }

    /// The size of the commitment for the plan of the scenario, which is made at the scenario's
    /// commitment to a share of the usage: all of it, if the scenario states dollars.
    ///
    /// # Errors
    /// The scenario has no Savings Plan, or mistakes in it.
    pub(crate) fn size_commitment(
        &mut self,
        moves: &args::Moves,
    ) -> Result<SizedCommitment, Diags> {
        let terms = self.scenario.terms.clone();
        let commitment = terms.as_ref().and_then(|terms| terms.commitment.as_ref());
        let (Some(terms), Some(commitment)) = (&terms, commitment) else {
            let message = "the scenario has no [commitment] to size".to_owned();
            let help = "state plan, term and payment under [commitment]";
            return Err(Diag::new(Code::MissingKey, message).help(help).into());
        };
        if commitment.plan == Plan::Reserved {
            let message = "Reserved Instances are not bought in dollars an hour".to_owned();
            let help = "state the plan \"ec2-instance-savings-plan\" under [commitment]";
            return Err(Diag::new(Code::Conflict, message).help(help).into());
        }
        if matches!(commitment.coverage, Coverage::Hourly(_)) {
            self.cover(terms, Coverage::Share(Exact::ONE))?;
        }
        self.follow_plan(moves)?;
        self.cover(terms, Coverage::Hourly(Exact::ZERO))?;
        let sized = self.comparison()?.size_commitment();
        Ok(sized.expect("the commitment is in dollars"))
    }

    /// Changes the coverage of the commitment.
    fn cover(&mut self, terms: &Commitments, coverage: Coverage) -> Result<(), Diags> {
        self.scenario.terms = Some(Arc::new(terms.covering(coverage)));
        self.bought = BoughtPrices::new(&self.scenario, &self.list, &self.instances)?;
        Ok(())
    }

    /// True for a scenario with a commitment in US dollars an hour.
    pub(crate) fn has_hourly_commitment(&self) -> bool {
        let terms = self.scenario.terms.as_ref();
        let commitment = terms.and_then(|terms| terms.commitment.as_ref());
        commitment.is_some_and(|one| matches!(one.coverage, Coverage::Hourly(_)))
    }

    /// Binds the scenario to its platforms.
    ///
    /// # Errors
    /// A price is missing, or an option is not available.
    pub(crate) fn comparison(&self) -> Result<Comparison<'_>, Diags> {
        match &self.bought {
            Some(bought) => Comparison::bought(&self.scenario, &self.list, bought, &self.instances),
            None => Comparison::new(&self.scenario, &self.list, &self.instances),
        }
    }
}

/// Reads the scenario, and sizes its commitment in each region. `show` gets them with the names of the
/// regions.
///
/// # Errors
/// Mistakes in the scenario or its prices, or an error of `show`.
pub(crate) fn sized(
    system: &System,
    args: &args::Plan,
    show: impl FnOnce(&[(String, SizedCommitment)], &Progress<'_>) -> Outcome,
) -> Outcome {
    let progress = Progress::new(system, &args.output);
    let mut sizes = Vec::new();
    for mut one in read(system, &args.subject, &progress)? {
        let regions = one.scenario.regions.iter().map(|region| &*region.name);
        let regions = comma_separated(&regions.collect::<Vec<_>>());
        sizes.push((regions, one.size_commitment(&args.moves)?));
    }
    show(&sizes, &progress)
}

/// Reads the scenario, makes a comparison for each region, and passes them to `show`.
///
/// # Errors
/// Mistakes in the scenario or its prices, or an error of `show`.
pub(crate) fn compared(
    system: &System,
    subject: &args::Subject,
    moves: &args::Moves,
    output: &args::Output,
    show: impl FnOnce(&[View<'_>], &Progress<'_>) -> Outcome,
) -> Outcome {
    let progress = Progress::new(system, output);
    let read = read(system, subject, &progress)?;
    compared_all(read, &subject.function, moves, &progress, |views| {
        show(views, &progress)
    })
}

/// Reads the scenario without and with the changes of `--set`, and passes both answers for each region to
/// `show`.
///
/// # Errors
/// Mistakes in the scenario, its prices or the changes, or an error of `show`.
pub(crate) fn compared_with_set(
    system: &System,
    args: &args::Compare,
    show: impl FnOnce(&[[&View<'_>; 2]], &Progress<'_>) -> Outcome,
) -> Outcome {
    let (subject, progress) = (&args.subject, Progress::new(system, &args.output));
    let changes = InputChange::read(&args.set, &platform::shapes().as_slice().into())?;
    let book = input::book(system, subject.prices.as_deref())?;
    let mut opened = Opened::scenario_at(system, &subject.scenario)?;
    let again = opened.again(changes)?;
    let mut both = in_regions(opened, subject, &book, &progress)?;
    both.extend(in_regions(again, subject, &book, &progress)?);
    compared_all(both, &subject.function, &args.moves, &progress, |views| {
        let (unchanged, changed) = views.split_at(views.len() / 2);
        let pairs: Vec<_> = unchanged
            .iter()
            .zip(changed)
            .map(|(one, other)| [one, other])
            .collect();
        show(&pairs, &progress)
    })
}

/// Compares a scenario with each of two price books, and passes both answers to `show`.
///
/// # Errors
/// Mistakes in the scenario or its prices, or an error of `show`.
pub(crate) fn with_both_books(
    system: &System,
    scenario: &Path,
    [before, after]: [&Book; 2],
    progress: &Progress<'_>,
    show: impl FnOnce([&View<'_>; 2]) -> Outcome,
) -> Outcome {
    let mut opened = Opened::scenario_at(system, scenario)?;
    let again = opened.again(Vec::new())?;
    let both = vec![
        Loaded::new(opened, None, before, progress)?,
        Loaded::new(again, None, after, progress)?,
    ];
    let moves = args::Moves {
        min_saving: Decimal::ONE,
        pinned: Vec::new(),
    };
    compared_all(both, &[], &moves, progress, |views| match views {
        [before, after] => show([before, after]),
        _ => unreachable!("two scenarios give two answers"),
    })
}

/// Makes comparisons and plans, and passes them to `show`.
fn compared_all(
    read: Vec<Loaded>,
    names: &[String],
    moves: &args::Moves,
    progress: &Progress<'_>,
    show: impl FnOnce(&[View<'_>]) -> Outcome,
) -> Outcome {
    let functions = read.iter().map(|one| one.scenario.functions.len() as u64);
    progress.pricing(functions.sum());
    let mut diags = Diags::new();
    let comparisons: Vec<_> = read
        .iter()
        .filter_map(|one| diags.take(one.comparison()))
        .collect();
    diags.into_result(())?;
    let shown = |step| progress.step(step);
    let mut views = Vec::new();
    let mut decisions = Vec::new();
    for comparison in &comparisons {
        let selected = selected(comparison.scenario(), names)?;
        decisions.push((decided(comparison, moves)?, selected));
    }
    for (decision, selected) in &decisions {
        views.push(View {
            decision,
            selected: selected.clone(),
            groups: None,
            progress: &shown,
        });
    }
    let outcome = show(&views);
    progress.finish();
    drop(views);
    // The process is about to end, so it is a waste of time to free a million functions.
    std::mem::forget(decisions);
    std::mem::forget(comparisons);
    std::mem::forget(read);
    outcome
}

/// Searches for the plan of a comparison.
///
/// # Errors
/// A name of `--pinned` does not exist, or a pinned function cannot run where it is.
pub(crate) fn decided<'c>(
    comparison: &'c Comparison<'c>,
    moves: &args::Moves,
) -> Result<Decision<'c>, Diags> {
    let scenario = comparison.scenario();
    let is_service = |name: &&String| {
        let mut services = scenario.services.iter();
        services.any(|service| *service.name == ***name)
    };
    let functions = moves.pinned.iter().filter(|name| !is_service(name));
    let functions: Vec<String> = functions.cloned().collect();
    refuse_unknown(scenario, &functions, ", which --pinned names")?;
    let is_pinned = |index: usize| {
        let function = &scenario.functions[index];
        let names = [&*function.name, function.unit_name()];
        let mut pinned = moves.pinned.iter();
        pinned.any(|pinned| names.contains(&&**pinned))
    };
    comparison.decide(&PlanOptions {
        min_saving: Exact::from(moves.min_saving),
        is_pinned: &is_pinned,
        ..PlanOptions::default()
    })
}

/// Reads the scenario of the command line for each region.
///
/// # Errors
/// Mistakes in the scenario or its prices.
pub(crate) fn read(
    system: &System,
    subject: &args::Subject,
    progress: &Progress<'_>,
) -> Result<Vec<Loaded>, Diags> {
    let book = input::book(system, subject.prices.as_deref())?;
    let opened = Opened::scenario_at(system, &subject.scenario)?;
    in_regions(opened, subject, &book, progress)
}

/// Reads an opened scenario for each region.
///
/// # Errors
/// Mistakes in the scenario or its prices.
fn in_regions(
    opened: Opened<'_>,
    subject: &args::Subject,
    book: &Book,
    progress: &Progress<'_>,
) -> Result<Vec<Loaded>, Diags> {
    let mut regions = subject.region.iter();
    let region = regions.next().map(String::as_str);
    let first = Loaded::new(opened, region, book, progress)?;
    let mut diags = Diags::new();
    // The functions are read once, because only their prices differ.
    let others: Vec<_> = regions
        .map(|region| Loaded::priced(first.scenario.in_region(region), book))
        .filter_map(|read| diags.take(read))
        .collect();
    diags.into_result([first].into_iter().chain(others).collect())
}

/// Indices of the functions to show: the named ones, in the order of the scenario, or all.
///
/// # Errors
/// A name does not exist.
pub(crate) fn selected(scenario: &Scenario, names: &[String]) -> Result<Vec<usize>, Diags> {
    refuse_unknown(scenario, names, "")?;
    let functions = scenario.functions.iter().enumerate();
    let selected = functions.filter(|(_, function)| is_selected(&function.name, names));
    Ok(selected.map(|(index, _)| index).collect())
}

/// Reports names that no function has. `origin` follows in the message.
///
/// # Errors
/// A name does not exist.
pub(crate) fn refuse_unknown(
    scenario: &Scenario,
    names: &[String],
    origin: &str,
) -> Result<(), Diags> {
    let functions = &scenario.functions;
    let mut diags = Diags::new();
    for name in names {
        if !functions.iter().any(|function| *function.name == **name) {
            let mut services = scenario.services.iter();
            if let Some(service) = services.find(|service| *service.name == **name) {
                diags.push(no_function(service, functions, origin));
                continue;
            }
            let known = functions.iter().map(|function| function.name.as_ref());
            let message = format!("the scenario has no function `{name}`{origin}");
            let diag = Diag::new(Code::NoFunction, message);
            diags.push(diag.maybe_help(did_you_mean(name, known)));
        }
    }
    diags.into_result(())
}

/// With more functions of a service, their number is enough.
const NAMED: usize = 10;

/// The mistake of the name of a service in place of a function. `origin` follows in the message.
fn no_function(service: &SharedService, functions: &[Function], origin: &str) -> Diag {
    let message = format!("`{}` is a service, not a function{origin}", service.name);
    let members = service.members.iter().take(NAMED);
    let mut names: Vec<String> = members
        .map(|index| format!("`{}`", functions[*index].name))
        .collect();
    let others = service.members.len() - names.len();
    if others > 0 {
        names.push(format!("{others} more"));
    }
    let help = format!(
        "name one or more of its functions: {}",
        comma_separated(&names)
    );
    Diag::new(Code::NoFunction, message).help(help)
}

/// True for a function to show: any function if no names are given.
pub(crate) fn is_selected(name: &str, names: &[String]) -> bool {
    names.is_empty() || names.iter().any(|known| known == name)
}
