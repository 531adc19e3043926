//! Hostile input: random bytes, damaged code, deep nesting. Nothing panics, hangs or gives facts that do not hold together.
//!
//! The cases are the same in every run. `FUZZ_CASES=1000` tries more of them, `FUZZ_SEED=7` others, and
//! `FUZZ_TRACE=1` names each case on standard error before it runs, for a grammar that takes the process down.

use std::time::{Duration, Instant};

use grammars::{Detail, Extractor, FileFacts, Language, ParseError, ParseLimits, Span, Target};

use crate::languages;
use crate::samples::sample;

/// A small generator (xorshift64*), so that a seed means the same cases on every machine.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        number as usize % limit.max(1)
    }
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// Everything that holds for the facts of any text.
fn assert_sound(facts: &FileFacts, text: &str, what: &str) {
    let good = |span: Span| text.get(span.start as usize..span.end as usize).is_some();
    let name = |id| !facts.name(id).is_empty();
    let symbols = facts.symbols.len() as u32;
    for (id, symbol) in facts.symbols.iter().enumerate() {
        let (id, kind) = (id as u32, symbol.kind);
        for span in [symbol.span, symbol.name_span, symbol.signature, symbol.doc] {
            assert!(good(span), "{what}: symbol {id} {kind:?}: {span:?} does not fit the text");
        }
        assert!(name(symbol.name), "{what}: symbol {id} has no name");
        assert!(symbol.container.is_none_or(|container| container < id), "{what}: symbol {id} precedes its container");
        assert!(symbol.lines.first <= symbol.lines.last, "{what}: symbol {id} has lines {:?}", symbol.lines);
        assert!(symbol.lines.last < facts.lines.max(1), "{what}: symbol {id} ends behind the last line");
        let measured = kind.is_callable() && !symbol.is_declaration;
        assert!(symbol.metrics.is_none() || measured, "{what}: metrics of symbol {id} {kind:?}");
    }
    let target = |target: Target| match target {
        Target::Symbol(id) => id < symbols,
        Target::Import(id) => (id as usize) < facts.imports.len(),
        Target::Free | Target::Local => true,
    };
    for call in &facts.calls {
        assert!(good(call.span) && name(call.name) && target(call.target), "{what}: {call:?}");
        assert!(call.caller.is_none_or(|caller| caller < symbols), "{what}: {call:?}");
        assert!(call.qualifier.is_none() || call.has_receiver, "{what}: {call:?}");
    }
    for import in &facts.imports {
        assert!(good(import.span) && import.line < facts.lines.max(1), "{what}: {import:?}");
    }
    for marker in &facts.markers {
        assert!(good(marker.span) && !marker.span.is_empty(), "{what}: {marker:?}");
    }
    for error in &facts.errors {
        assert!(good(*error), "{what}: error {error:?}");
    }
    assert!(facts.comment_lines <= facts.lines, "{what}: {} of {} lines", facts.comment_lines, facts.lines);
    for (id, scope) in facts.scopes.iter().enumerate() {
        assert!(good(scope.span) && scope.parent.is_none_or(|parent| (parent as usize) < id), "{what}: {scope:?}");
    }
    for binding in &facts.bindings {
        assert!(good(binding.span) && name(binding.name), "{what}: {binding:?}");
        assert!((binding.scope as usize) < facts.scopes.len(), "{what}: {binding:?}");
    }
    for reference in &facts.references {
        assert!(good(reference.span) && name(reference.name), "{what}: {reference:?}");
        let bound = reference.binding.is_none_or(|id| facts.bindings[id as usize].name == reference.name);
        assert!(bound, "{what}: {reference:?} is bound to another name");
    }
}

/// Parses and reads with both details; a text that takes too long is given up in time.
fn survive(extractor: &mut Extractor, language: Language, text: &str, what: &str) {
    if number("FUZZ_TRACE", 0) != 0 {
        use std::io::Write;
        let _ = writeln!(std::io::stderr(), "{what}: {} bytes", text.len());
        let _ = std::fs::write(std::env::temp_dir().join("grammars-fuzz-case"), text);
    }
    let limits = ParseLimits { timeout: Duration::from_millis(300), ..ParseLimits::default() };
    let start = Instant::now();
    match extractor.parse(language, text, &limits) {
        Ok(tree) => {
            for detail in [Detail::Index, Detail::Full] {
                assert_sound(&extractor.extract(&tree, text, detail), text, what);
            }
        }
        Err(ParseError::Timeout(_) | ParseError::TooDeep(_)) => {}
        Err(error) => panic!("{what}: {error}"),
    }
    // Wide, for a busy machine: what is caught is a hang.
    assert!(start.elapsed() < Duration::from_secs(60), "{what} took {:?}", start.elapsed());
}

#[test]
fn random_bytes_are_survived() {
    let (cases, seed) = (number("FUZZ_CASES", 12), number("FUZZ_SEED", 1));
    for language in languages() {
        let mut extractor = Extractor::new();
        for case in 0..cases {
            let mut random = Random::new(seed.wrapping_add(case * 1000 + u64::from(language.id().0)));
            let length = random.below(600);
            let signs = b"(){}[]<>\"'`#/\\*=+-&|!?.,:;@$%^~ \n\t\r\0abcxyz_09";
            let bytes: Vec<u8> = (0..length)
                .map(|_| if case % 2 == 0 { random.below(256) as u8 } else { signs[random.below(signs.len())] })
                .collect();
            let text = String::from_utf8_lossy(&bytes);
            survive(&mut extractor, language, &text, &format!("{} random case {case}", language.name()));
        }
    }
}

#[test]
fn damaged_code_is_survived() {
    let (cases, seed) = (number("FUZZ_CASES", 12), number("FUZZ_SEED", 1));
    for language in languages() {
        let Some((_, sample)) = sample(language) else {
            continue;
        };
        let mut extractor = Extractor::new();
        for case in 0..cases {
            let mut random = Random::new(seed.wrapping_add(7_000_000 + case * 1000 + u64::from(language.id().0)));
            let mut text = sample.clone();
            for _ in 0..=random.below(6) {
                damage(&mut text, &mut random);
            }
            survive(&mut extractor, language, &text, &format!("{} damaged case {case}", language.name()));
        }
    }
}

/// Cuts, doubles, moves or overwrites a piece.
fn damage(text: &mut String, random: &mut Random) {
    let boundary = |text: &str, at: usize| text.floor_char_boundary(at.min(text.len()));
    let start = boundary(text, random.below(text.len() + 1));
    let end = boundary(text, start + random.below(40));
    let piece = text[start..end].to_owned();
    let signs = [
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "'",
        "`",
        "\n",
        "/*",
        "*/",
        "#",
        "<",
        "\\",
        "\u{1F600}",
        "é",
        "\0",
        "\r\n",
    ];
    match random.below(5) {
        0 => text.replace_range(start..end, ""),
        1 => text.insert_str(start, &piece.repeat(3)),
        2 => {
            let at = boundary(text, random.below(text.len() + 1));
            text.insert_str(at, &piece);
        }
        3 => text.insert_str(start, signs[random.below(signs.len())]),
        _ => text.truncate(boundary(text, text.len() - piece.len())),
    }
}

/// Neither parsing nor reading recurses, so depth costs time at most.
#[test]
fn deep_nesting_is_survived() {
    for language in languages() {
        let mut extractor = Extractor::new();
        for (bracket, depth) in [
            ("(", 100_000),
            ("[", 10_000),
            ("{", 100_000),
            ("<a>", 10_000),
            ("if (x) {", 10_000),
            ("[{\"a\":", 10_000),
            ("- ", 10_000),
            ("  x:\n", 10_000),
        ] {
            let what = format!("{} with {depth} times {bracket:?}", language.name());
            survive(&mut extractor, language, &bracket.repeat(depth), &what);
        }
        // One level more in each line, with and without what makes a scanner remember more.
        for head in ["if x:", "- a:", "x = f\"{y}\"", "* item", "do"] {
            let stairs: String = (0..1_200).map(|level| format!("{}{head}\n", " ".repeat(level))).collect();
            survive(&mut extractor, language, &stairs, &format!("{} with stairs of {head:?}", language.name()));
        }
        let balanced = format!("x = {}1{}", "(".repeat(10_000), ")".repeat(10_000));
        survive(&mut extractor, language, &balanced, &format!("{} balanced", language.name()));
    }
}

#[test]
fn odd_texts_are_survived() {
    let texts = [
        "",
        "\n",
        "\r\n\r\n",
        "\u{feff}",
        "\0\0\0",
        "é",
        "\u{1F600}",
        "\u{202e}x",
        "#",
        "//",
        "/*",
        "\"",
        "'",
        "`",
        "<",
        "#!",
        "#if 0",
        "a\rb",
        "\t\t",
        "```\n",
        "---\n",
        "%",
        "@",
        "\\",
        "\u{2028}",
        "<!--",
        "{{",
        "${",
        "<<EOF\n",
        "cat <<A; ",
        "<<<A\n",
        "x = <<A + <<B\n",
        "f\"{",
        "%w(",
        "q{",
        "{a|",
        "$t$",
        "R\"abc(",
        "$\"{",
        "<a><b>",
        "- - ",
        "? ",
        "a: ",
        "> ",
        "* ",
        "if x:\n ",
        "r#\"",
        "\u{0}\u{feff}",
    ];
    for language in languages() {
        let mut extractor = Extractor::new();
        for text in texts {
            survive(&mut extractor, language, text, &format!("{} on {text:?}", language.name()));
            // Counts in a byte overflow at 256, a scanner's buffer is full at some hundred.
            let many = if number("FUZZ_CASES", 0) > 0 { 5_000 } else { 600 };
            for times in [300, many] {
                let what = format!("{} on {times} times {text:?}", language.name());
                survive(&mut extractor, language, &text.repeat(times), &what);
            }
        }
    }
}
