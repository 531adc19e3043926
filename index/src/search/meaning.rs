//! Search by meaning: the nearest vectors.

use rustc_hash::FxHashMap;

use super::candidate::{Candidate, ChunkReader, overlaid};
use super::language_words::{Said, said};
use super::query_terms::QueryTerms;
use super::{Answer, Context, Reason, lexical};
use crate::error::{Error, Result};
use crate::vector_index::VectorIndex;

/// What a chunk in a language that the query names gains.
pub(super) const WANTED_LANGUAGE: f32 = 0.2;

/// What is nearest to a query.
pub(super) struct Nearest {
    /// The query's vector.
    pub query: Vec<f32>,
    /// The query without names of languages, and those languages.
    pub said: Said,
    /// The nearest chunks of disk and overlay with their cosines (the gain for a wanted language included), best first.
    pub found: Vec<(f32, Candidate)>,
}

impl Nearest {
    /// What a candidate gains for its language.
    pub(super) fn gain(&self, candidate: &Candidate) -> f32 {
        if candidate.file.language.is_some_and(|language| self.said.wanted.contains(&language)) {
            WANTED_LANGUAGE
        } else {
            0.0
        }
    }
}

/// Finds the nearest chunks. None when the query has nothing to embed.
pub(super) fn nearest(context: &Context<'_>, vectors: &VectorIndex, limit: usize) -> Result<Option<Nearest>> {
    let mut nearest =
        Nearest { query: vec![0.0; vectors.model().dimensions()], said: said(context), found: Vec::new() };
    if !vectors.model().encode(&nearest.said.text, &mut nearest.query) {
        return Ok(None);
    }
    let mut scores = FxHashMap::default();
    let filter = context.scope.vectors();
    let mut points = vectors.search(&nearest.query, limit, &filter)?;
    if !nearest.said.wanted.is_empty() {
        // The best of the wanted languages may be far down among all; the gain is added where the candidate is known.
        let filter = context.scope.vectors_in(context.snapshot, &nearest.said.wanted);
        points.extend(vectors.search(&nearest.query, limit, &filter)?);
    }
    points.retain(|point| scores.insert(point.id, point.score).is_none());
    let mut reader = ChunkReader::new(context);
    for (score, address) in vectors.addresses(&context.snapshot.base, &points)? {
        if let Some(candidate) = reader.read(address)?
            && context.scope.tags(candidate.tags)
        {
            nearest.found.push((score + nearest.gain(&candidate), candidate));
        }
    }
    for (file, index, chunk) in overlaid(context) {
        if let Some(vector) = chunk.vector(vectors.model(), &file.text) {
            let candidate = Candidate::overlaid(file, index);
            nearest.found.push((cosine(&nearest.query, vector) + nearest.gain(&candidate), candidate));
        }
    }
    nearest.found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| lexical::order(&a.1).cmp(&lexical::order(&b.1))));
    nearest.found.truncate(limit);
    Ok(Some(nearest))
}

/// The cosine of two vectors of length 1.
pub(super) fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The meaning mode.
pub(super) fn search(context: &Context<'_>) -> Result<Answer> {
    let Some(vectors) = &context.snapshot.vectors else {
        return Err(Error::Query(
            "search by meaning is switched off (index.vectors = false); without a mode the query is searched by words"
                .to_owned(),
        ));
    };
    let limit = context.query.limit;
    let Some(nearest) = nearest(context, vectors, limit + 1)? else {
        return Ok(Answer {
            notes: vec!["the query has no word that the embedding model knows".to_owned()],
            ..Answer::default()
        });
    };
    let terms = QueryTerms::new(&context.query.text);
    let more = nearest.found.len() > limit;
    let hits = nearest.found.iter().take(limit).filter_map(|(score, candidate)| {
        candidate.hit(context, *score, vec![Reason::Meaning(score - nearest.gain(candidate))], &terms.words)
    });
    Ok(Answer { hits: hits.collect(), more, notes: vectors.notes(context.snapshot)? })
}
