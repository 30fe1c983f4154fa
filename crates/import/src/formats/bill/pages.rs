//! The pages of a column. What the decoder relies on without a check is checked here, so that a damaged
//! file is a mistake and never a panic.

use parquet::basic::{Encoding, Type};
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::ParquetError;
use parquet::file::metadata::RowGroupMetaData;
use parquet::schema::types::ColumnDescriptor;

/// The pages of a column.
pub(super) struct Pages {
    inner: Box<dyn PageReader>,
    physical: Type,
    is_optional: bool,
    has_dictionary: bool,
}

/// Checks where a row group says that its columns are.
pub(super) fn check(group: &RowGroupMetaData) -> Result<(), ParquetError> {
    for column in group.columns() {
        let start = column.dictionary_page_offset();
        let start = start.unwrap_or(column.data_page_offset());
        if start < 0 || column.compressed_size() < 0 {
            return Err(damaged("a column is at a negative place"));
        }
    }
    Ok(())
}

fn damaged(message: &str) -> ParquetError {
    ParquetError::General(message.to_owned())
}

impl Pages {
    pub(super) fn new(inner: Box<dyn PageReader>, column: &ColumnDescriptor) -> Self {
        Self {
            inner,
            physical: column.physical_type(),
            is_optional: column.max_def_level() > 0,
            has_dictionary: false,
        }
    }

    fn checked(&mut self, page: Page) -> Result<Page, ParquetError> {
        match &page {
            Page::DictionaryPage {
                buf, num_values, ..
            } => {
                self.has_dictionary = true;
                self.values(Encoding::PLAIN, buf, *num_values as usize)?;
            }
            Page::DataPage {
                buf,
                num_values,
                encoding,
                ..
            } => {
                let count = *num_values as usize;
                let (levels, values) = if self.is_optional {
                    let (size, rest) = buf.split_at_checked(SIZE).ok_or_else(short)?;
                    let size = size.try_into().map_err(|_| short())?;
                    let size = usize::try_from(u32::from_le_bytes(size)).map_err(|_| short())?;
                    rest.split_at_checked(size).ok_or_else(short)?
                } else {
                    (&[][..], &buf[..])
                };
                let count = self.present(levels, count)?;
                self.values(*encoding, values, count)?;
            }
            Page::DataPageV2 {
                buf,
                num_values,
                encoding,
                def_levels_byte_len,
                rep_levels_byte_len,
                ..
            } => {
                let (_, rest) = buf
                    .split_at_checked(*rep_levels_byte_len as usize)
                    .ok_or_else(short)?;
                let (levels, values) = rest
                    .split_at_checked(*def_levels_byte_len as usize)
                    .ok_or_else(short)?;
                let count = self.present(levels, *num_values as usize)?;
                self.values(*encoding, values, count)?;
            }
        }
        Ok(page)
    }

    /// How many of the values of a page are there.
    fn present(&self, levels: &[u8], count: usize) -> Result<usize, ParquetError> {
        if self.is_optional {
            ones(levels, count).ok_or_else(short)
        } else {
            Ok(count)
        }
    }

    /// Checks that a page has as many values as it says.
    fn values(&self, encoding: Encoding, values: &[u8], count: usize) -> Result<(), ParquetError> {
        match encoding {
            Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY => {
                if self.has_dictionary {
                    Ok(())
                } else {
                    Err(damaged("a page needs a dictionary, and there is none"))
                }
            }
            Encoding::PLAIN if self.physical == Type::BYTE_ARRAY => {
                let mut rest = values;
                for _ in 0..count {
                    let (size, more) = rest.split_at_checked(SIZE).ok_or_else(short)?;
                    let size = size.try_into().map_err(|_| short())?;
                    let size = usize::try_from(u32::from_le_bytes(size)).map_err(|_| short())?;
                    rest = more.get(size..).ok_or_else(short)?;
                }
                Ok(())
            }
            // The decoder checks these itself.
            Encoding::PLAIN | Encoding::RLE => Ok(()),
            // The others are decoded without checks. AWS writes none of them.
            other => Err(ParquetError::NYI(format!(
                "the encoding {other} is not read"
            ))),
        }
    }
}

/// Bytes of a length.
const SIZE: usize = size_of::<u32>();

fn short() -> ParquetError {
    damaged("a page has fewer values than it says")
}

/// How many of a number of levels of one bit are one: runs of one level, and levels packed in bytes. `None`
/// for fewer levels.
fn ones(mut levels: &[u8], count: usize) -> Option<usize> {
    let (mut left, mut ones) = (count, 0);
    while left > 0 {
        let head = variable(&mut levels)?;
        // A run of no levels would never end.
        let length = usize::try_from(head >> 1)
            .ok()
            .filter(|length| *length > 0)?;
        if head & 1 == 0 {
            let (level, rest) = levels.split_first()?;
            levels = rest;
            let run = length.min(left);
            ones += if *level == 0 { 0 } else { run };
            left -= run;
        } else {
            let bytes = left.div_ceil(8).min(length);
            let (packed, rest) = levels.split_at_checked(bytes)?;
            levels = rest;
            for byte in packed {
                let here = left.min(8);
                let kept = byte & (0xff_u8 >> (8 - here));
                ones += kept.count_ones() as usize;
                left -= here;
            }
        }
    }
    Some(ones)
}

/// A number in groups of seven bits, the lowest first.
fn variable(bytes: &mut &[u8]) -> Option<u64> {
    const LONGEST: u32 = 10;
    let mut number = 0;
    for at in 0..LONGEST {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << (7 * at).min(63);
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

impl Iterator for Pages {
    type Item = Result<Page, ParquetError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> Result<Option<Page>, ParquetError> {
        let page = self.inner.get_next_page()?;
        page.map(|page| self.checked(page)).transpose()
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>, ParquetError> {
        self.inner.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<(), ParquetError> {
        self.inner.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Result<bool, ParquetError> {
        self.inner.at_record_boundary()
    }
}

#[cfg(test)]
mod tests {
    use super::ones;

    #[test]
    fn levels_are_counted_in_runs_and_in_bytes() {
        // Five times one, then twice zero.
        assert_eq!(ones(&[5 << 1, 1, 2 << 1, 0], 7), Some(5));
        // Eight packed levels, of which five count: 1, 0, 1, 1, 0.
        assert_eq!(ones(&[(1 << 1) | 1, 0b1110_1101], 5), Some(3));
        // A run of 200, whose length takes two bytes.
        assert_eq!(ones(&[0x90, 0x03, 1], 200), Some(200));
        for short in [&[][..], &[5 << 1], &[4 << 1, 1], &[0, 1], &[1], &[0xff; 11]] {
            assert_eq!(ones(short, 5), None, "{short:?}");
        }
    }
}
