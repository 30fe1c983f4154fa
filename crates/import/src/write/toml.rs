//! The scenario as TOML. Above each function stands what comes from where.

use super::{comment, literal, origins, quoted, stated, written};
use crate::facts::Container;
use crate::resolve::{Figure, Function, Import, Key, Terms};
use std::fmt::{self, Write};

/// Weights in a line.
const IN_LINE: usize = 12;

/// The scenario as TOML.
pub fn toml(import: &Import) -> String {
    let mut out = String::new();
    write(&mut out, import).expect("a string takes all text");
    out
}

/// A scenario that names a functions file.
pub fn toml_of_file(import: &Import, file: &str) -> String {
    let mut out = String::new();
    let text = "a string takes all text";
    head(&mut out, import).expect(text);
    out += &format!("\nfunctions = {}\n", quoted(file));
    terms(&mut out, &import.terms).expect(text);
    out
}

fn head(out: &mut String, import: &Import) -> fmt::Result {
    writeln!(out, "# Written by `lambdacost import`.")?;
    for source in &import.sources {
        let name = source.format.name();
        writeln!(
            out,
            "#   {} ({name}): {} records",
            comment(&source.path),
            source.used
        )?;
    }
    writeln!(out, "# Next: lambdacost compare THIS-FILE")
}

fn write(out: &mut String, import: &Import) -> fmt::Result {
    head(out, import)?;
    terms(out, &import.terms)?;
    curves(out, import)?;
    for function in import
        .functions
        .iter()
        .filter(|function| function.is_complete())
    {
        writeln!(out)?;
        self::function(out, function, import, "")?;
    }
    for function in import
        .functions
        .iter()
        .filter(|function| !function.is_complete())
    {
        writeln!(out)?;
        writeln!(out, "# Incomplete: {}", comment(&function.name))?;
        for missing in &function.missing {
            writeln!(out, "#   {} is missing: {}", missing.key, missing.supply)?;
        }
        self::function(out, function, import, "# ")?;
    }
    for one in &import.containers {
        writeln!(out)?;
        container(out, one, import)?;
    }
    Ok(())
}

/// Writes the discounts and the commitment that bills show.
fn terms(out: &mut String, terms: &Terms) -> fmt::Result {
    if terms.rates.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n# From the bills:")?;
    for remark in &terms.remarks {
        writeln!(out, "#   {}", comment(remark))?;
    }
    if terms.discounts.is_empty() && terms.commitment.is_none() {
        writeln!(
            out,
            "#   no discount and no Savings Plan that a scenario states"
        )?;
    }
    if let Some(commitment) = &terms.commitment {
        let is_whole = commitment.is_whole();
        if !is_whole {
            let keys = "plan, term and payment";
            writeln!(out, "# The bills do not say all of {keys}: state them.")?;
        }
        let start = if is_whole { "" } else { "# " };
        let word = |word: Option<&str>| quoted(word.unwrap_or("?"));
        writeln!(out, "{start}[commitment]")?;
        writeln!(out, "{start}plan = {}", word(commitment.plan))?;
        writeln!(out, "{start}term = {}", word(commitment.term))?;
        writeln!(out, "{start}payment = {}", word(commitment.payment))?;
        writeln!(out, "{start}coverage = {}", commitment.coverage)?;
    }
    if !terms.discounts.is_empty() {
        writeln!(out, "[discounts]")?;
        for (path, share) in &terms.discounts {
            writeln!(out, "{path} = {share}")?;
        }
    }
    Ok(())
}

/// Durations by memory size are no key of a scenario yet, so they are a comment.
fn curves(out: &mut String, import: &Import) -> fmt::Result {
    for curve in &import.curves {
        writeln!(out)?;
        writeln!(
            out,
            "# Mean durations of {} by memory size:",
            comment(&curve.name)
        )?;
        for (memory_mb, duration) in &curve.points {
            writeln!(out, "#   {memory_mb} MB: {duration} ms")?;
        }
        if let Some(cpu_ms) = curve.cpu_ms() {
            writeln!(
                out,
                "# If what falls with memory is CPU time: container.cpu_ms = {cpu_ms}"
            )?;
        }
    }
    Ok(())
}

/// A function with what comes from where.
pub(super) fn block(one: &Function, import: &Import) -> String {
    let mut out = String::new();
    function(&mut out, one, import, "").expect("a string takes all text");
    out
}

/// Writes a task of ECS as a function in a comment: no template says its calls.
fn container(out: &mut String, container: &Container, import: &Import) -> fmt::Result {
    let path = comment(&import.sources[container.source].path);
    writeln!(
        out,
        "# A task of ECS: {}, from {path}",
        comment(&container.name)
    )?;
    let platform = if container.is_spot {
        "fargate-spot"
    } else {
        "fargate"
    };
    writeln!(out, "# [[function]]")?;
    writeln!(out, "# name = {}", quoted(&container.name))?;
    writeln!(out, "# runs_on = \"{platform}\"")?;
    let mut missing = Vec::new();
    match &container.architecture {
        Some(architecture) => writeln!(out, "# architecture = {}", quoted(architecture))?,
        None => missing.push("architecture"),
    }
    match (&container.vcpu, &container.memory_gb) {
        (Some(vcpu), Some(memory)) => writeln!(
            out,
            "# container.task = {{ vcpu = {vcpu}, memory_gb = {memory} }}"
        )?,
        _ => missing.push("container.task"),
    }
    match container.count {
        Some(count) => writeln!(out, "# container.min_tasks = {count}")?,
        None => missing.push("container.min_tasks"),
    }
    if let Some(storage) = container.storage_gb {
        writeln!(out, "# container.task_storage_gb = {storage}")?;
    }
    missing.extend(["memory_mb", "duration_ms", "invocations_per_month"]);
    writeln!(out, "#   {} and a capacity are missing", missing.join(", "))
}

/// Writes a function; each line starts with `start`.
fn function(out: &mut String, function: &Function, import: &Import, start: &str) -> fmt::Result {
    for line in origins(function, import) {
        writeln!(out, "# {}", comment(&line))?;
    }
    if let Some(counted) = &function.counted {
        let window = counted.window;
        writeln!(
            out,
            "# {} calls from {} to {}, scaled to {} hours",
            counted.calls,
            window.from.text(),
            window.to.text(),
            import.hours_per_month,
        )?;
    }
    for conflict in &function.conflicts {
        let paths = [conflict.other_source, conflict.kept_source];
        let [other, kept] = paths.map(|number| comment(&import.sources[number].path));
        writeln!(
            out,
            "# {} is {} in {other}; that of {kept} stands",
            conflict.key.name(),
            comment(&conflict.other),
        )?;
    }
    for remark in &function.remarks {
        writeln!(out, "# {}", comment(remark))?;
    }
    writeln!(out, "{start}[[function]]")?;
    writeln!(out, "{start}name = {}", quoted(&function.name))?;
    if let Some(region) = &function.region {
        writeln!(out, "{start}region = {}", quoted(region))?;
    }
    if let Some(account) = &function.account {
        writeln!(out, "{start}account = {}", quoted(account))?;
    }
    figures(out, function, start)?;
    for one in &function.stated {
        let value = stated(&one.value);
        writeln!(
            out,
            "{start}{} = {value}   # stated on the command line",
            one.key
        )?;
    }
    self::traffic(out, function)
}

fn figures(out: &mut String, function: &Function, start: &str) -> fmt::Result {
    let value = |figure: &Figure| literal(&figure.value);
    for (key, figure) in written(function) {
        writeln!(out, "{start}{} = {}", key.name(), value(figure))?;
        if key == Key::InvocationsPerMonth
            && let Some(busiest) = &function.busiest
        {
            writeln!(
                out,
                "{start}peak_concurrency = {busiest}   # the busiest hour, with calls spread evenly in it",
            )?;
        }
    }
    let environments = function.figures.get(&Key::ProvisionedEnvironments);
    if let Some(environments) = environments
        && !function.figures.contains_key(&Key::ProvisionedShareServed)
    {
        writeln!(
            out,
            "# provisioned = {{ environments = {}, share_served = ? }}   # the share of calls that find one",
            value(environments),
        )?;
    }
    Ok(())
}

/// Traffic shapes are not priced yet, so they are a comment.
fn traffic(out: &mut String, function: &Function) -> fmt::Result {
    let Some(traffic) = &function.traffic else {
        return Ok(());
    };
    writeln!(
        out,
        "# Relative calls of each hour, which are not priced yet:"
    )?;
    writeln!(out, "# traffic.{} = [", traffic.kind)?;
    for line in traffic.weights.chunks(IN_LINE) {
        let line: Vec<String> = line.iter().map(ToString::to_string).collect();
        writeln!(out, "#   {},", line.join(", "))?;
    }
    writeln!(out, "# ]")
}
