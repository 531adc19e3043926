//! The text of an open document, kept in step with an editor's edits.

use serde::Deserialize;

/// What a column counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Bytes.
    Utf8,
    /// Units of UTF-16, which is what the protocol takes when nothing else was agreed on.
    #[default]
    Utf16,
    /// Characters.
    Utf32,
}

impl Encoding {
    /// By its name in the protocol.
    pub(crate) fn named(name: &str) -> Encoding {
        match name {
            "utf-8" => Encoding::Utf8,
            "utf-32" => Encoding::Utf32,
            _ => Encoding::Utf16,
        }
    }

    fn width(self, c: char) -> usize {
        match self {
            Encoding::Utf8 => c.len_utf8(),
            Encoding::Utf16 => c.len_utf16(),
            Encoding::Utf32 => 1,
        }
    }
}

/// A place in a text; both count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(crate) struct Position {
    line: usize,
    character: usize,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Range {
    start: Position,
    end: Position,
}

/// One of the edits of a change: the whole text, or what stands in a range.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Edit {
    range: Option<Range>,
    text: String,
}

/// Applies an edit as a server would: what lies outside of the text is moved to its nearest end.
pub(crate) fn apply(text: &mut String, edit: Edit, encoding: Encoding) {
    match edit.range {
        None => *text = edit.text,
        Some(range) => {
            let (start, end) = (offset(text, range.start, encoding), offset(text, range.end, encoding));
            text.replace_range(start.min(end)..start.max(end), &edit.text);
        }
    }
}

fn offset(text: &str, position: Position, encoding: Encoding) -> usize {
    let mut at = 0;
    for _ in 0..position.line {
        match line_end(text, at) {
            Some((_, next)) => at = next,
            None => return text.len(),
        }
    }
    let end = line_end(text, at).map_or(text.len(), |(end, _)| end);
    let mut left = position.character;
    for c in text.get(at..end).unwrap_or("").chars() {
        let width = encoding.width(c);
        if left < width {
            break;
        }
        left -= width;
        at += c.len_utf8();
    }
    at
}

/// Where the line that begins at a byte ends, and where the next one begins. Lines end with `\n`, `\r\n` or `\r`.
fn line_end(text: &str, from: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let end = from + memchr::memchr2(b'\n', b'\r', bytes.get(from..)?)?;
    let is_pair = bytes[end] == b'\r' && bytes.get(end + 1) == Some(&b'\n');
    Some((end, end + if is_pair { 2 } else { 1 }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The text after an edit of `(line, column)..(line, column)`.
    fn check(text: &str, range: [(usize, usize); 2], new: &str, encoding: Encoding) -> String {
        let [start, end] = range.map(|(line, character)| Position { line, character });
        let mut text = text.to_owned();
        apply(&mut text, Edit { range: Some(Range { start, end }), text: new.to_owned() }, encoding);
        text
    }

    #[test]
    fn columns_count_what_was_agreed_on() {
        for (encoding, column) in [(Encoding::Utf8, 5), (Encoding::Utf16, 3), (Encoding::Utf32, 2)] {
            assert_eq!(check("x\r\na😀b", [(1, column), (1, column)], "|", encoding), "x\r\na😀|b");
        }
        assert_eq!(check("a😀b", [(0, 2), (0, 2)], "|", Encoding::Utf16), "a|😀b", "inside of a pair");
    }

    #[test]
    fn all_three_ends_of_lines_count_and_stay() {
        assert_eq!(check("a\nb\rc\r\nd", [(3, 0), (3, 1)], "D", Encoding::Utf16), "a\nb\rc\r\nD");
        assert_eq!(check("ab\r\ncd", [(0, 99), (1, 0)], "", Encoding::Utf16), "abcd");
    }

    #[test]
    fn what_lies_outside_is_moved_inside() {
        assert_eq!(check("ab", [(7, 3), (9, 9)], "!", Encoding::Utf16), "ab!");
        assert_eq!(check("ab", [(0, 2), (0, 0)], "", Encoding::Utf16), "");
    }

    proptest! {
        #[test]
        fn no_edit_breaks_a_text(
            text in "[a\u{e9}\u{1f600}\r\n]{0,20}", a in (0usize..9, 0usize..9), b in (0usize..9, 0usize..9), new in "[x\r\n]{0,3}",
        ) {
            for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
                let after = check(&text, [a, b], &new, encoding);
                prop_assert!(after.contains(&new));
                prop_assert!(after.len() <= text.len() + new.len());
            }
        }

        #[test]
        fn an_edit_in_utf_32_is_that_of_characters(lines in prop::collection::vec("[a-c\u{1f600}]{0,6}", 1..5), line in 0usize..5, column in 0usize..7) {
            let (line, text) = (line.min(lines.len() - 1), lines.join("\n"));
            let column = column.min(lines[line].chars().count());
            let mut expected = lines.clone();
            let at = expected[line].char_indices().nth(column).map_or(expected[line].len(), |(at, _)| at);
            expected[line].insert(at, '|');
            prop_assert_eq!(check(&text, [(line, column), (line, column)], "|", Encoding::Utf32), expected.join("\n"));
        }
    }
}
