//! `devmentor whoami`

use std::io::Write;

use anyhow::Result;
use clap::Args;

use crate::account::client::Client;
use crate::account::keep::Keep;
use crate::account::who;

#[derive(Debug, Args)]
#[command(after_help = "Example:
  devmentor whoami

Asks each server, so that a login that has ended is noticed; exit status 1 when there is none that works.")]
pub(crate) struct Arguments {
    /// Only this server.
    #[arg(value_name = "URL")]
    server: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let keep = Keep::here()?;
    let mut logins = keep.logins()?;
    if let Some(given) = &arguments.server {
        let server = Client::new(given, true)?.server();
        logins.retain(|known, _| *known == server);
    }
    let mut out = std::io::stdout().lock();
    if logins.is_empty() {
        writeln!(
            out,
            "You are not logged in; DevMentor works for you alone. For a team's server: devmentor login URL"
        )?;
        return Ok(false);
    }
    let mut works = false;
    for (server, login) in &logins {
        match who(&keep, server) {
            Ok(me) => {
                works = true;
                writeln!(out, "{server}: @{} ({}); the token is in {}", me.handle, me.name, login.place(&keep))?;
            }
            Err(error) => writeln!(out, "{server}: @{}, but {error}", login.handle)?,
        }
    }
    Ok(works)
}
