//! Files in memory, and what an import makes of them.

#![allow(dead_code, reason = "each test that includes it uses a part of it")]

use import::{Files, Import, Kind, Mistake, Named, Options};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

/// Files by path. A path that others continue is a folder.
#[derive(Default)]
pub struct InMemory(pub BTreeMap<PathBuf, Vec<u8>>);

impl InMemory {
    pub fn new<const N: usize>(files: [(&str, &[u8]); N]) -> Self {
        let files = files.map(|(path, bytes)| (PathBuf::from(path), bytes.to_vec()));
        Self(files.into())
    }

    /// The same with another file.
    pub fn with(mut self, path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.0.insert(path.into(), bytes.into());
        self
    }

    /// Imports every file, in the order of their names.
    pub fn import(&self, options: &Options) -> Result<Import, Vec<Mistake>> {
        let named = self.0.keys().map(|path| Named {
            path: path.clone(),
            region: Some("eu-west-1".to_owned()),
            ..Named::default()
        });
        import::import(self, &named.collect::<Vec<_>>(), options)
    }

    /// The summary of an import that has no mistakes.
    pub fn summary(&self, options: &Options) -> Value {
        let found = self.import(options);
        let found = found.unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
        serde_json::from_str(&import::json(&found, "0")).expect("JSON")
    }
}

impl Files for InMemory {
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        let bytes = self.0.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(Cursor::new(bytes.clone())))
    }

    fn stdin(&self) -> io::Result<Box<dyn Read + Send>> {
        self.open(Path::new("-"))
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<(PathBuf, Kind)>> {
        let mut found: BTreeMap<PathBuf, Kind> = BTreeMap::new();
        for path in self.0.keys() {
            let Ok(inside) = path.strip_prefix(folder) else {
                continue;
            };
            let mut parts = inside.components();
            let name = parts.next().expect("a file in the folder");
            let kind = if parts.next().is_some() {
                Kind::Folder
            } else {
                Kind::File
            };
            found.insert(name.as_os_str().into(), kind);
        }
        Ok(found.into_iter().collect())
    }

    fn kind(&self, path: &Path) -> io::Result<Kind> {
        if self.0.contains_key(path) {
            return Ok(Kind::File);
        }
        let is_folder = self.0.keys().any(|own| own.starts_with(path));
        is_folder
            .then_some(Kind::Folder)
            .ok_or(io::ErrorKind::NotFound.into())
    }
}

/// A figure of a function.
pub fn figure<'v>(summary: &'v Value, function: &str, key: &str) -> &'v str {
    let functions = summary["functions"].as_array().expect("functions");
    let own = functions.iter().find(|own| own["name"] == function);
    let own = own.unwrap_or_else(|| panic!("no function {function} in {summary:#}"));
    own["figures"][key]["value"].as_str().unwrap_or_default()
}
