//! JSON Schema of scenarios and of the answers of `compare` and `check`. It uses draft-07, which
//! TOML editors support.
//!
//! The schema of scenarios is made from the rows of [`crate::scenario::schema`]. The schemas of
//! answers are made from the tables in [`answer`], from which `docs/json.md` is also written.

pub(crate) mod answer;
mod scenario;

pub(crate) use scenario::{Names, scenario};

use serde_json::{Value, json};

/// The version of JSON Schema.
const DRAFT: &str = "http://json-schema.org/draft-07/schema#";

/// A schema of an object without other keys.
fn closed(properties: Value) -> Value {
    json!({"type": "object", "additionalProperties": false, "properties": properties})
}

/// A schema as a file.
pub(crate) fn text(schema: &Value) -> String {
    format!("{schema:#}\n")
}
