//! Which points an operation is about.

use std::sync::Arc;

use rustc_hash::FxHashSet;

/// A conjunction of conditions; one that is absent holds for every point. [`Filter::default`] matches all.
///
/// ```
/// use vectors::{Filter, Keys, KindSet};
///
/// const TEST: u8 = 1;
/// let filter = Filter { files: Some(Keys::from_iter([7, 8])), forbidden: TEST, ..Filter::default() };
/// assert!(filter.matches(1, 7, 0, 0, 0));
/// assert!(!filter.matches(1, 7, 0, TEST, 0));
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// The point's file is one of these.
    pub files: Option<Keys>,
    /// The point's file is none of these.
    pub not_files: Option<Keys>,
    /// The point's number is one of these.
    pub ids: Option<Keys>,
    /// The point's kind is one of these.
    pub kinds: Option<KindSet>,
    /// The point's language is one of these.
    pub langs: Option<Vec<u16>>,
    /// All of these flags are set.
    pub required: u8,
    /// None of these flags is set.
    pub forbidden: u8,
}

impl Filter {
    /// The points of one file.
    pub fn file(file: u64) -> Self {
        Filter { files: Some(Keys::from_iter([file])), ..Filter::default() }
    }

    /// Whether every point matches.
    pub fn is_empty(&self) -> bool {
        *self == Filter::default()
    }

    /// Whether a point with these properties matches.
    pub fn matches(&self, id: u64, file: u64, kind: u8, flags: u8, lang: u16) -> bool {
        self.matches_properties(id, kind, flags, lang) && self.matches_file(file)
    }

    /// All conditions but those on the file, which are worth remembering from point to point.
    pub(crate) fn matches_properties(&self, id: u64, kind: u8, flags: u8, lang: u16) -> bool {
        flags & self.required == self.required
            && flags & self.forbidden == 0
            && self.kinds.is_none_or(|kinds| kinds.contains(kind))
            && self.langs.as_ref().is_none_or(|langs| langs.contains(&lang))
            && self.ids.as_ref().is_none_or(|ids| ids.contains(id))
    }

    pub(crate) fn matches_file(&self, file: u64) -> bool {
        self.files.as_ref().is_none_or(|files| files.contains(file))
            && self.not_files.as_ref().is_none_or(|files| !files.contains(file))
    }
}

/// A set of file keys or point numbers, made once and cheap to clone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Keys(Arc<FxHashSet<u64>>);

impl Keys {
    /// Whether the key is in the set.
    pub fn contains(&self, key: u64) -> bool {
        self.0.contains(&key)
    }

    /// How many keys are in the set.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the set has no key, so that nothing matches it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The keys, in no order.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.0.iter().copied()
    }
}

impl FromIterator<u64> for Keys {
    fn from_iter<I: IntoIterator<Item = u64>>(keys: I) -> Self {
        Keys(Arc::new(keys.into_iter().collect()))
    }
}

/// A set of kinds ([`Point::kind`](crate::Point::kind)).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KindSet([u64; 4]);

impl KindSet {
    /// Whether the kind is in the set.
    pub fn contains(&self, kind: u8) -> bool {
        self.0[usize::from(kind >> 6)] >> (kind & 63) & 1 == 1
    }

    /// The kinds in the set, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u8> + '_ {
        (0..=u8::MAX).filter(|&kind| self.contains(kind))
    }
}

impl FromIterator<u8> for KindSet {
    fn from_iter<I: IntoIterator<Item = u8>>(kinds: I) -> Self {
        kinds.into_iter().fold(KindSet::default(), |mut set, kind| {
            set.0[usize::from(kind >> 6)] |= 1 << (kind & 63);
            set
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_set_matches_nothing_and_no_set_everything() {
        assert!(Filter::default().matches(1, 2, 3, 4, 5));
        assert!(!Filter { files: Some(Keys::default()), ..Filter::default() }.matches(1, 2, 3, 4, 5));
        assert!(!Filter { kinds: Some(KindSet::default()), ..Filter::default() }.matches(1, 2, 3, 4, 5));
        assert!(!Filter { langs: Some(Vec::new()), ..Filter::default() }.matches(1, 2, 3, 4, 5));
    }

    #[test]
    fn a_kind_set_holds_exactly_its_kinds() {
        let set = KindSet::from_iter([0, 63, 64, 255]);
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 63, 64, 255]);
    }
}
