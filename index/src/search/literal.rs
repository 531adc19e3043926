//! Exact and regex search: trigrams choose the files, the files themselves decide.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use grammars::Lines;
use parking_lot::Mutex;
use rayon::prelude::*;
use regex::bytes::{Regex, RegexBuilder};
use rustc_hash::FxHashSet;
use tantivy::query::{AllQuery, BooleanQuery, Occur, Query as TantivyQuery, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, TERMINATED, Term};

use super::{Answer, Context, Hit, Reason, snippet};
use crate::error::{Error, Result};
use crate::snapshot::LARGEST_SHOWN;
use crate::source::FileFlags;
use crate::store::FileEntry;
use crate::trigrams::{self, Condition};

/// A compiled pattern may take this much memory, in bytes; a larger one is refused instead of filling the machine.
const PATTERN_MEMORY: usize = 32 << 20;
/// More conditions on one pattern make the choice of files slower than reading them.
const MOST_TRIGRAMS: usize = 24;
/// So many lines of one file are hits at most; the rest of the file is counted as "more".
const MOST_LINES_OF_FILE: usize = 200;

/// The exact mode: the text as it stands. Upper and lower case are told apart when the query has capitals.
pub(super) fn exact(context: &Context<'_>) -> Result<Answer> {
    let text = context.query.text.trim_matches(['\n', '\r']);
    if text.contains('\n') {
        return Err(Error::Query("a query has one line; search for each line, or use a regular expression".to_owned()));
    }
    let fold = !text.chars().any(char::is_uppercase);
    let pattern = compile(&regex::escape(text), fold)?;
    // Trigrams fold the case of ASCII only.
    let certain = if fold { text.replace(|letter: char| !letter.is_ascii(), "\n") } else { text.to_owned() };
    run(context, &pattern, &Condition::literal(&certain), &Reason::Text)
}

/// The regex mode.
pub(super) fn regex(context: &Context<'_>) -> Result<Answer> {
    let source = &context.query.text;
    let pattern = compile(source, false)?;
    let hir = regex_syntax::ParserBuilder::new().utf8(false).multi_line(true).build().parse(source);
    let condition = hir.map_or(Condition::Any, |hir| Condition::pattern(&hir));
    run(context, &pattern, &condition, &Reason::Pattern)
}

fn compile(pattern: &str, fold: bool) -> Result<Regex> {
    RegexBuilder::new(pattern)
        .case_insensitive(fold)
        .multi_line(true)
        .crlf(true)
        .size_limit(PATTERN_MEMORY)
        .dfa_size_limit(PATTERN_MEMORY)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(limit) => Error::Query(format!(
                "the pattern is too large: compiled, it takes more than {} MiB. Use smaller repetitions",
                limit >> 20
            )),
            error => Error::Query(format!(
                "the pattern is no regular expression: {error}\nTo search for it as it stands, use --exact"
            )),
        })
}

/// One matching line.
struct LineMatch {
    line: u32,
    text: String,
    ranges: Vec<Range<usize>>,
}

struct FileMatches {
    order: usize,
    file: Arc<FileEntry>,
    lines: Vec<LineMatch>,
    more: bool,
}

fn run(context: &Context<'_>, pattern: &Regex, condition: &Condition, reason: &Reason) -> Result<Answer> {
    let files = candidates(context, condition)?;
    let enough = AtomicUsize::new(0);
    let late = AtomicBool::new(false);
    let found = Mutex::new(Vec::<FileMatches>::new());
    // In batches of growing size: a common text is found in the first few files, a rare one is looked for on all processors.
    let mut rest = &files[..];
    let mut batch = 32;
    while !rest.is_empty() && enough.load(Ordering::Relaxed) <= context.query.limit && !late.load(Ordering::Relaxed) {
        let (now, later) = rest.split_at(batch.min(rest.len()));
        let base = files.len() - rest.len();
        rest = later;
        batch = (batch * 4).min(4096);
        now.par_iter().enumerate().for_each(|(offset, file)| {
            if Instant::now() > context.deadline {
                late.store(true, Ordering::Relaxed);
                return;
            }
            if let Some(matches) = search_file(context, file, pattern, base + offset, &late) {
                enough.fetch_add(matches.lines.len(), Ordering::Relaxed);
                found.lock().push(matches);
            }
        });
    }
    let unread = !rest.is_empty();
    let mut found = found.into_inner();
    found.sort_unstable_by_key(|matches| matches.order);
    let mut answer = Answer { more: unread || found.iter().any(|matches| matches.more), ..Answer::default() };
    for matches in found {
        if answer.hits.len() >= context.query.limit {
            answer.more = true;
            break;
        }
        add_hits(context, matches, reason, &mut answer)?;
    }
    if late.load(Ordering::Relaxed) {
        answer.notes.push(format!(
            "stopped after {:.1} s; not all files were searched",
            context.query.time_limit.as_secs_f32()
        ));
    }
    Ok(answer)
}

fn add_hits(context: &Context<'_>, matches: FileMatches, reason: &Reason, answer: &mut Answer) -> Result<()> {
    let facts = context.snapshot.facts(matches.file.key)?.unwrap_or_default();
    let separator = matches.file.language.map_or(".", |language| language.settings().path_separator.as_str());
    for line in matches.lines {
        let around = innermost(&facts, line.line);
        let kind = around.map(|id| facts.symbols[id as usize].kind);
        if answer.hits.len() >= context.query.limit {
            answer.more = true;
            return Ok(());
        }
        answer.hits.push(Hit {
            path: matches.file.path.to_string(),
            language: matches.file.language.map(|language| language.name()),
            lines: Lines { first: line.line, last: line.line },
            symbol: around.map(|id| facts.path(id).join(separator)),
            kind,
            // Files come in the order in which people want to see them; the score only keeps that order.
            score: 1.0 / (1.0 + matches.order as f32),
            reasons: vec![reason.clone()],
            snippet: snippet::of_line(line.line, &line.text, &line.ranges),
        });
    }
    Ok(())
}

/// The innermost symbol around a line.
fn innermost(facts: &grammars::FileFacts, line: u32) -> Option<grammars::SymbolId> {
    let inside =
        facts.symbols.iter().enumerate().filter(|(_, symbol)| symbol.lines.first <= line && line <= symbol.lines.last);
    inside
        .min_by_key(|(id, symbol)| (symbol.lines.last - symbol.lines.first, std::cmp::Reverse(*id)))
        .map(|(id, _)| id as u32)
}

/// Whether a line may be a hit, as far as the symbol around it tells.
fn passes(context: &Context<'_>, file: &FileEntry, facts: &grammars::FileFacts, line: u32) -> bool {
    let symbol = innermost(facts, line).map(|id| &facts.symbols[id as usize]);
    let is_test = file.flags.has(FileFlags::TEST) || symbol.is_some_and(|symbol| symbol.is_test);
    context.scope.kind(symbol.map(|symbol| symbol.kind)) && context.scope.test(is_test)
}

fn search_file(
    context: &Context<'_>,
    file: &Arc<FileEntry>,
    pattern: &Regex,
    order: usize,
    late: &AtomicBool,
) -> Option<FileMatches> {
    let text = match context.snapshot.overlay.get(file.key) {
        Some(file) => file.text.as_bytes().to_vec(),
        None => {
            let mut bytes = Vec::new();
            crate::source::read_file(&context.snapshot.absolute(&file.path), LARGEST_SHOWN, &mut bytes).ok()?;
            match std::str::from_utf8(&bytes) {
                Ok(text) if !text.starts_with('\u{feff}') => bytes,
                _ => crate::source::decode(&bytes).ok()?.text.into_owned().into_bytes(),
            }
        }
    };
    // Lines that a filter takes out must not count towards the limit.
    let facts = if context.scope.wants_symbols() { context.snapshot.facts(file.key).ok()? } else { None };
    let mut lines: Vec<LineMatch> = Vec::new();
    let mut more = false;
    let mut counted = 0;
    let mut line_number = 0u32;
    let mut at = 0;
    while at <= text.len() {
        // A pattern that runs over line ends may look at the whole file again from every line.
        if Instant::now() > context.deadline {
            late.store(true, Ordering::Relaxed);
            more = true;
            break;
        }
        let Some(found) = pattern.find_at(&text, at) else { break };
        line_number += memchr::memchr_iter(b'\n', &text[counted..found.start()]).count() as u32;
        counted = found.start();
        let start = memchr::memrchr(b'\n', &text[..found.start()]).map_or(0, |at| at + 1);
        let end = memchr::memchr(b'\n', &text[found.start()..]).map_or(text.len(), |offset| found.start() + offset);
        if lines.len() >= MOST_LINES_OF_FILE {
            more = true;
            break;
        }
        // All matches of the line; a match that runs over its end is not one of a line.
        let line = &text[start..end];
        let ranges: Vec<_> =
            pattern.find_iter(line).filter(|found| !found.is_empty()).map(|found| found.range()).collect();
        let matches = !ranges.is_empty() || pattern.is_match(line);
        if matches && facts.as_ref().is_none_or(|facts| passes(context, file, facts, line_number)) {
            lines.push(LineMatch { line: line_number, text: String::from_utf8_lossy(line).into_owned(), ranges });
        }
        at = end + 1;
    }
    (!lines.is_empty()).then(|| FileMatches { order, file: file.clone(), lines, more })
}

/// The files that may hold a match, in the order in which people want to see them: code, then documents and data, then tests and examples.
fn candidates(context: &Context<'_>, condition: &Condition) -> Result<Vec<Arc<FileEntry>>> {
    let chosen = if context.snapshot.base.searcher.num_docs() == 0 { None } else { chosen_files(context, condition)? };
    let overlay = &context.snapshot.overlay;
    let passes = |file: &&Arc<FileEntry>| {
        context.scope.whole_file(file)
            && (overlay.covers(file.key) || chosen.as_ref().is_none_or(|chosen| chosen.contains(&file.key.0)))
    };
    let mut files: Vec<Arc<FileEntry>> = context.snapshot.files().filter(passes).cloned().collect();
    files.sort_unstable_by(|a, b| (rank(a), &a.path).cmp(&(rank(b), &b.path)));
    Ok(files)
}

fn rank(file: &FileEntry) -> u8 {
    let has = |flag| file.flags.has(flag);
    if has(FileFlags::GENERATED) || has(FileFlags::VENDORED) {
        3
    } else if has(FileFlags::TEST) || has(FileFlags::EXAMPLE) {
        2
    } else {
        u8::from(has(FileFlags::PROSE))
    }
}

/// The keys of the committed files that meet the condition; none when it says nothing.
fn chosen_files(context: &Context<'_>, condition: &Condition) -> Result<Option<FxHashSet<u64>>> {
    let base = &context.snapshot.base;
    let mut budget = MOST_TRIGRAMS;
    let Some(query) = to_query(condition, base.fields.gram, &mut budget) else { return Ok(None) };
    let weight = query.weight(tantivy::query::EnableScoring::disabled_from_searcher(&base.searcher))?;
    let mut keys = FxHashSet::default();
    for reader in base.searcher.segment_readers() {
        // An index without trigrams (index.substring = false) has no such terms; then every file is read.
        if reader.inverted_index(base.fields.gram)?.terms().num_terms() == 0 {
            return Ok(None);
        }
        let column = reader.fast_fields().u64("key")?;
        let mut documents = weight.scorer(reader, 1.0)?;
        while documents.doc() != TERMINATED {
            if !reader.is_deleted(documents.doc()) {
                keys.extend(column.first(documents.doc()));
            }
            documents.advance();
        }
    }
    Ok(Some(keys))
}

fn to_query(condition: &Condition, field: tantivy::schema::Field, budget: &mut usize) -> Option<Box<dyn TantivyQuery>> {
    match condition {
        Condition::Any => None,
        Condition::Has(gram) => {
            *budget = budget.checked_sub(1)?;
            let mut text = String::new();
            trigrams::term(*gram, &mut text);
            Some(Box::new(TermQuery::new(Term::from_field_text(field, &text), IndexRecordOption::Basic)))
        }
        Condition::All(set) => {
            // Dropping a condition only lets more files through.
            let clauses: Vec<_> = set
                .iter()
                .filter_map(|condition| to_query(condition, field, budget))
                .map(|query| (Occur::Must, query))
                .collect();
            (!clauses.is_empty()).then(|| Box::new(BooleanQuery::new(clauses)) as Box<dyn TantivyQuery>)
        }
        Condition::OneOf(set) => {
            let clauses: Option<Vec<_>> = set
                .iter()
                .map(|condition| to_query(condition, field, budget).map(|query| (Occur::Should, query)))
                .collect();
            clauses.map(|clauses| {
                if clauses.is_empty() {
                    Box::new(AllQuery) as Box<dyn TantivyQuery>
                } else {
                    Box::new(BooleanQuery::new(clauses))
                }
            })
        }
    }
}
