//! The two promises of an event log: no sequence of commands breaks the rules, and the log alone gives the state.

use domain::{command::*, model::*, *};
use proptest::prelude::*;

use crate::support::{Stream, id, to};

/// Few identities, so that commands meet.
fn command() -> impl Strategy<Value = Command> {
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
        1 => n.prop_map(|sprint| Command::DeleteSprint { id: id(sprint) }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn rules_hold_and_the_log_is_the_state(commands in proptest::collection::vec(command(), 1..80)) {
        let mut stream = Stream::project();
        for chunk in commands.chunks(3) {
            // Now and then several as one, which must leave the same kind of state behind.
            let command = match chunk {
                [Command::MoveTask { .. }, _, _] => Command::Bulk { commands: chunk.to_vec() },
                _ => chunk[0].clone(),
            };
            let before = stream.state.clone();
            if stream.send(command).is_err() {
                prop_assert_eq!(&stream.state, &before, "a refused command changed something");
            }
            if let Err(breach) = stream.state.check_invariants() {
                prop_assert!(false, "{}", breach);
            }
        }

        let mut replayed = State::default();
        for event in &stream.log {
            // By way of JSON, as it is stored and sent.
            let text = serde_json::to_string(event).unwrap();
            replayed.apply(&serde_json::from_str(&text).unwrap());
        }
        prop_assert_eq!(&replayed, &stream.state);
        let read = State::from_entities(stream.state.seq, stream.state.entities());
        prop_assert_eq!(&read, &stream.state);
        prop_assert!(stream.log.iter().enumerate().all(|(at, event)| event.seq == at as u64 + 1));
    }
}

#[test]
fn an_event_reads_like_what_happened() {
    let mut stream = Stream::project();
    stream.must(Command::CreateLabel {
        id: id(1),
        fields: LabelFields { name: Some("bug".to_owned()), ..LabelFields::default() },
    });
    stream.must(Command::DeleteLabel { id: id(1) });
    let lines: Vec<_> = stream.log[1..].iter().map(|event| serde_json::to_string(event).unwrap()).collect();
    expect_test::expect![[r##"
        {"seq":2,"command":"cmd_00000000000000000000000000","actor":"usr_00000000000000000000000001","at":"1970-01-01T00:00:00Z","kind":"label.create","changes":[{"op":"put","entity":{"kind":"label","id":"lbl_00000000000000000000000001","name":"bug","color":"#6b7280"}}]}
        {"seq":3,"command":"cmd_00000000000000000000000000","actor":"usr_00000000000000000000000001","at":"1970-01-01T00:00:00Z","kind":"label.delete","changes":[{"op":"remove","kind":"label","id":"lbl_00000000000000000000000001"}]}"##]]
    .assert_eq(&lines.join("\n"));
}
