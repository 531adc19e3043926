//! Anchors: places in code that are found again after the code has changed.
//!
//! An anchor is a path, the symbol's path, a hash of the text and the lines. It is looked for by the symbol in its file, then by its text in the file,
//! then elsewhere; each answer says how sure it is.

use grammars::{Detail, FileFacts, Language, SymbolId};

use super::name_of;
use crate::error::{Error, Result};

/// A block longer than this is found by its symbol only, in lines.
const LONGEST_BLOCK: u32 = 500;

/// A place in code with what finds it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeAnchor {
    /// Path in the repository.
    pub path: String,
    /// The symbol's path, such as `Store::commit`; empty for plain lines.
    pub symbol: String,
    /// Hash of the lines, see [`content_hash`].
    pub content_hash: String,
    /// First line, from 1.
    pub first_line: u32,
    /// Last line.
    pub last_line: u32,
}

/// Where an anchor is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Located {
    /// First line, from 1.
    pub first_line: u32,
    /// Last line.
    pub last_line: u32,
    /// Whether it is surely what was meant: the same text, or the only symbol of that name.
    pub sure: bool,
}

/// The anchor of some lines, from 1, of a file's text; with the innermost symbol around them.
///
/// # Errors
/// There are no such lines.
pub fn anchor_of(path: &str, text: &str, first: u32, last: u32) -> Result<CodeAnchor> {
    let count = text.lines().count().max(1) as u32;
    if first == 0 || last < first || first > count {
        return Err(Error::Question(format!("{path} has the lines 1 to {count}")));
    }
    let last = last.min(count);
    let language = grammars::detect(std::path::Path::new(path), text.as_bytes());
    let facts = language.and_then(|language| grammars::Extractor::new().facts(language, text, Detail::Full).ok());
    Ok(anchor_in(path, text, facts.as_ref(), language, first, last))
}

/// As [`anchor_of`], of a file whose facts are known.
pub fn anchor_in(
    path: &str,
    text: &str,
    facts: Option<&FileFacts>,
    language: Option<Language>,
    first: u32,
    last: u32,
) -> CodeAnchor {
    let symbol = facts.and_then(|facts| Some(name_of(facts, around(facts, first - 1, last - 1)?, language)));
    CodeAnchor {
        path: path.to_owned(),
        symbol: symbol.unwrap_or_default(),
        content_hash: content_hash(text, first, last),
        first_line: first,
        last_line: last,
    }
}

/// Where an anchor is in a file as it is now; none when it is not in it any more.
pub fn locate(anchor: &CodeAnchor, text: &str, facts: &FileFacts, language: Option<Language>) -> Option<Located> {
    let at = |first_line: u32, last_line: u32, sure: bool| Some(Located { first_line, last_line, sure });
    // Another program may have said anything.
    if anchor.first_line == 0 || anchor.last_line < anchor.first_line {
        return None;
    }
    // Most files change elsewhere.
    if content_hash(text, anchor.first_line, anchor.last_line) == anchor.content_hash {
        let symbol = around(facts, anchor.first_line - 1, anchor.last_line - 1);
        let still = symbol.map_or_else(String::new, |id| name_of(facts, id, language)) == anchor.symbol;
        if still {
            return at(anchor.first_line, anchor.last_line, true);
        }
    }
    let named: Vec<(u32, u32)> = match anchor.symbol.as_str() {
        "" => Vec::new(),
        wanted => (facts.symbols.iter().enumerate())
            .filter(|(id, symbol)| {
                (symbol.kind.is_callable() || symbol.kind.is_type())
                    && name_of(facts, *id as SymbolId, language) == wanted
            })
            .map(|(_, symbol)| (symbol.lines.first + 1, symbol.lines.last + 1))
            .collect(),
    };
    let lines = Lines::new(text);
    // The same text within the symbol is the place itself.
    for &(first, last) in &named {
        if let Some(start) = lines.find(anchor, first, last) {
            return at(start, start + (anchor.last_line - anchor.first_line), true);
        }
    }
    match named.as_slice() {
        [(first, last)] => at(*first, *last, true),
        [] => {
            let start = lines.find(anchor, 1, lines.count())?;
            // The same words elsewhere are sure only when they were of no symbol that is gone now.
            at(start, start + (anchor.last_line - anchor.first_line), anchor.symbol.is_empty())
        }
        several => {
            let nearest = several.iter().min_by_key(|(first, _)| first.abs_diff(anchor.first_line))?;
            at(nearest.0, nearest.1, false)
        }
    }
}

/// The lines of a text, for looking at blocks of them.
struct Lines<'t>(Vec<&'t str>);

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Lines<'t> {
        Lines(text.lines().map(str::trim).collect())
    }

    fn count(&self) -> u32 {
        self.0.len() as u32
    }

    /// Where between two lines, from 1, the anchored block begins: nearest to where it was.
    fn find(&self, anchor: &CodeAnchor, first: u32, last: u32) -> Option<u32> {
        let length = (anchor.last_line - anchor.first_line).saturating_add(1);
        let last = last.min(self.count());
        if length > LONGEST_BLOCK || last + 1 < first + length {
            return None;
        }
        let mut starts: Vec<u32> = (first..=last + 1 - length).collect();
        starts.sort_by_key(|start| start.abs_diff(anchor.first_line));
        starts.into_iter().find(|&start| {
            let block = self.0.get(start as usize - 1..(start + length) as usize - 1);
            block.is_some_and(|block| hash(block.iter().copied()) == anchor.content_hash)
        })
    }
}

/// The innermost symbol around some lines, from 0.
fn around(facts: &FileFacts, first: u32, last: u32) -> Option<SymbolId> {
    let inside = facts.symbols.iter().enumerate().filter(|(_, symbol)| {
        (symbol.kind.is_callable() || symbol.kind.is_type()) && symbol.lines.first <= first && last <= symbol.lines.last
    });
    inside.min_by_key(|(_, symbol)| symbol.lines.last - symbol.lines.first).map(|(id, _)| id as SymbolId)
}

/// A hash of some lines, from 1, that does not change with their indentation, so that a moved block keeps it.
pub fn content_hash(text: &str, first: u32, last: u32) -> String {
    hash(
        text.lines().skip(first.saturating_sub(1) as usize).take(last.saturating_add(1).saturating_sub(first) as usize),
    )
}

fn hash<'l>(lines: impl Iterator<Item = &'l str>) -> String {
    let mut hasher = blake3::Hasher::new();
    for line in lines.map(str::trim).filter(|line| !line.is_empty()) {
        hasher.update(line.as_bytes());
        hasher.update(b"\n");
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str =
        "import os\n\ndef first():\n    a = 1\n    # TODO: check\n    return a\n\ndef second():\n    return 2\n";

    fn now(anchor: &CodeAnchor, text: &str) -> Option<Located> {
        let language = Language::by_name("python");
        let facts = grammars::Extractor::new().facts(language?, text, Detail::Full).unwrap();
        locate(anchor, text, &facts, language)
    }

    fn lines(first_line: u32, last_line: u32, sure: bool) -> Option<Located> {
        Some(Located { first_line, last_line, sure })
    }

    #[test]
    fn lines_of_a_function_are_found_wherever_it_moves() {
        let anchor = anchor_of("a.py", BEFORE, 5, 5).unwrap();
        assert_eq!(anchor.symbol, "first");
        assert_eq!(now(&anchor, BEFORE), lines(5, 5, true));
        let above = format!("import sys\nimport re\n{BEFORE}");
        assert_eq!(now(&anchor, &above), lines(7, 7, true));
        let inside = BEFORE.replace("    a = 1\n", "    a = 1\n    a += 1\n");
        assert_eq!(now(&anchor, &inside), lines(6, 6, true));
        let moved = "def second():\n    return 2\n\nclass A:\n    pass\n\ndef first():\n    return 7\n";
        assert_eq!(now(&anchor, moved), lines(7, 8, true), "the line is gone, its function is not");
    }

    #[test]
    fn what_may_be_another_is_not_sure_and_what_is_gone_is_not_found() {
        let anchor = anchor_of("a.py", BEFORE, 3, 6).unwrap();
        let renamed = BEFORE.replace("def first", "def renamed");
        assert_eq!(now(&anchor, &renamed), None, "its first line is another one");
        let todo = anchor_of("a.py", BEFORE, 5, 5).unwrap();
        assert_eq!(now(&todo, &renamed), lines(5, 5, false), "the same words in another function");
        let twice = "def first():\n    return 8\n\ndef first():\n    return 9\n";
        assert_eq!(now(&anchor, twice), lines(4, 5, false), "two of that name");
        assert_eq!(now(&anchor, ""), None);
        let plain = anchor_of("a.py", BEFORE, 1, 1).unwrap();
        assert_eq!((plain.symbol.as_str(), now(&plain, "x = 1\nimport os\n")), ("", lines(2, 2, true)));
    }

    #[test]
    fn lines_beyond_all_measure_are_not_found_and_harm_nothing() {
        let anchor = anchor_of("a.py", BEFORE, 5, 5).unwrap();
        let wild = |first_line, last_line| {
            now(&CodeAnchor { symbol: String::new(), first_line, last_line, ..anchor.clone() }, BEFORE)
        };
        for (first, last) in [(1, u32::MAX), (7, 2), (0, 0)] {
            assert_eq!(wild(first, last), None, "{first}-{last}");
        }
        assert_eq!(wild(u32::MAX, u32::MAX), lines(5, 5, true), "its text says where it is");
    }

    #[test]
    fn lines_that_are_not_there_have_no_anchor() {
        for (first, last) in [(0, 1), (3, 2), (100, 100)] {
            assert!(anchor_of("a.py", BEFORE, first, last).is_err(), "{first}-{last}");
        }
        assert_eq!(anchor_of("a.py", BEFORE, 9, 99).unwrap().last_line, 9);
        assert!(anchor_of("a.py", "", 1, 1).is_ok());
    }
}
