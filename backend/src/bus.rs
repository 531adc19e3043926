//! Hints from whoever committed to whoever has a room open: "stream X is at 17 now". In this process by a channel, to
//! other nodes by Redis. A hint carries no event, so a lost one costs a moment and never an event: rooms also look by
//! themselves now and then.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use redis::{FromRedisValue, PushInfo, PushKind};
use tokio::sync::broadcast;

use crate::shared::Redis;

/// A hint goes to the channel of its stream; a cluster spreads the channels over its servers.
const CHANNEL: &str = "devmentor:hints";
const CHANNELS: u64 = 16;
/// How often a cluster is asked whether it is still there.
const LOOK: Duration = Duration::from_secs(1);

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
    redis: Option<tokio::sync::mpsc::Sender<Hint>>,
    connected: Arc<AtomicBool>,
}

impl Bus {
    /// Within this process.
    pub fn local() -> Self {
        Self { local: broadcast::channel(1024).0, redis: None, connected: Arc::new(AtomicBool::new(true)) }
    }

    /// To other nodes as well. Redis need not be there yet, and may go away: the bus says so and comes back by itself.
    pub fn redis(redis: &Redis) -> Self {
        let (sender, receiver) = tokio::sync::mpsc::channel(4096);
        let bus = Self { redis: Some(sender), connected: Arc::new(AtomicBool::new(false)), ..Self::local() };
        tokio::spawn(publish(redis.clone(), receiver));
        tokio::spawn(listen(redis.clone(), bus.local.clone(), bus.connected.clone()));
        bus
    }

    /// Says that a stream has moved. Never waits for the network.
    pub async fn tell(&self, stream: &str, seq: u64) {
        // Nobody listening is fine.
        let hint = Hint { stream: stream.into(), seq };
        let _ = self.local.send(hint.clone());
        if let Some(redis) = &self.redis {
            // A full queue means that Redis is away; rooms on other nodes look by themselves then.
            let _ = redis.try_send(hint);
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

fn channel(stream: &str) -> String {
    // FNV-1a: nodes of every version must choose the same channel.
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{CHANNEL}:{}", stream.bytes().fold(0xcbf2_9ce4_8422_2325, mix) % CHANNELS)
}

fn channels() -> Vec<String> {
    (0..CHANNELS).map(|number| format!("{CHANNEL}:{number}")).collect()
}

async fn publish(redis: Redis, mut queue: tokio::sync::mpsc::Receiver<Hint>) {
    let mut cluster = None;
    while let Some(Hint { stream, seq }) = queue.recv().await {
        if cluster.is_none() {
            cluster = redis.is_cluster().await.ok();
        }
        // In a cluster PUBLISH would go to every server; SPUBLISH goes to the one that has the channel.
        let mut command = redis::cmd(if cluster == Some(true) { "SPUBLISH" } else { "PUBLISH" });
        command.arg(channel(&stream)).arg(format!("{stream} {seq}"));
        if redis.ask::<u64>(&command).await.is_none() {
            cluster = None;
        }
    }
}

async fn listen(redis: Redis, local: broadcast::Sender<Hint>, connected: Arc<AtomicBool>) {
    let mut wait = Duration::from_millis(100);
    loop {
        let heard = match redis.is_cluster().await {
            Ok(true) => listen_to_shards(&redis, &local, &connected).await,
            Ok(false) => listen_to_one(&redis, &local, &connected).await,
            Err(error) => Err(error),
        };
        if connected.swap(false, Ordering::Relaxed) {
            wait = Duration::from_millis(100);
            tracing::warn!("redis: the connection ended; other nodes' changes arrive later until it is back");
        } else if let Err(error) = heard {
            tracing::debug!(%error, "redis is away");
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(Duration::from_secs(5));
    }
}

/// Until the connection ends.
async fn listen_to_one(
    redis: &Redis,
    local: &broadcast::Sender<Hint>,
    connected: &AtomicBool,
) -> Result<(), redis::RedisError> {
    use futures_util::StreamExt;
    let mut hints = redis.client()?.get_async_pubsub().await?;
    hints.subscribe(channels()).await?;
    connected.store(true, Ordering::Relaxed);
    let mut messages = hints.on_message();
    while let Some(message) = messages.next().await {
        hear(local, message.get_payload().ok());
    }
    Ok(())
}

/// Until the cluster does not answer any more. The library itself follows channels that move to another server.
async fn listen_to_shards(
    redis: &Redis,
    local: &broadcast::Sender<Hint>,
    connected: &AtomicBool,
) -> Result<(), redis::RedisError> {
    let (sender, mut pushed) = tokio::sync::mpsc::unbounded_channel::<PushInfo>();
    let client = redis.cluster().use_protocol(redis::ProtocolVersion::RESP3).push_sender(sender).build()?;
    let mut connection = client.get_async_connection().await?;
    for channel in channels() {
        // One by one: a command names channels of one slot only.
        connection.ssubscribe(channel).await?;
    }
    connected.store(true, Ordering::Relaxed);
    let mut looks = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            push = pushed.recv() => match push {
                Some(PushInfo { kind: PushKind::SMessage, data }) => {
                    hear(local, data.into_iter().nth(1).and_then(|text| String::from_redis_value(text).ok()));
                }
                Some(_) => {}
                None => return Ok(()),
            },
            _ = looks.tick() => {
                let command = redis::cmd("PING");
                command.query_async::<String>(&mut connection).await?;
            }
        }
    }
}

fn hear(local: &broadcast::Sender<Hint>, text: Option<String>) {
    if let Some((stream, seq)) = text.as_deref().and_then(|text| text.split_once(' '))
        && let Ok(seq) = seq.parse()
    {
        // Nobody listening is fine.
        let _ = local.send(Hint { stream: stream.into(), seq });
    }
}
