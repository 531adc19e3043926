//! Search: a scan over all matching points in `i8`, then the best of them again with the query as it is.

use std::sync::Arc;

use simsimd::SpatialSimilarity;

use super::Snapshot;
use super::points::{Slot, select};
use crate::{Filter, Scored};

/// From how many points on a second thread saves more than it costs to start.
const PARALLEL: usize = 60_000;

/// A vector of length 1 as `i8` numbers and a scale.
///
/// The scale is not the size of a step but such that rounding leaves no error along the vector itself, where its nearest
/// queries lie: that alone takes a quarter of the error from their scores (the estimator of RaBitQ, arXiv 2405.12497).
pub(crate) fn quantise(vector: &[f32]) -> (Vec<i8>, f32) {
    let largest = vector.iter().fold(0f32, |largest, x| largest.max(x.abs()));
    let values: Vec<i8> = vector.iter().map(|x| (x * 127.0 / largest).round() as i8).collect();
    let along: f32 = vector.iter().zip(&values).map(|(&x, &value)| x * f32::from(value)).sum();
    (values, 1.0 / along)
}

/// The `k` best points for `query`, a vector of length 1.
pub(crate) fn search(snapshot: &Snapshot, query: &[f32], k: usize, filter: &Filter, threads: usize) -> Vec<Scored> {
    if k == 0 {
        return Vec::new();
    }
    let (rough, _) = quantise(query);
    // Rounding the query moves scores by less than what lies between the k-th and the 3 k-th.
    let keep = 3 * k + 32;
    let blocks = snapshot.points.blocks();
    let threads = if snapshot.points.live() < PARALLEL { 1 } else { threads.max(1) };
    let mut best = if threads == 1 {
        scan(snapshot, blocks, &rough, keep, filter)
    } else {
        let share = blocks.len().div_ceil(threads);
        std::thread::scope(|scope| {
            let shares = blocks.chunks(share).skip(1);
            let others: Vec<_> =
                shares.map(|share| scope.spawn(|| scan(snapshot, share, &rough, keep, filter))).collect();
            let mut best = scan(snapshot, &blocks[..share], &rough, keep, filter);
            for other in others {
                match other.join() {
                    Ok(found) => best.extend(found),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            best
        })
    };
    keep_best(&mut best, keep);
    let mut scored: Vec<Scored> = best
        .into_iter()
        .map(|(_, slot)| {
            let dot: f32 = snapshot.row(slot.address).iter().zip(query).map(|(&a, &b)| f32::from(a) * b).sum();
            Scored { id: slot.point.id, file: slot.point.file, score: (dot * slot.scale).clamp(-1.0, 1.0) }
        })
        .collect();
    scored.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.id.cmp(&b.id)));
    scored.truncate(k);
    scored
}

/// The `keep` best or some more, by their rough score.
fn scan<'a>(
    snapshot: &'a Snapshot,
    blocks: &'a [Arc<Vec<Slot>>],
    query: &[i8],
    keep: usize,
    filter: &Filter,
) -> Vec<(f32, &'a Slot)> {
    let mut best: Vec<(f32, &Slot)> = Vec::new();
    let mut least = f32::NEG_INFINITY;
    let (mut slots, mut rows) = (Vec::new(), Vec::new());
    for block in blocks {
        slots.clear();
        select(block, filter, &mut slots);
        rows.clear();
        rows.extend(slots.iter().map(|slot| snapshot.row(slot.address)));
        for (i, (&slot, row)) in slots.iter().zip(&rows).enumerate() {
            if let Some(row) = rows.get(i + AHEAD) {
                prefetch(row);
            }
            let score = i8::dot(query, row).unwrap_or(0.0) as f32 * slot.scale;
            if score > least {
                best.push((score, slot));
                if best.len() == 2 * keep {
                    least = keep_best(&mut best, keep);
                }
            }
        }
    }
    best
}

/// How many rows ahead memory is asked for: the time of that many products is the time of one access.
const AHEAD: usize = 8;

/// Asks for a row that is needed soon. Without it a scan waits for memory half of its time.
fn prefetch(row: &[i8]) {
    #[cfg(target_arch = "x86_64")]
    for line in row.chunks(64) {
        // SAFETY: a hint, which cannot fault and changes nothing.
        #[allow(unsafe_code)]
        unsafe {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            _mm_prefetch::<_MM_HINT_T0>(line.as_ptr());
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = row;
}

/// Leaves the `keep` best in `best`, and returns the least score among them.
fn keep_best(best: &mut Vec<(f32, &Slot)>, keep: usize) -> f32 {
    if best.len() <= keep {
        return f32::NEG_INFINITY;
    }
    // Equal scores in the order of numbers, so that the answer does not depend on how threads shared the work.
    let order = |a: &(f32, &Slot), b: &(f32, &Slot)| b.0.total_cmp(&a.0).then(a.1.point.id.cmp(&b.1.point.id));
    let least = best.select_nth_unstable_by(keep - 1, order).1.0;
    best.truncate(keep);
    least
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_vector_keeps_its_length_along_itself(vector in prop::collection::vec(-1f32..1.0, 1..64)) {
            let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
            prop_assume!(length > 1e-3);
            let vector: Vec<f32> = vector.iter().map(|x| x / length).collect();
            let (values, scale) = quantise(&vector);
            let kept: Vec<f32> = values.iter().map(|&value| f32::from(value) * scale).collect();
            let along: f32 = kept.iter().zip(&vector).map(|(a, b)| a * b).sum();
            let error = kept.iter().zip(&vector).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt();
            prop_assert!((along - 1.0).abs() < 1e-5 && error < 0.04, "along {along}, error {error}");
        }
    }
}
