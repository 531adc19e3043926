//! Organisations.

use std::sync::Arc;

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::state::EntityRef;
use domain::{OrgId, Permission, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::commands::Versioned;
use super::guard::{InOrg, SignedIn};
use super::input::{self, Body, Query, command_id};
use super::route::{About, Api, Rule};
use crate::app::App;
use crate::problem::Problem;
use crate::storage::StreamRow;

pub(super) fn register(api: &mut Api) {
    let about = About::new(Rule::SignedIn, "My organisations").query::<OrgsAfter>();
    api.get("/api/orgs", about.gives::<Vec<OrgShown>>(200), list);
    api.post(
        "/api/orgs",
        About::new(Rule::SignedIn, "Make an organisation, with me as its owner")
            .command()
            .body::<NewOrg>()
            .gives::<OrgShown>(201),
        create,
    );
    api.get(
        "/api/orgs/{org}",
        About::new(Rule::Org(Permission::ReadOrg), "Everything in an organisation").gives::<Vec<Versioned>>(200),
        read,
    );
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewOrg {
    /// Its name.
    name: String,
    /// Its identity, when the client made one.
    #[serde(default)]
    id: Option<OrgId>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct OrgShown {
    /// Identity.
    id: OrgId,
    /// Name.
    name: String,
    /// My role in it.
    role: Option<domain::Role>,
}

/// The identities of the organisations that a person is in.
pub(super) async fn orgs_of(app: &App, user: UserId) -> Result<Vec<OrgId>, Problem> {
    let streams = app.streams.store().streams_with("org_member", &user.to_string()).await?;
    Ok(streams.iter().filter_map(|id| id.parse().ok()).collect())
}

/// Which page of my organisations.
#[derive(Debug, Deserialize, JsonSchema)]
struct OrgsAfter {
    /// The last organisation of the page before.
    #[serde(default)]
    after: Option<OrgId>,
    /// At most this many, up to 1,000. When there are more, the header `Link` has the next page.
    #[serde(default)]
    limit: Option<usize>,
}

async fn list(
    State(app): State<Arc<App>>,
    SignedIn(who): SignedIn,
    OriginalUri(uri): OriginalUri,
    Query(page): Query<OrgsAfter>,
) -> Result<Response, Problem> {
    let limit = page.limit.unwrap_or(1_000).clamp(1, 1_000);
    let mut ids = orgs_of(&app, who.user).await?;
    ids.retain(|id| page.after.is_none_or(|after| *id > after));
    ids.sort_unstable();
    let more = ids.len() > limit;
    ids.truncate(limit);
    let next = ids.last().filter(|_| more).map(|last| (limit, last.to_string()));
    let mut all = Vec::new();
    for id in ids {
        if let Some(slot) = app.streams.fresh(&id.to_string()).await? {
            all.extend(slot.read(|state| {
                let role = state.org_members.get(&who.user).map(|member| member.role);
                state.org().map(|org| OrgShown { id: org.id, name: org.name.clone(), role })
            }));
        }
    }
    Ok(input::page(all, &uri, next))
}

async fn create(
    State(app): State<Arc<App>>,
    SignedIn(who): SignedIn,
    headers: HeaderMap,
    Body(new): Body<NewOrg>,
) -> Result<(StatusCode, Json<OrgShown>), Problem> {
    if who.service || !who.limit.has(Permission::Own) {
        return Err(Problem::forbidden("This token cannot make organisations."));
    }
    let id = new.id.unwrap_or_else(OrgId::fresh);
    make_org(&app, id, &new.name, who.user, command_id(&headers)?).await?;
    Ok((StatusCode::CREATED, Json(OrgShown { id, name: new.name.trim().to_owned(), role: Some(domain::Role::Owner) })))
}

/// Makes an organisation with its owner.
pub(crate) async fn make_org(
    app: &App,
    id: OrgId,
    name: &str,
    owner: UserId,
    command: domain::CommandId,
) -> Result<(), Problem> {
    let changes = domain::decide::new_org(id, name, owner, crate::streams::now())?;
    let row = StreamRow {
        id: id.to_string(),
        org: id.to_string(),
        key: String::new(),
        seq: 0,
        hash: String::new(),
        deleted: false,
    };
    app.streams.create(row, owner, command, changes).await?;
    Ok(())
}

async fn read(org: InOrg) -> Json<Vec<Versioned>> {
    Json(org.slot.read(|state| {
        let all = state.references().filter_map(|target: EntityRef| {
            Some(Versioned { version: state.version(target)?, entity: state.entity(target)? })
        });
        all.collect()
    }))
}
