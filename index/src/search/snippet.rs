//! The lines of a hit that are worth showing, and what to light up in them.

use std::ops::Range;

use grammars::{Lines, Span};

use super::query_terms::is_stop;
use crate::chunks::LineStarts;
use crate::snapshot::CurrentText;
use crate::tokens::{Analyzer, identifier_parts, words};

/// At most this many lines are shown of one hit.
const MOST_LINES: usize = 8;
/// Longer lines are cut.
const LONGEST_LINE: usize = 240;

/// Lines of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snippet {
    /// The first line, from 0.
    pub first_line: u32,
    /// The lines, without line ends.
    pub lines: Vec<String>,
    /// What to light up: the index into `lines` and the bytes in it.
    pub highlights: Vec<(usize, Range<usize>)>,
}

impl Snippet {
    /// The lines as one text.
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }
}

/// Where a chunk is in the text as it is now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Located {
    pub span: Span,
    pub lines: Lines,
}

/// Finds a chunk again in the text as it is now. In a file that changed since it was indexed, its lines are kept as far as they exist.
pub(super) fn locate(text: &CurrentText, span: Span, lines: Lines) -> Located {
    if text.fresh {
        return Located { span, lines };
    }
    let starts = LineStarts::new(&text.text);
    let end = text.text.len() as u32;
    let last_line = starts.line_of(end.saturating_sub(1));
    let lines = Lines { first: lines.first.min(last_line), last: lines.last.min(last_line) };
    let start = starts.start_of(lines.first).unwrap_or(end);
    Located { span: Span { start, end: starts.start_of(lines.last + 1).unwrap_or(end) }, lines }
}

/// The part of a chunk with most of the words, its first line included when that is near.
pub(super) fn of_chunk(text: &str, located: Located, words: &[String]) -> Snippet {
    let chunk: Vec<&str> = located.span.text(text).split('\n').collect();
    let mut needles = Needles::new(words);
    let found: Vec<Vec<Range<usize>>> = chunk.iter().map(|line| needles.find(line)).collect();
    let scores: Vec<usize> = found.iter().map(Vec::len).collect();
    let window = MOST_LINES.min(chunk.len());
    let starts = 0..=chunk.len() - window;
    // Of equally good windows the first wins, so that a definition shows its signature.
    let start = starts
        .max_by_key(|&start| (scores[start..start + window].iter().sum::<usize>(), std::cmp::Reverse(start)))
        .unwrap_or(0);
    let mut snippet = Snippet { first_line: located.lines.first + start as u32, ..Snippet::default() };
    for (line, found) in chunk[start..start + window].iter().zip(&found[start..]) {
        add_line(&mut snippet, line, found.clone());
    }
    while snippet.lines.last().is_some_and(|line| line.trim().is_empty()) {
        snippet.lines.pop();
    }
    snippet
}

/// A single line with what matched in it.
pub(super) fn of_line(line_number: u32, line: &str, matches: &[Range<usize>]) -> Snippet {
    let mut snippet = Snippet { first_line: line_number, ..Snippet::default() };
    add_line(&mut snippet, line, matches.to_vec());
    snippet
}

/// The words of a query, to find them in lines in any of their forms, whole or as parts of names: `saving` lights up `save` and `Save` in `SaveFile`.
struct Needles {
    terms: Vec<Box<str>>,
    analyzer: Analyzer,
}

impl Needles {
    fn new(words: &[String]) -> Needles {
        let mut analyzer = Analyzer::default();
        let mut terms: Vec<Box<str>> =
            words.iter().filter_map(|word| analyzer.terms(word).next().map(Into::into)).collect();
        if terms.iter().any(|term| !is_stop(term)) {
            terms.retain(|term| !is_stop(term));
        }
        Needles { terms, analyzer }
    }

    fn find(&mut self, line: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        // Words and parts borrow from the line, so where they stand is told by their addresses.
        let range = |part: &str| {
            let start = part.as_ptr() as usize - line.as_ptr() as usize;
            start..start + part.len()
        };
        for word in words(line) {
            let mut holds = |part: &str| {
                self.analyzer.terms(part).next().is_some_and(|term| self.terms.iter().any(|known| **known == *term))
            };
            if holds(word) {
                found.push(range(word));
            } else {
                found.extend(identifier_parts(word).filter(|part| holds(part)).map(range));
            }
        }
        found
    }
}

fn add_line(snippet: &mut Snippet, line: &str, mut ranges: Vec<Range<usize>>) {
    let line = line.trim_end_matches(['\r', '\n']);
    ranges.sort_unstable_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
    // A long line is shown around its first match.
    let first = ranges.first().map_or(0, |range| range.start);
    let from =
        if line.len() <= LONGEST_LINE || first < LONGEST_LINE / 2 { 0 } else { floor(line, first - LONGEST_LINE / 4) };
    let to = floor(line, (from + LONGEST_LINE).min(line.len()));
    let index = snippet.lines.len();
    let mut covered = from;
    for range in ranges {
        let (start, end) = (range.start.max(covered), range.end.min(to));
        if start < end && line.is_char_boundary(start) && line.is_char_boundary(end) {
            snippet.highlights.push((index, start - from..end - from));
            covered = end;
        }
    }
    snippet.lines.push(line[from..to].to_owned());
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}
