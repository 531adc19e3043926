//! The points in memory: blocks that snapshots share and a writer copies before it changes them.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::frame::PointRecord;
use crate::{Entry, Filter};

/// A point as a scan reads it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot {
    pub(crate) point: PointRecord,
    /// Where its row stands, see [`super::rows::Row`].
    pub(crate) address: u32,
    pub(crate) scale: f32,
    live: bool,
}

/// Copying a block for a change costs some 50 µs; a scan loses nothing between blocks.
const BLOCK: usize = 1024;

/// All points, cheap to clone: clones share what neither changes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Blocks {
    blocks: Vec<Arc<Vec<Slot>>>,
    live: usize,
}

impl Blocks {
    /// How many points there are.
    pub(crate) fn live(&self) -> usize {
        self.live
    }

    /// The blocks, for several threads to share.
    pub(crate) fn blocks(&self) -> &[Arc<Vec<Slot>>] {
        &self.blocks
    }

    /// The matching points, block by block.
    pub(crate) fn matching<'a>(&'a self, filter: &'a Filter) -> impl Iterator<Item = &'a Slot> {
        self.blocks.iter().flat_map(move |block| {
            let mut found = Vec::new();
            select(block, filter, &mut found);
            found
        })
    }

    /// How many points match.
    pub(crate) fn count(&self, filter: &Filter) -> usize {
        if filter.is_empty() { self.live } else { self.matching(filter).count() }
    }

    /// The matching points with numbers from `from`, ascending, at most `limit`.
    pub(crate) fn page(&self, from: u64, limit: usize, filter: &Filter) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut beyond = u64::MAX;
        for slot in self.matching(filter) {
            let PointRecord { id, file, content, .. } = slot.point;
            if id >= from && id <= beyond {
                entries.push(Entry { id, content, file });
                if entries.len() == limit * 2 {
                    beyond = entries.select_nth_unstable(limit - 1).1.id;
                    entries.truncate(limit);
                }
            }
        }
        entries.sort_unstable();
        entries.truncate(limit);
        entries
    }
}

/// Appends the matching points of a block to `found`.
pub(crate) fn select<'a>(block: &'a [Slot], filter: &Filter, found: &mut Vec<&'a Slot>) {
    if filter.is_empty() {
        found.extend(block.iter().filter(|slot| slot.live));
        return;
    }
    // The points of a file mostly stand together: its answer is remembered.
    let mut last: Option<(u64, bool)> = None;
    found.extend(block.iter().filter(|slot| {
        let PointRecord { id, file, kind, flags, lang, .. } = slot.point;
        slot.live
            && filter.matches_properties(id, kind, flags, lang)
            && match last {
                Some((known, answer)) if known == file => answer,
                _ => last.insert((file, filter.matches_file(file))).1,
            }
    }));
}

/// The points as their one writer knows them.
#[derive(Debug, Default)]
pub(crate) struct Points {
    blocks: Blocks,
    /// Which slot a point has.
    slots: FxHashMap<u64, u32>,
}

impl Points {
    pub(crate) fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    /// Adds a point whose number is free.
    pub(crate) fn add(&mut self, point: PointRecord, address: u32, scale: f32) {
        let blocks = &mut self.blocks.blocks;
        if blocks.last().is_none_or(|block| block.len() == BLOCK) {
            blocks.push(Arc::new(Vec::with_capacity(BLOCK)));
        }
        let number = blocks.len() - 1;
        let Some(block) = blocks.last_mut() else {
            return;
        };
        let block = Arc::make_mut(block);
        self.slots.insert(point.id, (number * BLOCK + block.len()) as u32);
        block.push(Slot { point, address, scale, live: true });
        self.blocks.live += 1;
    }

    /// Removes a point; returns it when it was there.
    pub(crate) fn remove(&mut self, id: u64) -> Option<PointRecord> {
        let slot = self.slots.remove(&id)? as usize;
        let slot = Arc::make_mut(&mut self.blocks.blocks[slot / BLOCK]).get_mut(slot % BLOCK)?;
        slot.live = false;
        self.blocks.live -= 1;
        Some(slot.point)
    }

    /// Closes the gaps that removed points left, once they cost more than closing them.
    pub(crate) fn tidy(&mut self) {
        let gaps = self.blocks.blocks.iter().map(|block| block.len()).sum::<usize>() - self.blocks.live;
        if gaps <= 4 * BLOCK || gaps <= self.blocks.live / 2 {
            return;
        }
        let old = std::mem::take(self);
        let all = Filter::default();
        let mut slots: Vec<&Slot> = old.blocks.matching(&all).collect();
        // In the order of the file, which is how a scan reads fastest.
        slots.sort_by_key(|slot| slot.address);
        slots.into_iter().for_each(|slot| self.add(slot.point, slot.address, slot.scale));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(id: u64) -> PointRecord {
        PointRecord { id, file: id / 10, content: id, lang: 0, kind: 0, flags: 0 }
    }

    #[test]
    fn a_clone_does_not_see_later_changes() {
        let mut points = Points::default();
        (0..3000).for_each(|id| points.add(point(id), id as u32, 1.0));
        let before = points.blocks().clone();
        (0..3000).for_each(|id| assert_eq!(points.remove(id), Some(point(id))));
        assert_eq!(points.blocks().count(&Filter::file(7)), 0);
        assert_eq!(before.count(&Filter::file(7)), 10);
    }

    #[test]
    fn closing_gaps_changes_no_answer() {
        let mut points = Points::default();
        (0..20_000).for_each(|id| points.add(point(id), id as u32, 1.0));
        (0..19_000).for_each(|id| assert!(points.remove(id).is_some()));
        points.tidy();
        assert_eq!(points.blocks().blocks().len(), 1);
        assert_eq!(points.blocks().live(), 1000);
        assert_eq!(points.remove(19_500), Some(point(19_500)));
        assert_eq!(points.remove(19_500), None);
        let page = points.blocks().page(19_499, 2, &Filter::default());
        assert_eq!(page.iter().map(|entry| entry.id).collect::<Vec<_>>(), [19_499, 19_501]);
    }
}
