//! `devmentor logout`

use std::io::Write;

use anyhow::{Result, bail};
use clap::Args;

use crate::account::client::Client;
use crate::account::keep::Keep;
use crate::account::wait;

#[derive(Debug, Args)]
#[command(after_help = "Example:
  devmentor logout

The login ends at the server as well, wherever its token may have got to.")]
pub(crate) struct Arguments {
    /// The server; may be left out when you are logged in to one only.
    #[arg(value_name = "URL")]
    server: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let keep = Keep::here()?;
    let logins = keep.logins()?;
    let server = match &arguments.server {
        Some(given) => Client::new(given, true)?.server(),
        None if logins.len() > 1 => {
            let all = logins.keys().map(|server| format!("  devmentor logout {server}")).collect::<Vec<_>>();
            bail!("you are logged in to several servers; say which:\n{}", all.join("\n"));
        }
        None => logins.keys().next().cloned().unwrap_or_default(),
    };
    let mut out = std::io::stdout().lock();
    if !logins.contains_key(&server) {
        writeln!(out, "You are not logged in{}{server}.", if server.is_empty() { "" } else { " to " })?;
        return Ok(false);
    }
    // What cannot be read or told the server is forgotten here all the same.
    let ended = match keep.token(&server) {
        Ok(Some(token)) => wait(Client::new(&server, true)?.log_out(&token))?.map_err(|fault| fault.to_string()),
        Ok(None) => Ok(()),
        Err(error) => Err(error.to_string()),
    };
    keep.forget(&server)?;
    writeln!(out, "Logged out of {server}.")?;
    if let Err(cause) = ended {
        writeln!(
            anstream::stderr(),
            "The server was not told ({cause}). End the login in another browser or program, if somebody may have its token."
        )?;
    }
    Ok(true)
}
