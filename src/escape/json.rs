//! JSON that is safe in a terminal and in the log of a CI system. In addition to what JSON
//! requires, it escapes invisible characters, control characters, and the start of commands in a
//! log (`##[error]`). A parser returns the original text.

use crate::text::is_escaped;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{Formatter, PrettyFormatter};
use std::io::{self, BufWriter, Write};

/// Bytes that are passed on at once.
const BUFFER: usize = 1 << 16;

/// Writes an indented document.
///
/// # Errors
/// The output cannot be written.
pub(crate) fn write(document: &impl Serialize, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let harmless = Harmless(PrettyFormatter::new());
    // A document is written in pieces of a few bytes: this buffer is known to the compiler.
    let mut out = BufWriter::with_capacity(BUFFER, out);
    document.serialize(&mut Serializer::with_formatter(&mut out, harmless))?;
    out.write_all(b"\n")?;
    out.flush()
}

struct Harmless(PrettyFormatter<'static>);

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        // Most texts are printable ASCII without `#`, and need no escapes.
        let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'#';
        if fragment.bytes().all(is_plain) {
            return out.write_all(fragment.as_bytes());
        }
        let mut plain = 0;
        let escaped = fragment.char_indices();
        for (at, c) in escaped.filter(|(at, c)| is_escaped(*c, &fragment[*at..])) {
            out.write_all(&fragment.as_bytes()[plain..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            plain = at + c.len_utf8();
        }
        out.write_all(&fragment.as_bytes()[plain..])
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_escaped_and_reads_back() {
        let text = "##[error]x \u{7f}\u{9b}\u{202e}\u{200b}\u{e0041} # a ## b";
        let mut out = Vec::new();
        write(&text, &mut out).expect("written");
        let json = String::from_utf8(out).expect("UTF-8");
        assert!(json.is_ascii() && !json.contains("##["), "{json}");
        assert!(json.contains("# a ## b"), "{json}");
        let read: String = serde_json::from_str(&json).expect("JSON");
        assert_eq!(read, text);
    }
}
