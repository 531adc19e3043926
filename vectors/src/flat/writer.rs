//! The one who changes a flat store: first the file, then memory, both by the same records.

use std::path::Path;

use rustc_hash::{FxHashMap, FxHashSet};

use super::frame::{self, POINT, PointRecord, ROW_ALIGN, ROW_META, RowRecord, per_frame, stride};
use super::log::{self, Log, Maps};
use super::points::Points;
use super::rows::{Row, Rows};
use super::scan::quantise;
use super::{Snapshot, folder};
use crate::error::{Error, Result};
use crate::point::last_of_each;
use crate::{Collection, Filter, Point};

/// The least that rows without points may take in a file, see [`super::Options::cache_bytes`].
const MIN_CACHE: u64 = 8 << 20;

/// The state behind the lock of a [`super::FlatStore`].
#[derive(Debug)]
pub(crate) struct Writer {
    /// Absent as long as there is no file.
    log: Option<Log>,
    /// Counts the files: each compaction writes the next one.
    generation: u64,
    rows: Rows,
    points: Points,
    maps: Maps,
    dimensions: usize,
}

impl Writer {
    fn empty(dimensions: usize) -> Self {
        let (rows, points, maps) = Default::default();
        Writer { log: None, generation: 0, rows, points, maps, dimensions }
    }

    /// Reads the newest file in `folder`. With `write`, what a kill left there is cleared up.
    pub(crate) fn open(folder: &Path, collection: &Collection, write: bool) -> Result<Self> {
        let mut files = folder::files(folder)?;
        files.sort_unstable();
        let Some((generation, path)) = files.pop() else {
            return Ok(Writer::empty(collection.dimensions()));
        };
        let writer = Writer::load(&path, generation, collection, write)?;
        if write {
            // Older generations and unfinished ones: the newest was renamed only when it was complete.
            for (_, path) in files {
                log::remove_file(&path)?;
            }
            folder::remove_unfinished(folder)?;
        }
        Ok(writer)
    }

    fn load(path: &Path, generation: u64, collection: &Collection, write: bool) -> Result<Self> {
        let mut writer = Writer::empty(collection.dimensions());
        writer.generation = generation;
        let mut whole = true;
        let log = Log::open(path, collection, write, |data| {
            for (content, place, scale) in data.rows() {
                writer.add_row(content, place, scale);
            }
            whole &= writer.apply(data.removed(), data.points());
        })?;
        if !whole {
            return Err(Error::Corrupt { path: path.to_owned(), at: log.end(), what: "a point has no row" });
        }
        writer.points.tidy();
        writer.maps.extend(&log)?;
        writer.log = Some(log);
        Ok(writer)
    }

    fn add_row(&mut self, content: u64, place: u64, scale: f32) {
        // The log refuses to grow beyond what an address reaches.
        self.rows.insert(content, (place / ROW_ALIGN as u64) as u32, scale);
    }

    /// Brings the points up to date with a record; false when a point has no row.
    fn apply(&mut self, removed: impl Iterator<Item = u64>, points: impl Iterator<Item = PointRecord>) -> bool {
        let mut whole = true;
        for id in removed {
            self.drop_point(id);
        }
        for point in points {
            // Taken before the old one is released, so that a row that stays in use is never counted as unused.
            let row = self.rows.take(point.content);
            self.drop_point(point.id);
            match row {
                Some(Row { address, scale, .. }) => self.points.add(point, address, scale),
                None => whole = false,
            }
        }
        whole
    }

    fn drop_point(&mut self, id: u64) {
        if let Some(point) = self.points.remove(id) {
            self.rows.release(point.content);
        }
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot { points: self.points.blocks().clone(), maps: self.maps.clone(), dimensions: self.dimensions }
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.log.as_ref().map_or(0, Log::end)
    }

    pub(crate) fn touch(&mut self, content: u64) -> Option<Row> {
        self.rows.touch(content)
    }

    /// The file, created when there is none.
    pub(crate) fn ensure(&mut self, folder: &Path, collection: &Collection) -> Result<&mut Log> {
        if self.log.is_none() {
            std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
            let path = folder::path(folder, self.generation + 1);
            let unfinished = folder::unfinished(&path);
            Log::create(&unfinished, collection)?.commit()?;
            log::put_in_place(&unfinished, &path)?;
            *self = Writer::load(&path, self.generation + 1, collection, true)?;
        }
        // Just made, or there already.
        self.log.as_mut().ok_or_else(|| Error::Invalid("the file of vectors vanished".to_owned()))
    }

    pub(crate) fn upsert(&mut self, folder: &Path, collection: &Collection, points: &[Point<'_>]) -> Result<()> {
        let mut vectors = NewRows::default();
        for point in points {
            let normalised = point.vector.map(|vector| collection.normalised(vector)).transpose();
            match normalised.map_err(|reason| Error::Vector { id: point.id, reason })? {
                Some(vector) => vectors.add(&self.rows, point.content, &vector),
                None if self.rows.get(point.content).is_some() || vectors.has(point.content) => {}
                None => {
                    return Err(Error::NotCached { id: point.id, content: point.content });
                }
            }
        }
        let records: Vec<PointRecord> = last_of_each(points).map(record).collect();
        self.ensure(folder, collection)?;
        self.append(&vectors.rows, &records, &[])
    }

    pub(crate) fn remember(
        &mut self,
        folder: &Path,
        collection: &Collection,
        vectors: &FxHashMap<u64, Vec<f32>>,
    ) -> Result<()> {
        let mut new = NewRows::default();
        for (content, vector) in vectors {
            let vector = collection.normalised(vector).map_err(|reason| Error::Vector { id: *content, reason })?;
            new.add(&self.rows, *content, &vector);
        }
        self.ensure(folder, collection)?;
        self.append(&new.rows, &[], &[])
    }

    pub(crate) fn delete(&mut self, filter: &Filter) -> Result<()> {
        let ids: Vec<u64> = self.points.blocks().matching(filter).map(|slot| slot.point.id).collect();
        self.append(&[], &[], &ids)
    }

    /// Writes and applies records: all of them, or on an error none.
    fn append(&mut self, rows: &[RowRecord], points: &[PointRecord], removed: &[u64]) -> Result<()> {
        let Some(log) = self.log.as_mut().filter(|_| rows.len() + points.len() + removed.len() > 0) else {
            return Ok(());
        };
        let mark = log.mark();
        match append_frames(log, stride(self.dimensions), rows, points, removed).and_then(|places| {
            self.maps.extend(log)?;
            Ok(places)
        }) {
            Ok(places) => {
                for (row, place) in rows.iter().zip(places) {
                    self.add_row(row.content, place, row.scale);
                }
                self.apply(removed.iter().copied(), points.iter().copied());
                self.points.tidy();
                Ok(())
            }
            Err(error) => {
                log.cut(mark);
                Err(error)
            }
        }
    }

    pub(crate) fn flush(&mut self, folder: &Path, collection: &Collection, cache: Option<u64>) -> Result<()> {
        let Some(log) = self.log.as_mut() else {
            return Ok(());
        };
        log.commit()?;
        let row = (stride(self.dimensions) + ROW_META) as u64;
        let live = self.rows.live() as u64 * row + (self.points.blocks().live() * POINT) as u64;
        let cache = cache.unwrap_or((live / 2).max(MIN_CACHE));
        // What headers and padding may cost.
        let overhead = live / 64 + (64 << 10);
        if log.end() <= live + overhead + cache {
            return Ok(());
        }
        // Half of the room stays free, or the next row would make it all be done again.
        let cached = self.rows.cached((cache / 2 / row) as usize);
        let path = folder::path(folder, self.generation + 1);
        match self.rewrite(&path, collection, &cached) {
            Ok(mut writer) => {
                writer.generation = self.generation + 1;
                let old = std::mem::replace(self, writer);
                if let Some(old) = old.log
                    && let Err(error) = log::remove_file(old.path())
                {
                    tracing::warn!(%error, "the file before the last compaction stays until the next start");
                }
            }
            // What is there stays as it is, only larger than wanted: not worth failing for.
            Err(error) => {
                tracing::warn!(%error, "cannot compact the vectors");
                let _ = log::remove_file(&folder::unfinished(&path));
            }
        }
        Ok(())
    }

    /// Writes what is in use and `cached` to a new file at `path`, and reads it back.
    fn rewrite(&self, path: &Path, collection: &Collection, cached: &[(u64, Row)]) -> Result<Writer> {
        let unfinished = folder::unfinished(path);
        let mut log = Log::create(&unfinished, collection)?;
        let stride = stride(self.dimensions);
        let snapshot = self.snapshot();
        let row = |content, row: Row| {
            let values = snapshot.row(row.address).to_vec();
            RowRecord { content, scale: row.scale, values }
        };
        // Oldest first, and before the rows with points: reading back gives the same order of use.
        for cached in cached.chunks(per_frame(stride)) {
            let rows: Vec<_> = cached.iter().map(|&(content, cached)| row(content, cached)).collect();
            append_frames(&mut log, stride, &rows, &[], &[])?;
        }
        let all = Filter::default();
        let mut points = snapshot.points.matching(&all).map(|slot| slot.point).peekable();
        let mut written = FxHashSet::default();
        while points.peek().is_some() {
            let batch: Vec<PointRecord> = points.by_ref().take(per_frame(stride + POINT)).collect();
            let rows: Vec<RowRecord> = (batch.iter())
                .filter(|point| written.insert(point.content))
                .filter_map(|point| Some(row(point.content, *self.rows.get(point.content)?)))
                .collect();
            append_frames(&mut log, stride, &rows, &batch, &[])?;
        }
        log.commit()?;
        log::put_in_place(&unfinished, path)?;
        Writer::load(path, self.generation + 1, collection, true)
    }

    pub(crate) fn remove(&mut self, folder: &Path) -> Result<()> {
        let dimensions = self.dimensions;
        *self = Writer { generation: self.generation, ..Writer::empty(dimensions) };
        folder::remove_files(folder)
    }
}

/// The rows that a call adds, each once.
#[derive(Default)]
struct NewRows {
    rows: Vec<RowRecord>,
    known: FxHashSet<u64>,
}

impl NewRows {
    fn has(&self, content: u64) -> bool {
        self.known.contains(&content)
    }

    fn add(&mut self, kept: &Rows, content: u64, vector: &[f32]) {
        if kept.get(content).is_none() && self.known.insert(content) {
            let (values, scale) = quantise(vector);
            self.rows.push(RowRecord { content, scale, values });
        }
    }
}

/// Appends records as frames of a size that suits, rows before the points that have them; returns where each row stands.
fn append_frames(
    log: &mut Log,
    stride: usize,
    rows: &[RowRecord],
    points: &[PointRecord],
    removed: &[u64],
) -> Result<Vec<u64>> {
    let total = rows.len();
    let mut places = Vec::with_capacity(total);
    for rows in chunks(rows, per_frame(stride)) {
        // The points ride with the last rows when both fit, which is every small change: one frame, one checksum.
        let last = places.len() + rows.len() == total;
        let small = last && points.len() <= per_frame(POINT) && removed.len() <= per_frame(8);
        let (points, removed) = if small { (points, removed) } else { (&[][..], &[][..]) };
        let place = append_frame(log, stride, rows, points, removed)?;
        places.extend((0..rows.len()).map(|i| place + (i * stride) as u64));
        if small {
            return Ok(places);
        }
    }
    for removed in chunks(removed, per_frame(8)) {
        append_frame(log, stride, &[], &[], removed)?;
    }
    for points in chunks(points, per_frame(POINT)) {
        append_frame(log, stride, &[], points, &[])?;
    }
    Ok(places)
}

/// Like `chunks`, but nothing is one empty chunk.
fn chunks<T>(items: &[T], size: usize) -> impl Iterator<Item = &[T]> {
    (0..items.len().div_ceil(size).max(1)).map(move |i| &items[i * size..items.len().min((i + 1) * size)])
}

fn append_frame(
    log: &mut Log,
    stride: usize,
    rows: &[RowRecord],
    points: &[PointRecord],
    removed: &[u64],
) -> Result<u64> {
    let mut frame = frame::data(stride, rows, points, removed);
    let end = log.end() + frame.len() as u64;
    if end / ROW_ALIGN as u64 > u64::from(u32::MAX) {
        let most = (u64::from(u32::MAX) * ROW_ALIGN as u64) >> 30;
        return Err(Error::Invalid(format!(
            "{} would grow beyond {most} GiB, the most that a flat store can hold; use a Qdrant server",
            log.path().display()
        )));
    }
    let at = log.append_data(&mut frame, [rows.len(), points.len(), removed.len()])?;
    Ok(at + frame::ALIGN as u64)
}

fn record(point: &Point<'_>) -> PointRecord {
    let Point { id, content, file, kind, flags, lang, vector: _ } = *point;
    PointRecord { id, file, content, lang, kind, flags }
}
