//! Texts that are newer than the index on disk: unsaved buffers and files saved a moment ago.
//!
//! The overlay answers for its files instead of the index until a commit has caught up. It is small, so it is searched by looking at all of it.

use std::sync::{Arc, OnceLock};

use grammars::FileFacts;
use models::Model;
use rustc_hash::FxHashMap;

use crate::build::{Prepared, chunk_ids, chunk_tags, label};
use crate::chunks::Chunk;
use crate::record::FileKey;
use crate::store::{FileEntry, Tags};
use crate::symbols::SegmentSymbols;
use crate::tokens::Analyzer;

/// A piece of an overlaid file.
#[derive(Debug)]
pub(crate) struct OverlayChunk {
    /// Where it is.
    pub(crate) chunk: Chunk,
    /// Its identity.
    pub(crate) id: u64,
    /// What it is.
    pub(crate) tags: Tags,
    /// The path of its symbol.
    pub(crate) label: String,
    /// Its terms with their frequency.
    pub(crate) terms: FxHashMap<Box<str>, u32>,
    /// How many terms it has in all.
    pub(crate) length: u32,
    vector: OnceLock<Option<Vec<f32>>>,
}

impl OverlayChunk {
    /// Its vector, made when it is first needed.
    pub(crate) fn vector(&self, model: &Model, text: &str) -> Option<&[f32]> {
        let make = || {
            let mut vector = vec![0.0; model.dimensions()];
            (self.tags.is_embedded() && model.encode(self.chunk.span.text(text), &mut vector)).then_some(vector)
        };
        self.vector.get_or_init(make).as_deref()
    }
}

/// A file of the overlay.
#[derive(Debug)]
pub(crate) struct OverlayFile {
    /// Its entry, as the index would have it.
    pub(crate) entry: Arc<FileEntry>,
    /// Its text.
    pub(crate) text: Arc<str>,
    /// Its facts.
    pub(crate) facts: FileFacts,
    /// Its pieces.
    pub(crate) chunks: Vec<OverlayChunk>,
    /// Its symbols.
    pub(crate) symbols: SegmentSymbols,
}

impl OverlayFile {
    /// Takes over a parsed text.
    pub(crate) fn new(prepared: Prepared, text: Arc<str>, vectors: bool, analyzer: &mut Analyzer) -> OverlayFile {
        let entry = Arc::new(FileEntry::new(prepared.meta.clone()));
        let ids = chunk_ids(entry.key, &prepared.chunks, &text);
        let chunks = prepared
            .chunks
            .iter()
            .zip(ids)
            .map(|(chunk, (id, _))| {
                let mut terms = FxHashMap::<Box<str>, u32>::default();
                let mut length = 0;
                analyzer.each_term(chunk.span.text(&text), |term| {
                    length += 1;
                    match terms.get_mut(term) {
                        Some(count) => *count += 1,
                        None => {
                            terms.insert(term.into(), 1);
                        }
                    }
                });
                let tags = chunk_tags(&prepared, chunk, entry.language, vectors);
                OverlayChunk {
                    chunk: *chunk,
                    id,
                    tags,
                    label: label(&prepared.facts, chunk),
                    terms,
                    length,
                    vector: OnceLock::new(),
                }
            })
            .collect();
        let mut symbols = SegmentSymbols::default();
        symbols.add(entry.clone(), 0, &prepared.facts);
        symbols.finish();
        OverlayFile { entry, text, facts: prepared.facts, chunks, symbols }
    }
}

/// The overlay of one snapshot. Cheap to copy: files are shared.
#[derive(Debug, Clone, Default)]
pub(crate) struct Overlay {
    files: FxHashMap<FileKey, Option<Arc<OverlayFile>>>,
}

impl Overlay {
    /// Lets `file` answer for its path.
    pub(crate) fn set(&mut self, file: Arc<OverlayFile>) {
        self.files.insert(file.entry.key, Some(file));
    }

    /// Hides a file that was deleted.
    pub(crate) fn hide(&mut self, key: FileKey) {
        self.files.insert(key, None);
    }

    /// Lets the index on disk answer again.
    pub(crate) fn remove(&mut self, key: FileKey) {
        self.files.remove(&key);
    }

    /// Whether the overlay answers for a file, be it by hiding it.
    pub(crate) fn covers(&self, key: FileKey) -> bool {
        self.files.contains_key(&key)
    }

    /// A file's newer text.
    pub(crate) fn get(&self, key: FileKey) -> Option<&Arc<OverlayFile>> {
        self.files.get(&key)?.as_ref()
    }

    /// All newer texts.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<OverlayFile>> {
        self.files.values().flatten()
    }

    /// The keys of all files for which the overlay answers.
    pub(crate) fn keys(&self) -> impl Iterator<Item = FileKey> {
        self.files.keys().copied()
    }
}
