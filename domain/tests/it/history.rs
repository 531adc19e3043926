//! The two promises of an event log: no sequence of commands breaks the rules, and the log alone gives the state.

use domain::{command::*, *};
use proptest::prelude::*;

use crate::commands::{any_command, id};
use crate::support::Stream;

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn rules_hold_and_the_log_is_the_state(commands in proptest::collection::vec(any_command(), 1..80)) {
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
