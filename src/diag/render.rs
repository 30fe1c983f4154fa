//! Diagnostics as text.

use super::{At, Diag, Diags};
use crate::text::{escaped, folded, without_commands};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, Title};
use std::ops::Range;

/// Maximum number of mistakes that are printed. An export with an error in each of a million rows
/// has one cause.
const PRINTED: usize = 100;

/// The mistakes as text, with one paragraph each. A mistake in a default that many functions use is
/// printed once.
pub(crate) fn render(diags: &Diags, renderer: &Renderer) -> String {
    let mut shown: Vec<&Diag> = Vec::new();
    let mut all = diags.iter();
    while shown.len() < PRINTED
        && let Some(diag) = all.next()
    {
        if !shown.contains(&diag) {
            shown.push(diag);
        }
    }
    let mut out: Vec<String> = shown
        .iter()
        .map(|diag| render_one(diag, renderer))
        .collect();
    let rest = all.count() + diags.dropped;
    if rest > 0 {
        out.push(format!("… and {rest} more errors; fix these first"));
    }
    without_commands(&out.join("\n\n"))
}

fn render_one(diag: &Diag, renderer: &Renderer) -> String {
    let message = escaped(&diag.message);
    let title = Level::ERROR
        .primary_title(message.as_ref())
        .id(diag.code.name());
    let excerpt = diag.at.as_deref().map(Excerpt::of);
    let mut group = match &excerpt {
        Some(excerpt) => excerpt.below(title),
        None => Group::with_title(title),
    };
    let help = diag.advice().map(|help| {
        let mut text = folded(&escaped(&help), ADVICE);
        for line in &diag.toml {
            text += &format!("\n{}", escaped(line));
        }
        text
    });
    let Some(help) = &help else {
        return renderer.render(&[group]);
    };
    match &excerpt {
        Some(_) => {
            group = group.element(Level::HELP.message(help.as_str()));
            renderer.render(&[group])
        }
        // Without an excerpt above it, the advice is a separate paragraph.
        None => {
            let help = Group::with_title(Level::HELP.secondary_title(help.as_str()));
            format!(
                "{}\n{}",
                renderer.render(&[group]),
                renderer.render(&[help])
            )
        }
    }
}

/// Columns of advice, after its margin.
const ADVICE: usize = 64;

/// A place that is safe to print.
struct Excerpt {
    file: String,
    line: usize,
    column: usize,
    text: String,
    span: Range<usize>,
}

impl Excerpt {
    fn of(at: &At) -> Self {
        // Leading tabs become spaces, which do not change the columns.
        let rest = at.text.trim_start_matches('\t');
        let text = " ".repeat(at.text.len() - rest.len()) + rest;
        let shown = |end: usize| escaped(&text[..end]).len();
        Self {
            file: escaped(&at.file).into_owned(),
            line: usize::try_from(at.line).unwrap_or(usize::MAX),
            column: at.column,
            span: shown(at.span.start)..shown(at.span.end),
            text: escaped(&text).into_owned(),
        }
    }

    fn below<'e>(&'e self, title: Title<'e>) -> Group<'e> {
        let annotation = AnnotationKind::Primary.span(self.span.clone());
        let snippet = Snippet::source(self.text.as_str()).line_start(self.line);
        let snippet = snippet.annotation(annotation);
        let shown = 1 + self.text[..self.span.start].chars().count();
        if shown == self.column {
            return title.element(snippet.path(self.file.as_str()));
        }
        // If the line is not shown from its start, the column has to be printed.
        let place = Origin::path(self.file.as_str()).line(self.line);
        title
            .element(place.char_column(self.column))
            .element(snippet)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Code, Source};

    #[test]
    fn long_and_hostile_lines_are_cut_and_escaped() {
        let text = format!("{}\u{1b}[2J = {}", "é".repeat(200), "x".repeat(5000));
        let source = Source::new("\u{1b}file", &text);
        let diag = Diag::new(Code::Syntax, "bad \u{7}").at(source.at(400..405));
        let shown = render(&diag.into(), &Renderer::plain());
        assert!(
            !shown.contains('\u{1b}') && !shown.contains('\u{7}'),
            "{shown}"
        );
        assert!(shown.len() < 800, "{shown}");
    }
}
