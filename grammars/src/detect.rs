//! Tells a file's language by its name, its extension, its `#!` line, and where those leave doubt, its first bytes.

use std::collections::HashMap;
use std::path::Path;
use std::sync::OnceLock;

use crate::language::Language;

struct Tables {
    files: HashMap<String, Language>,
    extensions: HashMap<String, Language>,
    interpreters: HashMap<String, Language>,
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let mut tables = Tables { files: HashMap::new(), extensions: HashMap::new(), interpreters: HashMap::new() };
        for language in Language::all() {
            let settings = language.settings();
            for file in &settings.files {
                tables.files.entry(file.to_lowercase()).or_insert(language);
            }
            for extension in &settings.extensions {
                tables.extensions.entry(extension.to_lowercase()).or_insert(language);
            }
            for shebang in &settings.shebangs {
                tables.interpreters.entry(without_version(shebang).to_owned()).or_insert(language);
            }
        }
        tables
    })
}

/// The language of a file, from its path and its first bytes (a few hundred are enough; none are needed for most files).
///
/// None means that it is not known; such a file can still be searched as plain text.
pub fn detect(path: &Path, first_bytes: &[u8]) -> Option<Language> {
    let tables = tables();
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    if let Some(&language) = tables.files.get(&name) {
        return Some(language);
    }
    // The longest extension wins: `x.d.ts` is asked as `d.ts`, then as `ts`.
    let mut rest = name.as_str();
    while let Some((_, extension)) = rest.split_once('.') {
        if let Some(&language) = tables.extensions.get(extension) {
            return refine(extension, language, first_bytes);
        }
        rest = extension;
    }
    // `Dockerfile.dev`, `Makefile.am`, `Jenkinsfile-nightly`
    if let Some((stem, _)) = name.split_once(['.', '-'])
        && let Some(&language) = tables.files.get(stem)
        && !stem.is_empty()
    {
        return Some(language);
    }
    by_content(first_bytes)
}

fn by_content(first_bytes: &[u8]) -> Option<Language> {
    let bytes = first_bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(first_bytes);
    let line = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(&line[..line.len().min(512)]);
    if let Some(command) = line.strip_prefix("#!") {
        return tables().interpreters.get(interpreter(command)?).copied();
    }
    if line.starts_with("<?xml") {
        return Language::by_name("xml");
    }
    if line.starts_with("<?php") {
        return Language::by_name("php");
    }
    modeline(&line)
}

/// `-*- mode: ruby -*-`, `-*- python -*-` and `vim: set ft=sh :` in the first line.
fn modeline(line: &str) -> Option<Language> {
    let word = |text: &str| -> String {
        text.trim().chars().take_while(|char| char.is_alphanumeric() || "+#-_".contains(*char)).collect()
    };
    let name = if let Some((_, rest)) = line.split_once("-*-") {
        let inner = rest.split_once("-*-")?.0;
        let mode = inner.split(';').find_map(|part| part.trim().strip_prefix("mode:"));
        word(mode.unwrap_or(if inner.contains(':') { "" } else { inner }))
    } else {
        let rest = line.split_once("vim:").or_else(|| line.split_once("vi:"))?.1;
        word(["filetype=", "ft="].iter().find_map(|key| rest.split_once(key))?.1)
    };
    let name = name.to_lowercase();
    Language::by_name(&name)
        .or_else(|| tables().extensions.get(name.as_str()).copied())
        .or_else(|| tables().interpreters.get(name.as_str()).copied())
}

/// The interpreter of a `#!` line: `/usr/bin/env -S FOO=1 python3 -u` is `python`.
fn interpreter(command: &str) -> Option<&str> {
    let mut words = command.split_whitespace();
    let mut program = words.next()?.rsplit('/').next()?;
    if program == "env" {
        program = words.find_map(|word| {
            let word = word.strip_prefix("-S").unwrap_or(word).trim_start_matches('=');
            let is_option = word.is_empty() || word.starts_with('-') || word.contains('=');
            (!is_option).then(|| word.rsplit('/').next().unwrap_or(word))
        })?;
    }
    Some(without_version(program))
}

fn without_version(program: &str) -> &str {
    let stem = program.strip_suffix(".exe").unwrap_or(program);
    let stem = stem.trim_end_matches(|char: char| char.is_ascii_digit() || char == '.' || char == '-');
    if stem.is_empty() { program } else { stem }
}

/// Extensions that several languages share are settled by what the file says.
fn refine(extension: &str, language: Language, first_bytes: &[u8]) -> Option<Language> {
    let text = String::from_utf8_lossy(&first_bytes[..first_bytes.len().min(16 * 1024)]);
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let line_starts =
        |words: &[&str]| text.lines().any(|line| words.iter().any(|word| line.trim_start().starts_with(word)));
    let chosen = match extension {
        "h" if line_starts(&["@interface", "@protocol", "@class ", "@import ", "#import "]) => "objc",
        "h" if line_starts(&[
            "class ",
            "namespace ",
            "template<",
            "template <",
            "public:",
            "private:",
            "protected:",
            "using ",
            "constexpr ",
            "virtual ",
            "explicit ",
            "friend ",
            "#include <string>",
            "#include <vector>",
            "#include <memory>",
            "#include <map>",
            "#include <iostream>",
            "#include <functional>",
            "#include <utility>",
            "#include <cstdint>",
        ]) || has(&[
            "std::",
            " nullptr",
            " noexcept",
            "operator=",
            "= delete;",
            "= default;",
            "static_cast<",
        ]) =>
        {
            "cpp"
        }
        // MATLAB, Mathematica and Mercury share `.m` with Objective-C.
        "m" if !line_starts(&[
            "@interface",
            "@implementation",
            "@protocol",
            "@import",
            "#import",
            "#include",
            "@class",
            "//",
            "/*",
        ]) && !text.trim().is_empty() =>
        {
            return None;
        }
        // Prolog shares `.pl` with Perl.
        "pl" if line_starts(&[":- "]) && !line_starts(&["use ", "package ", "sub "]) => {
            return None;
        }
        // Qt translations and MPEG streams share `.ts` with TypeScript.
        "ts" if text.trim_start_matches('\u{feff}').trim_start().starts_with("<?xml")
            || text.starts_with("<!DOCTYPE TS") =>
        {
            "xml"
        }
        "ts" if first_bytes.first() == Some(&0x47) && first_bytes.get(188) == Some(&0x47) => {
            return None;
        }
        _ => return Some(language),
    };
    Language::by_name(chosen).or(Some(language))
}
