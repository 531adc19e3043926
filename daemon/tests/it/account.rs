//! Logging in to a team's server: a real backend in this process, the binary beside it.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::{Workspace, fixture};

struct Server {
    node: Option<backend::Node>,
    address: String,
    runtime: tokio::runtime::Runtime,
    _folder: tempfile::TempDir,
}

impl Server {
    fn start(registration: backend::Registration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let config = backend::Config {
            listen: "127.0.0.1:0".parse().unwrap(),
            data: folder.path().to_owned(),
            database_url: None,
            redis_url: None,
            registration,
            ..backend::Config::default()
        };
        let node = runtime.block_on(backend::serve(config)).unwrap();
        let address = format!("http://{}", node.address);
        Self { node: Some(node), address, runtime, _folder: folder }
    }

    fn post(&self, token: &str, path: &str, body: &Value) -> Value {
        let _ = rustls::crypto::ring::default_provider().install_default();
        self.runtime.block_on(async {
            let http = reqwest::Client::builder().no_proxy().build().unwrap();
            let request = http.post(format!("{}{path}", self.address)).json(body);
            let request = if token.is_empty() { request } else { request.bearer_auth(token) };
            let response = request.send().await.unwrap().error_for_status().unwrap();
            serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default()
        })
    }

    fn register(&self, handle: &str) -> String {
        let body = json!({ "handle": handle, "name": "Ann Ash", "password": "correct horse battery" });
        self.post("", "/api/auth/register", &body)["access_token"].as_str().unwrap().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(node) = self.node.take() {
            node.kill();
        }
    }
}

/// Never the keyring of the machine that runs the tests, and never its proxies.
fn devmentor(here: &Workspace, arguments: &[&str]) -> Command {
    let mut command = here.command(arguments);
    command
        .env("DEVMENTOR_KEYRING", "off")
        .env("XDG_STATE_HOME", here.home().join("state"))
        .env("NO_PROXY", "127.0.0.1");
    command
}

fn said(here: &Workspace, arguments: &[&str]) -> (Option<i32>, String) {
    let output = devmentor(here, arguments).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code(), text)
}

/// Runs `login`, answers its code, and gives its exit status and what it said after the code.
fn log_in(here: &Workspace, server: &Server, token: &str, approve: bool) -> (Option<i32>, String) {
    let mut child = devmentor(here, &["login", &server.address])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut page = String::new();
    while !page.contains("/device?user_code=") {
        page.clear();
        assert!(lines.read_line(&mut page).unwrap() > 0, "it ended without a page to open");
    }
    assert!(page.trim().starts_with(&server.address), "{page}");
    let code = page.trim().rsplit('=').next().unwrap();
    server.post(token, "/api/auth/device/decide", &json!({ "user_code": code, "approve": approve }));
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut rest).unwrap();
    (child.wait().unwrap().code(), rest)
}

#[test]
fn a_login_is_made_used_and_ended() {
    let (here, server) = (fixture(""), Server::start(backend::Registration::Open));
    let ann = server.register("ann");
    assert_eq!(said(&here, &["whoami"]).0, Some(1));
    let (status, text) = log_in(&here, &server, &ann, true);
    assert_eq!(status, Some(0), "{text}");
    assert!(text.contains("as @ann (Ann Ash)") && text.contains("which only you can read"), "{text}");
    let file = here.home().join("state/devmentor/logins.json");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    // The token is exchanged each time, and the new one is kept.
    for _ in 0..2 {
        let before = std::fs::read_to_string(&file).unwrap();
        let (status, text) = said(&here, &["whoami"]);
        assert!(status == Some(0) && text.contains("@ann (Ann Ash)"), "{text}");
        assert_ne!(std::fs::read_to_string(&file).unwrap(), before);
    }
    let token: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let token = token[&server.address]["token"].as_str().unwrap().to_owned();
    let (status, text) = said(&here, &["logout"]);
    assert!(status == Some(0) && text.contains("Logged out"), "{text}");
    assert!(!std::fs::read_to_string(&file).unwrap().contains(&token));
    assert_eq!(said(&here, &["logout"]).0, Some(1));
    // At the server too: a copy of the file is worth nothing.
    let copy = json!({ &server.address: { "handle": "ann", "token": token } });
    std::fs::write(&file, copy.to_string()).unwrap();
    let (status, text) = said(&here, &["whoami"]);
    assert!(status == Some(1) && text.contains("has ended; run: devmentor login"), "{text}");
}

#[test]
fn what_keeps_one_from_logging_in_is_said() {
    let (here, server) = (fixture(""), Server::start(backend::Registration::Open));
    let ann = server.register("ann");
    let (status, text) = log_in(&here, &server, &ann, false);
    assert!(status == Some(2) && text.contains("the answer was no"), "{text}");
    let alone = Server::start(backend::Registration::Auto);
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (address, says) in [
        (alone.address.clone(), "This server needs no login"),
        (format!("http://{free}"), "cannot be reached"),
        ("http://devmentor.example.com".to_owned(), "--insecure"),
    ] {
        let (status, text) = said(&here, &["login", &address]);
        assert!(status == Some(2) && text.contains(says), "{address}: {text}");
    }
    assert!(!here.home().join("state/devmentor/logins.json").exists());
}
