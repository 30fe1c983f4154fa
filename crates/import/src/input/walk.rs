//! The files that the user names, and those in folders.

use super::{Files, Kind, Named, RECOGNIZED};
use crate::input::text;
use crate::mistake::Mistake;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

/// Folders inside folders.
const DEEPEST: usize = 64;

/// A file to read.
pub(super) struct Found<'n> {
    pub(super) path: PathBuf,
    pub(super) named: &'n Named,
    /// A file in a folder that has no known format is skipped.
    pub(super) is_in_folder: bool,
}

/// The files of an input, by name.
pub(super) fn files_of<'n>(
    files: &dyn Files,
    named: &'n Named,
    mistakes: &mut Vec<Mistake>,
) -> Vec<Found<'n>> {
    let mut found = Vec::new();
    let kind = if named.path.as_os_str() == "-" {
        Ok(Kind::Other)
    } else {
        files.kind(&named.path)
    };
    match kind {
        Ok(Kind::Folder | Kind::LinkedFolder) => {
            walk(files, named, &named.path, 0, &mut found, mistakes);
            if found.is_empty() {
                let path = named.path.to_string_lossy();
                mistakes.push(Mistake::new(
                    &path,
                    "the folder has no files",
                    "name a folder with exports of AWS: `lambdacost import --list` names the formats",
                ));
            }
        }
        Ok(Kind::File | Kind::Other) => found.push(Found {
            path: named.path.clone(),
            named,
            is_in_folder: false,
        }),
        Err(error) => mistakes.push(cannot_read(&named.path, &error)),
    }
    found
}

fn cannot_read(path: &Path, error: &io::Error) -> Mistake {
    let message = format!("cannot read it: {error}");
    let help = "check its name and permissions";
    Mistake::new(&path.to_string_lossy(), message, help)
}

/// Adds the files of a folder and of the folders in it. Links to folders are not followed, so there is
/// no loop.
fn walk<'n>(
    files: &dyn Files,
    named: &'n Named,
    folder: &Path,
    depth: usize,
    found: &mut Vec<Found<'n>>,
    mistakes: &mut Vec<Mistake>,
) {
    let entries = match files.list(folder) {
        Ok(entries) => entries,
        Err(error) => return mistakes.push(cannot_read(folder, &error)),
    };
    for (name, kind) in entries {
        let is_hidden = name.to_string_lossy().starts_with('.');
        if is_hidden || name.as_os_str() == "node_modules" {
            continue;
        }
        let path = folder.join(&name);
        match kind {
            Kind::File => found.push(Found {
                path,
                named,
                is_in_folder: true,
            }),
            Kind::Folder if depth < DEEPEST => {
                walk(files, named, &path, depth + 1, found, mistakes);
            }
            Kind::Folder | Kind::LinkedFolder | Kind::Other => {}
        }
    }
}

/// Files that were read. The same bytes count once.
#[derive(Default)]
pub(super) struct Seen {
    files: Vec<(u64, PathBuf)>,
}

impl Seen {
    /// An earlier file with the same bytes.
    ///
    /// # Errors
    /// One of both cannot be read again.
    pub(super) fn earlier(
        &mut self,
        files: &dyn Files,
        path: &Path,
        start: &[u8],
    ) -> io::Result<Option<PathBuf>> {
        let mut hasher = DefaultHasher::new();
        start.hash(&mut hasher);
        let hash = hasher.finish();
        let is_whole = (start.len() as u64) < RECOGNIZED;
        let alike = self.files.iter().filter(|(known, _)| *known == hash);
        for (_, earlier) in alike {
            let is_same = is_whole || (is_regular(files, path) && same(files, earlier, path)?);
            if is_same {
                return Ok(Some(earlier.clone()));
            }
        }
        self.files.push((hash, path.to_owned()));
        Ok(None)
    }
}

/// False for what can be read only once.
fn is_regular(files: &dyn Files, path: &Path) -> bool {
    path.as_os_str() != "-" && matches!(files.kind(path), Ok(Kind::File))
}

/// True if two files have the same content.
fn same(files: &dyn Files, left: &Path, right: &Path) -> io::Result<bool> {
    if !is_regular(files, left) {
        return Ok(false);
    }
    let open = |path: &Path| io::Result::Ok(BufReader::new(text::decoded(files.open(path)?)?));
    let (mut left, mut right) = (open(left)?.bytes(), open(right)?.bytes());
    loop {
        match (left.next().transpose()?, right.next().transpose()?) {
            (None, None) => return Ok(true),
            (one, other) if one == other => {}
            _ => return Ok(false),
        }
    }
}
