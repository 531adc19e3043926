//! Search by symbol: exact names first, then prefixes and camel humps, then anything similar.

use std::sync::Arc;

use grammars::SymbolKind;
use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use rayon::prelude::*;

use super::query_terms::{QueryTerms, SymbolPath, same_name};
use super::{Answer, Context, Hit, Reason, snippet};
use crate::error::{Error, Result};
use crate::source::FileFlags;
use crate::store::FileEntry;
use crate::symbols::{SegmentSymbols, SymbolRow, letters};
use crate::tokens::identifier_parts;

/// So many candidates are scored one after another before the work is given to several threads.
const PARALLEL_ROWS: usize = 20_000;

/// A symbol that resembles the query.
#[derive(Clone)]
pub(super) struct SymbolMatch {
    pub file: Arc<FileEntry>,
    pub row: SymbolRow,
    pub name: String,
    pub score: f32,
    pub exact: bool,
}

/// How good a match is, before the details: equal names, then beginnings, then humps, then the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tier {
    Fuzzy,
    Contains,
    Humps,
    Prefix,
    SameButCase,
    Same,
}

fn tier(query: &str, name: &str) -> Tier {
    if name == query {
        Tier::Same
    } else if same_name(name, query) {
        Tier::SameButCase
    } else if name.len() >= query.len()
        && name.is_char_boundary(query.len())
        && name[..query.len()].eq_ignore_ascii_case(query)
    {
        Tier::Prefix
    } else if is_humps(query, name) {
        Tier::Humps
    } else if name.to_lowercase().contains(&query.to_lowercase()) {
        Tier::Contains
    } else {
        Tier::Fuzzy
    }
}

/// Whether the query is made of beginnings of the name's parts in order: `gUBI`, `getUsId` and `gubi` for `getUserById`.
fn is_humps(query: &str, name: &str) -> bool {
    let parts: Vec<String> = identifier_parts(name).map(str::to_lowercase).collect();
    let query = query.to_lowercase().replace('_', "");
    fn rest(query: &str, parts: &[String]) -> bool {
        if query.is_empty() {
            return true;
        }
        let Some((part, later)) = parts.split_first() else { return false };
        let common = query.bytes().zip(part.bytes()).take_while(|(a, b)| a == b).count();
        // Longest beginning first; a part may also be left out. Parts are few, so trying all is cheap.
        (1..=common).rev().any(|taken| query.is_char_boundary(taken) && rest(&query[taken..], later))
            || rest(query, later)
    }
    parts.len() > 1 && parts.len() <= 12 && query.len() <= 40 && rest(&query, &parts)
}

/// The symbols that match a query best.
pub(super) fn matches(context: &Context<'_>, path: &SymbolPath, limit: usize) -> Result<Vec<SymbolMatch>> {
    let base = &context.snapshot.base;
    let mut found = Vec::new();
    for (reader, segment) in base.searcher.segment_readers().iter().zip(&base.segments) {
        let symbols = segment.symbols(reader, &base.fields)?;
        let allowed: Vec<bool> = symbols
            .files()
            .iter()
            .map(|(file, document)| !reader.is_deleted(*document) && context.scope.committed_file(file.key.0))
            .collect();
        search_table(context, path, &symbols, &allowed, limit, &mut found);
    }
    for file in context.snapshot.overlay.iter() {
        let allowed = [context.scope.file(file.entry.key)];
        search_table(context, path, &file.symbols, &allowed, limit, &mut found);
    }
    found.sort_unstable_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then_with(|| a.file.path.cmp(&b.file.path))
            .then_with(|| a.row.lines.first.cmp(&b.row.lines.first))
    });
    found.truncate(limit);
    Ok(found)
}

fn search_table(
    context: &Context<'_>,
    path: &SymbolPath,
    symbols: &SegmentSymbols,
    allowed: &[bool],
    limit: usize,
    found: &mut Vec<SymbolMatch>,
) {
    let may = |row: &&SymbolRow| {
        allowed.get(row.file as usize).copied().unwrap_or(false)
            && row.kind != SymbolKind::Impl
            && context.scope.kind(Some(row.kind))
            && context.scope.test(row.is_test)
    };
    let rows: Vec<&SymbolRow> = symbols.candidates(letters(&path.name.replace('_', ""))).filter(may).collect();
    let pattern = Pattern::new(&path.name, CaseMatching::Smart, Normalization::Smart, AtomKind::Fuzzy);
    let score_all = |rows: &[&SymbolRow]| {
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let scored = rows.iter().filter_map(|row| {
            let name = symbols.name(row);
            let container = symbols.container(row);
            let (score, tier) = score(path, name, container, row, &pattern, &mut matcher, &mut buffer)?;
            Some((score, **row, tier))
        });
        let mut scored: Vec<_> = scored.collect();
        scored.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
        scored.truncate(limit);
        scored
    };
    let best: Vec<_> = if rows.len() <= PARALLEL_ROWS {
        score_all(&rows)
    } else {
        rows.par_chunks(PARALLEL_ROWS).flat_map_iter(score_all).collect()
    };
    for (score, row, tier) in best {
        let Some((file, _)) = symbols.files().get(row.file as usize) else { continue };
        found.push(SymbolMatch {
            score: lowered(file, row.is_test, score),
            file: file.clone(),
            row,
            name: symbols.name(&row).to_owned(),
            exact: tier >= Tier::SameButCase,
        });
    }
}

fn score(
    path: &SymbolPath,
    name: &str,
    container: Option<&str>,
    row: &SymbolRow,
    pattern: &Pattern,
    matcher: &mut Matcher,
    buffer: &mut Vec<char>,
) -> Option<(f32, Tier)> {
    if name.is_empty() {
        return None;
    }
    let tier = tier(&path.name, name);
    let fuzzy = match pattern.score(Utf32Str::new(name, buffer), matcher) {
        Some(score) => score as f32,
        None if tier > Tier::Fuzzy => 0.0,
        None => return None,
    };
    let mut score = tier as u8 as f32 * 1_000.0 + fuzzy - name.len() as f32 * 0.5 + weight(row.kind);
    if let Some(wanted) = &path.container {
        let container = container?;
        score += match container {
            container if same_name(container, wanted) => 500.0,
            container if container.to_lowercase().contains(&wanted.to_lowercase()) => 100.0,
            _ => return None,
        };
    }
    Some((score, tier))
}

/// Among equally good names, types and functions are what people look for.
fn weight(kind: SymbolKind) -> f32 {
    match kind {
        kind if kind.is_type() => 60.0,
        SymbolKind::Function | SymbolKind::Method | SymbolKind::Macro | SymbolKind::Constructor => 50.0,
        SymbolKind::Module
        | SymbolKind::Namespace
        | SymbolKind::Constant
        | SymbolKind::EnumMember
        | SymbolKind::Table => 30.0,
        SymbolKind::Key | SymbolKind::Section | SymbolKind::Selector | SymbolKind::Element => 0.0,
        _ => 20.0,
    }
}

fn lowered(file: &FileEntry, is_test: bool, score: f32) -> f32 {
    let mut score = score;
    if is_test || file.flags.has(FileFlags::EXAMPLE) {
        score -= 300.0;
    }
    if file.flags.has(FileFlags::GENERATED) || file.flags.has(FileFlags::VENDORED) {
        score -= 400.0;
    }
    if file.flags.has(FileFlags::DECLARATION) {
        score -= 150.0;
    }
    score
}

/// The symbol mode.
pub(super) fn search(context: &Context<'_>) -> Result<Answer> {
    let text = context.query.text.trim();
    // Several words are one name: `get user` finds `getUser` and `get_user`.
    let joined: String = text.split_whitespace().collect();
    let path = QueryTerms::new(&joined).symbol.ok_or_else(|| {
        Error::Query(format!("`{text}` is no name of a symbol; without --symbol it is searched by words and meaning"))
    })?;
    let found = matches(context, &path, context.query.limit + 1)?;
    let more = found.len() > context.query.limit;
    let hits = found.into_iter().take(context.query.limit).filter_map(|found| hit(context, &found));
    Ok(Answer { hits: hits.collect(), more, notes: Vec::new() })
}

fn hit(context: &Context<'_>, found: &SymbolMatch) -> Option<Hit> {
    let facts = context.snapshot.facts(found.file.key).ok()??;
    let text = context.snapshot.text(&found.file)?;
    let symbol = facts.symbols.get(found.row.symbol as usize)?;
    let located = snippet::locate(&text, symbol.signature, symbol.lines);
    let separator = found.file.language.map_or(".", |language| language.settings().path_separator.as_str());
    let mut reasons = vec![if found.exact { Reason::Definition } else { Reason::Resembles }];
    if found.row.is_test {
        reasons.push(Reason::Test);
    }
    Some(Hit {
        path: found.file.path.to_string(),
        language: found.file.language.map(|language| language.name()),
        lines: found.row.lines,
        symbol: Some(facts.path(found.row.symbol).join(separator)),
        kind: Some(found.row.kind),
        score: found.score,
        reasons,
        snippet: snippet::of_chunk(&text.text, located, std::slice::from_ref(&found.name)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn camel_humps_are_beginnings_of_parts_in_order() {
        for query in ["gUBI", "gubi", "getUsId", "getUserById", "usid"] {
            assert!(is_humps(query, "getUserById"), "{query}");
        }
        assert!(is_humps("gubi", "get_user_by_id"));
        assert!(!is_humps("gbu", "getUserById") && !is_humps("xg", "getUserById"));
    }

    #[test]
    fn better_matches_are_of_a_higher_tier() {
        assert!(tier("parse", "parse") > tier("parse", "Parse"));
        assert!(tier("parse", "Parse") > tier("parse", "parse_url"));
        assert!(tier("pu", "parse_url") > tier("rs", "parse_url"));
        assert_eq!(tier("getuser", "get_user"), Tier::SameButCase);
    }
}
