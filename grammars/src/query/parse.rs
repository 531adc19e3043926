//! Reads query text into patterns, with kinds, fields and captures already resolved to numbers.

use tree_sitter::Language as Grammar;

use super::{CaptureId, Elem, FieldId, Pattern, Predicate, Role, Seq, Test, Times, What, roles};

/// What is wrong with a query, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QueryError {
    /// Byte offset in the query's text.
    pub(crate) offset: usize,
    /// What is wrong and what would be right.
    pub(crate) message: String,
}

/// Nesting beyond which a query is refused: the reader is recursive, and no pattern needs it.
const MAX_DEPTH: usize = 64;

/// Reads all patterns of one language. Capture names are interned over all files of the language.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    grammar: &'a Grammar,
    pub(super) names: Vec<String>,
    pub(super) roles: Vec<Role>,
    predicates: Vec<Predicate>,
    member: bool,
    tokens: bool,
    is_macro: bool,
    depth: usize,
    #[cfg(test)]
    place: usize,
}

type Result<T> = std::result::Result<T, QueryError>;

impl<'a> Reader<'a> {
    pub(super) fn new(grammar: &'a Grammar, text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            grammar,
            names: Vec::new(),
            roles: Vec::new(),
            predicates: Vec::new(),
            member: false,
            tokens: false,
            is_macro: false,
            depth: 0,
            #[cfg(test)]
            place: 0,
        }
    }

    /// The next pattern, or none at the end.
    pub(super) fn pattern(&mut self) -> Result<Option<Pattern>> {
        self.skip_space();
        if self.at >= self.text.len() {
            return Ok(None);
        }
        let start = self.at;
        let root = self.elem()?;
        if root.times != Times::One {
            return Err(self.error(start, "a pattern cannot be optional or repeated as a whole"));
        }
        let predicates = std::mem::take(&mut self.predicates);
        #[cfg(test)]
        let place = {
            self.place += 1;
            self.place - 1
        };
        Ok(Some(Pattern {
            #[cfg(test)]
            place,
            root,
            predicates,
            member: std::mem::take(&mut self.member),
            tokens: std::mem::take(&mut self.tokens),
            is_macro: std::mem::take(&mut self.is_macro),
        }))
    }

    /// Goes on after the pattern that was refused, at the next line that begins with an opening bracket.
    pub(super) fn recover(&mut self) {
        self.predicates.clear();
        (self.member, self.tokens, self.is_macro) = (false, false, false);
        self.depth = 0;
        while let Some(found) = self.text.get(self.at + 1..).and_then(|rest| rest.find('\n')) {
            self.at += found + 1;
            if self.text[self.at + 1..].starts_with(['(', '[', '"']) {
                self.at += 1;
                return;
            }
        }
        self.at = self.text.len();
    }

    fn error(&self, offset: usize, message: impl Into<String>) -> QueryError {
        QueryError { offset, message: message.into() }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b';' {
                self.at += self.text[self.at..].find('\n').unwrap_or(self.text.len() - self.at);
            } else if byte.is_ascii_whitespace() {
                self.at += 1;
            } else {
                break;
            }
        }
    }

    fn word(&mut self) -> &'a str {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')) {
            self.at += 1;
        }
        &self.text[start..self.at]
    }

    fn string(&mut self) -> Result<String> {
        let start = self.at;
        self.at += 1;
        let mut out = String::new();
        let mut chars = self.text[self.at..].char_indices();
        while let Some((offset, char)) = chars.next() {
            match char {
                '"' => {
                    self.at += offset + 1;
                    return Ok(out);
                }
                '\\' => match chars.next() {
                    Some((_, 'n')) => out.push('\n'),
                    Some((_, 't')) => out.push('\t'),
                    Some((_, 'r')) => out.push('\r'),
                    Some((_, '0')) => out.push('\0'),
                    Some((_, other)) => out.push(other),
                    None => break,
                },
                _ => out.push(char),
            }
        }
        Err(self.error(start, "this string has no end"))
    }

    fn elem(&mut self) -> Result<Elem> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(self.at, format!("nested deeper than {MAX_DEPTH}")));
        }
        self.skip_space();
        let start = self.at;
        let mut elem = Elem {
            what: What::Any,
            field: 0,
            captures: Vec::new(),
            times: Times::One,
            anchored: false,
            captures_inside: false,
            children: Seq::default(),
            absent: Vec::new(),
        };
        match self.peek() {
            Some(b'(') => {
                self.at += 1;
                self.skip_space();
                match self.peek() {
                    Some(b'(' | b'[' | b'"' | b'#') => {
                        elem.what = What::Group;
                        self.children(&mut elem, start)?;
                        self.simplify_group(&mut elem, start)?;
                    }
                    _ => {
                        let at = self.at;
                        let name = self.word();
                        elem.what = self.named(name, at)?;
                        self.children(&mut elem, start)?;
                    }
                }
            }
            Some(b'[') => {
                self.at += 1;
                let mut alternatives = Vec::new();
                loop {
                    self.skip_space();
                    match self.peek() {
                        Some(b']') => break self.at += 1,
                        None => return Err(self.error(start, "this `[` has no `]`")),
                        _ => alternatives.push(self.elem()?),
                    }
                }
                elem.captures_inside = alternatives.iter().any(|alternative| alternative.captures_inside);
                elem.what = What::Alternatives(alternatives);
            }
            Some(b'"') => {
                let string = self.string()?;
                let kind = self.grammar.id_for_node_kind(&string, false);
                if kind == 0 {
                    return Err(self.error(start, format!("the grammar has no anonymous node {string:?}")));
                }
                elem.what = What::Kind(kind);
            }
            Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' => {
                let word = self.word();
                self.skip_space();
                if self.peek() == Some(b':') {
                    self.at += 1;
                    let field = self.field(word, start)?;
                    let mut inner = self.elem()?;
                    inner.field = field;
                    self.depth -= 1;
                    return Ok(inner);
                }
                if word != "_" {
                    return Err(self.error(start, format!("`{word}`: a node stands in brackets, a field before `:`")));
                }
            }
            _ => return Err(self.error(start, "expected a node, a string, `[`, `_` or a field")),
        }
        self.suffixes(&mut elem)?;
        self.depth -= 1;
        Ok(elem)
    }

    /// Quantifier and captures.
    fn suffixes(&mut self, elem: &mut Elem) -> Result<()> {
        loop {
            self.skip_space();
            match self.peek() {
                Some(b'?') => elem.times = Times::Maybe,
                Some(b'*') => elem.times = Times::Many { one_at_least: false },
                Some(b'+') => elem.times = Times::Many { one_at_least: true },
                Some(b'@') => {
                    let start = self.at;
                    self.at += 1;
                    let name = self.word();
                    let id = self.capture(name, start)?;
                    elem.captures.push(id);
                    elem.captures_inside = true;
                    continue;
                }
                _ => return Ok(()),
            }
            self.at += 1;
        }
    }

    /// Children, anchors, absent fields and predicates up to the closing bracket.
    fn children(&mut self, elem: &mut Elem, start: usize) -> Result<()> {
        let mut anchor = false;
        loop {
            self.skip_space();
            match self.peek() {
                Some(b')') => {
                    self.at += 1;
                    elem.children.anchored_end = anchor;
                    elem.captures_inside |= elem.children.elems.iter().any(|child| child.captures_inside);
                    return Ok(());
                }
                Some(b'.') => {
                    self.at += 1;
                    anchor = true;
                }
                Some(b'!') => {
                    let at = self.at;
                    self.at += 1;
                    let word = self.word();
                    let field = self.field(word, at)?;
                    elem.absent.push(field);
                }
                Some(b'(') if self.is_predicate() => self.predicate()?,
                None => return Err(self.error(start, "this `(` has no `)`")),
                _ => {
                    let mut child = self.elem()?;
                    child.anchored = std::mem::take(&mut anchor);
                    elem.children.elems.push(child);
                }
            }
        }
    }

    /// A group of one is that one.
    fn simplify_group(&mut self, elem: &mut Elem, start: usize) -> Result<()> {
        if elem.children.elems.is_empty() {
            return Err(self.error(start, "an empty group"));
        }
        if elem.children.elems.len() == 1
            && let Some(only) = elem.children.elems.pop()
        {
            *elem = only;
        } else if elem.children.elems[0].times != Times::One {
            return Err(self.error(start, "the first of a group cannot be optional or repeated"));
        }
        Ok(())
    }

    fn is_predicate(&self) -> bool {
        self.text[self.at + 1..].trim_start().starts_with('#')
    }

    fn predicate(&mut self) -> Result<()> {
        let start = self.at;
        self.at += 1;
        self.skip_space();
        self.at += 1;
        let name_start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'?' | b'!')) {
            self.at += 1;
        }
        let name = &self.text[name_start..self.at];
        let mut captures = Vec::new();
        let mut strings = Vec::new();
        loop {
            self.skip_space();
            match self.peek() {
                Some(b')') => break self.at += 1,
                Some(b'@') => {
                    let at = self.at;
                    self.at += 1;
                    let word = self.word();
                    let id = self.capture(word, at)?;
                    captures.push(id);
                }
                Some(b'"') => strings.push(self.string()?),
                Some(byte) if byte.is_ascii_alphanumeric() || byte == b'_' => strings.push(self.word().to_owned()),
                _ => return Err(self.error(start, "this predicate has no end")),
            }
        }
        if name == "set!" && captures.is_empty() {
            match strings.iter().map(String::as_str).collect::<Vec<_>>()[..] {
                ["member"] => self.member = true,
                ["tokens"] => self.tokens = true,
                ["macro"] => self.is_macro = true,
                _ => return Err(self.error(start, "`#set!` knows `member`, `tokens` and `macro`")),
            }
            return Ok(());
        }
        let Some(&capture) = captures.first() else {
            return Err(self.error(start, "a predicate begins with a capture"));
        };
        let (plain, negated) = match name.strip_prefix("not-") {
            Some(rest) => (rest, true),
            None => (name, false),
        };
        let test = match (plain, captures.len(), strings.len()) {
            ("eq?", 2, 0) => Test::Same(captures[1]),
            ("eq?", 1, 1) | ("any-of?", 1, 1..) => Test::AnyOf(strings),
            ("match?", 1, 1) => match regex::Regex::new(&strings[0]) {
                Ok(regex) => Test::Matches(regex),
                Err(error) => {
                    return Err(self.error(start, format!("the regular expression: {error}")));
                }
            },
            _ => {
                return Err(
                    self.error(start, format!("`#{name}`: known are eq? any-of? match?, their not- forms, and `set!`"))
                );
            }
        };
        self.predicates.push(Predicate { capture, test, negated });
        Ok(())
    }

    fn capture(&mut self, name: &str, offset: usize) -> Result<CaptureId> {
        if let Some(id) = self.names.iter().position(|known| known == name) {
            return Ok(id as CaptureId);
        }
        let role = roles::role(name).ok_or_else(|| {
            self.error(
                offset,
                format!("`@{name}` means nothing; README.md lists the captures (`@_{name}` is for predicates)"),
            )
        })?;
        self.names.push(name.to_owned());
        self.roles.push(role);
        Ok(self.names.len() as CaptureId - 1)
    }

    fn field(&self, name: &str, offset: usize) -> Result<FieldId> {
        match self.grammar.field_id_for_name(name) {
            Some(id) => Ok(id.get()),
            None => Err(self.error(offset, format!("the grammar has no field `{name}`"))),
        }
    }

    fn named(&self, name: &str, offset: usize) -> Result<What> {
        if name == "_" {
            return Ok(What::AnyNamed);
        }
        if name == "ERROR" {
            return Ok(What::Kind(KIND_ERROR));
        }
        if name == "MISSING" || self.peek() == Some(b'/') {
            return Err(self.error(offset, "MISSING and supertype/subtype are not supported"));
        }
        let kind = self.grammar.id_for_node_kind(name, true);
        if kind == 0 {
            return Err(self.error(offset, format!("the grammar has no node `{name}`")));
        }
        if !self.grammar.node_kind_is_supertype(kind) {
            return Ok(What::Kind(kind));
        }
        let mut kinds = Vec::new();
        let mut open = vec![kind];
        while let Some(next) = open.pop() {
            for &sub in self.grammar.subtypes_for_supertype(next) {
                if self.grammar.node_kind_is_supertype(sub) {
                    open.push(sub);
                } else if !kinds.contains(&sub) {
                    kinds.push(sub);
                }
            }
            if kinds.len() > 4096 {
                break;
            }
        }
        if kinds.is_empty() {
            return Err(self
                .error(offset, format!("`{name}` is a supertype whose kinds this grammar does not tell: list them")));
        }
        Ok(What::OneOf(kinds.into()))
    }
}

/// tree-sitter's number for regions that did not parse.
pub(crate) const KIND_ERROR: u16 = u16::MAX;
