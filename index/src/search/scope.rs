//! A filter made ready: which files, kinds and documents may be hits.

use std::sync::Arc;

use globset::{Glob, GlobSet, GlobSetBuilder};
use grammars::{Language, SymbolKind};
use rustc_hash::FxHashSet;

use super::Filter;
use crate::error::{Error, Result};
use crate::record::FileKey;
use crate::snapshot::Snapshot;
use crate::source::FileFlags;
use crate::store::{FileEntry, Tags};

/// What may be a hit in one snapshot.
pub(super) struct Scope {
    /// The files, when they are restricted at all.
    files: Option<FxHashSet<u64>>,
    kinds: u32,
    tests: Option<bool>,
    /// Files for which the overlay answers.
    shadowed: FxHashSet<u64>,
}

impl Scope {
    pub(super) fn new(snapshot: &Snapshot, filter: &Filter) -> Result<Scope> {
        let languages = filter.languages.iter().map(|name| language(name)).collect::<Result<Vec<_>>>()?;
        let wanted = globs(filter.paths.iter().filter(|pattern| !pattern.starts_with('!')).map(String::as_str))?;
        let unwanted = globs(filter.paths.iter().filter_map(|pattern| pattern.strip_prefix('!')))?;
        let restricted = !languages.is_empty() || !filter.paths.is_empty();
        let passes = |file: &FileEntry| {
            (languages.is_empty() || file.language.is_some_and(|language| languages.contains(&language)))
                && (wanted.is_empty() || wanted.is_match(&*file.path))
                && !unwanted.is_match(&*file.path)
        };
        let files = restricted.then(|| snapshot.files().filter(|file| passes(file)).map(|file| file.key.0).collect());
        let kinds = filter.kinds.iter().fold(0, |mask, &kind| mask | 1 << kind as u32);
        let shadowed = snapshot.overlay.keys().map(|key| key.0).collect();
        Ok(Scope { files, kinds, tests: filter.tests, shadowed })
    }

    /// Whether everything may be a hit, so that nothing needs to be looked at.
    pub(super) fn is_open(&self) -> bool {
        self.files.is_none() && self.kinds == 0 && self.tests.is_none() && self.shadowed.is_empty()
    }

    /// Whether a file may have hits.
    pub(super) fn file(&self, key: FileKey) -> bool {
        self.files.as_ref().is_none_or(|files| files.contains(&key.0))
    }

    /// Whether a file may have hits that come from the index on disk.
    pub(super) fn committed_file(&self, key: u64) -> bool {
        !self.shadowed.contains(&key) && self.file(FileKey(key))
    }

    /// Whether a symbol kind may be a hit.
    pub(super) fn kind(&self, kind: Option<SymbolKind>) -> bool {
        self.kinds == 0 || kind.is_some_and(|kind| self.kinds & (1 << kind as u32) != 0)
    }

    /// Whether something that is a test, or is not, may be a hit.
    pub(super) fn test(&self, is_test: bool) -> bool {
        self.tests.is_none_or(|wanted| wanted == is_test)
    }

    /// Whether a chunk may be a hit, as far as its tags tell.
    pub(super) fn tags(&self, tags: Tags) -> bool {
        !tags.is_file() && self.kind(tags.kind()) && self.test(tags.is_test())
    }

    /// Whether a file may have hits, as far as its path and flags tell; tests may also stand in a file of other code.
    pub(super) fn whole_file(&self, file: &FileEntry) -> bool {
        file.refused.is_none()
            && self.file(file.key)
            && (self.tests == Some(true) || self.test(file.flags.has(FileFlags::TEST)))
    }

    /// Whether the symbol around a line decides if it may be a hit.
    pub(super) fn wants_symbols(&self) -> bool {
        self.kinds != 0 || self.tests.is_some()
    }

    /// The same for the vector store.
    pub(super) fn vectors(&self) -> vectors::Filter {
        use vectors::Keys;
        vectors::Filter {
            files: self.files.as_ref().map(|files| files.iter().copied().collect::<Keys>()),
            not_files: (!self.shadowed.is_empty()).then(|| self.shadowed.iter().copied().collect::<Keys>()),
            kinds: (self.kinds != 0).then(|| {
                SymbolKind::ALL.into_iter().filter(|&kind| self.kind(Some(kind))).map(|kind| kind as u8).collect()
            }),
            required: if self.tests == Some(true) { FileFlags::TEST.0 } else { 0 },
            forbidden: if self.tests == Some(false) { FileFlags::TEST.0 } else { 0 },
            ..vectors::Filter::default()
        }
    }

    /// The same for the vector store, and only in files of these languages.
    pub(super) fn vectors_in(&self, snapshot: &Snapshot, languages: &FxHashSet<Language>) -> vectors::Filter {
        let wanted = |file: &&Arc<FileEntry>| {
            self.file(file.key) && file.language.is_some_and(|language| languages.contains(&language))
        };
        let files = snapshot.base.files.iter().filter(wanted).map(|file| file.key.0);
        vectors::Filter { files: Some(files.collect()), ..self.vectors() }
    }
}

fn globs<'p>(patterns: impl Iterator<Item = &'p str>) -> Result<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let error =
            |error: globset::Error| Error::Query(format!("the path filter `{pattern}` is no glob: {}", error.kind()));
        // As in .gitignore, a pattern without a slash matches at any depth, and one that names a folder everything in it.
        let pattern = pattern.trim_start_matches("./");
        let anywhere = if pattern.contains('/') { pattern.to_owned() } else { format!("**/{pattern}") };
        set.add(Glob::new(&anywhere).map_err(error)?);
        set.add(Glob::new(&format!("{}/**", anywhere.trim_end_matches('/'))).map_err(error)?);
    }
    set.build().map_err(|error| Error::Query(format!("the path filter is too large: {error}")))
}

/// A language by name, title or extension, case ignored; the error names the nearest one.
fn language(name: &str) -> Result<Language> {
    let lower = name.to_lowercase();
    let matches = |language: &Language| {
        language.name() == lower
            || language.title().to_lowercase() == lower
            || language.settings().extensions.contains(&lower)
    };
    Language::all().find(matches).ok_or_else(|| {
        let near = Language::all().max_by(|a, b| {
            let score = |language: &Language| strsim::jaro_winkler(&lower, language.name());
            score(a).total_cmp(&score(b))
        });
        let near = near.map_or("", |language| language.name());
        Error::Query(format!("no language is called `{name}`; the nearest is `{near}`"))
    })
}
