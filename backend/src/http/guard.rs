//! The rule of a route, enforced before its handler runs. What belongs to others is not there: 404, never 403.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::{OrgId, Permissions, ProjectId};

use super::dashboard;
use super::limits::{Passed, by_asker};
use super::route::Rule;
use crate::accounts::Identity;
use crate::app::{App, Mode};
use crate::problem::Problem;
use crate::streams::{Slot, permissions};

/// A stream that the asker may use as the route's rule says.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) slot: Arc<Slot>,
    pub(super) who: Identity,
    /// What they may do there, as far as their token allows it.
    pub(super) permissions: Permissions,
}

/// A project, likewise.
#[derive(Debug, Clone)]
pub(super) struct InProject {
    pub(super) id: ProjectId,
    place: Place,
}

/// An organisation, likewise.
#[derive(Debug, Clone)]
pub(super) struct InOrg {
    pub(super) id: OrgId,
    place: Place,
}

macro_rules! is_a_place {
    ($($name:ident)*) => {$(
        impl std::ops::Deref for $name {
            type Target = Place;

            fn deref(&self) -> &Place {
                &self.place
            }
        }
    )*};
}
is_a_place!(InProject InOrg);

/// Whoever is logged in.
#[derive(Debug, Clone)]
pub(super) struct SignedIn(pub(super) Identity);

macro_rules! from_extensions {
    ($($name:ident)*) => {$(
        impl<S: Sync> FromRequestParts<S> for $name {
            type Rejection = Problem;

            async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
                // Absent only when a route's rule and its handler do not fit; a test calls every route.
                parts.extensions.get::<Self>().cloned().ok_or_else(|| {
                    crate::storage::StoreError::Other("the rule of this route does not fit its handler".to_owned()).into()
                })
            }
        }
    )*};
}
from_extensions!(InProject InOrg Place SignedIn);

pub(super) async fn admit(
    State((app, rule)): State<(Arc<App>, Rule)>,
    path: RawPathParams,
    mut request: Request,
    next: Next,
) -> Response {
    match check(&app, rule, &path, &mut request).await {
        Ok(passed) => {
            let mut answer = next.run(request).await;
            passed.onto(&mut answer);
            answer
        }
        Err(refused) => refused,
    }
}

async fn check(app: &App, rule: Rule, path: &RawPathParams, request: &mut Request) -> Result<Passed, Response> {
    if rule == Rule::Open {
        return Ok(Passed::default());
    }
    let who = identify(app, request.headers()).await.map_err(Problem::into_response)?;
    let (path_now, token) = (request.uri().path().to_owned(), bearer(request.headers()).map(str::to_owned));
    let passed = by_asker(app, &path_now, token.as_deref(), who.user).await?;
    admitted(app, rule, path, request, who).await.map_err(Problem::into_response)?;
    Ok(passed)
}

async fn admitted(
    app: &App,
    rule: Rule,
    path: &RawPathParams,
    request: &mut Request,
    who: Identity,
) -> Result<(), Problem> {
    let named = |name: &str| path.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned());
    match rule {
        Rule::Project(wanted) => {
            let id: ProjectId = named("project").and_then(|id| id.parse().ok()).ok_or_else(Problem::not_found)?;
            let place = enter(app, &id.to_string(), who.clone(), wanted).await?;
            request.extensions_mut().insert(place.clone());
            request.extensions_mut().insert(InProject { id, place });
        }
        Rule::Org(wanted) => {
            let id: OrgId = named("org").and_then(|id| id.parse().ok()).ok_or_else(Problem::not_found)?;
            let place = enter(app, &id.to_string(), who.clone(), wanted).await?;
            request.extensions_mut().insert(place.clone());
            request.extensions_mut().insert(InOrg { id, place });
        }
        Rule::SignedIn | Rule::Open => {}
    }
    request.extensions_mut().insert(SignedIn(who));
    Ok(())
}

/// The stream as it is now, for those who may.
async fn enter(app: &App, stream: &str, who: Identity, wanted: domain::Permission) -> Result<Place, Problem> {
    let (slot, org) = app.streams.fresh_with_org(stream).await?.ok_or_else(Problem::not_found)?;
    let has = permissions(&slot, org.as_deref(), who.user);
    permit(has, &who, wanted)?;
    Ok(Place { slot, permissions: has.intersection(who.limit), who })
}

/// 404 for strangers, 403 for those who are inside but may not.
fn permit(has: Permissions, who: &Identity, wanted: domain::Permission) -> Result<(), Problem> {
    if has.is_empty() {
        return Err(Problem::not_found());
    }
    match has.intersection(who.limit).has(wanted) {
        true => Ok(()),
        false => Err(Problem::forbidden(format!("This needs the permission {}.", wanted.name()))),
    }
}

/// Who a request comes from, by its `Authorization`.
pub(super) async fn identify(app: &App, headers: &HeaderMap) -> Result<Identity, Problem> {
    match (bearer(headers), app.mode) {
        (Some(token), _) => app.accounts.identify(token).await,
        (None, Mode::Solo(user)) => Ok(Identity::whole(user)),
        (None, Mode::Team { .. }) => Err(Problem::unauthorized("Log in first, or send an API token.")),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ").map(str::trim)
}

/// In solo mode nobody logs in, so a page of another origin must not get anything done: its requests carry its `Origin`,
/// and a name that was rebound to this machine stands in `Host`.
pub(super) async fn same_origin(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if matches!(app.mode, Mode::Solo(_)) {
        let headers = request.headers();
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let origin = headers.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or_default());
        let same = origin.is_none_or(|origin| {
            origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://")) == Some(host)
        });
        let foreign = headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site" || site == "same-site");
        // Following a link to the dashboard shows nothing to the page that the link stands on.
        let followed = dashboard::is_visit(&request) && origin.is_none();
        if !is_loopback(host) || !same || (foreign && !followed) {
            let detail =
                "Without login this server answers only programs on this machine, and no pages of other origins.";
            return Problem::forbidden(detail).into_response();
        }
    }
    next.run(request).await
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

#[cfg(test)]
mod tests {
    #[test]
    fn loopback_by_name_and_by_number_only() {
        for host in ["localhost", "localhost:80", "127.0.0.1:7777", "[::1]:7777", "[::1]"] {
            assert!(super::is_loopback(host), "{host}");
        }
        for host in
            ["", "localhost.evil.example", "127.0.0.1.evil.example:80", "evil.example:80", "::1", "localhost:80:80x"]
        {
            assert!(!super::is_loopback(host), "{host}");
        }
    }
}
