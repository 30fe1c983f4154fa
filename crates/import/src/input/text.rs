//! Opens archives and decodes text on the way: `.gz`, `.zst`, UTF-16, a byte order mark.

use super::ReadSeek;
use encoding_rs_io::DecodeReaderBytesBuilder;
use flate2::read::MultiGzDecoder;
use std::io::{self, BufReader, Cursor, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes that are read at once.
const BUFFER: usize = 1 << 18;
/// Archives in archives.
const MOST_LAYERS: u32 = 3;
/// An archive may expand to this many bytes, or to [`MOST_TIMES`] its size.
const MOST_EXPANDED: u64 = 4 << 30;
const MOST_TIMES: u64 = 100;

const GZIP: &[u8] = b"\x1f\x8b";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";
const UTF_8: &[u8] = b"\xef\xbb\xbf";
const UTF_16: [&[u8]; 2] = [b"\xff\xfe", b"\xfe\xff"];

/// An input whose first bytes were looked at.
pub(crate) struct Bytes {
    start: Cursor<Vec<u8>>,
    rest: Box<dyn Read + Send>,
    /// The same content, where it can be read from any place.
    file: Option<Box<dyn ReadSeek>>,
}

impl Bytes {
    fn new(rest: Box<dyn Read + Send>) -> Self {
        Self {
            start: Cursor::new(Vec::new()),
            rest,
            file: None,
        }
    }

    /// The same content, with a file that has it too.
    pub(crate) fn or_file(mut self, file: Option<Box<dyn ReadSeek>>) -> Self {
        self.file = file;
        self
    }

    /// A file with the whole content.
    pub(crate) fn file(&mut self) -> Option<Box<dyn ReadSeek>> {
        self.file.take()
    }

    /// The bytes at the start, at least this many if there are. They are read again.
    pub(crate) fn start(&mut self, least: u64) -> io::Result<&[u8]> {
        let known = self.start.get_ref().len() as u64;
        let mut rest = (&mut self.rest).take(least.saturating_sub(known));
        rest.read_to_end(self.start.get_mut())?;
        Ok(self.start.get_ref())
    }
}

impl Read for Bytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.start.read(buffer)? {
            0 => self.rest.read(buffer),
            read => Ok(read),
        }
    }
}

/// An input as text in UTF-8, without a byte order mark.
///
/// # Errors
/// It cannot be read.
pub(crate) fn decoded(opened: Box<dyn Read + Send>) -> io::Result<Bytes> {
    let mut bytes = Bytes::new(opened);
    for _ in 0..MOST_LAYERS {
        let start = bytes.start(4)?;
        if start.starts_with(GZIP) {
            bytes = opened_archive(bytes, |inner| Ok(MultiGzDecoder::new(inner)))?;
        } else if start.starts_with(ZSTD) {
            bytes = opened_archive(bytes, zstd::stream::read::Decoder::with_buffer)?;
        } else {
            break;
        }
    }
    let start = bytes.start(4)?;
    if start.starts_with(UTF_8) || UTF_16.iter().any(|mark| start.starts_with(mark)) {
        let decoder = DecodeReaderBytesBuilder::new().strip_bom(true).build(bytes);
        return Ok(Bytes::new(Box::new(decoder)));
    }
    Ok(bytes)
}

/// The content of an archive.
fn opened_archive<D: Read + Send + 'static>(
    bytes: Bytes,
    decoder: impl FnOnce(BufReader<Counted<Bytes>>) -> io::Result<D>,
) -> io::Result<Bytes> {
    let packed = Arc::new(AtomicU64::new(0));
    let counted = Counted {
        inner: bytes,
        count: Arc::clone(&packed),
    };
    let decoder = decoder(BufReader::with_capacity(BUFFER, counted))?;
    Ok(Bytes::new(Box::new(Expanding {
        inner: decoder,
        packed,
        expanded: 0,
    })))
}

/// Counts what was read.
struct Counted<R> {
    inner: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// The content of an archive that may not expand without end.
struct Expanding<R> {
    inner: R,
    packed: Arc<AtomicU64>,
    expanded: u64,
}

impl<R: Read> Read for Expanding<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer).map_err(|error| {
            let kind = error.kind();
            let message = format!(
                "the archive is damaged after {} bytes of content: {error}",
                self.expanded
            );
            io::Error::new(kind, message)
        })?;
        self.expanded += read as u64;
        let packed = self.packed.load(Ordering::Relaxed);
        if self.expanded > MOST_EXPANDED && self.expanded / MOST_TIMES > packed {
            let message = "the archive expands to more than 4 GiB and 100 times its size";
            return Err(io::Error::new(ErrorKind::InvalidData, message));
        }
        Ok(read)
    }
}
