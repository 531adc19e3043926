//! How fast and how exact the flat store searches: `cargo run --release -p vectors --example scan -- FOLDER…`.
//!
//! Embeds the code below the folders with the built-in model, in pieces of about 1 KB. Prints the time of a search among
//! 10,000, 100,000 and 500,000 of these vectors (repeated with a little noise where there are too few) and how many of the
//! exact ten nearest are among the ten found. Queries are lines of comments from the same code, and other pieces of code.

#![allow(clippy::print_stdout, clippy::print_stderr)] // printing is all it is for

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use models::{Model, Scratch};
use vectors::{Collection, Filter, FlatStore, Keys, Point, VectorStore, flat};

const QUERIES: usize = 400;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folders: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if folders.is_empty() {
        eprintln!("usage: scan FOLDER…");
        std::process::exit(2);
    }
    let (mut chunks, mut comments) = (Vec::new(), Vec::new());
    folders.iter().for_each(|folder| collect(folder, &mut chunks, &mut comments));
    let texts = step(&comments, QUERIES / 2).into_iter().chain(step(&chunks, QUERIES / 2));
    let queries = embed(texts);
    let real = embed(chunks.iter());
    println!("{} pieces of code, {} queries", real.len(), queries.len());

    for size in [10_000, real.len().min(100_000), 100_000, 500_000] {
        measure(&real, &queries, size)?;
    }
    Ok(())
}

fn measure(real: &[Vec<f32>], queries: &[Vec<f32>], size: usize) -> Result<(), Box<dyn std::error::Error>> {
    let mut random = 1u64;
    let mut noise = || {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 40) as f32 / (1u64 << 24) as f32 - 0.5
    };
    let all: Vec<Vec<f32>> = (0..size)
        .map(|i| {
            let vector = &real[i % real.len()];
            let copy = if i < real.len() { 0.0 } else { 0.05 };
            let noisy: Vec<f32> = vector.iter().map(|x| x + copy * noise()).collect();
            let length = noisy.iter().map(|x| x * x).sum::<f32>().sqrt();
            noisy.iter().map(|x| x / length).collect()
        })
        .collect();
    let folder = std::env::temp_dir().join(format!("vectors-scan-{}", std::process::id()));
    let collection = Collection::new(Model::builtin().name(), Model::builtin().dimensions())?;
    let store = FlatStore::open(&folder, &collection, flat::Options::default())?;
    let start = Instant::now();
    for batch in (0..size).collect::<Vec<_>>().chunks(1000) {
        let point = |&i: &usize| Point {
            id: i as u64,
            content: i as u64 | 1 << 40,
            file: i as u64 / 10,
            kind: (i % 7) as u8,
            flags: 0,
            lang: 0,
            vector: Some(&all[i]),
        };
        store.upsert(&batch.iter().map(point).collect::<Vec<_>>())?;
    }
    store.flush()?;
    let build = start.elapsed().as_secs_f64();
    let bytes = store.bytes();
    drop(store);
    let start = Instant::now();
    let store = FlatStore::open(&folder, &collection, flat::Options::default())?;
    let open = start.elapsed().as_secs_f64() * 1e3;
    println!("{size}: built in {build:.2} s, opened in {open:.1} ms, {:.0} bytes a point", bytes as f64 / size as f64);

    let one = flat::Options { threads: 1, read_only: true, ..flat::Options::default() };
    let alone = FlatStore::open(&folder, &collection, one)?;
    let files: Keys = (0..size as u64 / 10).filter(|file| file % 100 == 0).collect();
    let many: Keys = (0..size as u64 / 10).filter(|file| file % 3 != 0).collect();
    for (name, filter) in [
        ("all", Filter::default()),
        ("1 % of the files", Filter { files: Some(files), ..Filter::default() }),
        ("2/3 of the files", Filter { files: Some(many), ..Filter::default() }),
    ] {
        let mut times: Vec<f64> = Vec::new();
        for query in queries.iter().chain(queries) {
            let start = Instant::now();
            store.search(query, 10, &filter)?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        let work = work(|| queries.iter().try_for_each(|query| alone.search(query, 10, &filter).map(|_| ())))?;
        let at = |share: f64| times[(times.len() as f64 * share) as usize];
        println!(
            "  {name}: p50 {:.2} ms, p99 {:.2} ms, {:.2} ms of one core",
            at(0.5),
            at(0.99),
            work / queries.len() as f64
        );
    }

    let (mut found, mut wanted) = (0, 0);
    for query in queries.iter().step_by(queries.len().div_ceil(40_000_000 / size)) {
        let mut exact: Vec<(f32, u64)> = (all.iter().zip(0..))
            .map(|(vector, id)| (vector.iter().zip(query).map(|(a, b)| a * b).sum(), id))
            .collect();
        exact.select_nth_unstable_by(9, |a, b| b.0.total_cmp(&a.0));
        let exact: HashSet<u64> = exact[..10].iter().map(|&(_, id)| id).collect();
        found += store.search(query, 10, &Filter::default())?.iter().filter(|hit| exact.contains(&hit.id)).count();
        wanted += 10;
    }
    println!("  recall@10 {:.4} of {wanted}", f64::from(found as u32) / f64::from(wanted));
    drop(store);
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

/// Milliseconds that this thread computed, without what it waited for others on a busy machine (Linux; else NaN).
fn work(task: impl FnOnce() -> vectors::Result<()>) -> vectors::Result<f64> {
    let computed = || {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        text.split(' ').next()?.parse::<f64>().ok()
    };
    let start = computed();
    task()?;
    Ok(computed().zip(start).map_or(f64::NAN, |(end, start)| (end - start) / 1e6))
}

fn embed<'a>(texts: impl Iterator<Item = &'a String>) -> Vec<Vec<f32>> {
    let model = Model::builtin();
    let mut scratch = Scratch::default();
    texts
        .filter_map(|text| {
            let mut vector = vec![0.0; model.dimensions()];
            model.encode_with(&mut scratch, text, &mut vector).then_some(vector)
        })
        .collect()
}

fn step(texts: &[String], count: usize) -> Vec<&String> {
    texts.iter().step_by((texts.len() / count).max(1)).take(count).collect()
}

fn collect(path: &Path, chunks: &mut Vec<String>, comments: &mut Vec<String>) {
    if path.is_dir() {
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(path).into_iter().flatten().flatten().map(|e| e.path()).collect();
        entries.sort();
        entries.iter().for_each(|entry| collect(entry, chunks, comments));
    } else if let Some("rs" | "py" | "ts" | "js" | "go") = path.extension().and_then(|e| e.to_str())
        && let Ok(text) = std::fs::read_to_string(path)
    {
        let mut chunk = String::new();
        for line in text.split_inclusive('\n') {
            let words = line.trim().trim_start_matches(['/', '#', '!', '"', ' ']);
            if words.len() + 3 < line.trim().len() + 2 && words.split(' ').count() > 4 {
                comments.push(words.to_owned());
            }
            chunk.push_str(line);
            if chunk.len() >= 1000 {
                chunks.push(std::mem::take(&mut chunk));
            }
        }
    }
}
