//! `devmentor task`

use std::io::{Read, Write};
use std::path::PathBuf;

use anstyle::Style;
use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use domain::command::AnchorFields;
use domain::model::{Category, Priority, TaskType};
use sync::{Deed, Done, ListRequest, TaskLine, TaskShown};

use crate::ask::Connection;
use crate::output::{self, BAD, DIM, GOOD, PATH, SYMBOL};
use crate::server::api::ControlClient;
use crate::workspace::root_of;

/// A text on standard input is read up to so many bytes; the server takes less.
const LONGEST: u64 = 1 << 20;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  devmentor task                                  what is open in this repository's project, mine first
  devmentor task list 'assignee:me label:bug'     in the query language of lists
  devmentor task new 'Retry when the disk is full' --at src/store.rs:120
  devmentor task start DM-12                      makes it mine and moves it; prints a name for a branch
  devmentor task log DM-12 1h30m 'found the cause'
  git log -1 --format=%B | devmentor task comment DM-12 -
  devmentor task done DM-12

Without a network everything works as usual; `devmentor sync` shows what waits to be sent.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
    /// As JSON, one object a line.
    #[arg(long, global = true)]
    json: bool,
    /// Say what would be, and change nothing.
    #[arg(long, global = true)]
    preview: bool,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List tasks; what is open, when no query is given.
    List {
        /// Such as `status:open assignee:me "exact words"`.
        query: Vec<String>,
        /// Of this project, by its key.
        #[arg(long, value_name = "KEY")]
        project: Option<String>,
        /// Of all projects.
        #[arg(long, conflicts_with = "project")]
        all: bool,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// Show everything about a task.
    Show {
        /// Such as DM-12.
        task: String,
    },
    /// Make a task.
    New {
        /// What is to be done, in one line.
        title: String,
        /// More about it, markdown; `-` reads standard input.
        #[arg(long, default_value = "")]
        body: String,
        /// In this project, by its key.
        #[arg(long, value_name = "KEY")]
        project: Option<String>,
        /// What kind of work.
        #[arg(long, value_enum, default_value_t = Kind::Task)]
        r#type: Kind,
        /// How much it matters.
        #[arg(long, value_enum, default_value_t = Urgency::None)]
        priority: Urgency,
        /// It is mine to do.
        #[arg(long)]
        mine: bool,
        /// The place in code that it is about.
        #[arg(long, value_name = "FILE:LINE[-LINE]")]
        at: Option<String>,
    },
    /// Make a task mine and move it to where work is done.
    Start {
        /// Such as DM-12.
        task: String,
    },
    /// Move a task to where finished work is.
    Done {
        /// Such as DM-12.
        task: String,
    },
    /// Move a task to a column.
    Move {
        /// Such as DM-12.
        task: String,
        /// The column's name.
        column: String,
    },
    /// Comment on a task.
    Comment {
        /// Such as DM-12.
        task: String,
        /// Markdown; `-` reads standard input.
        text: String,
    },
    /// Log time on a task.
    Log {
        /// Such as DM-12.
        task: String,
        /// Such as 90, 90m, 1h30m or 1.5h.
        time: String,
        /// What was done.
        #[arg(default_value = "")]
        note: String,
    },
    /// Give a task to somebody.
    Assign {
        /// Such as DM-12.
        task: String,
        /// A handle, `me` or `nobody`.
        to: String,
    },
    /// Change the title or the text of a task.
    Edit {
        /// Such as DM-12.
        task: String,
        /// Another title.
        #[arg(long)]
        title: Option<String>,
        /// Another text, markdown; `-` reads standard input.
        #[arg(long)]
        body: Option<String>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    Task,
    Bug,
    Story,
    Chore,
    Spike,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Urgency {
    None,
    Low,
    Medium,
    High,
    Urgent,
}

pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let here = root_of(&std::env::current_dir()?)?;
    let listing = Action::List { query: Vec::new(), project: None, all: false, limit: 50 };
    let deed = match arguments.action.as_ref().unwrap_or(&listing) {
        Action::List { query, project, all, limit } => {
            let request =
                ListRequest { query: query.join(" "), project: project.clone(), limit: Some(*limit), place: None };
            return list(request, if *all { None } else { Some(here) }, arguments.json);
        }
        Action::Show { task } => return show(task, arguments.json),
        Action::New { title, body, project, r#type, priority, mine, at } => Deed::New {
            project: project.clone(),
            title: title.clone(),
            body: text(body)?,
            r#type: match r#type {
                Kind::Task => TaskType::Task,
                Kind::Bug => TaskType::Bug,
                Kind::Story => TaskType::Story,
                Kind::Chore => TaskType::Chore,
                Kind::Spike => TaskType::Spike,
            },
            priority: match priority {
                Urgency::None => Priority::None,
                Urgency::Low => Priority::Low,
                Urgency::Medium => Priority::Medium,
                Urgency::High => Priority::High,
                Urgency::Urgent => Priority::Urgent,
            },
            mine: *mine,
            anchor: at.as_deref().map(|at| anchor(&here, at)).transpose()?,
        },
        Action::Start { task } => Deed::Start { task: task.clone() },
        Action::Done { task } => Deed::Finish { task: task.clone() },
        Action::Move { task, column } => Deed::Move { task: task.clone(), to: column.clone() },
        Action::Comment { task, text: given } => Deed::Comment { task: task.clone(), text: text(given)? },
        Action::Log { task, time, note } => {
            Deed::Log { task: task.clone(), minutes: minutes(time)?, note: note.clone() }
        }
        Action::Assign { task, to } => {
            Deed::Assign { task: task.clone(), to: Some(to.clone()).filter(|to| to != "nobody") }
        }
        Action::Edit { task, title, body } => {
            Deed::Edit { task: task.clone(), title: title.clone(), body: body.as_deref().map(text).transpose()? }
        }
    };
    let connection = Connection::to_started()?;
    let preview = arguments.preview;
    let done = connection.ask(async |client| client.do_task(Some(here), deed.clone(), preview).await)?;
    let mut out = anstream::stdout().lock();
    if arguments.json {
        writeln!(out, "{}", output::json_line(&done)?)?;
    } else {
        told(&mut out, &deed, &done, preview)?;
    }
    Ok(true)
}

fn list(request: ListRequest, root: Option<PathBuf>, json: bool) -> Result<bool> {
    let connection = Connection::to_started()?;
    let lines = connection.ask(async |client| client.tasks(root, request).await)?;
    let mut out = anstream::stdout().lock();
    for line in &lines {
        if json {
            writeln!(out, "{}", output::json_line(line)?)?;
        }
    }
    if !json {
        if lines.is_empty() {
            writeln!(out, "no such tasks; `devmentor task new TITLE` makes one")?;
        }
        let widest = |of: fn(&TaskLine) -> &str| lines.iter().map(|line| of(line).chars().count()).max().unwrap_or(0);
        let (keys, states) = (widest(|line| &line.key), widest(|line| &line.status));
        for line in &lines {
            row(&mut out, line, keys, states)?;
        }
    }
    Ok(!lines.is_empty())
}

fn row(out: &mut impl Write, line: &TaskLine, keys: usize, states: usize) -> Result<()> {
    let (key, status) = (&line.key, output::visible(&line.status));
    let style = status_style(line.category);
    write!(out, "{SYMBOL}{key:<keys$}{SYMBOL:#}  {style}{status:<states$}{style:#}  {}", output::visible(&line.title))?;
    if line.priority >= Priority::High {
        let word = if line.priority == Priority::Urgent { "urgent" } else { "high" };
        write!(out, "  {BAD}{word}{BAD:#}")?;
    }
    if !line.assignees.is_empty() {
        let names: Vec<String> = line.assignees.iter().map(|name| format!("@{name}")).collect();
        write!(out, "  {DIM}{}{DIM:#}", output::visible(&names.join(" ")))?;
    }
    if !line.blocked_by.is_empty() {
        write!(out, "  {BAD}blocked by {}{BAD:#}", line.blocked_by.join(", "))?;
    }
    if line.pending {
        write!(out, "  {DIM}waits to be sent{DIM:#}")?;
    }
    writeln!(out)?;
    Ok(())
}

fn status_style(category: Category) -> Style {
    match category {
        Category::Todo => DIM,
        Category::Doing => PATH,
        Category::Done => GOOD,
    }
}

fn show(key: &str, json: bool) -> Result<bool> {
    let connection = Connection::to_started()?;
    let task = connection.ask(async |client| client.task(key.to_owned()).await)?;
    let mut out = anstream::stdout().lock();
    if json {
        writeln!(out, "{}", output::json_line(&task)?)?;
        return Ok(true);
    }
    let TaskShown { line, url, body, estimate, parent, parts, minutes, created_by, comments, anchors, .. } = &task;
    row(&mut out, line, 0, 0)?;
    writeln!(out, "{DIM}{url}{DIM:#}")?;
    let mut fact = |name: &str, value: Option<String>| -> Result<()> {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            writeln!(out, "{DIM}{name:<10}{DIM:#}  {}", output::visible(&value))?;
        }
        Ok(())
    };
    fact("sprint", line.sprint.clone())?;
    fact("labels", Some(line.labels.join(", ")))?;
    fact("due", line.due.map(|due| due.to_string()))?;
    fact("estimate", estimate.map(|points| points.to_string()))?;
    fact("part of", parent.clone())?;
    fact("parts", Some(parts.join(", ")))?;
    fact("spent", (*minutes > 0).then(|| spent(*minutes)))?;
    fact("made by", Some(format!("@{created_by}")))?;
    for anchor in anchors {
        let symbol = if anchor.symbol.is_empty() { String::new() } else { format!("  {}", anchor.symbol) };
        fact("code", Some(format!("{}:{}-{}{symbol}", anchor.path, anchor.start_line, anchor.end_line)))?;
    }
    if !body.trim().is_empty() {
        writeln!(out)?;
        for line in body.trim_end().lines() {
            writeln!(out, "{}", output::visible(line))?;
        }
    }
    for comment in comments {
        writeln!(out, "\n{SYMBOL}@{}{SYMBOL:#} {DIM}{}{DIM:#}", output::visible(&comment.author), comment.at)?;
        for line in comment.body.trim_end().lines() {
            writeln!(out, "  {}", output::visible(line))?;
        }
    }
    Ok(true)
}

fn told(out: &mut impl Write, deed: &Deed, done: &Done, preview: bool) -> Result<()> {
    if preview {
        write!(out, "{DIM}would be:{DIM:#} ")?;
    } else if !done.changed {
        write!(out, "{DIM}is so already:{DIM:#} ")?;
    }
    row(out, &done.task, 0, 0)?;
    if done.waits && !preview && matches!(deed, Deed::New { .. }) {
        writeln!(out, "{DIM}the server is not reached now; it may give another number{DIM:#}")?;
    }
    if matches!(deed, Deed::Start { .. }) && !preview {
        writeln!(out, "{DIM}a branch for it:{DIM:#} git switch -c {}", done.branch)?;
    }
    Ok(())
}

fn text(given: &str) -> Result<String> {
    if given != "-" {
        return Ok(given.to_owned());
    }
    let mut text = String::new();
    std::io::stdin().take(LONGEST + 1).read_to_string(&mut text).context("cannot read standard input as text")?;
    if text.len() as u64 > LONGEST {
        bail!("the text on standard input is longer than {} MB", LONGEST >> 20);
    }
    Ok(text)
}

/// Minutes from `90`, `90m`, `1h30m`, `1h` or `1.5h`.
fn minutes(time: &str) -> Result<u32> {
    let wrong = || format!("`{time}` is no time; write 90, 90m, 1h30m or 1.5h");
    let given = time.trim().to_lowercase();
    let (hours, rest) = match given.split_once('h') {
        Some((hours, rest)) => (hours.trim().parse::<f64>().with_context(wrong)?, rest.trim()),
        None => (0.0, given.as_str()),
    };
    let rest = rest.strip_suffix('m').unwrap_or(rest).trim();
    let minutes = if rest.is_empty() && given.contains('h') { 0.0 } else { rest.parse::<f64>().with_context(wrong)? };
    let all = (hours * 60.0 + minutes).round();
    if !(1.0..=10_080.0).contains(&all) {
        bail!("between a minute and a week can be logged at once, not `{time}`");
    }
    Ok(all as u32)
}

fn spent(minutes: u64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// A place in code as `FILE:LINE` or `FILE:LINE-LINE`.
fn anchor(root: &std::path::Path, at: &str) -> Result<AnchorFields> {
    let wrong = || format!("`{at}` is no place; write FILE:LINE or FILE:LINE-LINE");
    let (file, lines) = at.rsplit_once(':').with_context(wrong)?;
    let (first, last) = lines.split_once('-').unwrap_or((lines, lines));
    let (first, last): (u32, u32) = (first.parse().with_context(wrong)?, last.parse().with_context(wrong)?);
    let path = std::path::Path::new(file).canonicalize().with_context(|| format!("cannot read {file}"))?;
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {file}"))?;
    let inside = path.strip_prefix(root).ok().with_context(|| format!("{file} is not in {}", root.display()))?;
    let relative: Vec<_> = inside.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    let anchor = engine::questions::anchor::anchor_of(&relative.join("/"), &text, first, last)?;
    Ok(AnchorFields {
        repository: Some(crate::server::place_of(root).repository),
        path: Some(anchor.path),
        symbol: Some(anchor.symbol),
        content_hash: Some(anchor.content_hash),
        start_line: Some(anchor.first_line),
        end_line: Some(anchor.last_line),
    })
}

#[cfg(test)]
mod tests {
    use super::{minutes, spent};

    #[test]
    fn time_is_taken_as_people_write_it() {
        for (given, expected) in
            [("90", 90), ("90m", 90), ("1h30m", 90), ("1h 30m", 90), ("1.5h", 90), ("2H", 120), ("1h5", 65)]
        {
            assert_eq!(minutes(given).unwrap(), expected, "{given}");
        }
        for given in ["", "h", "-5", "0", "1d", "200h", "NaN", "infh"] {
            assert!(minutes(given).is_err(), "{given}");
        }
        assert_eq!([spent(5), spent(60), spent(95)], ["5 min", "1 h", "1 h 35 min"]);
    }
}
