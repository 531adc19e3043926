//! The index of one workspace: one owner for what is written, snapshots for everybody who reads.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use parking_lot::Mutex;
use rustc_hash::{FxHashMap, FxHashSet};
use tantivy::error::DataCorruption;
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::{IndexReader, IndexWriter, ReloadPolicy, TantivyError};

use crate::build::{self, Outcome, Preparer, Progress, Work};
use crate::error::{Error, Result};
use crate::options::IndexOptions;
use crate::overlay::{Overlay, OverlayFile};
use crate::record::FileKey;
use crate::snapshot::{Base, Snapshot};
use crate::source::walk::{self, Rules};
use crate::source::{self, Skip, SkipReason};
use crate::store::folder::{Seen, WriteLock};
use crate::store::{Fields, FileEntry, Folder, SegmentCache};
use crate::tokens::Analyzer;
use crate::vector_index::{EmbedOutcome, VectorIndex, VectorOptions};

/// tantivy wants at least this much memory for each of its threads, in bytes.
const LEAST_WRITER_MEMORY: usize = 16 << 20;
/// Segments with more documents are not merged any more: a merge rewrites them whole.
const LARGEST_MERGE: usize = 500_000;

/// What an update did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files in the workspace that can be searched.
    pub files: usize,
    /// Files whose content was indexed now.
    pub indexed: usize,
    /// Files that are gone.
    pub removed: usize,
    /// Bytes that were read.
    pub bytes: u64,
    /// What was left out, and why.
    pub skipped: usize,
    /// How long it took.
    pub elapsed: Duration,
}

/// Who put a text into the overlay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// An editor: it stays until the buffer is closed.
    Buffer,
    /// A saved file: it stays until the commit has it.
    Disk,
}

struct OverlayState {
    overlay: Overlay,
    owners: FxHashMap<FileKey, Owner>,
    preparer: Preparer,
    analyzer: Analyzer,
}

/// The index of one workspace.
pub struct Index {
    root: Arc<Path>,
    folder: Folder,
    fields: Fields,
    options: IndexOptions,
    rules: Rules,
    text: tantivy::Index,
    reader: IndexReader,
    cache: SegmentCache,
    lock: Option<WriteLock>,
    writer: Mutex<Option<IndexWriter>>,
    seen: Mutex<Seen>,
    folders: Mutex<Vec<String>>,
    overlay: Mutex<OverlayState>,
    current: ArcSwap<Snapshot>,
    vectors: Option<Arc<VectorIndex>>,
    rebuilt: Option<String>,
}

impl Index {
    /// Opens the index of the workspace at `root`, kept below `base`; creates it when there is none and repairs it by building it
    /// anew when it is damaged. While another process writes it, it is opened for reading.
    ///
    /// # Errors
    /// When the root is no folder, or the index folder cannot be written.
    pub fn open(base: &Path, root: &Path, options: &IndexOptions, vectors: &VectorOptions) -> Result<Index> {
        let root = root.canonicalize().map_err(|source| Error::Root { path: root.to_path_buf(), source })?;
        if !root.is_dir() {
            return Err(Error::Root { path: root, source: std::io::Error::from(std::io::ErrorKind::NotADirectory) });
        }
        let rules = Rules::new(options)?;
        let folder = Folder::of(base, &root);
        let lock = match folder.lock() {
            Ok(lock) => Some(lock),
            Err(Error::Busy { .. }) => None,
            Err(error) => return Err(error),
        };
        let fields = Fields::default();
        let mut opened = folder.open(&fields, lock.as_ref())?;
        let cache = SegmentCache::default();
        let sound = match lock {
            Some(_) => check(&folder, &opened.index),
            None => Ok(()),
        };
        let (reader, first) = match sound.and_then(|()| first_base(&opened.index, &fields, &cache)) {
            Ok(ready) => ready,
            Err(error) if lock.is_some() && error.is_corruption() => {
                folder.clear()?;
                opened = folder.open(&fields, lock.as_ref())?;
                opened.rebuilt = Some(error.to_string());
                first_base(&opened.index, &fields, &cache)?
            }
            Err(error) => return Err(error),
        };
        let vectors = if options.vectors {
            Some(Arc::new(VectorIndex::open(&folder.vectors(), &root, vectors, lock.is_some())?))
        } else {
            None
        };
        let root: Arc<Path> = root.into();
        let snapshot =
            Snapshot { root: root.clone(), base: Arc::new(first), overlay: Arc::default(), vectors: vectors.clone() };
        let overlay = OverlayState {
            overlay: Overlay::default(),
            owners: FxHashMap::default(),
            preparer: Preparer::new(options),
            analyzer: Analyzer::default(),
        };
        Ok(Index {
            seen: Mutex::new(folder.read_seen()),
            folders: Mutex::default(),
            root,
            folder,
            fields,
            options: options.clone(),
            rules,
            text: opened.index,
            reader,
            cache,
            lock,
            writer: Mutex::new(None),
            overlay: Mutex::new(overlay),
            current: ArcSwap::from_pointee(snapshot),
            vectors,
            rebuilt: opened.rebuilt,
        })
    }

    /// The workspace.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of the index.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The options it was opened with.
    pub fn options(&self) -> &IndexOptions {
        &self.options
    }

    /// Whether this process may write it.
    pub fn is_writable(&self) -> bool {
        self.lock.is_some()
    }

    /// Why the index was built anew when it was opened, if it was.
    pub fn rebuilt(&self) -> Option<&str> {
        self.rebuilt.as_deref()
    }

    /// The index as it is now. Later changes do not touch it.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::clone(&self.current.load())
    }

    /// What the last walk left out, together with files that are known but not text.
    pub fn skipped(&self) -> Vec<Skip> {
        let snapshot = self.snapshot();
        let refused = snapshot.files().filter_map(|file| {
            file.refused.map(|reason| Skip { path: file.path.to_string(), reason, detail: String::new() })
        });
        let mut skipped: Vec<Skip> = self.folder.read_skipped().into_iter().chain(refused).collect();
        skipped.sort_unstable();
        skipped.dedup();
        skipped
    }

    /// Brings the index up to date with the files: walks the workspace, and reads what is new or changed.
    ///
    /// # Errors
    /// When the workspace cannot be walked, the index cannot be written, or `cancelled` is set; what was done until then is kept.
    pub fn update(&self, progress: &dyn Progress, cancelled: &AtomicBool) -> Result<Summary> {
        self.update_with(&mut self.writer.lock(), progress, cancelled)
    }

    /// Forgets everything and indexes anew. Nobody else writes in between.
    ///
    /// # Errors
    /// As [`Index::update`].
    pub fn rebuild(&self, progress: &dyn Progress, cancelled: &AtomicBool) -> Result<Summary> {
        let mut writer = self.writer.lock();
        self.clear(&mut writer)?;
        self.update_with(&mut writer, progress, cancelled)
    }

    fn update_with(
        &self,
        writer: &mut Option<IndexWriter>,
        progress: &dyn Progress,
        cancelled: &AtomicBool,
    ) -> Result<Summary> {
        let start = Instant::now();
        let found = walk::walk(&self.root, &self.rules, self.options.worker_threads(), cancelled)?;
        *self.folders.lock() = found.folders;
        let base = self.snapshot().base;
        let mut present = FxHashSet::default();
        let mut work = Vec::new();
        {
            let seen = self.seen.lock();
            for file in found.files {
                let key = FileKey::of(&file.path);
                present.insert(key);
                let known = base.files.get(key).cloned();
                if known.as_ref().is_none_or(|known| self.needs_work(known, &file, &seen)) {
                    work.push(Work { found: file, known });
                }
            }
        }
        let removed: Vec<FileKey> =
            base.files.iter().map(|file| file.key).filter(|key| !present.contains(key)).collect();
        let outcome = self.write(writer, &work, &removed, progress, cancelled)?;
        let unreadable = outcome
            .skipped
            .into_iter()
            .filter(|skip| matches!(skip.reason, SkipReason::Unreadable | SkipReason::TooLarge));
        let mut skipped = found.skipped;
        skipped.extend(unreadable);
        self.folder.write_skipped(&skipped)?;
        let (files, refused) = self.count_files();
        Ok(Summary {
            files,
            indexed: outcome.indexed,
            removed: removed.len(),
            bytes: outcome.bytes,
            skipped: skipped.len() + refused,
            elapsed: start.elapsed(),
        })
    }

    /// Brings single files up to date, relative to the workspace. Files that were not known before may be ignored ones, which only
    /// a walk can tell, so they lead to [`Index::update`].
    ///
    /// # Errors
    /// As [`Index::update`].
    pub fn update_paths(&self, paths: &[String], cancelled: &AtomicBool) -> Result<Summary> {
        let start = Instant::now();
        let base = self.snapshot().base;
        let known: Option<Vec<Arc<FileEntry>>> = paths.iter().map(|path| base.files.by_path(path).cloned()).collect();
        let Some(known) = known else { return self.update(&build::Silent, cancelled) };
        let mut work = Vec::new();
        let mut removed = Vec::new();
        for file in known {
            match walk::look(&self.root, &self.rules, &file.path) {
                Some(Ok(found)) => {
                    if self.needs_work(&file, &found, &self.seen.lock()) {
                        work.push(Work { found, known: Some(file) });
                    }
                }
                Some(Err(_)) | None => removed.push(file.key),
            }
        }
        for work in &work {
            self.show_saved(&work.found);
        }
        self.hide_removed(&removed);
        let mut writer = self.writer.lock();
        let outcome = self.write(&mut writer, &work, &removed, &build::Silent, cancelled)?;
        let (files, _) = self.count_files();
        Ok(Summary {
            files,
            indexed: outcome.indexed,
            removed: removed.len(),
            bytes: outcome.bytes,
            skipped: 0,
            elapsed: start.elapsed(),
        })
    }

    /// How many files are indexed, and how many are known but refused.
    fn count_files(&self) -> (usize, usize) {
        let base = self.snapshot().base;
        let refused = base.files.iter().filter(|file| file.refused.is_some()).count();
        (base.files.len() - refused, refused)
    }

    fn needs_work(&self, known: &FileEntry, found: &source::Found, seen: &Seen) -> bool {
        let state = seen.get(known.key, known.hash).unwrap_or((known.size, known.modified));
        let now_wanted = known.refused == Some(SkipReason::Generated) && self.options.generated;
        state != (found.size, found.modified) || now_wanted
    }

    fn write(
        &self,
        writer: &mut Option<IndexWriter>,
        work: &[Work],
        removed: &[FileKey],
        progress: &dyn Progress,
        cancelled: &AtomicBool,
    ) -> Result<Outcome> {
        progress.start(work.len(), work.iter().map(|work| work.found.size).sum());
        if work.is_empty() && removed.is_empty() {
            self.settle(work, removed)?;
            return Ok(Outcome::default());
        }
        if self.lock.is_none() {
            return Err(Error::Busy { path: self.folder.path().join("writer.lock") });
        }
        let slot = writer;
        let writer = match &mut *slot {
            Some(writer) => writer,
            none => none.insert(self.new_writer().map_err(|error| self.explain(error))?),
        };
        for &key in removed {
            writer.delete_term(self.fields.file_term(key));
        }
        let shown = Shown { index: self, inner: progress };
        let result = build::index_files(writer, &self.fields, &self.options, work, &shown, cancelled);
        if let Err(error) = &result
            && !matches!(error, Error::Cancelled)
        {
            // What is half written is dropped with the writer, whose threads may have died of the error; what was committed stays.
            *slot = None;
        }
        let outcome = result.map_err(|error| self.explain(error))?;
        {
            let mut seen = self.seen.lock();
            seen.remember(&outcome.same);
            seen.forget(removed);
            self.folder.write_seen(&seen)?;
        }
        self.settle(work, removed)?;
        Ok(outcome)
    }

    /// A full disk reaches us as one of tantivy's many errors; tell it as what it is.
    fn explain(&self, error: Error) -> Error {
        let text = error.to_string();
        let full = ["StorageFull", "No space left", "QuotaExceeded"].iter().any(|sign| text.contains(sign));
        // A thread of the writer that dies keeps the reason to itself.
        let in_thread = matches!(&error, Error::Text(TantivyError::ErrorInThread(_)));
        if full || (in_thread && !self.folder.has_room()) {
            return Error::Full { path: self.folder.path().to_path_buf() };
        }
        error
    }

    fn new_writer(&self) -> Result<IndexWriter> {
        let threads = self.options.worker_threads();
        let memory = (self.options.memory_mb << 20) / threads;
        let options = IndexWriterOptions::builder()
            .num_worker_threads(threads)
            .memory_budget_per_thread(memory.max(LEAST_WRITER_MEMORY))
            .num_merge_threads(1)
            .build();
        let writer = self.text.writer_with_options(options)?;
        let mut policy = LogMergePolicy::default();
        policy.set_max_docs_before_merge(LARGEST_MERGE);
        writer.set_merge_policy(Box::new(policy));
        Ok(writer)
    }

    /// Publishes what is committed.
    fn publish(&self) -> Result<()> {
        self.reader.reload()?;
        let base = Arc::new(Base::new(self.reader.searcher(), &self.fields, &self.cache)?);
        let state = self.overlay.lock();
        self.swap(Some(base), &state);
        Ok(())
    }

    /// Publishes what is committed and lets go of overlaid files that the commit has.
    fn settle(&self, work: &[Work], removed: &[FileKey]) -> Result<()> {
        self.reader.reload()?;
        let base = Arc::new(Base::new(self.reader.searcher(), &self.fields, &self.cache)?);
        let mut state = self.overlay.lock();
        let done = work.iter().map(|work| FileKey::of(&work.found.path)).chain(removed.iter().copied());
        for key in done {
            if state.owners.get(&key) == Some(&Owner::Disk) {
                state.owners.remove(&key);
                state.overlay.remove(key);
            }
        }
        self.swap(Some(base), &state);
        Ok(())
    }

    /// The overlay's lock is held by the caller, so that no two writers publish out of order.
    fn swap(&self, base: Option<Arc<Base>>, state: &OverlayState) {
        let base = base.unwrap_or_else(|| self.current.load().base.clone());
        let overlay = Arc::new(state.overlay.clone());
        self.current.store(Arc::new(Snapshot {
            root: self.root.clone(),
            base,
            overlay,
            vectors: self.vectors.clone(),
        }));
    }

    /// Reads the newest commit of another process that writes this index.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn refresh(&self) -> Result<()> {
        self.publish()?;
        self.vectors.as_ref().map_or(Ok(()), |vectors| vectors.refresh())
    }

    /// The folders that the last walk visited, relative to the workspace.
    pub fn folders(&self) -> Vec<String> {
        self.folders.lock().clone()
    }

    /// Whether a change of this path can matter to the index, as far as its name tells.
    pub fn may_matter(&self, path: &str) -> bool {
        !self.rules.cuts(path)
    }

    /// Lets an editor's text answer for a file until [`Index::close_text`]. At once searchable.
    pub fn set_text(&self, path: &str, text: &str) {
        self.overlay_text(path, text, Owner::Buffer);
    }

    /// The file on disk answers again.
    pub fn close_text(&self, path: &str) {
        let key = FileKey::of(path);
        let mut state = self.overlay.lock();
        if state.owners.remove(&key).is_some() {
            state.overlay.remove(key);
            self.swap(None, &state);
        }
    }

    /// Shows a saved file through the overlay, before the commit that stores it.
    fn show_saved(&self, found: &source::Found) {
        let mut bytes = Vec::new();
        if source::read_file(&found.absolute, found.size, &mut bytes).is_err() {
            return;
        }
        if let Ok(decoded) = source::decode(&bytes) {
            self.overlay_text(&found.path, &decoded.text, Owner::Disk);
        }
    }

    /// Hides deleted files at once, before the commit that forgets them.
    fn hide_removed(&self, removed: &[FileKey]) {
        let mut state = self.overlay.lock();
        for &key in removed {
            if state.owners.get(&key) != Some(&Owner::Buffer) {
                state.owners.insert(key, Owner::Disk);
                state.overlay.hide(key);
            }
        }
        self.swap(None, &state);
    }

    fn overlay_text(&self, path: &str, text: &str, owner: Owner) {
        let key = FileKey::of(path);
        let mut guard = self.overlay.lock();
        let state = &mut *guard;
        if owner == Owner::Disk && state.owners.get(&key) == Some(&Owner::Buffer) {
            return;
        }
        let prepared = state.preparer.text(path, text, build::language_of(path, text));
        let file = OverlayFile::new(prepared, text.into(), self.options.vectors, &mut state.analyzer);
        state.overlay.set(Arc::new(file));
        state.owners.insert(key, owner);
        self.swap(None, &guard);
    }

    /// Embeds the chunks that have no vector yet and forgets those of chunks that are gone.
    ///
    /// # Errors
    /// When the vector store fails, or `cancelled` is set; what was embedded until then is kept.
    pub fn embed(&self, progress: &dyn Progress, cancelled: &AtomicBool) -> Result<EmbedOutcome> {
        match &self.vectors {
            Some(vectors) if self.lock.is_some() => {
                let done = vectors.sync(&self.snapshot(), self.options.worker_threads(), progress, cancelled);
                done.map_err(|error| self.explain(error))
            }
            _ => Ok(EmbedOutcome::default()),
        }
    }

    /// Forgets everything.
    fn clear(&self, writer: &mut Option<IndexWriter>) -> Result<()> {
        if self.lock.is_none() {
            return Err(Error::Busy { path: self.folder.path().join("writer.lock") });
        }
        let writer = match writer {
            Some(writer) => writer,
            none => none.insert(self.new_writer()?),
        };
        writer.delete_all_documents()?;
        writer.commit()?;
        *self.seen.lock() = Seen::default();
        if let Some(vectors) = &self.vectors {
            vectors.clear()?;
        }
        self.publish()
    }

    /// Where the index and the files differ, without changing anything: the number of files that an update would read or forget.
    ///
    /// # Errors
    /// When the workspace cannot be walked.
    pub fn stale(&self) -> Result<usize> {
        let found = walk::walk(&self.root, &self.rules, self.options.worker_threads(), &AtomicBool::new(false))?;
        let base = self.snapshot().base;
        let seen = self.seen.lock();
        let changed = found
            .files
            .iter()
            .filter(|file| base.files.by_path(&file.path).is_none_or(|known| self.needs_work(known, file, &seen)));
        let changed = changed.count();
        let present: FxHashSet<FileKey> = found.files.iter().map(|file| FileKey::of(&file.path)).collect();
        Ok(changed + base.files.iter().filter(|file| !present.contains(&file.key)).count())
    }

    /// How many bytes a field of the text index takes on disk; 0 for a field that does not exist.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn field_bytes(&self, field: &str) -> Result<u64> {
        let usage = self.snapshot().base.searcher.space_usage().map_err(TantivyError::from)?;
        let mut bytes = 0;
        for segment in usage.segments() {
            let parts = [
                segment.termdict(),
                segment.postings(),
                segment.positions(),
                segment.fast_fields(),
                segment.fieldnorms(),
            ];
            bytes += parts
                .iter()
                .flat_map(|part| part.fields())
                .filter(|usage| usage.field_name() == field)
                .map(|usage| usage.total().get_bytes())
                .sum::<u64>();
            if field == "record" {
                bytes += segment.store().total().get_bytes();
            }
        }
        Ok(bytes)
    }

    /// Reads every byte of the text index and compares it with its checksums; returns the damaged files.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn verify(&self) -> Result<Vec<PathBuf>> {
        Ok(self.text.validate_checksum()?.into_iter().collect())
    }
}

/// Fails when the text index is damaged. Damage may also make its reader panic.
fn check(folder: &Folder, index: &tantivy::Index) -> Result<()> {
    let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| folder.damage(index)));
    let damage = match checked {
        Ok(damage) => damage?,
        Err(_) => Some("its files cannot be understood".to_owned()),
    };
    match damage {
        Some(damage) => Err(Error::Text(TantivyError::DataCorruption(DataCorruption::comment_only(damage)))),
        None => Ok(()),
    }
}

fn first_base(index: &tantivy::Index, fields: &Fields, cache: &SegmentCache) -> Result<(IndexReader, Base)> {
    let reader: IndexReader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
    let base = Base::new(reader.searcher(), fields, cache)?;
    Ok((reader, base))
}

/// Publishes after each commit and passes progress on.
struct Shown<'i> {
    index: &'i Index,
    inner: &'i dyn Progress,
}

impl Progress for Shown<'_> {
    fn start(&self, files: usize, bytes: u64) {
        self.inner.start(files, bytes);
    }

    fn file(&self, bytes: u64) {
        self.inner.file(bytes);
    }

    fn committed(&self) {
        if let Err(error) = self.index.publish() {
            tracing::warn!(%error, "could not show what was committed");
        }
        self.inner.committed();
    }
}
