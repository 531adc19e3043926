//! Chunks that may be hits, from the index on disk and from the overlay alike.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use grammars::{Lines, Span, SymbolKind};
use rustc_hash::FxHashMap;
use tantivy::schema::Value;
use tantivy::{DocAddress, TantivyDocument};

use super::{Context, Hit, Reason, snippet, written_path};
use crate::error::Result;
use crate::overlay::{OverlayChunk, OverlayFile};
use crate::record::FileKey;
use crate::store::schema::{LABEL_SEPARATOR, unpack_lines, unpack_span};
use crate::store::{FileEntry, Tags};

/// Where a chunk lives.
#[derive(Debug, Clone)]
pub(super) enum Place {
    /// In the index on disk.
    Committed(DocAddress),
    /// In the overlay: the file and which of its chunks.
    Overlaid(Arc<OverlayFile>, usize),
}

/// A chunk that may be a hit.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// Where it lives.
    pub place: Place,
    /// Its file.
    pub file: Arc<FileEntry>,
    /// Its identity, as the vector store knows it.
    pub id: u64,
    /// Its bytes.
    pub span: Span,
    /// Its lines.
    pub lines: Lines,
    /// What it is.
    pub tags: Tags,
    /// The path of its symbol.
    pub label: String,
}

impl Candidate {
    /// The candidate for a chunk of the overlay.
    pub(super) fn overlaid(file: &Arc<OverlayFile>, index: usize) -> Candidate {
        let chunk = &file.chunks[index];
        Candidate {
            place: Place::Overlaid(file.clone(), index),
            file: file.entry.clone(),
            id: chunk.id,
            span: chunk.chunk.span,
            lines: chunk.chunk.lines,
            tags: chunk.tags,
            label: chunk.label.clone(),
        }
    }

    /// The name of its symbol, without containers.
    pub(super) fn name(&self) -> &str {
        self.label.rsplit(LABEL_SEPARATOR).next().unwrap_or("")
    }

    /// The name of its symbol's container.
    pub(super) fn container(&self) -> Option<&str> {
        self.label.rsplit(LABEL_SEPARATOR).nth(1)
    }

    /// The symbol's kind.
    pub(super) fn kind(&self) -> Option<SymbolKind> {
        self.tags.kind()
    }

    /// The hit, with the lines around the words it was found for.
    pub(super) fn hit(&self, context: &Context<'_>, score: f32, reasons: Vec<Reason>, words: &[String]) -> Option<Hit> {
        let text = context.snapshot.text(&self.file)?;
        let located = snippet::locate(&text, self.span, self.lines);
        Some(Hit {
            path: self.file.path.to_string(),
            language: self.file.language.map(|language| language.name()),
            lines: located.lines,
            symbol: written_path(&self.label, self.file.language),
            kind: self.kind(),
            score,
            reasons,
            snippet: snippet::of_chunk(&text.text, located, words),
        })
    }
}

/// Reads chunks of the index on disk, each segment's columns opened once.
pub(super) struct ChunkReader<'c> {
    context: &'c Context<'c>,
    columns: FxHashMap<u32, Columns>,
}

struct Columns {
    key: tantivy::columnar::Column<u64>,
    tags: tantivy::columnar::Column<u64>,
    at: tantivy::columnar::Column<u64>,
    lines: tantivy::columnar::Column<u64>,
    chunk: tantivy::columnar::Column<u64>,
}

impl<'c> ChunkReader<'c> {
    pub(super) fn new(context: &'c Context<'c>) -> Self {
        ChunkReader { context, columns: FxHashMap::default() }
    }

    /// The chunk at an address; none when its file is not known (a damaged record).
    pub(super) fn read(&mut self, address: DocAddress) -> Result<Option<Candidate>> {
        let base = &self.context.snapshot.base;
        let columns = match self.columns.entry(address.segment_ord) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let fast = base.searcher.segment_reader(address.segment_ord).fast_fields();
                place.insert(Columns {
                    key: fast.u64("key")?,
                    tags: fast.u64("tags")?,
                    at: fast.u64("at")?,
                    lines: fast.u64("lines")?,
                    chunk: fast.u64("chunk")?,
                })
            }
        };
        let value = |column: &tantivy::columnar::Column<u64>| column.first(address.doc_id).unwrap_or(0);
        let Some(file) = base.files.get(FileKey(value(&columns.key))) else { return Ok(None) };
        let document: TantivyDocument = base.searcher.doc(address)?;
        let label = document.get_first(base.fields.label).and_then(|value| value.as_str().map(str::to_owned));
        Ok(Some(Candidate {
            place: Place::Committed(address),
            file: file.clone(),
            id: value(&columns.chunk),
            span: unpack_span(value(&columns.at)),
            lines: unpack_lines(value(&columns.lines)),
            tags: Tags(value(&columns.tags)),
            label: label.unwrap_or_default(),
        }))
    }
}

/// The chunks of the overlay that the scope lets through.
pub(super) fn overlaid<'c>(
    context: &'c Context<'_>,
) -> impl Iterator<Item = (&'c Arc<OverlayFile>, usize, &'c OverlayChunk)> {
    let files = context.snapshot.overlay.iter().filter(|file| context.scope.file(file.entry.key));
    let chunks = files.flat_map(|file| file.chunks.iter().enumerate().map(move |(index, chunk)| (file, index, chunk)));
    chunks.filter(|(_, _, chunk)| context.scope.tags(chunk.tags))
}
