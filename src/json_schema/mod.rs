//! JSON Schema (draft-07, which editors of TOML read) of what goes in and comes out: the scenario,
//! and the answers of `compare` and `check`.
//!
//! The scenario's schema is made of the rows of [`crate::scenario::schema`], the schemas of answers
//! of the tables in [`answer`], from which `docs/json.md` is written too.

pub mod answer;
mod scenario;

pub use scenario::{Names, scenario};

use serde_json::{Value, json};

/// The draft that the schemas are written in.
const DRAFT: &str = "http://json-schema.org/draft-07/schema#";

/// A schema of an object that has no other keys than these.
fn closed(properties: Value) -> Value {
    json!({"type": "object", "additionalProperties": false, "properties": properties})
}

/// A schema as a file.
pub fn text(schema: &Value) -> String {
    format!("{schema:#}\n")
}
