//! What a reader sees: one moment of the index, which later writes do not change.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use grammars::{FileFacts, Span};
use rustc_hash::FxHashMap;
use tantivy::columnar::Column;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocSet, Searcher, TERMINATED};

use crate::error::Result;
use crate::graph::Graph;
use crate::overlay::Overlay;
use crate::record::FileKey;
use crate::source;
use crate::store::segments::SegmentFiles;
use crate::store::{Fields, FileEntry, FileTable, SegmentCache, Tags};
use crate::vector_index::{ToEmbed, VectorIndex};

/// A file that has grown beyond so many bytes since it was indexed is not read for an answer.
pub(crate) const LARGEST_SHOWN: u64 = 256 << 20;

/// What was committed at one moment.
pub(crate) struct Base {
    pub(crate) fields: Fields,
    pub(crate) searcher: Searcher,
    pub(crate) segments: Vec<Arc<SegmentFiles>>,
    pub(crate) files: FileTable,
    /// How many chunks there are, deleted ones included: the population of BM25's statistics.
    pub(crate) chunks: u64,
    embedded_chunks: OnceLock<u64>,
    graph: OnceLock<Arc<Graph>>,
}

impl Base {
    pub(crate) fn new(searcher: Searcher, fields: &Fields, cache: &SegmentCache) -> Result<Base> {
        let segments = cache.load(&searcher, fields)?;
        let files = FileTable::new(&searcher, &segments);
        let chunks = segments.iter().map(|segment| u64::from(segment.chunks)).sum();
        Ok(Base {
            fields: fields.clone(),
            searcher,
            segments,
            files,
            chunks,
            embedded_chunks: OnceLock::new(),
            graph: OnceLock::new(),
        })
    }

    /// How many living chunks should have a vector.
    pub(crate) fn embedded_chunks(&self) -> Result<u64> {
        if let Some(count) = self.embedded_chunks.get() {
            return Ok(*count);
        }
        let mut count = 0;
        each_chunk(&self.searcher, |_, _, tags, _| count += u64::from(tags.is_embedded()))?;
        Ok(*self.embedded_chunks.get_or_init(|| count))
    }

    /// Where the chunks of a file are.
    pub(crate) fn chunks_of(&self, key: FileKey) -> Result<Vec<DocAddress>> {
        Ok(self.chunk_ids_of(key)?.into_iter().map(|(_, address)| address).collect())
    }

    /// The chunks of a file by their identity.
    pub(crate) fn chunk_ids_of(&self, key: FileKey) -> Result<Vec<(u64, DocAddress)>> {
        let term = self.fields.file_term(key);
        let mut chunks = Vec::new();
        for (ordinal, reader) in self.searcher.segment_readers().iter().enumerate() {
            let inverted = reader.inverted_index(self.fields.key)?;
            let Some(mut postings) =
                inverted.read_postings(&term, IndexRecordOption::Basic).map_err(tantivy::TantivyError::from)?
            else {
                continue;
            };
            let (tags, ids) = (reader.fast_fields().u64("tags")?, reader.fast_fields().u64("chunk")?);
            while postings.doc() != TERMINATED {
                let document = postings.doc();
                if !reader.is_deleted(document) && tags.first(document).is_some_and(|tags| !Tags(tags).is_file()) {
                    chunks.push((ids.first(document).unwrap_or(0), DocAddress::new(ordinal as u32, document)));
                }
                postings.advance();
            }
        }
        Ok(chunks)
    }

    /// Every chunk that should have a vector, by its identity.
    pub(crate) fn chunks_to_embed(&self) -> Result<FxHashMap<u64, ToEmbed>> {
        let mut chunks = FxHashMap::default();
        each_chunk(&self.searcher, |id, file, tags, at| {
            if tags.is_embedded() {
                chunks.insert(id, ToEmbed { id, file, at, tags });
            }
        })?;
        Ok(chunks)
    }
}

/// Calls `each` with identity, file, tags and bytes of every living chunk.
fn each_chunk(searcher: &Searcher, mut each: impl FnMut(u64, u64, Tags, u64)) -> Result<()> {
    for reader in searcher.segment_readers() {
        let fast = reader.fast_fields();
        let (ids, keys, tags, at) = (fast.u64("chunk")?, fast.u64("key")?, fast.u64("tags")?, fast.u64("at")?);
        for document in reader.doc_ids_alive() {
            let tags = Tags(tags.first(document).unwrap_or(0));
            if !tags.is_file() {
                let value = |column: &Column<u64>| column.first(document).unwrap_or(0);
                each(value(&ids), value(&keys), tags, value(&at));
            }
        }
    }
    Ok(())
}

/// One moment of an index: what is on disk, and what is newer.
#[derive(Clone)]
pub struct Snapshot {
    pub(crate) root: Arc<Path>,
    pub(crate) base: Arc<Base>,
    pub(crate) overlay: Arc<Overlay>,
    pub(crate) vectors: Option<Arc<VectorIndex>>,
}

/// The text of a file as it is now.
#[derive(Debug, Clone)]
pub struct CurrentText {
    /// The text.
    pub text: Arc<str>,
    /// Whether it is the text that was indexed, so that spans of the index fit it.
    pub fresh: bool,
}

impl Snapshot {
    /// The workspace.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where a file of the workspace is.
    pub fn absolute(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// A file by its path.
    pub fn file(&self, path: &str) -> Option<&Arc<FileEntry>> {
        self.entry(FileKey::of(path))
    }

    /// A file by its path as it was last committed, whatever the overlay says.
    pub fn saved(&self, path: &str) -> Option<&Arc<FileEntry>> {
        self.base.files.by_path(path)
    }

    /// A file by its key, as the overlay or else the index has it; none when it was deleted since.
    pub fn entry(&self, key: FileKey) -> Option<&Arc<FileEntry>> {
        if self.overlay.covers(key) {
            return self.overlay.get(key).map(|file| &file.entry);
        }
        self.base.files.get(key)
    }

    /// All files, in no order; those that are known but whose content is not indexed have [`FileEntry::refused`] set.
    pub fn files(&self) -> impl Iterator<Item = &Arc<FileEntry>> {
        let committed = self.base.files.iter().filter(|file| !self.overlay.covers(file.key));
        committed.chain(self.overlay.iter().map(|file| &file.entry))
    }

    /// The facts of a file.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn facts(&self, key: FileKey) -> Result<Option<FileFacts>> {
        if self.overlay.covers(key) {
            return Ok(self.overlay.get(key).map(|file| file.facts.clone()));
        }
        self.base.files.facts(&self.base.searcher, &self.base.fields, key)
    }

    /// Calls `each` with every file and its facts.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn each_facts(&self, mut each: impl FnMut(&Arc<FileEntry>, &FileFacts)) -> Result<()> {
        let overlay = &self.overlay;
        self.base.files.each_facts(&self.base.searcher, &self.base.fields, |file, facts| {
            if !overlay.covers(file.key) {
                each(file, &facts);
            }
        })?;
        overlay.iter().for_each(|file| each(&file.entry, &file.facts));
        Ok(())
    }

    /// A file's text as it is now: the overlay's, else the disk's. None when it cannot be read (any more).
    pub fn text(&self, file: &FileEntry) -> Option<CurrentText> {
        if let Some(file) = self.overlay.get(file.key) {
            return Some(CurrentText { text: file.text.clone(), fresh: true });
        }
        self.saved_text(file)
    }

    /// The text of a span of a file of the index on disk, read alone when the file has not been touched since. None when it can no longer be told.
    pub(crate) fn span_text(&self, file: &FileEntry, span: Span) -> Option<String> {
        use std::io::{Read, Seek, SeekFrom};
        if file.verbatim {
            let (mut opened, metadata) = source::walk::open_file(&self.absolute(&file.path)).ok()?;
            if metadata.len() == file.size && source::walk::modified(&metadata) == file.modified {
                let mut bytes = vec![0; span.len() as usize];
                opened.seek(SeekFrom::Start(u64::from(span.start))).ok()?;
                opened.read_exact(&mut bytes).ok()?;
                return String::from_utf8(bytes).ok();
            }
        }
        let text = self.saved_text(file)?;
        text.fresh.then(|| span.text(&text.text).to_owned())
    }

    /// A file's text on disk, whatever the overlay says.
    pub(crate) fn saved_text(&self, file: &FileEntry) -> Option<CurrentText> {
        let mut bytes = Vec::new();
        source::read_file(&self.absolute(&file.path), LARGEST_SHOWN, &mut bytes).ok()?;
        let fresh = bytes.len() as u64 == file.size && crate::record::content_hash(&bytes) == file.hash;
        let decoded = source::decode(&bytes).ok()?;
        Some(CurrentText { text: decoded.text.into(), fresh })
    }

    /// The reference graph, made when it is first asked for. Files of the overlay count as they were last committed.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn graph(&self) -> Result<Arc<Graph>> {
        if let Some(graph) = self.base.graph.get() {
            return Ok(graph.clone());
        }
        let mut builder = crate::graph::Builder::default();
        self.base.files.each_facts(&self.base.searcher, &self.base.fields, |file, facts| builder.add(file, &facts))?;
        let graph = Arc::new(builder.finish());
        Ok(self.base.graph.get_or_init(|| graph).clone())
    }

    /// The graph, when somebody has asked for it before; ranking uses it without waiting for it.
    pub fn ready_graph(&self) -> Option<&Arc<Graph>> {
        self.base.graph.get()
    }

    /// How many chunks have a vector, and how many should; none when vectors are switched off.
    ///
    /// # Errors
    /// When the index or the vector store cannot be read.
    pub fn vector_count(&self) -> Result<Option<(u64, u64)>> {
        let Some(vectors) = &self.vectors else { return Ok(None) };
        Ok(Some((vectors.count()?, self.base.embedded_chunks()?)))
    }

    /// How many symbols there are.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn symbol_count(&self) -> Result<usize> {
        let mut count = self.overlay.iter().map(|file| file.symbols.len()).sum();
        for (reader, segment) in self.base.searcher.segment_readers().iter().zip(&self.base.segments) {
            count += segment.symbols(reader, &self.base.fields)?.len();
        }
        Ok(count)
    }
}
