//! Which workspace is meant, and its index.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use etcetera::BaseStrategy;
use index::Index;

use crate::config;

/// What marks the top of a workspace.
const MARKS: &[&str] = &[".git", ".hg", ".jj", config::REPOSITORY_FILE];

/// The top of the workspace around a folder: the nearest folder with a repository or a `devmentor.toml`, else the folder itself.
pub(crate) fn root_of(folder: &Path) -> Result<PathBuf> {
    let folder = folder.canonicalize().with_context(|| format!("cannot read {}", folder.display()))?;
    let start = if folder.is_dir() { folder.as_path() } else { folder.parent().unwrap_or(&folder) };
    let home = etcetera::home_dir().ok();
    for around in start.ancestors() {
        if MARKS.iter().any(|mark| around.join(mark).exists()) {
            return Ok(around.to_path_buf());
        }
        // A home folder under version control is no reason to index all of it from a folder inside.
        if home.as_deref() == Some(around) {
            break;
        }
    }
    Ok(start.to_path_buf())
}

/// Where indexes are kept: `devmentor/index` in the cache folder (`$XDG_CACHE_HOME`, `~/.cache`), or `$DEVMENTOR_INDEX_DIR`.
pub(crate) fn index_base() -> Result<PathBuf> {
    if let Some(folder) = std::env::var_os("DEVMENTOR_INDEX_DIR").filter(|folder| !folder.is_empty()) {
        return Ok(PathBuf::from(folder));
    }
    let base = etcetera::choose_base_strategy()
        .context("cannot find your home folder; set DEVMENTOR_INDEX_DIR to where indexes may be kept")?;
    Ok(base.cache_dir().join("devmentor").join("index"))
}

/// Where `devmentor serve` keeps its database when it is told no other place: `devmentor/backend` in the data folder (`$XDG_DATA_HOME`, `~/.local/share`).
pub(crate) fn backend_data() -> Result<PathBuf> {
    let base = etcetera::choose_base_strategy().context("cannot find your home folder; say --data DIR")?;
    Ok(base.data_dir().join("devmentor").join("backend"))
}

/// Where what a server knows of one's tasks is kept, and what waits to be sent: `devmentor/tasks` in the data folder.
pub(crate) fn task_data() -> Result<PathBuf> {
    let base = etcetera::choose_base_strategy().context("cannot find your home folder; set HOME")?;
    Ok(base.data_dir().join("devmentor").join("tasks"))
}

/// Set when the person presses Ctrl-C. The first time work stops cleanly, the second time the process ends.
pub(crate) fn cancelled() -> &'static AtomicBool {
    static CANCELLED: AtomicBool = AtomicBool::new(false);
    static HANDLER: std::sync::Once = std::sync::Once::new();
    HANDLER.call_once(|| {
        let handler = || {
            if CANCELLED.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
        };
        if let Err(error) = ctrlc::set_handler(handler) {
            tracing::warn!(%error, "Ctrl-C will end the process at once");
        }
    });
    &CANCELLED
}

/// Opens the index of the workspace at `root` exactly, in this process.
pub(crate) fn open_index(root: &Path) -> Result<Index> {
    let effective = config::load(root)?;
    let index = Index::open(&index_base()?, root, &effective.config.index, &effective.config.vectors)?;
    if let Some(reason) = index.rebuilt() {
        tracing::warn!("the index was damaged and is built anew ({reason})");
    }
    Ok(index)
}
