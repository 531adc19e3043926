//! What a keystroke costs: `cargo run --release -p grammars --example keystroke_speed FILE…`
//!
//! Types and deletes a letter at the end of words spread over each file, as people do, repeated to at least 5,000 lines, and prints how
//! long telling the tree and parsing again took.

use std::path::Path;
use std::time::{Duration, Instant};

use grammars::{Detail, Edit, Extractor, ParseLimits, SyntaxTree, detect};

const LINES: usize = 5_000;
const PLACES: usize = 500;

#[allow(clippy::print_stdout, reason = "an example prints its table")]
fn main() {
    println!("language     lines   p50 us   p99 us   max us   all facts us");
    for path in std::env::args().skip(1) {
        let Ok(text) = std::fs::read_to_string(&path) else {
            println!("{path}: not a readable text");
            continue;
        };
        let Some(language) = detect(Path::new(&path), text.as_bytes()) else {
            println!("{path}: not a known language");
            continue;
        };
        let lines = text.lines().count().max(1);
        let text = text.repeat(LINES.div_ceil(lines));
        let mut extractor = Extractor::new();
        let Ok(tree) = extractor.parse(language, &text, &ParseLimits::default()) else {
            println!("{path}: does not parse in time");
            continue;
        };
        let mut times = keystrokes(&mut extractor, tree.clone(), &text);
        times.sort_unstable();
        let start = Instant::now();
        let facts = extractor.extract(&tree, &text, Detail::Full);
        let all = start.elapsed().as_micros();
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_micros();
        println!("{:<12} {:>5} {:>8} {:>8} {:>8} {all:>14}", language.name(), facts.lines, at(0.5), at(0.99), at(1.0));
    }
}

/// Types a letter and takes it back, at many places.
fn keystrokes(extractor: &mut Extractor, mut tree: SyntaxTree, original: &str) -> Vec<Duration> {
    let mut times = Vec::new();
    let mut text = original.to_owned();
    for place in 0..PLACES {
        let Some(at) = word_end(original, original.len() / PLACES * place) else {
            break;
        };
        for typed in ["x", ""] {
            let old_end = at + 1 - typed.len();
            text.replace_range(at..old_end, typed);
            let new_end = at + typed.len();
            let edit = Edit { start: at as u32, old_end: old_end as u32, new_end: new_end as u32 };
            // Whoever owns the text knows where its lines begin.
            let before = &text.as_bytes()[..at];
            let row = before.iter().filter(|&&byte| byte == b'\n').count();
            let column = at - before.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
            let start = Instant::now();
            tree.edit(edit, [(row, column), (row, column + old_end - at), (row, column + new_end - at)]);
            if let Ok(parsed) = extractor.reparse(&tree, &text, &ParseLimits::default()) {
                tree = parsed;
            }
            times.push(start.elapsed());
        }
    }
    times
}

/// The end of the next word at or behind `from`.
fn word_end(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let is_word = |at: usize| bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric());
    (from.max(1)..bytes.len()).find(|&at| is_word(at - 1) && !is_word(at) && text.is_char_boundary(at))
}
