//! Lists the region files of `pricing/`, so that adding a region is adding a file.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = env::var("CARGO_MANIFEST_DIR")?;
    let pricing = Path::new(&root).join("pricing");
    println!("cargo::rerun-if-changed=pricing");
    let mut files = Vec::new();
    for entry in fs::read_dir(&pricing)? {
        let path = entry?.path();
        let name = path.file_stem().and_then(|stem| stem.to_str());
        if let (Some(name), Some("toml")) = (name, path.extension().and_then(|end| end.to_str()))
            && name != "sources"
        {
            files.push((name.to_owned(), path.clone()));
        }
    }
    files.sort();
    let mut code = String::from("pub static REGION_FILES: &[(&str, &str)] = &[\n");
    for (name, path) in &files {
        writeln!(code, "    ({name:?}, include_str!({path:?})),")?;
    }
    code.push_str("];\n");
    fs::write(
        Path::new(&env::var("OUT_DIR")?).join("region_files.rs"),
        code,
    )?;
    Ok(())
}
