//! Lists the price files of `pricing/`, so that adding a region is adding a file.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

/// Folders of price files, each with the name of its list: the regions, and prices that few runs
/// need.
const FOLDERS: [(&str, &str); 4] = [
    ("pricing", "REGION_FILES"),
    ("pricing/auto_mode", "AUTO_MODE_FILES"),
    ("pricing/other_types", "OTHER_TYPE_FILES"),
    ("pricing/reserved", "RESERVED_FILES"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let root = env::var("CARGO_MANIFEST_DIR")?;
    println!("cargo::rerun-if-changed=pricing");
    let mut code = String::new();
    for (folder, list) in FOLDERS {
        files(&root, folder, list, &mut code)?;
    }
    fs::write(
        Path::new(&env::var("OUT_DIR")?).join("region_files.rs"),
        code,
    )?;
    Ok(())
}

/// Writes the files of a folder as a list of regions with their texts, sorted. The code names the root
/// of the project by its variable: two clones can share a target folder and what is generated in it.
fn files(root: &str, folder: &str, list: &str, code: &mut String) -> Result<(), Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(Path::new(root).join(folder))? {
        let path = entry?.path();
        let name = path.file_stem().and_then(|stem| stem.to_str());
        if let (Some(name), Some("toml")) = (name, path.extension().and_then(|end| end.to_str()))
            && name != "sources"
        {
            files.push(name.to_owned());
        }
    }
    files.sort();
    writeln!(code, "static {list}: &[(&str, &str)] = &[")?;
    for name in &files {
        let path = format!("/{folder}/{name}.toml");
        writeln!(
            code,
            "    ({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {path:?}))),"
        )?;
    }
    writeln!(code, "];")?;
    Ok(())
}
