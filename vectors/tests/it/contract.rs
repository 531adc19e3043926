//! What every store promises. Each test runs once a store: see the list at the end.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use vectors::{BadVector, Cursor, Entry, Error, Filter, Keys, KindSet, MAX_LIMIT, Point, VectorStore};

use crate::fixture::{DIMENSIONS, Fixture, all, fill, found, point, vector};
use crate::naive;

const EVERYTHING: Filter =
    Filter { files: None, not_files: None, ids: None, kinds: None, langs: None, required: 0, forbidden: 0 };

fn a_new_collection_is_empty(store: &dyn VectorStore) {
    store.ensure().unwrap();
    assert_eq!(store.count(&EVERYTHING).unwrap(), 0);
    assert_eq!(store.search(&vector(1), 10, &EVERYTHING).unwrap(), []);
    assert_eq!(store.scroll(None, 10, &EVERYTHING).unwrap().entries, []);
    assert_eq!(store.cached(&[1]).unwrap(), [false]);
    store.delete_by_filter(&EVERYTHING).unwrap();
}

fn the_nearest_come_first(store: &dyn VectorStore) {
    store.ensure().unwrap();
    fill(store, 1..=50, |point| point.file = point.id * 100);
    let hits = store.search(&vector(7), 5, &EVERYTHING).unwrap();
    assert_eq!((hits.len(), hits[0].id, hits[0].file), (5, 7, 700));
    assert!((hits[0].score - 1.0).abs() < 0.01, "{hits:?}");
    assert!(hits.is_sorted_by(|a, b| a.score >= b.score), "{hits:?}");
    assert_eq!(store.search(&vector(7), 0, &EVERYTHING).unwrap(), []);
    assert_eq!(store.search(&vector(7), 1000, &EVERYTHING).unwrap().len(), 50);
}

fn a_score_is_the_cosine_whatever_the_lengths(store: &dyn VectorStore) {
    store.ensure().unwrap();
    let scaled = |content, by: f32| vector(content).iter().map(|x| x * by).collect::<Vec<f32>>();
    store.upsert(&[point(1, &scaled(1, 1e-3)), point(2, &scaled(2, 1e3))]).unwrap();
    let opposite = scaled(1, -5.0);
    let hits = store.search(&opposite, 2, &EVERYTHING).unwrap();
    assert_eq!(hits[1].id, 1);
    assert!((hits[1].score + 1.0).abs() < 0.01, "{hits:?}");
    assert!((f64::from(hits[0].score) - naive::cosine(&opposite, &vector(2))).abs() < 0.01, "{hits:?}");
}

fn a_point_with_the_same_number_is_replaced(store: &dyn VectorStore) {
    store.ensure().unwrap();
    fill(store, [1, 2], |_| ());
    let (old, new) = (vector(1), vector(3));
    store.upsert(&[Point { content: 3, file: 9, ..point(1, &new) }]).unwrap();
    assert_eq!(store.count(&EVERYTHING).unwrap(), 2);
    let hits = store.search(&new, 1, &EVERYTHING).unwrap();
    assert_eq!((hits[0].id, hits[0].file), (1, 9));
    assert!(store.search(&old, 2, &EVERYTHING).unwrap()[0].score < 0.95, "the old vector is gone");
    assert_eq!(store.count(&Filter::file(1)).unwrap(), 1);
}

fn of_equal_numbers_in_one_call_the_last_counts(store: &dyn VectorStore) {
    store.ensure().unwrap();
    let (one, two) = (vector(1), vector(2));
    store.upsert(&[point(5, &one), Point { content: 2, file: 8, ..point(5, &two) }]).unwrap();
    let entry = Entry { id: 5, content: 2, file: 8 };
    assert_eq!(store.scroll(None, 10, &EVERYTHING).unwrap().entries, [entry]);
}

fn a_filter_applies_before_the_best_are_chosen(store: &dyn VectorStore) {
    store.ensure().unwrap();
    fill(store, 1..=60, |point| {
        point.file = point.id % 6;
        point.kind = (point.id % 5) as u8 * 50;
        point.lang = (point.id % 4) as u16 * 1000;
        point.flags = (point.id % 8) as u8;
    });
    let keys = |keys: &[u64]| Some(keys.iter().copied().collect::<Keys>());
    let kinds = |kinds: &[u8]| Some(kinds.iter().copied().collect::<KindSet>());
    let query = vector(1);
    type Holds = fn(u64) -> bool;
    let cases: [(Filter, Holds); 11] = [
        (Filter { files: keys(&[2, 3, 77]), ..EVERYTHING }, |id| [2, 3].contains(&(id % 6))),
        (Filter { not_files: keys(&[2, 3, 77]), ..EVERYTHING }, |id| ![2, 3].contains(&(id % 6))),
        (Filter { ids: keys(&[4, 5, 600]), ..EVERYTHING }, |id| [4, 5].contains(&id)),
        (Filter { kinds: kinds(&[0, 200]), ..EVERYTHING }, |id| [0, 4].contains(&(id % 5))),
        (Filter { langs: Some(vec![3000]), ..EVERYTHING }, |id| id % 4 == 3),
        (Filter { required: 0b101, ..EVERYTHING }, |id| (id % 8) & 0b101 == 0b101),
        (Filter { forbidden: 0b110, ..EVERYTHING }, |id| (id % 8) & 0b110 == 0),
        (Filter { required: 1, forbidden: 2, langs: Some(vec![1000]), ..EVERYTHING }, |id| id % 4 == 1),
        (Filter { files: keys(&[1, 2]), not_files: keys(&[2]), ..EVERYTHING }, |id| id % 6 == 1),
        (Filter { files: keys(&[]), ..EVERYTHING }, |_| false),
        (Filter { langs: Some(Vec::new()), ..EVERYTHING }, |_| false),
    ];
    for (filter, holds) in cases {
        let expected: Vec<u64> = (1..=60).filter(|&id| holds(id)).collect();
        let mut ids = found(store, &query, 60, &filter);
        ids.sort_unstable();
        assert_eq!(ids, expected, "search with {filter:?}");
        assert_eq!(found(store, &query, 3, &filter).len(), expected.len().min(3), "k of {filter:?}");
        assert_eq!(store.count(&filter).unwrap(), expected.len() as u64, "count of {filter:?}");
        assert_eq!(all(store, &filter), expected, "walk over {filter:?}");
    }
}

fn a_filter_may_hold_very_many_keys(store: &dyn VectorStore) {
    store.ensure().unwrap();
    fill(store, 1..=20, |point| point.file = point.id.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let file = |id: u64| id.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let many: Keys = (11..40_000).map(file).collect();
    let within = Filter { files: Some(many.clone()), ..EVERYTHING };
    let without = Filter { not_files: Some(many), ..EVERYTHING };
    assert_eq!(all(store, &within), (11..=20).collect::<Vec<_>>());
    assert_eq!(all(store, &without), (1..=10).collect::<Vec<_>>());
    assert_eq!(store.count(&within).unwrap(), 10);
    let ids = found(store, &vector(15), 3, &within);
    assert_eq!((ids.len(), ids[0]), (3, 15));
    assert_eq!(found(store, &vector(5), 20, &without).len(), 10);
    store.delete_by_filter(&within).unwrap();
    assert_eq!(all(store, &EVERYTHING), (1..=10).collect::<Vec<_>>());
}

fn removal_takes_what_matches_and_nothing_else(store: &dyn VectorStore) {
    store.ensure().unwrap();
    fill(store, 1..=30, |point| point.file = point.id % 3);
    store.delete_by_filter(&Filter::file(1)).unwrap();
    assert_eq!(all(store, &EVERYTHING), (1..=30).filter(|id| id % 3 != 1).collect::<Vec<_>>());
    assert!(!found(store, &vector(1), 30, &EVERYTHING).contains(&1));
    store.delete_by_filter(&EVERYTHING).unwrap();
    assert_eq!(store.count(&EVERYTHING).unwrap(), 0);
}

fn a_walk_gives_every_point_once_in_order(store: &dyn VectorStore) {
    store.ensure().unwrap();
    let ids = [3, 1, u64::MAX, 70, 12, 9_000_000_000_000_000_000, 5];
    fill(store, ids, |point| point.file = point.id / 2);
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let page = store.scroll(cursor, 2, &EVERYTHING).unwrap();
        assert!(page.entries.len() <= 2);
        seen.extend(page.entries);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let mut expected: Vec<Entry> = ids.map(|id| Entry { id, content: id, file: id / 2 }).to_vec();
    expected.sort_unstable();
    assert_eq!(seen, expected);
}

fn a_walk_goes_on_although_its_next_point_is_gone(store: &dyn VectorStore) {
    store.ensure().unwrap();
    fill(store, 1..=6, |_| ());
    let page = store.scroll(None, 3, &EVERYTHING).unwrap();
    assert_eq!(page.next, Some(Cursor(4)));
    store.delete_by_filter(&Filter { ids: Some(Keys::from_iter([4])), ..EVERYTHING }).unwrap();
    let rest: Vec<u64> = store.scroll(page.next, 3, &EVERYTHING).unwrap().entries.iter().map(|e| e.id).collect();
    assert_eq!(rest, [5, 6]);
}

fn bad_vectors_are_refused_and_nothing_of_the_call_is_added(store: &dyn VectorStore) {
    store.ensure().unwrap();
    let good = vector(1);
    let mut nan = vector(2);
    nan[3] = f32::NAN;
    let mut infinite = vector(2);
    infinite[0] = f32::NEG_INFINITY;
    let cases: [(&[f32], BadVector); 5] = [
        (&nan, BadVector::NotFinite { at: 3 }),
        (&infinite, BadVector::NotFinite { at: 0 }),
        (&[0.0; DIMENSIONS], BadVector::Zero),
        (&[1.0; DIMENSIONS - 1], BadVector::Size { expected: DIMENSIONS, found: DIMENSIONS - 1 }),
        (&[], BadVector::Size { expected: DIMENSIONS, found: 0 }),
    ];
    for (bad, expected) in cases {
        match store.upsert(&[point(1, &good), point(2, bad)]) {
            Err(Error::Vector { id: 2, reason }) => assert_eq!(reason, expected),
            other => panic!("{expected:?}: {other:?}"),
        }
        match store.search(bad, 10, &EVERYTHING) {
            Err(Error::Query(reason)) => assert_eq!(reason, expected),
            other => panic!("{expected:?}: {other:?}"),
        }
    }
    assert_eq!(store.count(&EVERYTHING).unwrap(), 0);
}

fn absurd_limits_are_refused(store: &dyn VectorStore) {
    store.ensure().unwrap();
    assert!(matches!(store.search(&vector(1), MAX_LIMIT + 1, &EVERYTHING), Err(Error::Invalid(_))));
    assert!(matches!(store.scroll(None, MAX_LIMIT + 1, &EVERYTHING), Err(Error::Invalid(_))));
    assert!(matches!(store.scroll(None, 0, &EVERYTHING), Err(Error::Invalid(_))));
}

fn a_text_that_comes_back_needs_no_embedding(store: &dyn VectorStore) {
    store.ensure().unwrap();
    fill(store, [1, 2, 3], |_| ());
    store.delete_by_filter(&EVERYTHING).unwrap();
    store.flush().unwrap();
    assert_eq!(store.cached(&[1, 9, 3]).unwrap(), [true, false, true]);
    store.upsert(&[Point { id: 77, content: 2, vector: None, ..point(0, &[]) }]).unwrap();
    let hits = store.search(&vector(2), 10, &EVERYTHING).unwrap();
    assert_eq!((hits.len(), hits[0].id), (1, 77));
    assert!(hits[0].score > 0.99, "{hits:?}");
}

fn a_point_without_any_vector_is_refused(store: &dyn VectorStore) {
    store.ensure().unwrap();
    let known = vector(1);
    let points = [point(1, &known), Point { content: 5, vector: None, ..point(2, &[]) }];
    match store.upsert(&points) {
        Err(Error::NotCached { id: 2, content: 5 }) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(store.count(&EVERYTHING).unwrap(), 0);
    let points = [point(1, &known), Point { content: 1, vector: None, ..point(2, &[]) }];
    store.upsert(&points).unwrap();
    assert_eq!(store.count(&EVERYTHING).unwrap(), 2, "the same call may bring the vector");
}

fn a_kept_vector_is_the_one_that_came(store: &dyn VectorStore) {
    store.ensure().unwrap();
    fill(store, [1, 2], |_| ());
    let kept = store.lookup(&[2, 3]).unwrap();
    assert_eq!(kept[1], None);
    let cosine = naive::cosine(kept[0].as_ref().unwrap(), &vector(2));
    assert!(cosine > 0.999, "{cosine}");
}

fn preparing_and_flushing_again_change_nothing(store: &dyn VectorStore) {
    store.flush().unwrap();
    store.ensure().unwrap();
    fill(store, 1..=3, |_| ());
    for _ in 0..3 {
        store.ensure().unwrap();
        store.flush().unwrap();
        store.upsert(&[]).unwrap();
    }
    assert_eq!(all(store, &EVERYTHING), [1, 2, 3]);
}

fn a_removed_collection_starts_anew(store: &dyn VectorStore) {
    store.ensure().unwrap();
    fill(store, 1..=3, |_| ());
    store.flush().unwrap();
    store.remove().unwrap();
    store.remove().unwrap();
    store.ensure().unwrap();
    assert_eq!(store.count(&EVERYTHING).unwrap(), 0);
    assert_eq!(store.cached(&[1]).unwrap(), [false]);
    fill(store, [4], |_| ());
    assert_eq!(all(store, &EVERYTHING), [4]);
}

fn many_points_in_one_call_all_arrive(store: &dyn VectorStore) {
    store.ensure().unwrap();
    fill(store, 0..1500, |point| point.file = point.id % 10);
    assert_eq!(store.count(&EVERYTHING).unwrap(), 1500);
    assert_eq!(store.count(&Filter::file(3)).unwrap(), 150);
    assert_eq!(found(store, &vector(1234), 1, &EVERYTHING), [1234]);
}

fn searches_go_on_while_points_are_written(store: &dyn VectorStore) {
    store.ensure().unwrap();
    // File 1 stays, file 2 comes and goes.
    fill(store, 1..=20, |_| ());
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for _ in 0..10 {
                fill(store, 100..=140, |point| point.file = 2);
                store.delete_by_filter(&Filter::file(2)).unwrap();
                store.flush().unwrap();
            }
        });
        let mut rounds = 0;
        while !writer.is_finished() || rounds == 0 {
            let ids = found(store, &vector(7), 20, &Filter::file(1));
            assert_eq!((ids.len(), ids[0]), (20, 7));
            rounds += 1;
        }
        writer.join().unwrap();
    });
    assert_eq!(all(store, &EVERYTHING), (1..=20).collect::<Vec<_>>());
}

fn any_history_gives_what_a_plain_list_would(store: &dyn VectorStore) {
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    let histories = prop::collection::vec(naive::operation(), 1..20);
    let result = runner.run(&histories, |history| {
        store.remove().unwrap();
        store.ensure().unwrap();
        naive::check(store, &history)
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
}

/// One module a store, one test a promise.
macro_rules! contract {
    ($($promise:ident)*) => {
        mod on_flat {
            use super::*;
            $(#[test] fn $promise() { super::$promise(&*Fixture::flat()); })*
        }

        mod on_qdrant {
            use super::*;
            $(#[test] fn $promise() { super::$promise(&*Fixture::qdrant()); })*
        }
    };
}

contract! {
    a_new_collection_is_empty
    the_nearest_come_first
    a_score_is_the_cosine_whatever_the_lengths
    a_point_with_the_same_number_is_replaced
    of_equal_numbers_in_one_call_the_last_counts
    a_filter_applies_before_the_best_are_chosen
    a_filter_may_hold_very_many_keys
    removal_takes_what_matches_and_nothing_else
    a_walk_gives_every_point_once_in_order
    a_walk_goes_on_although_its_next_point_is_gone
    bad_vectors_are_refused_and_nothing_of_the_call_is_added
    absurd_limits_are_refused
    a_text_that_comes_back_needs_no_embedding
    a_point_without_any_vector_is_refused
    a_kept_vector_is_the_one_that_came
    preparing_and_flushing_again_change_nothing
    a_removed_collection_starts_anew
    many_points_in_one_call_all_arrive
    searches_go_on_while_points_are_written
    any_history_gives_what_a_plain_list_would
}
