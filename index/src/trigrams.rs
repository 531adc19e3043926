//! The substring index: which three-byte sequences a file holds, and which ones a pattern cannot do without.
//!
//! A regular expression or a literal is first turned into a condition over trigrams that every match must meet, then the files that meet it
//! are read and matched for real (R. Cox, "Regular Expression Matching with a Trigram Index", 2012). Trigrams fold case where the
//! folded letter is an ASCII one (see [`fold`]) and never cross a line end, because matches do not either.

use std::collections::BTreeSet;

use regex_syntax::hir::{Class, Hir, HirKind};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// The name under which tantivy knows the tokenizer.
pub const TRIGRAM_TOKENIZER: &str = "trigram";

/// Three bytes, the first in the highest place.
pub type Trigram = u32;

/// The term under which a trigram is indexed: its text when that is ASCII, else a tag and six hexadecimal digits.
pub fn term(gram: Trigram, into: &mut String) {
    into.clear();
    let [_, a, b, c] = gram.to_be_bytes();
    if a < 128 && b < 128 && c < 128 {
        into.extend([a as char, b as char, c as char]);
    } else {
        use std::fmt::Write;
        // Writing to a String cannot fail.
        let _ = write!(into, "\u{1}{gram:06x}");
    }
}

/// A text's bytes in ASCII lower case. The two other letters that match an ASCII letter when case is ignored, `ſ` (U+017F) and the Kelvin sign
/// (U+212A), become `s` and `k` (Unicode's CaseFolding.txt), so that a pattern that ignores case needs one text and not one for each spelling.
pub fn fold(text: &[u8]) -> impl Iterator<Item = u8> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (byte, tail) = match rest {
            [byte, tail @ ..] if byte.is_ascii() => (byte.to_ascii_lowercase(), tail),
            [0xc5, 0xbf, tail @ ..] => (b's', tail),
            [0xe2, 0x84, 0xaa, tail @ ..] => (b'k', tail),
            [byte, tail @ ..] => (*byte, tail),
            [] => return None,
        };
        rest = tail;
        Some(byte)
    })
}

/// The distinct trigrams of texts, found with a bit a trigram.
pub struct TrigramSet {
    seen: Vec<u64>,
    found: Vec<Trigram>,
}

impl Default for TrigramSet {
    fn default() -> Self {
        TrigramSet { seen: vec![0; (1 << 24) / 64], found: Vec::new() }
    }
}

impl TrigramSet {
    /// The distinct trigrams of `text`, in order of first appearance.
    pub fn of(&mut self, text: &str) -> &[Trigram] {
        for gram in self.found.drain(..) {
            self.seen[(gram >> 6) as usize] = 0;
        }
        let mut window = 0u32;
        let mut filled = 0u32;
        for byte in fold(text.as_bytes()) {
            if byte == b'\n' || byte == b'\r' {
                filled = 0;
                continue;
            }
            window = ((window << 8) | u32::from(byte)) & 0xff_ffff;
            filled += 1;
            if filled < 3 {
                continue;
            }
            let (word, bit) = ((window >> 6) as usize, 1u64 << (window & 63));
            if self.seen[word] & bit == 0 {
                self.seen[word] |= bit;
                self.found.push(window);
            }
        }
        &self.found
    }
}

/// The tantivy face of [`TrigramSet`].
#[derive(Default)]
pub struct TrigramTokenizer {
    set: TrigramSet,
}

impl Clone for TrigramTokenizer {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Tokenizer for TrigramTokenizer {
    type TokenStream<'a> = TrigramStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> TrigramStream<'a> {
        // The default position is the largest number; tantivy adds to it, although positions are not indexed.
        TrigramStream { grams: self.set.of(text).iter(), token: Token { position: 0, ..Token::default() } }
    }
}

/// The trigrams of one text as tokens.
pub struct TrigramStream<'a> {
    grams: std::slice::Iter<'a, Trigram>,
    token: Token,
}

impl TokenStream for TrigramStream<'_> {
    fn advance(&mut self) -> bool {
        let Some(&gram) = self.grams.next() else { return false };
        term(gram, &mut self.token.text);
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

/// A condition that every text with a match meets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// No trigram is certain.
    Any,
    /// The text holds this trigram.
    Has(Trigram),
    /// All of these hold.
    All(BTreeSet<Condition>),
    /// At least one of these holds.
    OneOf(BTreeSet<Condition>),
}

impl Condition {
    /// The condition for a literal text.
    pub fn literal(text: &str) -> Condition {
        text.split(['\n', '\r']).fold(Condition::Any, |condition, line| {
            condition.and(Condition::folded(&fold(line.as_bytes()).collect::<Vec<_>>()))
        })
    }

    /// The condition for a regular expression.
    pub fn pattern(hir: &Hir) -> Condition {
        analyze(hir, 0).condition()
    }

    /// The condition for a text that is folded already.
    fn folded(text: &[u8]) -> Condition {
        text.windows(3).fold(Condition::Any, |condition, window| {
            let gram = window.iter().fold(0, |gram, &byte| (gram << 8) | u32::from(byte));
            condition.and(Condition::Has(gram))
        })
    }

    fn and(self, other: Condition) -> Condition {
        match (self, other) {
            (Condition::Any, condition) | (condition, Condition::Any) => condition,
            (Condition::All(mut a), Condition::All(b)) => {
                a.extend(b);
                Condition::All(a)
            }
            (Condition::All(mut set), one) | (one, Condition::All(mut set)) => {
                set.insert(one);
                Condition::All(set)
            }
            (a, b) if a == b => a,
            (a, b) => Condition::All(BTreeSet::from([a, b])),
        }
    }

    fn or(self, other: Condition) -> Condition {
        match (self, other) {
            (Condition::Any, _) | (_, Condition::Any) => Condition::Any,
            (Condition::OneOf(mut a), Condition::OneOf(b)) => {
                a.extend(b);
                Condition::OneOf(a)
            }
            (Condition::OneOf(mut set), one) | (one, Condition::OneOf(mut set)) => {
                set.insert(one);
                Condition::OneOf(set)
            }
            (a, b) if a == b => a,
            (a, b) => Condition::OneOf(BTreeSet::from([a, b])),
        }
    }
}

/// At most this many literal texts are kept for one part of a pattern.
const MOST_TEXTS: usize = 32;
/// A text longer than this is turned into its trigrams.
const LONGEST_TEXT: usize = 64;
/// Deeper parts of a pattern give no condition; the regex parser has its own, larger limit.
const DEEPEST: usize = 200;

/// What is known of the texts that a part of a pattern matches.
enum Known {
    /// One of exactly these texts, folded.
    Texts(BTreeSet<Vec<u8>>),
    /// Not which texts, but what they hold.
    Holds(Condition),
}

impl Known {
    fn condition(self) -> Condition {
        match self {
            Known::Holds(condition) => condition,
            Known::Texts(texts) => {
                texts.iter().map(|text| Condition::folded(text)).reduce(Condition::or).unwrap_or(Condition::Any)
            }
        }
    }
}

fn analyze(hir: &Hir, depth: usize) -> Known {
    if depth > DEEPEST {
        return Known::Holds(Condition::Any);
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Known::Texts(BTreeSet::from([Vec::new()])),
        // A piece of a letter could be folded away together with its other pieces.
        HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
            Ok(text) if !text.contains(['\n', '\r']) => Known::Texts(BTreeSet::from([fold(&literal.0).collect()])),
            _ => Known::Holds(Condition::Any),
        },
        HirKind::Class(class) => class_texts(class).map_or(Known::Holds(Condition::Any), Known::Texts),
        HirKind::Capture(capture) => analyze(&capture.sub, depth + 1),
        HirKind::Repetition(repetition) => {
            if repetition.min == 0 {
                // `x?` may be absent; both cases are exact when x is.
                return match (repetition.max, analyze(&repetition.sub, depth + 1)) {
                    (Some(1), Known::Texts(mut texts)) if texts.len() < MOST_TEXTS => {
                        texts.insert(Vec::new());
                        Known::Texts(texts)
                    }
                    _ => Known::Holds(Condition::Any),
                };
            }
            let known = analyze(&repetition.sub, depth + 1);
            if repetition.min == 1 && repetition.max == Some(1) { known } else { Known::Holds(known.condition()) }
        }
        HirKind::Concat(parts) => {
            let mut condition = Condition::Any;
            let mut exact = true;
            let mut run = BTreeSet::from([Vec::new()]);
            for part in parts {
                let (broken, next) = match analyze(part, depth + 1) {
                    Known::Texts(next) => match join(&run, &next) {
                        Some(joined) => {
                            run = joined;
                            continue;
                        }
                        None => (Condition::Any, next),
                    },
                    Known::Holds(other) => (other, BTreeSet::from([Vec::new()])),
                };
                exact = false;
                condition = condition.and(Known::Texts(std::mem::replace(&mut run, next)).condition()).and(broken);
            }
            if exact { Known::Texts(run) } else { Known::Holds(condition.and(Known::Texts(run).condition())) }
        }
        HirKind::Alternation(branches) => {
            let mut texts = BTreeSet::new();
            let mut condition: Option<Condition> = None;
            for branch in branches {
                match analyze(branch, depth + 1) {
                    Known::Texts(more) if texts.len() + more.len() <= MOST_TEXTS => texts.extend(more),
                    known => {
                        let other = known.condition();
                        condition = Some(condition.map_or(other.clone(), |condition| condition.or(other)));
                    }
                }
            }
            match condition {
                None => Known::Texts(texts),
                Some(condition) if texts.is_empty() => Known::Holds(condition),
                Some(condition) => Known::Holds(condition.or(Known::Texts(texts).condition())),
            }
        }
    }
}

/// Every text of `left` followed by every text of `right`, unless that is too much to keep.
fn join(left: &BTreeSet<Vec<u8>>, right: &BTreeSet<Vec<u8>>) -> Option<BTreeSet<Vec<u8>>> {
    if left.len() * right.len() > MOST_TEXTS {
        return None;
    }
    let longest = |texts: &BTreeSet<Vec<u8>>| texts.iter().map(Vec::len).max().unwrap_or(0);
    if longest(left) + longest(right) > LONGEST_TEXT {
        return None;
    }
    Some(left.iter().flat_map(|a| right.iter().map(move |b| [a.as_slice(), b].concat())).collect())
}

/// The texts of a small character class, case folded; none when there are too many or a line end is among them.
fn class_texts(class: &Class) -> Option<BTreeSet<Vec<u8>>> {
    let mut texts = BTreeSet::new();
    let mut add = |text: &[u8]| {
        texts.insert(fold(text).collect());
        texts.len() <= MOST_TEXTS && !text.contains(&b'\n') && !text.contains(&b'\r')
    };
    let few = match class {
        Class::Unicode(class) => class.ranges().iter().all(|range| {
            u32::from(range.end()) - u32::from(range.start()) < 64
                && (range.start()..=range.end()).all(|c| add(c.to_string().as_bytes()))
        }),
        Class::Bytes(class) => class
            .ranges()
            .iter()
            .all(|range| range.end() - range.start() < 64 && (range.start()..=range.end()).all(|byte| add(&[byte]))),
    };
    (few && !texts.is_empty()).then_some(texts)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    fn show(condition: &Condition) -> String {
        let join = |set: &BTreeSet<Condition>, sign: &str| set.iter().map(show).collect::<Vec<_>>().join(sign);
        match condition {
            Condition::Any => "any".into(),
            Condition::Has(gram) => {
                let mut text = String::new();
                term(*gram, &mut text);
                text
            }
            Condition::All(set) => format!("({})", join(set, " & ")),
            Condition::OneOf(set) => format!("({})", join(set, " | ")),
        }
    }

    fn check(pattern: &str, expected: Expect) {
        expected.assert_eq(&show(&Condition::pattern(&regex_syntax::parse(pattern).unwrap())));
    }

    #[test]
    fn conditions_of_patterns() {
        check("Hello", expect!["(ell & hel & llo)"]);
        check("fo+bar", expect!["bar"]);
        check("abc|def", expect!["(abc | def)"]);
        check("(?i)abc", expect!["abc"]);
        check("(?i)task", expect!["(ask & tas)"]);
        check("ta\u{17f}\u{212a}", expect!["(ask & tas)"]);
        check("ab[cd]e", expect!["((abc & bce) | (abd & bde))"]);
        check(r"fn \w+_test", expect!["(_te & est & fn  & tes)"]);
        check("colou?r", expect!["((col & lor & olo) | (col & lou & olo & our))"]);
        check("a.*b", expect!["any"]);
        check("(abc)*", expect!["any"]);
        check("^abc$", expect!["abc"]);
    }

    /// Whether a text with these trigrams meets a condition.
    fn meets(condition: &Condition, grams: &BTreeSet<Trigram>) -> bool {
        match condition {
            Condition::Any => true,
            Condition::Has(gram) => grams.contains(gram),
            Condition::All(set) => set.iter().all(|condition| meets(condition, grams)),
            Condition::OneOf(set) => set.iter().any(|condition| meets(condition, grams)),
        }
    }

    proptest! {
        /// No file with a match is ever left out.
        #[test]
        fn every_matching_text_meets_the_condition(pattern in "(\\(\\?i\\))?[abéks]{1,4}(\\([abCſ]{1,3}\\|[bcd]{0,3}\\))?[ab.]{0,2}[+?*]?[a-ck]{0,4}", text in "[abcdéABCkKs\u{212a}ſ\n]{0,40}") {
            if let Ok(regex) = regex::Regex::new(&pattern) {
                let condition = Condition::pattern(&regex_syntax::parse(&pattern).unwrap());
                let grams: BTreeSet<Trigram> = TrigramSet::default().of(&text).iter().copied().collect();
                if text.lines().any(|line| regex.is_match(line)) {
                    prop_assert!(meets(&condition, &grams), "{pattern} matches {text:?} but needs {}", show(&condition));
                }
            }
        }

        #[test]
        fn a_literal_is_found_wherever_it_stands(before in "\\PC{0,10}", literal in "\\PC{1,10}", after in "\\PC{0,10}") {
            let text = format!("{before}{literal}{after}");
            let grams: BTreeSet<Trigram> = TrigramSet::default().of(&text).iter().copied().collect();
            prop_assert!(meets(&Condition::literal(&literal), &grams));
        }
    }
}
