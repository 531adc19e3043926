//! However an index came to be, it answers like one made from nothing.

use std::sync::atomic::AtomicBool;

use index::IndexOptions;
use proptest::prelude::*;

use crate::support::{Workspace, answers, fresh};

const FILES: &[&str] = &["a.py", "lib/b.rs", "lib/deep/c.ts", "tests/d_test.go", "notes.md", ".gitignore"];

/// Texts of different lengths, so that no two states of a file look alike to the clock.
const TEXTS: &[&str] = &[
    "",
    "alpha",
    "def alpha(): return beta\n",
    "fn alpha() { beta(); }\n\nfn beta() -> u32 { 3 }\n",
    "export class Alpha {\n  beta() { return this.gamma }\n}\n\nfunction gamma() { throw new Error('delta') }\n",
    "package p\n\nfunc TestAlpha(t *testing.T) { beta() }\n",
    "# Alpha\n\nbeta gamma\n\n## Delta\n\nalpha\n",
    "\0 binary",
    "((((((((((((((( alpha",
    "lib/deep\n",
];

const QUESTIONS: &[&str] = &[
    "alpha",
    "alpha beta",
    "words:alpha",
    "words:gamma delta",
    "exact:alpha",
    "exact:Alpha",
    "regex:(?i)be[t]a\\(",
    "symbol:alpha",
    "symbol:beta",
    "meaning:alpha",
    "meaning:return a number",
];

#[derive(Debug, Clone)]
enum Step {
    Write(usize, usize),
    Delete(usize),
    Rename(usize, usize),
    Type(usize, usize),
    Close(usize),
    Update,
    UpdatePath(usize),
    Embed,
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let file = 0..FILES.len();
    let text = 0..TEXTS.len();
    prop_oneof![
        6 => (file.clone(), text.clone()).prop_map(|(file, text)| Step::Write(file, text)),
        2 => file.clone().prop_map(Step::Delete),
        1 => (file.clone(), file.clone()).prop_map(|(from, to)| Step::Rename(from, to)),
        2 => (file.clone(), text).prop_map(|(file, text)| Step::Type(file, text)),
        2 => file.clone().prop_map(Step::Close),
        3 => Just(Step::Update),
        2 => file.prop_map(Step::UpdatePath),
        1 => Just(Step::Embed),
        1 => Just(Step::Reopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn edits_in_any_order_end_in_the_answers_of_a_new_index(steps in prop::collection::vec(step(), 1..25)) {
        let mut workspace = Workspace::empty(IndexOptions::default());
        let mut typed = vec![None; FILES.len()];
        for step in steps {
            match step {
                Step::Write(file, text) => workspace.write(FILES[file], TEXTS[text]),
                Step::Delete(file) => {
                    let _ = std::fs::remove_file(workspace.path(FILES[file]));
                }
                Step::Rename(from, to) => {
                    if workspace.path(FILES[from]).exists() {
                        workspace.rename(FILES[from], FILES[to]);
                    }
                }
                Step::Type(file, text) => {
                    workspace.index.set_text(FILES[file], TEXTS[text]);
                    typed[file] = Some(text);
                }
                Step::Close(file) => {
                    workspace.index.close_text(FILES[file]);
                    typed[file] = None;
                }
                Step::Update => {
                    workspace.update();
                }
                Step::UpdatePath(file) => {
                    workspace.index.update_paths(&[FILES[file].to_owned()], &AtomicBool::new(false)).unwrap();
                }
                Step::Embed => {
                    workspace.embed();
                }
                Step::Reopen => {
                    workspace = workspace.reopen();
                    typed.fill(None);
                }
            }
        }
        // What is typed is saved in the end; an ignored or binary buffer would be another matter.
        for (file, text) in typed.iter().enumerate() {
            if let Some(text) = text {
                workspace.write(FILES[file], TEXTS[*text]);
                workspace.index.close_text(FILES[file]);
            }
        }
        workspace.update();
        workspace.embed();
        let (_base, new) = fresh(workspace.root(), &workspace.options);
        prop_assert_eq!(answers(&workspace.index, QUESTIONS), answers(&new, QUESTIONS));
        prop_assert_eq!(workspace.index.skipped(), new.skipped());
        let again = workspace.update();
        prop_assert_eq!((again.indexed, again.removed, again.bytes), (0, 0, 0));
        prop_assert_eq!(workspace.embed(), index::EmbedOutcome::default());
    }

    #[test]
    fn unsaved_text_answers_as_if_it_were_saved(typed in prop::collection::vec((0..5usize, 0..7usize), 1..6), saved in prop::collection::vec((0..5usize, 0..7usize), 0..6)) {
        let workspace = Workspace::empty(IndexOptions::default());
        for (file, text) in saved {
            workspace.write(FILES[file], TEXTS[text]);
        }
        workspace.update();
        workspace.embed();
        for (file, text) in &typed {
            workspace.index.set_text(FILES[*file], TEXTS[*text]);
        }
        // Vectors of unsaved text are not rounded to bytes yet, so of two near equal meanings either may come first.
        let sorted = |answers: String| {
            let mut hits: Vec<String> = answers.split("\n").map(str::to_owned).collect();
            hits.sort();
            hits
        };
        let unsaved = sorted(answers(&workspace.index, QUESTIONS));
        for (file, text) in &typed {
            workspace.write(FILES[*file], TEXTS[*text]);
        }
        let (_base, new) = fresh(workspace.root(), &workspace.options);
        prop_assert_eq!(unsaved, sorted(answers(&new, QUESTIONS)));
    }
}
