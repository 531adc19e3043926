//! Accounts over HTTP: registering, logging in, refreshing; one's logins and API tokens.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use domain::{Permission, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::guard::SignedIn;
use super::input::Body;
use super::route::{About, Api, Rule};
use crate::accounts::Tokens;
use crate::app::{App, Mode};
use crate::problem::Problem;

pub(super) fn register(api: &mut Api) {
    api.post(
        "/api/auth/register",
        About::new(Rule::Open, "Make an account").body::<Register>().gives::<Tokens>(201),
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
struct Register {
    /// The name after `@`: 2 to 40 letters, digits, `-`, `_` and `.`.
    handle: String,
    /// The name people see.
    name: String,
    /// Mail address.
    #[serde(default)]
    email: Option<String>,
    /// 10 to 1,000 characters.
    password: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LogIn {
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
struct Token {
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
struct NewToken {
    /// What its owner calls it.
    name: String,
    /// What it allows at most; the owner's own permissions limit it further.
    scopes: Vec<Permission>,
    /// For how long, 1 to 366 days.
    days: u32,
}

#[derive(Debug, Serialize, JsonSchema)]
struct MadeToken {
    /// The token itself; it is not shown again.
    token: String,
    /// What is kept of it.
    #[serde(flatten)]
    kept: Token,
}

async fn sign_up(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Body(new): Body<Register>,
) -> Result<(StatusCode, Json<Tokens>), Problem> {
    let first = app.streams.store().count_users().await? == 0;
    match app.mode {
        Mode::Team { open_registration } if open_registration || first => {}
        _ => return Err(Problem::forbidden("Registration is closed on this server; ask its administrator.")),
    }
    app.accounts.register(&new.handle, &new.name, new.email.as_deref(), &new.password).await?;
    let tokens = app.accounts.log_in(&new.handle, &new.password, client(&headers)).await?;
    Ok((StatusCode::CREATED, Json(tokens)))
}

fn client(headers: &HeaderMap) -> &str {
    headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or("unknown")
}

async fn log_in(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Body(given): Body<LogIn>,
) -> Result<Json<Tokens>, Problem> {
    Ok(Json(app.accounts.log_in(&given.name, &given.password, client(&headers)).await?))
}

async fn refresh(State(app): State<Arc<App>>, Body(given): Body<Refresh>) -> Result<Json<Tokens>, Problem> {
    Ok(Json(app.accounts.refresh(&given.refresh_token).await?))
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
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    match app.streams.store().revoke_login(&who.user.to_string(), &plain(&id)?).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::not_found()),
    }
}

/// Identities of logins and tokens are hexadecimal; anything else is not there, and PostgreSQL takes no NUL.
fn plain(id: &str) -> Result<String, Problem> {
    match id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        true => Ok(id.to_owned()),
        false => Err(Problem::not_found()),
    }
}

fn shown(row: &crate::storage::TokenRow) -> Token {
    Token {
        id: row.id.clone(),
        name: row.name.clone(),
        scopes: row.scopes.split(',').map(str::to_owned).collect(),
        expires_at: row.expires_at,
    }
}

async fn tokens(State(app): State<Arc<App>>, SignedIn(who): SignedIn) -> Result<Json<Vec<Token>>, Problem> {
    Ok(Json(app.streams.store().tokens_of(&who.user.to_string()).await?.iter().map(shown).collect()))
}

async fn make_token(
    State(app): State<Arc<App>>,
    SignedIn(who): SignedIn,
    Body(new): Body<NewToken>,
) -> Result<(StatusCode, Json<MadeToken>), Problem> {
    let (row, token) = app.accounts.make_token(&who, &new.name, &new.scopes, new.days).await?;
    Ok((StatusCode::CREATED, Json(MadeToken { token, kept: shown(&row) })))
}

async fn remove_token(
    State(app): State<Arc<App>>,
    SignedIn(who): SignedIn,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    match app.streams.store().remove_token(&who.user.to_string(), &plain(&id)?).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::not_found()),
    }
}
