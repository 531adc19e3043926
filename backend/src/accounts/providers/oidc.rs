//! OpenID Connect: where a provider's endpoints are, and whether an id_token is what it says (OpenID Connect Core 1.0,
//! 3.1.3.7; Discovery 1.0, 4.3).

use std::time::{Duration, Instant};

use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use reqwest::Client;
use serde::Deserialize;
use tokio::sync::Mutex;

use super::{Person, Provider, ProviderError, fetch};
use crate::accounts::same;

/// What was read of a provider is asked for again after this long.
const FRESH: Duration = Duration::from_secs(3_600);
/// A key that is not known may be a new one; but nobody makes this server ask for keys all the time.
const KEYS_PAUSE: Duration = Duration::from_secs(30);
const CLOCK_SKEW_SECONDS: u64 = 30;
/// Signatures with a key that only the provider has. Never `none`, and never HS256, for whose key a public key can be taken.
const ALGORITHMS: &[Algorithm] = &[
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// What a provider says about itself.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Metadata {
    issuer: String,
    pub(super) authorization_endpoint: String,
    pub(super) token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    pub(super) userinfo_endpoint: Option<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
    /// RFC 9207: answers carry the issuer.
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

impl Metadata {
    /// Whether the secret goes into the form; the header is the standard's first choice.
    pub(super) fn secret_in_form(&self) -> bool {
        let methods = &self.token_endpoint_auth_methods_supported;
        !methods.is_empty() && !methods.iter().any(|method| method == "client_secret_basic")
    }
}

#[derive(Debug, Default)]
pub(super) struct Cache {
    metadata: Mutex<Option<(Instant, Metadata)>>,
    keys: Mutex<Option<(Instant, JwkSet)>>,
}

/// What an id_token or the user's endpoint says about somebody.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Claims {
    sub: String,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default)]
    azp: Option<String>,
    #[serde(default)]
    aud: Audience,
    #[serde(default)]
    preferred_username: Option<String>,
    #[serde(default)]
    nickname: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    email_verified: Verified,
    /// Google's word for the Workspace that an account belongs to.
    #[serde(default)]
    hd: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(#[allow(dead_code, reason = "compared by the JWT library")] String),
    Many(Vec<String>),
}

impl Default for Audience {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

/// `true`; some providers write it as a text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum Verified {
    Flag(bool),
    Text(String),
    #[default]
    Absent,
}

impl Verified {
    fn holds(&self) -> bool {
        match self {
            Self::Flag(flag) => *flag,
            Self::Text(text) => text == "true",
            Self::Absent => false,
        }
    }
}

impl Cache {
    /// The provider's own description, which must be about the issuer that was configured.
    pub(super) async fn metadata(&self, http: &Client, issuer: &str) -> Result<Metadata, ProviderError> {
        let mut kept = self.metadata.lock().await;
        if let Some((since, metadata)) = &*kept
            && since.elapsed() < FRESH
        {
            return Ok(metadata.clone());
        }
        let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let metadata: Metadata = fetch::json("its description", http.get(fetch::endpoint(&url)?)).await?;
        if metadata.issuer != issuer {
            let said = fetch::shortened(&metadata.issuer);
            return Err(ProviderError::Failed(format!("it calls itself {said}, and {issuer} is configured")));
        }
        *kept = Some((Instant::now(), metadata.clone()));
        Ok(metadata)
    }

    /// The keys that may have signed a token with this header.
    async fn keys(&self, http: &Client, url: &str, kid: Option<&str>) -> Result<Vec<Jwk>, ProviderError> {
        let mut kept = self.keys.lock().await;
        let fitting = |set: &JwkSet| -> Vec<Jwk> {
            let usable = set.keys.iter().filter(|key| {
                key.common.public_key_use.as_ref().is_none_or(|usage| *usage == PublicKeyUse::Signature)
                    && kid.is_none_or(|kid| key.common.key_id.as_deref() == Some(kid))
            });
            usable.cloned().collect()
        };
        if let Some((since, set)) = &*kept {
            let keys = fitting(set);
            if since.elapsed() < KEYS_PAUSE || !keys.is_empty() && since.elapsed() < FRESH {
                return Ok(keys);
            }
        }
        let set: JwkSet = fetch::json("its keys", http.get(fetch::endpoint(url)?)).await?;
        let keys = fitting(&set);
        *kept = Some((Instant::now(), set));
        Ok(keys)
    }
}

impl Provider {
    /// What an id_token says, when this provider signed it, for this server, now, and for the login with this nonce.
    pub(super) async fn verify(
        &self,
        http: &Client,
        cache: &Cache,
        metadata: &Metadata,
        token: &str,
        nonce: &str,
    ) -> Result<Claims, ProviderError> {
        let untrusted = |what: &str| ProviderError::Untrusted(format!("the id_token {what}"));
        let header = jsonwebtoken::decode_header(token).map_err(|_| untrusted("cannot be read"))?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(untrusted("is not signed with a key of its own"));
        }
        let mut rules = Validation::new(header.alg);
        rules.set_audience(&[&self.client_id]);
        rules.set_issuer(&[&self.issuer]);
        rules.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        rules.validate_nbf = true;
        rules.leeway = CLOCK_SKEW_SECONDS;
        let keys = cache.keys(http, &metadata.jwks_uri, header.kid.as_deref()).await?;
        let mut why = untrusted("is signed with a key that the provider does not name");
        for key in keys {
            // A key that names its algorithm is good for that one alone.
            if key.common.key_algorithm.is_some_and(|named| named.to_string() != format!("{:?}", header.alg)) {
                continue;
            }
            let Ok(decoding) = DecodingKey::from_jwk(&key) else { continue };
            match jsonwebtoken::decode::<Claims>(token, &decoding, &rules) {
                Ok(data) => return self.accept(data.claims, nonce),
                Err(error) => why = untrusted(&format!("is not good: {error}")),
            }
        }
        Err(why)
    }

    fn accept(&self, claims: Claims, nonce: &str) -> Result<Claims, ProviderError> {
        let untrusted = |what: &str| Err(ProviderError::Untrusted(format!("the id_token {what}")));
        if !claims.nonce.as_deref().is_some_and(|given| same(given, nonce)) {
            return untrusted("belongs to another login");
        }
        let several = matches!(&claims.aud, Audience::Many(all) if all.len() > 1);
        if claims.azp.as_ref().map_or(several, |azp| *azp != self.client_id) {
            return untrusted("was made for another program");
        }
        if !(1..=255).contains(&claims.sub.len()) || claims.sub.contains('\0') {
            return untrusted("has no usable subject");
        }
        Ok(claims)
    }

    /// Adds what only the user's endpoint says, which must be about the same subject.
    pub(super) async fn complete(
        &self,
        http: &Client,
        metadata: &Metadata,
        access_token: Option<&str>,
        claims: Claims,
    ) -> Result<Claims, ProviderError> {
        let (Some(url), Some(token), None) = (&metadata.userinfo_endpoint, access_token, &claims.email) else {
            return Ok(claims);
        };
        let more: Claims = fetch::json("its user", http.get(fetch::endpoint(url)?).bearer_auth(token)).await?;
        if more.sub != claims.sub {
            return Err(ProviderError::Untrusted("its user is another than that of the id_token".to_owned()));
        }
        Ok(Claims { hd: claims.hd.or_else(|| more.hd.clone()), ..more })
    }

    pub(super) fn person(&self, claims: Claims) -> Person {
        let email = claims.email.filter(|_| claims.email_verified.holds()).map(|email| email.to_lowercase());
        let domain = match self.hosted_domain {
            true => claims.hd,
            false => email.as_ref().and_then(|email| Some(email.rsplit_once('@')?.1.to_owned())),
        };
        let handle = claims.preferred_username.or(claims.nickname).or_else(|| email.clone()).unwrap_or_default();
        Person {
            issuer: self.issuer.clone(),
            subject: claims.sub,
            name: claims.name.unwrap_or_else(|| handle.clone()),
            handle,
            email,
            domain: domain.map(|domain| domain.to_lowercase()),
        }
    }
}
