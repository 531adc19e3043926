//! Organisations: members, teams, roles.

use std::collections::BTreeSet;

use super::Context;
use crate::{
    Change, Permission, Permissions, Refusal, Role, State,
    command::{RoleFields, TeamFields},
    ids::*,
    model::*,
    state::EntityRef,
    text,
};

const MAX_TEAM: usize = 1_000;

fn the_org(state: &State) -> Result<&Org, Refusal> {
    state.org().map(|row| &*row.value).ok_or_else(|| Refusal::not_found("organisation", "for this command"))
}

pub(super) fn rename(state: &State, name: &str) -> Result<Vec<Change>, Refusal> {
    let org = Org { name: text::line("name", name, text::LINE)?, ..the_org(state)?.clone() };
    Ok(vec![Change::put(org)])
}

/// Owners are made and unmade by owners, and one always remains.
fn may_change(state: &State, context: &Context, user: UserId, to: Option<Role>) -> Result<(), Refusal> {
    let from = state.org_members.get(&user).map(|row| row.role);
    if from == Some(Role::Owner) || to == Some(Role::Owner) {
        context.require(Permission::Own)?;
    }
    let others = state.org_members.values().any(|row| row.id != user && row.role == Role::Owner);
    if from == Some(Role::Owner) && to != Some(Role::Owner) && !others {
        return Err(Refusal::conflict("last_owner", "An organisation needs an owner; appoint another one first."));
    }
    if let Some(Role::Admin) = to {
        context.require(Permission::Administer)?;
    }
    if let Some(Role::Custom(id)) = to {
        let role = state.roles.get(&id).ok_or_else(|| Refusal::not_found("role", id))?;
        if !context.permissions.covers(role.permissions.iter().copied().collect()) {
            return Err(Refusal::forbidden("Nobody gives a role that allows more than their own."));
        }
    }
    Ok(())
}

pub(super) fn set_member(state: &State, context: &Context, user: UserId, role: Role) -> Result<Vec<Change>, Refusal> {
    the_org(state)?;
    may_change(state, context, user, Some(role))?;
    let joined_at = state.org_members.get(&user).map_or(context.at, |row| row.joined_at);
    Ok(vec![Change::put(OrgMember { id: user, role, joined_at })])
}

pub(super) fn remove_member(state: &State, context: &Context, user: UserId) -> Result<Vec<Change>, Refusal> {
    if !state.org_members.contains_key(&user) {
        return Err(Refusal::not_found("member", user));
    }
    may_change(state, context, user, None)?;
    let mut changes: Vec<Change> = state
        .teams
        .values()
        .filter(|team| team.members.contains(&user))
        .map(|team| {
            let mut team = (*team.value).clone();
            team.members.remove(&user);
            Change::put(team)
        })
        .collect();
    changes.push(Change::remove(EntityRef::OrgMember(user)));
    Ok(changes)
}

pub(super) fn set_team(
    state: &State,
    id: TeamId,
    name: &str,
    members: &BTreeSet<UserId>,
) -> Result<Vec<Change>, Refusal> {
    the_org(state)?;
    if members.len() > MAX_TEAM {
        return Err(Refusal::invalid("members", format!("A team has at most {MAX_TEAM} members.")));
    }
    if let Some(stranger) = members.iter().find(|user| !state.org_members.contains_key(user)) {
        return Err(Refusal::not_found("member", stranger));
    }
    Ok(vec![Change::put(Team { id, name: text::line("name", name, 200)?, members: members.clone() })])
}

pub(super) fn update_team(state: &State, id: TeamId, fields: &TeamFields) -> Result<Vec<Change>, Refusal> {
    let team = state.teams.get(&id).ok_or_else(|| Refusal::not_found("team", id))?;
    let name = fields.name.as_ref().unwrap_or(&team.name);
    set_team(state, id, name, fields.members.as_ref().unwrap_or(&team.members))
}

pub(super) fn delete_team(state: &State, id: TeamId) -> Result<Vec<Change>, Refusal> {
    match state.teams.contains_key(&id) {
        true => Ok(vec![Change::remove(EntityRef::Team(id))]),
        false => Err(Refusal::not_found("team", id)),
    }
}

pub(super) fn set_role(
    state: &State,
    context: &Context,
    id: RoleId,
    name: &str,
    permissions: &BTreeSet<Permission>,
) -> Result<Vec<Change>, Refusal> {
    the_org(state)?;
    let wanted: Permissions = permissions.iter().copied().collect();
    if !context.permissions.covers(wanted) {
        return Err(Refusal::forbidden("A role cannot allow more than its definer may do."));
    }
    Ok(vec![Change::put(CustomRole { id, name: text::line("name", name, 200)?, permissions: permissions.clone() })])
}

pub(super) fn update_role(
    state: &State,
    context: &Context,
    id: RoleId,
    fields: &RoleFields,
) -> Result<Vec<Change>, Refusal> {
    let role = state.roles.get(&id).ok_or_else(|| Refusal::not_found("role", id))?;
    let name = fields.name.as_ref().unwrap_or(&role.name);
    set_role(state, context, id, name, fields.permissions.as_ref().unwrap_or(&role.permissions))
}

pub(super) fn delete_role(state: &State, id: RoleId) -> Result<Vec<Change>, Refusal> {
    if !state.roles.contains_key(&id) {
        return Err(Refusal::not_found("role", id));
    }
    if state.org_members.values().any(|member| member.role == Role::Custom(id)) {
        return Err(Refusal::conflict("role_in_use", "Members have this role; give them another one first."));
    }
    Ok(vec![Change::remove(EntityRef::CustomRole(id))])
}
