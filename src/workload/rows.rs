//! The rows of a CSV file, each with its line. The reader of rows is lenient about quotes, and would
//! take a line break or a comma for a part of a cell; here they are strict.

use crate::diag::{At, Code, Diag};
use csv::ByteRecord;
use memchr::{memchr, memchr_iter, memrchr};
use std::fmt;
use std::io::{self, BufRead, BufReader, Chain, Read};
use std::ops::Range;
use std::sync::Arc;

/// Bytes that are read at once.
const BUFFER: usize = 1 << 16;
/// Bytes that no row reaches: the longest name has 256 characters.
const LONGEST_ROW: usize = 1 << 20;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

type Input = Box<dyn Read + Send>;

/// A file, and an end of its last line.
type Ended = Chain<BufReader<Input>, &'static [u8]>;

/// The rows of a file.
pub struct Rows {
    reader: csv::Reader<Strict<Ended>>,
    /// True where lines end with a carriage return and a line feed.
    is_crlf: bool,
}

impl Rows {
    /// The rows of a file, the header first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn new(file: Input) -> Result<Self, csv::Error> {
        let mut file = BufReader::with_capacity(BUFFER, file);
        let start = file.fill_buf()?;
        let end = memchr(b'\n', start);
        let is_crlf = end.is_some_and(|end| start[..end].ends_with(b"\r"));
        if start.starts_with(BYTE_ORDER_MARK) {
            file.consume(BYTE_ORDER_MARK.len());
        }
        // The last row ends as all others do.
        let line_end: &[u8] = if is_crlf { b"\r\n" } else { b"\n" };
        let mut builder = csv::ReaderBuilder::new();
        let builder = builder.has_headers(false).flexible(true);
        let strict = Strict::new(file.chain(line_end));
        Ok(Self {
            reader: builder.buffer_capacity(BUFFER).from_reader(strict),
            is_crlf,
        })
    }

    /// Reads the next row; false at the end.
    ///
    /// Where the reader says that a row begins it has still to skip blank lines and the line feed
    /// after a carriage return; so the line is counted from where the row ends.
    ///
    /// # Errors
    /// The file cannot be read, or what follows is no row.
    pub fn next(&mut self, row: &mut ByteRecord) -> Result<bool, csv::Error> {
        let more = self.reader.read_byte_record(row)?;
        let inside = match self.reader.get_ref().has_quoted {
            true => memchr_iter(b'\n', row.as_slice()).count() as u64,
            false => 0,
        };
        let below = inside + u64::from(!self.is_crlf);
        let line = self.reader.position().line().saturating_sub(below).max(1);
        let position = row.position().cloned();
        row.set_position(position.map(|mut position| position.set_line(line).clone()));
        Ok(more)
    }
}

/// What is wrong with a file of rows.
pub fn broken(file: &Arc<str>, error: &csv::Error) -> Diag {
    let inner = match error.kind() {
        csv::ErrorKind::Io(error) => error.get_ref(),
        _ => None,
    };
    if let Some(refused) = inner.and_then(|inner| inner.downcast_ref::<Refused>()) {
        let at = At::new(file, refused.line, &refused.text, refused.span.clone());
        let diag = Diag::new(Code::Syntax, refused.fault.message());
        return diag.at(at).help(refused.fault.help());
    }
    let line = error.position().map_or(1, csv::Position::line);
    let diag = Diag::new(Code::Unreadable, format!("cannot read the fleet: {error}"));
    diag.at(At::line(file, line, ""))
}

/// Why a file is not rows.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// A quote that is open at the end of the file.
    Unclosed,
    /// Something between the end of a quoted cell and the next comma.
    TextAfterQuote,
    /// More bytes than any row has.
    EndlessRow,
}

impl Fault {
    fn message(self) -> &'static str {
        match self {
            Self::Unclosed => "a quote is opened here and never closed",
            Self::TextAfterQuote => "there is text behind the quote that ends a cell",
            Self::EndlessRow => "a row has more than 1,048,576 bytes",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Unclosed => "close it, or leave it out; a quote within a quoted cell is doubled",
            Self::TextAfterQuote => "a quote within a quoted cell is doubled: \"5\"\" disk\"",
            Self::EndlessRow => "a fleet is a CSV file with one function a line",
        }
    }
}

/// Where and why a file is not rows.
#[derive(Debug)]
struct Refused {
    fault: Fault,
    line: u64,
    /// That line, as far as it is known.
    text: String,
    span: Range<usize>,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.fault.message())
    }
}

impl std::error::Error for Refused {}

impl From<Refused> for io::Error {
    fn from(refused: Refused) -> Self {
        Self::new(io::ErrorKind::InvalidData, refused)
    }
}

/// Where a byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    /// In a quoted cell.
    Quoted,
    /// Behind a quote in one: the first of two, or the last of the cell.
    Behind,
}

/// Passes bytes on as long as quotes in them are those of RFC 4180.
struct Strict<R> {
    inner: R,
    place: Place,
    /// True once there has been a quoted cell.
    has_quoted: bool,
    /// The byte before the next one.
    last: u8,
    /// The line of the next byte.
    line: u64,
    /// Bytes of the row so far.
    row: usize,
    /// What is wrong with the last quote that is open, if it stays so.
    open: Option<Refused>,
    /// What is wrong behind the bytes that have been passed on.
    refused: Option<Refused>,
}

impl<R: Read> Strict<R> {
    fn new(inner: R) -> Self {
        Self {
            inner,
            place: Place::Outside,
            has_quoted: false,
            last: b'\n',
            line: 1,
            row: 0,
            open: None,
            refused: None,
        }
    }

    /// How many of some bytes may be passed on: all, or those before the line of a fault.
    fn check(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        let mut opened = None;
        while let Some(byte) = bytes.get(at) {
            if self.place == Place::Behind {
                self.place = match byte {
                    b'"' => Place::Quoted,
                    b',' | b'\n' | b'\r' => Place::Outside,
                    _ => return self.refuse(Fault::TextAfterQuote, bytes, at),
                };
                at += 1;
                continue;
            }
            let Some(distance) = memchr(b'"', &bytes[at..]) else {
                break;
            };
            at += distance;
            if self.place == Place::Quoted {
                self.place = Place::Behind;
            } else if self.begins_cell(bytes, at) {
                self.place = Place::Quoted;
                self.has_quoted = true;
                opened = Some(at);
            }
            at += 1;
        }
        if let Some(at) = opened.filter(|_| self.place != Place::Outside) {
            self.open = Some(self.fault(Fault::Unclosed, bytes, at));
        }
        self.pass(bytes)
    }

    fn begins_cell(&self, bytes: &[u8], at: usize) -> bool {
        let before = at.checked_sub(1).map_or(self.last, |before| bytes[before]);
        matches!(before, b',' | b'\n' | b'\r')
    }

    /// What is wrong with a byte.
    fn fault(&self, fault: Fault, bytes: &[u8], at: usize) -> Refused {
        let start = memrchr(b'\n', &bytes[..at]).map_or(0, |end| end + 1);
        let end = memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end);
        let text = |from: usize, to: usize| String::from_utf8_lossy(&bytes[from..to]).into_owned();
        let before = text(start, at);
        let after = text(at, end.min(at + SHOWN));
        Refused {
            fault,
            line: self.line + memchr_iter(b'\n', &bytes[..at]).count() as u64,
            span: before.len()..before.len() + 1,
            text: before + after.trim_end_matches('\r'),
        }
    }

    /// Passes on what stands before the line of a fault.
    fn refuse(&mut self, fault: Fault, bytes: &[u8], at: usize) -> usize {
        self.refused = Some(self.fault(fault, bytes, at));
        memrchr(b'\n', &bytes[..at]).map_or(0, |end| end + 1)
    }

    /// Takes note of bytes that are passed on.
    fn pass(&mut self, bytes: &[u8]) -> usize {
        let Some(last) = bytes.last() else {
            return 0;
        };
        let end = memrchr(b'\n', bytes).filter(|_| self.place == Place::Outside);
        self.row = end.map_or(self.row + bytes.len(), |end| bytes.len() - end);
        if self.row > LONGEST_ROW {
            self.refused = self.open.take().filter(|_| self.place == Place::Quoted);
            return match self.refused {
                Some(_) => 0,
                None => self.refuse(Fault::EndlessRow, bytes, 0),
            };
        }
        self.line += memchr_iter(b'\n', bytes).count() as u64;
        self.last = *last;
        bytes.len()
    }
}

/// Bytes behind a fault that are shown.
const SHOWN: usize = 120;

impl<R: Read> Read for Strict<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.refused.is_none() {
            let read = self.inner.read(buffer)?;
            if read == 0 && self.place == Place::Quoted {
                self.refused = self.open.take();
            }
            let passed = self.check(&buffer[..read]);
            if passed > 0 {
                return Ok(passed);
            }
        }
        match self.refused.take() {
            Some(refused) => Err(refused.into()),
            None => Ok(0),
        }
    }
}
