//! The dashboard: logins in cookies that only its own pages can use, its files, and what it generates its types from.

use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use backend::{Config, Registration, WaysIn};
use serde_json::{Value, json};

use crate::support::{Answer, Server, solo, start_with, team};

const HOST: &str = "board.example.com";
const OWN: &str = "http://board.example.com";

/// A request of a browser: its cookies, and where the page that asks is from.
async fn ask(
    server: &Server,
    cookies: &str,
    origin: Option<&str>,
    method: &str,
    path: &str,
    body: Option<Value>,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, HOST);
    if !cookies.is_empty() {
        request = request.header(header::COOKIE, cookies);
    }
    if let Some(origin) = origin {
        request = request.header(header::ORIGIN, origin);
    }
    if body.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    server.raw(request.body(body.map_or_else(Body::empty, |body| Body::from(body.to_string()))).unwrap()).await
}

fn set_cookies(answer: &Answer) -> Vec<String> {
    answer.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}

/// What a browser sends after such an answer.
fn kept(answer: &Answer) -> String {
    set_cookies(answer).iter().map(|cookie| cookie.split(';').next().unwrap().to_owned()).collect::<Vec<_>>().join("; ")
}

async fn logged_in(server: &Server, origin: &str) -> Answer {
    server.person("ann").await;
    let body = json!({ "name": "ann", "password": "correct horse battery" });
    let answer = ask(server, "", Some(origin), "POST", "/api/auth/browser/login", Some(body)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer
}

#[tokio::test]
async fn a_login_puts_tokens_where_no_script_finds_them() {
    let server = team().await;
    let answer = logged_in(&server, OWN).await;
    assert_eq!(answer.body, json!({ "expires_in": 600 }));
    let cookies = set_cookies(&answer);
    assert_eq!(cookies.len(), 2);
    for cookie in &cookies {
        assert!(cookie.contains("; HttpOnly; SameSite=Strict"), "{cookie}");
    }
    assert!(cookies[0].starts_with("devmentor-access=") && cookies[0].contains("; Path=/; Max-Age=600;"));
    assert!(cookies[1].starts_with("devmentor-refresh=dmr_") && cookies[1].contains("; Path=/api/auth/browser;"));
    let me = ask(&server, &kept(&answer), None, "GET", "/api/me", None).await;
    assert_eq!(me.body["handle"], "ann");
}

#[tokio::test]
async fn over_https_the_cookies_are_secure_and_others_are_not_believed() {
    let public = "https://board.example.com".to_owned();
    let ways_in = WaysIn { public_url: Some(public), ..WaysIn::default() };
    let server = start_with(Config { registration: Registration::Open, ways_in, ..Config::default() }).await;
    let answer = logged_in(&server, "https://board.example.com").await;
    let cookies = set_cookies(&answer);
    assert!(cookies.iter().all(|cookie| cookie.ends_with("; Secure")));
    assert!(cookies[0].starts_with("__Host-devmentor-access="));
    let sent = kept(&answer);
    assert_eq!(ask(&server, &sent, None, "GET", "/api/me", None).await.status, StatusCode::OK);
    // Whoever can write an unencrypted page of a neighbour can set these.
    let plain = sent.replace("__Host-", "");
    assert_eq!(ask(&server, &plain, None, "GET", "/api/me", None).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn pages_of_others_get_nothing_done_with_somebodys_cookies() {
    let server = team().await;
    let cookies = kept(&logged_in(&server, OWN).await);
    let org = json!({ "name": "Acme" });
    for origin in [None, Some("https://evil.example"), Some("null"), Some("http://board.example.com.evil.example")] {
        let answer = ask(&server, &cookies, origin, "POST", "/api/orgs", Some(org.clone())).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{origin:?}: {}", answer.text);
    }
    assert_eq!(ask(&server, &cookies, Some(OWN), "POST", "/api/orgs", Some(org)).await.status, StatusCode::CREATED);
    let foreign = ask(&server, &cookies, Some("https://evil.example"), "GET", "/api/me", None).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    for path in ["login", "register", "refresh", "logout"] {
        let path = format!("/api/auth/browser/{path}");
        let body = json!({ "name": "ann", "handle": "bob", "password": "correct horse battery" });
        let body = (!path.ends_with("refresh") && !path.ends_with("logout")).then_some(body);
        let answer = ask(&server, &cookies, Some("https://evil.example"), "POST", &path, body).await;
        assert!(answer.status.is_client_error() && set_cookies(&answer).is_empty(), "{path}: {}", answer.text);
    }
    let upgrade = Request::builder().uri("/ws").header(header::HOST, HOST).header(header::COOKIE, &cookies);
    let upgrade = upgrade.header(header::UPGRADE, "websocket").header(header::CONNECTION, "upgrade");
    let upgrade = upgrade.header(header::ORIGIN, "https://evil.example").body(Body::empty()).unwrap();
    assert_eq!(server.raw(upgrade).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn refreshing_changes_the_cookies_and_logging_out_ends_the_login() {
    let server = team().await;
    let first = kept(&logged_in(&server, OWN).await);
    let refresh =
        async |cookies: &str| ask(&server, cookies, Some(OWN), "POST", "/api/auth/browser/refresh", None).await;
    let second = refresh(&first).await;
    assert_eq!(second.status, StatusCode::OK);
    assert_eq!(set_cookies(&second).len(), 2);
    // Another tab with the cookie from before, a moment later: it gets in, and what the first tab got stays the newest.
    let other_tab = refresh(&first).await;
    assert_eq!((other_tab.status, set_cookies(&other_tab).len()), (StatusCode::OK, 1));
    let second = kept(&second);
    let out = ask(&server, &second, Some(OWN), "POST", "/api/auth/browser/logout", None).await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    assert!(set_cookies(&out).iter().all(|cookie| cookie.contains("Max-Age=0")));
    let gone = refresh(&second).await;
    assert_eq!((gone.status, set_cookies(&gone).len()), (StatusCode::UNAUTHORIZED, 2));
    assert_eq!(refresh("").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn pages_are_one_document_and_programs_get_problems() {
    let server = team().await;
    let page = async |path: &str, accept: &str| {
        let request = Request::builder().uri(path).header(header::HOST, HOST).header(header::ACCEPT, accept);
        server.raw(request.body(Body::empty()).unwrap()).await
    };
    for path in ["/", "/p/DM/board?task=12", "/settings/whatever"] {
        let answer = page(path, "text/html").await;
        assert_eq!(
            (answer.status, &answer.headers[header::CONTENT_TYPE]),
            (StatusCode::OK, &"text/html; charset=utf-8".parse().unwrap())
        );
        let policy = answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    }
    for (path, accept) in [("/p/DM/board", "*/*"), ("/api/nothing", "text/html"), ("/assets/gone.js", "text/html")] {
        let answer = page(path, accept).await;
        assert_eq!((answer.status, &answer.body["code"]), (StatusCode::NOT_FOUND, &json!("not_found")), "{path}");
    }
}

#[tokio::test]
async fn without_login_a_link_leads_here_and_nothing_else_does() {
    let server = solo().await;
    let ask = async |path: &str, mode: &str, origin: Option<&str>| {
        let request =
            Request::builder().uri(path).header(header::HOST, "localhost:7340").header(header::ACCEPT, "text/html");
        let mut request = request.header("sec-fetch-site", "cross-site").header("sec-fetch-mode", mode);
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        server.raw(request.body(Body::empty()).unwrap()).await.status
    };
    assert_eq!(ask("/p/DM/t/12", "navigate", None).await, StatusCode::OK);
    assert_eq!(ask("/p/DM/t/12", "cors", None).await, StatusCode::FORBIDDEN);
    assert_eq!(ask("/p/DM/t/12", "navigate", Some("https://evil.example")).await, StatusCode::FORBIDDEN);
    assert_eq!(ask("/api/me", "navigate", None).await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn people_have_names_and_guests_see_only_whom_they_work_with() {
    let server = team().await;
    let (ann, ann_id) = server.person("ann").await;
    let (bob, bob_id) = server.person("bob").await;
    let (_, eve_id) = server.person("eve").await;
    let (org, project) = server.project(&ann).await;
    for (user, role) in [(&bob_id, "guest"), (&eve_id, "member")] {
        let command = json!({ "type": "org_member.set", "user": user, "role": role });
        let body = json!({ "id": crate::support::command_id(), "command": command });
        server.post(&ann, &format!("/api/orgs/{org}/commands"), body).await;
    }
    let body = json!({ "user": bob_id, "role": "guest" });
    server.post(&ann, &format!("/api/projects/{project}/members"), body).await;
    server.task(&ann, &project, "Something").await;

    let names = |answer: &Answer| {
        let people = answer.body["people"].as_array().unwrap().iter();
        people.map(|person| person["handle"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let path = format!("/api/projects/{project}/people");
    let seen = server.get(&ann, &path).await;
    assert_eq!(names(&seen), ["ann", "bob", "eve"]);
    assert!(seen.body["permissions"].as_array().unwrap().contains(&json!("org:own")));
    let seen = server.get(&bob, &path).await;
    assert_eq!(names(&seen), ["ann", "bob"], "Ann made a task, Eve is nobody to a guest");
    assert_eq!(seen.body["permissions"], json!(["project:read", "task:comment"]));
    assert_eq!(
        seen.body["people"][0],
        json!({ "id": ann_id, "handle": "ann", "name": "ann", "service": false, "member": false })
    );
    assert_eq!(names(&server.get(&ann, &format!("/api/orgs/{org}/people")).await), ["ann", "bob", "eve"]);
    assert_eq!(server.get(&bob, &format!("/api/orgs/{org}/people")).await.status, StatusCode::NOT_FOUND);
}

fn in_dashboard(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../web-dashboard").join(path)
}

/// Compares a file that is generated from this crate, or writes it where `UPDATE_EXPECT` says so.
fn generated(path: &str, content: &Value) {
    let path = in_dashboard(path);
    let content = serde_json::to_string_pretty(content).unwrap() + "\n";
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, content).unwrap();
        return;
    }
    let same = std::fs::read_to_string(&path).unwrap_or_default() == content;
    assert!(
        same,
        "{} is not what the code says now. Run the test with UPDATE_EXPECT=1, then `npm run api` in web-dashboard.",
        path.display()
    );
}

#[test]
fn the_dashboards_types_come_from_this_api() {
    generated("openapi.json", &backend::http::openapi());
}

#[test]
fn the_dashboards_table_of_roles_is_the_one_that_counts() {
    let row = |role: &domain::Role| {
        let permissions: Vec<_> = role.permissions().iter().map(domain::Permission::name).collect();
        json!({ "role": role.to_string(), "permissions": permissions })
    };
    generated("src/features/org/roles.json", &domain::Role::BUILT_IN.iter().map(row).collect());
}
