//! The functions read so far, with unique names. An answer could not tell two functions of one name
//! apart.

use super::Function;
use crate::diag::{At, Code, Diag};
use foldhash::quality::RandomState;
use hashbrown::HashTable;
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Arc;

/// Functions in the order in which they are read, indexed by name.
pub(crate) struct NameIndex {
    functions: Vec<Function>,
    /// Hash of each name, and index of its function. The names are not stored again, to save memory
    /// with a million functions.
    by_name: HashTable<(u64, u32)>,
    /// Names of functions that have mistakes, with their places.
    faulty: HashMap<Box<str>, (Arc<str>, u64)>,
    /// With a random seed, so no file can be crafted so that all names have the same hash.
    hasher: RandomState,
    /// The files, each with the index of its first function.
    files: Vec<(Arc<str>, usize)>,
}

impl NameIndex {
    /// An empty index for functions from `file`.
    pub(crate) fn new(file: &Arc<str>) -> Self {
        Self {
            functions: Vec::new(),
            by_name: HashTable::new(),
            faulty: HashMap::new(),
            hasher: RandomState::default(),
            files: vec![(Arc::clone(file), 0)],
        }
    }

    /// The next functions come from another file.
    pub(crate) fn start_file(&mut self, file: &Arc<str>) {
        self.files.push((Arc::clone(file), self.functions.len()));
    }

    /// Number of functions without mistakes.
    pub(crate) fn len(&self) -> usize {
        self.functions.len()
    }

    /// The functions without mistakes.
    pub(crate) fn into_functions(self) -> Vec<Function> {
        self.functions
    }

    /// Adds a function whose name is at `at`.
    ///
    /// # Errors
    /// The name is taken.
    pub(crate) fn add(&mut self, function: Function, at: impl FnOnce() -> At) -> Result<(), Diag> {
        let hash = self.free(&function.name, at)?;
        let index = u32::try_from(self.functions.len());
        let index = index.expect("memory ends before 2^32 functions");
        self.functions.push(function);
        self.by_name
            .insert_unique(hash, (hash, index), |(hash, _)| *hash);
        Ok(())
    }

    /// Adds the name of a function that has mistakes.
    ///
    /// # Errors
    /// The name is taken.
    pub(crate) fn add_faulty(&mut self, name: &str, at: At) -> Result<(), Diag> {
        if name.is_empty() {
            return Ok(());
        }
        let place = (Arc::clone(&at.file), at.line);
        self.free(name, || at)?;
        self.faulty.insert(name.into(), place);
        Ok(())
    }

    /// The hash of a name that is not taken.
    fn free(&self, name: &str, at: impl FnOnce() -> At) -> Result<u64, Diag> {
        let hash = self.hasher.hash_one(name);
        match self.taken(hash, name) {
            Some((file, line)) => Err(same_name(name, (&file, line), at())),
            None => Ok(hash),
        }
    }

    /// The file and line of a name that is taken.
    fn taken(&self, hash: u64, name: &str) -> Option<(Arc<str>, u64)> {
        let is_named = |(known, index): &(u64, u32)| {
            *known == hash && *self.functions[*index as usize].name == *name
        };
        let Some((_, index)) = self.by_name.find(hash, is_named) else {
            return self.faulty.get(name).cloned();
        };
        let index = *index as usize;
        let mut files = self.files.iter().rev();
        let (file, _) = files.find(|(_, first)| *first <= index)?;
        Some((Arc::clone(file), self.functions[index].line))
    }
}

fn same_name(name: &str, (file, line): (&Arc<str>, u64), at: At) -> Diag {
    let place = if *at.file == **file {
        format!("on line {line}")
    } else {
        format!("on line {line} of {file}")
    };
    let message = format!("two functions are called `{name}`");
    let help = format!("the other is {place}: give one of them another name");
    Diag::new(Code::DuplicateName, message).at(at).help(help)
}
