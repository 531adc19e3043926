//! Links in comments, strings and commit messages: task keys, and issues by number or by address.

use std::str::FromStr;
use std::sync::LazyLock;

use engine::git::remote;
use grammars::Span;
use regex::Regex;
use tower_lsp_server::ls_types::*;

use crate::ask::{Ask, Failure, Surface};
use crate::convert::range;
use crate::documents::Document;
use crate::session::Session;
use crate::tasks::keys;

/// More links than a client could show are not sent.
const MOST: usize = 1_000;

pub(crate) struct Links;

impl Surface for Links {
    type Params = DocumentLinkParams;
    type Answer = Option<Vec<DocumentLink>>;
    const NAME: Option<&'static str> = Some("documentLink");

    fn document(params: &DocumentLinkParams) -> Option<&Uri> {
        Some(&params.text_document.uri)
    }

    fn announce(capabilities: &mut ServerCapabilities, _: &Session) {
        capabilities.document_link_provider = Some(DocumentLinkOptions {
            resolve_provider: None,
            work_done_progress_options: WorkDoneProgressOptions::default(),
        });
    }

    fn answer(ask: &Ask, _: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>, Failure> {
        let document = ask.document()?;
        let host = document.home.as_ref().and_then(|home| home.workspace().git().known_remote());
        let host = host.and_then(|address| remote::parse(&address));
        let hub = ask.tasks.hub();
        // What the settings say goes before what the boards know: a team may keep its tasks elsewhere.
        let address = ask.session.settings.task_url.as_deref();
        let url = |key: &str| match address {
            Some(address) => Some(address.replace("{key}", key)),
            None => hub.as_ref()?.url_of(key),
        };
        let found = links(document, url, host.as_ref());
        let shown = found.into_iter().take(MOST).filter_map(|link| {
            Some(DocumentLink {
                range: range(&document.text, link.span, ask.session.encoding),
                target: Some(Uri::from_str(&link.target).ok()?),
                tooltip: Some(link.tooltip),
                data: None,
            })
        });
        let shown: Vec<DocumentLink> = shown.collect();
        Ok((!shown.is_empty()).then_some(shown))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Link {
    span: Span,
    target: String,
    tooltip: String,
}

#[allow(clippy::expect_used, reason = "the pattern is a constant that a test compiles")]
static ISSUE: LazyLock<Regex> = LazyLock::new(|| {
    // An address of an issue, or a number sign with digits that stands alone.
    let pattern = r"https?://[^\s<>()\[\]]+/(?:issues|pull|merge_requests|work_items)/\d+|(?:^|[\s(\[,;:])(#\d{1,9})\b";
    Regex::new(pattern).expect("a constant pattern")
});

fn links(document: &Document, task_url: impl Fn(&str) -> Option<String>, host: Option<&remote::Host>) -> Vec<Link> {
    let text = document.text.as_str();
    let whole = Span { start: 0, end: text.len() as u32 };
    let known = keys(document, whole)
        .into_iter()
        .filter_map(|(span, key)| Some(Link { span, target: task_url(key)?, tooltip: format!("Task {key}") }));
    let mut found: Vec<Link> = known.take(MOST).collect();
    let Some(tree) = &document.tree else { return found };
    for captures in ISSUE.captures_iter(text) {
        let Some(matched) = captures.get(1).or_else(|| captures.get(0)) else { continue };
        let span = Span { start: matched.start() as u32, end: matched.end() as u32 };
        if found.len() >= MOST || !tree.node_at(span).is_some_and(|(kind, _)| kind.contains("comment")) {
            continue;
        }
        let link = match (matched.as_str().strip_prefix('#'), host) {
            (None, _) => Some((matched.as_str().to_owned(), "Open the issue".to_owned())),
            (Some(number), Some(host)) => Some((host.issue(number), format!("Issue {number}"))),
            (Some(_), None) => None,
        };
        found.extend(link.map(|(target, tooltip)| Link { span, target, tooltip }));
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicI32;

    use super::*;
    use crate::text::Text;

    fn check(code: &str, task_url: Option<&str>, address: Option<&str>) -> String {
        let language = grammars::Language::by_name("rust").unwrap();
        let tree = grammars::Extractor::new().parse(language, code, &grammars::ParseLimits::default()).unwrap();
        let uri = Uri::from_str("file:///a.rs").unwrap();
        let newest = Arc::new(AtomicI32::new(1));
        let document = Document::new(uri, 1, Text::new(code.to_owned()), Some(tree), None, newest);
        let found =
            links(&document, |key| Some(task_url?.replace("{key}", key)), address.and_then(remote::parse).as_ref());
        found.iter().map(|link| format!("{} -> {}\n", link.span.text(code), link.target)).collect()
    }

    #[test]
    fn keys_numbers_and_addresses_in_comments_are_links() {
        let code = "// DM-12, see #34 and https://github.com/o/r/issues/5.\nlet x = \"#35 DM-13\"; // a#36 #x\n";
        let links = check(code, Some("https://tasks.example/{key}"), Some("git@github.com:o/r.git"));
        expect_test::expect![[r#"
            DM-12 -> https://tasks.example/DM-12
            #34 -> https://github.com/o/r/issues/34
            https://github.com/o/r/issues/5 -> https://github.com/o/r/issues/5
            DM-13 -> https://tasks.example/DM-13
        "#]]
        .assert_eq(&links);
        assert_eq!(check(code, None, None), "https://github.com/o/r/issues/5 -> https://github.com/o/r/issues/5\n");
    }
}
