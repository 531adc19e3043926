//! Unsaved text answers at once, in every mode, and hides what it replaces.

use index::Filter;

use crate::support::{Workspace, ask, fixture};

const MODES: &[&str] = &["", "words:", "exact:", "regex:", "symbol:", "meaning:"];

fn workspace() -> Workspace {
    fixture("//- /a.py\ndef zebra(): return 'old stripes'\n//- /b.py\ndef giraffe(): return 'neck'\n")
}

/// The modes in which the best hit of a name is a symbol of that name.
fn found(workspace: &Workspace, name: &str) -> Vec<&'static str> {
    let hit = |mode: &&&str| {
        let answer = workspace.index.snapshot().search(&ask(&format!("{mode}{name}"))).unwrap();
        answer.hits.first().is_some_and(|hit| hit.symbol.as_deref() == Some(name))
    };
    MODES.iter().filter(hit).copied().collect()
}

#[test]
fn unsaved_text_is_found_and_the_saved_text_is_not() {
    let workspace = workspace();
    assert_eq!(found(&workspace, "zebra"), MODES);
    workspace.index.set_text("a.py", "# moved down\n\ndef okapi(): return 'new stripes'\n");
    assert_eq!(found(&workspace, "okapi"), MODES);
    assert_eq!(found(&workspace, "zebra"), [""; 0]);
    assert_eq!(found(&workspace, "giraffe"), MODES, "other files answer as before");
    let answer = workspace.index.snapshot().search(&ask("symbol:okapi")).unwrap();
    assert_eq!(answer.hits[0].lines.first, 2);

    workspace.index.close_text("a.py");
    assert_eq!(found(&workspace, "zebra"), MODES);
    assert_eq!(found(&workspace, "okapi"), [""; 0]);
}

#[test]
fn a_file_that_was_never_saved_is_found() {
    let workspace = workspace();
    workspace.index.set_text("new/c.py", "def okapi(): return 1\n");
    assert_eq!(found(&workspace, "okapi"), MODES);
    let filter = Filter { paths: vec!["new".into()], languages: vec!["python".into()], ..Filter::default() };
    for mode in MODES {
        assert_eq!(workspace.paths(&format!("{mode}okapi"), filter.clone()), "new/c.py", "{mode}");
    }
    workspace.index.close_text("new/c.py");
    assert_eq!(found(&workspace, "okapi"), [""; 0]);
}

#[test]
fn an_update_does_not_touch_what_an_editor_holds() {
    let workspace = workspace();
    workspace.index.set_text("a.py", "def okapi(): return 1\n");
    workspace.write("a.py", "def lion(): return 'saved by another program'\n");
    workspace.update();
    assert_eq!(found(&workspace, "okapi"), MODES);
    assert_eq!(found(&workspace, "lion"), [""; 0]);
    workspace.embed();
    workspace.index.close_text("a.py");
    assert_eq!(found(&workspace, "lion"), MODES);
}

#[test]
fn emptied_and_refilled_buffers_follow() {
    let workspace = workspace();
    workspace.index.set_text("a.py", "");
    assert_eq!(found(&workspace, "zebra"), [""; 0]);
    workspace.index.set_text("a.py", "def zebra(): pass\ndef zebra_two(): pass\n");
    assert_eq!(found(&workspace, "zebra"), MODES);
    workspace.index.close_text("a.py");
    workspace.index.close_text("a.py");
    workspace.index.close_text("never/opened.py");
    assert_eq!(found(&workspace, "zebra"), MODES);
}

#[test]
fn readers_keep_the_moment_they_took() {
    let workspace = workspace();
    let before = workspace.index.snapshot();
    workspace.index.set_text("a.py", "def okapi(): return 1\n");
    workspace.remove("b.py");
    workspace.update();
    assert_eq!(before.files().count(), 2);
    assert!(before.search(&ask("symbol:okapi")).unwrap().hits.is_empty());
    assert_eq!(workspace.index.snapshot().files().count(), 1);
}

#[test]
fn strange_buffers_break_nothing() {
    let workspace = workspace();
    for text in [
        "\0\0\0",
        "\u{feff}",
        "((((((((((",
        &"{\n".repeat(50_000),
        &"x".repeat(3_000_000),
        "def a(:\r\n\r\r\n\tclass (",
    ] {
        workspace.index.set_text("a.py", text);
        for mode in MODES {
            workspace.search(&format!("{mode}zebra"));
        }
    }
}
