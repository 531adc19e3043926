//! What goes to the client: a queue that nobody waits for when it puts something in, and a writer that gives up on a client that no longer reads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde::Serialize;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::{Notify, mpsc};

use crate::framing::encode;

/// When so many bytes wait, no more is read from the client until it has read some.
const MOST_WAITING: usize = 32 << 20;

/// The way to the client.
#[derive(Clone)]
pub(crate) struct Outbox {
    queue: mpsc::UnboundedSender<Vec<u8>>,
    state: Arc<OutboxState>,
}

#[derive(Default)]
struct OutboxState {
    bytes: AtomicUsize,
    less: Notify,
    closed: AtomicBool,
}

impl Outbox {
    /// A way to the client, and what writes to it until all senders are gone. A client that reads nothing for `patience` is given up.
    pub(crate) fn new(
        writer: impl AsyncWrite + Unpin + Send + 'static,
        patience: Duration,
    ) -> (Outbox, impl Future<Output = ()> + Send) {
        let (queue, waiting) = mpsc::unbounded_channel();
        let state = Arc::new(OutboxState::default());
        let outbox = Outbox { queue, state: state.clone() };
        (outbox, write(writer, waiting, state, patience))
    }

    /// Sends a message, some time.
    pub(crate) fn send(&self, message: &impl Serialize) {
        match serde_json::to_vec(message) {
            Ok(body) => {
                self.state.bytes.fetch_add(body.len(), Ordering::AcqRel);
                // The writer is gone only when the client is.
                let _ = self.queue.send(encode(&body));
            }
            Err(error) => tracing::error!(%error, "a message could not be written"),
        }
    }

    /// Waits until the client has read what it was sent before, but for a bearable rest. Gives back whether it is still there.
    pub(crate) async fn room(&self) -> bool {
        loop {
            // Registered before the look, so that nothing is missed between the two.
            let less = self.state.less.notified();
            if self.state.closed.load(Ordering::Acquire) {
                return false;
            }
            if self.state.bytes.load(Ordering::Acquire) <= MOST_WAITING {
                return true;
            }
            less.await;
        }
    }

    /// Ends when the client is given up or gone.
    pub(crate) async fn closed(&self) {
        loop {
            let less = self.state.less.notified();
            if self.state.closed.load(Ordering::Acquire) {
                return;
            }
            less.await;
        }
    }
}

async fn write(
    mut writer: impl AsyncWrite + Unpin,
    mut waiting: mpsc::UnboundedReceiver<Vec<u8>>,
    state: Arc<OutboxState>,
    patience: Duration,
) {
    'messages: while let Some(message) = waiting.recv().await {
        let mut rest = message.as_slice();
        while !rest.is_empty() {
            match tokio::time::timeout(patience, writer.write(rest)).await {
                Ok(Ok(written)) if written > 0 => rest = &rest[written..],
                Ok(_) => break 'messages,
                Err(_) => {
                    tracing::warn!("a client has read nothing for {patience:?}; it is let go");
                    break 'messages;
                }
            }
        }
        let flushed = match waiting.is_empty() {
            true => tokio::time::timeout(patience, writer.flush()).await.is_ok_and(|flushed| flushed.is_ok()),
            false => true,
        };
        state.bytes.fetch_sub(message.len() - header(&message), Ordering::AcqRel);
        state.less.notify_waiters();
        if !flushed {
            break;
        }
    }
    state.closed.store(true, Ordering::Release);
    state.less.notify_waiters();
    // The client may be gone already.
    let _ = writer.shutdown().await;
}

/// The length of a message's headers, which were not counted.
fn header(message: &[u8]) -> usize {
    memchr::memmem::find(message, b"\r\n\r\n").map_or(0, |at| at + 4)
}
