//! The program as a process: killed without warning, started again; and what administrators run.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::command_id;

/// The program, running; killed when it goes.
pub(crate) struct Process {
    child: Child,
    address: String,
}

pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_backend"));
    // Whatever the environment says of servers is not about this one.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if ["DATABASE_", "REDIS_", "DEVMENTOR_", "OTEL_"].iter().any(|start| name.starts_with(start)) {
            command.env_remove(name);
        }
    }
    command
}

impl Process {
    fn start(data: &Path) -> Self {
        Self::start_with(&["--data", data.to_str().unwrap()])
    }

    pub(crate) fn start_with(arguments: &[&str]) -> Self {
        let mut command = program();
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").expect(&line).to_owned();
        Self { child, address }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address.parse().unwrap()
    }

    async fn call(&self, method: &str, path: &str, body: &Value) -> Option<Value> {
        call(&self.address, method, path, body).await
    }

    pub(crate) fn kill(self) {
        drop(self);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The answer's body when it was a success; nothing when the process died first.
pub(crate) async fn call(address: &str, method: &str, path: &str, body: &Value) -> Option<Value> {
    call_as(address, "", method, path, body).await
}

/// The same with a token; none when it is empty.
pub(crate) async fn call_as(address: &str, token: &str, method: &str, path: &str, body: &Value) -> Option<Value> {
    let body = body.to_string();
    let token = if token.is_empty() { String::new() } else { format!("authorization: Bearer {token}\r\n") };
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\n{token}content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = tokio::net::TcpStream::connect(address).await.ok()?;
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    head.starts_with("HTTP/1.1 20").then(|| serde_json::from_str(body).ok()).flatten()
}

fn admin(data: &Path, arguments: &[&str]) -> Output {
    program().arg("admin").arg("--data").arg(data).args(arguments).output().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_it_has_everything_that_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut process = Process::start(&data);
    let project = process.call("POST", "/api/projects", &json!({ "key": "DM", "name": "d" })).await.unwrap();
    let id = project["id"].as_str().unwrap().to_owned();
    let path = format!("/api/projects/{id}/commands");
    let mut acknowledged = 0;
    for round in 0..4 {
        // Several at once, so that the kill meets some of them under way.
        let (sender, mut answers) = tokio::sync::mpsc::unbounded_channel();
        for writer in 0..4 {
            let (sender, path, address) = (sender.clone(), path.clone(), process.address.clone());
            tokio::spawn(async move {
                for number in 0.. {
                    let task = domain::TaskId::fresh().to_string();
                    let fields = json!({ "title": format!("{round}/{writer}/{number}") });
                    let command = json!({ "type": "task.create", "id": task, "fields": fields });
                    let sent = json!({ "id": command_id(), "command": command });
                    let Some(answer) = call(&address, "POST", &path, &sent).await else { break };
                    let _ = sender.send(answer["seq"].as_u64().unwrap());
                }
            });
        }
        drop(sender);
        let mut seen = 0;
        while seen < 12 {
            answers.recv().await.unwrap();
            seen += 1;
        }
        process.kill();
        while answers.recv().await.is_some() {
            seen += 1;
        }
        acknowledged += seen;
        process = Process::start(&data);
        let now = process.call("GET", &format!("/api/projects/{id}"), &Value::Null).await.unwrap();
        let last = now["last_number"].as_u64().unwrap();
        // A write that was under way may be there without its answer; none that was answered may be missing.
        assert!(last >= acknowledged, "{last} tasks, {acknowledged} acknowledged");
        assert!(last <= acknowledged + 4 * (round + 1), "{last} tasks, {acknowledged} acknowledged");
    }
    process.kill();
    let checked = admin(&data, &["replay", "--check"]);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    assert!(String::from_utf8_lossy(&checked.stdout).contains("hashes and read tables fit"));
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_back_up_restore_and_verify() {
    let folder = tempfile::tempdir().unwrap();
    let (data, copy, file) = (folder.path().join("data"), folder.path().join("copy"), folder.path().join("backup"));
    let process = Process::start(&data);
    let project = process.call("POST", "/api/projects", &json!({ "key": "DM", "name": "d" })).await.unwrap();
    let id = project["id"].as_str().unwrap().to_owned();
    let file = file.to_str().unwrap();
    let run = |data: &Path, arguments: &[&str]| {
        let output = admin(data, arguments);
        let text = if output.status.success() { output.stdout } else { output.stderr };
        (output.status.success(), String::from_utf8(text).unwrap())
    };
    // While it serves.
    assert_eq!(run(&data, &["backup", file]), (true, format!("2 events written to {file}.\n")));
    let (done, said) = run(&data, &["backup", file]);
    assert!(!done && said.contains("exists"), "a backup is never written over another: {said}");
    process.kill();
    assert!(run(&copy, &["restore", file]).0);
    assert!(run(&copy, &["audit", "verify"]).0);
    assert!(!run(&copy, &["restore", file]).0, "only into an empty database");
    let export = folder.path().join("export");
    assert!(run(&copy, &["export", &id, export.to_str().unwrap()]).0);
    assert!(std::fs::read_to_string(export).unwrap().contains(r#""kind":"project.create""#));
    // The restored database serves the same project, to the same person, in another epoch.
    let restored = Process::start(&copy);
    let shown = restored.call("GET", &format!("/api/projects/{id}"), &Value::Null).await.unwrap();
    assert_eq!((shown["key"].clone(), shown["seq"].clone()), (json!("DM"), json!(1)));
    assert_ne!(shown["epoch"], project["epoch"]);
    restored.kill();
}
