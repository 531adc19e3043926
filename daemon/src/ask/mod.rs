//! What the commands ask of a workspace: one interface, and two who answer.
//!
//! While a daemon runs it owns the indexes, so [`remote`] asks it; otherwise [`local`] opens the index in this process. Both compute the
//! same questions over the same snapshots, so a command cannot tell them apart.

pub(crate) mod calls;
mod local;
mod remote;
pub(crate) mod report;

use std::path::Path;

use anyhow::Result;
use engine::questions::search::{SearchAnswer, SearchRequest};
use index::Progress;
use serde::{Deserialize, Serialize};

pub(crate) use calls::{CallsAnswer, CallsRequest};
pub(crate) use local::Local;
pub(crate) use remote::{Connection, Remote};
pub(crate) use report::Report;

use crate::output::Bar;
use crate::server::api::DaemonStatus;
use crate::workspace::root_of;

/// What an update did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Updated {
    /// Files in the workspace that can be searched.
    pub(crate) files: u64,
    /// Files whose content was indexed now.
    pub(crate) indexed: u64,
    /// Files that are gone.
    pub(crate) removed: u64,
    /// Bytes that were read.
    pub(crate) bytes: u64,
    /// What was left out.
    pub(crate) skipped: u64,
    /// How long it took, in microseconds.
    pub(crate) micros: u64,
}

impl From<index::Summary> for Updated {
    fn from(summary: index::Summary) -> Updated {
        Updated {
            files: summary.files as u64,
            indexed: summary.indexed as u64,
            removed: summary.removed as u64,
            bytes: summary.bytes,
            skipped: summary.skipped as u64,
            micros: summary.elapsed.as_micros() as u64,
        }
    }
}

/// A workspace that answers.
///
/// Every method may fail because the index cannot be read or the question cannot be understood; the text says which.
pub(crate) trait Ask {
    /// Its folder.
    fn root(&self) -> &Path;

    /// Brings text and symbols up to date, from nothing when `rebuild` is set. Gives nothing when another process does that.
    fn update(&self, rebuild: bool, progress: &dyn Progress) -> Result<Option<Updated>>;

    /// Embeds what has no vector yet. Gives how many pieces were embedded.
    fn embed(&self, progress: &dyn Progress) -> Result<u64>;

    /// Searches.
    fn search(&self, request: &SearchRequest) -> Result<SearchAnswer>;

    /// Who calls a symbol and what it calls.
    fn calls(&self, request: &CallsRequest) -> Result<CallsAnswer>;

    /// What the index holds.
    fn report(&self) -> Result<Report>;

    /// The daemon, when it is the one who answers.
    fn daemon(&self) -> Result<Option<DaemonStatus>>;
}

/// The workspace around a folder, by the daemon when one of this program runs.
pub(crate) fn around(folder: Option<&Path>) -> Result<Box<dyn Ask>> {
    let root = root_of(folder.unwrap_or(Path::new(".")))?;
    match Remote::to_running(&root)? {
        Some(remote) => Ok(Box::new(remote)),
        None => Ok(Box::new(Local::open(&root)?)),
    }
}

/// The workspace at `root` for whoever wants it indexed now: by the daemon only when it has that workspace open.
pub(crate) fn for_indexing(root: &Path) -> Result<Box<dyn Ask>> {
    match Remote::to_running(root)? {
        Some(remote) if remote.is_open()? => Ok(Box::new(remote)),
        _ => Ok(Box::new(Local::open(root)?)),
    }
}

/// Brings text and vectors up to date, showing progress when there is much to do.
pub(crate) fn bring_up_to_date(workspace: &dyn Ask) -> Result<()> {
    let bar = Bar::quiet("Indexing");
    if workspace.update(false, &bar)?.is_none() {
        tracing::warn!("another devmentor process is indexing this workspace; answers are as of its last commit");
    }
    bar.finish();
    let bar = Bar::quiet("Embedding");
    let embedded = workspace.embed(&bar);
    bar.finish();
    embedded?;
    Ok(())
}
