//! How much reading the facts costs beside parsing: `cargo run --release -p grammars --example extract_speed PATH…`
//!
//! Every file below the paths is parsed and read on one thread, one after the other, so both times see the same machine.
//! `--max-bytes N` bounds the text of a language.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use grammars::{Detail, Extractor, Language, ParseLimits, detect};

#[derive(Default)]
struct Figures {
    files: usize,
    bytes: usize,
    parse: Duration,
    index: Duration,
    full: Duration,
    symbols: usize,
    calls: usize,
    failed: usize,
}

/// Files larger than this are not code that a person wrote.
const MAX_FILE: u64 = 2 << 20;

fn main() {
    let mut paths: Vec<PathBuf> = Vec::new();
    let mut max_bytes = 20_000_000;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--max-bytes" {
            max_bytes = arguments.next().and_then(|number| number.parse().ok()).unwrap_or(max_bytes);
        } else {
            paths.push(argument.into());
        }
    }
    let mut table: BTreeMap<&'static str, Figures> = BTreeMap::new();
    let mut extractor = Extractor::new();
    while let Some(path) = paths.pop() {
        if path.is_dir() && !path.is_symlink() {
            let mut below: Vec<PathBuf> =
                std::fs::read_dir(&path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
            below.sort_unstable_by(|a, b| b.cmp(a));
            paths.extend(below);
        } else if path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() <= MAX_FILE) {
            measure(&path, &mut extractor, &mut table, max_bytes);
        }
    }
    print(&table);
}

fn measure(path: &Path, extractor: &mut Extractor, table: &mut BTreeMap<&'static str, Figures>, max_bytes: usize) {
    let Ok(text) = std::fs::read_to_string(path) else {
        return;
    };
    let Some(language) = detect(path, text.as_bytes()) else {
        return;
    };
    let figures = table.entry(language.name()).or_default();
    if figures.bytes > max_bytes {
        return;
    }
    warm(language, extractor);
    let limits = ParseLimits { timeout: Duration::from_secs(60), ..ParseLimits::default() };
    let start = Instant::now();
    let Ok(tree) = extractor.parse(language, &text, &limits) else {
        figures.failed += 1;
        return;
    };
    let parsed = start.elapsed();
    let start = Instant::now();
    let facts = extractor.extract(&tree, &text, Detail::Index);
    figures.index += start.elapsed();
    figures.symbols += facts.symbols.len();
    figures.calls += facts.calls.len();
    drop(facts);
    let start = Instant::now();
    let facts = extractor.extract(&tree, &text, Detail::Full);
    figures.full += start.elapsed();
    drop(facts);
    // Parsing alone has to give its tree back too.
    let start = Instant::now();
    drop(tree);
    figures.parse += parsed + start.elapsed();
    figures.files += 1;
    figures.bytes += text.len();
}

/// Queries are compiled on first use; that is no part of a file's cost.
fn warm(language: Language, extractor: &mut Extractor) {
    let _ = extractor.facts(language, "", Detail::Index);
}

#[allow(clippy::print_stdout, reason = "an example prints its table")]
fn print(table: &BTreeMap<&'static str, Figures>) {
    println!("language       files      MB  parse MB/s  index/parse  full/parse  symbols    calls  failed");
    for (name, figures) in table {
        let megabytes = figures.bytes as f64 / 1e6;
        let parse = figures.parse.as_secs_f64().max(1e-9);
        println!(
            "{name:<14} {:>5} {megabytes:>7.1} {:>11.1} {:>12.2} {:>11.2} {:>8} {:>8} {:>7}",
            figures.files,
            megabytes / parse,
            figures.index.as_secs_f64() / parse,
            figures.full.as_secs_f64() / parse,
            figures.symbols,
            figures.calls,
            figures.failed,
        );
    }
}
