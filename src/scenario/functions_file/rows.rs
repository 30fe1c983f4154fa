//! The rows of a CSV file, each with its line. The reader of rows is lenient about quotes, and would
//! take a line break or a comma for a part of a cell; here they are strict.

use crate::diag::{At, Code, Diag};
use csv::ByteRecord;
use memchr::{memchr, memchr2, memchr3};
use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Chain, Cursor, Read};
use std::ops::Range;
use std::sync::Arc;

/// Bytes that are read at once.
const BUFFER: usize = 1 << 16;
/// Bytes that no row reaches: the longest name has 256 characters.
const LONGEST_ROW: usize = 1 << 20;
/// Bytes of a line that are remembered while it is read in pieces.
const LONGEST_LINE: usize = 1 << 12;
/// Bytes behind a fault that are shown.
const SHOWN: usize = 120;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

type ByteSource = Box<dyn Read + Send>;

/// The rows of a file.
pub struct Rows(csv::Reader<Strict<Chain<Cursor<Vec<u8>>, ByteSource>>>);

impl Rows {
    /// The rows of a file, the header first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn new(mut file: ByteSource) -> Result<Self, csv::Error> {
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

    /// Reads the next row; false at the end.
    ///
    /// # Errors
    /// The file cannot be read, or what follows is no row.
    pub fn next(&mut self, row: &mut ByteRecord) -> Result<bool, csv::Error> {
        let more = self.0.read_byte_record(row)?;
        // The reader takes blank lines, and a line feed behind a carriage return, for a part of the
        // row that follows.
        let line = self.0.get_mut().begun.pop_front();
        if let (Some(line), Some(mut position)) = (line, row.position().cloned()) {
            position.set_line(line);
            row.set_position(Some(position));
        }
        Ok(more)
    }
}

/// What is wrong with a file of rows.
pub fn broken(file: &Arc<str>, error: &csv::Error) -> Diag {
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
    let diag = Diag::new(Code::Unreadable, format!("cannot read the fleet: {error}"));
    diag.at(At::new(file, line, "", 0..0))
}

/// Why a file is not rows.
#[derive(Debug, Clone, Copy)]
enum QuoteFault {
    /// A quote that is open at the end of the file.
    Unclosed,
    /// Something between the end of a quoted cell and the next comma.
    TextAfterQuote,
    /// More bytes than any row has.
    EndlessRow,
    /// A byte that is no part of a character.
    NotUtf8,
    /// A byte that no text has.
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
            Self::TextAfterQuote => "there is text behind the quote that ends a cell",
            Self::EndlessRow => "a row has more than 1,048,576 bytes",
            Self::NotUtf8 => "the row is not UTF-8 text",
            Self::Zero => "the row has a zero byte, so it is not text",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Unclosed => "close it, or leave it out; a quote within a quoted cell is doubled",
            Self::TextAfterQuote => "a quote within a quoted cell is doubled: \"5\"\" disk\"",
            Self::EndlessRow => {
                "a fleet is a CSV file with one function a row; is a quote never closed?"
            }
            Self::NotUtf8 => "save the file as UTF-8",
            Self::Zero => "name a text file; save UTF-16 as UTF-8",
        }
    }
}

/// Where and why a file is not rows.
#[derive(Debug)]
struct RowError {
    fault: QuoteFault,
    line: u64,
    /// That line, as far as it is known.
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

/// Where a byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quoting {
    Outside,
    /// In a quoted cell.
    Inside,
    /// Behind a quote in one: the first of two, or the last of the cell.
    Behind,
}

/// Passes bytes on as long as quotes in them are those of RFC 4180, and tells on which lines rows
/// begin. Lines end with a line feed, or with a carriage return where the first row does.
struct Strict<R> {
    inner: R,
    quoting: Quoting,
    /// The byte before the next one.
    last: u8,
    /// Whether a carriage return alone ends a line, once the first row has ended.
    is_cr: Option<bool>,
    /// The line of the next byte.
    line: u64,
    /// That line so far.
    before: Vec<u8>,
    /// Bytes of the row so far; none between rows.
    row: Option<usize>,
    /// Lines of the rows that have begun and not been read.
    begun: VecDeque<u64>,
    /// What is wrong with the last quote that is open, if it stays so.
    open: Option<RowError>,
    /// What is wrong behind the bytes that have been passed on.
    refused: Option<RowError>,
    /// The beginning of a character whose other bytes are still to come.
    cut: Vec<u8>,
}

/// Bytes that are looked at together.
struct Chunk<'b> {
    bytes: &'b [u8],
    /// The next one.
    at: usize,
    /// Where the row begins, or continues.
    row: usize,
    /// Where the line begins, unless that is in an earlier piece.
    line: Option<usize>,
    /// The last quote that began a cell.
    opened: Option<Spot>,
}

/// A byte of a piece.
#[derive(Clone, Copy)]
struct Spot {
    at: usize,
    /// Its line.
    line: u64,
    /// Where that begins, unless that is in an earlier piece.
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

    /// How many of some bytes may be passed on: all, or those before the row with a fault.
    fn check(&mut self, bytes: &[u8]) -> usize {
        let no_text = self.no_text(bytes);
        let text = no_text.map_or(bytes, |(at, _)| &bytes[..at]);
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
        let Some((at, fault)) = no_text else {
            return self.pass(&piece);
        };
        self.refused = Some(self.fault(fault, bytes, self.spot(&piece)));
        match self.row {
            Some(_) => piece.row,
            None => at,
        }
    }

    /// The first byte that is not text, if any.
    fn no_text(&mut self, bytes: &[u8]) -> Option<(usize, QuoteFault)> {
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
                self.forget(carried);
            }
            return Some((good.saturating_sub(carried), QuoteFault::NotUtf8));
        }
        self.cut.extend_from_slice(&joined[good..]);
        None
    }

    /// Goes on to the next byte that matters.
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

    /// Goes to the next quote or line end.
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

    /// The next byte.
    fn spot(&self, piece: &Chunk<'_>) -> Spot {
        Spot {
            at: piece.at,
            line: self.line,
            begins: piece.line,
        }
    }

    /// The byte before the next one.
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

    /// What is wrong with a byte.
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

    /// What is wrong with a file that ends within a character.
    fn cut_off(&mut self) -> RowError {
        self.forget(self.cut.len());
        let (at, line, begins) = (0, self.line, None);
        self.fault(QuoteFault::NotUtf8, &[], Spot { at, line, begins })
    }

    /// Takes the beginning of a character that is none from the line.
    fn forget(&mut self, bytes: usize) {
        let kept = self.before.len().saturating_sub(bytes);
        self.before.truncate(kept);
    }

    /// Takes note of bytes that are passed on.
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
