//! Letting command lines and editors in (RFC 8628): what they ask, what their user answers, and a page to answer on.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::guard::SignedIn;
use super::input::{Body, Form, Query};
use super::origin::program_name;
use super::page::{escape, failed, page};
use super::providers::browser_cookie;
use super::route::{About, Api, Rule};
use crate::accounts::devices::{Heard, with_dash};
use crate::accounts::{Origin, digest, fresh_secret, internal, same};
use crate::app::{App, Mode};
use crate::problem::Problem;
use domain::UserId;

pub(super) fn register(api: &mut Api) {
    api.post(
        "/api/auth/device/code",
        About::new(Rule::Open, "A program asks to be let in, and gets a code for its user (RFC 8628, 3.1)")
            .form::<Ask>()
            .gives::<Codes>(200)
            .gives::<OAuthError>(400),
        ask,
    );
    api.post(
        "/api/auth/device/token",
        About::new(Rule::Open, "The program asks whether it was let in, and gets its tokens once (RFC 8628, 3.4)")
            .form::<AskAgain>()
            .gives::<OAuthTokens>(200)
            .gives::<OAuthError>(400),
        ask_again,
    );
    api.post(
        "/api/auth/device/look",
        About::new(Rule::SignedIn, "Which program waits under a code").body::<Code>().gives::<Waiting>(200),
        look,
    );
    api.post(
        "/api/auth/device/decide",
        About::new(Rule::SignedIn, "Let a waiting program in as me, or turn it away")
            .body::<Decide>()
            .gives_other(204, ""),
        decide,
    );
    let about = About::new(Rule::Open, "The page on which people let a program in").query::<Prefilled>();
    api.get("/device", about.gives_other(200, "text/html").page(), form_page);
    let about = About::new(Rule::Open, "The page's first step: the code, and who answers");
    api.post("/device", about.form::<WhoAnswers>().gives_other(200, "text/html").page(), confirm_page);
    let about = About::new(Rule::Open, "The page's second step: yes or no");
    api.post("/device/decide", about.form::<Answer>().gives_other(200, "text/html").page(), decided_page);
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Ask {
    /// The kind of program, such as `devmentor-cli`.
    client_id: String,
    /// What it calls itself to its user: its name and the machine's.
    #[serde(default)]
    client_name: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Codes {
    /// For the program's own questions.
    device_code: String,
    /// For its user to type.
    user_code: String,
    /// Where to type it.
    verification_uri: String,
    /// The same with the code filled in.
    verification_uri_complete: String,
    /// Seconds until both codes end.
    expires_in: i64,
    /// Seconds between two questions.
    interval: i64,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct AskAgain {
    /// `urn:ietf:params:oauth:grant-type:device_code`.
    grant_type: String,
    /// The program's code.
    device_code: String,
    /// As in the first question.
    client_id: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct OAuthTokens {
    /// For `Authorization: Bearer`.
    access_token: String,
    /// `Bearer`.
    token_type: &'static str,
    /// Seconds until it ends.
    expires_in: i64,
    /// For `/api/auth/refresh`.
    refresh_token: Option<String>,
}

/// An error as OAuth has it.
#[derive(Debug, Serialize, JsonSchema)]
struct OAuthError {
    /// `authorization_pending`, `slow_down`, `expired_token`, `access_denied`, `invalid_grant`, `invalid_request`,
    /// `unsupported_grant_type`.
    error: &'static str,
    /// What it means.
    error_description: &'static str,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Code {
    /// The code that the program shows.
    user_code: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Waiting {
    /// What the program calls itself.
    client: String,
    /// Where it asked from.
    address: String,
    /// When, in milliseconds since 1970.
    created_at: i64,
    /// Until when it may be let in.
    expires_at: i64,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Decide {
    /// The code that the program shows.
    user_code: String,
    /// Whether to let it in.
    approve: bool,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Prefilled {
    /// The code that the program shows.
    #[serde(default)]
    user_code: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct WhoAnswers {
    /// The code that the program shows.
    user_code: String,
    /// Handle or mail address.
    name: String,
    /// Password.
    password: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Answer {
    /// From the page before.
    ticket: String,
    /// `yes` or `no`.
    answer: String,
}

/// Without accounts there is nothing to log in to.
fn accounts_only(app: &App) -> Result<(), Problem> {
    match app.mode {
        Mode::Solo(_) => Err(Problem::forbidden("This server needs no login.")),
        Mode::Team { .. } => Ok(()),
    }
}

fn refused(error: &'static str, error_description: &'static str) -> Response {
    let headers = [(header::CACHE_CONTROL, "no-store")];
    (StatusCode::BAD_REQUEST, headers, Json(OAuthError { error, error_description })).into_response()
}

/// Where browsers reach this server: as configured, else as the asker has reached it.
fn base(app: &App, headers: &HeaderMap) -> String {
    match app.providers.public() {
        Some(url) => url.as_str().trim_end_matches('/').to_owned(),
        None => {
            let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
            format!("http://{host}")
        }
    }
}

async fn ask(
    State(app): State<Arc<App>>,
    origin: Origin,
    headers: HeaderMap,
    Form(ask): Form<Ask>,
) -> Result<Response, Problem> {
    accounts_only(&app)?;
    if ask.client_id.is_empty() || ask.client_id.len() > 100 {
        return Ok(refused("invalid_request", "client_id is 1 to 100 characters long"));
    }
    let client = program_name(ask.client_name.as_deref().unwrap_or(&ask.client_id));
    let begun = app.accounts.begin_device(&Origin { client, ..origin }).await?;
    let verification_uri = format!("{}/device", base(&app, &headers));
    let codes = Codes {
        verification_uri_complete: format!("{verification_uri}?user_code={}", begun.user_code),
        verification_uri,
        device_code: begun.device_code,
        user_code: begun.user_code,
        expires_in: begun.expires_in,
        interval: begun.interval,
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(codes)).into_response())
}

async fn ask_again(
    State(app): State<Arc<App>>,
    origin: Origin,
    Form(ask): Form<AskAgain>,
) -> Result<Response, Problem> {
    accounts_only(&app)?;
    if ask.grant_type != "urn:ietf:params:oauth:grant-type:device_code" {
        return Ok(refused(
            "unsupported_grant_type",
            "only urn:ietf:params:oauth:grant-type:device_code is known here",
        ));
    }
    if ask.client_id.is_empty() || ask.client_id.len() > 100 {
        return Ok(refused("invalid_request", "client_id is 1 to 100 characters long"));
    }
    Ok(match app.accounts.ask_device(&ask.device_code, &origin).await? {
        Heard::Pending => refused("authorization_pending", "nobody has answered yet"),
        Heard::SlowDown => refused("slow_down", "wait five seconds longer between two questions"),
        Heard::Expired => refused("expired_token", "nobody has answered in time; begin again"),
        Heard::Denied => refused("access_denied", "the answer was no"),
        Heard::Unknown => refused("invalid_grant", "there is no such code, or its tokens were given already"),
        Heard::Tokens(tokens) => {
            let tokens = OAuthTokens {
                access_token: tokens.access_token,
                token_type: "Bearer",
                expires_in: tokens.expires_in,
                refresh_token: tokens.refresh_token,
            };
            ([(header::CACHE_CONTROL, "no-store")], Json(tokens)).into_response()
        }
    })
}

async fn look(
    State(app): State<Arc<App>>,
    SignedIn(who): SignedIn,
    Body(code): Body<Code>,
) -> Result<Json<Waiting>, Problem> {
    let device = app.accounts.waiting_device(who.in_person()?.user, &code.user_code).await?;
    let (client, address) = (device.client, device.address);
    Ok(Json(Waiting { client, address, created_at: device.created_at, expires_at: device.expires_at }))
}

async fn decide(
    State(app): State<Arc<App>>,
    SignedIn(who): SignedIn,
    origin: Origin,
    Body(given): Body<Decide>,
) -> Result<StatusCode, Problem> {
    app.accounts.decide_device(who.in_person()?.user, &given.user_code, given.approve, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn form_page(State(app): State<Arc<App>>, Query(given): Query<Prefilled>) -> Response {
    if let Err(problem) = accounts_only(&app) {
        return failed(&problem);
    }
    first_step(&app, StatusCode::OK, given.user_code.as_deref().unwrap_or_default(), None)
}

fn first_step(app: &App, status: StatusCode, user_code: &str, problem: Option<&Problem>) -> Response {
    let code: String = user_code.chars().filter(|symbol| !symbol.is_control()).take(20).collect();
    let error = problem.map(|problem| format!("<p class=\"error\">{}</p>", escape(&problem.detail)));
    let providers: String = app
        .providers
        .all()
        .iter()
        .filter(|_| !code.is_empty())
        .map(|provider| {
            let back: String =
                url::form_urlencoded::byte_serialize(format!("/device?user_code={code}").as_bytes()).collect();
            let (id, name) = (&provider.id, escape(&provider.name));
            format!("<p><a href=\"/api/auth/providers/{id}/start?return_to={back}\">Log in with {name} instead</a></p>")
        })
        .collect();
    let body = format!(
        "<p>A program shows you a code and asks to work as you. Go on only if you have just started it yourself.</p>{}\
         <form method=\"post\" action=\"/device\">\
         <label>Code <input name=\"user_code\" class=\"code\" value=\"{}\" maxlength=\"20\" autocapitalize=\"characters\" autocomplete=\"off\" required></label>\
         <label>Handle or mail address <input name=\"name\" autocomplete=\"username\" required></label>\
         <label>Password <input name=\"password\" type=\"password\" autocomplete=\"current-password\" required></label>\
         <button>Go on</button></form>{providers}",
        error.unwrap_or_default(),
        escape(&code),
    );
    page(status, "Let a program in", &body)
}

async fn confirm_page(
    State(app): State<Arc<App>>,
    origin: Origin,
    headers: HeaderMap,
    Form(given): Form<WhoAnswers>,
) -> Response {
    if let Err(problem) = accounts_only(&app) {
        return failed(&problem);
    }
    let step = async {
        let user = app.accounts.prove(&given.name, &given.password, &origin).await?;
        second_step(&app, &headers, user, &given.user_code).await
    };
    step.await.unwrap_or_else(|problem: Problem| {
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        first_step(&app, status, &given.user_code, Some(&problem))
    })
}

/// Who answers, to which code, in which browser: kept until they have.
#[derive(Debug, Serialize, Deserialize)]
struct Asked {
    user: UserId,
    user_code: String,
    browser: String,
}

const KIND: &str = "device";
const ANSWER_MS: i64 = 300_000;

/// Shows somebody who has proved who they are which program waits, and asks for yes or no.
pub(super) async fn second_step(
    app: &App,
    headers: &HeaderMap,
    user: UserId,
    user_code: &str,
) -> Result<Response, Problem> {
    let device = app.accounts.waiting_device(user, user_code).await?;
    let store = app.streams.store();
    let row = store.user(&user.to_string()).await?.filter(|row| !row.disabled).ok_or_else(Problem::not_found)?;
    let (browser, cookie) = browser_cookie(app, headers)?;
    let (ticket, now) = (fresh_secret()?, crate::streams::now().as_millisecond());
    let asked = Asked { user, user_code: device.user_code.clone(), browser: digest(&browser) };
    let asked = serde_json::to_string(&asked).map_err(internal)?;
    store.put_ticket(KIND, &digest(&ticket), &asked, now + ANSWER_MS, now).await?;
    let body = format!(
        "<p class=\"code\">{}</p><p><b>{}</b>, which asked from {}, wants to work as <b>@{}</b>: everything that you may do, \
         until you end its login.</p><form method=\"post\" action=\"/device/decide\">\
         <input type=\"hidden\" name=\"ticket\" value=\"{ticket}\">\
         <button name=\"answer\" value=\"yes\">Let it in</button><button name=\"answer\" value=\"no\">Turn it away</button></form>",
        with_dash(&device.user_code),
        escape(&device.client),
        escape(if device.address.is_empty() { "an unknown address" } else { &device.address }),
        escape(&row.handle),
    );
    let mut answer = page(StatusCode::OK, "Let a program in?", &body);
    answer.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(answer)
}

async fn decided_page(
    State(app): State<Arc<App>>,
    origin: Origin,
    headers: HeaderMap,
    Form(given): Form<Answer>,
) -> Response {
    let step = async {
        accounts_only(&app)?;
        let old = || Problem::unauthorized("This page is too old, or from another browser; begin again.");
        let now = crate::streams::now().as_millisecond();
        let asked = app.streams.store().take_ticket(KIND, &digest(&given.ticket), now).await?.ok_or_else(old)?;
        let asked: Asked = serde_json::from_str(&asked).map_err(internal)?;
        let browser = super::providers::browser(&app, &headers);
        if !browser.is_some_and(|browser| same(&digest(&browser), &asked.browser)) {
            return Err(old());
        }
        let approve = match given.answer.as_str() {
            "yes" => true,
            "no" => false,
            _ => return Err(Problem::invalid("answer", "answer is yes or no.")),
        };
        app.accounts.decide_device(asked.user, &asked.user_code, approve, &origin).await?;
        Ok(page(
            StatusCode::OK,
            if approve { "It is in" } else { "It was turned away" },
            "<p>You may close this page and go back to the program.</p>",
        ))
    };
    step.await.unwrap_or_else(|problem| failed(&problem))
}
