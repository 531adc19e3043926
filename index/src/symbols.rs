//! The names of a code base in memory, for search by symbol.

use std::sync::Arc;

use grammars::{FileFacts, Lines, SymbolId, SymbolKind};
use tantivy::DocId;

use crate::source::FileFlags;
use crate::store::FileEntry;

/// A symbol, small enough to keep every one of a large code base in memory.
#[derive(Debug, Clone, Copy)]
pub struct SymbolRow {
    name_start: u32,
    name_len: u16,
    /// What it is.
    pub kind: SymbolKind,
    /// Whether a test runner would find it.
    pub is_test: bool,
    /// Which of the segment's files holds it.
    pub file: u32,
    /// Its index in the file's facts.
    pub symbol: SymbolId,
    /// The row of its container, when it has one.
    container: u32,
    /// Its lines.
    pub lines: Lines,
}

const NO_CONTAINER: u32 = u32::MAX;
/// Longer names are cut in the table; nobody types them.
const LONGEST_NAME: usize = 256;

/// The symbols of one segment or of the overlay.
#[derive(Debug, Default)]
pub struct SegmentSymbols {
    files: Vec<(Arc<FileEntry>, DocId)>,
    rows: Vec<SymbolRow>,
    names: String,
    masks: Vec<u64>,
}

impl SegmentSymbols {
    /// Adds the symbols of a file. `document` is its own document in the segment.
    pub fn add(&mut self, file: Arc<FileEntry>, document: DocId, facts: &FileFacts) {
        let file_index = self.files.len() as u32;
        let base = self.rows.len() as u32;
        for (id, symbol) in facts.symbols.iter().enumerate() {
            let name = facts.name(symbol.name);
            let end = (0..=name.len().min(LONGEST_NAME)).rev().find(|&at| name.is_char_boundary(at)).unwrap_or(0);
            let name = &name[..end];
            self.rows.push(SymbolRow {
                name_start: self.names.len() as u32,
                name_len: name.len() as u16,
                kind: symbol.kind,
                is_test: symbol.is_test || file.flags.has(FileFlags::TEST),
                file: file_index,
                symbol: id as SymbolId,
                container: symbol.container.map_or(NO_CONTAINER, |container| base + container),
                lines: symbol.lines,
            });
            self.names.push_str(name);
            self.masks.push(letters(name));
        }
        self.files.push((file, document));
    }

    /// The files in the order of [`SymbolRow::file`], each with its own document.
    pub fn files(&self) -> &[(Arc<FileEntry>, DocId)] {
        &self.files
    }

    /// The rows whose names hold every letter of `mask` (see [`letters`]); a quick first test.
    pub fn candidates(&self, mask: u64) -> impl Iterator<Item = &SymbolRow> {
        self.masks.iter().zip(&self.rows).filter(move |(letters, _)| *letters & mask == mask).map(|(_, row)| row)
    }

    /// A row's name.
    pub fn name(&self, row: &SymbolRow) -> &str {
        self.names.get(row.name_start as usize..row.name_start as usize + row.name_len as usize).unwrap_or("")
    }

    /// The name of a row's container.
    pub fn container(&self, row: &SymbolRow) -> Option<&str> {
        self.rows.get(row.container as usize).map(|row| self.name(row))
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

/// Which letters, digits and other signs a name holds, one bit each (case folded).
pub(crate) fn letters(name: &str) -> u64 {
    name.bytes().fold(0, |mask, byte| {
        let bit = match byte.to_ascii_lowercase() {
            byte @ b'a'..=b'z' => byte - b'a',
            byte @ b'0'..=b'9' => 26 + byte - b'0',
            b'_' => 36,
            byte => 37 + byte % 27,
        };
        mask | 1 << bit
    })
}
