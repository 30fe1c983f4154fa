//! Converts the price files of `pricing/` to lines, so that adding a region is adding a file, and a run
//! reads prices without parsing TOML. `src/pricebook/built_in.rs` reads the lines.
//!
//! A file becomes these lines, with fields separated by tabs:
//!
//! * the newest date of its prices, and the name of the region in AWS's price list;
//! * each provenance, after an empty field: date, confidence, source;
//! * each price, by the path of its meter: path, start of its tier, dollars, unit, index of its
//!   provenance, rate code. A flat price has no start. The tiers of a meter are in ascending order.
//!
//! A field without a value is empty.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};
use toml::de::{DeTable, DeValue};

/// Folders of price files, each with the name of its list: the regions, and prices that few runs
/// need.
const FOLDERS: [(&str, &str); 4] = [
    ("pricing", "REGION_FILES"),
    ("pricing/auto_mode", "AUTO_MODE_FILES"),
    ("pricing/other_types", "OTHER_TYPE_FILES"),
    ("pricing/reserved", "RESERVED_FILES"),
];
/// Keys at the top of a file. All others are prices and their tables.
const HEAD: [&str; 4] = ["region", "name", "as_of", "currency"];
/// Keys of a price that can be in its table instead.
const PROVENANCE: [&str; 3] = ["as_of", "confidence", "source"];

fn main() -> Result<(), Box<dyn Error>> {
    let root = env::var("CARGO_MANIFEST_DIR")?;
    let out = env::var("OUT_DIR")?;
    println!("cargo::rerun-if-changed=pricing");
    let mut code = String::new();
    for (folder, list) in FOLDERS {
        files(&root, &out, folder, list, &mut code)?;
    }
    fs::write(Path::new(&out).join("region_files.rs"), code)?;
    Ok(())
}

/// Converts the files of a folder, and writes a list of regions with their lines, sorted.
fn files(
    root: &str,
    out: &str,
    folder: &str,
    list: &str,
    code: &mut String,
) -> Result<(), Box<dyn Error>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(Path::new(root).join(folder))? {
        let path = entry?.path();
        let name = path.file_stem().and_then(|stem| stem.to_str());
        if let (Some(name), Some("toml")) = (name, path.extension().and_then(|end| end.to_str()))
            && name != "sources"
        {
            names.push(name.to_owned());
        }
    }
    names.sort();
    fs::create_dir_all(Path::new(out).join(folder))?;
    writeln!(code, "static {list}: &[(&str, &str)] = &[")?;
    for name in &names {
        let toml = format!("{folder}/{name}.toml");
        let text = fs::read_to_string(Path::new(root).join(&toml))?;
        let lines = lines(&text).map_err(|fault| format!("{toml}: {fault}"))?;
        let path = format!("/{folder}/{name}.txt");
        fs::write(format!("{out}{path}"), lines)?;
        writeln!(
            code,
            "    ({name:?}, include_str!(concat!(env!(\"OUT_DIR\"), {path:?}))),"
        )?;
    }
    writeln!(code, "];")?;
    Ok(())
}

/// The lines of a price file. This refuses only what the lines cannot express: `tests/book.rs` reads
/// every file with all checks, and compares.
fn lines(text: &str) -> Result<String, String> {
    let document = DeTable::parse(text).map_err(|error| error.to_string())?;
    let root = document.get_ref();
    let mut prices = Prices::default();
    for (key, value) in root {
        if !HEAD.contains(&key.get_ref().as_ref()) {
            prices.value(key.get_ref(), value.get_ref(), Default::default())?;
        }
    }
    let (as_of, name) = (field(root, "as_of")?, field(root, "name")?);
    let mut lines = format!("{as_of}\t{name}\n");
    for [as_of, confidence, source] in &prices.provenances {
        lines += &format!("\t{as_of}\t{confidence}\t{source}\n");
    }
    for line in prices.lines.values().flatten() {
        lines += line;
    }
    Ok(lines)
}

/// A text of a table; empty without the key.
fn field<'t>(table: &'t DeTable<'_>, key: &str) -> Result<&'t str, String> {
    let Some(value) = table.get(key) else {
        return Ok("");
    };
    match value.get_ref().as_str() {
        Some(text) if !text.is_empty() && !text.contains(['\t', '\n', '\r']) => Ok(text),
        _ => Err(format!("`{key}` must be a quoted text of one line")),
    }
}

/// The lines of all prices by the path of their meter.
#[derive(Default)]
struct Prices {
    provenances: Vec<[String; 3]>,
    lines: BTreeMap<String, Vec<String>>,
}

impl Prices {
    /// A meter, or a table of meters.
    fn value(&mut self, path: &str, value: &DeValue<'_>, outer: [&str; 3]) -> Result<(), String> {
        match value {
            DeValue::Table(table) if table.contains_key("usd") => self.price(path, table, outer),
            DeValue::Table(table) => {
                let own = inherit(table, outer)?;
                for (key, value) in table {
                    if !PROVENANCE.contains(&key.get_ref().as_ref()) {
                        self.value(&format!("{path}.{}", key.get_ref()), value.get_ref(), own)?;
                    }
                }
                Ok(())
            }
            DeValue::Array(tiers) => {
                for tier in tiers {
                    let tier = tier.get_ref().as_table();
                    let tier =
                        tier.ok_or_else(|| format!("`{path}` has a tier that is no table"))?;
                    self.price(path, tier, outer)?;
                }
                Ok(())
            }
            _ => Err(format!("`{path}` is not a price")),
        }
    }

    /// A flat price or a tier.
    fn price(&mut self, path: &str, table: &DeTable<'_>, outer: [&str; 3]) -> Result<(), String> {
        let provenance = inherit(table, outer)?.map(str::to_owned);
        let known = self.provenances.iter().position(|one| *one == provenance);
        let known = known.unwrap_or_else(|| {
            self.provenances.push(provenance);
            self.provenances.len() - 1
        });
        let [from, usd, per, code] =
            ["from", "usd", "per", "rate_code"].map(|key| field(table, key));
        let line = format!(
            "{path}\t{}\t{}\t{}\t{known}\t{}\n",
            from?, usd?, per?, code?
        );
        self.lines.entry(path.to_owned()).or_default().push(line);
        Ok(())
    }
}

/// The provenance of a price or a table; what it does not state is that of the table around it.
fn inherit<'t>(table: &'t DeTable<'_>, outer: [&'t str; 3]) -> Result<[&'t str; 3], String> {
    let mut own = outer;
    for (own, key) in own.iter_mut().zip(PROVENANCE) {
        let stated = field(table, key)?;
        if !stated.is_empty() {
            *own = stated;
        }
    }
    Ok(own)
}
