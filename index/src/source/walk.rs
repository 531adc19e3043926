//! The walk over a workspace: which files there are, and why others are left out.

use std::fs::Metadata;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::UNIX_EPOCH;

use globset::{Glob, GlobSet, GlobSetBuilder};
use ignore::{WalkBuilder, WalkState};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use super::classify::{self, FolderKind};
use crate::error::{Error, Result};
use crate::options::IndexOptions;

/// A file that may be indexed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Relative to the workspace, with `/`.
    pub path: String,
    /// Where it is.
    pub absolute: PathBuf,
    /// Bytes.
    pub size: u64,
    /// Last modification, nanoseconds since 1970; 0 when the file system does not know.
    pub modified: u64,
}

/// Why a file is not in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SkipReason {
    /// It is not text.
    Binary,
    /// It is larger than the limit.
    TooLarge,
    /// Its lines are too long to have been written by hand.
    Minified,
    /// A program wrote it.
    Generated,
    /// It lies in a folder of other people's packages.
    Vendored,
    /// A cache or build output.
    Artefact,
    /// It could not be read.
    Unreadable,
    /// Its name is not valid Unicode.
    BadName,
    /// A link: what it leads to is indexed where it is, if that is in the workspace.
    Link,
    /// A glob of the configuration excludes it.
    Excluded,
    /// A pipe, a socket or a device.
    Special,
}

impl SkipReason {
    /// In words, for `status`.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Binary => "not text",
            Self::TooLarge => "larger than index.max-file-kb",
            Self::Minified => "minified",
            Self::Generated => "generated (index.generated = true includes it)",
            Self::Vendored => "other people's packages (index.vendored = true includes it)",
            Self::Artefact => "cache or build output",
            Self::Unreadable => "cannot be read",
            Self::BadName => "its name is not valid UTF-8",
            Self::Link => "a link; what it leads to is indexed where it is",
            Self::Excluded => "excluded by index.exclude",
            Self::Special => "a pipe, a socket or a device",
        }
    }
}

/// A file or folder that was left out, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Skip {
    /// Relative to the workspace; folders end in `/`. Names that are not UTF-8 are shown with replacement characters.
    pub path: String,
    /// Why.
    pub reason: SkipReason,
    /// What the system said, where it said something.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// What a walk found.
#[derive(Debug, Default)]
pub struct Walk {
    /// Files, ordered by path.
    pub files: Vec<Found>,
    /// What was left out, ordered by path. Files that version control ignores are not listed: leaving them out is what people expect.
    pub skipped: Vec<Skip>,
    /// The folders that were visited, the workspace itself as an empty path.
    pub folders: Vec<String>,
}

/// The rules of one workspace, also applied to single files that a watcher reports.
#[derive(Debug, Clone)]
pub struct Rules {
    exclude: GlobSet,
    max_bytes: u64,
    generated: bool,
    vendored: bool,
}

impl Rules {
    /// Compiles the globs of the options.
    pub fn new(options: &IndexOptions) -> Result<Rules> {
        let mut exclude = GlobSetBuilder::new();
        for pattern in &options.exclude {
            let glob = Glob::new(pattern).map_err(|error| Error::Query(format!("index.exclude: {error}")))?;
            exclude.add(glob);
        }
        let exclude = exclude.build().map_err(|error| Error::Query(format!("index.exclude: {error}")))?;
        Ok(Rules {
            exclude,
            max_bytes: options.max_file_kb.saturating_mul(1024).min(u32::MAX as u64),
            generated: options.generated,
            vendored: options.vendored,
        })
    }

    /// Whether something in a folder of this name, at any depth, is left out for the name alone.
    pub fn cuts(&self, path: &str) -> bool {
        path.split('/').any(|name| self.folder(name).is_err())
    }

    fn folder(&self, name: &str) -> std::result::Result<(), Option<SkipReason>> {
        match classify::folder(name) {
            FolderKind::VersionControl => Err(None),
            FolderKind::Artefact => Err(Some(SkipReason::Artefact)),
            FolderKind::Vendored if !self.vendored => Err(Some(SkipReason::Vendored)),
            _ => Ok(()),
        }
    }

    fn file(&self, path: &str, size: u64) -> std::result::Result<(), SkipReason> {
        let name = path.rsplit('/').next().unwrap_or(path);
        if !self.exclude.is_empty() && self.exclude.is_match(path) {
            Err(SkipReason::Excluded)
        } else if !self.generated && classify::is_generated_name(name) {
            Err(SkipReason::Generated)
        } else if size > self.max_bytes {
            Err(SkipReason::TooLarge)
        } else {
            Ok(())
        }
    }
}

/// Walks a workspace in parallel. `cancelled` is looked at for each entry.
///
/// A `.gitignore` counts in a folder without a repository too, for sources are often unpacked without one. Some archives carry one that is
/// meant for a repository around them and ignores all of their own files (Debian's Linux sources do); then it does not count.
///
/// # Errors
/// When the root cannot be read, or the work is cancelled. Anything below the root that fails is in [`Walk::skipped`].
pub fn walk(root: &Path, rules: &Rules, threads: usize, cancelled: &AtomicBool) -> Result<Walk> {
    std::fs::read_dir(root).map_err(|source| Error::Root { path: root.to_path_buf(), source })?;
    let walk = walk_once(root, rules, threads, cancelled, false)?;
    if walk.files.is_empty() {
        return walk_once(root, rules, threads, cancelled, true);
    }
    Ok(walk)
}

fn walk_once(
    root: &Path,
    rules: &Rules,
    threads: usize,
    cancelled: &AtomicBool,
    only_in_repositories: bool,
) -> Result<Walk> {
    let found = Mutex::new(Walk::default());
    // The filter runs inside the walker and cannot borrow; it hands over what it cut through a shared list.
    let cut = Arc::new(Mutex::new(Vec::new()));
    let mut walker = builder(root, threads, rules.clone(), cut.clone());
    walker.require_git(only_in_repositories).build_parallel().run(|| {
        let mut batch = Batch { files: Vec::new(), skipped: Vec::new(), folders: Vec::new(), into: &found };
        let root = root.to_path_buf();
        Box::new(move |entry| {
            if cancelled.load(Ordering::Relaxed) {
                return WalkState::Quit;
            }
            match entry {
                Ok(entry) => visit(&root, rules, &entry, &mut batch),
                Err(error) => batch.skipped.push(skip_of(&root, &error)),
            }
            WalkState::Continue
        })
    });
    if cancelled.load(Ordering::Relaxed) {
        return Err(Error::Cancelled);
    }
    let mut walk = found.into_inner();
    walk.skipped.append(&mut cut.lock());
    walk.files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    walk.skipped.sort_unstable();
    walk.skipped.dedup();
    Ok(walk)
}

/// What a single path is now: a file to index, a reason to leave it out, or nothing (gone, ignored, or a folder).
pub fn look(root: &Path, rules: &Rules, path: &str) -> Option<std::result::Result<Found, Skip>> {
    let absolute = root.join(path);
    let metadata = std::fs::symlink_metadata(&absolute).ok()?;
    if !metadata.is_file() {
        return None;
    }
    if let Err(reason) = rules.file(path, metadata.len()) {
        return Some(Err(Skip { path: path.to_owned(), reason, detail: String::new() }));
    }
    Some(Ok(Found { path: path.to_owned(), absolute, size: metadata.len(), modified: modified(&metadata) }))
}

fn builder(root: &Path, threads: usize, rules: Rules, cut: Arc<Mutex<Vec<Skip>>>) -> WalkBuilder {
    let mut builder = WalkBuilder::new(root);
    let base = root.to_path_buf();
    builder
        .hidden(false)
        .follow_links(false)
        .threads(threads)
        .add_custom_ignore_filename(".devmentorignore")
        .filter_entry(move |entry| {
            if entry.depth() == 0 || !entry.file_type().is_some_and(|kind| kind.is_dir()) {
                return true;
            }
            let Some(name) = entry.file_name().to_str() else { return true };
            match rules.folder(name) {
                Ok(()) => true,
                Err(reason) => {
                    if let Some(reason) = reason {
                        let path = format!("{}/", relative(&base, entry.path()));
                        cut.lock().push(Skip { path, reason, detail: String::new() });
                    }
                    false
                }
            }
        });
    builder
}

/// What one walking thread found; handed over when the thread ends.
struct Batch<'w> {
    files: Vec<Found>,
    skipped: Vec<Skip>,
    folders: Vec<String>,
    into: &'w Mutex<Walk>,
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        let mut walk = self.into.lock();
        walk.files.append(&mut self.files);
        walk.skipped.append(&mut self.skipped);
        walk.folders.append(&mut self.folders);
    }
}

fn visit(root: &Path, rules: &Rules, entry: &ignore::DirEntry, batch: &mut Batch<'_>) {
    let kind = entry.file_type();
    let shown = relative(root, entry.path());
    if kind.is_some_and(|kind| kind.is_dir()) {
        batch.folders.push(shown);
        return;
    }
    if !kind.is_some_and(|kind| kind.is_file()) {
        // Following links would index files twice or run in circles; opening a pipe would wait for its other end.
        let reason = if kind.is_some_and(|kind| kind.is_symlink()) { SkipReason::Link } else { SkipReason::Special };
        batch.skipped.push(Skip { path: shown, reason, detail: String::new() });
        return;
    }
    // In a worktree or a submodule `.git` is a file.
    if entry.file_name().to_str().is_some_and(|name| classify::folder(name) == FolderKind::VersionControl) {
        return;
    }
    if entry.path().to_str().is_none() {
        batch.skipped.push(Skip { path: shown, reason: SkipReason::BadName, detail: String::new() });
        return;
    }
    let metadata = match entry.metadata() {
        Ok(metadata) => metadata,
        Err(error) => {
            batch.skipped.push(Skip { path: shown, reason: SkipReason::Unreadable, detail: error.to_string() });
            return;
        }
    };
    match rules.file(&shown, metadata.len()) {
        Ok(()) => {
            let modified = modified(&metadata);
            batch.files.push(Found {
                path: shown,
                absolute: entry.path().to_path_buf(),
                size: metadata.len(),
                modified,
            });
        }
        Err(reason) => batch.skipped.push(Skip { path: shown, reason, detail: String::new() }),
    }
}

fn skip_of(root: &Path, error: &ignore::Error) -> Skip {
    fn path(error: &ignore::Error) -> Option<&Path> {
        match error {
            ignore::Error::WithPath { path, .. } => Some(path),
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path(err),
            _ => None,
        }
    }
    Skip {
        path: path(error).map_or_else(String::new, |path| relative(root, path)),
        reason: SkipReason::Unreadable,
        detail: error.to_string(),
    }
}

/// Opens a regular file. Since it was walked a path may have become anything: opening a pipe would wait for ever, and a link may lead out of the
/// workspace.
///
/// # Errors
/// When it cannot be opened or is something else than a file.
pub fn open_file(path: &Path) -> std::io::Result<(std::fs::File, Metadata)> {
    let metadata = std::fs::symlink_metadata(path)?;
    if !metadata.is_file() {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "it is no file any more"));
    }
    Ok((std::fs::File::open(path)?, metadata))
}

/// Reads a regular file of at most `limit` bytes into `into`.
///
/// # Errors
/// As [`open_file`], and when it is larger (of the kind [`std::io::ErrorKind::FileTooLarge`]).
pub fn read_file(path: &Path, limit: u64, into: &mut Vec<u8>) -> std::io::Result<()> {
    into.clear();
    let (file, metadata) = open_file(path)?;
    into.reserve(metadata.len().min(limit) as usize + 1);
    file.take(limit.saturating_add(1)).read_to_end(into)?;
    if into.len() as u64 > limit {
        return Err(std::io::Error::from(std::io::ErrorKind::FileTooLarge));
    }
    Ok(())
}

/// The path below `root`, with `/` on every system.
pub fn relative(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    let text = below.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { text.into_owned() } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}

/// Last modification in nanoseconds since 1970; 0 when the file system does not know.
pub(crate) fn modified(metadata: &Metadata) -> u64 {
    let modified = metadata.modified().ok();
    modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok()).map_or(0, |age| age.as_nanos() as u64)
}
