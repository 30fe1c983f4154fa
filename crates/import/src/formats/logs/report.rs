//! A call, as Lambda reports it: a `REPORT` line or a `platform.report` event.

use crate::number::Number;
use crate::time::Time;
use serde::Deserialize;

/// What a message of a log is.
pub(super) enum Message {
    Report(Report),
    /// A report that cannot be used, and why.
    Unusable(&'static str),
    /// An event of Lambda Insights.
    Insights(Box<InsightsEvent>),
    /// A platform event of another kind.
    Platform,
    /// Anything else.
    Other,
}

/// What one call was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// A hash of the request id.
    pub(crate) request: u64,
    /// The end, if the report has it itself.
    pub(crate) time: Option<Time>,
    /// Microseconds, as printed.
    pub(crate) duration: u32,
    /// Microseconds; `None` for a call in a known environment.
    pub(crate) init: Option<u32>,
    /// Microseconds; `None` without SnapStart.
    pub(crate) restore: Option<u32>,
    /// Milliseconds; `None` on Managed Instances, where duration is not billed.
    pub(crate) billed: Option<u32>,
    /// `None` on Managed Instances.
    pub(crate) memory_mb: Option<u32>,
    pub(crate) used_mb: Option<u32>,
    pub(crate) end: End,
    /// As `sam local` prints it: that is no bill.
    pub(crate) is_local: bool,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum End {
    #[default]
    Done,
    Error,
    Timeout,
}

/// The start of a report in a text log.
pub(super) const REPORT: &[u8] = b"REPORT RequestId:";
/// What every platform event has.
pub(super) const PLATFORM: &[u8] = b"\"platform.";

/// What every event of Lambda Insights has.
pub(super) const INSIGHTS: &[u8] = b"\"cpu_total_time\"";

const NO_DURATION: &str = "a REPORT line without Duration";
const NO_BILLED: &str = "a REPORT line without Billed Duration";
const NO_MEMORY: &str = "a REPORT line without Memory Size";
const BAD_NUMBER: &str = "a REPORT line with a number that cannot be read";
const BAD_UNIT: &str = "a REPORT line with a unit other than ms and MB";
const BAD_INSIGHTS: &str = "an event of Lambda Insights that cannot be read";
const BAD_EVENT: &str = "a platform.report event that cannot be read";

/// Hours that no call takes, in microseconds: more is not a duration.
const MOST_US: u64 = 4_000_000_000;

/// Reads a message. Text that surrounds it is skipped.
pub(super) fn read(message: &[u8]) -> Message {
    if let Some(at) = memchr::memmem::find(message, REPORT) {
        return line(&message[at + REPORT.len()..]);
    }
    if memchr::memmem::find(message, PLATFORM).is_some() {
        return event(message);
    }
    if memchr::memmem::find(message, INSIGHTS).is_some() {
        return insights(message);
    }
    Message::Other
}

/// The performance event of a call, as the extension of Lambda Insights writes it.
#[derive(Deserialize)]
pub(super) struct InsightsEvent {
    pub(super) function_name: String,
    /// Milliseconds.
    pub(super) billed_duration: Number,
    /// Milliseconds.
    pub(super) duration: Number,
    /// Milliseconds.
    pub(super) init_duration: Option<Number>,
    /// Milliseconds.
    pub(super) cpu_total_time: Number,
    /// MB.
    pub(super) total_memory: Option<Number>,
}

fn insights(message: &[u8]) -> Message {
    let Some(open) = memchr::memchr(b'{', message) else {
        return Message::Other;
    };
    let events = serde_json::Deserializer::from_slice(&message[open..]);
    match events.into_iter::<InsightsEvent>().next() {
        Some(Ok(event)) => Message::Insights(Box::new(event)),
        _ => Message::Unusable(BAD_INSIGHTS),
    }
}

/// The keys of a line, the longest first: `Duration` ends four of them.
const KEYS: [(&[u8], Field); 8] = [
    (b"Billed Restore Duration:", Field::BilledRestore),
    (b"Restore Duration:", Field::Restore),
    (b"Billed Duration:", Field::Billed),
    (b"Max Memory Used:", Field::Used),
    (b"Init Duration:", Field::Init),
    (b"Memory Size:", Field::Memory),
    (b"Duration:", Field::Duration),
    (b"Status:", Field::Status),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Duration,
    Billed,
    Init,
    Restore,
    BilledRestore,
    Memory,
    Used,
    Status,
}

/// Reads a `REPORT` line after `REPORT RequestId:`. The order of the fields is not fixed.
fn line(text: &[u8]) -> Message {
    let text = &text[..memchr::memchr(b'\n', text).unwrap_or(text.len())];
    let mut rest = text.trim_ascii_start();
    let id = &rest[..rest
        .iter()
        .position(u8::is_ascii_whitespace)
        .unwrap_or(rest.len())];
    rest = &rest[id.len()..];
    let mut report = Report {
        request: hash(id),
        ..Report::default()
    };
    let mut duration = None;
    let mut init_is_first = false;
    while let Some((field, value)) = next_field(&mut rest) {
        if field == Field::Status {
            report.end = status(value);
            continue;
        }
        let value = match with_unit(field, value, &mut rest) {
            Ok(value) => value,
            Err(why) => return Message::Unusable(why),
        };
        match field {
            Field::Duration => duration = Some(value),
            Field::Billed => report.billed = Some(value / 1000),
            Field::Init => {
                init_is_first = duration.is_none();
                report.init = Some(value);
            }
            Field::Restore => report.restore = Some(value),
            Field::Memory => report.memory_mb = Some(value / 1000),
            Field::Used => report.used_mb = Some(value / 1000),
            Field::BilledRestore | Field::Status => {}
        }
    }
    let Some(duration) = duration else {
        return Message::Unusable(NO_DURATION);
    };
    report.duration = duration;
    report.is_local = init_is_first && report.memory_mb == report.used_mb;
    match (report.billed, report.memory_mb) {
        (None, _) => Message::Unusable(NO_BILLED),
        (_, None) => Message::Unusable(NO_MEMORY),
        _ => Message::Report(report),
    }
}

/// The next known field and the word after it. Other words are skipped.
fn next_field<'l>(rest: &mut &'l [u8]) -> Option<(Field, &'l [u8])> {
    loop {
        *rest = rest.trim_ascii_start();
        if rest.is_empty() {
            return None;
        }
        let known = KEYS.iter().find(|(key, _)| rest.starts_with(key));
        if let Some((key, _)) = known {
            *rest = rest[key.len()..].trim_ascii_start();
        }
        let end = rest.iter().position(u8::is_ascii_whitespace);
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        *rest = after;
        if let Some((_, field)) = known {
            return Some((*field, word));
        }
    }
}

/// The thousandths of a value, whose unit follows.
fn with_unit(field: Field, value: &[u8], rest: &mut &[u8]) -> Result<u32, &'static str> {
    let value = thousandths(value).ok_or(BAD_NUMBER)?;
    let unit: &[u8] = if matches!(field, Field::Memory | Field::Used) {
        b"MB"
    } else {
        b"ms"
    };
    *rest = rest.trim_ascii_start();
    *rest = rest.strip_prefix(unit).ok_or(BAD_UNIT)?;
    Ok(value)
}

fn status(word: &[u8]) -> End {
    match word {
        b"success" => End::Done,
        b"timeout" => End::Timeout,
        _ => End::Error,
    }
}

/// A decimal as thousandths, rounded to the nearest; `None` for anything else.
fn thousandths(text: &[u8]) -> Option<u32> {
    let mut value = 0_u64;
    let mut places = None;
    let mut has_digits = false;
    for byte in text {
        match (byte, places) {
            (b'.', None) => places = Some(0),
            (b'0'..=b'9', _) => {
                has_digits = true;
                let digit = u64::from(byte - b'0');
                match places {
                    None => value = value * 10 + digit,
                    Some(3..) => {
                        value += u64::from(places == Some(3) && digit >= 5);
                        places = places.map(|places| places + 1);
                    }
                    Some(known) => {
                        value = value * 10 + digit;
                        places = Some(known + 1);
                    }
                }
                if value > MOST_US {
                    return None;
                }
            }
            _ => return None,
        }
    }
    let missing = 3_u32.saturating_sub(places.unwrap_or(0));
    let value = value.checked_mul(10_u64.pow(missing))?;
    (has_digits && value <= MOST_US).then(|| u32::try_from(value).ok())?
}

/// An event of the JSON system log or of the Telemetry API.
#[derive(Deserialize)]
pub(super) struct Event {
    time: Option<Time>,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    record: Record,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Record {
    request_id: String,
    status: Option<String>,
    metrics: Option<Metrics>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Metrics {
    duration_ms: Option<serde_json::Number>,
    billed_duration_ms: Option<serde_json::Number>,
    #[serde(rename = "memorySizeMB")]
    memory_size: Option<serde_json::Number>,
    #[serde(rename = "maxMemoryUsedMB")]
    max_memory_used: Option<serde_json::Number>,
    init_duration_ms: Option<serde_json::Number>,
    restore_duration_ms: Option<serde_json::Number>,
}

/// Reads a message that contains a platform event.
fn event(message: &[u8]) -> Message {
    let Some(open) = memchr::memchr(b'{', message) else {
        return Message::Other;
    };
    let mut events = serde_json::Deserializer::from_slice(&message[open..]).into_iter::<Event>();
    match events.next() {
        Some(Ok(event)) => event.message(),
        _ if memchr::memmem::find(message, b"\"platform.report\"").is_some() => {
            Message::Unusable(BAD_EVENT)
        }
        _ => Message::Other,
    }
}

/// A record of the Telemetry API: text where a function or an extension wrote it.
#[derive(Deserialize)]
#[serde(untagged)]
enum RecordOrText {
    Record(Record),
    Other(serde::de::IgnoredAny),
}

/// A record that may be missing.
pub(super) struct MaybeRecord(pub(super) Option<Record>);

impl<'de> Deserialize<'de> for MaybeRecord {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match RecordOrText::deserialize(deserializer)? {
            RecordOrText::Record(record) => Some(record),
            RecordOrText::Other(_) => None,
        }))
    }
}

impl Event {
    pub(super) fn new(time: Option<Time>, kind: String, record: Record) -> Self {
        Self { time, kind, record }
    }

    /// What the event says.
    pub(super) fn message(self) -> Message {
        let record = self.record;
        match (&*self.kind, record.metrics) {
            ("platform.report", Some(metrics)) => {
                let report = metrics.report(&record.request_id, record.status.as_deref());
                match report {
                    Some(report) => Message::Report(Report {
                        time: self.time,
                        ..report
                    }),
                    None => Message::Unusable(BAD_EVENT),
                }
            }
            ("platform.report", None) => Message::Unusable(BAD_EVENT),
            (kind, _) if kind.starts_with("platform.") => Message::Platform,
            _ => Message::Other,
        }
    }
}

impl Metrics {
    fn report(&self, request: &str, status: Option<&str>) -> Option<Report> {
        let read = |number: &Option<serde_json::Number>| match number {
            None => Some(None),
            Some(number) => thousandths(number.to_string().as_bytes()).map(Some),
        };
        let whole = |number| Some(read(number)?.map(|value| value / 1000));
        Some(Report {
            request: hash(request.as_bytes()),
            time: None,
            duration: read(&self.duration_ms)??,
            init: read(&self.init_duration_ms)?,
            restore: read(&self.restore_duration_ms)?,
            billed: whole(&self.billed_duration_ms)?,
            memory_mb: whole(&self.memory_size)?,
            used_mb: whole(&self.max_memory_used)?,
            end: status.map_or(End::Done, |status| self::status(status.as_bytes())),
            is_local: false,
        })
    }
}

/// A hash that is the same in every run.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    use std::hash::{BuildHasher, Hasher};
    let mut hasher = foldhash::fast::FixedState::default().build_hasher();
    hasher.write(bytes);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::{End, Message, Report, read, thousandths};

    fn report(text: &str) -> Report {
        match read(text.as_bytes()) {
            Message::Report(report) => report,
            _ => Report::default(),
        }
    }

    #[test]
    fn a_line_is_read_in_any_order_of_its_fields() {
        let tabs = "REPORT RequestId: 8f5\tDuration: 2.46 ms\tBilled Duration: 417 ms\t\
                    Memory Size: 128 MB\tMax Memory Used: 31 MB\tInit Duration: 413.61 ms\t\n";
        let found = report(tabs);
        assert_eq!((found.duration, found.billed), (2460, Some(417)));
        assert_eq!((found.init, found.memory_mb), (Some(413_610), Some(128)));
        assert!(!found.is_local);
        let local = "2026-10-08 REPORT RequestId: 8f5 Init Duration: 0.04 ms Duration: 9.1 ms \
                     Billed Duration: 10 ms Memory Size: 128 MB Max Memory Used: 128 MB";
        assert!(report(local).is_local);
        let restored = "REPORT RequestId: 1\tDuration: 2338.66 ms\tBilled Duration: 2521 ms\t\
                        Memory Size: 512 MB\tMax Memory Used: 99 MB\tRestore Duration: 398.97 ms\t\
                        Billed Restore Duration: 182 ms\tStatus: timeout";
        let found = report(restored);
        assert_eq!((found.restore, found.end), (Some(398_970), End::Timeout));
    }

    #[test]
    fn an_event_of_json_is_the_same() {
        let event = r#"{"time":"2026-10-08T10:00:00.000Z","type":"platform.report","record":{
            "requestId":"8f5","status":"success","metrics":{"durationMs":1233.96,
            "billedDurationMs":1698,"memorySizeMB":512,"maxMemoryUsedMB":80,
            "initDurationMs":463.512}}}"#;
        let found = report(event);
        assert_eq!((found.duration, found.init), (1_233_960, Some(463_512)));
        assert_eq!((found.billed, found.memory_mb), (Some(1698), Some(512)));
        assert!(found.time.is_some());
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for (text, value) in [
            ("154.00", Some(154_000)),
            ("0.0006", Some(1)),
            ("12", Some(12_000)),
        ] {
            assert_eq!(thousandths(text.as_bytes()), value, "{text}");
        }
        for text in ["", ".", "-1", "1e5", "1.2.3", "99999999999999999999"] {
            assert_eq!(thousandths(text.as_bytes()), None, "{text}");
        }
        let seconds = "REPORT RequestId: 1\tDuration: 1 s\tBilled Duration: 1 ms";
        assert!(matches!(read(seconds.as_bytes()), Message::Unusable(_)));
    }
}
