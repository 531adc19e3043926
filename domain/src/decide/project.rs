//! The project itself, and who is invited into it.

use jiff::Timestamp;

use super::{Context, the_project};
use crate::{
    Change, Command, Permission, Permissions, Refusal, Role, State, command::ProjectFields, ids::*, model::*, rank,
    state::EntityRef, text,
};

/// The columns of a new project.
pub const DEFAULT_COLUMNS: &[(&str, Category)] =
    &[("To do", Category::Todo), ("In progress", Category::Doing), ("Done", Category::Done)];

/// The first changes of a new organisation.
///
/// # Errors
/// A bad name.
pub fn new_org(id: OrgId, name: &str, owner: UserId, at: Timestamp) -> Result<Vec<Change>, Refusal> {
    let org = Org { id, name: text::line("name", name, text::LINE)?, created_at: at };
    Ok(vec![Change::put(org), Change::put(OrgMember { id: owner, role: Role::Owner, joined_at: at })])
}

/// The first changes of a new project, with columns from left to right.
///
/// # Errors
/// A bad name, key or description.
pub fn new_project(
    id: ProjectId,
    org: OrgId,
    key: &str,
    name: &str,
    description: &str,
    columns: [ColumnId; 3],
    at: Timestamp,
) -> Result<Vec<Change>, Refusal> {
    let key = key.trim().to_ascii_uppercase();
    let shape = (2..=10).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && key.as_bytes()[0].is_ascii_uppercase();
    if !shape {
        return Err(Refusal::invalid("key", "key must be 2 to 10 letters and digits, a letter first, such as DM."));
    }
    let project = Project {
        id,
        org,
        key,
        name: text::line("name", name, text::LINE)?,
        description: text::body("description", description, text::BODY)?,
        archived: false,
        last_number: 0,
        created_at: at,
    };
    let mut changes = vec![Change::put(project)];
    let ranks = rank::spread(columns.len());
    for ((id, (name, category)), rank) in columns.into_iter().zip(DEFAULT_COLUMNS).zip(ranks) {
        let column =
            Column { id, name: (*name).to_owned(), category: *category, rank, wip_limit: None, wip_enforced: false };
        changes.push(Change::put(column));
    }
    Ok(changes)
}

pub(super) fn update(state: &State, fields: &ProjectFields) -> Result<Vec<Change>, Refusal> {
    let mut project = the_project(state)?.clone();
    if let Some(name) = &fields.name {
        project.name = text::line("fields/name", name, text::LINE)?;
    }
    if let Some(description) = &fields.description {
        project.description = text::body("fields/description", description, text::BODY)?;
    }
    if let Some(archived) = fields.archived {
        project.archived = archived;
    }
    Ok(vec![Change::put(project)])
}

pub(super) fn delete(state: &State, confirm: &str) -> Result<Vec<Change>, Refusal> {
    let project = the_project(state)?;
    if confirm != project.key {
        return Err(Refusal::invalid(
            "confirm",
            format!("To delete the project, confirm must be its key, {}.", project.key),
        ));
    }
    let mut targets: Vec<EntityRef> = state.references().collect();
    targets.reverse();
    Ok(targets.into_iter().map(Change::remove).collect())
}

/// What counts in a project; the other permissions are about its organisation.
const IN_PROJECT: Permissions = Permissions::of(&[
    Permission::Read,
    Permission::Comment,
    Permission::Write,
    Permission::DeleteTask,
    Permission::Plan,
    Permission::Moderate,
    Permission::Configure,
    Permission::Share,
    Permission::DeleteProject,
]);

/// Whether a role that a command gives allows no more than its sender may do. A project's stream does not know the custom
/// roles of its organisation, so [`decide`](super::decide) cannot tell; whoever sees both asks this as well. `org` is the
/// organisation, `own` what the sender may do in the stream, whatever their token allows: a token that may take people in
/// and nothing else is there to be used.
///
/// # Errors
/// There is no such role, or it allows more.
pub fn may_hand_out(org: &State, own: Permissions, command: &Command) -> Result<(), Refusal> {
    let (role, counts, built_in): (_, _, fn(Role) -> Permissions) = match command {
        Command::SetMember { role, .. } | Command::SetTeamGrant { role, .. } => (*role, IN_PROJECT, Role::permissions),
        Command::SetOrgMember { role, .. } => (*role, Role::Owner.permissions(), Role::permissions_everywhere),
        Command::Bulk { commands } => return commands.iter().try_for_each(|command| may_hand_out(org, own, command)),
        _ => return Ok(()),
    };
    let given = match role {
        Role::Custom(id) => {
            let role = org.roles.get(&id).ok_or_else(|| Refusal::not_found("role", id))?;
            role.permissions.iter().copied().collect()
        }
        role => built_in(role),
    };
    match own.covers(given.intersection(counts)) {
        true => Ok(()),
        false => Err(Refusal::forbidden("Nobody gives a role that allows more than their own.")),
    }
}

/// Nobody hands out what they do not have themselves; see also [`may_hand_out`].
fn may_grant(context: &Context, role: Role) -> Result<(), Refusal> {
    if matches!(role, Role::Owner | Role::Admin) {
        context.require(Permission::DeleteProject)?;
    }
    Ok(())
}

pub(super) fn set_member(state: &State, context: &Context, user: UserId, role: Role) -> Result<Vec<Change>, Refusal> {
    the_project(state)?;
    may_grant(context, role)?;
    Ok(vec![Change::put(Member { id: user, role })])
}

pub(super) fn remove_member(state: &State, user: UserId) -> Result<Vec<Change>, Refusal> {
    match state.members.contains_key(&user) {
        true => Ok(vec![Change::remove(EntityRef::Member(user))]),
        false => Err(Refusal::not_found("member", user)),
    }
}

pub(super) fn set_team(state: &State, context: &Context, team: TeamId, role: Role) -> Result<Vec<Change>, Refusal> {
    the_project(state)?;
    may_grant(context, role)?;
    Ok(vec![Change::put(TeamGrant { id: team, role })])
}

pub(super) fn remove_team(state: &State, team: TeamId) -> Result<Vec<Change>, Refusal> {
    match state.team_grants.contains_key(&team) {
        true => Ok(vec![Change::remove(EntityRef::TeamGrant(team))]),
        false => Err(Refusal::not_found("team", team)),
    }
}
