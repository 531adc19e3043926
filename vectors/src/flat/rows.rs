//! The rows by the text they were made from: the vectors of points, and the cache.

use rustc_hash::FxHashMap;

/// Where the vector of a text stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    /// Where in the file, in units of [`super::frame::ROW_ALIGN`] bytes.
    pub(crate) address: u32,
    pub(crate) scale: f32,
    /// How many points have it. A row without points is only cached.
    points: u32,
    /// When it was last used, among rows without points.
    used: u32,
}

/// All rows of a file.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    rows: FxHashMap<u64, Row>,
    /// How many rows have points.
    live: usize,
    clock: u32,
}

impl Rows {
    pub(crate) fn get(&self, content: u64) -> Option<&Row> {
        self.rows.get(&content)
    }

    /// Notes that somebody asks for a row, so that it stays longer.
    pub(crate) fn touch(&mut self, content: u64) -> Option<Row> {
        let row = self.rows.get_mut(&content)?;
        self.clock = self.clock.wrapping_add(1);
        row.used = self.clock;
        Some(*row)
    }

    /// Adds a row without points, unless its text has one.
    pub(crate) fn insert(&mut self, content: u64, address: u32, scale: f32) {
        self.clock = self.clock.wrapping_add(1);
        self.rows.entry(content).or_insert(Row { address, scale, points: 0, used: self.clock });
    }

    /// A point got this row.
    pub(crate) fn take(&mut self, content: u64) -> Option<Row> {
        let row = self.rows.get_mut(&content)?;
        self.live += usize::from(row.points == 0);
        row.points += 1;
        Some(*row)
    }

    /// A point with this row is gone.
    pub(crate) fn release(&mut self, content: u64) {
        if let Some(row) = self.rows.get_mut(&content) {
            row.points -= 1;
            self.live -= usize::from(row.points == 0);
            self.clock = self.clock.wrapping_add(1);
            row.used = self.clock;
        }
    }

    /// How many rows have points.
    pub(crate) fn live(&self) -> usize {
        self.live
    }

    /// The rows without points that were used last, at most `count`, the latest at the end.
    pub(crate) fn cached(&self, count: usize) -> Vec<(u64, Row)> {
        let mut cached: Vec<_> =
            self.rows.iter().filter(|(_, row)| row.points == 0).map(|(&c, &row)| (c, row)).collect();
        cached.sort_unstable_by_key(|(_, row)| row.used);
        cached.split_off(cached.len().saturating_sub(count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_last_used_stay() {
        let mut rows = Rows::default();
        for content in 1..=4 {
            rows.insert(content, content as u32, 1.0);
        }
        rows.take(2);
        rows.touch(1);
        rows.take(3);
        rows.release(3);
        assert_eq!(rows.live(), 1);
        let cached: Vec<u64> = rows.cached(2).into_iter().map(|(content, _)| content).collect();
        assert_eq!(cached, [1, 3], "2 has a point, 4 was used before 1 and 3");
    }
}
