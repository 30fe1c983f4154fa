//! Logs as JSON documents: `filter-log-events`, `get-log-events`, subscriptions of a log group, Live Tail,
//! and bare lists of events. Events are read one after another, so a document can have any size.

use super::report::{self, Event};
use super::{Part, Streams, keep, name_in_group, name_in_stream, take};
use crate::facts::{Context, Facts, SourceNumber, Who};
use crate::formats::json;
use crate::input::Bytes;
use crate::mistake::Mistake;
use crate::time::Time;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::io::BufReader;

/// Bytes that are read at once.
const BUFFER: usize = 1 << 18;
/// Calls that are kept before they are added to those of the import.
const KEPT: usize = 1 << 16;

/// Reads every document of a file.
pub(super) fn read(
    bytes: Bytes,
    source: SourceNumber,
    context: &Context,
    own: Option<Who>,
    facts: &mut Facts,
) -> Result<Part, Mistake> {
    let mut sink = Sink {
        part: Part::default(),
        streams: Streams::default(),
        group: None,
        stream: None,
        number: u32::try_from(source).expect("there are fewer files"),
        source,
        context,
        own,
        facts,
        mistake: None,
    };
    let reader = BufReader::with_capacity(BUFFER, bytes);
    let mut documents = serde_json::Deserializer::from_reader(reader);
    loop {
        (sink.group, sink.stream) = (None, None);
        let read = Document(&mut sink).deserialize(&mut documents);
        if let Some(mistake) = sink.mistake.take() {
            return Err(mistake);
        }
        match read {
            Ok(()) => {}
            Err(error) if error.is_eof() && documents.end().is_ok() => break,
            Err(error) => return Err(json::mistake(&error, context)),
        }
        if documents.end().is_ok() {
            break;
        }
    }
    keep(&mut sink.part, &mut sink.facts.logs, context)?;
    Ok(sink.part)
}

/// Takes the events of a file.
struct Sink<'f> {
    part: Part,
    streams: Streams,
    /// The log group of the document, if it says one before its events.
    group: Option<String>,
    /// The log stream of the document, likewise.
    stream: Option<String>,
    number: u32,
    source: SourceNumber,
    context: &'f Context,
    own: Option<Who>,
    facts: &'f mut Facts,
    /// Why reading stops.
    mistake: Option<Mistake>,
}

impl Sink<'_> {
    fn event(&mut self, event: LogEvent) -> Result<(), Mistake> {
        let message = match (&event.message, event.kind) {
            (Some(text), _) => report::read(text.as_bytes()),
            (None, Some(kind)) => {
                Event::new(event.time, kind, event.record.unwrap_or_default()).message()
            }
            (None, None) => return Ok(()),
        };
        self.part.records += 1;
        let time = event.timestamp.or(event.time);
        if let Some(time) = time {
            self.part.time(time);
        }
        let stream = event.log_stream_name.or_else(|| self.stream.clone());
        let stream = stream.unwrap_or_default();
        let logs = &mut self.facts.logs;
        let (context, source) = (self.context, self.source);
        let group = event.log_group_identifier.or_else(|| self.group.clone());
        let group = group.unwrap_or_default();
        let own = &self.own;
        let found = self.streams.find(&group, &stream, self.number, |stream| {
            let named = name_in_group(&group);
            let named = named.or_else(|| name_in_stream(stream));
            let named = named.map(|name| context.who(name.to_owned()));
            Some(logs.number(named.as_ref().or(own.as_ref())?, source))
        });
        let place = found.ok_or_else(|| context.unnamed())?;
        take(message, &mut self.part, place, time);
        if self.part.calls.len() >= KEPT {
            keep(&mut self.part, &mut self.facts.logs, self.context)?;
        }
        Ok(())
    }
}

/// An event of a log group, or of the Telemetry API.
#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct LogEvent {
    message: Option<String>,
    timestamp: Option<Time>,
    log_stream_name: Option<String>,
    log_group_identifier: Option<String>,
    time: Option<Time>,
    #[serde(rename = "type")]
    kind: Option<String>,
    record: Option<report::Record>,
}

/// A document: an object with events in one of its members, an event, or a list of either.
struct Document<'s, 'f>(&'s mut Sink<'f>);

impl<'de> DeserializeSeed<'de> for Document<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("events of a log")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Document(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut event = LogEvent::default();
        let sink = self.0;
        while let Some(name) = map.next_key::<String>()? {
            match &*name {
                "events" | "logEvents" | "sessionResults" | "sessionUpdate" => {
                    map.next_value_seed(Document(sink))?;
                }
                "logGroup" => sink.group = map.next_value()?,
                "logStream" => sink.stream = map.next_value()?,
                "message" => event.message = map.next_value()?,
                "timestamp" => event.timestamp = map.next_value()?,
                "logStreamName" => event.log_stream_name = map.next_value()?,
                "logGroupIdentifier" => event.log_group_identifier = map.next_value()?,
                "time" => event.time = map.next_value()?,
                "type" => event.kind = map.next_value()?,
                "record" => event.record = map.next_value::<report::MaybeRecord>()?.0,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        sink.event(event).map_err(|mistake| {
            sink.mistake = Some(mistake);
            de::Error::custom("reading stopped")
        })
    }
}
