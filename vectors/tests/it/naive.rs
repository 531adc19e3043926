//! The plainest store there can be, a map searched with exact numbers, and histories to compare with it.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use vectors::{Filter, Keys, KindSet, Point, VectorStore};

use crate::fixture::{all, vector};

/// What a rounded vector may be off.
const TOLERANCE: f64 = 0.02;

#[derive(Debug, Clone)]
pub(crate) enum Operation {
    Upsert(Vec<Plain>),
    Delete(Filter),
    Search(u64, usize, Filter),
    Flush,
}

/// A point without its vector, which follows from the content.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Plain {
    id: u64,
    content: u64,
    file: u64,
    kind: u8,
    flags: u8,
    lang: u16,
}

pub(crate) fn operation() -> impl Strategy<Value = Operation> {
    let plain = (0..40u64, 0..30u64, 0..6u64, 0..4u8, 0..4u8, 0..3u16)
        .prop_map(|(id, content, file, kind, flags, lang)| Plain { id, content, file, kind, flags, lang });
    prop_oneof![
        4 => prop::collection::vec(plain, 1..12).prop_map(Operation::Upsert),
        2 => filter().prop_map(Operation::Delete),
        4 => (0..30u64, 1..12usize, filter()).prop_map(|(content, k, filter)| Operation::Search(content, k, filter)),
        1 => Just(Operation::Flush),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    fn sometimes<S: Strategy>(strategy: S) -> impl Strategy<Value = Option<S::Value>> {
        prop::option::weighted(0.3, strategy)
    }
    let keys =
        |most: u64| prop::collection::vec(0..most, 0..4).prop_map(|keys: Vec<u64>| keys.into_iter().collect::<Keys>());
    (
        sometimes(keys(6)),
        sometimes(keys(6)),
        sometimes(keys(40)),
        sometimes(prop::collection::vec(0..4u8, 0..3)),
        sometimes(prop::collection::vec(0..3u16, 0..2)),
        prop_oneof![4 => Just(0u8), 1 => 0..4u8],
        prop_oneof![4 => Just(0u8), 1 => 0..4u8],
    )
        .prop_map(|(files, not_files, ids, kinds, langs, required, forbidden)| Filter {
            files,
            not_files,
            ids,
            kinds: kinds.map(KindSet::from_iter),
            langs,
            required,
            forbidden,
        })
}

/// Runs a history on `store`, which is empty, and on a map; both must agree at every step.
pub(crate) fn check(store: &dyn VectorStore, history: &[Operation]) -> Result<(), TestCaseError> {
    let mut plain: BTreeMap<u64, Plain> = BTreeMap::new();
    let matches =
        |point: &Plain, filter: &Filter| filter.matches(point.id, point.file, point.kind, point.flags, point.lang);
    for operation in history {
        match operation {
            Operation::Upsert(points) => {
                let vectors: Vec<Vec<f32>> = points.iter().map(|point| vector(point.content)).collect();
                let points_with: Vec<Point<'_>> = (points.iter().zip(&vectors))
                    .map(|(&Plain { id, content, file, kind, flags, lang }, vector)| Point {
                        id,
                        content,
                        file,
                        kind,
                        flags,
                        lang,
                        vector: Some(vector),
                    })
                    .collect();
                store.upsert(&points_with).unwrap();
                plain.extend(points.iter().map(|&point| (point.id, point)));
            }
            Operation::Delete(filter) => {
                store.delete_by_filter(filter).unwrap();
                plain.retain(|_, point| !matches(point, filter));
            }
            Operation::Flush => store.flush().unwrap(),
            Operation::Search(content, k, filter) => {
                let query = vector(*content);
                let matching = plain.values().filter(|point| matches(point, filter));
                let exact: BTreeMap<u64, f64> =
                    matching.map(|point| (point.id, cosine(&query, &vector(point.content)))).collect();
                let hits = store.search(&query, *k, filter).unwrap();
                prop_assert_eq!(hits.len(), exact.len().min(*k), "{:?}", operation);
                for hit in &hits {
                    let Some(score) = exact.get(&hit.id) else {
                        return Err(TestCaseError::fail(format!("{hit:?} does not match {operation:?}")));
                    };
                    prop_assert!((score - f64::from(hit.score)).abs() < TOLERANCE, "{:?} scores {}", hit, score);
                    prop_assert_eq!(hit.file, plain[&hit.id].file);
                }
                let worst = hits.last().map_or(f64::INFINITY, |hit| f64::from(hit.score));
                for (id, score) in exact {
                    let found = hits.iter().any(|hit| hit.id == id);
                    prop_assert!(found || score < worst + TOLERANCE, "{} with {} is missing in {:?}", id, score, hits);
                }
            }
        }
        prop_assert_eq!(all(store, &Filter::default()), plain.keys().copied().collect::<Vec<_>>());
    }
    Ok(())
}

pub(crate) fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}
