//! The rows of a CSV file, each with its line. The `csv` crate is lenient about quotes and would
//! read a line break or comma after a stray quote as a part of a cell. These rows are strict.

use crate::diag::{At, Code, Diag};
use csv::ByteRecord;
use memchr::{memchr, memchr2, memchr3};
use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Chain, Cursor, Read};
use std::ops::Range;
use std::sync::Arc;

/// Size of one read.
const BUFFER: usize = 1 << 16;
/// Maximum size of a row in bytes. A valid row is far shorter: the longest name has 256 characters.
const LONGEST_ROW: usize = 1 << 20;
/// Bytes of a line that are kept for messages when it spans several reads.
const LONGEST_LINE: usize = 1 << 12;
/// Bytes after a fault that a message shows.
const SHOWN: usize = 120;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

type ByteSource = Box<dyn Read + Send>;

pub(crate) struct Rows(csv::Reader<Strict<Chain<Cursor<Vec<u8>>, ByteSource>>>);

impl Rows {
    /// The rows of a file, header first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn new(mut file: ByteSource) -> Result<Self, csv::Error> {
        let mut start = Vec::new();
        let mark = BYTE_ORDER_MARK.len() as u64;
        (&mut file).take(mark).read_to_end(&mut start)?;
        if start == BYTE_ORDER_MARK {
            start.clear();
        }
        let strict = Strict::new(Cursor::new(start).chain(file));
        let mut builder = csv::ReaderBuilder::new();
        let builder = builder.has_headers(false).flexible(true);
        Ok(Self(builder.buffer_capacity(BUFFER).from_reader(strict)))
    }

    /// Reads the next row. False at the end of the file.
    ///
    /// # Errors
    /// The file cannot be read, or the next row has a fault.
    pub(crate) fn next(&mut self, row: &mut ByteRecord) -> Result<bool, csv::Error> {
        let more = self.0.read_byte_record(row)?;
        // The `csv` reader counts blank lines, and a line feed after a carriage return, as a part
        // of the row that follows. So the line comes from `Strict`.
        let line = self.0.get_mut().begun.pop_front();
        if let (Some(line), Some(mut position)) = (line, row.position().cloned()) {
            position.set_line(line);
            row.set_position(Some(position));
        }
        Ok(more)
    }
}

/// The diagnostic for a file that is not valid CSV.
pub(crate) fn broken(file: &Arc<str>, error: &csv::Error) -> Diag {
    let inner = match error.kind() {
        csv::ErrorKind::Io(error) => error.get_ref(),
        _ => None,
    };
    if let Some(refused) = inner.and_then(|inner| inner.downcast_ref::<RowError>()) {
        let at = At::new(file, refused.line, &refused.text, refused.span.clone());
        let diag = Diag::new(refused.fault.code(), refused.fault.message());
        return diag.at(at).help(refused.fault.help());
    }
    let line = error.position().map_or(1, csv::Position::line);
    let diag = Diag::new(
        Code::Unreadable,
        format!("cannot read the functions file: {error}"),
    );
    diag.at(At::new(file, line, "", 0..0))
}

#[derive(Debug, Clone, Copy)]
enum QuoteFault {
    /// A quote that is still open at the end of the file.
    Unclosed,
    /// Text between the end of a quoted cell and the next comma.
    TextAfterQuote,
    /// A row that is longer than the maximum.
    EndlessRow,
    /// A byte that is not valid UTF-8.
    NotUtf8,
    /// A zero byte.
    Zero,
}

impl QuoteFault {
    fn code(self) -> Code {
        match self {
            Self::NotUtf8 | Self::Zero => Code::Unreadable,
            Self::Unclosed | Self::TextAfterQuote | Self::EndlessRow => Code::Syntax,
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::Unclosed => "a quote is opened here and never closed",
            Self::TextAfterQuote => "there is text after the quote that ends a cell",
            Self::EndlessRow => "a row has more than 1,048,576 bytes",
            Self::NotUtf8 => "the row is not UTF-8 text",
            Self::Zero => "the row has a zero byte, so it is not text",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Unclosed => "close it, or leave it out; double a quote within a quoted cell",
            Self::TextAfterQuote => "double a quote within a quoted cell: \"5\"\" disk\"",
            Self::EndlessRow => {
                "a functions file is CSV with one function per row; check that every quote is closed"
            }
            Self::NotUtf8 => "save the file as UTF-8",
            Self::Zero => "name a text file; save UTF-16 as UTF-8",
        }
    }
}

/// The place and kind of a fault.
#[derive(Debug)]
struct RowError {
    fault: QuoteFault,
    line: u64,
    /// The line of the fault, up to the limits above.
    text: String,
    span: Range<usize>,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.fault.message())
    }
}

impl std::error::Error for RowError {}

impl From<RowError> for io::Error {
    fn from(refused: RowError) -> Self {
        Self::new(io::ErrorKind::InvalidData, refused)
    }
}

/// Where a byte is relative to quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quoting {
    Outside,
    /// In a quoted cell.
    Inside,
    /// After a quote in a quoted cell: it is the first of two, or it ends the cell.
    Behind,
}

/// Passes bytes on while their quotes follow RFC 4180, and records the lines on which rows begin.
/// Lines end with a line feed, or with a carriage return if the first row does.
struct Strict<R> {
    inner: R,
    quoting: Quoting,
    /// The byte before the current one.
    last: u8,
    /// Whether a carriage return alone ends a line. Known once the first row has ended.
    is_cr: Option<bool>,
    /// The line of the current byte.
    line: u64,
    /// The current line as far as it was passed on.
    before: Vec<u8>,
    /// Bytes of the current row; `None` between rows.
    row: Option<usize>,
    /// Lines of rows that have begun but were not read yet.
    begun: VecDeque<u64>,
    /// The fault to report if the last quote stays open.
    open: Option<RowError>,
    /// The fault to report after the bytes that were passed on.
    refused: Option<RowError>,
    /// The first bytes of a character that the next read completes.
    cut: Vec<u8>,
}

/// The bytes of one read.
struct Chunk<'b> {
    bytes: &'b [u8],
    /// Index of the current byte.
    at: usize,
    /// Where the current row begins, or continues from an earlier read.
    row: usize,
    /// Where the current line begins; `None` if that is in an earlier read.
    line: Option<usize>,
    /// The last quote that began a cell.
    opened: Option<Spot>,
}

/// The position of a byte in a chunk.
#[derive(Clone, Copy)]
struct Spot {
    at: usize,
    line: u64,
    /// Where its line begins; `None` if that is in an earlier read.
    begins: Option<usize>,
}

impl<R: Read> Strict<R> {
    fn new(inner: R) -> Self {
        Self {
            inner,
            quoting: Quoting::Outside,
            last: b'\n',
            is_cr: None,
            line: 1,
            before: Vec::new(),
            row: None,
            begun: VecDeque::new(),
            open: None,
            refused: None,
            cut: Vec::new(),
        }
    }

    /// How many of the bytes can be passed on: all of them, or those before the row with a fault.
    fn check(&mut self, bytes: &[u8]) -> usize {
        let first_invalid = self.first_invalid(bytes);
        let text = first_invalid.map_or(bytes, |(at, _)| &bytes[..at]);
        let mut piece = Chunk {
            bytes: text,
            at: 0,
            row: 0,
            line: None,
            opened: None,
        };
        while let Some(byte) = text.get(piece.at) {
            if let Err(fault) = self.step(*byte, &mut piece) {
                self.refused = Some(self.fault(fault, bytes, self.spot(&piece)));
                return piece.row;
            }
        }
        let Some((at, fault)) = first_invalid else {
            return self.pass(&piece);
        };
        self.refused = Some(self.fault(fault, bytes, self.spot(&piece)));
        match self.row {
            Some(_) => piece.row,
            None => at,
        }
    }

    /// The first byte that is not text.
    fn first_invalid(&mut self, bytes: &[u8]) -> Option<(usize, QuoteFault)> {
        let carried = self.cut.len();
        let joined = match carried {
            0 => Cow::Borrowed(bytes),
            _ => Cow::Owned([&self.cut, bytes].concat()),
        };
        let (good, is_cut) = match str::from_utf8(&joined) {
            Ok(text) => (text.len(), true),
            Err(error) => (error.valid_up_to(), error.error_len().is_none()),
        };
        self.cut.clear();
        if let Some(zero) = memchr(0, &joined[..good]) {
            return Some((zero.saturating_sub(carried), QuoteFault::Zero));
        }
        if !is_cut {
            if good < carried {
                self.drop_incomplete(carried);
            }
            return Some((good.saturating_sub(carried), QuoteFault::NotUtf8));
        }
        self.cut.extend_from_slice(&joined[good..]);
        None
    }

    /// Processes one byte, or skips to the next that matters.
    fn step(&mut self, byte: u8, piece: &mut Chunk<'_>) -> Result<(), QuoteFault> {
        let is_end = matches!(byte, b'\n' | b'\r');
        match (self.quoting, self.row) {
            (Quoting::Behind, _) => {
                self.quoting = match byte {
                    b'"' => Quoting::Inside,
                    b',' | b'\n' | b'\r' => Quoting::Outside,
                    _ => return Err(QuoteFault::TextAfterQuote),
                };
                piece.at += usize::from(!is_end);
            }
            (Quoting::Outside, None) if is_end => self.end_line(piece),
            (Quoting::Outside, None) => {
                if self.is_cr.is_none() && self.before(piece) == b'\r' {
                    self.is_cr = Some(true);
                    self.line += 1;
                }
                self.begun.push_back(self.line);
                self.row = Some(0);
                piece.row = piece.at;
            }
            (Quoting::Outside | Quoting::Inside, _) => self.find(piece),
        }
        Ok(())
    }

    /// Skips to the next quote or line end.
    fn find(&mut self, piece: &mut Chunk<'_>) {
        let rest = &piece.bytes[piece.at..];
        piece.at += memchr3(b'"', b'\n', b'\r', rest).unwrap_or(rest.len());
        match (piece.bytes.get(piece.at), self.quoting) {
            (None, _) => {}
            (Some(b'"'), Quoting::Outside) => {
                if matches!(self.before(piece), b',' | b'\n' | b'\r') {
                    self.quoting = Quoting::Inside;
                    piece.opened = Some(self.spot(piece));
                }
                piece.at += 1;
            }
            (Some(b'"'), _) => {
                self.quoting = Quoting::Behind;
                piece.at += 1;
            }
            (Some(_), quoting) => {
                if quoting == Quoting::Outside {
                    self.row = None;
                }
                self.end_line(piece);
            }
        }
    }

    /// The position of the current byte.
    fn spot(&self, piece: &Chunk<'_>) -> Spot {
        Spot {
            at: piece.at,
            line: self.line,
            begins: piece.line,
        }
    }

    /// The byte before the current one.
    fn before(&self, piece: &Chunk<'_>) -> u8 {
        let before = piece.at.checked_sub(1);
        before.map_or(self.last, |before| piece.bytes[before])
    }

    fn end_line(&mut self, piece: &mut Chunk<'_>) {
        let is_cr = self.is_cr == Some(true);
        let ends = match piece.bytes[piece.at] {
            b'\n' => !(is_cr && self.before(piece) == b'\r'),
            _ => is_cr,
        };
        piece.at += 1;
        if ends {
            self.is_cr.get_or_insert(false);
            self.line += 1;
            piece.line = Some(piece.at);
        }
    }

    /// The fault at a byte.
    fn fault(&self, fault: QuoteFault, bytes: &[u8], spot: Spot) -> RowError {
        let Spot { at, line, begins } = spot;
        let earlier: &[u8] = if begins.is_none() { &self.before } else { &[] };
        let rest = &bytes[at..];
        let end = memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let before = [earlier, &bytes[begins.unwrap_or(0)..at]].concat();
        let before = String::from_utf8_lossy(&before).into_owned();
        let after = String::from_utf8_lossy(&rest[..end.min(SHOWN)]);
        RowError {
            fault,
            line,
            span: before.len()..before.len() + after.chars().next().map_or(0, char::len_utf8),
            text: before + &after,
        }
    }

    /// The fault of a file that ends within a character.
    fn cut_off(&mut self) -> RowError {
        self.drop_incomplete(self.cut.len());
        let (at, line, begins) = (0, self.line, None);
        self.fault(QuoteFault::NotUtf8, &[], Spot { at, line, begins })
    }

    /// Removes the first bytes of an invalid character from the kept line.
    fn drop_incomplete(&mut self, bytes: usize) {
        let kept = self.before.len().saturating_sub(bytes);
        self.before.truncate(kept);
    }

    /// Records bytes that are passed on, and returns their number.
    fn pass(&mut self, piece: &Chunk<'_>) -> usize {
        let bytes = piece.bytes;
        if let Some(opened) = piece.opened.filter(|_| self.quoting != Quoting::Outside) {
            self.open = Some(self.fault(QuoteFault::Unclosed, bytes, opened));
        }
        self.row = self.row.map(|row| row + bytes.len() - piece.row);
        if self.row.is_some_and(|row| row > LONGEST_ROW) {
            let open = self.open.take().filter(|_| self.quoting == Quoting::Inside);
            let fault = QuoteFault::EndlessRow;
            self.refused = Some(match open {
                Some(open) => RowError { fault, ..open },
                None => {
                    let (at, line, begins) = (0, self.line, None);
                    self.fault(fault, bytes, Spot { at, line, begins })
                }
            });
            return 0;
        }
        let line = piece.line.unwrap_or(0);
        if piece.line.is_some() {
            self.before.clear();
        }
        let room = LONGEST_LINE.saturating_sub(self.before.len());
        self.before.extend(bytes[line..].iter().take(room));
        self.last = bytes.last().copied().unwrap_or(self.last);
        bytes.len()
    }
}

impl<R: Read> Read for Strict<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.refused.is_none() {
            let read = self.inner.read(buffer)?;
            if read == 0 && self.quoting == Quoting::Inside {
                self.refused = self.open.take();
            }
            if read == 0 && !self.cut.is_empty() {
                self.refused = Some(self.cut_off());
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
