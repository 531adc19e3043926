//! socket.io on Node, WebSocket from the start. `scripts/peers.sh` installs it from a lock file.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

use super::{Start, Subscriber, free_port};

/// Where `scripts/peers.sh` puts it.
fn place() -> Option<PathBuf> {
    let cache = match std::env::var_os("XDG_CACHE_HOME") {
        Some(cache) => PathBuf::from(cache),
        None => PathBuf::from(std::env::var_os("HOME")?).join(".cache"),
    };
    Some(cache.join("devmentor-bench/peers"))
}

pub(super) fn start() -> Option<Start> {
    let port = free_port()?;
    let folder = place().filter(|folder| folder.join("node_modules/socket.io").exists())?;
    let mut command = Command::new("node");
    command.arg(folder.join("socketio.mjs")).arg(port.to_string()).current_dir(folder);
    Some((command, port))
}

pub(super) async fn connect(address: SocketAddr) -> anyhow::Result<Subscriber> {
    let mut connection = Subscriber::connect(address).await?;
    connection.upgrade("/socket.io/?EIO=4&transport=websocket", &address.to_string(), "").await?;
    connection.until("pingTimeout").await?;
    connection.say("40").await?;
    connection.until("40{\"sid\":").await?;
    Ok(connection)
}
