//! Imports files and prints what was found, without the command line of the program.

use import::{Files, Kind, Named, Options, ReadSeek};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

struct Disk;

impl Files for Disk {
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(File::open(path)?))
    }

    fn seekable(&self, path: &Path) -> io::Result<Option<Box<dyn ReadSeek>>> {
        Ok(Some(Box::new(File::open(path)?)))
    }

    fn stdin(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(io::stdin()))
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<(PathBuf, Kind)>> {
        let mut names: Vec<(PathBuf, Kind)> = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let kind = self.kind(&entry.path())?;
            names.push((entry.file_name().into(), kind));
        }
        names.sort_by(|left, right| left.0.cmp(&right.0));
        Ok(names)
    }

    fn kind(&self, path: &Path) -> io::Result<Kind> {
        let kind = fs::metadata(path)?;
        Ok(if kind.is_dir() {
            Kind::Folder
        } else {
            Kind::File
        })
    }
}

fn main() -> io::Result<()> {
    let named = std::env::args().skip(1).map(|path| Named {
        path: path.into(),
        ..Named::default()
    });
    let named: Vec<Named> = named.collect();
    let mut out = io::stdout().lock();
    match import::import(&Disk, &named, &Options::default()) {
        Ok(import) => {
            write!(out, "{}", import::toml(&import))?;
            for line in import::report(&import) {
                writeln!(io::stderr(), "{line}")?;
            }
        }
        Err(mistakes) => {
            for mistake in mistakes {
                writeln!(io::stderr(), "{mistake:?}")?;
            }
        }
    }
    Ok(())
}
