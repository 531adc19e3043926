//! One project as this machine knows it: what the server has confirmed, and on top of it what was done here and is not confirmed yet.
//! Pure: events, commands and answers in; states out.

use std::collections::{HashMap, VecDeque};

use domain::state::EntityRef;
use domain::{Change, Command, CommandId, Context, Event, Permission, Permissions, Refusal, State, UserId, decide};
use jiff::Timestamp;

/// A command that was done here and whose event has not come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// Its identity, by which the server does it once.
    pub id: CommandId,
    /// What is asked.
    pub command: Command,
    /// When it was done here, by this machine's clock.
    pub at: Timestamp,
    /// The number the server answered with, once it has.
    pub accepted: Option<u64>,
}

/// A queued command and what it changes in the state that is shown.
#[derive(Debug)]
struct Pending {
    queued: Queued,
    targets: Vec<EntityRef>,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// It was the next one.
    Next,
    /// It was known.
    Known,
    /// There are others before it that did not come.
    Gap,
}

/// A project's state, confirmed and shown.
#[derive(Debug, Default)]
pub struct Replica {
    confirmed: State,
    shown: State,
    pending: VecDeque<Pending>,
    /// How many pending commands changed each entity of the shown state.
    touched: HashMap<EntityRef, u32>,
    /// The shown state is behind: [`Replica::rebase`] makes it right.
    stale: bool,
    /// Commands that left the queue because their effect has come.
    finished: Vec<CommandId>,
}

impl Replica {
    /// From what was confirmed and what waits, in its order.
    pub fn new(confirmed: State, queue: impl IntoIterator<Item = Queued>, actor: UserId) -> Replica {
        let pending = queue.into_iter().map(|queued| Pending { queued, targets: Vec::new() }).collect();
        let mut replica = Replica { confirmed, pending, ..Replica::default() };
        replica.rebase(actor);
        replica
    }

    /// What people see: confirmed, with everything done here applied to it.
    pub fn shown(&self) -> &State {
        &self.shown
    }

    /// What the server has said.
    pub fn confirmed(&self) -> &State {
        &self.confirmed
    }

    /// The commands that wait, in the order in which they are sent.
    pub fn queue(&self) -> impl ExactSizeIterator<Item = &Queued> {
        self.pending.iter().map(|pending| &pending.queued)
    }

    /// The first command that was not sent, or whose answer did not come.
    pub fn first_unsent(&self) -> Option<&Queued> {
        self.queue().find(|queued| queued.accepted.is_none())
    }

    /// Whether something about the entity is not confirmed yet.
    pub fn is_pending(&self, target: EntityRef) -> bool {
        self.touched.contains_key(&target)
    }

    /// Whether [`Replica::rebase`] is due.
    pub fn is_stale(&self) -> bool {
        self.stale
    }

    /// Whether the rules allow a command on what is shown, and what it would change.
    ///
    /// # Errors
    /// The rule that forbids it.
    pub fn try_out(
        &self,
        actor: UserId,
        may: Permissions,
        at: Timestamp,
        command: &Command,
    ) -> Result<Vec<Change>, Refusal> {
        decide(&self.shown, &Context { actor, permissions: may, at }, command)
    }

    /// Queues a command and shows what it does.
    pub fn push(&mut self, queued: Queued, actor: UserId) {
        let mut pending = Pending { queued, targets: Vec::new() };
        self.show(&mut pending, actor);
        self.pending.push_back(pending);
    }

    /// Applies a pending command to the shown state. One that the rules do not allow any more shows nothing; the server decides about it.
    fn show(&mut self, pending: &mut Pending, actor: UserId) {
        // What the actor may do was asked when the command was made, and the server asks again.
        let context = Context { actor, permissions: Permissions::of(Permission::ALL), at: pending.queued.at };
        let changes = decide(&self.shown, &context, &pending.queued.command).unwrap_or_default();
        pending.targets = changes.iter().map(Change::target).collect();
        self.shown.apply_changes(self.confirmed.seq, &changes);
        for target in &pending.targets {
            *self.touched.entry(*target).or_default() += 1;
        }
    }

    /// Takes an event of the server.
    pub fn apply(&mut self, event: &Event) -> Applied {
        if event.seq <= self.confirmed.seq {
            return Applied::Known;
        }
        if event.seq != self.confirmed.seq + 1 {
            return Applied::Gap;
        }
        self.confirmed.apply(event);
        self.shown.seq = event.seq;
        let mut own = match self.take(event.command) {
            Some(pending) => {
                self.finished.push(event.command);
                pending.targets
            }
            None => Vec::new(),
        };
        own.extend(event.changes.iter().map(Change::target));
        self.restore(&own);
        self.drop_done();
        Applied::Next
    }

    /// The server did a command, as its event `seq`, or changed nothing and was at `seq`.
    pub fn accept(&mut self, id: CommandId, seq: u64) {
        if let Some(pending) = self.pending.iter_mut().find(|pending| pending.queued.id == id) {
            pending.queued.accepted = Some(seq);
        }
        self.drop_done();
    }

    /// The server will never do a command: what it showed is undone. Gives it back.
    pub fn refuse(&mut self, id: CommandId) -> Option<Queued> {
        let pending = self.take(id)?;
        self.restore(&pending.targets);
        Some(pending.queued)
    }

    /// The commands that left the queue since this was last asked, because the server did them and their effect has come.
    pub fn take_finished(&mut self) -> Vec<CommandId> {
        std::mem::take(&mut self.finished)
    }

    /// Begins again from a state that was read as a whole; what waits stays. In another history the numbers of answers mean nothing: there what waits
    /// is sent again, which does no harm.
    pub fn reset(&mut self, confirmed: State, another_history: bool, actor: UserId) {
        self.confirmed = confirmed;
        if another_history {
            for pending in &mut self.pending {
                pending.queued.accepted = None;
            }
        }
        self.drop_done();
        self.rebase(actor);
    }

    /// Makes the shown state anew: the confirmed one and everything that waits, in order.
    pub fn rebase(&mut self, actor: UserId) {
        self.shown = self.confirmed.clone();
        self.touched.clear();
        let mut pending = std::mem::take(&mut self.pending);
        for one in &mut pending {
            self.show(one, actor);
        }
        self.pending = pending;
        self.stale = false;
    }

    fn take(&mut self, id: CommandId) -> Option<Pending> {
        let at = self.pending.iter().position(|pending| pending.queued.id == id)?;
        let pending = self.pending.remove(at)?;
        for target in &pending.targets {
            if let Some(count) = self.touched.get_mut(target) {
                *count -= 1;
                if *count == 0 {
                    self.touched.remove(target);
                }
            }
        }
        Some(pending)
    }

    /// Shows entities as they are confirmed. Where commands wait, all of them must be tried anew: each may come out differently now.
    fn restore(&mut self, targets: &[EntityRef]) {
        self.stale |= !self.pending.is_empty();
        if self.stale {
            return;
        }
        for target in targets {
            let change = match self.confirmed.entity(*target) {
                Some(entity) => Change::put(entity),
                None => Change::remove(*target),
            };
            let version = self.confirmed.version(*target).unwrap_or(self.confirmed.seq);
            self.shown.apply_changes(version, std::slice::from_ref(&change));
        }
    }

    /// Forgets accepted commands whose effect, if any, has come.
    fn drop_done(&mut self) {
        let seq = self.confirmed.seq;
        let done: Vec<CommandId> =
            self.queue().filter(|queued| queued.accepted.is_some_and(|at| at <= seq)).map(|queued| queued.id).collect();
        for id in done {
            if let Some(pending) = self.take(id) {
                self.finished.push(id);
                self.restore(&pending.targets);
            }
        }
    }
}
