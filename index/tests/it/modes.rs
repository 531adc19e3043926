//! What each mode of search finds, and how it is shown.

use std::time::{Duration, Instant};

use expect_test::{Expect, expect};
use index::{Mode, Query};

use crate::support::{Workspace, ask, fixture};

fn shop() -> Workspace {
    fixture(
        r#"
//- /src/user.ts
/** Loads one person from the database. */
export function getUserById(id: number): User {
    return database.find("users", id);
}

export class UserStore {
    save(user: User) {
        this.cache.set(user.id, user);
    }
    getUser(name: string) {
        return this.cache.get(name);
    }
}
//- /src/retry.go
package shop

// Retry calls f again after a pause until it succeeds or the attempts are used up.
func Retry(attempts int, f func() error) error {
	for i := 0; i < attempts; i++ {
		if err := f(); err == nil {
			return nil
		}
		time.Sleep(backoff(i))
	}
	return ErrTooManyAttempts
}

func backoff(i int) time.Duration { return time.Duration(1<<i) * time.Second }
//- /src/Cart.java
class Cart {
    private int total;
    int totalPrice(int tax) {
        return total + tax; // TODO(später): Rabatt
    }
    void save() {}
}
//- /tests/user.test.ts
import { getUserById } from "../src/user";
test("finds a user", () => { expect(getUserById(1)).toBeDefined(); });
//- /README.md
# Shop

Call `getUserById` to load a user. Größe und GRÖSSE.
"#,
    )
}

fn check(query: &str, expected: Expect) {
    expected.assert_eq(&shop().search(query));
}

#[test]
fn words_are_found_as_parts_of_names_and_in_any_form() {
    check(
        "words:saving users",
        expect![[r#"
        src/user.ts:6-13 UserStore (class) | has saving, users
            6 export class «User»Store {
            7     «save»(«user»: «User») {
            8         this.cache.set(«user».id, «user»);
            9     }
           10     get«User»(name: string) {
           11         return this.cache.get(name);
           12     }
           13 }
        src/Cart.java:1-7 Cart (class) | has saving
            1 class Cart {
            2     private int total;
            3     int totalPrice(int tax) {
            4         return total + tax; // TODO(später): Rabatt
            5     }
            6     void «save»() {}
            7 }
        tests/user.test.ts:1-2 finds a user (function) | has users
            1 import { get«User»ById } from "../src/«user»";
            2 test("finds a «user»", () => { expect(get«User»ById(1)).toBeDefined(); })
        src/user.ts:1-4 getUserById (function) | has users
            1 /** Loads one person from the database. */
            2 export function get«User»ById(id: number): «User» {
            3     return database.find("«users»", id);
            4 }
        README.md:1-3 Shop (section) | has users
            1 # Shop
            2 
            3 Call `get«User»ById` to load a «user». Größe und GRÖSSE.
    "#]],
    );
}

#[test]
fn exact_ignores_case_until_the_query_has_capitals() {
    check(
        "exact:getuser",
        expect![[r#"
        src/user.ts:2 getUserById (function) | exact text
            2 export function «getUser»ById(id: number): User {
        src/user.ts:10 UserStore.getUser (method) | exact text
           10     «getUser»(name: string) {
        README.md:3 Shop (section) | exact text
            3 Call `«getUser»ById` to load a user. Größe und GRÖSSE.
        tests/user.test.ts:1 | exact text
            1 import { «getUser»ById } from "../src/user";
        tests/user.test.ts:2 finds a user (function) | exact text
            2 test("finds a user", () => { expect(«getUser»ById(1)).toBeDefined(); });
    "#]],
    );
    check(
        "exact:getUserB",
        expect![[r#"
        src/user.ts:2 getUserById (function) | exact text
            2 export function «getUserB»yId(id: number): User {
        README.md:3 Shop (section) | exact text
            3 Call `«getUserB»yId` to load a user. Größe und GRÖSSE.
        tests/user.test.ts:1 | exact text
            1 import { «getUserB»yId } from "../src/user";
        tests/user.test.ts:2 finds a user (function) | exact text
            2 test("finds a user", () => { expect(«getUserB»yId(1)).toBeDefined(); });
    "#]],
    );
}

#[test]
fn exact_takes_signs_and_tabs_as_they_stand() {
    check(
        "exact:1<<i) * ",
        expect![[r#"
        src/retry.go:14 backoff (function) | exact text
           14 func backoff(i int) time.Duration { return time.Duration(«1<<i) * »time.Second }
    "#]],
    );
    check(
        "exact:\t\ttime.",
        expect![[r#"
        src/retry.go:9 Retry (function) | exact text
            9 «		time.»Sleep(backoff(i))
    "#]],
    );
    check(
        "exact:TODO(",
        expect![[r#"
        src/Cart.java:4 Cart.totalPrice (method) | exact text
            4         return total + tax; // «TODO(»später): Rabatt
    "#]],
    );
}

#[test]
fn exact_folds_the_case_of_other_letters_too() {
    check(
        "exact:größe",
        expect![[r#"
        README.md:3 Shop (section) | exact text
            3 Call `getUserById` to load a user. «Größe» und GRÖSSE.
    "#]],
    );
    check(
        "exact:grösse",
        expect![[r#"
        README.md:3 Shop (section) | exact text
            3 Call `getUserById` to load a user. Größe und «GRÖSSE».
    "#]],
    );
    check("exact:TODO(Später", expect![[""]]);
}

#[test]
fn exact_of_less_than_three_signs_reads_every_file() {
    check(
        "exact:+",
        expect![[r#"
        src/Cart.java:4 Cart.totalPrice (method) | exact text
            4         return total «+» tax; // TODO(später): Rabatt
        src/retry.go:5 Retry (function) | exact text
            5 	for i := 0; i < attempts; i«+»«+» {
    "#]],
    );
}

#[test]
fn regex_matches_line_by_line() {
    check(
        r"regex:^func \w+\(",
        expect![[r#"
        src/retry.go:4 Retry (function) | matches the pattern
            4 «func Retry(»attempts int, f func() error) error {
        src/retry.go:14 backoff (function) | matches the pattern
           14 «func backoff(»i int) time.Duration { return time.Duration(1<<i) * time.Second }
    "#]],
    );
    check(
        r"regex:(?i)TOOMANY|rabatt$",
        expect![[r#"
        src/Cart.java:4 Cart.totalPrice (method) | matches the pattern
            4         return total + tax; // TODO(später): «Rabatt»
        src/retry.go:11 Retry (function) | matches the pattern
           11 	return Err«TooMany»Attempts
    "#]],
    );
    check(
        r"regex:^\s*save",
        expect![[r#"
        src/user.ts:7 UserStore.save (method) | matches the pattern
            7 «    save»(user: User) {
    "#]],
    );
    check(r"regex:\{\n", expect![[""]]);
}

#[test]
fn regex_without_three_certain_letters_reads_every_file() {
    check(
        r"regex:\bi\+\+",
        expect![[r#"
        src/retry.go:5 Retry (function) | matches the pattern
            5 	for i := 0; i < attempts; «i++» {
    "#]],
    );
    check(
        r"regex:^.{65,}$",
        expect![[r#"
        src/retry.go:3 | matches the pattern
            3 «// Retry calls f again after a pause until it succeeds or the attempts are used up.»
        src/retry.go:14 backoff (function) | matches the pattern
           14 «func backoff(i int) time.Duration { return time.Duration(1<<i) * time.Second }»
        tests/user.test.ts:2 finds a user (function) | matches the pattern
            2 «test("finds a user", () => { expect(getUserById(1)).toBeDefined(); });»
    "#]],
    );
}

#[test]
fn a_pattern_that_cannot_be_is_explained() {
    check(
        "regex:((a{1000}){1000}){10}",
        expect![[r#"
        error: the pattern is too large: compiled, it takes more than 32 MiB. Use smaller repetitions
    "#]],
    );
    check(
        "regex:save(",
        expect![[r#"
        error: the pattern is no regular expression: regex parse error:
            save(
                ^
        error: unclosed group
        To search for it as it stands, use --exact
    "#]],
    );
}

#[test]
fn a_pattern_that_explodes_elsewhere_is_fast_here() {
    let workspace = fixture("");
    workspace.write("a.txt", format!("{}b\n", "a".repeat(8_000)).repeat(20));
    workspace.write("b.txt", "[\n".repeat(100_000));
    workspace.update();
    let begun = Instant::now();
    assert_eq!(workspace.search("regex:^(a+)+$"), "");
    assert_eq!(workspace.search("regex:(x+x+)+y"), "");
    assert_eq!(workspace.search("regex:(a{1000}){1000}"), "");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    // From every line to the end of the file: more than there is time for, so it is cut off.
    let query = Query { time_limit: Duration::from_millis(300), ..ask(r"regex:\[[\s\S]*\[") };
    let answer = workspace.index.snapshot().search(&query).unwrap();
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    assert!(answer.hits.is_empty());
}

#[test]
fn symbols_are_found_by_humps_beginnings_and_containers() {
    check(
        "symbol:gUBI",
        expect![[r#"
        src/user.ts:2-4 getUserById (function) | similar name
            2 function «getUserById»(id: number): User
    "#]],
    );
    check(
        "symbol:UserStore.save",
        expect![[r#"
        src/user.ts:7-9 UserStore.save (method) | defines it
            7 «save»(user: User)
    "#]],
    );
    check(
        "symbol:Cart::save",
        expect![[r#"
        src/Cart.java:6 Cart.save (method) | defines it
            6 void «save»()
    "#]],
    );
    check(
        "symbol:get user",
        expect![[r#"
        src/user.ts:10-12 UserStore.getUser (method) | defines it
           10 «getUser»(name: string)
        src/user.ts:2-4 getUserById (function) | similar name
            2 function «getUserById»(id: number): User
    "#]],
    );
    check(
        "symbol:(",
        expect![[r#"
        error: `(` is no name of a symbol; without --symbol it is searched by words and meaning
    "#]],
    );
}

#[test]
fn equal_names_come_before_beginnings_before_humps_before_similar_ones() {
    let workspace = fixture(
        r#"
//- /a.py
def unparse_later(): pass
def parse_url(): pass
def Parse(): pass
def print_arse(): pass
def parse(): pass
"#,
    );
    let answer = workspace.index.snapshot().search(&ask("symbol:parse")).unwrap();
    let names: Vec<&str> = answer.hits.iter().filter_map(|hit| hit.symbol.as_deref()).collect();
    assert_eq!(names, ["parse", "Parse", "parse_url", "print_arse", "unparse_later"]);
}

#[test]
fn meaning_finds_what_shares_no_word() {
    let workspace = shop();
    let answer = workspace.index.snapshot().search(&ask("meaning:try again when it fails").limit(1)).unwrap();
    assert_eq!(answer.hits[0].symbol.as_deref(), Some("Retry"));
    assert!(answer.more);
}

#[test]
fn the_default_puts_the_definition_first_and_says_why() {
    check(
        "getUserById",
        expect![[r#"
        src/user.ts:1-4 getUserById (function) | defines it; has getUserById; similar meaning
            1 /** Loads one person from the database. */
            2 export function «getUserById»(id: number): User {
            3     return database.find("users", id);
            4 }
        src/user.ts:6-13 UserStore (class) | name has getUserById; has getUserById; similar meaning
            6 export class UserStore {
            7     save(user: User) {
            8         this.cache.set(user.id, user);
            9     }
           10     getUser(name: string) {
           11         return this.cache.get(name);
           12     }
           13 }
        README.md:1-3 Shop (section) | has getUserById; similar meaning
            1 # Shop
            2 
            3 Call `«getUserById»` to load a user. Größe und GRÖSSE.
        tests/user.test.ts:1-2 finds a user (function) | name has getUserById; lowered: test; has getUserById; similar meaning
            1 import { «getUserById» } from "../src/user";
            2 test("finds a user", () => { expect(«getUserById»(1)).toBeDefined(); })
        src/Cart.java:1-7 Cart (class) | similar meaning
            1 class Cart {
            2     private int total;
            3     int totalPrice(int tax) {
            4         return total + tax; // TODO(später): Rabatt
            5     }
            6     void save() {}
            7 }
        src/retry.go:3-12 Retry (function) | similar meaning
            3 // Retry calls f again after a pause until it succeeds or the attempts are used up.
            4 func Retry(attempts int, f func() error) error {
            5 	for i := 0; i < attempts; i++ {
            6 		if err := f(); err == nil {
            7 			return nil
            8 		}
            9 		time.Sleep(backoff(i))
           10 	}
        src/retry.go:14 backoff (function) | similar meaning
           14 func backoff(i int) time.Duration { return time.Duration(1<<i) * time.Second }
        src/retry.go:1 shop (module) | similar meaning
            1 package shop
    "#]],
    );
}

#[test]
fn the_default_answers_questions() {
    let workspace = shop();
    let answer = workspace.index.snapshot().search(&ask("how are failed calls repeated").limit(1)).unwrap();
    assert_eq!(answer.hits[0].symbol.as_deref(), Some("Retry"));
    let signs = workspace.search("=>");
    assert!(signs.starts_with("tests/user.test.ts:2"), "a query of signs is searched for as it stands: {signs}");
}

#[test]
fn unusable_queries_are_refused_with_a_reason() {
    check(
        "",
        expect![[r#"
        error: the query is empty
    "#]],
    );
    check(
        "exact:a\nb",
        expect![[r#"
        error: a query has one line; search for each line, or use a regular expression
    "#]],
    );
    check(
        &"x".repeat(20_000),
        expect![[r#"
        error: the query has 20000 bytes; 10000 are the most
    "#]],
    );
}

#[test]
fn no_query_breaks_any_mode() {
    let workspace = shop();
    let queries = [
        "\0",
        "\u{feff}",
        "ß",
        "İ",
        "ﬀ",
        "𝒳",
        "\u{202e}abc",
        "a b c d e f g h i j k l m n o p",
        "\\",
        "(?",
        "[",
        "::",
        "->",
        ".",
        "_",
        "__",
        "-",
        "$",
        "#",
        "\t",
    ];
    for query in queries {
        for mode in [Mode::Fused, Mode::Words, Mode::Exact, Mode::Regex, Mode::Symbol, Mode::Meaning] {
            for limit in [0, 1, usize::MAX] {
                // An error is fine; a panic is not.
                let _ = workspace.index.snapshot().search(&Query::new(query).mode(mode).limit(limit));
            }
        }
    }
}

#[test]
fn the_limit_says_that_there_is_more() {
    let workspace = shop();
    for query in ["user", "words:user", "exact:user", "regex:user", "symbol:user", "meaning:user"] {
        let answer = workspace.index.snapshot().search(&ask(query).limit(1)).unwrap();
        assert_eq!((answer.hits.len(), answer.more), (1, true), "{query}");
    }
}

#[test]
fn long_lines_are_shown_around_the_match() {
    let workspace = fixture("");
    workspace.write("long.txt", format!("{}NEEDLE{}\n", "é".repeat(1_000), "z".repeat(1_000)));
    workspace.update();
    let answer = workspace.index.snapshot().search(&ask("exact:NEEDLE")).unwrap();
    let snippet = &answer.hits[0].snippet;
    let (line, range) = &snippet.highlights[0];
    assert!(snippet.lines[*line].len() <= 250);
    assert_eq!(&snippet.lines[*line][range.clone()], "NEEDLE");
}
