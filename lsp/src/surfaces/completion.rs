//! Completion where people write for people: tasks after `#` or a project's key, people after `@`. In code it says nothing.

use grammars::Span;
use sync::TaskLine;
use tower_lsp_server::ls_types::*;

use crate::ask::{Ask, Failure, Surface};
use crate::convert::{place, range};
use crate::documents::Document;
use crate::session::Session;
use crate::tasks::{is_commit_message, is_prose, line_around};

/// So many tasks or people are offered at once; typing more narrows them down.
const MOST: usize = 50;

pub(crate) struct Completion;

impl Surface for Completion {
    type Params = CompletionParams;
    type Answer = Option<CompletionResponse>;
    const NAME: Option<&'static str> = Some("completion");
    // An answer about the text of a moment ago is narrowed down by the client.
    const FRESH: bool = false;

    fn document(params: &CompletionParams) -> Option<&Uri> {
        Some(&params.text_document_position.text_document.uri)
    }

    fn announce(capabilities: &mut ServerCapabilities, _: &Session) {
        capabilities.completion_provider = Some(CompletionOptions {
            trigger_characters: Some(vec!["#".to_owned(), "@".to_owned()]),
            ..CompletionOptions::default()
        });
    }

    fn answer(ask: &Ask, params: CompletionParams) -> Result<Option<CompletionResponse>, Failure> {
        let document = ask.document()?;
        let byte = document.text.byte(place(params.text_document_position.position), ask.session.encoding);
        let Some(typed) = typed(document, byte) else { return Ok(None) };
        let Some(hub) = ask.tasks.hub() else { return Ok(None) };
        let replaced = range(&document.text, typed.span, ask.session.encoding);
        let place = document.home.as_ref().and_then(|home| ask.tasks.place(&home.lease));
        let (items, more) = match typed.what {
            What::Task => {
                let found = hub.offered(place.as_ref(), typed.words, MOST);
                let more = found.len() == MOST;
                (found.iter().enumerate().map(|(rank, task)| item(task, rank, replaced, &typed)).collect(), more)
            }
            What::Key => {
                let (key, number) = typed.words.split_once('-').unwrap_or((typed.words, ""));
                let here = sync::Place { project: Some(key.to_owned()), ..sync::Place::default() };
                if hub.project_of(&here).is_err() {
                    return Ok(None);
                }
                let found = hub.offered(Some(&here), number, MOST);
                let more = found.len() == MOST;
                (found.iter().enumerate().map(|(rank, task)| item(task, rank, replaced, &typed)).collect(), more)
            }
            What::Person => (people(&hub, typed.words, replaced), false),
        };
        let items: Vec<CompletionItem> = items;
        let list = CompletionList { is_incomplete: more, items };
        Ok((!list.items.is_empty()).then_some(CompletionResponse::List(list)))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    /// After `#`: a number or words of a title.
    Task,
    /// A project's key, maybe with `-` and digits.
    Key,
    /// After `@`: a handle.
    Person,
}

/// What was typed before the cursor.
#[derive(Debug, PartialEq, Eq)]
struct Typed<'t> {
    what: What,
    /// Without the sign before it.
    words: &'t str,
    /// With the sign.
    span: Span,
}

/// What is being typed at a byte, if it is something to complete, in a comment, a string or a commit message.
fn typed(document: &Document, byte: u32) -> Option<Typed<'_>> {
    let text = document.text.as_str();
    let line = line_around(text, byte);
    let before = text.get(line.start as usize..byte as usize)?;
    let start = before.rfind(|symbol: char| !(symbol.is_alphanumeric() || matches!(symbol, '-' | '_' | '.')));
    let (sign, words) = match start {
        Some(at) => {
            let sign = before[at..].chars().next()?;
            (Some((at, sign)), &before[at + sign.len_utf8()..])
        }
        None => (None, before),
    };
    let (what, from) = match sign {
        Some((at, '#')) => (What::Task, line.start + at as u32),
        Some((at, '@')) => (What::Person, line.start + at as u32),
        _ => (What::Key, byte - words.len() as u32),
    };
    let is_key = || {
        let key = words.split('-').next().unwrap_or_default();
        let mut letters = key.chars();
        letters.next().is_some_and(|first| first.is_ascii_uppercase())
            && key.len() >= 2
            && letters.all(|symbol| symbol.is_ascii_uppercase() || symbol.is_ascii_digit())
    };
    if what == What::Key && !is_key() {
        return None;
    }
    // A sign in the middle of a word, as in a mail address, means something else.
    let before_sign = text[..from as usize].chars().next_back();
    if before_sign.is_some_and(char::is_alphanumeric) {
        return None;
    }
    let span = Span { start: from, end: byte };
    // The sign that begins a comment, or a line that git leaves out of a message, names no task.
    let begins = match &document.tree {
        Some(tree) => tree.node_at(span).is_some_and(|(_, node)| node.start == from),
        None => is_commit_message(&document.uri) && from == line.start,
    };
    if (what == What::Task && begins) || !is_prose(document, span) {
        return None;
    }
    Some(Typed { what, words, span })
}

fn item(task: &TaskLine, rank: usize, replaced: Range, typed: &Typed) -> CompletionItem {
    let sign = if typed.what == What::Task { "#" } else { "" };
    let number = task.key.rsplit('-').next().unwrap_or_default();
    // Clients compare what was typed with this: the number, the key or words of the title.
    let filter = match typed.what {
        What::Task if typed.words.is_empty() || number.starts_with(typed.words) => {
            format!("{sign}{number} {}", task.title)
        }
        What::Task => format!("{sign}{} {}", typed.words, task.title),
        _ => task.key.clone(),
    };
    CompletionItem {
        label: task.key.clone(),
        label_details: Some(CompletionItemLabelDetails {
            detail: Some(format!(" {}", task.title)),
            description: Some(task.status.clone()),
        }),
        kind: Some(CompletionItemKind::REFERENCE),
        detail: Some(format!("{} ({})", task.title, task.status)),
        filter_text: Some(filter),
        sort_text: Some(format!("{rank:04}")),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit { range: replaced, new_text: task.key.clone() })),
        ..CompletionItem::default()
    }
}

fn people(hub: &sync::Hub, typed: &str, replaced: Range) -> Vec<CompletionItem> {
    let typed = typed.to_lowercase();
    let mut known: Vec<sync::Person> = Vec::new();
    for project in hub.projects() {
        known.extend(project.people().iter().filter(|person| person.member).cloned());
    }
    known.sort_by(|one, other| one.handle.cmp(&other.handle));
    known.dedup_by(|one, other| one.id == other.id);
    let fits = |person: &sync::Person| {
        person.handle.to_lowercase().contains(&typed) || person.name.to_lowercase().contains(&typed)
    };
    let chosen = known.into_iter().filter(fits).take(MOST);
    let item = |person: sync::Person| CompletionItem {
        label: format!("@{}", person.handle),
        kind: Some(CompletionItemKind::TEXT),
        detail: Some(person.name.clone()),
        filter_text: Some(format!("@{} {}", person.handle, person.name)),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit {
            range: replaced,
            new_text: format!("@{}", person.handle),
        })),
        ..CompletionItem::default()
    };
    chosen.map(item).collect()
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;
    use std::sync::Arc;
    use std::sync::atomic::AtomicI32;

    use super::*;
    use crate::text::Text;

    /// What is being typed at `|`.
    fn check(uri: &str, text: &str) -> Option<(What, String)> {
        let byte = text.find('|').unwrap();
        let text = text.replace('|', "");
        let language = grammars::detect(std::path::Path::new(uri), text.as_bytes());
        let limits = grammars::ParseLimits::default();
        let tree = language.and_then(|language| grammars::Extractor::new().parse(language, &text, &limits).ok());
        let uri = Uri::from_str(&format!("file:///{uri}")).unwrap();
        let document = Document::new(uri, 1, Text::new(text), tree, None, Arc::new(AtomicI32::new(1)));
        typed(&document, byte as u32).map(|typed| (typed.what, typed.words.to_owned()))
    }

    #[test]
    fn tasks_and_people_are_offered_where_people_write_for_people() {
        let found = |what, words: &str| Some((what, words.to_owned()));
        assert_eq!(check("a.rs", "// see #1|2\n"), found(What::Task, "1"));
        assert_eq!(check("a.py", "# fix #retr|\n"), found(What::Task, "retr"));
        assert_eq!(check("a.py", "#|\n"), None, "a comment begins");
        assert_eq!(check("a.py", "# ask @an|\n"), found(What::Person, "an"));
        assert_eq!(check("a.py", "# mail ann@exa|\n"), None);
        assert_eq!(check("a.rs", "// DM-1|\n"), found(What::Key, "DM-1"));
        assert_eq!(check("a.rs", "let DM = 1; DM|\n"), None, "that is code");
        assert_eq!(check("a.rs", "#|[test]\nfn a() {}\n"), None, "that is code");
        assert_eq!(check("repo/.git/COMMIT_EDITMSG", "Fix #|\n"), found(What::Task, ""));
        assert_eq!(check("repo/.git/COMMIT_EDITMSG", "#|\n"), None, "git leaves that line out");
        assert_eq!(check("notes.xyz", "Fix #|\n"), None);
    }
}
