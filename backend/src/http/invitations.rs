//! Invitations into an organisation, and who may make an account at all.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::decide::{decide, may_hand_out};
use domain::{Command, CommandId, Context, OrgId, Permission, Permissions, Role, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::guard::{InOrg, SignedIn};
use super::input::Body;
use super::route::{About, Api, Rule};
use crate::Registration;
use crate::accounts::invitations::Invite;
use crate::accounts::{AuthEntry, AuthEvent, Origin, internal};
use crate::app::{App, Mode};
use crate::problem::Problem;
use crate::storage::{InvitationRow, UserRow};
use crate::streams::{Envelope, Failure};

pub(super) fn register(api: &mut Api) {
    let about = About::new(Rule::Org(Permission::ManageMembers), "Invitations that wait for an answer");
    api.get("/api/orgs/{org}/invitations", about.gives::<Vec<Shown>>(200), list);
    let about =
        About::new(Rule::Org(Permission::ManageMembers), "Invite somebody; the invitation's text is shown once");
    api.post("/api/orgs/{org}/invitations", about.body::<NewInvitation>().gives::<Made>(201), make);
    let about = About::new(Rule::Org(Permission::ManageMembers), "Withdraw an invitation");
    api.delete("/api/orgs/{org}/invitations/{invitation}", about.gives_other(204, ""), revoke);
    let about = About::new(Rule::Open, "What somebody is invited to");
    api.post("/api/auth/invitations/look", about.body::<Given>().gives::<InvitedTo>(200), look);
    let about = About::new(Rule::SignedIn, "Accept an invitation with my account");
    api.post("/api/me/invitations", about.body::<Given>().gives::<InvitedTo>(200), accept);
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewInvitation {
    /// The role that it gives; at most the inviter's own.
    role: Role,
    /// For whom: only an account with this address may accept it. Whoever has its text when this is left out.
    #[serde(default)]
    email: Option<String>,
    /// For how long, 1 to 90 days.
    #[serde(default = "a_week")]
    days: u32,
}

fn a_week() -> u32 {
    7
}

#[derive(Debug, Serialize, JsonSchema)]
struct Shown {
    /// Identity.
    id: String,
    /// The role that it gives.
    role: String,
    /// For whom.
    email: Option<String>,
    /// Who invites.
    created_by: String,
    /// When it was made, in milliseconds since 1970.
    created_at: i64,
    /// Until when it is good.
    expires_at: i64,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Made {
    /// Its text, to be given to the invited; it is not shown again.
    invitation: String,
    /// What is kept of it.
    #[serde(flatten)]
    kept: Shown,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Given {
    /// The invitation's text.
    invitation: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct InvitedTo {
    /// The organisation.
    org: OrgId,
    /// Its name.
    name: String,
    /// The role in it.
    role: Role,
    /// For whom it is.
    email: Option<String>,
}

fn shown(row: InvitationRow) -> Shown {
    let InvitationRow { id, role, email, created_by, created_at, expires_at, .. } = row;
    Shown { id, role, email, created_by, created_at, expires_at }
}

async fn list(State(app): State<Arc<App>>, org: InOrg) -> Result<Json<Vec<Shown>>, Problem> {
    let now = crate::streams::now().as_millisecond();
    let rows = app.streams.store().invitations_of(&org.id.to_string()).await?;
    Ok(Json(rows.into_iter().filter(|row| row.expires_at > now).map(shown).collect()))
}

async fn make(
    State(app): State<Arc<App>>,
    org: InOrg,
    origin: Origin,
    Body(new): Body<NewInvitation>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    may_take_in(&app, org.id, org.who.user, org.who.limit, new.role).await?;
    let invite = Invite { org: org.id, role: new.role, email: new.email, days: new.days };
    let (row, invitation) = app.accounts.invite(org.who.user, &invite, &origin).await?;
    Ok((StatusCode::CREATED, Json(Made { invitation, kept: shown(row) })))
}

async fn revoke(
    State(app): State<Arc<App>>,
    org: InOrg,
    origin: Origin,
    Path((_, id)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    app.accounts.revoke_invitation(org.id, &super::auth::plain(&id)?, org.who.user, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn look(State(app): State<Arc<App>>, Body(given): Body<Given>) -> Result<Json<InvitedTo>, Problem> {
    let row = app.accounts.invitation(&given.invitation, "nobody").await?;
    invited_to(&app, &row).await.map(Json)
}

async fn invited_to(app: &App, row: &InvitationRow) -> Result<InvitedTo, Problem> {
    let slot = app.streams.fresh(&row.org).await?.ok_or_else(Problem::not_found)?;
    let name = slot.read(|state| state.org().map(|org| org.name.clone())).ok_or_else(Problem::not_found)?;
    let (org, role) = (row.org.parse().map_err(internal)?, row.role.parse().map_err(internal)?);
    Ok(InvitedTo { org, name, role, email: row.email.clone() })
}

async fn accept(
    State(app): State<Arc<App>>,
    SignedIn(who): SignedIn,
    origin: Origin,
    Body(given): Body<Given>,
) -> Result<Json<InvitedTo>, Problem> {
    let me = who.in_person()?.user.to_string();
    let user = app.streams.store().user(&me).await?.ok_or_else(Problem::not_found)?;
    let row = good_for(&app, &given.invitation, &user).await?;
    let slot = app.streams.fresh(&row.org).await?.ok_or_else(Problem::not_found)?;
    if slot.read(|state| state.org_members.contains_key(&who.user)) {
        return Err(Problem::new(StatusCode::CONFLICT, "member", "You are a member of this organisation already."));
    }
    app.accounts.claim_invitation(&row, &me).await?;
    join(&app, &row, who.user, &origin).await?;
    invited_to(&app, &row).await.map(Json)
}

/// Whether somebody may take a person in with this role now: the same rule as for doing it at once.
pub(super) async fn may_take_in(
    app: &App,
    org: OrgId,
    by: UserId,
    limit: Permissions,
    role: Role,
) -> Result<(), Problem> {
    let slot = app.streams.fresh(&org.to_string()).await?.ok_or_else(Problem::not_found)?;
    let own = app.streams.permissions_in_org(&org.to_string(), by).await?;
    let context = Context { actor: by, permissions: own.intersection(limit), at: crate::streams::now() };
    let command = Command::SetOrgMember { user: UserId::fresh(), role };
    slot.read(|state| decide(state, &context, &command).and_then(|_| may_hand_out(state, own, &command)))?;
    Ok(())
}

/// An invitation that this account may accept, of somebody who may still invite.
async fn good_for(app: &App, invitation: &str, user: &UserRow) -> Result<InvitationRow, Problem> {
    let row = app.accounts.invitation(invitation, &user.id).await?;
    if row.email.is_some() && row.email != user.email {
        let detail = "This invitation is for another mail address than that of your account.";
        return Err(Problem::invalid("invitation", detail));
    }
    let (org, role) = (row.org.parse().map_err(internal)?, row.role.parse().map_err(internal)?);
    let by = row.created_by.parse().map_err(internal)?;
    may_take_in(app, org, by, Permissions::of(Permission::ALL), role).await.map_err(void)?;
    Ok(row)
}

fn void(_: Problem) -> Problem {
    Problem::invalid("invitation", "Whoever made this invitation may not invite any more; ask for a new one.")
}

/// Takes somebody in, on behalf of whoever invited them. A second time it changes nothing.
async fn join(app: &App, row: &InvitationRow, user: UserId, origin: &Origin) -> Result<(), Problem> {
    let by: UserId = row.created_by.parse().map_err(internal)?;
    let role = row.role.parse().map_err(internal)?;
    // The invitation's own number names the command, so that it is done once.
    let id = CommandId::from_bits(u128::from_str_radix(&row.id, 16).map_err(internal)?);
    let envelope = Envelope { id, command: Command::SetOrgMember { user, role }, expected: None };
    match app.streams.execute(&row.org, by, Permissions::of(Permission::ALL), &envelope).await {
        Ok(_) => {}
        Err(failure @ Failure::Store(_)) => return Err(failure.into()),
        Err(failure) => return Err(void(failure.into())),
    }
    app.accounts.record(AuthEntry::new(AuthEvent::InvitationAccepted, user, &row.id, origin).in_org(&row.org, by)).await
}

/// The right to make one account: given by the server's rule, by a provider's, or by an invitation.
#[derive(Debug)]
pub(super) struct Place(Option<InvitationRow>);

/// Finds out whether `user`, who is not there yet, may make an account, and keeps the invitation for them.
pub(super) async fn reserve(
    app: &App,
    user: &UserRow,
    invitation: Option<&str>,
    anyway: bool,
) -> Result<Place, Problem> {
    let closed = |detail: &str| Problem::forbidden(detail);
    let Mode::Team { registration } = app.mode else {
        return Err(closed("This server needs no accounts."));
    };
    let first = app.streams.store().count_users().await? == 0;
    match registration {
        Registration::Open => {}
        _ if first || anyway => {}
        Registration::Invite if invitation.is_some() => {}
        Registration::Invite => return Err(closed("An account needs an invitation here; ask your administrator.")),
        Registration::Closed | Registration::Auto => {
            return Err(closed("Registration is closed on this server; ask its administrator."));
        }
    }
    let Some(invitation) = invitation else { return Ok(Place(None)) };
    let row = good_for(app, invitation, user).await?;
    app.accounts.claim_invitation(&row, &user.id).await?;
    Ok(Place(Some(row)))
}

impl Place {
    /// The account was made: it joins what it was invited to.
    pub(super) async fn take(self, app: &App, user: UserId, origin: &Origin) -> Result<(), Problem> {
        match &self.0 {
            Some(row) => join(app, row, user, origin).await,
            None => Ok(()),
        }
    }

    /// It was not made after all: somebody else may use the invitation.
    pub(super) async fn release(self, app: &App, user: &str) -> Result<(), Problem> {
        match &self.0 {
            Some(row) => Ok(app.streams.store().release_invitation(&row.id, user).await?),
            None => Ok(()),
        }
    }
}
