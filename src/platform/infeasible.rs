//! Why a function cannot run somewhere, which is an answer and no error: the other sides are priced.

/// What kind of reason it is: one stable name each, listed in `docs/errors.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It runs longer than the platform lets it.
    TooLong,
    /// Its memory is outside what the platform has.
    MemoryOutOfRange,
    /// One request of it is more than the largest unit, or the stated one, holds.
    DoesNotFit,
    /// The platform lacks something that it needs: an operating system, an architecture, jobs.
    NotSupported,
    /// Too little is stated of it.
    NotStated,
}

impl Refusal {
    /// Every kind, for the manual and the tests.
    pub const ALL: [Self; 5] = [
        Self::TooLong,
        Self::MemoryOutOfRange,
        Self::DoesNotFit,
        Self::NotSupported,
        Self::NotStated,
    ];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::TooLong => "too-long",
            Self::MemoryOutOfRange => "memory-out-of-range",
            Self::DoesNotFit => "does-not-fit",
            Self::NotSupported => "not-supported",
            Self::NotStated => "not-stated",
        }
    }
}

/// Why a function cannot run somewhere, and what would change that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Infeasible {
    /// The kind of reason.
    pub code: Refusal,
    /// The reason, a part of a sentence.
    pub reason: String,
    /// What to do, likewise.
    pub advice: String,
}

impl Infeasible {
    /// A reason with its kind and what to do about it.
    pub fn new(code: Refusal, reason: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            code,
            reason: reason.into(),
            advice: advice.into(),
        }
    }

    /// Nothing is priced in the region of a function. Binding the platform says so first.
    pub fn unpriced(what: &str) -> Self {
        Self::new(
            Refusal::NotSupported,
            format!("the region has no prices of {what}"),
            "leave the platform out",
        )
    }
}
