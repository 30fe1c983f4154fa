//! JSON that is safe in a terminal and in the log of a CI system. In addition to what JSON
//! requires, it escapes invisible characters, control characters, and the start of commands in a
//! log (`##[error]`). A parser returns the original text.

use crate::text::is_escaped;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;
use std::io::{self, BufWriter, Write};

/// Bytes that are tested and passed on at once: more than the buffer of a file, which would copy less.
const BUFFER: usize = 1 << 17;

/// Writes an indented document.
///
/// # Errors
/// The output cannot be written. What was not written by then is dropped.
pub(crate) fn write(document: &impl Serialize, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let begun = Vec::new();
    // A document is written in pieces of a few bytes: this buffer is known to the compiler.
    let mut out = BufWriter::with_capacity(BUFFER, Harmless { begun, out });
    let written = write_document(document, &mut out);
    // Without this the buffer would be written again after an error.
    drop(out.into_parts());
    written
}

fn write_document(document: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    document.serialize(&mut Serializer::with_formatter(
        &mut *out,
        Layout::default(),
    ))?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Escapes JSON text. What it escapes occurs only in strings, and each string is on one line. So whole
/// lines are tested together, which is faster than string by string.
struct Harmless<'o> {
    /// The start of a line.
    begun: Vec<u8>,
    out: &'o mut (dyn Write + Send),
}

impl Write for Harmless<'_> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let mut rest = text;
        if let Some(first) = memchr::memchr(b'\n', text) {
            let (end_of_line, lines) = text.split_at(first + 1);
            self.begun.extend_from_slice(end_of_line);
            write_lines(&self.begun, self.out)?;
            self.begun.clear();
            let end = memchr::memrchr(b'\n', lines).map_or(0, |last| last + 1);
            write_lines(&lines[..end], self.out)?;
            rest = &lines[end..];
        }
        self.begun.extend_from_slice(rest);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes lines of JSON.
fn write_lines(lines: &[u8], out: &mut (dyn Write + Send)) -> io::Result<()> {
    if is_plain(lines) {
        return out.write_all(lines);
    }
    let lines = str::from_utf8(lines).expect("whole lines of JSON are UTF-8");
    for line in lines.split_inclusive('\n') {
        let mut plain = 0;
        if !is_plain(line.as_bytes()) {
            let is_unsafe = |(at, c): &(usize, char)| *c != '\n' && is_escaped(*c, &line[*at..]);
            for (at, c) in line.char_indices().filter(is_unsafe) {
                out.write_all(&line.as_bytes()[plain..at])?;
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
                plain = at + c.len_utf8();
            }
        }
        out.write_all(&line.as_bytes()[plain..])?;
    }
    Ok(())
}

/// True if JSON's own escapes make a text harmless.
fn is_plain(text: &[u8]) -> bool {
    const DELETE: u8 = 0x7f;
    text.is_ascii() && memchr::memchr2(b'#', DELETE, text).is_none()
}

/// The layout of [`serde_json::ser::PrettyFormatter`], which writes an indentation level by level:
/// an answer has one on each of its many short lines, so here it is written at once.
#[derive(Default)]
struct Layout {
    /// Arrays and objects around the next value.
    depth: usize,
    /// True if the array or object that ends next has a value.
    has_value: bool,
}

/// The end of a line and the indentation of the next, for the depth of most values.
const LINE: &str = ",\n                                ";
/// Spaces for each array or object around a value.
const INDENT: usize = 2;

impl Layout {
    fn open(&mut self) {
        self.depth += 1;
        self.has_value = false;
    }

    fn close<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.depth -= 1;
        if self.has_value {
            self.begin_line(out, true)?;
        }
        Ok(())
    }

    /// Ends a line, after a comma unless the next value is the first, and indents the next one.
    fn begin_line<W: ?Sized + Write>(&self, out: &mut W, is_first: bool) -> io::Result<()> {
        let start = usize::from(is_first);
        let end = ",\n".len() + self.depth * INDENT;
        if let Some(line) = LINE.as_bytes().get(start..end) {
            return out.write_all(line);
        }
        out.write_all(&LINE.as_bytes()[start..])?;
        (LINE.len()..end).try_for_each(|_| out.write_all(b" "))
    }
}

impl Formatter for Layout {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.open();
        out.write_all(b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out)?;
        out.write_all(b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.begin_line(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.open();
        out.write_all(b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out)?;
        out.write_all(b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.begin_line(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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

    fn written(document: &impl Serialize) -> String {
        let mut out = Vec::new();
        write(document, &mut out).expect("written");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn the_layout_is_that_of_serde_json() {
        // Deeper than one slice of spaces.
        let deep = (0..40).fold(
            json!(1),
            |inner, _| json!([{ "a": inner, "b": [], "c": {} }]),
        );
        for document in [json!(null), json!([]), json!({}), json!([1, [2, 3]]), deep] {
            let expected = serde_json::to_string_pretty(&document).expect("JSON");
            assert_eq!(written(&document), expected + "\n");
        }
    }

    #[test]
    fn a_document_longer_than_the_buffer_is_whole() {
        let long = "\u{200b}#".repeat(BUFFER);
        let names = ["plain", "\u{9b}", &long, "##[x]", "é"].repeat(3);
        let json = written(&names);
        assert!(!json.contains(['\u{9b}', '\u{200b}']) && !json.contains("##["));
        assert!(json.contains("\"é\""), "a visible character stays");
        let read: Vec<String> = serde_json::from_str(&json).expect("JSON");
        assert_eq!(read, names);
    }
}
