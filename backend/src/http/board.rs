//! The board and the backlog, made once for each change and then answered from memory.

use std::sync::Arc;

use axum::extract::State as Of;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::model::{Column, Label, Priority, Sprint, SprintState, Task, TaskType};
use domain::{EpicId, LabelId, Permission, Row, SprintId, State, TaskId, UserId};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use super::guard::InProject;
use super::input::not_modified;
use super::route::{About, Api, Rule};
use crate::app::{App, Meters};
use crate::problem::Problem;

pub(super) fn register(api: &mut Api) {
    let about =
        About::new(Rule::Project(Permission::Read), "The board: columns from left to right, cards from top to bottom");
    api.get("/api/projects/{project}/board", about.gives::<Board>(200).gives_other(304, ""), board);
    let about = About::new(
        Rule::Project(Permission::Read),
        "What is open and not in the running sprint: planned sprints, then the rest",
    );
    api.get("/api/projects/{project}/backlog", about.gives::<Backlog>(200).gives_other(304, ""), backlog);
}

/// A board.
#[derive(Debug, Serialize, JsonSchema)]
struct Board {
    /// The event that it stands at.
    seq: u64,
    /// The columns from left to right.
    columns: Vec<BoardColumn>,
    /// The labels that cards name.
    labels: Vec<Label>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct BoardColumn {
    /// The column.
    #[serde(flatten)]
    column: Column,
    /// Whether it holds more than its limit advises.
    over_limit: bool,
    /// The cards from top to bottom.
    cards: Vec<Card>,
}

/// What a card shows; the task has the rest.
#[derive(Debug, Serialize, JsonSchema)]
struct Card {
    id: TaskId,
    number: u64,
    title: String,
    r#type: TaskType,
    priority: Priority,
    rank: String,
    estimate: Option<u32>,
    assignees: Vec<UserId>,
    labels: Vec<LabelId>,
    due: Option<Date>,
    epic: Option<EpicId>,
    sprint: Option<SprintId>,
    parent: Option<TaskId>,
    comments: usize,
    version: u64,
}

/// What is planned, and what is not yet.
#[derive(Debug, Serialize, JsonSchema)]
struct Backlog {
    /// The event that it stands at.
    seq: u64,
    /// Planned sprints, each with its open tasks.
    sprints: Vec<PlannedSprint>,
    /// Open tasks in no sprint.
    unplanned: Vec<Card>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct PlannedSprint {
    /// The sprint.
    #[serde(flatten)]
    sprint: Sprint,
    /// Its open tasks, in the order of the board.
    cards: Vec<Card>,
}

fn card(state: &State, task: &Row<Task>) -> Card {
    Card {
        id: task.id,
        number: task.number,
        title: task.title.clone(),
        r#type: task.r#type,
        priority: task.priority,
        rank: task.rank.clone(),
        estimate: task.estimate,
        assignees: task.assignees.iter().copied().collect(),
        labels: task.labels.iter().copied().collect(),
        due: task.due,
        epic: task.epic,
        sprint: task.sprint,
        parent: task.parent,
        comments: state.comments_of(task.id).count(),
        version: task.seq,
    }
}

fn make_board(state: &State) -> Board {
    let columns = state.board_columns().into_iter().map(|column| BoardColumn {
        over_limit: column.wip_limit.is_some_and(|limit| state.population(column.id) > limit as usize),
        cards: state.tasks_in(column.id).map(|task| card(state, task)).collect(),
        column: (*column.value).clone(),
    });
    Board {
        seq: state.seq,
        columns: columns.collect(),
        labels: state.labels.values().map(|label| (*label.value).clone()).collect(),
    }
}

fn make_backlog(state: &State) -> Backlog {
    let columns = state.board_columns();
    let open = || columns.iter().flat_map(|column| state.tasks_in(column.id)).filter(|task| task.done_at.is_none());
    let within = |sprint| open().filter(|task| task.sprint == sprint).map(|task| card(state, task)).collect();
    let planned = state.sprints.values().filter(|sprint| sprint.state == SprintState::Planned);
    let sprints =
        planned.map(|sprint| PlannedSprint { cards: within(Some(sprint.id)), sprint: (*sprint.value).clone() });
    Backlog { seq: state.seq, sprints: sprints.collect(), unplanned: within(None) }
}

async fn board(Of(app): Of<Arc<App>>, project: InProject, headers: HeaderMap) -> Result<Response, Problem> {
    made(&app, &project, &headers, "board", |state| (serde_json::to_vec(&make_board(state)), false)).await
}

async fn backlog(Of(app): Of<Arc<App>>, project: InProject, headers: HeaderMap) -> Result<Response, Problem> {
    made(&app, &project, &headers, "backlog", |state| (serde_json::to_vec(&make_backlog(state)), false)).await
}

/// Answers from memory with what `make` makes of the state, and says whether that is for the asker alone.
pub(super) async fn made(
    app: &App,
    project: &InProject,
    headers: &HeaderMap,
    name: &str,
    make: impl FnOnce(&State) -> (serde_json::Result<Vec<u8>>, bool),
) -> Result<Response, Problem> {
    let (made, hit) = project.slot.cached(name, project.who.user, |state| {
        let (made, private) = make(state);
        // Plain data with string keys always serialises.
        (made.unwrap_or_default(), private)
    });
    Meters::count(if hit { &app.meters.board_cache_hits_total } else { &app.meters.board_cache_misses_total });
    // After a restore the same number is another board.
    let whose = if made.private { format!("-{}", project.who.user) } else { String::new() };
    let tag = format!("\"{}-{}{whose}\"", app.epoch, made.seq);
    if not_modified(headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let kind = (header::CONTENT_TYPE, "application/json".to_owned());
    if !takes_gzip(headers) {
        return Ok(([(header::ETAG, tag), kind], made.plain).into_response());
    }
    // Compressing a large board takes longer than making it; it is kept too, and made beside the requests.
    let bytes = match made.is_compressed() {
        true => made.gzip(),
        false => tokio::task::spawn_blocking(move || made.gzip())
            .await
            .map_err(|error| crate::storage::StoreError::Other(error.to_string()))?,
    };
    let encoding = (header::CONTENT_ENCODING, "gzip".to_owned());
    let vary = (header::VARY, "accept-encoding".to_owned());
    Ok(([(header::ETAG, tag), kind, encoding, vary], bytes).into_response())
}

/// Whether the client takes gzip; one that gives it no weight (`q=0`) does not.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let given = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    given.split(',').any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        name.trim().eq_ignore_ascii_case("gzip") && !matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
    })
}
