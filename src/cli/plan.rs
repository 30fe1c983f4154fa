//! `lambdacost plan`.

use super::args::{self, PlanFormat};
use super::exit::Outcome;
use super::load;
use super::output::{self, Look};
use super::system::System;
use crate::answer::Plan;
use crate::diag::{Code, Diag, Diags};
use crate::exact::Exact;
use crate::render::{self, View};
use crate::text::did_you_mean;
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
    let functions = &view.comparison.scenario().functions;
    let mut diags = Diags::new();
    for name in &args.pinned {
        if !functions.iter().any(|function| *function.name == **name) {
            let known = functions.iter().map(|function| function.name.as_ref());
            let message = format!("the scenario has no function `{name}`, which --pinned names");
            let diag = Diag::new(Code::NoFunction, message);
            diags.push(diag.maybe_help(did_you_mean(name, known)));
        }
    }
    diags.into_result(())?;
    let is_pinned = |index: usize| {
        let name = &*functions[index].name;
        args.pinned.iter().any(|pinned| pinned == name)
    };
    view.comparison
        .plan(Exact::from(args.min_saving), &is_pinned)
}
