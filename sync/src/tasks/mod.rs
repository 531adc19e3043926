//! What surfaces, the command line and agents ask of boards and do to them: plain data that travels as JSON.

mod deed;
mod shown;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

use domain::command::AnchorFields;
use domain::model::{Category, Task};
use domain::query::{Asker, Query};
use domain::{Command, ProjectId, State, TaskId, UserId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::hub::{Hub, HubError};
use crate::project::{Project, SubmitError, Submitted};

pub use deed::{Deed, branch_name};
pub use shown::{AnchorShown, CommentShown, TaskLine, TaskShown};

/// Why a question about tasks has no answer, or something was not done to one.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// There is no such task.
    #[error("there is no task {0} here")]
    Unknown(String),
    /// Nobody knows in which project.
    #[error("{0}")]
    NoProject(String),
    /// What was asked makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// It was not taken.
    #[error(transparent)]
    NotDone(#[from] SubmitError),
    /// The project could not be made or remembered.
    #[error(transparent)]
    Hub(#[from] HubError),
}

/// Where somebody works: which project is meant depends on it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Place {
    /// How the repository is known everywhere: its remote without credentials, else its folder.
    pub repository: String,
    /// The folder's name, from which a project of one's own is named.
    pub name: String,
    /// The key of the project, when the repository's configuration says it.
    pub project: Option<String>,
}

/// Which tasks are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ListRequest {
    /// In the query language of lists; everything that is open when empty.
    pub query: String,
    /// Only this project, by its key; else that of the place, else all.
    pub project: Option<String>,
    /// Where it is asked.
    pub place: Option<Place>,
    /// At most so many.
    pub limit: Option<usize>,
}

/// A board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Board {
    /// The project's key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// From left to right.
    pub columns: Vec<BoardColumn>,
}

/// A column of a board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BoardColumn {
    /// Its name.
    pub name: String,
    /// What it means.
    pub category: Category,
    /// How many tasks should be in it at most.
    pub wip_limit: Option<u32>,
    /// From top to bottom.
    pub tasks: Vec<TaskLine>,
}

/// The tasks that are wanted: mine first, then by priority, then as they stand on the boards. Only those that are shown are written out.
fn chosen(projects: &[Project], limit: usize, wanted: impl Fn(&State, UserId, &Task) -> bool) -> Vec<TaskLine> {
    let mut lines = Vec::new();
    for project in projects {
        let (me, people) = (project.me(), project.people());
        project.read(|replica| {
            let state = replica.shown();
            let columns = state.board_columns();
            let tasks = columns.iter().flat_map(|column| state.tasks_in(column.id));
            let mut found: Vec<_> = tasks.filter(|task| wanted(state, me, task)).collect();
            found.sort_by_key(|task| (!task.assignees.contains(&me), Reverse(task.priority)));
            lines.extend(found.into_iter().take(limit).map(|task| TaskLine::new(replica, task, me, &people)));
        });
    }
    lines.sort_by_key(|line| (!line.mine, Reverse(line.priority)));
    lines.truncate(limit);
    lines
}

/// The most tasks of a list.
const MOST: usize = 1_000;

/// What a [`Deed`] did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Done {
    /// The task afterwards.
    pub task: TaskLine,
    /// Whether anything changed; what was so already needs no change.
    pub changed: bool,
    /// Whether the server has not confirmed it yet. The number of a new task may change until then.
    pub waits: bool,
    /// The name that a branch for the task could have.
    pub branch: String,
}

impl Hub {
    /// The tasks that a request wants, mine first, then by priority and place on the board.
    ///
    /// # Errors
    /// The query cannot be understood, or the project is unknown.
    pub fn list(&self, request: &ListRequest, today: Date) -> Result<Vec<TaskLine>, TaskError> {
        let text = if request.query.trim().is_empty() { "status:open" } else { &request.query };
        let query = Query::parse(text).map_err(|error| TaskError::Invalid(error.to_string()))?;
        let projects = match (&request.project, &request.place) {
            (Some(key), _) => vec![self.project_by_key(key)?],
            (None, Some(place)) => match self.project_of(place)? {
                Some(project) => vec![project],
                None => self.projects(),
            },
            (None, None) => self.projects(),
        };
        let limit = request.limit.unwrap_or(MOST).min(MOST);
        Ok(chosen(&projects, limit, |state, me, task| query.matches(state, &Asker { me, today }, task)))
    }

    /// Open tasks for completion, mine first: those whose number or title fits what was typed.
    pub fn offered(&self, place: Option<&Place>, typed: &str, limit: usize) -> Vec<TaskLine> {
        let here = place.and_then(|place| self.project_of(place).ok().flatten());
        let projects = here.map_or_else(|| self.projects(), |project| vec![project]);
        let typed = typed.to_lowercase();
        chosen(&projects, limit.min(MOST), |_, _, task| {
            let fits = || task.title.to_lowercase().contains(&typed) || task.number.to_string().starts_with(&typed);
            task.done_at.is_none() && (typed.is_empty() || fits())
        })
    }

    /// The board of a project, from left to right and from top to bottom; of the project of the place when none is named.
    ///
    /// # Errors
    /// The project is unknown, or there are several.
    pub fn board(&self, project: Option<&str>, place: Option<&Place>) -> Result<Board, TaskError> {
        let several = || TaskError::NoProject(format!("which project? There are {}", self.known_keys()));
        let project = match (project, place) {
            (Some(key), _) => self.project_by_key(key)?,
            (None, Some(place)) => self.project_of(place)?.ok_or_else(several)?,
            (None, None) => return Err(several()),
        };
        let (me, people) = (project.me(), project.people());
        project.read(|replica| {
            let state = replica.shown();
            let shown = state.project().ok_or(TaskError::NotDone(SubmitError::Unread))?;
            let columns = state.board_columns().into_iter().map(|column| BoardColumn {
                name: column.name.clone(),
                category: column.category,
                wip_limit: column.wip_limit,
                tasks: state.tasks_in(column.id).map(|task| TaskLine::new(replica, task, me, &people)).collect(),
            });
            Ok(Board { key: shown.key.clone(), name: shown.name.clone(), columns: columns.collect() })
        })
    }

    /// Everything about one task.
    ///
    /// # Errors
    /// There is no such task.
    pub fn show(&self, key: &str) -> Result<TaskShown, TaskError> {
        let (project, task) = self.task(key).ok_or_else(|| TaskError::Unknown(key.to_owned()))?;
        self.shown(&project, task).ok_or_else(|| TaskError::Unknown(key.to_owned()))
    }

    /// The page of a task on the dashboard, if there is such a task.
    pub fn url_of(&self, key: &str) -> Option<String> {
        let (project, task) = self.task(key)?;
        project.read(|it| {
            let (state, server) = (it.shown(), self.server().base());
            Some(shown::url(server, &state.project()?.key, state.tasks.get(&task)?.number))
        })
    }

    /// The names of the columns that a task may be in, from left to right.
    pub fn columns_of(&self, key: &str) -> Vec<String> {
        let Some((project, _)) = self.task(key) else { return Vec::new() };
        project.read(|it| it.shown().board_columns().iter().map(|column| column.name.clone()).collect())
    }

    /// A task in a list, by its identity.
    pub fn line(&self, task: TaskId) -> Option<TaskLine> {
        self.projects().iter().find_map(|project| {
            let (me, people) = (project.me(), project.people());
            project.read(|replica| Some(TaskLine::new(replica, replica.shown().tasks.get(&task)?, me, &people)))
        })
    }

    /// A task when the server has confirmed it, or as it is when that takes longer than `limit`: until then the number of a new one may change.
    pub async fn settled(&self, done: Done, limit: Duration) -> Done {
        let id = done.task.id;
        let mut changes = self.changes();
        let confirmed =
            async { while self.line(id).is_some_and(|line| line.pending) && changes.changed().await.is_ok() {} };
        // As it is then, it is told as not confirmed.
        let _ = tokio::time::timeout(limit, confirmed).await;
        let task = self.line(id).unwrap_or(done.task);
        Done { waits: task.pending, branch: branch_name(&task.key, &task.title), task, changed: done.changed }
    }

    fn shown(&self, project: &Project, task: TaskId) -> Option<TaskShown> {
        let (me, people) = (project.me(), project.people());
        let url = self.server().base().clone();
        project.read(|replica| TaskShown::new(replica, replica.shown().tasks.get(&task)?, me, &people, &url))
    }

    /// Does something to a task, or makes one. With `preview` nothing is changed, and the answer says what would be.
    ///
    /// # Errors
    /// [`TaskError`]; then nothing was changed.
    pub async fn act(&self, deed: &Deed, place: Option<&Place>, preview: bool) -> Result<Done, TaskError> {
        let project = match (deed.task(), deed) {
            (Some(key), _) => self.task(key).ok_or_else(|| TaskError::Unknown(key.to_owned()))?.0,
            (None, Deed::New { project: Some(key), .. }) => self.project_by_key(key)?,
            (None, _) => self.project_for_new(place, preview).await?,
        };
        let (me, people) = (project.me(), project.people());
        let (task, commands) = project.read(|replica| deed.commands(replica.shown(), me, &people, self.today()))?;
        let command = match commands.len() {
            0 => None,
            1 => commands.into_iter().next(),
            _ => Some(Command::Bulk { commands }),
        };
        let mut changed = false;
        if let Some(command) = command {
            changed = match preview {
                true => project.try_out(&command)?,
                false => project.submit(command).await? != Submitted::Nothing,
            };
        }
        let unknown = || TaskError::Unknown(deed.task().unwrap_or("that was made").to_owned());
        let line = project
            .read(|replica| replica.shown().tasks.get(&task).map(|task| TaskLine::new(replica, task, me, &people)));
        let line = match (line, preview) {
            (Some(line), _) => line,
            (None, true) => deed.would_be(&project).ok_or_else(unknown)?,
            (None, false) => return Err(unknown()),
        };
        let branch = branch_name(&line.key, &line.title);
        Ok(Done { waits: line.pending, task: line, changed, branch })
    }

    /// The project that a place is about: what its configuration says, what was remembered, or the only one there is. None when there are several.
    ///
    /// # Errors
    /// The configuration names a project that is not here.
    pub fn project_of(&self, place: &Place) -> Result<Option<Project>, TaskError> {
        if let Some(key) = &place.project {
            return self.project_by_key(key).map(Some);
        }
        if let Some(bound) = self.bound(&place.repository) {
            return Ok(Some(bound));
        }
        let mut all = self.projects();
        Ok(if all.len() == 1 && !self.is_solo() { all.pop() } else { None })
    }

    async fn project_for_new(&self, place: Option<&Place>, preview: bool) -> Result<Project, TaskError> {
        if let Some(place) = place {
            if let Some(project) = self.project_of(place)? {
                return Ok(project);
            }
            if self.is_solo() && !preview && !place.repository.is_empty() {
                return Ok(self.make_project_for(place).await?);
            }
        }
        let keys: Vec<String> = self.keys().into_values().collect();
        Err(TaskError::NoProject(match keys.as_slice() {
            [] => "there is no project yet; `devmentor project new KEY` makes one".to_owned(),
            keys => format!(
                "which project? Say one of {}, or write `project = \"{}\"` below `[tasks]` in the repository's devmentor.toml",
                keys.join(", "),
                keys[0]
            ),
        }))
    }

    /// A project by its key, whatever its case.
    ///
    /// # Errors
    /// There is none; the text names those that are.
    pub fn project_by_key(&self, key: &str) -> Result<Project, TaskError> {
        let found = self.keys().into_iter().find(|(_, known)| known.eq_ignore_ascii_case(key));
        let unknown = || TaskError::NoProject(format!("there is no project {key}; known here: {}", self.known_keys()));
        found.and_then(|(id, _)| self.project(id)).ok_or_else(unknown)
    }

    fn known_keys(&self) -> String {
        let keys: Vec<String> = self.keys().into_values().collect();
        if keys.is_empty() { "none yet".to_owned() } else { keys.join(", ") }
    }

    /// The projects that were read, with their keys.
    pub fn keys(&self) -> BTreeMap<ProjectId, String> {
        let key = |project: &Project| project.read(|it| it.shown().project().map(|row| row.key.clone()));
        self.projects().iter().filter_map(|project| Some((project.id(), key(project)?))).collect()
    }

    /// The tasks that are anchored in a file, each with its anchor.
    pub fn anchored(&self, repository: &str, path: &str) -> Vec<(AnchorFields, TaskLine)> {
        let mut found = Vec::new();
        for project in self.projects() {
            let (me, people) = (project.me(), project.people());
            project.read(|replica| {
                let state = replica.shown();
                let here = state.anchors.values().filter(|it| it.path == path && it.repository == repository);
                found.extend(here.filter_map(|anchor| {
                    let task = state.tasks.get(&anchor.task)?;
                    Some((shown::fields(anchor), TaskLine::new(replica, task, me, &people)))
                }));
            });
        }
        found
    }
}
