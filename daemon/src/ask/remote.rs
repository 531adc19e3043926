//! The index in the daemon.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use engine::questions::search::{SearchAnswer, SearchRequest};
use index::Progress;
use jsonrpsee::core::client::{Client, Error};
use tokio::runtime::Runtime;

use super::{Ask, CallsAnswer, CallsRequest, Report, Updated};
use crate::ipc::record::{Build, PROTOCOL};
use crate::ipc::{Place, Record};
use crate::server::api::{self, ControlClient, DaemonStatus, Work, WorkEvent};
use crate::start;
use crate::workspace::{cancelled, index_base};

/// Between two looks at whether the person pressed Ctrl-C.
const LOOK: Duration = Duration::from_millis(50);

/// A workspace that the daemon answers for.
pub(crate) struct Remote {
    root: PathBuf,
    connection: Connection,
}

/// A connection to the daemon for a program without a runtime of its own.
pub(crate) struct Connection {
    runtime: Runtime,
    client: Client,
}

impl Connection {
    /// Connects to the daemon that runs, if one does that speaks as this program does.
    ///
    /// # Errors
    /// When this process cannot make a runtime.
    pub(crate) fn to_running() -> Result<Option<Connection>> {
        // Answers must not depend on which of two versions happens to run.
        let own = Build::own();
        Connection::to(|record| {
            record.protocol == PROTOCOL && record.build.version == own.version && !own.is_newer_than(&record.build)
        })
    }

    /// Connects to the daemon, and starts it when there is none: what is done to tasks is sent by it, also when this process has ended.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(crate) fn to_started() -> Result<Connection> {
        let record = start::ensure(&Place::of(&index_base()?)?)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let client = runtime.block_on(api::connect(&record.control)).context("the daemon cannot be asked")?;
        Ok(Connection { runtime, client })
    }

    /// Connects to the daemon that runs, whatever its version.
    ///
    /// # Errors
    /// As [`Connection::to_running`].
    pub(crate) fn to_any() -> Result<Option<Connection>> {
        Connection::to(|_| true)
    }

    fn to(wanted: impl FnOnce(&Record) -> bool) -> Result<Option<Connection>> {
        // Where there can be no sockets there is no daemon; `doctor` tells why.
        let Ok(place) = Place::of(&index_base()?) else { return Ok(None) };
        let Some(record) = Record::read(&place).filter(wanted) else { return Ok(None) };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        match runtime.block_on(api::connect(&record.control)) {
            Ok(client) => Ok(Some(Connection { runtime, client })),
            Err(error) => {
                // What a daemon that was killed leaves behind.
                tracing::debug!(%error, "no daemon listens");
                Ok(None)
            }
        }
    }

    /// Waits for an answer.
    ///
    /// # Errors
    /// What the daemon says is wrong, or that it is gone.
    pub(crate) fn ask<T>(&self, question: impl AsyncFnOnce(&Client) -> Result<T, Error>) -> Result<T> {
        self.runtime.block_on(question(&self.client)).map_err(told)
    }
}

/// What the daemon said, in its own words.
fn told(error: Error) -> anyhow::Error {
    match error {
        Error::Call(error) => anyhow!("{}", error.message()),
        Error::RestartNeeded(_) | Error::ServiceDisconnect => anyhow!("the daemon ended meanwhile; try again"),
        Error::RequestTimeout => anyhow!("the daemon does not answer; `devmentor logs` tells what it does"),
        error => anyhow::Error::new(error).context("the daemon cannot be asked"),
    }
}

impl Remote {
    /// The workspace at `root` by the daemon that runs, if one does. A folder that is not there is left to [`super::Local`] to complain about.
    ///
    /// # Errors
    /// When this process cannot make a runtime.
    pub(crate) fn to_running(root: &Path) -> Result<Option<Remote>> {
        let Ok(root) = root.canonicalize() else { return Ok(None) };
        Ok(Connection::to_running()?.map(|connection| Remote { root, connection }))
    }

    /// Whether somebody has this workspace open.
    ///
    /// # Errors
    /// When the daemon does not answer.
    pub(crate) fn is_open(&self) -> Result<bool> {
        let open = self.connection.ask(async |client| client.workspaces().await)?;
        Ok(open.iter().any(|workspace| workspace.root == self.root))
    }

    fn work(&self, work: Work, progress: &dyn Progress) -> Result<WorkEvent> {
        self.connection.runtime.block_on(async {
            let mut events = self.connection.client.work(self.root.clone(), work).await.map_err(told)?;
            let (mut files, mut bytes, mut total) = (0, 0, None);
            loop {
                let event = tokio::select! {
                    event = events.next() => event,
                    () = tokio::time::sleep(LOOK) => {
                        if cancelled().load(Ordering::Relaxed) {
                            // The daemon hears of it and stops as well.
                            let _ = events.unsubscribe().await;
                            return Err(index::Error::Cancelled.into());
                        }
                        continue;
                    }
                };
                match event {
                    Some(Ok(WorkEvent::Progress { files: now, of, bytes: read, of_bytes })) => {
                        if total != Some((of, of_bytes)) {
                            progress.start(of as usize, of_bytes);
                            (files, bytes, total) = (0, 0, Some((of, of_bytes)));
                        }
                        for _ in files..now {
                            progress.file(read - bytes);
                            bytes = read;
                        }
                        files = files.max(now);
                    }
                    Some(Ok(WorkEvent::Failed { why })) => bail!("{why}"),
                    Some(Ok(done)) => return Ok(done),
                    Some(Err(error)) => return Err(error).context("the daemon says something else than expected"),
                    None => bail!("the daemon ended meanwhile; try again"),
                }
            }
        })
    }
}

impl Ask for Remote {
    fn root(&self) -> &Path {
        &self.root
    }

    fn update(&self, rebuild: bool, progress: &dyn Progress) -> Result<Option<Updated>> {
        match self.work(Work::Text { rebuild }, progress)? {
            WorkEvent::Updated(updated) => Ok(updated),
            other => bail!("the daemon says something else than expected: {other:?}"),
        }
    }

    fn embed(&self, progress: &dyn Progress) -> Result<u64> {
        match self.work(Work::Vectors, progress)? {
            WorkEvent::Embedded { pieces } => Ok(pieces),
            other => bail!("the daemon says something else than expected: {other:?}"),
        }
    }

    fn search(&self, request: &SearchRequest) -> Result<SearchAnswer> {
        self.connection.ask(async |client| client.search(self.root.clone(), request.clone()).await)
    }

    fn calls(&self, request: &CallsRequest) -> Result<CallsAnswer> {
        self.connection.ask(async |client| client.calls(self.root.clone(), request.clone()).await)
    }

    fn report(&self) -> Result<Report> {
        self.connection.ask(async |client| client.report(self.root.clone()).await)
    }

    fn daemon(&self) -> Result<Option<DaemonStatus>> {
        self.connection.ask(async |client| client.status().await).map(Some)
    }
}
