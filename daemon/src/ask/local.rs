//! The index in this process.

use std::path::Path;

use anyhow::Result;
use engine::questions;
use engine::questions::search::{SearchAnswer, SearchRequest};
use index::{Error, Index, Progress};

use super::{Ask, CallsAnswer, CallsRequest, Report, Updated, calls, report};
use crate::server::api::DaemonStatus;
use crate::workspace::{cancelled, open_index};

/// An index that this process has opened.
pub(crate) struct Local {
    index: Index,
}

impl Local {
    /// Opens the index of the workspace at `root` exactly.
    ///
    /// # Errors
    /// When its configuration is wrong or its index cannot be opened.
    pub(crate) fn open(root: &Path) -> Result<Local> {
        Ok(Local { index: open_index(root)? })
    }
}

impl Ask for Local {
    fn root(&self) -> &Path {
        self.index.root()
    }

    fn update(&self, rebuild: bool, progress: &dyn Progress) -> Result<Option<Updated>> {
        if rebuild {
            return Ok(Some(self.index.rebuild(progress, cancelled())?.into()));
        }
        if !self.index.is_writable() {
            return Ok(None);
        }
        match self.index.update(progress, cancelled()) {
            Err(Error::Busy { .. }) => Ok(None),
            other => Ok(Some(other?.into())),
        }
    }

    fn embed(&self, progress: &dyn Progress) -> Result<u64> {
        Ok(self.index.embed(progress, cancelled())?.embedded as u64)
    }

    fn search(&self, request: &SearchRequest) -> Result<SearchAnswer> {
        Ok(questions::search::search(&self.index.snapshot(), request)?)
    }

    fn calls(&self, request: &CallsRequest) -> Result<CallsAnswer> {
        let snapshot = self.index.snapshot();
        Ok(calls::calls(&*snapshot.graph()?, &snapshot, request))
    }

    fn report(&self) -> Result<Report> {
        Ok(report::report(&self.index)?)
    }

    fn daemon(&self) -> Result<Option<DaemonStatus>> {
        Ok(None)
    }
}
