//! The functions read so far, with unique names. An answer could not tell two functions of one name
//! apart.

use super::Function;
use super::schema::Field;
use super::services::ServiceIndex;
use super::tags::TagNames;
use crate::diag::{At, Code, Diag, Diags};
use crate::exact::Exact;
use foldhash::quality::RandomState;
use hashbrown::HashTable;
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Arc;

/// Where a function that is added states its keys.
pub(crate) trait StatedPlaces {
    /// The place of a key; `None` if the function does not state it.
    fn of_field(&self, field: Field) -> Option<At>;

    /// The place of a tag; `None` if the function does not state it.
    fn of_tag(&self, name: &str) -> Option<At>;

    /// The place of its name, or of the function if it states none.
    fn of_name(&self) -> At;
}

/// Functions in the order in which they are read, indexed by name. Mistakes between functions are found
/// when the second one is added, because its place is known only then.
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
    services: ServiceIndex,
    tags: TagNames,
}

impl NameIndex {
    /// An empty index for functions from `file`, in a month of these hours.
    pub(crate) fn new(file: &Arc<str>, hours: &Exact) -> Self {
        Self {
            functions: Vec::new(),
            by_name: HashTable::new(),
            faulty: HashMap::new(),
            hasher: RandomState::default(),
            files: vec![(Arc::clone(file), 0)],
            services: ServiceIndex::new(hours),
            tags: TagNames::default(),
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

    /// The functions without mistakes, and the names of their tags, sorted.
    pub(crate) fn into_parts(self) -> (Vec<Function>, Vec<Arc<str>>) {
        (self.functions, self.tags.into_names())
    }

    /// Adds a function.
    ///
    /// # Errors
    /// The name is taken, the function does not fit others of its service, or there are too many tags.
    /// Only a function with a name that is taken is not added.
    pub(crate) fn add(
        &mut self,
        function: Function,
        places: &dyn StatedPlaces,
    ) -> Result<(), Diags> {
        let hash = self.free(&function.name, || places.of_name())?;
        let mut diags = Diags::new();
        diags.extend(self.tags.add(&function, places));
        let functions = &self.functions;
        let (by_name, hasher) = (&self.by_name, &self.hasher);
        let named = |name: &str| {
            let index = position(by_name, functions, hasher.hash_one(name), name)?;
            Some(&functions[index])
        };
        diags.extend(self.services.add(&function, functions, &named, places));
        let index = u32::try_from(self.functions.len());
        let index = index.expect("memory ends before 2^32 functions");
        self.functions.push(function);
        self.by_name
            .insert_unique(hash, (hash, index), |(hash, _)| *hash);
        diags.into_result(())
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
        let Some(index) = position(&self.by_name, &self.functions, hash, name) else {
            return self.faulty.get(name).cloned();
        };
        let mut files = self.files.iter().rev();
        let (file, _) = files.find(|(_, first)| *first <= index)?;
        Some((Arc::clone(file), self.functions[index].line))
    }
}

/// The index of the function with a name, given its hash.
fn position(
    by_name: &HashTable<(u64, u32)>,
    functions: &[Function],
    hash: u64,
    name: &str,
) -> Option<usize> {
    let is_named =
        |(known, index): &(u64, u32)| *known == hash && *functions[*index as usize].name == *name;
    let (_, index) = by_name.find(hash, is_named)?;
    Some(*index as usize)
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
