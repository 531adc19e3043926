//! Which language a file is in.

use std::path::Path;

use grammars::detect;

fn language(path: &str, text: &str) -> Option<&'static str> {
    detect(Path::new(path), text.as_bytes()).map(|language| language.name())
}

#[test]
fn names_and_extensions_tell() {
    assert_eq!(language("src/main.rs", ""), Some("rust"));
    assert_eq!(language("SRC/MAIN.RS", ""), Some("rust"));
    assert_eq!(language("a/Makefile", ""), Some("make"));
    assert_eq!(language("Dockerfile.dev", ""), Some("dockerfile"));
    assert_eq!(language("CMakeLists.txt", ""), Some("cmake"));
    assert_eq!(language("types.d.ts", ""), Some("typescript"));
    assert_eq!(language("page.tsx", ""), Some("tsx"));
    assert_eq!(language("photo.png", ""), None);
    assert_eq!(language("README", "Hello"), None);
    assert_eq!(language("", ""), None);
}

#[test]
fn the_first_line_tells() {
    assert_eq!(language("run", "#!/usr/bin/env -S python3 -u\n"), Some("python"));
    assert_eq!(language("run", "#!/usr/bin/python3.11\n"), Some("python"));
    assert_eq!(language("run", "#! /bin/sh -e\n"), Some("bash"));
    assert_eq!(language("run", "#!/usr/bin/env LANG=C node\n"), Some("javascript"));
    assert_eq!(language("run", "#!/usr/bin/ruby2.7\n"), Some("ruby"));
    assert_eq!(language("run", "#!\n"), None);
    assert_eq!(language("run", "#!/usr/bin/env\n"), None);
    assert_eq!(language("run", "#!/opt/unheard-of\n"), None);
    assert_eq!(language("run", "# -*- mode: ruby -*-\n"), Some("ruby"));
    assert_eq!(language("run", "# -*- coding: utf-8; mode: python -*-\n"), Some("python"));
    assert_eq!(language("run", "# vim: set ft=python :\n"), Some("python"));
    assert_eq!(language("feed", "\u{feff}<?xml version=\"1.0\"?>"), Some("xml"));
}

#[test]
fn shared_extensions_are_settled_by_content() {
    assert_eq!(language("a.h", "struct point { int x; };\n"), Some("c"));
    assert_eq!(language("a.h", "#pragma once\nnamespace a {\nclass B {};\n}\n"), Some("cpp"));
    assert_eq!(language("a.h", "void f(std::string s);\n"), Some("cpp"));
    assert_eq!(language("a.h", "#import <Foundation/Foundation.h>\n@interface A : NSObject\n@end\n"), Some("objc"));
    assert_eq!(language("a.m", "@implementation A\n@end\n"), Some("objc"));
    assert_eq!(language("a.m", "function y = f(x)\n  y = x;\nend\n"), None);
    assert_eq!(language("a.ts", "const x: number = 1;\n"), Some("typescript"));
    assert_eq!(language("a.ts", "<?xml version=\"1.0\"?>\n<!DOCTYPE TS>\n"), Some("xml"));
}
