//! Words to tokens: WordPiece, the longest known piece first.

use std::hash::Hasher;
use std::ops::Range;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

/// A longer word is unknown as a whole, as in BERT: nobody wrote it as a word.
const MAX_CHARS: usize = 100;

/// Marks a piece that continues a word.
const CONTINUES: &[u8] = b"##";

/// The tokens by their text. The text itself stays in the model's file.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    tokens: Vec<Range<u32>>,
    /// Pieces that start a word.
    starts: HashTable<u32>,
    /// Pieces that continue one, found without their `##`.
    continues: HashTable<u32>,
    /// Bytes of the longest piece, so that longer ones are not looked for.
    longest: usize,
}

impl Vocabulary {
    /// `tokens` are places in `file`.
    pub(crate) fn new(file: &[u8], tokens: Vec<Range<u32>>) -> Self {
        let mut vocabulary = Vocabulary {
            starts: HashTable::with_capacity(tokens.len()),
            continues: HashTable::with_capacity(tokens.len() / 4),
            longest: 0,
            tokens,
        };
        for id in 0..vocabulary.tokens.len() as u32 {
            let (text, continues) = vocabulary.text(file, id);
            if text.is_empty() {
                continue;
            }
            vocabulary.longest = vocabulary.longest.max(text.len());
            let table = if continues { &mut vocabulary.continues } else { &mut vocabulary.starts };
            let tokens = &vocabulary.tokens;
            // Of two equal tokens the last one counts, as in a dictionary that is filled in order.
            match table.find_entry(hash(text), |&other| text_of(file, &tokens[other as usize]).0 == text) {
                Ok(mut entry) => *entry.get_mut() = id,
                Err(_) => {
                    table.insert_unique(hash(text), id, |&other| hash(text_of(file, &tokens[other as usize]).0));
                }
            }
        }
        vocabulary
    }

    fn text<'a>(&self, file: &'a [u8], id: u32) -> (&'a [u8], bool) {
        text_of(file, &self.tokens[id as usize])
    }

    /// Appends the tokens of `word` to `out`; a word with a piece that is not known gives none.
    pub(crate) fn split(&self, file: &[u8], word: &str, out: &mut Vec<u32>) {
        if word.len() > MAX_CHARS && word.chars().count() > MAX_CHARS {
            return;
        }
        let before = out.len();
        let mut rest = word;
        while !rest.is_empty() {
            let table = if rest.len() == word.len() { &self.starts } else { &self.continues };
            let Some((id, length)) = self.longest_prefix(file, table, rest) else {
                out.truncate(before);
                return;
            };
            out.push(id);
            rest = &rest[length..];
        }
    }

    fn longest_prefix(&self, file: &[u8], table: &HashTable<u32>, text: &str) -> Option<(u32, usize)> {
        let bytes = text.as_bytes();
        let mut length = text.len().min(self.longest);
        while length > 0 {
            if text.is_char_boundary(length) {
                let piece = &bytes[..length];
                if let Some(&id) = table.find(hash(piece), |&id| self.text(file, id).0 == piece) {
                    return Some((id, length));
                }
            }
            length -= 1;
        }
        None
    }
}

/// A token's text without `##`, and whether it had one.
fn text_of<'a>(file: &'a [u8], place: &Range<u32>) -> (&'a [u8], bool) {
    let text = &file[place.start as usize..place.end as usize];
    match text.strip_prefix(CONTINUES) {
        Some(rest) if !rest.is_empty() => (rest, true),
        _ => (text, false),
    }
}

fn hash(text: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(vocabulary: &[&str], word: &str, expected: &[&str]) {
        let file = vocabulary.concat();
        let mut tokens = Vec::new();
        let mut at = 0;
        for token in vocabulary {
            tokens.push(at..at + token.len() as u32);
            at += token.len() as u32;
        }
        let mut ids = Vec::new();
        Vocabulary::new(file.as_bytes(), tokens).split(file.as_bytes(), word, &mut ids);
        let pieces: Vec<&str> = ids.iter().map(|&id| vocabulary[id as usize]).collect();
        assert_eq!(pieces, expected, "the pieces of {word:?}");
    }

    #[test]
    fn the_longest_piece_wins() {
        check(&["un", "una", "##b", "##ble", "##able"], "unable", &["una", "##ble"]);
    }

    #[test]
    fn one_unknown_piece_makes_the_word_unknown() {
        check(&["un", "##able"], "unablex", &[]);
        check(&["un", "able"], "unable", &[]);
    }

    #[test]
    fn a_character_is_never_cut() {
        check(&["é", "##é"], "éé", &["é", "##é"]);
        check(&["a"], "aé", &[]);
    }

    #[test]
    fn a_word_of_more_than_a_hundred_characters_is_unknown() {
        check(&["a", "##a"], &"a".repeat(100), &[&["a"][..], &["##a"; 99]].concat());
        check(&["a", "##a"], &"a".repeat(101), &[]);
        check(&["é", "##é"], &"é".repeat(100), &[&["é"][..], &["##é"; 99]].concat());
    }
}
