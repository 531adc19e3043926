//! Tasks as people see them.

use domain::command::AnchorFields;
use domain::model::{Anchor, Category, Priority, SprintState, Task, TaskType};
use domain::state::EntityRef;
use domain::{State, TaskId, UserId};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::people::People;
use crate::replica::Replica;

/// A task in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskLine {
    /// Identity, which stays when a new task's number changes.
    pub id: TaskId,
    /// Such as `DM-12`.
    pub key: String,
    /// Title.
    pub title: String,
    /// The name of its column.
    pub status: String,
    /// What the column means.
    pub category: Category,
    /// Kind.
    pub r#type: TaskType,
    /// Priority.
    pub priority: Priority,
    /// The handles of those who work on it.
    pub assignees: Vec<String>,
    /// Whether I do.
    pub mine: bool,
    /// The name of its sprint.
    pub sprint: Option<String>,
    /// Names of labels.
    pub labels: Vec<String>,
    /// Due date.
    pub due: Option<Date>,
    /// Keys of open tasks that have to be finished before.
    pub blocked_by: Vec<String>,
    /// Whether something about it is not confirmed by the server yet.
    pub pending: bool,
}

impl TaskLine {
    pub(super) fn new(replica: &Replica, task: &Task, me: UserId, people: &People) -> TaskLine {
        let state = replica.shown();
        let column = state.columns.get(&task.column);
        TaskLine {
            id: task.id,
            key: key(state, task.number),
            title: task.title.clone(),
            status: column.map_or_else(String::new, |column| column.name.clone()),
            category: column.map_or(Category::Todo, |column| column.category),
            r#type: task.r#type,
            priority: task.priority,
            assignees: task.assignees.iter().map(|id| people.named(*id).handle).collect(),
            mine: task.assignees.contains(&me),
            sprint: task.sprint.and_then(|id| state.sprints.get(&id)).map(|sprint| sprint.name.clone()),
            labels: task.labels.iter().filter_map(|id| Some(state.labels.get(id)?.name.clone())).collect(),
            due: task.due,
            blocked_by: blockers(state, task.id),
            pending: replica.is_pending(EntityRef::Task(task.id)),
        }
    }
}

/// What people call a task.
pub(super) fn key(state: &State, number: u64) -> String {
    state.project().map_or_else(|| format!("#{number}"), |project| format!("{}-{number}", project.key))
}

/// The page of a task on the dashboard.
pub(super) fn url(server: &Url, project: &str, number: u64) -> String {
    format!("{server}p/{project}/t/{number}")
}

/// The open tasks that have to be finished before one.
fn blockers(state: &State, task: TaskId) -> Vec<String> {
    state.blockers_of(task).filter(|other| other.done_at.is_none()).map(|other| key(state, other.number)).collect()
}

/// A comment as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CommentShown {
    /// The handle of whoever wrote it.
    pub author: String,
    /// Markdown.
    pub body: String,
    /// When it was written.
    pub at: Timestamp,
}

/// A place in code as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AnchorShown {
    /// The repository.
    pub repository: String,
    /// Path in it.
    pub path: String,
    /// The symbol, or empty.
    pub symbol: String,
    /// First line, from 1, as it was when it was set.
    pub start_line: u32,
    /// Last line.
    pub end_line: u32,
}

/// Everything about a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskShown {
    /// What lists say.
    #[serde(flatten)]
    pub line: TaskLine,
    /// Its page on the dashboard.
    pub url: String,
    /// Markdown.
    pub body: String,
    /// Estimate in points.
    pub estimate: Option<u32>,
    /// Whether its sprint is over.
    pub sprint_closed: bool,
    /// The task that this is a part of.
    pub parent: Option<String>,
    /// Its parts.
    pub parts: Vec<String>,
    /// Minutes that were logged.
    pub minutes: u64,
    /// The handle of whoever made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Oldest first.
    pub comments: Vec<CommentShown>,
    /// Places in code.
    pub anchors: Vec<AnchorShown>,
}

impl TaskShown {
    pub(super) fn new(replica: &Replica, task: &Task, me: UserId, people: &People, server: &Url) -> Option<TaskShown> {
        let state = replica.shown();
        let line = TaskLine::new(replica, task, me, people);
        let number = |id: &TaskId| state.tasks.get(id).map(|task| key(state, task.number));
        let project = state.project()?.key.clone();
        Some(TaskShown {
            url: url(server, &project, task.number),
            body: task.body.clone(),
            estimate: task.estimate,
            sprint_closed: task
                .sprint
                .and_then(|id| state.sprints.get(&id))
                .is_some_and(|sprint| sprint.state == SprintState::Closed),
            parent: task.parent.as_ref().and_then(number),
            parts: state.children(task.id).filter_map(|id| number(&id)).collect(),
            minutes: state.time_of(task.id).map(|entry| u64::from(entry.minutes)).sum(),
            created_by: people.named(task.created_by).handle,
            created_at: task.created_at,
            updated_at: task.updated_at,
            comments: state
                .comments_of(task.id)
                .map(|comment| CommentShown {
                    author: people.named(comment.author).handle,
                    body: comment.body.clone(),
                    at: comment.created_at,
                })
                .collect(),
            anchors: state.anchors_of(task.id).map(|anchor| anchor_shown(anchor)).collect(),
            line,
        })
    }
}

fn anchor_shown(anchor: &Anchor) -> AnchorShown {
    AnchorShown {
        repository: anchor.repository.clone(),
        path: anchor.path.clone(),
        symbol: anchor.symbol.clone(),
        start_line: anchor.start_line,
        end_line: anchor.end_line,
    }
}

/// An anchor as it would be set again.
pub(super) fn fields(anchor: &Anchor) -> AnchorFields {
    AnchorFields {
        repository: Some(anchor.repository.clone()),
        path: Some(anchor.path.clone()),
        symbol: Some(anchor.symbol.clone()),
        content_hash: Some(anchor.content_hash.clone()),
        start_line: Some(anchor.start_line),
        end_line: Some(anchor.end_line),
    }
}
