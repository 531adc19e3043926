//! Questions over a small workspace.

use engine::questions::complexity::most_complex;
use engine::questions::outline::{OutlineItem, outline};
use engine::questions::repo_map::{RepoMapRequest, repo_map};
use engine::questions::search::{SearchMode, SearchRequest, search};
use engine::questions::similar::{DUPLICATE, similar};
use engine::questions::status::status;
use engine::questions::symbols::{name_range, symbols};
use engine::questions::tests_of::tests_of;
use engine::questions::uses::{count, uses};
use engine::questions::{locate, place};
use expect_test::expect;
use grammars::Lines;

use crate::support::{World, world};

fn shop() -> World {
    world(
        "//- /src/price.rs
/// A price in cents.
pub struct Price {
    pub cents: u64,
}

impl Price {
    pub fn add(self, other: Price) -> Price {
        Price { cents: self.cents + other.cents }
    }
}

pub fn total(prices: &[Price]) -> u64 {
    let mut sum = 0;
    for price in prices {
        if price.cents > 0 {
            sum += price.cents;
        }
    }
    sum
}
//- /src/lib.rs
mod price;
use crate::price::total;

pub fn checkout(prices: &[price::Price]) -> u64 {
    total(prices)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_costs_nothing() {
        assert_eq!(checkout(&[]), 0);
    }
}
//- /src/copy.rs
pub fn sum_of_all(prices: &[Price]) -> u64 {
    let mut sum = 0;
    for price in prices {
        if price.cents > 0 {
            sum += price.cents;
        }
    }
    sum
}
//- /src/tangle.py
def tangle(a, b, c):
    for x in a:
        if x:
            for y in b:
                if y and c:
                    while c:
                        if x == y:
                            return 1
                        elif x:
                            return 2
    return 3
",
    )
}

#[test]
fn search_tells_path_lines_symbol_and_reason() {
    let world = shop();
    let lease = world.open();
    let answer = search(&lease.snapshot().unwrap(), &SearchRequest::new("checkout").mode(SearchMode::Symbol)).unwrap();
    let hit = &answer.hits[0];
    assert_eq!((hit.path.as_str(), hit.first_line, hit.symbol.as_deref()), ("src/lib.rs", 3, Some("checkout")));
    assert_eq!(hit.kind.as_deref(), Some("function"));
    let mut wrong = SearchRequest::new("checkout");
    wrong.kinds = vec!["functions".to_owned()];
    let error = search(&lease.snapshot().unwrap(), &wrong).unwrap_err().to_string();
    assert!(error.starts_with("there is no kind of symbol `functions`; there are module"), "{error}");
    let wire = serde_json::to_string(&answer).unwrap();
    assert_eq!(serde_json::from_str::<engine::questions::search::SearchAnswer>(&wire).unwrap(), answer);
}

#[test]
fn symbols_are_found_by_parts_of_their_names_and_resolved_to_columns() {
    let world = shop();
    let lease = world.open();
    let snapshot = lease.snapshot().unwrap();
    let found = symbols(&snapshot, "ncn", 5).unwrap();
    assert_eq!(found.symbols[0].name, "tests::nothing_costs_nothing");
    let range = name_range(&snapshot, "src/price.rs", "method", 6).unwrap().unwrap();
    assert_eq!((range.line, range.start, range.end), (6, 11, 14));
    assert_eq!(name_range(&snapshot, "src/price.rs", "method", 7).unwrap(), None);
    assert!(symbols(&snapshot, " ", 5).unwrap().symbols.is_empty());
}

#[test]
fn an_outline_is_a_tree_with_signatures() {
    let world = shop();
    let lease = world.open();
    fn draw(items: &[OutlineItem], depth: usize, out: &mut String) {
        for item in items {
            let (first, last) = (item.first_line + 1, item.last_line + 1);
            out.push_str(&format!(
                "{}{} {}: {} ({first}-{last})\n",
                "  ".repeat(depth),
                item.kind,
                item.name,
                item.signature
            ));
            draw(&item.children, depth + 1, out);
        }
    }
    let mut drawn = String::new();
    draw(&outline(&lease.snapshot().unwrap(), "src/price.rs").unwrap(), 0, &mut drawn);
    expect![[r#"
        struct Price: pub struct Price (2-4)
          field cents: pub cents: u64 (3-3)
        impl Price: impl Price (6-10)
          method add: pub fn add(self, other: Price) -> Price (7-9)
        function total: pub fn total(prices: &[Price]) -> u64 (12-20)
    "#]]
    .assert_eq(&drawn);
    assert!(outline(&lease.snapshot().unwrap(), "src/none.rs").is_err());
}

#[test]
fn uses_say_who_calls_and_whether_that_is_proven() {
    let world = shop();
    let lease = world.open();
    let (snapshot, graph) = (lease.snapshot().unwrap(), lease.graph_now().unwrap());
    let found = uses(&graph, &snapshot, "total", 5).unwrap();
    let caller = &found[0].callers[0];
    assert_eq!((caller.path.as_str(), caller.line, caller.proven), ("src/lib.rs", 4, true));
    assert_eq!(caller.symbol.as_ref().unwrap().name, "checkout");
    let id = graph.find("total")[0];
    assert_eq!((count(&graph, id).proven, count(&graph, id).by_name, count(&graph, id).files), (1, 0, 1));
    assert_eq!(
        uses(&graph, &snapshot, "no_such_thing", 5).unwrap_err().to_string(),
        "no symbol is called `no_such_thing`"
    );
}

#[test]
fn tests_are_found_through_what_they_call() {
    let world = shop();
    let lease = world.open();
    let graph = lease.graph_now().unwrap();
    let found = tests_of(&graph, graph.find("total")[0], 5);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].test.name.as_str(), found[0].steps, found[0].proven),
        ("tests::nothing_costs_nothing", 2, true)
    );
}

#[test]
fn a_symbol_is_found_in_an_older_graph_although_its_lines_moved() {
    let world = shop();
    let lease = world.open();
    let graph = lease.graph_now().unwrap();
    let text = "\n\n\npub fn total(prices: &[Price]) -> u64 { 0 }\n";
    let language = grammars::Language::by_name("rust").unwrap();
    let facts = grammars::Extractor::new().facts(language, text, grammars::Detail::Index).unwrap();
    let id = locate(&graph, "src/price.rs", &facts, 0).unwrap();
    assert_eq!(place(&graph, id).unwrap().first_line, 11);
}

#[test]
fn similar_code_is_found_and_near_duplicates_are_told_from_the_rest() {
    let world = shop();
    let lease = world.open();
    let found = similar(&lease.snapshot().unwrap(), "src/price.rs", Lines { first: 11, last: 19 }, 5).unwrap();
    assert_eq!(found[0].hit.path, "src/copy.rs");
    assert!(found[0].overlap >= DUPLICATE, "{}", found[0].overlap);
    assert!(found[1..].iter().all(|other| other.overlap < DUPLICATE));
    assert!(found.iter().all(|other| (other.hit.path.as_str(), other.hit.first_line) != ("src/price.rs", 11)));
    let error = similar(&lease.snapshot().unwrap(), "src/price.rs", Lines { first: 9, last: 9 }, 5).unwrap_err();
    assert!(error.to_string().contains("too short"), "{error}");
}

#[test]
fn the_most_complex_functions_come_first() {
    let world = shop();
    let lease = world.open();
    let found = most_complex(&lease.snapshot().unwrap(), 5).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].symbol.name.as_str(), found[0].nesting), ("tangle", 6));
}

#[test]
fn a_map_shows_what_files_lean_on_and_keeps_to_its_budget() {
    let world = shop();
    let lease = world.open();
    let (snapshot, graph) = (lease.snapshot().unwrap(), lease.graph_now().unwrap());
    let request = |tokens| RepoMapRequest { files: vec!["src/lib.rs".to_owned()], names: Vec::new(), tokens };
    let map = repo_map(&graph, &snapshot, &request(1_000)).unwrap();
    expect![[r#"
        src/lib.rs:
            1 mod price;
            4 pub fn checkout(prices: &[price::Price]) -> u64
            8 mod tests
        src/price.rs:
           12 pub fn total(prices: &[Price]) -> u64
    "#]]
    .assert_eq(&map.text);
    for tokens in [0, 5, 20, 40, 80] {
        let map = repo_map(&graph, &snapshot, &request(tokens)).unwrap();
        assert!(map.tokens <= tokens, "{tokens}: {}", map.text);
    }
    let whole = repo_map(&graph, &snapshot, &RepoMapRequest { tokens: 1_000, ..RepoMapRequest::default() }).unwrap();
    assert!(whole.symbols >= map.symbols && whole.of > 0);
    let named = RepoMapRequest { names: vec!["tangle".to_owned()], ..request(30) };
    assert!(repo_map(&graph, &snapshot, &named).unwrap().text.contains("tangle"));
}

#[test]
fn the_status_counts_what_there_is() {
    let world = shop();
    let lease = world.open();
    let status = status(&lease).unwrap();
    assert_eq!((status.files, status.languages["rust"].files, status.languages["python"].lines), (4, 3, 11));
    assert!(status.embedded.is_some_and(|(have, wanted)| have == wanted && have > 0));
    let wire = serde_json::to_string(&status).unwrap();
    assert_eq!(serde_json::from_str::<engine::questions::status::Status>(&wire).unwrap(), status);
}
