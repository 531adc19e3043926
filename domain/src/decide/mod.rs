//! The rules: a command against a state, giving changes or a refusal. One file for each group of commands.

mod board;
mod org;
mod planning;
mod project;
mod talk;
mod task;
mod traces;
mod view;

pub use project::{DEFAULT_COLUMNS, may_hand_out, new_org, new_project};

use jiff::Timestamp;

use crate::{Change, Command, Permission, Permissions, Refusal, State, UserId, ids::*, model::*, state::EntityRef};

/// The most commands in one bulk.
pub const MAX_BULK: usize = 500;

/// Who asks, and when.
#[derive(Debug, Clone, Copy)]
pub struct Context {
    /// The actor.
    pub actor: UserId,
    /// What the actor may do in this stream.
    pub permissions: Permissions,
    /// The server's clock.
    pub at: Timestamp,
}

impl Context {
    pub(crate) fn require(&self, wanted: Permission) -> Result<(), Refusal> {
        if self.permissions.has(wanted) {
            Ok(())
        } else {
            Err(Refusal::forbidden(format!("This needs the permission {}.", wanted.name())))
        }
    }

    /// One's own things need no more; those of others need `otherwise`.
    pub(crate) fn require_own(&self, owner: UserId, otherwise: Permission) -> Result<(), Refusal> {
        if owner == self.actor { Ok(()) } else { self.require(otherwise) }
    }
}

/// What a command changes in a state. No change at all is a fine answer: what was asked for is already so.
///
/// # Errors
/// The rule that forbids it.
pub fn decide(state: &State, context: &Context, command: &Command) -> Result<Vec<Change>, Refusal> {
    context.require(command.permission())?;
    let changes = match command {
        Command::Bulk { commands } => bulk(state, context, commands)?,
        other => one(state, context, other)?,
    };
    Ok(settle(state, changes))
}

fn bulk(state: &State, context: &Context, commands: &[Command]) -> Result<Vec<Change>, Refusal> {
    if commands.is_empty() || commands.len() > MAX_BULK {
        return Err(Refusal::invalid("commands", format!("A bulk holds 1 to {MAX_BULK} commands.")));
    }
    let mut scratch = state.clone();
    let mut all = Vec::new();
    for (at, command) in commands.iter().enumerate() {
        if matches!(command, Command::Bulk { .. } | Command::DeleteProject { .. }) {
            return Err(Refusal::invalid(
                format!("commands/{at}"),
                format!("{} cannot be part of a bulk.", command.kind()),
            ));
        }
        let changes = context.require(command.permission()).and_then(|()| one(&scratch, context, command));
        let changes = changes.map_err(|mut refusal| {
            refusal.field = Some(match refusal.field {
                Some(field) => format!("commands/{at}/{field}"),
                None => format!("commands/{at}"),
            });
            refusal
        })?;
        scratch.apply_changes(state.seq + 1, &changes);
        all.extend(changes);
    }
    Ok(all)
}

/// The last change of each entity, in the order of these, without those that change nothing.
fn settle(state: &State, changes: Vec<Change>) -> Vec<Change> {
    let mut seen = std::collections::HashSet::new();
    let mut kept: Vec<Change> = changes
        .into_iter()
        .rev()
        .filter(|change| seen.insert(change.target()))
        .filter(|change| match change {
            Change::Put { entity } => state.entity(change.target()).as_ref() != Some(entity),
            Change::Remove { target } => state.version(*target).is_some(),
        })
        .collect();
    kept.reverse();
    kept
}

fn one(state: &State, context: &Context, command: &Command) -> Result<Vec<Change>, Refusal> {
    use Command as C;
    if let Some(project) = state.project()
        && project.archived
        && !matches!(command, C::UpdateProject { fields } if fields.archived == Some(false))
        && !matches!(command, C::DeleteProject { .. })
    {
        return Err(Refusal::conflict("archived", "The project is archived; it can be read, not changed."));
    }
    match command {
        C::UpdateProject { fields } => project::update(state, fields),
        C::DeleteProject { confirm } => project::delete(state, confirm),
        C::SetMember { user, role } => project::set_member(state, context, *user, *role),
        C::RemoveMember { user } => project::remove_member(state, *user),
        C::SetTeamGrant { team, role } => project::set_team(state, context, *team, *role),
        C::RemoveTeamGrant { team } => project::remove_team(state, *team),
        C::CreateColumn { id, fields, after } => board::create(state, *id, fields, *after),
        C::UpdateColumn { id, fields } => board::update(state, context, *id, fields),
        C::MoveColumn { id, after } => board::move_column(state, *id, *after),
        C::DeleteColumn { id, move_tasks_to } => board::delete(state, context, *id, *move_tasks_to),
        C::CreateLabel { id, fields } => planning::create_label(state, *id, fields),
        C::UpdateLabel { id, fields } => planning::update_label(state, *id, fields),
        C::DeleteLabel { id } => planning::delete_label(state, *id),
        C::CreateEpic { id, fields } => planning::create_epic(state, *id, fields),
        C::UpdateEpic { id, fields } => planning::update_epic(state, *id, fields),
        C::DeleteEpic { id } => planning::delete_epic(state, *id),
        C::CreateSprint { id, fields } => planning::create_sprint(state, *id, fields),
        C::UpdateSprint { id, fields } => planning::update_sprint(state, *id, fields),
        C::StartSprint { id } => planning::start_sprint(state, context, *id),
        C::CloseSprint { id, carry_over_to } => planning::close_sprint(state, context, *id, *carry_over_to),
        C::DeleteSprint { id } => planning::delete_sprint(state, *id),
        C::CreateTask { id, fields, column } => task::create(state, context, *id, fields, *column),
        C::UpdateTask { id, fields } => task::update(state, context, *id, fields),
        C::MoveTask { id, column, after, before } => task::move_task(state, context, *id, *column, *after, *before),
        C::DeleteTask { id } => task::delete(state, *id),
        C::LinkTasks { id, relation, other } => task::link(state, context, *id, *relation, *other),
        C::UnlinkTasks { id, relation, other } => task::unlink(state, context, *id, *relation, *other),
        C::WatchTask { id, watching } => task::watch(state, context, *id, *watching),
        C::CreateComment { id, task, body, reply_to } => talk::create(state, context, *id, *task, body, *reply_to),
        C::UpdateComment { id, body } => talk::update(state, context, *id, body),
        C::DeleteComment { id } => talk::delete(state, context, *id),
        C::React { id, emoji, on } => talk::react(state, context, *id, emoji, *on),
        C::CreateTimeEntry { id, task, fields } => traces::log_time(state, context, *id, *task, fields),
        C::UpdateTimeEntry { id, fields } => traces::update_time(state, context, *id, fields),
        C::DeleteTimeEntry { id } => traces::delete_time(state, context, *id),
        C::CreateView { id, fields } => view::create(state, context, *id, fields),
        C::UpdateView { id, fields } => view::update(state, context, *id, fields),
        C::DeleteView { id } => view::delete(state, context, *id),
        C::CreateAnchor { id, task, fields } => traces::anchor(state, *id, *task, fields),
        C::UpdateAnchor { id, fields } => traces::update_anchor(state, *id, fields),
        C::DeleteAnchor { id } => traces::delete_anchor(state, *id),
        C::RenameOrg { name } => org::rename(state, name),
        C::SetOrgMember { user, role } => org::set_member(state, context, *user, *role),
        C::RemoveOrgMember { user } => org::remove_member(state, context, *user),
        C::SetTeam { id, name, members } => org::set_team(state, *id, name, members),
        C::UpdateTeam { id, fields } => org::update_team(state, *id, fields),
        C::DeleteTeam { id } => org::delete_team(state, *id),
        C::SetRole { id, name, permissions } => org::set_role(state, context, *id, name, permissions),
        C::UpdateRole { id, fields } => org::update_role(state, context, *id, fields),
        C::DeleteRole { id } => org::delete_role(state, *id),
        // `decide` takes bulks apart, and refuses one within another.
        C::Bulk { .. } => Err(Refusal::invalid("commands", "A bulk cannot be part of a bulk.")),
    }
}

/// Refuses an identity that is already there.
fn fresh(state: &State, target: EntityRef) -> Result<(), Refusal> {
    match state.version(target) {
        None => Ok(()),
        Some(_) => Err(Refusal::conflict("exists", format!("There is already a {} {}.", target.kind(), target.id()))),
    }
}

/// Refuses any command on an organisation's stream that belongs to a project.
fn the_project(state: &State) -> Result<&Project, Refusal> {
    state.project().map(|row| &*row.value).ok_or_else(|| Refusal::not_found("project", "for this command"))
}

macro_rules! find {
    ($($name:ident $map:ident $ty:ident $id:ident $what:literal;)*) => {$(
        fn $name(state: &State, id: $id) -> Result<&$ty, Refusal> {
            state.$map.get(&id).map(|row| &*row.value).ok_or_else(|| Refusal::not_found($what, id))
        }
    )*};
}

find! {
    find_task tasks Task TaskId "task";
    find_column columns Column ColumnId "column";
    find_label labels Label LabelId "label";
    find_epic epics Epic EpicId "epic";
    find_sprint sprints Sprint SprintId "sprint";
    find_comment comments Comment CommentId "comment";
    find_time time_entries TimeEntry TimeEntryId "time entry";
    find_view views View ViewId "view";
    find_anchor anchors Anchor AnchorId "anchor";
}

/// A value that a new thing needs.
fn needed<'a, T>(field: &str, value: &'a Option<T>) -> Result<&'a T, Refusal> {
    value.as_ref().ok_or_else(|| Refusal::invalid(format!("fields/{field}"), format!("{field} is needed.")))
}

/// A colour as `#rrggbb`.
fn color(value: &str) -> Result<String, Refusal> {
    let digits = value.strip_prefix('#').unwrap_or_default();
    if digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(value.to_ascii_lowercase())
    } else {
        Err(Refusal::invalid("fields/color", "color must look like #1a2b3c."))
    }
}
