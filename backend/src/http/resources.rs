//! Routes of everything in `domain/`, as a table. A row says how the parts of a path and the body make a command; its
//! schema, its permission and its documentation are those of the command, so that they cannot part. What a list and a
//! single thing look like follows from its kind.

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawPathParams, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::state::EntityRef;
use domain::{Command, Permission};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::commands::{Accepted, Versioned, do_and_show};
use super::guard::Place;
use super::input::{Body, Query, command_id, etag, not_modified};
use super::resource_schema as schema;
use super::route::{About, Api, Rule};
use super::tasks;
use crate::app::App;
use crate::problem::Problem;

const PROJECT: &str = "/api/projects/{project}";
const ORG: &str = "/api/orgs/{org}";

/// Things with an identity in a stream: where they are, and the commands that make, change and remove one.
struct Kind {
    at: &'static str,
    plural: &'static str,
    kind: &'static str,
    /// The command's field that holds the identity.
    key: &'static str,
    verbs: [&'static str; 3],
}

const fn kind(at: &'static str, plural: &'static str, kind: &'static str) -> Kind {
    Kind { at, plural, kind, key: "id", verbs: ["create", "update", "delete"] }
}

const KINDS: &[Kind] = &[
    kind(PROJECT, "columns", "column"),
    kind(PROJECT, "labels", "label"),
    kind(PROJECT, "epics", "epic"),
    kind(PROJECT, "sprints", "sprint"),
    kind(PROJECT, "comments", "comment"),
    kind(PROJECT, "time-entries", "time_entry"),
    kind(PROJECT, "views", "view"),
    kind(PROJECT, "anchors", "anchor"),
    Kind { key: "user", verbs: ["set", "set", "remove"], ..kind(PROJECT, "members", "member") },
    Kind { key: "team", verbs: ["set", "set", "remove"], ..kind(PROJECT, "teams", "team_grant") },
    Kind { key: "user", verbs: ["set", "set", "remove"], ..kind(ORG, "members", "org_member") },
    Kind { verbs: ["set", "update", "delete"], ..kind(ORG, "teams", "team") },
    Kind { verbs: ["set", "update", "delete"], ..kind(ORG, "roles", "role") },
];

/// A route that does a command. In `path`, `{sprint=id}` fills the command's field `id`.
#[derive(Debug, Clone)]
pub(super) struct Write {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) command: String,
    /// The kind of what the answer shows; empty for the number of the event alone.
    target: &'static str,
    /// The command's field that names it; what has none is the stream itself.
    key: &'static str,
    /// A field that is the same for every request.
    pub(super) fixed: Option<(&'static str, bool)>,
}

/// Everything else that can be done: method, place, path, command, what is shown, what is fixed.
type Action = (Method, &'static str, &'static str, &'static str, &'static str, Option<(&'static str, bool)>);

const ACTIONS: &[Action] = &[
    (Method::DELETE, PROJECT, "", "project.delete", "project", None),
    (Method::POST, PROJECT, "/bulk", "bulk", "", None),
    (Method::POST, PROJECT, "/columns/{column=id}/move", "column.move", "column", None),
    (Method::POST, PROJECT, "/sprints/{sprint=id}/start", "sprint.start", "sprint", None),
    (Method::POST, PROJECT, "/sprints/{sprint=id}/close", "sprint.close", "sprint", None),
    (Method::POST, PROJECT, "/tasks/{task=id}/links", "task.link", "task", None),
    (Method::DELETE, PROJECT, "/tasks/{task=id}/links/{relation}/{other}", "task.unlink", "task", None),
    (Method::PUT, PROJECT, "/tasks/{task=id}/watching", "task.watch", "task", Some(("watching", true))),
    (Method::DELETE, PROJECT, "/tasks/{task=id}/watching", "task.watch", "task", Some(("watching", false))),
    (Method::PUT, PROJECT, "/comments/{comment=id}/reactions/{emoji}", "comment.react", "comment", Some(("on", true))),
    (
        Method::DELETE,
        PROJECT,
        "/comments/{comment=id}/reactions/{emoji}",
        "comment.react",
        "comment",
        Some(("on", false)),
    ),
    (Method::PATCH, ORG, "", "org.rename", "org", None),
];

pub(super) fn register(api: &mut Api) {
    for kind in KINDS {
        let (path, name) = (format!("{}/{}", kind.at, kind.plural), kind.kind);
        let one = format!("{path}/{{{name}}}");
        let read = match kind.at {
            PROJECT => Rule::Project(Permission::Read),
            _ => Rule::Org(Permission::ReadOrg),
        };
        let words = name.replace('_', " ");
        let about = About::new(read, format!("Each {words}, in the order of identities")).query::<ListQuery>();
        let about = about.gives_as(200, move |generator| schema::page(generator, name));
        api.get(&path, about, move |place: Place, query: Query<ListQuery>| async move { list(name, &place, &query.0) });
        let about = About::new(read, format!("One {words}"));
        let about = about.gives_as(200, move |generator| schema::shown(generator, name)).gives_other(304, "");
        api.get(&one, about, move |place: Place, params: RawPathParams, headers: HeaderMap| async move {
            show(name, &place, &params, &headers)
        });
        let [create, change, remove] = kind.verbs.map(|verb| format!("{name}.{verb}"));
        let keyed = format!("{path}/{{{name}={}}}", kind.key);
        let write = |method, path, command| Write { method, path, command, target: name, key: kind.key, fixed: None };
        register_write(api, write(Method::POST, path, create));
        register_write(api, write(Method::PATCH, keyed.clone(), change));
        register_write(api, write(Method::DELETE, keyed, remove));
    }
    for (method, at, path, command, target, fixed) in ACTIONS {
        let (path, command) = (format!("{at}{path}"), (*command).to_owned());
        register_write(api, Write { method: method.clone(), path, command, target, key: "id", fixed: *fixed });
    }
}

fn register_write(api: &mut Api, write: Write) {
    // A row that names no command is caught by the test that makes every route.
    let permission = Command::permission_for(&write.command).unwrap_or(Permission::Own);
    let in_project = write.path.starts_with(PROJECT);
    let rule = if in_project { Rule::Project(permission) } else { Rule::Org(permission) };
    let path: String = write
        .path
        .split('/')
        .map(|part| match part.split_once('=') {
            Some((name, _)) => format!("{name}}}"),
            None => part.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("/");
    let shape = Arc::new(schema::Shape::of(&write));
    let about = shape.describe(About::new(rule, shape.summary()).command(), write.target);
    let (method, write) = (write.method.clone(), Arc::new(write));
    if shape.takes_body() {
        api.add(
            method,
            &path,
            about,
            move |State(app): State<Arc<App>>,
                  place: Place,
                  params: RawPathParams,
                  headers: HeaderMap,
                  Body(body): Body<Map<String, Value>>| async move {
                done(&app, &write, &shape, &place, &params, &headers, body).await
            },
        );
    } else {
        api.add(
            method,
            &path,
            about,
            move |State(app): State<Arc<App>>,
                  place: Place,
                  params: RawPathParams,
                  headers: HeaderMap,
                  Query(query): Query<Map<String, Value>>| async move {
                done(&app, &write, &shape, &place, &params, &headers, query).await
            },
        );
    }
}

/// Makes the command out of path, body and what is fixed, and does it.
async fn done(
    app: &App,
    write: &Write,
    shape: &schema::Shape,
    place: &Place,
    params: &RawPathParams,
    headers: &HeaderMap,
    given: Map<String, Value>,
) -> Result<Response, Problem> {
    let mut command = Map::new();
    for (param, value) in params {
        let field = shape.field_of(param);
        let Some(field) = field else { continue };
        // A task also goes by its key or number.
        let value = match param {
            "task" | "other" => tasks::find(place, value)?.to_string(),
            _ => value.to_owned(),
        };
        command.insert(field.to_owned(), Value::String(value));
    }
    if shape.wraps() {
        command.insert("fields".to_owned(), Value::Object(given));
    } else {
        for (name, value) in given {
            if name == "type" || command.contains_key(&name) {
                return Err(Problem::invalid(&name, format!("unknown field `{name}`: the path says it.")));
            }
            command.insert(name, value);
        }
    }
    if let Some((name, value)) = write.fixed {
        command.insert(name.to_owned(), Value::Bool(value));
    }
    if shape.makes() && !command.contains_key("id") && shape.has("id") {
        // Named by the command, so that a second sending means the same thing.
        let id = EntityRef::from_bits(write.target, command_id(headers)?.bits());
        command.extend(id.map(|id| ("id".to_owned(), Value::String(id.id()))));
    }
    let key = command.get(write.key).and_then(Value::as_str).unwrap_or(&place.slot.id).to_owned();
    let target = EntityRef::parse(write.target, &key);
    let there = |target| place.slot.read(|state| state.version(target)).is_some();
    // What the path names must be there; what `set` would make is made by POST alone.
    if !shape.makes() && !write.target.is_empty() && !target.is_some_and(there) {
        return Err(Problem::not_found());
    }
    command.insert("type".to_owned(), Value::String(write.command.clone()));
    let command = Command::read(&Value::Object(command)).map_err(|misfit| {
        // The body of a change is the fields themselves.
        let place = misfit.place.trim_start_matches("fields/");
        let mut problem = Problem::invalid(place, format!("The request does not fit: {}.", misfit.reason));
        problem.field = problem.field.filter(|field| !field.is_empty());
        problem
    })?;
    let status = if shape.makes() { StatusCode::CREATED } else { StatusCode::OK };
    do_and_show(app, place, headers, target, status, command).await.map_err(|mut problem| {
        // The body of a change is the fields themselves.
        if let (true, Some(field)) = (shape.wraps(), &problem.field) {
            problem.field = Some(field.trim_start_matches("fields/").to_owned());
        }
        problem
    })
}

/// What a list is asked for.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct ListQuery {
    /// Only what belongs to this task, named by identity, key or number.
    #[serde(default)]
    task: Option<String>,
    /// `next` of the page before.
    #[serde(default)]
    after: Option<String>,
    /// At most this many, up to 500.
    #[serde(default)]
    limit: Option<usize>,
}

#[derive(Debug, Serialize)]
struct Page {
    items: Vec<Versioned>,
    next: Option<String>,
}

fn list(kind: &str, place: &Place, query: &ListQuery) -> Result<Json<Page>, Problem> {
    let after = match &query.after {
        None => None,
        Some(after) => Some(
            EntityRef::parse(kind, after)
                .ok_or_else(|| Problem::bad_request("after is the `next` of the page before."))?,
        ),
    };
    let task = query.task.as_deref().map(|named| tasks::find(place, named)).transpose()?;
    let limit = query.limit.unwrap_or(100).clamp(1, 500);
    Ok(Json(place.slot.read(|state| {
        let all = match (task, kind) {
            (None, _) => state.of_kind(kind),
            (Some(task), "comment") => state.comments_of(task).map(|row| EntityRef::Comment(row.id)).collect(),
            (Some(task), "time_entry") => state.time_of(task).map(|row| EntityRef::TimeEntry(row.id)).collect(),
            (Some(task), "anchor") => state.anchors_of(task).map(|row| EntityRef::Anchor(row.id)).collect(),
            (Some(_), _) => Vec::new(),
        };
        let start = after.map_or(0, |after| all.partition_point(|target| *target <= after));
        let mut shown = all[start..].iter().filter_map(|target| seen(state, *target, place)).peekable();
        let items: Vec<_> = shown.by_ref().take(limit).collect();
        let next = shown.peek().and_then(|_| Some(items.last()?.entity.reference().id()));
        Page { items, next }
    })))
}

fn seen(state: &domain::State, target: EntityRef, place: &Place) -> Option<Versioned> {
    let row = Versioned { version: state.version(target)?, entity: state.entity(target)? };
    row.entity.is_shown_to(place.who.user).then_some(row)
}

fn show(kind: &str, place: &Place, params: &RawPathParams, headers: &HeaderMap) -> Result<Response, Problem> {
    let named = params.iter().find(|(name, _)| *name == kind).map(|(_, value)| value);
    let target = named.and_then(|id| EntityRef::parse(kind, id)).ok_or_else(Problem::not_found)?;
    let row = place.slot.read(|state| seen(state, target, place)).ok_or_else(Problem::not_found)?;
    let tag = etag(row.version);
    if not_modified(headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    Ok(([(header::ETAG, tag)], Json(row)).into_response())
}

/// The schema of an answer that shows a number alone.
pub(super) type Number = Accepted;
