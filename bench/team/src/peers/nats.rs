//! NATS: a text protocol over TCP, at most once, in memory.

use std::net::SocketAddr;
use std::process::Command;

use super::{Start, Subscriber, free_port};

pub(super) fn start() -> Option<Start> {
    let port = free_port()?;
    let mut command = Command::new("nats-server");
    command.args(["--addr", "127.0.0.1", "--port", &port.to_string()]);
    Some((command, port))
}

pub(super) async fn connect(address: SocketAddr) -> anyhow::Result<Subscriber> {
    let mut connection = Subscriber::connect(address).await?;
    connection.until("\r\n").await?;
    connection.write(b"CONNECT {\"verbose\":false,\"pedantic\":false}\r\nPING\r\n").await?;
    connection.until("PONG\r\n").await?;
    Ok(connection)
}

pub(super) async fn subscribe(address: SocketAddr) -> anyhow::Result<Subscriber> {
    let mut connection = connect(address).await?;
    connection.write(b"SUB room 1\r\nPING\r\n").await?;
    connection.until("PONG\r\n").await?;
    Ok(connection)
}
