//! Answers on the control socket. Methods translate; the work is done by [`engine`] and [`crate::ask`].

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use domain::CommandId;
use engine::questions::outline::{OutlineItem, outline};
use engine::questions::repo_map::{RepoMap, RepoMapRequest, repo_map};
use engine::questions::search::{SearchAnswer, SearchRequest, search};
use engine::{Lease, Phase};
use index::{Index, Progress};
use jsonrpsee::core::{SubscriptionResult, async_trait};
use jsonrpsee::server::{
    PendingSubscriptionSink, Server, ServerConfig, SubscriptionSink, serve_with_graceful_shutdown, stop_channel,
};
use jsonrpsee::types::ErrorObjectOwned;
use serde::Serialize;
use sync::{Deed, Done, Hub, ListRequest, Project, TaskLine, TaskShown};
use tokio::io::{AsyncRead, AsyncWrite};

use super::api::{ControlServer, DaemonStatus, LARGEST, OpenWorkspace, ProjectLine, SyncStatus, Work, WorkEvent};
use super::clients::{ClientInfo, Connected};
use super::{Daemon, boards, memory};
use crate::ask::{CallsAnswer, CallsRequest, Report, calls, report};

/// A request is at most so large, in bytes; the largest is a query.
const LARGEST_REQUEST: u32 = 1 << 20;
/// Progress is told so often.
const EVERY: Duration = Duration::from_millis(100);
/// So long a new task waits for the server to say its number.
const CONFIRM: Duration = Duration::from_secs(2);
/// The code of every failure; the message says what it is.
const FAILED: i32 = -32000;

/// Serves one connection until it ends or the daemon leaves.
pub(super) async fn serve(daemon: Daemon, stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) {
    let connected = daemon.clients.arrived(ClientInfo { kind: "control".to_owned(), process: None, version: None });
    let leaving = daemon.leaving();
    let config = ServerConfig::builder()
        .max_request_body_size(LARGEST_REQUEST)
        .max_response_body_size(LARGEST)
        .max_connections(1)
        .build();
    let (stop, handle) = stop_channel();
    let methods = Control { daemon, _connected: connected }.into_rpc();
    let service = Server::builder().set_config(config).to_service_builder().build(methods, stop.clone());
    let connection = tokio::spawn(serve_with_graceful_shutdown(stream, service, stop.shutdown()));
    // With a WebSocket the connection goes on in a task of its own, which holds the other end of the handle.
    tokio::select! {
        () = handle.clone().stopped() => {}
        () = leaving => {
            // It may have ended at this very moment.
            let _ = handle.stop();
            handle.stopped().await;
        }
    }
    if let Ok(Err(error)) = connection.await {
        tracing::debug!(error, "a control connection ended");
    }
}

struct Control {
    daemon: Daemon,
    /// Counts the connection as a client as long as its methods are there.
    _connected: Connected,
}

fn failed(error: impl std::fmt::Display) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(FAILED, error.to_string(), None::<()>)
}

impl Control {
    fn open_workspaces(&self) -> Vec<OpenWorkspace> {
        let open = self.daemon.engine.workspaces().into_iter();
        open.map(|(workspace, users)| OpenWorkspace {
            root: workspace.root().to_path_buf(),
            users,
            state: workspace.state(),
        })
        .collect()
    }

    /// The boards, when they are there.
    async fn hub(&self) -> Result<Hub, ErrorObjectOwned> {
        self.daemon.hosted.boards.ready().await.map_err(failed)
    }

    /// Opens a workspace and computes an answer from its index, apart from the threads that move bytes.
    async fn ask<T: Send + 'static>(
        &self,
        root: PathBuf,
        answer: impl FnOnce(&Index) -> Result<T, engine::Error> + Send + 'static,
    ) -> Result<T, ErrorObjectOwned> {
        let (lease, index) = self.open(&root).await?;
        let answered = tokio::task::spawn_blocking(move || {
            let answer = answer(&index);
            drop(index);
            drop(lease);
            answer
        });
        match answered.await {
            Ok(answer) => answer.map_err(failed),
            Err(error) if error.is_panic() => Err(failed("this question broke the daemon's answer; please report it")),
            Err(_) => Err(failed("the daemon is leaving")),
        }
    }

    /// Opens a workspace and waits until its index is open.
    async fn open(&self, root: &Path) -> Result<(Lease, Arc<Index>), ErrorObjectOwned> {
        let lease = self.daemon.engine.open(root).map_err(failed)?;
        let mut state = lease.subscribe();
        loop {
            if let Some(index) = lease.index() {
                return Ok((lease, index));
            }
            if let Phase::Failed { why } = &state.borrow_and_update().phase {
                return Err(failed(why));
            }
            if state.changed().await.is_err() {
                return Err(failed("the daemon is leaving"));
            }
        }
    }
}

#[async_trait]
impl ControlServer for Control {
    async fn status(&self) -> Result<DaemonStatus, ErrorObjectOwned> {
        let mut clients = self.daemon.clients.list();
        // Whoever asks need not be told of himself.
        if let Some(own) = clients.iter().rposition(|client| client.kind == "control") {
            clients.remove(own);
        }
        Ok(DaemonStatus {
            build: self.daemon.build.clone(),
            process: std::process::id(),
            seconds: self.daemon.begun.elapsed().as_secs(),
            memory: memory::own(),
            clients,
            workspaces: self.open_workspaces(),
            log: self.daemon.log.clone(),
        })
    }

    async fn workspaces(&self) -> Result<Vec<OpenWorkspace>, ErrorObjectOwned> {
        Ok(self.open_workspaces())
    }

    async fn search(&self, root: PathBuf, request: SearchRequest) -> Result<SearchAnswer, ErrorObjectOwned> {
        self.ask(root, move |index| search(&index.snapshot(), &request)).await
    }

    async fn calls(&self, root: PathBuf, request: CallsRequest) -> Result<CallsAnswer, ErrorObjectOwned> {
        self.ask(root, move |index| {
            let snapshot = index.snapshot();
            Ok(calls::calls(&*snapshot.graph()?, &snapshot, &request))
        })
        .await
    }

    async fn outline(&self, root: PathBuf, path: String) -> Result<Vec<OutlineItem>, ErrorObjectOwned> {
        self.ask(root, move |index| outline(&index.snapshot(), &path)).await
    }

    async fn repo_map(&self, root: PathBuf, request: RepoMapRequest) -> Result<RepoMap, ErrorObjectOwned> {
        self.ask(root, move |index| {
            let snapshot = index.snapshot();
            repo_map(&*snapshot.graph()?, &snapshot, &request)
        })
        .await
    }

    async fn report(&self, root: PathBuf) -> Result<Report, ErrorObjectOwned> {
        self.ask(root, |index| Ok(report::report(index)?)).await
    }

    async fn work(&self, pending: PendingSubscriptionSink, root: PathBuf, work: Work) -> SubscriptionResult {
        let sink = pending.accept().await?;
        let last = match self.open(&root).await {
            Ok((lease, index)) => do_work(&sink, &lease, index, work).await,
            Err(error) => Some(WorkEvent::Failed { why: error.message().to_owned() }),
        };
        if let Some(last) = last {
            send(&sink, &last).await;
        }
        Ok(())
    }

    async fn open(&self, pending: PendingSubscriptionSink, root: PathBuf) -> SubscriptionResult {
        let lease = match self.daemon.engine.open(&root) {
            Ok(lease) => lease,
            Err(error) => {
                pending.reject(failed(error)).await;
                return Ok(());
            }
        };
        let sink = pending.accept().await?;
        let mut state = lease.subscribe();
        loop {
            let now = state.borrow_and_update().clone();
            if !send(&sink, &now).await {
                return Ok(());
            }
            tokio::select! {
                () = sink.closed() => return Ok(()),
                changed = state.changed() => if changed.is_err() { return Ok(()) },
            }
        }
    }

    async fn progress(&self, pending: PendingSubscriptionSink) -> SubscriptionResult {
        let sink = pending.accept().await?;
        let mut told = None;
        let mut ticks = tokio::time::interval(EVERY);
        loop {
            tokio::select! {
                () = sink.closed() => return Ok(()),
                _ = ticks.tick() => {}
            }
            let now = self.open_workspaces();
            if told.as_ref() != Some(&now) {
                if !send(&sink, &now).await {
                    return Ok(());
                }
                told = Some(now);
            }
        }
    }

    async fn tasks(&self, root: Option<PathBuf>, request: ListRequest) -> Result<Vec<TaskLine>, ErrorObjectOwned> {
        let hub = self.hub().await?;
        let place = boards::place(root).await.map_err(failed)?.or(request.place);
        hub.list(&ListRequest { place, ..request }, hub.today()).map_err(failed)
    }

    async fn task(&self, key: String) -> Result<TaskShown, ErrorObjectOwned> {
        self.hub().await?.show(&key).map_err(failed)
    }

    async fn do_task(&self, root: Option<PathBuf>, deed: Deed, preview: bool) -> Result<Done, ErrorObjectOwned> {
        let hub = self.hub().await?;
        let place = boards::place(root).await.map_err(failed)?;
        let done = hub.act(&deed, place.as_ref(), preview).await.map_err(failed)?;
        Ok(if preview { done } else { hub.settled(done, CONFIRM).await })
    }

    async fn projects(&self, root: Option<PathBuf>) -> Result<Vec<ProjectLine>, ErrorObjectOwned> {
        let hub = self.hub().await?;
        let here = match boards::place(root).await.map_err(failed)? {
            Some(place) => hub.project_of(&place).map_err(failed)?.map(|project| project.id()),
            None => None,
        };
        let line = |project: &Project| {
            project.read(|replica| {
                let state = replica.shown();
                let shown = state.project()?;
                let open = state.tasks.values().filter(|task| task.done_at.is_none()).count();
                Some(ProjectLine {
                    key: shown.key.clone(),
                    name: shown.name.clone(),
                    open,
                    here: here == Some(project.id()),
                })
            })
        };
        Ok(hub.projects().iter().filter_map(line).collect())
    }

    async fn new_project(&self, root: Option<PathBuf>, key: String, name: String) -> Result<(), ErrorObjectOwned> {
        let hub = self.hub().await?;
        let project = hub.make_project(&key, &name).await.map_err(failed)?;
        if let Some(place) = boards::place(root).await.map_err(failed)? {
            hub.bind(&place.repository, project.id()).await.map_err(failed)?;
        }
        Ok(())
    }

    async fn use_project(&self, root: PathBuf, key: String) -> Result<(), ErrorObjectOwned> {
        let hub = self.hub().await?;
        let project = hub.project_by_key(&key).map_err(failed)?;
        let place = boards::place(Some(root)).await.map_err(failed)?.unwrap_or_default();
        hub.bind(&place.repository, project.id()).await.map_err(failed)
    }

    async fn sync_status(&self) -> Result<SyncStatus, ErrorObjectOwned> {
        boards::status(&self.hub().await?).await.map_err(failed)
    }

    async fn retry_sync(&self) -> Result<(), ErrorObjectOwned> {
        self.hub().await?.retry();
        Ok(())
    }

    async fn dismiss_refused(&self, id: CommandId) -> Result<bool, ErrorObjectOwned> {
        self.hub().await?.dismiss(id).await.map_err(failed)
    }

    async fn tasks_changed(&self, pending: PendingSubscriptionSink) -> SubscriptionResult {
        let hub = match self.hub().await {
            Ok(hub) => hub,
            Err(error) => {
                pending.reject(error).await;
                return Ok(());
            }
        };
        let sink = pending.accept().await?;
        let mut changes = hub.changes();
        loop {
            let now = *changes.borrow_and_update();
            if !send(&sink, &now).await {
                return Ok(());
            }
            tokio::select! {
                () = sink.closed() => return Ok(()),
                changed = changes.changed() => if changed.is_err() { return Ok(()) },
            }
        }
    }

    async fn shutdown(&self, reason: String) -> Result<(), ErrorObjectOwned> {
        self.daemon.leave.send_replace(Some(reason));
        Ok(())
    }
}

/// Gives back whether anybody listens.
async fn send(sink: &SubscriptionSink, value: &impl Serialize) -> bool {
    match serde_json::value::to_raw_value(value) {
        Ok(value) => sink.send(value).await.is_ok(),
        Err(error) => {
            tracing::error!(%error, "an event cannot be written");
            false
        }
    }
}

/// Counts what is done.
#[derive(Default)]
struct Counter {
    files: AtomicU64,
    of: AtomicU64,
    bytes: AtomicU64,
    of_bytes: AtomicU64,
}

impl Counter {
    fn event(&self) -> WorkEvent {
        let [files, of, bytes, of_bytes] =
            [&self.files, &self.of, &self.bytes, &self.of_bytes].map(|count| count.load(Ordering::Relaxed));
        WorkEvent::Progress { files, of, bytes, of_bytes }
    }
}

impl Progress for Counter {
    fn start(&self, files: usize, bytes: u64) {
        self.files.store(0, Ordering::Relaxed);
        self.bytes.store(0, Ordering::Relaxed);
        self.of.store(files as u64, Ordering::Relaxed);
        self.of_bytes.store(bytes, Ordering::Relaxed);
    }

    fn file(&self, bytes: u64) {
        self.files.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// Works on an index and tells how far it is. Gives the last event, or nothing when nobody wants it any more.
async fn do_work(sink: &SubscriptionSink, lease: &Lease, index: Arc<Index>, work: Work) -> Option<WorkEvent> {
    let (counter, cancel) = (Arc::new(Counter::default()), Arc::new(AtomicBool::new(false)));
    let mut task = {
        let (counter, cancel) = (counter.clone(), cancel.clone());
        tokio::task::spawn_blocking(move || match work {
            Work::Text { rebuild } => {
                let done = if rebuild { index.rebuild(&*counter, &cancel) } else { index.update(&*counter, &cancel) };
                match done {
                    Err(index::Error::Busy { .. }) => Ok(WorkEvent::Updated(None)),
                    done => Ok(WorkEvent::Updated(Some(done?.into()))),
                }
            }
            Work::Vectors => {
                let pieces = index.embed(&*counter, &cancel)?.embedded as u64;
                Ok(WorkEvent::Embedded { pieces })
            }
        })
    };
    let mut told = None;
    let mut ticks = tokio::time::interval(EVERY);
    let done = loop {
        tokio::select! {
            done = &mut task => break done,
            () = sink.closed() => {
                // It ends at the next file, and the workspace stays open until then.
                cancel.store(true, Ordering::Relaxed);
                let _ = task.await;
                return None;
            }
            _ = ticks.tick() => {
                let event = counter.event();
                if told.as_ref() != Some(&event) && send(sink, &event).await {
                    told = Some(event);
                }
            }
        }
    };
    Some(match done {
        Ok(Ok(event)) => {
            if matches!(&event, WorkEvent::Updated(Some(updated)) if updated.indexed + updated.removed > 0) {
                // The windows' answers are to follow what was indexed on their behalf.
                lease.reindex(false);
            }
            event
        }
        Ok(Err(error)) => WorkEvent::Failed { why: index::Error::to_string(&error) },
        Err(_) => WorkEvent::Failed { why: "the work broke off; `devmentor logs` tells why".to_owned() },
    })
}
