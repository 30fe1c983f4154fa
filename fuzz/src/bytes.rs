//! Makes choices from bytes. After the last byte, every choice is the first option.

use arbitrary::Unstructured;

pub struct Bytes<'b>(Unstructured<'b>);

impl<'b> Bytes<'b> {
    pub fn new(data: &'b [u8]) -> Self {
        Self(Unstructured::new(data))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A number from 0 up to, but not including, `end`.
    pub fn below(&mut self, end: u128) -> u128 {
        self.0.int_in_range(0..=end.max(1) - 1).unwrap_or(0)
    }

    pub fn byte(&mut self) -> u8 {
        self.0.arbitrary().unwrap_or(0)
    }

    /// True once in this many times.
    pub fn once_in(&mut self, times: u8) -> bool {
        self.below(times.into()) == 1
    }

    /// One of several options; there must be at least one.
    pub fn one<'o, T>(&mut self, of: &'o [T]) -> &'o T {
        &of[self.below(of.len() as u128) as usize]
    }

    /// A number of up to 128 bits: any number, a power of two or ten, or one next to such a power.
    pub fn number(&mut self, bits: u32) -> u128 {
        let most = u128::MAX >> (128 - bits);
        let power = match self.byte() % 6 {
            0 => return u128::from(self.byte()) & most,
            1 => return self.below(1 << 32) & most,
            2 => return self.0.arbitrary().unwrap_or(0) & most,
            3 => 10_u128.pow(u32::from(self.byte() % 39)),
            _ => 1 << (self.byte() % 128),
        };
        let number = match self.byte() % 3 {
            0 => power,
            1 => power - 1,
            _ => power.saturating_add(1),
        };
        number & most
    }

    pub fn rest(self) -> &'b [u8] {
        self.0.take_rest()
    }
}
