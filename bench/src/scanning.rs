//! The flat vector store beside an exact scan.

#![allow(clippy::print_stdout)] // The table is the point.

use std::collections::BTreeSet;

use models::{Model, Scratch};
use vectors::{Collection, Filter, FlatStore, Point, VectorStore, flat};

use crate::measure::{Times, megabytes, memory};

const NEAREST: usize = 10;
const QUERIES: usize = 200;

pub(crate) fn run(count: usize) -> anyhow::Result<()> {
    let model = Model::builtin();
    let folder = tempfile::tempdir()?;
    let collection = Collection::new(model.name(), model.dimensions())?;
    let store = FlatStore::open(folder.path(), &collection, flat::Options::default())?;
    store.ensure()?;
    // Texts of words of the vocabulary's kind: what matters is that the vectors are spread as real ones are.
    let mut random = fastrand::Rng::with_seed(11);
    let words = [
        "parse", "url", "token", "stream", "buffer", "read", "write", "user", "query", "index", "cache", "error",
        "retry", "socket", "lock", "hash", "tree", "node", "file", "path", "config", "test", "date", "format", "list",
        "map", "merge", "split", "render", "event",
    ];
    let mut text = || {
        (0..random.usize(8..30))
            .map(|_| format!("{}_{}", words[random.usize(0..words.len())], words[random.usize(0..words.len())]))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let mut scratch = Scratch::default();
    let mut exact = Vec::with_capacity(count);
    for _ in 0..count {
        let mut vector = vec![0.0; model.dimensions()];
        model.encode_with(&mut scratch, &text(), &mut vector);
        exact.push(vector);
    }
    for (start, batch) in exact.chunks(10_000).enumerate() {
        let ids = (start * 10_000) as u64..;
        let points: Vec<Point<'_>> = ids
            .zip(batch)
            .map(|(id, vector)| Point {
                id,
                content: id,
                file: id / 10,
                kind: 0,
                flags: 0,
                lang: 0,
                vector: Some(vector),
            })
            .collect();
        store.upsert(&points)?;
    }
    store.flush()?;
    let queries: Vec<Vec<f32>> = (0..QUERIES)
        .map(|_| {
            let mut vector = vec![0.0; model.dimensions()];
            model.encode_with(&mut scratch, &text(), &mut vector);
            vector
        })
        .collect();
    let all = Filter::default();
    let times = Times::of(QUERIES, |at| Ok(store.search(&queries[at], NEAREST, &all)?))?;
    println!("flat store, {count} vectors   {}", times.line());
    let begun = std::time::Instant::now();
    let mut recalled = 0;
    let sample = QUERIES.min(50);
    for query in queries.iter().take(sample) {
        let mut scored: Vec<(f32, u64)> = exact
            .iter()
            .enumerate()
            .map(|(id, vector)| (vector.iter().zip(query).map(|(a, b)| a * b).sum(), id as u64))
            .collect();
        scored.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
        let truth: BTreeSet<u64> = scored.iter().take(NEAREST).map(|(_, id)| *id).collect();
        recalled += store.search(query, NEAREST, &all)?.iter().filter(|found| truth.contains(&found.id)).count();
    }
    let each = begun.elapsed() / sample as u32;
    println!(
        "exact scan of f32          {:8.2} ms each   recall@10 {:.3}   memory {}",
        each.as_secs_f64() * 1e3,
        recalled as f64 / (sample * NEAREST) as f64,
        megabytes(memory("VmRSS"))
    );
    Ok(())
}
