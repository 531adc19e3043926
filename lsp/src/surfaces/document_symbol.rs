//! The outline of a document.

use engine::questions::outline::{OutlineItem, outline_of};
use grammars::Span;
use tower_lsp_server::ls_types::*;

use crate::ask::{Ask, Failure, Surface};
use crate::convert::{range, symbol_kind};
use crate::documents::Document;
use crate::session::Session;
use crate::text::Encoding;

pub(crate) struct DocumentSymbols;

impl Surface for DocumentSymbols {
    type Params = DocumentSymbolParams;
    type Answer = Option<DocumentSymbolResponse>;
    const NAME: Option<&'static str> = Some("documentSymbol");

    fn document(params: &DocumentSymbolParams) -> Option<&Uri> {
        Some(&params.text_document.uri)
    }

    fn announce(capabilities: &mut ServerCapabilities, _: &Session) {
        capabilities.document_symbol_provider = Some(OneOf::Left(true));
    }

    fn answer(ask: &Ask, _: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>, Failure> {
        let document = ask.document()?;
        let items = outline_of(document.facts(), document.text.as_str());
        if ask.session.client.hierarchical_symbols {
            let tree = items.into_iter().map(|item| nested(document, item, ask.session.encoding)).collect();
            return Ok(Some(DocumentSymbolResponse::Nested(tree)));
        }
        let mut list = Vec::new();
        items.into_iter().for_each(|item| flat(document, item, None, ask.session.encoding, &mut list));
        Ok(Some(DocumentSymbolResponse::Flat(list)))
    }
}

fn whole(item: &OutlineItem) -> Span {
    Span { start: item.start, end: item.end }
}

/// An outline is at most 32 deep, so this may call itself.
#[allow(deprecated, reason = "the field must be given, and stays empty")]
fn nested(document: &Document, item: OutlineItem, encoding: Encoding) -> DocumentSymbol {
    let name = Span { start: item.name_start, end: item.name_end };
    let whole = whole(&item);
    // The protocol wants the name inside the whole; where it is not (a member defined by its type's name), the beginning stands for it.
    let selection = if whole.encloses(name) { name } else { Span { start: whole.start, end: whole.start } };
    let children: Vec<DocumentSymbol> =
        item.children.into_iter().map(|child| nested(document, child, encoding)).collect();
    DocumentSymbol {
        // Editors refuse empty names.
        name: if item.name.is_empty() { "(anonymous)".to_owned() } else { item.name },
        detail: (!item.signature.is_empty()).then_some(item.signature),
        kind: symbol_kind(&item.kind),
        tags: None,
        deprecated: None,
        range: range(&document.text, whole, encoding),
        selection_range: range(&document.text, selection, encoding),
        children: (!children.is_empty()).then_some(children),
    }
}

#[allow(deprecated, reason = "the field must be given, and stays empty")]
fn flat(
    document: &Document,
    item: OutlineItem,
    container: Option<&str>,
    encoding: Encoding,
    out: &mut Vec<SymbolInformation>,
) {
    out.push(SymbolInformation {
        name: item.name.clone(),
        kind: symbol_kind(&item.kind),
        tags: None,
        deprecated: None,
        location: Location { uri: document.uri.clone(), range: range(&document.text, whole(&item), encoding) },
        container_name: container.map(str::to_owned),
    });
    for child in item.children {
        flat(document, child, Some(&item.name), encoding, out);
    }
}
