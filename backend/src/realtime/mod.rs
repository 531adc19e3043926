//! Live rooms, one a project. Whoever joins says the last number they have; the room is joined first, history is read
//! after that, and what came meanwhile is merged by number, so that nothing is missing and nothing comes twice.

mod room;
pub mod wire;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::{ProjectId, UserId};
use parking_lot::Mutex;
use room::Room;
pub use room::{Member, Outbox};
use tokio_util::sync::CancellationToken;

use crate::bus::Hint;
use crate::storage::StoreError;
use crate::streams::Streams;

/// How often rooms look by themselves, in case a hint was lost.
const LOOK: Duration = Duration::from_secs(2);
/// Events read at a time.
pub(crate) const BATCH: u32 = 500;

/// The rooms of this node.
#[derive(Debug)]
pub struct Rooms {
    streams: Arc<Streams>,
    open: Mutex<HashMap<String, Arc<Room>>>,
}

impl Rooms {
    /// Follows the bus until `stop`.
    pub fn start(streams: Arc<Streams>, stop: CancellationToken) -> Arc<Self> {
        let rooms = Arc::new(Self { streams, open: Mutex::default() });
        let following = rooms.clone();
        tokio::spawn(async move { stop.run_until_cancelled(following.follow()).await });
        rooms
    }

    async fn follow(&self) {
        use tokio::sync::broadcast::error::RecvError;
        let mut hints = self.streams.bus().listen();
        let mut ticks = tokio::time::interval(LOOK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                hint = hints.recv() => match hint {
                    Ok(Hint { stream, .. }) if stream.starts_with(domain::OrgId::PREFIX) => self.recheck(Some(&stream)).await,
                    Ok(hint) => {
                        let room = self.open.lock().get(&*hint.stream).cloned();
                        if let Some(room) = room {
                            self.advance(&room).await;
                        }
                    }
                    Err(RecvError::Lagged(_)) => self.look().await,
                    Err(RecvError::Closed) => return,
                },
                _ = ticks.tick() => self.look().await,
            }
        }
    }

    async fn look(&self) {
        let rooms: Vec<_> = self.open.lock().values().cloned().collect();
        for room in rooms {
            self.advance(&room).await;
        }
        self.recheck(None).await;
    }

    /// Sends what is new in a room.
    async fn advance(&self, room: &Arc<Room>) {
        let _turn = room.turn.lock().await;
        loop {
            // A database that is away is asked again at the next tick.
            let Ok(rows) = self.streams.store().events(&room.id, room.cursor(), BATCH).await else { return };
            if rows.is_empty() {
                break;
            }
            let access_changed = rows.iter().any(|row| {
                row.kind.starts_with("member.")
                    || row.kind.starts_with("team_grant.")
                    || row.kind == "project.delete"
                    || row.kind == "bulk"
            });
            if access_changed {
                // Before the events go out: whoever lost access does not see them any more.
                self.recheck_room(room).await;
            }
            room.send(&rows);
        }
        if room.is_empty() {
            let mut open = self.open.lock();
            if room.is_empty() && Arc::strong_count(room) <= 2 {
                open.remove(&room.id);
            }
        }
    }

    /// Ends the streams of those who may not read any more.
    async fn recheck(&self, org: Option<&str>) {
        let rooms: Vec<_> =
            self.open.lock().values().filter(|room| org.is_none_or(|org| room.org == org)).cloned().collect();
        for room in rooms {
            self.recheck_room(&room).await;
        }
    }

    async fn recheck_room(&self, room: &Arc<Room>) {
        let users = room.users();
        match self.streams.fresh(&room.id).await {
            Ok(None) => room.expel(|_| true),
            Ok(Some(slot)) => {
                // Nothing is known when the database does not answer; the next tick asks again.
                if let Ok(readers) = self.streams.readers(&slot, &users).await {
                    room.expel(|member| users.contains(&member) && !readers.contains(&member));
                }
            }
            Err(_) => {}
        }
    }

    /// Joins a room as someone who may read the project, and sends what is missing after `after`.
    ///
    /// # Errors
    /// The database does not answer. `Ok(None)`: there is no such project.
    pub async fn join(
        &self,
        project: ProjectId,
        user: UserId,
        outbox: &Arc<Outbox>,
        after: u64,
    ) -> Result<Option<Member>, StoreError> {
        let id = project.to_string();
        let Some(row) = self.streams.store().stream(&id).await?.filter(|row| !row.deleted) else { return Ok(None) };
        let member = {
            let mut open = self.open.lock();
            let room = open.entry(id).or_insert_with_key(|id| Arc::new(Room::new(id, &row.org, row.seq)));
            Room::enter(room, user, outbox.clone(), after)
        };
        outbox.push(wire::joined(project, row.seq));
        loop {
            let rows = self.streams.store().events(&row.id, member.sent(), BATCH).await?;
            if member.catch_up(&rows) {
                return Ok(Some(member));
            }
            if rows.is_empty() {
                // The room is further than what this read saw; its own events come from the same database.
                tokio::task::yield_now().await;
            }
        }
    }

    /// How many rooms are open.
    pub fn len(&self) -> usize {
        self.open.lock().len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
