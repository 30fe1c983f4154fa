//! `lambdacost compare`.

use super::args::{self, Filter, Format, SortBy};
use super::exit::Outcome;
use super::focus;
use super::load;
use super::output::{self, Look};
use super::system::System;
use crate::diag::Diags;
use crate::render::table::{Sort, TableOptions};
use crate::render::{self, View};
use anstream::ColorChoice;

/// Compares, and writes the answer.
///
/// # Errors
/// An input or output error.
pub(crate) fn run(system: &System, args: &args::Compare, color: ColorChoice) -> Outcome {
    let format = args.output.format(args.format).map_err(Diags::from)?;
    if format == Format::Focus {
        return focus::run(system, args);
    }
    focus::refuse_flags(args)?;
    let look = Look::of_answer(system, &args.output, color);
    let options = TableOptions {
        width: args.width.unwrap_or(look.width),
        color: look.color,
        all: args.all,
        sort: args.sort.map(sort),
        notes: args.notes,
        margin: args.margin,
    };
    load::compared(
        system,
        &args.subject,
        &args.moves,
        &args.output,
        |views: &[View<'_>], progress| {
            let views: Vec<View<'_>> = views.iter().map(|view| filtered(view, args)).collect();
            let views = views.as_slice();
            output::write(system, &args.output, progress, |out| match format {
                Format::Table => render::table::write(views, options, out),
                Format::Json => render::json_v2::write(views, out),
                Format::Markdown => render::markdown::write(views, out),
                Format::Csv | Format::Focus => render::csv::write(views, out),
            })
        },
    )
}

fn sort(by: SortBy) -> Sort {
    match by {
        SortBy::File => Sort::File,
        SortBy::Name => Sort::Name,
        SortBy::Cost => Sort::Cost,
        SortBy::Saving => Sort::Saving,
    }
}

/// The view with the functions that `--filter` selects.
fn filtered<'v>(view: &View<'v>, args: &args::Compare) -> View<'v> {
    let decision = view.decision;
    let is_shown = |index: usize| match args.filter {
        None => true,
        Some(Filter::Moves) => decision.move_of(index).is_some(),
        Some(Filter::Close) => decision.hangs_on(&decision.solved(index)).is_close,
        Some(Filter::Infeasible) => {
            let solved = decision.solved(index);
            solved.summary.costs.iter().any(Result::is_err)
        }
    };
    let selected = view.selected.iter().copied();
    View {
        selected: selected.filter(|index| is_shown(*index)).collect(),
        ..*view
    }
}
