//! Logs of Lambda: `REPORT` lines and `platform.report` events, in every container in which AWS
//! delivers them.

pub(crate) mod calls;
mod containers;
mod lines;
pub(crate) mod report;

use crate::facts::{Context, Facts, SourceNumber, Who};
use crate::format::Format;
use crate::formats::counted::{self, Row};
use crate::input::Bytes;
use crate::mistake::Mistake;
use crate::number::Number;
use crate::time::{HOUR, Time, Window};
use calls::{Call, Calls, NO_TIME, Place};
use report::{InsightsEvent, Message, Report};
use std::collections::{BTreeMap, HashMap};
use std::io;

/// Bytes at the start of a log that decide between lines and a document.
const SNIFFED: u64 = 1 << 16;
/// Names of members that only documents have.
const DOCUMENT: [&[u8]; 4] = [
    b"\"logEvents\"",
    b"\"events\"",
    b"\"sessionResults\"",
    b"\"message\"",
];

/// Every log of an import.
#[derive(Debug, Default)]
pub(crate) struct Logs {
    /// By number.
    pub(crate) functions: Vec<Who>,
    numbers: HashMap<Who, u32>,
    names: HashMap<String, u32>,
    /// The time that each file covers, in whole hours.
    pub(crate) windows: BTreeMap<SourceNumber, Window>,
    /// The files with an event of a function.
    pub(crate) files: BTreeMap<u32, Vec<SourceNumber>>,
    pub(crate) calls: Calls,
}

impl Logs {
    /// The numbers of a function and of its name, which has an event in a file.
    fn number(&mut self, who: &Who, source: SourceNumber) -> (u32, u32) {
        let number = match self.numbers.get(who) {
            Some(number) => *number,
            None => {
                let number = u32::try_from(self.functions.len()).expect("memory is smaller");
                self.functions.push(who.clone());
                self.numbers.insert(who.clone(), number);
                number
            }
        };
        let files = self.files.entry(number).or_default();
        if files.last() != Some(&source) {
            files.push(source);
        }
        let next = u32::try_from(self.names.len()).expect("memory is smaller");
        let name = *self.names.entry(who.name.clone()).or_insert(next);
        (name, number)
    }

    /// True if a file has events of a function.
    fn has(&self, who: &Who, source: SourceNumber) -> bool {
        let number = self.numbers.get(who);
        let files = number.and_then(|number| self.files.get(number));
        files.is_some_and(|files| files.contains(&source))
    }

    /// The time that the files of a function cover; `None` if no event has a time.
    pub(crate) fn window(&self, function: u32) -> Option<Window> {
        let files = self.files.get(&function).into_iter().flatten();
        let windows = files.filter_map(|source| self.windows.get(source).copied());
        windows.reduce(Window::and)
    }
}

/// What was found in a part of a file.
#[derive(Default)]
struct Part {
    /// Those that are not yet added to the calls of the import.
    calls: Vec<Call>,
    /// Those that are.
    reports: u64,
    first: Option<Time>,
    last: Option<Time>,
    /// Lines or events.
    records: u64,
    /// By reason: how many, and the first of them.
    unusable: BTreeMap<&'static str, (u64, u64)>,
    /// Events of Lambda Insights, each with its time.
    insights: Vec<(Box<InsightsEvent>, Option<Time>)>,
    /// True if a report is one of `sam local`.
    is_local: bool,
    /// True if there are platform events.
    has_platform: bool,
}

impl Part {
    fn time(&mut self, time: Time) {
        self.first = Some(self.first.map_or(time, |known| known.min(time)));
        self.last = Some(self.last.map_or(time, |known| known.max(time)));
    }

    fn unusable(&mut self, why: &'static str) {
        let records = self.records;
        self.unusable.entry(why).or_insert((0, records)).0 += 1;
    }

    fn call(&mut self, place: Place, time: Option<Time>, report: &Report) {
        let time = report.time.or(time);
        if let Some(time) = time {
            self.time(time);
        }
        self.is_local |= report.is_local;
        let end = time.map_or(NO_TIME, |time| time.0);
        self.calls.push(Call::new(place, end, report));
    }
}

/// The number of the function of the last log stream. Neighbouring lines often have the same one.
#[derive(Default)]
struct Streams {
    /// Its group and its name, which can be empty.
    last: Option<(String, String, Place)>,
}

impl Streams {
    /// The place of the calls of a stream in a group. `numbers` finds those of its name and function.
    fn find(
        &mut self,
        group: &str,
        stream: &str,
        source: u32,
        numbers: impl FnOnce(&str) -> Option<(u32, u32)>,
    ) -> Option<Place> {
        if let Some((last_group, last, place)) = &self.last
            && last == stream
            && last_group == group
        {
            return Some(*place);
        }
        let (name, function) = numbers(stream)?;
        let place = Place {
            name,
            function,
            source,
            stream: if stream.is_empty() {
                0
            } else {
                report::hash(stream.as_bytes())
            },
        };
        self.last = Some((group.to_owned(), stream.to_owned(), place));
        Some(place)
    }
}

/// The function of the first `platform.start` at the start of a log.
fn start_arn(start: &[u8], context: &Context) -> Option<Who> {
    let at = memchr::memmem::find(start, b"\"functionArn\"")?;
    let rest = &start[at + b"\"functionArn\"".len()..];
    let open = memchr::memchr(b'"', rest)? + 1;
    let end = open + memchr::memchr(b'"', &rest[open..])?;
    context.of_arn(std::str::from_utf8(&rest[open..end]).ok()?)
}

/// The name of the function in the stream of a log in JSON format, `2026/10/08/NAME[$LATEST]HEX`; other
/// streams have none.
pub(crate) fn name_in_stream(stream: &str) -> Option<&str> {
    let (head, _) = stream.split_once('[')?;
    let name = head.rsplit('/').next()?;
    (!name.is_empty()).then_some(name)
}

/// The function of a log group `/aws/lambda/NAME`, with or without its account and other parts before.
pub(crate) fn name_in_group(group: &str) -> Option<&str> {
    let (_, name) = group.rsplit_once("/aws/lambda/")?;
    let name = name.split(':').next()?;
    (!name.is_empty()).then_some(name)
}

pub(super) fn read(
    format: Format,
    mut bytes: Bytes,
    context: &Context,
    facts: &mut Facts,
) -> Result<(), Mistake> {
    let source = facts.start(&context.path, format);
    let cannot = |error: &io::Error| {
        let help = "check the file; what was read before is not used";
        context.mistake(format!("cannot read it: {error}"), help)
    };
    let start = bytes.start(SNIFFED).map_err(|error| cannot(&error))?;
    let first = start.iter().find(|byte| !byte.is_ascii_whitespace());
    let is_json = matches!(first, Some(b'{' | b'['));
    let has = |words: &[u8]| memchr::memmem::find(start, words).is_some();
    let is_document = is_json && (first == Some(&b'[') || DOCUMENT.into_iter().any(has));
    let own = start_arn(start, context);
    let name_of_file = context
        .own()
        .filter(|_| own.is_none() && context.name.is_none());
    let own = own.or_else(|| context.own());
    let parts = if is_document {
        vec![containers::read(bytes, source, context, own, facts)?]
    } else {
        let needle = match format {
            Format::LambdaInsights => report::INSIGHTS,
            _ => report::PLATFORM,
        };
        let found = lines::read(bytes, needle, source, (context, own), facts);
        found.map_err(|error| match error {
            lines::Stopped::Unreadable(error) => cannot(&error),
            lines::Stopped::Mistake(mistake) => mistake,
        })?
    };
    finish(parts, source, context, facts)?;
    if let Some(name) = name_of_file.filter(|own| facts.logs.has(own, source)) {
        facts.named_by_file(context, &name.name);
    }
    Ok(())
}

/// Adds up the parts of a file, in their order.
fn finish(
    parts: Vec<Part>,
    source: SourceNumber,
    context: &Context,
    facts: &mut Facts,
) -> Result<(), Mistake> {
    let mut window: Option<Window> = None;
    let mut records = 0;
    let mut reports = 0;
    let (mut is_local, mut has_platform) = (false, false);
    for part in &parts {
        for (event, time) in &part.insights {
            insight(event, *time, source, context, facts);
        }
        if let (Some(first), Some(last)) = (part.first, part.last) {
            let hours = Window {
                from: Time(first.hour() * HOUR),
                to: Time((last.hour() + 1) * HOUR),
            };
            window = Some(window.map_or(hours, |known| known.and(hours)));
        }
        for (why, (count, first)) in &part.unusable {
            let place = format!("line {}", records + first);
            facts.ignored_many(source, why, &place, *count);
        }
        records += part.records;
        reports += part.reports;
        is_local |= part.is_local;
        has_platform |= part.has_platform;
    }
    if let Some(window) = window {
        facts.logs.windows.insert(source, window);
    }
    facts.used_many(source, reports);
    let path = &context.path;
    if is_local {
        facts.warnings.push(format!(
            "{path} has reports of `sam local`, which are no bill: memory and billed duration are not \
             those of AWS"
        ));
    }
    if has_platform && reports == 0 {
        facts.warnings.push(format!(
            "{path} has platform events and no platform.report: set SystemLogLevel of the function to \
             INFO"
        ));
    }
    Ok(())
}

/// Adds an event of Lambda Insights.
fn insight(
    event: &InsightsEvent,
    time: Option<Time>,
    source: SourceNumber,
    context: &Context,
    facts: &mut Facts,
) {
    let (billed, duration) = (event.billed_duration.0, event.duration.0);
    let init = counted::billed_init(billed, duration, event.init_duration.map(|init| init.0));
    let memory = event.total_memory.and_then(Number::whole);
    let row = Row {
        memory_mb: memory.and_then(|memory| u32::try_from(memory).ok()),
        hour: time.map(Time::hour),
        calls: 1,
        billed: Some(billed),
        init,
        cold_starts: Some(u64::from(init.is_some())),
        peak: None,
        cpu: Some(event.cpu_total_time.0),
    };
    let who = context.who(event.function_name.clone());
    facts.used(source);
    counted::add(&who, Format::LambdaInsights, source, &row, facts);
}

/// Adds the calls of a part to those of the import.
fn keep(part: &mut Part, logs: &mut Logs, context: &Context) -> Result<(), Mistake> {
    let kept = logs.calls.add(&part.calls);
    // The number of calls stays; they themselves are kept elsewhere.
    let calls = std::mem::take(&mut part.calls);
    part.reports += calls.len() as u64;
    kept.map_err(|error| {
        let message = format!("cannot write a temporary file: {error}");
        context.mistake(
            message,
            "free some space, or set TMPDIR to a folder with more",
        )
    })
}

/// Reads a message of a log into a part.
fn take(message: Message, part: &mut Part, place: Place, time: Option<Time>) {
    match message {
        Message::Report(report) => part.call(place, time, &report),
        Message::Unusable(why) => part.unusable(why),
        Message::Insights(event) => part.insights.push((event, time)),
        Message::Platform => part.has_platform = true,
        Message::Other => {}
    }
}
