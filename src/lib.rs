//! Is this workload cheaper on AWS Lambda or on containers, and where is the break-even?
//!
//! [`compare`] takes a scenario as text and a price book, and gives an answer. All of it is exact:
//! amounts are ratios of integers ([`exact::Exact`]) until they are shown.
//!
//! The modules below are the rooms of the program, in dependency order (a room uses only rooms above
//! it; `tests/tidy.rs` checks the table). They are private: [`internals`] lists what the program's own
//! tests use of them.
//!
//! | room | knows |
//! |---|---|
//! | `units` | what AWS meters |
//! | `money` | US dollars and prices; the only place where a price is multiplied |
//! | `text` | text from outside made safe to print, similar names |
//! | `escape` | text from outside made safe in other formats |
//! | `color` | colour and line breaks |
//! | `diag` | diagnostics: what is wrong, where, and how to fix it |
//! | `pricebook` | the price book |
//! | `pricelist` | AWS's published price lists, which become price files |
//! | `scenario` | scenarios and functions files |
//! | `solve` | break-evens and flips |
//! | `plan` | the assignment of functions to platforms with the lowest bill |
//! | `platform` | what each platform charges: one folder each |
//! | `answer` | every number of an answer |
//! | `render` | the formats of answers, one per file |
//! | `check` | rules, and the formats of their reports |
//! | `json_schema` | JSON Schema of scenarios and answers |
//! | `cli` | the command line, files and the terminal (feature `cli`, on by default) |

#![warn(unreachable_pub)]
#![cfg_attr(
    not(feature = "cli"),
    allow(
        dead_code,
        unused_imports,
        reason = "only the command line writes answers, schemas and price lists"
    )
)]

mod answer;
mod check;
#[cfg(feature = "cli")]
mod cli;
mod color;
mod diag;
mod escape;
mod json_schema;
mod library;
mod money;
mod plan;
mod platform;
mod pricebook;
#[cfg(feature = "cli")]
mod pricelist;
mod render;
mod scenario;
mod solve;
mod text;
mod units;

#[doc(hidden)]
pub mod internals;

/// Exact ratios of integers.
pub use exact;

pub use diag::Diags;
pub use library::{BillLine, FunctionAnswer, PlatformAnswer, ScenarioAnswer, compare};
pub use platform::book as price_book;
pub use pricebook::Book;
