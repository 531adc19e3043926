//! What a hover says of tasks: of one whose key is under the cursor, and of those that are tied to the code there.

use engine::questions::last_change::age;
use grammars::Symbol;
use sync::TaskShown;

use super::hover::escaped;
use crate::ask::Ask;
use crate::documents::Document;
use crate::tasks::{key_at, tied};

/// More tasks than this are counted, not told.
const MOST: usize = 5;
/// An anchor of more lines is told at its symbol only, not at each line.
const FEW_LINES: u32 = 6;

/// A task that a hover tells of.
pub(super) struct Told {
    task: TaskShown,
    /// Whether it is surely about this place.
    sure: bool,
}

/// The tasks at a byte of a document; `symbol` is what is defined there.
pub(super) fn at(ask: &Ask, document: &Document, byte: u32, symbol: Option<&Symbol>) -> Vec<Told> {
    let Some(hub) = ask.tasks.hub() else { return Vec::new() };
    if let Some((_, key)) = key_at(document, byte) {
        // What looks like a key may be none, such as UTF-8.
        return hub.show(key).map(|task| Told { task, sure: true }).into_iter().collect();
    }
    let line = document.text.line_of(byte) + 1;
    let here = tied(&ask.tasks, document).into_iter().filter(|tied| {
        let (first, last) = (tied.at.first_line, tied.at.last_line);
        let inside = symbol.is_some_and(|it| it.lines.first < first && first <= it.lines.last + 1);
        inside || ((first..=last).contains(&line) && (last - first < FEW_LINES || line == first))
    });
    let told = here.filter_map(|tied| Some(Told { task: hub.show(&tied.task.key).ok()?, sure: tied.at.sure }));
    told.take(MOST).collect()
}

impl Told {
    /// In words: title, status, who, sprint, what blocks it, the last comment. `now` is in seconds since 1970.
    pub(super) fn write(&self, now: i64, markdown: bool) -> String {
        let Told { task, sure } = self;
        let line = &task.line;
        let say = |text: &str| escaped(text, markdown);
        let about = if *sure { "" } else { "≈ " };
        let head = match markdown {
            true => format!("{about}[{}]({}) **{}**", line.key, task.url, say(&line.title)),
            false => format!("{about}{} {}", line.key, say(&line.title)),
        };
        let mut facts = vec![say(&line.status)];
        facts.extend(line.assignees.iter().map(|name| format!("@{}", say(name))));
        facts.extend(line.sprint.iter().map(|sprint| format!("sprint {}", say(sprint))));
        facts.extend(line.due.map(|due| format!("due {due}")));
        if !line.blocked_by.is_empty() {
            facts.push(format!("blocked by {}", line.blocked_by.join(", ")));
        }
        if line.pending {
            facts.push("not sent yet".to_owned());
        }
        let mut lines = vec![head, facts.join(" · ")];
        if let Some(comment) = task.comments.last() {
            let body = comment.body.split_whitespace().collect::<Vec<_>>().join(" ");
            let when = age(comment.at.as_second(), now);
            lines.push(format!("@{} {when}: {}", say(&comment.author), say(&body)));
        }
        lines.join(if markdown { "  \n" } else { "\n" })
    }
}
