//! How many chunks of code a second one core embeds: `cargo run --release -p models --example throughput -- FOLDER…`.
//!
//! Reads up to 64 MB of text below the folders, cuts it into chunks of about 1 KB at line ends, and encodes all of them
//! five times on one thread. Prints the best and the median round.

#![allow(clippy::print_stdout, clippy::print_stderr)] // printing is all it is for

use std::path::{Path, PathBuf};
use std::time::Instant;

use models::{Model, Scratch};

const CHUNK: usize = 1024;
const LIMIT: usize = 64 << 20;

fn main() {
    let folders: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if folders.is_empty() {
        eprintln!("usage: throughput FOLDER…");
        std::process::exit(2);
    }
    let start = Instant::now();
    let model = Model::builtin();
    println!("loaded {} in {:.1} ms", model.name(), start.elapsed().as_secs_f64() * 1e3);

    let mut chunks = Vec::new();
    let mut bytes = 0;
    for folder in &folders {
        collect(folder, &mut chunks, &mut bytes);
    }
    let mut vector = vec![0.0; model.dimensions()];
    let mut scratch = Scratch::default();
    let mut rates: Vec<f64> = (0..5)
        .map(|_| {
            let start = Instant::now();
            let known = chunks.iter().filter(|chunk| model.encode_with(&mut scratch, chunk, &mut vector)).count();
            let rate = chunks.len() as f64 / start.elapsed().as_secs_f64();
            assert!(known > chunks.len() / 2, "most code has known words");
            rate
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    println!(
        "{} chunks of {} bytes on average: {:.0} chunks/s at best, {:.0} median, one core",
        chunks.len(),
        bytes / chunks.len().max(1),
        rates[4],
        rates[2]
    );
}

fn collect(path: &Path, chunks: &mut Vec<String>, bytes: &mut usize) {
    if *bytes >= LIMIT {
        return;
    }
    if path.is_dir() {
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(path).into_iter().flatten().flatten().map(|e| e.path()).collect();
        entries.sort();
        entries.iter().for_each(|entry| collect(entry, chunks, bytes));
    } else if let Some("rs" | "py" | "ts" | "js" | "go" | "java" | "c" | "h") =
        path.extension().and_then(|e| e.to_str())
        && let Ok(text) = std::fs::read_to_string(path)
    {
        let mut chunk = String::new();
        for line in text.split_inclusive('\n') {
            chunk.push_str(line);
            if chunk.len() >= CHUNK {
                *bytes += chunk.len();
                chunks.push(std::mem::take(&mut chunk));
            }
        }
    }
}
