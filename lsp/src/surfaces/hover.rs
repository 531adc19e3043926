//! Hover: what no language's own server says. Its tasks, who uses this, how hard it is to read, who changed it last, which tests reach it.
//! Nothing to say is `null`.

use std::time::{SystemTime, UNIX_EPOCH};

use engine::questions::complexity;
use engine::questions::last_change::{LastChange, age, last_change};
use engine::questions::target::Meant;
use engine::questions::tests_of::{TestOf, tests_of};
use engine::questions::uses::{UseCount, count};
use grammars::{Lines, Metrics};
use tower_lsp_server::ls_types::*;

use super::meant::{Found, at};
use super::task_hover;
use crate::ask::{Ask, Failure, Surface};
use crate::convert::{place, range};
use crate::session::Session;

/// So many tests are named.
const NAMED_TESTS: usize = 3;
/// So many are counted.
const COUNTED_TESTS: usize = 50;

/// What a hover says.
#[derive(Debug, Clone, PartialEq, Default)]
struct Facts {
    /// How often it is used; none for what is not called, such as a field, or when the graph is not ready.
    uses: Option<UseCount>,
    /// Whether it is surely this symbol.
    proven: bool,
    /// Only when it is high.
    metrics: Option<Metrics>,
    change: Option<LastChange>,
    tests: Vec<TestOf>,
}

pub(crate) struct HoverSurface;

impl Surface for HoverSurface {
    type Params = HoverParams;
    type Answer = Option<Hover>;
    const NAME: Option<&'static str> = Some("hover");

    fn document(params: &HoverParams) -> Option<&Uri> {
        Some(&params.text_document_position_params.text_document.uri)
    }

    fn announce(capabilities: &mut ServerCapabilities, _: &Session) {
        capabilities.hover_provider = Some(HoverProviderCapability::Simple(true));
    }

    fn answer(ask: &Ask, params: HoverParams) -> Result<Option<Hover>, Failure> {
        let position = params.text_document_position_params.position;
        let (markdown, encoding) = (ask.session.client.markdown, ask.session.encoding);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs() as i64);
        let found = at(ask, position)?;
        let defined = found.as_ref().and_then(|found| match found.meant {
            Meant::Here { symbol, defined: true, .. } => found.document.facts().symbols.get(symbol as usize),
            _ => None,
        });
        let document = ask.document()?;
        let tasks = task_hover::at(ask, document, document.text.byte(place(position), encoding), defined);
        let said = tasks.iter().map(|told| told.write(now, markdown));
        let said = said.chain(found.as_ref().and_then(|found| write(&facts(found), now, markdown)));
        let value = said.collect::<Vec<_>>().join("\n\n");
        if value.is_empty() {
            return Ok(None);
        }
        let kind = if markdown { MarkupKind::Markdown } else { MarkupKind::PlainText };
        let range = defined.map(|symbol| range(&document.text, symbol.name_span, encoding));
        Ok(Some(Hover { contents: HoverContents::Markup(MarkupContent { kind, value }), range }))
    }
}

fn facts(found: &Found) -> Facts {
    let mut facts = Facts { proven: found.meant.proven(), ..Facts::default() };
    if let (Some(graph), Some(node)) = (&found.graph, found.meant.node()) {
        let kind = graph.node(node).filter(|node| !node.is_test).map(|node| node.kind);
        if let Some(kind) = kind.filter(|kind| kind.is_callable() || kind.is_type()) {
            // A type is used in more ways than calls, so that nobody calls it says nothing.
            facts.uses = Some(count(graph, node)).filter(|uses| kind.is_callable() || uses.all() > 0);
            facts.tests = tests_of(graph, node, COUNTED_TESTS);
        }
    }
    let document = &found.document;
    if let Meant::Here { symbol, .. } = found.meant
        && let Some(symbol) = document.facts().symbols.get(symbol as usize)
    {
        facts.metrics = symbol.metrics.filter(complexity::is_high);
        facts.change = last_change(found.lease.git(), &found.path, document.text.shared(), line_span(symbol.lines));
    }
    facts
}

fn line_span(lines: Lines) -> Lines {
    Lines { first: lines.first, last: lines.last.max(lines.first) }
}

/// The words of a hover; none when there is nothing to say.
fn write(facts: &Facts, now: i64, markdown: bool) -> Option<String> {
    let mut lines = Vec::new();
    if let Some(uses) = facts.uses {
        lines.push(uses_line(&uses, facts.proven));
    }
    if let Some(metrics) = &facts.metrics {
        lines.push(format!(
            "Hard to read: cognitive complexity {}, {} paths, nested {} deep",
            metrics.cognitive, metrics.cyclomatic, metrics.nesting
        ));
    }
    if !facts.tests.is_empty() {
        lines.push(tests_line(&facts.tests, markdown));
    }
    if let Some(change) = &facts.change {
        let (author, subject) = (escaped(&change.author, markdown), escaped(&change.subject, markdown));
        let typed = if change.uncommitted { ", edited since" } else { "" };
        lines.push(format!("Last change {} by {author}{typed}: {subject}", age(change.time, now)));
    }
    if lines.is_empty() {
        return None;
    }
    Some(lines.join(if markdown { "  \n" } else { "\n" }))
}

fn uses_line(uses: &UseCount, proven: bool) -> String {
    let times = |count: u32| if count == 1 { "1 call".to_owned() } else { format!("{count} calls") };
    let files = if uses.files == 1 { "1 file".to_owned() } else { format!("{} files", uses.files) };
    let about = if proven { "" } else { "≈ " };
    let tests = match uses.in_tests {
        0 => String::new(),
        all if all == uses.all() => ", all in tests".to_owned(),
        some => format!(", {some} in tests"),
    };
    match (uses.proven, uses.by_name) {
        (0, 0) => format!("{about}No calls known"),
        (proven, 0) => format!("{about}{} in {files}{tests}", times(proven)),
        (0, by_name) => format!("≈ {} by name in {files}{tests}", times(by_name)),
        (proven, by_name) => format!("{about}{} and ≈ {by_name} more by name in {files}{tests}", times(proven)),
    }
}

fn tests_line(tests: &[TestOf], markdown: bool) -> String {
    let names = tests.iter().take(NAMED_TESTS).map(|test| {
        let name = test.test.name.rsplit([':', '.']).next().unwrap_or(&test.test.name);
        let mark = if test.proven { "" } else { "≈ " };
        if markdown { format!("{mark}`{name}`") } else { format!("{mark}{name}") }
    });
    let more = match tests.len().saturating_sub(NAMED_TESTS) {
        0 => String::new(),
        _ if tests.len() == COUNTED_TESTS => format!(" and at least {} more", COUNTED_TESTS - NAMED_TESTS),
        more => format!(" and {more} more"),
    };
    format!("Tested by {}{more}", names.collect::<Vec<_>>().join(", "))
}

/// Names and subjects are other people's words: nothing in them may become a link, an image or a heading.
pub(super) fn escaped(text: &str, markdown: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars().filter(|char| !char.is_control()).take(200) {
        if markdown && "\\`*_{}[]<>()#+-.!|~&".contains(char) {
            out.push('\\');
        }
        out.push(char);
    }
    out
}

#[cfg(test)]
mod tests {
    use engine::questions::SymbolPlace;
    use expect_test::expect;

    use super::*;

    fn test(name: &str, proven: bool) -> TestOf {
        let test = SymbolPlace {
            name: name.to_owned(),
            kind: "function".to_owned(),
            path: "t.rs".to_owned(),
            first_line: 0,
            last_line: 1,
            is_test: true,
        };
        TestOf { test, steps: 1, proven }
    }

    #[test]
    fn a_hover_says_what_is_known_and_no_more() {
        let everything = Facts {
            uses: Some(UseCount { proven: 12, by_name: 3, files: 4, in_tests: 5 }),
            proven: true,
            metrics: Some(Metrics { cyclomatic: 17, cognitive: 31, nesting: 5, parameters: 2 }),
            change: Some(LastChange {
                commit: "c0ffee".to_owned(),
                author: "Ada [L](http://x)".to_owned(),
                time: 1_000_000,
                subject: "Fix *everything*".to_owned(),
                commits: 3,
                uncommitted: true,
            }),
            tests: ["a::one", "b::two", "three", "four"].map(|name| test(name, name != "b::two")).to_vec(),
        };
        let now = 1_000_000 + 3 * 86_400;
        expect![[r#"
            12 calls and ≈ 3 more by name in 4 files, 5 in tests  
            Hard to read: cognitive complexity 31, 17 paths, nested 5 deep  
            Tested by `one`, ≈ `two`, `three` and 1 more  
            Last change 3 days ago by Ada \[L\]\(http://x\), edited since: Fix \*everything\*"#]]
        .assert_eq(&write(&everything, now, true).unwrap());
        expect![[r#"
            12 calls and ≈ 3 more by name in 4 files, 5 in tests
            Hard to read: cognitive complexity 31, 17 paths, nested 5 deep
            Tested by one, ≈ two, three and 1 more
            Last change 3 days ago by Ada [L](http://x), edited since: Fix *everything*"#]]
        .assert_eq(&write(&everything, now, false).unwrap());
        assert_eq!(write(&Facts::default(), now, true), None, "nothing to say is nothing");
    }

    #[test]
    fn uses_are_counted_in_words() {
        let line = |proven_uses, by_name, files, in_tests, proven| {
            uses_line(&UseCount { proven: proven_uses, by_name, files, in_tests }, proven)
        };
        expect![[r#"
            No calls known
            1 call in 1 file
            ≈ 7 calls by name in 2 files, 1 in tests
            2 calls in 1 file, all in tests
            ≈ 2 calls in 1 file"#]]
        .assert_eq(
            &[
                line(0, 0, 0, 0, true),
                line(1, 0, 1, 0, true),
                line(0, 7, 2, 1, true),
                line(2, 0, 1, 2, true),
                line(2, 0, 1, 0, false),
            ]
            .join("\n"),
        );
    }
}
