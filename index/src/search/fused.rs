//! The default search: meaning, words and names together, then what is known of code.
//!
//! First stage, for the best 100 by words, the best 100 by meaning, and the symbols that are called what was typed:
//! `S = V + 0.5 L + 0.2 C + 0.2 P + 0.2 N + E`
//! * V, the cosine of query and chunk (more in a language that the query names);
//! * L, BM25 divided by its ceiling for the query, (k₁ + 1) Σ idf: which share of the query's information the chunk holds;
//! * C and P, the share of the query's idf that stands in the symbol's own name, and in the last parts of the path;
//! * N, the cosine of query and symbol name;
//! * E, that the query is the symbol's name.
//!
//! Second stage, for the best 100 of these: `S + 0.4 W(text) + 0.2 W(name)`, where W is the mean over the query's words of the nearest word of
//! the text ([`models::WordMatch`]). Tests, examples, documents and lines outside of symbols are lowered by a factor. At last one hit a symbol.
//!
//! Scores are mixed rather than ranks (as reciprocal rank fusion would): a candidate found on one side gets its true score on the other, and a
//! chunk that is first by far counts for more than one that is first by a hair. The weights are near a flat optimum over evaluation sets in ten
//! languages and six whole packages; `bench/eval/` holds the research, its reference implementation and the figures.

use models::Scratch;
use rustc_hash::FxHashMap;
use tantivy::DocAddress;

use super::candidate::{Candidate, ChunkReader, Place};
use super::lexical::{self, Bm25, matched_words};
use super::meaning::{self, Nearest, cosine};
use super::query_terms::{QueryTerms, SymbolPath, name_terms, same_name};
use super::{Answer, Context, Reason, symbol};
use crate::error::Result;
use crate::record::FileKey;
use crate::source::FileFlags;
use crate::tokens::Analyzer;
use crate::vector_index::VectorIndex;

/// So many candidates are taken from each side, and so many come into the second stage.
const CANDIDATES: usize = 100;
const LEXICAL: f32 = 0.5;
const NAME_WORDS: f32 = 0.2;
const PATH_WORDS: f32 = 0.2;
const NAME_MEANING: f32 = 0.2;
const TEXT_MATCH: f32 = 0.4;
const NAME_MATCH: f32 = 0.2;
const EXACT: f32 = 0.5;
const EXACT_CONTAINER: f32 = 0.25;
/// Factors for what people look for less often, unless they ask for it.
const TEST: f32 = 0.5;
const DOCUMENT: f32 = 0.8;
const NAMELESS: f32 = 0.9;
const DECLARATION: f32 = 0.8;
/// So many parts at the end of a path count as words.
const PATH_PARTS: usize = 3;
const ASKS_FOR_TESTS: &[&str] = &[
    "test",
    "tests",
    "testing",
    "spec",
    "specs",
    "example",
    "examples",
    "bench",
    "benchmark",
    "benchmarks",
    "fixture",
    "fixtures",
    "mock",
    "mocks",
];
const ASKS_FOR_DOCUMENTS: &[&str] = &["doc", "docs", "documentation", "readme", "changelog", "tutorial", "guide"];

/// A candidate with what is known of it.
struct Scored {
    candidate: Candidate,
    /// BM25.
    lexical: Option<f32>,
    /// The cosine with the gain for a wanted language.
    meaning: Option<f32>,
    score: f32,
    factor: f32,
    reasons: Vec<Reason>,
}

pub(super) fn search(context: &Context<'_>) -> Result<Answer> {
    let terms = QueryTerms::new(&context.query.text);
    if terms.terms.is_empty() {
        // Nothing but signs, such as `=>`.
        return super::literal::exact(context);
    }
    let bm25 = Bm25::new(&context.snapshot.base, &terms)?;
    let limit = CANDIDATES.max(context.query.limit + 1);
    let vectors = context.snapshot.vectors.as_deref();
    let nearest = match vectors {
        Some(vectors) => meaning::nearest(context, vectors, limit)?,
        None => None,
    };
    let mut scored = candidates(context, &terms, &bm25, nearest.as_ref(), limit)?;
    complete(context, &bm25, nearest.as_ref(), &mut scored)?;
    let mut ranking = Ranking {
        terms: &terms,
        bm25: &bm25,
        vectors: vectors.zip(nearest.as_ref()),
        analyzer: Analyzer::default(),
        paths: FxHashMap::default(),
    };
    scored.iter_mut().for_each(|found| ranking.first_stage(found));
    sort(&mut scored);
    scored.truncate(limit);
    ranking.second_stage(context, &mut scored);
    sort(&mut scored);
    let scored = one_a_symbol(scored);
    let mut answer = Answer { more: scored.len() > context.query.limit, ..Answer::default() };
    for found in scored.into_iter().take(context.query.limit) {
        let mut reasons = found.reasons;
        let words = matched_words(&terms, &found.candidate, context);
        if !words.is_empty() {
            reasons.push(Reason::Words(words));
        }
        reasons.extend(found.meaning.map(|score| {
            Reason::Meaning(score - nearest.as_ref().map_or(0.0, |nearest| nearest.gain(&found.candidate)))
        }));
        answer.hits.extend(found.candidate.hit(context, found.score * found.factor, reasons, &terms.words));
    }
    if let Some(vectors) = vectors {
        answer.notes = vectors.notes(context.snapshot)?;
    }
    Ok(answer)
}

fn sort(scored: &mut [Scored]) {
    let value = |found: &Scored| found.score * found.factor;
    scored.sort_by(|a, b| {
        value(b).total_cmp(&value(a)).then_with(|| lexical::order(&a.candidate).cmp(&lexical::order(&b.candidate)))
    });
}

/// Candidates of all sides, each once.
#[derive(Default)]
struct Pool {
    chunks: Vec<Scored>,
    by_id: FxHashMap<u64, usize>,
}

impl Pool {
    fn add(&mut self, candidate: Candidate) -> &mut Scored {
        let index = *self.by_id.entry(candidate.id).or_insert_with(|| {
            self.chunks.push(Scored {
                candidate,
                lexical: None,
                meaning: None,
                score: 0.0,
                factor: 1.0,
                reasons: Vec::new(),
            });
            self.chunks.len() - 1
        });
        &mut self.chunks[index]
    }
}

fn candidates(
    context: &Context<'_>,
    terms: &QueryTerms,
    bm25: &Bm25<'_>,
    nearest: Option<&Nearest>,
    limit: usize,
) -> Result<Vec<Scored>> {
    let mut pool = Pool::default();
    for (score, candidate) in lexical::candidates(context, bm25, limit)? {
        pool.add(candidate).lexical = Some(score);
    }
    for (score, candidate) in nearest.iter().flat_map(|nearest| &nearest.found) {
        pool.add(candidate.clone()).meaning = Some(*score);
    }
    if let Some(path) = &terms.symbol {
        add_definitions(context, path, &mut pool)?;
    }
    Ok(pool.chunks)
}

/// The definition of a symbol may be among neither the best words nor the nearest vectors when the name is used everywhere.
fn add_definitions(context: &Context<'_>, path: &SymbolPath, pool: &mut Pool) -> Result<()> {
    let mut reader = ChunkReader::new(context);
    for found in symbol::matches(context, path, symbol::Tier::SameButCase, CANDIDATES)? {
        let line = found.row.lines.first;
        if let Some(file) = context.snapshot.overlay.get(found.file.key) {
            let holds = |chunk: &crate::overlay::OverlayChunk| {
                chunk.chunk.lines.first <= line && line <= chunk.chunk.lines.last
            };
            if let Some(index) = file.chunks.iter().position(holds) {
                pool.add(Candidate::overlaid(file, index));
            }
            continue;
        }
        for address in context.snapshot.base.chunks_of(found.file.key)? {
            if let Some(candidate) = reader.read(address)?
                && candidate.lines.first <= line
                && line <= candidate.lines.last
                && context.scope.tags(candidate.tags)
            {
                pool.add(candidate);
            }
        }
    }
    Ok(())
}

/// Gives every candidate the score of the side that did not find it.
fn complete(context: &Context<'_>, bm25: &Bm25<'_>, nearest: Option<&Nearest>, scored: &mut [Scored]) -> Result<()> {
    let address = |found: &Scored| match found.candidate.place {
        Place::Committed(address) => Some(address),
        Place::Overlaid(..) => None,
    };
    let missing: Vec<DocAddress> = scored.iter().filter(|found| found.lexical.is_none()).filter_map(address).collect();
    let scores = bm25.scores(&missing)?;
    for found in scored.iter_mut().filter(|found| found.lexical.is_none()) {
        found.lexical = Some(match &found.candidate.place {
            Place::Committed(address) => scores.get(address).copied().unwrap_or(0.0),
            Place::Overlaid(file, index) => bm25.score_overlaid(&file.chunks[*index]),
        });
    }
    let (Some(vectors), Some(nearest)) = (&context.snapshot.vectors, nearest) else { return Ok(()) };
    let missing: Vec<u64> = scored
        .iter()
        .filter(|found| found.meaning.is_none() && address(found).is_some())
        .map(|found| found.candidate.id)
        .collect();
    let meanings = vectors.scores(&nearest.query, &missing)?;
    for found in scored.iter_mut().filter(|found| found.meaning.is_none()) {
        let cosine = match &found.candidate.place {
            Place::Committed(_) => meanings.get(&found.candidate.id).copied(),
            Place::Overlaid(file, index) => {
                file.chunks[*index].vector(vectors.model(), &file.text).map(|vector| cosine(&nearest.query, vector))
            }
        };
        found.meaning = cosine.map(|cosine| cosine + nearest.gain(&found.candidate));
    }
    Ok(())
}

struct Ranking<'r> {
    terms: &'r QueryTerms,
    bm25: &'r Bm25<'r>,
    vectors: Option<(&'r VectorIndex, &'r Nearest)>,
    analyzer: Analyzer,
    /// The share of the query that stands in a path; many candidates share one.
    paths: FxHashMap<FileKey, f32>,
}

impl Ranking<'_> {
    fn first_stage(&mut self, found: &mut Scored) {
        let name = found.candidate.name().to_owned();
        let held = name_terms(&mut self.analyzer, &name);
        let name_words = self.coverage(&held);
        let name_meaning = match self.vectors {
            Some((vectors, nearest)) if !name.is_empty() => vectors.similarity(&nearest.query, &name),
            _ => 0.0,
        };
        let path_words = self.path_words(&found.candidate);
        found.score = found.meaning.unwrap_or(0.0)
            + LEXICAL * (found.lexical.unwrap_or(0.0) / self.bm25.ceiling().max(f32::MIN_POSITIVE)).min(1.0)
            + NAME_WORDS * name_words
            + PATH_WORDS * path_words
            + NAME_MEANING * name_meaning;
        match &self.terms.symbol {
            Some(path) if same_name(&name, &path.name) => {
                found.score += EXACT;
                if let (Some(wanted), Some(container)) = (&path.container, found.candidate.container())
                    && same_name(container, wanted)
                {
                    found.score += EXACT_CONTAINER;
                }
                if found.candidate.tags.defines() {
                    found.reasons.push(Reason::Definition);
                }
            }
            _ if name_words > 0.0 => {
                let words = self
                    .terms
                    .terms
                    .iter()
                    .filter(|term| held.contains(&term.text))
                    .filter_map(|term| self.terms.words.get(term.word).cloned());
                let mut words: Vec<String> = words.collect();
                words.dedup();
                found.reasons.push(Reason::Name(words));
            }
            _ => {}
        }
        self.lower(found, &name);
    }

    /// The share of the query's idf that is among `held`.
    fn coverage(&self, held: &[Box<str>]) -> f32 {
        let mut distinct: Vec<&str> = held.iter().map(|term| &**term).collect();
        distinct.sort_unstable();
        distinct.dedup();
        let total: f32 = self.bm25.terms().map(|(_, idf)| idf).sum();
        let covered: f32 = distinct.into_iter().filter_map(|term| self.bm25.idf(term)).sum();
        covered / total.max(f32::MIN_POSITIVE)
    }

    fn path_words(&mut self, candidate: &Candidate) -> f32 {
        if let Some(share) = self.paths.get(&candidate.file.key) {
            return *share;
        }
        let path = &candidate.file.path;
        let path = path
            .rsplit_once('.')
            .map_or(&**path, |(stem, extension)| if extension.contains('/') { path } else { stem });
        let start = path.rmatch_indices('/').nth(PATH_PARTS - 1).map_or(0, |(at, _)| at + 1);
        let held = name_terms(&mut self.analyzer, &path[start..]);
        let share = self.coverage(&held);
        self.paths.insert(candidate.file.key, share);
        share
    }

    fn lower(&self, found: &mut Scored, name: &str) {
        let asks = |words: &[&str]| self.terms.words.iter().any(|word| words.contains(&word.to_lowercase().as_str()));
        let flags = found.candidate.tags.flags();
        let mut lower = |condition: bool, factor: f32, reason: Option<Reason>| {
            if condition {
                found.factor *= factor;
                found.reasons.extend(reason);
            }
        };
        let (test, example) = (found.candidate.tags.is_test(), flags.has(FileFlags::EXAMPLE));
        let foreign = flags.has(FileFlags::GENERATED) || flags.has(FileFlags::VENDORED);
        if !asks(ASKS_FOR_TESTS) {
            lower(test, TEST, Some(Reason::Test));
            lower(example && !test, TEST, Some(Reason::Example));
        }
        lower(foreign, TEST, Some(Reason::Foreign));
        lower(flags.has(FileFlags::DECLARATION), DECLARATION, Some(Reason::Declaration));
        lower(flags.has(FileFlags::PROSE) && !asks(ASKS_FOR_DOCUMENTS), DOCUMENT, None);
        lower(name.is_empty(), NAMELESS, None);
    }

    fn second_stage(&self, context: &Context<'_>, scored: &mut [Scored]) {
        let Some((vectors, nearest)) = self.vectors else { return };
        let mut words = vectors.model().word_match(&nearest.said.text);
        let mut scratch = Scratch::default();
        for found in scored {
            let text = match &found.candidate.place {
                Place::Overlaid(file, _) => Some(found.candidate.span.text(&file.text).to_owned()),
                Place::Committed(_) => context.snapshot.span_text(&found.candidate.file, found.candidate.span),
            };
            let text = text.map_or(0.0, |text| words.score(&mut scratch, &text));
            found.score += TEXT_MATCH * text + NAME_MATCH * words.score(&mut scratch, found.candidate.name());
        }
    }
}

/// Keeps the best piece of each symbol. Definitions that share a path (overloads) stay apart.
fn one_a_symbol(scored: Vec<Scored>) -> Vec<Scored> {
    let mut seen = FxHashMap::<(FileKey, String), bool>::default();
    scored
        .into_iter()
        .filter(|found| {
            let candidate = &found.candidate;
            if candidate.label.is_empty() {
                return true;
            }
            let defines = candidate.tags.defines();
            match seen.get_mut(&(candidate.file.key, candidate.label.clone())) {
                Some(only_definitions) => *only_definitions && defines,
                None => {
                    seen.insert((candidate.file.key, candidate.label.clone()), defines);
                    true
                }
            }
        })
        .collect()
}
