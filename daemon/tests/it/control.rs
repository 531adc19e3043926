//! The control API from outside, as any program may use it.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

use serde_json::{Value, json};

use crate::support::{Workspace, fixture};

fn small() -> Workspace {
    let workspace = fixture("//- /a.rs\nfn callee() {}\nfn caller() { callee(); }\n");
    workspace.start_daemon();
    workspace
}

/// Sends bytes to the control socket and gives what comes back until the end.
fn send(workspace: &Workspace, bytes: &[u8], more: bool) -> String {
    let path = workspace.record().unwrap()["control"].as_str().unwrap().to_owned();
    let mut stream = UnixStream::connect(path).unwrap();
    // Whoever does not like what it hears may close before all is said.
    let _ = stream.write_all(bytes);
    if !more {
        let _ = stream.shutdown(std::net::Shutdown::Write);
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// One request as `curl --unix-socket` sends it.
fn post(workspace: &Workspace, body: &str) -> Value {
    let request = format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let answer = send(workspace, request.as_bytes(), true);
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"))
}

fn ask(workspace: &Workspace, method: &str, params: Value) -> Value {
    post(workspace, &json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string())
}

#[test]
fn any_http_client_can_search_and_ask_for_the_status() {
    let workspace = small();
    let root = workspace.root().canonicalize().unwrap();
    workspace.run(&["index"]);
    let found = ask(&workspace, "search", json!({ "root": root, "request": { "query": "callee", "mode": "symbol" } }));
    assert_eq!(found["result"]["hits"][0]["symbol"], "callee", "{found}");
    let request = json!({ "name": "callee", "depth": 1, "proven": false, "symbols": 5, "width": 5 });
    let calls = ask(&workspace, "calls", json!({ "root": root, "request": request }));
    assert_eq!(calls["result"]["symbols"][0]["callers"]["calls"][0]["name"], "caller", "{calls}");
    let status = ask(&workspace, "status", json!([]));
    assert_eq!(status["result"]["workspaces"][0]["root"], json!(root), "{status}");
    assert!(status["result"]["memory"]["resident"].as_u64().unwrap() > 1 << 20, "{status}");
}

#[test]
fn failures_are_told_in_words() {
    let workspace = small();
    let missing = ask(&workspace, "search", json!({ "root": "/no/such/folder", "request": { "query": "x" } }));
    assert!(missing["error"]["message"].as_str().unwrap().contains("/no/such/folder"), "{missing}");
    let root = workspace.root();
    let wrong = ask(&workspace, "search", json!({ "root": root, "request": { "query": "(", "mode": "regex" } }));
    assert!(wrong["error"]["message"].as_str().unwrap().contains("regex"), "{wrong}");
    let unknown = ask(&workspace, "searhc", json!({}));
    assert_eq!(unknown["error"]["code"], -32601, "{unknown}");
    let typed = ask(&workspace, "search", json!({ "root": 3, "request": [] }));
    assert_eq!(typed["error"]["code"], -32602, "{typed}");
}

#[test]
fn nonsense_does_not_stop_it() {
    let workspace = small();
    let huge = vec![b'x'; 3 << 20];
    for bytes in
        [&b"\0\0\0"[..], b"GET / HTTP/1.1\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: 99\r\n\r\n{", &huge, b""]
    {
        send(&workspace, bytes, false);
    }
    assert!(post(&workspace, "{").get("error").is_some());
    assert!(post(&workspace, "[]").get("error").is_some());
    // The socket for editors as well.
    let path = workspace.record().unwrap()["editors"].as_str().unwrap().to_owned();
    for bytes in [&b"\0\0\0\n"[..], b"Content-Length: 2\r\n\r\n{}", &huge] {
        let mut stream = UnixStream::connect(&path).unwrap();
        let _ = stream.write_all(bytes);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert_eq!(answer, b"", "whoever does not say hello gets no answer");
    }
    let status = ask(&workspace, "status", json!([]));
    assert_eq!(status["result"]["process"], json!(workspace.daemon_process().unwrap()), "{status}");
}
