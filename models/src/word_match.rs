//! Word by word: for each word of a query the nearest word of a text.
//!
//! The vector of a long text is a sum in which one word drowns; this finds it. It costs more than a dot product, so it is
//! for the best candidates of a search, not for all texts (late interaction, as in Khattab & Zaharia, "ColBERT", 2020,
//! with the table's rows in place of a network's outputs).

use std::ops::ControlFlow;

use rustc_hash::FxHashMap;

use crate::model::{MAX_TOKENS, Model, Scratch};
use crate::words;

/// The words of one query, to be compared with many texts.
pub struct WordMatch<'m> {
    model: &'m Model,
    /// The distinct tokens of the query, each with its weight; the weights sum to 1.
    query: Vec<(u32, f32)>,
    /// Where in `near` the cosines of a token with each token of the query stand.
    seen: FxHashMap<u32, usize>,
    near: Vec<f32>,
    best: Vec<f32>,
}

impl Model {
    /// Prepares a query. Its words weigh as much as their rows are long, which is how the model was trained to weigh them.
    pub fn word_match(&self, query: &str) -> WordMatch<'_> {
        let mut scratch = Scratch::default();
        self.word_tokens(&mut scratch, query);
        let mut query: Vec<(u32, f32)> =
            scratch.tokens.iter().map(|&token| (token, self.length(token) * self.scales[token as usize])).collect();
        let total: f32 = query.iter().map(|(_, weight)| weight).sum();
        query.iter_mut().for_each(|(_, weight)| *weight /= total.max(f32::MIN_POSITIVE));
        WordMatch { model: self, best: vec![0.0; query.len()], query, seen: FxHashMap::default(), near: Vec::new() }
    }

    /// Puts the distinct tokens of the words in `text` into `scratch`, signs left out.
    fn word_tokens(&self, scratch: &mut Scratch, text: &str) {
        let Scratch { words, tokens } = scratch;
        tokens.clear();
        let mut signs = 0;
        words::for_each(text, words, |word| {
            if word.chars().next().is_some_and(char::is_alphanumeric) {
                self.vocabulary.split(&self.bytes, word, tokens);
            } else {
                signs += 1;
            }
            if tokens.len() + signs < MAX_TOKENS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        tokens.sort_unstable();
        tokens.dedup();
    }

    /// The length of a token's row before its scale.
    fn length(&self, token: u32) -> f32 {
        let row = self.row(token as usize);
        (dot(row, row) as f32).sqrt()
    }
}

impl WordMatch<'_> {
    /// From 0 to 1: the mean over the query's words of the cosine with the nearest word of `text`.
    pub fn score(&mut self, scratch: &mut Scratch, text: &str) -> f32 {
        self.model.word_tokens(scratch, text);
        self.best.fill(0.0);
        for &token in &scratch.tokens {
            let at = self.cosines(token);
            let near = &self.near[at..at + self.query.len()];
            self.best.iter_mut().zip(near).for_each(|(best, &near)| *best = best.max(near));
        }
        self.query.iter().zip(&self.best).map(|((_, weight), best)| weight * best).sum()
    }

    /// The cosines of a token with the query's, computed once for all texts.
    fn cosines(&mut self, token: u32) -> usize {
        let WordMatch { model, query, seen, near, .. } = self;
        *seen.entry(token).or_insert_with(|| {
            let start = near.len();
            let row = model.row(token as usize);
            let length = model.length(token);
            near.extend(query.iter().map(|&(other, _)| {
                let lengths = length * model.length(other);
                if lengths > 0.0 { dot(row, model.row(other as usize)) as f32 / lengths } else { 0.0 }
            }));
            start
        })
    }
}

fn dot(a: &[i8], b: &[i8]) -> i32 {
    a.iter().zip(b).map(|(&a, &b)| i32::from(a) * i32::from(b)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(query: &str, text: &str) -> f32 {
        Model::builtin().word_match(query).score(&mut Scratch::default(), text)
    }

    #[test]
    fn the_query_itself_matches_wholly_and_nothing_not_at_all() {
        assert!((score("parse url", "fn parse_url(input: &str)") - 1.0).abs() < 1e-4);
        assert_eq!(score("parse url", ""), 0.0);
        assert_eq!(score("", "fn parse_url()"), 0.0);
        assert_eq!(score("(((", "((("), 0.0);
    }

    #[test]
    fn a_related_word_counts_more_than_an_unrelated_one() {
        assert!(score("wide", "let width = 3;") > score("wide", "let socket = 3;"));
    }
}
