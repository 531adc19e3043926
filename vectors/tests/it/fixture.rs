//! Stores to test, each empty and its own, and vectors to fill them with.

use std::ops::Deref;

use tempfile::TempDir;
use vectors::{Collection, FlatStore, Point, VectorStore, flat};

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

impl Fixture {
    pub(crate) fn flat() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store =
            FlatStore::open(folder.path(), &collection(), flat::Options::default()).unwrap();
        Fixture {
            store: Box::new(store),
            _folder: folder,
        }
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
    Point {
        id,
        content: id,
        file: 1,
        kind: 0,
        flags: 0,
        lang: 0,
        vector: Some(vector),
    }
}

/// Adds points whose content is their number, changed by `change`.
pub(crate) fn fill(
    store: &dyn VectorStore,
    ids: impl IntoIterator<Item = u64>,
    change: impl Fn(&mut Point<'_>),
) {
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
pub(crate) fn found(
    store: &dyn VectorStore,
    query: &[f32],
    k: usize,
    filter: &vectors::Filter,
) -> Vec<u64> {
    store
        .search(query, k, filter)
        .unwrap()
        .into_iter()
        .map(|hit| hit.id)
        .collect()
}

/// The numbers of all matching points, as a walk gives them.
pub(crate) fn all(store: &dyn VectorStore, filter: &vectors::Filter) -> Vec<u64> {
    let page = store.scroll(None, vectors::MAX_LIMIT, filter).unwrap();
    assert_eq!(page.next, None);
    page.entries.into_iter().map(|entry| entry.id).collect()
}
