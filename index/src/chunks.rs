//! A file in pieces that can be found and read on their own: a function, a small type, or a part of something long.
//!
//! The pieces of a file do not overlap and together hold everything but blank lines, so no line is unfindable.

use grammars::{FileFacts, Lines, Span, SymbolId, SymbolKind};

/// A type or module of at most this many bytes is one piece; a larger one is cut at its members.
const WHOLE_CONTAINER: u32 = 1_000;
/// A piece is cut when it is longer than this many bytes…
const LONGEST: usize = 3_000;
/// …into parts of about this many.
const PART: usize = 2_000;
/// Neighbours smaller than this are joined (one-line functions, constants, declarations).
const SMALL: u32 = 160;
/// Until the joined piece has this many bytes.
const JOINED: u32 = 600;

/// A piece of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    /// Its bytes.
    pub span: Span,
    /// Its lines, from 0, both inclusive.
    pub lines: Lines,
    /// The symbol it shows: the function or type itself, or the container of loose lines.
    pub symbol: Option<SymbolId>,
    /// Whether it starts with the definition of `symbol`, as opposed to a later part of it or lines inside it.
    pub defines: bool,
}

/// Cuts a file along its symbols.
pub fn chunks(facts: &FileFacts, text: &str) -> Vec<Chunk> {
    let mut cutter = Cutter { facts, text, pieces: Vec::new(), children: children(facts) };
    cutter.container(None, Span { start: 0, end: text.len() as u32 });
    let pieces = join_small(facts, cutter.pieces);
    let mut chunks = Vec::with_capacity(pieces.len());
    let lines = LineStarts::new(text);
    for piece in pieces {
        split(text, &lines, piece, &mut chunks);
    }
    chunks
}

struct Piece {
    span: Span,
    symbol: Option<SymbolId>,
    defines: bool,
    parent: Option<SymbolId>,
}

/// The symbols directly inside each container; the last list holds those at the top.
fn children(facts: &FileFacts) -> Vec<Vec<SymbolId>> {
    let mut children = vec![Vec::new(); facts.symbols.len() + 1];
    for (id, symbol) in facts.symbols.iter().enumerate() {
        let container = symbol.container.map_or(facts.symbols.len(), |container| container as usize);
        if let Some(list) = children.get_mut(container) {
            list.push(id as SymbolId);
        }
    }
    children
}

struct Cutter<'f> {
    facts: &'f FileFacts,
    text: &'f str,
    pieces: Vec<Piece>,
    children: Vec<Vec<SymbolId>>,
}

impl Cutter<'_> {
    /// Cuts what lies in `span` along the members of `container`: members are pieces, and so is what stands between them.
    fn container(&mut self, container: Option<SymbolId>, span: Span) {
        let mut work = vec![(container, span)];
        while let Some((container, span)) = work.pop() {
            let list = container.map_or(self.facts.symbols.len(), |id| id as usize);
            let members = std::mem::take(&mut self.children[list]);
            let mut at = span.start;
            let mut first_gap = container.is_some();
            for member in members {
                let symbol = &self.facts.symbols[member as usize];
                let whole = with_doc(symbol.span, symbol.doc);
                let whole = Span { start: whole.start.max(at), end: whole.end.min(span.end) };
                if whole.is_empty() || !self.stands_alone(symbol.kind) {
                    continue;
                }
                self.gap(container, Span { start: at, end: whole.start }, &mut first_gap);
                at = whole.end;
                let has_members = !self.children[member as usize].is_empty();
                if !symbol.kind.is_callable() && has_members && whole.len() > WHOLE_CONTAINER {
                    work.push((Some(member), whole));
                } else {
                    self.pieces.push(Piece { span: whole, symbol: Some(member), defines: true, parent: container });
                }
            }
            self.gap(container, Span { start: at, end: span.end }, &mut first_gap);
        }
        self.pieces.sort_unstable_by_key(|piece| piece.span.start);
    }

    /// Fields, variants, keys and the like are read with what is around them.
    fn stands_alone(&self, kind: SymbolKind) -> bool {
        !matches!(
            kind,
            SymbolKind::EnumMember
                | SymbolKind::Field
                | SymbolKind::Key
                | SymbolKind::Variable
                | SymbolKind::Constant
                | SymbolKind::Element
        )
    }

    fn gap(&mut self, container: Option<SymbolId>, span: Span, first: &mut bool) {
        if span.text(self.text).trim().len() > 2 {
            self.pieces.push(Piece { span, symbol: container, defines: *first, parent: container });
            *first = false;
        }
    }
}

fn with_doc(span: Span, doc: Span) -> Span {
    if doc.is_empty() || doc.start >= span.start { span } else { Span { start: doc.start, end: span.end } }
}

fn join_small(facts: &FileFacts, pieces: Vec<Piece>) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::with_capacity(pieces.len());
    let mut last_added = 0;
    for piece in pieces {
        let small = piece.span.len() < SMALL && last_added < SMALL;
        let same = |last: &Piece| {
            let kind = |piece: &Piece| piece.symbol.filter(|_| piece.defines).map(|id| facts.symbols[id as usize].kind);
            // A piece has one kind, and filters go by it: a small class is not hidden in the function before it.
            let alike = match (kind(last), kind(&piece)) {
                (Some(last), Some(this)) => last == this && !this.is_callable(),
                _ => true,
            };
            last.parent == piece.parent && alike
        };
        last_added = piece.span.len();
        match joined.last_mut() {
            Some(last) if small && last.span.len() < JOINED && same(last) => {
                last.span.end = piece.span.end;
                if !last.defines && piece.defines {
                    (last.symbol, last.defines) = (piece.symbol, true);
                }
            }
            _ => joined.push(piece),
        }
    }
    joined
}

/// Byte offsets at which lines start.
pub struct LineStarts(Vec<u32>);

impl LineStarts {
    /// Finds the lines of a text. Only `\n` ends a line; a `\r` before it belongs to the line.
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1));
        LineStarts(starts)
    }

    /// How many lines there are; a line end at the end of the text does not begin another.
    pub fn count(&self, text_len: u32) -> u32 {
        self.0.iter().take_while(|start| **start < text_len).count() as u32
    }

    /// The line that holds a byte, from 0.
    pub fn line_of(&self, byte: u32) -> u32 {
        self.0.partition_point(|&start| start <= byte) as u32 - 1
    }

    /// Where a line starts; the end of the text for lines past it.
    pub fn start_of(&self, line: u32) -> Option<u32> {
        self.0.get(line as usize).copied()
    }

    /// The lines of a span.
    pub fn lines(&self, span: Span) -> Lines {
        Lines { first: self.line_of(span.start), last: self.line_of(span.end.max(span.start + 1) - 1) }
    }
}

/// Trims a piece to its lines and cuts it where it is too long, best at a blank or little indented line.
fn split(text: &str, lines: &LineStarts, piece: Piece, into: &mut Vec<Chunk>) {
    let mut span = trim(text, piece.span);
    let mut defines = piece.defines;
    while !span.is_empty() {
        let rest = span.text(text);
        let end = if rest.len() > LONGEST { cut_at(rest) } else { rest.len() };
        let part = trim(text, Span { start: span.start, end: span.start + end as u32 });
        if !part.is_empty() {
            into.push(Chunk { span: part, lines: lines.lines(part), symbol: piece.symbol, defines });
        }
        defines = false;
        span = trim(text, Span { start: span.start + end as u32, end: span.end });
    }
}

/// Without blank lines and spaces at both ends; the first line's indentation is kept.
fn trim(text: &str, span: Span) -> Span {
    let inside = span.text(text);
    let tail = inside.trim_end();
    let lead = tail.len() - tail.trim_start().len();
    let start = tail[..lead].rfind('\n').map_or(0, |at| at + 1);
    if tail.trim_start().is_empty() {
        return Span { start: span.start, end: span.start };
    }
    Span { start: span.start + start as u32, end: span.start + tail.len() as u32 }
}

fn cut_at(text: &str) -> usize {
    let floor = (0..=PART / 2).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let ceiling = (PART..=LONGEST.min(text.len())).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
    let mut best: Option<(usize, usize)> = None;
    let mut at = floor;
    while let Some(next) = text[at..ceiling].find('\n') {
        at += next + 1;
        let line = text[at..].split('\n').next().unwrap_or("");
        let indent = if line.trim().is_empty() { 0 } else { 1 + line.len() - line.trim_start().len() };
        if best.is_none_or(|(_, smallest)| indent <= smallest) {
            best = Some((at, indent));
        }
        if at >= ceiling {
            break;
        }
    }
    best.map_or(ceiling, |(at, _)| at)
}
