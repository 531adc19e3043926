//! Vectors of the chunks: kept in step with the text index, and searched.

use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use models::{Model, Scratch};
use parking_lot::Mutex;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use tantivy::DocAddress;
use vectors::{Collection, Filter, FlatStore, Keys, Point, QdrantStore, Scored, VectorStore, flat, qdrant};

use crate::build::Progress;
use crate::error::{Error, Result};
use crate::record::{FileKey, short_hash};
use crate::snapshot::{Base, Snapshot};
use crate::store::Tags;
use crate::store::schema::unpack_span;

/// Points are written in batches of so many, so that a kill loses little and memory stays small.
const BATCH: usize = 2_000;
/// Points are read in pages of so many.
const PAGE: usize = 50_000;

/// Where vectors are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct VectorOptions {
    /// The address of a Qdrant server (its gRPC port, `http://localhost:6334`); empty for the embedded store.
    pub url: String,
    /// The name of the environment variable that holds the server's key, so that no key stands in a file.
    pub api_key_env: String,
    /// A call to the server that takes longer has failed, in milliseconds.
    pub timeout_ms: u64,
}

impl Default for VectorOptions {
    fn default() -> Self {
        VectorOptions { url: String::new(), api_key_env: "QDRANT_API_KEY".to_owned(), timeout_ms: 10_000 }
    }
}

/// What embedding did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EmbedOutcome {
    /// Chunks that were embedded.
    pub embedded: usize,
    /// Chunks whose vector was known from equal text.
    pub reused: usize,
    /// Vectors that were forgotten because their chunk is gone.
    pub removed: usize,
    /// Files that changed since they were indexed; the next update brings them.
    pub changed: usize,
}

/// The vectors of one workspace.
pub(crate) struct VectorIndex {
    store: ArcSwap<Box<dyn VectorStore>>,
    model: &'static Model,
    open: Box<dyn Fn() -> vectors::Result<Box<dyn VectorStore>> + Send + Sync>,
    writable: bool,
    names: Mutex<FxHashMap<String, Arc<[f32]>>>,
}

/// Vectors of names are kept for this many names; they are asked for again and again while somebody types.
const NAME_CACHE: usize = 20_000;

fn failed(error: vectors::Error) -> Error {
    Error::Vectors(error.to_string())
}

impl VectorIndex {
    /// Opens the vectors of the workspace at `root`, in `folder` unless the options name a server.
    ///
    /// # Errors
    /// When the folder cannot be written or the server's address makes no sense. A damaged file is built anew.
    pub(crate) fn open(folder: &Path, root: &Path, options: &VectorOptions, writable: bool) -> Result<VectorIndex> {
        let model = Model::builtin();
        let collection = Collection::new(model.name(), model.dimensions()).map_err(failed)?;
        let opener = opener(folder.to_path_buf(), root, options, collection, writable);
        let store = opener().map_err(failed)?;
        if writable {
            store.ensure().map_err(failed)?;
        }
        Ok(VectorIndex { store: ArcSwap::from_pointee(store), model, open: opener, writable, names: Mutex::default() })
    }

    /// The embedding model.
    pub(crate) fn model(&self) -> &'static Model {
        self.model
    }

    /// The nearest points.
    pub(crate) fn search(&self, query: &[f32], limit: usize, filter: &Filter) -> Result<Vec<Scored>> {
        self.store.load().search(query, limit, filter).map_err(failed)
    }

    /// The cosines of given chunks.
    pub(crate) fn scores(&self, query: &[f32], ids: &[u64]) -> Result<FxHashMap<u64, f32>> {
        if ids.is_empty() {
            return Ok(FxHashMap::default());
        }
        let filter = Filter { ids: Some(ids.iter().copied().collect::<Keys>()), ..Filter::default() };
        let found = self.store.load().search(query, ids.len(), &filter).map_err(failed)?;
        Ok(found.into_iter().map(|point| (point.id, point.score)).collect())
    }

    /// The cosine between a query's vector and a name.
    pub(crate) fn similarity(&self, query: &[f32], name: &str) -> f32 {
        let known = self.names.lock().get(name).cloned();
        let vector = known.unwrap_or_else(|| {
            let mut vector = vec![0.0; self.model.dimensions()];
            self.model.encode(name, &mut vector);
            let vector: Arc<[f32]> = vector.into();
            let mut names = self.names.lock();
            if names.len() >= NAME_CACHE {
                names.clear();
            }
            names.insert(name.to_owned(), vector.clone());
            vector
        });
        query.iter().zip(vector.iter()).map(|(a, b)| a * b).sum()
    }

    /// Where found points stand in the text index; points whose chunk is gone are left out.
    pub(crate) fn addresses(&self, base: &Base, found: &[Scored]) -> Result<Vec<(f32, DocAddress)>> {
        let mut by_file = FxHashMap::<u64, Vec<(u64, DocAddress)>>::default();
        let mut addresses = Vec::with_capacity(found.len());
        for point in found {
            let chunks = match by_file.entry(point.file) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => place.insert(base.chunk_ids_of(FileKey(point.file))?),
            };
            addresses.extend(chunks.iter().find(|(id, _)| *id == point.id).map(|(_, address)| (point.score, *address)));
        }
        Ok(addresses)
    }

    /// How many chunks have a vector.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) fn count(&self) -> Result<u64> {
        self.store.load().count(&Filter::default()).map_err(failed)
    }

    /// What a person should know of answers by meaning.
    pub(crate) fn notes(&self, snapshot: &Snapshot) -> Result<Vec<String>> {
        let wanted = snapshot.base.embedded_chunks()?;
        let have = self.count()?;
        if have * 100 >= wanted * 99 {
            return Ok(Vec::new());
        }
        let percent = have * 100 / wanted.max(1);
        Ok(vec![format!("search by meaning covers {percent} % of the code so far; the rest is still being embedded")])
    }

    /// Sees what another process has written.
    pub(crate) fn refresh(&self) -> Result<()> {
        if !self.writable {
            self.store.store(Arc::new((self.open)().map_err(failed)?));
        }
        Ok(())
    }

    /// Forgets all vectors.
    pub(crate) fn clear(&self) -> Result<()> {
        let store = self.store.load();
        store.remove().map_err(failed)?;
        store.ensure().map_err(failed)
    }

    /// Makes the vectors agree with the chunks of a snapshot: forgets what is gone, embeds what is new.
    pub(crate) fn sync(
        &self,
        snapshot: &Snapshot,
        threads: usize,
        progress: &dyn Progress,
        cancelled: &AtomicBool,
    ) -> Result<EmbedOutcome> {
        let store = self.store.load_full();
        let mut missing = snapshot.base.chunks_to_embed()?;
        let mut outcome = EmbedOutcome { removed: forget(&**store, &mut missing)?, ..EmbedOutcome::default() };
        let mut by_file = FxHashMap::<u64, Vec<ToEmbed>>::default();
        for chunk in missing.into_values() {
            by_file.entry(chunk.file).or_default().push(chunk);
        }
        let mut files: Vec<(u64, Vec<ToEmbed>)> = by_file.into_iter().collect();
        files.sort_unstable_by_key(|(file, _)| *file);
        progress.start(files.len(), files.iter().map(|(_, chunks)| chunks.len() as u64).sum());
        let work = Embedding {
            store: &**store,
            model: self.model,
            snapshot,
            next: AtomicUsize::new(0),
            files: &files,
            progress,
            cancelled,
            total: Mutex::new((&mut outcome, None)),
        };
        std::thread::scope(|scope| {
            for _ in 0..threads.clamp(1, files.len().max(1)) {
                scope.spawn(|| work.run());
            }
        });
        let failure = work.total.into_inner().1;
        store.flush().map_err(failed)?;
        match failure {
            Some(error) => Err(error),
            None if cancelled.load(Ordering::Relaxed) => Err(Error::Cancelled),
            None => Ok(outcome),
        }
    }
}

type Opener = Box<dyn Fn() -> vectors::Result<Box<dyn VectorStore>> + Send + Sync>;

fn opener(folder: PathBuf, root: &Path, options: &VectorOptions, collection: Collection, writable: bool) -> Opener {
    if !options.url.is_empty() {
        let workspace = format!("{:016x}", short_hash(root.as_os_str().as_encoded_bytes()));
        let mut server = qdrant::Options::new(&options.url, &workspace, folder);
        server.api_key = std::env::var(&options.api_key_env).ok().filter(|key| !key.is_empty());
        server.timeout = Duration::from_millis(options.timeout_ms.max(1));
        return Box::new(move || Ok(Box::new(QdrantStore::open(&collection, server.clone())?)));
    }
    Box::new(move || {
        let options = flat::Options { read_only: !writable, ..flat::Options::default() };
        let store = match FlatStore::open(&folder, &collection, options.clone()) {
            Err(vectors::Error::Corrupt { .. }) if writable => {
                tracing::warn!("the file of vectors is damaged; it is built anew");
                FlatStore::reset(&folder, &collection, options)?
            }
            other => other?,
        };
        if writable {
            FlatStore::remove_others(&folder, &collection)?;
        }
        Ok(Box::new(store))
    })
}

/// A chunk that needs a vector.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ToEmbed {
    pub id: u64,
    pub file: u64,
    pub at: u64,
    pub tags: Tags,
}

/// Removes points without a chunk, and from `missing` the chunks that have a point.
fn forget(store: &dyn VectorStore, missing: &mut FxHashMap<u64, ToEmbed>) -> Result<usize> {
    let mut gone = FxHashSet::default();
    let mut cursor = None;
    loop {
        let page = store.scroll(cursor, PAGE, &Filter::default()).map_err(failed)?;
        for entry in page.entries {
            if missing.remove(&entry.id).is_none() {
                gone.insert(entry.id);
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let removed = gone.len();
    if removed > 0 {
        let filter = Filter { ids: Some(gone.into_iter().collect::<Keys>()), ..Filter::default() };
        store.delete_by_filter(&filter).map_err(failed)?;
    }
    Ok(removed)
}

struct Embedding<'e> {
    store: &'e dyn VectorStore,
    model: &'static Model,
    snapshot: &'e Snapshot,
    next: AtomicUsize,
    files: &'e [(u64, Vec<ToEmbed>)],
    progress: &'e dyn Progress,
    cancelled: &'e AtomicBool,
    total: Mutex<(&'e mut EmbedOutcome, Option<Error>)>,
}

/// Points that wait to be written.
#[derive(Default)]
struct Waiting {
    chunks: Vec<(ToEmbed, u64, Option<Vec<f32>>)>,
    outcome: EmbedOutcome,
}

impl Embedding<'_> {
    fn run(&self) {
        let mut scratch = Scratch::default();
        let mut waiting = Waiting::default();
        while let Some((file, chunks)) = self.files.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            if self.cancelled.load(Ordering::Relaxed) || self.total.lock().1.is_some() {
                break;
            }
            let done = self.file(FileKey(*file), chunks, &mut scratch, &mut waiting);
            let done = if waiting.chunks.len() >= BATCH { done.and_then(|()| self.write(&mut waiting)) } else { done };
            if let Err(error) = done {
                self.total.lock().1.get_or_insert(error);
            }
            self.progress.file(chunks.len() as u64);
        }
        if let Err(error) = self.write(&mut waiting) {
            self.total.lock().1.get_or_insert(error);
        }
        let mut total = self.total.lock();
        total.0.embedded += waiting.outcome.embedded;
        total.0.reused += waiting.outcome.reused;
        total.0.changed += waiting.outcome.changed;
    }

    fn file(&self, key: FileKey, chunks: &[ToEmbed], scratch: &mut Scratch, waiting: &mut Waiting) -> Result<()> {
        let base = &self.snapshot.base;
        // The text as it was indexed, not an unsaved one: its spans must fit.
        let text = base.files.get(key).and_then(|file| self.snapshot.saved_text(file)).filter(|text| text.fresh);
        let Some(text) = text else {
            waiting.outcome.changed += 1;
            return Ok(());
        };
        let texts: Vec<&str> = chunks.iter().map(|chunk| unpack_span(chunk.at).text(&text.text)).collect();
        let contents: Vec<u64> = texts.iter().map(|text| short_hash(text.as_bytes())).collect();
        let cached = self.store.cached(&contents).map_err(failed)?;
        for (index, chunk) in chunks.iter().enumerate() {
            if cached.get(index).copied().unwrap_or(false) {
                waiting.outcome.reused += 1;
                waiting.chunks.push((*chunk, contents[index], None));
                continue;
            }
            let mut vector = vec![0.0; self.model.dimensions()];
            if self.model.encode_with(scratch, texts[index], &mut vector) {
                waiting.outcome.embedded += 1;
                waiting.chunks.push((*chunk, contents[index], Some(vector)));
            }
        }
        Ok(())
    }

    fn write(&self, waiting: &mut Waiting) -> Result<()> {
        let points: Vec<Point<'_>> = waiting
            .chunks
            .iter()
            .map(|(chunk, content, vector)| {
                let test = if chunk.tags.is_test() { crate::source::FileFlags::TEST.0 } else { 0 };
                Point {
                    id: chunk.id,
                    content: *content,
                    file: chunk.file,
                    kind: chunk.tags.kind().map_or(u8::MAX, |kind| kind as u8),
                    flags: chunk.tags.flags().0 | test,
                    lang: 0,
                    vector: vector.as_deref(),
                }
            })
            .collect();
        self.store.upsert(&points).map_err(failed)?;
        waiting.chunks.clear();
        Ok(())
    }
}
