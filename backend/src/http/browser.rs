//! Logins of browsers: the tokens stand in cookies that no script can read, so nothing that gets into a page can take them along.
//!
//! `devmentor-access` is the access token, for every path; `devmentor-refresh` the refresh token, for the routes of this file alone.
//! Both are `HttpOnly` and `SameSite=Strict`, and over https they carry the prefixes that keep neighbours under the same domain from
//! setting them. A browser adds cookies by itself, also to what a foreign page asks for; therefore the access token in a cookie
//! counts only for pages of this server: what changes something, and what opens a WebSocket, must carry this server's own `Origin`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use super::auth::{LogIn, NewPassword, Register, change_password, log_in, sign_up};
use super::guard::SignedIn;
use super::input::Body;
use super::providers::{Finish, finish};
use super::route::{About, Api, Rule};
use crate::accounts::{Origin, Tokens};
use crate::app::{App, Mode};
use crate::problem::Problem;

/// Where the refresh token is sent.
const REFRESH_PATH: &str = "/api/auth/browser";
const REFRESH_SECONDS: i64 = 30 * 24 * 3600;

pub(super) fn register(api: &mut Api) {
    let open = |summary: &str| About::new(Rule::Open, summary);
    let about = open("Make an account and log this browser in; the tokens go into cookies").body::<Register>();
    api.post("/api/auth/browser/register", about.gives::<LoggedIn>(200), register_here);
    let about = open("Log this browser in with a password; the tokens go into cookies").body::<LogIn>();
    api.post("/api/auth/browser/login", about.gives::<LoggedIn>(200), log_in_here);
    let about = open("Log this browser in with what it came back with from a provider").body::<Finish>();
    api.post("/api/auth/browser/finish", about.gives::<LoggedIn>(200), finish_here);
    let about = open("Exchange the refresh token in this browser's cookie").gives::<LoggedIn>(200);
    api.post("/api/auth/browser/refresh", about, refresh_here);
    let about = open("End this browser's login").gives_other(204, "");
    api.post("/api/auth/browser/logout", about, log_out_here);
    let about = About::new(Rule::SignedIn, "Change my password; every login ends, and this browser's begins anew");
    api.post("/api/auth/browser/password", about.body::<NewPassword>().gives::<LoggedIn>(200), change_password_here);
}

/// A browser that is logged in.
#[derive(Debug, Serialize, JsonSchema)]
struct LoggedIn {
    /// Seconds until it should refresh.
    expires_in: i64,
}

#[derive(Debug, Clone, Copy)]
enum Cookie {
    Access,
    Refresh,
}

impl Cookie {
    fn name(self, https: bool) -> &'static str {
        match (self, https) {
            (Self::Access, true) => "__Host-devmentor-access",
            (Self::Access, false) => "devmentor-access",
            (Self::Refresh, true) => "__Secure-devmentor-refresh",
            (Self::Refresh, false) => "devmentor-refresh",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Access => "/",
            Self::Refresh => REFRESH_PATH,
        }
    }

    /// The header that sets it; no value and no time take it away.
    fn set(self, https: bool, value: &str, seconds: i64) -> Option<HeaderValue> {
        let secure = if https { "; Secure" } else { "" };
        let (name, path) = (self.name(https), self.path());
        let text = format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
        HeaderValue::from_str(&text).ok()
    }

    /// Its value. A server that browsers reach by https believes only cookies that were set that way.
    fn read(self, app: &App, headers: &HeaderMap) -> Option<String> {
        let cookies = || {
            let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
            values.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='))
        };
        let find = |name: &str| cookies().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned());
        let plain = || (!app.providers.is_https()).then(|| find(self.name(false))).flatten();
        find(self.name(true)).or_else(plain).filter(|value| !value.is_empty())
    }
}

/// Whether the page that asks is one of this server's, by what the browser says of it; `None` when it says nothing.
fn own_page(app: &App, headers: &HeaderMap) -> Option<bool> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if let Some(origin) = headers.get(header::ORIGIN) {
        let origin = origin.to_str().unwrap_or_default();
        let place = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        let public = app.providers.public().map(|url| url.origin().ascii_serialization());
        return Some((place.is_some() && place == Some(host)) || public.as_deref() == Some(origin));
    }
    let site = headers.get("sec-fetch-site")?.to_str().unwrap_or_default();
    // `none`: its user typed the address or took a bookmark.
    Some(matches!(site, "same-origin" | "none"))
}

fn foreign() -> Problem {
    let detail = "A login in cookies counts only for this server's own pages. Behind a proxy, let it pass `Host` on as it \
                  came, or say `public_url`.";
    Problem::forbidden(detail)
}

/// Whether the page was reached by https, which decides what its cookies are called.
fn by_https(app: &App, headers: &HeaderMap) -> bool {
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    app.providers.is_https() || origin.is_some_and(|origin| origin.starts_with("https://"))
}

/// Turns the access token in a cookie into the header that everything else reads.
pub(super) async fn cookie_as_token(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    // Cookies know no ports: without login, whatever another server on this machine has set is none of ours.
    if matches!(app.mode, Mode::Solo(_)) || headers.contains_key(header::AUTHORIZATION) {
        return next.run(request).await;
    }
    let Some(token) = Cookie::Access.read(&app, headers) else { return next.run(request).await };
    let reads = matches!(*request.method(), Method::GET | Method::HEAD) && !headers.contains_key(header::UPGRADE);
    // Old browsers say nothing about plain reading, whose answer foreign pages cannot see.
    let own = own_page(&app, headers).unwrap_or(reads) && (reads || headers.contains_key(header::ORIGIN));
    // These say for themselves whom they serve, and must do so when the token is of no use any more.
    let by_itself = request.uri().path().starts_with("/api/auth/") && !request.uri().path().ends_with("/password");
    if !own && !by_itself {
        // A page that a link leads to from elsewhere is nobody's business, and has no data.
        return if super::dashboard::is_visit(&request) { next.run(request).await } else { foreign().into_response() };
    }
    let needs_token = !by_itself || request.uri().path().starts_with("/api/auth/device/");
    if own
        && needs_token
        && let Ok(value) = HeaderValue::from_str(&format!("Bearer {token}"))
    {
        request.headers_mut().insert(header::AUTHORIZATION, value);
    }
    next.run(request).await
}

/// What a browser gets instead of tokens.
fn keep(app: &App, headers: &HeaderMap, tokens: &Tokens) -> Response {
    let https = by_https(app, headers);
    let mut response = Json(LoggedIn { expires_in: tokens.expires_in }).into_response();
    let access = Cookie::Access.set(https, &tokens.access_token, tokens.expires_in);
    // Another tab has just refreshed when there is none: the cookie is the new one already.
    let refresh = tokens.refresh_token.as_ref().and_then(|text| Cookie::Refresh.set(https, text, REFRESH_SECONDS));
    for cookie in access.into_iter().chain(refresh) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn forget(app: &App, headers: &HeaderMap, mut response: Response) -> Response {
    let https = by_https(app, headers);
    for cookie in [Cookie::Access, Cookie::Refresh].into_iter().filter_map(|cookie| cookie.set(https, "", 0)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Nobody else's page logs a browser in or out.
fn only_here(app: &App, headers: &HeaderMap) -> Result<(), Problem> {
    if own_page(app, headers).unwrap_or(true) { Ok(()) } else { Err(foreign()) }
}

async fn register_here(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    origin: Origin,
    body: Body<Register>,
) -> Result<Response, Problem> {
    only_here(&app, &headers)?;
    let (_, Json(tokens)) = sign_up(State(app.clone()), origin, body).await?;
    Ok(keep(&app, &headers, &tokens))
}

async fn log_in_here(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    origin: Origin,
    body: Body<LogIn>,
) -> Result<Response, Problem> {
    only_here(&app, &headers)?;
    let Json(tokens) = log_in(State(app.clone()), origin, body).await?;
    Ok(keep(&app, &headers, &tokens))
}

async fn finish_here(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    origin: Origin,
    body: Body<Finish>,
) -> Result<Response, Problem> {
    only_here(&app, &headers)?;
    let Json(tokens) = finish(State(app.clone()), headers.clone(), origin, body).await?;
    Ok(keep(&app, &headers, &tokens))
}

async fn change_password_here(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    who: SignedIn,
    origin: Origin,
    body: Body<NewPassword>,
) -> Result<Response, Problem> {
    let Json(tokens) = change_password(State(app.clone()), who, origin, body).await?;
    Ok(keep(&app, &headers, &tokens))
}

async fn refresh_here(State(app): State<Arc<App>>, headers: HeaderMap, origin: Origin) -> Result<Response, Problem> {
    only_here(&app, &headers)?;
    let token =
        Cookie::Refresh.read(&app, &headers).ok_or_else(|| Problem::unauthorized("This browser is not logged in."))?;
    match app.accounts.refresh(&token, &origin).await {
        Ok(tokens) => Ok(keep(&app, &headers, &tokens)),
        Err(problem) if problem.status == StatusCode::UNAUTHORIZED.as_u16() => {
            Ok(forget(&app, &headers, problem.into_response()))
        }
        Err(problem) => Err(problem),
    }
}

async fn log_out_here(State(app): State<Arc<App>>, headers: HeaderMap, origin: Origin) -> Result<Response, Problem> {
    only_here(&app, &headers)?;
    if let Some(token) = Cookie::Refresh.read(&app, &headers) {
        app.accounts.log_out(&token, &origin).await?;
    }
    Ok(forget(&app, &headers, StatusCode::NO_CONTENT.into_response()))
}
