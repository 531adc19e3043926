//! Hints from whoever committed to whoever has a room open: "stream X is at 17 now". In this process by a channel, to
//! other nodes by Redis. A hint carries no event, so a lost one costs a moment and never an event: rooms also look by
//! themselves now and then.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::broadcast;

const CHANNEL: &str = "devmentor:hints";

/// A stream and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The stream.
    pub stream: Arc<str>,
    /// The number of its last event, as far as the sender knew.
    pub seq: u64,
}

/// The way of hints.
#[derive(Debug, Clone)]
pub struct Bus {
    local: broadcast::Sender<Hint>,
    redis: Option<tokio::sync::mpsc::Sender<String>>,
    connected: Arc<AtomicBool>,
}

impl Bus {
    /// Within this process.
    pub fn local() -> Self {
        Self { local: broadcast::channel(1024).0, redis: None, connected: Arc::new(AtomicBool::new(true)) }
    }

    /// To other nodes as well. Redis need not be there yet, and may go away: the bus says so and comes back by itself.
    ///
    /// # Errors
    /// The URL is not one of Redis.
    pub fn redis(url: &str) -> Result<Self, redis::RedisError> {
        let client = redis::Client::open(url)?;
        let (sender, receiver) = tokio::sync::mpsc::channel(4096);
        let bus = Self { redis: Some(sender), connected: Arc::new(AtomicBool::new(false)), ..Self::local() };
        tokio::spawn(publish(client.clone(), receiver));
        tokio::spawn(listen(client, bus.local.clone(), bus.connected.clone()));
        Ok(bus)
    }

    /// Says that a stream has moved. Never waits for the network.
    pub async fn tell(&self, stream: &str, seq: u64) {
        // Nobody listening is fine.
        let _ = self.local.send(Hint { stream: stream.into(), seq });
        if let Some(redis) = &self.redis {
            // A full queue means that Redis is away; rooms on other nodes look by themselves then.
            let _ = redis.try_send(format!("{stream} {seq}"));
        }
    }

    /// Hints from here on.
    pub fn listen(&self) -> broadcast::Receiver<Hint> {
        self.local.subscribe()
    }

    /// Whether other nodes can be reached; always so when there are none.
    pub fn connected(&self) -> bool {
        self.connected.load(Ordering::Relaxed)
    }

    /// Whether Redis carries hints.
    pub fn is_shared(&self) -> bool {
        self.redis.is_some()
    }
}

async fn publish(client: redis::Client, mut queue: tokio::sync::mpsc::Receiver<String>) {
    let mut connection: Option<redis::aio::ConnectionManager> = None;
    while let Some(hint) = queue.recv().await {
        if connection.is_none() {
            let config = redis::aio::ConnectionManagerConfig::new().set_number_of_retries(0);
            connection = redis::aio::ConnectionManager::new_with_config(client.clone(), config).await.ok();
        }
        let Some(open) = &mut connection else { continue };
        let mut command = redis::cmd("PUBLISH");
        command.arg(CHANNEL).arg(&hint);
        let sent = command.query_async::<()>(open);
        if !matches!(tokio::time::timeout(Duration::from_secs(2), sent).await, Ok(Ok(()))) {
            connection = None;
        }
    }
}

async fn listen(client: redis::Client, local: broadcast::Sender<Hint>, connected: Arc<AtomicBool>) {
    use futures_util::StreamExt;
    let mut wait = Duration::from_millis(100);
    loop {
        if let Ok(mut hints) = client.get_async_pubsub().await
            && hints.subscribe(CHANNEL).await.is_ok()
        {
            connected.store(true, Ordering::Relaxed);
            wait = Duration::from_millis(100);
            let mut messages = hints.on_message();
            while let Some(message) = messages.next().await {
                let Ok(text) = message.get_payload::<String>() else { continue };
                if let Some((stream, seq)) = text.split_once(' ')
                    && let Ok(seq) = seq.parse()
                {
                    let _ = local.send(Hint { stream: stream.into(), seq });
                }
            }
            tracing::warn!("redis: the connection ended; other nodes' changes arrive later until it is back");
        }
        connected.store(false, Ordering::Relaxed);
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(Duration::from_secs(5));
    }
}
