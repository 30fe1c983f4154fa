//! Lines that GitHub's runner does not run as commands.

use std::io::{self, Write};

/// Replaces a colon at the start of a line.
const COLON: &[u8] = b"\\u{3a}";

/// Writes text in which no line starts with a colon, ignoring spaces. The runner runs lines that
/// start with `::`, and a long line can be broken before any part of a name.
pub(crate) struct Lines<W> {
    inner: W,
    /// True until something other than spaces has been written to the line.
    is_blank: bool,
}

impl<W: Write> Lines<W> {
    pub(crate) fn new(inner: W) -> Self {
        let is_blank = true;
        Self { inner, is_blank }
    }

    /// Writes a part of one line.
    fn part(&mut self, part: &[u8]) -> io::Result<()> {
        let start = part.len() - part.trim_ascii_start().len();
        let (blanks, mut rest) = part.split_at(if self.is_blank { start } else { 0 });
        self.inner.write_all(blanks)?;
        if self.is_blank
            && let Some(behind) = rest.strip_prefix(b":")
        {
            self.inner.write_all(COLON)?;
            rest = behind;
            self.is_blank = false;
        }
        self.is_blank &= rest.is_empty();
        self.inner.write_all(rest)
    }
}

impl<W: Write> Write for Lines<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.part(part)?;
            self.is_blank |= part.ends_with(b"\n");
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// A text in which no line starts with `::`, ignoring spaces. A line of only three colons does not
/// change: it separates the excerpts of a message and is not a command.
pub(crate) fn without_commands(text: &str) -> String {
    let harmless = |line: &str| match line.trim_start().strip_prefix("::") {
        Some(rest) if rest.trim_end() != ":" => line.replacen("::", "\\u{3a}:", 1),
        _ => line.to_owned(),
    };
    let lines: Vec<String> = text.split('\n').map(harmless).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_begins_with_a_colon_however_it_is_written() {
        let text = "a ::b\n::error::x\n  :: y\n\n: z\nlast:\n::";
        let harmless = "a ::b\n\\u{3a}:error::x\n  \\u{3a}: y\n\n\\u{3a} z\nlast:\n\\u{3a}:";
        assert_eq!(without_commands(text), harmless.replace("\\u{3a} z", ": z"));
        assert_eq!(without_commands(" ::: \n:::a"), " ::: \n\\u{3a}::a");
        for size in 1..text.len() {
            let mut lines = Lines::new(Vec::new());
            for piece in text.as_bytes().chunks(size) {
                lines.write_all(piece).expect("written");
            }
            assert_eq!(String::from_utf8_lossy(&lines.inner), harmless, "{size}");
        }
    }
}
