//! Where a request comes from, for the record of logins.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header;
use axum::http::request::Parts;

use crate::accounts::Origin;

impl<S: Sync> FromRequestParts<S> for Origin {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let address = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let address = address.map(|info| info.0.ip().to_canonical().to_string()).unwrap_or_default();
        let client = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        Ok(Self { address, client: program_name(client.unwrap_or("unknown")) })
    }
}

/// What a program says it is, fit to be shown.
pub(super) fn program_name(said: &str) -> String {
    said.chars().filter(|symbol| !symbol.is_control()).take(200).collect()
}
