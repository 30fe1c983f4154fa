//! Numbers and verdicts as phrases, for the formats that people read.

use crate::answer::{Comparison, Pair, Solved, Summary, Totals};
use crate::color::{Paint, wrapped};
use crate::exact::Exact;
use crate::money::{Usd, count, grouped, money, percent};
use crate::platform::{Infeasible, Refusal};
use crate::scenario::{AssumptionKind, Function, Notes};
use crate::solve::crossover::{Crossover, CrossoverKind, Point};
use crate::solve::flips::{Flip, Flips, Side};
use std::io::{self, Write};

/// The break-even of a platform in a table: `32.4 %`, `never`, or a dash. If the scenario has a
/// commitment or discounts, on demand and with them: `57.8→40.6 %`.
pub(crate) fn crossing(summary: &Summary, platform: usize) -> String {
    let bought = point_of(summary.crossover_of(platform));
    let listed = match summary.listed_crossover_of(platform) {
        Some(listed) => point_of(Some(listed)),
        None => return bought,
    };
    if listed == bought {
        bought
    } else {
        format!("{}→{bought}", listed.trim_end_matches(" %"))
    }
}

fn point_of(crossover: Option<&Crossover>) -> String {
    match crossover.map(|crossover| &crossover.point) {
        Some(Some(point)) if point.utilization >= Exact::from(10u32) => "> 999 %".to_owned(),
        Some(Some(point)) => percent(&point.utilization),
        Some(None) => "never".to_owned(),
        None => "-".to_owned(),
    }
}

/// Explains a crossover with an arrow, see [`crossing`].
pub(crate) const ARROW: &str =
    "u* before an arrow is on demand at list prices, after it as bought.";

/// The utilization of a function as a table shows it: a dash for jobs, whose tasks hold one request
/// each, and without traffic.
pub(crate) fn load(function: &Function, summary: &Summary) -> String {
    let load = summary.workload.utilization.as_ref();
    load.filter(|_| function.is_service())
        .map_or_else(|| "-".to_owned(), percent)
}

/// Heading of the totals at list prices, if the scenario has a commitment or discounts.
pub(crate) const LISTED: &str = "on demand";

/// The totals with their labels.
pub(crate) fn totals(comparison: &Comparison<'_>, totals: &Totals) -> Vec<(String, Option<Usd>)> {
    let platforms = comparison.platforms().iter().zip(&totals.platforms);
    let mut rows: Vec<_> = platforms
        .map(|(bound, total)| (format!("all on {}", bound.title), total.clone()))
        .collect();
    let each = "following each verdict".to_owned();
    rows.push((each, totals.cheapest_each.clone()));
    rows.push(("as it runs today".to_owned(), totals.today.clone()));
    for bound in comparison.platforms() {
        let unused = bound.unused.as_ref().filter(|usd| **usd != Usd::ZERO);
        let label = format!("unused commitment on {}", bound.title);
        rows.extend(unused.map(|usd| (label, Some(usd.clone()))));
    }
    rows
}

/// The totals at on-demand list prices, if the scenario has a commitment or discounts.
pub(crate) fn listed_totals(
    comparison: &Comparison<'_>,
    totals: &Totals,
) -> Option<Vec<(String, Option<Usd>)>> {
    let (listed, amounts) = (
        comparison.at_list_prices()?,
        totals.at_list_prices.as_ref()?,
    );
    Some(self::totals(listed, amounts))
}

/// Where a function should run, and why.
pub(crate) struct Verdict<'s> {
    /// `stay on Lambda`, `move to Fargate`.
    pub advice: String,
    /// In dollars and utilization.
    pub reason: String,
    /// True if the function should move to another platform.
    pub moves: bool,
    /// The break-even that the reason mentions.
    pub crossover: Option<&'s Crossover>,
}

pub(crate) fn verdict<'s>(comparison: &Comparison<'_>, solved: &'s Solved<'_>) -> Verdict<'s> {
    let (index, summary) = (solved.index, &solved.summary);
    let title = |number: usize| comparison.platforms()[number].title;
    let Some(best) = summary.cheapest else {
        return Verdict {
            advice: "cannot run on any platform".to_owned(),
            reason: reasons(comparison, summary),
            moves: false,
            crossover: None,
        };
    };
    let home = comparison.home(index);
    let moves = comparison.moves(index, summary);
    let verb = if home.is_none() {
        "cheapest on"
    } else if moves {
        "move to"
    } else {
        "stay on"
    };
    // Between platforms of equal cost, the function stays where it is.
    let place = home.filter(|_| !moves).unwrap_or(best);
    let alone = moves.then(|| comparison.dedicated_cost_if_not_cheapest(solved));
    let alone = alone.flatten().map(|alone| {
        let (title, alone) = (title(best), money(&alone));
        format!("with a cluster for this function alone, {title} would cost {alone}")
    });
    let (crossover, mut against) = compared_with(comparison, summary, best);
    if place != best {
        against = more(title(best), &Usd::ZERO);
    }
    let today = home.and_then(|home| today(comparison, summary, home));
    let reasons: Vec<String> = [today, Some(against), alone]
        .into_iter()
        .flatten()
        .collect();
    Verdict {
        advice: format!("{verb} {}", title(place)),
        reason: reasons.join("; "),
        moves,
        crossover,
    }
}

/// How much more the platform of today costs, or why the function cannot run there. `None` if the
/// verdict already says this.
fn today(comparison: &Comparison<'_>, summary: &Summary, home: usize) -> Option<String> {
    let title = comparison.platforms()[home].title;
    let rival = comparison.rival(summary);
    if let Err(refused) = &summary.costs[home] {
        return rival.map(|_| refusal(title, refused));
    }
    let is_named = rival.or_else(|| comparison.runner_up(summary)) == Some(home);
    let excess = comparison.excess(summary, home)?;
    let excess = Some(excess).filter(|excess| !is_named && excess.dollars().is_positive());
    excess.map(|excess| format!("{title}, where it runs, costs {} more", money(&excess)))
}

/// What the cheapest platform is compared with, and the break-even between them.
fn compared_with<'s>(
    comparison: &Comparison<'_>,
    summary: &'s Summary,
    best: usize,
) -> (Option<&'s Crossover>, String) {
    let title = |number: usize| comparison.platforms()[number].title;
    let (Some(other), Some(gap)) = (comparison.rival(summary), &summary.gap) else {
        return (None, without_rival(comparison, summary));
    };
    let (from, to) = (best.min(other), best.max(other));
    let crossover = summary.crossover(Pair { from, to });
    let load = summary.workload.utilization.as_ref();
    // Platforms that charge for use come first.
    let cheaper = if best < other {
        Cheaper::Use
    } else {
        Cheaper::Capacity
    };
    let reason = reason_of(title(other), gap, crossover, cheaper, load);
    (crossover, reason)
}

/// The comparison if no platform that charges differently can run the function.
fn without_rival(comparison: &Comparison<'_>, summary: &Summary) -> String {
    let next = comparison.runner_up(summary).and_then(|next| {
        let excess = comparison.excess(summary, next)?;
        Some(more(comparison.platforms()[next].title, &excess))
    });
    let refused = Some(reasons(comparison, summary)).filter(|reasons| !reasons.is_empty());
    let reasons: Vec<String> = next.into_iter().chain(refused).collect();
    if reasons.is_empty() {
        "no other platform is compared".to_owned()
    } else {
        reasons.join("; ")
    }
}

fn more(title: &str, excess: &Usd) -> String {
    if excess.dollars().is_zero() {
        format!("{title} costs the same")
    } else {
        format!("{title} costs {} more", money(excess))
    }
}

/// Which way of charging is cheaper for a function.
#[derive(Clone, Copy)]
enum Cheaper {
    Use,
    Capacity,
}

fn reason_of(
    other: &str,
    gap: &Usd,
    crossover: Option<&Crossover>,
    cheaper: Cheaper,
    load: Option<&Exact>,
) -> String {
    let more = more(other, gap);
    let Some(crossover) = crossover else {
        return format!("{more}; both are billed per run, so there is no break-even");
    };
    match (cheaper, crossover.kind, &crossover.point) {
        (Cheaper::Use, CrossoverKind::Never, _) => {
            format!("{more}, and is never cheaper at any load that its fleet can carry")
        }
        (Cheaper::Use, CrossoverKind::BeyondPeak, Some(point)) => format!(
            "{more}; {other} becomes cheaper above {} calls a month, {} times today's capacity",
            count(point.invocations),
            grouped(&point.utilization.to_fixed(2))
        ),
        (Cheaper::Use, CrossoverKind::At, Some(point)) => {
            format!(
                "{more}; {other} becomes cheaper above a utilization of {}",
                percent(&point.utilization)
            )
        }
        (Cheaper::Capacity, _, Some(point)) if point.utilization.is_zero() => {
            format!("{more} even without any traffic")
        }
        (Cheaper::Capacity, _, Some(point)) => {
            let when = if load.is_some_and(|load| *load > point.utilization) {
                "becomes cheaper when utilization falls to"
            } else {
                "is cheaper when utilization is at most"
            };
            format!("{more}; {other} {when} {}", percent(&point.utilization))
        }
        (_, _, None) => more,
    }
}

/// Why platforms cannot run a function.
fn reasons(comparison: &Comparison<'_>, summary: &Summary) -> String {
    let platforms = comparison.platforms().iter().zip(&summary.costs);
    let refused = platforms.filter_map(|(bound, cost)| match cost {
        Err(refused) => Some(refusal(bound.title, refused)),
        Ok(_) => None,
    });
    refused.collect::<Vec<String>>().join("; ")
}

/// Why a platform cannot run a function. The advice is included only if something is not stated;
/// `explain` has the other advice.
fn refusal(title: &str, refused: &Infeasible) -> String {
    let Infeasible { reason, advice, .. } = refused;
    match refused.code {
        Refusal::NotStated => format!("not on {title}: {reason}: {advice}"),
        _ => format!("not on {title}: {reason}"),
    }
}

/// The first and last flip between two platforms, and their number.
pub(crate) fn flips(
    comparison: &Comparison<'_>,
    index: usize,
    pair: Pair,
    flips: &Flips,
) -> Option<String> {
    let title = |side: Side| match side {
        Side::First => comparison.platforms()[pair.from].title,
        Side::Second => comparison.platforms()[pair.to].title,
    };
    let (first, last) = (flips.list.first()?, flips.last.as_ref()?);
    let above = |flip: &Flip| {
        format!(
            "{} above {}",
            title(flip.cheaper_above),
            count(flip.invocations)
        )
    };
    let sides = format!("{} or {}", title(Side::First), title(Side::Second));
    let today = comparison.scenario().functions[index].invocations;
    let today = format!("calls a month (today {})", count(today.into()));
    let many = count(flips.count.into());
    let text = if !flips.complete {
        // The search ended early, so the last flip that was found is not the last.
        format!("first {} {today}; at least {many} changes", above(first))
    } else if flips.count == 1 {
        format!("{} {today}", above(first))
    } else {
        let (first, last) = (above(first), above(last));
        format!("first {first}, last {last} {today}; {many} changes")
    };
    Some(format!("{sides} as the traffic and the fleet grow: {text}"))
}

/// Mean requests per second at a break-even.
pub(crate) fn rate(point: &Point, hours: &Exact) -> String {
    format!(
        "{} requests/s",
        grouped(&point.requests_per_second(hours).to_fixed(1))
    )
}

/// The heading of each kind of assumption.
pub(crate) const NOTES: [(&str, AssumptionKind); 2] = [
    ("Assumed", AssumptionKind::Assumed),
    ("Not counted", AssumptionKind::NotCounted),
];

/// The assumptions and omissions, with one paragraph per item.
pub(crate) fn notes(
    notes: &Notes,
    paint: Paint,
    width: u16,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    for (title, kind) in NOTES {
        writeln!(out, "{}", paint.bold(title))?;
        for line in notes.sentences(kind) {
            let text = wrapped(line, "    ", width);
            writeln!(out, "  - {}", text.trim_start())?;
        }
    }
    Ok(())
}
