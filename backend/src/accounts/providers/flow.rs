//! One login by way of a provider: the browser goes there with a state, a nonce and a PKCE challenge, and comes back with
//! a code. What was sent is kept for ten minutes and for one return, by the browser that was sent (a cookie's secret).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use domain::UserId;
use serde::{Deserialize, Serialize};
use url::form_urlencoded::byte_serialize;

use super::{Person, Protocol, Provider, ProviderError, Providers, fetch};
use crate::accounts::{digest, fresh_secret, internal, random, same};
use crate::problem::Problem;
use crate::storage::Store;

const LIFE_MS: i64 = 600_000;
const KIND: &str = "provider";

/// Why somebody goes to a provider.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// The account to link; none for logging in.
    #[serde(default)]
    pub link: Option<UserId>,
    /// The invitation to accept when this makes an account.
    #[serde(default)]
    pub invitation: Option<String>,
    /// The page of this server to go on with.
    pub return_to: String,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    provider: String,
    verifier: String,
    nonce: String,
    /// Hash of what the browser keeps.
    browser: String,
    flow: Flow,
}

/// A browser that is back.
#[derive(Debug)]
pub struct Finished {
    /// Why it went.
    pub flow: Flow,
    /// Who the provider says it is.
    pub person: Person,
}

/// What a browser brings back.
#[derive(Debug, Default, Deserialize, schemars::JsonSchema)]
pub struct Brought {
    /// What it was sent with.
    #[serde(default)]
    pub state: Option<String>,
    /// What the provider gives for it.
    #[serde(default)]
    pub code: Option<String>,
    /// Why it gives none.
    #[serde(default)]
    pub error: Option<String>,
    /// Who answers (RFC 9207).
    #[serde(default)]
    pub iss: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    access_token: Option<String>,
    id_token: Option<String>,
}

impl Providers {
    /// Where to send a browser, which keeps the secret `browser` until it is back.
    ///
    /// # Errors
    /// There is no such provider, or it cannot be reached.
    pub async fn begin(&self, store: &dyn Store, id: &str, flow: Flow, browser: &str) -> Result<String, Problem> {
        let provider = self.get(id)?;
        let (state, nonce) = (fresh_secret()?, fresh_secret()?);

        let verifier = BASE64.encode(random::<32>()?);
        let endpoint = match &provider.protocol {
            Protocol::Oidc(cache) => cache.metadata(&self.http, &provider.issuer).await?.authorization_endpoint,
            Protocol::Github => format!("{}/login/oauth/authorize", provider.issuer),
        };
        let mut url = fetch::endpoint(&endpoint)?;
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("response_type", "code")
                .append_pair("client_id", &provider.client_id)
                .append_pair("redirect_uri", &self.redirect_uri(provider))
                .append_pair("scope", &provider.scopes)
                .append_pair("state", &state)
                .append_pair("code_challenge", &challenge(&verifier))
                .append_pair("code_challenge_method", "S256");
            if matches!(provider.protocol, Protocol::Oidc(_)) {
                query.append_pair("nonce", &nonce);
            }
        }
        let kept = Kept { provider: provider.id.clone(), verifier, nonce, browser: digest(browser), flow };
        let body = serde_json::to_string(&kept).map_err(internal)?;
        let now = crate::streams::now().as_millisecond();
        store.put_ticket(KIND, &digest(&state), &body, now + LIFE_MS, now).await?;
        Ok(url.into())
    }

    /// Takes a browser back, and asks the provider who it is.
    ///
    /// # Errors
    /// This browser was not sent, or too long ago, or has been back; the provider refuses, or its answer is not to be
    /// trusted.
    pub async fn finish(
        &self,
        store: &dyn Store,
        id: &str,
        brought: &Brought,
        browser: Option<&str>,
    ) -> Result<Finished, Problem> {
        let provider = self.get(id)?;
        let untrusted = |what: &str| Problem::from(ProviderError::Untrusted(what.to_owned()));
        let state = brought.state.as_deref().unwrap_or_default();
        let now = crate::streams::now().as_millisecond();
        let kept = store.take_ticket(KIND, &digest(state), now).await?;
        let kept = kept.ok_or_else(|| untrusted("this login was not begun here, or too long ago"))?;
        let kept: Kept = serde_json::from_str(&kept).map_err(internal)?;
        if kept.provider != provider.id {
            return Err(untrusted("this login was begun with another provider"));
        }
        // Else somebody could be made to finish the login that another has begun.
        if !browser.is_some_and(|browser| same(&digest(browser), &kept.browser)) {
            return Err(untrusted("this login was begun in another browser"));
        }
        if let Some(error) = &brought.error {
            return Err(untrusted(&format!("it says {}", fetch::shortened(error))));
        }
        let code = brought.code.as_deref().ok_or_else(|| untrusted("it sent no code"))?;
        let person = self.ask(provider, &kept, brought.iss.as_deref(), code).await?;
        Ok(Finished { flow: kept.flow, person })
    }

    async fn ask(
        &self,
        provider: &Provider,
        kept: &Kept,
        iss: Option<&str>,
        code: &str,
    ) -> Result<Person, ProviderError> {
        let http = &self.http;
        match &provider.protocol {
            Protocol::Oidc(cache) => {
                let metadata = cache.metadata(http, &provider.issuer).await?;
                // RFC 9207: an answer of another provider never gets as far as our secret.
                if iss.map_or(metadata.authorization_response_iss_parameter_supported, |iss| iss != provider.issuer) {
                    return Err(ProviderError::Untrusted("the answer comes from another issuer".to_owned()));
                }
                let answer =
                    self.exchange(provider, &metadata.token_endpoint, metadata.secret_in_form(), kept, code).await?;
                let token =
                    answer.id_token.ok_or_else(|| ProviderError::Untrusted("it sent no id_token".to_owned()))?;
                let claims = provider.verify(http, cache, &metadata, &token, &kept.nonce).await?;
                let claims = provider.complete(http, &metadata, answer.access_token.as_deref(), claims).await?;
                Ok(provider.person(claims))
            }
            Protocol::Github => {
                let url = format!("{}/login/oauth/access_token", provider.issuer);
                let answer = self.exchange(provider, &url, true, kept, code).await?;
                let token = answer.access_token;
                let token = token.ok_or_else(|| ProviderError::Untrusted("it sent no token".to_owned()))?;
                provider.github_person(http, &token).await
            }
        }
    }

    async fn exchange(
        &self,
        provider: &Provider,
        url: &str,
        secret_in_form: bool,
        kept: &Kept,
        code: &str,
    ) -> Result<Answer, ProviderError> {
        let redirect_uri = self.redirect_uri(provider);
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &redirect_uri),
            ("code_verifier", &kept.verifier),
        ];
        let mut request = self.http.post(fetch::endpoint(url)?);
        match &provider.client_secret {
            // RFC 6749, 2.3.1: both are form-encoded before they go into the header.
            Some(secret) if !secret_in_form => {
                let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
                request = request.basic_auth(encoded(&provider.client_id), Some(encoded(secret)));
            }
            Some(secret) => form.extend([("client_id", provider.client_id.as_str()), ("client_secret", secret)]),
            None => form.push(("client_id", &provider.client_id)),
        }
        fetch::json("its tokens", request.form(&form)).await
    }
}

/// RFC 7636: what is sent ahead of the verifier.
fn challenge(verifier: &str) -> String {
    use sha2::Digest;
    BASE64.encode(sha2::Sha256::digest(verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    /// The example of RFC 7636, appendix B.
    #[test]
    fn the_challenge_is_that_of_the_standard() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(super::challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
