//! Numbers and verdicts as phrases, for the formats that people read.

use crate::answer::{Comparison, Decision, Input, Move, Pair, Plan, Solved, Summary, Totals};
use crate::color::{Paint, wrapped};
use crate::exact::Exact;
use crate::money::{Usd, count, grouped, money, percent, plural};
use crate::platform::{FactValue, Infeasible, Refusal, Total};
use crate::scenario::{AssumptionKind, Function, Notes};
use crate::solve::crossover::{Crossover, CrossoverKind, Point};
use crate::solve::flips::Side;
use crate::solve::stretches::{Stretch, Stretches};
use crate::text::{escaped_name, quoted};
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
    let Some(crossover) = crossover else {
        return "-".to_owned();
    };
    match &crossover.point {
        Some(point) if point.utilization >= Exact::from(10u32) => "> 999 %".to_owned(),
        Some(point) => percent(&point.utilization),
        None if crossover.kind == CrossoverKind::Always => "always".to_owned(),
        None => "never".to_owned(),
    }
}

/// Explains a crossover with an arrow, see [`crossing`].
pub(crate) const ARROW: &str =
    "A break-even before an arrow is on demand at list prices, after it as bought.";

/// The utilization of a function as a table shows it: a dash for jobs, whose tasks hold one request
/// each, and without traffic.
pub(crate) fn load(function: &Function, summary: &Summary) -> String {
    let load = summary.workload.utilization.as_ref();
    load.filter(|_| function.is_service())
        .map_or_else(|| "-".to_owned(), percent)
}

/// Heading of the totals at list prices, if the scenario has a commitment or discounts.
pub(crate) const LISTED: &str = "on demand";

/// A total with its label.
pub(crate) struct TotalRow {
    pub label: String,
    pub monthly: Usd,
    /// The number of functions that are not in the total, because they cannot run there.
    pub left_out: usize,
}

impl TotalRow {
    pub(crate) fn amount(&self) -> String {
        money(&self.monthly)
    }

    /// How many functions are not in the total.
    pub(crate) fn left_out(&self) -> Option<String> {
        let left_out = plural(self.left_out as u128, "function");
        (self.left_out > 0).then(|| format!("without {left_out} that cannot run there"))
    }
}

/// The label of the total of everything on one platform.
pub(crate) fn all_on(title: &str) -> String {
    format!("all on {title}")
}

/// The totals with their labels: those of the platforms first, in their order.
pub(crate) fn totals(
    comparison: &Comparison<'_>,
    totals: &Totals,
    plan: Option<&Plan>,
) -> Vec<TotalRow> {
    let row = |label: String, total: &Total| TotalRow {
        label,
        monthly: total.monthly.clone(),
        left_out: total.left_out,
    };
    let platforms = comparison.platforms().iter().zip(&totals.platforms);
    let mut rows: Vec<TotalRow> = platforms
        .map(|(bound, total)| row(all_on(bound.title), total))
        .collect();
    rows.push(row("as it runs today".to_owned(), &totals.today));
    rows.extend(plan.map(|plan| TotalRow {
        label: "as planned".to_owned(),
        monthly: plan.monthly.clone(),
        left_out: plan.left_out.len(),
    }));
    for (bound, unused) in comparison.platforms().iter().zip(&totals.unused) {
        if !unused.is_zero() {
            rows.push(TotalRow {
                label: format!("unused commitment in all on {}", bound.title),
                monthly: unused.clone(),
                left_out: 0,
            });
        }
    }
    rows
}

/// The totals at on-demand list prices, if the scenario has a commitment or discounts.
pub(crate) fn listed_totals(comparison: &Comparison<'_>, totals: &Totals) -> Option<Vec<TotalRow>> {
    let (listed, amounts) = (
        comparison.at_list_prices()?,
        totals.at_list_prices.as_ref()?,
    );
    Some(self::totals(listed, amounts, None))
}

/// What to do, what it saves, and how good the plan is: the first sentence of an answer about
/// several functions.
pub(crate) fn headline(comparison: &Comparison<'_>, plan: &Plan) -> String {
    let functions = comparison.scenario().functions.len() as u128;
    let saving = plan.saving();
    let moves = plan.moved() as u128;
    let least = money(&plan.min_saving);
    let proof = if !plan.is_searched {
        let bound = money(&(&plan.monthly - &plan.gap));
        format!("too many functions to search: no plan costs less than {bound}")
    } else if plan.is_proven() {
        "no other plan costs less".to_owned()
    } else {
        let share = &plan.gap_percent() * &Exact::ratio(1, 100);
        let (gap, share) = (money(&plan.gap), percent(&share));
        format!("at most {gap} ({share}) above the lowest possible bill")
    };
    let today = match plan.left_out.len() {
        0 => format!("{} a month today", money(&plan.today)),
        left_out => {
            let functions = plural(left_out as u128, "function");
            let today = money(&plan.today);
            format!("{today} a month today, without {functions} that cannot run where stated")
        }
    };
    if moves == 0 {
        return format!(
            "{today}. Nothing to move: no moves that save at least {least} each; {proof}."
        );
    }
    format!(
        "{today}. Move {} of {}: {} a month, which saves {} a month ({} a year); {proof}.",
        count(moves),
        plural(functions, "function"),
        money(&plan.monthly),
        money(&saving),
        money(&plan.saving_of_a_year())
    )
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

pub(crate) fn verdict<'s>(decision: &Decision<'_>, solved: &'s Solved<'_>) -> Verdict<'s> {
    let comparison = decision.comparison;
    let summary = &solved.summary;
    let title = |number: usize| comparison.platforms()[number].title;
    let home = comparison.home(solved.index);
    let no_move = |advice: String, reason: String| Verdict {
        advice,
        reason,
        moves: false,
        crossover: None,
    };
    let Some(best) = summary.best_alone else {
        let advice = "cannot run on any platform".to_owned();
        return no_move(advice, reasons(comparison, summary, None));
    };
    let Some(place) = decision.place(solved) else {
        let advice = format!("cannot run on {}", title(home));
        let cost = summary.costs[best].as_ref().ok();
        let elsewhere = cost.map(|cost| {
            let (title, cost) = (title(best), money(&cost.adds));
            format!("{title}, the cheapest that can run it, costs {cost}")
        });
        let reasons = [Some(reasons(comparison, summary, Some(home))), elsewhere];
        return no_move(
            advice,
            reasons.into_iter().flatten().collect::<Vec<_>>().join("; "),
        );
    };
    let moved = decision.move_of(solved.index);
    let compared = comparison.alternative(solved, place, moved.map(|_| home));
    let (crossover, against) = match compared {
        Some(other) => against(comparison, summary, place, other),
        None => (None, no_other(comparison, summary)),
    };
    let (verb, first) = match moved {
        Some(one) => ("move to", Some(saving(decision, one))),
        None => ("stay on", None),
    };
    let against = match moved.and_then(|_| excess_alone(summary, place, home)) {
        Some(excess) => format!("moved alone, it costs {} more", money(&excess)),
        None => against,
    };
    let alone = (best != place && moved.is_none() && compared != Some(best)).then(|| {
        let decisive = |number: usize| Some(summary.costs[number].as_ref().ok()?.decisive());
        let excess = decisive(place).zip(decisive(best));
        let excess = excess.map_or(Usd::ZERO, |(own, least)| own - least);
        format!(
            "while all others stay, {} costs {} less",
            title(best),
            money(&excess)
        )
    });
    let service = comparison.scenario().functions[solved.index].service_name();
    let service = service.map(|name| format!("these are amounts of service {}", quoted(name)));
    let reasons = [first, Some(against), alone, service].into_iter().flatten();
    Verdict {
        advice: format!("{verb} {}", title(place)),
        reason: reasons.collect::<Vec<String>>().join("; "),
        moves: moved.is_some(),
        crossover,
    }
}

/// How much more a function adds on the platform to which it moves than where it runs, if no other
/// function moves; `None` if it adds less there.
fn excess_alone(summary: &Summary, place: usize, home: usize) -> Option<Usd> {
    let [own, former] = [place, home].map(|number| summary.costs[number].as_ref().ok());
    let excess = own?.decisive() - former?.decisive();
    excess.dollars().is_positive().then_some(excess)
}

/// What a move saves, and whether it also pays alone.
fn saving(decision: &Decision<'_>, one: &Move) -> String {
    let one = decision.plan.whole(one);
    let saved = money(&one.saving);
    let pays_alone = decision.plan.pays_alone(one);
    if one.saving.dollars().is_negative() {
        let more = money(&(&Usd::ZERO - &one.saving));
        format!("costs {more} a month more, but makes the moves of others cheaper")
    } else if pays_alone {
        format!("saves {saved} a month")
    } else {
        format!("saves {saved} a month, and pays only with the other moves")
    }
}

/// How a platform compares with another for a function, and the break-even between them.
fn against<'s>(
    comparison: &Comparison<'_>,
    summary: &'s Summary,
    place: usize,
    other: usize,
) -> (Option<&'s Crossover>, String) {
    let title = comparison.platforms()[other].title;
    let [own, others] = [place, other].map(|number| summary.costs[number].as_ref());
    let (Ok(own), Ok(others)) = (own, others) else {
        return (None, reasons(comparison, summary, None));
    };
    let excess = others.decisive() - own.decisive();
    let (from, to) = (place.min(other), place.max(other));
    if comparison.is_spending() && own.adds.is_zero() && others.adds.is_zero() {
        return (
            None,
            "neither saves anything: the commitment is paid".to_owned(),
        );
    }
    if comparison.is_capacity(from) == comparison.is_capacity(to) {
        return (None, more(title, &excess));
    }
    let crossover = summary.crossover(Pair { from, to });
    if own.service_adds.is_some() && crossover.is_none() {
        return (None, more(title, &excess));
    }
    let load = summary.workload.utilization.as_ref();
    // Platforms that charge for use come first.
    let cheaper = if place < other {
        Cheaper::Use
    } else {
        Cheaper::Capacity
    };
    let reason = reason_of(title, &excess, crossover, cheaper, load);
    (crossover, reason)
}

/// With more functions that are left out, their number is enough.
const NAMED: usize = 5;

/// The parts of the saving that are in no function's amount.
pub(crate) fn unassigned(plan: &Plan) -> Vec<String> {
    let mut remarks = Vec::new();
    if !plan.free_tier_saving.dollars().is_zero() {
        remarks.push(format!(
            "Lambda's free tier changes the saving by {}, which is in no function's amount.",
            money(&plan.free_tier_saving)
        ));
    }
    let shared = plan.shared_saving.as_ref();
    if let Some(shared) = shared.filter(|saving| !saving.is_zero()) {
        let (amount, word) = if shared.dollars().is_negative() {
            (&Usd::ZERO - shared, "less")
        } else {
            (shared.clone(), "more")
        };
        remarks.push(format!(
            "Each move is shown with what it saves alone. Together they save {} {word}, because functions \
             share pools, clusters and extras.",
            money(&amount)
        ));
    }
    if let Some(commitment) = &plan.commitment {
        if !commitment.saving.is_zero() {
            remarks.push(format!(
                "The commitment is paid in any case, which changes the saving by {}, in no function's \
                 amount.",
                money(&commitment.saving)
            ));
        }
        if !commitment.unused.is_zero() {
            let unused = money(&commitment.unused);
            remarks.push(format!("{unused} a month of the commitment stay unused."));
        }
    }
    remarks
}

/// What else there is to say about the plan of several functions.
pub(crate) fn remarks(comparison: &Comparison<'_>, decision: &Decision<'_>) -> Vec<String> {
    let mut remarks = Vec::new();
    let plan = &decision.plan;
    if plan.moves.iter().any(|one| !plan.pays_alone(one)) {
        remarks.push("* pays only with the other moves".to_owned());
    }
    remarks.extend(unassigned(plan));
    for index in plan.left_out.iter().take(NAMED) {
        let solved = decision.solved(*index);
        let verdict = verdict(decision, &solved);
        let name = escaped_name(&comparison.scenario().functions[*index].name);
        remarks.push(format!("{name}: {}: {}", verdict.advice, verdict.reason));
    }
    let unnamed = plan.left_out.len().saturating_sub(NAMED) as u128;
    if unnamed > 0 {
        let functions = plural(unnamed, "more function");
        remarks.push(format!("{functions}: cannot run where runs_on states"));
    }
    remarks
}

/// The platform with a fleet that the break-even of a function is about.
pub(crate) fn compared_fleet(
    decision: &Decision<'_>,
    solved: &Solved<'_>,
    place: usize,
) -> Option<usize> {
    let comparison = decision.comparison;
    let from = decision.move_of(solved.index).map(|one| one.from);
    let other = comparison.alternative(solved, place, from)?;
    let pair = Pair {
        from: place.min(other),
        to: place.max(other),
    };
    solved.summary.crossover(pair).map(|_| pair.to)
}

/// The name of a function that moves, or of a service with the number of its functions.
pub(crate) fn mover(comparison: &Comparison<'_>, one: &Move) -> String {
    let name = comparison.scenario().functions[one.index].unit_name();
    match one.functions.len() {
        1 => name.to_owned(),
        all => format!("{name} ({})", plural(all as u128, "function")),
    }
}

/// What the verdict of a move hangs on most; for a service of its first function, with its name.
pub(crate) fn move_hangs_on(decision: &Decision<'_>, one: &Move) -> Option<String> {
    let text = hangs_on(decision, &decision.solved(one.index))?;
    let name = &decision.comparison.scenario().functions[one.index].name;
    Some(match one.functions.len() {
        1 => text,
        _ => format!("{}: {text}", escaped_name(name)),
    })
}

/// What a verdict hangs on most: the input that is closest to the value that changes it.
pub(crate) fn hangs_on(decision: &Decision<'_>, solved: &Solved<'_>) -> Option<String> {
    let sensitivity = decision.hangs_on(solved);
    let closest = sensitivity.closest.as_ref()?;
    let is_below = closest.turns_at < closest.stated;
    let turns = if let Input::Price(platform) = closest.input {
        let title = decision.comparison.platforms()[platform].title;
        let (change, share) = if is_below {
            ("fall", &Exact::ONE - &closest.ratio)
        } else {
            ("rise", &closest.ratio - &Exact::ONE)
        };
        format!("if the prices of {title} {change} by {}", percent(&share))
    } else {
        let (name, unit) = match closest.input {
            Input::Calls => ("calls", " a month"),
            Input::Duration => ("duration", " ms"),
            Input::Memory => ("memory", " MB"),
            Input::Capacity => ("capacity", " requests in flight"),
            Input::Cpu => ("the CPU time of a request", " ms"),
            Input::MemoryPerRequest | Input::Price(_) => ("the memory of a request", " MB"),
        };
        let verb = if closest.input == Input::Calls {
            "are"
        } else {
            "is"
        };
        let side = if is_below { "less" } else { "more" };
        let [turns_at, stated] = [&closest.turns_at, &closest.stated].map(shown);
        format!("if {name} {verb} {turns_at}{unit} or {side} ({stated} today)")
    };
    let close = if sensitivity.is_close { "close: " } else { "" };
    Some(format!("{close}turns {turns}"))
}

/// A number with at most three decimal places, and with three significant digits if it is small.
fn shown(number: &Exact) -> String {
    let places = if *number < Exact::ONE { 6 } else { 3 };
    let fixed = number.to_fixed(places);
    grouped(fixed.trim_end_matches('0').trim_end_matches('.'))
}

/// What the function would cost if its calls mostly waited. It is an illustration and no verdict.
pub(crate) fn if_waiting(decision: &Decision<'_>, solved: &Solved<'_>) -> Option<String> {
    let waiting = decision.if_waiting(solved)?;
    let comparison = decision.comparison;
    let calls = comparison.scenario().functions[solved.index].invocations;
    if calls == 0 {
        return None;
    }
    let home = comparison.home(solved.index);
    let others = waiting.adds.iter().enumerate();
    let others = others.filter(|(number, _)| comparison.is_capacity(*number));
    let known = others.filter_map(|(number, adds)| Some((number, adds.as_ref()?)));
    let (number, adds) = known.min_by(|(_, left), (_, right)| left.cmp(right))?;
    let title = comparison.platforms()[number].title;
    let verdict = if waiting.best == home { "stay" } else { "move" };
    let adds = money(adds);
    Some(format!(
        "if its calls mostly wait (20 % of the CPU): {title} {adds}, {verdict}"
    ))
}

/// Why a function is compared with no other platform.
fn no_other(comparison: &Comparison<'_>, summary: &Summary) -> String {
    let refused = reasons(comparison, summary, None);
    if refused.is_empty() {
        "no other platform is compared".to_owned()
    } else {
        refused
    }
}

fn more(title: &str, excess: &Usd) -> String {
    if excess.dollars().is_zero() {
        format!("{title} costs the same")
    } else if excess.dollars().is_negative() {
        format!(
            "while all others stay, {title} costs {} less",
            money(&(&Usd::ZERO - excess))
        )
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
    if gap.dollars().is_negative() {
        return more;
    }
    let Some(crossover) = crossover else {
        return format!("{more}; both are billed per run, so there is no break-even");
    };
    match (cheaper, crossover.kind, &crossover.point) {
        (Cheaper::Use, CrossoverKind::Never, _) => {
            format!("{more}, and no higher load that its fleet can carry makes it cheaper")
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
        (Cheaper::Capacity, CrossoverKind::Always, _) => format!("{more}, at any traffic"),
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
        (_, CrossoverKind::Always, _) | (_, _, None) => more,
    }
}

/// Why platforms cannot run a function. `named` is one that the sentence has named before: its reason
/// comes first.
fn reasons(comparison: &Comparison<'_>, summary: &Summary, named: Option<usize>) -> String {
    let mut reasons = Vec::new();
    let platforms = comparison.platforms().iter().zip(&summary.costs);
    for (number, (bound, cost)) in platforms.enumerate() {
        match cost {
            Err(refused) if named == Some(number) => reasons.insert(0, why(refused)),
            Err(refused) => reasons.push(refusal(bound.title, refused)),
            Ok(_) => {}
        }
    }
    reasons.join("; ")
}

/// Why a platform cannot run a function. The advice is included only if something is not stated;
/// `explain` has the other advice.
fn refusal(title: &str, refused: &Infeasible) -> String {
    format!("not on {title}: {}", why(refused))
}

fn why(refused: &Infeasible) -> String {
    let Infeasible { reason, advice, .. } = refused;
    match refused.code {
        Refusal::NotStated => format!("{reason}: {advice}"),
        _ => reason.clone(),
    }
}

/// What holds while the traffic varies. The break-even over utilization holds the fleet instead.
const HELD: &str = "at this utilization (the fleet grows with traffic),";

/// At which traffic another platform is cheaper by a margin, a share; `None` if the search for it did
/// not end.
pub(crate) fn stretches(
    comparison: &Comparison<'_>,
    solved: &Solved<'_>,
    pair: Pair,
    stretches: Option<&Stretches>,
    margin: &Exact,
) -> String {
    let title = |side: Side| match side {
        Side::First => fleet_title(comparison, solved, pair.from),
        Side::Second => fleet_title(comparison, solved, pair.to),
    };
    let Some(stretches) = stretches else {
        let [one, other] = [Side::First, Side::Second].map(title);
        return format!(
            "the bills of {one} and {other} stay so close that the search for the traffic at which one is \
             cheaper by {} did not end",
            percent(margin)
        );
    };
    let (today, other) = match stretches.today {
        Side::First => (title(Side::First), title(Side::Second)),
        Side::Second => (title(Side::Second), title(Side::First)),
    };
    let ranges: Vec<String> = [&stretches.below, &stretches.above]
        .into_iter()
        .flatten()
        .map(calls_in)
        .collect();
    if ranges.is_empty() {
        return match stretches.comes_within {
            Some(tenths) if tenths > 0 => format!(
                "{HELD} {today} stays cheaper at any traffic up to 1,000 times today's \
                 ({other} comes within {})",
                percent(&Exact::ratio(tenths.into(), 1000))
            ),
            _ => format!(
                "{HELD} no traffic up to 1,000 times today's makes {other} cheaper than \
                 {today} by {} or more",
                percent(margin)
            ),
        };
    }
    let calls = comparison.scenario().functions[solved.index].invocations;
    let is_interrupted = stretches.above.as_ref().is_some_and(|one| one.to.is_some());
    let then = if is_interrupted {
        format!(", then {today} again")
    } else {
        String::new()
    };
    format!(
        "{HELD} {other} is cheaper than {today} {} calls a month{then} (today {})",
        ranges.join(" and "),
        count(calls.into())
    )
}

/// A platform, with the node type that it keeps while the traffic grows.
fn fleet_title(comparison: &Comparison<'_>, solved: &Solved<'_>, platform: usize) -> String {
    let bound = &comparison.platforms()[platform];
    let node_type = (bound.id == "eks").then(|| {
        let facts = solved.fleet(platform)?.facts();
        let node_type = facts.into_iter().find(|fact| fact.key == "instance_type")?;
        match node_type.value {
            FactValue::Text(name) => Some(name),
            FactValue::Count(_) => None,
        }
    });
    match node_type.flatten() {
        Some(name) => format!("{} on {name}", bound.title),
        None => bound.title.to_owned(),
    }
}

/// The numbers of calls of a stretch.
fn calls_in(stretch: &Stretch) -> String {
    match (stretch.from, stretch.to) {
        (from, None) => format!("above {}", count(from - 1)),
        (1, Some(to)) => format!("up to {}", count(to)),
        (from, Some(to)) => format!("from {} to {}", count(from), count(to)),
    }
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

/// How many assumptions and omissions there are, and how to see them.
pub(crate) fn notes_line(notes: &Notes) -> String {
    let number = |kind| notes.sentences(kind).count() as u128;
    let assumed = plural(number(AssumptionKind::Assumed), "assumption");
    let left_out = match number(AssumptionKind::NotCounted) {
        1 => "1 thing".to_owned(),
        many => format!("{} things", count(many)),
    };
    format!("{assumed}, {left_out} not counted: --notes shows them")
}

/// The heading of inputs that may be mistakes, in the list of all assumptions.
pub(crate) const WARNINGS: (&str, AssumptionKind) = ("Warnings", AssumptionKind::Warning);

/// The warnings, with an empty line after them.
pub(crate) fn warnings(
    notes: &Notes,
    paint: Paint,
    width: u16,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let mut any = false;
    for line in notes.sentences(AssumptionKind::Warning) {
        let text = wrapped(&format!("warning: {line}"), "  ", width);
        let text = text.trim_start();
        let rest = text.strip_prefix("warning").unwrap_or(text);
        writeln!(out, "{}{rest}", paint.bold("warning"))?;
        any = true;
    }
    if any {
        writeln!(out)?;
    }
    Ok(())
}

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
