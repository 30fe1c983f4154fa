//! Numbers and verdicts in words, for every format that people read.

use crate::crossover::{Crossover, Kind, Point};
use crate::exact::Exact;
use crate::money::{Usd, count, grouped, money, percent, plural};
use crate::paint::{Paint, wrapped};
use crate::platform::{Fleet, Infeasible, Notes};
use crate::report::{Comparison, Pair, Summary};
use crate::volume::{Flip, Flips, Side};
use std::cmp::Ordering;
use std::io::{self, Write};

/// What carries a function: `4 tasks of 2 vCPU / 4 GB, 13 requests each`.
pub fn fleet(fleet: &Fleet) -> String {
    match fleet {
        Fleet::Tasks {
            tasks,
            size,
            requests_per_task,
            ..
        } => format!(
            "{} of {} vCPU / {} GB, {} each",
            plural(*tasks, "task"),
            size.vcpu_text(),
            size.memory_gb_text(),
            plural(*requests_per_task, "request")
        ),
        Fleet::Pods {
            instance_type,
            node_share,
            pods,
            pods_per_node,
            ..
        } => format!(
            "{}, {} to a node: {} nodes' worth of {instance_type}",
            plural(*pods, "pod"),
            count(*pods_per_node),
            node_share.to_fixed(2)
        ),
    }
}

/// The crossover of a platform as a table shows it: `32.4 %`, `never`, or a dash.
pub fn crossing(summary: &Summary, platform: usize) -> String {
    let found = summary
        .crossovers
        .iter()
        .find(|(pair, _)| pair.to == platform);
    match found.map(|(_, crossover)| &crossover.point) {
        Some(Some(point)) if point.utilization >= Exact::from(10u32) => "> 999 %".to_owned(),
        Some(Some(point)) => percent(&point.utilization),
        Some(None) => "never".to_owned(),
        None => "-".to_owned(),
    }
}

/// Where a function should run, in one line.
pub struct Verdict {
    /// `stay on Lambda`, `move to Fargate`.
    pub advice: String,
    /// Why, in dollars and utilization.
    pub reason: String,
    /// True when the function is not where it should be.
    pub moves: bool,
    /// The pair whose crossover the verdict is about.
    pub pair: Option<Pair>,
}

/// The verdict on a function.
pub fn verdict(comparison: &Comparison<'_>, index: usize, summary: &Summary) -> Verdict {
    let title = |number: usize| comparison.platforms()[number].title;
    let Some(best) = summary.cheapest else {
        return Verdict {
            advice: "runs nowhere".to_owned(),
            reason: reasons(comparison, summary),
            moves: false,
            pair: None,
        };
    };
    let home = comparison.scenario().functions[index]
        .runs_on
        .unwrap_or("lambda");
    let is_compared = comparison.platforms().iter().any(|bound| bound.id == home);
    let moves = is_compared && comparison.platforms()[best].id != home;
    let verb = match (is_compared, moves) {
        (false, _) => "cheapest on",
        (true, true) => "move to",
        (true, false) => "stay on",
    };
    let pair = decisive(summary, best);
    let crossover = pair.and_then(|pair| {
        let found = summary.crossovers.iter().find(|(other, _)| *other == pair);
        found.map(|(_, crossover)| crossover)
    });
    let reason = match (pair, crossover, &summary.gap) {
        (Some(pair), Some(crossover), Some(gap)) => {
            let other = if pair.from == best {
                pair.to
            } else {
                pair.from
            };
            let load = &summary.workload.utilization;
            because(
                title(other),
                gap,
                crossover,
                pair.from == best,
                load.as_ref(),
            )
        }
        _ => reasons(comparison, summary),
    };
    Verdict {
        advice: format!("{verb} {}", title(best)),
        reason,
        moves,
        pair,
    }
}

/// The pair of the cheapest platform and the cheapest of the other kind.
fn decisive(summary: &Summary, best: usize) -> Option<Pair> {
    let with_best = |pair: &Pair| pair.from == best || pair.to == best;
    let other_cost = |pair: &Pair| {
        let other = if pair.from == best {
            pair.to
        } else {
            pair.from
        };
        summary.costs[other]
            .as_ref()
            .ok()
            .map(|cost| cost.compared.clone())
    };
    let pairs = summary
        .crossovers
        .iter()
        .map(|(pair, _)| *pair)
        .filter(with_best);
    // `min_by` keeps the first of equals, as every tie does.
    pairs.min_by(|left, right| {
        let (left, right) = (other_cost(left), other_cost(right));
        left.partial_cmp(&right).unwrap_or(Ordering::Equal)
    })
}

fn because(
    other: &str,
    gap: &Usd,
    crossover: &Crossover,
    use_is_cheaper: bool,
    load: Option<&Exact>,
) -> String {
    let more = match gap.dollars().is_zero() {
        true => format!("{other} costs the same"),
        false => format!("{other} costs {} more", money(gap)),
    };
    match (crossover.kind, &crossover.point, use_is_cheaper) {
        (Kind::Never, _, true) => {
            format!("{more}, and never less at any load this fleet can carry")
        }
        (Kind::BeyondPeak, Some(point), true) => format!(
            "{more}; its fleet would pay from {} times the capacity that today needs",
            grouped(&point.utilization.to_fixed(2))
        ),
        (_, Some(point), true) => {
            format!(
                "{more} until utilization passes {}",
                percent(&point.utilization)
            )
        }
        (_, Some(point), false) => {
            let falls = match load.is_some_and(|load| *load > point.utilization) {
                true => "falls to",
                false => "is at most",
            };
            format!(
                "{more} until utilization {falls} {}",
                percent(&point.utilization)
            )
        }
        (_, None, _) => more,
    }
}

fn reasons(comparison: &Comparison<'_>, summary: &Summary) -> String {
    let platforms = comparison.platforms().iter().zip(&summary.costs);
    let refused = platforms.filter_map(|(bound, cost)| match cost {
        Err(Infeasible(reason)) => Some(format!("not on {}: {reason}", bound.title)),
        Ok(_) => None,
    });
    let refused: Vec<String> = refused.collect();
    match refused.is_empty() {
        true => "there is nothing to compare it with".to_owned(),
        false => refused.join("; "),
    }
}

/// How the cheaper side flips over volume: the first and the last, and how many there are.
pub fn flips(comparison: &Comparison<'_>, pair: Pair, flips: &Flips) -> Option<String> {
    let title = |side: Side| match side {
        Side::First => comparison.platforms()[pair.from].title,
        Side::Second => comparison.platforms()[pair.to].title,
    };
    let first = flips.list.first()?;
    let last = flips.last.as_ref()?;
    let above = |flip: &Flip| {
        format!(
            "{} above {}",
            title(flip.cheaper_above),
            count(flip.invocations)
        )
    };
    let sides = format!("{} or {}", title(Side::First), title(Side::Second));
    let at_least = if flips.complete { "" } else { "at least " };
    Some(match flips.count {
        1 => format!("growing traffic, {sides}: {} calls a month", above(first)),
        many => format!(
            "growing traffic, {sides}: first {}, last {} calls a month; {at_least}{} flips",
            above(first),
            above(last),
            count(many.into())
        ),
    })
}

/// Average requests per second at a crossover.
pub fn rate(point: &Point, hours: &Exact) -> String {
    format!(
        "{} requests/s",
        grouped(&point.requests_per_second(hours).to_fixed(1))
    )
}

/// What is assumed and what is not counted, one item a paragraph.
pub fn notes(
    notes: &Notes,
    paint: Paint,
    width: u16,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let parts = [
        ("Assumed", &notes.assumptions),
        ("Not counted", &notes.not_counted),
    ];
    for (title, lines) in parts {
        writeln!(out, "{}", paint.bold(title))?;
        for line in lines {
            let text = wrapped(line, "    ", width);
            writeln!(out, "  - {}", text.trim_start())?;
        }
    }
    Ok(())
}
