//! Search by symbol: exact names first, then prefixes and camel humps, then anything similar.

use std::sync::Arc;

use grammars::SymbolKind;
use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::query_terms::{QueryTerms, SymbolPath, same_name};
use super::{Answer, Context, Hit, Reason, snippet};
use crate::error::{Error, Result};
use crate::snapshot::CurrentText;
use crate::source::FileFlags;
use crate::store::FileEntry;
use crate::symbols::{NameId, NameText, SegmentSymbols, SymbolRow, fold, initial, is_humps, letters};

/// So many names are scored one after another before the work is given to several threads.
const PARALLEL_NAMES: usize = 4_000;
/// A better tier counts more than anything that tells names of one tier apart.
const TIER: f32 = 2_000.0;

/// A symbol that resembles the query.
#[derive(Clone)]
pub(super) struct SymbolMatch {
    pub file: Arc<FileEntry>,
    pub row: SymbolRow,
    /// Its name and those around it, outermost first.
    pub path: Vec<String>,
    pub score: f32,
}

/// How good a name is, before the details: equal names, then beginnings, then humps, then the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tier {
    Fuzzy,
    Contains,
    Humps,
    Prefix,
    SameButCase,
    Same,
}

impl Tier {
    const ALL_BEST_FIRST: [Tier; 6] =
        [Tier::Same, Tier::SameButCase, Tier::Prefix, Tier::Humps, Tier::Contains, Tier::Fuzzy];
}

/// What is looked for.
struct Wanted<'q> {
    path: &'q SymbolPath,
    folded: String,
    initial: u64,
    container: Option<String>,
    inside: memchr::memmem::Finder<'static>,
    pattern: Pattern,
}

impl Wanted<'_> {
    fn new(path: &SymbolPath) -> Wanted<'_> {
        let folded = fold(&path.name);
        Wanted {
            inside: memchr::memmem::Finder::new(folded.as_bytes()).into_owned(),
            // What was typed in the right case is of a better tier already.
            pattern: Pattern::new(&folded, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy),
            container: path.container.as_deref().map(fold),
            initial: initial(&folded),
            folded,
            path,
        }
    }

    fn tier(&self, name: NameText<'_>) -> Tier {
        if name.written == self.path.name {
            Tier::Same
        } else if name.folded == self.folded {
            Tier::SameButCase
        } else if name.folded.starts_with(&self.folded) {
            Tier::Prefix
        } else if name.initials & self.initial != 0 && is_humps(&self.folded, name.written) {
            Tier::Humps
        } else if self.inside.find(name.folded.as_bytes()).is_some() {
            Tier::Contains
        } else {
            Tier::Fuzzy
        }
    }

    /// What the container adds; none when it is not the one that is wanted.
    fn container(&self, container: Option<NameText<'_>>) -> Option<f32> {
        let Some(wanted) = &self.container else { return Some(0.0) };
        match container?.folded {
            folded if folded == wanted => Some(500.0),
            folded if folded.contains(wanted) => Some(100.0),
            _ => None,
        }
    }
}

/// The symbols that match a query best, of this tier or a better one.
pub(super) fn matches(context: &Context<'_>, path: &SymbolPath, worst: Tier, limit: usize) -> Result<Vec<SymbolMatch>> {
    let base = &context.snapshot.base;
    let wanted = Wanted::new(path);
    let mut found = Vec::new();
    for (reader, segment) in base.searcher.segment_readers().iter().zip(&base.segments) {
        let symbols = segment.symbols(reader, &base.fields)?;
        let allowed: Vec<bool> = symbols
            .files()
            .iter()
            .map(|(file, document)| !reader.is_deleted(*document) && context.scope.committed_file(file.key.0))
            .collect();
        search_table(context, &wanted, worst, &symbols, &allowed, limit, &mut found);
    }
    for file in context.snapshot.overlay.iter() {
        let allowed = [context.scope.file(file.entry.key)];
        search_table(context, &wanted, worst, &file.symbols, &allowed, limit, &mut found);
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
    wanted: &Wanted<'_>,
    worst: Tier,
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
    let mut tiers: [Vec<NameId>; Tier::ALL_BEST_FIRST.len()] = Default::default();
    for name in symbols.candidates(letters(&wanted.folded)) {
        tiers[wanted.tier(symbols.name(name)) as usize].push(name);
    }
    let score_all = |tier: Tier, names: &[NameId]| {
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let mut best: Vec<(f32, SymbolRow)> = Vec::new();
        for &id in names {
            let rows = symbols.rows(id).filter(may);
            let mut rows = rows.filter_map(|row| Some((row, wanted.container(symbols.container(row))?))).peekable();
            if rows.peek().is_none() {
                continue;
            }
            let name = symbols.name(id).written;
            let fuzzy = match wanted.pattern.score(Utf32Str::new(name, &mut buffer), &mut matcher) {
                Some(score) => score as f32,
                None if tier > Tier::Fuzzy => 0.0,
                None => continue,
            };
            for (row, container) in rows {
                let Some((file, _)) = symbols.files().get(row.file as usize) else { continue };
                // Bounded, so that the tier decides.
                let details = (fuzzy - name.len() as f32 * 0.5 + weight(row.kind)).clamp(0.0, TIER / 2.0) + container;
                best.push((f32::from(tier as u8) * TIER + lowered(file, row.is_test, details), *row));
            }
            // A name may have thousands of symbols; only the best are carried on.
            if best.len() > 8 * limit.max(64) {
                keep_best(&mut best, limit);
            }
        }
        keep_best(&mut best, limit);
        best
    };
    let mut unlowered = 0;
    for tier in Tier::ALL_BEST_FIRST.into_iter().take_while(|tier| *tier >= worst) {
        let names = &tiers[tier as usize];
        let best: Vec<_> = if names.len() <= PARALLEL_NAMES {
            score_all(tier, names)
        } else {
            names.par_chunks(PARALLEL_NAMES).flat_map_iter(|names| score_all(tier, names)).collect()
        };
        for (score, row) in best {
            let Some((file, _)) = symbols.files().get(row.file as usize) else { continue };
            unlowered += usize::from(score >= f32::from(tier as u8) * TIER);
            found.push(SymbolMatch {
                score,
                file: file.clone(),
                row,
                path: symbols.path(&row).into_iter().map(str::to_owned).collect(),
            });
        }
        // No name of a lower tier comes before one that was not lowered.
        if unlowered >= limit {
            break;
        }
    }
}

fn keep_best(best: &mut Vec<(f32, SymbolRow)>, limit: usize) {
    if best.len() > limit {
        best.select_nth_unstable_by(limit, |a, b| b.0.total_cmp(&a.0));
        best.truncate(limit);
    }
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
    let found = matches(context, &path, Tier::Fuzzy, context.query.limit + 1)?;
    let more = found.len() > context.query.limit;
    let mut texts = FxHashMap::default();
    let hits = found.into_iter().take(context.query.limit).filter_map(|found| {
        // Several hits often lie in one file. Not all of a thousand files are kept in memory for that.
        if texts.len() >= 32 {
            texts.clear();
        }
        let text = texts.entry(found.file.key).or_insert_with(|| context.snapshot.text(&found.file));
        Some(hit(&path, found, text.as_ref()?))
    });
    Ok(Answer { hits: hits.collect(), more, notes: Vec::new() })
}

fn hit(wanted: &SymbolPath, found: SymbolMatch, text: &CurrentText) -> Hit {
    let located = snippet::locate(text, found.row.signature, found.row.lines);
    let separator = found.file.language.map_or(".", |language| language.settings().path_separator.as_str());
    let name = found.path.last().map_or("", String::as_str);
    let mut reasons = vec![if same_name(name, &wanted.name) { Reason::Definition } else { Reason::Resembles }];
    if found.row.is_test {
        reasons.push(Reason::Test);
    }
    Hit {
        path: found.file.path.to_string(),
        language: found.file.language.map(|language| language.name()),
        lines: found.row.lines,
        symbol: Some(found.path.join(separator)),
        kind: Some(found.row.kind),
        score: found.score,
        reasons,
        snippet: snippet::of_chunk(&text.text, located, std::slice::from_ref(&name.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tier(query: &str, name: &str) -> Tier {
        let path = SymbolPath { name: query.to_owned(), container: None };
        Wanted::new(&path).tier(NameText { written: name, folded: &fold(name), initials: u64::MAX })
    }

    #[test]
    fn better_matches_are_of_a_higher_tier() {
        assert!(tier("parse", "parse") > tier("parse", "Parse"));
        assert!(tier("parse", "Parse") > tier("parse", "parse_url"));
        assert!(tier("pu", "parse_url") > tier("rs", "parse_url"));
        assert_eq!(tier("getuser", "get_user"), Tier::SameButCase);
        assert_eq!(tier("getus", "get-user"), Tier::Prefix);
        assert_eq!(tier("gUBI", "getUserById"), Tier::Humps);
    }
}
