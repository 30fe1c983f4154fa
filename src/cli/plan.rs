//! `lambdacost plan`.

use super::args::{self, PlanFormat};
use super::exit::Outcome;
use super::load;
use super::output::{self, Look};
use super::system::System;
use crate::diag::Diags;
use crate::render;
use anstream::ColorChoice;

/// Searches for the plan, and writes it.
///
/// # Errors
/// An input or output error.
pub(crate) fn run(system: &System, args: &args::Plan, color: ColorChoice) -> Outcome {
    let format = args.output.format(args.format).map_err(Diags::from)?;
    let look = Look::of_answer(system, &args.output, color);
    if args.commitment {
        return load::sized(system, args, |sizes, progress| {
            output::write(system, &args.output, progress, |out| match format {
                PlanFormat::Table => render::commitment::write(sizes, look.width, out),
                PlanFormat::Json => render::commitment::write_json(sizes, out),
                PlanFormat::Markdown => render::commitment::write_markdown(sizes, out),
                PlanFormat::Csv => render::commitment::write_csv(sizes, out),
            })
        });
    }
    let subject = &args.subject;
    load::compared(
        system,
        subject,
        &args.moves,
        &args.output,
        |views, progress| {
            output::write(system, &args.output, progress, |out| match format {
                PlanFormat::Table => render::plan::write(views, look.width, look.color, out),
                PlanFormat::Json => render::json_v2::write_plans(views, out),
                PlanFormat::Markdown => render::markdown::write_plans(views, out),
                PlanFormat::Csv => render::csv::write_moves(views, out),
            })
        },
    )
}
