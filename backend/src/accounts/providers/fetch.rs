//! Asking providers over HTTP: within time and size, without following redirects, encrypted.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response};
use serde::de::DeserializeOwned;
use url::{Host, Url};

use super::ProviderError;

const MAX_ANSWER: usize = 1 << 20;

/// Over HTTPS, or on this machine.
pub(super) fn is_safe(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return false,
    };
    url.scheme() == "https" || url.scheme() == "http" && loopback
}

pub(super) fn client() -> Result<Client, String> {
    // Installed by whoever is first; all are the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(concat!("DevMentor/", env!("CARGO_PKG_VERSION")))
        .timeout(Duration::from_secs(10))
        .connect_timeout(Duration::from_secs(5))
        // A redirect would carry a secret to where nobody configured it.
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| format!("HTTPS: {error}"))
}

/// An endpoint that a provider names.
pub(super) fn endpoint(text: &str) -> Result<Url, ProviderError> {
    let url = Url::parse(text).ok().filter(is_safe);
    url.ok_or_else(|| ProviderError::Failed(format!("it names an endpoint that is not https: {}", shortened(text))))
}

/// Something of theirs in a message of ours.
pub(super) fn shortened(text: &str) -> String {
    text.chars().filter(|symbol| !symbol.is_control()).take(200).collect()
}

async fn body(mut response: Response) -> Result<Vec<u8>, ProviderError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if bytes.len() + chunk.len() > MAX_ANSWER {
            return Err(ProviderError::Failed("its answer is too long".to_owned()));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn failed(error: reqwest::Error) -> ProviderError {
    // Without the URL, which may hold a code.
    let error = error.without_url();
    let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
    ProviderError::Failed(format!("{error}{cause}"))
}

/// Sends a request and reads JSON; an answer that is no success names the OAuth error in it.
pub(super) async fn json<T: DeserializeOwned>(what: &str, request: RequestBuilder) -> Result<T, ProviderError> {
    #[derive(serde::Deserialize)]
    struct Refused {
        error: String,
    }
    let response = request.header("accept", "application/json").send().await.map_err(failed)?;
    let status = response.status();
    let bytes = body(response).await?;
    // GitHub answers with 200 and an error.
    if let Ok(Refused { error }) = serde_json::from_slice(&bytes) {
        return Err(ProviderError::Untrusted(format!("{what}: {}", shortened(&error))));
    }
    if !status.is_success() {
        return Err(ProviderError::Failed(format!("{what}: status {}", status.as_u16())));
    }
    serde_json::from_slice(&bytes).map_err(|error| ProviderError::Failed(format!("{what}: {error}")))
}

#[cfg(test)]
mod tests {
    #[test]
    fn secrets_go_over_https_or_stay_on_this_machine() {
        let safe = |text: &str| super::is_safe(&text.parse().unwrap());
        for url in ["https://a.example", "http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1"] {
            assert!(safe(url), "{url}");
        }
        for url in
            ["http://a.example", "http://localhost.a.example", "http://10.0.0.1", "file:///etc/passwd", "data:,x"]
        {
            assert!(!safe(url), "{url}");
        }
    }
}
