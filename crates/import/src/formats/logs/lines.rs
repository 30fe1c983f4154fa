//! Logs as lines: REPORT lines with or without a time and a stream before them, and events in JSON.
//!
//! A log is read in pieces that end with a line; pieces are searched in parallel.

use super::report::{self, REPORT};
use super::{Logs, Part, Streams, keep, name_in_stream, take};
use crate::facts::{Context, Facts, SourceNumber, Who};
use crate::input::Bytes;
use crate::mistake::Mistake;
use crate::time::Time;
use rayon::iter::{ParallelBridge, ParallelIterator};
use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};

/// Bytes of a piece.
const PIECE: usize = 4 << 20;
/// The longest line.
const LONGEST: usize = 64 << 20;
/// The date and hour at the start of a time, `2026-10-08T10`.
const HOUR: usize = 13;

/// Words before a message: a stream, a date and a time.
const WORDS_BEFORE: usize = 3;
/// Length of a date, `2026-10-08`.
const DATE: usize = 10;

/// Why reading stopped.
pub(super) enum Stopped {
    Unreadable(io::Error),
    Mistake(Mistake),
}

/// Every piece of a log, in order.
pub(super) fn read(
    bytes: Bytes,
    needle: &'static [u8],
    source: SourceNumber,
    (context, own): (&Context, Option<Who>),
    facts: &mut Facts,
) -> Result<Vec<Part>, Stopped> {
    let file = File {
        needle,
        source,
        number: u32::try_from(source).expect("there are fewer files"),
        context,
        own,
        logs: Mutex::new(&mut facts.logs),
    };
    let pieces = Pieces {
        bytes,
        rest: Vec::new(),
        number: 0,
        is_done: false,
    };
    let parts = pieces.par_bridge().map(|piece| {
        let (number, text) = piece?;
        let part = file.part(&text).map_err(Stopped::Mistake)?;
        Ok((number, part))
    });
    let mut parts: Vec<(u64, Part)> = parts.collect::<Result<_, Stopped>>()?;
    parts.sort_by_key(|(number, _)| *number);
    Ok(parts.into_iter().map(|(_, part)| part).collect())
}

/// Cuts a log into pieces that end with a line.
struct Pieces {
    bytes: Bytes,
    /// The start of a line whose end is not read yet.
    rest: Vec<u8>,
    number: u64,
    is_done: bool,
}

impl Iterator for Pieces {
    type Item = Result<(u64, Vec<u8>), Stopped>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let mut piece = std::mem::take(&mut self.rest);
        loop {
            let before = piece.len();
            piece.reserve(PIECE);
            let read = (&mut self.bytes).take(PIECE as u64).read_to_end(&mut piece);
            if let Err(error) = read {
                self.is_done = true;
                return Some(Err(Stopped::Unreadable(error)));
            }
            if piece.len() == before {
                self.is_done = true;
                break;
            }
            if let Some(end) = memchr::memrchr(b'\n', &piece[before..]) {
                self.rest = piece.split_off(before + end + 1);
                break;
            }
            if piece.len() > LONGEST {
                self.is_done = true;
                let message = "a line is longer than 64 MiB";
                let error = io::Error::new(io::ErrorKind::InvalidData, message);
                return Some(Err(Stopped::Unreadable(error)));
            }
        }
        self.number += 1;
        (!piece.is_empty()).then_some(Ok((self.number, piece)))
    }
}

/// A log that is read.
struct File<'f> {
    /// What events have.
    needle: &'static [u8],
    source: SourceNumber,
    number: u32,
    context: &'f Context,
    /// The function of lines that name none.
    own: Option<Who>,
    logs: Mutex<&'f mut Logs>,
}

/// What precedes a message in a line.
#[derive(Default)]
struct Before<'l> {
    time: Option<Time>,
    stream: Option<&'l str>,
}

impl File<'_> {
    /// Reads a piece.
    fn part(&self, text: &[u8]) -> Result<Part, Mistake> {
        let mut part = Part::default();
        let mut hour: &[u8] = &[];
        let mut streams = Streams::default();
        let next =
            |finder: &mut memchr::memmem::FindIter<'_, '_>| finder.next().unwrap_or(usize::MAX);
        let mut reports = memchr::memmem::find_iter(text, REPORT);
        let mut events = memchr::memmem::find_iter(text, self.needle);
        let (mut report, mut event) = (next(&mut reports), next(&mut events));
        let mut start = 0;
        while start < text.len() {
            let end = memchr::memchr(b'\n', &text[start..]).map_or(text.len(), |end| start + end);
            let line = &text[start..end];
            part.records += 1;
            if report < end || event < end {
                self.line(line, &mut part, &mut streams)?;
                while report < end {
                    report = next(&mut reports);
                }
                while event < end {
                    event = next(&mut events);
                }
            } else if line.len() > HOUR && line[0].is_ascii_digit() && line[..HOUR] != *hour {
                if let Some(time) = before(line).time {
                    part.time(time);
                }
                // Most lines are in the hour of the line before. Before a stream there is no hour.
                if line[4] == b'-' {
                    hour = &line[..HOUR];
                }
            }
            start = end + 1;
        }
        let mut logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
        keep(&mut part, &mut logs, self.context)?;
        Ok(part)
    }

    /// Reads a line with a report or an event.
    fn line(&self, line: &[u8], part: &mut Part, streams: &mut Streams) -> Result<(), Mistake> {
        let plain;
        let line = if memchr::memchr(b'\x1b', line).is_some() {
            plain = without_colors(line);
            &plain[..]
        } else {
            line
        };
        let at = memchr::memmem::find(line, REPORT);
        let at = at
            .or_else(|| memchr::memchr(b'{', line))
            .unwrap_or(line.len());
        let before = before(&line[..at]);
        let message = report::read(&line[at..]);
        if let Some(time) = before.time {
            part.time(time);
        }
        let place = streams
            .find(
                "",
                before.stream.unwrap_or_default(),
                self.number,
                |stream| {
                    let named =
                        name_in_stream(stream).map(|name| self.context.who(name.to_owned()));
                    let who = named.as_ref().or(self.own.as_ref());
                    let mut logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
                    Some(logs.number(who?, self.source))
                },
            )
            .ok_or_else(|| self.context.unnamed())?;
        take(message, part, place, before.time);
        Ok(())
    }
}

/// What the start of a line says.
fn before(line: &[u8]) -> Before<'_> {
    let mut found = Before::default();
    let words = line
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    let mut date: Option<&str> = None;
    for word in words.take(WORDS_BEFORE) {
        let Ok(word) = std::str::from_utf8(word) else {
            break;
        };
        if word.contains('/') && word.contains('[') {
            found.stream = Some(word);
        } else if let Some(date) = date.take() {
            found.time = Time::of_text(&format!("{date} {word}"));
        } else if word.len() == DATE && word.starts_with(|c: char| c.is_ascii_digit()) {
            date = Some(word);
        } else if found.time.is_none() && word.starts_with(|c: char| c.is_ascii_digit()) {
            found.time = Time::of_text(word);
        } else {
            break;
        }
    }
    found
}

/// A line without the sequences that colour it.
fn without_colors(line: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(line.len());
    let mut rest = line.iter();
    while let Some(byte) = rest.next() {
        if *byte == b'\x1b' {
            // A sequence ends with a letter.
            rest.find(|byte| byte.is_ascii_alphabetic());
        } else {
            plain.push(*byte);
        }
    }
    plain
}
