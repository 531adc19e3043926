//! Commands of a stream, decided one after the other and written together.
//!
//! While one write is on its way to the disk, the commands that come meanwhile wait in the stream's queue; the next write
//! takes them all. Each is decided upon the state that those before it leave, has its own event, number, receipt and answer,
//! and may be refused for itself. The memory is changed after the commit, never before, so that it holds nothing that was
//! not acknowledged.
//!
//! A write is tried without a lock first: it names the event that it was decided upon, and the database refuses it when there
//! is a newer one. Then another node was quicker, and the same is done once more with the stream locked.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use domain::{
    Change, Command, CommandId, Context, Event, Permissions, Refusal, State, UserId,
    decide::{decide, may_hand_out},
};
use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::sync::oneshot;
use tracing::Instrument;

use crate::slot::Slot;
use crate::storage::{self, EntityRow, EventRow, Receipt, StoreError, Write, in_steps};
use crate::streams::{Streams, catch_up, json, now, org_permissions, project_permissions};

/// Commands that are written together at most, and bytes of events after which no more are added.
const MAX_TOGETHER: usize = 64;
const MAX_BYTES: usize = 1 << 20;

/// Why a command was not done.
#[derive(Debug, Clone, thiserror::Error)]
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

type Answer = Result<Done, Failure>;

/// A command in the queue of its stream.
#[derive(Debug)]
struct Waiting {
    actor: UserId,
    limit: Permissions,
    envelope: Envelope,
    body_hash: String,
    answer: oneshot::Sender<Answer>,
}

/// The commands that wait for a stream, and whether somebody works on them.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    waiting: VecDeque<Waiting>,
    working: bool,
}

/// What some commands come to, before it is written.
#[derive(Default)]
struct Draft {
    /// One for each command from the first one on; those after the last wait for the next write.
    answers: Vec<Answer>,
    write: Write,
    events: Vec<(Event, String)>,
    /// The state after all of it, where it was needed to decide.
    ahead: Option<State>,
}

impl Streams {
    /// Does a command in a stream, once, whatever is killed and however often it is sent.
    ///
    /// `limit` is what the caller's token allows at most.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn execute(
        self: &Arc<Self>,
        stream: &str,
        actor: UserId,
        limit: Permissions,
        envelope: &Envelope,
    ) -> Result<Done, Failure> {
        let (slot, _) = self.fresh_with_org(stream).await?.ok_or(Failure::Hidden)?;
        self.execute_in(&slot, actor, limit, envelope).await
    }

    /// The same in a stream that was read, with its organisation, since the caller asked: so that a refusal tells of nothing
    /// older than the question.
    ///
    /// # Errors
    /// See [`Failure`].
    #[tracing::instrument(name = "command", skip_all, fields(stream = slot.id, kind = envelope.command.kind()))]
    pub async fn execute_in(
        self: &Arc<Self>,
        slot: &Arc<Slot>,
        actor: UserId,
        limit: Permissions,
        envelope: &Envelope,
    ) -> Result<Done, Failure> {
        let body_hash = body_hash(actor, envelope)?;
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting { actor, limit, envelope: envelope.clone(), body_hash, answer };
        let idle = {
            let mut queue = slot.queue.lock();
            queue.waiting.push_back(waiting);
            !std::mem::replace(&mut queue.working, true)
        };
        if idle {
            // A task of its own: whoever asked may go away, and the others in the queue must not lose their turn by it.
            tokio::spawn(work(self.clone(), slot.clone()).in_current_span());
        }
        let gone = || StoreError::Other("the command was dropped before it was done".to_owned());
        answered.await.unwrap_or_else(|_| Err(gone().into()))
    }

    async fn serve(&self, slot: &Slot, mut batch: Vec<Waiting>) {
        let answers = match self.commit(slot, &batch).await {
            Ok(answers) => answers,
            Err(failure) => vec![Err(failure); batch.len()],
        };
        let rest = batch.split_off(answers.len().min(batch.len()));
        for (waiting, answer) in batch.into_iter().zip(answers) {
            // Whoever has gone away needs no answer.
            let _ = waiting.answer.send(answer);
        }
        let mut queue = slot.queue.lock();
        for waiting in rest.into_iter().rev() {
            queue.waiting.push_front(waiting);
        }
    }

    async fn commit(&self, slot: &Slot, batch: &[Waiting]) -> Result<Vec<Answer>, Failure> {
        let org = match &slot.org {
            Some(org) => Some(self.known(org).await?.ok_or(Failure::Hidden)?),
            None => None,
        };
        let draft = draft(slot, org.as_deref(), batch, &HashMap::new())?;
        let written = match draft.write.receipts.is_empty() {
            true => Ok(true),
            false => self.store().write(&draft.write).await,
        };
        let mut answers = match written {
            Ok(true) => self.apply(slot, draft).await,
            // Taken: the same command came over another node.
            Ok(false) | Err(StoreError::Taken(_)) => return self.commit_locked(slot, org.as_deref(), batch).await,
            Err(error) => return Err(error.into()),
        };
        // Whoever sends again is told what the first sending did, although it may not be possible any more.
        for (waiting, answer) in batch.iter().zip(&mut answers) {
            if matches!(answer, Err(Failure::Refused(_) | Failure::Stale { .. }))
                && let Some(receipt) = self.store().receipt(&slot.id, &waiting.envelope.id.to_string()).await?
            {
                *answer = waiting.again(&receipt);
            }
        }
        Ok(answers)
    }

    /// With the stream locked: nobody can be quicker.
    async fn commit_locked(&self, slot: &Slot, org: Option<&Slot>, batch: &[Waiting]) -> Result<Vec<Answer>, Failure> {
        let mut txn = self.store().begin().await?;
        let row = txn.lock(&slot.id).await?.filter(|row| !row.deleted).ok_or(Failure::Hidden)?;
        catch_up(slot, &mut *txn, row.seq).await?;
        if let Some(org) = org {
            let row = txn.stream(&org.id).await?.filter(|row| !row.deleted).ok_or(Failure::Hidden)?;
            catch_up(org, &mut *txn, row.seq).await?;
        }
        let mut receipts = HashMap::new();
        for waiting in batch {
            if let Some(receipt) = txn.receipt(&slot.id, &waiting.envelope.id.to_string()).await? {
                receipts.insert(waiting.envelope.id, receipt);
            }
        }
        let mut draft = draft(slot, org, batch, &receipts)?;
        if draft.write.expected != (row.seq, row.hash) {
            // Memory knows what the database does not: it was restored under a running node.
            self.forget(&slot.id);
            let detail = format!("{} in memory is not the one of the database any more; it is read again", slot.id);
            return Err(StoreError::Unavailable(detail).into());
        }
        // It may move on at any time; what counts is that it was read within this transaction.
        draft.write.org = None;
        if !draft.write.receipts.is_empty() {
            if !in_steps(&mut *txn, &draft.write).await? {
                return Err(StoreError::Other(format!("{} changed although it is locked", slot.id)).into());
            }
            txn.commit().await?;
        }
        Ok(self.apply(slot, draft).await)
    }

    /// It is written: the memory follows, and everybody is told.
    async fn apply(&self, slot: &Slot, draft: Draft) -> Vec<Answer> {
        let last = draft.events.last().map(|(event, _)| event.seq);
        slot.advance(draft.events, draft.ahead);
        if draft.write.deleted {
            self.forget(&slot.id);
        }
        if let Some(seq) = last {
            self.bus().tell(&slot.id, seq).await;
            self.trim();
        }
        draft.answers
    }
}

impl Waiting {
    /// The answer to a command that came before.
    fn again(&self, receipt: &Receipt) -> Answer {
        match receipt.body_hash == self.body_hash {
            true => Ok(Done { seq: receipt.seq, repeated: true }),
            false => Err(Failure::Reused),
        }
    }

    /// What it changes in a state.
    fn decide(
        &self,
        at: Timestamp,
        org: Option<&State>,
        state: &State,
        receipt: Option<&Receipt>,
    ) -> Result<Vec<Change>, Answer> {
        let has = match org {
            Some(org) => project_permissions(org, state, self.actor),
            None => org_permissions(state, self.actor),
        };
        let permissions = has.intersection(self.limit);
        // Before anything is told of earlier commands.
        if permissions.is_empty() {
            return Err(Err(Failure::Hidden));
        }
        if let Some(receipt) = receipt {
            return Err(self.again(receipt));
        }
        if let Some((target, expected)) = self.envelope.expected
            && let current = state.version(target).unwrap_or_default()
            && current != expected
        {
            return Err(Err(Failure::Stale { current }));
        }
        let context = Context { actor: self.actor, permissions, at };
        let changes = decide(state, &context, &self.envelope.command).and_then(|changes| {
            may_hand_out(org.unwrap_or(state), has, &self.envelope.command)?;
            Ok(changes)
        });
        let changes = changes.map_err(|refusal| Err(refusal.into()))?;
        match changes.is_empty() {
            true => Err(Ok(Done { seq: state.seq, repeated: false })),
            false => Ok(changes),
        }
    }
}

/// Works until nobody waits any more.
async fn work(streams: Arc<Streams>, slot: Arc<Slot>) {
    /// Whatever ends the work, the next command finds the queue free, and those in it an answer.
    struct Turn<'a>(&'a Mutex<Queue>);
    impl Drop for Turn<'_> {
        fn drop(&mut self) {
            *self.0.lock() = Queue::default();
        }
    }
    let turn = Turn(&slot.queue);
    loop {
        let batch: Vec<Waiting> = {
            let mut queue = slot.queue.lock();
            let count = queue.waiting.len().min(MAX_TOGETHER);
            if count == 0 {
                queue.working = false;
                std::mem::forget(turn);
                return;
            }
            queue.waiting.drain(..count).collect()
        };
        streams.serve(&slot, batch).await;
    }
}

/// Decides commands one after the other. The organisation is looked at first, as everywhere: two orders of the same two
/// locks could wait for each other.
fn draft(
    slot: &Slot,
    org: Option<&Slot>,
    batch: &[Waiting],
    receipts: &HashMap<CommandId, Receipt>,
) -> Result<Draft, StoreError> {
    match org {
        Some(at) => at.read(|org| {
            let mut draft = slot.read(|state| draft_upon(slot, Some(org), state, batch, receipts))?;
            draft.write.org = Some((at.id.clone(), org.seq));
            Ok(draft)
        }),
        None => slot.read(|state| draft_upon(slot, None, state, batch, receipts)),
    }
}

fn draft_upon(
    slot: &Slot,
    org: Option<&State>,
    state: &State,
    batch: &[Waiting],
    receipts: &HashMap<CommandId, Receipt>,
) -> Result<Draft, StoreError> {
    let mut hash = slot.hash.lock().clone();
    let mut draft = Draft { ahead: slot.take_ahead(state), ..Draft::default() };
    draft.write.stream.clone_from(&slot.id);
    draft.write.expected = (state.seq, hash.clone());
    let (mut left, mut bytes) = (HashMap::<CommandId, Receipt>::new(), 0);
    for (number, waiting) in batch.iter().enumerate() {
        if bytes > MAX_BYTES || draft.write.deleted {
            break;
        }
        let envelope = &waiting.envelope;
        let (upon, receipt) =
            (draft.ahead.as_ref().unwrap_or(state), left.get(&envelope.id).or_else(|| receipts.get(&envelope.id)));
        let at = now();
        let answer = match waiting.decide(at, org, upon, receipt) {
            Err(answer) => answer,
            Ok(changes) => {
                let event = Event {
                    seq: upon.seq + 1,
                    command: envelope.id,
                    actor: waiting.actor,
                    at,
                    kind: envelope.command.kind().to_owned(),
                    changes,
                };
                let row = event_row(&event, &hash)?;
                bytes += row.body.len();
                hash.clone_from(&row.hash);
                if draft.ahead.is_some() || number + 1 < batch.len() {
                    draft.ahead.get_or_insert_with(|| state.clone()).apply(&event);
                }
                let done = Done { seq: event.seq, repeated: false };
                draft.write.deleted = matches!(envelope.command, Command::DeleteProject { .. });
                draft.write.events.push(row);
                draft.events.push((event, hash.clone()));
                Ok(done)
            }
        };
        if let Ok(Done { seq, repeated: false }) = answer {
            let receipt = Receipt { body_hash: waiting.body_hash.clone(), seq };
            draft.write.receipts.push((envelope.id.to_string(), receipt.clone()));
            left.insert(envelope.id, receipt);
        }
        draft.answers.push(answer);
    }
    tables(&mut draft)?;
    Ok(draft)
}

/// What is left of all changes in the read table: the last of each entity.
fn tables(draft: &mut Draft) -> Result<(), StoreError> {
    let mut seen = HashSet::new();
    let changes = draft.events.iter().rev().flat_map(|(event, _)| event.changes.iter().rev().map(|it| (event.seq, it)));
    for (seq, change) in changes {
        let target = change.target();
        if !seen.insert(target) {
            continue;
        }
        match change {
            Change::Put { entity } => {
                let row = EntityRow { kind: target.kind().to_owned(), id: target.id(), seq, body: json(entity)? };
                draft.write.put.push(row);
            }
            Change::Remove { .. } => draft.write.removed.push((target.kind(), target.id())),
        }
    }
    Ok(())
}

/// An event as it is stored, behind the one with this hash.
pub(crate) fn event_row(event: &Event, previous: &str) -> Result<EventRow, StoreError> {
    let body = json(event)?;
    let hash = storage::chain(previous, &body);
    Ok(EventRow {
        seq: event.seq,
        kind: event.kind.clone(),
        actor: event.actor.to_string(),
        at: event.at.to_string(),
        body,
        hash,
    })
}

fn body_hash(actor: UserId, envelope: &Envelope) -> Result<String, StoreError> {
    let expected = envelope.expected.map(|(target, version)| (target.id(), version));
    Ok(storage::chain(&actor.to_string(), &json(&(&envelope.command, expected))?))
}
