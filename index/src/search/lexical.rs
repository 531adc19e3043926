//! Search by words: BM25 over chunks (Robertson & Zaragoza 2009; k₁ = 1.2, b = 0.75), index and overlay with the same statistics.

use rustc_hash::FxHashMap;
use tantivy::collector::{Collector, SegmentCollector, TopDocs};
use tantivy::columnar::Column;
use tantivy::query::{Bm25StatisticsProvider, BooleanQuery, EnableScoring, Occur, Query as _, TermQuery, Weight};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, DocId, DocSet, Score, Searcher, SegmentOrdinal, SegmentReader, TERMINATED, Term};

use super::candidate::{Candidate, ChunkReader, Place, overlaid};
use super::query_terms::QueryTerms;
use super::scope::Scope;
use super::{Answer, Context, Reason};
use crate::error::Result;
use crate::overlay::OverlayChunk;
use crate::snapshot::Base;
use crate::store::Tags;

const K1: f32 = 1.2;
const B: f32 = 0.75;

/// BM25 for one query over one snapshot.
pub(super) struct Bm25<'s> {
    base: &'s Base,
    terms: Vec<(Term, Box<str>, f32)>,
    mean_length: f32,
    query: BooleanQuery,
}

/// The statistics of BM25: chunks are the population, not tantivy's documents.
struct Population<'s>(&'s Base);

impl Bm25StatisticsProvider for Population<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        Bm25StatisticsProvider::total_num_tokens(&self.0.searcher, field)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.0.chunks)
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        Searcher::doc_freq(&self.0.searcher, term).map(|frequency| frequency.min(self.0.chunks))
    }
}

impl<'s> Bm25<'s> {
    pub(super) fn new(base: &'s Base, terms: &QueryTerms) -> Result<Bm25<'s>> {
        let population = Population(base);
        let body = base.fields.body;
        let count = base.chunks as f32;
        let mut weighted = Vec::new();
        for term in &terms.terms {
            let indexed = Term::from_field_text(body, &term.text);
            let frequency = population.doc_freq(&indexed)? as f32;
            weighted.push((indexed, term.text.clone(), (1.0 + (count - frequency + 0.5) / (frequency + 0.5)).ln()));
        }
        let clauses = weighted.iter().map(|(term, _, _)| {
            let query: Box<dyn tantivy::query::Query> =
                Box::new(TermQuery::new(term.clone(), IndexRecordOption::WithFreqs));
            (Occur::Should, query)
        });
        let query = BooleanQuery::new(clauses.collect());
        let tokens = population.total_num_tokens(body)? as f32;
        Ok(Bm25 { base, terms: weighted, mean_length: if count > 0.0 { tokens / count } else { 1.0 }, query })
    }

    /// How much a term tells: ln(1 + (N − df + ½)/(df + ½)).
    pub(super) fn idf(&self, term: &str) -> Option<f32> {
        self.terms.iter().find(|(_, text, _)| &**text == term).map(|(_, _, idf)| *idf)
    }

    /// The terms with their idf.
    pub(super) fn terms(&self) -> impl Iterator<Item = (&str, f32)> {
        self.terms.iter().map(|(_, text, idf)| (&**text, *idf))
    }

    /// The best chunks on disk that the scope lets through.
    pub(super) fn best(&self, scope: &Scope, limit: usize) -> Result<Vec<(f32, DocAddress)>> {
        let top = TopDocs::with_limit(limit.max(1)).order_by_score();
        let population = Population(self.base);
        let searcher = &self.base.searcher;
        if scope.is_open() {
            return Ok(searcher.search_with_statistics_provider(&self.query, &top, &population)?);
        }
        Ok(searcher.search_with_statistics_provider(&self.query, &Scoped { scope, inner: top }, &population)?)
    }

    /// The scores of given chunks on disk, 0 for those with none of the terms.
    pub(super) fn scores(&self, addresses: &[DocAddress]) -> Result<FxHashMap<DocAddress, f32>> {
        let population = Population(self.base);
        let scoring = EnableScoring::enabled_from_statistics_provider(&population, &self.base.searcher);
        let weight: Box<dyn Weight> = self.query.weight(scoring)?;
        let mut sorted = addresses.to_vec();
        sorted.sort_unstable();
        let mut scores = FxHashMap::default();
        for group in sorted.chunk_by(|a, b| a.segment_ord == b.segment_ord) {
            let Some(first) = group.first() else { continue };
            let mut scorer = weight.scorer(self.base.searcher.segment_reader(first.segment_ord), 1.0)?;
            for address in group {
                if scorer.doc() == TERMINATED {
                    break;
                }
                if scorer.doc() <= address.doc_id
                    && (scorer.doc() == address.doc_id || scorer.seek(address.doc_id) == address.doc_id)
                {
                    scores.insert(*address, scorer.score());
                }
            }
        }
        Ok(scores)
    }

    /// The score of a chunk of the overlay, with the statistics of the index on disk.
    pub(super) fn score_overlaid(&self, chunk: &OverlayChunk) -> f32 {
        let norm = K1 * (1.0 - B + B * chunk.length as f32 / self.mean_length.max(1.0));
        self.terms
            .iter()
            .filter_map(|(_, text, idf)| {
                chunk.terms.get(text).map(|&count| idf * (K1 + 1.0) * count as f32 / (count as f32 + norm))
            })
            .sum()
    }

    /// What a chunk with every term, each very often, would score at most.
    pub(super) fn ceiling(&self) -> f32 {
        let known: f32 = self.terms.iter().map(|(_, _, idf)| idf).sum();
        known * (K1 + 1.0)
    }
}

/// The best candidates for a query's words, from disk and overlay, best first.
pub(super) fn candidates(context: &Context<'_>, bm25: &Bm25<'_>, limit: usize) -> Result<Vec<(f32, Candidate)>> {
    let mut reader = ChunkReader::new(context);
    let mut found = Vec::new();
    for (score, address) in bm25.best(&context.scope, limit)? {
        if let Some(candidate) = reader.read(address)? {
            found.push((score, candidate));
        }
    }
    for (file, index, chunk) in overlaid(context) {
        let score = bm25.score_overlaid(chunk);
        if score > 0.0 {
            found.push((score, Candidate::overlaid(file, index)));
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| order(&a.1).cmp(&order(&b.1))));
    found.truncate(limit);
    Ok(found)
}

/// A total order, so that equal scores come out the same every time.
pub(super) fn order(candidate: &Candidate) -> (&str, u32) {
    (&candidate.file.path, candidate.span.start)
}

/// The words mode.
pub(super) fn search(context: &Context<'_>) -> Result<Answer> {
    let terms = QueryTerms::new(&context.query.text);
    if terms.terms.is_empty() {
        return super::literal::exact(context);
    }
    let bm25 = Bm25::new(&context.snapshot.base, &terms)?;
    let found = candidates(context, &bm25, context.query.limit + 1)?;
    let more = found.len() > context.query.limit;
    let hits = found.into_iter().take(context.query.limit).filter_map(|(score, candidate)| {
        let words = matched_words(&terms, &candidate, context);
        candidate.hit(context, score, vec![Reason::Words(words)], &terms.words)
    });
    Ok(Answer { hits: hits.collect(), more, notes: Vec::new() })
}

/// The words of the query that a candidate's text holds, as typed.
pub(super) fn matched_words(terms: &QueryTerms, candidate: &Candidate, context: &Context<'_>) -> Vec<String> {
    let text = match &candidate.place {
        Place::Overlaid(file, index) => {
            let chunk = &file.chunks[*index];
            return words_of(terms, |term| chunk.terms.contains_key(term));
        }
        Place::Committed(_) => context.snapshot.text(&candidate.file),
    };
    let Some(text) = text else { return Vec::new() };
    let mut held = rustc_hash::FxHashSet::<Box<str>>::default();
    crate::tokens::Analyzer::default().each_term(candidate.span.text(&text.text), |term| {
        held.insert(term.into());
    });
    words_of(terms, |term| held.contains(term))
}

fn words_of(terms: &QueryTerms, holds: impl Fn(&str) -> bool) -> Vec<String> {
    let mut words: Vec<usize> = terms.terms.iter().filter(|term| holds(&term.text)).map(|term| term.word).collect();
    words.dedup();
    words.into_iter().filter_map(|word| terms.words.get(word).cloned()).collect()
}

/// A collector that only sees what the scope lets through, so that filters apply before the best are chosen.
pub(super) struct Scoped<'s, C> {
    pub scope: &'s Scope,
    pub inner: C,
}

/// The part of [`Scoped`] for one segment. The scope is applied when the segment is done, because a segment's collector must own what it uses.
pub(super) struct ScopedSegment<C> {
    allowed: Vec<bool>,
    inner: C,
}

impl<C: Collector> Collector for Scoped<'_, C> {
    type Fruit = C::Fruit;
    type Child = ScopedSegment<C::Child>;

    fn for_segment(&self, ordinal: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<Self::Child> {
        let key: Column<u64> = reader.fast_fields().u64("key")?;
        let tags: Column<u64> = reader.fast_fields().u64("tags")?;
        let mut allowed = vec![false; reader.max_doc() as usize];
        // Documents of one file stand together, so the last answer for a file is nearly always the next.
        let mut last = (None, false);
        for document in 0..reader.max_doc() {
            let file = key.first(document);
            if last.0 != file {
                last = (file, file.is_some_and(|file| self.scope.committed_file(file)));
            }
            if last.1 && self.scope.tags(Tags(tags.first(document).unwrap_or(0))) {
                allowed[document as usize] = true;
            }
        }
        Ok(ScopedSegment { allowed, inner: self.inner.for_segment(ordinal, reader)? })
    }

    fn requires_scoring(&self) -> bool {
        self.inner.requires_scoring()
    }

    fn merge_fruits(&self, fruits: Vec<<Self::Child as SegmentCollector>::Fruit>) -> tantivy::Result<Self::Fruit> {
        self.inner.merge_fruits(fruits)
    }
}

impl<C: SegmentCollector> SegmentCollector for ScopedSegment<C> {
    type Fruit = C::Fruit;

    fn collect(&mut self, document: DocId, score: Score) {
        if self.allowed.get(document as usize).copied().unwrap_or(false) {
            self.inner.collect(document, score);
        }
    }

    fn harvest(self) -> Self::Fruit {
        self.inner.harvest()
    }
}
