//! Decodes inputs as text, and stops at the first byte that is not text.

use super::recognize::{self, Known};
use super::system::Input;
use crate::diag::{At, Code, Diag};
use std::io::{self, Read};

/// Bytes that are read at once.
const PIECE: u64 = 1 << 16;
/// Bytes after a fault that a message shows.
const SHOWN: usize = 120;

/// Why an input is not text.
pub(crate) enum Refused {
    /// It cannot be read.
    Unreadable(io::Error),
    /// It is larger than the limit.
    TooLarge,
    /// Its first bytes are those of another kind of file.
    Other(Known),
    /// It has an invalid byte.
    NotText(Fault),
}

/// A byte that is not valid in a text.
pub(crate) struct Fault {
    message: &'static str,
    help: &'static str,
    line: u64,
    /// The line up to the byte, and some bytes after it.
    text: String,
    /// Index of the byte in `text`.
    at: usize,
}

impl Fault {
    /// The diagnostic for the fault in a file.
    pub(crate) fn diag(self, name: &str) -> Diag {
        let end = self.text[self.at..]
            .chars()
            .next()
            .map_or(0, char::len_utf8);
        let span = self.at..self.at + end;
        let at = At::new(&name.into(), self.line, &self.text, span);
        let message = format!("`{name}` {}", self.message);
        Diag::new(Code::Unreadable, message).at(at).help(self.help)
    }
}

/// Reads an input as text, without its byte order mark.
///
/// # Errors
/// It cannot be read, is larger than the limit, or is not text. Reading stops there.
pub(crate) fn text(mut reader: Input, largest: u64) -> Result<String, Refused> {
    let mut bytes = Vec::new();
    // All bytes before this index are valid text.
    let mut checked = 0;
    loop {
        let mut piece = (&mut reader).take(PIECE);
        let read = piece.read_to_end(&mut bytes).map_err(Refused::Unreadable)?;
        if checked == 0
            && let Some(known) = recognize::binary(&bytes)
        {
            return Err(Refused::Other(known));
        }
        checked += check(&bytes, checked, read == 0).map_err(Refused::NotText)?;
        if bytes.len() as u64 > largest {
            return Err(Refused::TooLarge);
        }
        if read == 0 {
            break;
        }
    }
    if bytes.starts_with("\u{feff}".as_bytes()) {
        bytes.drain(.."\u{feff}".len());
    }
    String::from_utf8(bytes).map_err(|error| {
        let bytes = error.as_bytes();
        Refused::NotText(not_utf8(bytes, error.utf8_error().valid_up_to()))
    })
}

/// Checks the bytes from `checked` on. Returns the number of valid bytes. A character that is cut
/// off is an error only at the end of the input.
fn check(bytes: &[u8], checked: usize, is_whole: bool) -> Result<usize, Fault> {
    let piece = &bytes[checked..];
    let (good, is_wrong) = match std::str::from_utf8(piece) {
        Ok(text) => (text.len(), false),
        Err(error) => (error.valid_up_to(), error.error_len().is_some() || is_whole),
    };
    if let Some(zero) = memchr::memchr(0, &piece[..good]) {
        let message = "has a zero byte, so it is not text";
        let help = "name a text file; save UTF-16 as UTF-8";
        return Err(fault(bytes, checked + zero, message, help));
    }
    if is_wrong {
        Err(not_utf8(bytes, checked + good))
    } else {
        Ok(good)
    }
}

fn not_utf8(bytes: &[u8], at: usize) -> Fault {
    fault(bytes, at, "is not UTF-8 text", "save it as UTF-8")
}

fn fault(bytes: &[u8], at: usize, message: &'static str, help: &'static str) -> Fault {
    let before = &bytes[..at];
    let start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
    let rest = &bytes[at..];
    let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    let before_in_line = String::from_utf8_lossy(&before[start..]).into_owned();
    Fault {
        message,
        help,
        line: 1 + memchr::memchr_iter(b'\n', before).count() as u64,
        at: before_in_line.len(),
        text: before_in_line + &String::from_utf8_lossy(&rest[..end.min(SHOWN)]),
    }
}
