//! Words that the grammar does not know (`__init`, `MYLIB_EXPORT`) are hidden from the parser.
//!
//! Macros that annotate make sources of C and C++ look broken: `static int limit __read_mostly = 1;` declares
//! `__read_mostly` to the grammar, and `class MYLIB_EXPORT Box : Base {` is a function. In a copy of the text in which
//! they are blank the offsets are the same and the tree is right; it is made faster too, because error recovery costs.

use std::borrow::Cow;

use memchr::memmem::Finder;
use regex::bytes::{Regex, RegexBuilder};
use rustc_hash::FxHashSet;

use crate::facts::Span;

/// The words of one language that the parser must not see.
#[derive(Debug)]
pub(crate) struct Blank {
    words: FxHashSet<Box<[u8]>>,
    /// What all words begin with.
    prefix: Option<Finder<'static>>,
    /// All patterns as one, so that a text is read once.
    patterns: Option<Regex>,
    /// The group of `patterns` that stays a pointer.
    pointer: Option<usize>,
}

impl Blank {
    /// None when there is nothing to hide.
    ///
    /// # Errors
    /// When a pattern is no regular expression; the message says which and why.
    pub(crate) fn new(words: &[String], patterns: &[String]) -> Result<Option<Self>, String> {
        if words.is_empty() && patterns.is_empty() {
            return Ok(None);
        }
        let prefix = words.first().map(|first| {
            let shared = words.iter().fold(first.len(), |length, word| {
                length.min(word.bytes().zip(first.bytes()).take_while(|(a, b)| a == b).count())
            });
            Finder::new(&first.as_bytes()[..shared]).into_owned()
        });
        for pattern in patterns {
            compile(pattern).map_err(|error| format!("blank_patterns: `{pattern}`: {error}"))?;
        }
        let all: Vec<String> = patterns.iter().map(|pattern| format!("(?:{pattern})")).collect();
        let patterns = if all.is_empty() { None } else { Some(compile(&all.join("|")).map_err(|e| e.to_string())?) };
        let pointer = patterns.as_ref().and_then(|all| all.capture_names().position(|name| name == Some("pointer")));
        Ok(Some(Self { words: words.iter().map(|word| word.as_bytes().into()).collect(), prefix, patterns, pointer }))
    }

    /// `text` with the words overwritten by blanks, except on lines of the preprocessor, where they are defined.
    /// `blanks` gets what was overwritten, in order.
    pub(crate) fn apply<'t>(&self, text: &'t str, blanks: &mut Vec<Span>) -> Cow<'t, [u8]> {
        let bytes = text.as_bytes();
        let mut pointers = Vec::new();
        self.find_words(bytes, blanks);
        self.find_patterns(bytes, blanks, &mut pointers);
        if blanks.is_empty() {
            return Cow::Borrowed(bytes);
        }
        blanks.sort_unstable();
        blanks.dedup();
        let mut out = bytes.to_vec();
        for blank in &*blanks {
            for byte in &mut out[blank.start as usize..blank.end as usize] {
                // Line breaks keep the rows of the tree.
                if !matches!(*byte, b'\n' | b'\r') {
                    *byte = b' ';
                }
            }
        }
        for at in pointers {
            out[at as usize] = b'*';
        }
        Cow::Owned(out)
    }

    fn find_words(&self, text: &[u8], blanks: &mut Vec<Span>) {
        let Some(prefix) = &self.prefix else {
            return;
        };
        let mut from = 0;
        while let Some(found) = text.get(from..).and_then(|rest| prefix.find(rest)) {
            let start = from + found;
            let end = start + text[start..].iter().take_while(|byte| is_word(**byte)).count();
            from = end.max(start + 1);
            let whole = start == 0 || !is_word(text[start - 1]);
            if whole && self.words.contains(&text[start..end]) && !on_directive(text, start) {
                blanks.push(Span { start: start as u32, end: end as u32 });
            }
        }
    }

    fn find_patterns(&self, text: &[u8], blanks: &mut Vec<Span>, pointers: &mut Vec<u32>) {
        let Some(patterns) = &self.patterns else {
            return;
        };
        let mut from = 0;
        while from <= text.len()
            && let Some(found) = patterns.captures_at(text, from)
        {
            from = found.get(0).map_or(text.len(), |whole| whole.start()) + 1;
            for (group, hidden) in found.iter().enumerate().skip(1) {
                let Some(hidden) = hidden else {
                    continue;
                };
                // What follows may be the beginning of the next match.
                from = from.max(hidden.end());
                if !on_directive(text, hidden.start()) {
                    blanks.push(Span { start: hidden.start() as u32, end: hidden.end() as u32 });
                    if Some(group) == self.pointer {
                        pointers.push(hidden.start() as u32);
                    }
                }
            }
        }
    }
}

/// Without Unicode, whose word boundaries would make the search many times slower; names of macros are ASCII.
fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).unicode(false).build()
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Lines that a macro may go on for: the bound keeps a file of backslashes from costing the square of its size.
const MAX_CONTINUED: usize = 200;

/// Whether the line of `at`, or a line that goes on in it with `\`, begins with `#`.
fn on_directive(text: &[u8], at: usize) -> bool {
    let mut end = at;
    for _ in 0..MAX_CONTINUED {
        let start = memchr::memrchr(b'\n', &text[..end]).map_or(0, |newline| newline + 1);
        if text[start..].iter().find(|byte| !matches!(byte, b' ' | b'\t')) == Some(&b'#') {
            return true;
        }
        let before = text[..start].strip_suffix(b"\n");
        let before = before.map(|rest| rest.strip_suffix(b"\r").unwrap_or(rest));
        match before {
            Some(rest) if rest.ends_with(b"\\") => end = rest.len(),
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blanked(text: &str) -> String {
        let words = ["__init", "__user", "__read_mostly"].map(str::to_owned);
        let patterns = [r"\bclass\s+([A-Z]+_EXPORT)\s", r"(?P<pointer>\bAPIENTRYP\b)"].map(str::to_owned);
        let blank = Blank::new(&words, &patterns).expect("they compile").expect("there are words");
        String::from_utf8(blank.apply(text, &mut Vec::new()).into_owned()).expect("still UTF-8")
    }

    #[test]
    fn whole_words_become_blanks_and_offsets_stay() {
        assert_eq!(blanked("int __init f(char __user *b)"), "int        f(char        *b)");
        assert_eq!(blanked("int __initcall, my__init;"), "int __initcall, my__init;");
        assert_eq!(blanked("class MY_EXPORT Box : Base {"), "class           Box : Base {");
    }

    #[test]
    fn a_hidden_pointer_stays_one() {
        assert_eq!(blanked("typedef void (APIENTRYP f)(int);"), "typedef void (*         f)(int);");
    }

    #[test]
    fn the_preprocessor_keeps_them() {
        let text = "#define __init \\\n  __user\nint x __read_mostly;\n";
        assert_eq!(blanked(text), "#define __init \\\n  __user\nint x              ;\n");
    }

    #[test]
    fn without_them_nothing_is_copied() {
        let blank = Blank::new(&["__init".to_owned()], &[]).expect("they compile").expect("there are words");
        assert!(matches!(blank.apply("int f(void);", &mut Vec::new()), Cow::Borrowed(_)));
    }

    #[test]
    fn a_pattern_that_cannot_be_is_named() {
        let error = Blank::new(&[], &["(".to_owned()]).expect_err("it does not close");
        assert!(error.starts_with("blank_patterns: `(`: "), "{error}");
    }
}
