//! What streams consist of. Every entity is plain data with an identity of its own; lists of others are sets of identities.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    ids::*,
    roles::{Permission, Role},
};

/// An organisation: whom projects belong to, and where roles come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Org {
    /// Identity.
    pub id: OrgId,
    /// Name shown to people.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Someone's place in an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrgMember {
    /// The person.
    pub id: UserId,
    /// What they may do.
    pub role: Role,
    /// Since when.
    pub joined_at: Timestamp,
}

/// A group of members, so that a project is shared with all of them at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Team {
    /// Identity.
    pub id: TeamId,
    /// Name shown to people.
    pub name: String,
    /// Who is in it.
    pub members: BTreeSet<UserId>,
}

/// A role that an organisation defined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CustomRole {
    /// Identity.
    pub id: RoleId,
    /// Name shown to people.
    pub name: String,
    /// What it allows.
    pub permissions: BTreeSet<Permission>,
}

/// A project: a board, a backlog, and what is planned on them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Project {
    /// Identity.
    pub id: ProjectId,
    /// The organisation it belongs to.
    pub org: OrgId,
    /// The short name in task keys, such as `DM`: 2 to 10 capital letters and digits, a letter first.
    pub key: String,
    /// Name shown to people.
    pub name: String,
    /// What it is about, markdown.
    pub description: String,
    /// Archived projects can be read, not changed.
    pub archived: bool,
    /// The number of the newest task; numbers are never given twice.
    pub last_number: u64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Someone invited into one project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Member {
    /// The person.
    pub id: UserId,
    /// What they may do in this project, beside what the organisation gives them.
    pub role: Role,
}

/// A team invited into one project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TeamGrant {
    /// The team.
    pub id: TeamId,
    /// What its members may do in this project.
    pub role: Role,
}

/// What a column means for planning and reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Not begun.
    Todo,
    /// Being worked on.
    Doing,
    /// Finished.
    Done,
}

/// A column of the board, which is a status of tasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Column {
    /// Identity.
    pub id: ColumnId,
    /// Name shown to people.
    pub name: String,
    /// What it means.
    pub category: Category,
    /// Its place on the board; `(rank, id)` is the order, byte by byte.
    pub rank: String,
    /// How many tasks should be in it at most.
    pub wip_limit: Option<u32>,
    /// Whether the limit refuses another task, or only advises.
    pub wip_enforced: bool,
}

/// A label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Label {
    /// Identity.
    pub id: LabelId,
    /// Name, unique in the project whatever the case.
    pub name: String,
    /// `#rrggbb`.
    pub color: String,
}

/// A large piece of work that tasks belong to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Epic {
    /// Identity.
    pub id: EpicId,
    /// Title.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// `#rrggbb`.
    pub color: String,
    /// Planned start.
    pub start: Option<Date>,
    /// Planned end.
    pub due: Option<Date>,
    /// Whether it is finished.
    pub done: bool,
}

/// How far a sprint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SprintState {
    /// Being planned.
    Planned,
    /// Running; a project has at most one.
    Active,
    /// Over; it changes no more.
    Closed,
}

/// A sprint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sprint {
    /// Identity.
    pub id: SprintId,
    /// Name.
    pub name: String,
    /// What it is for.
    pub goal: String,
    /// How far it is.
    pub state: SprintState,
    /// Planned first day.
    pub starts: Option<Date>,
    /// Planned last day.
    pub ends: Option<Date>,
    /// When it was started.
    pub started_at: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
}

/// The kind of a task.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskType {
    /// Something to do.
    #[default]
    Task,
    /// Something wrong.
    Bug,
    /// Something a user gains.
    Story,
    /// Upkeep.
    Chore,
    /// A question to answer.
    Spike,
}

/// How much a task matters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Nobody said.
    #[default]
    None,
    /// Some day.
    Low,
    /// Soon.
    Medium,
    /// Next.
    High,
    /// Now.
    Urgent,
}

/// A task: a card on the board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Task {
    /// Identity.
    pub id: TaskId,
    /// Its number in the project: `12` of `DM-12`.
    pub number: u64,
    /// Title.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Kind.
    pub r#type: TaskType,
    /// The column, which is the status.
    pub column: ColumnId,
    /// The place in the column; `(rank, id)` is the order, byte by byte.
    pub rank: String,
    /// Priority.
    pub priority: Priority,
    /// Estimate in points.
    pub estimate: Option<u32>,
    /// Who works on it.
    pub assignees: BTreeSet<UserId>,
    /// Labels.
    pub labels: BTreeSet<LabelId>,
    /// Due date.
    pub due: Option<Date>,
    /// The task that this is a part of.
    pub parent: Option<TaskId>,
    /// Epic.
    pub epic: Option<EpicId>,
    /// Sprint; none is the backlog.
    pub sprint: Option<SprintId>,
    /// Tasks that cannot be finished before this one. Never a cycle.
    pub blocks: BTreeSet<TaskId>,
    /// Tasks that have to do with it. Kept on both sides.
    pub relates: BTreeSet<TaskId>,
    /// The task that says the same and is kept.
    pub duplicate_of: Option<TaskId>,
    /// Who wants to hear of changes.
    pub watchers: BTreeSet<UserId>,
    /// Who made it.
    pub created_by: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it first came into a column of category `doing`.
    pub started_at: Option<Timestamp>,
    /// When it came into a column of category `done`; empty again when it leaves.
    pub done_at: Option<Timestamp>,
}

/// A comment on a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Comment {
    /// Identity.
    pub id: CommentId,
    /// The task.
    pub task: TaskId,
    /// The comment it answers.
    pub reply_to: Option<CommentId>,
    /// Who wrote it.
    pub author: UserId,
    /// Markdown.
    pub body: String,
    /// Handles after `@`, lower case.
    pub mentions: BTreeSet<String>,
    /// Emoji → who reacted with it.
    pub reactions: BTreeMap<String, BTreeSet<UserId>>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub edited_at: Option<Timestamp>,
}

/// Time spent on a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TimeEntry {
    /// Identity.
    pub id: TimeEntryId,
    /// The task.
    pub task: TaskId,
    /// Who spent it.
    pub user: UserId,
    /// How long: 1 to 10,080 minutes (a week).
    pub minutes: u32,
    /// On which day, as the person saw it.
    pub day: Date,
    /// What was done.
    pub note: String,
}

/// How a view shows its tasks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// Rows.
    #[default]
    List,
    /// Columns.
    Board,
    /// What is not planned yet.
    Backlog,
}

/// A saved view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct View {
    /// Identity.
    pub id: ViewId,
    /// Whose it is.
    pub owner: UserId,
    /// Name.
    pub name: String,
    /// The query, see [`crate::query`].
    pub query: String,
    /// How it is shown.
    pub layout: Layout,
    /// Whether everybody in the project sees it.
    pub shared: bool,
}

/// A place in code that a task is about, with enough to find it again after the code moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Anchor {
    /// Identity.
    pub id: AnchorId,
    /// The task.
    pub task: TaskId,
    /// The repository, as clients name it (usually its remote URL without credentials).
    pub repository: String,
    /// Path in the repository, `/` between parts, never absolute and never with `..`.
    pub path: String,
    /// The symbol's path, such as `Store::commit`; empty for a plain range.
    pub symbol: String,
    /// Hash of the anchored text, as the client makes it.
    pub content_hash: String,
    /// First line, from 1.
    pub start_line: u32,
    /// Last line.
    pub end_line: u32,
}
