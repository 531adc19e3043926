//! Commands: intents, never whole documents. A field that is left out stays as it is; `null` empties one that may be empty.
//! Identities of new things are made by the client, so that it can show them before the server has answered.

use std::collections::BTreeSet;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::{Permission, ids::*, model::*, roles::Role};

/// Tells "left out" from "null": a field that is there is `Some`, whatever it holds.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

macro_rules! patch {
    ($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $ty:ty,)* } nullable { $($(#[$ndoc:meta])* $nullable:ident: $nty:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$fdoc])* #[serde(default, skip_serializing_if = "Option::is_none")] pub $field: Option<$ty>,)*
            $($(#[$ndoc])* #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")] pub $nullable: Option<Option<$nty>>,)*
        }
    };
}

patch! {
    /// Fields of a task.
    TaskFields {
        /// Title.
        title: String,
        /// Markdown.
        body: String,
        /// Kind.
        r#type: TaskType,
        /// Priority.
        priority: Priority,
        /// Who works on it.
        assignees: BTreeSet<UserId>,
        /// Labels.
        labels: BTreeSet<LabelId>,
    } nullable {
        /// Estimate in points, at most 1,000,000.
        estimate: u32,
        /// Due date.
        due: Date,
        /// The task that this is a part of.
        parent: TaskId,
        /// Epic.
        epic: EpicId,
        /// Sprint.
        sprint: SprintId,
    }
}

patch! {
    /// Fields of a project.
    ProjectFields {
        /// Name.
        name: String,
        /// Markdown.
        description: String,
        /// Archived projects can be read, not changed.
        archived: bool,
    } nullable {}
}

patch! {
    /// Fields of a column.
    ColumnFields {
        /// Name.
        name: String,
        /// What it means.
        category: Category,
        /// Whether the limit refuses another task, or only advises.
        wip_enforced: bool,
    } nullable {
        /// How many tasks should be in it at most, at least 1.
        wip_limit: u32,
    }
}

patch! {
    /// Fields of a label.
    LabelFields {
        /// Name, unique in the project whatever the case.
        name: String,
        /// `#rrggbb`.
        color: String,
    } nullable {}
}

patch! {
    /// Fields of an epic.
    EpicFields {
        /// Title.
        title: String,
        /// Markdown.
        body: String,
        /// `#rrggbb`.
        color: String,
        /// Whether it is finished.
        done: bool,
    } nullable {
        /// Planned start.
        start: Date,
        /// Planned end.
        due: Date,
    }
}

patch! {
    /// Fields of a sprint.
    SprintFields {
        /// Name.
        name: String,
        /// What it is for.
        goal: String,
    } nullable {
        /// Planned first day.
        starts: Date,
        /// Planned last day.
        ends: Date,
    }
}

patch! {
    /// Fields of a time entry.
    TimeFields {
        /// 1 to 10,080.
        minutes: u32,
        /// On which day.
        day: Date,
        /// What was done.
        note: String,
    } nullable {}
}

patch! {
    /// Fields of a saved view.
    ViewFields {
        /// Name.
        name: String,
        /// The query.
        query: String,
        /// How it is shown.
        layout: Layout,
        /// Whether everybody in the project sees it.
        shared: bool,
    } nullable {}
}

patch! {
    /// Fields of a code anchor.
    AnchorFields {
        /// The repository.
        repository: String,
        /// Path in the repository.
        path: String,
        /// The symbol's path, or empty.
        symbol: String,
        /// Hash of the anchored text.
        content_hash: String,
        /// First line, from 1.
        start_line: u32,
        /// Last line.
        end_line: u32,
    } nullable {}
}

patch! {
    /// Fields of a team.
    TeamFields {
        /// Name.
        name: String,
        /// Everybody in it; all must be members of the organisation.
        members: BTreeSet<UserId>,
    } nullable {}
}

patch! {
    /// Fields of a role.
    RoleFields {
        /// Name.
        name: String,
        /// What it allows; nothing that the definer may not do.
        permissions: BTreeSet<Permission>,
    } nullable {}
}

/// How two tasks are linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The other one cannot be finished before this one.
    Blocks,
    /// They have to do with each other.
    Relates,
    /// This one says the same as the other, which is kept.
    Duplicates,
}

macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident $kind:literal $permission:ident { $($(#[$fdoc:meta])* $field:ident: $ty:ty),* $(,)? })*) => {
        /// Everything that can be asked of a stream.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(tag = "type", deny_unknown_fields)]
        pub enum Command {
            $($(#[$doc])* #[serde(rename = $kind)] $name { $($(#[$fdoc])* $field: $ty),* },)*
        }

        /// A command under its kind as a key. Where the kind stands among the fields, as in [`Command`], a reader cannot say
        /// which field it stumbled over.
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        #[allow(dead_code, reason = "only whether it can be read is asked")]
        enum Keyed {
            $(#[serde(rename = $kind)] $name { $($(#[$fdoc])* $field: $ty),* },)*
        }

        impl Command {
            /// The name in JSON and in events.
            pub const fn kind(&self) -> &'static str {
                match self { $(Self::$name { .. } => $kind),* }
            }

            /// What the actor needs at the least. Rules about one's own things and other people's stand with the rules.
            pub const fn permission(&self) -> Permission {
                match self { $(Self::$name { .. } => Permission::$permission),* }
            }

            /// What the actor needs at the least for a command of this name; `None` when there is none.
            pub fn permission_for(kind: &str) -> Option<Permission> {
                match kind { $($kind => Some(Permission::$permission),)* _ => None }
            }

            /// The names of all commands.
            pub const KINDS: &[&str] = &[$($kind),*];
        }
    };
}

/// Where a JSON value is no command, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// A JSON pointer without the leading slash; empty for the whole.
    pub place: String,
    /// The reason, in words.
    pub reason: String,
}

impl Command {
    /// Reads a command.
    ///
    /// # Errors
    /// The first place that does not fit.
    pub fn read(value: &serde_json::Value) -> Result<Self, Misfit> {
        Self::deserialize(value).map_err(|error| {
            misfit(value).unwrap_or_else(|| Misfit { place: String::new(), reason: error.to_string() })
        })
    }
}

fn misfit(value: &serde_json::Value) -> Option<Misfit> {
    use serde_json::Value;
    let at = |place: &str, reason: String| Some(Misfit { place: place.to_owned(), reason });
    let Value::Object(fields) = value else { return at("", "a command is an object".to_owned()) };
    let Some(Value::String(kind)) = fields.get("type") else {
        return at("type", "type is a command's name".to_owned());
    };
    if !Command::KINDS.contains(&&**kind) {
        return at("type", format!("there is no command {kind:.60}"));
    }
    if let (Some(Value::Array(parts)), "bulk") = (fields.get("commands"), &**kind) {
        let found = parts.iter().enumerate().find_map(|(number, part)| Some((number, misfit(part)?)));
        if let Some((number, part)) = found {
            let place = format!("commands/{number}/{}", part.place);
            return at(place.trim_end_matches('/'), part.reason);
        }
    }
    let rest: serde_json::Map<_, _> = fields.clone().into_iter().filter(|(name, _)| name != "type").collect();
    let keyed = Value::Object([(kind.clone(), Value::Object(rest))].into_iter().collect());
    let error = serde_path_to_error::deserialize::<_, Keyed>(&keyed).err()?;
    let parts = error.path().iter().filter_map(|segment| match segment {
        serde_path_to_error::Segment::Seq { index } => Some(index.to_string()),
        serde_path_to_error::Segment::Map { key } => Some(key.clone()),
        serde_path_to_error::Segment::Enum { .. } | serde_path_to_error::Segment::Unknown => None,
    });
    at(&parts.collect::<Vec<_>>().join("/"), error.inner().to_string())
}

/// Shorthand: a field that may be left out.
type Maybe<T> = Option<T>;

commands! {
    /// Changes the project.
    UpdateProject "project.update" Configure {
        /// What changes.
        fields: ProjectFields,
    }
    /// Deletes the project for good.
    DeleteProject "project.delete" DeleteProject {
        /// The project's key, to prove that it is meant.
        confirm: String,
    }
    /// Invites a person, or changes their role in the project.
    SetMember "member.set" Share {
        /// Who.
        user: UserId,
        /// Their role here.
        role: Role,
    }
    /// Ends a person's place in the project.
    RemoveMember "member.remove" Share {
        /// Who.
        user: UserId,
    }
    /// Invites a team, or changes its role in the project.
    SetTeamGrant "team_grant.set" Share {
        /// Which.
        team: TeamId,
        /// Their role here.
        role: Role,
    }
    /// Ends a team's place in the project.
    RemoveTeamGrant "team_grant.remove" Share {
        /// Which.
        team: TeamId,
    }
    /// Adds a column at the right end, or after another.
    CreateColumn "column.create" Configure {
        /// Its identity.
        id: ColumnId,
        /// `name` is needed.
        fields: ColumnFields,
        /// The column to its left.
        #[serde(default)]
        after: Maybe<ColumnId>,
    }
    /// Changes a column.
    UpdateColumn "column.update" Configure {
        /// Which.
        id: ColumnId,
        /// What changes.
        fields: ColumnFields,
    }
    /// Moves a column.
    MoveColumn "column.move" Configure {
        /// Which.
        id: ColumnId,
        /// The column to its left; none for the first place.
        #[serde(default)]
        after: Maybe<ColumnId>,
    }
    /// Deletes a column; its tasks go to another.
    DeleteColumn "column.delete" Configure {
        /// Which.
        id: ColumnId,
        /// Where its tasks go; may be left out when it is empty.
        #[serde(default)]
        move_tasks_to: Maybe<ColumnId>,
    }
    /// Makes a label.
    CreateLabel "label.create" Plan {
        /// Its identity.
        id: LabelId,
        /// `name` is needed.
        fields: LabelFields,
    }
    /// Changes a label.
    UpdateLabel "label.update" Plan {
        /// Which.
        id: LabelId,
        /// What changes.
        fields: LabelFields,
    }
    /// Deletes a label and takes it off every task.
    DeleteLabel "label.delete" Plan {
        /// Which.
        id: LabelId,
    }
    /// Makes an epic.
    CreateEpic "epic.create" Plan {
        /// Its identity.
        id: EpicId,
        /// `title` is needed.
        fields: EpicFields,
    }
    /// Changes an epic.
    UpdateEpic "epic.update" Plan {
        /// Which.
        id: EpicId,
        /// What changes.
        fields: EpicFields,
    }
    /// Deletes an epic; its tasks stay.
    DeleteEpic "epic.delete" Plan {
        /// Which.
        id: EpicId,
    }
    /// Makes a sprint.
    CreateSprint "sprint.create" Plan {
        /// Its identity.
        id: SprintId,
        /// `name` is needed.
        fields: SprintFields,
    }
    /// Changes a sprint that is not closed.
    UpdateSprint "sprint.update" Plan {
        /// Which.
        id: SprintId,
        /// What changes.
        fields: SprintFields,
    }
    /// Starts a planned sprint; none other may run.
    StartSprint "sprint.start" Plan {
        /// Which.
        id: SprintId,
    }
    /// Closes the running sprint; what is not done goes to another sprint or to the backlog.
    CloseSprint "sprint.close" Plan {
        /// Which.
        id: SprintId,
        /// Where unfinished tasks go; the backlog when left out.
        #[serde(default)]
        carry_over_to: Maybe<SprintId>,
    }
    /// Deletes a sprint that never ran; its tasks go to the backlog.
    DeleteSprint "sprint.delete" Plan {
        /// Which.
        id: SprintId,
    }
    /// Makes a task at the bottom of a column.
    CreateTask "task.create" Write {
        /// Its identity.
        id: TaskId,
        /// `title` is needed.
        fields: TaskFields,
        /// The column; the first one when left out.
        #[serde(default)]
        column: Maybe<ColumnId>,
    }
    /// Changes a task.
    UpdateTask "task.update" Write {
        /// Which.
        id: TaskId,
        /// What changes.
        fields: TaskFields,
    }
    /// Moves a task: to a column, or within it. Without neighbours it goes to the bottom. With both, `after` decides
    /// when they are no longer side by side.
    MoveTask "task.move" Write {
        /// Which.
        id: TaskId,
        /// Where to; its own column when left out.
        #[serde(default)]
        column: Maybe<ColumnId>,
        /// The task above it.
        #[serde(default)]
        after: Maybe<TaskId>,
        /// The task below it.
        #[serde(default)]
        before: Maybe<TaskId>,
    }
    /// Deletes a task with its comments, times and anchors; parts of it stand alone afterwards.
    DeleteTask "task.delete" DeleteTask {
        /// Which.
        id: TaskId,
    }
    /// Links two tasks.
    LinkTasks "task.link" Write {
        /// This one …
        id: TaskId,
        /// … blocks, relates to, duplicates …
        relation: Relation,
        /// … that one.
        other: TaskId,
    }
    /// Takes a link away.
    UnlinkTasks "task.unlink" Write {
        /// This one.
        id: TaskId,
        /// The link's kind.
        relation: Relation,
        /// The other one.
        other: TaskId,
    }
    /// Hear of changes of a task, or no longer.
    WatchTask "task.watch" Comment {
        /// Which.
        id: TaskId,
        /// Whether to watch.
        watching: bool,
    }
    /// Writes a comment.
    CreateComment "comment.create" Comment {
        /// Its identity.
        id: CommentId,
        /// On which task.
        task: TaskId,
        /// Markdown.
        body: String,
        /// The comment it answers.
        #[serde(default)]
        reply_to: Maybe<CommentId>,
    }
    /// Changes one's own comment; other people's with `project:moderate`.
    UpdateComment "comment.update" Comment {
        /// Which.
        id: CommentId,
        /// Markdown.
        body: String,
    }
    /// Deletes one's own comment; other people's with `project:moderate`.
    DeleteComment "comment.delete" Comment {
        /// Which.
        id: CommentId,
    }
    /// Reacts to a comment with an emoji, or takes it back.
    React "comment.react" Comment {
        /// Which.
        id: CommentId,
        /// The emoji, at most 16 characters.
        emoji: String,
        /// Whether the reaction is to be there.
        on: bool,
    }
    /// Logs one's own time.
    CreateTimeEntry "time_entry.create" Write {
        /// Its identity.
        id: TimeEntryId,
        /// On which task.
        task: TaskId,
        /// `minutes` and `day` are needed.
        fields: TimeFields,
    }
    /// Changes one's own time; other people's with `project:moderate`.
    UpdateTimeEntry "time_entry.update" Write {
        /// Which.
        id: TimeEntryId,
        /// What changes.
        fields: TimeFields,
    }
    /// Deletes one's own time; other people's with `project:moderate`.
    DeleteTimeEntry "time_entry.delete" Write {
        /// Which.
        id: TimeEntryId,
    }
    /// Saves a view.
    CreateView "view.create" Write {
        /// Its identity.
        id: ViewId,
        /// `name` and `query` are needed.
        fields: ViewFields,
    }
    /// Changes one's own view; shared ones of others with `project:plan`.
    UpdateView "view.update" Write {
        /// Which.
        id: ViewId,
        /// What changes.
        fields: ViewFields,
    }
    /// Deletes one's own view; shared ones of others with `project:plan`.
    DeleteView "view.delete" Write {
        /// Which.
        id: ViewId,
    }
    /// Ties a task to a place in code.
    CreateAnchor "anchor.create" Write {
        /// Its identity.
        id: AnchorId,
        /// Which task.
        task: TaskId,
        /// `repository`, `path`, `start_line` and `end_line` are needed.
        fields: AnchorFields,
    }
    /// Says where the place is now.
    UpdateAnchor "anchor.update" Write {
        /// Which.
        id: AnchorId,
        /// What changes.
        fields: AnchorFields,
    }
    /// Unties.
    DeleteAnchor "anchor.delete" Write {
        /// Which.
        id: AnchorId,
    }
    /// Does several things or none, as one event. Each needs its own permission.
    Bulk "bulk" Read {
        /// 1 to 500 commands; none of them a bulk, and none that deletes the project.
        commands: Vec<Command>,
    }
    /// Renames the organisation.
    RenameOrg "org.rename" Administer {
        /// Its new name.
        name: String,
    }
    /// Takes someone in, or changes their role. Owners are appointed by owners.
    SetOrgMember "org_member.set" ManageMembers {
        /// Who.
        user: UserId,
        /// Their role.
        role: Role,
    }
    /// Ends someone's place in the organisation and its teams.
    RemoveOrgMember "org_member.remove" ManageMembers {
        /// Who.
        user: UserId,
    }
    /// Makes or changes a team.
    SetTeam "team.set" ManageMembers {
        /// Its identity.
        id: TeamId,
        /// Its name.
        name: String,
        /// Everybody in it; all must be members of the organisation.
        members: BTreeSet<UserId>,
    }
    /// Changes a team.
    UpdateTeam "team.update" ManageMembers {
        /// Which.
        id: TeamId,
        /// What changes.
        fields: TeamFields,
    }
    /// Deletes a team.
    DeleteTeam "team.delete" ManageMembers {
        /// Which.
        id: TeamId,
    }
    /// Defines or changes a role.
    SetRole "role.set" Administer {
        /// Its identity.
        id: RoleId,
        /// Its name.
        name: String,
        /// What it allows; nothing that the definer may not do.
        permissions: BTreeSet<Permission>,
    }
    /// Changes a role.
    UpdateRole "role.update" Administer {
        /// Which.
        id: RoleId,
        /// What changes.
        fields: RoleFields,
    }
    /// Deletes a role that nobody has.
    DeleteRole "role.delete" Administer {
        /// Which.
        id: RoleId,
    }
}
