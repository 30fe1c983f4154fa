//! `[function.invocation]`: attempts, and events that are more than one request.

use super::builder::FunctionReader;
use crate::diag::Code;
use crate::exact::Exact;
use crate::scenario::schema::Field;

/// How a function is invoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Invocation {
    /// Attempts of one invocation on average, 1 and more.
    pub(super) attempts: Exact,
    /// Further requests that are billed for a large asynchronous event.
    pub(super) further_requests: u32,
}

/// Decimals that the expected number of attempts may have: enough for 17 digits and 11 retries.
const MOST_ATTEMPT_DIGITS: u32 = 200;
/// Size of an asynchronous event that is one request, KB (AWS Lambda pricing page).
const ONE_REQUEST_KB: u32 = 256;
/// Size of each further request of a larger one, KB.
const FURTHER_REQUEST_KB: u32 = 64;

impl FunctionReader<'_, '_, '_> {
    /// How the function is invoked, if anything is stated of it; an error where what is stated is
    /// wrong, which has been reported.
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
        // The sum of the powers has all digits of the highest one.
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
