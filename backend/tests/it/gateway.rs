//! What stands between the network and the handlers: slow and hostile peers, limits, origins, TLS, nodes behind Redis.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::http::Request;
use backend::http::{By, Limit};
use backend::{Config, Options, Patience, Registration};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::rustls::{self, pki_types};

use crate::services::{Postgres, Redis};
use crate::support::{Server, start_with, within};

/// A node whose peers must be quick, so that tests are.
fn strict() -> Options {
    let patience =
        Patience { headers: Duration::from_millis(300), reading: Duration::from_millis(300), ..Patience::default() };
    Options { patience, ..Options::default() }
}

async fn node(registration: Registration, options: Options) -> Server {
    start_with(Config { registration, options, ..Config::default() }).await
}

/// What a raw connection hears until its end.
async fn hear(mut stream: TcpStream) -> String {
    let mut heard = Vec::new();
    // A reset is an end too.
    let _ = within("the end of the connection", stream.read_to_end(&mut heard)).await;
    String::from_utf8_lossy(&heard).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_trickles_a_request_is_cut_off_and_others_are_served() {
    let server = node(Registration::Auto, strict()).await;
    let mut slow = Vec::new();
    for sent in [
        "",
        "G",
        "GET /health HT",
        "GET /health HTTP/1.1\r\nhost: local",
        "GET /health HTTP/1.1\r\nhost: localhost\r\nx: ",
    ] {
        for _ in 0..20 {
            let mut stream = TcpStream::connect(server.node.address).await.unwrap();
            stream.write_all(sent.as_bytes()).await.unwrap();
            slow.push(stream);
        }
    }
    let mut quick = TcpStream::connect(server.node.address).await.unwrap();
    quick.write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
    assert!(hear(quick).await.starts_with("HTTP/1.1 200"));
    for stream in slow {
        let heard = hear(stream).await;
        assert!(heard.is_empty() || heard.starts_with("HTTP/1.1 408"), "{heard}");
    }
}

/// Live connections, as the node counts them.
async fn live(server: &Server) -> u64 {
    let metrics = server.get("", "/metrics").await.text;
    let line = metrics.lines().find_map(|line| line.strip_prefix("devmentor_live_connections ")).unwrap();
    line.parse().unwrap()
}

/// Reads nothing while megabytes wait: its queue has a cap, and the connection ends. Whoever reads gets everything.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_is_let_go() {
    let server = node(Registration::Auto, strict()).await;
    let made = server.post("", "/api/projects", json!({ "key": "DM", "name": "d" })).await;
    let id = made["id"].as_str().unwrap();
    let mut events = TcpStream::connect(server.node.address).await.unwrap();
    let request = format!("GET /api/projects/{id}/stream HTTP/1.1\r\nhost: localhost\r\n\r\n");
    events.write_all(request.as_bytes()).await.unwrap();
    let (mut socket, _) = tokio_tungstenite::connect_async(format!("ws://{}/ws", server.node.address)).await.unwrap();
    let join = json!({ "type": "join", "project": id, "after": 0 }).to_string();
    futures_util::SinkExt::send(&mut socket, tokio_tungstenite::tungstenite::Message::text(join)).await.unwrap();
    within("two connections", async {
        while live(&server).await < 2 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let body = "x".repeat(40_000);
    let made = server
        .post("", &format!("/api/projects/{id}/tasks"), json!({ "fields": { "title": "t", "body": body } }))
        .await;
    let path = format!("/api/projects/{id}/tasks/{}", made["id"].as_str().unwrap());
    let mut number = 0;
    within("both to be let go", async {
        while live(&server).await > 0 {
            number += 1;
            let body = json!({ "body": format!("{number}{body}") });
            assert_eq!(server.call("", "PATCH", &path, Some(body)).await.status, 200);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn huge_and_malformed_frames_end_the_connection() {
    let server = node(Registration::Auto, Options::default()).await;
    let upgrade = "GET /ws HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
                   sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let huge = [vec![0x81, 0xff], vec![0x7f; 8], vec![0; 4]].concat();
    let long = [vec![0x81, 0xfe, 0xff, 0xff, 0, 0, 0, 0], vec![b'x'; 65_535]].concat();
    let unmasked = vec![0x81, 0x02, b'{', b'}'];
    let reserved = vec![0xf1, 0x80, 0, 0, 0, 0];
    let not_text = vec![0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe];
    for (name, frame) in
        [("huge", huge), ("long", long), ("unmasked", unmasked), ("reserved", reserved), ("no text", not_text)]
    {
        let mut stream = TcpStream::connect(server.node.address).await.unwrap();
        stream.write_all(upgrade.as_bytes()).await.unwrap();
        let _ = stream.write_all(&frame).await;
        let heard = hear(stream).await;
        assert!(heard.starts_with("HTTP/1.1 101"), "{name}: {heard}");
    }
    within("nobody to be left", async {
        while live(&server).await > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// A name that was rebound to this machine, and pages of other origins, at every sort of route.
#[tokio::test(flavor = "multi_thread")]
async fn a_rebound_name_gets_nothing_over_a_real_connection() {
    let server = node(Registration::Auto, Options::default()).await;
    let port = server.node.address.port();
    for (path, headers) in [
        ("/api/me", format!("host: evil.example:{port}")),
        ("/health", format!("host: evil.example:{port}")),
        ("/api/projects", format!("host: 127.0.0.1:{port}\r\norigin: http://evil.example")),
        (
            "/ws",
            format!(
                "host: 127.0.0.1:{port}\r\norigin: http://evil.example:{port}\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=="
            ),
        ),
    ] {
        let mut stream = TcpStream::connect(server.node.address).await.unwrap();
        stream
            .write_all(format!("GET {path} HTTP/1.1\r\n{headers}\r\nconnection: close\r\n\r\n").as_bytes())
            .await
            .unwrap();
        let heard = hear(stream).await;
        assert!(heard.starts_with("HTTP/1.1 403"), "{path} {headers}: {heard}");
    }
}

#[tokio::test]
async fn only_named_origins_may_use_the_api_from_pages() {
    let options = Options { cors_origins: vec!["https://board.example.com".to_owned()], ..Options::default() };
    let server = node(Registration::Open, options).await;
    let ask = |origin: &'static str| {
        let request =
            Request::builder().method("OPTIONS").uri("/api/projects").header("host", "h").header("origin", origin);
        let request = request.header("access-control-request-method", "POST");
        server.raw(
            request.header("access-control-request-headers", "authorization").body(axum::body::Body::empty()).unwrap(),
        )
    };
    let allowed = ask("https://board.example.com").await.headers;
    assert_eq!(allowed["access-control-allow-origin"], "https://board.example.com");
    assert_eq!(allowed["access-control-allow-credentials"], "true");
    for foreign in ["https://evil.example", "https://board.example.com.evil.example", "null"] {
        assert!(!ask(foreign).await.headers.contains_key("access-control-allow-origin"), "{foreign}");
    }
    for wrong in ["*", "board.example.com", "https://board.example.com/", "ftp://a"] {
        let options = Options { cors_origins: vec![wrong.to_owned()], ..Options::default() };
        let folder = tempfile::tempdir().unwrap();
        let config =
            Config { listen: "127.0.0.1:0".parse().unwrap(), data: folder.path().into(), options, ..Config::default() };
        let error = backend::serve(config).await.unwrap_err().to_string();
        assert!(error.contains("is no origin"), "{wrong}: {error}");
    }
}

fn limit(by: By, burst: f64) -> Limit {
    Limit { name: "tight".to_owned(), by, path: "/api/me".to_owned(), burst, per_second: 0.001 }
}

#[tokio::test]
async fn limits_are_data_and_say_what_is_left() {
    let server = node(Registration::Open, Options { limits: vec![limit(By::User, 3.0)], ..Options::default() }).await;
    let (ann, _) = server.person("ann").await;
    let (bob, _) = server.person("bob").await;
    let scopes = json!({ "name": "ci", "scopes": ["project:read"], "days": 1 });
    // Two of three are used up: by `person`, and by this.
    let token = server.post(&ann, "/api/me/tokens", scopes).await["token"].as_str().unwrap().to_owned();
    let last = server.get(&token, "/api/me").await;
    assert_eq!(last.status, 200, "a second token of the same person");
    assert_eq!(last.headers["ratelimit"], "\"tight\";r=0;t=0");
    assert_eq!(last.headers["ratelimit-policy"], "\"tight\";q=3;w=3000");
    let refused = server.get(&ann, "/api/me").await;
    assert_eq!((refused.status.as_u16(), refused.body["code"].clone()), (429, json!("too_many_requests")));
    assert!(refused.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() > 100);
    assert_eq!(server.get(&bob, "/api/me").await.status, 200, "somebody else");
    assert_eq!(server.get(&ann, "/api/projects").await.status, 200, "somewhere else");
    assert!(server.get("", "/metrics").await.text.contains("devmentor_limited_total 1\n"));
}

/// Two nodes count together while Redis is there; without it each goes on alone.
#[tokio::test(flavor = "multi_thread")]
async fn nodes_share_limits_and_go_on_without_redis() {
    let (postgres, mut redis) = (Postgres::start(), Redis::private(&[]).await);
    let url = postgres.database().await;
    let start = || {
        let config = Config {
            database_url: Some(url.clone()),
            redis_url: Some(redis.url.clone()),
            registration: Registration::Open,
            options: Options { limits: vec![limit(By::User, 4.0)], ..Options::default() },
            ..Config::default()
        };
        start_with(config)
    };
    let (one, two) = (start().await, start().await);
    let (ann, _) = one.person("ann").await;
    for server in [&one, &two, &one] {
        assert_eq!(server.get(&ann, "/api/me").await.status, 200);
    }
    // Passwords too: ten wrong ones, wherever they are tried, and the right one has to wait.
    let log_in = async |server: &Server, password: &str| {
        let login = json!({ "name": "ann", "password": password });
        server.call("", "POST", "/api/auth/login", Some(login)).await.status.as_u16()
    };
    for number in 0..10 {
        assert_eq!(log_in([&one, &two][number % 2], "wrong wrong wrong").await, 401);
    }
    assert_eq!((log_in(&one, "correct horse battery").await, log_in(&two, "correct horse battery").await), (429, 429));
    assert_eq!(two.get(&ann, "/api/me").await.status, 429, "the fifth, wherever it goes");
    redis.stop();
    assert_eq!(two.get(&ann, "/api/me").await.status, 200, "this node's own count has only begun");
    within("the node to notice", async {
        while two.get("", "/health").await.body["redis"] != "away" {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let health = two.get("", "/health").await;
    assert_eq!((health.status.as_u16(), health.body["status"].clone()), (200, json!("degraded")));
    let org = two.post(&ann, "/api/orgs", json!({ "name": "works without" })).await;
    assert!(org["id"].is_string());
    redis.restart().await;
    within("the node to come back", async {
        while two.get("", "/health").await.body["status"] != "ok" {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// The server is a cluster, so hints go by sharded channels: what one node commits, another one hears of.
#[tokio::test(flavor = "multi_thread")]
async fn hints_cross_a_redis_cluster() {
    let (postgres, redis) = (Postgres::start(), Redis::cluster().await);
    let url = postgres.database().await;
    let start = || {
        let (database_url, redis_url) = (Some(url.clone()), Some(redis.url.clone()));
        start_with(Config { database_url, redis_url, registration: Registration::Open, ..Config::default() })
    };
    let (one, two) = (start().await, start().await);
    within("both nodes to follow", async {
        while !(one.node.app.streams.bus().connected() && two.node.app.streams.bus().connected()) {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let mut hints = two.node.app.streams.bus().listen();
    let (ann, _) = one.person("ann").await;
    let (_, project) = one.project(&ann).await;
    for title in ["a", "b"] {
        one.task(&ann, &project, title).await;
    }
    let mut seen = Vec::new();
    within("the hints", async {
        while seen.len() < 3 {
            let hint = hints.recv().await.unwrap();
            if *hint.stream == *project {
                seen.push(hint.seq);
            }
        }
    })
    .await;
    assert_eq!(seen, [1, 2, 3]);
    let mut connection = redis::Client::open(&*redis.url).unwrap().get_multiplexed_async_connection().await.unwrap();
    let ask = |what: &'static str| {
        let mut command = redis::cmd("PUBSUB");
        command.arg(what);
        command
    };
    let sharded: Vec<String> = ask("SHARDCHANNELS").query_async(&mut connection).await.unwrap();
    let plain: Vec<String> = ask("CHANNELS").query_async(&mut connection).await.unwrap();
    assert_eq!((sharded.len(), plain.len()), (16, 0));
    // The buckets of limits lie in the cluster as well.
    let keys: Vec<String> = redis::cmd("KEYS").arg("devmentor:limit:*").query_async(&mut connection).await.unwrap();
    assert!(!keys.is_empty());
}

/// Headers in time, and then a body that never ends.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_trickles_is_refused_and_others_are_served() {
    let patience = Patience { request: Duration::from_millis(300), ..Patience::default() };
    let server = node(Registration::Auto, Options { patience, ..Options::default() }).await;
    let mut stream = TcpStream::connect(server.node.address).await.unwrap();
    let head =
        "POST /api/projects HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n";
    stream.write_all(format!("{head}content-length: 1000\r\n\r\n{{").as_bytes()).await.unwrap();
    let (mut reading, mut writing) = stream.into_split();
    let trickle = async {
        let mut ticks = tokio::time::interval(Duration::from_millis(20));
        loop {
            ticks.tick().await;
            if writing.write_all(b" ").await.is_err() {
                // Closed by the server; what it said is still there to read.
                std::future::pending::<()>().await;
            }
        }
    };
    let mut heard = Vec::new();
    let answer = async {
        while !heard.windows(4).any(|four| four == b"\r\n\r\n") && reading.read_buf(&mut heard).await.unwrap_or(0) > 0 {
        }
    };
    tokio::select! {
        () = trickle => {}
        () = within("an answer", answer) => {}
    }
    let heard = String::from_utf8_lossy(&heard);
    assert!(heard.starts_with("HTTP/1.1 408"), "{heard}");
    assert_eq!(server.get("", "/api/projects").await.body, json!([]), "nothing came of it, and others are served");
}

/// One self-signed certificate of tests/it/tls, which names localhost.
fn pem(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/tls").join(name)
}

fn solo(server: &Server) -> bool {
    matches!(server.node.app.mode, backend::app::Mode::Solo(_))
}

/// `GET /health` by somebody who trusts this certificate alone. A team's browsers are told to come by TLS alone from now on;
/// in solo mode that would bind every other program on localhost.
async fn over_tls(server: &Server, trusted: &str, protocol: &[u8]) -> std::io::Result<Vec<u8>> {
    use pki_types::pem::PemObject;
    let mut roots = rustls::RootCertStore::empty();
    roots.add(pki_types::CertificateDer::from_pem_file(pem(trusted)).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let stream = TcpStream::connect(server.node.address).await?;
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let mut stream = connector.connect("localhost".try_into().unwrap(), stream).await?;
    let chosen = stream.get_ref().1.alpn_protocol().unwrap_or_default().to_vec();
    if protocol == b"http/1.1" {
        stream.write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert_eq!(answer.contains("strict-transport-security: max-age=31536000"), !solo(server), "{answer}");
    }
    Ok(chosen)
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_with_certificates_that_are_renewed_while_it_serves() {
    let folder = tempfile::tempdir().unwrap();
    let files = backend::tls::Files { certificate: folder.path().join("cert.pem"), key: folder.path().join("key.pem") };
    let put = |name: &str| {
        std::fs::copy(pem(&format!("{name}.key")), &files.key).unwrap();
        std::fs::copy(pem(&format!("{name}.pem")), &files.certificate).unwrap();
    };
    put("first");
    let server = node(Registration::Auto, Options { tls: Some(files.clone()), ..strict() }).await;
    assert_eq!(over_tls(&server, "first.pem", b"http/1.1").await.unwrap(), b"http/1.1");
    assert_eq!(over_tls(&server, "first.pem", b"h2").await.unwrap(), b"h2");
    assert!(over_tls(&server, "second.pem", b"http/1.1").await.is_err());
    let team = node(Registration::Closed, Options { tls: Some(files.clone()), ..strict() }).await;
    assert!(over_tls(&team, "first.pem", b"http/1.1").await.is_ok());
    let mut plain = TcpStream::connect(server.node.address).await.unwrap();
    plain.write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    assert!(!hear(plain).await.contains("200 OK"));
    put("second");
    within("the new certificate", async {
        while over_tls(&server, "second.pem", b"http/1.1").await.is_err() {
            tokio::task::yield_now().await;
        }
    })
    .await;

    std::fs::copy(pem("first.key"), &files.key).unwrap();
    let config = Config {
        listen: "127.0.0.1:0".parse().unwrap(),
        data: folder.path().into(),
        options: Options { tls: Some(files), ..Options::default() },
        ..Config::default()
    };
    let error = backend::serve(config).await.unwrap_err().to_string();
    assert!(error.contains("it is not the certificate's key"), "{error}");
}

#[tokio::test]
async fn memory_for_projects_has_a_budget() {
    let server = node(Registration::Auto, Options { cache_bytes: 200_000, ..Options::default() }).await;
    let mut projects = Vec::new();
    for number in 0..12 {
        let body = json!({ "key": format!("P{number}"), "name": "p", "description": "x".repeat(40_000) });
        projects.push(server.post("", "/api/projects", body).await["id"].as_str().unwrap().to_owned());
    }
    let (count, bytes) = server.node.app.streams.in_memory();
    assert!(count < 8 && bytes <= 200_000, "{count} streams, {bytes} bytes");
    for id in &projects {
        assert_eq!(server.get("", &format!("/api/projects/{id}")).await.body["name"], "p", "read again when asked for");
    }
}

/// PostgreSQL and Redis over TLS: certificates of the named authority are taken, those of another one are not.
#[tokio::test(flavor = "multi_thread")]
async fn database_and_redis_over_tls_with_checked_certificates() {
    let (postgres, redis) = (
        Postgres::with_tls(&pem("first.pem"), &pem("first.key")),
        Redis::with_tls(&pem("first.pem"), &pem("first.key")).await,
    );
    let database = async |authority: &str| {
        let url = format!("{}?sslrootcert={}", postgres.base(), pem(authority).display());
        backend::storage::open(&url).await.map(drop)
    };
    database("first.pem").await.unwrap();
    let refused = database("second.pem").await.unwrap_err().to_string();
    assert!(refused.contains("certificate"), "{refused}");
    // Without TLS it does not let anybody in, so the first one came by TLS.
    let plain = backend::storage::open(&format!("{}?sslmode=disable", postgres.base())).await.map(drop);
    assert!(plain.is_err());

    let health = async |authority: &str| {
        let config = Config {
            redis_url: Some(redis.url.clone()),
            redis_ca: Some(pem(authority)),
            registration: Registration::Open,
            ..Config::default()
        };
        let server = start_with(config).await;
        let body = server.get("", "/health").await.body;
        body["redis"].as_str().unwrap().to_owned()
    };
    assert_eq!((health("first.pem").await, health("second.pem").await), ("ok".to_owned(), "away".to_owned()));
}
