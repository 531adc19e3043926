//! A node in this process, and people who use it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use backend::{Config, Node, Registration, WaysIn};
use serde_json::{Value, json};
use tower::ServiceExt;

pub(crate) struct Server {
    pub(crate) node: Node,
    pub(crate) router: axum::Router,
    folder: Arc<tempfile::TempDir>,
}

pub(crate) async fn start(
    database_url: Option<String>,
    redis_url: Option<String>,
    registration: Registration,
) -> Server {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    start_in(folder, database_url, redis_url, registration).await
}

/// With accounts on SQLite, and ways in besides passwords.
pub(crate) async fn with_ways_in(registration: Registration, ways_in: WaysIn) -> Server {
    start_with(Config { registration, ways_in, ..Config::default() }).await
}

pub(crate) async fn start_in(
    folder: Arc<tempfile::TempDir>,
    database_url: Option<String>,
    redis_url: Option<String>,
    registration: Registration,
) -> Server {
    start_there(folder, Config { database_url, redis_url, registration, ..Config::default() }).await
}

/// With everything as it is said, on a free port and a folder of its own.
pub(crate) async fn start_with(config: Config) -> Server {
    start_there(Arc::new(tempfile::tempdir().unwrap()), config).await
}

async fn start_there(folder: Arc<tempfile::TempDir>, config: Config) -> Server {
    let config = Config { listen: "127.0.0.1:0".parse().unwrap(), data: folder.path().to_owned(), ..config };
    let node = backend::serve(config).await.unwrap();
    let router = backend::http::router(node.app.clone());
    Server { node, router, folder }
}

/// Without login, on SQLite.
pub(crate) async fn solo() -> Server {
    start(None, None, Registration::Auto).await
}

/// With accounts, on SQLite.
pub(crate) async fn team() -> Server {
    start(None, None, Registration::Open).await
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) body: Value,
    pub(crate) text: String,
}

impl Server {
    pub(crate) async fn raw(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = axum::body::to_bytes(response.into_body(), 64 << 20).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status, headers, body: serde_json::from_str(&text).unwrap_or_default(), text }
    }

    pub(crate) async fn call(&self, token: &str, method: &str, path: &str, body: Option<Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        self.raw(request.body(body.map_or_else(Body::empty, |body| Body::from(body.to_string()))).unwrap()).await
    }

    /// Where its SQLite database is, for tests that turn the clock by changing what is kept.
    pub(crate) fn sqlite_url(&self) -> String {
        format!("sqlite:{}", self.folder.path().join("backend.sqlite").display())
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Answer {
        self.call(token, "GET", path, None).await
    }

    #[track_caller]
    pub(crate) fn post<'a>(&'a self, token: &'a str, path: &'a str, body: Value) -> impl Future<Output = Value> + 'a {
        let at = std::panic::Location::caller();
        async move {
            let answer = self.call(token, "POST", path, Some(body)).await;
            assert!(answer.status.is_success(), "{at}: {} {}", answer.status, answer.text);
            answer.body
        }
    }

    /// An account; answers with its access token and its identity.
    pub(crate) async fn person(&self, handle: &str) -> (String, String) {
        let body = json!({ "handle": handle, "name": handle, "password": "correct horse battery" });
        let token = self.post("", "/api/auth/register", body).await["access_token"].as_str().unwrap().to_owned();
        let id = self.get(&token, "/api/me").await.body["id"].as_str().unwrap().to_owned();
        (token, id)
    }

    /// The folder of its data.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// An organisation and a project in it; answers with their identities.
    pub(crate) async fn project(&self, token: &str) -> (String, String) {
        self.project_named(token, "DM").await
    }

    pub(crate) async fn project_named(&self, token: &str, key: &str) -> (String, String) {
        let org = self.post(token, "/api/orgs", json!({ "name": "Acme" })).await["id"].as_str().unwrap().to_owned();
        let body = json!({ "org": org, "key": key, "name": "DevMentor" });
        let project = self.post(token, "/api/projects", body).await["id"].as_str().unwrap().to_owned();
        (org, project)
    }

    pub(crate) async fn task(&self, token: &str, project: &str, title: &str) -> Value {
        self.post(token, &format!("/api/projects/{project}/tasks"), json!({ "fields": { "title": title } })).await
    }
}

/// A command by way of a real connection, which dies with its node; the number when it was acknowledged.
pub(crate) async fn send_over_tcp(address: SocketAddr, token: &str, path: &str, body: &Value) -> Option<u64> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let body = body.to_string();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let exchange = async {
        let mut stream = tokio::net::TcpStream::connect(address).await.ok()?;
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        head.starts_with("HTTP/1.1 200").then(|| serde_json::from_str::<Value>(body).ok()?["seq"].as_u64()).flatten()
    };
    tokio::time::timeout(Duration::from_secs(10), exchange).await.ok().flatten()
}

pub(crate) fn command_id() -> String {
    domain::CommandId::fresh().to_string()
}

/// What is awaited, or a failure with a name.
pub(crate) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(40), future).await.unwrap_or_else(|_| panic!("waited too long for {what}"))
}
