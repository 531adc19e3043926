//! An unclosed bracket costs only itself: brackets that do not pair are hidden from the parser, or closed where the
//! indentation says that they end.
//!
//! A parser that meets `{` without `}` takes the rest of the file for its inside, and every definition there is lost or
//! misplaced. People indent as they mean it, so the indentation tells which bracket is the one too many. The text is
//! parsed again with single bytes overwritten: offsets stay as they are, and the result is taken only when less of the
//! text is broken in it than before.

use tree_sitter::{InputEdit, Point, Tree};

use crate::facts::Span;
use crate::syntax::point;

/// Texts with more brackets in disorder are beyond this kind of help.
const MAX_PATCHES: usize = 64;
/// Bytes of the longest token with a bracket: `$((`.
const MAX_TOKEN: usize = 3;
/// Open brackets that are looked through for the one that a closing bracket means.
const MAX_LOOK_BACK: usize = 200;

/// What mends a text.
pub(crate) struct Repair {
    /// The text that the parser is to see; as long as the original.
    pub(crate) text: Vec<u8>,
    /// The brackets that do not pair.
    pub(crate) brackets: Vec<Span>,
    /// The old tree, told what was overwritten.
    pub(crate) tree: Tree,
}

/// What is done to a bracket that is open.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// It is closed where its inside ends, and hidden where it has none.
    Close,
    /// It is hidden.
    Hide,
}

/// A bracket of the text.
#[derive(Clone, Copy)]
struct Bracket {
    /// As it closes: `)`, `]` or `}`.
    sign: u8,
    start: usize,
    end: usize,
    /// Where its line begins, and how far that is indented.
    line: usize,
    indent: usize,
    /// How far the first line of its statement is indented: a long head goes on deeper.
    head: usize,
}

/// Whether there are more brackets of one direction than of the other, strings and comments included. Code that is only too new for its grammar
/// has errors too; telling the two apart here spares it the search for brackets. A bracket in a string that makes up for an unclosed one is
/// rare, and costs no more than the mending.
pub(crate) fn may_be_unpaired(text: &[u8]) -> bool {
    let mut depths = [0i32; 3];
    for byte in text {
        match byte {
            b'(' => depths[0] += 1,
            b')' => depths[0] -= 1,
            b'[' => depths[1] += 1,
            b']' => depths[1] -= 1,
            b'{' => depths[2] += 1,
            b'}' => depths[2] -= 1,
            _ => {}
        }
    }
    depths != [0; 3]
}

/// How to mend the text of a tree with errors; none when its brackets pair.
pub(crate) fn repair(tree: &Tree, text: &[u8], manner: Manner) -> Option<Repair> {
    let unpaired = unpaired(tree, text)?;
    let mut out = Repair { text: text.to_vec(), brackets: Vec::new(), tree: tree.clone() };
    let mut changed: Vec<(usize, usize)> = Vec::new();
    for bracket in unpaired {
        let end = match manner {
            Manner::Close if !is_closing(text[bracket.end - 1]) => end_of_inside(tree, text, &bracket),
            _ => None,
        };
        // Several brackets may end at one place, the inner before the outer.
        let place = match end {
            // The parser itself closes what reaches to the end of the text.
            Some(End::OfText) => continue,
            Some(End::In { first, last }) => (first..=last).rev().find(|&at| out.text[at].is_ascii_whitespace()),
            None => None,
        };
        match place {
            Some(at) => {
                out.text[at] = bracket.sign;
                changed.push((at, at + 1));
            }
            None => {
                out.text[bracket.start..bracket.end].fill(b' ');
                changed.push((bracket.start, bracket.end));
            }
        }
        out.brackets.push(Span { start: bracket.start as u32, end: bracket.end as u32 });
    }
    changed.sort_unstable();
    changed.dedup();
    // From the last to the first, so that what is before keeps its rows.
    for &(start, end) in changed.iter().rev() {
        let from = point(text, start);
        out.tree.edit(&InputEdit {
            start_byte: start,
            old_end_byte: end,
            new_end_byte: end,
            start_position: from,
            old_end_position: point(text, end),
            new_end_position: Point { row: from.row, column: from.column + end - start },
        });
    }
    (!changed.is_empty()).then_some(out)
}

/// How much of a text is broken, in bytes: what did not parse, and what a bracket that the parser made up stretched.
pub(crate) fn damage(tree: &Tree) -> usize {
    let mut total = 0usize;
    let mut cursor = tree.walk();
    // Lengths of the open nodes.
    let mut around: Vec<usize> = Vec::new();
    loop {
        let node = cursor.node();
        let length = node.end_byte() - node.start_byte();
        if node.is_missing() {
            total = total.saturating_add(around.last().copied().unwrap_or(0).max(1));
        } else if node.is_error() {
            total = total.saturating_add(length.max(1));
        } else if node.has_error() && cursor.goto_first_child() {
            around.push(length);
            continue;
        }
        while !cursor.goto_next_sibling() {
            around.pop();
            if !cursor.goto_parent() {
                return total;
            }
        }
    }
}

/// The brackets without a partner; none when there are none, or too many to tell what was meant.
fn unpaired(tree: &Tree, text: &[u8]) -> Option<Vec<Bracket>> {
    let mut pairs =
        Pairs { lines: Lines::new(text), open: Vec::new(), unpaired: Vec::new(), nested: Vec::new(), crossed: false };
    let mut cursor = tree.walk();
    let mut around: Vec<Around> = Vec::new();
    loop {
        let node = cursor.node();
        let (start, end) = (node.start_byte(), node.end_byte().min(text.len()));
        if let Some(around) = around.last_mut() {
            // What a region that did not parse skips is in no node.
            if around.error {
                pairs.skipped(around.read, start);
            }
            around.read = around.read.max(end);
        }
        if cursor.goto_first_child() {
            around.push(Around { error: node.is_error(), read: start, end, opened: 0 });
            continue;
        }
        if node.is_error() {
            pairs.skipped(start, end);
        } else if !node.is_named() && !node.is_missing() && (1..=MAX_TOKEN).contains(&end.saturating_sub(start)) {
            pairs.token(start, end, around.last_mut());
        } else if start + 1 == end && is_closing(text[start]) && pairs.leads(start) {
            // A `}` where the grammar of a shell expects a word.
            pairs.bracket(start, end);
        }
        if pairs.unpaired.len() > MAX_PATCHES {
            return None;
        }
        while !cursor.goto_next_sibling() {
            if let Some(left) = around.pop()
                && left.error
            {
                pairs.skipped(left.read, left.end);
            }
            if !cursor.goto_parent() {
                // Brackets that nest are no reason for what did not parse, however they are indented.
                if !pairs.crossed && pairs.nested.is_empty() {
                    return None;
                }
                let mut out = pairs.unpaired;
                out.append(&mut pairs.open);
                return (1..=MAX_PATCHES).contains(&out.len()).then_some(out);
            }
        }
    }
}

/// An open node.
struct Around {
    /// A region that did not parse.
    error: bool,
    /// Where what was read of it ends, and where it ends itself.
    read: usize,
    end: usize,
    /// Brackets that its own tokens opened.
    opened: usize,
}

/// Pairs brackets in the order of the text.
struct Pairs<'t> {
    lines: Lines<'t>,
    open: Vec<Bracket>,
    unpaired: Vec<Bracket>,
    /// The open brackets as they nest, whatever the indentation, and whether any closed another than the last.
    nested: Vec<u8>,
    crossed: bool,
}

impl Pairs<'_> {
    /// A token of the grammar without a name: `{`, `${`, `#[` or `((`, or none with brackets. A text in quotes has a name.
    fn token(&mut self, start: usize, end: usize, mut around: Option<&mut Around>) {
        let text = self.lines.text;
        for at in start..end {
            if closing(text[at]).is_none() {
                continue;
            }
            if let Some(around) = around.as_deref_mut().filter(|around| !around.error) {
                if !is_closing(text[at]) {
                    around.opened += 1;
                } else if around.opened == 0 {
                    // A `case` of a shell has a bracket that nothing opens.
                    continue;
                } else {
                    around.opened -= 1;
                }
            }
            // `$` goes with its bracket, another bracket does not.
            let from = if at > start && closing(text[at - 1]).is_none() { start } else { at };
            self.bracket(from, at + 1);
        }
    }

    /// Text that is in no node. Strings and comments in it are only guessed at.
    fn skipped(&mut self, start: usize, end: usize) {
        let text = self.lines.text;
        let mut at = start;
        while at < end {
            let rest = &text[at..end];
            let line = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            at += match text[at] {
                quote @ (b'"' | b'\'' | b'`') => {
                    memchr::memchr(quote, &rest[1..line.max(1)]).map_or(1, |length| length + 2)
                }
                b'/' if rest.starts_with(b"//") => line,
                b'/' if rest.starts_with(b"/*") => memchr::memmem::find(rest, b"*/").unwrap_or(line),
                sign if closing(sign).is_some() => {
                    self.bracket(at, at + 1);
                    1
                }
                _ => 1,
            };
            if self.unpaired.len() > MAX_PATCHES {
                return;
            }
        }
    }

    /// Whether a place is the first of its line.
    fn leads(&mut self, at: usize) -> bool {
        self.lines.go_to(at);
        self.lines.line + self.lines.indent == at
    }

    fn bracket(&mut self, start: usize, end: usize) {
        let last = self.lines.text[end - 1];
        let Some(sign) = closing(last) else {
            return;
        };
        if !is_closing(last) {
            self.nested.push(sign);
        } else if self.nested.pop() != Some(sign) {
            self.crossed = true;
        }
        self.lines.go_to(end - 1);
        let Lines { line, indent, head, .. } = self.lines;
        let bracket = Bracket { sign, start, end, line, indent, head };
        if is_closing(last) {
            self.close(&bracket);
        } else {
            self.open.push(bracket);
        }
    }

    /// Takes the partner of a closing bracket from the open ones; those above it have none.
    fn close(&mut self, bracket: &Bracket) {
        let near = &self.open[self.open.len().saturating_sub(MAX_LOOK_BACK)..];
        let same = |other: &Bracket| other.sign == bracket.sign;
        // A bracket at the beginning of its line closes what is indented alike.
        let leads = bracket.line + bracket.indent == bracket.start;
        let alike = |other: &Bracket| same(other) && (other.indent == bracket.indent || other.head == bracket.indent);
        let alike = if leads { near.iter().rposition(alike) } else { None };
        let found = alike.or_else(|| near.iter().rposition(same));
        match found {
            Some(at) => {
                let at = self.open.len() - near.len() + at;
                self.unpaired.extend(self.open.drain(at + 1..));
                let partner = self.open.pop();
                // `{ {` and a single bracket that closes the block: the second is the one too many.
                if let (Some(partner), Some(beside)) = (partner, self.open.last())
                    && (bracket.sign, beside.sign, beside.line) == (b'}', b'}', partner.line)
                    && leads
                    && self.lines.ends_at(bracket.end)
                {
                    self.open.pop();
                    self.unpaired.push(partner);
                }
            }
            None => self.unpaired.push(*bracket),
        }
    }
}

enum End {
    /// A bracket fits into this white space, the later the better.
    In {
        first: usize,
        last: usize,
    },
    OfText,
}

/// Where the inside of an open bracket ends: before the next line that is indented no deeper than its own. None when it
/// has no inside of its own, or nothing can be overwritten there.
fn end_of_inside(tree: &Tree, text: &[u8], bracket: &Bracket) -> Option<End> {
    let line_end = memchr::memchr(b'\n', &text[bracket.end..]).map(|at| bracket.end + at)?;
    // Something behind it on its line: it is no head of a block, but may stand in one.
    let behind = text[bracket.end..line_end].trim_ascii();
    if !behind.is_empty() {
        let head = text[bracket.end..line_end].trim_ascii_end();
        let before_block = bracket.end + head.len().saturating_sub(2);
        return (bracket.sign == b')' && head.ends_with(b" {"))
            .then_some(End::In { first: before_block, last: before_block });
    }
    let mut start = line_end + 1;
    let mut inside = false;
    while start < text.len() {
        let end = memchr::memchr(b'\n', &text[start..]).map_or(text.len(), |at| start + at);
        let indent = indent(&text[start..end]);
        let line = &text[start + indent..end];
        let ends = indent <= bracket.head && !line.is_empty() && line != b"\r" && !is_margin(line);
        if !ends {
            inside |= indent > bracket.head && indent < end - start;
            start = end + 1;
            continue;
        }
        if !inside {
            return None;
        }
        // The first blank of an indented line, or a line break: of a blank line, or any that ends no comment.
        let last = if indent > 0 { start } else { start - 1 };
        let code = text[..last].trim_ascii_end().len();
        let node = tree.root_node().descendant_for_byte_range(code.saturating_sub(1), code.saturating_sub(1));
        let after_comment = node.is_some_and(|node| node.kind().contains("comment"));
        let line_break = text[code..].iter().position(|&byte| byte == b'\n').map_or(last, |at| code + at);
        let first = if after_comment { line_break + 1 } else { code };
        return (first <= last).then_some(End::In { first, last });
    }
    Some(End::OfText)
}

/// Whether a line stands at the margin though it belongs to the block around: a directive or a label.
fn is_margin(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    line.starts_with(b"#") && !line.starts_with(b"#[") || line.strip_suffix(b":").is_some_and(|w| w.iter().all(is_word))
}

fn indent(line: &[u8]) -> usize {
    line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// The bracket that closes, for an opening or closing one.
fn closing(sign: u8) -> Option<u8> {
    match sign {
        b'(' | b')' => Some(b')'),
        b'[' | b']' => Some(b']'),
        b'{' | b'}' => Some(b'}'),
        _ => None,
    }
}

fn is_closing(sign: u8) -> bool {
    matches!(sign, b')' | b']' | b'}')
}

/// The line of a place, for places in rising order.
struct Lines<'t> {
    text: &'t [u8],
    /// Where it begins, and where the next one does.
    line: usize,
    next: usize,
    indent: usize,
    /// Indentation of the first line of the statement.
    head: usize,
}

impl<'t> Lines<'t> {
    fn new(text: &'t [u8]) -> Self {
        Self { text, line: 0, next: 0, indent: 0, head: 0 }
    }

    /// Whether nothing but space follows on the line of the last place.
    fn ends_at(&self, at: usize) -> bool {
        self.text.get(at..self.next.min(self.text.len())).is_none_or(|rest| rest.trim_ascii().is_empty())
    }

    fn go_to(&mut self, at: usize) {
        while self.next <= at {
            let rest = &self.text[self.next..];
            let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
            let indent = indent(&rest[..length]);
            let line = rest[indent.min(length)..length].trim_ascii_end();
            if !(indent > self.head && continues(line)) {
                self.head = if line.is_empty() { self.head } else { indent };
            }
            (self.line, self.indent) = (self.next, indent);
            self.next += length.max(1);
        }
    }
}

/// Whether a line goes on with the head that the lines before began: `: width_(width) {`, `throws Failure {`.
fn continues(line: &[u8]) -> bool {
    let word = line.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    match &line[..word] {
        b"" => matches!(line.first(), Some(b':' | b',' | b'.' | b'?' | b'|' | b'&' | b'=')),
        word => [&b"extends"[..], b"implements", b"permits", b"throws", b"where", b"with"].contains(&word),
    }
}
