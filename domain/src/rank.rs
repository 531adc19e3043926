//! Ranks: texts whose order, byte by byte, is the order of cards in a column. Between any two there is always another,
//! so that moving one card writes one card.
//!
//! A rank is read as the digits of a fraction in base 62 (`0-9A-Za-z`, which is also the order of the bytes) and never
//! ends in `0`, or nothing would fit before it. Floats would do the same for some fifty moves and then fail.

/// A rank longer than this asks for the column to be numbered anew ([`spread`]).
pub const MAX_LEN: usize = 120;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Cards put at an end are numbered with this many digits, so that appending does not make ranks longer.
const WIDTH: usize = 8;
/// The distance between such cards: 62⁴, room for some 15 million of them on either side and for many cards in between.
const STEP: u64 = 14_776_336;
const END: u64 = 218_340_105_584_896; // 62⁸

fn value(digit: u8) -> u64 {
    (match digit {
        b'0'..=b'9' => digit - b'0',
        b'A'..=b'Z' => digit - b'A' + 10,
        b'a'..=b'z' => digit - b'a' + 36,
        _ => 0,
    }) as u64
}

/// The first digits as a number.
fn head(rank: &str) -> u64 {
    let bytes = rank.as_bytes();
    (0..WIDTH).fold(0, |sum, place| sum * 62 + bytes.get(place).map_or(0, |digit| value(*digit)))
}

fn from_head(mut number: u64) -> String {
    let mut digits = [0u8; WIDTH];
    for slot in digits.iter_mut().rev() {
        *slot = DIGITS[(number % 62) as usize];
        number /= 62;
    }
    finish(digits.to_vec())
}

fn finish(mut digits: Vec<u8>) -> String {
    while digits.last() == Some(&b'0') {
        digits.pop();
    }
    String::from_utf8(digits).unwrap_or_default()
}

/// Whether a text from outside is a rank.
pub fn is_rank(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !text.ends_with('0')
}

/// A rank between two neighbours; `None` is the end of the column. `low` must be below `high`.
pub fn between(low: Option<&str>, high: Option<&str>) -> String {
    match (low, high) {
        (None, None) => from_head(END / 2),
        (Some(low), None) if head(low) + STEP < END => from_head(head(low) + STEP),
        (None, Some(high)) if head(high) > STEP => from_head(head(high) - STEP),
        (low, high) => middle(low.unwrap_or_default(), high),
    }
}

/// Digit by digit: the shared beginning, then a digit in between where there is room, else one more place.
fn middle(low: &str, high: Option<&str>) -> String {
    let (low, mut high) = (low.as_bytes(), high.map(str::as_bytes));
    let mut out = Vec::with_capacity(low.len() + 1);
    loop {
        let place = out.len();
        let floor = low.get(place).map_or(0, |digit| value(*digit));
        let ceiling = match high {
            None => 62,
            Some(digits) => digits.get(place).map_or(0, |digit| value(*digit)),
        };
        if floor + 1 < ceiling {
            out.push(DIGITS[((floor + ceiling) / 2) as usize]);
            return finish(out);
        }
        out.push(DIGITS[floor as usize]);
        if floor < ceiling {
            // Below the upper neighbour from here on, whatever follows.
            high = None;
        }
        if place > low.len() + MAX_LEN * 4 {
            // Unreachable for ordered ranks; a bound all the same, so that corrupt input cannot loop.
            out.push(b'V');
            return finish(out);
        }
    }
}

/// `count` ranks in order, evenly spread.
pub fn spread(count: usize) -> Vec<String> {
    let step = END / (count as u64 + 1);
    (1..=count as u64).map(|place| from_head(place * step)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn appending_and_prepending_keep_ranks_short() {
        let mut ranks = vec![between(None, None)];
        for _ in 0..5_000 {
            ranks.push(between(ranks.last().map(String::as_str), None));
            ranks.insert(0, between(None, ranks.first().map(String::as_str)));
        }
        assert!(ranks.is_sorted_by(|a, b| a < b));
        assert!(ranks.iter().all(|rank| rank.len() <= 8 && is_rank(rank)));
    }

    #[test]
    fn a_thousand_cards_at_one_spot_grow_by_one_digit_for_several_moves() {
        let (low, mut high) = (between(None, None), between(Some(&between(None, None)), None));
        for _ in 0..500 {
            let next = between(Some(&low), Some(&high));
            assert!(low < next && next < high);
            high = next;
        }
        assert!(high.len() <= MAX_LEN, "{}", high.len());
    }

    #[test]
    fn spreading_is_ordered() {
        let ranks = spread(10_000);
        assert!(ranks.is_sorted_by(|a, b| a < b));
        assert!(ranks.iter().all(|rank| is_rank(rank)));
    }

    proptest! {
        #[test]
        fn there_is_always_room_between_two(a in "[0-9A-Za-z]{0,11}[1-9A-Za-z]", b in "[0-9A-Za-z]{0,11}[1-9A-Za-z]") {
            prop_assume!(a != b);
            let (low, high) = if a < b { (a, b) } else { (b, a) };
            for rank in [
                between(Some(&low), Some(&high)), between(None, Some(&low)), between(Some(&high), None),
            ] {
                prop_assert!(is_rank(&rank));
            }
            let rank = between(Some(&low), Some(&high));
            prop_assert!(low < rank && rank < high);
            prop_assert!(between(None, Some(&low)) < low);
            prop_assert!(between(Some(&high), None) > high);
        }
    }
}
