//! A project with a clock that stands still, and people who send commands.

use domain::{command::*, model::*, *};
use jiff::Timestamp;

pub(crate) use crate::commands::{id, to};

pub(crate) struct Stream {
    pub(crate) state: State,
    pub(crate) log: Vec<Event>,
    pub(crate) actor: UserId,
    pub(crate) role: Role,
}

impl Stream {
    /// A project `DM` with the three usual columns, whose identities are 1, 2 and 3; its owner is person 1.
    pub(crate) fn project() -> Self {
        let changes =
            decide::new_project(id(1), id(1), "dm", "DevMentor", "", [id(1), id(2), id(3)], Timestamp::UNIX_EPOCH);
        Self::begin(changes.unwrap())
    }

    /// An organisation whose owner is person 1.
    pub(crate) fn org() -> Self {
        Self::begin(decide::new_org(id(1), "Acme", id(1), Timestamp::UNIX_EPOCH).unwrap())
    }

    fn begin(changes: Vec<Change>) -> Self {
        let mut stream = Self { state: State::default(), log: Vec::new(), actor: id(1), role: Role::Owner };
        stream.append("create", changes);
        stream
    }

    fn append(&mut self, kind: &str, changes: Vec<Change>) {
        if changes.is_empty() {
            return;
        }
        let event = Event {
            seq: self.state.seq + 1,
            command: id(0),
            actor: self.actor,
            at: Timestamp::UNIX_EPOCH,
            kind: kind.to_owned(),
            changes,
        };
        self.state.apply(&event);
        self.log.push(event);
    }

    pub(crate) fn send(&mut self, command: Command) -> Result<usize, Refusal> {
        let at = Timestamp::from_second(self.log.len() as i64).unwrap();
        let context = Context { actor: self.actor, permissions: self.role.permissions(), at };
        let changes = decide(&self.state, &context, &command)?;
        let count = changes.len();
        self.append(command.kind(), changes);
        Ok(count)
    }

    #[track_caller]
    pub(crate) fn must(&mut self, command: Command) -> usize {
        match self.send(command) {
            Ok(count) => count,
            Err(refusal) => panic!("refused: {refusal:?}"),
        }
    }

    pub(crate) fn refusal(&mut self, command: Command) -> String {
        match self.send(command) {
            Ok(_) => panic!("was accepted"),
            Err(refusal) => format!("{:?} {}: {}", refusal.kind, refusal.code, refusal.detail),
        }
    }

    pub(crate) fn task(&mut self, number: u128, title: &str) {
        let fields = TaskFields { title: Some(title.to_owned()), ..TaskFields::default() };
        self.must(Command::CreateTask { id: id(number), fields, column: None });
    }

    /// The board as a person sees it.
    pub(crate) fn board(&self) -> String {
        let columns = self.state.board_columns().into_iter().map(|column| {
            let titles: Vec<_> = self.state.tasks_in(column.id).map(|task| task.title.clone()).collect();
            format!("{}: {}\n", column.name, titles.join(" "))
        });
        columns.collect()
    }
}

pub(crate) fn task_of(stream: &Stream, number: u128) -> Task {
    (*stream.state.tasks[&id::<TaskId>(number)].value).clone()
}
