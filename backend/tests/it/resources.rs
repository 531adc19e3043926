//! The usual routes of everything that a project and an organisation hold.

use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::support::{Server, solo, team};

async fn with(
    server: &Server,
    method: &str,
    path: &str,
    header: (&str, &str),
    body: Option<Value>,
) -> (StatusCode, Value) {
    let request = Request::builder().method(method).uri(path).header("host", "localhost").header(header.0, header.1);
    let request = request.header("content-type", "application/json");
    let body = body.map_or_else(axum::body::Body::empty, |body| axum::body::Body::from(body.to_string()));
    let answer = server.raw(request.body(body).unwrap()).await;
    (answer.status, answer.body)
}

async fn project(server: &Server) -> String {
    let made = server.post("", "/api/projects", json!({ "key": "DM", "name": "d" })).await;
    format!("/api/projects/{}", made["id"].as_str().unwrap())
}

/// Made, listed, read, changed by its version, deleted: each kind in the same way.
#[tokio::test]
async fn everything_has_the_usual_routes() {
    let server = solo().await;
    let base = project(&server).await;
    let task = server.post("", &format!("{base}/tasks"), json!({ "fields": { "title": "t" } })).await["id"].clone();
    let org = server.get("", "/api/orgs").await.body[0]["id"].as_str().unwrap().to_owned();
    let place = json!({ "repository": "r", "path": "src/a.rs", "start_line": 1, "end_line": 2 });
    for (path, body, patch, shows) in [
        (
            format!("{base}/columns"),
            json!({ "fields": { "name": "c", "category": "doing" } }),
            json!({ "name": "d" }),
            "name",
        ),
        (format!("{base}/labels"), json!({ "fields": { "name": "l" } }), json!({ "name": "d" }), "name"),
        (format!("{base}/epics"), json!({ "fields": { "title": "e" } }), json!({ "title": "d" }), "title"),
        (format!("{base}/sprints"), json!({ "fields": { "name": "s" } }), json!({ "name": "d" }), "name"),
        (format!("{base}/comments"), json!({ "task": task, "body": "c" }), json!({ "body": "d" }), "body"),
        (
            format!("{base}/time-entries"),
            json!({ "task": task, "fields": { "minutes": 5, "day": "2026-02-03" } }),
            json!({ "note": "d" }),
            "note",
        ),
        (
            format!("{base}/views"),
            json!({ "fields": { "name": "v", "query": "is:blocked" } }),
            json!({ "name": "d" }),
            "name",
        ),
        (format!("{base}/anchors"), json!({ "task": task, "fields": place }), json!({ "symbol": "d" }), "symbol"),
        (format!("/api/orgs/{org}/teams"), json!({ "name": "t", "members": [] }), json!({ "name": "d" }), "name"),
        (
            format!("/api/orgs/{org}/roles"),
            json!({ "name": "r", "permissions": ["project:read"] }),
            json!({ "name": "d" }),
            "name",
        ),
    ] {
        let key = format!("key of {path}");
        let (status, made) = with(&server, "POST", &path, ("idempotency-key", &key), Some(body.clone())).await;
        assert_eq!(status, StatusCode::CREATED, "{path} {made}");
        let again = with(&server, "POST", &path, ("idempotency-key", &key), Some(body)).await;
        assert_eq!(again, (StatusCode::CREATED, made.clone()), "{path}: the same request is done once");
        let one = format!("{path}/{}", made["id"].as_str().unwrap());
        let seen = server.get("", &one).await;
        assert_eq!(seen.body, made, "{path}");
        let tag = seen.headers["etag"].to_str().unwrap().to_owned();
        assert_eq!(with(&server, "GET", &one, ("if-none-match", &tag), None).await.0, StatusCode::NOT_MODIFIED);
        let listed = server.get("", &path).await.body;
        assert!(listed["items"].as_array().unwrap().contains(&made), "{path}: {listed}");

        let (status, changed) = with(&server, "PATCH", &one, ("if-match", &tag), Some(patch.clone())).await;
        assert_eq!((status, changed[shows].clone()), (StatusCode::OK, json!("d")), "{path} {changed}");
        let (status, stale) = with(&server, "PATCH", &one, ("if-match", &tag), Some(patch)).await;
        assert_eq!((status, stale["code"].clone()), (StatusCode::PRECONDITION_FAILED, json!("stale")), "{path}");
        let (status, wrong) = with(&server, "PATCH", &one, ("x-a", ""), Some(json!({ "colour": 1 }))).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert!(wrong["detail"].as_str().unwrap().contains("colour"), "{wrong}");
        let (status, wrong) = with(&server, "POST", &path, ("x-a", ""), Some(json!({ "type": "bulk" }))).await;
        assert_eq!((status, wrong["field"].clone()), (StatusCode::UNPROCESSABLE_ENTITY, json!("type")), "{path}");

        assert_eq!(server.call("", "DELETE", &one, None).await.status, StatusCode::NO_CONTENT, "{path}");
        assert_eq!(server.get("", &one).await.status, StatusCode::NOT_FOUND, "{path}");
        let again = server.call("", "PATCH", &one, Some(json!({}))).await.status;
        assert_eq!(again, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn people_and_teams_come_and_go() {
    let server = team().await;
    let (ann, _) = server.person("ann").await;
    let (bob, bobs) = server.person("bob").await;
    let (org, project) = server.project(&ann).await;
    let (members, invited) = (format!("/api/orgs/{org}/members"), format!("/api/projects/{project}/members"));
    let nobody = json!({ "user": domain::UserId::fresh().to_string(), "role": "member" });
    assert_eq!(server.call(&ann, "POST", &members, Some(nobody)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    server.post(&ann, &members, json!({ "user": bobs, "role": "guest" })).await;
    let board = format!("/api/projects/{project}/board");
    assert_eq!(server.get(&bob, &board).await.status, StatusCode::NOT_FOUND);
    server.post(&ann, &invited, json!({ "user": bobs, "role": "guest" })).await;
    assert_eq!(server.get(&bob, &board).await.status, StatusCode::OK);
    let tasks = format!("/api/projects/{project}/tasks");
    let task = Some(json!({ "fields": { "title": "t" } }));
    assert_eq!(server.call(&bob, "POST", &tasks, task.clone()).await.status, StatusCode::FORBIDDEN);
    let bob_here = format!("{invited}/{bobs}");
    let role = server.call(&ann, "PATCH", &bob_here, Some(json!({ "role": "member" }))).await;
    assert_eq!((role.status, role.body["role"].clone()), (StatusCode::OK, json!("member")));
    assert_eq!(server.call(&bob, "POST", &tasks, task).await.status, StatusCode::CREATED);
    assert_eq!(server.call(&ann, "DELETE", &bob_here, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(
        server.call(&ann, "PATCH", &bob_here, Some(json!({ "role": "guest" }))).await.status,
        StatusCode::NOT_FOUND
    );

    let team = server.post(&ann, &format!("/api/orgs/{org}/teams"), json!({ "name": "t", "members": [bobs] })).await;
    server.post(&ann, &format!("/api/projects/{project}/teams"), json!({ "team": team["id"], "role": "member" })).await;
    assert_eq!(server.get(&bob, &board).await.status, StatusCode::OK, "by way of the team");
    let renamed = server.call(&ann, "PATCH", &format!("/api/orgs/{org}"), Some(json!({ "name": "New" }))).await;
    assert_eq!((renamed.status, renamed.body["name"].clone()), (StatusCode::OK, json!("New")));
    assert_eq!(server.call(&ann, "DELETE", &format!("{members}/{bobs}"), None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(server.get(&bob, &board).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn links_watching_and_reactions() {
    let server = solo().await;
    let base = project(&server).await;
    for title in ["first", "second"] {
        server.post("", &format!("{base}/tasks"), json!({ "fields": { "title": title } })).await;
    }
    let second = server.get("", &format!("{base}/tasks/2")).await.body["id"].clone();
    let linked =
        server.post("", &format!("{base}/tasks/DM-1/links"), json!({ "relation": "blocks", "other": second })).await;
    assert_eq!(linked["blocks"], json!([second]));
    let circle = json!({ "relation": "blocks", "other": linked["id"] });
    let answer = server.call("", "POST", &format!("{base}/tasks/2/links"), Some(circle)).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text);
    let unlinked = server.call("", "DELETE", &format!("{base}/tasks/1/links/blocks/DM-2"), None).await;
    assert_eq!((unlinked.status, unlinked.body["blocks"].clone()), (StatusCode::OK, json!([])));
    let answer = server.call("", "DELETE", &format!("{base}/tasks/1/links/hates/DM-2"), None).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);

    let watching = format!("{base}/tasks/1/watching");
    let before = server.call("", "DELETE", &watching, None).await.body["watchers"].clone();
    assert_eq!(before, json!([]));
    assert_eq!(server.call("", "PUT", &watching, None).await.body["watchers"].as_array().unwrap().len(), 1);

    let comment = server.post("", &format!("{base}/tasks/1/comments"), json!({ "body": "well" })).await;
    let reaction = format!("{base}/comments/{}/reactions/%F0%9F%91%8D", comment["id"].as_str().unwrap());
    assert!(server.call("", "PUT", &reaction, None).await.body["reactions"]["👍"].is_array());
    assert_eq!(server.call("", "DELETE", &reaction, None).await.body["reactions"], json!({}));

    for (query, expected) in [("", 1), ("?task=DM-1", 1), ("?task=2", 0)] {
        let list = server.get("", &format!("{base}/comments{query}")).await.body;
        assert_eq!(list["items"].as_array().unwrap().len(), expected, "{query}");
    }
}

#[tokio::test]
async fn boards_sprints_and_backlog() {
    let server = solo().await;
    let base = project(&server).await;
    for number in 0..5 {
        server.post("", &format!("{base}/tasks"), json!({ "fields": { "title": format!("t{number}") } })).await;
    }
    let sprint =
        server.post("", &format!("{base}/sprints"), json!({ "fields": { "name": "one" } })).await["id"].clone();
    let next = server.post("", &format!("{base}/sprints"), json!({ "fields": { "name": "two" } })).await["id"].clone();
    let tasks = server.get("", &format!("{base}/tasks")).await.body["items"].clone();
    let commands: Vec<_> = (0..3)
        .map(|at| json!({ "type": "task.update", "id": tasks[at]["id"], "fields": { "sprint": sprint } }))
        .collect();
    let bulk = server.post("", &format!("{base}/bulk"), json!({ "commands": commands })).await;
    assert_eq!(bulk["seq"], 9);
    let backlog = server.get("", &format!("{base}/backlog")).await.body;
    let shown = |backlog: &Value| {
        let cards = |value: &Value| value.as_array().unwrap().len();
        (
            backlog["sprints"].as_array().unwrap().iter().map(|sprint| cards(&sprint["cards"])).collect::<Vec<_>>(),
            cards(&backlog["unplanned"]),
        )
    };
    assert_eq!(shown(&backlog), (vec![3, 0], 2));
    let at = |id: &Value| format!("{base}/sprints/{}", id.as_str().unwrap());
    assert_eq!(server.call("", "POST", &format!("{}/start", at(&sprint)), None).await.body["state"], "active");
    let open = server.get("", &format!("{base}/tasks?query=sprint:current")).await.body;
    assert_eq!(open["items"].as_array().unwrap().len(), 3);
    let closed = server.post("", &format!("{}/close", at(&sprint)), json!({ "carry_over_to": next })).await;
    assert_eq!(closed["state"], "closed");
    assert_eq!(shown(&server.get("", &format!("{base}/backlog")).await.body), (vec![3], 2));

    // A limit that is enforced, and one that advises.
    let columns = server.get("", &format!("{base}/columns")).await.body["items"].clone();
    let column =
        columns.as_array().unwrap().iter().find(|column| column["name"] == "In progress").unwrap()["id"].clone();
    let one = format!("{base}/columns/{}", column.as_str().unwrap());
    let patch = |body: Value| server.call("", "PATCH", &one, Some(body));
    assert_eq!(patch(json!({ "wip_limit": 1, "wip_enforced": true })).await.status, StatusCode::OK);
    let go = |number: u32| {
        let path = format!("{base}/tasks/{number}/move");
        let body = json!({ "column": column });
        let server = &server;
        async move { server.call("", "POST", &path, Some(body)).await }
    };
    assert_eq!(go(1).await.status, StatusCode::OK);
    let full = go(2).await;
    assert_eq!((full.status, full.body["code"].clone()), (StatusCode::CONFLICT, json!("wip_limit")));
    patch(json!({ "wip_enforced": false })).await;
    assert_eq!(go(2).await.status, StatusCode::OK);
    let board = server.get("", &format!("{base}/board")).await.body;
    let over: Vec<_> = board["columns"].as_array().unwrap().iter().map(|column| column["over_limit"].clone()).collect();
    assert_eq!(over, [json!(false), json!(true), json!(false)]);

    let first = server.call("", "POST", &format!("{one}/move"), Some(json!({}))).await;
    assert_eq!(first.status, StatusCode::OK);
    assert_eq!(server.get("", &format!("{base}/board")).await.body["columns"][0]["id"], column);
    let other = server.get("", &format!("{base}/board")).await.body["columns"][1]["id"].as_str().unwrap().to_owned();
    assert_eq!(server.call("", "DELETE", &one, None).await.status, StatusCode::CONFLICT, "there are tasks in it");
    let gone = server.call("", "DELETE", &format!("{one}?move_tasks_to={other}"), None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.text);

    assert_eq!(server.call("", "DELETE", &base, None).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(server.call("", "DELETE", &format!("{base}?confirm=DM"), None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(server.get("", &base).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn lists_come_in_pages() {
    let server = solo().await;
    let base = project(&server).await;
    for number in 0..7 {
        server.post("", &format!("{base}/labels"), json!({ "fields": { "name": format!("l{number}") } })).await;
    }
    let (mut names, mut path) = (Vec::new(), format!("{base}/labels?limit=3"));
    loop {
        let page = server.get("", &path).await.body;
        names.extend(page["items"].as_array().unwrap().iter().map(|label| label["name"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("{base}/labels?limit=3&after={next}");
    }
    assert_eq!(names, ["l0", "l1", "l2", "l3", "l4", "l5", "l6"]);
    assert_eq!(server.get("", &format!("{base}/labels?after=tsk_1")).await.status, StatusCode::BAD_REQUEST);

    for number in 0..4 {
        server.post("", "/api/projects", json!({ "key": format!("P{number}"), "name": "p" })).await;
    }
    let (mut keys, mut path) = (Vec::new(), "/api/projects?limit=2".to_owned());
    loop {
        let page = server.get("", &path).await;
        keys.extend(page.body.as_array().unwrap().iter().map(|project| project["key"].as_str().unwrap().to_owned()));
        let Some(link) = page.headers.get("link") else { break };
        path = link.to_str().unwrap().split_once('>').unwrap().0.trim_start_matches('<').to_owned();
    }
    assert_eq!(keys, ["DM", "P0", "P1", "P2", "P3"]);
}
