//! Who is connected, and since when nobody is.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// A connected program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ClientInfo {
    /// What it is: `lsp` for an editor's window, `control` for the command line and agents.
    pub(crate) kind: String,
    /// Its process, where it said so.
    pub(crate) process: Option<u32>,
    /// Its version, where it said so.
    pub(crate) version: Option<String>,
}

/// Everybody who is connected. Cloning gives another handle on the same list.
#[derive(Debug, Clone)]
pub(crate) struct Clients {
    all: watch::Sender<BTreeMap<u64, ClientInfo>>,
    next: Arc<AtomicU64>,
}

/// Keeps a client in the list.
#[derive(Debug)]
pub(crate) struct Connected {
    clients: Clients,
    number: u64,
}

impl Clients {
    pub(crate) fn new() -> Clients {
        Clients { all: watch::Sender::default(), next: Arc::default() }
    }

    /// Somebody has come, and stays until the value is dropped, however the connection ends.
    pub(crate) fn arrived(&self, client: ClientInfo) -> Connected {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.all.send_modify(|all| {
            all.insert(number, client);
        });
        Connected { clients: self.clone(), number }
    }

    /// Everybody, in the order of arrival.
    pub(crate) fn list(&self) -> Vec<ClientInfo> {
        self.all.borrow().values().cloned().collect()
    }

    /// Ends when nobody has been connected for so long.
    pub(crate) async fn nobody_for(&self, limit: Duration) {
        let mut all = self.all.subscribe();
        loop {
            let changed = if all.borrow_and_update().is_empty() {
                match tokio::time::timeout(limit, all.changed()).await {
                    Ok(changed) => changed,
                    Err(_) => return,
                }
            } else {
                all.changed().await
            };
            if changed.is_err() {
                return;
            }
        }
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        self.clients.all.send_modify(|all| {
            all.remove(&self.number);
        });
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{Instant, sleep};

    use super::*;

    const TEN_MINUTES: Duration = Duration::from_secs(600);

    fn window() -> ClientInfo {
        ClientInfo { kind: "lsp".to_owned(), process: Some(1), version: None }
    }

    /// After how long a daemon leaves when this happens meanwhile.
    async fn check(events: impl Future<Output = ()> + Send + 'static, clients: &Clients) -> Duration {
        let begun = Instant::now();
        tokio::spawn(events);
        clients.nobody_for(TEN_MINUTES).await;
        begun.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn it_leaves_ten_minutes_after_its_start_when_nobody_comes() {
        assert_eq!(check(async {}, &Clients::new()).await, TEN_MINUTES);
    }

    #[tokio::test(start_paused = true)]
    async fn it_leaves_ten_minutes_after_its_last_client() {
        let clients = Clients::new();
        let (first, second) = (clients.arrived(window()), clients.arrived(window()));
        let events = async move {
            sleep(Duration::from_secs(5_000)).await;
            drop(first);
            sleep(Duration::from_secs(5_000)).await;
            drop(second);
        };
        assert_eq!(check(events, &clients).await, Duration::from_secs(10_000) + TEN_MINUTES);
    }

    #[tokio::test(start_paused = true)]
    async fn somebody_who_comes_in_time_keeps_it() {
        let clients = Clients::new();
        let other = clients.clone();
        let events = async move {
            sleep(TEN_MINUTES - Duration::from_secs(1)).await;
            drop(other.arrived(window()));
        };
        assert_eq!(check(events, &clients).await, 2 * TEN_MINUTES - Duration::from_secs(1));
    }

    #[test]
    fn a_client_that_panics_is_gone_as_well() {
        let clients = Clients::new();
        let other = clients.clone();
        let thread = std::thread::spawn(move || {
            let _connected = other.arrived(window());
            panic!("a client's task dies");
        });
        assert!(thread.join().is_err());
        assert_eq!(clients.list(), []);
    }
}
