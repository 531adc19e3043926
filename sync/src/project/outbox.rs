//! Sending: the commands that wait, one after the other, each until the server has done or refused it.

use std::time::Duration;

use super::{Connection, Shared, pause};
use crate::replica::Queued;
use crate::server::{Problem, ServerError};

/// Sends what waits, whatever happens, and never ends by itself.
pub(super) async fn run(shared: &Shared) {
    let mut failures = 0;
    loop {
        let is_gone = matches!(shared.status.borrow().connection, Connection::Gone(_));
        let next = if is_gone { None } else { shared.replica.read().first_unsent().cloned() };
        let Some(queued) = next else {
            shared.wake.notified().await;
            continue;
        };
        match send(shared, &queued).await {
            Ok(()) => {
                if failures > 0 {
                    shared.tell(|status| status.trouble = None);
                }
                failures = 0;
            }
            Err(error) => {
                failures += 1;
                shared.tell(|status| status.trouble = Some(error.to_string()));
                let wait = match error {
                    ServerError::Busy { after, .. } => after + pause(0),
                    ServerError::Login(_) => pause(u32::MAX),
                    _ => pause(failures),
                };
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    // The feed is live again, or somebody has logged in.
                    () = shared.wake.notified() => tokio::time::sleep(Duration::from_millis(20)).await,
                }
            }
        }
    }
}

async fn send(shared: &Shared, queued: &Queued) -> Result<(), ServerError> {
    match shared.server.send(shared.id, queued.id, &queued.command).await {
        // The number is of another history than ours: it says nothing until that one is read. Sending again does no harm.
        Ok(accepted) if accepted.epoch != *shared.epoch.read() => {
            shared.again.notify_one();
            Err(ServerError::Broken("the server has another history than before; everything is read again".to_owned()))
        }
        Ok(accepted) => {
            if let Err(error) = shared.store.accept(queued.id, accepted.seq).await {
                // It is sent once more after the next start, and done once.
                tracing::warn!(%error, "an answer is not kept");
            }
            let finished = {
                let mut replica = shared.replica.write();
                replica.accept(queued.id, accepted.seq);
                replica.take_finished()
            };
            shared.finish(&finished).await;
            if !finished.is_empty() {
                shared.rebase_if_stale();
            }
            Ok(())
        }
        Err(ServerError::Refused(problem)) => {
            if problem.status == 404 && is_hidden(shared).await? {
                shared.gone(&problem.detail).await;
                return Ok(());
            }
            refuse(shared, queued, problem).await;
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// Whether it is the project that is not there, and not something in it.
async fn is_hidden(shared: &Shared) -> Result<bool, ServerError> {
    match shared.server.project(shared.id).await {
        Ok(_) => Ok(false),
        Err(ServerError::Refused(problem)) if problem.status == 404 => Ok(true),
        Err(error) => Err(error),
    }
}

/// The server will never do it: what was shown is undone, and the command is kept with the reason.
async fn refuse(shared: &Shared, queued: &Queued, problem: Problem) {
    tracing::info!(project = %shared.id, command = queued.command.kind(), code = problem.code, "a command was refused");
    let refused = shared.refused(queued.clone(), &problem.code, &problem.detail, problem.field);
    if let Err(error) = shared.store.refuse(&refused).await {
        // It stays in the queue on the disk: the server refuses it again after the next start, and then it is kept.
        shared.not_saved(&error);
    }
    shared.replica.write().refuse(queued.id);
    shared.rebase_if_stale();
}
