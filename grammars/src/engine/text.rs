//! Small questions about the text of a file.

use crate::facts::{Lines, Span};

/// Where the lines of a text begin.
pub(super) struct LineTable {
    starts: Vec<u32>,
    len: u32,
}

impl LineTable {
    pub(super) fn new(text: &str) -> Self {
        let mut starts = Vec::with_capacity(text.len() / 32 + 1);
        starts.push(0);
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1));
        Self { starts, len: text.len() as u32 }
    }

    /// The line of a byte, from 0.
    pub(super) fn line(&self, byte: u32) -> u32 {
        self.starts.partition_point(|&start| start <= byte).saturating_sub(1) as u32
    }

    /// The lines that a span touches; a line break at its very end does not reach the next line.
    pub(super) fn lines(&self, span: Span) -> Lines {
        Lines { first: self.line(span.start), last: self.line(span.end.saturating_sub(1).max(span.start)) }
    }

    /// Where a line begins.
    pub(super) fn start_of(&self, line: u32) -> u32 {
        self.starts.get(line as usize).copied().unwrap_or(self.len)
    }

    /// How many lines there are; a line break at the end opens no further line.
    pub(super) fn count(&self) -> u32 {
        let all = self.starts.len() as u32;
        if self.starts.last() == Some(&self.len) { all - 1 } else { all }
    }
}

/// Cuts to at most `max` bytes at a character boundary.
pub(super) fn cut(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max.min(text.len()))]
}

/// The text without the quotes around it (also `r"…"` keeps nothing but its inside) and the offset at which it begins.
pub(super) fn unquoted(text: &str) -> (&str, usize) {
    for quote in ["\"\"\"", "'''", "\"", "'", "`"] {
        if text.len() >= 2 * quote.len() && text.starts_with(quote) && text.ends_with(quote) {
            return (&text[quote.len()..text.len() - quote.len()], quote.len());
        }
    }
    if text.len() >= 2 && text.starts_with('<') && text.ends_with('>') {
        return (&text[1..text.len() - 1], 1);
    }
    (text, 0)
}

/// Whether an expression is a plain path: names joined by dots, colons, arrows or backslashes.
pub(super) fn is_path(text: &str) -> bool {
    let mut after_name = false;
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        let step = match byte {
            b'.' if after_name => 1,
            b':' | b'-' | b'?'
                if after_name && matches!(&bytes[at..(at + 2).min(bytes.len())], b"::" | b"->" | b"?.") =>
            {
                2
            }
            b'?' if after_name && bytes[at..].starts_with(b"?->") => 3,
            b'\\' => 1,
            b':' if at == 0 && bytes.starts_with(b"::") => 2,
            _ if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'@' | b'#') || byte >= 0x80 => {
                after_name = true;
                at += 1;
                continue;
            }
            _ => return false,
        };
        after_name = false;
        at += step;
    }
    after_name && !bytes.first().is_some_and(u8::is_ascii_digit)
}

/// The first name of a path.
pub(super) fn first_part(path: &str) -> &str {
    let path = path.trim_start_matches(['\\', ':']);
    path.split(['.', ':', '-', '?', '\\']).next().unwrap_or(path)
}

/// The last name of a path that an import gives, which is the name it binds.
pub(super) fn last_part(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    let mut parts = path.rsplit(['/', '.', ':', '\\']).filter(|part| !part.is_empty());
    let last = parts.next().unwrap_or(path);
    // `example.com/x/yaml/v3` is called `yaml`.
    let is_version = last.len() > 1 && last.starts_with('v') && last[1..].bytes().all(|byte| byte.is_ascii_digit());
    if is_version && path.contains('/') { parts.next().unwrap_or(last) } else { last }
}
