//! The trait that both stores implement.

use crate::error::{Error, Result};
use crate::{Collection, Cursor, Filter, Page, Point, Scored};

/// The most points that one search or one page of a walk may ask for.
pub const MAX_LIMIT: usize = 100_000;

/// A collection of points that is searched by nearness of vectors. Shared between threads: every method takes `&self`, and
/// readers never wait for a writer.
///
/// Calls block; from asynchronous code call them where blocking is allowed.
pub trait VectorStore: Send + Sync {
    /// What this store holds.
    fn collection(&self) -> &Collection;

    /// Makes the collection ready for points, creating what is missing. Does nothing when all is there.
    ///
    /// # Errors
    /// When the disk or the server refuses, or something else stands under the collection's name.
    fn ensure(&self) -> Result<()>;

    /// Adds the points, each replacing the one with its number. Of equal numbers in one call the last counts. Searches see
    /// all of them when this returns, and survive a kill of the process from then on; see [`VectorStore::flush`].
    ///
    /// # Errors
    /// [`Error::Vector`] when a vector is NaN, infinite, zero or of the wrong size, [`Error::NotCached`] when a point
    /// without a vector has none kept: then nothing of the call was added. Otherwise when the disk or the server refuses.
    fn upsert(&self, points: &[Point<'_>]) -> Result<()>;

    /// Removes every point that matches; an empty filter matches all. Their vectors stay cached for a while.
    ///
    /// # Errors
    /// When the disk or the server refuses.
    fn delete_by_filter(&self, filter: &Filter) -> Result<()>;

    /// The `k` points nearest to `query` of those that match, best first, equal scores by number. The filter applies before
    /// the best are chosen: with `k` matching points there are `k` results.
    ///
    /// # Errors
    /// [`Error::Query`] when the vector is NaN, infinite, zero or of the wrong size; [`Error::Invalid`] when `k` is above
    /// [`MAX_LIMIT`]; otherwise when the server fails.
    fn search(&self, query: &[f32], k: usize, filter: &Filter) -> Result<Vec<Scored>>;

    /// The matching points in the order of their numbers, at most `limit` at once: to compare a collection with what it
    /// should hold. Start with `None` and go on with [`Page::next`].
    ///
    /// # Errors
    /// [`Error::Invalid`] when `limit` is 0 or above [`MAX_LIMIT`]; otherwise when the server fails.
    fn scroll(&self, cursor: Option<Cursor>, limit: usize, filter: &Filter) -> Result<Page>;

    /// How many points match.
    ///
    /// # Errors
    /// When the server fails.
    fn count(&self, filter: &Filter) -> Result<u64>;

    /// For each hash of a text whether its vector is kept, so that [`Point::vector`] may be `None`.
    ///
    /// # Errors
    /// When the cache cannot be read.
    fn cached(&self, contents: &[u64]) -> Result<Vec<bool>>;

    /// The vectors kept for these hashes, of length 1 and as exact as they are kept.
    ///
    /// # Errors
    /// When the cache cannot be read.
    fn lookup(&self, contents: &[u64]) -> Result<Vec<Option<Vec<f32>>>>;

    /// Returns when everything added and removed so far survives a loss of power.
    ///
    /// # Errors
    /// When the disk or the server refuses; then call it again once there is room.
    fn flush(&self) -> Result<()>;

    /// Removes the collection with all points and cached vectors. [`VectorStore::ensure`] makes an empty one.
    ///
    /// # Errors
    /// When the disk or the server refuses.
    fn remove(&self) -> Result<()>;
}

/// Refuses results that would not fit in reasonable memory.
pub(crate) fn check_limit(limit: usize, least: usize) -> Result<()> {
    if (least..=MAX_LIMIT).contains(&limit) {
        return Ok(());
    }
    Err(Error::Invalid(format!("{limit} points at once were asked for; from {least} to {MAX_LIMIT} are possible")))
}
