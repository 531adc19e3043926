//! Commands at random. The backend's tests use this file as well, with the same rules behind a database and a network.

use domain::{command::*, model::*, *};
use proptest::prelude::*;

/// The identities of a test are small numbers.
pub(crate) fn id<T: From128>(number: u128) -> T {
    T::from128(number)
}

pub(crate) trait From128 {
    fn from128(number: u128) -> Self;
}

macro_rules! small { ($($name:ident)*) => { $(impl From128 for $name {
    fn from128(number: u128) -> Self { Self::from_bits(number) }
})* } }
small!(UserId OrgId TeamId RoleId ProjectId ColumnId LabelId EpicId SprintId TaskId CommentId TimeEntryId ViewId AnchorId CommandId);

pub(crate) fn to(task: u128, column: u128, after: Option<u128>, before: Option<u128>) -> Command {
    Command::MoveTask { id: id(task), column: Some(id(column)), after: after.map(id), before: before.map(id) }
}

/// Any command of a project that may be sent twice. Few identities, so that commands meet.
pub(crate) fn any_command() -> impl Strategy<Value = Command> {
    let n = 1u128..6;
    let maybe = proptest::option::of(1u128..6);
    prop_oneof![
        4 => (n.clone(), maybe.clone()).prop_map(|(task, column)| Command::CreateTask {
            id: id(task),
            fields: TaskFields { title: Some(format!("t{task}")), ..TaskFields::default() },
            column: column.map(id),
        }),
        8 => (n.clone(), 1u128..5, maybe.clone(), maybe.clone()).prop_map(|(task, column, after, before)| to(task, column, after, before)),
        2 => (n.clone(), n.clone(), 0..3).prop_map(|(a, b, kind)| Command::LinkTasks {
            id: id(a),
            relation: [Relation::Blocks, Relation::Relates, Relation::Duplicates][kind as usize],
            other: id(b),
        }),
        1 => (n.clone(), n.clone(), 0..3).prop_map(|(a, b, kind)| Command::UnlinkTasks {
            id: id(a),
            relation: [Relation::Blocks, Relation::Relates, Relation::Duplicates][kind as usize],
            other: id(b),
        }),
        2 => (n.clone(), maybe.clone(), maybe.clone(), maybe.clone()).prop_map(|(task, parent, sprint, label)| Command::UpdateTask {
            id: id(task),
            fields: TaskFields {
                parent: Some(parent.map(id)),
                sprint: Some(sprint.map(id)),
                labels: Some(label.map(id).into_iter().collect()),
                ..TaskFields::default()
            },
        }),
        1 => n.clone().prop_map(|task| Command::DeleteTask { id: id(task) }),
        2 => (n.clone(), n.clone(), maybe.clone()).prop_map(|(comment, task, reply)| Command::CreateComment {
            id: id(comment), task: id(task), body: "hello @you".to_owned(), reply_to: reply.map(id),
        }),
        1 => n.clone().prop_map(|comment| Command::DeleteComment { id: id(comment) }),
        1 => (n.clone(), any::<bool>()).prop_map(|(comment, on)| Command::React { id: id(comment), emoji: "👍".to_owned(), on }),
        1 => (n.clone(), maybe.clone()).prop_map(|(column, after)| Command::CreateColumn {
            id: id(column),
            fields: ColumnFields { name: Some("More".to_owned()), wip_limit: Some(Some(2)), wip_enforced: Some(true), ..ColumnFields::default() },
            after: after.map(id),
        }),
        1 => (n.clone(), maybe.clone()).prop_map(|(column, after)| Command::MoveColumn { id: id(column), after: after.map(id) }),
        1 => (n.clone(), maybe.clone()).prop_map(|(column, target)| Command::DeleteColumn { id: id(column), move_tasks_to: target.map(id) }),
        1 => (n.clone(), 0..3).prop_map(|(column, category)| Command::UpdateColumn {
            id: id(column),
            fields: ColumnFields { category: Some([Category::Todo, Category::Doing, Category::Done][category as usize]), ..ColumnFields::default() },
        }),
        1 => n.clone().prop_map(|label| Command::CreateLabel { id: id(label), fields: LabelFields { name: Some(format!("l{label}")), ..LabelFields::default() } }),
        1 => n.clone().prop_map(|label| Command::DeleteLabel { id: id(label) }),
        1 => n.clone().prop_map(|sprint| Command::CreateSprint { id: id(sprint), fields: SprintFields { name: Some("s".to_owned()), ..SprintFields::default() } }),
        1 => n.clone().prop_map(|sprint| Command::StartSprint { id: id(sprint) }),
        1 => (n.clone(), maybe.clone()).prop_map(|(sprint, target)| Command::CloseSprint { id: id(sprint), carry_over_to: target.map(id) }),
        1 => n.clone().prop_map(|sprint| Command::DeleteSprint { id: id(sprint) }),
        1 => n.clone().prop_map(|epic| Command::CreateEpic { id: id(epic), fields: EpicFields { title: Some("e".to_owned()), ..EpicFields::default() } }),
        1 => n.clone().prop_map(|epic| Command::DeleteEpic { id: id(epic) }),
        1 => (n.clone(), maybe.clone()).prop_map(|(task, epic)| Command::UpdateTask {
            id: id(task),
            fields: TaskFields { epic: Some(epic.map(id)), assignees: Some([id(1)].into()), ..TaskFields::default() },
        }),
        1 => (n.clone(), any::<bool>()).prop_map(|(task, watching)| Command::WatchTask { id: id(task), watching }),
        1 => n.clone().prop_map(|comment| Command::UpdateComment { id: id(comment), body: format!("changed {comment}") }),
        1 => (n.clone(), n.clone()).prop_map(|(entry, task)| Command::CreateTimeEntry {
            id: id(entry),
            task: id(task),
            fields: TimeFields { minutes: Some(30), day: Some(jiff::civil::date(2026, 1, 1)), ..TimeFields::default() },
        }),
        1 => n.clone().prop_map(|entry| Command::DeleteTimeEntry { id: id(entry) }),
        1 => (n.clone(), any::<bool>()).prop_map(|(view, shared)| Command::CreateView {
            id: id(view),
            fields: ViewFields { name: Some("v".to_owned()), query: Some("status:open".to_owned()), shared: Some(shared), ..ViewFields::default() },
        }),
        1 => (n.clone(), any::<bool>()).prop_map(|(view, shared)| Command::UpdateView {
            id: id(view), fields: ViewFields { shared: Some(shared), ..ViewFields::default() },
        }),
        1 => n.clone().prop_map(|view| Command::DeleteView { id: id(view) }),
        1 => (n.clone(), n.clone()).prop_map(|(anchor, task)| Command::CreateAnchor {
            id: id(anchor),
            task: id(task),
            fields: AnchorFields {
                repository: Some("r".to_owned()), path: Some("src/a.rs".to_owned()), start_line: Some(1), end_line: Some(2), ..AnchorFields::default()
            },
        }),
        1 => n.prop_map(|anchor| Command::DeleteAnchor { id: id(anchor) }),
        1 => prop_oneof![5 => Just(false), 1 => Just(true)].prop_map(|archived| Command::UpdateProject {
            fields: ProjectFields { archived: Some(archived), ..ProjectFields::default() },
        }),
    ]
}
