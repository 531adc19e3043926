//! Logging in by way of providers: npm's oidc-provider as a process, a GitHub, and a provider that lies.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use backend::accounts::providers::{Preset, ProviderConfig};
use backend::{Registration, WaysIn};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use parking_lot::Mutex;
use serde_json::{Value, json};

use crate::browser::{Browser, PUBLIC, location, part};
use crate::support::{Answer, Server, with_ways_in};

/// oidc-provider in a process of its own; it ends with its standard input.
struct Peer {
    issuer: String,
    child: Child,
    /// What it says goes nowhere, but where it says it must be open.
    _says: BufReader<ChildStdout>,
}

impl Peer {
    fn start(redirects: &[&str]) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/oidc.sh");
        let installed = Command::new("bash").arg(&script).output().unwrap();
        assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stderr));
        let place = String::from_utf8(installed.stdout).unwrap();
        let mut child = Command::new("node")
            .arg("peer.mjs")
            .args(redirects.iter().map(|id| format!("{PUBLIC}/api/auth/providers/{id}/callback")))
            .current_dir(place.trim())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node is not installed; `make setup` installs it");
        let mut issuer = String::new();
        let mut says = BufReader::new(child.stdout.take().unwrap());
        says.read_line(&mut issuer).unwrap();
        Self { issuer: issuer.trim().to_owned(), child, _says: says }
    }

    /// Who is logged in at the provider from now on.
    async fn be(&self, account: Value) {
        let url = format!("{}/control", self.issuer);
        let _ = rustls::crypto::ring::default_provider().install_default();
        reqwest::Client::new().post(url).body(account.to_string()).send().await.unwrap().error_for_status().unwrap();
    }

    fn config(&self, id: &str, client: &str, secret: Option<&str>) -> ProviderConfig {
        ProviderConfig {
            id: id.to_owned(),
            name: Some("Acme".to_owned()),
            issuer: Some(self.issuer.clone()),
            client_id: client.to_owned(),
            client_secret: secret.map(str::to_owned),
            ..ProviderConfig::default()
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const SECRET: Option<&str> = Some("a secret: with / and %");

async fn server(registration: Registration, providers: Vec<ProviderConfig>) -> Server {
    with_ways_in(registration, WaysIn { public_url: Some(PUBLIC.to_owned()), providers }).await
}

/// From this server to the provider and back; answers with what this server makes of it.
async fn round(server: &Server, browser: &Browser, id: &str, more: &str) -> Answer {
    let start = browser.get(server, &format!("/api/auth/providers/{id}/start?return_to=/board{more}")).await;
    let back = browser.through(&location(&start)).await;
    browser.get(server, &back).await
}

/// The access token of somebody who is back.
async fn tokens(server: &Server, browser: &Browser, back: &Answer) -> String {
    let to = location(back);
    assert!(to.starts_with("/board#login="), "{to}");
    let body = json!({ "login": part(&to, "login") }).to_string();
    let answer = browser.ask(server, "", "POST", "/api/auth/providers/finish", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    // Once.
    assert_eq!(browser.ask(server, "", "POST", "/api/auth/providers/finish", &body).await.status, 401);
    answer.body["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_made_at_the_first_login_and_found_at_the_next() {
    let peer = Peer::start(&["work", "public"]);
    let providers = vec![peer.config("work", "rsa", SECRET), peer.config("public", "curve", None)];
    let server = server(Registration::Open, providers).await;
    let listed = server.get("", "/api/auth/providers").await;
    assert_eq!(listed.body[0], json!({ "id": "work", "name": "Acme" }));

    let ann = json!({ "sub": "42", "name": "Ann Ash", "preferred_username": "Ann!", "email": "Ann@acme.example", "email_verified": true });
    peer.be(ann).await;
    let browser = Browser::new();
    let first = tokens(&server, &browser, &round(&server, &browser, "work", "").await).await;
    let me = server.get(&first, "/api/me").await.body;
    assert_eq!(
        (&me["handle"], &me["name"], &me["email"]),
        (&json!("ann"), &json!("Ann Ash"), &json!("ann@acme.example"))
    );
    // Without a secret, with another key, from another browser: the same issuer and subject are the same person.
    let other = Browser::new();
    let second = tokens(&server, &other, &round(&server, &other, "public", "").await).await;
    assert_eq!(server.get(&second, "/api/me").await.body["id"], me["id"]);
    // No password was set, so that none opens this account.
    for password in ["", "correct horse battery"] {
        let body = json!({ "name": "ann", "password": password });
        assert_eq!(server.call("", "POST", "/api/auth/login", Some(body)).await.status, 401);
    }
    let linked = server.get(&first, "/api/me/identities").await.body;
    assert_eq!((linked[0]["provider"].clone(), linked[0]["label"].clone()), (json!("Acme"), json!("ann@acme.example")));
    let path = format!("/api/me/identities/{}", linked[0]["id"].as_str().unwrap());
    let only = server.call(&first, "DELETE", &path, None).await;
    assert_eq!((only.status, only.body["code"].clone()), (StatusCode::CONFLICT, json!("last_way_in")));
    // With a password, set after a fresh login, it is not the only one.
    let set = server.post(&first, "/api/me/password", json!({ "new": "correct horse battery" })).await;
    let token = set["access_token"].as_str().unwrap();
    assert_eq!(server.call(token, "DELETE", &path, None).await.status, 204);
    server.post("", "/api/auth/login", json!({ "name": "ann", "password": "correct horse battery" })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_takes_an_account_over_by_its_mail_address() {
    let peer = Peer::start(&["work"]);
    let server = server(Registration::Open, vec![peer.config("work", "rsa", SECRET)]).await;
    let register =
        json!({ "handle": "bob", "name": "Bob", "email": "bob@acme.example", "password": "correct horse battery" });
    let bob = server.post("", "/api/auth/register", register).await["access_token"].as_str().unwrap().to_owned();
    let bobs = server.get(&bob, "/api/me").await.body["id"].clone();

    // Verified or not: whoever has this address at the provider is not let into the account, nor given a second one.
    let browser = Browser::new();
    peer.be(json!({ "sub": "1", "name": "Bob", "email": "bob@acme.example", "email_verified": true })).await;
    let refused = round(&server, &browser, "work", "").await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    assert!(refused.text.contains("link this provider there"), "{}", refused.text);
    // An address that is not verified is no address: it is neither kept nor does it stand in anybody's way.
    let browser = Browser::new();
    peer.be(json!({ "sub": "2", "name": "Not Bob", "preferred_username": "bob", "email": "bob@acme.example", "email_verified": false })).await;
    let token = tokens(&server, &browser, &round(&server, &browser, "work", "").await).await;
    let me = server.get(&token, "/api/me").await.body;
    assert_ne!(me["id"], bobs);
    assert_eq!(me["email"], Value::Null);
    assert!(me["handle"].as_str().unwrap().starts_with("bob-"), "{me}");

    // Logged in, Bob links it, and from then on it opens his account.
    let browser = Browser::new();
    peer.be(json!({ "sub": "1", "name": "Bob", "email": "bob@acme.example", "email_verified": true })).await;
    let link = json!({ "provider": "work", "return_to": "/settings" }).to_string();
    let begun = browser.ask(&server, &bob, "POST", "/api/me/identities", &link).await;
    let back = browser.through(begun.body["url"].as_str().unwrap()).await;
    // Somebody else's browser cannot finish it, and finds it spent afterwards.
    assert_eq!(location(&browser.get(&server, &back).await), "/settings");
    assert_eq!(browser.get(&server, &back).await.status, 401);
    let token = tokens(&server, &browser, &round(&server, &browser, "work", "").await).await;
    assert_eq!(server.get(&token, "/api/me").await.body["id"], bobs);
    // The other account cannot link it as well.
    let thief = server.person("thief").await.0;
    let begun = browser.ask(&server, &thief, "POST", "/api/me/identities", &link).await;
    let back = browser.through(begun.body["url"].as_str().unwrap()).await;
    assert_eq!(browser.get(&server, &back).await.status, 409);
    // An API token never links anything.
    let made =
        server.post(&bob, "/api/me/tokens", json!({ "name": "ci", "scopes": ["project:read"], "days": 1 })).await;
    let refused = server
        .call(made["token"].as_str().unwrap(), "POST", "/api/me/identities", Some(json!({ "provider": "work" })))
        .await;
    assert_eq!(refused.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_make_an_account_by_a_provider() {
    let peer = Peer::start(&["work", "sso"]);
    let sso = ProviderConfig {
        registration: true,
        domains: vec!["acme.example".to_owned()],
        ..peer.config("sso", "rsa", SECRET)
    };
    let server = server(Registration::Invite, vec![peer.config("work", "rsa", SECRET), sso]).await;
    let (owner, _) = server.person("owner").await;
    let (org, _) = server.project(&owner).await;
    let browser = Browser::new();
    peer.be(json!({ "sub": "1", "name": "Eve", "email": "eve@acme.example", "email_verified": true })).await;
    assert_eq!(round(&server, &browser, "work", "").await.status, 403, "without an invitation");
    peer.be(json!({ "sub": "2", "name": "Mal", "email": "mal@acme.example", "email_verified": false })).await;
    assert_eq!(round(&server, &Browser::new(), "sso", "").await.status, 403, "the address is not verified");
    peer.be(json!({ "sub": "3", "name": "Mal", "email": "mal@acme.example.evil.example", "email_verified": true }))
        .await;
    assert_eq!(round(&server, &Browser::new(), "sso", "").await.status, 403, "another domain");
    let browser = Browser::new();
    peer.be(json!({ "sub": "4", "name": "Sue", "email": "sue@acme.example", "email_verified": true })).await;
    tokens(&server, &browser, &round(&server, &browser, "sso", "").await).await;

    let invite = server.post(&owner, &format!("/api/orgs/{org}/invitations"), json!({ "role": "member" })).await;
    let more = format!("&invitation={}", invite["invitation"].as_str().unwrap());
    let browser = Browser::new();
    peer.be(json!({ "sub": "1", "name": "Eve" })).await;
    let token = tokens(&server, &browser, &round(&server, &browser, "work", &more).await).await;
    assert_eq!(server.get(&token, "/api/orgs").await.body[0]["role"], "member");
    // It was for one.
    peer.be(json!({ "sub": "5", "name": "Zoe" })).await;
    assert_eq!(round(&server, &Browser::new(), "work", &more).await.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_belongs_to_the_browser_that_began_it_and_goes_on_within_this_server() {
    let peer = Peer::start(&["work", "other"]);
    let server =
        server(Registration::Open, vec![peer.config("work", "rsa", SECRET), peer.config("other", "rsa", SECRET)]).await;
    peer.be(json!({ "sub": "1", "name": "Ann" })).await;
    for elsewhere in ["//evil.example", "https://evil.example", "/%5Cevil.example", "/%09/evil.example"] {
        let start = Browser::new().get(&server, &format!("/api/auth/providers/work/start?return_to={elsewhere}")).await;
        assert_eq!(start.status, 422, "{elsewhere}");
    }
    let (mine, victim) = (Browser::new(), Browser::new());
    let begin = async |browser: &Browser| {
        let start = browser.get(&server, "/api/auth/providers/work/start?return_to=/board").await;
        browser.through(&location(&start)).await
    };
    // Sent to somebody else, who has a login of their own under way: refused, and used up.
    let back = begin(&mine).await;
    begin(&victim).await;
    assert_eq!(victim.get(&server, &back).await.status, 401);
    assert_eq!(mine.get(&server, &back).await.status, 401);
    // A state of nobody's; none; the right one for another provider.
    let back = begin(&mine).await;
    let state = part(&back, "state");
    for bad in [
        back.replace(&state, &"0".repeat(64)),
        back.replace(&format!("state={state}"), "x=y"),
        back.replace("/work/", "/other/"),
    ] {
        assert_eq!(mine.get(&server, &bad).await.status, 401, "{bad}");
    }
    // Somebody else's issuer (RFC 9207): the code is not sent to anybody.
    let back = begin(&mine).await;
    let iss = part(&back, "iss");
    let mixed = mine.get(&server, &back.replace(&iss, "https%3A%2F%2Fevil.example")).await;
    assert!(mixed.status == 401 && mixed.text.contains("another issuer"), "{}", mixed.text);
    // A code that is not the provider's.
    let back = begin(&mine).await;
    let wrong = mine.get(&server, &back.replace(&part(&back, "code"), "made-up")).await;
    assert!(wrong.status == 401 && wrong.text.contains("invalid_grant"), "{}", wrong.text);
    // What came of it is for this browser too.
    let done = mine.get(&server, &begin(&mine).await).await;
    let body = json!({ "login": part(&location(&done), "login") }).to_string();
    assert_eq!(victim.ask(&server, "", "POST", "/api/auth/providers/finish", &body).await.status, 401);
    // The provider says no.
    peer.be(json!({ "sub": "1", "refuse": "access_denied" })).await;
    let refused = round(&server, &Browser::new(), "work", "").await;
    assert!(refused.status == 401 && refused.text.contains("access_denied"), "{}", refused.text);
    assert!(refused.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
}

/// A key for tests alone, in PKCS #8.
fn key() -> EncodingKey {
    use base64::Engine;
    let text = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg/rQZjO5zRWwMHiAkb2ZdOdQDySQuFOvBNOSKxWpy3aqhRANCAARiBSBpo9ElcneN\
                XjlaNr+VG/oh5QOuUwumtkRuYaIiC47qeRMU2KHY4PJQVhKecJmEhxTdvnGm+YjsgGPwwy68";
    EncodingKey::from_ec_der(&base64::engine::general_purpose::STANDARD.decode(text).unwrap())
}

/// A provider whose id_tokens say what a test wants.
struct Liar {
    issuer: String,
    make: Mutex<Box<dyn Fn(Value) -> String + Send>>,
    says: Mutex<Value>,
    nonce: Mutex<String>,
}

impl Liar {
    async fn start() -> Arc<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let liar = Arc::new(Self {
            issuer: issuer.clone(),
            make: Mutex::new(Box::new(|claims| sign(&claims, Some("k")))),
            says: Mutex::new(json!({})),
            nonce: Mutex::default(),
        });
        let app = axum::Router::new()
            .route("/.well-known/openid-configuration", get(Self::describe))
            .route("/keys", get(Self::keys))
            .route("/token", post(Self::token))
            .with_state(liar.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        liar
    }

    async fn describe(State(liar): State<Arc<Self>>) -> Json<Value> {
        let at = |path: &str| format!("{}{path}", liar.issuer);
        Json(json!({
            "issuer": liar.issuer, "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"),
            "jwks_uri": at("/keys"),
        }))
    }

    async fn keys() -> Json<Value> {
        let mut jwk = Jwk::from_encoding_key(&key(), Algorithm::ES256).unwrap();
        jwk.common.key_id = Some("k".to_owned());
        Json(json!({ "keys": [jwk] }))
    }

    async fn token(State(liar): State<Arc<Self>>) -> Json<Value> {
        let now = jiff::Timestamp::now().as_second();
        let mut claims = json!({
            "iss": liar.issuer, "aud": "me", "sub": "7", "iat": now, "exp": now + 300, "nonce": *liar.nonce.lock(),
        });
        for (key, value) in liar.says.lock().as_object().unwrap() {
            match value {
                Value::Null => drop(claims.as_object_mut().unwrap().remove(key)),
                value => claims[key] = value.clone(),
            }
        }
        Json(json!({ "access_token": "x", "token_type": "Bearer", "id_token": (liar.make.lock())(claims) }))
    }
}

fn sign(claims: &Value, kid: Option<&str>) -> String {
    let header = Header { kid: kid.map(str::to_owned), ..Header::new(Algorithm::ES256) };
    jsonwebtoken::encode(&header, claims, &key()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_token_that_is_forged_old_or_meant_for_others_lets_nobody_in() {
    let liar = Liar::start().await;
    let config = ProviderConfig {
        id: "liar".to_owned(),
        issuer: Some(liar.issuer.clone()),
        client_id: "me".to_owned(),
        ..ProviderConfig::default()
    };
    let server = server(Registration::Open, vec![config]).await;
    let login = async || {
        let browser = Browser::new();
        let start = browser.get(&server, "/api/auth/providers/liar/start?return_to=/board").await;
        let url = location(&start);
        *liar.nonce.lock() = part(&url, "nonce");
        browser.get(&server, &format!("/api/auth/providers/liar/callback?code=c&state={}", part(&url, "state"))).await
    };
    // It can tell the truth.
    assert_eq!(login().await.status, 303);
    *liar.says.lock() = json!({ "aud": ["me", "other"], "azp": "me" });
    assert_eq!(login().await.status, 303);

    let now = jiff::Timestamp::now().as_second();
    for (says, why) in [
        (json!({ "iss": "https://evil.example" }), "InvalidIssuer"),
        (json!({ "iss": null }), "iss"),
        (json!({ "aud": "other" }), "InvalidAudience"),
        (json!({ "aud": null }), "aud"),
        (json!({ "aud": ["me", "other"] }), "another program"),
        (json!({ "azp": "other" }), "another program"),
        (json!({ "exp": now - 120 }), "ExpiredSignature"),
        (json!({ "exp": null }), "exp"),
        (json!({ "nbf": now + 120 }), "ImmatureSignature"),
        (json!({ "nonce": "another" }), "another login"),
        (json!({ "nonce": null }), "another login"),
        (json!({ "sub": null }), "sub"),
        (json!({ "sub": "" }), "no usable subject"),
        (json!({ "sub": "x".repeat(256) }), "no usable subject"),
    ] {
        *liar.says.lock() = says.clone();
        let answer = login().await;
        assert_eq!(answer.status, 401, "{says} {}", answer.text);
        assert!(answer.text.contains(why), "{says}: {}", answer.text);
    }
    *liar.says.lock() = json!({});
    type Make = Box<dyn Fn(Value) -> String + Send>;
    let public = Jwk::from_encoding_key(&key(), Algorithm::ES256).unwrap();
    let public = serde_json::to_vec(&public).unwrap();
    let forgeries: [(&str, Make); 6] = [
        (
            "unsigned",
            Box::new(|claims| {
                let token = sign(&claims, Some("k"));
                format!("eyJhbGciOiJub25lIn0.{}.", token.split('.').nth(1).unwrap())
            }),
        ),
        (
            "signed by somebody who has the public key",
            Box::new(move |claims| {
                let header = Header { kid: Some("k".to_owned()), ..Header::new(Algorithm::HS256) };
                jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&public)).unwrap()
            }),
        ),
        ("an unknown key", Box::new(|claims| sign(&claims, Some("elsewhere")))),
        (
            "a changed claim",
            Box::new(|claims| {
                let (token, other) = (sign(&claims, Some("k")), sign(&json!({ "sub": "8" }), Some("k")));
                let parts: Vec<_> = token.split('.').collect();
                format!("{}.{}.{}", parts[0], other.split('.').nth(1).unwrap(), parts[2])
            }),
        ),
        ("no token at all", Box::new(|_| "x".to_owned())),
        ("an endless one", Box::new(|_| "x".repeat(2 << 20))),
    ];
    for (what, make) in forgeries {
        *liar.make.lock() = make;
        let status = login().await.status;
        assert!(status == 401 || status == 502, "{what}: {status}");
    }
    let record = backend::storage::check(&**server.node.app.streams.store()).await.unwrap();
    assert_eq!(record.1, vec![]);
    assert_eq!(server.node.app.streams.store().users().await.unwrap().len(), 1, "one person came in, twice");
}

/// A provider that does not call itself what was configured is not asked any further.
#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_away_or_another_is_said_so() {
    let liar = Liar::start().await;
    let config = |id: &str, issuer: String| ProviderConfig {
        id: id.to_owned(),
        issuer: Some(issuer),
        client_id: "me".to_owned(),
        ..ProviderConfig::default()
    };
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let providers = vec![config("slash", format!("{}/", liar.issuer)), config("away", format!("http://{free}"))];
    let server = server(Registration::Open, providers).await;
    for (id, says) in [("slash", "it calls itself"), ("away", "did not answer")] {
        let answer = Browser::new().get(&server, &format!("/api/auth/providers/{id}/start")).await;
        assert_eq!(answer.status, 502, "{}", answer.text);
        assert!(answer.text.contains(says), "{}", answer.text);
    }
    assert_eq!(Browser::new().get(&server, "/api/auth/providers/none/start").await.status, 404);
}

/// GitHub's own way: OAuth 2 with PKCE, then its API.
#[tokio::test(flavor = "multi_thread")]
async fn github_is_asked_who_somebody_is() {
    #[derive(Default)]
    struct Hub {
        challenge: Mutex<String>,
    }
    async fn token(State(hub): State<Arc<Hub>>, body: String) -> Json<Value> {
        use base64::Engine;
        use sha2::Digest;
        let form = format!("?{body}");
        let digest = sha2::Sha256::digest(part(&form, "code_verifier").as_bytes());
        let challenge = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest);
        let fits =
            challenge == *hub.challenge.lock() && part(&form, "client_secret") == "s" && part(&form, "code") == "c";
        Json(if fits { json!({ "access_token": "t" }) } else { json!({ "error": "bad_verification_code" }) })
    }
    let user = get(|| async { Json(json!({ "id": 583231, "login": "octocat", "name": null })) });
    let emails = get(|| async {
        Json(json!([
            { "email": "old@example.com", "primary": false, "verified": true },
            { "email": "Octo@example.com", "primary": true, "verified": true },
        ]))
    });
    let hub = Arc::new(Hub::default());
    let app = axum::Router::new()
        .route("/login/oauth/access_token", post(token))
        .route("/api/v3/user", user)
        .route("/api/v3/user/emails", emails)
        .with_state(hub.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let config = ProviderConfig {
        id: "github".to_owned(),
        preset: Preset::Github,
        issuer: Some(issuer.clone()),
        client_id: "me".to_owned(),
        client_secret: Some("s".to_owned()),
        ..ProviderConfig::default()
    };
    let server = server(Registration::Open, vec![config]).await;
    let browser = Browser::new();
    let begin = async || {
        let start = browser.get(&server, "/api/auth/providers/github/start?return_to=/board").await;
        let url = location(&start);
        assert!(url.starts_with(&format!("{issuer}/login/oauth/authorize?")), "{url}");
        *hub.challenge.lock() = part(&url, "code_challenge");
        part(&url, "state")
    };
    let state = begin().await;
    let back = browser.get(&server, &format!("/api/auth/providers/github/callback?code=c&state={state}")).await;
    let token = tokens(&server, &browser, &back).await;
    let me = server.get(&token, "/api/me").await.body;
    assert_eq!(
        (&me["handle"], &me["name"], &me["email"]),
        (&json!("octocat"), &json!("octocat"), &json!("octo@example.com"))
    );
    let state = begin().await;
    let back = browser.get(&server, &format!("/api/auth/providers/github/callback?code=d&state={state}")).await;
    assert!(back.status == 401 && back.text.contains("bad_verification_code"), "{}", back.text);
}
