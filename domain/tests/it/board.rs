use domain::{command::*, model::*, *};
use expect_test::expect;

use crate::support::{Stream, id, task_of, to};

fn five() -> Stream {
    let mut stream = Stream::project();
    for (number, title) in [(1, "a"), (2, "b"), (3, "c"), (4, "d"), (5, "e")] {
        stream.task(number, title);
    }
    stream
}

#[test]
fn cards_go_between_their_neighbours() {
    let mut stream = five();
    stream.must(to(5, 1, Some(1), Some(2)));
    stream.must(to(1, 1, None, None));
    stream.must(to(3, 2, None, None));
    stream.must(to(4, 2, None, Some(3)));
    expect![[r#"
        To do: e b a
        In progress: d c
        Done: 
    "#]]
    .assert_eq(&stream.board());
}

#[test]
fn after_decides_when_the_neighbours_have_parted() {
    let mut stream = five();
    stream.must(to(2, 2, None, None));
    stream.must(to(5, 1, Some(1), Some(2)));
    stream.must(to(4, 1, Some(5), Some(1)));
    expect![[r#"
        To do: a e d c
        In progress: b
        Done: 
    "#]]
    .assert_eq(&stream.board());
}

#[test]
fn a_move_next_to_a_card_that_is_gone_is_refused_and_one_to_its_own_place_changes_nothing() {
    let mut stream = five();
    stream.must(Command::DeleteTask { id: id(2) });
    expect!["Conflict neighbour_gone: The neighbouring task is no longer in this column. Look at the board again and repeat the move."]
        .assert_eq(&stream.refusal(to(5, 1, Some(2), None)));
    assert_eq!(stream.must(to(3, 1, Some(1), Some(4))), 0);
    assert_eq!(stream.must(to(5, 1, None, None)), 0);
    assert_eq!(stream.must(to(1, 1, None, Some(3))), 0);
}

#[test]
fn limits_are_enforced_only_where_the_board_says_so() {
    let mut stream = five();
    let limit = |enforced| Command::UpdateColumn {
        id: id(2),
        fields: ColumnFields { wip_limit: Some(Some(1)), wip_enforced: Some(enforced), ..ColumnFields::default() },
    };
    stream.must(limit(true));
    stream.must(to(1, 2, None, None));
    expect!["Conflict wip_limit: In progress holds at most 1 tasks. Finish or move one first."]
        .assert_eq(&stream.refusal(to(2, 2, None, None)));
    stream.must(limit(false));
    stream.must(to(2, 2, None, None));
    assert_eq!(stream.state.population(id(2)), 2);
}

#[test]
fn ten_thousand_moves_to_one_spot_keep_the_order_and_short_ranks() {
    let mut stream = five();
    for _ in 0..2_500 {
        for number in [3, 4] {
            stream.must(to(number, 1, Some(1), None));
        }
    }
    assert_eq!(stream.board().lines().next(), Some("To do: a d c b e"));
    assert!(stream.state.tasks.values().all(|task| task.rank.len() <= rank::MAX_LEN));
    stream.state.check_invariants().unwrap();
}

#[test]
fn columns_say_when_work_began_and_ended() {
    let mut stream = five();
    stream.must(to(1, 2, None, None));
    let begun = task_of(&stream, 1);
    stream.must(to(1, 3, None, None));
    let done = task_of(&stream, 1);
    stream.must(to(1, 1, None, None));
    let back = task_of(&stream, 1);
    assert!(begun.started_at.is_some() && begun.done_at.is_none());
    assert!(done.started_at == begun.started_at && done.done_at.is_some());
    assert!(back.started_at == begun.started_at && back.done_at.is_none());
}

#[test]
fn deleting_a_column_asks_where_its_tasks_go() {
    let mut stream = five();
    let delete = |to: Option<u128>| Command::DeleteColumn { id: id(1), move_tasks_to: to.map(id) };
    expect!["Conflict not_empty: The column has tasks; name another column for them in move_tasks_to."]
        .assert_eq(&stream.refusal(delete(None)));
    stream.must(delete(Some(3)));
    expect![[r#"
        In progress: 
        Done: a b c d e
    "#]]
    .assert_eq(&stream.board());
    assert!(task_of(&stream, 4).done_at.is_some());
}

#[test]
fn dependencies_never_form_a_cycle() {
    let mut stream = five();
    let blocks = |a, b| Command::LinkTasks { id: id(a), relation: Relation::Blocks, other: id(b) };
    stream.must(blocks(1, 2));
    stream.must(blocks(2, 3));
    expect![
        "Conflict cycle: That would be a cycle: the other task already blocks this one, directly or by way of others."
    ]
    .assert_eq(&stream.refusal(blocks(3, 1)));
    expect!["Invalid invalid: A task cannot be linked to itself."].assert_eq(&stream.refusal(blocks(1, 1)));
    let part = |task, of| Command::UpdateTask {
        id: id(task),
        fields: TaskFields { parent: Some(Some(id(of))), ..TaskFields::default() },
    };
    stream.must(part(1, 2));
    expect!["Conflict cycle: A task cannot be a part of itself."].assert_eq(&stream.refusal(part(2, 1)));
}

#[test]
fn numbers_are_never_given_twice_and_a_bulk_is_all_or_nothing() {
    let mut stream = five();
    stream.must(Command::DeleteTask { id: id(5) });
    stream.task(6, "f");
    assert_eq!(task_of(&stream, 6).number, 6);
    let before = stream.state.clone();
    let bulk = Command::Bulk { commands: vec![to(1, 2, None, None), to(77, 2, None, None)] };
    let refusal = stream.send(bulk).unwrap_err();
    assert_eq!(refusal.field.as_deref(), Some("commands/1"));
    assert_eq!(stream.state, before);
    let bulk = Command::Bulk { commands: vec![to(1, 2, None, None), to(2, 2, None, Some(1)), to(1, 3, None, None)] };
    assert_eq!(stream.must(bulk), 2, "each task changes once");
    expect![[r#"
        To do: c d f
        In progress: b
        Done: a
    "#]]
    .assert_eq(&stream.board());
}

#[test]
fn an_archived_project_is_read_only_until_it_is_brought_back() {
    let mut stream = five();
    let archive = |archived| Command::UpdateProject {
        fields: ProjectFields { archived: Some(archived), ..ProjectFields::default() },
    };
    stream.must(archive(true));
    expect!["Conflict archived: The project is archived; it can be read, not changed."]
        .assert_eq(&stream.refusal(to(1, 2, None, None)));
    stream.must(archive(false));
    stream.must(to(1, 2, None, None));
}

#[test]
fn closing_a_sprint_carries_over_what_is_not_done() {
    let mut stream = five();
    for number in [1, 2] {
        let fields = SprintFields { name: Some(format!("Sprint {number}")), ..SprintFields::default() };
        stream.must(Command::CreateSprint { id: id(number), fields });
    }
    for number in [1, 2] {
        let fields = TaskFields { sprint: Some(Some(id(1))), ..TaskFields::default() };
        stream.must(Command::UpdateTask { id: id(number), fields });
    }
    stream.must(Command::StartSprint { id: id(1) });
    expect!["Conflict sprint_active: Sprint 1 is running; close it first."]
        .assert_eq(&stream.refusal(Command::StartSprint { id: id(2) }));
    stream.must(to(1, 3, None, None));
    stream.must(Command::CloseSprint { id: id(1), carry_over_to: Some(id(2)) });
    assert_eq!(task_of(&stream, 1).sprint, Some(id(1)));
    assert_eq!(task_of(&stream, 2).sprint, Some(id(2)));
    assert_eq!(stream.state.sprints[&id::<SprintId>(1)].state, SprintState::Closed);
}
