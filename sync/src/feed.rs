//! How events come: by WebSocket, where that is blocked as server-sent events, else by asking every few seconds. All three tell the same.

use std::collections::VecDeque;
use std::time::Duration;

use domain::{Event, ProjectId};
use futures_util::{SinkExt, StreamExt};
use reqwest::header::{self, HeaderName, HeaderValue};
use serde::Deserialize;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Message, protocol::frame::CloseFrame};

use crate::server::{Server, ServerError, chain};

/// Opening takes at most so long.
const OPENING: Duration = Duration::from_secs(10);
/// After so much silence a WebSocket is asked whether it still lives.
const QUIET: Duration = Duration::from_secs(20);
/// A stream of server-sent events says something every 15 seconds, be it nothing.
const SILENCE: Duration = Duration::from_secs(45);
/// Between two questions when nothing live gets through.
const POLL: Duration = Duration::from_secs(3);
/// The largest message, in bytes.
const LARGEST: usize = 64 << 20;
/// The backend's close code for "come back with your last number".
const RESUME: u16 = 4008;

/// How events come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By WebSocket.
    WebSocket,
    /// As server-sent events.
    Stream,
    /// By asking every few seconds.
    Polling,
}

impl Way {
    /// What to try when this way does not get through although the server answers.
    pub fn next(self) -> Way {
        match self {
            Way::WebSocket => Way::Stream,
            Way::Stream | Way::Polling => Way::Polling,
        }
    }
}

/// Why a feed ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    /// The way is blocked: something between here and the server does not let it through.
    #[error("{0}")]
    Blocked(String),
    /// The server wants to be asked again with the last number.
    #[error("the server asks to come back")]
    Resume,
    /// Anything else.
    #[error(transparent)]
    Server(#[from] ServerError),
}

/// What the server says.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Said {
    /// Numbers belong to this epoch.
    Ready {
        /// It.
        epoch: String,
    },
    /// The project is at `seq`.
    Joined {
        /// Its last number.
        seq: u64,
    },
    /// What happened.
    Event {
        /// It.
        event: Box<Event>,
    },
    /// The numbers are of another history: read everything again.
    Reset {},
    /// Access has ended.
    Left {
        /// Why.
        #[serde(default)]
        reason: String,
    },
    /// Something was not done.
    Error {
        /// Why.
        detail: String,
    },
    /// Something that is of no use here, such as who is looking.
    #[serde(other)]
    Other,
}

type Socket = WebSocketStream<reqwest::Upgraded>;

enum Kind {
    WebSocket(Box<Socket>),
    Stream { response: reqwest::Response, text: Vec<u8> },
    Polling { next: Instant },
}

/// The events of one project from a number on.
pub struct Feed {
    kind: Kind,
    server: Server,
    project: ProjectId,
    /// The last number that was told.
    seq: u64,
    epoch: String,
    /// What came and was not asked for yet.
    ready: VecDeque<Said>,
}

impl Feed {
    /// Follows a project from the event after `seq` of the history `epoch`.
    ///
    /// # Errors
    /// [`FeedError`].
    pub async fn open(server: &Server, project: ProjectId, seq: u64, epoch: &str, way: Way) -> Result<Feed, FeedError> {
        let mut ready = VecDeque::new();
        let kind = match way {
            Way::WebSocket => {
                let (socket, first) = open_socket(server, project, seq, epoch).await?;
                ready.push_back(first);
                Kind::WebSocket(Box::new(socket))
            }
            Way::Stream => Kind::Stream { response: open_stream(server, project, seq).await?, text: Vec::new() },
            Way::Polling => Kind::Polling { next: Instant::now() },
        };
        Ok(Feed { kind, server: server.clone(), project, seq, epoch: epoch.to_owned(), ready })
    }

    /// What the server says next. Cancelling this loses nothing.
    ///
    /// # Errors
    /// [`FeedError`], when the feed is over.
    pub async fn next(&mut self) -> Result<Said, FeedError> {
        loop {
            if let Some(said) = self.ready.pop_front() {
                if let Said::Event { event } = &said {
                    self.seq = event.seq;
                }
                return Ok(said);
            }
            match &mut self.kind {
                Kind::WebSocket(socket) => {
                    let text = next_frame(socket).await?;
                    self.ready.push_back(parse(text.as_bytes())?);
                }
                Kind::Stream { response, text } => {
                    let piece = timeout(SILENCE, response.chunk())
                        .await
                        .map_err(|_| FeedError::Blocked("the stream of events is silent".to_owned()))?
                        .map_err(|error| ServerError::Unreachable(chain(&error)))?
                        .ok_or(FeedError::Resume)?;
                    text.extend_from_slice(&piece);
                    take_events(text, &mut self.ready)?;
                }
                Kind::Polling { next } => {
                    tokio::time::sleep_until(*next).await;
                    let page = self.server.events(self.project, self.seq).await?;
                    // Where there is more, it is asked for at once.
                    *next = if page.more { Instant::now() } else { Instant::now() + POLL };
                    if page.epoch != self.epoch {
                        self.ready.push_back(Said::Reset {});
                    }
                    self.ready.extend(page.events.into_iter().map(|event| Said::Event { event: Box::new(event) }));
                }
            }
        }
    }

    /// What the server has said already, if anything; for taking many events in one step.
    pub fn next_ready(&mut self) -> Option<Said> {
        if self.ready.is_empty()
            && let Kind::WebSocket(socket) = &mut self.kind
            && let Some(Some(Ok(Message::Text(text)))) = futures_util::FutureExt::now_or_never(socket.next())
        {
            self.ready.extend(parse(text.as_bytes()).ok());
        }
        let said = self.ready.pop_front()?;
        if let Said::Event { event } = &said {
            self.seq = event.seq;
        }
        Some(said)
    }
}

fn parse(text: &[u8]) -> Result<Said, FeedError> {
    serde_json::from_slice(text)
        .map_err(|error| ServerError::Broken(format!("a message of another version of DevMentor ({error})")).into())
}

/// A WebSocket over the client's own connection, so that certificates and proxies are treated alike (RFC 6455, section 4.1).
async fn open_socket(server: &Server, project: ProjectId, seq: u64, epoch: &str) -> Result<(Socket, Said), FeedError> {
    let blocked = |why: String| FeedError::Blocked(format!("WebSocket does not get through: {why}"));
    let key = generate_key();
    let ask = server
        .streaming("ws")?
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_VERSION, "13")
        .header(header::SEC_WEBSOCKET_KEY, &key);
    let response = timeout(OPENING, ask.send())
        .await
        .map_err(|_| blocked("no answer".to_owned()))?
        .map_err(|error| ServerError::Unreachable(chain(&error)))?;
    match response.status().as_u16() {
        101 => {}
        401 => return Err(ServerError::Login("log in again".to_owned()).into()),
        429 | 503 => return Err(ServerError::Busy { detail: "come back later".to_owned(), after: POLL }.into()),
        status => return Err(blocked(format!("the answer is {status}"))),
    }
    let accept: HeaderName = header::SEC_WEBSOCKET_ACCEPT;
    let expected = HeaderValue::from_str(&derive_accept_key(key.as_bytes())).ok();
    if response.headers().get(accept) != expected.as_ref() {
        return Err(blocked("something else answers".to_owned()));
    }
    let upgraded = response.upgrade().await.map_err(|error| blocked(chain(&error)))?;
    let mut limits = WebSocketConfig::default();
    limits.max_message_size = Some(LARGEST);
    limits.max_frame_size = Some(LARGEST);
    let mut socket = WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(limits)).await;
    let join = serde_json::json!({ "type": "join", "project": project, "after": seq, "epoch": epoch });
    socket.send(Message::text(join.to_string())).await.map_err(|error| blocked(error.to_string()))?;
    // What swallows frames shows itself here, and not as a silence that looks like peace.
    let first = timeout(OPENING, next_frame(&mut socket)).await.map_err(|_| blocked("silence".to_owned()))??;
    let first = parse(first.as_bytes())?;
    Ok((socket, first))
}

/// The next text; asks now and then whether anybody is there.
async fn next_frame(socket: &mut Socket) -> Result<String, FeedError> {
    let lost = |why: &str| FeedError::Server(ServerError::Unreachable(format!("the connection was lost: {why}")));
    let mut asked = false;
    loop {
        match timeout(QUIET, socket.next()).await {
            Err(_) if asked => return Err(lost("silence")),
            Err(_) => {
                asked = true;
                let ping = Message::text(r#"{"type":"ping"}"#);
                timeout(OPENING, socket.send(ping))
                    .await
                    .map_err(|_| lost("silence"))?
                    .map_err(|error| lost(&error.to_string()))?;
            }
            Ok(Some(Ok(Message::Text(text)))) => return Ok(text.as_str().to_owned()),
            Ok(Some(Ok(Message::Close(Some(CloseFrame { code, reason }))))) => {
                return Err(match u16::from(code) {
                    RESUME => FeedError::Resume,
                    _ if reason.contains("token") => ServerError::Login(reason.to_string()).into(),
                    _ => ServerError::Broken(format!("the server ended the connection: {reason}")).into(),
                });
            }
            Ok(Some(Ok(Message::Close(None))) | None) => return Err(FeedError::Resume),
            Ok(Some(Ok(_))) => asked = false,
            Ok(Some(Err(error))) => return Err(lost(&error.to_string())),
        }
    }
}

async fn open_stream(server: &Server, project: ProjectId, seq: u64) -> Result<reqwest::Response, FeedError> {
    let ask = server.streaming(&format!("api/projects/{project}/stream?after={seq}"))?;
    let response = timeout(OPENING, ask.header(header::ACCEPT, "text/event-stream").send())
        .await
        .map_err(|_| FeedError::Blocked("the stream of events does not begin".to_owned()))?
        .map_err(|error| ServerError::Unreachable(chain(&error)))?;
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    match response.status().as_u16() {
        200 if kind.starts_with("text/event-stream") => Ok(response),
        401 => Err(ServerError::Login("log in again".to_owned()).into()),
        429 | 503 => Err(ServerError::Busy { detail: "come back later".to_owned(), after: POLL }.into()),
        status => Err(FeedError::Blocked(format!("the stream of events is answered with {status}"))),
    }
}

/// Takes whole events out of a text of server-sent events (HTML Standard, section 9.2.6); what is not whole yet stays.
fn take_events(text: &mut Vec<u8>, into: &mut VecDeque<Said>) -> Result<(), FeedError> {
    if text.len() > LARGEST {
        return Err(ServerError::Broken(format!("an event of more than {} MB", LARGEST >> 20)).into());
    }
    let mut begin = 0;
    while let Some(length) = text[begin..].windows(2).position(|pair| pair == b"\n\n") {
        let mut data = Vec::new();
        for line in text[begin..begin + length].split(|&byte| byte == b'\n') {
            if let Some(value) = line.strip_prefix(b"data:") {
                data.extend_from_slice(value.strip_prefix(b" ").unwrap_or(value));
            }
        }
        if !data.is_empty() {
            into.push_back(parse(&data)?);
        }
        begin += length + 2;
    }
    text.drain(..begin);
    Ok(())
}
