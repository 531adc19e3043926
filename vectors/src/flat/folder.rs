//! The files in a collection's folder: one of vectors, counted up with each compaction, and what a kill may leave there.

use std::path::{Path, PathBuf};

use super::log;
use crate::error::{Error, Result};

const PREFIX: &str = "vectors-";
const SUFFIX: &str = ".dat";
const UNFINISHED: &str = "new";

/// The file of a generation.
pub(crate) fn path(folder: &Path, generation: u64) -> PathBuf {
    folder.join(format!("{PREFIX}{generation:08}{SUFFIX}"))
}

/// Where a file is written until it is complete.
pub(crate) fn unfinished(path: &Path) -> PathBuf {
    path.with_extension(UNFINISHED)
}

/// The complete files of a collection with their generations.
pub(crate) fn files(folder: &Path) -> Result<Vec<(u64, PathBuf)>> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(Error::io("read", folder))?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(Error::io("read", folder))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let generation = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(SUFFIX));
        if let Some(generation) = generation.and_then(|digits| digits.parse().ok()) {
            files.push((generation, path));
        }
    }
    Ok(files)
}

/// Removes files that were never completed.
pub(crate) fn remove_unfinished(folder: &Path) -> Result<()> {
    for entry in std::fs::read_dir(folder).map_err(Error::io("read", folder))? {
        let path = entry.map_err(Error::io("read", folder))?.path();
        if path.extension().is_some_and(|extension| extension == UNFINISHED) {
            log::remove_file(&path)?;
        }
    }
    Ok(())
}

/// Removes everything of a collection but its lock.
pub(crate) fn remove_files(folder: &Path) -> Result<()> {
    for (_, path) in files(folder)? {
        log::remove_file(&path)?;
    }
    if folder.is_dir() { remove_unfinished(folder) } else { Ok(()) }
}
