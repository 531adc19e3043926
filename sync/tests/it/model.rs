//! The replica as a pure machine: several people do random things, answers and events come late, twice and in any mixture, and in the end all see
//! what the server has.

use domain::command::TaskFields;
use domain::{
    ColumnId, Command, CommandId, Context, Event, Permission, Permissions, ProjectId, State, TaskId, UserId, decide,
};
use jiff::Timestamp;
use proptest::prelude::*;
use sync::replica::Applied;
use sync::{Queued, Replica};

const PEOPLE: usize = 3;

/// The rules of the backend over one project, in memory.
struct Model {
    state: State,
    log: Vec<Event>,
}

impl Model {
    fn new() -> Model {
        let columns = [1, 2, 3].map(ColumnId::from_bits);
        let changes = decide::new_project(
            ProjectId::from_bits(1),
            domain::OrgId::from_bits(1),
            "dm",
            "DevMentor",
            "",
            columns,
            Timestamp::UNIX_EPOCH,
        );
        let mut model = Model { state: State::default(), log: Vec::new() };
        model.append(CommandId::from_bits(0), UserId::from_bits(0), changes.unwrap());
        model
    }

    fn append(&mut self, command: CommandId, actor: UserId, changes: Vec<domain::Change>) {
        let at = Timestamp::UNIX_EPOCH;
        let event = Event { seq: self.state.seq + 1, command, actor, at, kind: String::new(), changes };
        self.state.apply(&event);
        self.log.push(event);
    }

    /// The number of a command's event, if the rules allow it; the same one when it comes again.
    fn send(&mut self, queued: &Queued, actor: UserId) -> Option<u64> {
        if let Some(event) = self.log.iter().find(|event| event.command == queued.id) {
            return Some(event.seq);
        }
        let context = Context { actor, permissions: Permissions::of(Permission::ALL), at: Timestamp::UNIX_EPOCH };
        let changes = decide(&self.state, &context, &queued.command).ok()?;
        if !changes.is_empty() {
            self.append(queued.id, actor, changes);
        }
        Some(self.state.seq)
    }
}

/// What happens next, and to whom.
#[derive(Debug, Clone)]
enum Step {
    /// Somebody does something.
    Do(usize, Box<Command>),
    /// The first waiting command of somebody reaches the server; its answer may be lost on the way.
    Send(usize, bool),
    /// So many events reach somebody, beginning with some that are known already.
    Hear(usize, usize),
    /// Somebody's process ends and begins again with what is on the disk.
    Restart(usize),
}

fn command() -> impl Strategy<Value = Command> {
    let task = (1u128..6).prop_map(TaskId::from_bits);
    let column = (1u128..4).prop_map(ColumnId::from_bits);
    prop_oneof![
        3 => (task.clone(), proptest::option::of(column.clone())).prop_map(|(id, column)| Command::CreateTask {
            id,
            fields: TaskFields { title: Some(id.to_string()), ..TaskFields::default() },
            column,
        }),
        3 => (task.clone(), "[a-z]{1,4}").prop_map(|(id, title)| Command::UpdateTask {
            id,
            fields: TaskFields { title: Some(title), ..TaskFields::default() },
        }),
        4 => (task.clone(), proptest::option::of(column), proptest::option::of(task.clone())).prop_map(|(id, column, after)| {
            Command::MoveTask { id, column, after, before: None }
        }),
        1 => task.prop_map(|id| Command::DeleteTask { id }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..PEOPLE;
    prop_oneof![
        4 => (who.clone(), command()).prop_map(|(who, command)| Step::Do(who, Box::new(command))),
        4 => (who.clone(), any::<bool>()).prop_map(|(who, lost)| Step::Send(who, lost)),
        4 => (who.clone(), 0usize..4).prop_map(|(who, count)| Step::Hear(who, count)),
        1 => who.prop_map(Step::Restart),
    ]
}

fn send(model: &mut Model, replica: &mut Replica, who: usize, answer_is_lost: bool) {
    let Some(queued) = replica.first_unsent().cloned() else { return };
    let answer = model.send(&queued, UserId::from_bits(who as u128));
    if answer_is_lost {
        return;
    }
    match answer {
        Some(seq) => replica.accept(queued.id, seq),
        None => {
            replica.refuse(queued.id);
        }
    }
}

fn hear(model: &Model, replica: &mut Replica, count: usize) {
    let known = replica.confirmed().seq as usize;
    for event in model.log.iter().skip(known.saturating_sub(1)).take(count + 1) {
        let is_known = event.seq <= known as u64;
        assert_eq!(replica.apply(event), if is_known { Applied::Known } else { Applied::Next });
    }
    if let Some(later) = model.log.get(replica.confirmed().seq as usize + 1) {
        assert_eq!(replica.apply(later), Applied::Gap);
    }
}

/// What is shown, without versions, which differ until everything is confirmed.
fn entities(state: &State) -> Vec<domain::state::Entity> {
    state.entities().map(|(_, entity)| entity).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn in_the_end_everybody_sees_what_the_server_has(steps in proptest::collection::vec(step(), 1..120)) {
        let mut model = Model::new();
        let actor = |who: usize| UserId::from_bits(who as u128);
        let mut replicas: Vec<Replica> =
            (0..PEOPLE).map(|who| Replica::new(model.state.clone(), [], actor(who))).collect();
        for step in steps {
            match step {
                Step::Do(who, command) => {
                    let replica = &mut replicas[who];
                    if replica.is_stale() {
                        replica.rebase(actor(who));
                    }
                    let all = Permissions::of(Permission::ALL);
                    if let Ok(changes) = replica.try_out(actor(who), all, Timestamp::UNIX_EPOCH, &command)
                        && !changes.is_empty()
                    {
                        let queued = Queued { id: CommandId::fresh(), command: *command, at: Timestamp::UNIX_EPOCH, accepted: None };
                        replica.push(queued, actor(who));
                    }
                }
                Step::Send(who, lost) => send(&mut model, &mut replicas[who], who, lost),
                Step::Hear(who, count) => hear(&model, &mut replicas[who], count),
                Step::Restart(who) => {
                    let (confirmed, queue) = (replicas[who].confirmed().clone(), replicas[who].queue().cloned().collect::<Vec<_>>());
                    replicas[who] = Replica::new(confirmed, queue, actor(who));
                }
            }
            for (who, replica) in replicas.iter_mut().enumerate() {
                // Whatever is shown by way of shortcuts is what trying everything anew gives.
                if !replica.is_stale() {
                    let shown = entities(replica.shown());
                    replica.rebase(actor(who));
                    prop_assert_eq!(shown, entities(replica.shown()));
                }
                prop_assert!(replica.is_stale() || replica.shown().check_invariants().is_ok());
            }
        }
        for (who, replica) in replicas.iter_mut().enumerate() {
            while replica.first_unsent().is_some() {
                send(&mut model, replica, who, false);
            }
        }
        for (who, replica) in replicas.iter_mut().enumerate() {
            hear(&model, replica, model.log.len());
            prop_assert_eq!(replica.queue().len(), 0);
            if replica.is_stale() {
                replica.rebase(actor(who));
            }
            prop_assert_eq!(replica.shown(), &model.state);
            prop_assert_eq!(replica.confirmed(), &model.state);
        }
    }
}
