//! The control API: JSON-RPC over WebSocket or HTTP on the daemon's second socket. docs/daemon.md lists its methods.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use domain::CommandId;
use engine::State;
use engine::questions::outline::OutlineItem;
use engine::questions::repo_map::{RepoMap, RepoMapRequest};
use engine::questions::search::{SearchAnswer, SearchRequest};
use jsonrpsee::client_transport::ws::{Url, WsTransportClientBuilder};
use jsonrpsee::core::SubscriptionResult;
use jsonrpsee::core::client::{Client, ClientBuilder};
use jsonrpsee::proc_macros::rpc;
use jsonrpsee::types::ErrorObjectOwned;
use serde::{Deserialize, Serialize};
use sync::{Deed, Done, ListRequest, TaskLine, TaskShown};
use tokio::io::{AsyncRead, AsyncWrite};

use super::{ClientInfo, Memory};
use crate::ask::{CallsAnswer, CallsRequest, Report, Updated};
use crate::ipc::Address;
use crate::ipc::record::Build;

/// No question takes longer; a graph of a large workspace takes seconds.
const LONGEST: Duration = Duration::from_secs(120);
/// A daemon that lives accepts a connection at once; one that is stopped keeps nobody waiting.
const PATIENCE: Duration = Duration::from_secs(5);
/// No answer is larger, in bytes.
pub(super) const LARGEST: u32 = 64 << 20;

/// The daemon at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DaemonStatus {
    pub(crate) build: Build,
    pub(crate) process: u32,
    /// For how long it has run.
    pub(crate) seconds: u64,
    /// Where the system tells.
    pub(crate) memory: Option<Memory>,
    /// Who is connected, except for whoever asks.
    pub(crate) clients: Vec<ClientInfo>,
    pub(crate) workspaces: Vec<OpenWorkspace>,
    pub(crate) log: PathBuf,
}

/// A workspace that is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OpenWorkspace {
    pub(crate) root: PathBuf,
    /// By how many windows and questions; 0 while it is kept for a moment longer.
    pub(crate) users: usize,
    /// How far it is, with what is still to do.
    pub(crate) state: State,
}

/// What is to be done to an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Work {
    /// Bring text and symbols up to date, from nothing when `rebuild` is set.
    Text { rebuild: bool },
    /// Embed what has no vector yet.
    Vectors,
}

/// What is told while work is done. The last event is neither `Progress`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum WorkEvent {
    /// So many files and bytes are done of so many.
    Progress { files: u64, of: u64, bytes: u64, of_bytes: u64 },
    /// The text is up to date; nothing when another process does that.
    Updated(Option<Updated>),
    /// The vectors are.
    Embedded { pieces: u64 },
    /// It was not possible.
    Failed { why: String },
}

/// A project that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProjectLine {
    pub(crate) key: String,
    pub(crate) name: String,
    /// Tasks that are not done.
    pub(crate) open: usize,
    /// Whether it is the one of the folder where it was asked.
    pub(crate) here: bool,
}

/// How the boards stand with their server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SyncStatus {
    /// Its address.
    pub(crate) server: String,
    /// Whether it is in the daemon itself.
    pub(crate) solo: bool,
    /// Why the list of projects is not that of the server, when it is not.
    pub(crate) trouble: Option<String>,
    pub(crate) projects: Vec<ProjectSync>,
    /// What the server refused and nobody has dismissed.
    pub(crate) refused: Vec<RefusedShown>,
}

/// How a project stands with its server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProjectSync {
    /// Its key, or its identity as long as nothing of it was read.
    pub(crate) key: String,
    /// In words.
    pub(crate) connection: String,
    /// Whether events come.
    pub(crate) live: bool,
    /// The last event that is here.
    pub(crate) seq: u64,
    /// How many the server has more.
    pub(crate) behind: u64,
    /// How many commands wait.
    pub(crate) queued: usize,
    /// The last thing that went wrong, until it goes well again.
    pub(crate) trouble: Option<String>,
}

/// A command that the server refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RefusedShown {
    pub(crate) id: CommandId,
    /// What it was, such as `task.move`.
    pub(crate) kind: String,
    /// What it said, so that nothing that was written is lost.
    pub(crate) command: domain::Command,
    /// Why.
    pub(crate) reason: String,
    /// When it was done here.
    pub(crate) at: jiff::Timestamp,
}

/// The methods. `root` is the folder of a workspace; it is opened when it is not, and kept for half a minute.
#[rpc(server, client)]
pub(crate) trait Control {
    /// The daemon itself: who is connected, what is open, how much memory it takes.
    #[method(name = "status")]
    async fn status(&self) -> Result<DaemonStatus, ErrorObjectOwned>;

    /// The open workspaces and how far they are.
    #[method(name = "workspaces")]
    async fn workspaces(&self) -> Result<Vec<OpenWorkspace>, ErrorObjectOwned>;

    /// Searches a workspace.
    #[method(name = "search", param_kind = map)]
    async fn search(&self, root: PathBuf, request: SearchRequest) -> Result<SearchAnswer, ErrorObjectOwned>;

    /// Who calls a symbol and what it calls.
    #[method(name = "calls", param_kind = map)]
    async fn calls(&self, root: PathBuf, request: CallsRequest) -> Result<CallsAnswer, ErrorObjectOwned>;

    /// What a file defines.
    #[method(name = "outline", param_kind = map)]
    async fn outline(&self, root: PathBuf, path: String) -> Result<Vec<OutlineItem>, ErrorObjectOwned>;

    /// The most central symbols within a budget of tokens.
    #[method(name = "repoMap", param_kind = map)]
    async fn repo_map(&self, root: PathBuf, request: RepoMapRequest) -> Result<RepoMap, ErrorObjectOwned>;

    /// What the index of a workspace holds, and what was left out.
    #[method(name = "report", param_kind = map)]
    async fn report(&self, root: PathBuf) -> Result<Report, ErrorObjectOwned>;

    /// Does work on an index and tells how far it is; unsubscribing cancels it.
    #[subscription(name = "work" => "worked", unsubscribe = "cancelWork", item = WorkEvent, param_kind = map)]
    async fn work(&self, root: PathBuf, work: Work) -> SubscriptionResult;

    /// Opens a workspace and keeps it open as long as the subscription lasts; tells how far it is, whenever that changes.
    #[subscription(name = "open" => "opened", unsubscribe = "close", item = State, param_kind = map)]
    async fn open(&self, root: PathBuf) -> SubscriptionResult;

    /// Follows how far the open workspaces are: the list, whenever one of them changes.
    #[subscription(name = "subscribeProgress" => "progress", unsubscribe = "unsubscribeProgress", item = Vec<OpenWorkspace>)]
    async fn progress(&self) -> SubscriptionResult;

    /// The tasks that are wanted, mine first. `root` is the folder where it is asked.
    #[method(name = "tasks", param_kind = map)]
    async fn tasks(&self, root: Option<PathBuf>, request: ListRequest) -> Result<Vec<TaskLine>, ErrorObjectOwned>;

    /// Everything about one task, by its key.
    #[method(name = "task", param_kind = map)]
    async fn task(&self, key: String) -> Result<TaskShown, ErrorObjectOwned>;

    /// Does something to a task, or makes one; with `preview` it only says what would be.
    #[method(name = "doTask", param_kind = map)]
    async fn do_task(&self, root: Option<PathBuf>, deed: Deed, preview: bool) -> Result<Done, ErrorObjectOwned>;

    /// The projects that are known.
    #[method(name = "projects", param_kind = map)]
    async fn projects(&self, root: Option<PathBuf>) -> Result<Vec<ProjectLine>, ErrorObjectOwned>;

    /// Makes a project, and remembers that a folder is about it.
    #[method(name = "newProject", param_kind = map)]
    async fn new_project(&self, root: Option<PathBuf>, key: String, name: String) -> Result<(), ErrorObjectOwned>;

    /// Remembers which project a folder is about.
    #[method(name = "useProject", param_kind = map)]
    async fn use_project(&self, root: PathBuf, key: String) -> Result<(), ErrorObjectOwned>;

    /// How each project stands with its server, and what waits.
    #[method(name = "syncStatus")]
    async fn sync_status(&self) -> Result<SyncStatus, ErrorObjectOwned>;

    /// Tries again now what could not be sent or read.
    #[method(name = "retrySync")]
    async fn retry_sync(&self) -> Result<(), ErrorObjectOwned>;

    /// Forgets a command that the server refused.
    #[method(name = "dismissRefused", param_kind = map)]
    async fn dismiss_refused(&self, id: CommandId) -> Result<bool, ErrorObjectOwned>;

    /// Tells a growing number whenever anything on the boards changes.
    #[subscription(name = "subscribeTasks" => "tasksChanged", unsubscribe = "unsubscribeTasks", item = u64)]
    async fn tasks_changed(&self) -> SubscriptionResult;

    /// Asks the daemon to leave. Windows go on with the next one.
    #[method(name = "shutdown", param_kind = map)]
    async fn shutdown(&self, reason: String) -> Result<(), ErrorObjectOwned>;
}

/// Connects to a daemon's control socket.
///
/// # Errors
/// When nobody listens there.
pub(crate) async fn connect(address: &Address) -> io::Result<Client> {
    connect_over(address.connect_async().await?).await
}

/// Speaks as a client over a stream to [`super::control`].
pub(super) async fn connect_over(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> io::Result<Client> {
    // The host is only a formality of the protocol: the socket is what is connected to.
    let url = Url::parse("ws://localhost/").map_err(io::Error::other)?;
    let greeting = WsTransportClientBuilder::default().max_response_size(LARGEST).build_with_stream(url, stream);
    let (sender, receiver) = tokio::time::timeout(PATIENCE, greeting)
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
        .map_err(io::Error::other)?;
    Ok(ClientBuilder::default().request_timeout(LONGEST).build_with_tokio(sender, receiver))
}
