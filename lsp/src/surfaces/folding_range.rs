//! What can be folded: definitions, blocks, comments before definitions, runs of imports.

use std::collections::BTreeSet;

use grammars::FileFacts;
use tower_lsp_server::ls_types::*;

use crate::ask::{Ask, Failure, Surface};
use crate::session::Session;
use crate::text::Text;

/// More folds than a client could show are not sent.
const MOST: usize = 5_000;

pub(crate) struct Folding;

impl Surface for Folding {
    type Params = FoldingRangeParams;
    type Answer = Option<Vec<FoldingRange>>;
    const NAME: Option<&'static str> = Some("foldingRange");

    fn document(params: &FoldingRangeParams) -> Option<&Uri> {
        Some(&params.text_document.uri)
    }

    fn announce(capabilities: &mut ServerCapabilities, _: &Session) {
        capabilities.folding_range_provider = Some(FoldingRangeProviderCapability::Simple(true));
    }

    fn answer(ask: &Ask, _: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>, Failure> {
        let document = ask.document()?;
        let found =
            folds(document.facts(), &document.text).into_iter().take(MOST).map(|(first, last, kind)| FoldingRange {
                start_line: first,
                end_line: last,
                kind: match kind {
                    Kind::Code => None,
                    Kind::Comment => Some(FoldingRangeKind::Comment),
                    Kind::Imports => Some(FoldingRangeKind::Imports),
                },
                ..FoldingRange::default()
            });
        Ok(Some(found.collect()))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Comment,
    Imports,
    Code,
}

/// First and last line of each fold, by line.
fn folds(facts: &FileFacts, text: &Text) -> Vec<(u32, u32, Kind)> {
    let mut found = BTreeSet::new();
    let mut add = |span: grammars::Span, kind| {
        let (first, last) = (text.line_of(span.start), text.line_of(span.end.saturating_sub(1).max(span.start)));
        if last > first {
            found.insert((first, last, kind));
        }
    };
    for symbol in &facts.symbols {
        add(symbol.span, Kind::Code);
        add(symbol.doc, Kind::Comment);
    }
    // The file's own scope is no fold.
    facts.scopes.iter().skip(1).for_each(|scope| add(scope.span, Kind::Code));
    let mut run: Option<(u32, u32)> = None;
    for import in &facts.imports {
        let (first, last) = (text.line_of(import.span.start), text.line_of(import.span.end.saturating_sub(1)));
        run = match run {
            Some((start, end)) if first <= end + 1 => Some((start, end.max(last))),
            other => {
                found.extend(other.filter(|(start, end)| end > start).map(|(start, end)| (start, end, Kind::Imports)));
                Some((first, last))
            }
        };
    }
    found.extend(run.filter(|(start, end)| end > start).map(|(start, end)| (start, end, Kind::Imports)));
    // A fold a first line: the outermost, as editors show one mark a line.
    let mut folds: Vec<(u32, u32, Kind)> = Vec::new();
    for fold in found {
        match folds.last_mut() {
            Some(last) if last.0 == fold.0 => *last = (fold.0, last.1.max(fold.1), last.2),
            _ => folds.push(fold),
        }
    }
    folds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_comments_and_imports_fold() {
        let code = "use a;\nuse b;\n\n/// One.\n/// Two.\nfn f() {\n    if x {\n        y();\n    }\n}\n";
        let language = grammars::Language::by_name("rust").unwrap();
        let facts = grammars::Extractor::new().facts(language, code, grammars::Detail::Full).unwrap();
        let found = folds(&facts, &Text::new(code.to_owned()));
        assert_eq!(found, [(0, 1, Kind::Imports), (3, 4, Kind::Comment), (5, 9, Kind::Code), (6, 8, Kind::Code)]);
    }
}
