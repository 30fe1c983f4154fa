//! Every call of an import, sorted by the name of the function and the end. Above a limit they are kept in a temporary
//! file, as sorted runs.

use super::report::{End, Report};
use rayon::slice::ParallelSliceMut;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};

/// Bytes of calls in memory.
const IN_MEMORY: usize = 256 << 20;
/// Bytes that are read at once of each run.
const BUFFER: usize = 1 << 18;
/// Bytes of a call in a file.
const SIZE: usize = 64;
/// Calls without a time.
pub(crate) const NO_TIME: i64 = i64::MIN;
/// A figure that a report lacks.
const NONE: u32 = u32::MAX;

/// A call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Call {
    // The order of these fields is the order of calls.
    /// The number of the name of its function.
    pub(crate) name: u32,
    /// Milliseconds since 1970, or [`NO_TIME`].
    pub(crate) end: i64,
    pub(crate) request: u64,
    pub(crate) duration: u32,
    /// A hash of the log stream; zero if it is not known.
    pub(crate) stream: u64,
    pub(crate) source: u32,
    /// The number of its function, of which several can be one.
    pub(crate) function: u32,
    init: u32,
    restore: u32,
    billed: u32,
    memory_mb: u32,
    used_mb: u32,
    /// 0 done, 1 error, 2 timeout.
    status: u32,
}

/// Where a call was reported.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    pub(super) name: u32,
    pub(super) function: u32,
    pub(super) source: u32,
    pub(super) stream: u64,
}

fn some(value: u32) -> Option<u32> {
    (value != NONE).then_some(value)
}

impl Call {
    pub(super) fn new(place: Place, end: i64, report: &Report) -> Self {
        let Place {
            name,
            function,
            source,
            stream,
        } = place;
        Self {
            name,
            function,
            end,
            request: report.request,
            duration: report.duration,
            stream,
            source,
            init: report.init.unwrap_or(NONE),
            restore: report.restore.unwrap_or(NONE),
            billed: report.billed.unwrap_or(NONE),
            memory_mb: report.memory_mb.unwrap_or(NONE),
            used_mb: report.used_mb.unwrap_or(NONE),
            status: match report.end {
                End::Done => 0,
                End::Error => 1,
                End::Timeout => 2,
            },
        }
    }

    /// Microseconds of initialization.
    pub(crate) fn init(&self) -> Option<u32> {
        some(self.init)
    }

    /// Microseconds of restoring a snapshot.
    pub(crate) fn restore(&self) -> Option<u32> {
        some(self.restore)
    }

    /// Milliseconds; `None` where duration is not billed.
    pub(crate) fn billed(&self) -> Option<u32> {
        some(self.billed)
    }

    pub(crate) fn memory_mb(&self) -> Option<u32> {
        some(self.memory_mb)
    }

    pub(crate) fn used_mb(&self) -> Option<u32> {
        some(self.used_mb)
    }

    pub(crate) fn is_error(&self) -> bool {
        self.status == 1
    }

    pub(crate) fn is_timeout(&self) -> bool {
        self.status == 2
    }

    /// Microseconds for which its environment was busy, as printed.
    pub(crate) fn length(&self) -> i64 {
        let parts = [Some(self.duration), self.init(), self.restore()];
        parts.into_iter().flatten().map(i64::from).sum()
    }

    /// True for the same call.
    pub(crate) fn is_copy_of(&self, other: &Self) -> bool {
        let key = |call: &Self| (call.name, call.end, call.request, call.duration);
        key(self) == key(other)
    }

    fn to_bytes(self) -> [u8; SIZE] {
        let mut bytes = [0; SIZE];
        let wide = [self.end.cast_unsigned(), self.request, self.stream];
        let narrow = [
            self.name,
            self.function,
            self.duration,
            self.source,
            self.init,
            self.restore,
            self.billed,
            self.memory_mb,
            self.used_mb,
            self.status,
        ];
        let (first, rest) = bytes.split_at_mut(24);
        for (place, value) in first.chunks_exact_mut(8).zip(wide) {
            place.copy_from_slice(&value.to_le_bytes());
        }
        for (place, value) in rest.chunks_exact_mut(4).zip(narrow) {
            place.copy_from_slice(&value.to_le_bytes());
        }
        bytes
    }

    fn from_bytes(bytes: &[u8; SIZE]) -> Self {
        let wide = |at: usize| {
            let mut part = [0; 8];
            part.copy_from_slice(&bytes[at * 8..at * 8 + 8]);
            u64::from_le_bytes(part)
        };
        let narrow = |at: usize| {
            let mut part = [0; 4];
            part.copy_from_slice(&bytes[24 + at * 4..28 + at * 4]);
            u32::from_le_bytes(part)
        };
        Self {
            end: wide(0).cast_signed(),
            request: wide(1),
            stream: wide(2),
            name: narrow(0),
            function: narrow(1),
            duration: narrow(2),
            source: narrow(3),
            init: narrow(4),
            restore: narrow(5),
            billed: narrow(6),
            memory_mb: narrow(7),
            used_mb: narrow(8),
            status: narrow(9),
        }
    }
}

/// Every call of an import.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    buffer: Vec<Call>,
    /// Sorted runs, each with the number of its calls.
    runs: Vec<u64>,
    file: Option<File>,
    /// The longest call, in microseconds.
    pub(crate) longest: i64,
}

impl Calls {
    /// Adds calls.
    ///
    /// # Errors
    /// The temporary file cannot be written.
    pub(super) fn add(&mut self, calls: &[Call]) -> io::Result<()> {
        for call in calls {
            self.longest = self.longest.max(call.length());
        }
        self.buffer.extend_from_slice(calls);
        if self.buffer.len() * size_of::<Call>() > IN_MEMORY {
            self.spill()?;
        }
        Ok(())
    }

    fn spill(&mut self) -> io::Result<()> {
        self.buffer.par_sort_unstable();
        let file = match &mut self.file {
            Some(file) => file,
            empty => empty.insert(tempfile::tempfile()?),
        };
        let mut out = BufWriter::with_capacity(BUFFER, file);
        for call in &self.buffer {
            out.write_all(&call.to_bytes())?;
        }
        out.flush()?;
        self.runs.push(self.buffer.len() as u64);
        self.buffer.clear();
        Ok(())
    }

    /// Calls `take` with each call, by name, end, request and duration.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub(crate) fn in_order(&mut self, mut take: impl FnMut(&Call)) -> io::Result<()> {
        self.buffer.par_sort_unstable();
        let Some(file) = &self.file else {
            for call in &self.buffer {
                take(call);
            }
            return Ok(());
        };
        let mut runs: Vec<Run<'_>> = Vec::new();
        let mut start = 0;
        for calls in &self.runs {
            runs.push(Run {
                file,
                next: start,
                left: *calls,
                bytes: Vec::new(),
                taken: 0,
            });
            start += calls * SIZE as u64;
        }
        let mut heap = BinaryHeap::new();
        for (number, run) in runs.iter_mut().enumerate() {
            if let Some(call) = run.next()? {
                heap.push(Reverse((call, number)));
            }
        }
        let mut kept = self.buffer.iter();
        let in_memory = runs.len();
        if let Some(call) = kept.next() {
            heap.push(Reverse((*call, in_memory)));
        }
        while let Some(Reverse((call, number))) = heap.pop() {
            take(&call);
            let next = match runs.get_mut(number) {
                Some(run) => run.next()?,
                None => kept.next().copied(),
            };
            if let Some(next) = next {
                heap.push(Reverse((next, number)));
            }
        }
        Ok(())
    }
}

/// A sorted run in the temporary file.
struct Run<'f> {
    file: &'f File,
    /// The place of the next bytes to read.
    next: u64,
    left: u64,
    bytes: Vec<u8>,
    /// The bytes of the buffer that were taken.
    taken: usize,
}

impl Run<'_> {
    fn next(&mut self) -> io::Result<Option<Call>> {
        if self.left == 0 {
            return Ok(None);
        }
        if self.taken == self.bytes.len() {
            let calls = self.left.min((BUFFER / SIZE) as u64);
            let calls = usize::try_from(calls).expect("a buffer is small");
            self.bytes.resize(calls * SIZE, 0);
            let mut file = self.file;
            file.seek(SeekFrom::Start(self.next))?;
            file.read_exact(&mut self.bytes)?;
            self.next += self.bytes.len() as u64;
            self.taken = 0;
        }
        let (call, _) = self.bytes[self.taken..]
            .split_first_chunk()
            .expect("it is full");
        self.taken += SIZE;
        self.left -= 1;
        Ok(Some(Call::from_bytes(call)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Call, Calls, Place};
    use crate::formats::logs::report::Report;

    fn call(end: i64, request: u64) -> Call {
        let report = Report {
            request,
            duration: 1,
            billed: Some(1),
            memory_mb: Some(128),
            ..Report::default()
        };
        let place = Place {
            name: 7,
            function: 8,
            source: 3,
            stream: 9,
        };
        Call::new(place, end, &report)
    }

    #[test]
    fn calls_in_files_are_the_same_as_in_memory() {
        let all: Vec<Call> = (0..2000).map(|n| call(n * 7919 % 997, n as u64)).collect();
        let mut in_memory = Calls::default();
        in_memory.add(&all).expect("memory");
        let mut in_files = Calls::default();
        for part in all.chunks(300) {
            in_files.add(part).expect("memory");
            in_files.spill().expect("a temporary file");
        }
        let ordered = |mut calls: Calls| {
            let mut found = Vec::new();
            calls
                .in_order(|call| found.push(*call))
                .expect("a temporary file");
            found
        };
        let found = ordered(in_files);
        assert_eq!(found.len(), 2000);
        assert_eq!(found, ordered(in_memory));
    }
}
