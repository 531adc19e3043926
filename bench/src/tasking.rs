//! Tasks in the editor: reading a large board for the first time, hovers and completion with it, and how long a change takes to be shown here and elsewhere.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use domain::command::{AnchorFields, TaskFields};
use domain::{AnchorId, Command, TaskId};
use engine::questions::anchor::anchor_of;
use engine::{Engine, EngineOptions};
use jiff::Timestamp;
use lsp::Tasks;
use serde_json::json;
use sync::{Boards, Credentials, Deed, Hub, Place, Server, Standing};
use tokio_util::sync::CancellationToken;

use crate::documents::hover;
use crate::measure::{Times, megabytes, memory};
use crate::serving::Window;

/// The server takes so many commands at once.
const BULK: usize = 250;
/// Functions of a file.
const FUNCTIONS: usize = 100;
/// Longer nothing takes.
const PATIENCE: Duration = Duration::from_secs(300);

fn place(root: &Path) -> Place {
    Place { repository: root.display().to_string(), name: "dev-mentor".to_owned(), project: None }
}

#[allow(clippy::print_stdout, reason = "a benchmark prints its table")]
pub(crate) fn run(tasks: usize, anchors: usize, rounds: usize) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let (data, here, there, code, base) = (
            tempfile::tempdir()?,
            tempfile::tempdir()?,
            tempfile::tempdir()?,
            tempfile::tempdir()?,
            tempfile::tempdir()?,
        );
        let config =
            backend::Config { listen: ([127, 0, 0, 1], 0).into(), data: data.path().into(), ..Default::default() };
        let node = backend::serve(config).await?;
        let stop = CancellationToken::new();
        let server = || Server::new(&format!("http://{}", node.address), Credentials::none());
        let root = code.path().canonicalize()?;
        let mine = Hub::open(here.path(), server()?, true, Arc::new(Timestamp::now), stop.clone()).await?;
        let ids = fill(&mine, &root, tasks, anchors).await?;

        let before = memory("VmRSS");
        let begun = Instant::now();
        let other = Hub::open(there.path(), server()?, true, Arc::new(Timestamp::now), stop.clone()).await?;
        until(&other, |hub| hub.line(ids[ids.len() - 1]).is_some()).await?;
        println!(
            "{tasks} tasks and {anchors} anchors, read for the first time   {:8.2} s",
            begun.elapsed().as_secs_f64()
        );
        let grown = memory("VmRSS").zip(before).map(|(after, before)| after.saturating_sub(before));
        println!("memory that this takes                                {}", megabytes(grown));

        let (mut shown_here, mut shown_there) = (Vec::new(), Vec::new());
        for turn in 0..rounds {
            let id = ids[turn * 7 % ids.len()];
            let key = mine.line(id).context("the task is gone")?.key;
            let to = if turn % 2 == 0 { "In progress" } else { "Done" };
            let begun = Instant::now();
            mine.act(&Deed::Move { task: key, to: to.to_owned() }, None, false).await?;
            shown_here.push(begun.elapsed());
            until(&other, |hub| hub.line(id).is_some_and(|line| line.status == to)).await?;
            shown_there.push(begun.elapsed());
        }
        println!("a change, kept and shown here                         {}", Times::new(shown_here).line());
        println!("the same, shown by another client                     {}", Times::new(shown_there).line());

        let engine = Engine::new(EngineOptions::new(base.path()));
        let boards = Boards::off();
        boards.set(Standing::Ready(other));
        let mut window = Window::open_with(&engine, &root, Tasks::new(boards, place)).await?;
        let file = root.join("code0.py");
        let text = std::fs::read_to_string(&file)?;
        let uri = window.show(&file, &text).await?;
        while crate::serving::busy(&engine) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let functions: Vec<usize> =
            text.lines().enumerate().filter(|(_, line)| line.starts_with("def")).map(|it| it.0).collect();
        let (mut hovers, mut keys, mut completions) = (Vec::new(), Vec::new(), Vec::new());
        for turn in 0..rounds * 5 {
            let line = functions[turn % functions.len()];
            hovers.push(window.timed("textDocument/hover", hover(&uri, (line, 6))).await?);
            keys.push(window.timed("textDocument/hover", hover(&uri, (line + 1, 14))).await?);
            completions.push(window.timed("textDocument/completion", hover(&uri, (line + 2, 12))).await?);
        }
        println!("hover on a function with a task                       {}", Times::new(hovers).line());
        println!("hover on a key                                        {}", Times::new(keys).line());
        println!("completion                                            {}", Times::new(completions).line());
        stop.cancel();
        engine.shutdown();
        node.stop().await;
        Ok(())
    })
}

/// Makes tasks, code, and anchors from the first tasks to the functions. Gives back the tasks.
async fn fill(hub: &Hub, root: &Path, tasks: usize, anchors: usize) -> Result<Vec<TaskId>> {
    let first = serde_json::from_value(json!({ "do": "new", "title": "The first", "mine": true }))?;
    let first = hub.act(&first, Some(&place(root)), false).await?;
    let project = hub.project_of(&place(root))?.context("no project was made")?;
    let mut ids = vec![first.task.id];
    let mut commands = Vec::new();
    for number in 1..tasks {
        let id = TaskId::fresh();
        let fields = TaskFields {
            title: Some(format!("Retry number {number} when the disk of the {number}th machine is full")),
            body: Some("It fails with an error that says nothing of the reason. ".repeat(4)),
            ..TaskFields::default()
        };
        commands.push(Command::CreateTask { id, fields, column: None });
        ids.push(id);
    }
    for file in 0..anchors.div_ceil(FUNCTIONS) {
        let mut text = String::new();
        for number in 0..FUNCTIONS {
            let key = file * FUNCTIONS + number + 1;
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "def work_{key}(items):\n    # TODO(DM-{key}): later\n    # see #\n    return [item for item in items]\n\n\n"
            );
        }
        let path = format!("code{file}.py");
        std::fs::write(root.join(&path), &text)?;
        for number in 0..FUNCTIONS {
            let line = (number * 6 + 1) as u32;
            let anchor = anchor_of(&path, &text, line, line + 3)?;
            let fields = AnchorFields {
                repository: Some(place(root).repository),
                path: Some(anchor.path),
                symbol: Some(anchor.symbol),
                content_hash: Some(anchor.content_hash),
                start_line: Some(anchor.first_line),
                end_line: Some(anchor.last_line),
            };
            let task = ids[(file * FUNCTIONS + number) % ids.len()];
            commands.push(Command::CreateAnchor { id: AnchorId::fresh(), task, fields });
        }
    }
    for commands in commands.chunks(BULK) {
        project.submit(Command::Bulk { commands: commands.to_vec() }).await?;
    }
    let mut status = project.status();
    tokio::time::timeout(PATIENCE, status.wait_for(|status| status.queued == 0)).await??;
    Ok(ids)
}

async fn until(hub: &Hub, holds: impl Fn(&Hub) -> bool) -> Result<()> {
    let mut changes = hub.changes();
    let waited = async {
        while !holds(hub) {
            changes.changed().await?;
        }
        anyhow::Ok(())
    };
    let held = tokio::time::timeout(PATIENCE, waited).await;
    ensure!(held.is_ok(), "waited in vain");
    held?
}
