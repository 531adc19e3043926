//! Streams at work: commands in, events out, states in memory.
//!
//! Each node keeps the states of the streams it was asked for lately. A command locks its stream's row, brings the state
//! up to date with what other nodes appended, decides, and writes event and read tables in the same transaction. The
//! memory is changed after the commit, never before, so that it holds nothing that was not acknowledged.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::{
    Change, Command, CommandId, Context, Event, Permission, Permissions, Refusal, Role, State, UserId, decide,
    model::Project, state::Entity,
};
use parking_lot::{Mutex, RwLock};

use crate::bus::Bus;
pub use crate::slot::Slot;
use crate::storage::{self, EntityRow, EventRow, Receipt, Store, StoreError, StreamRow, Txn};

/// Bytes of streams that are kept in memory when nobody says otherwise; the one unused for longest goes first.
const MAX_CACHED: u64 = 256 << 20;
/// What an entity takes beside the bytes of its JSON: maps, indexes, unused capacity. Measured, roughly.
const OVERHEAD: u64 = 512;
/// Events read at a time.
const BATCH: u32 = 500;

/// Why a command was not done.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A rule forbids it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no such stream, or none that the actor may see.
    #[error("there is no such thing here")]
    Hidden,
    /// The same command identity came before with another content.
    #[error("this command identity was used before with another content")]
    Reused,
    /// The thing has changed since the version that the client saw.
    #[error("it is at version {current} by now")]
    Stale {
        /// The version it is at.
        current: u64,
    },
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a command did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The stream's number after it.
    pub seq: u64,
    /// Whether it was done by an earlier sending.
    pub repeated: bool,
}

/// A command with what makes it safe to send twice and to send late.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// Made by the client.
    pub id: CommandId,
    /// What is asked.
    pub command: Command,
    /// The thing and the version of it that the client saw; another one is refused.
    pub expected: Option<(domain::state::EntityRef, u64)>,
}

/// Every stream of the database.
pub struct Streams {
    store: Arc<dyn Store>,
    bus: Bus,
    cache: Mutex<HashMap<String, Arc<Slot>>>,
    clock: AtomicU64,
    budget: u64,
}

impl std::fmt::Debug for Streams {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Streams").field("cached", &self.cache.lock().len()).finish_non_exhaustive()
    }
}

impl Streams {
    /// Over a database; what is committed is told to `bus`.
    pub fn new(store: Arc<dyn Store>, bus: Bus) -> Self {
        Self { store, bus, cache: Mutex::default(), clock: 0.into(), budget: MAX_CACHED }
    }

    /// With another number of bytes kept in memory.
    pub fn keeping(self, budget: u64) -> Self {
        Self { budget, ..self }
    }

    /// How many streams are in memory, and about how many bytes they take.
    pub fn in_memory(&self) -> (usize, u64) {
        let cache = self.cache.lock();
        (cache.len(), cache.values().map(|slot| slot.weight()).sum())
    }

    /// Forgets what was unused for longest until the rest fits. Whoever works on one of these keeps it until then.
    fn trim(&self) {
        let mut cache = self.cache.lock();
        let mut total: u64 = cache.values().map(|slot| slot.weight()).sum();
        while total > self.budget && cache.len() > 1 {
            let oldest = cache.values().min_by_key(|slot| slot.used.load(Ordering::Relaxed)).cloned();
            let Some(oldest) = oldest else { return };
            cache.remove(&oldest.id);
            total = total.saturating_sub(oldest.weight());
        }
    }

    /// The database.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// Where commits are told.
    pub fn bus(&self) -> &Bus {
        &self.bus
    }

    /// A stream as it is in the database now; `None` when there is none or it was deleted.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn fresh(&self, id: &str) -> Result<Option<Arc<Slot>>, StoreError> {
        let Some(row) = self.store.stream(id).await?.filter(|row| !row.deleted) else {
            self.cache.lock().remove(id);
            return Ok(None);
        };
        let slot = self.slot(id, row.seq).await?;
        loop {
            let seq = slot.read(|state| state.seq);
            if seq >= row.seq {
                return Ok(Some(slot));
            }
            let rows = self.store.events(id, seq, BATCH).await?;
            if rows.is_empty() {
                return Err(StoreError::Corrupt(format!("events after {seq} of {id} are missing")));
            }
            slot.apply(&rows)?;
        }
    }

    async fn slot(&self, id: &str, seq: u64) -> Result<Arc<Slot>, StoreError> {
        let tick = self.clock.fetch_add(1, Ordering::Relaxed);
        if let Some(slot) = self.cache.lock().get(id) {
            slot.used.store(tick, Ordering::Relaxed);
            return Ok(slot.clone());
        }
        // The rows may already hold later events than `seq`; applying those again changes nothing.
        let (mut entities, mut bytes) = (Vec::new(), 0);
        for row in self.store.entities(id).await? {
            bytes += row.body.len() as u64 + OVERHEAD;
            entities.push((row.seq, parse(id, &row)?));
        }
        let slot = Arc::new(Slot {
            id: id.to_owned(),
            state: RwLock::new(State::from_entities(seq, entities)),
            hash: Mutex::default(),
            writing: tokio::sync::Mutex::default(),
            used: tick.into(),
            bytes: bytes.into(),
            made: Mutex::default(),
        });
        let slot = self.cache.lock().entry(id.to_owned()).or_insert(slot).clone();
        self.trim();
        Ok(slot)
    }

    /// What a person may do in an organisation.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn permissions_in_org(&self, org: &str, user: UserId) -> Result<Permissions, StoreError> {
        let Some(slot) = self.fresh(org).await? else { return Ok(Permissions::NONE) };
        Ok(slot.read(|org| org_permissions(org, user)))
    }

    /// What a person may do in a project: what the organisation gives, what the project gives, and their teams'.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn permissions_in_project(&self, project: &Slot, user: UserId) -> Result<Permissions, StoreError> {
        let Some(org) = project.read(|state| state.project().map(|project| project.org)) else {
            return Ok(Permissions::NONE);
        };
        let Some(org) = self.fresh(&org.to_string()).await? else { return Ok(Permissions::NONE) };
        Ok(org.read(|org| project.read(|project| project_permissions(org, project, user))))
    }

    /// The projects of an organisation that a person may read, with the number of each one's last event, in the order of
    /// identities. Nothing else of them is read or kept.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn projects_for(
        &self,
        org: &str,
        user: UserId,
        limit: Permissions,
    ) -> Result<Vec<(u64, Project)>, StoreError> {
        let Some(org_slot) = self.fresh(org).await? else { return Ok(Vec::new()) };
        let rows = self.store.projects_of(org).await?;
        let mut heads: HashMap<String, Vec<(u64, Entity)>> = HashMap::new();
        for (stream, row) in self.store.project_heads(org).await? {
            heads.entry(stream).or_default().push((row.seq, parse(org, &row)?));
        }
        let seen = rows.into_iter().filter_map(|row| {
            let head = State::from_entities(row.seq, heads.remove(&row.id)?);
            let permissions = org_slot.read(|org| project_permissions(org, &head, user)).intersection(limit);
            permissions.has(Permission::Read).then_some(())?;
            Some((row.seq, (*head.project()?.value).clone()))
        });
        Ok(seen.collect())
    }

    /// Those of these people who may read a project. The database is asked once, however many they are.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn readers(&self, project: &Slot, people: &BTreeSet<UserId>) -> Result<BTreeSet<UserId>, StoreError> {
        let Some(org) = project.read(|state| state.project().map(|project| project.org)) else {
            return Ok(BTreeSet::new());
        };
        let Some(org) = self.fresh(&org.to_string()).await? else { return Ok(BTreeSet::new()) };
        let may_read =
            |org: &State, project: &State, user| project_permissions(org, project, user).has(Permission::Read);
        Ok(org.read(|org| {
            project.read(|project| people.iter().copied().filter(|user| may_read(org, project, *user)).collect())
        }))
    }

    /// Does a command in a stream, once, whatever is killed and however often it is sent.
    ///
    /// `limit` is what the caller's token allows at most.
    ///
    /// # Errors
    /// See [`Failure`].
    #[tracing::instrument(name = "command", skip_all, fields(stream, kind = envelope.command.kind()))]
    pub async fn execute(
        &self,
        stream: &str,
        actor: UserId,
        limit: Permissions,
        envelope: &Envelope,
    ) -> Result<Done, Failure> {
        let slot = self.fresh(stream).await?.ok_or(Failure::Hidden)?;
        let _queue = slot.writing.lock().await;
        let org = match slot.read(|state| state.project().map(|project| project.org.to_string())) {
            Some(org) => Some(self.fresh(&org).await?.ok_or(Failure::Hidden)?),
            None => None,
        };
        // Asked twice: before anything is told of earlier commands, and again when the state is the newest one.
        let allowed = || {
            // The organisation first, as everywhere: two orders of the same two locks could wait for each other.
            let permissions = match &org {
                Some(org) => org.read(|org| slot.read(|state| project_permissions(org, state, actor))),
                None => slot.read(|state| org_permissions(state, actor)),
            };
            Some(permissions.intersection(limit)).filter(|permissions| !permissions.is_empty()).ok_or(Failure::Hidden)
        };
        allowed()?;
        let body_hash = body_hash(actor, envelope)?;
        let mut txn = self.store.begin().await?;
        let row = txn.lock(stream).await?.filter(|row| !row.deleted).ok_or(Failure::Hidden)?;
        if let Some(receipt) = txn.receipt(stream, &envelope.id.to_string()).await? {
            return match receipt.body_hash == body_hash {
                true => Ok(Done { seq: receipt.seq, repeated: true }),
                false => Err(Failure::Reused),
            };
        }
        catch_up(&slot, &mut *txn, row.seq).await?;
        let (at, permissions) = (now(), allowed()?);
        let changes = slot.read(|state| {
            if let Some((target, expected)) = envelope.expected
                && let current = state.version(target).unwrap_or_default()
                && current != expected
            {
                return Err(Failure::Stale { current });
            }
            Ok(decide(state, &Context { actor, permissions, at }, &envelope.command)?)
        })?;
        let id = envelope.id.to_string();
        let receipt = |seq| Receipt { body_hash, seq };
        if changes.is_empty() {
            txn.leave_receipt(stream, &id, &receipt(row.seq)).await?;
            txn.commit().await?;
            return Ok(Done { seq: row.seq, repeated: false });
        }
        let deleted = matches!(envelope.command, Command::DeleteProject { .. });
        let event = Event {
            seq: row.seq + 1,
            command: envelope.id,
            actor,
            at,
            kind: envelope.command.kind().to_owned(),
            changes,
        };
        let event_row = write(&mut *txn, &row, &event, deleted).await?;
        txn.leave_receipt(stream, &id, &receipt(event.seq)).await?;
        txn.commit().await?;
        slot.apply(&[event_row])?;
        if deleted {
            self.cache.lock().remove(stream);
        }
        self.bus.tell(stream, event.seq).await;
        self.trim();
        Ok(Done { seq: event.seq, repeated: false })
    }

    /// Begins a stream with its first event. The same command sent again answers as the first did.
    ///
    /// # Errors
    /// The identity or the key is taken.
    pub async fn create(
        &self,
        row: StreamRow,
        actor: UserId,
        command: CommandId,
        changes: Vec<Change>,
    ) -> Result<Done, Failure> {
        let kind = if row.key.is_empty() { "org.create" } else { "project.create" };
        let event = Event { seq: 1, command, actor, at: now(), kind: kind.to_owned(), changes };
        let mut txn = self.store.begin().await?;
        txn.create_stream(&row).await?;
        write(&mut *txn, &row, &event, false).await?;
        txn.commit().await?;
        self.bus.tell(&row.id, 1).await;
        Ok(Done { seq: 1, repeated: false })
    }
}

/// Writes an event, the read table and the head.
async fn write(txn: &mut dyn Txn, row: &StreamRow, event: &Event, deleted: bool) -> Result<EventRow, StoreError> {
    let body = json(event)?;
    let hash = storage::chain(&row.hash, &body);
    let event_row = EventRow {
        seq: event.seq,
        kind: event.kind.clone(),
        actor: event.actor.to_string(),
        at: event.at.to_string(),
        body,
        hash,
    };
    txn.append(&row.id, &event_row, deleted).await?;
    for change in &event.changes {
        let target = change.target();
        match change {
            Change::Put { entity } => {
                let entity =
                    EntityRow { kind: target.kind().to_owned(), id: target.id(), seq: event.seq, body: json(entity)? };
                txn.put(&row.id, &entity).await?;
            }
            Change::Remove { .. } => txn.remove(&row.id, target.kind(), &target.id()).await?,
        }
    }
    Ok(event_row)
}

fn parse(stream: &str, row: &EntityRow) -> Result<Entity, StoreError> {
    Entity::read(&row.kind, &row.body)
        .map_err(|error| StoreError::Corrupt(format!("{} {} of {stream}: {error}", row.kind, row.id)))
}

async fn catch_up(slot: &Slot, txn: &mut dyn Txn, head: u64) -> Result<(), StoreError> {
    loop {
        let seq = slot.read(|state| state.seq);
        if seq >= head {
            return Ok(());
        }
        let rows = txn.events(&slot.id, seq, BATCH).await?;
        if rows.is_empty() {
            return Err(StoreError::Corrupt(format!("events after {seq} of {} are missing", slot.id)));
        }
        slot.apply(&rows)?;
    }
}

fn org_permissions(org: &State, user: UserId) -> Permissions {
    org.org_members
        .get(&user)
        .map_or(Permissions::NONE, |member| of_role(org, member.role, Role::permissions_everywhere))
}

fn of_role(org: &State, role: Role, built_in: fn(Role) -> Permissions) -> Permissions {
    match role {
        Role::Custom(id) => {
            org.roles.get(&id).map_or(Permissions::NONE, |role| role.permissions.iter().copied().collect())
        }
        role => built_in(role),
    }
}

fn project_permissions(org: &State, project: &State, user: UserId) -> Permissions {
    // Whoever left the organisation has left its projects.
    if !org.org_members.contains_key(&user) {
        return Permissions::NONE;
    }
    let invited = project.members.get(&user).map(|member| member.role);
    let teams = project
        .team_grants
        .values()
        .filter(|grant| org.teams.get(&grant.id).is_some_and(|team| team.members.contains(&user)));
    let roles = invited.into_iter().chain(teams.map(|grant| grant.role));
    roles.fold(org_permissions(org, user), |all, role| all.union(of_role(org, role, Role::permissions)))
}

fn body_hash(actor: UserId, envelope: &Envelope) -> Result<String, StoreError> {
    let expected = envelope.expected.map(|(target, version)| (target.id(), version));
    Ok(storage::chain(&actor.to_string(), &json(&(&envelope.command, expected))?))
}

fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Other(error.to_string()))
}

/// The time in whole milliseconds, as it is stored and sent.
pub(crate) fn now() -> jiff::Timestamp {
    let now = jiff::Timestamp::now();
    jiff::Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}
