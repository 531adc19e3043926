//! The boards that a process works with, once they are there.

use std::sync::Arc;

use tokio::sync::watch;

use crate::hub::Hub;

/// How the boards stand.
#[derive(Clone, Default)]
pub enum Standing {
    /// There are none in this process.
    #[default]
    Off,
    /// They are being opened.
    Starting,
    /// They are there.
    Ready(Hub),
    /// They cannot be had now, for this reason; it is tried again.
    Failed(String),
}

/// A handle on the boards of a process. Clones are the same one.
#[derive(Clone, Default)]
pub struct Boards(Arc<watch::Sender<Standing>>);

impl Boards {
    /// There are none.
    pub fn off() -> Boards {
        Boards::default()
    }

    /// How they stand from now on.
    pub fn set(&self, standing: Standing) {
        self.0.send_replace(standing);
    }

    /// How they stand, and when that changes.
    pub fn subscribe(&self) -> watch::Receiver<Standing> {
        self.0.subscribe()
    }

    /// The boards, if they are there.
    pub fn hub(&self) -> Option<Hub> {
        match &*self.0.borrow() {
            Standing::Ready(hub) => Some(hub.clone()),
            _ => None,
        }
    }

    /// The boards, as soon as they are there.
    ///
    /// # Errors
    /// Why there are none, in words.
    pub async fn ready(&self) -> Result<Hub, String> {
        let mut standing = self.0.subscribe();
        let settled = standing.wait_for(|standing| !matches!(standing, Standing::Starting)).await;
        match settled.as_deref() {
            Ok(Standing::Ready(hub)) => Ok(hub.clone()),
            Ok(Standing::Failed(why)) => Err(format!("there are no boards now: {why}")),
            _ => Err("this process works without boards".to_owned()),
        }
    }
}
