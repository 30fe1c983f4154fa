//! JSON Schema of scenarios and of the answers of `compare` and `check`. It uses draft-07, which
//! TOML editors support.
//!
//! The schema of scenarios is made from the rows of [`crate::scenario::schema`]. The schemas of
//! answers are made from the tables in [`answer`], from which `docs/json.md` is also written.

pub(crate) mod answer;
pub(crate) mod check_answer;
mod crossover;
mod plan_answer;
mod scenario;

pub(crate) use scenario::{Names, scenario};

use answer::{COMPARE, COMPARE_SET, Object};
use check_answer::CHECK;
use serde_json::{Map, Value, json};

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

/// The schema of the output of `compare --format json`, with and without `--set`: an object, or an
/// array of objects for several regions.
pub(crate) fn compare() -> Value {
    one_or_several("Answer of lambdacost compare", &[&COMPARE, &COMPARE_SET])
}

/// The schema of the output of `check --format json`: an object, or an array of objects for several
/// scenarios.
pub(crate) fn check() -> Value {
    one_or_several("Answer of lambdacost check", &[&CHECK])
}

fn one_or_several(title: &str, roots: &[&'static Object]) -> Value {
    let mut definitions = Map::new();
    for object in roots.iter().flat_map(|root| root.all()) {
        definitions.insert(object.name.to_owned(), object.schema());
    }
    let shapes = roots.iter().flat_map(|root| {
        let one = json!({"$ref": format!("#/definitions/{}", root.name)});
        let some = json!({"type": "array", "items": one.clone()});
        [one, some]
    });
    let shapes: Vec<Value> = shapes.collect();
    json!({"$schema": DRAFT, "title": title, "definitions": definitions, "anyOf": shapes})
}
