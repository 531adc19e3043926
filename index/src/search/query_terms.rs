//! What a query says: its terms, which of them count, and whether it names a symbol.

use crate::symbols::fold;
use crate::tokens::{Analyzer, words};

/// Words that say nothing in a question about code. Words such as `from`, `not`, `if`, `all` or `get` are kept: they mean something there.
const STOP_WORDS: &[&str] = &[
    "a", "an", "the", "of", "to", "in", "is", "are", "be", "by", "for", "with", "as", "on", "at", "it", "its", "this",
    "that", "these", "those", "and", "or", "which", "we", "how", "do", "does", "i", "you", "what", "where",
];

/// A query, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct QueryTerms {
    /// The distinct terms that are looked for, each with the word as it was typed. Stop words are left out unless nothing else remains.
    pub terms: Vec<Term>,
    /// Set when the query is written like an identifier or a path of them.
    pub symbol: Option<SymbolPath>,
    /// The distinct words as typed, for reasons and highlights.
    pub words: Vec<String>,
}

/// A term of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    /// As the index has it.
    pub text: Box<str>,
    /// Which word of [`QueryTerms::words`] it comes from.
    pub word: usize,
}

/// `Type::method` and the like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SymbolPath {
    /// The last part.
    pub name: String,
    /// The part before it.
    pub container: Option<String>,
}

impl QueryTerms {
    pub(super) fn new(text: &str) -> QueryTerms {
        let mut analyzer = Analyzer::default();
        let mut all = QueryTerms { symbol: SymbolPath::parse(text), ..QueryTerms::default() };
        for word in words(text) {
            let known = all.words.iter().position(|known| known == word);
            let index = known.unwrap_or(all.words.len());
            if known.is_none() {
                all.words.push(word.to_owned());
            }
            for term in analyzer.terms(word) {
                if !all.terms.iter().any(|known| &*known.text == term) {
                    all.terms.push(Term { text: term.into(), word: index });
                }
            }
        }
        if all.terms.iter().any(|term| !is_stop(&term.text)) {
            all.terms.retain(|term| !is_stop(&term.text));
        }
        all
    }
}

/// Whether a term says nothing in a question about code.
pub(super) fn is_stop(term: &str) -> bool {
    STOP_WORDS.contains(&term)
}

impl SymbolPath {
    /// A query that is one identifier, or several joined by `::`, `.`, `->`, `#` or `/`, perhaps called.
    fn parse(text: &str) -> Option<SymbolPath> {
        let text = text.trim().trim_end_matches("()").trim_end_matches('!');
        if text.is_empty() || text.contains(char::is_whitespace) {
            return None;
        }
        let plain = text.replace("::", ".").replace("->", ".").replace('#', ".");
        let parts: Vec<&str> = plain.split('.').collect();
        let identifier =
            |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '-'));
        if !parts.iter().all(identifier) {
            return None;
        }
        let name = (*parts.last()?).to_owned();
        Some(SymbolPath { name, container: parts.len().checked_sub(2).map(|at| parts[at].to_owned()) })
    }
}

/// Whether two names are the same but for case and `_`.
pub(super) fn same_name(a: &str, b: &str) -> bool {
    a == b || (a.len().abs_diff(b.len()) <= 8 && fold(a) == fold(b))
}

/// The terms of a name, for comparing it with a query.
pub(super) fn name_terms(analyzer: &mut Analyzer, name: &str) -> Vec<Box<str>> {
    let mut terms = Vec::new();
    analyzer.each_term(name, |term| terms.push(term.into()));
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> String {
        QueryTerms::new(text).terms.iter().map(|term| &*term.text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn stop_words_go_unless_they_are_all_there_is() {
        assert_eq!(terms("how to parse the url"), "pars url");
        assert_eq!(terms("to be or is it"), "to be or is it");
    }

    #[test]
    fn a_query_can_name_a_symbol_with_its_container() {
        let path = |text: &str| SymbolPath::parse(text).map(|path| (path.container.unwrap_or_default(), path.name));
        assert_eq!(path("parse_url"), Some(("".into(), "parse_url".into())));
        assert_eq!(path("Index::open()"), Some(("Index".into(), "open".into())));
        assert_eq!(path("std::fs::read"), Some(("fs".into(), "read".into())));
        assert_eq!(path("parse the url"), None);
        assert_eq!(path("a+b"), None);
    }

    #[test]
    fn names_are_compared_without_case_and_underscores() {
        assert!(same_name("get_user", "getUser") && !same_name("get_user", "get_users"));
    }
}
