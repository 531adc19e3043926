//! How often somebody may be wrong: a bucket for each name, whether it exists or not, so that the limit tells nothing
//! about names. All nodes share the buckets in Redis; while it is away, or where there is none, each node has its own.

use std::collections::HashMap;
use std::time::Instant;

use parking_lot::Mutex;

use crate::shared::Redis;

/// Names remembered. When there are more, whoever was wrong least is forgotten first.
const MAX_NAMES: usize = 50_000;

/// The bucket in Redis, by the clock of Redis: what is spent and when; answers with the seconds to wait, 0 for none.
const TAKE: &str = "
local burst, pause = tonumber(ARGV[1]), tonumber(ARGV[2])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1e6
local kept = redis.call('HMGET', KEYS[1], 'spent', 'at')
local spent = tonumber(kept[1]) or 0
spent = math.max(0, spent - math.max(0, now - (tonumber(kept[2]) or now)) / pause)
if spent + 1 > burst then return math.ceil((spent + 1 - burst) * pause) end
redis.call('HSET', KEYS[1], 'spent', tostring(spent + 1), 'at', string.format('%.6f', now))
redis.call('EXPIRE', KEYS[1], math.ceil((spent + 1) * pause) + 1)
return 0";
const GIVE_BACK: &str = "
local spent = tonumber(redis.call('HGET', KEYS[1], 'spent'))
if spent then redis.call('HSET', KEYS[1], 'spent', tostring(math.max(0, spent - 1))) end
return 0";

/// Wrong tries of every name.
#[derive(Debug)]
pub(super) struct Tries {
    /// What is tried; names the buckets in Redis.
    what: &'static str,
    /// Wrong tries in a row.
    burst: f64,
    /// Seconds until one more is allowed.
    pause: f64,
    spent: Mutex<HashMap<String, (f64, Instant)>>,
    redis: Option<Redis>,
}

impl Tries {
    pub(super) fn new(what: &'static str, burst: u32, pause: u32, redis: Option<Redis>) -> Self {
        Self { what, burst: f64::from(burst), pause: f64::from(pause), spent: Mutex::default(), redis }
    }

    /// Counts a try before its outcome is known; else says after how many seconds there may be one.
    pub(super) async fn take(&self, name: &str) -> Result<(), u64> {
        self.take_here(name, Instant::now())?;
        let Some(redis) = &self.redis else { return Ok(()) };
        let mut command = self.script(TAKE, name);
        command.arg(self.burst).arg(self.pause);
        match redis.ask_now::<u64>(&command).await {
            // Without an answer this node's own count stands.
            Some(0) | None => Ok(()),
            Some(wait) => Err(wait),
        }
    }

    /// The try was right and does not count; the wrong ones before it still do.
    pub(super) async fn give_back(&self, name: &str) {
        if let Some((spent, _)) = self.spent.lock().get_mut(name) {
            *spent = (*spent - 1.0).max(0.0);
        }
        if let Some(redis) = &self.redis {
            let _: Option<u64> = redis.ask_now(&self.script(GIVE_BACK, name)).await;
        }
    }

    /// The try was right: forget the wrong ones before it.
    pub(super) async fn right(&self, name: &str) {
        self.spent.lock().remove(name);
        if let Some(redis) = &self.redis {
            let mut command = redis::cmd("DEL");
            command.arg(self.key(name));
            let _: Option<u64> = redis.ask_now(&command).await;
        }
    }

    fn script(&self, script: &str, name: &str) -> redis::Cmd {
        let mut command = redis::cmd("EVAL");
        command.arg(script).arg(1).arg(self.key(name));
        command
    }

    fn key(&self, name: &str) -> String {
        format!("devmentor:tries:{}:{name}", self.what)
    }

    fn take_here(&self, name: &str, now: Instant) -> Result<(), u64> {
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn wrong_tries_run_out_come_back_with_time_and_are_forgiven_by_a_right_one() {
        let (tries, start) = (Tries::new("test", 3, 60, None), Instant::now());
        for _ in 0..3 {
            assert_eq!(tries.take_here("ann", start), Ok(()));
        }
        assert_eq!(tries.take_here("ann", start), Err(60));
        assert_eq!(tries.take_here("bob", start), Ok(()), "nobody else waits");
        assert_eq!(tries.take_here("ann", start + Duration::from_secs(60)), Ok(()));
        assert_eq!(tries.take_here("ann", start + Duration::from_secs(61)), Err(59));
        tries.right("ann").await;
        assert_eq!(tries.take_here("ann", start + Duration::from_secs(61)), Ok(()));
        tries.give_back("ann").await;
        for _ in 0..3 {
            assert_eq!(tries.take_here("ann", start + Duration::from_secs(61)), Ok(()));
        }
        assert_eq!(tries.take_here("ann", start + Duration::from_secs(61)), Err(60));
    }

    #[test]
    fn a_flood_of_names_takes_bounded_memory_and_forgets_no_victim() {
        let (tries, now) = (Tries::new("test", 3, 60, None), Instant::now());
        for _ in 0..3 {
            assert_eq!(tries.take_here("victim", now), Ok(()));
        }
        for number in 0..MAX_NAMES + 5 {
            assert_eq!(tries.take_here(&number.to_string(), now), Ok(()));
        }
        assert!(tries.spent.lock().len() <= MAX_NAMES);
        assert_eq!(tries.take_here("victim", now), Err(60));
    }
}
