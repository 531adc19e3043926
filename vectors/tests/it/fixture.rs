//! Stores to test, each empty and its own, and vectors to fill them with.

use std::io::{BufRead, BufReader};
use std::ops::Deref;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tempfile::TempDir;
use vectors::{Collection, FlatStore, Point, QdrantStore, VectorStore, flat, qdrant};

/// Small enough that a failure can be read, large enough that random directions differ.
pub(crate) const DIMENSIONS: usize = 16;

pub(crate) fn collection() -> Collection {
    Collection::new("test-model", DIMENSIONS).unwrap()
}

/// A store that vanishes with its data.
pub(crate) struct Fixture {
    store: Box<dyn VectorStore>,
    _folder: TempDir,
}

impl Drop for Fixture {
    fn drop(&mut self) {
        // What a failed test left behind need not be reported a second time.
        let _ = self.store.remove();
    }
}

impl Fixture {
    pub(crate) fn flat() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = FlatStore::open(folder.path(), &collection(), flat::Options::default()).unwrap();
        Fixture { store: Box::new(store), _folder: folder }
    }

    pub(crate) fn qdrant() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = QdrantStore::open(&collection(), qdrant_options(folder.path())).unwrap();
        Fixture { store: Box::new(store), _folder: folder }
    }
}

/// A workspace of its own on the server to test with: the one at `QDRANT_URL` (with `QDRANT_API_KEY`), or the peer.
pub(crate) fn qdrant_options(cache: impl Into<PathBuf>) -> qdrant::Options {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    static PEER: OnceLock<Peer> = OnceLock::new();
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let workspace = format!("test-{}-{number}", std::process::id());
    let mut options = match std::env::var("QDRANT_URL") {
        Ok(url) => qdrant::Options::new(&url, &workspace, cache),
        Err(_) => qdrant::Options::new(&PEER.get_or_init(|| Peer::start(None)).url, &workspace, cache),
    };
    options.api_key = std::env::var("QDRANT_API_KEY").ok();
    // Many tests share one server in Python.
    options.timeout = Duration::from_secs(60);
    options
}

/// The test server of `tests/qdrant_peer`. It goes when its standard input closes: at the latest with this process.
pub(crate) struct Peer {
    pub(crate) url: String,
    process: Child,
}

impl Peer {
    pub(crate) fn start(api_key: Option<&str>) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/qdrant_peer/run.py");
        let mut command = Command::new("python3");
        command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped());
        if let Some(key) = api_key {
            command.env("QDRANT_PEER_API_KEY", key);
        }
        let why = "the tests of the Qdrant store need python3 (3.11 or newer) with venv, and PyPI once; \
                   or set QDRANT_URL to a server to test with";
        let mut process = command.spawn().unwrap_or_else(|error| panic!("{why}: {error}"));
        let mut port = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut port).unwrap();
        assert!(port.trim().parse::<u16>().is_ok(), "{why}: the test server did not start, see above");
        Peer { url: format!("http://127.0.0.1:{}", port.trim()), process }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

impl Deref for Fixture {
    type Target = dyn VectorStore;

    fn deref(&self) -> &Self::Target {
        &*self.store
    }
}

/// The direction that belongs to a content, always the same.
pub(crate) fn vector(content: u64) -> Vec<f32> {
    let mut state = content.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (0..DIMENSIONS)
        .map(|_| {
            // SplitMix64.
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((z ^ (z >> 31)) >> 40) as f32 / (1u64 << 23) as f32 - 1.0
        })
        .collect()
}

/// A point of file 1 whose content is its number.
pub(crate) fn point(id: u64, vector: &[f32]) -> Point<'_> {
    Point { id, content: id, file: 1, kind: 0, flags: 0, lang: 0, vector: Some(vector) }
}

/// Adds points whose content is their number, changed by `change`.
pub(crate) fn fill(store: &dyn VectorStore, ids: impl IntoIterator<Item = u64>, change: impl Fn(&mut Point<'_>)) {
    let vectors: Vec<(u64, Vec<f32>)> = ids.into_iter().map(|id| (id, vector(id))).collect();
    let points: Vec<Point<'_>> = (vectors.iter())
        .map(|(id, vector)| {
            let mut point = point(*id, vector);
            change(&mut point);
            point
        })
        .collect();
    store.upsert(&points).unwrap();
}

/// The numbers of what a search finds.
pub(crate) fn found(store: &dyn VectorStore, query: &[f32], k: usize, filter: &vectors::Filter) -> Vec<u64> {
    store.search(query, k, filter).unwrap().into_iter().map(|hit| hit.id).collect()
}

/// The numbers of all matching points, as a walk gives them.
pub(crate) fn all(store: &dyn VectorStore, filter: &vectors::Filter) -> Vec<u64> {
    let page = store.scroll(None, vectors::MAX_LIMIT, filter).unwrap();
    assert_eq!(page.next, None);
    page.entries.into_iter().map(|entry| entry.id).collect()
}
