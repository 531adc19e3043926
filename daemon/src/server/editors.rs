//! Editors' windows: each connection is one language server over the shared workspaces.

use engine::Engine;
use lsp::{Ended, ServeOptions, Tasks};
use sync::Boards;
use tokio::io::{AsyncRead, AsyncWrite};

use super::Daemon;
use super::boards::place_of;
use super::clients::ClientInfo;
use crate::ipc::{AsyncStream, hello};

/// Serves one window until it leaves or the daemon does.
pub(super) async fn serve(daemon: Daemon, mut stream: AsyncStream) {
    let client = match hello::welcome(&mut stream, &daemon.build).await {
        Ok(client) => client,
        Err(error) => {
            tracing::debug!(%error, "somebody connected who is no window");
            return;
        }
    };
    let _connected = daemon.clients.arrived(ClientInfo {
        kind: client.kind,
        process: Some(client.process),
        version: Some(client.build.version),
    });
    tracing::debug!(process = client.process, restarts = client.restarts, "a window is here");
    let (reader, writer) = tokio::io::split(stream);
    tokio::select! {
        ended = speak(reader, writer, daemon.engine.clone(), daemon.hosted.boards.clone()) => {
            tracing::debug!(process = client.process, ?ended, "a window has left");
        }
        () = daemon.leaving() => {}
    }
}

/// Speaks the protocol with one editor until it leaves.
pub(super) async fn speak<R, W>(reader: R, writer: W, engine: Engine, boards: Boards) -> Ended
where
    R: AsyncRead + Send + Unpin,
    W: AsyncWrite + Send + Unpin + 'static,
{
    let options = ServeOptions { tasks: Tasks::new(boards, place_of), ..ServeOptions::default() };
    lsp::serve(reader, writer, engine, options).await
}
