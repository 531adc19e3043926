//! What measurements of language servers ask about.

use std::path::{Path, PathBuf};

use grammars::Language;
use serde_json::{Value, json};

/// Larger files are often generated, in bytes.
const LARGEST: u64 = 200_000;
/// So many places of a file are asked about.
const PLACES: usize = 200;

/// The largest file of up to 200 KB whose language is wanted: what is slow shows there.
pub(crate) fn largest_source(corpus: &Path, wanted: impl Fn(&Language) -> bool) -> Option<PathBuf> {
    let mut best: Option<(u64, PathBuf)> = None;
    let mut folders = vec![corpus.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).ok()?.flatten() {
            let (path, Ok(metadata)) = (entry.path(), entry.metadata()) else { continue };
            if metadata.is_dir() {
                folders.push(path);
            } else if metadata.len() < LARGEST
                && grammars::detect(&path, b"").is_some_and(|language| wanted(&language))
                && best.as_ref().is_none_or(|(size, _)| metadata.len() > *size)
            {
                best = Some((metadata.len(), path));
            }
        }
    }
    best.map(|(_, path)| path)
}

/// Places inside words, spread over the text, as line and column from 0.
pub(crate) fn places(text: &str) -> Vec<(usize, usize)> {
    let lines = text.lines().enumerate().filter_map(|(line, content)| {
        let column = content.find(|char: char| char.is_ascii_alphabetic())?;
        Some((line, column + 1))
    });
    let all: Vec<(usize, usize)> = lines.collect();
    let step = (all.len() / PLACES).max(1);
    all.into_iter().step_by(step).collect()
}

/// The parameters of a hover.
pub(crate) fn hover(uri: &str, (line, character): (usize, usize)) -> Value {
    json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } })
}

/// The parameters of a request for code actions.
pub(crate) fn action(uri: &str, (line, character): (usize, usize)) -> Value {
    let place = json!({ "line": line, "character": character });
    json!({ "textDocument": { "uri": uri }, "range": { "start": place, "end": place }, "context": { "diagnostics": [] } })
}
