//! One project at work: it follows the server, sends what was done here, and keeps both on the disk.

mod follow;
mod outbox;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::{Command, CommandId, Permission, Permissions, ProjectId, Refusal, State, UserId};
use jiff::Timestamp;
use parking_lot::RwLock;
use tokio::sync::{Mutex, Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::feed::Way;
use crate::people::{People, PeopleShown};
use crate::replica::{Queued, Replica};
use crate::server::Server;
use crate::store::{Kept, Refused, Store, StoreError};

/// This machine's clock; a test has its own.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The first pause after a failure; each failure that follows doubles it up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Where the store keeps the people of a project: this, and the project.
const PEOPLE: &str = "people:";

/// How a project stands with its server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Connection {
    /// Nothing was tried yet.
    Starting,
    /// Everything is being read for the first time, or again.
    Reading,
    /// Events come.
    Live(Way),
    /// They do not, for this reason; it is tried again.
    Offline(String),
    /// The login has ended; somebody must log in.
    LoginNeeded(String),
    /// The project is gone or no longer ours to see. What waits is kept.
    Gone(String),
}

/// What `sync status` tells of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// How it stands.
    pub connection: Connection,
    /// The last event that is here.
    pub seq: u64,
    /// How many events the server had more when it was last heard of.
    pub behind: u64,
    /// How many commands wait.
    pub queued: usize,
    /// The last thing that went wrong with sending or keeping, until it goes well again.
    pub trouble: Option<String>,
}

/// What became of a command at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Submitted {
    /// It is kept, shown, and will be sent.
    Queued(CommandId),
    /// It is so already.
    Nothing,
}

/// Why a command was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The rules forbid it.
    #[error("{}", .0.detail)]
    Refused(Refusal),
    /// It could not be kept, so it was not done.
    #[error("it could not be kept, so nothing was changed: {0}")]
    NotKept(#[from] StoreError),
    /// The project is gone.
    #[error("the project cannot be changed any more: {0}")]
    Gone(String),
    /// Nothing of the project is known yet.
    #[error("the project was not read yet; try again in a moment")]
    Unread,
}

/// A project. Clones are the same one.
#[derive(Clone)]
pub struct Project(Arc<Shared>);

struct Shared {
    id: ProjectId,
    me: UserId,
    server: Server,
    store: Arc<Store>,
    clock: Clock,
    replica: RwLock<Replica>,
    /// What I may do; everything, as long as the server has not said.
    may: RwLock<Permissions>,
    people: RwLock<Arc<People>>,
    /// Held from the choice of a command's place in the queue to its place in memory.
    order: Mutex<()>,
    epoch: RwLock<String>,
    status: watch::Sender<Status>,
    /// Counts the changes of what is shown.
    changes: watch::Sender<u64>,
    /// Counts those of all projects.
    everywhere: watch::Sender<u64>,
    /// Something waits to be sent, or sending is worth another try.
    wake: Notify,
    /// Following is worth another try.
    again: Notify,
    /// What is here is not to be continued: everything is read anew.
    unread: AtomicBool,
    /// The disk lacks what memory has: it is written as a whole next time.
    unsaved: AtomicBool,
    stop: CancellationToken,
}

impl Project {
    /// Opens what is kept of a project and begins to follow it, until it is stopped. Must be called inside a runtime.
    ///
    /// # Errors
    /// What is kept cannot be read.
    pub async fn open(
        id: ProjectId,
        me: UserId,
        server: Server,
        store: Arc<Store>,
        clock: Clock,
        everywhere: watch::Sender<u64>,
        stop: CancellationToken,
    ) -> Result<Project, StoreError> {
        let kept = store.project(id).await?;
        // Names are no more than comfort: without them people are called by their identities until the server says them.
        let people = store.meta(&format!("{PEOPLE}{id}")).await?;
        let people = people.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
        let queue = store.queue(id).await?;
        let Kept { epoch, state, gone } =
            kept.unwrap_or(Kept { epoch: String::new(), state: State::default(), gone: None });
        let unread = epoch.is_empty();
        let status = Status {
            connection: gone.map_or(Connection::Starting, Connection::Gone),
            seq: state.seq,
            behind: 0,
            queued: queue.len(),
            trouble: None,
        };
        let project = Project(Arc::new(Shared {
            id,
            me,
            server,
            store,
            clock,
            replica: RwLock::new(Replica::new(state, queue, me)),
            may: RwLock::new(Permissions::of(Permission::ALL)),
            people: RwLock::new(Arc::new(people)),
            order: Mutex::default(),
            epoch: RwLock::new(epoch),
            status: watch::Sender::new(status),
            changes: watch::Sender::new(0),
            everywhere,
            wake: Notify::new(),
            again: Notify::new(),
            unread: AtomicBool::new(unread),
            unsaved: AtomicBool::new(false),
            stop,
        }));
        let finished = project.0.replica.write().take_finished();
        project.0.store.done(&finished).await?;
        let shared = project.0.clone();
        tokio::spawn(async move { shared.stop.run_until_cancelled(follow::run(&shared)).await });
        let shared = project.0.clone();
        tokio::spawn(async move { shared.stop.run_until_cancelled(outbox::run(&shared)).await });
        Ok(project)
    }

    /// Its identity.
    pub fn id(&self) -> ProjectId {
        self.0.id
    }

    /// Who I am in it.
    pub fn me(&self) -> UserId {
        self.0.me
    }

    /// Who is who in it.
    pub fn people(&self) -> Arc<People> {
        self.0.people.read().clone()
    }

    /// Whether a command would change anything, without doing it.
    ///
    /// # Errors
    /// The rules forbid it, or nothing of the project is known yet.
    pub fn try_out(&self, command: &Command) -> Result<bool, SubmitError> {
        let replica = self.0.replica.read();
        if replica.shown().project().is_none() {
            return Err(SubmitError::Unread);
        }
        let (may, now) = (*self.0.may.read(), (self.0.clock)());
        let changes = replica.try_out(self.0.me, may, now, command).map_err(SubmitError::Refused)?;
        Ok(!changes.is_empty())
    }

    /// Looks at what is shown: confirmed, with everything done here. Keep it short; writers wait.
    pub fn read<T>(&self, look: impl FnOnce(&Replica) -> T) -> T {
        look(&self.0.replica.read())
    }

    /// How it stands.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.0.status.subscribe()
    }

    /// Moves whenever what is shown changes.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    /// Does a command: checks it by the rules, keeps it, shows it, and sends it when that is possible. When this returns, it survives the end of the
    /// process.
    ///
    /// # Errors
    /// [`SubmitError`]; then nothing was changed.
    pub async fn submit(&self, command: Command) -> Result<Submitted, SubmitError> {
        let shared = &self.0;
        let _order = shared.order.lock().await;
        if let Connection::Gone(why) = &shared.status.borrow().connection {
            return Err(SubmitError::Gone(why.clone()));
        }
        let queued = Queued { id: CommandId::fresh(), command, at: (shared.clock)(), accepted: None };
        {
            let mut replica = shared.replica.write();
            if replica.shown().project().is_none() {
                return Err(SubmitError::Unread);
            }
            if replica.is_stale() {
                replica.rebase(shared.me);
            }
            let may = *shared.may.read();
            let changes = replica.try_out(shared.me, may, queued.at, &queued.command).map_err(SubmitError::Refused)?;
            if changes.is_empty() {
                return Ok(Submitted::Nothing);
            }
        }
        shared.store.enqueue(shared.id, &queued).await?;
        let id = queued.id;
        shared.replica.write().push(queued, shared.me);
        shared.shown();
        shared.wake.notify_one();
        Ok(Submitted::Queued(id))
    }

    /// Takes a command that waits out of the queue: it is undone here, and the server is not told. One that was sent already may have been done.
    ///
    /// # Errors
    /// The queue cannot be written.
    pub async fn discard(&self, id: CommandId) -> Result<bool, StoreError> {
        let shared = &self.0;
        let _order = shared.order.lock().await;
        shared.store.done(&[id]).await?;
        let found = shared.replica.write().refuse(id).is_some();
        shared.rebase_if_stale();
        Ok(found)
    }

    /// Tries again now: somebody has logged in, or the network is back.
    pub fn retry(&self) {
        self.0.wake.notify_one();
        self.0.again.notify_one();
    }
}

impl Shared {
    /// Tells those who look that something else is shown now.
    fn shown(&self) {
        let (seq, queued) = {
            let replica = self.replica.read();
            (replica.confirmed().seq, replica.queue().len())
        };
        self.tell(|status| {
            status.behind = (status.seq + status.behind).saturating_sub(seq);
            status.seq = seq;
            status.queued = queued;
        });
        self.changes.send_modify(|count| *count += 1);
        self.everywhere.send_modify(|count| *count += 1);
    }

    fn tell(&self, change: impl FnOnce(&mut Status)) {
        self.status.send_if_modified(|status| {
            let before = status.clone();
            change(status);
            *status != before
        });
    }

    fn rebase_if_stale(&self) {
        let mut replica = self.replica.write();
        if replica.is_stale() {
            replica.rebase(self.me);
        }
        drop(replica);
        self.shown();
    }

    /// Takes over who is who, and what I may do.
    async fn learn_people(&self, shown: PeopleShown) {
        *self.may.write() = Permissions::from_iter(shown.permissions);
        let people = People::new(shown.people);
        if **self.people.read() == people {
            return;
        }
        match serde_json::to_string(&people) {
            Ok(json) => {
                if let Err(error) = self.store.set_meta(&format!("{PEOPLE}{}", self.id), &json).await {
                    tracing::warn!(%error, "the names of people are not kept");
                }
            }
            Err(error) => tracing::warn!(%error, "the names of people are not kept"),
        }
        *self.people.write() = Arc::new(people);
        self.shown();
    }

    /// The project cannot be reached any more. What waits stays, for export.
    async fn gone(&self, why: &str) {
        self.note_gone(Some(why)).await;
        self.tell(|status| status.connection = Connection::Gone(why.to_owned()));
    }

    async fn note_gone(&self, why: Option<&str>) {
        if let Err(error) = self.store.set_gone(self.id, why).await {
            tracing::warn!(%error, "cannot note whether a project is gone");
        }
    }

    /// Writes what is confirmed as a whole.
    async fn save(&self) {
        let (epoch, state) = (self.epoch.read().clone(), self.replica.read().confirmed().clone());
        match self.store.replace(self.id, &epoch, &state).await {
            Ok(()) => self.unsaved.store(false, Ordering::Relaxed),
            Err(error) => self.not_saved(&error),
        }
    }

    fn not_saved(&self, error: &StoreError) {
        tracing::warn!(%error, project = %self.id, "a replica is not kept on the disk");
        self.unsaved.store(true, Ordering::Relaxed);
        self.tell(|status| status.trouble = Some(error.to_string()));
    }

    async fn finish(&self, ids: &[CommandId]) {
        if !ids.is_empty()
            && let Err(error) = self.store.done(ids).await
        {
            // The next start finds that they are done.
            tracing::warn!(%error, "commands that are done stay in the queue");
        }
    }

    fn refused(&self, queued: Queued, code: &str, detail: &str, field: Option<String>) -> Refused {
        Refused {
            id: queued.id,
            project: self.id,
            command: queued.command,
            at: queued.at,
            code: code.to_owned(),
            detail: detail.to_owned(),
            field,
            refused_at: (self.clock)(),
        }
    }
}

/// The pause after so many failures in a row: doubled each time, and somewhere between half and all of it, so that many clients do not come at once.
pub(crate) fn pause(failures: u32) -> Duration {
    let whole = FIRST_PAUSE.saturating_mul(1 << failures.min(10)).min(LONGEST_PAUSE);
    let mut byte = [128];
    // Without randomness the middle will do.
    let _ = getrandom::fill(&mut byte);
    whole / 2 + whole.mul_f64(f64::from(byte[0]) / 512.0)
}
