//! Finding symbols, callers, importers, and what is central.

use super::super::{Confidence, End, NodeId};
use super::{graph, show};
use crate::record::FileKey;

const SHOP: &str = r#"
//- src/shop.ts
import { total } from "./money";
import { log } from "./log";
export class Shop {
    pay() { total(1); log("pay"); log("paid"); }
    refund() { log("refund"); }
}
//- src/cart.ts
import { total } from "./money";
import { log } from "./log";
export class Cart { pay() { total(2); log("x"); } }
total(3);
//- src/money.ts
import { log } from "./log";
export function total(x: number) { log("total"); return x; }
export function unused() {}
//- src/log.ts
export function log(text: string) {}
"#;

#[test]
fn symbols_are_found_by_name_container_and_file() {
    let graph = graph(SHOP);
    let find = |path: &str| graph.find(path).into_iter().map(|id| show(&graph, id)).collect::<Vec<_>>();
    assert_eq!(find("total"), ["src/money.ts:total"]);
    assert_eq!(find("Shop.pay"), ["src/shop.ts:Shop.pay"]);
    assert_eq!(find("Shop::pay"), ["src/shop.ts:Shop.pay"]);
    assert_eq!(find("shop::Shop::pay"), ["src/shop.ts:Shop.pay"]);
    assert_eq!(find("src.shop.Shop.pay"), ["src/shop.ts:Shop.pay"]);
    assert_eq!(find("cart.ts:pay"), ["src/cart.ts:Cart.pay"]);
    assert_eq!(find("src/cart.ts:Cart.pay"), ["src/cart.ts:Cart.pay"]);
    assert_eq!(find("pay").len(), 2);
    for absent in ["", ":", "::", ".", "Shop.total", "art.ts:pay", "no such thing", "x.ts:"] {
        assert!(find(absent).is_empty(), "{absent}");
    }
}

#[test]
fn callers_are_counted_and_name_their_first_line() {
    let graph = graph(SHOP);
    let log = graph.find("log.ts:log")[0];
    let callers: Vec<(String, u32, u32)> = graph
        .callers(log)
        .iter()
        .map(|link| match link.end {
            End::Symbol(id) => (show(&graph, id), link.count, link.line),
            End::File(_) => unreachable!("no file logs by itself"),
        })
        .collect();
    let expected = [
        ("src/cart.ts:Cart.pay".to_owned(), 1, 2),
        ("src/money.ts:total".to_owned(), 1, 1),
        ("src/shop.ts:Shop.pay".to_owned(), 2, 3),
        ("src/shop.ts:Shop.refund".to_owned(), 1, 4),
    ];
    assert_eq!(callers, expected);

    let total = graph.find("total")[0];
    let outside = graph.callers(total).into_iter().find(|link| link.end == End::File(FileKey::of("src/cart.ts")));
    assert_eq!(outside.map(|link| (link.confidence, link.line)), Some((Confidence::Resolved, 3)));
}

#[test]
fn files_know_what_they_import_and_who_imports_them() {
    let graph = graph(SHOP);
    let paths = |files: Vec<&std::sync::Arc<crate::store::FileEntry>>| {
        files.iter().map(|file| file.path.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(paths(graph.imports(FileKey::of("src/shop.ts")).collect()), ["src/log.ts", "src/money.ts"]);
    assert_eq!(paths(graph.importers(FileKey::of("src/money.ts")).collect()), ["src/cart.ts", "src/shop.ts"]);
    assert_eq!(graph.importers(FileKey::of("elsewhere.ts")).count(), 0);
}

#[test]
fn what_many_use_ranks_first_and_the_mean_is_one() {
    let graph = graph(SHOP);
    let rank = |path: &str| {
        let node = graph.node(graph.find(path)[0]).unwrap();
        graph.rank(node.file.key, node.symbol)
    };
    assert!(rank("log.ts:log") > rank("total") && rank("total") > rank("unused"));
    assert!(rank("log.ts:log") > 1.0 && rank("unused") < 1.0);
    // A type is worth its best member.
    assert_eq!(rank("Shop"), rank("Shop.pay"));
    assert!(graph.file_rank(FileKey::of("src/log.ts")) > graph.file_rank(FileKey::of("src/shop.ts")));
    let mean = (0..graph.symbol_count() as u32).map(|id| graph.ranks.symbols[id as usize]).sum::<f32>()
        / graph.symbol_count() as f32;
    assert!((mean - 1.0).abs() < 1e-4, "{mean}");
    assert_eq!(graph.rank(FileKey::of("elsewhere.ts"), 0), graph.ranks.least);
}

#[test]
fn seen_from_a_file_what_it_uses_is_central() {
    let graph = graph(SHOP);
    let seen = graph.personalised(&[(FileKey::of("src/cart.ts"), 1.0), (FileKey::of("gone.ts"), 5.0)]);
    let names: Vec<String> = seen.iter().map(|(id, _)| show(&graph, *id)).collect();
    assert!(
        names.contains(&"src/money.ts:total".to_owned()) && !names.contains(&"src/shop.ts:Shop.refund".to_owned()),
        "{names:?}"
    );
    assert!(seen.iter().map(|(_, score)| score).sum::<f32>() <= 1.0 + 1e-4);
    assert!(graph.personalised(&[]).is_empty());
    assert!(graph.personalised(&[(FileKey::of("src/cart.ts"), f32::NAN)]).is_empty());
}

#[test]
fn an_empty_workspace_has_an_empty_graph() {
    let graph = graph("");
    assert!(graph.find("main").is_empty());
    assert_eq!((graph.symbol_count(), graph.edge_count()), (0, (0, 0)));
    assert!(
        graph.node(NodeId(0)).is_none() && graph.callers(NodeId(7)).is_empty() && graph.callees(NodeId(7)).is_empty()
    );
    assert!(graph.personalised(&[(FileKey::of("a"), 1.0)]).is_empty());
}
