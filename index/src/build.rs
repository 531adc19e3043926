//! From files to documents, on several threads: read, hash, parse, cut, hand to tantivy.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use grammars::{Detail, Extractor, FileFacts, Language, Names, ParseError, ParseLimits};
use parking_lot::Mutex;
use tantivy::indexer::UserOperation;
use tantivy::{IndexWriter, TantivyDocument};

use crate::chunks::{Chunk, LineStarts, chunks};
use crate::error::{Error, Result};
use crate::options::IndexOptions;
use crate::record::{self, FileKey, FileMeta, content_hash, short_hash};
use crate::source::{self, FileFlags, Found, Refusal, Skip, SkipReason, classify};
use crate::store::FileEntry;
use crate::store::folder::SeenState;
use crate::store::schema::{Fields, LABEL_SEPARATOR, Tags};

/// After this many bytes of source the work is committed, so that a kill loses at most so much and searches see what is done.
const COMMIT_EVERY: u64 = 256 * 1024 * 1024;

/// Is told how far the work is. Called from several threads.
pub trait Progress: Sync {
    /// So many files of so many bytes will be read.
    fn start(&self, files: usize, bytes: u64);
    /// One more file of so many bytes is done.
    fn file(&self, bytes: u64);
    /// What is done so far is searchable.
    fn committed(&self) {}
}

/// Tells nobody.
pub struct Silent;

impl Progress for Silent {
    fn start(&self, _: usize, _: u64) {}
    fn file(&self, _: u64) {}
}

/// A file to look at, and what is known of it.
pub struct Work {
    /// The file as the walk found it.
    pub found: Found,
    /// Its entry in the index.
    pub known: Option<Arc<FileEntry>>,
}

/// What became of the files.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Files whose content was indexed.
    pub indexed: usize,
    /// Files that were touched but are the same.
    pub same: Vec<(FileKey, SeenState)>,
    /// Bytes that were read.
    pub bytes: u64,
    /// Files that turned out not to be text, or could not be read.
    pub skipped: Vec<Skip>,
}

/// A file read from disk, parsed and cut.
pub struct Prepared {
    /// Its meta data.
    pub meta: FileMeta,
    /// Its facts.
    pub facts: FileFacts,
    /// Its pieces.
    pub chunks: Vec<Chunk>,
}

/// Turns texts into facts; one a thread.
pub struct Preparer {
    extractor: Extractor,
    parse_timeout: Duration,
}

impl Preparer {
    /// With the limits of the options.
    pub fn new(options: &IndexOptions) -> Preparer {
        Preparer { extractor: Extractor::new(), parse_timeout: Duration::from_millis(options.parse_timeout_ms.max(1)) }
    }

    fn facts(&mut self, language: Language, text: &str) -> std::result::Result<FileFacts, ParseError> {
        let limits = ParseLimits { timeout: self.parse_timeout, ..ParseLimits::default() };
        let tree = self.extractor.parse(language, text, &limits)?;
        Ok(self.extractor.extract(&tree, text, Detail::Index))
    }

    /// Facts and pieces of a text. A file whose parse fails or takes too long is plain text.
    pub fn text(&mut self, path: &str, text: &str, language: Option<Language>) -> Prepared {
        let mut plain_because = String::new();
        let facts = match language.map(|language| self.facts(language, text)) {
            Some(Ok(facts)) => facts,
            Some(Err(error)) => {
                plain_because = error.to_string();
                plain_facts(text)
            }
            None => plain_facts(text),
        };
        let meta = FileMeta {
            path: path.to_owned(),
            size: text.len() as u64,
            modified: 0,
            hash: 0,
            language: language.map(|language| language.name().to_owned()).unwrap_or_default(),
            flags: classify::flags(path, language),
            lines: facts.lines,
            verbatim: false,
            refused: None,
            plain_because,
        };
        let chunks = chunks(&facts, text);
        Prepared { meta, facts, chunks }
    }
}

/// The language of a file, by its name and its first bytes.
pub fn language_of(path: &str, text: &str) -> Option<Language> {
    grammars::detect(Path::new(path), text.as_bytes())
}

fn plain_facts(text: &str) -> FileFacts {
    FileFacts { names: Names::default(), lines: LineStarts::new(text).count(text.len() as u32), ..FileFacts::default() }
}

/// The identity of a chunk and the hash of its text. Two equal chunks in one file are told apart by their order.
pub fn chunk_ids<'c>(key: FileKey, chunks: &'c [Chunk], text: &'c str) -> impl Iterator<Item = (u64, u64)> + 'c {
    let mut seen = rustc_hash::FxHashMap::<u64, u64>::default();
    chunks.iter().map(move |chunk| {
        let content = short_hash(chunk.span.text(text).as_bytes());
        let nth = seen.entry(content).or_default();
        let mut identity = [0; 24];
        identity[..8].copy_from_slice(&key.0.to_le_bytes());
        identity[8..16].copy_from_slice(&content.to_le_bytes());
        identity[16..].copy_from_slice(&nth.to_le_bytes());
        *nth += 1;
        (short_hash(&identity), content)
    })
}

/// The symbol path that is kept with a chunk.
pub fn label(facts: &FileFacts, chunk: &Chunk) -> String {
    chunk.symbol.map_or_else(String::new, |symbol| facts.path(symbol).join(&LABEL_SEPARATOR.to_string()))
}

/// The tags of a chunk. Data files are found by their words; embedding them would drown the code.
pub fn chunk_tags(prepared: &Prepared, chunk: &Chunk, language: Option<Language>, vectors: bool) -> Tags {
    let symbol = chunk.symbol.and_then(|symbol| prepared.facts.symbols.get(symbol as usize));
    let data = language.is_some_and(|language| language.settings().data);
    let in_test = symbol.is_some_and(|symbol| symbol.is_test);
    Tags::chunk(prepared.meta.flags, symbol.map(|symbol| symbol.kind), chunk.defines, in_test, vectors && !data)
}

/// Indexes files and commits. Stops early, with what is done committed, when `cancelled` is set.
///
/// # Errors
/// When the index cannot be written. What a single file does wrong is in the outcome.
pub fn index_files(
    writer: &mut IndexWriter,
    fields: &Fields,
    options: &IndexOptions,
    work: &[Work],
    progress: &dyn Progress,
    cancelled: &AtomicBool,
) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let mut rest = work;
    while !rest.is_empty() && !cancelled.load(Ordering::Relaxed) {
        let mut bytes = 0;
        let count = rest.iter().take_while(|work| {
            let fits = bytes < COMMIT_EVERY;
            bytes += work.found.size;
            fits
        });
        let (batch, later) = rest.split_at(count.count());
        rest = later;
        index_batch(writer, fields, options, batch, progress, cancelled, &mut outcome)?;
        if !rest.is_empty() {
            writer.commit()?;
            progress.committed();
        }
    }
    writer.commit()?;
    if cancelled.load(Ordering::Relaxed) {
        return Err(Error::Cancelled);
    }
    progress.committed();
    Ok(outcome)
}

fn index_batch(
    writer: &IndexWriter,
    fields: &Fields,
    options: &IndexOptions,
    work: &[Work],
    progress: &dyn Progress,
    cancelled: &AtomicBool,
    outcome: &mut Outcome,
) -> Result<()> {
    let next = AtomicUsize::new(0);
    let total = Mutex::new(std::mem::take(outcome));
    let failed = Mutex::new(None);
    let threads = options.worker_threads().min(work.len()).max(1);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut worker = Worker {
                    writer,
                    fields,
                    options,
                    preparer: Preparer::new(options),
                    bytes: Vec::new(),
                    outcome: Outcome::default(),
                };
                while let Some(work) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if cancelled.load(Ordering::Relaxed) || failed.lock().is_some() {
                        break;
                    }
                    if let Err(error) = worker.file(work) {
                        failed.lock().get_or_insert(error);
                    }
                    progress.file(work.found.size);
                }
                let mut total = total.lock();
                total.indexed += worker.outcome.indexed;
                total.same.append(&mut worker.outcome.same);
                total.bytes += worker.outcome.bytes;
                total.skipped.append(&mut worker.outcome.skipped);
            });
        }
    });
    *outcome = total.into_inner();
    failed.into_inner().map_or(Ok(()), Err)
}

struct Worker<'w> {
    writer: &'w IndexWriter,
    fields: &'w Fields,
    options: &'w IndexOptions,
    preparer: Preparer,
    bytes: Vec<u8>,
    outcome: Outcome,
}

impl Worker<'_> {
    fn file(&mut self, work: &Work) -> Result<()> {
        let found = &work.found;
        let limit = self.options.max_file_kb.saturating_mul(1024).min(u64::from(u32::MAX) / 2);
        if let Err(error) = source::read_file(&found.absolute, limit, &mut self.bytes) {
            let skip = |reason, detail| Skip { path: found.path.clone(), reason, detail };
            match error.kind() {
                // Gone since the walk: the next walk removes it.
                std::io::ErrorKind::NotFound => {}
                std::io::ErrorKind::FileTooLarge => {
                    self.outcome.skipped.push(skip(SkipReason::TooLarge, String::new()))
                }
                _ => self.outcome.skipped.push(skip(SkipReason::Unreadable, error.to_string())),
            }
            return Ok(());
        }
        self.outcome.bytes += self.bytes.len() as u64;
        let hash = content_hash(&self.bytes);
        let known = work.known.as_deref();
        let now_wanted = |known: &FileEntry| known.refused == Some(SkipReason::Generated) && self.options.generated;
        if let Some(known) = known.filter(|known| known.hash == hash && !now_wanted(known)) {
            self.outcome.same.push((known.key, (hash, found.size, found.modified)));
            return Ok(());
        }
        let bytes = std::mem::take(&mut self.bytes);
        let result = self.index(work, &bytes, hash);
        self.bytes = bytes;
        result
    }

    fn index(&mut self, work: &Work, bytes: &[u8], hash: u128) -> Result<()> {
        let found = &work.found;
        let decoded = source::decode(bytes);
        let refusal = match &decoded {
            Err(Refusal::Binary) => Some(SkipReason::Binary),
            Err(Refusal::Minified) => Some(SkipReason::Minified),
            Ok(decoded) if !self.options.generated && classify::is_generated_text(&decoded.text) => {
                Some(SkipReason::Generated)
            }
            Ok(_) => None,
        };
        let text = decoded.as_ref().map_or("", |decoded| decoded.text.as_ref());
        let mut prepared = match refusal {
            None => {
                let language = language_of(&found.path, text);
                self.preparer.text(&found.path, text, language)
            }
            Some(_) => self.preparer.text(&found.path, "", None),
        };
        prepared.meta.size = found.size;
        prepared.meta.modified = found.modified;
        prepared.meta.hash = hash;
        prepared.meta.refused = refusal;
        prepared.meta.verbatim = matches!(&decoded, Ok(decoded) if decoded.text.len() == bytes.len() && matches!(decoded.text, std::borrow::Cow::Borrowed(_)));
        if classify::is_generated_text(text) {
            prepared.meta.flags = prepared.meta.flags.with(FileFlags::GENERATED);
        }
        let documents = self.documents(&prepared, text)?;
        let known = work.known.as_ref().map(|known| UserOperation::Delete(self.fields.file_term(known.key)));
        let operations: Vec<_> = known.into_iter().chain(documents.into_iter().map(UserOperation::Add)).collect();
        self.writer.run(operations)?;
        match refusal {
            Some(reason) => self.outcome.skipped.push(Skip { path: found.path.clone(), reason, detail: String::new() }),
            None => self.outcome.indexed += 1,
        }
        Ok(())
    }

    fn documents(&self, prepared: &Prepared, text: &str) -> Result<Vec<TantivyDocument>> {
        let key = FileKey::of(&prepared.meta.path);
        let language = Language::by_name(&prepared.meta.language);
        let record = record::encode(&prepared.meta, &prepared.facts)
            .map_err(|error| Error::io("encode the facts of", &prepared.meta.path)(std::io::Error::other(error)))?;
        let grams = (self.options.substring && !text.is_empty()).then_some(text);
        let mut documents = Vec::with_capacity(prepared.chunks.len() + 1);
        documents.push(self.fields.file_document(key, prepared.meta.flags, &record, grams));
        for (chunk, (id, _)) in prepared.chunks.iter().zip(chunk_ids(key, &prepared.chunks, text)) {
            let tags = chunk_tags(prepared, chunk, language, self.options.vectors);
            let label = label(&prepared.facts, chunk);
            documents.push(self.fields.chunk_document(key, tags, chunk, id, &label, text));
        }
        Ok(documents)
    }
}
