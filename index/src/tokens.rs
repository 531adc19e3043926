//! Text to search terms: identifiers are split *and* kept whole, then lightly stemmed.
//!
//! `getUserById` gives `getuserbyid`, `get`, `user`, `by`, `id`, so that a query for the whole name ranks its uses first and a query
//! for one word of it still finds them. The same function serves documents, queries and the overlay.

use std::hash::BuildHasher;
use std::ops::Range;

use hashbrown::HashTable;
use rust_stemmers::{Algorithm, Stemmer};
use rustc_hash::FxBuildHasher;
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// The name under which tantivy knows the tokenizer.
pub const CODE_TOKENIZER: &str = "code";
/// Longer runs of letters are cut: they are data, not names.
const LONGEST_WORD: usize = 80;
/// The cache of split words is emptied when it holds this many, so that its memory stays below some 10 MB.
const CACHE_LIMIT: usize = 120_000;

/// The parts of an identifier: `fooBarHTTP2_x` → `foo`, `Bar`, `HTTP`, `2`, `x`.
pub fn identifier_parts(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches('_');
        if rest.is_empty() {
            return None;
        }
        let end = part_end(rest);
        let (part, tail) = rest.split_at(end);
        rest = tail;
        Some(part)
    })
}

#[derive(PartialEq, Clone, Copy)]
enum Class {
    Lower,
    Upper,
    Digit,
}

fn class(letter: char) -> Class {
    if letter.is_ascii_digit() {
        Class::Digit
    } else if letter.is_uppercase() {
        Class::Upper
    } else {
        Class::Lower
    }
}

/// Where the first part of `word` ends; `word` does not start with `_`.
fn part_end(word: &str) -> usize {
    let mut letters = word.char_indices();
    let Some((_, first)) = letters.next() else { return 0 };
    let mut previous = class(first);
    let mut upper_run = 1;
    for (at, letter) in letters {
        if letter == '_' {
            return at;
        }
        let now = class(letter);
        match (previous, now) {
            (Class::Upper, Class::Upper) => upper_run += 1,
            (Class::Upper, Class::Lower) => {
                // `HTTPServer`: the last capital belongs to the next part.
                if upper_run > 1 {
                    let start = word[..at].char_indices().next_back().map_or(0, |(start, _)| start);
                    return start;
                }
            }
            (Class::Lower, Class::Lower) | (Class::Digit, Class::Digit) => {}
            _ => return at,
        }
        previous = now;
    }
    word.len()
}

/// The search terms of words, cached.
pub struct Analyzer {
    stemmer: Stemmer,
    cache: Cache,
    lower: String,
}

/// Words with their terms, close together in memory: a build looks up every word of every file.
#[derive(Default)]
struct Cache {
    words: HashTable<CachedWord>,
    terms: Vec<Range<u32>>,
    text: String,
}

#[derive(Clone, Copy)]
struct CachedWord {
    hash: u64,
    /// Where it stands in the text.
    start: u32,
    len: u32,
    /// Its terms.
    first_term: u32,
    term_count: u32,
}

impl Cache {
    fn push_term(&mut self, term: &str) {
        let start = self.text.len() as u32;
        self.text.push_str(term);
        self.terms.push(start..self.text.len() as u32);
    }

    fn term(&self, index: u32) -> &str {
        let range = &self.terms[index as usize];
        &self.text[range.start as usize..range.end as usize]
    }
}

impl Default for Analyzer {
    fn default() -> Self {
        Analyzer { stemmer: Stemmer::create(Algorithm::English), cache: Cache::default(), lower: String::new() }
    }
}

impl Analyzer {
    /// The terms of a word: the whole of it, lower-cased and stemmed, then its parts when there are several.
    pub fn terms(&mut self, word: &str) -> impl Iterator<Item = &str> {
        self.cached(word).map(|index| self.cache.term(index))
    }

    fn cached(&mut self, word: &str) -> Range<u32> {
        let hash = FxBuildHasher.hash_one(word);
        let Cache { words, text, .. } = &self.cache;
        let same = |known: &CachedWord| {
            known.hash == hash
                && text.as_bytes()[known.start as usize..].get(..known.len as usize) == Some(word.as_bytes())
        };
        let known = match words.find(hash, same) {
            Some(known) => *known,
            None => self.add(word, hash),
        };
        known.first_term..known.first_term + known.term_count
    }

    fn add(&mut self, word: &str, hash: u64) -> CachedWord {
        let Analyzer { stemmer, cache, lower } = self;
        if cache.words.len() >= CACHE_LIMIT {
            *cache = Cache::default();
        }
        let first_term = cache.terms.len() as u32;
        let start = cache.text.len() as u32;
        cache.text.push_str(word);
        let mut parts = identifier_parts(word);
        let whole = word.trim_matches('_');
        if !whole.is_empty() {
            cache.push_term(term(whole, stemmer, lower).as_ref());
        }
        // A single part is the whole.
        if let (Some(first), Some(second)) = (parts.next(), parts.next()) {
            for part in [first, second].into_iter().chain(parts) {
                cache.push_term(term(part, stemmer, lower).as_ref());
            }
        }
        let term_count = cache.terms.len() as u32 - first_term;
        let added = CachedWord { hash, start, len: word.len() as u32, first_term, term_count };
        cache.words.insert_unique(hash, added, |known| known.hash);
        added
    }

    /// Calls `each` with every term of a text, in order.
    pub fn each_term(&mut self, text: &str, mut each: impl FnMut(&str)) {
        for word in words(text) {
            self.terms(word).for_each(&mut each);
        }
    }
}

/// A part in lower case, and stemmed when it is an English word as far as its letters tell.
fn term<'l>(part: &str, stemmer: &Stemmer, lower: &'l mut String) -> std::borrow::Cow<'l, str> {
    lower.clear();
    if part.is_ascii() {
        lower.push_str(part);
        lower.make_ascii_lowercase();
    } else {
        lower.extend(part.chars().flat_map(char::to_lowercase));
    }
    if lower.len() > 3 && lower.bytes().all(|byte| byte.is_ascii_lowercase()) {
        stemmer.stem(lower)
    } else {
        lower.as_str().into()
    }
}

/// The words of a text: runs of letters, digits and `_`, of bounded length.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            while at < bytes.len() && !IS_WORD[bytes[at] as usize] {
                at += 1;
            }
            let start = at;
            let mut ascii = true;
            while at < bytes.len() && IS_WORD[bytes[at] as usize] {
                ascii &= bytes[at] < 128;
                at += 1;
            }
            let run = &text[start..at];
            if ascii && run.len() <= LONGEST_WORD {
                return (!run.is_empty()).then_some(run);
            }
            // Outside ASCII the table cannot tell letters from signs; cut at the first sign, or at the limit.
            let end = run
                .char_indices()
                .find(|&(offset, letter)| offset >= LONGEST_WORD || !is_letter(letter))
                .map_or(run.len(), |(offset, _)| offset);
            if end == 0 {
                at = start + run.chars().next().map_or(1, char::len_utf8);
                continue;
            }
            at = start + end;
            return Some(&text[start..at]);
        }
    })
}

fn is_letter(letter: char) -> bool {
    letter == '_' || letter.is_alphanumeric()
}

const IS_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        table[byte] = b.is_ascii_alphanumeric() || b == b'_' || b >= 128;
        byte += 1;
    }
    table
};

/// The tantivy face of [`Analyzer`].
#[derive(Default)]
pub struct CodeTokenizer {
    analyzer: Analyzer,
}

impl Clone for CodeTokenizer {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Tokenizer for CodeTokenizer {
    type TokenStream<'a> = CodeTokenStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> CodeTokenStream<'a> {
        CodeTokenStream {
            words: Box::new(words(text)),
            analyzer: &mut self.analyzer,
            terms: 0..0,
            token: Token::default(),
        }
    }
}

/// The terms of one text.
pub struct CodeTokenStream<'a> {
    words: Box<dyn Iterator<Item = &'a str> + 'a>,
    analyzer: &'a mut Analyzer,
    terms: Range<u32>,
    token: Token,
}

impl TokenStream for CodeTokenStream<'_> {
    fn advance(&mut self) -> bool {
        loop {
            if let Some(index) = self.terms.next() {
                self.token.text.clear();
                self.token.text.push_str(self.analyzer.cache.term(index));
                return true;
            }
            let Some(word) = self.words.next() else { return false };
            self.terms = self.analyzer.cached(word);
            self.token.position = self.token.position.wrapping_add(1);
        }
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn terms(text: &str) -> String {
        let mut out = Vec::new();
        Analyzer::default().each_term(text, |term| out.push(term.to_owned()));
        out.join(" ")
    }

    #[test]
    fn identifiers_are_split_and_kept_whole() {
        assert_eq!(terms("getUserById"), "getuserbyid get user by id");
        assert_eq!(terms("parse_HTTPServer2"), "parse_httpserver2 pars http server 2");
        assert_eq!(terms("__init__"), "init");
        assert_eq!(terms("MAX_SIZE"), "max_size max size");
        assert_eq!(terms("a.b(c)"), "a b c");
    }

    #[test]
    fn words_are_stemmed_lightly() {
        assert_eq!(terms("connections connecting"), "connect connect");
        assert_eq!(terms("ids"), "ids");
    }

    #[test]
    fn other_scripts_are_words_too() {
        assert_eq!(terms("größe→名前 “zitat”"), "größe 名前 zitat");
    }

    proptest! {
        #[test]
        fn parts_are_the_word_without_underscores(word in "[A-Za-z0-9_]{0,40}") {
            let joined: String = identifier_parts(&word).collect();
            prop_assert_eq!(joined, word.replace('_', ""));
        }

        #[test]
        fn no_text_breaks_the_analyzer(text in any::<String>()) {
            Analyzer::default().each_term(&text, |term| assert!(!term.is_empty()));
        }
    }
}
