//! What a program asks of a team's server about its own login: typed, and nothing else.

use std::time::Duration;

use reqwest::{RequestBuilder, StatusCode, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;

const CLIENT_ID: &str = "devmentor-cli";
const MAX_ANSWER: usize = 1 << 20;
/// A server's wish to be asked less often is followed up to here.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Why a server did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// The address cannot be used.
    #[error("{0}")]
    Address(String),
    /// Nobody answers.
    #[error("{server} cannot be reached: {cause}")]
    Away {
        /// Who was asked.
        server: String,
        /// What went wrong.
        cause: String,
    },
    /// It refuses, and says why.
    #[error("{detail}")]
    Refused {
        /// HTTP's number for it.
        status: u16,
        /// In its words.
        detail: String,
    },
    /// It answers something else: it is no DevMentor server, or another version.
    #[error("{server} does not answer as a DevMentor server: {what}")]
    Strange {
        /// Who was asked.
        server: String,
        /// What is odd.
        what: String,
    },
}

/// A code for the program and one for its user.
#[derive(Debug, Deserialize)]
pub(crate) struct Codes {
    device_code: String,
    /// What the user compares.
    pub(crate) user_code: String,
    /// Where the user goes.
    pub(crate) verification_uri_complete: String,
    /// Seconds until the codes end.
    pub(crate) expires_in: u64,
    #[serde(default = "five")]
    interval: u64,
}

fn five() -> u64 {
    5
}

fn quarter() -> u64 {
    900
}

/// What a login or a refresh gives.
#[derive(Debug, Deserialize)]
pub(crate) struct Tokens {
    pub(crate) access_token: String,
    /// Seconds until it ends.
    #[serde(default = "quarter")]
    pub(crate) expires_in: u64,
    /// None when another program has just refreshed the same login.
    pub(crate) refresh_token: Option<String>,
}

/// Who one is.
#[derive(Debug, Deserialize)]
pub(crate) struct Me {
    pub(crate) handle: String,
    pub(crate) name: String,
}

#[derive(Deserialize)]
struct Problem {
    detail: String,
}

#[derive(Deserialize)]
struct OAuthError {
    error: String,
}

/// A server.
#[derive(Debug)]
pub(crate) struct Client {
    base: Url,
    http: reqwest::Client,
}

impl Client {
    /// A server by its address. Without encryption only on this machine, unless `insecure`.
    pub(crate) fn new(address: &str, insecure: bool) -> Result<Self, Fault> {
        let wrong = |what: String| Fault::Address(format!("{address}: {what}"));
        let with_scheme = if address.contains("://") { address.to_owned() } else { format!("https://{address}") };
        let base = Url::parse(&with_scheme).map_err(|error| wrong(error.to_string()))?;
        let local = matches!(base.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        match base.scheme() {
            "https" => {}
            "http" if local || insecure => {}
            "http" => {
                let what =
                    "without https everybody on the way can read your login; say --insecure if that is what you want";
                return Err(wrong(what.to_owned()));
            }
            _ => return Err(wrong("an address begins with https://".to_owned())),
        }
        if base.path() != "/" || base.query().is_some() || base.fragment().is_some() || !base.username().is_empty() {
            return Err(wrong("give the server alone, such as https://devmentor.example.com".to_owned()));
        }
        // Installed by whoever is first; all are the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .user_agent(concat!("devmentor/", env!("CARGO_PKG_VERSION")))
            .timeout(Duration::from_secs(20))
            .connect_timeout(Duration::from_secs(10))
            // A redirect would carry a token to another server.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| wrong(error.to_string()))?;
        Ok(Self { base, http })
    }

    /// The address as it is kept and shown.
    pub(crate) fn server(&self) -> String {
        self.base.as_str().trim_end_matches('/').to_owned()
    }

    fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(path);
        url
    }

    /// Asks to be let in under a name that the user will see.
    pub(crate) async fn begin_login(&self, name: &str) -> Result<Codes, Fault> {
        let form = [("client_id", CLIENT_ID), ("client_name", name)];
        let codes: Codes = self.json(self.http.post(self.url("/api/auth/device/code")).form(&form)).await?;
        // It is printed for somebody to open, as a URL is written and as nothing else.
        match Url::parse(&codes.verification_uri_complete) {
            Ok(page) if matches!(page.scheme(), "http" | "https") => {
                Ok(Codes { verification_uri_complete: page.into(), ..codes })
            }
            _ => Err(self.strange("it names no page to open")),
        }
    }

    /// Asks, at the pace that the server wants, until its user has answered. `stopped` is looked at in between.
    pub(crate) async fn await_login(&self, codes: &Codes, stopped: impl Fn() -> bool) -> Result<Option<Tokens>, Fault> {
        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("device_code", &codes.device_code),
            ("client_id", CLIENT_ID),
        ];
        let mut pause = Duration::from_secs(codes.interval).min(LONGEST_PAUSE);
        let end = tokio::time::Instant::now() + Duration::from_secs(codes.expires_in);
        let refused = |detail: &str| Fault::Refused { status: 400, detail: detail.to_owned() };
        while tokio::time::Instant::now() < end {
            let until = tokio::time::Instant::now() + pause;
            while tokio::time::Instant::now() < until {
                if stopped() {
                    return Ok(None);
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            let (status, body) = match self.send(self.http.post(self.url("/api/auth/device/token")).form(&form)).await {
                Ok(answer) => answer,
                // RFC 8628, 3.5: a server that is away for a moment is asked less often.
                Err(Fault::Away { .. }) => {
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    continue;
                }
                Err(fault) => return Err(fault),
            };
            if status.is_success() {
                return self.read(&body).map(Some);
            }
            match serde_json::from_slice(&body).map(|OAuthError { error }| error).as_deref() {
                Ok("authorization_pending") => {}
                Ok("slow_down") => pause = (pause + Duration::from_secs(5)).min(LONGEST_PAUSE),
                Ok("access_denied") => return Err(refused("the answer was no")),
                Ok("expired_token" | "invalid_grant") => break,
                _ if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() => {
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                _ => return Err(self.refusal(status, &body)),
            }
        }
        Err(refused("nobody has answered in time; run the command again"))
    }

    /// Exchanges a refresh token.
    pub(crate) async fn refresh(&self, token: &str) -> Result<Tokens, Fault> {
        let body = serde_json::json!({ "refresh_token": token });
        self.json(self.http.post(self.url("/api/auth/refresh")).json(&body)).await
    }

    /// Ends the login of a refresh token.
    pub(crate) async fn log_out(&self, token: &str) -> Result<(), Fault> {
        let body = serde_json::json!({ "refresh_token": token });
        let (status, body) = self.send(self.http.post(self.url("/api/auth/logout")).json(&body)).await?;
        if status.is_success() { Ok(()) } else { Err(self.refusal(status, &body)) }
    }

    /// Who holds an access token.
    pub(crate) async fn me(&self, access_token: &str) -> Result<Me, Fault> {
        self.json(self.http.get(self.url("/api/me")).bearer_auth(access_token)).await
    }

    async fn json<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Fault> {
        let (status, body) = self.send(request).await?;
        if status.is_success() { self.read(&body) } else { Err(self.refusal(status, &body)) }
    }

    async fn send(&self, request: RequestBuilder) -> Result<(StatusCode, Vec<u8>), Fault> {
        let away = |error: reqwest::Error| {
            let error = error.without_url();
            // The innermost cause says what it is: a name that is not known, a refused connection, a certificate.
            let mut cause: &dyn std::error::Error = &error;
            while let Some(inner) = cause.source() {
                cause = inner;
            }
            Fault::Away { server: self.server(), cause: cause.to_string() }
        };
        let mut response = request.send().await.map_err(away)?;
        let (status, mut body) = (response.status(), Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(away)? {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err(self.strange("its answer is too long"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok((status, body))
    }

    fn read<T: DeserializeOwned>(&self, body: &[u8]) -> Result<T, Fault> {
        serde_json::from_slice(body).map_err(|error| self.strange(&error.to_string()))
    }

    fn refusal(&self, status: StatusCode, body: &[u8]) -> Fault {
        match serde_json::from_slice(body) {
            Ok(Problem { detail }) => Fault::Refused { status: status.as_u16(), detail },
            Err(_) => self.strange(&format!("status {}", status.as_u16())),
        }
    }

    fn strange(&self, what: &str) -> Fault {
        Fault::Strange { server: self.server(), what: what.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::Client;

    #[test]
    fn a_login_goes_over_https_or_stays_on_this_machine() {
        for (given, server) in [
            ("devmentor.example.com", "https://devmentor.example.com"),
            ("https://devmentor.example.com/", "https://devmentor.example.com"),
            ("http://localhost:7340", "http://localhost:7340"),
            ("http://[::1]:7340", "http://[::1]:7340"),
        ] {
            assert_eq!(Client::new(given, false).unwrap().server(), server);
        }
        for given in [
            "http://devmentor.example.com",
            "http://localhost.evil.example",
            "ftp://a.example",
            "https://a.example/board",
            "https://me@a.example",
            "https://",
            "",
        ] {
            assert!(Client::new(given, false).is_err(), "{given}");
        }
        assert!(Client::new("http://devmentor.example.com", true).is_ok(), "who insists");
    }
}
