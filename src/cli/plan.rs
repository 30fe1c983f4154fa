//! `lambdacost plan`.

use super::args::{self, PlanFormat};
use super::exit::Outcome;
use super::load;
use super::output::{self, Look};
use super::system::System;
use crate::answer::Plan;
use crate::diag::Diags;
use crate::exact::Exact;
use crate::render::{self, View};
use anstream::ColorChoice;

/// Searches for the plan, and writes it.
///
/// # Errors
/// An input or output error.
pub(crate) fn run(system: &System, args: &args::Plan, color: ColorChoice) -> Outcome {
    let format = args.output.format(args.format).map_err(Diags::from)?;
    let look = Look::of_answer(system, &args.output, color);
    load::compared(system, &args.subject, &args.output, |views, progress| {
        let mut plans = Vec::new();
        for view in views {
            plans.push(plan(view, args)?);
        }
        output::write(system, &args.output, progress, |out| match format {
            PlanFormat::Table => render::plan::write(views, &plans, look.width, look.color, out),
            PlanFormat::Csv => render::csv::write_moves(views, &plans, out),
        })
    })
}

fn plan(view: &View<'_>, args: &args::Plan) -> Result<Plan, Diags> {
    let scenario = view.comparison.scenario();
    load::refuse_unknown(scenario, &args.pinned, ", which --pinned names")?;
    let is_pinned = |index: usize| {
        let name = &*scenario.functions[index].name;
        args.pinned.iter().any(|pinned| pinned == name)
    };
    view.comparison
        .plan(Exact::from(args.min_saving), &is_pinned)
}
