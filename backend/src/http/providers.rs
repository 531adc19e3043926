//! Logging in by way of a provider, and linking one.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::guard::SignedIn;
use super::input::{Body, Query};
use super::invitations::reserve;
use super::page;
use super::route::{About, Api, Rule};
use crate::accounts::providers::{Brought, Finished, Flow, Person, Provider};
use crate::accounts::{AuthEntry, AuthEvent, Newcomer, Origin, Tokens, digest, fresh_id, fresh_secret, internal, same};
use crate::app::App;
use crate::problem::Problem;
use crate::storage::{IdentityRow, StoreError};

pub(super) fn register(api: &mut Api) {
    let about = About::new(Rule::Open, "Where else people may log in");
    api.get("/api/auth/providers", about.gives::<Vec<Shown>>(200), list);
    let about = About::new(Rule::Open, "Send this browser to a provider").query::<Start>();
    api.get("/api/auth/providers/{provider}/start", about.gives_other(303, "").page(), start);
    let about = About::new(Rule::Open, "The provider sends the browser back; it goes on to where it came from")
        .query::<Brought>()
        .gives_other(303, "")
        .gives_other(200, "text/html")
        .page();
    api.get("/api/auth/providers/{provider}/callback", about, callback);
    let about = About::new(Rule::Open, "Exchange what the browser came back with: `#login=…` of the page's address");
    api.post("/api/auth/providers/finish", about.body::<Finish>().gives::<Tokens>(200), finish);
    let about = About::new(Rule::SignedIn, "My accounts at providers");
    api.get("/api/me/identities", about.gives::<Vec<Linked>>(200), identities);
    let about = About::new(Rule::SignedIn, "Begin to link an account at a provider: where to send this browser");
    api.post("/api/me/identities", about.body::<Link>().gives::<GoTo>(200), link);
    let about = About::new(Rule::SignedIn, "Unlink an account at a provider");
    api.delete("/api/me/identities/{identity}", about.gives_other(204, ""), unlink);
}

#[derive(Debug, Serialize, JsonSchema)]
struct Shown {
    /// Its name in URLs.
    id: String,
    /// Its name for people.
    name: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Start {
    /// The page of this server to go on with; it gets `#login=…`.
    #[serde(default)]
    return_to: Option<String>,
    /// An invitation, when this is to make an account.
    #[serde(default)]
    invitation: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Finish {
    /// What stood behind `#login=`; good for one minute and one use, in the browser that was sent.
    login: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Linked {
    /// Identity.
    id: String,
    /// The provider's name, or its URL when it is no longer configured.
    provider: String,
    /// The account there.
    label: String,
    /// When it was linked, in milliseconds since 1970.
    created_at: i64,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Link {
    /// Which provider.
    provider: String,
    /// The page of this server to go on with.
    #[serde(default)]
    return_to: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct GoTo {
    /// Where to send the browser.
    url: String,
}

/// A page of this server: `/board?x=1`. Never another server, however it is written.
fn own_page(given: Option<&str>) -> Result<String, Problem> {
    let given = given.unwrap_or("/");
    let wrong = || Problem::invalid("return_to", "return_to is a path of this server, such as /board.");
    let plain =
        given.len() <= 1_000 && given.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\' && byte != b'#');
    let base = url::Url::parse("http://here.invalid").map_err(internal)?;
    let own = given.starts_with('/') && base.join(given).is_ok_and(|url| url.origin() == base.origin());
    // `//host` is another server to a browser, and so is `/` with such a thing behind dots.
    match plain && own && !given.starts_with("//") && base.join(given).is_ok_and(|url| !url.path().starts_with("//")) {
        true => Ok(given.to_owned()),
        false => Err(wrong()),
    }
}

fn cookie_name(app: &App) -> &'static str {
    // The prefix keeps neighbours under the same domain from setting it; it needs https.
    if app.providers.is_https() { "__Host-devmentor-browser" } else { "devmentor-browser" }
}

/// What this browser keeps to be known again.
pub(super) fn browser(app: &App, headers: &HeaderMap) -> Option<String> {
    let name = cookie_name(app);
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let value = pairs.find(|(key, _)| *key == name)?.1;
    (value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| value.to_owned())
}

/// The same, or a fresh one, and the header that makes the browser keep it for the next minutes.
pub(super) fn browser_cookie(app: &App, headers: &HeaderMap) -> Result<(String, HeaderValue), Problem> {
    let browser = browser(app, headers).map_or_else(fresh_secret, Ok)?;
    let secure = if app.providers.is_https() { "; Secure" } else { "" };
    let cookie = format!("{}={browser}; Path=/; Max-Age=900; HttpOnly; SameSite=Lax{secure}", cookie_name(app));
    let cookie = HeaderValue::from_str(&cookie).map_err(internal)?;
    Ok((browser, cookie))
}

async fn list(State(app): State<Arc<App>>) -> Json<Vec<Shown>> {
    let shown = |provider: &Provider| Shown { id: provider.id.clone(), name: provider.name.clone() };
    Json(app.providers.all().iter().map(shown).collect())
}

async fn start(
    State(app): State<Arc<App>>,
    Path(provider): Path<String>,
    headers: HeaderMap,
    Query(start): Query<Start>,
) -> Response {
    let go = async {
        let flow = Flow { link: None, invitation: start.invitation, return_to: own_page(start.return_to.as_deref())? };
        let (browser, cookie) = browser_cookie(&app, &headers)?;
        let url = app.providers.begin(&**app.streams.store(), &provider, flow, &browser).await?;
        redirect(&url, Some(cookie))
    };
    go.await.unwrap_or_else(|problem| page::failed(&problem))
}

fn redirect(to: &str, cookie: Option<HeaderValue>) -> Result<Response, Problem> {
    let mut response = (StatusCode::SEE_OTHER, [(header::CACHE_CONTROL, "no-store")]).into_response();
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_str(to).map_err(internal)?);
    if let Some(cookie) = cookie {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Somebody who is back from a provider and is about to get tokens.
#[derive(Debug, Serialize, Deserialize)]
struct Arrived {
    user: UserId,
    provider: String,
    browser: String,
}

const KIND: &str = "arrived";
const FINISH_MS: i64 = 60_000;

async fn callback(
    State(app): State<Arc<App>>,
    Path(provider): Path<String>,
    headers: HeaderMap,
    origin: Origin,
    Query(back): Query<Brought>,
) -> Response {
    let go = async {
        let provider = app.providers.get(&provider)?;
        let browser = browser(&app, &headers);
        let store = app.streams.store();
        let Finished { flow, person } = app.providers.finish(&**store, &provider.id, &back, browser.as_deref()).await?;
        if let Some(user) = flow.link {
            link_to(&app, user, &person, &origin).await?;
            return redirect(&flow.return_to, None);
        }
        let user = enter(&app, provider, &flow, &person, &origin).await?;
        // The page on which programs are let in has no script that could read an address.
        if let Some(user_code) = flow.return_to.strip_prefix("/device?user_code=") {
            return super::device::second_step(&app, &headers, user, user_code).await;
        }
        let (ticket, now) = (fresh_secret()?, crate::streams::now().as_millisecond());
        let browser = digest(&browser.unwrap_or_default());
        let arrived = Arrived { user, provider: provider.id.clone(), browser };
        let arrived = serde_json::to_string(&arrived).map_err(internal)?;
        store.put_ticket(KIND, &digest(&ticket), &arrived, now + FINISH_MS, now).await?;
        // Behind `#` it reaches no server and no log.
        redirect(&format!("{}#login={ticket}", flow.return_to), None)
    };
    go.await.unwrap_or_else(|problem| page::failed(&problem))
}

/// Whose account a provider's account opens; makes one where that is allowed.
///
/// Nobody gets into an account by its mail address: addresses of accounts are not verified here, and those of providers
/// are not ours to judge. An address that is taken ends the attempt, and whoever owns the account links it.
async fn enter(
    app: &App,
    provider: &Provider,
    flow: &Flow,
    person: &Person,
    origin: &Origin,
) -> Result<UserId, Problem> {
    let store = app.streams.store();
    if let Some(known) = store.identity(&person.issuer, &person.subject).await? {
        return known.user.parse().map_err(internal);
    }
    let domain = person.domain.as_deref();
    if !provider.domains.is_empty() && !domain.is_some_and(|domain| provider.domains.iter().any(|one| one == domain)) {
        let detail = format!("{} says that you belong to another organisation.", provider.name);
        return Err(Problem::forbidden(detail));
    }
    let taken = || {
        let detail = "There is an account with your mail address. Log in to it, and link this provider there.";
        Problem::new(StatusCode::CONFLICT, "link_first", detail)
    };
    let user = newcomer(person)?.row()?;
    if let Some(email) = &user.email
        && store.user_named(email).await?.is_some()
    {
        return Err(taken());
    }
    let place = reserve(app, &user, flow.invitation.as_deref(), provider.registration).await?;
    match app.accounts.register_with(user.clone(), identity_row(person, &user.id)?, origin).await {
        Ok(id) => {
            place.take(app, id, origin).await?;
            Ok(id)
        }
        Err(problem) => {
            place.release(app, &user.id).await?;
            // Two tabs came back at once: the account is there.
            match store.identity(&person.issuer, &person.subject).await? {
                Some(known) => known.user.parse().map_err(internal),
                None if problem.code == "taken" => Err(taken()),
                None => Err(problem),
            }
        }
    }
}

fn newcomer(person: &Person) -> Result<Newcomer, Problem> {
    let local = person.handle.split('@').next().unwrap_or_default().to_lowercase();
    let mut handle: String = local
        .chars()
        .map(|symbol| if symbol.is_ascii_alphanumeric() || matches!(symbol, '-' | '_' | '.') { symbol } else { '-' })
        .take(40)
        .collect();
    handle = handle.trim_matches(|symbol: char| !symbol.is_ascii_alphanumeric()).to_owned();
    if handle.len() < 2 {
        handle = format!("user-{}", &fresh_id()?[..6]);
    }
    let name: String = person.name.chars().filter(|symbol| !symbol.is_control()).take(200).collect();
    let name = if name.trim().is_empty() { handle.clone() } else { name };
    // An address in a shape that we do not keep is none.
    let email = person.email.clone().filter(|email| {
        email.len() <= 254
            && matches!(email.split_once('@'), Some((a, b)) if !a.is_empty() && b.contains('.'))
            && !email.chars().any(char::is_control)
    });
    Ok(Newcomer { handle, name, email })
}

fn identity_row(person: &Person, user: &str) -> Result<IdentityRow, Problem> {
    let label = person.email.as_ref().unwrap_or(&person.handle);
    Ok(IdentityRow {
        id: fresh_id()?,
        user: user.to_owned(),
        issuer: person.issuer.clone(),
        subject: person.subject.clone(),
        label: label.chars().filter(|symbol| !symbol.is_control()).take(254).collect(),
        created_at: crate::streams::now().as_millisecond(),
    })
}

pub(super) async fn finish(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    origin: Origin,
    Body(given): Body<Finish>,
) -> Result<Json<Tokens>, Problem> {
    let refused = || Problem::unauthorized("This login has ended, or belongs to another browser; begin again.");
    let now = crate::streams::now().as_millisecond();
    let arrived = app.streams.store().take_ticket(KIND, &digest(&given.login), now).await?.ok_or_else(refused)?;
    let arrived: Arrived = serde_json::from_str(&arrived).map_err(internal)?;
    if !browser(&app, &headers).is_some_and(|browser| same(&digest(&browser), &arrived.browser)) {
        return Err(refused());
    }
    Ok(Json(app.accounts.begin(arrived.user, &arrived.provider, &origin).await?))
}

async fn identities(State(app): State<Arc<App>>, SignedIn(who): SignedIn) -> Result<Json<Vec<Linked>>, Problem> {
    let rows = app.streams.store().identities_of(&who.user.to_string()).await?;
    let shown = |row: IdentityRow| Linked {
        provider: app.providers.name_of(&row.issuer).unwrap_or(&row.issuer).to_owned(),
        id: row.id,
        label: row.label,
        created_at: row.created_at,
    };
    Ok(Json(rows.into_iter().map(shown).collect()))
}

async fn link(
    State(app): State<Arc<App>>,
    SignedIn(who): SignedIn,
    headers: HeaderMap,
    Body(given): Body<Link>,
) -> Result<Response, Problem> {
    let return_to = own_page(given.return_to.as_deref())?;
    let flow = Flow { link: Some(who.in_person()?.user), invitation: None, return_to };
    let (browser, cookie) = browser_cookie(&app, &headers)?;
    let url = app.providers.begin(&**app.streams.store(), &given.provider, flow, &browser).await?;
    let mut response = Json(GoTo { url }).into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

async fn link_to(app: &App, user: UserId, person: &Person, origin: &Origin) -> Result<(), Problem> {
    let store = app.streams.store();
    match store.add_identity(&identity_row(person, &user.to_string())?).await {
        Ok(()) => {
            let entry = AuthEntry::new(AuthEvent::IdentityLinked, user, &person.issuer, origin);
            app.accounts.record(entry).await
        }
        Err(StoreError::Taken(_)) => {
            let known = store.identity(&person.issuer, &person.subject).await?;
            match known.is_some_and(|known| known.user == user.to_string()) {
                true => Ok(()),
                false => {
                    let detail = "This account at the provider opens another account here; unlink it there first.";
                    Err(Problem::new(StatusCode::CONFLICT, "taken", detail))
                }
            }
        }
        Err(error) => Err(error.into()),
    }
}

async fn unlink(
    State(app): State<Arc<App>>,
    SignedIn(who): SignedIn,
    origin: Origin,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let (store, me) = (app.streams.store(), who.in_person()?.user.to_string());
    let linked = store.identities_of(&me).await?;
    let row = linked.iter().find(|row| row.id == id).ok_or_else(Problem::not_found)?;
    let has_password = store.user(&me).await?.is_some_and(|user| !user.password.is_empty());
    if linked.len() == 1 && !has_password {
        let detail = "This is your only way in; set a password or link another provider first.";
        return Err(Problem::new(StatusCode::CONFLICT, "last_way_in", detail));
    }
    if !store.remove_identity(&me, &row.id).await? {
        return Err(Problem::not_found());
    }
    app.accounts.record(AuthEntry::new(AuthEvent::IdentityUnlinked, &me, &row.issuer, &origin)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::own_page;

    #[test]
    fn browsers_go_on_within_this_server() {
        for fine in ["/", "/board", "/device?user_code=BCDF-GHJK", "/a/b?c=//d"] {
            assert_eq!(own_page(Some(fine)).unwrap(), fine);
        }
        for elsewhere in [
            "",
            "board",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example",
            "/\t/evil.example",
            "/x/..//evil.example",
            "/.//evil.example",
            "javascript:alert(1)",
            "/a#login=x",
            "/a\r\nb: c",
            "/ä",
        ] {
            assert!(own_page(Some(elsewhere)).is_err(), "{elsewhere}");
        }
    }
}
