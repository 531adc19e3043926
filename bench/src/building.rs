//! Cold and warm index.

#![allow(clippy::print_stdout)] // The table is the point.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use index::build::language_of;
use index::{FileEntry, Index, IndexOptions, Silent, Summary, VectorOptions, source};

use crate::measure::{Spent, megabytes, memory, program};

pub(crate) fn run(corpus: &Path, threads: usize, with_vectors: bool, keep: Option<PathBuf>) -> anyhow::Result<()> {
    let scratch = tempfile::tempdir()?;
    let base = keep.unwrap_or_else(|| scratch.path().to_path_buf());
    let options = IndexOptions { threads, vectors: with_vectors, memory_mb: 256 * threads, ..IndexOptions::default() };
    let never = AtomicBool::new(false);
    let cold = |folder: &Path, options: &IndexOptions| -> anyhow::Result<(Spent, Index, Summary)> {
        let _ = std::fs::remove_dir_all(&base);
        let (spent, built) = Spent::on(|| -> anyhow::Result<_> {
            let index = Index::open(&base, folder, options, &VectorOptions::default())?;
            let summary = index.update(&Silent, &never)?;
            Ok((index, summary))
        });
        let (index, summary) = built?;
        Ok((spent, index, summary))
    };

    // Once over all files that does not count, so that both sides read from memory. Without the substring index, as the figure says.
    let plain = IndexOptions { substring: false, ..options.clone() };
    let (_, index, summary) = cold(corpus, &plain)?;
    let snapshot = index.snapshot();
    let files: Vec<_> = snapshot.files().filter(|file| file.refused.is_none()).cloned().collect();
    drop((snapshot, index));
    let lines: u64 = files.iter().map(|file| u64::from(file.lines)).sum();
    let megabytes_of_text = summary.bytes as f64 / 1e6;
    println!("{}: {} files, {lines} lines, {megabytes_of_text:.1} MB of text", corpus.display(), files.len());

    let (text_and_symbols, parsing) = fastest(|| {
        let (indexing, ..) = cold(corpus, &plain)?;
        Ok((indexing, Spent::on(|| parse_only(corpus, &files, threads)).0))
    })?;
    let rate = megabytes_of_text / text_and_symbols.clock.as_secs_f64();
    println!("tree-sitter alone                           {parsing}");
    println!(
        "cold index, text and symbols                {text_and_symbols}   {}   {rate:.1} MB/s",
        text_and_symbols.beside(parsing)
    );

    // What has no grammar costs the index time and the parser none; here are the files that both sides work on.
    let code = scratch.path().join("code");
    let parsed: Vec<_> = files.iter().filter(|file| file.language.is_some()).cloned().collect();
    copy(corpus, &parsed, &code)?;
    let (of_code, parsing_code) = fastest(|| {
        let (indexing, ..) = cold(&code, &plain)?;
        Ok((indexing, Spent::on(|| parse_only(&code, &parsed, threads)).0))
    })?;
    println!("the {:5} files with a grammar alone         {of_code}   {}", parsed.len(), of_code.beside(parsing_code));
    std::fs::remove_dir_all(&code)?;

    let (whole, index, _) = cold(corpus, &options)?;
    let peak = memory("VmHWM");
    println!("cold index with the substring index         {whole}   {}", whole.beside(parsing));
    let tags = scratch.path().join("tags").display().to_string();
    match program("ctags", &["-R", "-f", &tags, &corpus.display().to_string()]) {
        Some(time) => println!(
            "universal-ctags, one thread                 {:8.2} s   ratio {:.2}",
            time.as_secs_f64(),
            whole.clock.as_secs_f64() / time.as_secs_f64()
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
    drop(index);

    let begun = Instant::now();
    let index = Index::open(&base, corpus, &options, &VectorOptions::default())?;
    let summary = index.update(&Silent, &never)?;
    let again = begun.elapsed();
    anyhow::ensure!(summary.indexed == 0, "{} files changed during the measurement", summary.indexed);
    println!(
        "warm start, nothing changed                 {:8.3} s   {:.1} % of cold",
        again.as_secs_f64(),
        100.0 * again.as_secs_f64() / whole.clock.as_secs_f64()
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

/// The fastest of three rounds of two sides, each side by itself: other programs only ever add time.
fn fastest(mut round: impl FnMut() -> anyhow::Result<(Spent, Spent)>) -> anyhow::Result<(Spent, Spent)> {
    let (mut one, mut other) = round()?;
    for _ in 0..2 {
        let (a, b) = round()?;
        (one, other) = (one.least(a), other.least(b));
    }
    Ok((one, other))
}

/// Reads and parses the same files with tree-sitter alone: nothing is hidden from the parser, mended or looked at.
fn parse_only(corpus: &Path, files: &[Arc<FileEntry>], threads: usize) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                // Setting a grammar costs time, so each has its parser.
                let mut parsers = HashMap::<&str, tree_sitter::Parser>::new();
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let Ok(bytes) = std::fs::read(corpus.join(&*file.path)) else { continue };
                    let Ok(decoded) = source::decode(&bytes) else { continue };
                    let Some(language) = language_of(&file.path, &decoded.text) else { continue };
                    let parser = parsers.entry(language.name()).or_insert_with(|| {
                        let mut parser = tree_sitter::Parser::new();
                        // A grammar that this tree-sitter cannot run would parse nothing on either side.
                        let _ = parser.set_language(&language.grammar());
                        parser
                    });
                    let _ = std::hint::black_box(parser.parse(&*decoded.text, None));
                }
            });
        }
    });
}

/// Copies files into a new folder.
fn copy(corpus: &Path, files: &[Arc<FileEntry>], to: &Path) -> anyhow::Result<()> {
    for file in files {
        let target = to.join(&*file.path);
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::copy(corpus.join(&*file.path), target)?;
    }
    Ok(())
}
