//! Servers that hand one message to many: ours, nginx with nchan, NATS, socket.io. Subscribers of all of them are the same
//! code: bytes from a socket, in which the markers of messages are looked for.

mod nats;
mod nchan;
mod socketio;

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::On;
use crate::http::Http;
use crate::server::{Place, Server, projects, send};

/// Bytes in a message: about what an event of ours has.
const SIZE: usize = 1_000;

/// What a message is recognised by, whatever its framing: 12 characters.
pub(crate) fn marker(number: u32) -> String {
    format!("@@{number:08}@@")
}

const MARKER: usize = 12;

/// A message for peers, as long as ours.
fn message(number: u32) -> String {
    format!("{}{}", marker(number), "x".repeat(SIZE - MARKER))
}

/// A connection that receives.
pub(crate) struct Subscriber {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Subscriber {
    async fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, read: Vec::new() })
    }

    async fn write(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        Ok(self.stream.write_all(bytes).await?)
    }

    /// Reads until these bytes have come, and forgets everything until then.
    async fn until(&mut self, wanted: &str) -> anyhow::Result<()> {
        loop {
            if let Some(at) = self.read.windows(wanted.len()).position(|part| part == wanted.as_bytes()) {
                self.read.drain(..at + wanted.len());
                return Ok(());
            }
            let read = self.stream.read_buf(&mut self.read).await?;
            ensure!(read > 0, "closed before {wanted:?}: {}", String::from_utf8_lossy(&self.read));
        }
    }

    /// The opening handshake of a WebSocket.
    async fn upgrade(&mut self, path: &str, host: &str, headers: &str) -> anyhow::Result<()> {
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
        );
        self.write(request.as_bytes()).await?;
        self.until("HTTP/1.1 101").await?;
        self.until("\r\n\r\n").await
    }

    /// A text frame. The mask is zero, which is one of those that the protocol allows, and leaves the text as it is.
    async fn say(&mut self, text: &str) -> anyhow::Result<()> {
        let mut frame = vec![0x81];
        match text.len() {
            length @ 0..126 => frame.push(0x80 | length as u8),
            length => {
                frame.push(0x80 | 126);
                frame.extend_from_slice(&u16::try_from(length)?.to_be_bytes());
            }
        }
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(text.as_bytes());
        self.write(&frame).await
    }

    /// The messages that have come; waits for bytes, which may hold none.
    pub(crate) async fn read(&mut self) -> anyhow::Result<Vec<u32>> {
        self.read.reserve(16 << 10);
        let read = self.stream.read_buf(&mut self.read).await?;
        ensure!(read > 0, "the server closed the connection");
        let (mut found, mut at) = (Vec::new(), 0);
        while let Some(offset) = self.read[at..].windows(2).position(|two| two == b"@@") {
            let start = at + offset;
            let Some(bytes) = self.read.get(start..start + MARKER) else { break };
            let number = std::str::from_utf8(&bytes[2..10]).ok().and_then(|digits| digits.parse().ok());
            match number.filter(|_| bytes.ends_with(b"@@")) {
                Some(number) => {
                    found.push(number);
                    at = start + MARKER;
                }
                None => at = start + 1,
            }
        }
        // What may be the beginning of a marker stays.
        let keep = self.read.len().saturating_sub(MARKER - 1).max(at);
        self.read.drain(..keep);
        Ok(found)
    }

    /// Follows a project live on our server.
    pub(crate) async fn devmentor(address: SocketAddr, token: &str, project: &str) -> anyhow::Result<Self> {
        let mut subscriber = Self::connect(address).await?;
        subscriber.upgrade("/ws", &address.to_string(), &format!("authorization: Bearer {token}\r\n")).await?;
        subscriber.until("\"ready\"").await?;
        subscriber.say(&json!({ "type": "join", "project": project, "after": 0 }).to_string()).await?;
        subscriber.until("\"joined\"").await?;
        Ok(subscriber)
    }
}

/// A connection that sends.
pub(crate) enum Publisher {
    Devmentor { http: Http, project: String, task: String },
    Nchan(Http),
    Nats(Subscriber),
    Socketio(Subscriber),
}

impl Publisher {
    /// Sends a message; ours is on the disk afterwards.
    pub(crate) async fn publish(&mut self, number: u32) -> anyhow::Result<()> {
        match self {
            Self::Devmentor { http, project, task } => {
                let fields = json!({ "title": marker(number) });
                send(http, project, json!({ "type": "task.update", "id": task, "fields": fields })).await?;
            }
            Self::Nchan(http) => {
                let answer = http.call("POST", "/pub/room", "", Some(message(number).as_bytes())).await?;
                ensure!((200..300).contains(&answer.status), "nchan: {}", answer.status);
            }
            Self::Nats(connection) => {
                let text = message(number);
                connection.write(format!("PUB room {}\r\n{text}\r\n", text.len()).as_bytes()).await?;
            }
            Self::Socketio(connection) => {
                connection.say(&format!("42{}", json!(["publish", message(number)]))).await?;
            }
        }
        Ok(())
    }
}

enum Kind {
    Devmentor { server: Server, token: String, project: String, task: String, _place: Place },
    Nchan,
    Nats,
    Socketio,
}

/// A server that runs; stopped when dropped.
pub(crate) struct Peer {
    kind: Kind,
    address: SocketAddr,
    child: Option<Child>,
    _folder: tempfile::TempDir,
}

impl Peer {
    pub(crate) const NAMES: &[&str] = &["devmentor", "nchan", "nats", "socketio"];

    /// None when the peer is not installed.
    pub(crate) async fn start(name: &str, program: &Path) -> anyhow::Result<Option<Self>> {
        let folder = tempfile::tempdir()?;
        let started = match name {
            "devmentor" => return Self::devmentor(program, folder).await.map(Some),
            "nchan" => nchan::start(folder.path()).map(|command| (Kind::Nchan, command)),
            "nats" => nats::start().map(|command| (Kind::Nats, command)),
            "socketio" => socketio::start().map(|command| (Kind::Socketio, command)),
            other => anyhow::bail!("{other} is none of {:?}", Self::NAMES),
        };
        let Some((kind, (mut command, port))) = started else { return Ok(None) };
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let Ok(child) = child else { return Ok(None) };
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let mut peer = Self { kind, address, child: Some(child), _folder: folder };
        for _ in 0..200 {
            if TcpStream::connect(address).await.is_ok() {
                return Ok(Some(peer));
            }
            if let Some(child) = &mut peer.child
                && let Some(status) = child.try_wait()?
            {
                anyhow::bail!("{name} ended at once: {status}");
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        anyhow::bail!("{name} does not answer at {address}")
    }

    async fn devmentor(program: &Path, folder: tempfile::TempDir) -> anyhow::Result<Self> {
        let place = Place::new(On::Sqlite)?;
        let server = Server::start(program, &place)?;
        let token = server.person("ann").await?;
        let mut http = Http::connect(server.address, &token).await?;
        let project = projects(&mut http, 1, 1).await?.remove(0);
        let (id, task) = (project.id, project.tasks[0].clone());
        // As long as the messages of the others.
        let events = async |http: &mut Http| -> anyhow::Result<Value> {
            http.get(&format!("/api/projects/{id}/events?after=0")).await?.ok()
        };
        // Subscribers read the history too; this number is none of those that are measured.
        let body = |length: usize| json!({ "body": "x".repeat(length), "title": marker(99_999_999) });
        send(&mut http, &id, json!({ "type": "task.update", "id": task, "fields": body(1) })).await?;
        let all = events(&mut http).await?;
        let length = all["events"].as_array().and_then(|all| all.last()).context("no events")?.to_string().len();
        let missing = SIZE.saturating_sub(length).max(1);
        send(&mut http, &id, json!({ "type": "task.update", "id": task, "fields": body(missing) })).await?;
        let address = server.address;
        let kind = Kind::Devmentor { server, token, project: id, task, _place: place };
        Ok(Self { kind, address, child: None, _folder: folder })
    }

    pub(crate) fn pids(&self) -> Vec<u32> {
        match (&self.kind, &self.child) {
            (Kind::Devmentor { server, .. }, _) => vec![server.pid()],
            (_, child) => child.as_ref().map(Child::id).into_iter().collect(),
        }
    }

    pub(crate) async fn subscriber(&self) -> anyhow::Result<Subscriber> {
        match &self.kind {
            Kind::Devmentor { token, project, .. } => Subscriber::devmentor(self.address, token, project).await,
            Kind::Nchan => nchan::subscribe(self.address).await,
            Kind::Nats => nats::subscribe(self.address).await,
            Kind::Socketio => socketio::connect(self.address).await,
        }
    }

    pub(crate) async fn publisher(&self) -> anyhow::Result<Publisher> {
        Ok(match &self.kind {
            Kind::Devmentor { token, project, task, .. } => Publisher::Devmentor {
                http: Http::connect(self.address, token).await?,
                project: project.clone(),
                task: task.clone(),
            },
            Kind::Nchan => Publisher::Nchan(Http::connect(self.address, "").await?),
            Kind::Nats => Publisher::Nats(nats::connect(self.address).await?),
            Kind::Socketio => Publisher::Socketio(socketio::connect(self.address).await?),
        })
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // nginx ends its workers when it is asked to, not when it is killed.
            if let Some(pid) = rustix::process::Pid::from_raw(child.id() as i32) {
                let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
            }
            let _ = child.wait();
        }
    }
}

/// A port that was free a moment ago.
fn free_port() -> Option<u16> {
    Some(std::net::TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?.port())
}

/// A command and the port that it will listen on.
type Start = (Command, u16);
