//! Streams at work: commands in, events out, states in memory.
//!
//! Each node keeps the states of the streams it was asked for lately, and brings them to where the database is before it
//! answers from them. How commands change them is in `writer.rs`.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::{Change, CommandId, Event, Permission, Permissions, Role, State, UserId, model::Project, state::Entity};
use parking_lot::Mutex;

use crate::bus::Bus;
use crate::load::load;
pub use crate::slot::Slot;
use crate::storage::{EntityRow, Store, StoreError, StreamRow, Txn};
use crate::writer::event_row;
pub use crate::writer::{Done, Envelope, Failure};

/// Bytes of streams that are kept in memory when nobody says otherwise; the one unused for longest goes first.
const MAX_CACHED: u64 = 256 << 20;
/// Events read at a time.
pub(crate) const BATCH: u32 = 500;

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
    pub(crate) fn trim(&self) {
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
        self.follow(&row).await.map(Some)
    }

    /// A stream and, where it is a project's, that of its organisation, likewise; as a rule in one question.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn fresh_with_org(&self, id: &str) -> Result<Option<(Arc<Slot>, Option<Arc<Slot>>)>, StoreError> {
        let known = self.cache.lock().get(id).map(|slot| slot.org.clone());
        let Some(Some(org)) = known else {
            let Some(slot) = self.fresh(id).await? else { return Ok(None) };
            let Some(org) = &slot.org else { return Ok(Some((slot, None))) };
            let Some(org) = self.fresh(org).await? else { return Ok(None) };
            return Ok(Some((slot, Some(org))));
        };
        let rows = self.store.two_streams(id, &org).await?;
        let row = |id: &str| rows.iter().find(|row| row.id == id && !row.deleted);
        let (Some(row), Some(org)) = (row(id), row(&org)) else {
            self.forget(id);
            return Ok(None);
        };
        let org = self.follow(org).await?;
        Ok(Some((self.follow(row).await?, Some(org))))
    }

    /// A stream as this node knows it; read when it does not.
    pub(crate) async fn known(&self, id: &str) -> Result<Option<Arc<Slot>>, StoreError> {
        let known = self.cache.lock().get(id).cloned();
        match known {
            Some(slot) => Ok(Some(slot)),
            None => self.fresh(id).await,
        }
    }

    /// The next one who asks reads it anew.
    pub(crate) fn forget(&self, id: &str) {
        self.cache.lock().remove(id);
    }

    /// A stream in memory, brought to where the database is.
    async fn follow(&self, row: &StreamRow) -> Result<Arc<Slot>, StoreError> {
        let slot = self.slot(row).await?;
        slot.follow(&*self.store, row.seq).await?;
        Ok(slot)
    }

    async fn slot(&self, row: &StreamRow) -> Result<Arc<Slot>, StoreError> {
        let id = &row.id;
        let tick = self.clock.fetch_add(1, Ordering::Relaxed);
        if let Some(slot) = self.cache.lock().get(id) {
            slot.used.store(tick, Ordering::Relaxed);
            return Ok(slot.clone());
        }
        let slot = Arc::new(load(&*self.store, row, tick).await?);
        let slot = self.cache.lock().entry(id.clone()).or_insert(slot).clone();
        self.trim();
        Ok(slot)
    }

    /// What a person may do in an organisation.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn permissions_in_org(&self, org: &str, user: UserId) -> Result<Permissions, StoreError> {
        Ok(self.fresh(org).await?.map_or(Permissions::NONE, |org| permissions(&org, None, user)))
    }

    /// The projects of an organisation that a person may read, with the number of each one's last event and what they may do
    /// there, in the order of identities. Nothing else of them is read or kept.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn projects_for(
        &self,
        org: &str,
        user: UserId,
        limit: Permissions,
    ) -> Result<Vec<(u64, Project, Permissions)>, StoreError> {
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
            Some((row.seq, (*head.project()?.value).clone(), permissions))
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
        txn.append(&row.id, &event_row(&event, &row.hash)?, false).await?;
        for change in &event.changes {
            if let Change::Put { entity } = change {
                let target = change.target();
                let (kind, id) = (target.kind().to_owned(), target.id());
                txn.put(&row.id, &EntityRow { kind, id, seq: event.seq, body: json(entity)? }).await?;
            }
        }
        txn.commit().await?;
        self.bus.tell(&row.id, 1).await;
        Ok(Done { seq: 1, repeated: false })
    }
}

fn parse(stream: &str, row: &EntityRow) -> Result<Entity, StoreError> {
    Entity::read(&row.kind, &row.body)
        .map_err(|error| StoreError::Corrupt(format!("{} {} of {stream}: {error}", row.kind, row.id)))
}

pub(crate) async fn catch_up(slot: &Slot, txn: &mut dyn Txn, head: u64) -> Result<(), StoreError> {
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

/// What somebody may do in a place that was read with [`Streams::fresh_with_org`].
pub fn permissions(stream: &Slot, org: Option<&Slot>, user: UserId) -> Permissions {
    // The organisation first, as everywhere: two orders of the same two locks could wait for each other.
    match org {
        Some(org) => org.read(|org| stream.read(|project| project_permissions(org, project, user))),
        None => stream.read(|org| org_permissions(org, user)),
    }
}

pub(crate) fn org_permissions(org: &State, user: UserId) -> Permissions {
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

pub(crate) fn project_permissions(org: &State, project: &State, user: UserId) -> Permissions {
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

pub(crate) fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Other(error.to_string()))
}

/// The time in whole milliseconds, as it is stored and sent.
pub(crate) fn now() -> jiff::Timestamp {
    let now = jiff::Timestamp::now();
    jiff::Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}
