//! Comments: markers in them, the lines they fill, and which of them document what follows.

use super::text::LineTable;
use crate::facts::{Marker, MarkerKind, Span, SymbolId};

/// A comment or attribute, remembered for the definition that follows it.
#[derive(Debug, Clone, Copy)]
struct Leading {
    start: u32,
    end: u32,
    comment: bool,
    /// A comment about what it stands in, not about what follows.
    inner: bool,
    /// An attribute that makes a test.
    test: bool,
}

/// What stands before a definition and belongs to it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Before {
    /// Where its first attribute begins, if any.
    pub(super) attributes: Option<u32>,
    /// Its documentation; empty when there is none.
    pub(super) doc: Span,
    /// Whether an attribute makes it a test.
    pub(super) test: bool,
}

#[derive(Default)]
pub(super) struct Comments {
    leading: Vec<Leading>,
    comment_lines: u32,
    /// First line that is not counted yet.
    next_line: u32,
    comment_end: u32,
    pub(super) markers: Vec<Marker>,
}

impl Comments {
    /// Takes note of a comment.
    pub(super) fn comment(&mut self, span: Span, inner: bool, text: &str, lines: &LineTable, symbol: Option<SymbolId>) {
        // Some grammars give the parts of a comment as comments too.
        if span.start < self.comment_end {
            return;
        }
        self.comment_end = span.end;
        let body = span.text(text);
        let span = Span { start: span.start, end: span.start + body.trim_end().len() as u32 };
        self.leading.push(Leading { start: span.start, end: span.end, comment: true, inner, test: false });
        self.count_lines(span, text, lines);
        let first = self.markers.len();
        find_markers(span.text(text), |kind, start, end| {
            let span = Span { start: span.start + start as u32, end: span.start + end as u32 };
            self.markers.push(Marker { kind, span, line: lines.line(span.start), symbol });
        });
        self.markers[first..].sort_by_key(|marker| marker.span);
    }

    /// Takes note of an attribute, decorator or annotation.
    pub(super) fn attribute(&mut self, span: Span, test: bool) {
        if let Some(last) = self.leading.last_mut()
            && span.start < last.end
        {
            last.test |= test;
            return;
        }
        self.leading.push(Leading { start: span.start, end: span.end, comment: false, inner: false, test });
    }

    pub(super) fn comment_lines(&self) -> u32 {
        self.comment_lines
    }

    fn count_lines(&mut self, span: Span, text: &str, lines: &LineTable) {
        let range = lines.lines(span);
        let (mut first, mut last) = (range.first, range.last);
        if !blank(text, lines.start_of(first), span.start) {
            first += 1;
        }
        if !blank(text, span.end, lines.start_of(last + 1)) {
            if last < first {
                return;
            }
            last = match last.checked_sub(1) {
                Some(last) => last,
                None => return,
            };
        }
        first = first.max(self.next_line);
        if first <= last {
            self.comment_lines += last - first + 1;
            self.next_line = last + 1;
        }
    }

    /// What belongs to a definition that begins at `start`.
    pub(super) fn before(&self, start: u32, text: &str, lines: &LineTable) -> Before {
        let mut out = Before::default();
        // Modifiers that are no part of the definition may stand before it on its line: `export default`.
        let line_start = lines.start_of(lines.line(start));
        let prefix = text.get(line_start as usize..start as usize).unwrap_or("");
        let words = prefix.trim_start();
        let mut at = start;
        if words.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b' ' || byte == b'\t') {
            at = start - words.len() as u32;
        }
        let mut doc_done = false;
        for lead in self.leading.iter().rev() {
            if lead.end > at {
                // Attributes may be part of the definition already.
                if lead.start >= start {
                    continue;
                }
                break;
            }
            let between = text.get(lead.end as usize..at as usize).unwrap_or("x");
            if !between.bytes().all(|byte| byte.is_ascii_whitespace()) {
                break;
            }
            if lead.comment {
                let breaks = between.bytes().filter(|&byte| byte == b'\n').count();
                let alone = blank(text, lines.start_of(lines.line(lead.start)), lead.start);
                if breaks > 1 || lead.inner || !alone {
                    break;
                }
                if !doc_done {
                    if out.doc.is_empty() {
                        out.doc = Span { start: lead.start, end: lead.end };
                    }
                    out.doc.start = lead.start;
                }
            } else {
                doc_done = !out.doc.is_empty();
                out.attributes = Some(lead.start);
                out.test |= lead.test;
            }
            at = lead.start;
        }
        out
    }
}

/// Whether there is nothing but space from `start` to `end`.
fn blank(text: &str, start: u32, end: u32) -> bool {
    text.as_bytes()
        .get(start as usize..(end as usize).min(text.len()))
        .is_none_or(|bytes| bytes.iter().all(u8::is_ascii_whitespace))
}

/// Words that look like the project of a task key and are not.
const NO_PROJECTS: &[&str] = &[
    "AES", "AMD", "ANSI", "APACHE", "ARM", "ASCII", "AVX", "BASE", "BCP", "BSD", "CC", "COVID", "CP", "CRC", "CVE",
    "CWE", "DES", "DIN", "EC", "ECMA", "ED", "EN", "ES", "FIPS", "GB", "GHSA", "GPL", "GPT", "HMAC", "HS", "HTTP",
    "IA", "IBM", "IEC", "IEEE", "IP", "ISBN", "ISO", "JIS", "KOI", "LATIN", "LGPL", "MD", "MIT", "MP", "MPL", "NIST",
    "PEP", "PKCS", "POSIX", "PS", "RFC", "RIPEMD", "RS", "RSA", "RUSTSEC", "SHA", "SSE", "SSL", "TIS", "TLS", "UCS",
    "USB", "UTC", "GMT", "UTF", "WINDOWS", "X509", "X86", "XC",
];

/// Reports every marker of a comment: kind, start and end.
fn find_markers(comment: &str, mut found: impl FnMut(MarkerKind, usize, usize)) {
    let bytes = comment.as_bytes();
    let is_word =
        |at: usize| bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80);
    let mut at = 0;
    // Whether nothing but the comment's own signs stood on this line yet.
    let mut line_begins = true;
    while at < bytes.len() {
        let byte = bytes[at];
        if byte == b'\n' {
            line_begins = true;
        }
        if !byte.is_ascii_alphabetic() {
            let word = is_word(at);
            line_begins &= !word;
            at += 1;
            // A word that begins with a digit or another letter is no marker.
            while word && is_word(at) {
                at += 1;
            }
            continue;
        }
        let start = at;
        while is_word(at) {
            at += 1;
        }
        let word = &comment[start..at];
        let first = std::mem::take(&mut line_begins);
        let plain = match word.len() {
            3..=5 => marker(word, first && bytes.get(at) == Some(&b':')),
            _ => None,
        };
        // `TODO-list`, `BUG_FIX` and `$XXX` are no markers; `XXX-12` is a placeholder.
        let joined = start > 0 && matches!(bytes[start - 1], b'-' | b'$' | b'/' | b'.' | b'`' | b'"' | b'\'' | b'<')
            || matches!(bytes.get(at), Some(b'-')) && is_word(at + 1);
        if let Some(kind) = plain
            && !joined
        {
            let line = comment[start..].split('\n').next().unwrap_or("");
            let line = line.trim_end();
            // `]]` and `*)` end comments of Lua, CMake and OCaml; a single bracket belongs to the text.
            let line = ["]]", "*)"].iter().find_map(|end| line.strip_suffix(end)).unwrap_or(line);
            let line = line.trim_end_matches(['*', '/', '-', '>', '#', '}', '%', '|']).trim_end();
            found(kind, start, start + line.len().max(word.len()));
        } else if (2..=10).contains(&word.len())
            && bytes.get(at) == Some(&b'-')
            && (start == 0 || !matches!(bytes[start - 1], b'-' | b'.' | b'$' | b'/' | b'@'))
            && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            && !NO_PROJECTS.contains(&word.trim_end_matches(|char: char| char.is_ascii_digit()))
            && !NO_PROJECTS.contains(&word)
            && marker(word, false).is_none()
        {
            let digits = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            let end = at + 1 + digits;
            let ends_well = !(is_word(end) || matches!(bytes.get(end), Some(b'-' | b'.')) && is_word(end + 1));
            if (1..=7).contains(&digits) && ends_well {
                found(MarkerKind::TaskKey, start, end);
                at = end;
            }
        }
    }
}

/// The marker that a word is; in any case when `any_case`.
fn marker(word: &str, any_case: bool) -> Option<MarkerKind> {
    let markers = [
        ("TODO", MarkerKind::Todo),
        ("FIXME", MarkerKind::Fixme),
        ("HACK", MarkerKind::Hack),
        ("XXX", MarkerKind::Xxx),
        ("BUG", MarkerKind::Bug),
    ];
    let found = markers.iter().find(|(name, _)| *name == word || any_case && name.eq_ignore_ascii_case(word));
    found.map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn markers(comment: &str) -> Vec<&str> {
        let mut out = Vec::new();
        find_markers(comment, |_, start, end| out.push(&comment[start..end]));
        out
    }

    #[test]
    fn markers_are_whole_words_with_the_rest_of_their_line() {
        assert_eq!(markers("// TODO(ann): make it faster"), ["TODO(ann): make it faster"]);
        assert_eq!(markers("/* first\n * FIXME later */"), ["FIXME later"]);
        assert_eq!(markers("--[[ TODO: carry over ]]"), ["TODO: carry over"]);
        assert_eq!(markers("(* TODO (soon) *)"), ["TODO (soon)"]);
        assert_eq!(markers("{- TODO: f [a] -}"), ["TODO: f [a]"]);
        assert_eq!(markers("# todo: write it"), ["todo: write it"]);
        assert_eq!(markers("// my todo: no, TODOs and AUTODOC and TODO_LIST are words"), [""; 0]);
        assert_eq!(markers("// a BUG that XXX hides"), ["BUG that XXX hides", "XXX hides"]);
        assert_eq!(markers("// XXX"), ["XXX"]);
    }

    #[test]
    fn task_keys_are_no_standards() {
        assert_eq!(markers("// see DM-12, and AB2-1234567."), ["DM-12", "AB2-1234567"]);
        assert_eq!(markers("// UTF-8 SHA-256 ISO-8859-1 RFC-2119 CVE-2024-1234 X-1 DM-12-beta DM-1.2 a-DM-1"), [""; 0]);
        assert_eq!(markers("// TODO DM-7: x"), ["TODO DM-7: x", "DM-7"]);
        assert_eq!(markers("// DM-12345678 dm-12 DM-x"), [""; 0]);
    }
}
