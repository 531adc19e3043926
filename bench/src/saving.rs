//! From a save to a hit.

#![allow(clippy::print_stdout)] // The table is the point.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use index::{Index, IndexOptions, Mode, Query, Silent, VectorOptions};

use crate::measure::Times;

pub(crate) fn run(corpus: &Path, count: usize) -> anyhow::Result<()> {
    let scratch = tempfile::tempdir()?;
    let copy = scratch.path().join("corpus");
    let copied = std::process::Command::new("cp").arg("-r").arg(corpus).arg(&copy).status()?;
    anyhow::ensure!(copied.success(), "the corpus could not be copied");
    let options = IndexOptions { threads: 2, ..IndexOptions::default() };
    let never = AtomicBool::new(false);
    let index = Index::open(&scratch.path().join("index"), &copy, &options, &VectorOptions::default())?;
    index.update(&Silent, &never)?;
    let snapshot = index.snapshot();
    let mut files: Vec<String> = snapshot
        .files()
        .filter(|file| file.refused.is_none() && file.lines > 50 && file.verbatim)
        .map(|file| file.path.to_string())
        .collect();
    files.sort_unstable();
    fastrand::Rng::with_seed(7).shuffle(&mut files);
    files.truncate(count);

    let mut overlay = Vec::new();
    let mut disk = Vec::new();
    for (number, path) in files.iter().enumerate() {
        let mut text = std::fs::read_to_string(copy.join(path))?;
        let word = unheard_of("overlay", number);
        let begun = Instant::now();
        index.set_text(path, &format!("{text}\n{word}\n"));
        found(&index, &word, path)?;
        overlay.push(begun.elapsed());
        index.close_text(path);

        let word = unheard_of("saved", number);
        text.push_str(&format!("\n{word}\n"));
        std::fs::write(copy.join(path), text)?;
        let begun = Instant::now();
        index.update_paths(std::slice::from_ref(path), &never)?;
        found(&index, &word, path)?;
        disk.push(begun.elapsed());
    }
    let times = |list: Vec<Duration>| Times::new(list).line();
    println!("{}: {} files saved, each searched for a new word", corpus.display(), files.len());
    println!("unsaved text, through the overlay   {}", times(overlay));
    println!("saved file, committed to disk       {}", times(disk));
    Ok(())
}

/// A word of letters only that no code has: a word with digits would share a part with those of the other saves. It ends in a letter that
/// the stemmer leaves alone, or two words could have one stem.
fn unheard_of(kind: &str, number: usize) -> String {
    let letter = |digit: usize| char::from(b'a' + (digit % 26) as u8);
    format!("zq{kind}{}{}{}q", letter(number / 676), letter(number / 26), letter(number))
}

fn found(index: &Index, word: &str, path: &str) -> anyhow::Result<()> {
    let answer = index.snapshot().search(&Query::new(word).mode(Mode::Words))?;
    anyhow::ensure!(answer.hits.first().is_some_and(|hit| hit.path == path), "`{word}` was not found in {path}");
    Ok(())
}
