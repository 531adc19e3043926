//! The control API: JSON-RPC over WebSocket or HTTP on the daemon's second socket. docs/daemon.md lists its methods.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

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
