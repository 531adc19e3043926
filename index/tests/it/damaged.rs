//! A damaged index folder opens again, and ends with the answers of a sound one.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use index::{IndexOptions, Silent};

use crate::support::{Workspace, answers, fixture, open};

const QUESTIONS: &[&str] =
    &["save a user", "words:user", "exact:user", "regex:us[e]r", "symbol:user", "meaning:keep a person"];

fn sound() -> Workspace {
    let workspace = fixture(
        "//- /a.py\ndef save_user(user): store(user)\n\ndef load_user(name): return find(name)\n//- /b.rs\nstruct User { name: String }\n//- /c.md\n# User\n\nA user.\n//- /d.bin\n\0\0\n",
    );
    // Two commits, so that there are two segments and a list of what was seen.
    workspace.write("e.go", "package a\n\nfunc userCount() int { return 3 }\n");
    let file = std::fs::File::options().write(true).open(workspace.path("c.md")).unwrap();
    file.set_modified(std::time::UNIX_EPOCH).unwrap();
    workspace.update();
    workspace.embed();
    workspace
}

fn all_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all_files(&path, into) } else { into.push(path) }
    }
}

fn copy(from: &Path, to: &Path) {
    let mut files = Vec::new();
    all_files(from, &mut files);
    for file in files {
        let target = to.join(file.strip_prefix(from).unwrap());
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(&file, target).unwrap();
    }
}

type Damage = (&'static str, fn(&mut Vec<u8>));

const DAMAGES: &[Damage] = &[
    ("emptied", |bytes| bytes.clear()),
    ("cut in half", |bytes| bytes.truncate(bytes.len() / 2)),
    ("last byte gone", |bytes| {
        bytes.pop();
    }),
    ("beginning overwritten", |bytes| bytes.iter_mut().take(16).for_each(|byte| *byte = 0xaa)),
    ("middle overwritten", |bytes| {
        let middle = bytes.len() / 2;
        bytes.iter_mut().skip(middle).take(16).for_each(|byte| *byte ^= 0xff);
    }),
    ("end overwritten", |bytes| bytes.iter_mut().rev().take(16).for_each(|byte| *byte = 0)),
    ("followed by noise", |bytes| bytes.extend([0x5a; 100])),
    ("zeros", |bytes| bytes.fill(0)),
];

/// Opens, updates, embeds and asks. An error is an answer too; a panic is not.
fn converge(base: &Path, workspace: &Workspace) -> index::Result<String> {
    let index = open(base, workspace.root(), &workspace.options)?;
    index.update(&Silent, &AtomicBool::new(false))?;
    index.embed(&Silent, &AtomicBool::new(false))?;
    for question in QUESTIONS {
        index.snapshot().search(&crate::support::ask(question))?;
    }
    Ok(answers(&index, QUESTIONS))
}

fn rebuild(base: &Path, workspace: &Workspace) -> index::Result<String> {
    let index = open(base, workspace.root(), &workspace.options)?;
    index.rebuild(&Silent, &AtomicBool::new(false))?;
    drop(index);
    converge(base, workspace)
}

#[test]
fn whatever_file_is_damaged_the_answers_come_back() {
    let workspace = sound();
    let expected = answers(&workspace.index, QUESTIONS);
    let mut files = Vec::new();
    all_files(workspace.base(), &mut files);
    let mut wrong = String::new();
    for file in files {
        let name = file.strip_prefix(workspace.index.folder().path()).unwrap().display().to_string();
        for (damage, apply) in DAMAGES {
            let base = tempfile::tempdir().unwrap();
            copy(workspace.base(), base.path());
            let damaged = base.path().join(file.strip_prefix(workspace.base()).unwrap());
            let mut bytes = std::fs::read(&damaged).unwrap();
            apply(&mut bytes);
            std::fs::write(&damaged, bytes).unwrap();
            let first = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| converge(base.path(), &workspace)));
            let outcome = match first {
                Ok(Ok(answers)) if answers == expected => continue,
                Ok(Ok(_)) => "other answers".to_owned(),
                Ok(Err(error)) => error.to_string(),
                Err(_) => {
                    wrong += &format!("{name} {damage}: panics\n");
                    continue;
                }
            };
            // What cannot be seen when it is opened is named by the check of all bytes, and mended by a rebuild.
            let named = open(base.path(), workspace.root(), &workspace.options)
                .is_ok_and(|index| index.verify().is_err() || !index.verify().unwrap().is_empty());
            if outcome == "other answers" && !named {
                wrong += &format!("{name} {damage}: {outcome} that nobody notices\n");
            }
            match rebuild(base.path(), &workspace) {
                Ok(answers) if answers == expected => {}
                Ok(_) => wrong += &format!("{name} {damage}: {outcome}, even after a rebuild\n"),
                Err(error) => wrong += &format!("{name} {damage}: {outcome}; the rebuild fails: {error}\n"),
            }
        }
    }
    assert_eq!(wrong, "");
}

#[test]
fn whatever_file_is_deleted_the_answers_come_back_by_themselves() {
    let workspace = sound();
    let expected = answers(&workspace.index, QUESTIONS);
    let mut files = Vec::new();
    all_files(workspace.base(), &mut files);
    let mut wrong = String::new();
    for file in files {
        let base = tempfile::tempdir().unwrap();
        copy(workspace.base(), base.path());
        std::fs::remove_file(base.path().join(file.strip_prefix(workspace.base()).unwrap())).unwrap();
        match converge(base.path(), &workspace) {
            Ok(answers) if answers == expected => {}
            Ok(_) => wrong += &format!("{}: other answers\n", file.display()),
            Err(error) => wrong += &format!("{}: {error}\n", file.display()),
        }
    }
    assert_eq!(wrong, "");
}

#[test]
fn an_index_of_another_format_is_built_anew() {
    let workspace = sound();
    let expected = answers(&workspace.index, QUESTIONS);
    let about = workspace.index.folder().path().join("about.json");
    let text = std::fs::read_to_string(&about).unwrap();
    std::fs::write(&about, text.replace("\"format\":", "\"format\":9")).unwrap();
    let workspace = workspace.reopen();
    assert_eq!(workspace.update().indexed, 4);
    workspace.embed();
    assert_eq!(answers(&workspace.index, QUESTIONS), expected);
}

#[test]
fn a_folder_where_the_index_should_be_that_cannot_be_made_is_an_error() {
    let workspace = fixture("//- /a.py\n");
    let base = tempfile::NamedTempFile::new().unwrap();
    let error = open(base.path(), workspace.root(), &IndexOptions::default()).err().unwrap().to_string();
    assert!(error.starts_with("cannot create ") && error.contains(&base.path().display().to_string()), "{error}");
}
