//! What people do to tasks, as commands of the domain. Pure.

use std::collections::BTreeSet;

use domain::command::{AnchorFields, TaskFields, TimeFields};
use domain::model::{Category, Priority, Task, TaskType};
use domain::{AnchorId, ColumnId, Command, CommentId, State, TaskId, TimeEntryId, UserId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{TaskError, TaskLine, shown};
use crate::people::People;
use crate::project::Project;

/// The longest name of a branch, in characters.
const LONGEST_BRANCH: usize = 60;

/// Something that is done to a task. Tasks are named by their keys, people by their handles, columns by their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Deed {
    /// Makes a task.
    New {
        /// The project's key; that of the place when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        project: Option<String>,
        /// Title.
        title: String,
        /// Markdown.
        #[serde(default)]
        body: String,
        /// Kind.
        #[serde(default)]
        r#type: TaskType,
        /// Priority.
        #[serde(default)]
        priority: Priority,
        /// Whether it is mine to do.
        #[serde(default)]
        mine: bool,
        /// The place in code that it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        anchor: Option<AnchorFields>,
    },
    /// Makes it mine and moves it to where work is done.
    Start {
        /// Which.
        task: String,
    },
    /// Moves it to where finished work is.
    Finish {
        /// Which.
        task: String,
    },
    /// Moves it to a column.
    Move {
        /// Which.
        task: String,
        /// The column's name.
        to: String,
    },
    /// Writes a comment.
    Comment {
        /// Which.
        task: String,
        /// Markdown.
        text: String,
    },
    /// Logs time.
    Log {
        /// Which.
        task: String,
        /// How long.
        minutes: u32,
        /// What was done.
        #[serde(default)]
        note: String,
    },
    /// Gives it to a person, or to nobody.
    Assign {
        /// Which.
        task: String,
        /// A handle, or `me`; nobody when left out.
        #[serde(default)]
        to: Option<String>,
    },
    /// Changes title or text.
    Edit {
        /// Which.
        task: String,
        /// Title.
        #[serde(default)]
        title: Option<String>,
        /// Markdown.
        #[serde(default)]
        body: Option<String>,
    },
    /// Ties it to a place in code.
    Anchor {
        /// Which.
        task: String,
        /// Where.
        anchor: AnchorFields,
    },
}

impl Deed {
    /// The key of the task that it is done to; none for a new one.
    pub fn task(&self) -> Option<&str> {
        match self {
            Deed::New { .. } => None,
            Deed::Start { task }
            | Deed::Finish { task }
            | Deed::Move { task, .. }
            | Deed::Comment { task, .. }
            | Deed::Log { task, .. }
            | Deed::Assign { task, .. }
            | Deed::Edit { task, .. }
            | Deed::Anchor { task, .. } => Some(task),
        }
    }

    /// The task and what is to be asked of the server; nothing when all is so already.
    pub(super) fn commands(
        &self,
        state: &State,
        me: UserId,
        people: &People,
        today: Date,
    ) -> Result<(TaskId, Vec<Command>), TaskError> {
        let task = match self.task() {
            Some(key) => Some(find(state, key)?),
            None => None,
        };
        let id = task.map_or_else(TaskId::fresh, |task| task.id);
        let commands = match (self, task) {
            (Deed::New { title, body, r#type, priority, mine, anchor, .. }, _) => {
                let fields = TaskFields {
                    title: Some(title.clone()),
                    body: Some(body.clone()).filter(|body| !body.is_empty()),
                    r#type: Some(*r#type),
                    priority: Some(*priority),
                    assignees: mine.then(|| BTreeSet::from([me])),
                    ..TaskFields::default()
                };
                let anchor = anchor.as_ref().map(|fields| anchor_command(id, fields));
                [Command::CreateTask { id, fields, column: None }].into_iter().chain(anchor).collect()
            }
            (Deed::Start { .. }, Some(task)) => {
                let mut assignees = task.assignees.clone();
                let fields =
                    assignees.insert(me).then(|| TaskFields { assignees: Some(assignees), ..Default::default() });
                let is_doing = category(state, task.column) == Some(Category::Doing);
                let moved = if is_doing { None } else { Some(move_command(id, column_of(state, Category::Doing)?)) };
                fields.map(|fields| Command::UpdateTask { id, fields }).into_iter().chain(moved).collect()
            }
            (Deed::Finish { .. }, Some(task)) => match category(state, task.column) {
                Some(Category::Done) => Vec::new(),
                _ => vec![move_command(id, column_of(state, Category::Done)?)],
            },
            (Deed::Move { to, .. }, Some(task)) => {
                let column = column_named(state, to)?;
                if column == task.column { Vec::new() } else { vec![move_command(id, column)] }
            }
            (Deed::Comment { text, .. }, _) => {
                vec![Command::CreateComment { id: CommentId::fresh(), task: id, body: text.clone(), reply_to: None }]
            }
            (Deed::Log { minutes, note, .. }, _) => {
                let fields = TimeFields { minutes: Some(*minutes), day: Some(today), note: Some(note.clone()) };
                vec![Command::CreateTimeEntry { id: TimeEntryId::fresh(), task: id, fields }]
            }
            (Deed::Assign { to, .. }, _) => {
                let assignees = match to.as_deref() {
                    None => BTreeSet::new(),
                    Some("me") => BTreeSet::from([me]),
                    Some(handle) => BTreeSet::from([person(people, handle)?]),
                };
                vec![update(id, TaskFields { assignees: Some(assignees), ..Default::default() })]
            }
            (Deed::Edit { title, body, .. }, _) => {
                vec![update(id, TaskFields { title: title.clone(), body: body.clone(), ..Default::default() })]
            }
            (Deed::Anchor { anchor, .. }, _) => vec![anchor_command(id, anchor)],
            (Deed::Start { .. } | Deed::Finish { .. } | Deed::Move { .. }, None) => Vec::new(),
        };
        Ok((id, commands))
    }

    /// What a new task would look like in a list.
    pub(super) fn would_be(&self, project: &Project) -> Option<TaskLine> {
        let Deed::New { title, r#type, priority, mine, .. } = self else { return None };
        project.read(|replica| {
            let state = replica.shown();
            let column = state.board_columns().into_iter().next()?;
            Some(TaskLine {
                id: TaskId::fresh(),
                key: shown::key(state, state.project()?.last_number + 1),
                title: title.trim().to_owned(),
                status: column.name.clone(),
                category: column.category,
                r#type: *r#type,
                priority: *priority,
                assignees: if *mine { vec![project.people().named(project.me()).handle] } else { Vec::new() },
                mine: *mine,
                sprint: None,
                labels: Vec::new(),
                due: None,
                blocked_by: Vec::new(),
                pending: true,
            })
        })
    }
}

fn update(id: TaskId, fields: TaskFields) -> Command {
    Command::UpdateTask { id, fields }
}

fn move_command(id: TaskId, column: ColumnId) -> Command {
    Command::MoveTask { id, column: Some(column), after: None, before: None }
}

fn anchor_command(task: TaskId, fields: &AnchorFields) -> Command {
    Command::CreateAnchor { id: AnchorId::fresh(), task, fields: fields.clone() }
}

fn find<'s>(state: &'s State, key: &str) -> Result<&'s Task, TaskError> {
    let number = key.rsplit_once('-').and_then(|(_, number)| number.parse().ok());
    let task = number.and_then(|number| state.task_by_number(number));
    task.map(|row| &*row.value).ok_or_else(|| TaskError::Unknown(key.to_owned()))
}

fn category(state: &State, column: ColumnId) -> Option<Category> {
    state.columns.get(&column).map(|column| column.category)
}

/// The leftmost column of a meaning.
fn column_of(state: &State, wanted: Category) -> Result<ColumnId, TaskError> {
    let found = state.board_columns().into_iter().find(|column| column.category == wanted);
    found.map(|column| column.id).ok_or_else(|| {
        let what = match wanted {
            Category::Todo => "to do",
            Category::Doing => "work in progress",
            Category::Done => "finished work",
        };
        TaskError::Invalid(format!("the board has no column for {what}"))
    })
}

fn column_named(state: &State, name: &str) -> Result<ColumnId, TaskError> {
    let columns = state.board_columns();
    let found = columns.iter().find(|column| column.name.eq_ignore_ascii_case(name.trim()));
    found.map(|column| column.id).ok_or_else(|| {
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        TaskError::Invalid(format!("the board has no column {name:?}; it has {}", names.join(", ")))
    })
}

fn person(people: &People, handle: &str) -> Result<UserId, TaskError> {
    people.by_handle(handle).map(|person| person.id).ok_or_else(|| {
        let known: Vec<String> =
            people.iter().filter(|person| person.member).map(|person| format!("@{}", person.handle)).collect();
        let known = if known.is_empty() { "nobody yet".to_owned() } else { known.join(", ") };
        TaskError::Invalid(format!("nobody here is called {handle:?}; known: {known}"))
    })
}

/// A name for a branch of a task: `DM-12-short-title`, of letters, digits and `-` that every system takes.
pub fn branch_name(key: &str, title: &str) -> String {
    let mut name = key.to_owned();
    let words = title.split(|symbol: char| !symbol.is_alphanumeric()).filter(|word| !word.is_empty());
    for word in words {
        let word: String = word.to_lowercase().chars().filter(char::is_ascii).collect();
        if word.is_empty() || name.len() + 1 + word.len() > LONGEST_BRANCH {
            continue;
        }
        name.push('-');
        name += &word;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::branch_name;

    #[test]
    fn branches_are_named_by_key_and_words() {
        assert_eq!(branch_name("DM-12", "Write the queue: first!"), "DM-12-write-the-queue-first");
        assert_eq!(branch_name("DM-3", "  "), "DM-3");
        assert_eq!(branch_name("DM-4", "Größe ../.. `rm -rf`"), "DM-4-gre-rm-rf");
        assert!(branch_name("DM-5", &"word ".repeat(100)).len() <= 60);
    }
}
