//! Who is who, and what the asker may do: identities stand in projects and organisations, names in accounts.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use domain::{Permission, Permissions, UserId};
use futures_util::{StreamExt, TryStreamExt};
use schemars::JsonSchema;
use serde::Serialize;

use super::guard::{InOrg, InProject, Place};
use super::route::{About, Api, Rule};
use crate::app::App;
use crate::problem::Problem;

/// Accounts that are read at once.
const AT_ONCE: usize = 16;

pub(super) fn register(api: &mut Api) {
    let about = About::new(Rule::Project(Permission::Read), "Who is who in a project, and what I may do there");
    api.get("/api/projects/{project}/people", about.gives::<People>(200), in_project);
    let about = About::new(Rule::Org(Permission::ReadOrg), "Who is who in an organisation, and what I may do there");
    api.get("/api/orgs/{org}/people", about.gives::<People>(200), in_org);
}

/// The people of a project or an organisation.
#[derive(Debug, Serialize, JsonSchema)]
struct People {
    /// What the asker may do here.
    permissions: Vec<Permission>,
    /// Members, and whoever is named in what stands there, in the order of identities.
    people: Vec<Person>,
}

/// What everybody there may know of a person.
#[derive(Debug, Serialize, JsonSchema)]
struct Person {
    /// Identity.
    id: UserId,
    /// The name after `@`.
    handle: String,
    /// The name people see.
    name: String,
    /// Whether a program works by this account.
    service: bool,
    /// Whether the person can work here now, so that tasks may be given to them.
    member: bool,
}

async fn in_project(State(app): State<Arc<App>>, project: InProject) -> Result<Json<People>, Problem> {
    let has = project.permissions;
    let (org, mut members, teams, named) = project.slot.read(|state| {
        let tasks = state.tasks.values().flat_map(|task| {
            task.assignees.iter().chain(&task.watchers).copied().chain(std::iter::once(task.created_by))
        });
        let comments = state
            .comments
            .values()
            .flat_map(|comment| comment.reactions.values().flatten().copied().chain(std::iter::once(comment.author)));
        let times = state.time_entries.values().map(|entry| entry.user);
        let named: BTreeSet<UserId> = tasks.chain(comments).chain(times).collect();
        let members: BTreeSet<UserId> = state.members.keys().copied().collect();
        let teams: Vec<_> = state.team_grants.keys().copied().collect();
        (state.project().map(|row| row.org), members, teams, named)
    });
    if let Some(org) = org
        && let Some(slot) = app.streams.fresh(&org.to_string()).await?
    {
        slot.read(|state| {
            members.extend(teams.iter().filter_map(|team| state.teams.get(team)).flat_map(|team| &team.members));
            // Whom the organisation has besides is not for guests.
            if has.has(Permission::ReadOrg) {
                let sees = |role: domain::Role| match role {
                    domain::Role::Custom(id) => {
                        state.roles.get(&id).is_some_and(|role| role.permissions.contains(&Permission::Read))
                    }
                    role => role.permissions_everywhere().has(Permission::Read),
                };
                members.extend(state.org_members.values().filter(|member| sees(member.role)).map(|member| member.id));
            }
        });
    }
    shown(&app, has, &members, &named).await
}

async fn in_org(State(app): State<Arc<App>>, org: InOrg) -> Result<Json<People>, Problem> {
    let place: &Place = &org;
    let members = place.slot.read(|state| state.org_members.keys().copied().collect());
    shown(&app, place.permissions, &members, &BTreeSet::new()).await
}

async fn shown(
    app: &App,
    has: Permissions,
    members: &BTreeSet<UserId>,
    named: &BTreeSet<UserId>,
) -> Result<Json<People>, Problem> {
    let store = app.streams.store();
    let rows = futures_util::stream::iter(members.union(named).copied().collect::<Vec<_>>())
        .map(|id| async move { Ok::<_, Problem>((id, store.user(&id.to_string()).await?)) })
        .buffered(AT_ONCE)
        .try_collect::<Vec<_>>()
        .await?;
    let people = rows.into_iter().filter_map(|(id, row)| {
        let row = row?;
        let member = members.contains(&id) && !row.disabled;
        Some(Person { id, handle: row.handle, name: row.name, service: !row.service_of.is_empty(), member })
    });
    Ok(Json(People { permissions: has.iter().collect(), people: people.collect() }))
}
