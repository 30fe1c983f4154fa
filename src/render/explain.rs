//! `explain`: every figure as quantity x rate = cost, with the sources of rates and the steps of
//! each break-even.

use super::phrases;
use super::{MARGIN, View};
use crate::answer::{Comparison, Decision, Detail, Pair, Solved, Summary};
use crate::color::{Paint, wrapped};
use crate::exact::Exact;
use crate::money::{count, grouped, money, percent};
use crate::platform::{Cost, Fleet, Infeasible, Line};
use crate::pricebook::{Book, Reference};
use crate::scenario::{Capacity, Function};
use crate::solve::crossover::{Crossover, CrossoverKind, CrossoverStep};
use crate::solve::flips::Effort;
use crate::text::{self, Lines, escaped, escaped_name};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// A quantity with more characters is rounded.
const ROOM: usize = 15;

/// Columns for an item.
const ITEM: usize = 17;

/// What is explained, and what it looks like.
#[derive(Debug, Clone, Copy)]
pub struct ExplainOptions {
    pub width: u16,
    pub color: bool,
    /// List every flip.
    pub all: bool,
    /// By how much another platform has to be cheaper at some traffic to be named, as a share.
    pub margin: Decimal,
}

impl ExplainOptions {
    /// A page of 80 columns without colour.
    pub const PLAIN: Self = Self {
        width: 80,
        color: false,
        all: false,
        margin: MARGIN,
    };
}

/// Explains comparisons, one below the other.
///
/// # Errors
/// The output cannot be written.
pub fn write(
    views: &[View<'_>],
    options: ExplainOptions,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let width = options.width;
    let paint = Paint::new(options.color);
    let out = &mut Lines::new(out);
    let known = Book::references();
    let mut cited = BTreeSet::new();
    let effort = Effort::of_run();
    for view in views {
        let mut page = ExplainPage {
            decision: view.decision,
            comparison: view.comparison(),
            paint,
            width,
            options,
            references: &known,
            cited: &mut cited,
            effort: &effort,
        };
        let notes = view.decision.notes();
        phrases::warnings(notes, paint, width, out)?;
        for index in &view.selected {
            page.function(&view.decision.solved(*index), out)?;
            (view.progress)(super::Step::Priced(1));
        }
        phrases::notes(notes, paint, width, out)?;
    }
    references(&known, &cited, paint, width, out)
}

/// The meanings of the cited tags of sources.
fn references(
    known: &BTreeMap<String, Reference>,
    cited: &BTreeSet<String>,
    paint: Paint,
    width: u16,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let mut cited = cited
        .iter()
        .filter_map(|tag| Some((tag, known.get(tag)?)))
        .peekable();
    if cited.peek().is_some() {
        writeln!(out, "{}", paint.bold("Sources"))?;
    }
    for (tag, reference) in cited {
        let place = reference.place.iter().map(|place| format!(" ({place})"));
        let text = format!("{tag}: {}{}", reference.what, place.collect::<String>());
        let text = wrapped(&text, "    ", width);
        writeln!(out, "  - {}", text.trim_start())?;
    }
    Ok(())
}

struct ExplainPage<'p> {
    decision: &'p Decision<'p>,
    comparison: &'p Comparison<'p>,
    paint: Paint,
    width: u16,
    options: ExplainOptions,
    /// The meanings of tags of sources.
    references: &'p BTreeMap<String, Reference>,
    /// Tags that were cited so far.
    cited: &'p mut BTreeSet<String>,
    effort: &'p Effort,
}

impl ExplainPage<'_> {
    fn function(&mut self, solved: &Solved<'_>, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let function = &self.comparison.scenario().functions[solved.index];
        let summary = &solved.summary;
        let detail = if self.options.all {
            self.comparison.detail_within(self.effort, solved)
        } else {
            self.comparison.detail_without_flips(solved)
        };
        self.workload(function, summary, out)?;
        self.verdict(solved, out)?;
        for (number, bound) in self.comparison.platforms().iter().enumerate() {
            writeln!(out)?;
            match &summary.costs[number] {
                Ok(cost) => {
                    self.bill(solved, number, cost, &detail, out)?;
                    self.provisioning(solved, number, out)?;
                }
                Err(refused) => {
                    writeln!(out, "{}", self.paint.bold(bound.title))?;
                    let Infeasible { reason, advice, .. } = refused;
                    let text = format!("cannot: {reason} [{}]; {advice}", refused.code.name());
                    writeln!(out, "{}", wrapped(&text, "  ", self.width))?;
                }
            }
        }
        writeln!(out)?;
        for (pair, crossover) in &summary.crossovers {
            self.crossover(*pair, crossover, &detail, out)?;
        }
        if self.options.all {
            self.flips(&detail, out)
        } else {
            self.stretches(solved, out)
        }
    }

    /// At which traffic another platform becomes cheaper.
    fn stretches(&self, solved: &Solved<'_>, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let comparison = self.comparison;
        let margin = Exact::from(self.options.margin);
        let found = comparison.stretches_within(self.effort, solved, None, &margin);
        if found.is_empty() {
            return Ok(());
        }
        let heading = "As the traffic and the fleet grow (--all lists every change)";
        writeln!(out, "{}", self.paint.bold(heading))?;
        for (pair, stretches) in &found {
            let text = phrases::stretches(comparison, solved, *pair, stretches.as_ref(), &margin);
            writeln!(out, "{}", wrapped(&text, "  ", self.width))?;
        }
        writeln!(out)
    }

    fn verdict(&self, solved: &Solved<'_>, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let verdict = phrases::verdict(self.decision, solved);
        let text = format!("{}: {}", verdict.advice, verdict.reason);
        writeln!(out, "{}", wrapped(&text, "  ", self.width))
    }

    fn workload(
        &self,
        function: &Function,
        summary: &Summary,
        out: &mut (dyn Write + Send),
    ) -> io::Result<()> {
        let scenario = self.comparison.scenario();
        let heading = format!(
            "{}: {} MB, {} in {}",
            escaped_name(&function.name),
            count(function.memory_mb.into()),
            function.architecture.name(),
            scenario.region_of(function)
        );
        let heading = wrapped(&heading, "", self.width);
        writeln!(out, "{}", self.paint.bold(&heading))?;
        let duration = Exact::from(function.duration_ms);
        let average = &summary.workload.average_concurrency;
        let formula = format!(
            "average concurrency  {} calls x {duration} ms / {} h = {}",
            count(function.invocations.into()),
            function.fleet_hours(&scenario.hours),
            shown(average)
        );
        writeln!(out, "{}", wrapped(&formula, "  ", self.width))?;
        let peak = &summary.workload.peak_concurrency;
        let how = match function.capacity {
            Capacity::Utilization(share) => {
                format!("{} / utilization {} =", shown(average), share.normalize())
            }
            Capacity::Peak(_) => "stated as peak_concurrency:".to_owned(),
            Capacity::OfJobs => "none is held for jobs; on average".to_owned(),
        };
        let formula = format!("capacity             {how} {}", shown(peak));
        writeln!(out, "{}", wrapped(&formula, "  ", self.width))?;
        let load = summary.workload.utilization.as_ref();
        let load = load.map_or_else(|| "-".to_owned(), percent);
        writeln!(out, "  utilization          {load}")
    }

    fn bill(
        &mut self,
        solved: &Solved<'_>,
        platform: usize,
        cost: &Cost,
        detail: &Detail,
        out: &mut (dyn Write + Send),
    ) -> io::Result<()> {
        let title = self.comparison.platforms()[platform].title;
        let function = &self.comparison.scenario().functions[solved.index];
        let per_million = cost.billed.per_million(function.invocations);
        let per_million = per_million.map(|usd| {
            format!(
                ", ${} per million calls",
                grouped(&usd.dollars().to_fixed(4))
            )
        });
        let heading = format!(
            "{title}  {} a month{}",
            money(&cost.billed),
            per_million.unwrap_or_default()
        );
        let heading = wrapped(&heading, "", self.width);
        writeln!(out, "{}", self.paint.bold(&heading))?;
        let fleet = solved.fleet(platform).map(Fleet::describe);
        for carrier in [fleet, solved.job(platform)].into_iter().flatten() {
            writeln!(out, "{}", wrapped(&carrier, "  ", self.width))?;
        }
        let uncovered = self.comparison.uncovered(solved, platform);
        for line in &detail.lines[platform] {
            let tags = line.provenance.tags();
            self.cited.extend(tags.map(str::to_owned));
            self.line(line, uncovered.contains(&line.meter), out)?;
        }
        let alone = detail.alone[platform].as_ref();
        for (amount, what) in [
            (Some(&cost.adds), "it adds to the bill of all functions"),
            (alone, "with a cluster for this function alone"),
        ] {
            if let Some(amount) = amount.filter(|amount| **amount != cost.billed) {
                writeln!(out, "  {what}: {}", money(amount))?;
            }
        }
        Ok(())
    }

    /// The utilization of provisioned environments, and their break-even.
    fn provisioning(
        &self,
        solved: &Solved<'_>,
        platform: usize,
        out: &mut (dyn Write + Send),
    ) -> io::Result<()> {
        let Some(used) = solved.provisioning(platform) else {
            return Ok(());
        };
        let from = match &used.break_even {
            Some(share) if *share <= Exact::ONE => {
                format!("cheaper than on demand from {}", percent(share))
            }
            Some(share) => format!(
                "never cheaper than on demand: break-even at {}",
                percent(share)
            ),
            None => "never cheaper than on demand".to_owned(),
        };
        let busy = percent(&used.utilization);
        let text = format!("provisioned environments are busy {busy} of the time; {from}");
        writeln!(out, "{}", wrapped(&text, "  ", self.width))
    }

    fn line(
        &self,
        line: &Line,
        is_uncovered: bool,
        out: &mut (dyn Write + Send),
    ) -> io::Result<()> {
        let (quantity, rate) = (shown(&line.quantity), format!("${}", line.rate));
        let (unit, cost) = (line.unit.symbol, money(&line.cost));
        let item = escaped_name(&line.item);
        // Characters can be wider than a column.
        let blanks = " ".repeat(ITEM.saturating_sub(text::width(&item)));
        let row = if line.is_share_of_price() {
            let share = percent(&line.rate);
            let formula = format!("{share} of the on-demand price, ${quantity}");
            format!("  {item}{blanks} {formula:<45} = {cost:>12}")
        } else {
            format!("  {item}{blanks} {quantity:>15} {unit:<13} x {rate:>13} = {cost:>12}")
        };
        let text = if text::width(&row) <= usize::from(self.width) {
            row
        } else {
            let whole = format!("{quantity} {unit} x {rate} = {cost}");
            let [item, whole] = [(&*item, "  "), (&whole, "    ")]
                .map(|(text, indent)| wrapped(text, indent, self.width));
            format!("{item}\n{whole}")
        };
        writeln!(out, "{text}")?;
        let provenance = &line.provenance;
        let code = provenance.rate_code.as_deref();
        let code = code.map_or_else(String::new, |code| {
            format!(", AWS rate code {}", escaped(code))
        });
        let how = line.how.as_deref();
        let mut how = how.map_or_else(String::new, |how| format!(", {how}"));
        if is_uncovered {
            how.push_str(", not covered: no rate in the book");
        }
        let is_known = |tag: &str| self.references.contains_key(tag);
        let source = if provenance.tags().all(is_known) {
            provenance.source.replace('+', " + ")
        } else {
            escaped(&provenance.source).into_owned()
        };
        let dated = format!("{}{code}{how}", provenance.as_of);
        // A stated cost has no other source.
        let source = Some(source).filter(|source| *source != dated);
        for text in [Some(dated), source].into_iter().flatten() {
            let text = wrapped(&text, "      ", self.width);
            writeln!(out, "{}", self.paint.dim(&text))?;
        }
        Ok(())
    }

    fn titles(&self, pair: Pair) -> [&str; 2] {
        [pair.from, pair.to].map(|number| self.comparison.platforms()[number].title)
    }

    fn crossover(
        &self,
        pair: Pair,
        crossover: &Crossover,
        detail: &Detail,
        out: &mut (dyn Write + Send),
    ) -> io::Result<()> {
        let [from, to] = self.titles(pair);
        let heading = format!("Break-even of {from} and {to}");
        writeln!(out, "{}", self.paint.bold(&heading))?;
        let text = match (&crossover.point, crossover.kind) {
            (Some(point), kind) => format!(
                "u* {} of the capacity needed today, {} of what the fleet can carry; {} calls a month, {}{}",
                percent(&point.utilization),
                percent(&point.fleet_utilization()),
                count(point.invocations),
                phrases::rate(point, &self.comparison.scenario().hours),
                if kind == CrossoverKind::BeyondPeak {
                    "; above today's capacity"
                } else {
                    ""
                }
            ),
            (None, CrossoverKind::Always) => {
                format!("always: {to} is cheaper at any traffic")
            }
            (None, _) => {
                format!("never: no higher load that this fleet can carry makes {to} cheaper")
            }
        };
        writeln!(out, "{}", wrapped(&text, "  ", self.width))?;
        let steps = detail.steps.iter().find(|(other, _)| *other == pair);
        if let Some((_, steps)) = steps {
            // Without discounts the last step, which adds them, changes nothing.
            let shown = match (self.comparison.at_list_prices(), steps.as_slice()) {
                (None, [listed @ .., _]) => listed,
                (_, all) => all,
            };
            self.steps(shown, out)?;
        }
        writeln!(out)
    }

    fn steps(&self, steps: &[CrossoverStep], out: &mut (dyn Write + Send)) -> io::Result<()> {
        for (number, step) in steps.iter().enumerate() {
            let utilization = step.utilization.as_ref();
            let shown = utilization.map_or_else(|| "never".to_owned(), hundredths);
            let plus = if number == 0 { " " } else { "+" };
            writeln!(out, "  {plus} {:<38} {shown:>10}", step.effect)?;
        }
        Ok(())
    }

    fn flips(&self, detail: &Detail, out: &mut (dyn Write + Send)) -> io::Result<()> {
        for (pair, flips) in &detail.flips {
            let Some(flips) = flips else {
                continue;
            };
            let [from, to] = self.titles(*pair);
            let heading = format!("{from} or {to} as traffic grows, up to 1,000 times today's");
            writeln!(out, "{}", self.paint.bold(&heading))?;
            let title = |side| match side {
                crate::solve::flips::Side::First => from,
                crate::solve::flips::Side::Second => to,
            };
            writeln!(
                out,
                "  {} is cheaper from the first call on",
                title(flips.starts)
            )?;
            for flip in &flips.list {
                let side = title(flip.cheaper_above);
                writeln!(
                    out,
                    "  {side} above {} calls a month",
                    count(flip.invocations)
                )?;
            }
            if !flips.complete {
                writeln!(out, "  the search ended here: there may be more")?;
            }
            writeln!(out)?;
        }
        Ok(())
    }
}

/// `46.46 %`.
fn hundredths(share: &Exact) -> String {
    format!("{} %", (share * &Exact::from(100u32)).to_fixed(2))
}

/// All digits if they fit, or four decimals and an ellipsis.
fn shown(quantity: &Exact) -> String {
    let digits = grouped(&quantity.to_string());
    if digits.chars().count() <= ROOM {
        digits
    } else {
        format!("{}…", grouped(&quantity.to_fixed(4)))
    }
}
