//! A small client of the protocol, and a workspace from a text.

use std::collections::VecDeque;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use engine::{Engine, EngineOptions, Phase};
use index::{IndexOptions, VectorOptions};
use lsp::{Ended, ServeOptions, serve};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf, duplex, split};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

/// Nothing that a test waits for takes longer, however busy the machine is.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A folder with files, and an engine that keeps its indexes in another folder.
pub(crate) struct World {
    pub(crate) engine: Engine,
    files: TempDir,
    _base: TempDir,
}

/// Files from one text: `//- /src/a.rs` begins a file.
pub(crate) fn world(text: &str) -> World {
    world_with(text, |_| {})
}

pub(crate) fn world_with(text: &str, change: impl FnOnce(&mut EngineOptions)) -> World {
    let (files, base) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut options = EngineOptions::new(base.path());
    options.grace = Duration::ZERO;
    options.settings = Arc::new(|_| {
        let index = IndexOptions { threads: 1, memory_mb: 16, ..IndexOptions::default() };
        Ok((index, VectorOptions::default()))
    });
    change(&mut options);
    let world = World { engine: Engine::new(options), files, _base: base };
    for file in text.split("//- /").skip(1) {
        let (name, content) = file.split_once('\n').unwrap_or((file, ""));
        world.write(name.trim(), content);
    }
    world
}

impl World {
    pub(crate) fn root(&self) -> &Path {
        self.files.path()
    }

    pub(crate) fn write(&self, path: &str, content: &str) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// The address of a file, or of the folder itself.
    pub(crate) fn uri(&self, path: &str) -> String {
        format!("file://{}", self.root().join(path).display()).trim_end_matches('/').to_owned()
    }

    /// Runs git in the folder, untouched by the configuration of whoever runs the tests.
    pub(crate) fn git(&self, arguments: &[&str]) {
        let mut git = Command::new("git");
        git.current_dir(self.root()).args(["-c", "init.defaultBranch=main"]).args(arguments);
        for (key, value) in [
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_CONFIG_SYSTEM", "/dev/null"),
            ("GIT_AUTHOR_NAME", "Ada"),
            ("GIT_AUTHOR_EMAIL", "ada@example.com"),
            ("GIT_COMMITTER_NAME", "Ada"),
            ("GIT_COMMITTER_EMAIL", "ada@example.com"),
        ] {
            git.env(key, value);
        }
        let output = git.output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// A window on the folder, initialized, with the index ready.
    pub(crate) async fn window(&self) -> Client {
        self.window_with(json!({}), Value::Null).await
    }

    /// A window of a client with these capabilities and options.
    pub(crate) async fn window_with(&self, capabilities: Value, options: Value) -> Client {
        let mut client = self.connect();
        client.initialize(&[self.uri("")], capabilities, options).await;
        self.indexed().await;
        client
    }

    /// A connection on which nothing was said yet.
    pub(crate) fn connect(&self) -> Client {
        self.connect_with(ServeOptions::default(), 1 << 20)
    }

    /// A connection whose pipes hold so many bytes.
    pub(crate) fn connect_with(&self, options: ServeOptions, pipe: usize) -> Client {
        let (ours, theirs) = duplex(pipe);
        let (reader, writer) = split(theirs);
        let served = tokio::spawn(serve(reader, writer, self.engine.clone(), options));
        Client::new(ours, served)
    }

    /// Waits until every open workspace is indexed.
    pub(crate) async fn indexed(&self) {
        until("the workspace is indexed", || {
            let states: Vec<Phase> =
                self.engine.workspaces().iter().map(|(workspace, _)| workspace.state().phase).collect();
            assert!(!states.iter().any(|phase| matches!(phase, Phase::Failed { .. })), "{states:?}");
            !states.is_empty() && states.iter().all(|phase| *phase == Phase::Ready)
        })
        .await;
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.engine.shutdown();
    }
}

/// Waits until a condition holds.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let wait = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, wait).await.is_ok(), "waited in vain: {what}");
}

#[derive(Default)]
struct Inbox {
    messages: Mutex<VecDeque<Value>>,
    arrived: Notify,
    ended: Mutex<bool>,
}

/// The client's end of a connection. It answers what the server asks with `null`, as a simple client would.
pub(crate) struct Client {
    writer: Arc<tokio::sync::Mutex<WriteHalf<DuplexStream>>>,
    inbox: Arc<Inbox>,
    served: Option<JoinHandle<Ended>>,
    stop_reading: Option<oneshot::Sender<()>>,
    next: i64,
    /// What the server said to `initialize`.
    pub(crate) agreed: Value,
}

impl Client {
    fn new(stream: DuplexStream, served: JoinHandle<Ended>) -> Client {
        let (reader, writer) = split(stream);
        let writer = Arc::new(tokio::sync::Mutex::new(writer));
        let inbox = Arc::new(Inbox::default());
        let (stop_reading, stopped) = oneshot::channel();
        tokio::spawn(read(reader, inbox.clone(), writer.clone(), stopped));
        Client { writer, inbox, served: Some(served), stop_reading: Some(stop_reading), next: 0, agreed: Value::Null }
    }

    /// Says hello. An empty list of folders is a window without any.
    pub(crate) async fn initialize(&mut self, folders: &[String], capabilities: Value, options: Value) {
        let folders: Vec<Value> = folders.iter().map(|uri| json!({ "uri": uri, "name": "folder" })).collect();
        let params = json!({
            "processId": null, "rootUri": null, "capabilities": capabilities,
            "workspaceFolders": folders, "initializationOptions": options,
        });
        self.agreed = self.request("initialize", params).await.unwrap();
        self.notify("initialized", json!({})).await;
    }

    pub(crate) async fn send(&self, message: &Value) {
        let body = message.to_string();
        self.send_bytes(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes()).await;
    }

    pub(crate) async fn send_bytes(&self, bytes: &[u8]) {
        // A server that has left does not read any more; what it answered tells.
        let _ = self.writer.lock().await.write_all(bytes).await;
    }

    pub(crate) async fn notify(&self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params })).await;
    }

    /// Sends a request without waiting for its answer; gives back its number.
    pub(crate) async fn begin(&mut self, method: &str, params: Value) -> i64 {
        self.next += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": self.next, "method": method, "params": params })).await;
        self.next
    }

    /// The answer to a request: its result, or its error.
    pub(crate) async fn answer(&self, id: i64) -> Result<Value, Value> {
        let response = self
            .wait(&format!("the answer {id}"), |message| message["id"] == id && message.get("method").is_none())
            .await;
        match response.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(response["result"].clone()),
        }
    }

    pub(crate) async fn request(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.begin(method, params).await;
        self.answer(id).await
    }

    /// Asks until the answer is as wanted, for what is made in the background.
    pub(crate) async fn request_until(&mut self, method: &str, params: Value, holds: impl Fn(&Value) -> bool) -> Value {
        let asking = async {
            loop {
                let answer = self.request(method, params.clone()).await.unwrap();
                if holds(&answer) {
                    return answer;
                }
            }
        };
        tokio::time::timeout(PATIENCE, asking).await.unwrap_or_else(|_| panic!("{method} never gave what was wanted"))
    }

    /// Searches for a text as it stands until there is exactly one hit; gives back its path.
    pub(crate) async fn find(&mut self, text: &str) -> String {
        let query = json!({ "query": text, "mode": "exact" });
        let one = |found: &Value| found["hits"].as_array().is_some_and(|hits| hits.len() == 1);
        self.request_until("devmentor/search", query, one).await["hits"][0]["path"].as_str().unwrap().to_owned()
    }

    /// Takes the first message that fits, waiting for it.
    pub(crate) async fn wait(&self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let find = async {
            loop {
                let arrived = self.inbox.arrived.notified();
                {
                    let mut messages = self.inbox.messages.lock();
                    if let Some(at) = messages.iter().position(&fits) {
                        return messages.remove(at);
                    }
                }
                if *self.inbox.ended.lock() {
                    return None;
                }
                arrived.await;
            }
        };
        match tokio::time::timeout(PATIENCE, find).await {
            Ok(Some(message)) => message,
            Ok(None) => panic!("the connection ended before: {what}"),
            Err(_) => panic!("waited in vain: {what}; there are {} other messages", self.inbox.messages.lock().len()),
        }
    }

    /// Takes a notification or request of the server.
    pub(crate) async fn wait_for(&self, method: &str) -> Value {
        self.wait(method, |message| message["method"] == method).await
    }

    /// Takes everything that has come so far.
    pub(crate) fn take_all(&self) -> Vec<Value> {
        self.inbox.messages.lock().drain(..).collect()
    }

    pub(crate) async fn open(&self, uri: &str, language: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": language, "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document })).await;
    }

    /// Replaces a range, `[line, column, line, column]`.
    pub(crate) async fn edit(&self, uri: &str, version: i32, range: [u32; 4], text: &str) {
        let range = json!({ "start": { "line": range[0], "character": range[1] }, "end": { "line": range[2], "character": range[3] } });
        let params = json!({ "textDocument": { "uri": uri, "version": version }, "contentChanges": [{ "range": range, "text": text }] });
        self.notify("textDocument/didChange", params).await;
    }

    /// The names of the document's outline, to see what the server believes the text to be.
    pub(crate) async fn outline(&mut self, uri: &str) -> Vec<String> {
        let symbols =
            self.request("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } })).await.unwrap();
        let names = symbols.as_array().cloned().unwrap_or_default();
        names.iter().map(|symbol| symbol["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Reads nothing any more.
    pub(crate) fn stop_reading(&mut self) {
        drop(self.stop_reading.take());
    }

    /// Leaves properly.
    pub(crate) async fn leave(mut self) -> Ended {
        self.request("shutdown", Value::Null).await.unwrap();
        self.send(&json!({ "jsonrpc": "2.0", "method": "exit" })).await;
        self.ended().await
    }

    /// Vanishes.
    pub(crate) async fn vanish(mut self) -> Ended {
        let _ = self.writer.lock().await.shutdown().await;
        self.ended().await
    }

    /// How the server saw the end.
    pub(crate) async fn ended(&mut self) -> Ended {
        let served = self.served.take().unwrap();
        tokio::time::timeout(PATIENCE, served).await.expect("the server ends").unwrap()
    }
}

pub(crate) fn at(uri: &str, line: u32, character: u32) -> Value {
    json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } })
}

async fn read(
    mut reader: ReadHalf<DuplexStream>,
    inbox: Arc<Inbox>,
    writer: Arc<tokio::sync::Mutex<WriteHalf<DuplexStream>>>,
    mut stopped: oneshot::Receiver<()>,
) {
    let mut buffer = Vec::new();
    loop {
        while let Some((message, length)) = first(&buffer) {
            buffer.drain(..length);
            if message.get("method").is_some() && message.get("id").is_some() {
                let body = json!({ "jsonrpc": "2.0", "id": message["id"], "result": null }).to_string();
                let bytes = format!("Content-Length: {}\r\n\r\n{body}", body.len());
                let writer = writer.clone();
                // Not waited for: the server may be waiting for us to read.
                tokio::spawn(async move { writer.lock().await.write_all(bytes.as_bytes()).await });
            }
            inbox.messages.lock().push_back(message);
            inbox.arrived.notify_waiters();
        }
        let mut piece = [0; 65_536];
        let read = tokio::select! {
            read = reader.read(&mut piece) => read.unwrap_or(0),
            _ = &mut stopped => {
                // The pipe stays open, and fills.
                std::future::pending::<()>().await;
                0
            }
        };
        if read == 0 {
            *inbox.ended.lock() = true;
            inbox.arrived.notify_waiters();
            return;
        }
        buffer.extend_from_slice(&piece[..read]);
    }
}

/// The first whole message and its length with headers.
fn first(bytes: &[u8]) -> Option<(Value, usize)> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let headers = std::str::from_utf8(&bytes[..end]).unwrap();
    let length: usize = headers.strip_prefix("Content-Length: ").unwrap().parse().unwrap();
    let body = bytes.get(end + 4..end + 4 + length)?;
    Some((serde_json::from_slice(body).unwrap(), end + 4 + length))
}
