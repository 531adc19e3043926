//! Facts as text that a person can review: one fact a line.

use std::fmt::Write;

use grammars::{Access, FileFacts, Language, Lines, Span, Target, Visibility};

/// The facts of a file in the format of `sample.facts`.
pub(crate) fn render(language: Language, facts: &FileFacts, text: &str) -> String {
    let mut out = String::new();
    let separator = &language.settings().path_separator;
    let line = |byte: u32| text.as_bytes()[..byte as usize].iter().filter(|&&byte| byte == b'\n').count() + 1;
    let target = |target: Target| match target {
        Target::Free => "free".to_owned(),
        Target::Local => "local".to_owned(),
        Target::Symbol(id) => {
            format!("{} at {}", facts.path(id).join(separator), facts.symbols[id as usize].lines.first + 1)
        }
        Target::Import(id) => format!("import at {}", facts.imports[id as usize].line + 1),
    };

    writeln!(out, "# symbols: kind path lines visibility | signature | documentation").unwrap();
    for (id, symbol) in facts.symbols.iter().enumerate() {
        let Lines { first, last } = symbol.lines;
        let path = facts.path(id as u32).join(separator);
        write!(out, "{} {path} {}-{} {}", symbol.kind.name(), first + 1, last + 1, visibility(symbol.visibility))
            .unwrap();
        if symbol.is_test {
            write!(out, " test").unwrap();
        }
        if symbol.is_declaration {
            write!(out, " declaration").unwrap();
        }
        if let Some(metrics) = symbol.metrics {
            let (cyclomatic, cognitive) = (metrics.cyclomatic, metrics.cognitive);
            write!(out, " cyclomatic={cyclomatic} cognitive={cognitive}").unwrap();
            write!(out, " nesting={} parameters={}", metrics.nesting, metrics.parameters).unwrap();
        }
        write!(out, " | {}", one_line(symbol.signature, text)).unwrap();
        if !symbol.doc.is_empty() {
            write!(out, " | {}", symbol.doc.text(text).lines().next().unwrap_or("").trim()).unwrap();
        }
        out.push('\n');
    }

    if language.is_full() {
        writeln!(out, "\n# imports: line module item as alias").unwrap();
        for import in &facts.imports {
            write!(out, "{} {}", import.line + 1, facts.name(import.module)).unwrap();
            if let Some(item) = import.item {
                write!(out, " {}", facts.name(item)).unwrap();
            }
            if import.wildcard {
                write!(out, " *").unwrap();
            }
            if let Some(alias) = import.alias {
                write!(out, " as {}", facts.name(alias)).unwrap();
            }
            out.push('\n');
        }
        writeln!(out, "\n# calls: line caller: call -> target").unwrap();
        for call in &facts.calls {
            let caller = call.caller.map_or("(file)".to_owned(), |id| facts.path(id).join(separator));
            let receiver = match call.qualifier {
                Some(qualifier) => format!("{} ", facts.name(qualifier)),
                None if call.has_receiver => "… ".to_owned(),
                None => String::new(),
            };
            let (line, name) = (call.line + 1, facts.name(call.name));
            writeln!(out, "{line} {caller}: {receiver}{name} -> {}", target(call.target)).unwrap();
        }
    }

    writeln!(out, "\n# markers: line kind text in symbol").unwrap();
    for marker in &facts.markers {
        let within = marker.symbol.map_or("(file)".to_owned(), |id| facts.path(id).join(separator));
        writeln!(out, "{} {:?} {:?} in {within}", marker.line + 1, marker.kind, marker.span.text(text)).unwrap();
    }

    writeln!(out, "\n# file").unwrap();
    writeln!(out, "lines {}, of which comment {}", facts.lines, facts.comment_lines).unwrap();
    for error in &facts.errors {
        writeln!(out, "did not parse: lines {}-{}", line(error.start), line(error.end)).unwrap();
    }
    if language.is_full() {
        scopes(&mut out, facts, &line);
    }
    out
}

fn scopes(out: &mut String, facts: &FileFacts, line: &dyn Fn(u32) -> usize) {
    writeln!(out, "scopes {}", facts.scopes.len()).unwrap();
    writeln!(out, "\n# bindings: line kind name, in the scope of lines").unwrap();
    for binding in &facts.bindings {
        let scope = facts.scopes[binding.scope as usize].span;
        let (kind, name) = (format!("{:?}", binding.kind).to_lowercase(), facts.name(binding.name));
        let (first, last) = (line(scope.start), line(scope.end));
        writeln!(out, "{} {kind} {name}, in {first}-{last}", line(binding.span.start)).unwrap();
    }
    writeln!(out, "\n# references that are bound here: line name -> line of its binding").unwrap();
    for reference in &facts.references {
        let write = if reference.access == Access::Write { " (write)" } else { "" };
        if let Some(binding) = reference.binding {
            let bound = line(facts.bindings[binding as usize].span.start);
            writeln!(out, "{} {}{write} -> {bound}", line(reference.span.start), facts.name(reference.name)).unwrap();
        }
    }
    writeln!(out, "\n# references that are not bound here").unwrap();
    for reference in facts.references.iter().filter(|reference| reference.binding.is_none()) {
        writeln!(out, "{} {}", line(reference.span.start), facts.name(reference.name)).unwrap();
    }
}

fn one_line(span: Span, text: &str) -> String {
    span.text(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn visibility(visibility: Visibility) -> String {
    format!("{visibility:?}").to_lowercase()
}
