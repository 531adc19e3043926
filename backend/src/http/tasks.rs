//! Tasks: lists by query, one with all that belongs to it, making, changing, moving, deleting, commenting.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::command::TaskFields;
use domain::model::{Anchor, Comment, Task, TimeEntry};
use domain::query::{Asker, Query as TaskQuery};
use domain::state::EntityRef;
use domain::{ColumnId, Command, CommentId, Permission, TaskId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::commands::{Versioned, do_and_show};
use super::guard::{InProject, Place};
use super::input::{Body, Query, command_id, etag, not_modified};
use super::route::{About, Api, Rule};
use crate::app::App;
use crate::problem::Problem;

pub(super) fn register(api: &mut Api) {
    let (read, write) = (Rule::Project(Permission::Read), Rule::Project(Permission::Write));
    let about = About::new(read, "Tasks that answer a query, newest first").query::<ListQuery>().gives::<TaskPage>(200);
    api.get("/api/projects/{project}/tasks", about, list);
    let about =
        About::new(write, "Make a task at the bottom of a column").command().body::<NewTask>().gives::<Versioned>(201);
    api.post("/api/projects/{project}/tasks", about, create);
    let about = About::new(read, "A task with its comments, times and places in code")
        .gives::<TaskShown>(200)
        .gives_other(304, "");
    api.get("/api/projects/{project}/tasks/{task}", about, show);
    let about = About::new(write, "Change a task").command().body::<TaskFields>().gives::<Versioned>(200);
    api.patch("/api/projects/{project}/tasks/{task}", about, update);
    let about = About::new(Rule::Project(Permission::DeleteTask), "Delete a task").command().gives_other(204, "");
    api.delete("/api/projects/{project}/tasks/{task}", about, delete);
    let about = About::new(write, "Move a task between neighbours").command().body::<Move>().gives::<Versioned>(200);
    api.post("/api/projects/{project}/tasks/{task}/move", about, move_task);
    let about = About::new(Rule::Project(Permission::Comment), "Write a comment")
        .command()
        .body::<NewComment>()
        .gives::<Versioned>(201);
    api.post("/api/projects/{project}/tasks/{task}/comments", about, comment);
}

#[derive(Debug, Deserialize, JsonSchema)]
struct ListQuery {
    /// Such as `status:open assignee:me label:bug`.
    #[serde(default)]
    query: Option<String>,
    /// `next` of the page before.
    #[serde(default)]
    after: Option<u64>,
    /// At most this many, up to 500.
    #[serde(default)]
    limit: Option<usize>,
    /// The asker's calendar day, for `due:overdue`; that of the server's UTC clock when left out.
    #[serde(default)]
    today: Option<jiff::civil::Date>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct TaskRow {
    /// The number of the event that last changed it.
    version: u64,
    /// Its key, such as `DM-12`.
    key: String,
    /// The task.
    #[serde(flatten)]
    task: Task,
}

#[derive(Debug, Serialize, JsonSchema)]
struct TaskPage {
    /// The tasks.
    items: Vec<TaskRow>,
    /// For the next page; none is left when it is `null`.
    next: Option<u64>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct TaskShown {
    /// The task.
    #[serde(flatten)]
    row: TaskRow,
    /// Comments, oldest first.
    comments: Vec<Comment>,
    /// Time spent on it.
    time: Vec<TimeEntry>,
    /// Where in code it is.
    anchors: Vec<Anchor>,
    /// Parts of it.
    children: Vec<TaskId>,
    /// Open tasks that must be finished before.
    blocked_by: Vec<TaskId>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTask {
    /// Its identity, when the client made one.
    #[serde(default)]
    id: Option<TaskId>,
    /// The column; the first one when left out.
    #[serde(default)]
    column: Option<ColumnId>,
    /// The fields; `title` is needed.
    fields: TaskFields,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Move {
    /// Where to; its own column when left out.
    #[serde(default)]
    column: Option<ColumnId>,
    /// The task above it.
    #[serde(default)]
    after: Option<TaskId>,
    /// The task below it.
    #[serde(default)]
    before: Option<TaskId>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewComment {
    /// Its identity, when the client made one.
    #[serde(default)]
    id: Option<CommentId>,
    /// Markdown.
    body: String,
    /// The comment it answers.
    #[serde(default)]
    reply_to: Option<CommentId>,
}

fn row(state: &domain::State, task: &domain::Row<Task>) -> TaskRow {
    let key = state.project().map(|project| project.key.clone()).unwrap_or_default();
    TaskRow { version: task.seq, key: format!("{key}-{}", task.number), task: (*task.value).clone() }
}

/// A task by identity (`tsk_…`), key (`DM-12`) or number.
pub(super) fn find(place: &Place, named: &str) -> Result<TaskId, Problem> {
    place.slot.read(|state| {
        if let Ok(id) = named.parse::<TaskId>() {
            return state.tasks.contains_key(&id).then_some(id).ok_or_else(Problem::not_found);
        }
        let number = match named.rsplit_once('-') {
            Some((key, number)) if state.project().is_some_and(|project| project.key.eq_ignore_ascii_case(key)) => {
                number
            }
            Some(_) => return Err(Problem::not_found()),
            None => named,
        };
        let task = number.parse().ok().and_then(|number| state.task_by_number(number));
        task.map(|task| task.id).ok_or_else(Problem::not_found)
    })
}

async fn list(project: InProject, Query(asked): Query<ListQuery>) -> Result<Json<TaskPage>, Problem> {
    let query = TaskQuery::parse(asked.query.as_deref().unwrap_or_default())
        .map_err(|error| Problem::invalid("query", error.to_string()))?;
    let today = asked.today.unwrap_or_else(|| crate::streams::now().to_zoned(jiff::tz::TimeZone::UTC).date());
    let asker = Asker { me: project.who.user, today };
    let limit = asked.limit.unwrap_or(100).clamp(1, 500);
    Ok(Json(project.slot.read(|state| {
        let mut tasks: Vec<_> = state
            .tasks
            .values()
            .filter(|task| asked.after.is_none_or(|after| task.number < after) && query.matches(state, &asker, task))
            .collect();
        tasks.sort_unstable_by_key(|task| std::cmp::Reverse(task.number));
        let next = (tasks.len() > limit).then(|| tasks[limit - 1].number);
        tasks.truncate(limit);
        TaskPage { items: tasks.into_iter().map(|task| row(state, task)).collect(), next }
    })))
}

pub(super) async fn create(
    State(app): State<Arc<App>>,
    project: InProject,
    headers: HeaderMap,
    Body(new): Body<NewTask>,
) -> Result<Response, Problem> {
    // Named by the command when the client named only that, so that a second sending means the same task.
    let id = match new.id {
        Some(id) => id,
        None if headers.contains_key("idempotency-key") => TaskId::from_bits(command_id(&headers)?.bits()),
        None => TaskId::fresh(),
    };
    let command = Command::CreateTask { id, fields: new.fields, column: new.column };
    do_and_show(&app, &project, &headers, Some(EntityRef::Task(id)), StatusCode::CREATED, command).await
}

async fn show(
    project: InProject,
    Path((_, named)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = find(&project, &named)?;
    let shown = project.slot.read(|state| {
        let task = state.tasks.get(&id)?;
        Some(TaskShown {
            row: row(state, task),
            comments: state.comments_of(id).map(|row| (*row.value).clone()).collect(),
            time: state.time_of(id).map(|row| (*row.value).clone()).collect(),
            anchors: state.anchors_of(id).map(|row| (*row.value).clone()).collect(),
            children: state.children(id).collect(),
            blocked_by: state
                .tasks
                .values()
                .filter(|other| other.done_at.is_none() && other.blocks.contains(&id))
                .map(|other| other.id)
                .collect(),
        })
    });
    let shown = shown.ok_or_else(Problem::not_found)?;
    let tag = etag(shown.row.version);
    // The version is that of the task; comments have their own, so only a bare task may be answered with 304.
    if shown.comments.is_empty() && shown.time.is_empty() && shown.anchors.is_empty() && not_modified(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    Ok(([(header::ETAG, tag)], Json(shown)).into_response())
}

async fn update(
    State(app): State<Arc<App>>,
    project: InProject,
    Path((_, named)): Path<(String, String)>,
    headers: HeaderMap,
    Body(fields): Body<TaskFields>,
) -> Result<Response, Problem> {
    let id = find(&project, &named)?;
    do_and_show(&app, &project, &headers, Some(EntityRef::Task(id)), StatusCode::OK, Command::UpdateTask { id, fields })
        .await
}

async fn delete(
    State(app): State<Arc<App>>,
    project: InProject,
    Path((_, named)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = find(&project, &named)?;
    do_and_show(&app, &project, &headers, Some(EntityRef::Task(id)), StatusCode::OK, Command::DeleteTask { id }).await
}

async fn move_task(
    State(app): State<Arc<App>>,
    project: InProject,
    Path((_, named)): Path<(String, String)>,
    headers: HeaderMap,
    Body(to): Body<Move>,
) -> Result<Response, Problem> {
    let id = find(&project, &named)?;
    let command = Command::MoveTask { id, column: to.column, after: to.after, before: to.before };
    do_and_show(&app, &project, &headers, Some(EntityRef::Task(id)), StatusCode::OK, command).await
}

async fn comment(
    State(app): State<Arc<App>>,
    project: InProject,
    Path((_, named)): Path<(String, String)>,
    headers: HeaderMap,
    Body(new): Body<NewComment>,
) -> Result<Response, Problem> {
    let task = find(&project, &named)?;
    let id = match new.id {
        Some(id) => id,
        None if headers.contains_key("idempotency-key") => CommentId::from_bits(command_id(&headers)?.bits()),
        None => CommentId::fresh(),
    };
    let command = Command::CreateComment { id, task, body: new.body, reply_to: new.reply_to };
    do_and_show(&app, &project, &headers, Some(EntityRef::Comment(id)), StatusCode::CREATED, command).await
}
