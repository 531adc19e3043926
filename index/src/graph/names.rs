//! Strings of the whole workspace, each stored once and known by a number.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

/// Stands for "no name", "no symbol", "no file".
pub(super) const NONE: u32 = u32::MAX;
/// Longer texts are no names that anybody calls; they are left out.
const LONGEST: usize = 512;

/// Interned strings.
#[derive(Default)]
pub(super) struct Names {
    text: String,
    ends: Vec<u32>,
    table: HashTable<u32>,
}

impl Names {
    /// The number of `name`, which is stored when it is new; [`NONE`] when it is empty or too long to be a name.
    pub(super) fn intern(&mut self, name: &str) -> u32 {
        if name.is_empty() || name.len() > LONGEST || self.text.len() + name.len() > NONE as usize {
            return NONE;
        }
        let hash = FxBuildHasher.hash_one(name);
        let (text, ends) = (&self.text, &self.ends);
        if let Some(&id) = self.table.find(hash, |&id| get(text, ends, id) == name) {
            return id;
        }
        let id = self.ends.len() as u32;
        self.text.push_str(name);
        self.ends.push(self.text.len() as u32);
        let (text, ends) = (&self.text, &self.ends);
        self.table.insert_unique(hash, id, |&id| FxBuildHasher.hash_one(get(text, ends, id)));
        id
    }

    /// The number of a name that is known.
    pub(super) fn find(&self, name: &str) -> Option<u32> {
        let hash = FxBuildHasher.hash_one(name);
        self.table.find(hash, |&id| self.get(id) == name).copied()
    }

    /// A name; empty for [`NONE`].
    pub(super) fn get(&self, id: u32) -> &str {
        get(&self.text, &self.ends, id)
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// Bytes of memory that are held.
    pub(super) fn memory(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * 4 + self.table.capacity() * 5
    }
}

fn get<'t>(text: &'t str, ends: &[u32], id: u32) -> &'t str {
    let index = id as usize;
    let Some(&end) = ends.get(index) else {
        return "";
    };
    let start = if index == 0 { 0 } else { ends[index - 1] };
    &text[start as usize..end as usize]
}
