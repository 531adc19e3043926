//! Service accounts of an organisation, and their API tokens.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::{Command, CommandId, Permission, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::auth::{MadeToken, NewToken, Token, plain, shown_token};
use super::guard::InOrg;
use super::input::Body;
use super::invitations::may_take_in;
use super::route::{About, Api, Rule};
use crate::accounts::{AuthEntry, AuthEvent, Newcomer, Origin, internal};
use crate::app::App;
use crate::problem::Problem;
use crate::storage::UserRow;
use crate::streams::Envelope;

const ADMINISTER: Rule = Rule::Org(Permission::Administer);

pub(super) fn register(api: &mut Api) {
    let about = About::new(ADMINISTER, "The service accounts of an organisation");
    api.get("/api/orgs/{org}/service-accounts", about.gives::<Vec<Shown>>(200), list);
    let about = About::new(ADMINISTER, "Make a service account");
    api.post("/api/orgs/{org}/service-accounts", about.body::<NewService>().gives::<Shown>(201), make);
    let about = About::new(ADMINISTER, "Shut a service account, or open it again");
    api.patch("/api/orgs/{org}/service-accounts/{account}", about.body::<Change>().gives::<Shown>(200), change);
    let about = About::new(ADMINISTER, "Remove a service account with its tokens");
    api.delete("/api/orgs/{org}/service-accounts/{account}", about.gives_other(204, ""), remove);
    let about = About::new(ADMINISTER, "The API tokens of a service account");
    api.get("/api/orgs/{org}/service-accounts/{account}/tokens", about.gives::<Vec<Token>>(200), tokens);
    let about = About::new(ADMINISTER, "Make an API token for a service account; its text is shown once");
    let about = about.body::<NewToken>().gives::<MadeToken>(201);
    api.post("/api/orgs/{org}/service-accounts/{account}/tokens", about, make_token);
    let about = About::new(ADMINISTER, "Remove an API token of a service account").gives_other(204, "");
    api.delete("/api/orgs/{org}/service-accounts/{account}/tokens/{token}", about, remove_token);
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewService {
    /// The name after `@`: 2 to 40 letters, digits, `-`, `_` and `.`.
    handle: String,
    /// The name people see.
    name: String,
    /// Its role in the organisation; at most the maker's own.
    role: Role,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Change {
    /// Whether its tokens are refused.
    disabled: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Shown {
    /// Identity.
    id: String,
    /// The name after `@`.
    handle: String,
    /// The name people see.
    name: String,
    /// Its role in the organisation.
    role: Option<Role>,
    /// Whether its tokens are refused.
    disabled: bool,
}

fn shown(org: &InOrg, row: &UserRow) -> Shown {
    let id = row.id.parse().ok();
    let role = org.slot.read(|state| id.and_then(|id| state.org_members.get(&id).map(|member| member.role)));
    Shown { id: row.id.clone(), handle: row.handle.clone(), name: row.name.clone(), role, disabled: row.disabled }
}

async fn list(State(app): State<Arc<App>>, org: InOrg) -> Result<Json<Vec<Shown>>, Problem> {
    let rows = app.streams.store().service_accounts(&org.id.to_string()).await?;
    let all = rows.iter().map(|row| shown(&org, row));
    // One that was removed is shut and has no role.
    Ok(Json(all.filter(|one| one.role.is_some() || !one.disabled).collect()))
}

async fn make(
    State(app): State<Arc<App>>,
    org: InOrg,
    origin: Origin,
    Body(new): Body<NewService>,
) -> Result<(StatusCode, Json<Shown>), Problem> {
    may_take_in(&app, org.id, org.who.user, org.who.limit, new.role).await?;
    let newcomer = Newcomer { handle: new.handle, name: new.name, email: None };
    let row = app.accounts.make_service(org.id, &newcomer, org.who.user, &origin).await?;
    let user = row.id.parse().map_err(internal)?;
    let command = Command::SetOrgMember { user, role: new.role };
    let envelope = Envelope { id: CommandId::fresh(), command, expected: None };
    app.streams.execute_in(&org.slot, org.who.user, org.who.limit, &envelope).await?;
    Ok((StatusCode::CREATED, Json(shown(&org, &row))))
}

async fn change(
    State(app): State<Arc<App>>,
    org: InOrg,
    origin: Origin,
    Path((_, account)): Path<(String, String)>,
    Body(given): Body<Change>,
) -> Result<Json<Shown>, Problem> {
    let row = app.accounts.service(org.id, &account).await?;
    app.accounts.disable_service(&row, given.disabled, org.who.user, &origin).await?;
    Ok(Json(Shown { disabled: given.disabled, ..shown(&org, &row) }))
}

async fn remove(
    State(app): State<Arc<App>>,
    org: InOrg,
    origin: Origin,
    Path((_, account)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let row = app.accounts.service(org.id, &account).await?;
    let user = row.id.parse().map_err(internal)?;
    // Its place first: when that may not be taken from it, nothing is.
    if org.slot.read(|state| state.org_members.contains_key(&user)) {
        let envelope = Envelope { id: CommandId::fresh(), command: Command::RemoveOrgMember { user }, expected: None };
        app.streams.execute_in(&org.slot, org.who.user, org.who.limit, &envelope).await?;
    }
    app.accounts.remove_service(&row, org.who.user, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn tokens(
    State(app): State<Arc<App>>,
    org: InOrg,
    Path((_, account)): Path<(String, String)>,
) -> Result<Json<Vec<Token>>, Problem> {
    let row = app.accounts.service(org.id, &account).await?;
    Ok(Json(app.streams.store().tokens_of(&row.id).await?.iter().map(shown_token).collect()))
}

async fn make_token(
    State(app): State<Arc<App>>,
    org: InOrg,
    origin: Origin,
    Path((_, account)): Path<(String, String)>,
    Body(new): Body<NewToken>,
) -> Result<(StatusCode, Json<MadeToken>), Problem> {
    let who = org.who.in_person()?;
    let row = app.accounts.service(org.id, &account).await?;
    // Whoever makes a token holds it: it never allows more than they may do themselves, whatever the account's role.
    let limit = org.permissions;
    let accounts = &app.accounts;
    let (made, token) =
        accounts.make_service_token(&row, limit, &new.name, &new.scopes, new.days, who.user, &origin).await?;
    Ok((StatusCode::CREATED, Json(MadeToken { token, kept: shown_token(&made) })))
}

async fn remove_token(
    State(app): State<Arc<App>>,
    org: InOrg,
    origin: Origin,
    Path((_, account, token)): Path<(String, String, String)>,
) -> Result<StatusCode, Problem> {
    let row = app.accounts.service(org.id, &account).await?;
    if !app.streams.store().remove_token(&row.id, &plain(&token)?).await? {
        return Err(Problem::not_found());
    }
    let entry = AuthEntry::new(AuthEvent::TokenRemoved, &row.id, &token, &origin);
    app.accounts.record(entry.in_org(org.id, org.who.user)).await?;
    Ok(StatusCode::NO_CONTENT)
}
