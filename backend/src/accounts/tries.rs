//! How often somebody may be wrong: a bucket for each name, whether it exists or not, so that the limit tells nothing
//! about names. It stands in this process; several nodes together let through their sum.

use std::collections::HashMap;
use std::time::Instant;

use parking_lot::Mutex;

/// Names remembered. When there are more, whoever was wrong least is forgotten first.
const MAX_NAMES: usize = 50_000;

/// Wrong tries of every name.
#[derive(Debug)]
pub(super) struct Tries {
    /// Wrong tries in a row.
    burst: f64,
    /// Seconds until one more is allowed.
    pause: f64,
    spent: Mutex<HashMap<String, (f64, Instant)>>,
}

impl Tries {
    pub(super) fn new(burst: u32, pause: u32) -> Self {
        Self { burst: f64::from(burst), pause: f64::from(pause), spent: Mutex::default() }
    }

    /// Counts a try before its outcome is known; else says after how many seconds there may be one.
    pub(super) fn take(&self, name: &str, now: Instant) -> Result<(), u64> {
        let mut all = self.spent.lock();
        let left = |spent: f64, since: Instant| {
            (spent - now.saturating_duration_since(since).as_secs_f64() / self.pause).max(0.0)
        };
        if all.len() >= MAX_NAMES && !all.contains_key(name) {
            all.retain(|_, (spent, since)| left(*spent, *since) > 0.0);
            let least = all.iter().min_by(|a, b| left(a.1.0, a.1.1).total_cmp(&left(b.1.0, b.1.1)));
            if let Some(name) = least.filter(|_| all.len() >= MAX_NAMES).map(|(name, _)| name.clone()) {
                all.remove(&name);
            }
        }
        let (spent, since) = all.entry(name.to_owned()).or_insert((0.0, now));
        let level = left(*spent, *since);
        if level + 1.0 > self.burst {
            return Err(((level + 1.0 - self.burst) * self.pause).ceil() as u64);
        }
        (*spent, *since) = (level + 1.0, now);
        Ok(())
    }

    /// The try was right and does not count; the wrong ones before it still do.
    pub(super) fn give_back(&self, name: &str) {
        if let Some((spent, _)) = self.spent.lock().get_mut(name) {
            *spent = (*spent - 1.0).max(0.0);
        }
    }

    /// The try was right: forget the wrong ones before it.
    pub(super) fn right(&self, name: &str) {
        self.spent.lock().remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn wrong_tries_run_out_come_back_with_time_and_are_forgiven_by_a_right_one() {
        let (tries, start) = (Tries::new(3, 60), Instant::now());
        for _ in 0..3 {
            assert_eq!(tries.take("ann", start), Ok(()));
        }
        assert_eq!(tries.take("ann", start), Err(60));
        assert_eq!(tries.take("bob", start), Ok(()), "nobody else waits");
        assert_eq!(tries.take("ann", start + Duration::from_secs(60)), Ok(()));
        assert_eq!(tries.take("ann", start + Duration::from_secs(61)), Err(59));
        tries.right("ann");
        assert_eq!(tries.take("ann", start + Duration::from_secs(61)), Ok(()));
        tries.give_back("ann");
        for _ in 0..3 {
            assert_eq!(tries.take("ann", start + Duration::from_secs(61)), Ok(()));
        }
        assert_eq!(tries.take("ann", start + Duration::from_secs(61)), Err(60));
    }

    #[test]
    fn a_flood_of_names_takes_bounded_memory_and_forgets_no_victim() {
        let (tries, now) = (Tries::new(3, 60), Instant::now());
        for _ in 0..3 {
            assert_eq!(tries.take("victim", now), Ok(()));
        }
        for number in 0..MAX_NAMES + 5 {
            assert_eq!(tries.take(&number.to_string(), now), Ok(()));
        }
        assert!(tries.spent.lock().len() <= MAX_NAMES);
        assert_eq!(tries.take("victim", now), Err(60));
    }
}
