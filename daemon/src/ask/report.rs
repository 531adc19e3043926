//! What an index holds, and what was left out and why, as plain data.

use std::collections::BTreeMap;
use std::path::PathBuf;

use index::{Index, Result, Skip};
use serde::{Deserialize, Serialize};

/// The files of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct LanguageCount {
    pub(crate) files: u64,
    pub(crate) lines: u64,
}

/// How far the vectors are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct VectorCount {
    pub(crate) have: u64,
    pub(crate) wanted: u64,
}

/// The state of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) root: PathBuf,
    /// Files that can be searched.
    pub(crate) files: u64,
    pub(crate) lines: u64,
    pub(crate) symbols: u64,
    pub(crate) languages: BTreeMap<String, LanguageCount>,
    /// None when there are no vectors.
    pub(crate) vectors: Option<VectorCount>,
    /// Files that are not indexed as they are now.
    pub(crate) stale: u64,
    pub(crate) skipped: Vec<Skip>,
    /// Files that could not be parsed, and why.
    pub(crate) plain: Vec<(String, String)>,
    /// Where the index lies.
    pub(crate) folder: PathBuf,
    /// Bytes on disk by part.
    pub(crate) sizes: Vec<(String, u64)>,
    /// Whether the process that answers keeps the index up to date.
    pub(crate) writable: bool,
}

/// Looks at an index and the files of its workspace.
///
/// # Errors
/// When the index or the workspace cannot be read.
pub(crate) fn report(index: &Index) -> Result<Report> {
    let snapshot = index.snapshot();
    let mut languages = BTreeMap::<String, LanguageCount>::new();
    let (mut files, mut lines, mut plain) = (0u64, 0u64, Vec::new());
    for file in snapshot.files().filter(|file| file.refused.is_none()) {
        files += 1;
        lines += u64::from(file.lines);
        let name = file.language.map_or("text", |language| language.name());
        let count = languages.entry(name.to_owned()).or_default();
        count.files += 1;
        count.lines += u64::from(file.lines);
        if let Some(reason) = &file.plain_because {
            plain.push((file.path.to_string(), reason.to_string()));
        }
    }
    Ok(Report {
        root: index.root().to_path_buf(),
        files,
        lines,
        symbols: snapshot.symbol_count()? as u64,
        languages,
        vectors: snapshot.vector_count()?.map(|(have, wanted)| VectorCount { have, wanted }),
        stale: index.stale()? as u64,
        skipped: index.skipped(),
        plain,
        folder: index.folder().path().to_path_buf(),
        sizes: index.folder().size(),
        writable: index.is_writable(),
    })
}
