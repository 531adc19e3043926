//! A text that changes, and its lines.
//!
//! The text is one string, because parsers want one; where each line begins is kept in step with every edit. In a file of 5,000 lines an edit moves
//! some 100 KB of memory, which takes microseconds; a rope would have to be joined for every parse.

use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// What a client counts in a line; in JSON by its name in the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Encoding {
    /// Bytes.
    #[serde(rename = "utf-8")]
    Utf8,
    /// Units of UTF-16: the protocol's default.
    #[default]
    #[serde(rename = "utf-16")]
    Utf16,
    /// Characters.
    #[serde(rename = "utf-32")]
    Utf32,
}

/// A place in a text as clients say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Deserialize)]
pub struct Place {
    /// The line, from 0.
    pub line: u32,
    /// How many units of the client's [`Encoding`] stand before it in the line.
    #[serde(rename = "character")]
    pub column: u32,
}

/// A text and where its lines begin. Lines end with `\n`, `\r\n` or `\r`, as the protocol says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    string: Arc<String>,
    starts: Vec<u32>,
    /// How many lines end with a lone `\r`, which parsers do not count as an end.
    lone_returns: usize,
}

/// What an edit did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edited {
    /// First byte that changed, one past the last of the old text, one past the last of the new text.
    pub bytes: (u32, u32, u32),
    /// Row and column in bytes of those three, rows as parsers count them.
    pub points: [(usize, usize); 3],
}

impl Text {
    /// A text. Longer ones than offsets of 32 bits reach are cut.
    pub fn new(mut string: String) -> Text {
        if string.len() > i32::MAX as usize {
            string.truncate(floor(&string, i32::MAX as usize));
        }
        let mut starts = vec![0];
        let lone_returns = ends(&string, 0, |start| starts.push(start));
        Text { string: Arc::new(string), starts, lone_returns }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.string
    }

    /// The same string, shared.
    pub fn shared(&self) -> &Arc<String> {
        &self.string
    }

    /// How many lines there are; at least one.
    pub fn lines(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The line of a byte.
    pub fn line_of(&self, byte: u32) -> u32 {
        (self.starts.partition_point(|&start| start <= byte) - 1) as u32
    }

    /// The bytes of a line without its end.
    fn line(&self, line: u32) -> Range<usize> {
        let start = self.starts.get(line as usize).copied().unwrap_or(self.string.len() as u32) as usize;
        let end = self.starts.get(line as usize + 1).map_or(self.string.len(), |&end| end as usize);
        let content = self.string[start..end].trim_end_matches(['\r', '\n']);
        start..start + content.len()
    }

    /// The byte of a place. One beyond the end of its line is the end of the line, one beyond the last line is the end of the text, and one in the
    /// middle of a character is the character's beginning.
    pub fn byte(&self, place: Place, encoding: Encoding) -> u32 {
        if place.line >= self.lines() {
            return self.string.len() as u32;
        }
        let line = self.line(place.line);
        let content = &self.string[line.clone()];
        let wanted = place.column as usize;
        let column = match encoding {
            Encoding::Utf8 => floor(content, wanted),
            _ if content.is_ascii() => wanted.min(content.len()),
            Encoding::Utf16 => column_of(content, wanted, char::len_utf16),
            Encoding::Utf32 => column_of(content, wanted, |_| 1),
        };
        (line.start + column) as u32
    }

    /// The place of a byte; one beyond the text is its end.
    pub fn place(&self, byte: u32, encoding: Encoding) -> Place {
        let byte = floor(&self.string, byte as usize);
        let line = self.line_of(byte as u32);
        let before = &self.string[self.starts[line as usize] as usize..byte];
        let column = match encoding {
            Encoding::Utf8 => before.len(),
            _ if before.is_ascii() => before.len(),
            Encoding::Utf16 => before.encode_utf16().count(),
            Encoding::Utf32 => before.chars().count(),
        };
        Place { line, column: column as u32 }
    }

    /// Replaces what is between two places, whichever is first.
    pub fn replace(&mut self, from: Place, to: Place, with: &str, encoding: Encoding) -> Edited {
        let (from, to) = (self.byte(from, encoding), self.byte(to, encoding));
        self.replace_bytes(from.min(to), from.max(to), with)
    }

    /// Replaces bytes, which must lie between characters.
    fn replace_bytes(&mut self, start: u32, end: u32, with: &str) -> Edited {
        let room = i32::MAX as usize - (self.string.len() - (end - start) as usize);
        let with = &with[..floor(with, room)];
        let new_end = start + with.len() as u32;
        let old_points = [self.point(start), self.point(end)];
        // The line before may end in a `\r` that the first new character joins, hence one line more.
        let first = (self.line_of(start) as usize).saturating_sub(1);
        let last = self.line_of(end) as usize;
        let old_window = self.window(first, last);
        let returns_before = ends(&self.string[old_window.clone()], 0, |_| {});
        Arc::make_mut(&mut self.string).replace_range(start as usize..end as usize, with);
        let delta = i64::from(new_end) - i64::from(end);
        let moved = |at: u32| (i64::from(at) + delta) as u32;
        let new_window = old_window.start..moved(old_window.end as u32) as usize;
        let mut fresh = Vec::new();
        let returns = ends(&self.string[new_window.clone()], new_window.start as u32, |start| fresh.push(start));
        // What follows the window begins with a line of its own, unless the window reaches the end of the text.
        let at_end = last + 1 == self.starts.len();
        if !at_end {
            fresh.pop();
        }
        self.lone_returns = self.lone_returns + returns - returns_before;
        self.starts[last + 1..].iter_mut().for_each(|start| *start = moved(*start));
        self.starts.splice(first + 1..=last, fresh);
        Edited { bytes: (start, end, new_end), points: [old_points[0], old_points[1], self.point(new_end)] }
    }

    /// The bytes of some lines with their ends.
    fn window(&self, first: usize, last: usize) -> Range<usize> {
        let end = self.starts.get(last + 1).map_or(self.string.len(), |&end| end as usize);
        self.starts[first] as usize..end
    }

    /// Row and column of a byte as parsers count them: by `\n` alone.
    fn point(&self, byte: u32) -> (usize, usize) {
        if self.lone_returns == 0 {
            let line = self.line_of(byte);
            return (line as usize, (byte - self.starts[line as usize]) as usize);
        }
        let before = &self.string.as_bytes()[..byte as usize];
        let row = memchr::memchr_iter(b'\n', before).count();
        (row, before.len() - memchr::memrchr(b'\n', before).map_or(0, |at| at + 1))
    }
}

/// The nearest boundary of a character at or before a byte.
fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

fn column_of(line: &str, wanted: usize, width: impl Fn(char) -> usize) -> usize {
    let mut units = 0;
    for (at, char) in line.char_indices() {
        units += width(char);
        if units > wanted {
            return at;
        }
    }
    line.len()
}

/// Tells where the lines after the first begin, and gives back how many of them follow a lone `\r`.
fn ends(text: &str, base: u32, mut start: impl FnMut(u32)) -> usize {
    let bytes = text.as_bytes();
    let mut lone = 0;
    for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
        if bytes[at] == b'\r' {
            if bytes.get(at + 1) == Some(&b'\n') {
                continue;
            }
            lone += 1;
        }
        start(base + at as u32 + 1);
    }
    lone
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place(line: u32, column: u32) -> Place {
        Place { line, column }
    }

    #[test]
    fn a_surrogate_pair_counts_two_in_utf16_one_in_utf32_and_four_in_utf8() {
        let text = Text::new("a😀b\r\nüx\n".to_owned());
        for (encoding, column) in [(Encoding::Utf8, 5), (Encoding::Utf16, 3), (Encoding::Utf32, 2)] {
            assert_eq!(text.byte(place(0, column), encoding), 5, "{encoding:?}");
            assert_eq!(text.place(5, encoding), place(0, column));
        }
        assert_eq!(text.byte(place(0, 2), Encoding::Utf16), 1, "the middle of a pair is its beginning");
        assert_eq!(text.byte(place(0, 3), Encoding::Utf8), 1, "the middle of a character is its beginning");
    }

    #[test]
    fn impossible_places_are_the_nearest_possible_ones() {
        let text = Text::new("ab\r\ncd".to_owned());
        assert_eq!(text.byte(place(0, 99), Encoding::Utf16), 2, "not between \\r and \\n");
        assert_eq!(text.byte(place(1, u32::MAX), Encoding::Utf8), 6);
        assert_eq!(text.byte(place(u32::MAX, 0), Encoding::Utf16), 6);
        assert_eq!(text.place(u32::MAX, Encoding::Utf16), place(1, 2));
        let mut swapped = text.clone();
        swapped.replace(place(1, 1), place(0, 1), "-", Encoding::Utf16);
        assert_eq!(swapped.as_str(), "a-d");
        assert_eq!(Text::new(String::new()).byte(place(3, 3), Encoding::Utf16), 0);
    }

    #[test]
    fn the_three_kinds_of_line_ends() {
        let text = Text::new("a\nb\rc\r\nd".to_owned());
        assert_eq!((text.lines(), text.lone_returns), (4, 1));
        assert_eq!(text.point(4), (1, 2), "parsers do not see the lone \\r");
        assert_eq!(text.line_of(4), 2);
    }

    fn piece() -> impl Strategy<Value = String> {
        prop::collection::vec(prop::sample::select(vec!["a", "é", "😀", "\r", "\n", "\r\n", "xyz"]), 0..6)
            .prop_map(|parts| parts.concat())
    }

    proptest! {
        /// After any edits a text is what it would be if it were read anew, and the points are those that counting gives.
        #[test]
        fn edits_keep_the_lines_right(start in piece(), edits in prop::collection::vec((0u32..8, 0u32..8, 0u32..8, 0u32..8, piece(), 0usize..3), 0..12)) {
            let mut text = Text::new(start);
            for (line, column, to_line, to_column, with, encoding) in edits {
                let encoding = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32][encoding];
                let (from, to) = (place(line, column), place(to_line, to_column));
                let (start, end) = (text.byte(from, encoding), text.byte(to, encoding));
                let (start, end) = (start.min(end), start.max(end));
                let mut expected = text.as_str().to_owned();
                expected.replace_range(start as usize..end as usize, &with);
                let old = text.as_str().to_owned();
                let edited = text.replace(from, to, &with, encoding);
                prop_assert_eq!(text.as_str(), &expected);
                prop_assert_eq!(&text, &Text::new(expected.clone()));
                let count = |text: &str, at: u32| {
                    let before = &text[..at as usize];
                    (before.matches('\n').count(), before.len() - before.rfind('\n').map_or(0, |at| at + 1))
                };
                let (a, b, c) = edited.bytes;
                prop_assert_eq!(edited.points, [count(&old, a), count(&old, b), count(&expected, c)]);
            }
        }

        #[test]
        fn places_and_bytes_are_inverse(text in piece(), byte in 0u32..40, encoding in 0usize..3) {
            let encoding = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32][encoding];
            let text = Text::new(text);
            let byte = floor(text.as_str(), byte as usize) as u32;
            let place = text.place(byte, encoding);
            // Only the byte between `\r` and `\n` cannot be said.
            if !text.as_str()[..byte as usize].ends_with('\r') || !text.as_str()[byte as usize..].starts_with('\n') {
                prop_assert_eq!(text.byte(place, encoding), byte);
            }
        }
    }
}
