//! `devmentor hook`

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use jsonrpsee::core::client::Error;
use sync::{ListRequest, TaskLine};

use crate::ask::Connection;
use crate::server::api::ControlClient;
use crate::workspace::root_of;

const NAME: &str = "prepare-commit-msg";
/// Where a hook lies that was there before; ours runs it first.
const BEFORE: &str = "prepare-commit-msg.before-devmentor";
/// By this line a hook is known as ours.
const MARK: &str = "# Installed by `devmentor hook install`; `devmentor hook remove` takes it away.";
/// Nobody waits longer for a suggestion.
const PATIENCE: Duration = Duration::from_secs(1);
/// So many tasks are named.
const MOST: usize = 3;
/// A message that is larger was not typed, in bytes.
const LARGEST: u64 = 1 << 20;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  devmentor hook install     commit messages of this repository begin with the task that the branch names,
                             or name in a comment what you work on
  devmentor hook remove      as it was before

A hook that is there already is kept and runs first. A commit never fails because of this one, and waits for nothing: where no
daemon runs, the message stays as it is.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Suggest the active task in commit messages of this repository.
    Install,
    /// Suggest it no longer.
    Remove,
    /// What git runs.
    #[command(hide = true)]
    Suggest {
        /// The file with the message.
        file: PathBuf,
        /// Where the message comes from.
        source: Option<String>,
        /// The commit, when one is amended.
        commit: Option<String>,
    },
}

pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    match &arguments.action {
        Action::Install => install(),
        Action::Remove => remove(),
        Action::Suggest { file, source, .. } => {
            // Nothing that goes wrong here is a reason to keep anybody from committing.
            if let Err(error) = suggest(file, source.as_deref()) {
                tracing::debug!(error = format!("{error:#}"), "no task was suggested");
            }
            Ok(true)
        }
    }
}

fn git(arguments: &[&str]) -> Result<String> {
    let output = Command::new("git").args(arguments).output().context("cannot run git")?;
    if !output.status.success() {
        bail!("git: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The folder of hooks, wherever the repository's configuration puts it.
fn folder() -> Result<PathBuf> {
    let folder = git(&["rev-parse", "--git-path", "hooks"]).context("this is no git repository")?;
    std::path::absolute(folder).context("the folder of hooks cannot be found")
}

fn is_ours(hook: &Path) -> bool {
    fs::read_to_string(hook).is_ok_and(|text| text.contains(MARK))
}

fn install() -> Result<bool> {
    let folder = folder()?;
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let (hook, before) = (folder.join(NAME), folder.join(BEFORE));
    if hook.symlink_metadata().is_ok() && !is_ours(&hook) {
        if before.symlink_metadata().is_ok() {
            bail!("{} is in the way; move it elsewhere first", before.display());
        }
        fs::rename(&hook, &before).with_context(|| format!("cannot move {}", hook.display()))?;
    }
    let program = std::env::current_exe().context("cannot find this program")?;
    // Quoted for a shell: a path may hold anything but a NUL.
    let program = program.display().to_string().replace('\'', r"'\''");
    let script = format!(
        "#!/bin/sh\n{MARK}\nbefore=\"$(dirname \"$0\")/{BEFORE}\"\nif [ -x \"$before\" ]; then \"$before\" \"$@\" || exit $?; fi\n\
         '{program}' hook suggest \"$@\" </dev/null || true\n"
    );
    fs::write(&hook, script).with_context(|| format!("cannot write {}", hook.display()))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&hook, fs::Permissions::from_mode(0o755))
            .with_context(|| format!("cannot make {} executable", hook.display()))?;
    }
    let mut out = anstream::stdout();
    writeln!(out, "commit messages will suggest the active task ({})", hook.display())?;
    if before.symlink_metadata().is_ok() {
        writeln!(out, "the hook that was there is kept and runs first ({})", before.display())?;
    }
    Ok(true)
}

fn remove() -> Result<bool> {
    let folder = folder()?;
    let (hook, before) = (folder.join(NAME), folder.join(BEFORE));
    if !is_ours(&hook) {
        writeln!(anstream::stdout(), "there is no hook of DevMentor here")?;
        return Ok(false);
    }
    fs::remove_file(&hook).with_context(|| format!("cannot remove {}", hook.display()))?;
    if before.symlink_metadata().is_ok() {
        fs::rename(&before, &hook).with_context(|| format!("cannot move {} back", before.display()))?;
    }
    writeln!(anstream::stdout(), "commit messages are as they were before")?;
    Ok(true)
}

/// Writes a suggestion into a message that is about to be typed.
fn suggest(file: &Path, source: Option<&str>) -> Result<()> {
    // A message that somebody wrote already, by -m, a merge or an amended commit, is theirs.
    if !matches!(source, None | Some("template")) {
        return Ok(());
    }
    let Some(connection) = Connection::to_running()? else { return Ok(()) };
    let root = root_of(&std::env::current_dir()?)?;
    let request = ListRequest { query: "assignee:me status:doing".to_owned(), ..ListRequest::default() };
    let active = connection.ask(async |client| in_time(client.tasks(Some(root), request)).await)?;
    let branch = git(&["symbolic-ref", "--short", "HEAD"]).unwrap_or_default();
    let named = key_in(&branch).and_then(|key| {
        connection.ask(async |client| in_time(client.task(key.to_owned())).await).ok().map(|task| task.line)
    });
    if fs::metadata(file)?.len() > LARGEST {
        return Ok(());
    }
    let message = fs::read_to_string(file)?;
    let comment = git(&["config", "core.commentChar"]).ok().filter(|char| char.chars().count() == 1);
    if let Some(written) = with_suggestion(&message, named.as_ref(), &active, comment.as_deref().unwrap_or("#")) {
        fs::write(file, written)?;
    }
    Ok(())
}

/// An answer, or an error when it takes too long.
async fn in_time<T>(answer: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    tokio::time::timeout(PATIENCE, answer).await.unwrap_or(Err(Error::RequestTimeout))
}

/// The key in the name of a branch: `DM-12` of `ada/DM-12-retry`.
fn key_in(branch: &str) -> Option<&str> {
    let parts = branch.split('/');
    parts
        .filter_map(|part| {
            let mut words = part.splitn(3, '-');
            let (key, number) = (words.next()?, words.next()?);
            let is_key = key.len() >= 2 && key.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
            let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            (is_key && is_number).then(|| &part[..key.len() + 1 + number.len()])
        })
        .next()
}

/// The message with the branch's task before its first line, or with what is worked on in a comment; none when there is nothing to add.
fn with_suggestion(message: &str, named: Option<&TaskLine>, active: &[TaskLine], comment: &str) -> Option<String> {
    if let Some(task) = named {
        // What git says in comments names the branch, and so the key.
        let is_typed = message.lines().any(|line| !line.trim().is_empty() && !line.starts_with(comment));
        return (!is_typed).then(|| format!("{}: {message}", task.key));
    }
    if active.is_empty() {
        return None;
    }
    let lines = active.iter().take(MOST).map(|task| {
        let title: String = task.title.chars().filter(|symbol| !symbol.is_control()).collect();
        format!("{comment}   {} {title}\n", task.key)
    });
    let gap = if message.ends_with('\n') || message.is_empty() { "" } else { "\n" };
    Some(format!("{message}{gap}{comment} You work on:\n{}", lines.collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::key_in;

    #[test]
    fn a_branch_names_a_task_by_its_key() {
        assert_eq!(key_in("DM-12-retry-when-full"), Some("DM-12"));
        assert_eq!(key_in("ada/DM-12"), Some("DM-12"));
        for other in ["main", "feature/retry", "dm-12", "DM-", "DM-x-1", "D-1", "", "-1"] {
            assert_eq!(key_in(other), None, "{other}");
        }
    }
}
