//! Edges in compact rows: who calls whom, and who imports whom.

use super::calls::MOST_CANDIDATES;

/// A call edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Edge {
    /// The called symbol.
    pub(super) to: u32,
    /// The first call's line, from 0.
    pub(super) line: u32,
    /// How many calls there are; stays at its maximum.
    pub(super) count: u16,
    /// Of how many candidates this is one; 0 when it is certain.
    pub(super) candidates: u8,
}

/// The weight of an edge by its number of candidates; a division for every edge and round would take most of the time of ranking.
const WEIGHTS: [f32; MOST_CANDIDATES + 1] = {
    let mut weights = [1.0; MOST_CANDIDATES + 1];
    let mut candidates = 1;
    while candidates < weights.len() {
        weights[candidates] = 0.5 / candidates as f32;
        candidates += 1;
    }
    weights
};

impl Edge {
    /// What the edge weighs when ranks flow along it: 1 when it is certain, else half a call shared by the candidates.
    pub(super) fn weight(&self) -> f32 {
        WEIGHTS[usize::from(self.candidates).min(WEIGHTS.len() - 1)]
    }
}

/// Lists of values, one list a row, in one array.
#[derive(Debug)]
pub(super) struct Lists<T> {
    offsets: Vec<u32>,
    values: Vec<T>,
}

impl<T: Copy> Lists<T> {
    pub(super) fn new() -> Self {
        Lists { offsets: vec![0], values: Vec::new() }
    }

    /// Adds the next row.
    pub(super) fn push(&mut self, row: impl IntoIterator<Item = T>) {
        self.values.extend(row);
        self.offsets.push(self.values.len() as u32);
    }

    /// Adds all rows of `other` after these.
    pub(super) fn append(&mut self, other: Lists<T>) {
        let base = self.values.len() as u32;
        self.values.extend_from_slice(&other.values);
        self.offsets.extend(other.offsets.iter().skip(1).map(|end| base + end));
    }

    pub(super) fn row(&self, row: u32) -> &[T] {
        match self.offsets.get(row as usize..row as usize + 2) {
            Some(&[start, end]) => &self.values[start as usize..end as usize],
            _ => &[],
        }
    }

    /// Where the values of a row stand in [`Self::value`].
    pub(super) fn row_of(&self, value: u32) -> u32 {
        self.offsets.partition_point(|&end| end <= value).saturating_sub(1) as u32
    }

    pub(super) fn value(&self, index: u32) -> Option<&T> {
        self.values.get(index as usize)
    }

    pub(super) fn values(&self) -> &[T] {
        &self.values
    }

    /// For each of `targets` the indices of the values that point to it.
    pub(super) fn reversed(&self, targets: usize, target: impl Fn(&T) -> u32) -> Lists<u32> {
        let mut offsets = vec![0u32; targets + 1];
        self.values.iter().for_each(|value| offsets[target(value) as usize + 1] += 1);
        for at in 1..offsets.len() {
            offsets[at] += offsets[at - 1];
        }
        let mut next = offsets.clone();
        let mut values = vec![0; self.values.len()];
        for (index, value) in self.values.iter().enumerate() {
            let slot = &mut next[target(value) as usize];
            values[*slot as usize] = index as u32;
            *slot += 1;
        }
        Lists { offsets, values }
    }

    pub(super) fn shrink(&mut self) {
        self.offsets.shrink_to_fit();
        self.values.shrink_to_fit();
    }

    pub(super) fn memory(&self) -> usize {
        self.offsets.capacity() * 4 + self.values.capacity() * size_of::<T>()
    }
}
