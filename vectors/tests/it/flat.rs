//! What only the embedded store can get wrong: its file, its lock, its size, its rounding.

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use vectors::{Collection, Error, Filter, FlatStore, Point, VectorStore, flat};

use crate::fixture::{DIMENSIONS, all, collection, fill, found, vector};

fn open(folder: &Path) -> vectors::Result<FlatStore> {
    FlatStore::open(folder, &collection(), flat::Options::default())
}

/// Keeps as little as possible of what is no longer used, so that files are written anew often.
fn thrifty() -> flat::Options {
    flat::Options { cache_bytes: Some(0), ..flat::Options::default() }
}

/// The one file of vectors below `folder`.
fn data_file(folder: &Path) -> PathBuf {
    let entries = std::fs::read_dir(folder.join(collection().name())).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|e| e == "dat")).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files.into_iter().next().unwrap()
}

#[test]
fn everything_is_there_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    fill(&store, 1..=3000, |point| point.file = point.id % 7);
    store.delete_by_filter(&Filter::file(3)).unwrap();
    fill(&store, [5], |point| point.kind = 9);
    store.flush().unwrap();
    let before = store.search(&vector(5), 20, &Filter::default()).unwrap();
    drop(store);

    let store = open(folder.path()).unwrap();
    assert_eq!(store.search(&vector(5), 20, &Filter::default()).unwrap(), before);
    assert_eq!(all(&store, &Filter::default()), (1..=3000).filter(|id| id % 7 != 3).collect::<Vec<_>>());
    assert_eq!(store.cached(&[3]).unwrap(), [true], "the cache survives too");
}

#[test]
fn nothing_flushed_is_lost_when_the_process_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut batch = 0;
    for round in 0..12u64 {
        let mut child = spawn_child(folder.path(), "flat::child_that_writes_until_it_is_killed", batch + 1, "");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        // Kills at ever other moments of the work: the child goes on while its line is read.
        for _ in 0..=round * 5 % 17 {
            let flushed = lines.by_ref().find_map(|line| line.strip_prefix("flushed ")?.parse().ok());
            batch = flushed.expect("the child writes");
        }
        child.kill().unwrap();
        child.wait().unwrap();

        let store = FlatStore::open(folder.path(), &collection(), thrifty()).unwrap();
        for kept in [batch, batch - 1].into_iter().filter(|&batch| batch > 0) {
            assert_eq!(
                all(&store, &Filter::file(kept)),
                numbers(kept).collect::<Vec<_>>(),
                "batch {kept}, round {round}"
            );
        }
        let seen: HashSet<u64> = all(&store, &Filter::default()).into_iter().map(|id| id / 100).collect();
        assert!(seen.iter().all(|&file| file + 3 > batch), "removed after batch {batch}, yet there: {seen:?}");
        let id = numbers(batch).last().unwrap();
        assert_eq!(found(&store, &vector(id), 1, &Filter::default()), [id]);
    }
}

fn numbers(batch: u64) -> impl Iterator<Item = u64> {
    batch * 100..batch * 100 + 60
}

/// Not a test of its own: what the test above starts and kills.
#[test]
#[ignore = "runs only as a child process"]
fn child_that_writes_until_it_is_killed() {
    let store = FlatStore::open(&child_folder(), &collection(), thrifty()).unwrap();
    for batch in child_number().. {
        fill(&store, numbers(batch), |point| point.file = batch);
        store.delete_by_filter(&Filter::file(batch.saturating_sub(3))).unwrap();
        store.flush().unwrap();
        println!("flushed {batch}");
    }
}

#[test]
fn wherever_a_write_was_cut_off_the_rest_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    store.ensure().unwrap();
    let path = data_file(folder.path());
    let length = || std::fs::metadata(&path).unwrap().len();
    let empty = length();
    let ends: Vec<u64> = (1..=4)
        .map(|batch| {
            fill(&store, batch * 10..batch * 10 + 5, |_| ());
            let end = length();
            store.flush().unwrap();
            end
        })
        .collect();
    drop(store);
    let whole = std::fs::read(&path).unwrap();

    for length in (empty..=whole.len() as u64).step_by(29) {
        std::fs::write(&path, &whole[..length as usize]).unwrap();
        let store = open(folder.path()).unwrap();
        let expected = 5 * ends.iter().filter(|&&end| end <= length).count();
        assert_eq!(store.count(&Filter::default()).unwrap(), expected as u64, "cut at {length} of {ends:?}");
        // And it goes on from there.
        fill(&store, [7], |_| ());
        store.flush().unwrap();
        drop(store);
        assert_eq!(open(folder.path()).unwrap().count(&Filter::default()).unwrap(), expected as u64 + 1);
    }
}

#[test]
fn damage_is_found_wherever_it_is_and_a_reset_mends_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    fill(&store, 1..=20, |_| ());
    store.flush().unwrap();
    fill(&store, 21..=40, |_| ());
    store.flush().unwrap();
    drop(store);
    let path = data_file(folder.path());
    let whole = std::fs::read(&path).unwrap();

    // The last 64 bytes only say that the rest is complete.
    for at in (0..whole.len() - 64).step_by(17) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        std::fs::write(&path, &damaged).unwrap();
        let error = open(folder.path()).err().unwrap_or_else(|| panic!("the damage at {at} went unseen"));
        assert!(matches!(error, Error::Corrupt { .. }), "{at}: {error}");
        assert!(error.to_string().contains("index again"), "{error}");
    }
    for length in [0, 1, 63, 100] {
        std::fs::write(&path, &whole[..length]).unwrap();
        assert!(matches!(open(folder.path()), Err(Error::Corrupt { .. })), "a file of {length} bytes");
    }
    let store = FlatStore::reset(folder.path(), &collection(), flat::Options::default()).unwrap();
    assert_eq!(store.count(&Filter::default()).unwrap(), 0);
    fill(&store, [1], |_| ());
    assert_eq!(all(&store, &Filter::default()), [1]);
}

#[test]
fn a_file_of_another_model_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    fill(&store, [1], |_| ());
    store.flush().unwrap();
    drop(store);
    let other = Collection::new("other-model", DIMENSIONS).unwrap();
    let moved = folder.path().join(other.name());
    std::fs::rename(folder.path().join(collection().name()), moved).unwrap();
    match FlatStore::open(folder.path(), &other, flat::Options::default()) {
        Err(Error::OtherCollection { found, .. }) => {
            assert_eq!(found, "vectors of test-model with 16 dimensions")
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn models_and_sizes_never_mix() {
    let folder = tempfile::tempdir().unwrap();
    let open = |model, dimensions| {
        let collection = Collection::new(model, dimensions).unwrap();
        FlatStore::open(folder.path(), &collection, flat::Options::default()).unwrap()
    };
    let first = open("test-model", DIMENSIONS);
    fill(&first, [1, 2], |_| ());
    first.flush().unwrap();
    drop(first);
    let newer = open("newer-model", DIMENSIONS);
    assert_eq!(newer.count(&Filter::default()).unwrap(), 0);
    assert_eq!(newer.cached(&[1]).unwrap(), [false]);
    drop(newer);
    let larger = open("test-model", DIMENSIONS + 1);
    assert_eq!(larger.count(&Filter::default()).unwrap(), 0);
    assert_eq!(open("test-model", DIMENSIONS).count(&Filter::default()).unwrap(), 2);

    std::fs::create_dir(folder.path().join("somebody-else's")).unwrap();
    drop(larger);
    FlatStore::remove_others(folder.path(), &collection()).unwrap();
    let mut left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["somebody-else's", "test-model-16"]);
}

#[test]
fn one_process_writes_and_others_read_what_it_flushed() {
    let folder = tempfile::tempdir().unwrap();
    let writer = open(folder.path()).unwrap();
    fill(&writer, [1], |_| ());
    writer.flush().unwrap();
    fill(&writer, [2], |_| ());
    match open(folder.path()) {
        Err(error @ Error::Locked { .. }) => {
            assert!(error.to_string().contains("in use by another process"))
        }
        other => panic!("{other:?}"),
    }

    let options = flat::Options { read_only: true, ..flat::Options::default() };
    let reader = FlatStore::open(folder.path(), &collection(), options).unwrap();
    assert_eq!(all(&reader, &Filter::default()), [1]);
    assert!(matches!(reader.delete_by_filter(&Filter::default()), Err(Error::ReadOnly { .. })));
    assert!(matches!(reader.remove(), Err(Error::ReadOnly { .. })));
    writer.delete_by_filter(&Filter::default()).unwrap();
    writer.remove().unwrap();
    assert_eq!(found(&reader, &vector(1), 5, &Filter::default()), [1], "what a reader has it keeps");
    drop(writer);
    assert_eq!(open(folder.path()).unwrap().count(&Filter::default()).unwrap(), 0);
}

#[test]
fn a_compaction_that_was_killed_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    fill(&store, [1], |_| ());
    store.flush().unwrap();
    drop(store);
    let path = data_file(folder.path());
    let unfinished = path.with_file_name("vectors-00000002.new");
    let outdated = path.with_file_name("vectors-00000000.dat");
    std::fs::write(&unfinished, "half of it").unwrap();
    std::fs::copy(&path, &outdated).unwrap();
    assert_eq!(all(&open(folder.path()).unwrap(), &Filter::default()), [1]);
    assert!(!unfinished.exists() && !outdated.exists() && path.exists());
}

#[test]
fn the_cache_keeps_what_was_used_last_within_its_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let row = (DIMENSIONS + 12) as u64;
    let cache_bytes = Some(4000 * row);
    let store =
        FlatStore::open(folder.path(), &collection(), flat::Options { cache_bytes, ..flat::Options::default() })
            .unwrap();
    for batch in 0..40 {
        store.delete_by_filter(&Filter::default()).unwrap();
        fill(&store, batch * 1000..(batch + 1) * 1000, |_| ());
        store.flush().unwrap();
        let most = 1000 * (row + 28) + 4000 * row + 200_000;
        assert!(store.bytes() < most, "{} bytes after batch {batch}, at most {most}", store.bytes());
    }
    assert_eq!(store.cached(&[39_500, 38_500, 500]).unwrap(), [true, true, false]);
    assert_eq!(all(&store, &Filter::default()), (39_000..40_000).collect::<Vec<_>>());
    assert_eq!(found(&store, &vector(39_500), 1, &Filter::default()), [39_500]);
}

#[test]
fn searches_go_on_while_the_file_is_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    let store = FlatStore::open(folder.path(), &collection(), thrifty()).unwrap();
    fill(&store, 1..=500, |_| ());
    store.flush().unwrap();
    let first = data_file(folder.path());
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for batch in 1..=30 {
                fill(&store, batch * 10_000..batch * 10_000 + 2000, |point| point.file = 2);
                store.delete_by_filter(&Filter::file(2)).unwrap();
                store.flush().unwrap();
            }
        });
        while !writer.is_finished() {
            assert_eq!(found(&store, &vector(77), 1, &Filter::file(1)), [77]);
            assert!(store.lookup(&[77]).unwrap()[0].is_some());
        }
        writer.join().unwrap();
    });
    assert_ne!(data_file(folder.path()), first, "it was written anew");
    assert_eq!(store.count(&Filter::default()).unwrap(), 500);
}

/// A limit on the size of files is the full disk that a test can have: the same call fails, at the same place.
#[test]
#[cfg(unix)]
fn on_a_full_disk_the_error_is_clear_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let child = spawn_child(folder.path(), "flat::child_that_fills_the_disk", 0, "ulimit -f 256; trap '' XFSZ; ");
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    let flushed: u64 = text.lines().find_map(|line| line.strip_prefix("flushed ")?.parse().ok()).unwrap();
    assert!(flushed >= 1000, "{text}");
    let store = open(folder.path()).unwrap();
    assert_eq!(store.count(&Filter::default()).unwrap(), flushed);
}

/// Not a test of its own: what the test above starts.
#[test]
#[ignore = "runs only as a child process"]
fn child_that_fills_the_disk() {
    let store = open(&child_folder()).unwrap();
    let mut count = 0;
    let error = loop {
        let batch: Vec<(u64, Vec<f32>)> = (count..count + 500).map(|id| (id, vector(id))).collect();
        let points: Vec<Point<'_>> = batch.iter().map(|(id, vector)| crate::fixture::point(*id, vector)).collect();
        match store.upsert(&points) {
            Ok(()) => count += 500,
            Err(error) => break error,
        }
    };
    let message = error.to_string();
    assert!(message.contains("cannot write") && message.contains("try again"), "{message}");
    // What was there works, and what still fits may come.
    assert_eq!(all(&store, &Filter::default()), (0..count).collect::<Vec<_>>());
    fill(&store, [count], |_| ());
    count += 1;
    assert_eq!(found(&store, &vector(count - 1), 1, &Filter::default()), [count - 1]);
    store.flush().unwrap();
    println!("\nflushed {count}");
}

#[test]
fn a_point_takes_less_than_300_bytes_and_rounding_costs_little_recall() {
    let dimensions = 256;
    let collection = Collection::new("test-model", dimensions).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = FlatStore::open(folder.path(), &collection, flat::Options::default()).unwrap();
    // Clusters, as code has them: neighbours that differ by little are what rounding could swap.
    let long = |seed: u64| -> Vec<f32> { (0..16).flat_map(|part| vector(seed * 16 + part)).collect() };
    let vectors: Vec<Vec<f32>> = (0..4000u64)
        .map(|i| long(i % 80).iter().zip(long(1000 + i)).map(|(centre, own)| centre + 0.7 * own).collect())
        .collect();
    let points: Vec<Point<'_>> =
        (vectors.iter().zip(0..)).map(|(vector, id)| crate::fixture::point(id, vector)).collect();
    store.upsert(&points).unwrap();
    store.flush().unwrap();
    assert!(store.bytes() / 4000 < 300, "{} bytes", store.bytes());

    let mut right = 0;
    for query in 0..60u64 {
        let query: Vec<f32> = long(query).iter().zip(long(9000 + query)).map(|(a, b)| a + 0.7 * b).collect();
        let mut exact: Vec<u64> = (0..4000).collect();
        let cosine = |&id: &u64| crate::naive::cosine(&query, &vectors[id as usize]);
        exact.sort_by_cached_key(|id| std::cmp::Reverse((cosine(id) * 1e9) as i64));
        right += found(&store, &query, 10, &Filter::default()).iter().filter(|id| exact[..10].contains(id)).count();
    }
    assert!(right >= 588, "recall@10 {:.4}", right as f64 / 600.0);
}

/// Starts this test binary again for one ignored test, through a shell that first runs `prepare`.
fn spawn_child(folder: &Path, test: &str, number: u64, prepare: &str) -> Child {
    let script = format!("{prepare}exec \"$0\" --exact {test} --ignored --nocapture --test-threads=1");
    let mut command = Command::new("sh");
    command.arg("-c").arg(script).arg(std::env::current_exe().unwrap());
    command.env(FOLDER, folder).env(NUMBER, number.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap()
}

const FOLDER: &str = "VECTORS_TEST_FOLDER";
const NUMBER: &str = "VECTORS_TEST_NUMBER";

fn child_folder() -> PathBuf {
    std::env::var_os(FOLDER).expect("set by the parent").into()
}

fn child_number() -> u64 {
    std::env::var(NUMBER).unwrap().parse().unwrap()
}
