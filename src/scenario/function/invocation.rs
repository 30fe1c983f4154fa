//! The table `[function.invocation]`: attempts, and events that are billed as more than one
//! request.

use super::builder::FunctionReader;
use crate::diag::Code;
use crate::exact::Exact;
use crate::scenario::schema::Field;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Invocation {
    /// Mean attempts per invocation, at least 1.
    pub(super) attempts: Exact,
    /// Additional requests that are billed for a large asynchronous event.
    pub(super) further_requests: u32,
}

/// Maximum number of decimals for the expected number of attempts: enough for 17 digits and 11
/// retries.
const MOST_ATTEMPT_DIGITS: u32 = 200;
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
        if let Some(most) = MOST_ATTEMPT_DIGITS.checked_div(again)
            && stated.scale() > most
        {
            let message = format!(
                "`{}` has {} decimals, too many for {again} retries",
                rate.path(),
                stated.scale()
            );
            let help = format!(
                "state it with at most {most} decimals, or fewer retries: decimals x retries may \
                 be {MOST_ATTEMPT_DIGITS} at most"
            );
            self.wrong(Code::NotExact, self.at(rate), message, &help);
            return None;
        }
        Some(Exact::from(stated).sum_of_powers(again))
    }

    fn further_requests(&mut self) -> u32 {
        let stated = self.values.whole(Field::AsyncPayloadKb);
        let kb: u32 = stated.unwrap_or(ONE_REQUEST_KB);
        kb.saturating_sub(ONE_REQUEST_KB)
            .div_ceil(FURTHER_REQUEST_KB)
    }
}
