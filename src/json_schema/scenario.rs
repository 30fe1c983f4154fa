//! The schema of a scenario, made from the rows of its keys.

use super::{DRAFT, closed};
use crate::scenario::schema::{
    ALTERNATIVES, Bounds, Field, FieldGroup, Key, NEEDED, Setting, SettingGroup, ValueKind,
};
use crate::scenario::{Level, PlatformShape, RuleShape};
use crate::text::without_links;
use serde_json::{Map, Value, json};

/// Names that a scenario can use and that other rooms know.
pub(crate) struct Names<'n> {
    pub platforms: &'n [PlatformShape],
    /// Regions of the price book.
    pub regions: &'n [&'n str],
    pub rules: &'n [RuleShape],
}

/// The schema of a scenario.
pub(crate) fn scenario(names: &Names<'_>) -> Value {
    let mut root = closed(json!({}));
    let in_tables = Setting::ALL
        .into_iter()
        .filter(|setting| setting.group() != SettingGroup::Extra);
    for setting in in_tables {
        let leaf = match setting {
            Setting::Defaults => json!({"$ref": "#/definitions/keys"}),
            Setting::Function => json!({
                "type": "array",
                "items": {"allOf": [{"$ref": "#/definitions/keys"}, {"required": ["name"]}]},
            }),
            Setting::BudgetFunctions => json!({
                "type": "object",
                "additionalProperties": {"$ref": "#/definitions/keys/properties/budget"},
            }),
            Setting::BudgetTags => json!({
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": {"$ref": "#/definitions/keys/properties/budget"},
                },
            }),
            Setting::Rules => rules(names.rules),
            Setting::Discounts => json!({
                "type": "object",
                "additionalProperties": {"$ref": "#/definitions/discount"},
            }),
            _ => names.value(setting.kind()),
        };
        insert(
            &mut root,
            setting.path(),
            described(leaf, setting.key(), names),
        );
    }
    for platform in names.platforms {
        root["properties"][platform.id] = closed(json!({}));
        for key in platform.keys {
            let leaf = names.value(key.kind);
            insert(&mut root, key.path, described(leaf, key, names));
        }
    }
    root["properties"]["commitment"]["required"] = json!(required(SettingGroup::Commitment));
    root["$schema"] = json!(DRAFT);
    root["title"] = json!("Scenario of lambdacost");
    root["definitions"] = json!({
        "keys": keys(names),
        "discount": discount(),
        "extra": extra(names, |_| true),
        "function-extra": extra(names, |setting| setting != Setting::ExtraRegion),
    });
    root["anyOf"] = json!([{"required": ["function"]}, {"required": ["functions"]}]);
    // With `[defaults]`, functions can lack required keys.
    root["if"] = json!({"not": {"required": ["defaults"]}});
    root["then"] = json!({"properties": {"function": {"items": {"allOf": needed()}}}});
    root
}

/// The words of the keys of a table that are required.
fn required(group: SettingGroup) -> Vec<&'static str> {
    let keys = group.keys();
    let required = keys.filter(|setting| setting.key().default == "required");
    required.map(Setting::word).collect()
}

/// A stated cost, with those of its keys that `has` selects.
fn extra(names: &Names<'_>, has: impl Fn(Setting) -> bool) -> Value {
    let mut table = closed(json!({}));
    for setting in SettingGroup::Extra.keys().filter(|setting| has(*setting)) {
        let leaf = described(names.value(setting.kind()), setting.key(), names);
        insert(&mut table, setting.word(), leaf);
    }
    table["required"] = json!(required(SettingGroup::Extra));
    let costs = [Setting::ExtraMonthly, Setting::ExtraMillion];
    let stated = costs.map(|setting| json!({"required": [setting.word()]}));
    table["anyOf"] = json!(stated);
    table
}

/// The keys of a function.
fn keys(names: &Names<'_>) -> Value {
    let mut table = closed(json!({}));
    for field in Field::ALL {
        let leaf = described(names.value(field.kind()), field.key(), names);
        insert(&mut table, field.path(), leaf);
    }
    table["properties"]["extra"] = json!({
        "type": "array",
        "items": {"$ref": "#/definitions/function-extra"},
        "description": "Costs of this function that the price book does not have",
    });
    let exclusive: Vec<Value> = ALTERNATIVES
        .into_iter()
        .filter(|fields| {
            fields
                .iter()
                .all(|field| field.group() == FieldGroup::Function)
        })
        .map(|fields| json!({"not": {"required": fields.iter().map(|field| field.path()).collect::<Vec<_>>()}}))
        .collect();
    table["allOf"] = json!(exclusive);
    table
}

/// The required keys of a function if there are no `[defaults]`. Its region can come from the
/// command line.
fn needed() -> Vec<Value> {
    let stated = NEEDED
        .into_iter()
        .filter(|fields| !fields.contains(&Field::Region));
    stated
        .map(|fields| match fields {
            [only] => json!({"required": [only.path()]}),
            some => {
                let each = some.iter().map(|field| json!({"required": [field.path()]}));
                let jobs = some.contains(&Field::Utilization).then(job);
                json!({"anyOf": each.chain(jobs).collect::<Vec<_>>()})
            }
        })
        .collect()
}

/// A function that runs as jobs.
fn job() -> Value {
    let run = json!({"properties": {"run": {"enum": ["job"]}}, "required": ["run"]});
    json!({"properties": {"container": run}, "required": ["container"]})
}

/// `[rules]`: a level, or a table with the level and the parameters of the rule.
fn rules(shapes: &[RuleShape]) -> Value {
    let level = json!({"type": "string", "enum": Level::NAMES});
    let mut rules = Map::new();
    for shape in shapes {
        let mut properties = Map::new();
        properties.insert("level".to_owned(), level.clone());
        for (name, bounds) in shape.parameters {
            properties.insert((*name).to_owned(), number(*bounds));
        }
        let table = closed(Value::Object(properties));
        rules.insert(shape.code.to_owned(), json!({"anyOf": [level, table]}));
    }
    closed(Value::Object(rules))
}

/// A discount, or a table of them: the path of a meter can be quoted or nested.
fn discount() -> Value {
    let mut share = number(Bounds::SHARE);
    share["type"] = json!(["number", "string", "object"]);
    share["additionalProperties"] = json!({"$ref": "#/definitions/discount"});
    share
}

impl Names<'_> {
    fn ids(&self) -> Vec<&'static str> {
        self.platforms.iter().map(|platform| platform.id).collect()
    }

    fn value(&self, kind: ValueKind) -> Value {
        match kind {
            ValueKind::Text | ValueKind::FileName | ValueKind::InstanceType => {
                json!({"type": "string", "minLength": 1, "maxLength": 256})
            }
            ValueKind::Region => json!({"type": "string", "enum": self.regions}),
            ValueKind::OneOf(words) => json!({"type": "string", "enum": words}),
            ValueKind::Platform => json!({"type": "string", "enum": self.ids()}),
            ValueKind::Platforms => json!({
                "type": "array",
                "minItems": 1,
                "uniqueItems": true,
                "items": {"type": "string", "enum": self.ids()},
            }),
            ValueKind::Flag => json!({"type": "boolean"}),
            ValueKind::Number(bounds) => number(bounds),
            ValueKind::NumberOr(bounds, word) => {
                json!({"anyOf": [number(bounds), {"type": "string", "enum": [word]}]})
            }
            ValueKind::Names => json!({
                "type": "array",
                "minItems": 1,
                "items": {"type": "string", "minLength": 1, "maxLength": 256},
            }),
            ValueKind::Account => json!({"type": "string", "pattern": "^[0-9]{12}$"}),
            ValueKind::Tags => json!({
                "type": "object",
                "propertyNames": {"minLength": 1, "maxLength": 128},
                "additionalProperties": {"type": "string", "minLength": 1, "maxLength": 256},
            }),
            ValueKind::Extras => json!({
                "type": "array",
                "items": {"$ref": "#/definitions/extra"},
            }),
            ValueKind::Table | ValueKind::Functions => closed(json!({})),
        }
    }
}

/// A number, or a number as text. The bounds apply to the former, the pattern to the latter.
fn number(bounds: Bounds) -> Value {
    let kind = if bounds.whole { "integer" } else { "number" };
    let percent = if bounds.percent { " *%?" } else { "" };
    let digits = r"([0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)([eE][+-]?[0-9]+)?";
    let low = if bounds.above_low {
        "exclusiveMinimum"
    } else {
        "minimum"
    };
    json!({
        "type": [kind, "string"],
        low: bounds.low,
        "maximum": bounds.high,
        "pattern": format!("^ *[+]?{digits}{percent} *$"),
    })
}

/// Adds the meaning of a key to its schema.
fn described(mut schema: Value, key: &Key, names: &Names<'_>) -> Value {
    let ids = names.ids();
    let value = key.value(&ids);
    let parts = [
        ("", key.meaning.to_owned()),
        ("Unit: ", key.unit.to_owned()),
        ("Value: ", value),
        ("Default: ", key.default.to_owned()),
        ("Changes the bills of: ", key.bills(names.platforms)),
    ];
    let stated = parts.into_iter().filter(|(_, text)| !text.is_empty());
    let lines: Vec<String> = stated
        .map(|(label, text)| format!("{label}{text}"))
        .collect();
    schema["description"] = json!(without_links(&lines.join("\n\n")));
    schema
}

/// Inserts a schema at a dotted path in a table, and creates the tables on the way. A `*` in the path
/// is any name.
fn insert(table: &mut Value, path: &str, schema: Value) {
    let mut place = table;
    let mut words = path.split('.').peekable();
    while let Some(word) = words.next() {
        let slot = match word {
            "*" => &mut place["additionalProperties"],
            _ => &mut place["properties"][word],
        };
        if words.peek().is_none() {
            *slot = schema;
            return;
        }
        if !slot.is_object() {
            *slot = closed(json!({}));
        }
        place = slot;
    }
}
