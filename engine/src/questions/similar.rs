//! Code that does much the same.

use grammars::Lines;
use index::{Mode, Query, Snapshot};
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use super::search::{SearchHit, hit};
use crate::error::{Error, Result};

/// So many bytes of the code decide; it is about what the index embeds as one piece.
const LONGEST: usize = 3_000;
/// Shorter code resembles everything, in tokens.
const LEAST_TOKENS: usize = 20;
/// Tokens are compared in runs of so many.
const RUN: usize = 4;
/// From this overlap on two pieces of code are near-duplicates: what differs is a few names or a line.
pub const DUPLICATE: f32 = 0.7;

/// A piece of similar code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Similar {
    /// Where it is. The score is the cosine of the two vectors.
    pub hit: SearchHit,
    /// How much of the two is the same text, token by token: 0 for nothing, 1 for all.
    pub overlap: f32,
}

/// Code that resembles some lines of a file, the nearest first; the lines themselves are left out.
///
/// # Errors
/// When there is no such file, the lines are too few to tell, vectors are switched off, or the index cannot be read.
pub fn similar(snapshot: &Snapshot, path: &str, lines: Lines, limit: usize) -> Result<Vec<Similar>> {
    let file = snapshot.file(path).ok_or_else(|| Error::UnknownFile(path.to_owned()))?;
    let text = snapshot.text(file).ok_or_else(|| Error::UnknownFile(path.to_owned()))?;
    let code = lines_of(&text.text, lines);
    similar_to(snapshot, code, Some((path, lines)), limit)
}

/// Code that resembles a text. `except` is where the text is from.
///
/// # Errors
/// As [`similar`].
pub fn similar_to(
    snapshot: &Snapshot,
    code: &str,
    except: Option<(&str, Lines)>,
    limit: usize,
) -> Result<Vec<Similar>> {
    let runs = runs(code);
    if runs.len() < LEAST_TOKENS {
        return Err(Error::Question(format!(
            "the code is too short to compare; {LEAST_TOKENS} words and signs are the least"
        )));
    }
    let end = (0..=code.len().min(LONGEST)).rev().find(|&at| code.is_char_boundary(at)).unwrap_or(0);
    // The code itself and its neighbours in the same file take places.
    let query = Query::new(&code[..end]).mode(Mode::Meaning).limit(limit + 4);
    let answer = snapshot.search(&query)?;
    let mut found = Vec::new();
    for candidate in answer.hits {
        let itself = except.is_some_and(|(path, lines)| {
            candidate.path == path && candidate.lines.first <= lines.last && lines.first <= candidate.lines.last
        });
        if itself || found.len() == limit {
            continue;
        }
        let other = snapshot.file(&candidate.path).and_then(|file| snapshot.text(file));
        let overlap = other.map_or(0.0, |other| overlap(&runs, &self::runs(lines_of(&other.text, candidate.lines))));
        found.push(Similar { hit: hit(candidate), overlap });
    }
    Ok(found)
}

/// Some lines of a text, as far as it has them.
pub fn lines_of(text: &str, lines: Lines) -> &str {
    let start_of = |line: u32| match line {
        0 => 0,
        line => text.match_indices('\n').nth(line as usize - 1).map_or(text.len(), |(at, _)| at + 1),
    };
    let start = start_of(lines.first);
    text.get(start..start_of(lines.last.saturating_add(1)).max(start)).unwrap_or("")
}

/// Hashes of all runs of tokens: names, numbers and signs, whatever blanks stand between them.
fn runs(code: &str) -> FxHashSet<u64> {
    use std::hash::{BuildHasher, BuildHasherDefault};
    let mut tokens: Vec<&str> = Vec::new();
    let mut word: Option<usize> = None;
    for (at, char) in code.char_indices() {
        let is_word = char.is_alphanumeric() || char == '_';
        if !is_word && let Some(start) = word.take() {
            tokens.push(&code[start..at]);
        }
        if is_word {
            word.get_or_insert(at);
        } else if !char.is_whitespace() {
            tokens.push(&code[at..at + char.len_utf8()]);
        }
    }
    tokens.extend(word.map(|start| &code[start..]));
    let hasher = BuildHasherDefault::<rustc_hash::FxHasher>::default();
    tokens.windows(RUN).map(|run| hasher.hash_one(run)).collect()
}

/// The share of runs that both have (Jaccard).
fn overlap(a: &FxHashSet<u64>, b: &FxHashSet<u64>) -> f32 {
    let both = a.intersection(b).count();
    let all = a.len() + b.len() - both;
    if all == 0 { 0.0 } else { both as f32 / all as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(a: &str, b: &str) -> f32 {
        overlap(&runs(a), &runs(b))
    }

    #[test]
    fn overlap_ignores_layout_and_falls_with_every_difference() {
        let code = "fn total(items: &[Item]) -> u64 { items.iter().map(|item| item.price).sum() }";
        let spread = code.replace(' ', "\n    ");
        assert_eq!(of(code, &spread), 1.0);
        let renamed = of(code, &code.replace("total", "sum_up"));
        assert!((DUPLICATE..1.0).contains(&renamed), "{renamed}");
        assert!(of(code, "struct Queue<T> { head: Option<Box<Node<T>>>, len: usize, limit: usize }") < 0.1);
        assert_eq!(of("", ""), 0.0);
    }

    #[test]
    fn lines_that_do_not_exist_are_empty() {
        assert_eq!(lines_of("a\nb\nc", Lines { first: 1, last: 1 }), "b\n");
        assert_eq!(lines_of("a\nb\nc", Lines { first: 2, last: 9 }), "c");
        assert_eq!(lines_of("a\nb\nc", Lines { first: 7, last: 9 }), "");
        assert_eq!(lines_of("a\nb\nc", Lines { first: 2, last: u32::MAX }), "c");
        assert_eq!(lines_of("a\nb", Lines { first: 1, last: 0 }), "");
    }
}
