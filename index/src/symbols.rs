//! The names of a code base in memory, for search by symbol.
//!
//! Many symbols share a name (`new`, `get`, `__init__`): each distinct name is kept, tested and scored once, and leads to its symbols.

use std::hash::BuildHasher;
use std::sync::Arc;

use grammars::{FileFacts, Lines, Span, SymbolKind};
use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;
use tantivy::DocId;

use crate::source::FileFlags;
use crate::store::FileEntry;
use crate::tokens::identifier_parts;

/// A symbol, small enough to keep every one of a large code base in memory.
#[derive(Debug, Clone, Copy)]
pub struct SymbolRow {
    name: NameId,
    /// What it is.
    pub kind: SymbolKind,
    /// Whether a test runner would find it.
    pub is_test: bool,
    /// Which of the segment's files holds it.
    pub file: u32,
    /// The row of its container, when it has one.
    container: u32,
    /// Its lines.
    pub lines: Lines,
    /// Its signature.
    pub signature: Span,
    /// What stands before its name where it is defined outside its container, such as `Index` of `void Index::open()`.
    qualifier: NameId,
    /// The next row of the same name.
    next: u32,
}

/// The index of a distinct name in its table.
pub(crate) type NameId = u32;

const NONE: u32 = u32::MAX;
/// Longer names are cut in the table; nobody types them.
const LONGEST_NAME: usize = 256;

/// A distinct name.
#[derive(Debug, Clone, Copy)]
struct NameEntry {
    /// Where the name begins in the table's text; the folded name follows it.
    start: u32,
    len: u16,
    folded_len: u16,
    first_row: u32,
}

/// A name as it was written, and without what people leave out when they type it.
#[derive(Debug, Clone, Copy)]
pub struct NameText<'t> {
    /// As written.
    pub written: &'t str,
    /// See [`fold`].
    pub folded: &'t str,
    /// The letters with which its parts begin, as [`initial`] gives them.
    pub initials: u64,
}

/// The symbols of one segment or of the overlay.
#[derive(Debug, Default)]
pub struct SegmentSymbols {
    files: Vec<(Arc<FileEntry>, DocId)>,
    rows: Vec<SymbolRow>,
    names: Vec<NameEntry>,
    /// The letters of each folded name; apart from the names, because every query reads all of them.
    masks: Vec<u64>,
    /// The letters with which each name's parts begin.
    initials: Vec<u64>,
    text: String,
    known: HashTable<NameId>,
}

impl SegmentSymbols {
    /// Adds the symbols of a file. `document` is its own document in the segment.
    pub fn add(&mut self, file: Arc<FileEntry>, document: DocId, facts: &FileFacts) {
        let file_index = self.files.len() as u32;
        let base = self.rows.len() as u32;
        for symbol in &facts.symbols {
            let name = self.intern(facts.name(symbol.name));
            let qualifier = symbol.qualifier.map_or(NONE, |qualifier| self.intern(facts.name(qualifier)));
            let row = self.rows.len() as u32;
            let next = std::mem::replace(&mut self.names[name as usize].first_row, row);
            self.rows.push(SymbolRow {
                name,
                kind: symbol.kind,
                is_test: symbol.is_test || file.flags.has(FileFlags::TEST),
                file: file_index,
                container: symbol.container.map_or(NONE, |container| base + container),
                lines: symbol.lines,
                signature: symbol.signature,
                qualifier,
                next,
            });
        }
        self.files.push((file, document));
    }

    /// Gives back what only [`Self::add`] needs.
    pub fn finish(&mut self) {
        self.known = HashTable::new();
        self.rows.shrink_to_fit();
        self.names.shrink_to_fit();
        self.masks.shrink_to_fit();
        self.initials.shrink_to_fit();
        self.text.shrink_to_fit();
    }

    fn intern(&mut self, name: &str) -> NameId {
        let name = &name[..name.floor_char_boundary(LONGEST_NAME)];
        let hash = FxBuildHasher.hash_one(name);
        let (names, text) = (&self.names, &self.text);
        let written = |id: NameId| {
            let entry = names[id as usize];
            &text[entry.start as usize..entry.start as usize + usize::from(entry.len)]
        };
        if let Some(&known) = self.known.find(hash, |&id| written(id) == name) {
            return known;
        }
        let id = self.names.len() as NameId;
        self.known.insert_unique(hash, id, |&id| FxBuildHasher.hash_one(written(id)));
        let start = self.text.len() as u32;
        self.text.push_str(name);
        let folded_start = self.text.len();
        fold_into(name, &mut self.text);
        let folded = &self.text[folded_start..];
        self.masks.push(letters(folded));
        self.initials.push(name_parts(name).fold(0, |mask, part| mask | initial(part)));
        let folded_len = folded.len() as u16;
        self.names.push(NameEntry { start, len: name.len() as u16, folded_len, first_row: NONE });
        id
    }

    /// The files in the order of [`SymbolRow::file`], each with its own document.
    pub fn files(&self) -> &[(Arc<FileEntry>, DocId)] {
        &self.files
    }

    /// The names that hold every letter of `mask` (see [`letters`]); a quick first test.
    pub fn candidates(&self, mask: u64) -> impl Iterator<Item = NameId> {
        let names = self.masks.iter().enumerate();
        names.filter(move |(_, letters)| *letters & mask == mask).map(|(id, _)| id as NameId)
    }

    /// A name.
    pub fn name(&self, id: NameId) -> NameText<'_> {
        let (entry, initials) = match (self.names.get(id as usize), self.initials.get(id as usize)) {
            (Some(entry), Some(&initials)) => (entry, initials),
            _ => return NameText { written: "", folded: "", initials: 0 },
        };
        let text = self.text.get(entry.start as usize..).unwrap_or("");
        let (written, rest) = text.split_at_checked(usize::from(entry.len)).unwrap_or((text, ""));
        NameText { written, folded: rest.get(..usize::from(entry.folded_len)).unwrap_or(""), initials }
    }

    /// The symbols of a name.
    pub fn rows(&self, name: NameId) -> impl Iterator<Item = &SymbolRow> {
        let first = self.names.get(name as usize).map_or(NONE, |entry| entry.first_row);
        std::iter::successors(self.rows.get(first as usize), |row| self.rows.get(row.next as usize))
    }

    /// The names of the symbols around a row, outermost first, itself last, qualifiers included.
    pub fn path(&self, row: &SymbolRow) -> Vec<&str> {
        let mut parts = Vec::new();
        for row in std::iter::successors(Some(row), |row| self.rows.get(row.container as usize)) {
            parts.push(self.name(row.name).written);
            if row.qualifier != NONE {
                parts.push(self.name(row.qualifier).written);
            }
        }
        parts.reverse();
        parts
    }

    /// The name of a row's container.
    pub fn container(&self, row: &SymbolRow) -> Option<NameText<'_>> {
        self.rows.get(row.container as usize).map(|row| self.name(row.name))
    }

    /// How many symbols there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// A name in lower case and without `_` and `-`: what `getUser`, `get_user` and `get-user` have in common.
pub(crate) fn fold(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    fold_into(name, &mut folded);
    folded
}

fn fold_into(name: &str, into: &mut String) {
    // A few letters become longer in lower case, never so many that a length would not fit.
    into.extend(name.chars().filter(|&c| c != '_' && c != '-').flat_map(char::to_lowercase));
}

/// Which letters, digits and other signs a folded name holds, one bit each.
pub(crate) fn letters(folded: &str) -> u64 {
    folded.bytes().fold(0, |mask, byte| mask | letter(byte))
}

fn letter(byte: u8) -> u64 {
    1 << match byte {
        b'a'..=b'z' => byte - b'a',
        b'0'..=b'9' => 26 + byte - b'0',
        byte => 36 + byte % 28,
    }
}

/// The bit of the letter with which a text begins, case folded.
pub(crate) fn initial(text: &str) -> u64 {
    let Some(first) = text.chars().flat_map(char::to_lowercase).next() else { return 0 };
    letter(first.encode_utf8(&mut [0; 4]).as_bytes()[0])
}

fn name_parts(name: &str) -> impl Iterator<Item = &str> {
    name.split('-').flat_map(identifier_parts)
}

/// Whether a folded query is made of beginnings of the name's parts in order: `gubi` and `getusid` for `getUserById`.
pub(crate) fn is_humps(query: &str, name: &str) -> bool {
    /// More parts, or a longer query, would let the search for a way run long.
    const MOST_PARTS: usize = 12;
    const LONGEST_QUERY: usize = 40;
    fn rest(query: &str, parts: &[&str]) -> bool {
        if query.is_empty() {
            return true;
        }
        let Some((part, later)) = parts.split_first() else { return false };
        let letters = part.chars().flat_map(char::to_lowercase);
        let common: usize = query.chars().zip(letters).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
        // Longest beginning first; a part may also be left out. Parts are few, so trying all is cheap.
        (1..=common).rev().any(|taken| query.is_char_boundary(taken) && rest(&query[taken..], later))
            || rest(query, later)
    }
    if query.len() > LONGEST_QUERY {
        return false;
    }
    let mut parts = [""; MOST_PARTS];
    let mut count = 0;
    for part in name_parts(name) {
        let Some(place) = parts.get_mut(count) else { return false };
        *place = part;
        count += 1;
    }
    count > 1 && rest(query, &parts[..count])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn camel_humps_are_beginnings_of_parts_in_order() {
        for query in ["gubi", "getusid", "getuserbyid", "usid"] {
            assert!(is_humps(query, "getUserById"), "{query}");
            assert!(is_humps(query, "get-user-by-id"), "{query}");
        }
        assert!(is_humps("gubi", "get_user_by_id"));
        assert!(is_humps("öä", "ÖffneÄnderung"));
        assert!(!is_humps("gbu", "getUserById") && !is_humps("xg", "getUserById"));
    }

    #[test]
    fn folding_joins_the_ways_in_which_a_name_is_written() {
        assert_eq!(
            [fold("getUser"), fold("get_user"), fold("Get-User"), fold("ÜBER_x")],
            ["getuser", "getuser", "getuser", "überx"]
        );
    }

    #[test]
    fn initials_are_those_of_the_parts() {
        let initials = |name: &str| name_parts(name).fold(0, |mask, part| mask | initial(part));
        assert_eq!(initials("getUser-by_ID"), letters("gubi"));
        assert_eq!(initials("Über"), initial("über"));
    }

    proptest! {
        /// The quick test never takes out a name that holds the query's letters.
        #[test]
        fn letters_of_a_part_are_letters_of_the_whole(before in "\\PC{0,8}", query in "\\PC{1,8}", after in "\\PC{0,8}") {
            let (name, query) = (fold(&format!("{before}{query}{after}")), fold(&query));
            if name.contains(&query) {
                prop_assert_eq!(letters(&name) & letters(&query), letters(&query));
            }
        }
    }
}
