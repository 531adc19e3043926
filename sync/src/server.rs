//! The backend as a client sees it: typed requests, each with a time limit, and what can go wrong with them.

use std::time::Duration;

use domain::{Command, CommandId, Event, Permission, ProjectId, UserId};
use reqwest::{Method, StatusCode, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::credentials::Credentials;
use crate::people::PeopleShown;

/// A request that takes longer has failed.
const LIMIT: Duration = Duration::from_secs(20);
/// A stream of events may last so long; then it is opened again.
const ENDLESS: Duration = Duration::from_secs(24 * 3600);
/// A server that does not even take the connection for so long is not there.
const CONNECT: Duration = Duration::from_secs(5);
/// The largest answer that is read, in bytes.
const LARGEST: usize = 64 << 20;
/// When the server says nothing of how long to wait, and it is not to be asked at once.
const PAUSE: Duration = Duration::from_secs(1);
/// A server that asks for more patience than this is asked again nevertheless.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// Entities a page, and events a page.
const PAGE: usize = 1_000;
const EVENTS: usize = 500;

/// Why a request was not answered as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServerError {
    /// Nobody answers: no network, no server, a broken connection, an invalid certificate.
    #[error("{0}")]
    Unreachable(String),
    /// The server asks for patience.
    #[error("the server is busy: {detail}")]
    Busy {
        /// In its words.
        detail: String,
        /// Until then.
        after: Duration,
    },
    /// Who is asking is not known any more: log in again.
    #[error("the login is not valid any more: {0}")]
    Login(String),
    /// It will never do this.
    #[error("{}", .0.detail)]
    Refused(Problem),
    /// It failed, or answers with something that this version does not understand.
    #[error("{0}")]
    Broken(String),
}

impl ServerError {
    /// Whether the same request may succeed later without anybody doing anything.
    pub fn is_temporary(&self) -> bool {
        !matches!(self, ServerError::Refused(_) | ServerError::Login(_))
    }
}

/// A problem document (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The status.
    pub status: u16,
    /// What is wrong and what to do.
    #[serde(default)]
    pub detail: String,
    /// A stable name for programs.
    #[serde(default)]
    pub code: String,
    /// The field at fault.
    #[serde(default)]
    pub field: Option<String>,
}

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Me {
    /// Identity.
    pub id: UserId,
    /// The name one logs in with.
    #[serde(default)]
    pub handle: String,
    /// The name shown to people.
    #[serde(default)]
    pub name: String,
}

/// A project in a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ProjectShown {
    /// Identity.
    pub id: ProjectId,
    /// The short name in task keys.
    pub key: String,
    /// Name shown to people.
    pub name: String,
    /// The number of its last event.
    pub seq: u64,
    /// What I may do in it; a server that does not say so is asked by trying.
    #[serde(default)]
    pub permissions: Option<Vec<Permission>>,
}

/// A page of a project's entities.
#[derive(Debug, Deserialize)]
pub struct EntityPage {
    /// Names the history that numbers belong to.
    pub epoch: String,
    /// How far the project is.
    pub seq: u64,
    /// The entities.
    pub items: Vec<Versioned>,
    /// For the next page.
    pub next: Option<String>,
}

/// An entity with its version.
#[derive(Debug, Deserialize)]
pub struct Versioned {
    /// The number of the event that last changed it.
    pub version: u64,
    /// The entity.
    #[serde(flatten)]
    pub entity: domain::state::Entity,
}

/// Events of a project.
#[derive(Debug, Deserialize)]
pub struct EventPage {
    /// Names the history that numbers belong to.
    pub epoch: String,
    /// In order, without gaps.
    pub events: Vec<Event>,
    /// Whether there are more.
    pub more: bool,
}

/// A command that was done.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Accepted {
    /// The number of its event; or of the last one before it, when it changed nothing.
    pub seq: u64,
    /// Names the history that numbers belong to.
    pub epoch: String,
}

#[derive(Serialize)]
struct Sent<'a> {
    id: CommandId,
    command: &'a Command,
}

/// One backend and who asks it.
#[derive(Debug, Clone)]
pub struct Server {
    base: Url,
    http: reqwest::Client,
    credentials: Credentials,
}

impl Server {
    /// A backend at `base`, such as `https://devmentor.example.com`.
    ///
    /// # Errors
    /// The address is no HTTP address, or would send a login unencrypted over a network.
    pub fn new(base: &str, credentials: Credentials) -> Result<Server, ServerError> {
        let wrong = |why: &str| ServerError::Broken(format!("{base}: {why}"));
        let mut base_url = Url::parse(base).map_err(|error| wrong(&error.to_string()))?;
        let loopback = match base_url.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => return Err(wrong("an address begins with https://")),
        };
        match base_url.scheme() {
            "https" => {}
            "http" if loopback || !credentials.are_secret() => {}
            "http" => return Err(wrong("logins are sent by https:// only")),
            _ => return Err(wrong("an address begins with https://")),
        }
        if !base_url.path().ends_with('/') {
            base_url.set_path(&format!("{}/", base_url.path()));
        }
        base_url.set_query(None);
        base_url.set_fragment(None);
        // Whoever was first has installed the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .user_agent(concat!("devmentor/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .timeout(LIMIT)
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(2)
            .build()
            .map_err(|error| ServerError::Broken(chain(&error)))?;
        Ok(Server { base: base_url, http, credentials })
    }

    /// Its address.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// Who is asking.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// An address below the base.
    pub(crate) fn at(&self, path: &str) -> Result<Url, ServerError> {
        self.base.join(path).map_err(|error| ServerError::Broken(error.to_string()))
    }

    /// Who I am.
    ///
    /// # Errors
    /// [`ServerError`].
    pub async fn me(&self) -> Result<Me, ServerError> {
        self.get("api/me").await
    }

    /// The projects that I may see.
    ///
    /// # Errors
    /// [`ServerError`].
    pub async fn projects(&self) -> Result<Vec<ProjectShown>, ServerError> {
        self.get("api/projects").await
    }

    /// Makes a project in the organisation one is in, with a short name such as `DM`.
    ///
    /// # Errors
    /// [`ServerError`].
    pub async fn create_project(&self, key: &str, name: &str) -> Result<ProjectShown, ServerError> {
        let body = serde_json::json!({ "key": key, "name": name });
        self.request(Method::POST, self.at("api/projects")?, Some(&body)).await
    }

    /// One project.
    ///
    /// # Errors
    /// [`ServerError`]; `not_found` when it is gone or hidden.
    pub async fn project(&self, project: ProjectId) -> Result<ProjectShown, ServerError> {
        self.get(&format!("api/projects/{project}")).await
    }

    /// Who is who in a project, and what I may do there.
    ///
    /// # Errors
    /// [`ServerError`].
    pub async fn people(&self, project: ProjectId) -> Result<PeopleShown, ServerError> {
        self.get(&format!("api/projects/{project}/people")).await
    }

    /// A page of everything in a project; `after` is `next` of the page before.
    ///
    /// # Errors
    /// [`ServerError`].
    pub async fn entities(&self, project: ProjectId, after: Option<&str>) -> Result<EntityPage, ServerError> {
        let mut url = self.at(&format!("api/projects/{project}/entities"))?;
        url.query_pairs_mut().append_pair("limit", &PAGE.to_string());
        if let Some(after) = after {
            url.query_pairs_mut().append_pair("after", after);
        }
        self.request(Method::GET, url, None::<&()>).await
    }

    /// Events after a number.
    ///
    /// # Errors
    /// [`ServerError`].
    pub async fn events(&self, project: ProjectId, after: u64) -> Result<EventPage, ServerError> {
        self.get(&format!("api/projects/{project}/events?after={after}&limit={EVENTS}")).await
    }

    /// Sends a command. The same identity again is done once.
    ///
    /// # Errors
    /// [`ServerError`].
    pub async fn send(&self, project: ProjectId, id: CommandId, command: &Command) -> Result<Accepted, ServerError> {
        let url = self.at(&format!("api/projects/{project}/commands"))?;
        self.request(Method::POST, url, Some(&Sent { id, command })).await
    }

    /// A request whose answer has no end.
    pub(crate) fn streaming(&self, path: &str) -> Result<reqwest::RequestBuilder, ServerError> {
        let mut request = self.http.get(self.at(path)?).timeout(ENDLESS);
        if let Some(token) = self.credentials.token() {
            request = request.bearer_auth(token);
        }
        Ok(request)
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ServerError> {
        self.request(Method::GET, self.at(path)?, None::<&()>).await
    }

    async fn request<T: DeserializeOwned>(
        &self,
        method: Method,
        url: Url,
        body: Option<&impl Serialize>,
    ) -> Result<T, ServerError> {
        let mut request = self.http.request(method, url).header(header::ACCEPT, "application/json");
        if let Some(token) = self.credentials.token() {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(|error| ServerError::Unreachable(chain(&error)))?;
        let status = response.status();
        let after = response
            .headers()
            .get(header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.parse().ok())
            .map_or(PAUSE, Duration::from_secs)
            .min(LONGEST_PAUSE);
        let text = read(response).await?;
        if status.is_success() {
            return serde_json::from_slice(&text).map_err(|error| {
                ServerError::Broken(format!("{}: an answer of another version of DevMentor ({error})", self.base))
            });
        }
        Err(self.failure(status, after, &text))
    }

    fn failure(&self, status: StatusCode, after: Duration, text: &[u8]) -> ServerError {
        let problem: Option<Problem> = serde_json::from_slice(text).ok();
        let detail =
            problem.as_ref().map_or_else(|| format!("{} answered {status}", self.base), |it| it.detail.clone());
        match (status, problem) {
            (StatusCode::UNAUTHORIZED, _) => ServerError::Login(detail),
            (StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE, _) => ServerError::Busy { detail, after },
            // Only the backend itself may say that something will never be done; a proxy before it may not.
            (status, Some(problem)) if status.is_client_error() && problem.status == status.as_u16() => {
                ServerError::Refused(problem)
            }
            _ => ServerError::Broken(detail),
        }
    }
}

/// Reads an answer up to its limit.
async fn read(mut response: reqwest::Response) -> Result<Vec<u8>, ServerError> {
    let mut text = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|error| ServerError::Unreachable(chain(&error)))? {
        if text.len() + piece.len() > LARGEST {
            return Err(ServerError::Broken(format!("an answer of more than {} MB", LARGEST >> 20)));
        }
        text.extend_from_slice(&piece);
    }
    Ok(text)
}

/// An error with its causes; the outermost alone says only "error sending request".
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let text = inner.to_string();
        if !told.contains(&text) {
            told += ": ";
            told += &text;
        }
        cause = inner.source();
    }
    told
}
