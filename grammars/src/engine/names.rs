//! Names of one file: each distinct text has a number; only names that a fact uses reach the facts.

use rustc_hash::FxHashMap;

use crate::facts::{NameId, Names};

/// Number of a text while one file is read.
pub(super) type Word = u32;

#[derive(Default)]
pub(super) struct Interner<'t> {
    words: FxHashMap<&'t str, Word>,
    texts: Vec<&'t str>,
    published: Vec<Option<NameId>>,
    joined: FxHashMap<String, NameId>,
    names: Names,
}

impl<'t> Interner<'t> {
    /// The number of a text of the file.
    pub(super) fn word(&mut self, text: &'t str) -> Word {
        let next = self.texts.len() as Word;
        let word = *self.words.entry(text).or_insert(next);
        if word == next {
            self.texts.push(text);
            self.published.push(None);
        }
        word
    }

    /// The number of a text when the file has it.
    pub(super) fn known(&self, text: &str) -> Option<Word> {
        self.words.get(text).copied()
    }

    /// The name of the facts for a number.
    pub(super) fn publish(&mut self, word: Word) -> NameId {
        if let Some(id) = self.published[word as usize] {
            return id;
        }
        let text = self.texts[word as usize];
        let id = match self.joined.get(text) {
            Some(&id) => id,
            None => self.names.push(text),
        };
        self.published[word as usize] = Some(id);
        id
    }

    /// The name of the facts for a text of the file.
    pub(super) fn name(&mut self, text: &'t str) -> NameId {
        let word = self.word(text);
        self.publish(word)
    }

    /// The name of the facts for a text that was put together.
    pub(super) fn joined(&mut self, text: String) -> NameId {
        if let Some(word) = self.known(&text) {
            return self.publish(word);
        }
        if let Some(&id) = self.joined.get(&text) {
            return id;
        }
        let id = self.names.push(&text);
        self.joined.insert(text, id);
        id
    }

    /// The text of a published name.
    pub(super) fn peek(&self, id: NameId) -> &str {
        self.names.get(id)
    }

    /// All names that were published.
    pub(super) fn finish(self) -> Names {
        self.names
    }
}
