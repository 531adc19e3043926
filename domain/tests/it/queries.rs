use domain::{command::*, query::*, *};
use expect_test::expect;

use crate::support::{Stream, id, to};

fn found(stream: &Stream, query: &str) -> String {
    let asker = Asker { me: id(1), today: jiff::civil::date(2026, 3, 1) };
    match Query::parse(query) {
        Err(error) => error.to_string(),
        Ok(query) => {
            let tasks = stream.state.tasks.values().filter(|task| query.matches(&stream.state, &asker, task));
            tasks.map(|task| task.title.clone()).collect::<Vec<_>>().join(" ")
        }
    }
}

fn stream() -> Stream {
    let mut stream = Stream::project();
    for (number, title) in [(1, "parser"), (2, "printer"), (3, "docs")] {
        stream.task(number, title);
    }
    let label = LabelFields { name: Some("Needs, work".to_owned()), ..LabelFields::default() };
    stream.must(Command::CreateLabel { id: id(1), fields: label });
    let fields = TaskFields {
        labels: Some([id(1)].into()),
        assignees: Some([id(1)].into()),
        due: Some(Some(jiff::civil::date(2026, 2, 1))),
        priority: Some(model::Priority::High),
        ..TaskFields::default()
    };
    stream.must(Command::UpdateTask { id: id(1), fields });
    stream.must(Command::LinkTasks { id: id(1), relation: Relation::Blocks, other: id(2) });
    stream.must(to(3, 3, None, None));
    stream
}

#[test]
fn finds_what_it_says() {
    let stream = stream();
    for (query, expected) in [
        ("", "parser printer docs"),
        ("status:open", "parser printer"),
        ("status:done,doing", "docs"),
        ("status:\"to do\" -p", ""),
        ("assignee:me", "parser"),
        ("assignee:none status:open", "printer"),
        ("label:\"needs, work\"", "parser"),
        ("-label:none", "parser"),
        ("due:overdue", "parser"),
        ("due:<2026-02-02", "parser"),
        ("priority:high,urgent", "parser"),
        ("is:blocked", "printer"),
        ("PRINT", "printer"),
        ("\"-p\"", ""),
    ] {
        assert_eq!(found(&stream, query), expected, "{query}");
    }
}

#[test]
fn says_what_it_does_not_understand() {
    let stream = stream();
    let all: Vec<_> = ["colour:red", "priority:huge", "due:", "\"open", "assignee:ann"]
        .iter()
        .map(|query| found(&stream, query))
        .collect();
    expect![[r#"
        There is no field colour; there are status, assignee, author, watcher, label, sprint, epic, type, priority, due, estimate, parent, is.
        priority:huge is not possible; priority takes none, low, medium, high, urgent.
        due: needs a value: none, overdue, today, a date, or <date and >date.
        A quote is not closed.
        assignee:ann is not possible; assignee takes me, none, any, or the identity of a person."#]]
    .assert_eq(&all.join("\n"));
}

proptest::proptest! {
    #[test]
    fn any_text_is_a_query_or_an_error(text in "\\PC{0,60}") {
        let _ = found(&Stream::project(), &text);
    }
}
