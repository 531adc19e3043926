//! What a workspace holds, and how far it is.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::state::State;
use crate::workspace::Workspace;

/// The files of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LanguageStatus {
    /// How many.
    pub files: u64,
    /// Their lines.
    pub lines: u64,
}

/// What a workspace holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// Its folder.
    pub root: PathBuf,
    /// How far it is.
    pub state: State,
    /// Files that can be searched.
    pub files: u64,
    /// Their lines.
    pub lines: u64,
    /// Symbols.
    pub symbols: u64,
    /// Pieces of code that can be searched by meaning, and how many there should be; none when that is switched off.
    pub embedded: Option<(u64, u64)>,
    /// By language.
    pub languages: BTreeMap<String, LanguageStatus>,
}

/// The status of a workspace. Before its index is open all counts are 0.
///
/// # Errors
/// When the index cannot be read.
pub fn status(workspace: &Workspace) -> Result<Status> {
    let mut status = Status {
        root: workspace.root().to_path_buf(),
        state: workspace.state(),
        files: 0,
        lines: 0,
        symbols: 0,
        embedded: None,
        languages: BTreeMap::new(),
    };
    let Some(index) = workspace.index() else { return Ok(status) };
    let snapshot = index.snapshot();
    for file in snapshot.files().filter(|file| file.refused.is_none()) {
        status.files += 1;
        status.lines += u64::from(file.lines);
        let name = file.language.map_or("text", |language| language.name());
        let language = status.languages.entry(name.to_owned()).or_default();
        language.files += 1;
        language.lines += u64::from(file.lines);
    }
    status.symbols = snapshot.symbol_count()? as u64;
    status.embedded = snapshot.vector_count()?;
    Ok(status)
}
