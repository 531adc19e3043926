//! `devmentor login`

use std::io::Write;
use std::sync::atomic::Ordering;

use anyhow::{Result, anyhow, bail};
use clap::Args;

use crate::account::client::Client;
use crate::account::keep::Keep;
use crate::account::wait;
use crate::workspace::cancelled;

#[derive(Debug, Args)]
#[command(after_help = "Example:
  devmentor login https://devmentor.example.com

You get a code, open a page of the server in any browser, on any machine, log in there and say yes.
One person alone needs no login: everything works without a server.")]
pub(crate) struct Arguments {
    /// The team's server.
    #[arg(value_name = "URL")]
    server: String,
    /// Send the login over a connection that is not encrypted.
    #[arg(long)]
    insecure: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let client = Client::new(&arguments.server, arguments.insecure)?;
    let (keep, server) = (Keep::here()?, client.server());
    let codes = wait(client.begin_login(&program_name()))??;
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "Open this page and compare the code:\n\n  {}\n  {}\n",
        codes.verification_uri_complete, codes.user_code
    )?;
    writeln!(out, "Waiting for your answer there, {} minutes at most …", codes.expires_in.div_ceil(60))?;
    out.flush()?;
    let stop = cancelled();
    let Some(tokens) = wait(client.await_login(&codes, || stop.load(Ordering::Relaxed)))?? else {
        bail!("stopped; nothing was kept");
    };
    let me = wait(client.me(&tokens.access_token))??;
    let token = tokens.refresh_token.ok_or_else(|| anyhow!("{server} gave no token that can be kept"))?;
    let login = keep.put(&server, &me.handle, &token)?;
    writeln!(out, "Logged in to {server} as @{} ({}).", me.handle, me.name)?;
    writeln!(out, "The token is in {}.", login.place(&keep))?;
    Ok(true)
}

/// What the page shows, and what the list of logins shows later.
fn program_name() -> String {
    let machine = hostname();
    format!("devmentor {}{}{machine}", env!("CARGO_PKG_VERSION"), if machine.is_empty() { "" } else { " on " })
}

#[cfg(unix)]
fn hostname() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn hostname() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}
