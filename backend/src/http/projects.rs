//! Projects: listing, making, reading, changing, and their entities and events in pages for clients that keep a copy.

use std::sync::Arc;

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::command::ProjectFields;
use domain::state::EntityRef;
use domain::{ColumnId, Command, Event, OrgId, Permission, Permissions, ProjectId, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::board::made;
use super::commands::{Versioned, do_and_show};
use super::guard::{InProject, SignedIn};
use super::input::{self, Body, Query, command_id, etag};
use super::orgs::orgs_of;
use super::route::{About, Api, Rule};
use crate::accounts::Identity;
use crate::app::App;
use crate::problem::Problem;
use crate::storage::StreamRow;
use crate::streams::{Failure, Slot, permissions};

pub(super) fn register(api: &mut Api) {
    let read = Rule::Project(Permission::Read);
    api.get(
        "/api/projects",
        About::new(Rule::SignedIn, "The projects that I may see")
            .query::<ProjectsAfter>()
            .gives::<Vec<ProjectShown>>(200),
        list,
    );
    api.post(
        "/api/projects",
        About::new(Rule::SignedIn, "Make a project").command().body::<NewProject>().gives::<ProjectShown>(201),
        create,
    );
    api.get("/api/projects/{project}", About::new(read, "A project").gives::<ProjectShown>(200), show);
    let about = About::new(Rule::Project(Permission::Configure), "Change a project").command();
    api.patch("/api/projects/{project}", about.body::<ProjectFields>().gives::<Versioned>(200), update);
    let about = About::new(read, "Everything in a project, in pages; with it a client starts its copy");
    api.get(
        "/api/projects/{project}/entities",
        about.query::<EntitiesAfter>().gives::<EntityPage>(200).gives_other(304, ""),
        entities,
    );
    let about = About::new(
        read,
        "Events after a number: what a client lacks, and the way of polling where nothing live gets through",
    );
    api.get("/api/projects/{project}/events", about.query::<EventsAfter>().gives::<EventPage>(200), events);
}

/// A project as lists show it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ProjectShown {
    /// The number of its last event.
    seq: u64,
    /// Names the history that numbers belong to.
    epoch: String,
    /// What I may do in it.
    permissions: Vec<Permission>,
    /// The project.
    #[serde(flatten)]
    project: domain::model::Project,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewProject {
    /// The organisation; may be left out by whoever is in exactly one.
    #[serde(default)]
    org: Option<OrgId>,
    /// The short name in task keys: 2 to 10 letters and digits, a letter first.
    key: String,
    /// Its name.
    name: String,
    /// Markdown.
    #[serde(default)]
    description: String,
    /// Its identity, when the client made one.
    #[serde(default)]
    id: Option<ProjectId>,
}

fn shown(app: &App, slot: &Slot, permissions: Permissions) -> Result<ProjectShown, Problem> {
    slot.read(|state| {
        let project = state.project().map(|row| (*row.value).clone()).ok_or_else(Problem::not_found)?;
        let permissions = permissions.iter().collect();
        Ok(ProjectShown { seq: state.seq, epoch: app.epoch.clone(), permissions, project })
    })
}

/// Which page of my projects.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct ProjectsAfter {
    /// The last project of the page before.
    #[serde(default)]
    after: Option<ProjectId>,
    /// At most this many, up to 1,000. When there are more, the header `Link` has the next page.
    #[serde(default)]
    limit: Option<usize>,
}

pub(super) async fn list(
    State(app): State<Arc<App>>,
    SignedIn(who): SignedIn,
    OriginalUri(uri): OriginalUri,
    Query(page): Query<ProjectsAfter>,
) -> Result<Response, Problem> {
    let limit = page.limit.unwrap_or(1_000).clamp(1, 1_000);
    let mut all = Vec::new();
    for org in orgs_of(&app, who.user).await? {
        all.extend(app.streams.projects_for(&org.to_string(), who.user, who.limit).await?);
    }
    all.retain(|(_, project, _)| page.after.is_none_or(|after| project.id > after));
    all.sort_unstable_by_key(|(_, project, _)| project.id);
    let more = all.len() > limit;
    all.truncate(limit);
    let next = all.last().filter(|_| more).map(|(_, last, _)| (limit, last.id.to_string()));
    let shown = all.into_iter().map(|(seq, project, permissions)| {
        let permissions = permissions.iter().collect();
        ProjectShown { seq, epoch: app.epoch.clone(), permissions, project }
    });
    Ok(input::page(shown.collect(), &uri, next))
}

pub(super) async fn create(
    State(app): State<Arc<App>>,
    SignedIn(who): SignedIn,
    headers: HeaderMap,
    Body(new): Body<NewProject>,
) -> Result<(StatusCode, Json<ProjectShown>), Problem> {
    let org = match (new.org, &*orgs_of(&app, who.user).await?) {
        (Some(org), _) => org,
        (None, [only]) => *only,
        (None, []) => return Err(Problem::invalid("org", "You are in no organisation yet; make one first.")),
        (None, _) => return Err(Problem::invalid("org", "You are in several organisations; say which.")),
    };
    let in_org = app.streams.permissions_in_org(&org.to_string(), who.user).await?;
    if in_org.is_empty() {
        return Err(Problem::invalid("org", "There is no such organisation here."));
    }
    if !in_org.intersection(who.limit).has(Permission::CreateProject) {
        return Err(Problem::forbidden(format!("This needs the permission {}.", Permission::CreateProject.name())));
    }
    let command = command_id(&headers)?;
    // A client that names neither the project nor the command gets a new project each time; one that names the command
    // gets the same one again.
    let id = new.id.unwrap_or_else(|| ProjectId::from_bits(command.bits()));
    let columns = [ColumnId::fresh(), ColumnId::fresh(), ColumnId::fresh()];
    let changes =
        domain::decide::new_project(id, org, &new.key, &new.name, &new.description, columns, crate::streams::now())?;
    let key = new.key.trim().to_ascii_uppercase();
    let row = StreamRow {
        id: id.to_string(),
        org: org.to_string(),
        key: key.clone(),
        seq: 0,
        hash: String::new(),
        deleted: false,
    };
    if let Err(failure) = app.streams.create(row, who.user, command, changes).await {
        repeated(&app, &who, id, command, &key, failure).await?;
    }
    let (slot, org) = app.streams.fresh_with_org(&id.to_string()).await?.ok_or_else(Problem::not_found)?;
    let permissions = permissions(&slot, org.as_deref(), who.user).intersection(who.limit);
    Ok((StatusCode::CREATED, Json(shown(&app, &slot, permissions)?)))
}

/// Whether a creation failed only because it was done before.
async fn repeated(
    app: &App,
    who: &Identity,
    id: ProjectId,
    command: domain::CommandId,
    key: &str,
    failure: Failure,
) -> Result<(), Problem> {
    let first = app.streams.store().events(&id.to_string(), 0, 1).await?;
    let Some(event) = first.first().and_then(|row| serde_json::from_str::<Event>(&row.body).ok()) else {
        return Err(failure.into());
    };
    if event.command != command || event.actor != who.user {
        return Err(failure.into());
    }
    let slot = app.streams.fresh(&id.to_string()).await?.ok_or_else(Problem::not_found)?;
    match slot.read(|state| state.project().is_some_and(|project| project.key == key)) {
        true => Ok(()),
        false => Err(Failure::Reused.into()),
    }
}

pub(super) async fn show(State(app): State<Arc<App>>, project: InProject) -> Result<Response, Problem> {
    let shown = shown(&app, &project.slot, project.permissions)?;
    let version = project.slot.read(|state| state.version(EntityRef::Project(project.id))).unwrap_or_default();
    // The answer tells how far the project is, so only `If-Match` may rely on the version of the project itself.
    Ok(([(header::ETAG, etag(version))], Json(shown)).into_response())
}

pub(super) async fn update(
    State(app): State<Arc<App>>,
    project: InProject,
    headers: HeaderMap,
    Body(fields): Body<ProjectFields>,
) -> Result<Response, Problem> {
    let target = EntityRef::Project(project.id);
    do_and_show(&app, &project, &headers, Some(target), StatusCode::OK, Command::UpdateProject { fields }).await
}

#[derive(Debug, Deserialize, JsonSchema)]
struct EntitiesAfter {
    /// `next` of the page before.
    #[serde(default)]
    after: Option<String>,
    /// At most this many, up to 1,000.
    #[serde(default)]
    limit: Option<usize>,
}

/// A page of a project's entities.
#[derive(Debug, Serialize, JsonSchema)]
struct EntityPage {
    /// Names the history that numbers belong to.
    epoch: String,
    /// How far the project is. Keep that of the first page, and ask for the events after it when all pages are read:
    /// then nothing is missing, whatever happened between two pages.
    seq: u64,
    /// The entities.
    items: Vec<Versioned>,
    /// For the next page; none is left when it is `null`.
    next: Option<String>,
}

async fn entities(
    State(app): State<Arc<App>>,
    project: InProject,
    Query(page): Query<EntitiesAfter>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let limit = page.limit.unwrap_or(500).clamp(1, 1_000);
    let after = match &page.after {
        None => None,
        Some(after) => {
            let after = after.split_once('.').and_then(|(kind, id)| EntityRef::parse(kind, id));
            Some(after.ok_or_else(|| Problem::bad_request("after is the `next` of the page before."))?)
        }
    };
    let name = format!("entities {limit} {}", page.after.as_deref().unwrap_or_default());
    let (epoch, me) = (app.epoch.clone(), project.who.user);
    made(&app, &project, &headers, &name, |state| {
        let (page, private) = entity_page(state, epoch, me, after, limit);
        (serde_json::to_vec(&page), private)
    })
    .await
}

/// A page, and whether it holds what only this person may read, or lacks what only somebody else may.
fn entity_page(
    state: &domain::State,
    epoch: String,
    me: UserId,
    after: Option<EntityRef>,
    limit: usize,
) -> (EntityPage, bool) {
    let mut targets: Vec<EntityRef> = state.references().collect();
    // By kind and identity, so that what is deleted between two pages moves nothing else.
    targets.sort_unstable();
    let start = after.map_or(0, |after| targets.partition_point(|target| *target <= after));
    let end = (start + limit).min(targets.len());
    let next = (end < targets.len()).then(|| format!("{}.{}", targets[end - 1].kind(), targets[end - 1].id()));
    let mut private = false;
    let items = targets[start.min(end)..end]
        .iter()
        .filter_map(|target| Some(Versioned { version: state.version(*target)?, entity: state.entity(*target)? }))
        .filter(|row| {
            private |= row.entity.private_to().is_some();
            row.entity.is_shown_to(me)
        })
        .collect();
    (EntityPage { epoch, seq: state.seq, items, next }, private)
}

#[derive(Debug, Deserialize, JsonSchema)]
struct EventsAfter {
    /// The last number that the client has.
    #[serde(default)]
    after: u64,
    /// At most this many, up to 500.
    #[serde(default)]
    limit: Option<u32>,
}

/// Events of a project.
#[derive(Debug, Serialize, JsonSchema)]
struct EventPage {
    /// Names the history that numbers belong to; another one than before means: read everything again.
    epoch: String,
    /// The events, in order, without gaps.
    events: Vec<Event>,
    /// Whether there are more.
    more: bool,
}

async fn events(
    State(app): State<Arc<App>>,
    project: InProject,
    Query(page): Query<EventsAfter>,
) -> Result<Json<EventPage>, Problem> {
    let limit = page.limit.unwrap_or(200).clamp(1, 500);
    let after = page.after.min(i64::MAX as u64);
    let rows = app.streams.store().events(&project.id.to_string(), after, limit).await?;
    let more = rows.len() == limit as usize;
    let mut events = Vec::with_capacity(rows.len());
    for row in rows {
        let event: Event = serde_json::from_str(&row.body).map_err(|error| {
            Problem::from(crate::storage::StoreError::Corrupt(format!("event {} of {}: {error}", row.seq, project.id)))
        })?;
        events.push(event.shown_to(project.who.user));
    }
    Ok(Json(EventPage { epoch: app.epoch.clone(), events, more }))
}
