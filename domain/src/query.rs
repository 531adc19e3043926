//! The query language of lists and views: `status:open assignee:me label:bug,ui -type:chore sprint:current "exact words"`.
//!
//! Terms are joined by *and*; values after one field by *or* with commas; `-` in front means *not*. Words without a field
//! are looked for in title and body, whatever the case. Unknown fields are errors, so that a slip is not an empty list.

use jiff::civil::Date;

use crate::{State, UserId, model::*};

/// The most characters and terms of one query.
const MAX_LEN: usize = 2_000;
const MAX_TERMS: usize = 50;

/// The fields, with what each takes; for help and completion.
pub const FIELDS: &[(&str, &str)] = &[
    ("status", "open, todo, doing, done, or the name of a column"),
    ("assignee", "me, none, any, or the identity of a person"),
    ("author", "me, or the identity of a person"),
    ("watcher", "me, or the identity of a person"),
    ("label", "none, or the name of a label"),
    ("sprint", "current, none, or the name of a sprint"),
    ("epic", "none, or the title of an epic"),
    ("type", "task, bug, story, chore, spike"),
    ("priority", "none, low, medium, high, urgent"),
    ("due", "none, overdue, today, a date, or <date and >date"),
    ("estimate", "none, or a number"),
    ("parent", "none, or a task such as DM-12"),
    ("is", "blocked, blocking, duplicate, parent"),
];

/// A query that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadQuery(String);

/// A parsed query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    terms: Vec<Term>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    negated: bool,
    /// Empty for words.
    field: &'static str,
    values: Vec<String>,
}

/// What the meaning of a query depends on beside the project.
#[derive(Debug, Clone, Copy)]
pub struct Asker {
    /// Who is `me`.
    pub me: UserId,
    /// The asker's calendar day.
    pub today: Date,
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// What is wrong with it, and what would be right.
    pub fn parse(text: &str) -> Result<Self, BadQuery> {
        if text.chars().nth(MAX_LEN).is_some() {
            return Err(BadQuery(format!("The query is longer than {MAX_LEN} characters.")));
        }
        let mut terms = Vec::new();
        for (word, quoted_at_start) in words(text)? {
            if terms.len() == MAX_TERMS {
                return Err(BadQuery(format!("The query has more than {MAX_TERMS} terms.")));
            }
            let (negated, rest) = match word.strip_prefix('-') {
                Some(rest) if !rest.is_empty() && !quoted_at_start => (true, rest),
                _ => (false, word.as_str()),
            };
            let field = rest.split_once(':').filter(|(name, _)| {
                !quoted_at_start && !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic())
            });
            let term = match field {
                None => Term { negated, field: "", values: vec![rest.replace(COMMA, ",").to_lowercase()] },
                Some((name, values)) => {
                    let name = name.to_ascii_lowercase();
                    let Some((field, help)) = FIELDS.iter().find(|(known, _)| *known == name) else {
                        let known: Vec<_> = FIELDS.iter().map(|(name, _)| *name).collect();
                        return Err(BadQuery(format!("There is no field {name}; there are {}.", known.join(", "))));
                    };
                    let values: Vec<_> =
                        values.split(',').map(|value| value.replace(COMMA, ",").to_lowercase()).collect();
                    if values.iter().any(String::is_empty) {
                        return Err(BadQuery(format!("{field}: needs a value: {help}.")));
                    }
                    check(field, help, &values)?;
                    Term { negated, field, values }
                }
            };
            terms.push(term);
        }
        Ok(Self { terms })
    }

    /// Whether a task of `state` answers the query.
    pub fn matches(&self, state: &State, asker: &Asker, task: &Task) -> bool {
        self.terms.iter().all(|term| {
            let any = term.values.iter().any(|value| one(term.field, value, state, asker, task));
            any != term.negated
        })
    }
}

/// Stands for a comma inside quotes, so that it does not part values.
const COMMA: char = '\u{1f}';

/// Parts at blanks outside quotes; says whether the word began with a quote.
fn words(text: &str) -> Result<Vec<(String, bool)>, BadQuery> {
    let mut all = Vec::new();
    let (mut word, mut started, mut quoted, mut first) = (String::new(), false, false, false);
    for symbol in text.chars() {
        match symbol {
            '"' => {
                if !started {
                    first = true;
                }
                quoted = !quoted;
                started = true;
            }
            symbol if symbol.is_whitespace() && !quoted => {
                if started {
                    all.push((std::mem::take(&mut word), first));
                }
                (started, first) = (false, false);
            }
            ',' if quoted => word.push(COMMA),
            symbol => {
                word.push(symbol);
                started = true;
            }
        }
    }
    if quoted {
        return Err(BadQuery("A quote is not closed.".to_owned()));
    }
    if started {
        all.push((word, first));
    }
    all.retain(|(word, _)| !word.is_empty());
    Ok(all)
}

/// Refuses values that a field can never have.
fn check(field: &str, help: &str, values: &[String]) -> Result<(), BadQuery> {
    let fits = |value: &String| match field {
        "type" | "is" | "priority" => help.split(", ").any(|known| known == value),
        "due" => matches!(value.as_str(), "none" | "overdue" | "today") || date(value).is_some(),
        "estimate" => value == "none" || value.parse::<u32>().is_ok(),
        "assignee" | "author" | "watcher" => {
            value == "me"
                || (field == "assignee" && matches!(value.as_str(), "none" | "any"))
                || value.parse::<UserId>().is_ok()
        }
        _ => true,
    };
    match values.iter().find(|value| !fits(value)) {
        Some(value) => Err(BadQuery(format!("{field}:{value} is not possible; {field} takes {help}."))),
        None => Ok(()),
    }
}

fn date(value: &str) -> Option<Date> {
    value.trim_start_matches(['<', '>']).parse().ok()
}

fn one(field: &str, value: &str, state: &State, asker: &Asker, task: &Task) -> bool {
    let person = |user: &UserId| match value {
        "me" => *user == asker.me,
        other => other.parse() == Ok(*user),
    };
    match field {
        "" => task.title.to_lowercase().contains(value) || task.body.to_lowercase().contains(value),
        "status" => state.columns.get(&task.column).is_some_and(|column| match value {
            "open" => column.category != Category::Done,
            "todo" if column.category == Category::Todo => true,
            "doing" if column.category == Category::Doing => true,
            "done" if column.category == Category::Done => true,
            name => column.name.to_lowercase() == name,
        }),
        "assignee" => match value {
            "none" => task.assignees.is_empty(),
            "any" => !task.assignees.is_empty(),
            _ => task.assignees.iter().any(person),
        },
        "author" => person(&task.created_by),
        "watcher" => task.watchers.iter().any(person),
        "label" => {
            (value == "none" && task.labels.is_empty())
                || task
                    .labels
                    .iter()
                    .filter_map(|id| state.labels.get(id))
                    .any(|label| label.name.to_lowercase() == value)
        }
        "sprint" => match (value, task.sprint.and_then(|id| state.sprints.get(&id))) {
            ("none", None) => true,
            ("current", Some(sprint)) if sprint.state == SprintState::Active => true,
            (name, Some(sprint)) => sprint.name.to_lowercase() == name,
            _ => false,
        },
        "epic" => match (value, task.epic.and_then(|id| state.epics.get(&id))) {
            ("none", None) => true,
            (title, Some(epic)) => epic.title.to_lowercase() == title,
            _ => false,
        },
        "type" => serde_name(&task.r#type) == value,
        "priority" => serde_name(&task.priority) == value,
        "due" => match (value, task.due) {
            ("none", due) => due.is_none(),
            (_, None) => false,
            ("overdue", Some(due)) => due < asker.today && task.done_at.is_none(),
            ("today", Some(due)) => due == asker.today,
            (value, Some(due)) => date(value).is_some_and(|wanted| match value.as_bytes().first() {
                Some(b'<') => due < wanted,
                Some(b'>') => due > wanted,
                _ => due == wanted,
            }),
        },
        "estimate" => match task.estimate {
            None => value == "none",
            Some(points) => value.parse() == Ok(points),
        },
        "parent" => match task.parent.and_then(|id| state.tasks.get(&id)) {
            None => value == "none",
            Some(parent) => state
                .project()
                .is_some_and(|project| value == format!("{}-{}", project.key, parent.number).to_lowercase()),
        },
        "is" => match value {
            "blocked" => state.blockers_of(task.id).any(|other| other.done_at.is_none()),
            "blocking" => !task.blocks.is_empty(),
            "duplicate" => task.duplicate_of.is_some(),
            _ => state.children(task.id).next().is_some(),
        },
        _ => false,
    }
}

/// The name of an enumeration's value as in JSON.
fn serde_name(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}
