//! `lambdacost compare`.

use super::args::{self, Filter, Format, SortBy};
use super::exit::Outcome;
use super::focus;
use super::load;
use super::output::{self, Look};
use super::system::System;
use crate::answer::Groups;
use crate::diag::{Code, Diag, Diags};
use crate::render::table::{Sort, TableOptions};
use crate::render::{self, View};
use crate::text::{comma_separated, did_you_mean, escaped_name};
use anstream::ColorChoice;
use std::io::{self, Write};

/// Compares, and writes the answer.
///
/// # Errors
/// An input or output error.
pub(crate) fn run(system: &System, args: &args::Compare, color: ColorChoice) -> Outcome {
    let format = args.output.format(args.format).map_err(Diags::from)?;
    if format == Format::Focus {
        let refused = match (&args.by, args.set.as_slice()) {
            (Some(_), _) => Some((
                "--format focus has a row for each line of a bill, not for groups",
                "leave out --by: the rows have the column Tags",
            )),
            (None, []) => None,
            (None, _) => Some((
                "--format focus has the rows of one bill, and --set compares two",
                "use --format table, markdown or json",
            )),
        };
        if let Some((message, help)) = refused {
            return Err(Diags::from(Diag::new(Code::Conflict, message).help(help)).into());
        }
        return focus::run(system, args);
    }
    focus::refuse_flags(args)?;
    if !args.set.is_empty() && format == Format::Csv {
        let message = "--set shows each figure with the unchanged one, and CSV has place for one";
        let help = "use --format table, markdown or json";
        return Err(Diags::from(Diag::new(Code::Conflict, message).help(help)).into());
    }
    let look = Look::of_answer(system, &args.output, color);
    let options = TableOptions {
        width: args.width.unwrap_or(look.width),
        color: look.color,
        all: args.all,
        sort: args.sort.map(sort),
        notes: args.notes,
        margin: args.margin,
    };
    if !args.set.is_empty() {
        return load::compared_with_set(system, args, |pairs, progress| {
            output::write(system, &args.output, progress, |out| match format {
                Format::Json => render::json_v2::set::write(pairs, out),
                Format::Markdown => render::set::write_markdown(pairs, out),
                Format::Table | Format::Csv | Format::Focus => {
                    render::set::write_table(pairs, options, out)
                }
            })
        });
    }
    load::compared(
        system,
        &args.subject,
        &args.moves,
        &args.output,
        |views: &[View<'_>], progress| {
            if let Some(tag) = &args.by {
                let groups = groups(views, tag).map_err(Diags::from)?;
                return output::write(system, &args.output, progress, |out| {
                    write_groups(views, &groups, format, options, out)
                });
            }
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

/// The functions of each view, grouped by a tag.
///
/// # Errors
/// No function has the tag.
fn groups(views: &[View<'_>], tag: &str) -> Result<Vec<Groups>, Diag> {
    let known = views
        .first()
        .map(|view| &view.decision.comparison.scenario().tags);
    let known: Vec<&str> = known.into_iter().flatten().map(|name| &**name).collect();
    if !known.contains(&tag) {
        let message = format!(
            "no function has the tag `{}`, which --by names",
            escaped_name(tag)
        );
        let help = match (known.as_slice(), did_you_mean(tag, known.iter().copied())) {
            ([], _) => "state tags of functions: tags = { team = \"checkout\" }".to_owned(),
            (_, Some(near)) => near,
            (_, None) => format!("the tags of the scenario are {}", comma_separated(&known)),
        };
        return Err(Diag::new(Code::UnknownValue, message).help(help));
    }
    Ok(views.iter().map(|view| view.decision.groups(tag)).collect())
}

/// Writes groups in a format.
fn write_groups(
    views: &[View<'_>],
    groups: &[Groups],
    format: Format,
    options: TableOptions,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let views: Vec<View<'_>> = views
        .iter()
        .zip(groups)
        .map(|(view, groups)| View {
            groups: Some(groups),
            selected: view.selected.clone(),
            ..*view
        })
        .collect();
    let grouped: Vec<_> = views.iter().zip(groups).collect();
    match format {
        Format::Table => render::groups::write_table(&grouped, options, out),
        Format::Json => render::json_v2::write(&views, out),
        Format::Markdown => render::groups::write_markdown(&grouped, out),
        Format::Csv | Format::Focus => render::groups::write_csv(&grouped, out),
    }
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
