//! Tables of the docs that are made of the program's own data: the keys of a scenario and the fields
//! of its answers. `UPDATE_DOCS=1 cargo test --test tables` writes them again.

use lambdacost::internals::json_schema::answer::{CHECK, COMPARE, COMPARE_SET, Object};
use lambdacost::internals::platform;
use lambdacost::internals::scenario::schema::{
    Bills, Field, FieldGroup, Key, Setting, SettingGroup,
};
use std::path::Path;
use std::{env, fs};

/// The keys of each table, by the name that its place in the page has.
fn tables() -> Vec<(&'static str, Vec<&'static Key>, Columns)> {
    let of_function = |name, groups: &[FieldGroup]| {
        let keys = groups.iter().flat_map(|group| group.keys());
        (name, keys.map(Field::key).collect(), Columns::WithBills)
    };
    let of_scenario = |name, group: SettingGroup| {
        let keys = group.keys().map(Setting::key).collect();
        (name, keys, Columns::WithoutBills)
    };
    let with_keys = platform::shapes().into_iter();
    let of_platforms = with_keys
        .filter(|shape| !shape.keys.is_empty())
        .map(|shape| (shape.id, shape.keys.to_vec(), Columns::WithoutBills));
    let mut tables = vec![
        of_scenario("top", SettingGroup::Top),
        of_function("function", &[FieldGroup::Function, FieldGroup::Provisioned]),
        of_function("features", &[FieldGroup::Features, FieldGroup::Invocation]),
        of_function("container", &[FieldGroup::Container]),
        of_scenario("budget", SettingGroup::Budget),
        of_function("function-budget", &[FieldGroup::Budget]),
        of_function("function-managed", &[FieldGroup::Managed]),
        of_scenario("extra", SettingGroup::Extra),
        of_scenario("commitment", SettingGroup::Commitment),
    ];
    tables.extend(of_platforms);
    tables
}

/// Whether a table has a column for the bills that a key can change.
#[derive(Clone, Copy, PartialEq)]
enum Columns {
    WithBills,
    WithoutBills,
}

fn table(keys: &[&Key], columns: Columns) -> String {
    let platforms = platform::ids();
    let row = |cells: &[&str]| {
        let cells = cells.iter().map(|cell| match *cell {
            "" => " |".to_owned(),
            cell => format!(" {cell} |"),
        });
        format!("|{}\n", cells.collect::<String>())
    };
    let mut head = vec!["key", "meaning", "unit", "value", "default"];
    if columns == Columns::WithBills {
        head.push("changes the bills of");
    }
    let mut text = row(&head) + &"|---".repeat(head.len()) + "|\n";
    for key in keys {
        let (path, value) = (format!("`{}`", key.path), key.value(&platforms));
        let bills = key.bills(&platform::shapes());
        let mut cells = vec![&*path, key.meaning, key.unit, &*value, key.default];
        if columns == Columns::WithBills {
            cells.push(&bills);
        }
        text += &row(&cells);
    }
    text
}

fn fields(object: &Object) -> String {
    let mut text = "| field | type | meaning |\n|---|---|---|\n".to_owned();
    for field in object.fields {
        let kind = field.kind.describe();
        text += &format!("| `{}` | {kind} | {} |\n", field.name, field.meaning);
    }
    text
}

/// Every table of a page: its name, and its text.
type Tables = Vec<(&'static str, String)>;

fn tables_of_keys() -> Tables {
    let mut texts: Tables = tables()
        .into_iter()
        .map(|(name, keys, columns)| (name, table(&keys, columns)))
        .collect();
    let (_, top) = texts
        .iter_mut()
        .find(|(name, _)| *name == "top")
        .expect("a table");
    for platform in platform::PLATFORMS {
        let (id, title) = (platform.id(), platform.spec().title);
        let none = match platform.spec().shape.keys {
            [] => "; there are none yet",
            _ => "",
        };
        top.push_str(&format!(
            "| `{id}` | options of {title}{none} | | | none |\n"
        ));
    }
    texts
}

fn tables_of_fields() -> Tables {
    let compared = COMPARE.all();
    let mut of_set = COMPARE_SET.all();
    of_set.retain(|object| !compared.iter().any(|known| known.name == object.name));
    let objects = compared.into_iter().chain(of_set).chain(CHECK.all());
    objects
        .map(|object| (object.name, fields(object)))
        .collect()
}

/// The page with every table made of the data: they are between `<!-- WHAT: NAME -->` and
/// `<!-- end of WHAT -->`.
fn written(page: &str, what: &str, mut tables: Tables) -> String {
    let (begin, end) = (format!("<!-- {what}: "), format!("<!-- end of {what} -->"));
    let mut parts = page.split(&begin);
    let mut text = parts.next().expect("a beginning").to_owned();
    for part in parts {
        let (name, rest) = part.split_once(" -->\n").expect("a name");
        let (_, rest) = rest.split_once(&end).expect("an end for every place");
        let number = tables.iter().position(|(known, _)| *known == name);
        let number = number.unwrap_or_else(|| panic!("no table, or a second place for {name}"));
        let (_, table) = tables.remove(number);
        text += &format!("{begin}{name} -->\n{table}{end}{rest}");
    }
    let left: Vec<&str> = tables.iter().map(|(name, _)| *name).collect();
    assert!(left.is_empty(), "without a place in the page: {left:?}");
    text
}

fn hold(page: &str, what: &str, tables: Tables) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let found = fs::read_to_string(&path).expect("the page");
    let wanted = written(&found, what, tables);
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, wanted).expect("it can be written");
        return;
    }
    let mut pairs = found.lines().zip(wanted.lines());
    let first = pairs.find(|(found, wanted)| found != wanted);
    assert!(
        found == wanted,
        "{page} is not up to date; `UPDATE_DOCS=1 cargo test --test tables` writes it\n{first:?}"
    );
}

#[test]
fn the_tables_of_keys_are_those_of_the_program() {
    hold("docs/scenario.md", "keys", tables_of_keys());
}

#[test]
fn the_tables_of_fields_are_those_of_the_program() {
    hold("docs/json.md", "fields", tables_of_fields());
}

#[test]
fn every_key_is_in_one_table() {
    let listed: Vec<&str> = tables()
        .into_iter()
        .flat_map(|(_, keys, _)| keys)
        .map(|key| key.path)
        .collect();
    let shapes = platform::shapes();
    let of_platforms = shapes.iter().flat_map(|shape| shape.keys);
    let all = Field::ALL.map(Field::path).into_iter();
    let all = all.chain(Setting::ALL.map(Setting::path));
    let all: Vec<&str> = all.chain(of_platforms.map(|key| key.path)).collect();
    assert_eq!(listed.len(), all.len());
    for path in all {
        assert!(listed.contains(&path), "{path} is in no table");
    }
}

#[test]
fn the_platforms_of_every_key_exist() {
    let ids = platform::ids();
    let fields = Field::ALL.map(Field::key).into_iter();
    for key in fields.chain(Setting::ALL.map(Setting::key)) {
        let Bills::Of(some) = key.bills else { continue };
        for id in some {
            assert!(ids.contains(id), "{}: {id}", key.path);
        }
    }
}
