//! The table `[function.invocation]`: attempts, and events that are billed as more than one
//! request.

use super::builder::FunctionReader;
use crate::exact::Exact;
use crate::scenario::schema::Field;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Invocation {
    /// Mean attempts per invocation, at least 1.
    pub(super) attempts: Exact,
    /// Additional requests that are billed for a large asynchronous event.
    pub(super) further_requests: u32,
}

/// Decimals up to which the mean number of attempts is exact.
const EXACT_ATTEMPT_DECIMALS: u32 = 200;
/// Maximum size of an asynchronous event that is billed as one request, KB (AWS Lambda pricing
/// page).
const ONE_REQUEST_KB: u32 = 256;
/// Size of each additional request of a larger event, KB.
const FURTHER_REQUEST_KB: u32 = 64;

impl FunctionReader<'_, '_, '_> {
    /// `None` if no key of the table is stated. An error if a key is wrong; it is already reported.
    pub(super) fn invocation(&mut self) -> Result<Option<Box<Invocation>>, ()> {
        if !self.any_stated(&[Field::AsyncPayloadKb, Field::ErrorRate, Field::Retries]) {
            return Ok(None);
        }
        let further_requests = self.further_requests();
        let attempts = self.attempts().ok_or(())?;
        Ok(Some(Box::new(Invocation {
            attempts,
            further_requests,
        })))
    }

    /// `1 + p + p^2 + … + p^retries`: each attempt fails with the same probability.
    fn attempts(&mut self) -> Option<Exact> {
        let [rate, retries] = [Field::ErrorRate, Field::Retries];
        let help = "an attempt that fails is retried: state the share that fails, and how often \
                    each is retried at most";
        if !self.values.stated(rate) && !self.values.stated(retries) {
            return Some(Exact::ONE);
        }
        self.together([rate, retries], help)?;
        let stated = self.values.number(rate)?.normalize();
        let again = self.values.whole::<u32>(retries)?;
        // The sum has as many decimals as the highest power.
        let is_exact = stated.scale() * again <= EXACT_ATTEMPT_DECIMALS;
        let share = Exact::from(stated);
        Some(if is_exact {
            share.sum_of_powers(again)
        } else {
            rounded_attempts(&share, again)
        })
    }

    fn further_requests(&mut self) -> u32 {
        let stated = self.values.whole(Field::AsyncPayloadKb);
        let kb: u32 = stated.unwrap_or(ONE_REQUEST_KB);
        kb.saturating_sub(ONE_REQUEST_KB)
            .div_ceil(FURTHER_REQUEST_KB)
    }
}

/// `1 + p + p^2 + … + p^retries`, with about 27 digits.
///
/// `1 + … + p^(2n - 1)` is `(1 + … + p^(n - 1)) (1 + p^n)`, so it takes two steps for each bit of the
/// number of terms.
fn rounded_attempts(share: &Exact, retries: u32) -> Exact {
    // A smaller power changes none of the first 28 digits of a sum that is at least 1.
    let smallest = Exact::ratio(1, 1 << 62);
    let smallest = &smallest * &smallest;
    let kept = |power: Exact| {
        if power < smallest {
            Exact::ZERO
        } else {
            power.as_printed()
        }
    };
    let terms = retries + 1;
    let (mut sum, mut power) = (Exact::ZERO, Exact::ONE);
    for bit in (0..=terms.ilog2()).rev() {
        sum = (&sum * &(&Exact::ONE + &power)).as_printed();
        power = kept(&power * &power);
        if terms >> bit & 1 == 1 {
            sum = &sum + &power;
            power = kept(&power * share);
        }
    }
    sum.as_printed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounded_attempts_agree_with_exact_ones() {
        for (share, retries) in [
            (Exact::ratio(1, 2), 0),
            (Exact::ratio(1, 2), 1000),
            (Exact::ratio(99, 100), 6),
            (Exact::ratio(99, 100), 999),
            (Exact::ratio(123_456_789, 1_000_000_000), 100),
            (Exact::ratio(999_999_999, 1_000_000_000), 1000),
            (Exact::ratio(1, 10_000_000_000_000_000_000), 1000),
        ] {
            let exact = share.sum_of_powers(retries);
            let rounded = rounded_attempts(&share, retries);
            let apart = if exact > rounded {
                &exact - &rounded
            } else {
                &rounded - &exact
            };
            // A unit of the 24th decimal, of at most 1,001 attempts.
            let limit = Exact::ratio(1, 1_000_000_000_000);
            assert!(apart <= &limit * &limit, "{share}, {retries}: {apart}");
        }
    }
}
