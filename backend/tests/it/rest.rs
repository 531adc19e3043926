//! HTTP as clients see it.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::support::{Server, command_id, solo, team};

#[tokio::test]
async fn one_person_needs_no_account() {
    let server = solo().await;
    let me = server.get("", "/api/me").await;
    assert_eq!((me.body["solo"].clone(), me.body["name"].clone()), (json!(true), json!("Me")));
    let project = server.post("", "/projects/create", json!({ "key": "dm", "name": "DevMentor" })).await;
    let id = project["id"].as_str().unwrap();
    let task = server.task("", id, "Write it down").await;
    assert_eq!((task["number"].clone(), task["version"].clone()), (json!(1), json!(2)));

    let board = server.get("", &format!("/api/projects/{id}/board")).await;
    let columns: Vec<_> = board.body["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| format!("{}: {}", column["name"].as_str().unwrap(), column["cards"].as_array().unwrap().len()))
        .collect();
    assert_eq!(columns, ["To do: 1", "In progress: 0", "Done: 0"]);

    let done = board.body["columns"][2]["id"].clone();
    let moved = server.post("", &format!("/api/projects/{id}/tasks/DM-1/move"), json!({ "column": done })).await;
    assert_eq!(moved["column"], done);
    let open = server.get("", &format!("/api/projects/{id}/tasks?query=status:open")).await;
    assert_eq!(open.body["items"], json!([]));
    let list = server.get("", "/projects/list").await;
    assert_eq!(list.body[0]["key"], "DM");
    let renamed = server.post("", &format!("/projects/{id}/update"), json!({ "name": "Mentor" })).await;
    assert_eq!(renamed["name"], "Mentor");
    let events = server.get("", &format!("/api/projects/{id}/events?after=1")).await;
    let kinds: Vec<_> = events.body["events"].as_array().unwrap().iter().map(|event| event["kind"].clone()).collect();
    assert_eq!(kinds, ["task.create", "task.move", "project.update"]);
}

/// A page of another origin, or a name rebound to this machine, gets nothing, reading included.
#[tokio::test]
async fn solo_mode_answers_no_foreign_page() {
    let server = solo().await;
    let ask = |headers: &[(&str, &str)]| {
        let mut request = Request::builder().uri("/api/me");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        server.raw(request.body(Body::empty()).unwrap())
    };
    for (headers, expected) in [
        (vec![("host", "localhost:7777")], 200),
        (vec![("host", "127.0.0.1:7777"), ("origin", "http://127.0.0.1:7777")], 200),
        (vec![("host", "evil.example:7777")], 403),
        (vec![], 403),
        (vec![("host", "localhost:7777"), ("origin", "http://evil.example")], 403),
        (vec![("host", "localhost:7777"), ("origin", "http://localhost:8888")], 403),
        (vec![("host", "localhost:7777"), ("origin", "null")], 403),
        (vec![("host", "localhost:7777"), ("sec-fetch-site", "cross-site")], 403),
    ] {
        assert_eq!(ask(&headers).await.status, expected, "{headers:?}");
    }
    // A form can be posted across origins without asking first, but not as JSON.
    let form = Request::builder()
        .method("POST")
        .uri("/api/projects")
        .header("host", "localhost")
        .header("content-type", "text/plain")
        .body(Body::from(r#"{"key":"X1","name":"x"}"#))
        .unwrap();
    assert_eq!(server.raw(form).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn an_address_that_others_reach_is_refused_without_accounts() {
    let folder = tempfile::tempdir().unwrap();
    let config = backend::Config {
        listen: "0.0.0.0:0".parse().unwrap(),
        data: folder.path().to_owned(),
        database_url: None,
        redis_url: None,
        registration: backend::Registration::Auto,
        ..backend::Config::default()
    };
    let error = backend::serve(config).await.unwrap_err().to_string();
    assert!(error.contains("without login only loopback addresses are served"), "{error}");
}

#[tokio::test]
async fn what_was_done_is_not_done_again() {
    let server = solo().await;
    let id =
        server.post("", "/api/projects", json!({ "key": "DM", "name": "d" })).await["id"].as_str().unwrap().to_owned();
    let send = async |key: &str, title: &str| {
        let request = Request::builder()
            .method("POST")
            .uri(format!("/api/projects/{id}/tasks"))
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("idempotency-key", key);
        server.raw(request.body(Body::from(json!({ "fields": { "title": title } }).to_string())).unwrap()).await
    };
    let (first, again) = (send("my key", "a").await, send("my key", "a").await);
    assert_eq!((first.status, first.body), (again.status, again.body));
    let other = send("my key", "b").await;
    assert_eq!((other.status, other.body["code"].clone()), (StatusCode::UNPROCESSABLE_ENTITY, json!("reused_id")));
    assert_eq!(send("another", "b").await.body["number"], 2);
}

#[tokio::test]
async fn old_copies_do_not_overwrite_new_ones() {
    let server = solo().await;
    let id =
        server.post("", "/api/projects", json!({ "key": "DM", "name": "d" })).await["id"].as_str().unwrap().to_owned();
    server.task("", &id, "a").await;
    let path = format!("/api/projects/{id}/tasks/1");
    let seen = server.get("", &path).await;
    let tag = seen.headers["etag"].clone();
    let change = |title: &str| {
        let request = Request::builder()
            .method("PATCH")
            .uri(&path)
            .header("host", "localhost")
            .header("if-match", &tag)
            .header("content-type", "application/json")
            .body(Body::from(json!({ "title": title }).to_string()))
            .unwrap();
        server.raw(request)
    };
    assert_eq!(change("b").await.status, StatusCode::OK);
    let stale = change("c").await;
    assert_eq!((stale.status, stale.body["code"].clone()), (StatusCode::PRECONDITION_FAILED, json!("stale")));
    assert_eq!(server.get("", &path).await.body["title"], "b");

    let board = format!("/api/projects/{id}/board");
    let tag = server.get("", &board).await.headers["etag"].clone();
    let again = Request::builder().uri(&board).header("host", "localhost").header("if-none-match", &tag);
    assert_eq!(server.raw(again.body(Body::empty()).unwrap()).await.status, StatusCode::NOT_MODIFIED);
    let metrics = server.get("", "/metrics").await.text;
    assert!(metrics.contains("devmentor_board_cache_hits_total 1\n"), "{metrics}");

    // Compressed it is the same board, for those who take it.
    use std::io::Read;
    let plain = server.get("", &board).await.text;
    for (accepts, compressed) in
        [("gzip, br", true), ("br, GZIP;q=0.5", true), ("gzip;q=0", false), ("identity", false)]
    {
        let request = Request::builder().uri(&board).header("host", "localhost").header("accept-encoding", accepts);
        let response =
            tower::ServiceExt::oneshot(server.router.clone(), request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.headers().get("content-encoding").is_some(), compressed, "{accepts}");
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let mut text = String::new();
        match compressed {
            true => flate2::read::GzDecoder::new(&*bytes).read_to_string(&mut text).unwrap(),
            false => (&*bytes).read_to_string(&mut text).unwrap(),
        };
        assert_eq!(text, plain, "{accepts}");
    }
}

#[tokio::test]
async fn pages_hold_everything_once_whatever_changes_between_them() {
    let server = solo().await;
    let id =
        server.post("", "/api/projects", json!({ "key": "DM", "name": "d" })).await["id"].as_str().unwrap().to_owned();
    for number in 0..7 {
        server.task("", &id, &format!("t{number}")).await;
    }
    let (mut path, mut kinds) = (format!("/api/projects/{id}/entities?limit=3"), Vec::new());
    loop {
        let page = server.get("", &path).await.body;
        kinds.extend(page["items"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap().to_owned()));
        if let (true, Some(last)) = (kinds.len() == 6, page["items"][2]["number"].as_u64()) {
            assert_eq!(server.call("", "DELETE", &format!("/api/projects/{id}/tasks/{last}"), None).await.status, 204);
        }
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/projects/{id}/entities?limit=3&after={next}");
    }
    let count = |kind: &str| kinds.iter().filter(|other| *other == kind).count();
    assert_eq!((count("project"), count("column"), count("task")), (1, 3, 7));
    let tasks = server.get("", &format!("/api/projects/{id}/tasks?limit=4")).await.body;
    let rest = server.get("", &format!("/api/projects/{id}/tasks?limit=4&after={}", tasks["next"])).await.body;
    assert_eq!(tasks["items"].as_array().unwrap().len() + rest["items"].as_array().unwrap().len(), 6);
}

/// Each field, wrong in each way: a problem document that says where, and nothing half-written.
#[tokio::test]
async fn bad_input_gets_a_clear_answer() {
    let server = solo().await;
    let id =
        server.post("", "/api/projects", json!({ "key": "DM", "name": "d" })).await["id"].as_str().unwrap().to_owned();
    let tasks = format!("/api/projects/{id}/tasks");
    let before = server.get("", &format!("/api/projects/{id}")).await.body["seq"].clone();
    for (body, status, says) in [
        (json!({}), 422, "missing field `fields`"),
        (json!({ "fields": {} }), 422, "title is needed"),
        (json!({ "fields": { "title": 7 } }), 422, "invalid type: integer"),
        (json!({ "fields": { "title": "" } }), 422, "must not be empty"),
        (json!({ "fields": { "title": "x".repeat(301) } }), 422, "longer than 300"),
        (json!({ "fields": { "title": "a\u{0}b" } }), 422, "U+0000"),
        (json!({ "fields": { "title": "a", "body": "\u{7}" } }), 422, "U+0007"),
        (json!({ "fields": { "title": "a", "colour": 1 } }), 422, "unknown field `colour`"),
        (json!({ "fields": { "title": "a", "priority": "huge" } }), 422, "unknown variant `huge`"),
        (json!({ "fields": { "title": "a", "due": "2026-02-30" } }), 422, "day"),
        (json!({ "fields": { "title": "a", "estimate": -1 } }), 422, "invalid value"),
        (json!({ "fields": { "title": "a" }, "id": "tsk_1" }), 422, "tsk_01h455vb4pex5vsknk084sn02q"),
        (json!({ "fields": { "title": "a", "labels": ["lbl_01h455vb4pex5vsknk084sn02q"] } }), 404, "no label"),
        (json!([null, null]), 422, "is a JSON object"),
    ] {
        let answer = server.call("", "POST", &tasks, Some(body.clone())).await;
        assert_eq!(answer.status, status, "{body} {}", answer.text);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert!(answer.body["detail"].as_str().unwrap().contains(says), "{body}: {}", answer.text);
    }
    for (body, field) in [
        (json!({ "fields": { "title": 7 } }), json!("fields/title")),
        (json!({ "fields": { "title": "a", "labels": ["x"] } }), json!("fields/labels/0")),
        (json!({ "fields": { "title": "a" }, "column": 1 }), json!("column")),
        (json!({ "fields": { "title": "" } }), json!("fields/title")),
    ] {
        assert_eq!(server.call("", "POST", &tasks, Some(body.clone())).await.body["field"], field, "{body}");
    }
    let raw = |kind: &str, body: Vec<u8>| {
        let request =
            Request::builder().method("POST").uri(&tasks).header("host", "localhost").header("content-type", kind);
        server.raw(request.body(Body::from(body)).unwrap())
    };
    assert_eq!(raw("application/json", b"{\"fields\":".to_vec()).await.status, 400);
    let deep = format!("{{\"fields\":{}", "{\"a\":[".repeat(50_000));
    assert_eq!(raw("application/json", deep.into_bytes()).await.status, 422, "the first unknown field ends it");
    assert_eq!(raw("application/json", vec![b'['; 100_000]).await.status, 422);
    assert_eq!(raw("application/json", vec![0xff; 10]).await.status, 400);
    assert_eq!(raw("application/json", vec![b' '; 10 << 20]).await.status, 413);
    for path in ["/api/projects/prj_x", "/api/projects/%00", "/nowhere", "/api/projects/prj_01h455vb4pex5vsknk084sn02q"]
    {
        assert_eq!(server.get("", path).await.status, 404, "{path}");
    }
    assert_eq!(server.call("", "PUT", &tasks, Some(json!({}))).await.status, 405);
    let no_upgrade = server.get("", "/ws").await;
    assert_eq!((no_upgrade.status.as_u16(), no_upgrade.body["code"].as_str()), (400, Some("no_websocket")));
    assert_eq!(server.get("", &format!("{tasks}?limit=x")).await.status, 400);
    assert_eq!(server.get("", &format!("{tasks}?query=colour:red")).await.status, 422);
    assert_eq!(server.get("", &format!("/api/projects/{id}")).await.body["seq"], before, "nothing was written");

    let fine = json!({ "fields": { "title": "مرحبا 👩‍👩‍👧 \u{202e}abc", "body": "é\n\t✓" } });
    let made = server.post("", &tasks, fine.clone()).await;
    assert_eq!(made["title"], fine["fields"]["title"]);
}

#[tokio::test]
async fn passwords_and_tokens() {
    let server = team().await;
    let (token, _) = server.person("Ann").await;
    assert_eq!(server.get(&token, "/api/me").await.body["handle"], "ann");
    for (name, password) in
        [("ann", "wrong horse battery"), ("nobody", "correct horse battery"), ("", ""), ("a\0", "x")]
    {
        let answer =
            server.call("", "POST", "/api/auth/login", Some(json!({ "name": name, "password": password }))).await;
        assert_eq!(
            (answer.status, answer.body["detail"].clone()),
            (StatusCode::UNAUTHORIZED, json!("The name or the password is wrong."))
        );
    }
    let taken = json!({ "handle": "ANN", "name": "x", "password": "correct horse battery" });
    assert_eq!(server.call("", "POST", "/api/auth/register", Some(taken)).await.status, StatusCode::CONFLICT);

    // Forged, unsigned, and for another audience.
    let parts: Vec<&str> = token.split('.').collect();
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    for forged in [
        format!("{}.{}.{}", parts[0], parts[1], "AAAA"),
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
        "x".to_owned(),
        "dmt_0000".to_owned(),
    ] {
        assert_eq!(server.get(&forged, "/api/me").await.status, StatusCode::UNAUTHORIZED, "{forged}");
    }
    assert_eq!(server.get("", "/api/me").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_refresh_token_works_once_and_ending_a_login_ends_its_tokens() {
    let server = team().await;
    server.person("ann").await;
    let credentials = json!({ "name": "ann", "password": "correct horse battery" });
    let first = server.post("", "/api/auth/login", credentials).await;
    let refresh = |token: Value| server.call("", "POST", "/api/auth/refresh", Some(json!({ "refresh_token": token })));
    let second = refresh(first["refresh_token"].clone()).await;
    assert_eq!(second.status, 200);
    // Another tab, a moment later, with the token from before: an access token, and the other tab keeps the new one.
    let tab = refresh(first["refresh_token"].clone()).await;
    assert_eq!((tab.status, tab.body["refresh_token"].clone()), (StatusCode::OK, Value::Null));
    let third = refresh(second.body["refresh_token"].clone()).await;
    // Two exchanges old: somebody has stolen it, and it is not good for anything.
    assert_eq!(refresh(first["refresh_token"].clone()).await.status, 401);
    let access = third.body["access_token"].as_str().unwrap();
    let logins = server.get(access, "/api/me/logins").await.body;
    let current = logins.as_array().unwrap().iter().find(|login| login["current"] == true).unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(server.call(access, "DELETE", &format!("/api/me/logins/{current}"), None).await.status, 204);
    assert_eq!(server.get(access, "/api/me").await.status, 401);
    assert_eq!(refresh(third.body["refresh_token"].clone()).await.status, 401);
}

#[tokio::test]
async fn api_tokens_never_allow_more_than_their_scopes() {
    let server = team().await;
    let (ann, _) = server.person("ann").await;
    let (_, project) = server.project(&ann).await;
    let made =
        server.post(&ann, "/api/me/tokens", json!({ "name": "ci", "scopes": ["project:read"], "days": 1 })).await;
    let token = made["token"].as_str().unwrap().to_owned();
    assert_eq!(server.get(&token, &format!("/api/projects/{project}")).await.status, 200);
    let body = json!({ "fields": { "title": "x" } });
    assert_eq!(server.call(&token, "POST", &format!("/api/projects/{project}/tasks"), Some(body)).await.status, 403);
    let wider = json!({ "name": "more", "scopes": ["task:write"], "days": 1 });
    assert_eq!(server.call(&token, "POST", "/api/me/tokens", Some(wider)).await.status, 403);
    // By way of commands as well.
    let command = json!({ "id": command_id(), "command": { "type": "project.delete", "confirm": "DM" } });
    assert_eq!(
        server.call(&token, "POST", &format!("/api/projects/{project}/commands"), Some(command)).await.status,
        403
    );
    let id = made["id"].as_str().unwrap();
    assert_eq!(server.call(&ann, "DELETE", &format!("/api/me/tokens/{id}"), None).await.status, 204);
    assert_eq!(server.get(&token, &format!("/api/projects/{project}")).await.status, 401);
}

#[tokio::test]
async fn health_and_headers() {
    let server = solo().await;
    let health = server.get("", "/health").await;
    assert_eq!((health.body["status"].clone(), health.body["database"].clone()), (json!("ok"), json!("sqlite")));
    for name in ["x-request-id", "x-content-type-options", "content-security-policy", "cache-control"] {
        assert!(health.headers.contains_key(name), "{name}");
    }
    let document = server.get("", "/api/openapi.json").await.body;
    assert_eq!(document["openapi"], "3.1.0");
    assert!(server.get("", "/api/docs").await.text.contains("/api/projects/{project}/board"));
}

/// Every `$ref` of the document leads somewhere.
#[tokio::test]
async fn the_openapi_document_is_whole() {
    let document = backend::http::openapi();
    let mut open = vec![&document];
    let mut references = 0;
    while let Some(value) = open.pop() {
        match value {
            Value::Object(map) => {
                if let Some(Value::String(path)) = map.get("$ref") {
                    references += 1;
                    assert!(document.pointer(path.strip_prefix('#').unwrap()).is_some(), "{path}");
                }
                open.extend(map.values());
            }
            Value::Array(list) => open.extend(list),
            _ => {}
        }
    }
    assert!(references > 50);
}

#[tokio::test]
async fn guessing_passwords_is_slowed_down() {
    let server = team().await;
    let guess = || server.call("", "POST", "/api/auth/refresh", Some(json!({ "refresh_token": "x" })));
    for _ in 0..40 {
        assert_eq!(guess().await.status, StatusCode::UNAUTHORIZED);
    }
    let limited = guess().await;
    assert_eq!(limited.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(limited.headers["retry-after"], "2");
    assert_eq!(server.get("", "/health").await.status, StatusCode::OK);
}

async fn command(server: &Server, token: &str, place: &str, command: Value) {
    let sent = json!({ "id": command_id(), "command": command });
    server.post(token, &format!("{place}/commands"), sent).await;
}

/// A project says what its reader may do in it: the role's permissions, narrowed by the token's scopes.
#[tokio::test]
async fn a_project_says_what_i_may_do_in_it() {
    let server = team().await;
    let (ann, _) = server.person("ann").await;
    let (_, project) = server.project(&ann).await;
    let scopes = json!({ "name": "ci", "scopes": ["project:read", "task:write"], "days": 1 });
    let token = server.post(&ann, "/api/me/tokens", scopes).await["token"].as_str().unwrap().to_owned();
    let path = format!("/api/projects/{project}");
    let all: Vec<Value> = domain::Permission::ALL.iter().map(|one| json!(one.name())).collect();
    assert_eq!(server.get(&ann, &path).await.body["permissions"], json!(all));
    assert_eq!(server.get(&token, &path).await.body["permissions"], json!(["project:read", "task:write"]));
    assert_eq!(server.get(&token, "/api/projects").await.body[0]["permissions"], json!(["project:read", "task:write"]));
}

#[tokio::test]
async fn organisations_come_in_pages() {
    let server = team().await;
    let (ann, _) = server.person("ann").await;
    let mut made = Vec::new();
    for name in ["A", "B", "C"] {
        made.push(server.post(&ann, "/api/orgs", json!({ "name": name })).await["id"].clone());
    }
    let mut path = "/api/orgs?limit=2".to_owned();
    let mut seen = Vec::new();
    for expected in [2, 1] {
        let page = server.get(&ann, &path).await;
        let items = page.body.as_array().unwrap().clone();
        assert_eq!(items.len(), expected);
        seen.extend(items.into_iter().map(|org| org["id"].clone()));
        let next = page.headers.get("link").map(|link| link.to_str().unwrap().to_owned());
        assert_eq!(next.is_some(), expected == 2, "{next:?}");
        path = next.map_or(path, |next| next[1..next.find('>').unwrap()].to_owned());
    }
    assert_eq!(seen, made, "each once, in the order in which they were made");
    assert_eq!(server.get(&ann, "/api/orgs?after=nonsense").await.status, 400);
}

/// Pages of entities are kept until something changes; what is private to somebody is in nobody else's page.
#[tokio::test]
async fn pages_of_entities_are_kept_and_private_things_stay_private() {
    let server = team().await;
    let ((ann, _), (bob, bob_id)) = (server.person("ann").await, server.person("bob").await);
    let (org, project) = server.project(&ann).await;
    command(
        &server,
        &ann,
        &format!("/api/orgs/{org}"),
        json!({ "type": "org_member.set", "user": bob_id, "role": "member" }),
    )
    .await;
    let path = format!("/api/projects/{project}/entities");
    let misses = async || {
        let metrics = server.get("", "/metrics").await.text;
        let line =
            metrics.lines().find(|line| line.starts_with("devmentor_board_cache_misses_total ")).unwrap().to_owned();
        line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()
    };
    let first = server.get(&ann, &path).await;
    let made = misses().await;
    let again = server.get(&bob, &path).await;
    assert_eq!((again.text, again.headers["etag"].clone()), (first.text, first.headers["etag"].clone()));
    assert_eq!(misses().await, made, "one answer for both");

    let view = json!({ "fields": { "name": "Mine alone", "query": "is:blocked", "shared": false } });
    server.post(&ann, &format!("/api/projects/{project}/views"), view).await;
    for _ in 0..2 {
        let (mine, theirs) = (server.get(&ann, &path).await, server.get(&bob, &path).await);
        assert!(mine.text.contains("Mine alone") && !theirs.text.contains("Mine alone"));
        assert_ne!(mine.headers["etag"], theirs.headers["etag"]);
    }
    assert_eq!(misses().await, made + 2, "one for each of them");
    let tag = server.get(&ann, &path).await.headers["etag"].to_str().unwrap().to_owned();
    let request =
        Request::builder().uri(&path).header("if-none-match", tag).header("authorization", format!("Bearer {ann}"));
    assert_eq!(server.raw(request.body(Body::empty()).unwrap()).await.status, StatusCode::NOT_MODIFIED);
}

/// Whoever shares a project gives no custom role that allows more than they may do.
#[tokio::test]
async fn a_custom_role_is_given_by_those_who_may_do_what_it_allows() {
    let server = team().await;
    let ((ann, _), (bob, bob_id), (_, cid_id)) =
        (server.person("ann").await, server.person("bob").await, server.person("cid").await);
    let (org, project) = server.project(&ann).await;
    let (place, org) = (format!("/api/projects/{project}"), format!("/api/orgs/{org}"));
    let role = async |name: &str, permissions: &[&str]| {
        let id = domain::RoleId::fresh().to_string();
        command(&server, &ann, &org, json!({ "type": "role.set", "id": id, "name": name, "permissions": permissions }))
            .await;
        id
    };
    let sharer = role("sharer", &["project:read", "project:share"]).await;
    let (reader, killer) = (role("reader", &["project:read"]).await, role("killer", &["task:delete"]).await);
    for user in [&bob_id, &cid_id] {
        command(&server, &ann, &org, json!({ "type": "org_member.set", "user": user, "role": "guest" })).await;
    }
    command(&server, &ann, &place, json!({ "type": "member.set", "user": bob_id, "role": sharer })).await;
    let give = async |role: &str| {
        let command = json!({ "type": "member.set", "user": cid_id, "role": role });
        let sent = json!({ "id": command_id(), "command": command });
        server.call(&bob, "POST", &format!("{place}/commands"), Some(sent)).await.status.as_u16()
    };
    let none = domain::RoleId::fresh().to_string();
    assert_eq!(
        [give(&reader).await, give(&killer).await, give("maintainer").await, give(&none).await],
        [200, 403, 403, 404]
    );
}
