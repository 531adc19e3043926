//! What is proven, what is guessed and what is left out, in languages of modules.

use expect_test::{Expect, expect};

use super::{edges, graph};

fn check(fixture: &str, expected: Expect) {
    expected.assert_eq(&edges(&graph(fixture)));
}

#[test]
fn rust_paths_are_followed_through_modules_crates_and_re_exports() {
    check(
        r#"
//- crates/shop/src/lib.rs
pub mod cart;
mod money;
pub use money::{Money, total as sum};

pub fn open() -> cart::Cart { cart::Cart::new() }

macro_rules! log { ($x:expr) => {} }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens() { open(); }
}
//- crates/shop/src/cart.rs
use crate::money::{self, Money};
use std::collections::HashMap;

pub struct Cart { items: HashMap<String, Money> }

impl Cart {
    pub fn new() -> Self { Self::with(HashMap::new()) }

    fn with(items: HashMap<String, Money>) -> Self { Cart { items } }

    pub fn pay(&self) -> Money {
        self.check();
        money::total(1);
        println!("x");
        log!("x");
        self.items.insert();
        self.show();
        let other = Cart::new();
        other.check();
        drop(other);
        super::open();
        Money::zero()
    }

    fn check(&self) {}
}

pub trait Show {
    fn show(&self) { self.line() }
    fn line(&self);
}

impl Show for Cart {
    fn line(&self) {}
}

fn insert() {}
fn drop() {}
//- crates/shop/src/money.rs
pub struct Money;

impl Money {
    pub fn zero() -> Self { Money }
}

pub fn total(x: u32) -> Money { Money::zero() }
//- crates/app/src/main.rs
use shop::{Money, cart::Cart, sum};
use serde_json::from_str;

fn main() {
    shop::open();
    sum(1);
    Cart::new().pay();
    Money::zero();
    from_str("x");
    serde_json::to_string("x");
    inner::run();
}

mod inner {
    pub fn run() { super::to_string(); }
}

fn to_string() {}
fn new() {}
"#,
        expect![[r#"
            crates/app/src/main.rs:main -> crates/shop/src/lib.rs:open
            crates/app/src/main.rs:main -> crates/shop/src/money.rs:total
            crates/app/src/main.rs:main -> crates/shop/src/cart.rs:Cart.new
            crates/app/src/main.rs:main -> crates/shop/src/cart.rs:Cart.pay ?
            crates/app/src/main.rs:main -> crates/shop/src/money.rs:Money.zero
            crates/app/src/main.rs:main -> crates/app/src/main.rs:inner.run
            crates/app/src/main.rs:inner.run -> crates/app/src/main.rs:to_string
            crates/shop/src/cart.rs:Cart.new -> crates/shop/src/cart.rs:Cart.with
            crates/shop/src/cart.rs:Cart.pay -> crates/shop/src/cart.rs:Cart.check
            crates/shop/src/cart.rs:Cart.pay -> crates/shop/src/money.rs:total
            crates/shop/src/cart.rs:Cart.pay -> crates/shop/src/lib.rs:log ?
            crates/shop/src/cart.rs:Cart.pay -> crates/shop/src/cart.rs:Show.show ?
            crates/shop/src/cart.rs:Cart.pay -> crates/shop/src/cart.rs:Cart.new
            crates/shop/src/cart.rs:Cart.pay -> crates/shop/src/cart.rs:drop
            crates/shop/src/cart.rs:Cart.pay -> crates/shop/src/lib.rs:open
            crates/shop/src/cart.rs:Cart.pay -> crates/shop/src/money.rs:Money.zero
            crates/shop/src/cart.rs:Show.show -> crates/shop/src/cart.rs:Show.line ?
            crates/shop/src/lib.rs:open -> crates/shop/src/cart.rs:Cart.new
            crates/shop/src/lib.rs:tests.opens -> crates/shop/src/lib.rs:open
            crates/shop/src/money.rs:total -> crates/shop/src/money.rs:Money.zero
        "#]],
    );
}

#[test]
fn python_imports_are_absolute_from_a_root_or_relative_and_pass_through_packages() {
    check(
        r#"
//- src/shop/__init__.py
from .cart import Cart
from . import money
//- src/shop/cart.py
import os
import json as js
import shop.money
from .money import total, Money as M
from .tools import *

class Cart:
    def pay(self):
        self.check()
        total(1)
        M.zero()
        shop.money.total(2)
        js.dumps({})
        os.remove("x")
        helper()
        len("x")

    def check(self):
        def check():
            pass
        check()

def remove(path):
    pass

def dumps(x):
    pass
//- src/shop/money.py
class Money:
    @classmethod
    def zero(cls):
        return cls.make()

    @classmethod
    def make(cls):
        return cls()

def total(x):
    return Money.zero()
//- src/shop/tools.py
def helper():
    pass

def len(x):
    pass
//- tests/test_cart.py
from shop import Cart, money
import shop.cart

def test_pay():
    cart = Cart()
    cart.pay()
    money.total(1)
    shop.cart.remove("x")
    undefined()
//- scripts/other.py
def undefined():
    pass

def pay():
    pass
"#,
        expect![[r#"
            src/shop/cart.py:Cart.pay -> src/shop/cart.py:Cart.check ?
            src/shop/cart.py:Cart.pay -> src/shop/money.py:total
            src/shop/cart.py:Cart.pay -> src/shop/money.py:Money.zero
            src/shop/cart.py:Cart.pay -> src/shop/tools.py:helper
            src/shop/cart.py:Cart.pay -> src/shop/tools.py:len
            src/shop/cart.py:Cart.check -> src/shop/cart.py:Cart.check.check
            src/shop/money.py:Money.zero -> src/shop/money.py:Money.make ?
            src/shop/money.py:total -> src/shop/money.py:Money.zero
            tests/test_cart.py:test_pay -> src/shop/cart.py:Cart
            tests/test_cart.py:test_pay -> src/shop/cart.py:Cart.pay ?
            tests/test_cart.py:test_pay -> src/shop/money.py:total
            tests/test_cart.py:test_pay -> src/shop/cart.py:remove
        "#]],
    );
}

#[test]
fn typescript_imports_prove_functions_classes_and_their_members() {
    check(
        r#"
//- src/app.ts
import { area, Shape as Form } from "./shapes";
import * as text from "./text/index.js";
import { readFile } from "fs";
import { helper } from "@/helpers";

export function main(shape: Form) {
    area(shape);
    text.trim("x");
    Form.parse("x");
    new Form();
    readFile("x");
    helper();
    missing();
    shape.scale(2);
    console.log("x");
}
//- src/shapes.ts
export { area } from "./area";
export class Shape {
    static parse(text: string): Shape { return new Shape(); }
    scale(by: number) { this.check(by); this.#inner(); this.own(); }
    protected check(by: number) {}
    #inner() {}
    private own() {}
}
//- src/area.ts
export function area(shape: unknown): number { return readFile(); }
function readFile() { return 1; }
//- src/text/index.ts
export function trim(text: string) { return text; }
export function log(text: string) {}
//- src/helpers.ts
export function helper() {}
export function missing() {}
"#,
        expect![[r#"
            src/app.ts:main -> src/area.ts:area
            src/app.ts:main -> src/text/index.ts:trim
            src/app.ts:main -> src/shapes.ts:Shape.parse
            src/app.ts:main -> src/shapes.ts:Shape
            src/app.ts:main -> src/helpers.ts:helper ?
            src/app.ts:main -> src/shapes.ts:Shape.scale ?
            src/area.ts:area -> src/area.ts:readFile
            src/shapes.ts:Shape.parse -> src/shapes.ts:Shape
            src/shapes.ts:Shape.scale -> src/shapes.ts:Shape.#inner
            src/shapes.ts:Shape.scale -> src/shapes.ts:Shape.own
            src/shapes.ts:Shape.scale -> src/shapes.ts:Shape.check ?
        "#]],
    );
}

#[test]
fn javascript_default_imports_are_guessed_and_required_modules_followed() {
    check(
        r#"
//- a.js
import start from "./b";
const util = require("./c");
const { twice: double } = require("./c");
start();
util.twice(1);
double(2);
function local(start) { start(); }
//- b.js
export default function start() {}
//- c.js
exports.twice = function (x) { return x; };
"#,
        expect![[r#"
            a.js -> b.js:start ?
            a.js -> c.js:twice
        "#]],
    );
}

#[test]
fn go_packages_are_folders_and_module_paths_are_found_by_what_is_imported() {
    check(
        r#"
//- go.mod
module example.com/app
//- main.go
package main

import (
	"encoding/json"
	"fmt"

	"example.com/app/internal/store"
	"github.com/other/json"
)

func main() {
	s := store.Open("x")
	s.Close()
	store.Missing()
	json.Unmarshal(nil, nil)
	fmt.Println("x")
	helper()
	len("x")
}
//- helper.go
package main

func helper() {}

func len(x string) int { return 0 }
//- helper_test.go
package main

func TestHelper() { helper(); only() }

func only() {}
//- internal/store/store.go
package store

type Store struct{}

func Open(path string) *Store { return create() }

func (s *Store) Close() { s.flush() }

func (s *Store) flush() {}

func Println() {}
//- internal/store/linux.go
package store

func create() *Store { return nil }
//- internal/store/darwin.go
package store

func create() *Store { return nil }
//- internal/json/json.go
package json

func Unmarshal() {}
"#,
        expect![[r#"
            helper_test.go:TestHelper -> helper.go:helper
            helper_test.go:TestHelper -> helper_test.go:only
            main.go:main -> internal/store/store.go:Open
            main.go:main -> internal/store/store.go:Store.Close ?
            main.go:main -> helper.go:helper
            main.go:main -> helper.go:len
            internal/store/store.go:Open -> internal/store/darwin.go:create ?2
            internal/store/store.go:Open -> internal/store/linux.go:create ?2
            internal/store/store.go:Store.Close -> internal/store/store.go:Store.flush ?
        "#]],
    );
}

#[test]
fn alternatives_under_conditions_are_not_proven() {
    check(
        r#"
//- shop/__init__.py
//- shop/fast.py
def total():
    pass

def load():
    pass
//- shop/slow.py
def load():
    pass
//- shop/main.py
try:
    from .fast import total
except ImportError:
    def total():
        pass

try:
    from .fast import load
except ImportError:
    from .slow import load

def run():
    total()
    load()
//- src/lib.rs
mod unix;
mod windows;

#[cfg(unix)]
use unix::open;
#[cfg(windows)]
use windows::open;

#[cfg(unix)]
fn close() {}
#[cfg(windows)]
fn close() {}

pub fn run() {
    open();
    close();
}
//- src/unix.rs
pub fn open() {}
//- src/windows.rs
pub fn open() {}
"#,
        expect![[r#"
            shop/main.py:run -> shop/main.py:total ?
            shop/main.py:run -> shop/slow.py:load ?
            src/lib.rs:run -> src/windows.rs:open ?
            src/lib.rs:run -> src/lib.rs:close ?2
            src/lib.rs:run -> src/lib.rs:close ?2
        "#]],
    );
}
