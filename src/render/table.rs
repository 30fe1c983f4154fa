use std::io::{self, Write};
pub fn write(
    views: &[super::View<'_>],
    width: u16,
    color: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let _ = (views, width, color);
    writeln!(out, "todo")
}
