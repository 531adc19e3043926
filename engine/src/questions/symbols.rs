//! Symbols of the whole workspace by name.

use grammars::SymbolKind;
use index::{FileKey, Mode, Query, Snapshot};
use serde::{Deserialize, Serialize};

use super::SymbolPlace;
use crate::error::Result;

/// Symbols found by name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Symbols {
    /// The best first.
    pub symbols: Vec<SymbolPlace>,
    /// Whether there may be more.
    pub more: bool,
}

/// The symbols whose names resemble `query`, the best first. An empty query finds nothing.
///
/// # Errors
/// When the index cannot be read, or the query is too long.
pub fn symbols(snapshot: &Snapshot, query: &str, limit: usize) -> Result<Symbols> {
    if query.trim().is_empty() {
        return Ok(Symbols::default());
    }
    let answer = snapshot.search(&Query::new(query).mode(Mode::Symbol).limit(limit))?;
    let symbols = answer.hits.into_iter().filter_map(|hit| {
        let tests = snapshot.file(&hit.path).is_some_and(|file| file.flags.has(index::source::FileFlags::TEST));
        Some(SymbolPlace {
            name: hit.symbol?,
            kind: hit.kind?.name().to_owned(),
            path: hit.path,
            first_line: hit.lines.first,
            last_line: hit.lines.last,
            is_test: tests,
        })
    });
    Ok(Symbols { symbols: symbols.collect(), more: answer.more })
}

/// Where exactly a symbol's name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NameRange {
    /// Its line, from 0.
    pub line: u32,
    /// Its first byte in the line.
    pub start: u32,
    /// One past its last byte in the line.
    pub end: u32,
}

/// Where the name of a symbol that begins in a certain line stands; none when the file has changed since and there is no such symbol any more.
///
/// # Errors
/// When the index cannot be read.
pub fn name_range(snapshot: &Snapshot, path: &str, kind: &str, first_line: u32) -> Result<Option<NameRange>> {
    let (Some(file), Some(kind)) = (snapshot.file(path), SymbolKind::from_name(kind)) else { return Ok(None) };
    let (Some(facts), Some(text)) = (snapshot.facts(FileKey::of(path))?, snapshot.text(file)) else { return Ok(None) };
    if !text.fresh {
        return Ok(None);
    }
    let found = facts.symbols.iter().find(|symbol| symbol.kind == kind && symbol.lines.first == first_line);
    Ok(found.and_then(|symbol| {
        let start = symbol.name_span.start as usize;
        let before = text.text.get(..start)?;
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.bytes().filter(|&byte| byte == b'\n').count() as u32;
        let column = (start - line_start) as u32;
        Some(NameRange { line, start: column, end: column + symbol.name_span.len() })
    }))
}
