//! The files of the project, for tests that read them.

#![allow(dead_code, reason = "each test that includes it uses a part of it")]

use std::fs;
use std::path::Path;

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files in a folder and in the folders below it, sorted. Names start at the root of the project
/// and have forward slashes.
pub fn files(folder: &str) -> Vec<String> {
    files_except(folder, &[])
}

/// The same, without the files and folders of these names.
pub fn files_except(folder: &str, skipped: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    collect(&root().join(folder), skipped, &mut found);
    found.sort();
    found
}

/// The files of a folder that have an extension.
pub fn files_with(folder: &str, extension: &str) -> Vec<String> {
    let mut found = files(folder);
    found.retain(|name| has_extension(name, extension));
    found
}

pub fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|own| own == extension)
}

/// The text of a file of the project.
pub fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn collect(folder: &Path, skipped: &[&str], found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("an entry").path();
        let inside = path.strip_prefix(root()).expect("inside the project");
        let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
        let name = parts.join("/");
        if skipped.contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            collect(&path, skipped, found);
        } else {
            found.push(name);
        }
    }
}
