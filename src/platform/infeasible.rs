//! Reasons why a function cannot run on a platform. They are answers, not errors: the other
//! platforms are still priced.

use crate::text::escaped_name;

/// Kinds of reasons. Each has a stable name, listed in `docs/errors.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It runs longer than the platform allows.
    TooLong,
    /// Its memory is outside the platform's range.
    MemoryOutOfRange,
    /// One request needs more than the largest or the stated container.
    DoesNotFit,
    /// The platform does not support what it needs: an operating system, an architecture, jobs.
    NotSupported,
    /// The scenario does not state enough about it.
    NotStated,
}

impl Refusal {
    /// Every kind, for `explain-error` and the tests.
    pub const ALL: [Self; 5] = [
        Self::TooLong,
        Self::MemoryOutOfRange,
        Self::DoesNotFit,
        Self::NotSupported,
        Self::NotStated,
    ];

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

/// Why a function cannot run on a platform, and what would change that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Infeasible {
    pub code: Refusal,
    /// A part of a sentence.
    pub reason: String,
    /// What to do, as a part of a sentence.
    pub advice: String,
}

impl Infeasible {
    pub(crate) fn new(code: Refusal, reason: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            code,
            reason: reason.into(),
            advice: advice.into(),
        }
    }

    /// The same reason for all functions of a service, of which one cannot run.
    pub(crate) fn of_member(self, name: &str, service: &str) -> Self {
        Self {
            reason: format!(
                "`{}` of its service `{}` cannot run there: {}",
                escaped_name(name),
                escaped_name(service),
                self.reason
            ),
            ..self
        }
    }
}
