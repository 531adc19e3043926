//! Cold and warm index.

#![allow(clippy::print_stdout)] // The table is the point.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use grammars::{Extractor, ParseLimits};
use index::build::language_of;
use index::{FileEntry, Index, IndexOptions, Silent, VectorOptions, source};

use crate::measure::{megabytes, memory, processor_seconds, program};

pub(crate) fn run(corpus: &Path, threads: usize, with_vectors: bool, keep: Option<PathBuf>) -> anyhow::Result<()> {
    let scratch = tempfile::tempdir()?;
    let base = keep.unwrap_or_else(|| scratch.path().to_path_buf());
    let options = IndexOptions { threads, vectors: with_vectors, memory_mb: 256 * threads, ..IndexOptions::default() };
    let never = AtomicBool::new(false);
    if base.exists() {
        std::fs::remove_dir_all(&base)?;
    }

    // Once over all files, so that both sides read from memory; without the substring index, as the figure for text and symbols is.
    let plain = IndexOptions { substring: false, ..options.clone() };
    for counts in [false, true] {
        let begun = Instant::now();
        let before = processor_seconds();
        let index = Index::open(&base, corpus, &plain, &VectorOptions::default())?;
        let summary = index.update(&Silent, &never)?;
        drop(index);
        if counts {
            let work = processor_seconds().zip(before).map_or(0.0, |(after, before)| after - before);
            let rate = summary.bytes as f64 / 1e6 / begun.elapsed().as_secs_f64();
            println!("{}: {:.1} MB", corpus.display(), summary.bytes as f64 / 1e6);
            println!(
                "cold index, text and symbols                {:8.2} s   {rate:6.1} MB/s   processor time {work:.2} s",
                begun.elapsed().as_secs_f64()
            );
        }
        std::fs::remove_dir_all(&base)?;
    }

    let begun = Instant::now();
    let before = processor_seconds();
    let index = Index::open(&base, corpus, &options, &VectorOptions::default())?;
    let summary = index.update(&Silent, &never)?;
    let cold = begun.elapsed();
    let cold_work = processor_seconds().zip(before).map(|(after, before)| after - before);
    let peak = memory("VmHWM");
    let snapshot = index.snapshot();
    let files: Vec<_> = snapshot.files().filter(|file| file.refused.is_none()).cloned().collect();
    let lines: u64 = files.iter().map(|file| u64::from(file.lines)).sum();
    println!(
        "{}: {} files, {} lines, {:.1} MB of text",
        corpus.display(),
        files.len(),
        lines,
        summary.bytes as f64 / 1e6
    );

    let before = processor_seconds();
    let parse = parse_only(corpus, &files, threads);
    let parse_work = processor_seconds().zip(before).map(|(after, before)| after - before);
    println!(
        "the same with the substring index           {:8.2} s   {:6.1} MB/s",
        cold.as_secs_f64(),
        summary.bytes as f64 / 1e6 / cold.as_secs_f64()
    );
    println!(
        "tree-sitter alone, same files and threads   {:8.2} s   ratio {:.2}",
        parse.as_secs_f64(),
        cold.as_secs_f64() / parse.as_secs_f64()
    );
    if let Some((cold, parse)) = cold_work.zip(parse_work) {
        println!(
            "the same in processor time                  {cold:8.2} s and {parse:.2} s   ratio {:.2}",
            cold / parse
        );
    }
    let tags = scratch.path().join("tags").display().to_string();
    match program("ctags", &["-R", "-f", &tags, &corpus.display().to_string()]) {
        Some(time) => println!(
            "universal-ctags, one thread                 {:8.2} s   ratio {:.2}",
            time.as_secs_f64(),
            cold.as_secs_f64() / time.as_secs_f64()
        ),
        None => println!("universal-ctags is not installed"),
    }
    println!("memory at most while indexing               {}", megabytes(peak));

    if with_vectors {
        let begun = Instant::now();
        let embedded = index.embed(&Silent, &never)?;
        let time = begun.elapsed();
        println!(
            "embedding {} chunks                      {:8.2} s   {:.0} chunks/s on {threads} threads",
            embedded.embedded,
            time.as_secs_f64(),
            embedded.embedded as f64 / time.as_secs_f64()
        );
    }
    drop(snapshot);
    drop(index);

    let begun = Instant::now();
    let index = Index::open(&base, corpus, &options, &VectorOptions::default())?;
    let summary = index.update(&Silent, &never)?;
    let again = begun.elapsed();
    anyhow::ensure!(summary.indexed == 0, "{} files changed during the measurement", summary.indexed);
    println!(
        "warm start, nothing changed                 {:8.3} s   {:.1} % of cold",
        again.as_secs_f64(),
        100.0 * again.as_secs_f64() / cold.as_secs_f64()
    );

    let source: u64 = index.snapshot().files().filter(|file| file.refused.is_none()).map(|file| file.size).sum();
    let grams = index.field_bytes("gram")?;
    let total: u64 = index.folder().size().iter().map(|(_, bytes)| bytes).sum();
    let share = |bytes: u64| bytes as f64 / source as f64;
    println!(
        "index on disk: {:.2} × source without the substring index, which takes {:.2} ×",
        share(total - grams),
        share(grams)
    );
    for (name, bytes) in index.folder().size() {
        println!("    {name:<14} {:.3} × source", share(bytes));
    }
    for field in ["body", "record", "key", "tags", "at", "lines", "chunk"] {
        println!("    text/{field:<9} {:.3} × source", share(index.field_bytes(field)?));
    }
    Ok(())
}

/// Reads and parses the same files with tree-sitter alone.
fn parse_only(corpus: &Path, files: &[std::sync::Arc<FileEntry>], threads: usize) -> Duration {
    let next = AtomicUsize::new(0);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut extractor = Extractor::new();
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let Ok(bytes) = std::fs::read(corpus.join(&*file.path)) else { continue };
                    let Ok(decoded) = source::decode(&bytes) else { continue };
                    if let Some(language) = language_of(&file.path, &decoded.text) {
                        // A file that cannot be parsed in time costs both sides the same.
                        let _ = std::hint::black_box(extractor.parse(language, &decoded.text, &ParseLimits::default()));
                    }
                }
            });
        }
    });
    begun.elapsed()
}
