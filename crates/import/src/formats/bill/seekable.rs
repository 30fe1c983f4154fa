//! Content that can be read from any place, by several readers at the same time.

use crate::input::{self, ReadSeek};
use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};
use std::io::{self, BufReader, Read, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

/// Content of streams above this is put in a temporary file.
const MOST_IN_MEMORY: u64 = 64 << 20;
/// Bytes of the header of a page, and a little more.
const BUFFER: usize = 1 << 12;

/// Content that can be read from any place.
#[derive(Clone)]
pub(super) struct Seekable(Arc<Content>);

enum Content {
    Memory(Bytes),
    /// Its readers share one position, so each moves it and reads under the lock.
    File(Mutex<Box<dyn ReadSeek>>, u64),
}

impl Seekable {
    /// The content of an input: the file itself if it can be read from any place, else a copy.
    ///
    /// # Errors
    /// It cannot be read, or no temporary file can be written.
    pub(super) fn of(mut bytes: input::Bytes) -> io::Result<Self> {
        if let Some(file) = bytes.file() {
            return Self::of_file(file);
        }
        let mut start = Vec::new();
        (&mut bytes).take(MOST_IN_MEMORY).read_to_end(&mut start)?;
        if (start.len() as u64) < MOST_IN_MEMORY {
            return Ok(Self(Arc::new(Content::Memory(start.into()))));
        }
        let mut file = tempfile::tempfile()?;
        io::copy(&mut &*start, &mut file)?;
        drop(start);
        io::copy(&mut bytes, &mut file)?;
        Self::of_file(Box::new(file))
    }

    fn of_file(mut file: Box<dyn ReadSeek>) -> io::Result<Self> {
        let length = file.seek(SeekFrom::End(0))?;
        Ok(Self(Arc::new(Content::File(Mutex::new(file), length))))
    }

    /// Reads up to the length of the buffer.
    fn read_at(&self, start: u64, buffer: &mut [u8]) -> io::Result<usize> {
        match &*self.0 {
            Content::Memory(bytes) => {
                let start = usize::try_from(start).unwrap_or(usize::MAX);
                let mut rest = bytes.get(start..).unwrap_or_default();
                rest.read(buffer)
            }
            Content::File(file, _) => {
                // A reader that failed leaves nothing behind that the next one relies on.
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(start))?;
                file.read(buffer)
            }
        }
    }
}

impl Length for Seekable {
    fn len(&self) -> u64 {
        match &*self.0 {
            Content::Memory(bytes) => bytes.len() as u64,
            Content::File(_, length) => *length,
        }
    }
}

impl ChunkReader for Seekable {
    type T = BufReader<From>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        let from = From {
            content: self.clone(),
            next: start,
        };
        Ok(BufReader::with_capacity(BUFFER, from))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        // A damaged file can ask for any length.
        let end = start.checked_add(length as u64);
        if end.is_none_or(|end| end > self.len()) {
            let message = format!("{length} bytes from {start} are not in the file");
            return Err(ParquetError::EOF(message));
        }
        if let Content::Memory(bytes) = &*self.0 {
            let start = usize::try_from(start).unwrap_or(usize::MAX);
            return Ok(bytes.slice(start..start + length));
        }
        let mut buffer = vec![0; length];
        let mut from = From {
            content: self.clone(),
            next: start,
        };
        from.read_exact(&mut buffer)?;
        Ok(buffer.into())
    }
}

/// A reader from a place on.
pub(super) struct From {
    content: Seekable,
    next: u64,
}

impl Read for From {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.content.read_at(self.next, buffer)?;
        self.next += read as u64;
        Ok(read)
    }
}
