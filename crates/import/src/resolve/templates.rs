//! The names of functions of templates.

use super::{Origin, estimates};
use crate::facts::{Claim, Declared, Facts, Who};
use crate::format::Format;
use crate::mistake::Mistake;
use crate::options::{Alias, Options};
use std::collections::{BTreeMap, BTreeSet};

/// Adds what templates state to what all files state.
///
/// # Errors
/// An alias that does not match exactly one function of each side.
pub(super) fn settle(facts: &mut Facts, options: &Options) -> Result<(), Vec<Mistake>> {
    let mut declared = std::mem::take(&mut facts.declared);
    distinguish(&mut declared, facts);
    rename(&mut declared, facts, &options.aliases)?;
    estimates::join(&mut declared, facts);
    let mut stated = BTreeSet::new();
    for one in declared {
        for (key, value, origin) in one.claims {
            let source = one.source;
            let claim = Claim {
                key,
                value,
                origin,
                source,
            };
            facts.claims.push((one.who.clone(), claim));
        }
        for (key, value, source) in one.estimates {
            facts.claim(&one.who, key, Some(value), Origin::Read, source);
        }
        for remark in one.remarks {
            let remark = (one.who.clone(), remark);
            if stated.insert(remark.clone()) {
                facts.remarks.push(remark);
            }
        }
    }
    Ok(())
}

/// Functions of several templates that have one name get that of the folder before it. A plan has no
/// conditions: its functions of one name are several functions.
fn distinguish(declared: &mut [Declared], facts: &Facts) {
    let mut in_plan: BTreeMap<(Who, usize), usize> = BTreeMap::new();
    for one in declared.iter() {
        *in_plan.entry((one.who.clone(), one.source)).or_default() += 1;
    }
    for one in declared.iter_mut() {
        let is_plan = facts.sources[one.source].format == Format::TerraformPlan;
        if is_plan && in_plan[&(one.who.clone(), one.source)] > 1 {
            one.who.name.clone_from(&one.address);
        }
    }
    let mut places: BTreeMap<String, BTreeSet<(Option<String>, usize)>> = BTreeMap::new();
    for one in declared.iter() {
        let place = (one.who.region.clone(), one.source);
        places
            .entry(one.who.name.clone())
            .or_default()
            .insert(place);
    }
    for one in declared {
        let all = &places[&one.who.name];
        // A template without a region can be about any of them.
        let is_anywhere = all.iter().any(|(region, _)| region.is_none());
        let here = all
            .iter()
            .filter(|(region, _)| is_anywhere || *region == one.who.region);
        let sources: BTreeSet<usize> = here.map(|(_, source)| *source).collect();
        if sources.len() > 1 {
            let paths = sources.iter().map(|source| &*facts.sources[*source].path);
            let label = label(&facts.sources[one.source].path, &paths.collect::<Vec<_>>());
            one.who.name = format!("{label}/{}", one.who.name);
        }
    }
}

/// What tells a template from others: its folder, else its file without the endings, else its path.
fn label<'p>(path: &'p str, all: &[&str]) -> &'p str {
    for part in [folder, file] {
        let different: BTreeSet<&str> = all.iter().map(|path| part(path)).collect();
        if different.len() == all.len() && !different.contains("") {
            return part(path);
        }
    }
    path
}

fn folder(path: &str) -> &str {
    path.rsplit(['/', '\\']).nth(1).unwrap_or_default()
}

fn file(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    name.split('.').next().unwrap_or_default()
}

/// Gives functions of templates the names that the user states.
fn rename(declared: &mut [Declared], facts: &Facts, aliases: &[Alias]) -> Result<(), Vec<Mistake>> {
    if aliases.is_empty() {
        return Ok(());
    }
    let known = facts.known();
    let mut mistakes = Vec::new();
    let mut renamed = Vec::new();
    for alias in aliases {
        let templates = declared.iter().map(|one| &one.who);
        let template = only(
            &alias.template,
            templates,
            "function of the templates",
            alias,
        );
        let name = only(
            &alias.name,
            known.iter().copied(),
            "function of the other files",
            alias,
        );
        match (template, name) {
            (Ok(template), Ok(name)) => renamed.push((template.clone(), name.clone())),
            (template, name) => mistakes.extend([template.err(), name.err()].into_iter().flatten()),
        }
    }
    for one in declared {
        if let Some((_, name)) = renamed.iter().find(|(template, _)| *template == one.who) {
            one.who = name.clone();
        }
    }
    if mistakes.is_empty() {
        Ok(())
    } else {
        Err(mistakes)
    }
}

/// The only function that matches.
fn only<'w>(
    pattern: &str,
    all: impl Iterator<Item = &'w Who>,
    what: &str,
    alias: &Alias,
) -> Result<&'w Who, Mistake> {
    let found: BTreeSet<&Who> = all.filter(|who| matches(pattern, &who.name)).collect();
    let found: Vec<&Who> = found.into_iter().collect();
    if let [only] = &found[..] {
        return Ok(only);
    }
    let names: BTreeSet<&str> = found.iter().map(|who| &*who.name).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let count = match found.len() {
        0 => "no".to_owned(),
        many => format!("{many} times a"),
    };
    let mut message = format!(
        "`{pattern}` of `--alias {}={}` matches {count} {what}",
        alias.template, alias.name,
    );
    if !names.is_empty() {
        message.push_str(&format!(": {}", names.join(", ")));
    }
    let help = "write a pattern that matches exactly one function";
    Err(Mistake::anywhere(message, help))
}

/// True for text that a pattern matches: `*` is any text.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_matches_any_text() {
        for (pattern, text, is_match) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("a*", "a", true),
            ("a*", "ba", false),
            ("*a", "ba", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxcyyb", false),
            ("ab*ba", "aba", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, text), is_match, "{pattern} {text}");
        }
    }
}
