//! One room: who is in it, how far it is, and the queue of each connection.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use domain::{Event, UserId};
use parking_lot::Mutex;
use tokio::time::Instant;

use super::wire;
use crate::storage::EventRow;

/// Bytes that wait for one connection; more, and it is cut off and told to resume.
const MAX_QUEUED: usize = 4 << 20;
/// The least time between two lists of who is in a room, and what each connection in it adds: everybody gets every list, so
/// that without a pace a room that fills costs the cube of its size.
const PRESENCE_PACE: Duration = Duration::from_millis(200);
const PRESENCE_PACE_EACH: Duration = Duration::from_millis(1);
/// People in such a list; of more, those who are doing something come first.
const MAX_LISTED: usize = 100;

/// What waits to be sent on one connection. Texts are shared by all connections of a room.
#[derive(Debug, Default)]
pub struct Outbox {
    queue: Mutex<Queue>,
    ready: tokio::sync::Notify,
}

#[derive(Debug, Default)]
struct Queue {
    texts: VecDeque<Utf8Bytes>,
    bytes: usize,
    overflowed: bool,
}

impl Outbox {
    /// Adds a text; never waits. Over the cap everything is dropped, and the connection will be cut off.
    pub fn push(&self, text: Utf8Bytes) {
        let mut queue = self.queue.lock();
        if queue.overflowed {
            return;
        }
        queue.bytes += text.len() + 64;
        queue.texts.push_back(text);
        if queue.bytes > MAX_QUEUED {
            *queue = Queue { overflowed: true, ..Queue::default() };
        }
        drop(queue);
        self.ready.notify_one();
    }

    /// The next text; `None` when the connection was too slow and is to be cut off.
    pub async fn next(&self) -> Option<Utf8Bytes> {
        loop {
            {
                let mut queue = self.queue.lock();
                if queue.overflowed {
                    return None;
                }
                if let Some(text) = queue.texts.pop_front() {
                    queue.bytes -= text.len() + 64;
                    return Some(text);
                }
            }
            self.ready.notified().await;
        }
    }
}

/// A project's room on this node.
#[derive(Debug)]
pub(super) struct Room {
    pub(super) id: String,
    pub(super) org: String,
    /// One reader of the log at a time.
    pub(super) turn: tokio::sync::Mutex<()>,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// The last event sent to those who are live.
    cursor: u64,
    next: u64,
    members: BTreeMap<u64, Seat>,
    /// When the list of people was last sent, and whether the next one is on its way.
    told: Option<Instant>,
    telling: bool,
}

#[derive(Debug)]
struct Seat {
    user: UserId,
    outbox: Arc<Outbox>,
    /// Still reading history; the room sends it nothing.
    live: bool,
    sent: Arc<AtomicU64>,
    /// What is looked at or edited, for the others to see.
    doing: Option<String>,
}

/// An event as it is sent in a room.
enum Said {
    /// Serialised once for the whole room.
    ToAll(Utf8Bytes),
    /// It holds what is private to somebody, so each gets a text of their own.
    ToEach(Event),
}

impl Said {
    fn new(room: &str, row: &EventRow) -> Self {
        match serde_json::from_str::<Event>(&row.body) {
            Ok(event) if !event.is_for_everybody() => Self::ToEach(event),
            _ => Self::ToAll(wire::event(room, &row.body)),
        }
    }

    fn to(&self, room: &str, user: UserId) -> Utf8Bytes {
        match self {
            Self::ToAll(text) => text.clone(),
            // Plain data with string keys always serialises.
            Self::ToEach(event) => {
                wire::event(room, &serde_json::to_string(&event.clone().shown_to(user)).unwrap_or_default())
            }
        }
    }
}

/// A connection's place in a room; dropping it leaves the room.
#[derive(Debug)]
pub struct Member {
    room: Arc<Room>,
    seat: u64,
    sent: Arc<AtomicU64>,
}

impl Room {
    pub(super) fn new(id: &str, org: &str, cursor: u64) -> Self {
        let inner = Inner { cursor, next: 0, members: BTreeMap::new(), told: None, telling: false };
        Self { id: id.to_owned(), org: org.to_owned(), turn: tokio::sync::Mutex::default(), inner: Mutex::new(inner) }
    }

    pub(super) fn cursor(&self) -> u64 {
        self.inner.lock().cursor
    }

    pub(super) fn is_empty(&self) -> bool {
        self.inner.lock().members.is_empty()
    }

    pub(super) fn users(&self) -> std::collections::BTreeSet<UserId> {
        self.inner.lock().members.values().map(|seat| seat.user).collect()
    }

    pub(super) fn enter(room: &Arc<Self>, user: UserId, outbox: Arc<Outbox>, after: u64) -> Member {
        let mut inner = room.inner.lock();
        let seat = inner.next;
        inner.next += 1;
        let sent = Arc::new(AtomicU64::new(after));
        inner.members.insert(seat, Seat { user, outbox, live: false, sent: sent.clone(), doing: None });
        drop(inner);
        Member { room: room.clone(), seat, sent }
    }

    /// Sends events to everybody who is live.
    pub(super) fn send(&self, rows: &[EventRow]) {
        let mut inner = self.inner.lock();
        for row in rows.iter().filter(|row| row.seq > inner.cursor).collect::<Vec<_>>() {
            inner.cursor = row.seq;
            let said = Said::new(&self.id, row);
            for seat in inner.members.values().filter(|seat| seat.live) {
                if seat.sent.load(Ordering::Relaxed) < row.seq {
                    seat.sent.store(row.seq, Ordering::Relaxed);
                    seat.outbox.push(said.to(&self.id, seat.user));
                }
            }
        }
    }

    /// Ends the places of people.
    pub(super) fn expel(self: &Arc<Self>, who: impl Fn(UserId) -> bool) {
        let mut inner = self.inner.lock();
        let before = inner.members.len();
        inner.members.retain(|_, seat| {
            let out = who(seat.user);
            if out {
                seat.outbox.push(wire::left(&self.id, "access to this project has ended"));
            }
            !out
        });
        if inner.members.len() < before {
            self.presence_changed(&mut inner);
        }
    }

    /// Sends the list of people soon: at once where it was not sent lately, and one for all changes of the time between.
    fn presence_changed(self: &Arc<Self>, inner: &mut Inner) {
        if std::mem::replace(&mut inner.telling, true) {
            return;
        }
        let pace = PRESENCE_PACE + PRESENCE_PACE_EACH * u32::try_from(inner.members.len()).unwrap_or(u32::MAX);
        let due = inner.told.map_or_else(Instant::now, |told| told + pace);
        // Without a runtime the process is ending, and there is nobody to tell.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let room = Arc::downgrade(self);
        runtime.spawn(async move {
            tokio::time::sleep_until(due).await;
            if let Some(room) = room.upgrade() {
                room.tell_presence();
            }
        });
    }

    fn tell_presence(&self) {
        let mut inner = self.inner.lock();
        inner.telling = false;
        inner.told = Some(Instant::now());
        let mut seats: Vec<&Seat> = inner.members.values().collect();
        if seats.len() > MAX_LISTED {
            seats.sort_by_key(|seat| seat.doing.is_none());
        }
        let people: Vec<_> = seats.iter().take(MAX_LISTED).map(|seat| (seat.user, seat.doing.as_deref())).collect();
        let text = wire::presence(&self.id, &people, inner.members.len());
        for seat in inner.members.values() {
            seat.outbox.push(text.clone());
        }
    }
}

impl Member {
    /// The last event that was sent to this connection.
    pub(super) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Sends history; true when nothing is missing and the room sends from here on.
    pub(super) fn catch_up(&self, rows: &[EventRow]) -> bool {
        let mut inner = self.room.inner.lock();
        let cursor = inner.cursor;
        // Expelled meanwhile: there is nothing to wait for.
        let Some(seat) = inner.members.get_mut(&self.seat) else { return true };
        for row in rows.iter().filter(|row| row.seq > self.sent()) {
            seat.sent.store(row.seq, Ordering::Relaxed);
            seat.outbox.push(Said::new(&self.room.id, row).to(&self.room.id, seat.user));
        }
        seat.live = self.sent() >= cursor;
        let live = seat.live;
        if live {
            self.room.presence_changed(&mut inner);
        }
        live
    }

    /// Says what this connection looks at or edits.
    pub fn says(&self, doing: Option<String>) {
        let mut inner = self.room.inner.lock();
        if let Some(seat) = inner.members.get_mut(&self.seat)
            && seat.doing != doing
        {
            seat.doing = doing;
            self.room.presence_changed(&mut inner);
        }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let mut inner = self.room.inner.lock();
        if inner.members.remove(&self.seat).is_some() {
            self.room.presence_changed(&mut inner);
        }
    }
}
