//! A library for orders.
//!
//! TODO: split it. See DM-12, which is no UTF-8 problem.

#![cfg_attr(not(any(test, doc)), allow(dead_code))]

use std::collections::{self, BTreeMap, HashMap as Map, hash_map::{Entry, *}};
use std::fmt::{self as format, Display};
use std::io;
use serde as _serde;
use crate::money::Amount as Cents;
pub(crate) use crate::store::*;
extern crate alloc as heap;

/// The largest order.
pub const MAX_ITEMS: usize = 1_000;
static mut COUNTER: u32 = 0;

/// What can go wrong.
#[derive(Debug, Clone)]
pub enum OrderError {
    /// Nothing was ordered.
    Empty,
    TooMany(usize),
    Other { reason: String },
}

/// A line of an order.
///
/// It knows its price.
#[derive(Debug)]
pub struct Line<T = u32>
where
    T: Copy,
{
    /// What is sold.
    pub name: String,
    pub(crate) price: Cents,
    count: T, // how many
}

pub struct Wrapper(pub u32);
struct Unit;

pub union Bits {
    float: f32,
    int: u32,
}

pub type Result<T> = std::result::Result<T, OrderError>;

/// Things with a price.
pub trait Priced {
    type Currency;
    const TAX: u32 = 7;
    /// The price.
    fn price(&self) -> u32;
    fn with_tax(&self) -> u32 {
        self.price() + Self::TAX
    }
}

impl<T: Copy> Line<T> {
    /// Makes a line.
    pub fn new(name: &str, count: T) -> Self {
        Self { name: name.to_owned(), price: Cents::zero(), count }
    }

    fn helper(&mut self) -> usize {
        // FIXME the name may be empty
        self.name.len()
    }

    pub fn recurse(&self, depth: usize) -> usize {
        if depth == 0 { 0 } else { self.recurse(depth - 1) }
    }
}

impl Priced for Line<u32> {
    type Currency = Wrapper;
    fn price(&self) -> u32 {
        let price = self.price;
        price.into()
    }
}

impl<'a> From<&'a str> for OrderError {
    fn from(reason: &'a str) -> Self {
        OrderError::Other { reason: reason.into() }
    }
}

impl Display for OrderError {
    fn fmt(&self, f: &mut format::Formatter<'_>) -> format::Result {
        write!(f, "{}", describe(self))
    }
}

fn describe(error: &OrderError) -> String {
    match error {
        OrderError::Empty => "empty".to_owned(),
        OrderError::TooMany(count) if *count > MAX_ITEMS => format!("too many: {count}"),
        OrderError::TooMany(_) => String::from("many"),
        _ => String::new(),
    }
}

macro_rules! square {
    ($x:expr) => {
        $x * $x
    };
}

/// Adds all up.
pub async fn total(lines: &[Line], limit: Option<usize>) -> Result<u32> {
    let mut sum = 0;
    'outer: for (index, line) in lines.iter().enumerate() {
        if let Some(limit) = limit && index > limit || lines.is_empty() {
            continue 'outer;
        } else if index == MAX_ITEMS {
            break 'outer;
        } else {
            sum += line.price();
        }
        while sum > 10 && index > 1 && sum < 100 {
            sum -= 1;
        }
    }
    let sum = square!(sum);
    let Some(first) = lines.first() else {
        return Err(OrderError::Empty);
    };
    let describe = |error: OrderError| { if sum > 1 { 1 } else { first.price() } };
    describe(OrderError::Empty);
    assert_eq!(helper(sum), first.helper(), "{}", Wrapper(1).0);
    let map: Map<String, u32> = Map::new();
    let list = Vec::<u8>::with_capacity(MAX_ITEMS);
    io::stdout();
    collections::BTreeMap::<u8, u8>::new();
    parse::<u32>("1")?;
    fn helper(value: u32) -> u32 {
        const INNER: u32 = 3;
        value + INNER
    }
    helper(helper(1));
    Ok(sum)
}

fn patterns(value: Option<Line>, pair: (u32, u32)) {
    let (left, right) = pair;
    let x = 1;
    let x = x + left;
    match value {
        Some(Line { name, price: cents, .. }) => drop((name, cents)),
        None => {}
    }
    if let [first, .., last] = [x, right] {
        drop(first + last);
    }
    let found @ 1..=5 = x else { return };
    for &item in &[found] {
        println!("{item}", item);
    }
    let mut written = 1;
    written = 2;
    written += item_count();
}

fn item_count() -> u32 {
    unsafe { COUNTER }
}

mod nested {
    //! Inner documentation.
    //! More of it.

    use super::*;

    pub(super) fn deep() {
        super::describe(&OrderError::Empty);
        describe(&OrderError::Empty);
    }

    pub mod deeper {
        pub fn deepest() {}
    }
}

extern "C" {
    fn strlen(text: *const u8) -> usize;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_up() {
        assert_eq!(item_count(), 0);
    }

    #[tokio::test]
    #[ignore]
    async fn waits() {
        total(&[], None).await.unwrap();
    }

    /// Documented.
    #[rstest]
    #[case(1)]
    fn cases(#[case] input: u32) {}

    fn no_test() {}
}

fn broken( {
    let x = = 1;
}

/// Still found.
pub fn after_the_error() {
    describe(&OrderError::Empty);
}
