//! One connection: bytes in, messages to the service, answers out.
//!
//! The library's service does the routing and keeps the protocol's state; its transport is not used. There, a handful of handlers that wait stop everything
//! behind them, and edits that wait are applied out of order. Here every call is begun in the order in which it came, so that a
//! notification is handed over and a request has asked for its document before the next message is read; what does not finish at once goes on beside.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use engine::Engine;
use futures::{FutureExt, SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::task::JoinSet;
use tower::Service;
use tower_lsp_server::jsonrpc::{Error, ErrorCode, Id, Request, Response};
use tower_lsp_server::ls_types::{LSPAny, WorkDoneProgressCancelParams};
use tower_lsp_server::{ClientSocket, LspService};

use crate::framing::{Decoder, Frame};
use crate::message::{Incoming, failure, understand};
use crate::outbox::Outbox;
use crate::progress;
use crate::protocol::{
    GraphAround, GraphParams, GraphResult, RangeParams, Search, SearchParams, SearchResult, SimilarCode, SimilarResult,
    StatusOf, StatusParams, StatusResult,
};
use crate::server::{ServeOptions, Server, Shared};

/// Bytes are read in pieces of so many.
const PIECE: usize = 64 << 10;
/// A client that asks for more at the same time is told so.
const MOST_AT_ONCE: usize = 20_000;
/// The request failed (LSP 3.17).
const REQUEST_FAILED: i64 = -32803;

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The client said `shutdown`, then `exit`.
    Properly,
    /// The client said `exit` without `shutdown`.
    Abruptly,
    /// The client is gone, or reads no more.
    Lost,
    /// There are no threads or no memory to serve it.
    Refused,
}

type Call = Pin<Box<dyn Future<Output = Option<Response>> + Send>>;

/// Serves one window until it leaves. Nothing of it is left behind afterwards, but what the engine keeps for others.
///
/// Must be polled inside a tokio runtime with time and I/O enabled.
pub async fn serve<R, W>(reader: R, writer: W, engine: Engine, options: ServeOptions) -> Ended
where
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let patience = options.patience;
    let mut shared = None;
    let build = LspService::build(|client| Server { shared: shared.insert(Shared::new(client, options)).clone() });
    let (service, socket) = build
        .custom_method("devmentor/search", Server::search)
        .custom_method("devmentor/similar", Server::similar)
        .custom_method("devmentor/status", Server::status)
        .custom_method("devmentor/graph", Server::graph)
        .custom_method("devmentor/tasks/list", Server::list_tasks)
        .custom_method("devmentor/tasks/board", Server::task_board)
        .custom_method("devmentor/tasks/show", Server::show_task)
        .custom_method("devmentor/tasks/do", Server::do_task)
        .custom_method("devmentor/tasks/projects", Server::task_projects)
        .custom_method("devmentor/tasks/subscribe", Server::follow_tasks)
        .custom_method("window/workDoneProgress/cancel", Server::cancel_progress)
        .finish();
    let Some(shared) = shared else { return Ended::Refused };
    if let Err(error) = shared.start(engine) {
        tracing::error!(%error, "a window cannot be served");
        return Ended::Refused;
    }
    let (outbox, writing) = Outbox::new(writer, patience);
    let writing = tokio::spawn(writing);
    let ended = Connection {
        service,
        socket: Some(socket),
        shared: shared.clone(),
        outbox,
        calls: JoinSet::new(),
        shut_down: false,
    }
    .run(reader)
    .await;
    if let Some(following) = shared.following.lock().take() {
        following.abort();
    }
    // Joining the owner's thread may take as long as one edit.
    let stopped = tokio::task::spawn_blocking(move || shared.documents().stop());
    if stopped.await.is_err() {
        tracing::error!("the owner of the documents ended in a fault");
    }
    // What was answered is still written, for as long as the client reads it.
    if tokio::time::timeout(patience, writing).await.is_err() {
        tracing::warn!("a client left without reading its answers");
    }
    ended
}

impl Server {
    async fn search(&self, params: SearchParams) -> Result<SearchResult, Error> {
        self.answer::<Search>(params).await
    }

    async fn similar(&self, params: RangeParams) -> Result<SimilarResult, Error> {
        self.answer::<SimilarCode>(params).await
    }

    async fn status(&self, params: StatusParams) -> Result<StatusResult, Error> {
        self.answer::<StatusOf>(params).await
    }

    async fn graph(&self, params: GraphParams) -> Result<GraphResult, Error> {
        self.answer::<GraphAround>(params).await
    }

    async fn cancel_progress(&self, params: WorkDoneProgressCancelParams) {
        progress::cancel(&self.shared, &params.token);
    }
}

struct Connection {
    service: LspService<Server>,
    socket: Option<ClientSocket>,
    shared: Arc<Shared>,
    outbox: Outbox,
    calls: JoinSet<()>,
    shut_down: bool,
}

impl Connection {
    async fn run(mut self, mut reader: impl AsyncRead + Unpin) -> Ended {
        let Some(socket) = self.socket.take() else { return Ended::Refused };
        let (mut ours, mut answers) = socket.split();
        let out = self.outbox.clone();
        // What the server asks and tells of its own accord.
        let telling = tokio::spawn(async move {
            while let Some(message) = ours.next().await {
                if !out.room().await {
                    return;
                }
                out.send(&message);
            }
        });
        let mut decoder = Decoder::default();
        let mut piece = vec![0; PIECE];
        let ended = 'connection: loop {
            // A client that does not read, or edits faster than edits can be followed, is not read either.
            if !self.outbox.room().await {
                break Ended::Lost;
            }
            self.shared.documents().room().await;
            let read = tokio::select! {
                read = reader.read(&mut piece) => read,
                () = self.outbox.closed() => break Ended::Lost,
            };
            match read {
                Ok(0) | Err(_) => break Ended::Lost,
                Ok(read) => decoder.push(&piece[..read]),
            }
            while let Some(frame) = decoder.next() {
                let incoming = match frame {
                    Frame::Body(body) => understand(&body),
                    Frame::Unreadable(why) => {
                        tracing::warn!(why, "a client sent something unreadable");
                        Incoming::Wrong(Response::from_error(Id::Null, failure(ErrorCode::ParseError, why)))
                    }
                };
                match incoming {
                    Incoming::Call(request) => {
                        if let Some(ended) = self.call(request).await {
                            break 'connection ended;
                        }
                    }
                    // An answer to a question that was not asked is told in the log by the library.
                    Incoming::Answer(response) => drop(answers.send(response).await),
                    Incoming::Wrong(response) => self.outbox.send(&response),
                }
            }
        };
        self.calls.abort_all();
        telling.abort();
        ended
    }

    /// Begins a call. Gives back how the connection ended, when it has.
    async fn call(&mut self, request: Request) -> Option<Ended> {
        while self.calls.try_join_next().is_some() {}
        let (method, id) = (request.method().to_owned(), request.id().cloned());
        match (method.as_str(), &id) {
            ("exit", None) => return Some(if self.shut_down { Ended::Properly } else { Ended::Abruptly }),
            ("exit", Some(id)) => {
                self.outbox.send(&Response::from_error(id.clone(), Error::invalid_request()));
                return None;
            }
            _ => {}
        }
        if let Some(id) = id.clone().filter(|_| self.calls.len() >= MOST_AT_ONCE) {
            let text = format!("{MOST_AT_ONCE} requests wait already");
            self.outbox.send(&Response::from_error(id, failure(ErrorCode::ServerError(REQUEST_FAILED), text)));
            return None;
        }
        let Ok(call) = std::panic::catch_unwind(AssertUnwindSafe(|| self.service.call(request))) else {
            self.answer(fault(id));
            return None;
        };
        let guarded = AssertUnwindSafe(call).catch_unwind().map(move |answered| match answered {
            Ok(Ok(Some(response))) => Some(response),
            // The library leaves requests that begin with `$/` unanswered.
            Ok(Ok(None)) => id.map(|id| Response::from_error(id, Error::method_not_found())),
            // The service has ended; `exit` is dealt with above, so this does not happen.
            Ok(Err(_)) => id.map(|id| Response::from_error(id, Error::invalid_request())),
            Err(_) => fault(id),
        });
        let mut call: Call = Box::pin(guarded);
        // These two change what all others are answered.
        if method == "initialize" || method == "shutdown" {
            let response = call.await;
            self.shut_down |= method == "shutdown" && response.as_ref().is_some_and(Response::is_ok);
            self.answer(response);
            return None;
        }
        match std::future::poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await {
            Poll::Ready(response) => self.answer(response),
            Poll::Pending => {
                let out = self.outbox.clone();
                self.calls.spawn(async move {
                    if let Some(response) = call.await {
                        out.send(&response);
                    }
                });
            }
        }
        None
    }

    fn answer(&self, response: Option<Response>) {
        if let Some(response) = response {
            self.outbox.send(&response);
        }
    }
}

/// The answer to a request in which something broke.
fn fault(id: Option<Id>) -> Option<Response> {
    let error = failure(ErrorCode::InternalError, "a fault in DevMentor; its log says more");
    id.map(|id| Response::from_error(id, Error { data: None::<LSPAny>, ..error }))
}
