//! What goes into a store and what comes out of it.

use rustc_hash::FxHashMap;

use crate::error::{BadVector, Error, Result};

/// A set of vectors that may be compared with each other: those of one embedding model, of one size.
///
/// Stores keep each collection apart under its [`Collection::name`], so that a changed model never mixes spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    model: String,
    dimensions: usize,
}

/// Larger vectors than any embedding model makes; a larger number is a mistake.
const MAX_DIMENSIONS: usize = 8192;

impl Collection {
    /// The collection of the vectors that `model` makes, each of `dimensions` numbers. The model's name should change
    /// whenever the model gives other vectors.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the name is empty or the size is not from 1 to 8192.
    pub fn new(model: &str, dimensions: usize) -> Result<Self> {
        if model.is_empty() || model.len() > 200 {
            return Err(Error::Invalid(format!(
                "the name of an embedding model has 1 to 200 bytes, this one {}",
                model.len()
            )));
        }
        if dimensions == 0 || dimensions > MAX_DIMENSIONS {
            return Err(Error::Invalid(format!(
                "vectors have 1 to {MAX_DIMENSIONS} dimensions, {model} has {dimensions}"
            )));
        }
        Ok(Collection { model: model.to_owned(), dimensions })
    }

    /// The embedding model's name.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// How many numbers a vector has.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// Model and size as one name that is safe for a folder and for a server: ASCII letters, digits, `.`, `_` and `-`.
    pub fn name(&self) -> String {
        let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let model: String = self.model.chars().map(|c| if safe(c) { c } else { '_' }).collect();
        if model == self.model && !model.starts_with('.') && model.len() <= 100 {
            return format!("{model}-{}", self.dimensions);
        }
        // Two names that differ only in what was replaced must stay two.
        let hash = blake3::hash(self.model.as_bytes()).to_hex();
        let model: String = model.trim_start_matches('.').chars().take(80).collect();
        format!("{model}-{}-{}", &hash[..12], self.dimensions)
    }

    /// A copy of `vector` of length 1, or why it is none.
    pub(crate) fn normalised(&self, vector: &[f32]) -> std::result::Result<Vec<f32>, BadVector> {
        if vector.len() != self.dimensions {
            return Err(BadVector::Size { expected: self.dimensions, found: vector.len() });
        }
        if let Some(at) = vector.iter().position(|x| !x.is_finite()) {
            return Err(BadVector::NotFinite { at });
        }
        let length = vector.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>().sqrt();
        // A shorter one has too few bits left to have a direction.
        if length < 1e-30 {
            return Err(BadVector::Zero);
        }
        Ok(vector.iter().map(|&x| (f64::from(x) / length) as f32).collect())
    }
}

/// A chunk of a file as a store sees it: small integers to filter by, and a vector.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point<'a> {
    /// The point's own number; a point with the same number is replaced.
    pub id: u64,
    /// A hash of everything the vector was made from. Equal hashes share one vector.
    pub content: u64,
    /// The file's key, such as a hash of its path.
    pub file: u64,
    /// What the chunk is (function, type, prose …), as the caller numbers them.
    pub kind: u8,
    /// Bits that the caller defines (test, generated …).
    pub flags: u8,
    /// The language, as the caller numbers them.
    pub lang: u16,
    /// The vector, of any length but 0; `None` takes the one that is kept for [`Point::content`].
    pub vector: Option<&'a [f32]>,
}

/// The points that count in one call: of those with equal numbers the last.
pub(crate) fn last_of_each<'p, 'v>(points: &'p [Point<'v>]) -> impl Iterator<Item = &'p Point<'v>> {
    let last: FxHashMap<u64, usize> = points.iter().enumerate().map(|(i, point)| (point.id, i)).collect();
    points.iter().enumerate().filter(move |(i, point)| last.get(&point.id) == Some(i)).map(|(_, point)| point)
}

/// A point that a search found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// The point's number.
    pub id: u64,
    /// The key of the point's file.
    pub file: u64,
    /// The cosine between the query and the point's vector, from -1 to 1, larger is nearer.
    pub score: f32,
}

/// A point without its vector, as a walk over the collection gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry {
    /// The point's number.
    pub id: u64,
    /// The hash of what its vector was made from.
    pub content: u64,
    /// The key of its file.
    pub file: u64,
}

/// Where a walk goes on: at the point of this number or the next larger one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor(pub u64);

/// A part of a walk, in the order of the points' numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// The points.
    pub entries: Vec<Entry>,
    /// Where the next page starts; `None` after the last.
    pub next: Option<Cursor>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(model: &str, dimensions: usize) -> String {
        Collection::new(model, dimensions).unwrap().name()
    }

    #[test]
    fn a_collection_is_named_for_model_and_size() {
        assert_eq!(name("embed-int8-1a2b3c4d", 256), "embed-int8-1a2b3c4d-256");
    }

    #[test]
    fn a_name_is_safe_for_folders_and_stays_apart_from_others() {
        let names = [
            name("org/model", 8),
            name("org_model", 8),
            name("org:model", 8),
            name("../model", 8),
            name(&"x".repeat(150), 8),
        ];
        for (i, one) in names.iter().enumerate() {
            assert!(
                one.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)) && !one.starts_with('.'),
                "{one}"
            );
            assert!(one.len() < 120 && !names[..i].contains(one), "{one}");
        }
    }

    #[test]
    fn absurd_collections_are_refused() {
        assert!(Collection::new("", 256).is_err());
        assert!(Collection::new("m", 0).is_err());
        assert!(Collection::new("m", 100_000).is_err());
    }
}
