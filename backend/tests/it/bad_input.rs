//! Every field of every command and of every route's body, wrong in every way. The fields come from the schemas that the
//! server itself publishes, so a new field is tried the moment it exists. Whatever is refused leaves every table as it was.

use std::collections::BTreeMap;

use axum::http::{Request, StatusCode};
use serde_json::{Map, Value, json};
use sqlx::Row;

use crate::support::{Answer, Server, command_id, solo, team};

/// One field in a body.
#[derive(Debug, Clone)]
struct Field {
    /// Keys and indexes from the body on.
    path: Vec<String>,
    schema: Value,
    needed: bool,
}

/// The document's schemas, and things that exist, for making bodies that fit.
struct Schemas {
    document: Value,
    /// Identities by the name of their type.
    things: BTreeMap<&'static str, String>,
}

impl Schemas {
    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(path) => self.document.pointer(path.trim_start_matches('#')).unwrap(),
            None => schema,
        }
    }

    /// What a schema says besides "or null".
    fn inner<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let resolved = self.resolved(schema);
        match resolved["anyOf"].as_array() {
            Some(any) => self.inner(any.iter().find(|one| one["type"] != "null").unwrap()),
            None => resolved,
        }
    }

    fn kinds(&self, schema: &Value) -> Vec<String> {
        let resolved = self.resolved(schema);
        if let Some(any) = resolved["anyOf"].as_array() {
            return any.iter().flat_map(|one| self.kinds(one)).collect();
        }
        match &resolved["type"] {
            Value::String(kind) => vec![kind.clone()],
            Value::Array(kinds) => kinds.iter().map(|kind| kind.as_str().unwrap().to_owned()).collect(),
            // A set of names without a type is a set of texts.
            _ => vec!["string".to_owned()],
        }
    }

    /// A value that fits.
    fn example(&self, name: &str, schema: &Value) -> Value {
        if let Some(id) = self.named(schema) {
            return json!(id);
        }
        let resolved = self.inner(schema);
        if let Some(id) = self.named(resolved) {
            return json!(id);
        }
        if !resolved["const"].is_null() {
            return resolved["const"].clone();
        }
        if let Some(first) = resolved["enum"].as_array().and_then(|all| all.first()) {
            return first.clone();
        }
        if let Some(first) = resolved["oneOf"].as_array().and_then(|all| all.first()) {
            return self.example(name, first);
        }
        match &*self.kinds(resolved)[0] {
            "object" => {
                let fields = resolved["properties"].as_object().cloned().unwrap_or_default();
                fields
                    .iter()
                    .map(|(name, schema)| (name.clone(), self.example(name, schema)))
                    .collect::<Map<_, _>>()
                    .into()
            }
            "array" => json!([self.example(name, &resolved["items"])]),
            "integer" => json!(1),
            "boolean" => json!(false),
            _ => match (name, resolved["format"].as_str()) {
                (_, Some("date")) => json!("2026-01-02"),
                ("color", _) => json!("#112233"),
                ("query", _) => json!("status:open"),
                ("role", _) => json!("member"),
                ("email", _) => json!("a@example.com"),
                _ => json!("something"),
            },
        }
    }

    fn named(&self, schema: &Value) -> Option<&String> {
        if let Some(any) = schema["anyOf"].as_array() {
            return any.iter().find_map(|one| self.named(one));
        }
        self.things.get(schema["$ref"].as_str()?.rsplit('/').next()?)
    }

    /// Every field of a schema, those within objects included.
    fn fields(&self, schema: &Value, path: &[String], into: &mut Vec<Field>) {
        let resolved = self.inner(schema);
        for (name, schema) in resolved["properties"].as_object().into_iter().flatten() {
            let mut path = path.to_vec();
            path.push(name.clone());
            let needed = resolved["required"].as_array().is_some_and(|all| all.contains(&json!(name)));
            into.push(Field { path: path.clone(), schema: schema.clone(), needed });
            if self.kinds(self.inner(schema)) == ["object"] {
                self.fields(schema, &path, into);
            }
        }
    }

    /// Every way in which this field can be wrong: a name, the value (none for "left out"), and whether it must be refused.
    fn wrongs(&self, field: &Field) -> Vec<(&'static str, Option<Value>, bool)> {
        let kinds = self.kinds(&field.schema);
        let is = |kind: &str| kinds.iter().any(|one| one == kind);
        let inner = self.inner(&field.schema);
        // A text of a fixed shape: an identity, a name out of a list, a date.
        let narrow = ["pattern", "enum", "const", "format", "oneOf"].iter().any(|key| !inner[key].is_null());
        let free = is("string") && !narrow;
        let mut all = vec![
            ("a number", Some(json!(-7.5)), true),
            ("a list of lists", Some(json!([[[]]])), true),
            ("an empty object", Some(json!({})), !is("object")),
            ("an object of something else", Some(json!({ "nonsense": 1 })), true),
            ("true", Some(json!(true)), !is("boolean")),
            ("a text", Some(json!("something else entirely")), !free),
            ("NUL", Some(json!("a\u{0}b")), true),
            ("a control character", Some(json!("a\u{1b}[31mb")), true),
            ("200,001 characters", Some(json!("x".repeat(200_001))), true),
            ("emoji", Some(json!("👩‍👩‍👧")), !free),
            ("right to left", Some(json!("\u{202e}مرحبا")), !free),
            ("a lone surrogate's replacement", Some(json!("\u{fffd}")), !free),
            ("a huge number", Some(json!(u64::MAX)), true),
            ("a negative number", Some(json!(-1)), true),
        ];
        if field.needed {
            all.push(("left out", None, true));
        }
        if !is("null") && field.needed {
            all.push(("null", Some(Value::Null), true));
        }
        all
    }
}

fn put(body: &mut Value, path: &[String], value: Option<Value>) {
    let (last, before) = path.split_last().unwrap();
    let place = before.iter().fold(body, |value, key| &mut value[key]);
    match value {
        Some(value) => place[last] = value,
        None => drop(place.as_object_mut().unwrap().remove(last)),
    }
}

/// How many rows each table has, and the state of what can change without a new row.
async fn rows(world: &World) -> Vec<(String, i64)> {
    let pool = &world.pool;
    let tables = sqlx::query("SELECT name FROM sqlite_schema WHERE type = 'table'").fetch_all(pool).await.unwrap();
    let mut counts = Vec::new();
    for table in tables {
        let name: String = table.get(0);
        let count = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {name}"))).fetch_one(pool).await;
        counts.push((name, count.unwrap().get(0)));
    }
    let seqs = sqlx::query("SELECT COALESCE(SUM(seq), 0) FROM streams").fetch_one(pool).await.unwrap();
    counts.push(("sum of sequence numbers".to_owned(), seqs.get(0)));
    counts
}

/// A refusal says what is wrong in the agreed form; what is not so, in words.
fn unclear(answer: &Answer) -> Option<&'static str> {
    let (status, text) = (answer.status.as_u16(), &answer.text);
    let said = |key: &str| answer.body[key].as_str().is_some_and(|said| !said.is_empty() && said.len() < 2_100);
    if !matches!(status, 400 | 403 | 404 | 409 | 413 | 422) {
        Some("is not refused as a client's mistake")
    } else if answer.headers["content-type"] != "application/problem+json" || answer.body["status"] != status {
        Some("is no problem document")
    } else if !(said("title") && said("detail") && said("code")) {
        Some("lacks a part or is too long")
    } else if text.contains("sqlx") || text.contains("panick") {
        Some("shows internals")
    } else {
        None
    }
}

#[track_caller]
fn assert_clear(answer: &Answer, case: &str) {
    assert_eq!(unclear(answer), None, "{case}: {} {:.300}", answer.status, answer.text);
}

/// Makes one of everything and answers with the identities by type.
async fn things(server: &Server, project: &str, org: &str) -> BTreeMap<&'static str, String> {
    let mut ids = BTreeMap::new();
    let me = server.get("", "/api/me").await.body["id"].as_str().unwrap().to_owned();
    ids.insert("UserId", me.clone());
    let board = server.get("", &format!("/api/projects/{project}/board")).await.body;
    ids.insert("ColumnId", board["columns"][0]["id"].as_str().unwrap().to_owned());
    macro_rules! fresh { ($($ty:ident),*) => { $(ids.insert(stringify!($ty), domain::$ty::fresh().to_string());)* } }
    fresh!(LabelId, EpicId, SprintId, TaskId, CommentId, TimeEntryId, ViewId, AnchorId, TeamId, RoleId);
    ids.insert("CommandId", command_id());
    let (task, day) = (ids["TaskId"].clone(), "2026-01-02");
    let anchor = json!({ "repository": "r", "path": "a.rs", "start_line": 1, "end_line": 2 });
    for command in [
        json!({ "type": "task.create", "id": task, "fields": { "title": "t" } }),
        json!({ "type": "label.create", "id": ids["LabelId"], "fields": { "name": "l" } }),
        json!({ "type": "epic.create", "id": ids["EpicId"], "fields": { "title": "e" } }),
        json!({ "type": "sprint.create", "id": ids["SprintId"], "fields": { "name": "s" } }),
        json!({ "type": "comment.create", "id": ids["CommentId"], "task": task, "body": "c" }),
        json!({ "type": "time_entry.create", "id": ids["TimeEntryId"], "task": task, "fields": { "minutes": 1, "day": day } }),
        json!({ "type": "view.create", "id": ids["ViewId"], "fields": { "name": "v", "query": "" } }),
        json!({ "type": "anchor.create", "id": ids["AnchorId"], "task": task, "fields": anchor }),
    ] {
        let sent = json!({ "id": command_id(), "command": command });
        server.post("", &format!("/api/projects/{project}/commands"), sent).await;
    }
    for command in [
        json!({ "type": "team.set", "id": ids["TeamId"], "name": "t", "members": [me] }),
        json!({ "type": "role.set", "id": ids["RoleId"], "name": "r", "permissions": ["project:read"] }),
    ] {
        server.post("", &format!("/api/orgs/{org}/commands"), json!({ "id": command_id(), "command": command })).await;
    }
    ids
}

struct World {
    server: Server,
    /// Looks at the tables past the server.
    pool: sqlx::SqlitePool,
    schemas: Schemas,
    project: String,
    org: String,
}

async fn world() -> World {
    let server = solo().await;
    let (org, project) = server.project("").await;
    let things = things(&server, &project, &org).await;
    let file = server.folder().join("backend.sqlite");
    let pool = sqlx::SqlitePool::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    World { pool, schemas: Schemas { document: backend::http::openapi(), things }, server, project, org }
}

/// What was tried, and what went wrong in it.
#[derive(Default)]
struct Tried {
    count: usize,
    faults: Vec<String>,
}

/// Tries everything on one body.
async fn try_all(world: &World, method: &str, path: &str, base: &Value, schema: &Value, within: &[String]) -> Tried {
    let (mut fields, mut tried) = (Vec::new(), Tried::default());
    world.schemas.fields(schema, within, &mut fields);
    for field in fields {
        for (what, value, must) in world.schemas.wrongs(&field) {
            let mut body = base.clone();
            put(&mut body, &field.path, value);
            let before = if must { rows(world).await } else { Vec::new() };
            let answer = world.server.call("", method, path, Some(body)).await;
            tried.count += 1;
            let mut fault = if must { unclear(&answer) } else { None };
            if answer.status.as_u16() >= 500 {
                fault = Some("fails");
            }
            if must && fault.is_none() && rows(world).await != before {
                fault = Some("is half-written");
            }
            if must && answer.status == StatusCode::UNPROCESSABLE_ENTITY {
                let named = answer.body["field"].as_str().unwrap_or_default();
                let detail = answer.body["detail"].as_str().unwrap_or_default();
                // Left out, it has no place; then the text names it.
                if named.is_empty() && !detail.contains('`') {
                    fault = Some("does not say where");
                }
            }
            if let Some(fault) = fault {
                let place = field.path.join("/");
                let (status, text) = (answer.status, &answer.text);
                tried
                    .faults
                    .push(format!("{fault}: {method} {path} {place}: {what}, {base:.90}: {status} {text:.200}"));
            }
        }
    }
    tried
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_of_every_command_wrong_in_every_way() {
    let world = world().await;
    let schema = world.schemas.document["components"]["schemas"]["Command"]["oneOf"].clone();
    let (mut count, mut kinds, mut faults) = (0, 0, Vec::new());
    for variant in schema.as_array().unwrap() {
        let kind = variant["properties"]["type"]["const"].as_str().unwrap();
        if kind == "bulk" {
            continue;
        }
        kinds += 1;
        let path = match kind.starts_with("org") || kind.starts_with("team.") || kind.starts_with("role.") {
            true => format!("/api/orgs/{}/commands", world.org),
            false => format!("/api/projects/{}/commands", world.project),
        };
        let base = json!({ "id": command_id(), "command": world.schemas.example("", variant) });
        let tried = try_all(&world, "POST", &path, &base, variant, &["command".to_owned()]).await;
        count += tried.count;
        faults.extend(tried.faults);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(kinds + 1, domain::Command::KINDS.len());
    assert!(count > 1_000, "{count}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_of_every_route_wrong_in_every_way() {
    let world = world().await;
    let (mut count, mut faults) = (0, Vec::new());
    for (path, methods) in world.schemas.document["paths"].as_object().unwrap() {
        for (method, about) in methods.as_object().unwrap() {
            let schema = &about["requestBody"]["content"]["application/json"]["schema"];
            // Commands have their own test; solo mode has no registration and no logins.
            if schema.is_null() || path.ends_with("/commands") || path.starts_with("/api/auth/") {
                continue;
            }
            let here = path.replace("{project}", &world.project).replace("{org}", &world.org).replace("{task}", "1");
            let base = world.schemas.example("", schema);
            let tried = try_all(&world, &method.to_uppercase(), &here, &base, schema, &[]).await;
            count += tried.count;
            faults.extend(tried.faults);
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(count > 300, "{count}");
}

/// Ten megabytes in one field, on every route that takes a body, known or not, logged in or not.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_takes_ten_megabytes() {
    let world = world().await;
    let before = rows(&world).await;
    for (path, methods) in world.schemas.document["paths"].as_object().unwrap() {
        for (method, about) in methods.as_object().unwrap() {
            if about["requestBody"].is_null() {
                continue;
            }
            let here = path.replace("{project}", &world.project).replace("{org}", &world.org).replace("{task}", "1");
            let is_form = about["requestBody"]["content"]["application/json"].is_null();
            let text = "x".repeat(10 << 20);
            let (kind, body) = match is_form {
                true => ("application/x-www-form-urlencoded", format!("name={text}")),
                false => ("application/json", json!({ "name": text }).to_string()),
            };
            let request = Request::builder().method(&*method.to_uppercase()).uri(&here);
            let request = request.header("host", "localhost").header("content-type", kind);
            let answer = world.server.raw(request.body(body.into()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{method} {path} {:.300}", answer.text);
            // Pages tell it to people.
            if answer.headers["content-type"] != "text/html; charset=utf-8" {
                assert_clear(&answer, path);
            }
        }
    }
    assert_eq!(rows(&world).await, before);
}

/// Every identity that a command can name, replaced by one of somebody else's project.
#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_others_cannot_be_named_in_any_field() {
    let world = world().await;
    let (_, other) = world.server.project_named("", "ZZ").await;
    let foreign = things(&world.server, &other, &world.org).await;
    let schema = world.schemas.document["components"]["schemas"]["Command"]["oneOf"].clone();
    let path = format!("/api/projects/{}/commands", world.project);
    let mut count = 0;
    for variant in schema.as_array().unwrap() {
        let kind = variant["properties"]["type"]["const"].as_str().unwrap();
        let mut fields = Vec::new();
        world.schemas.fields(variant, &["command".to_owned()], &mut fields);
        for field in fields {
            let name = field.schema["anyOf"][0]["$ref"].as_str().or(field.schema["$ref"].as_str()).unwrap_or_default();
            let name = name.rsplit('/').next().unwrap_or_default();
            let inside = [
                "ColumnId",
                "LabelId",
                "EpicId",
                "SprintId",
                "TaskId",
                "CommentId",
                "TimeEntryId",
                "ViewId",
                "AnchorId",
            ];
            let own_of_new = kind.ends_with(".create") && field.path.last().is_some_and(|last| last == "id");
            if !inside.contains(&name) || own_of_new {
                continue;
            }
            let mut base = json!({ "id": command_id(), "command": world.schemas.example("", variant) });
            if kind.ends_with(".create") {
                // Of its own it must be new, or that is what is refused.
                let prefix = base["command"]["id"].as_str().unwrap().split_once('_').unwrap().0.to_owned();
                let fresh = domain::TaskId::fresh().to_string().replace("tsk", &prefix);
                base["command"]["id"] = json!(fresh);
            }
            put(&mut base, &field.path, Some(json!(foreign[name])));
            let answer = world.server.call("", "POST", &path, Some(base.clone())).await;
            let case = format!("{kind} {}", field.path.join("/"));
            // A link that is not there can be taken away, and a move beside a card of elsewhere is a conflict.
            let harmless = kind == "task.unlink" && field.path.last().is_some_and(|last| last == "other");
            // 422 where the other fields of the example contradict each other; it says nothing about what is elsewhere.
            let expected: &[u16] = if harmless { &[200] } else { &[404, 409, 422] };
            assert!(expected.contains(&answer.status.as_u16()), "{case}: {} {}", answer.status, answer.text);
            assert!(!answer.text.contains("secret"), "{case}");
            count += 1;
        }
    }
    assert!(count > 25, "{count}");
}

/// The whole story of identities that are used again, cycles, and cards that are gone, in one project.
#[tokio::test(flavor = "multi_thread")]
async fn contradictions_are_refused_and_say_why() {
    let world = world().await;
    let path = format!("/api/projects/{}/commands", world.project);
    let send = async |id: &str, command: Value| {
        world.server.call("", "POST", &path, Some(json!({ "id": id, "command": command }))).await
    };
    let ids: Vec<String> = (0..3).map(|_| domain::TaskId::fresh().to_string()).collect();
    for id in &ids {
        let made = send(&command_id(), json!({ "type": "task.create", "id": id, "fields": { "title": "t" } })).await;
        assert_eq!(made.status, 200);
    }
    let [a, b, c] = [&ids[0], &ids[1], &ids[2]];
    let first = command_id();
    let block =
        |one: &str, other: &str| json!({ "type": "task.link", "id": one, "relation": "blocks", "other": other });
    assert_eq!(send(&first, block(a, b)).await.status, 200);
    assert_eq!(send(&first, block(a, b)).await.body["repeated"], true);
    assert_eq!(send(&command_id(), block(b, c)).await.status, 200);
    assert_eq!(
        send(&command_id(), json!({ "type": "task.delete", "id": world.schemas.things["TaskId"] })).await.status,
        200
    );
    let gone = &world.schemas.things["TaskId"];
    let before = rows(&world).await;
    for (id, command, status, code) in [
        (first.clone(), block(a, c), 422, "reused_id"),
        (command_id(), block(c, a), 409, "cycle"),
        (command_id(), block(a, a), 422, "invalid"),
        (command_id(), json!({ "type": "task.move", "id": a, "after": gone }), 409, "neighbour_gone"),
        (command_id(), json!({ "type": "task.move", "id": a, "before": gone }), 409, "neighbour_gone"),
        (command_id(), json!({ "type": "task.move", "id": gone }), 404, "not_found"),
        (command_id(), json!({ "type": "bulk", "commands": [] }), 422, "invalid"),
        (
            command_id(),
            json!({ "type": "bulk", "commands": [{ "type": "task.delete", "id": a }, block(b, b)] }),
            422,
            "invalid",
        ),
        (command_id(), json!({ "type": "bulk", "commands": [{ "type": "bulk", "commands": [] }] }), 422, "invalid"),
        (command_id(), json!({ "type": "nonsense" }), 422, "invalid"),
    ] {
        let answer = send(&id, command.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.body["code"].as_str().unwrap()), (status, code), "{command}");
        assert_clear(&answer, &command.to_string());
    }
    assert_eq!(rows(&world).await, before, "nothing was half-written");
    let nested = json!({ "type": "bulk", "commands": [block(a, c), { "type": "task.update", "id": a, "fields": { "title": 7 } }] });
    assert_eq!(send(&command_id(), nested).await.body["field"], "commands/1/fields/title");
}

/// Two people push the same card at the same moment, again and again: both are told yes, and everybody agrees where it is.
#[tokio::test(flavor = "multi_thread")]
async fn two_clients_moving_one_card_both_succeed_and_agree() {
    let server = team().await;
    let (token, _) = server.person("ann").await;
    let (_, project) = server.project(&token).await;
    server.task(&token, &project, "pushed about").await;
    let board = server.get(&token, &format!("/api/projects/{project}/board")).await.body;
    let column = |number: usize| board["columns"][number]["id"].clone();
    let path = format!("/api/projects/{project}/tasks/1/move");
    for round in 0..20 {
        let one = json!({ "column": column(round % 3) });
        let two = json!({ "column": column((round + 1) % 3) });
        let (one, two) =
            tokio::join!(server.call(&token, "POST", &path, Some(one)), server.call(&token, "POST", &path, Some(two)));
        assert_eq!((one.status, two.status), (StatusCode::OK, StatusCode::OK), "{} {}", one.text, two.text);
    }
    let (_, findings) = backend::storage::check(&**server.node.app.streams.store()).await.unwrap();
    assert_eq!(findings, vec![]);
    let shown = server.get(&token, &format!("/api/projects/{project}/board")).await.body;
    let cards: usize =
        shown["columns"].as_array().unwrap().iter().map(|it| it["cards"].as_array().unwrap().len()).sum();
    assert_eq!(cards, 1);
}
