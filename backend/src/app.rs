//! All that a request may use.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::UserId;
use tokio_util::sync::CancellationToken;

use crate::Registration;
use crate::accounts::Accounts;
use crate::accounts::providers::Providers;
use crate::http::Limits;
use crate::metrics::Durations;
use crate::realtime::Rooms;
use crate::streams::Streams;

/// All that a request may use, shared by all of them.
#[derive(Debug)]
pub struct App {
    /// Projects and organisations.
    pub streams: Arc<Streams>,
    /// Who is who: passwords, tokens.
    pub accounts: Accounts,
    /// Where else people have accounts that open one here.
    pub providers: Providers,
    /// Live rooms.
    pub rooms: Arc<Rooms>,
    /// Who may come in.
    pub mode: Mode,
    /// Names this database's history; a restored one has another.
    pub epoch: String,
    /// Counters for `/metrics`.
    pub meters: Meters,
    /// How much everybody has asked for lately.
    pub(crate) limits: Limits,
    /// How long requests and commands take.
    pub(crate) durations: Durations,
    /// Pages of these origins may use the API.
    pub(crate) cors_origins: Vec<axum::http::HeaderValue>,
    /// How long a request may take, its body included.
    pub(crate) request_time: std::time::Duration,
    /// Browsers are told to come by TLS alone from now on.
    pub(crate) only_tls: bool,
    /// Ends long-lived connections when the node shuts down.
    pub shutdown: CancellationToken,
}

/// Who may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// One person on this machine: no login, loopback only.
    Solo(UserId),
    /// A team: everybody logs in.
    Team {
        /// Who may make an account.
        registration: Registration,
    },
}

macro_rules! meters {
    ($($(#[$doc:meta])* $name:ident $kind:literal $help:literal;)*) => {
        /// Counters and gauges, each one number.
        #[derive(Debug, Default)]
        pub struct Meters { $($(#[$doc])* pub $name: AtomicU64,)* }

        impl Meters {
            /// In Prometheus' text format.
            pub fn render(&self) -> String {
                let mut out = String::new();
                $(
                    let name = concat!("devmentor_", stringify!($name));
                    out += &format!(
                        "# HELP {name} {}\n# TYPE {name} {}\n{name} {}\n", $help, $kind, self.$name.load(Ordering::Relaxed)
                    );
                )*
                out
            }
        }
    };
}

meters! {
    /// Requests answered.
    requests_total "counter" "Requests answered.";
    /// Of these, with a status of 500 and more.
    request_failures_total "counter" "Requests answered with a status of 500 and more.";
    /// Commands done.
    commands_total "counter" "Commands done, those sent again included.";
    /// Requests refused because there were too many.
    limited_total "counter" "Requests refused because there were too many.";
    /// Boards, backlogs and pages of entities answered from memory.
    board_cache_hits_total "counter" "Boards, backlogs and pages of entities answered from memory.";
    /// Boards, backlogs and pages of entities made anew.
    board_cache_misses_total "counter" "Boards, backlogs and pages of entities made anew.";
    /// Live connections.
    live_connections "gauge" "Open WebSocket and SSE connections.";
    /// Connections cut off because they were too slow.
    live_cut_off_total "counter" "Connections cut off because they were too slow.";
}

impl Meters {
    /// One more.
    pub fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}
