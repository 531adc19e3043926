//! What operators rely on, with real processes: configuration, logs, traces, draining, a database that goes away.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::process::{call, program};
use crate::services::Postgres;
use crate::support::within;

struct Node {
    child: Child,
    address: String,
    /// Read all the time, for a full pipe would stop the process.
    log: std::thread::JoinHandle<String>,
}

/// A node with these arguments; its data lies in `folder`.
fn start(folder: &Path, arguments: &[&str]) -> Node {
    let mut command = program();
    command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(folder.join("data")).args(arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut errors = child.stderr.take().unwrap();
    let log = std::thread::spawn(move || {
        let mut text = String::new();
        errors.read_to_string(&mut text).unwrap();
        text
    });
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    match line.trim().strip_prefix("listening on http://") {
        Some(address) => Node { address: address.to_owned(), child, log },
        None => panic!("{line}{}", log.join().unwrap()),
    }
}

impl Node {
    fn terminate(&self) {
        let done = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(done.success());
    }

    /// The lines of the log, when the process has ended by itself, and well.
    async fn end(mut self) -> Vec<String> {
        let ended = tokio::task::spawn_blocking(move || (self.child.wait().unwrap(), self.log.join().unwrap()));
        let (status, log) = within("the process to end", ended).await.unwrap();
        assert!(status.success(), "{status} {log}");
        log.lines().map(str::to_owned).collect()
    }

    /// Status and body.
    async fn get(&self, path: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head[9..12].parse().unwrap(), serde_json::from_str(body).unwrap_or_default())
    }

    async fn project(&self) -> String {
        let made = call(&self.address, "POST", "/api/projects", &json!({ "key": "DM", "name": "d" })).await.unwrap();
        made["id"].as_str().unwrap().to_owned()
    }
}

/// What was begun is finished, nobody new comes in, and the process ends by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_told_to_end_finishes_what_is_under_way() {
    let folder = tempfile::tempdir().unwrap();
    let node = start(folder.path(), &["--log-format", "json"]);
    let project = node.project().await;
    let body = json!({ "fields": { "title": "under way" } }).to_string();
    let (first, second) = body.split_at(10);
    let mut writer = TcpStream::connect(&node.address).await.unwrap();
    let head = format!(
        "POST /api/projects/{project}/tasks HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         expect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    writer.write_all(head.as_bytes()).await.unwrap();
    // The node asks for the body: the request is under way.
    let mut asked = [0; 25];
    within("the node to ask for the body", writer.read_exact(&mut asked)).await.unwrap();
    assert!(asked.starts_with(b"HTTP/1.1 100"));
    writer.write_all(first.as_bytes()).await.unwrap();
    let (mut room, _) = tokio_tungstenite::connect_async(format!("ws://{}/ws", node.address)).await.unwrap();
    node.terminate();
    let close = within("the room to close", async {
        loop {
            let said = futures_util::StreamExt::next(&mut room).await.unwrap().unwrap();
            if let tokio_tungstenite::tungstenite::Message::Close(Some(frame)) = said {
                return u16::from(frame.code);
            }
        }
    })
    .await;
    assert_eq!(close, 4008, "come back with your last number");
    drop(room);
    within("the door to close", async {
        while TcpStream::connect(&node.address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    writer.write_all(second.as_bytes()).await.unwrap();
    let mut answer = String::new();
    within("the answer", writer.read_to_string(&mut answer)).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let log = node.end().await;
    // Each line is an object with time, level and what happened.
    let lines: Vec<Value> = log.iter().map(|line| serde_json::from_str(line).expect(line)).collect();
    assert!(lines.iter().all(|line| line["timestamp"].is_string() && line["level"].is_string()));
    let written = lines.iter().find(|line| line["message"] == "request" && line["status"] == 201).unwrap();
    assert!(written["id"].as_str().unwrap().len() >= 32, "{written}");
    assert!(lines.iter().any(|line| line["message"] == "stopping"));
    let again = start(folder.path(), &[]);
    assert_eq!(again.get(&format!("/api/projects/{project}/tasks/DM-1")).await.1["title"], "under way");
    again.terminate();
    again.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_come_from_arguments_then_environment_then_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backend.toml");
    let url = folder.path().join("url");
    std::fs::write(&url, format!("sqlite:{}\n", folder.path().join("elsewhere.sqlite").display())).unwrap();
    let text = format!("log_format = 'json'\nregistration = 'closed'\ndatabase_url_file = '{}'\n", url.display());
    std::fs::write(&file, text).unwrap();
    let node = start(
        folder.path(),
        &["--config", file.to_str().unwrap(), "--registration", "auto", "--log-level", "backend=debug"],
    );
    assert!(folder.path().join("elsewhere.sqlite").exists(), "the file's secret counts");
    assert_eq!(node.get("/api/me").await.0, 200, "the argument counts, not the file");
    let health =
        program().args(["admin", "health", &format!("http://{}/health/ready", node.address)]).output().unwrap();
    assert!(health.status.success() && String::from_utf8_lossy(&health.stdout).contains("\"status\":\"ok\""));
    node.terminate();
    let address = node.address.clone();
    assert!(node.end().await.iter().all(|line| line.starts_with('{')));
    let health = program().args(["admin", "health", &format!("http://{address}/health")]).output().unwrap();
    assert!(!health.status.success(), "nobody is there any more");

    for (text, says) in [
        ("redis_ulr = 'x'", "there is no key redis_ulr; did you mean redis_url?"),
        ("listen = 7340", "line 1"),
        ("tls_cert = 'a'", "TLS needs both"),
        ("cors_origins = ['*']", "is no origin"),
        ("trusted_proxies = ['proxy']", "is no network"),
        ("log_level = '[['", "log level"),
        ("otlp_endpoint = 'https://a'", "http://collector:4318"),
        ("[[limits]]\nname = 'a'\nby = 'user'\npath = '/'\nburst = 0\nper_second = 1", "burst is from 1 up"),
    ] {
        std::fs::write(&file, text).unwrap();
        let mut command = program();
        command.args(["serve", "--listen", "127.0.0.1:0", "--config"]).arg(&file);
        let refused = command.arg("--data").arg(folder.path().join("data")).output().unwrap();
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && said.contains(says), "{text}: {said}");
    }
}

/// Takes what is sent to `/v1/traces` and answers as a collector does.
async fn collector() -> (String, Arc<Mutex<Vec<Span>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, spans) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Vec::new())));
    let kept = spans.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let kept = kept.clone();
            tokio::spawn(async move {
                let mut bytes = Vec::new();
                while stream.read_buf(&mut bytes).await.is_ok_and(|count| count > 0) {
                    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
                    let head = String::from_utf8(bytes[..end].to_vec()).unwrap().to_lowercase();
                    assert!(head.starts_with("post /v1/traces"), "{head}");
                    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
                    let all = end + 4 + length.parse::<usize>().unwrap();
                    if bytes.len() < all {
                        continue;
                    }
                    let request = ExportTraceServiceRequest::decode(&bytes[end + 4..all]).unwrap();
                    let groups = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
                    kept.lock().unwrap().extend(groups.flat_map(|scope| scope.spans));
                    bytes.drain(..all);
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
                }
            });
        }
    });
    (format!("http://{address}"), spans)
}

/// One trace leads from the caller's span over the request and the command to each statement.
#[tokio::test(flavor = "multi_thread")]
async fn traces_lead_from_the_request_to_its_statements() {
    let folder = tempfile::tempdir().unwrap();
    let (endpoint, spans) = collector().await;
    let node = start(folder.path(), &["--otlp-endpoint", &endpoint]);
    let project = node.project().await;
    let body = json!({ "fields": { "title": "traced" } }).to_string();
    let mut stream = TcpStream::connect(&node.address).await.unwrap();
    let request = format!(
        "POST /api/projects/{project}/tasks HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    // What is left is sent when the process ends.
    node.terminate();
    node.end().await;
    let spans = spans.lock().unwrap();
    let trace = 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128.to_be_bytes();
    let ours: Vec<_> = spans.iter().filter(|span| span.trace_id == trace).collect();
    let named = |name: &str| {
        ours.iter().find(|span| span.name.starts_with(name)).unwrap_or_else(|| panic!("no {name} in {ours:#?}"))
    };
    let request = named("POST /api/projects/{project}/tasks");
    assert_eq!(request.parent_span_id, 0xb7ad_6b71_6920_3331_u64.to_be_bytes());
    let command = named("command");
    assert_eq!(command.parent_span_id, request.span_id);
    let statement = named("INSERT INTO events");
    assert_eq!(statement.parent_span_id, command.span_id);
    assert!(statement.end_time_unix_nano > statement.start_time_unix_nano);
    assert!(ours.iter().all(|span| !format!("{span:?}").contains("traced")), "nothing that people wrote is in it");
}

/// While PostgreSQL is away the node says so and lives; when it is back, so is the node, without a restart.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_outlives_its_database() {
    let folder = tempfile::tempdir().unwrap();
    let postgres = Postgres::private();
    let url = postgres.database().await;
    let node = start(folder.path(), &["--database-url", &url]);
    let project = node.project().await;
    let task = json!({ "fields": { "title": "t" } });
    let path = format!("/api/projects/{project}/tasks");
    assert!(call(&node.address, "POST", &path, &task).await.is_some());
    for _ in 0..2 {
        postgres.stop();
        let (status, health) = within("health", node.get("/health/ready")).await;
        assert_eq!(
            (status, health["status"].clone(), health["database_ready"].clone()),
            (503, json!("down"), json!(false))
        );
        assert_eq!(node.get("/health/live").await.0, 200);
        let (status, problem) = within("an answer", node.get(&path)).await;
        assert_eq!((status, problem["code"].clone()), (503, json!("unavailable")), "{problem}");
        postgres.start_again();
        within("the node to come back", async {
            while node.get("/health/ready").await.0 != 200 {
                tokio::task::yield_now().await;
            }
        })
        .await;
        assert!(call(&node.address, "POST", &path, &task).await.is_some());
    }
    let tasks = node.get(&path).await.1;
    assert_eq!(tasks["items"].as_array().unwrap().len(), 3);
    node.terminate();
    node.end().await;
}
