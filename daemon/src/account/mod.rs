//! Accounts at a team's servers: asking a server (`client`), and keeping the tokens it gives (`keep`).

pub(crate) mod client;
pub(crate) mod keep;

use anyhow::{Context, Result, anyhow};

use client::{Client, Me, Tokens};
use keep::Keep;

/// Runs what asks a server.
///
/// # Errors
/// The system gives no threads.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    Ok(runtime.context("cannot start the network")?.block_on(future))
}

/// Who one is at a server, by the login that is kept.
///
/// # Errors
/// As [`refresh`].
pub(crate) fn who(keep: &Keep, server: &str) -> Result<Me> {
    let tokens = refresh(keep, server)?;
    // It was accepted when it was made, with --insecure or without.
    Ok(wait(Client::new(server, true)?.me(&tokens.access_token))??)
}

/// A fresh access token by the login that is kept; the refreshed token takes the place of the old one.
///
/// # Errors
/// There is no login, it has ended, or the server does not answer.
pub(crate) fn refresh(keep: &Keep, server: &str) -> Result<Tokens> {
    // Two programs that refreshed at once would leave one of them with a token that is not good any more.
    let _alone = keep.lock()?;
    let token =
        keep.token(server)?.ok_or_else(|| anyhow!("there is no login at {server}; run: devmentor login {server}"))?;
    let client = Client::new(server, true)?;
    let tokens = wait(client.refresh(&token))?.map_err(|fault| match fault {
        client::Fault::Refused { status: 401, .. } => {
            anyhow!("the login at {server} has ended; run: devmentor login {server}")
        }
        fault => fault.into(),
    })?;
    if let Some(token) = &tokens.refresh_token {
        keep.replace(server, token)?;
    }
    Ok(tokens)
}
