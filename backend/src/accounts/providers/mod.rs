//! Logging in by an account somewhere else: GitHub, GitLab, Google, and whoever speaks OpenID Connect.
//!
//! A provider is data ([`ProviderConfig`]): a preset, or an issuer's URL. The way is the authorization code flow with PKCE,
//! state and nonce (`flow`), bound to one browser. Signatures, issuer and audience are checked by the JWT library that signs
//! our own tokens (`oidc`); a library for the whole protocol would bring the elliptic curves a second time and some
//! thirty crates, for two requests and the comparison of a nonce.

mod config;
mod fetch;
mod flow;
mod github;
mod oidc;

pub use config::{Preset, ProviderConfig, read_file};
pub use flow::{Brought, Finished, Flow};

use url::Url;

use crate::problem::Problem;
use axum::http::StatusCode;

/// Who a provider says somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who says so.
    pub issuer: String,
    /// The account there; never given to anybody else, unlike names and addresses.
    pub subject: String,
    /// A handle that they may like.
    pub handle: String,
    /// Their name.
    pub name: String,
    /// Their address, only when the provider says that it is theirs.
    pub email: Option<String>,
    /// The organisation whose account it is, as the provider vouches for it: a domain.
    pub domain: Option<String>,
}

/// Why a provider does not let somebody in.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// It cannot be reached, or answers with something else than it should.
    #[error("{0}")]
    Failed(String),
    /// What it sent is not what was asked for: forged, old, or meant for another.
    #[error("{0}")]
    Untrusted(String),
}

impl From<ProviderError> for Problem {
    fn from(error: ProviderError) -> Self {
        match error {
            ProviderError::Failed(cause) => {
                tracing::warn!(cause, "a provider failed");
                let detail = format!("The provider did not answer as it should: {cause}. Try again in a moment.");
                Self::new(StatusCode::BAD_GATEWAY, "provider_failed", detail)
            }
            ProviderError::Untrusted(cause) => {
                tracing::warn!(cause, "a provider's answer was refused");
                let detail = format!("The provider's answer was refused: {cause}. Begin again.");
                Self::new(StatusCode::UNAUTHORIZED, "untrusted_login", detail)
            }
        }
    }
}

/// A provider that is ready to be asked.
#[derive(Debug)]
pub struct Provider {
    /// Its name in URLs.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Whoever it lets in may make an account, even where registration is closed.
    pub registration: bool,
    /// Domains whose people it lets in; everybody when there is none.
    pub domains: Vec<String>,
    /// Whether `domains` mean the provider's own word for the organisation, not the address.
    hosted_domain: bool,
    protocol: Protocol,
    issuer: String,
    client_id: String,
    client_secret: Option<String>,
    scopes: String,
}

#[derive(Debug)]
enum Protocol {
    Oidc(Box<oidc::Cache>),
    Github,
}

/// Every provider of this server.
#[derive(Debug)]
pub struct Providers {
    list: Vec<Provider>,
    public: Option<Url>,
    http: reqwest::Client,
}

impl Providers {
    /// From their configuration. `public` is the URL at which browsers reach this server.
    ///
    /// # Errors
    /// Something is missing or wrong; the text names the provider and the key.
    pub fn new(public: Option<&str>, providers: &[ProviderConfig]) -> Result<Self, String> {
        let public = public.map(config::public_url).transpose()?;
        if public.is_none() && !providers.is_empty() {
            return Err("providers need --public-url: the address at which browsers reach this server".to_owned());
        }
        let mut list: Vec<Provider> = Vec::new();
        for provider in providers {
            let provider = provider.resolve()?;
            if list.iter().any(|other| other.id == provider.id) {
                return Err(format!("there are two providers with id {}", provider.id));
            }
            list.push(provider);
        }
        Ok(Self { list, public, http: fetch::client()? })
    }

    /// In the order of the configuration.
    pub fn all(&self) -> &[Provider] {
        &self.list
    }

    /// The provider with this name.
    ///
    /// # Errors
    /// There is none.
    pub fn get(&self, id: &str) -> Result<&Provider, Problem> {
        self.list.iter().find(|provider| provider.id == id).ok_or_else(Problem::not_found)
    }

    /// The name of the provider of an issuer.
    pub fn name_of(&self, issuer: &str) -> Option<&str> {
        self.list.iter().find(|provider| provider.issuer == issuer).map(|provider| provider.name.as_str())
    }

    /// Where browsers reach this server, when the configuration says so.
    pub fn public(&self) -> Option<&Url> {
        self.public.as_ref()
    }

    /// Whether cookies may be for encrypted connections alone.
    pub fn is_https(&self) -> bool {
        self.public.as_ref().is_some_and(|url| url.scheme() == "https")
    }

    fn redirect_uri(&self, provider: &Provider) -> String {
        let base = self.public.as_ref().map(Url::as_str).unwrap_or_default().trim_end_matches('/');
        format!("{base}/api/auth/providers/{}/callback", provider.id)
    }
}
