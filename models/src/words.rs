//! Text to words, exactly as the model's table was trained on it.
//!
//! Two steps became one pass. First identifiers are split: `_` is a space, and after each run of `HTTP`, `Server`, `name` or
//! `2024` a word ends (`parseHTTP2_x` → parse, HTTP, 2, x). Then BERT's basic tokeniser: control characters vanish, white
//! space separates, Chinese characters and punctuation stand alone, accents are stripped, letters become lower-case.
//! ASCII, nearly all of code, takes a path without tables; anything else is collected up to the next certain end of a word
//! and goes through Unicode's.

use std::ops::ControlFlow;

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// Buffers reused from text to text.
#[derive(Debug, Default, Clone)]
pub(crate) struct Buffers {
    /// An ASCII word in lower case.
    ascii: Vec<u8>,
    /// What stands before the end of a word with anything but ASCII in it, as written.
    raw: String,
    /// The same after normalisation.
    word: String,
}

/// Calls `each` with every word of `text`, in order and in lower case, until it breaks.
pub(crate) fn for_each(text: &str, buffers: &mut Buffers, mut each: impl FnMut(&str) -> ControlFlow<()>) {
    buffers.raw.clear();
    // Breaking is the caller's wish, not a result.
    let _ = walk(text, buffers, &mut each);
}

fn walk(text: &str, buffers: &mut Buffers, each: &mut impl FnMut(&str) -> ControlFlow<()>) -> ControlFlow<()> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match CLASS[usize::from(byte)] {
            Class::Upper | Class::Lower | Class::Digit => {
                let end = run_end(text, at);
                let run = &text[at..end];
                at = end;
                if buffers.raw.is_empty() && run.is_ascii() {
                    buffers.ascii.clear();
                    buffers.ascii.extend(run.bytes().map(|b| b.to_ascii_lowercase()));
                    if let Ok(word) = std::str::from_utf8(&buffers.ascii) {
                        each(word)?;
                    }
                } else {
                    buffers.raw.push_str(run);
                    finish(buffers, each)?;
                }
            }
            Class::Punctuation => {
                finish(buffers, each)?;
                each(&text[at..=at])?;
                at += 1;
            }
            Class::Space => {
                finish(buffers, each)?;
                at += 1;
            }
            // Vanishes: what stands on its two sides is one word, unless a run ended there anyway.
            Class::Control => at += 1,
            Class::Other => {
                let Some(c) = text[at..].chars().next() else {
                    break;
                };
                if is_digit(c) {
                    let end = run_end(text, at);
                    buffers.raw.push_str(&text[at..end]);
                    at = end;
                    finish(buffers, each)?;
                } else {
                    buffers.raw.push(c);
                    at += c.len_utf8();
                    if is_chinese(c) || (c.is_whitespace() && !is_control(c)) {
                        finish(buffers, each)?;
                    }
                }
            }
        }
    }
    finish(buffers, each)
}

/// Where the part of an identifier that starts at `start` ends: the longest of `HTTP` before another `Word`, `Word` or
/// `word`, `HTTP`, digits of any script.
fn run_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let class = |at: usize| bytes.get(at).map(|&b| CLASS[usize::from(b)]);
    let skip = |mut at: usize, wanted: Class| {
        while class(at) == Some(wanted) {
            at += 1;
        }
        at
    };
    match class(start) {
        Some(Class::Upper) => {
            let upper = skip(start, Class::Upper);
            match (class(upper), upper - start) {
                (Some(Class::Lower), 1) => skip(upper, Class::Lower),
                (Some(Class::Lower), _) => upper - 1,
                _ => upper,
            }
        }
        Some(Class::Lower) => skip(start, Class::Lower),
        _ => {
            let mut at = start;
            loop {
                at = skip(at, Class::Digit);
                match text[at..].chars().next() {
                    Some(c) if !c.is_ascii() && is_digit(c) => at += c.len_utf8(),
                    _ => return at,
                }
            }
        }
    }
}

/// Ends the word collected in `raw`: normalises it and gives out the words that it turns out to be.
fn finish(buffers: &mut Buffers, each: &mut impl FnMut(&str) -> ControlFlow<()>) -> ControlFlow<()> {
    if buffers.raw.is_empty() {
        return ControlFlow::Continue(());
    }
    let Buffers { raw, word, .. } = buffers;
    word.clear();
    let clean = raw.chars().filter(|&c| c != '\u{fffd}' && !is_control(c));
    let folded = clean.nfd().filter(|&c| !is_accent(c)).flat_map(char::to_lowercase);
    for c in folded {
        let alone = is_chinese(c) || is_punctuation(c);
        if (alone || c.is_whitespace()) && !word.is_empty() {
            each(word)?;
            word.clear();
        }
        if alone {
            each(c.encode_utf8(&mut [0; 4]))?;
        } else if !c.is_whitespace() {
            word.push(c);
        }
    }
    if !word.is_empty() {
        each(word)?;
    }
    raw.clear();
    ControlFlow::Continue(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Upper,
    Lower,
    Digit,
    Punctuation,
    Space,
    Control,
    /// A byte of a character outside ASCII.
    Other,
}

const CLASS: [Class; 256] = {
    let mut table = [Class::Other; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = match byte as u8 {
            b'A'..=b'Z' => Class::Upper,
            b'a'..=b'z' => Class::Lower,
            b'0'..=b'9' => Class::Digit,
            b' ' | b'\t' | b'\n' | b'\r' | b'_' => Class::Space,
            b'!'..=b'~' => Class::Punctuation,
            _ => Class::Control,
        };
        byte += 1;
    }
    table
};

fn is_digit(c: char) -> bool {
    c.general_category() == GeneralCategory::DecimalNumber
}

fn is_accent(c: char) -> bool {
    !c.is_ascii() && c.general_category() == GeneralCategory::NonspacingMark
}

/// Control, format and private characters; unassigned ones are kept, as a newer Unicode may give them a meaning.
fn is_control(c: char) -> bool {
    use GeneralCategory::{Control, Format, PrivateUse};
    match c {
        '\t' | '\n' | '\r' => false,
        _ if c.is_ascii() => c.is_ascii_control(),
        _ => matches!(c.general_category(), Control | Format | PrivateUse),
    }
}

fn is_punctuation(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_punctuation()
    } else {
        c.general_category_group() == GeneralCategoryGroup::Punctuation
    }
}

/// The blocks that BERT treats as written without spaces.
fn is_chinese(c: char) -> bool {
    matches!(u32::from(c),
        0x4E00..=0x9FFF | 0x3400..=0x4DBF | 0x2_0000..=0x2_A6DF | 0x2_A700..=0x2_B73F | 0x2_B740..=0x2_B81F
        | 0x2_B820..=0x2_CEAF | 0xF900..=0xFAFF | 0x2_F800..=0x2_FA1F)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let mut words = Vec::new();
        for_each(text, &mut Buffers::default(), |word| {
            words.push(word.to_owned());
            ControlFlow::Continue(())
        });
        assert_eq!(words, expected, "the words of {text:?}");
    }

    #[test]
    fn identifiers_are_split_where_a_reader_would() {
        check("fooBarHTTP2_x", &["foo", "bar", "http", "2", "x"]);
        check("HTTPServer XMLHttpRequest", &["http", "server", "xml", "http", "request"]);
        check("A1b2 __init__ ABC aB", &["a", "1", "b", "2", "init", "abc", "a", "b"]);
    }

    #[test]
    fn punctuation_stands_alone() {
        check("a->b(c);", &["a", "-", ">", "b", "(", "c", ")", ";"]);
        check("«a» “b”…", &["«", "a", "»", "“", "b", "”", "…"]);
    }

    #[test]
    fn accents_and_control_characters_vanish() {
        check("Été ÀÉ", &["et", "e", "ae"]);
        check("é\u{0}\u{200d}é e\u{301}x", &["ee", "e", "x"]);
        check("\u{fffd}\u{feff}", &[]);
    }

    #[test]
    fn an_accent_does_not_hide_the_border_of_a_run() {
        check("naïveBayes", &["na", "ive", "bayes"]);
    }

    #[test]
    fn scripts_without_spaces_are_split_by_character() {
        check("中文abc，东京", &["中", "文", "abc", "，", "东", "京"]);
        check("２０２４年 1٣x", &["２０２４", "年", "1٣", "x"]);
        check("ｈello", &["ｈello"]);
    }

    #[test]
    fn a_break_ends_the_walk() {
        let mut seen = 0;
        for_each("a b c", &mut Buffers::default(), |_| {
            seen += 1;
            if seen == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(seen, 2);
    }
}
