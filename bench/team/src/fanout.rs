//! One room, many clients. Every message has its moment; its latency at a client counts from there. Everybody gets texts of
//! the same length over the same kind of socket, read by the same code. Ours alone are on the disk before they are sent.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::measure::{Times, processor_of, usage};
use crate::peers::Peer;

#[derive(Clone, Copy)]
pub(crate) struct Load {
    pub(crate) clients: usize,
    pub(crate) rate: u32,
    pub(crate) seconds: u32,
}

impl Load {
    fn messages(self) -> u32 {
        self.rate * self.seconds
    }

    fn moment(self, began: Instant, number: u32) -> Instant {
        began + Duration::from_secs_f64(f64::from(number) / f64::from(self.rate))
    }
}

/// How long after the last moment messages may come before they count as lost.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs every peer once a round.
pub(crate) async fn run(program: &Path, load: Load, rounds: u32, only: &[String]) -> anyhow::Result<()> {
    println!("{} clients in one room, {} messages/s for {} s", load.clients, load.rate, load.seconds);
    for round in 1..=rounds {
        for name in Peer::NAMES.iter().filter(|name| only.is_empty() || only.iter().any(|one| one == *name)) {
            println!("round {round}, {name}");
            match Peer::start(name, program).await? {
                Some(peer) => measure(&peer, load).await?,
                None => println!("  is not installed; scripts/peers.sh installs it"),
            }
        }
    }
    Ok(())
}

async fn measure(peer: &Peer, load: Load) -> anyhow::Result<()> {
    let messages = load.messages();
    let mut subscribers = Vec::with_capacity(load.clients);
    for _ in 0..load.clients {
        subscribers.push(peer.subscriber().await?);
    }
    let mut publisher = peer.publisher().await?;
    // One that does not count, so that whatever is made at the first message is there.
    publisher.publish(messages).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;

    let began = Instant::now() + Duration::from_millis(300);
    let deadline = tokio::time::Instant::from_std(load.moment(began, messages) + PATIENCE);
    let mut reading = tokio::task::JoinSet::new();
    for mut subscriber in subscribers {
        reading.spawn(async move {
            let mut seen = Vec::with_capacity(messages as usize);
            let read = async {
                while seen.len() < messages as usize {
                    let numbers = subscriber.read().await?;
                    let now = Instant::now();
                    let ours = numbers.into_iter().filter(|number| *number < messages);
                    seen.extend(ours.map(|number| (number, now.saturating_duration_since(load.moment(began, number)))));
                }
                anyhow::Ok(())
            };
            // Whoever is cut off or waits in vain has seen what it has seen; the count tells.
            let _ = tokio::time::timeout_at(deadline, read).await;
            seen
        });
    }
    let pids = peer.pids();
    // The peers are children of this process, and count for themselves.
    let (used, own) = (processor_of(&pids), usage(std::process::id()).processor);
    for number in 0..messages {
        tokio::time::sleep_until(load.moment(began, number).into()).await;
        publisher.publish(number).await?;
    }
    let (mut all, mut last) = (Vec::new(), vec![(Duration::ZERO, 0usize); messages as usize]);
    while let Some(seen) = reading.join_next().await {
        for (number, time) in seen? {
            all.push(time);
            let entry = &mut last[number as usize];
            *entry = (entry.0.max(time), entry.1 + 1);
        }
    }
    let deliveries = all.len();
    let complete: Vec<_> = last.iter().filter(|(_, count)| *count == load.clients).map(|(time, _)| *time).collect();
    let used = processor_of(&pids).saturating_sub(used).as_secs_f64();
    let own = usage(std::process::id()).processor.saturating_sub(own).as_secs_f64();
    println!("  each delivery:   {}", Times::new(all));
    println!("  until all have it: {} of {messages} messages complete, {}", complete.len(), Times::new(complete));
    println!(
        "  {deliveries} of {} deliveries; processor each: server {:.1} µs, generator {:.1} µs",
        messages as usize * load.clients,
        used / deliveries as f64 * 1e6,
        own / deliveries as f64 * 1e6
    );
    Ok(())
}
