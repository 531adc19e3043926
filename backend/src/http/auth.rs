//! Accounts over HTTP: registering, logging in, refreshing; one's logins and API tokens.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::{Permission, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::guard::SignedIn;
use super::input::Body;
use super::invitations::reserve;
use super::route::{About, Api, Rule};
use crate::accounts::{AuthEntry, AuthEvent, Newcomer, Origin, Tokens};
use crate::app::{App, Mode};
use crate::problem::Problem;

pub(super) fn register(api: &mut Api) {
    api.post(
        "/api/auth/register",
        About::new(Rule::Open, "Make an account, where registration is open or with an invitation")
            .body::<Register>()
            .gives::<Tokens>(201),
        sign_up,
    );
    api.post(
        "/api/auth/login",
        About::new(Rule::Open, "Log in with a password").body::<LogIn>().gives::<Tokens>(200),
        log_in,
    );
    api.post(
        "/api/auth/refresh",
        About::new(Rule::Open, "Exchange the refresh token").body::<Refresh>().gives::<Tokens>(200),
        refresh,
    );
    api.post(
        "/api/auth/logout",
        About::new(Rule::Open, "End the login of a refresh token").body::<Refresh>().gives_other(204, ""),
        log_out,
    );
    api.post(
        "/api/me/password",
        About::new(Rule::SignedIn, "Change my password, or set the first one; every login ends, and a new one begins")
            .body::<NewPassword>()
            .gives::<Tokens>(200),
        change_password,
    );
    api.get("/api/me", About::new(Rule::SignedIn, "Who I am").gives::<Me>(200), me);
    api.get("/api/me/logins", About::new(Rule::SignedIn, "Where I am logged in").gives::<Vec<Login>>(200), logins);
    api.delete("/api/me/logins/{login}", About::new(Rule::SignedIn, "End a login").gives_other(204, ""), end_login);
    api.get("/api/me/tokens", About::new(Rule::SignedIn, "My API tokens").gives::<Vec<Token>>(200), tokens);
    api.post(
        "/api/me/tokens",
        About::new(Rule::SignedIn, "Make an API token; its text is shown once")
            .body::<NewToken>()
            .gives::<MadeToken>(201),
        make_token,
    );
    api.delete(
        "/api/me/tokens/{token}",
        About::new(Rule::SignedIn, "Remove an API token").gives_other(204, ""),
        remove_token,
    );
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Register {
    /// The name after `@`: 2 to 40 letters, digits, `-`, `_` and `.`.
    handle: String,
    /// The name people see.
    name: String,
    /// Mail address.
    #[serde(default)]
    email: Option<String>,
    /// 10 to 1,000 characters.
    password: String,
    /// An invitation; the account joins what it invites to.
    #[serde(default)]
    invitation: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPassword {
    /// The password until now; empty when there is none yet.
    #[serde(default)]
    current: String,
    /// 10 to 1,000 characters.
    new: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LogIn {
    /// Handle or mail address.
    name: String,
    /// Password.
    password: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Refresh {
    /// The refresh token.
    refresh_token: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Me {
    /// Identity.
    id: UserId,
    /// The name after `@`.
    handle: String,
    /// The name people see.
    name: String,
    /// Mail address.
    email: Option<String>,
    /// Whether this server needs no login.
    solo: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Login {
    /// Identity.
    id: String,
    /// What the client said it is.
    client: String,
    /// When it began, in milliseconds since 1970.
    created_at: i64,
    /// When it was last refreshed.
    refreshed_at: i64,
    /// Whether it is the one that asks.
    current: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Token {
    /// Identity.
    id: String,
    /// What its owner calls it.
    name: String,
    /// What it allows at most.
    scopes: Vec<String>,
    /// When it ends, in milliseconds since 1970.
    expires_at: i64,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewToken {
    /// What its owner calls it.
    pub(super) name: String,
    /// What it allows at most; the owner's own permissions limit it further.
    pub(super) scopes: Vec<Permission>,
    /// For how long, 1 to 366 days.
    pub(super) days: u32,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct MadeToken {
    /// The token itself; it is not shown again.
    pub(super) token: String,
    /// What is kept of it.
    #[serde(flatten)]
    pub(super) kept: Token,
}

pub(super) async fn sign_up(
    State(app): State<Arc<App>>,
    origin: Origin,
    Body(new): Body<Register>,
) -> Result<(StatusCode, Json<Tokens>), Problem> {
    let Register { handle, name, email, password, invitation } = new;
    let user = Newcomer { handle, name, email }.row()?;
    let place = reserve(&app, &user, invitation.as_deref(), false).await?;
    let id = match app.accounts.register(user.clone(), &password, &origin).await {
        Ok(id) => id,
        Err(problem) => {
            place.release(&app, &user.id).await?;
            return Err(problem);
        }
    };
    place.take(&app, id, &origin).await?;
    Ok((StatusCode::CREATED, Json(app.accounts.begin(id, "registration", &origin).await?)))
}

pub(super) async fn log_in(
    State(app): State<Arc<App>>,
    origin: Origin,
    Body(given): Body<LogIn>,
) -> Result<Json<Tokens>, Problem> {
    Ok(Json(app.accounts.log_in(&given.name, &given.password, &origin).await?))
}

async fn refresh(
    State(app): State<Arc<App>>,
    origin: Origin,
    Body(given): Body<Refresh>,
) -> Result<Json<Tokens>, Problem> {
    Ok(Json(app.accounts.refresh(&given.refresh_token, &origin).await?))
}

async fn log_out(
    State(app): State<Arc<App>>,
    origin: Origin,
    Body(given): Body<Refresh>,
) -> Result<StatusCode, Problem> {
    app.accounts.log_out(&given.refresh_token, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn change_password(
    State(app): State<Arc<App>>,
    SignedIn(who): SignedIn,
    origin: Origin,
    Body(given): Body<NewPassword>,
) -> Result<Json<Tokens>, Problem> {
    Ok(Json(app.accounts.change_password(&who, &given.current, &given.new, &origin).await?))
}

async fn me(State(app): State<Arc<App>>, SignedIn(who): SignedIn) -> Result<Json<Me>, Problem> {
    let user = app.streams.store().user(&who.user.to_string()).await?.ok_or_else(Problem::not_found)?;
    let solo = matches!(app.mode, Mode::Solo(_));
    Ok(Json(Me { id: who.user, handle: user.handle, name: user.name, email: user.email, solo }))
}

async fn logins(State(app): State<Arc<App>>, SignedIn(who): SignedIn) -> Result<Json<Vec<Login>>, Problem> {
    let rows = app.streams.store().logins_of(&who.user.to_string()).await?;
    let logins = rows.into_iter().map(|row| Login {
        current: who.login.as_ref() == Some(&row.id),
        id: row.id,
        client: row.client,
        created_at: row.created_at,
        refreshed_at: row.rotated_at,
    });
    Ok(Json(logins.collect()))
}

async fn end_login(
    State(app): State<Arc<App>>,
    SignedIn(who): SignedIn,
    origin: Origin,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    if !app.streams.store().revoke_login(&who.user.to_string(), &plain(&id)?).await? {
        return Err(Problem::not_found());
    }
    app.accounts.record(AuthEntry::new(AuthEvent::LoginEnded, who.user, id, &origin)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Identities of logins and tokens are hexadecimal; anything else is not there, and PostgreSQL takes no NUL.
pub(super) fn plain(id: &str) -> Result<String, Problem> {
    match id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        true => Ok(id.to_owned()),
        false => Err(Problem::not_found()),
    }
}

pub(super) fn shown_token(row: &crate::storage::TokenRow) -> Token {
    Token {
        id: row.id.clone(),
        name: row.name.clone(),
        scopes: row.scopes.split(',').map(str::to_owned).collect(),
        expires_at: row.expires_at,
    }
}

async fn tokens(State(app): State<Arc<App>>, SignedIn(who): SignedIn) -> Result<Json<Vec<Token>>, Problem> {
    Ok(Json(app.streams.store().tokens_of(&who.user.to_string()).await?.iter().map(shown_token).collect()))
}

async fn make_token(
    State(app): State<Arc<App>>,
    SignedIn(who): SignedIn,
    origin: Origin,
    Body(new): Body<NewToken>,
) -> Result<(StatusCode, Json<MadeToken>), Problem> {
    let (row, token) = app.accounts.make_token(&who, &new.name, &new.scopes, new.days, &origin).await?;
    Ok((StatusCode::CREATED, Json(MadeToken { token, kept: shown_token(&row) })))
}

async fn remove_token(
    State(app): State<Arc<App>>,
    SignedIn(who): SignedIn,
    origin: Origin,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    if !app.streams.store().remove_token(&who.user.to_string(), &plain(&id)?).await? {
        return Err(Problem::not_found());
    }
    app.accounts.record(AuthEntry::new(AuthEvent::TokenRemoved, who.user, id, &origin)).await?;
    Ok(StatusCode::NO_CONTENT)
}
