//! The embedded store: rows of `i8` numbers in one memory-mapped file, and a scan over all of them.
//!
//! A scan of 10,000 vectors takes a fraction of a millisecond, of half a million some 10; there is nothing to build, and a
//! filter costs nothing. Up to there nothing smarter is faster. Points are small and stay in memory; rows stay in the file,
//! shared by all points of equal text, and rows without points are the cache of embeddings until there are too many of them:
//! then the file is written anew without the oldest. The modules: a frame is the unit of writing ([`frame`]), a log is the
//! file of frames ([`log`]), [`rows`] and [`points`] are what it says, [`scan`] is the search.

mod folder;
mod frame;
mod log;
mod points;
mod rows;
mod scan;
mod writer;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use crate::error::{Error, Result};
use crate::store::{VectorStore, check_limit};
use crate::{Collection, Cursor, Filter, Page, Point, Scored};
use log::Maps;
use points::Blocks;
use writer::Writer;

/// How a [`FlatStore`] is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// Threads that share the scan of a large collection. Default 2.
    pub threads: usize,
    /// How many bytes rows without points may take in the file before the oldest go. By default half of what the points
    /// take, but at least 8 MiB.
    pub cache_bytes: Option<u64>,
    /// Whether to read only: then another process may write. Such a store sees what was flushed before it was opened.
    pub read_only: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { threads: 2, cache_bytes: None, read_only: false }
    }
}

/// The embedded store. See the [module](self).
#[derive(Debug)]
pub struct FlatStore {
    collection: Collection,
    options: Options,
    folder: PathBuf,
    writer: Mutex<Writer>,
    snapshot: ArcSwap<Snapshot>,
    /// Held, not read: says to other processes that this one writes.
    _lock: Option<File>,
}

/// What a search reads: never changed once made.
#[derive(Debug, Clone, Default)]
struct Snapshot {
    points: Blocks,
    maps: Maps,
    dimensions: usize,
}

impl Snapshot {
    fn row(&self, address: u32) -> &[i8] {
        let bytes = self.maps.bytes(u64::from(address) * frame::ROW_ALIGN as u64, self.dimensions);
        // SAFETY: `u8` and `i8` have the same size, alignment and valid values; length and lifetime stay the same.
        #[allow(unsafe_code)]
        unsafe {
            std::slice::from_raw_parts(bytes.as_ptr().cast(), bytes.len())
        }
    }
}

impl FlatStore {
    /// Opens the collection in its own folder below `folder`. What is not there yet is created when it is first needed.
    ///
    /// Reads the whole file once, to check it: some 100 ms for half a million vectors.
    ///
    /// # Errors
    /// [`Error::Locked`] when another process writes there; [`Error::Corrupt`] when the file is damaged, which
    /// [`FlatStore::reset`] mends by removing it; [`Error::Io`] when it cannot be read.
    pub fn open(folder: &Path, collection: &Collection, options: Options) -> Result<Self> {
        let folder = folder.join(collection.name());
        let lock = if options.read_only { None } else { Some(lock(&folder)?) };
        let writer = Writer::open(&folder, collection, !options.read_only)?;
        let snapshot = ArcSwap::from_pointee(writer.snapshot());
        Ok(FlatStore {
            collection: collection.clone(),
            options,
            folder,
            writer: Mutex::new(writer),
            snapshot,
            _lock: lock,
        })
    }

    /// Opens the collection empty, whatever stood there: the way out when it is damaged.
    ///
    /// # Errors
    /// [`Error::Locked`] when another process writes there; [`Error::Io`] when a file cannot be removed.
    pub fn reset(folder: &Path, collection: &Collection, options: Options) -> Result<Self> {
        let below = folder.join(collection.name());
        let lock = lock(&below)?;
        folder::remove_files(&below)?;
        drop(lock);
        FlatStore::open(folder, collection, options)
    }

    /// Removes every other collection below `folder`, such as those of models that are no longer used. One that another
    /// process uses stays.
    ///
    /// # Errors
    /// [`Error::Io`] when something cannot be read or removed.
    pub fn remove_others(folder: &Path, keep: &Collection) -> Result<()> {
        let keep = keep.name();
        let entries = match std::fs::read_dir(folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(Error::io("read", folder))?,
        };
        for entry in entries {
            let path = entry.map_err(Error::io("read", folder))?.path();
            // Only a folder with a lock in it is one of ours.
            if path.file_name().is_some_and(|name| name != keep.as_str()) && path.join(LOCK).is_file() {
                let Ok(lock) = lock(&path) else { continue };
                // Some systems do not remove what is open.
                drop(lock);
                std::fs::remove_dir_all(&path).map_err(Error::io("remove", &path))?;
            }
        }
        Ok(())
    }

    /// Keeps vectors without points, as a cache only: for a store whose points are elsewhere.
    pub(crate) fn remember(&self, vectors: &FxHashMap<u64, Vec<f32>>) -> Result<()> {
        self.write(|writer| writer.remember(&self.folder, &self.collection, vectors))
    }

    /// How many bytes the collection takes on the disk.
    pub fn bytes(&self) -> u64 {
        self.writer.lock().bytes()
    }

    fn write(&self, change: impl FnOnce(&mut Writer) -> Result<()>) -> Result<()> {
        if self.options.read_only {
            return Err(Error::ReadOnly { path: self.folder.clone() });
        }
        let mut writer = self.writer.lock();
        change(&mut writer)?;
        self.snapshot.store(Arc::new(writer.snapshot()));
        Ok(())
    }
}

impl VectorStore for FlatStore {
    fn collection(&self) -> &Collection {
        &self.collection
    }

    fn ensure(&self) -> Result<()> {
        self.write(|writer| writer.ensure(&self.folder, &self.collection).map(|_| ()))
    }

    fn upsert(&self, points: &[Point<'_>]) -> Result<()> {
        self.write(|writer| writer.upsert(&self.folder, &self.collection, points))
    }

    fn delete_by_filter(&self, filter: &Filter) -> Result<()> {
        self.write(|writer| writer.delete(filter))
    }

    fn search(&self, query: &[f32], k: usize, filter: &Filter) -> Result<Vec<Scored>> {
        check_limit(k, 0)?;
        let query = self.collection.normalised(query).map_err(Error::Query)?;
        Ok(scan::search(&self.snapshot.load(), &query, k, filter, self.options.threads))
    }

    fn scroll(&self, cursor: Option<Cursor>, limit: usize, filter: &Filter) -> Result<Page> {
        check_limit(limit, 1)?;
        let from = cursor.map_or(0, |cursor| cursor.0);
        let mut entries = self.snapshot.load().points.page(from, limit + 1, filter);
        let next = entries.get(limit).map(|entry| Cursor(entry.id));
        entries.truncate(limit);
        Ok(Page { entries, next })
    }

    fn count(&self, filter: &Filter) -> Result<u64> {
        Ok(self.snapshot.load().points.count(filter) as u64)
    }

    fn cached(&self, contents: &[u64]) -> Result<Vec<bool>> {
        let mut writer = self.writer.lock();
        Ok(contents.iter().map(|&content| writer.touch(content).is_some()).collect())
    }

    fn lookup(&self, contents: &[u64]) -> Result<Vec<Option<Vec<f32>>>> {
        // Rows and the snapshot that they point into are taken together: a compaction moves both.
        let (rows, snapshot) = {
            let mut writer = self.writer.lock();
            let rows: Vec<_> = contents.iter().map(|&content| writer.touch(content)).collect();
            (rows, self.snapshot.load_full())
        };
        let vector = |row: rows::Row| {
            let values = snapshot.row(row.address).iter().map(|&value| f32::from(value) * row.scale);
            self.collection.normalised(&values.collect::<Vec<f32>>()).ok()
        };
        Ok(rows.into_iter().map(|row| row.and_then(vector)).collect())
    }

    fn flush(&self) -> Result<()> {
        self.write(|writer| writer.flush(&self.folder, &self.collection, self.options.cache_bytes))
    }

    fn remove(&self) -> Result<()> {
        self.write(|writer| writer.remove(&self.folder))
    }
}

const LOCK: &str = "lock";

/// Takes the lock on a collection's folder, creating both.
fn lock(folder: &Path) -> Result<File> {
    std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    let path = folder.join(LOCK);
    let file = File::options().read(true).write(true).create(true).truncate(false).open(&path);
    let file = file.map_err(Error::io("create", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(Error::Locked { path: folder.to_owned() }),
        Err(std::fs::TryLockError::Error(error)) => Err(Error::io("lock", &path)(error)),
    }
}
