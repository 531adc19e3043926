//! What is read from tantivy's segments once and kept: the files of a workspace.
//!
//! Segments never change, only documents in them are deleted, so what is read from one is kept for as long as it lives.
//! After a commit only new segments are read: one saved file costs one small segment.

use std::sync::{Arc, OnceLock};

use grammars::FileFacts;
use grammars::Language;
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use tantivy::index::SegmentId;
use tantivy::schema::Value;
use tantivy::store::StoreReader;
use tantivy::{DocAddress, DocId, Searcher, SegmentReader, TantivyDocument};

use super::schema::{Fields, Tags};
use crate::error::Result;
use crate::record::{self, FileKey, FileMeta};
use crate::source::{FileFlags, SkipReason};
use crate::symbols::SegmentSymbols;

/// A file of the index.
#[derive(Debug, Clone)]
pub struct FileEntry {
    /// Its key.
    pub key: FileKey,
    /// Relative to the workspace, with `/`.
    pub path: Box<str>,
    /// Bytes on disk when it was indexed.
    pub size: u64,
    /// Last modification when it was indexed, nanoseconds since 1970.
    pub modified: u64,
    /// Content hash.
    pub hash: u128,
    /// Its language.
    pub language: Option<Language>,
    /// Test, generated and the like.
    pub flags: FileFlags,
    /// Lines.
    pub lines: u32,
    /// Whether the bytes on disk are the text as they stand, so that spans are offsets in the file.
    pub verbatim: bool,
    /// Why its content is not indexed, when it is not.
    pub refused: Option<SkipReason>,
    /// Why it is indexed as plain text although its language is known.
    pub plain_because: Option<Box<str>>,
}

impl FileEntry {
    /// The entry of a file with this meta data.
    pub fn new(meta: FileMeta) -> FileEntry {
        FileEntry {
            key: FileKey::of(&meta.path),
            language: Language::by_name(&meta.language),
            path: meta.path.into(),
            size: meta.size,
            modified: meta.modified,
            hash: meta.hash,
            flags: meta.flags,
            lines: meta.lines,
            verbatim: meta.verbatim,
            refused: meta.refused,
            plain_because: (!meta.plain_because.is_empty()).then(|| meta.plain_because.into()),
        }
    }
}

/// What is kept of one segment.
pub struct SegmentFiles {
    /// The documents that describe files, with what they say.
    pub files: Vec<(DocId, Arc<FileEntry>)>,
    /// How many documents are chunks, deleted ones included.
    pub chunks: u32,
    /// Its symbols, once they are needed.
    symbols: OnceLock<Arc<SegmentSymbols>>,
}

/// Keeps what was read from segments while they live.
#[derive(Default)]
pub struct SegmentCache {
    segments: Mutex<FxHashMap<SegmentId, Arc<SegmentFiles>>>,
}

impl SegmentCache {
    /// The contents of every segment of a searcher, in its order; forgets segments that it no longer has.
    pub fn load(&self, searcher: &Searcher, fields: &Fields) -> Result<Vec<Arc<SegmentFiles>>> {
        let mut segments = self.segments.lock();
        let mut loaded = Vec::with_capacity(searcher.segment_readers().len());
        for reader in searcher.segment_readers() {
            let id = reader.segment_id();
            let files = match segments.get(&id) {
                Some(files) => files.clone(),
                None => Arc::new(read_segment(reader, fields)?),
            };
            loaded.push((id, files));
        }
        *segments = loaded.iter().cloned().collect();
        Ok(loaded.into_iter().map(|(_, files)| files).collect())
    }
}

fn read_segment(reader: &SegmentReader, fields: &Fields) -> Result<SegmentFiles> {
    let tags = reader.fast_fields().u64("tags")?;
    let store = open_store(reader)?;
    let mut files = Vec::new();
    let mut chunks = 0;
    for document in 0..reader.max_doc() {
        if !tags.first(document).is_some_and(|tags| Tags(tags).is_file()) {
            chunks += 1;
            continue;
        }
        if reader.is_deleted(document) {
            continue;
        }
        if let Some(meta) = with_record(&store, fields, document, record::decode_meta)? {
            files.push((document, Arc::new(FileEntry::new(meta))));
        }
    }
    Ok(SegmentFiles { files, chunks, symbols: OnceLock::new() })
}

/// Blocks of stored documents are read in order, so one of them is worth keeping.
fn open_store(reader: &SegmentReader) -> Result<StoreReader> {
    Ok(reader.get_store_reader(1).map_err(tantivy::TantivyError::from)?)
}

/// Reads the record of a file document; none when it is damaged (the file is then indexed again).
fn with_record<T>(
    store: &StoreReader,
    fields: &Fields,
    document: DocId,
    read: impl FnOnce(&[u8]) -> std::result::Result<T, postcard::Error>,
) -> Result<Option<T>> {
    let document: TantivyDocument = store.get(document)?;
    let block = document.get_first(fields.record).and_then(|value| value.as_bytes());
    match block.map(read) {
        Some(Ok(value)) => Ok(Some(value)),
        Some(Err(error)) => {
            tracing::warn!(%error, "a record of the index is damaged; its file will be indexed again");
            Ok(None)
        }
        None => Ok(None),
    }
}

impl SegmentFiles {
    /// The symbols of the segment, read when they are first asked for.
    pub fn symbols(&self, reader: &SegmentReader, fields: &Fields) -> Result<Arc<SegmentSymbols>> {
        if let Some(symbols) = self.symbols.get() {
            return Ok(symbols.clone());
        }
        let store = open_store(reader)?;
        let mut symbols = SegmentSymbols::default();
        for (document, file) in &self.files {
            if let Some((_, facts)) = with_record(&store, fields, *document, record::decode)? {
                symbols.add(file.clone(), *document, &facts);
            }
        }
        symbols.finish();
        let symbols = Arc::new(symbols);
        // Two readers may race; both have read the same.
        Ok(self.symbols.get_or_init(|| symbols).clone())
    }
}

/// The files of one snapshot.
#[derive(Default)]
pub struct FileTable {
    entries: FxHashMap<FileKey, (Arc<FileEntry>, DocAddress)>,
}

impl FileTable {
    /// The living files of all segments.
    pub fn new(searcher: &Searcher, segments: &[Arc<SegmentFiles>]) -> FileTable {
        let mut entries = FxHashMap::default();
        for (ordinal, (reader, segment)) in searcher.segment_readers().iter().zip(segments).enumerate() {
            for (document, file) in &segment.files {
                if !reader.is_deleted(*document) {
                    entries.insert(file.key, (file.clone(), DocAddress::new(ordinal as u32, *document)));
                }
            }
        }
        FileTable { entries }
    }

    /// A file by its key.
    pub fn get(&self, key: FileKey) -> Option<&Arc<FileEntry>> {
        self.entries.get(&key).map(|(file, _)| file)
    }

    /// A file by its path.
    pub fn by_path(&self, path: &str) -> Option<&Arc<FileEntry>> {
        self.get(FileKey::of(path))
    }

    /// All files, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<FileEntry>> {
        self.entries.values().map(|(file, _)| file)
    }

    /// How many files there are, refused ones included.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The facts of a file as they were indexed.
    pub fn facts(&self, searcher: &Searcher, fields: &Fields, key: FileKey) -> Result<Option<FileFacts>> {
        let Some((_, address)) = self.entries.get(&key) else { return Ok(None) };
        let store = open_store(searcher.segment_reader(address.segment_ord))?;
        Ok(with_record(&store, fields, address.doc_id, record::decode)?.map(|(_, facts)| facts))
    }

    /// Calls `each` with the facts of every file, segment by segment.
    pub fn each_facts(
        &self,
        searcher: &Searcher,
        fields: &Fields,
        mut each: impl FnMut(&Arc<FileEntry>, FileFacts),
    ) -> Result<()> {
        let mut addresses: Vec<_> = self.entries.values().collect();
        addresses.sort_unstable_by_key(|(_, address)| *address);
        let mut store: Option<(u32, StoreReader)> = None;
        for (file, address) in addresses {
            if store.as_ref().is_none_or(|(ordinal, _)| *ordinal != address.segment_ord) {
                store = Some((address.segment_ord, open_store(searcher.segment_reader(address.segment_ord))?));
            }
            if let Some((_, store)) = &store
                && let Some((_, facts)) = with_record(store, fields, address.doc_id, record::decode)?
            {
                each(file, facts);
            }
        }
        Ok(())
    }
}
