//! Rate limits as data: buckets that fill with time, one for each rule and each one who asks. All nodes share the buckets
//! in Redis; while it is away, or where there is none, each node has its own.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use parking_lot::Mutex;
use serde::Deserialize;

use crate::app::{App, Meters, Mode};
use crate::problem::Problem;
use crate::shared::Redis;

/// Who has a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// An address, whatever it sends. IPv6 counts by /64, for one household has as many as it likes.
    Address,
    /// A valid token.
    Token,
    /// A person, with all their tokens.
    User,
}

/// How much of something one asker may have. Of the rules of a kind, the first one whose path fits counts.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Names it in the headers of answers: letters, digits and `-`.
    pub name: String,
    /// Who has a bucket.
    pub by: By,
    /// Paths that begin like this.
    pub path: String,
    /// Requests at once, from 1 up.
    pub burst: f64,
    /// Requests a second in the long run, more than 0.
    pub per_second: f64,
}

impl Limit {
    /// What is wrong with it, in words.
    ///
    /// # Errors
    /// Numbers or a name that cannot be.
    pub fn check(&self) -> Result<(), String> {
        let name = (1..=40).contains(&self.name.len())
            && self.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !name || !self.path.starts_with('/') {
            return Err(format!("limit {:?}: its name is letters, digits and -, its path begins with /", self.name));
        }
        let sane = |value: f64, least: f64| value.is_finite() && (least..=1e9).contains(&value);
        if !sane(self.burst, 1.0) || !sane(self.per_second, 1e-6) {
            return Err(format!("limit {}: burst is from 1 up, per_second more than 0", self.name));
        }
        Ok(())
    }
}

/// The rules without a configuration. Passwords are guessed one address at a time; everything else only has to be kept
/// from running away. A whole office may share one address.
pub fn default_limits() -> Vec<Limit> {
    let limit = |name: &str, by, path: &str, burst, per_second| Limit {
        name: name.to_owned(),
        by,
        path: path.to_owned(),
        burst,
        per_second,
    };
    vec![
        // Programs that wait to be let in ask every five seconds, and several may share an address.
        limit("device-poll", By::Address, "/api/auth/device/token", 60.0, 5.0),
        limit("login", By::Address, "/api/auth/", 40.0, 0.5),
        limit("device", By::Address, "/device", 40.0, 0.5),
        limit("address", By::Address, "/", 30_000.0, 3_000.0),
        limit("token", By::Token, "/", 3_000.0, 600.0),
        limit("user", By::User, "/", 6_000.0, 1_200.0),
    ]
}

/// Askers remembered; when there are more, those whose buckets are full again are forgotten.
const MAX_ASKERS: usize = 50_000;

/// The bucket in Redis, by the clock of Redis: level and time; answers whether one was there, what is left, and after how
/// many seconds there will be one.
const TAKE: &str = "
local burst, rate = tonumber(ARGV[1]), tonumber(ARGV[2])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1e6
local kept = redis.call('HMGET', KEYS[1], 'level', 'at')
local level = tonumber(kept[1]) or burst
level = math.min(burst, level + math.max(0, now - (tonumber(kept[2]) or now)) * rate)
local taken = 0
if level >= 1 then level = level - 1; taken = 1 end
redis.call('HSET', KEYS[1], 'level', tostring(level), 'at', string.format('%.6f', now))
redis.call('EXPIRE', KEYS[1], math.ceil(burst / rate) + 1)
return {taken, math.floor(level), math.ceil((1 - level) / rate)}";

/// What a bucket said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Took {
    granted: bool,
    left: u64,
    /// Seconds until there is one again.
    wait: u64,
}

/// The rules and the buckets of this node.
#[derive(Debug)]
pub(crate) struct Limits {
    rules: Vec<Limit>,
    own: Mutex<HashMap<(usize, String), (f64, Instant)>>,
    redis: Option<Redis>,
    /// Whose `X-Forwarded-For` is believed.
    proxies: Vec<Network>,
}

impl Limits {
    pub(crate) fn new(rules: Vec<Limit>, redis: Option<Redis>, proxies: Vec<Network>) -> Self {
        Self { rules, own: Mutex::default(), redis, proxies }
    }

    fn rule(&self, by: By, path: &str) -> Option<(usize, &Limit)> {
        self.rules.iter().enumerate().find(|(_, rule)| rule.by == by && path.starts_with(&rule.path))
    }

    async fn take(&self, number: usize, rule: &Limit, asker: &str) -> Took {
        if let Some(redis) = &self.redis {
            let mut command = redis::cmd("EVAL");
            command.arg(TAKE).arg(1).arg(format!("devmentor:limit:{}:{asker}", rule.name));
            command.arg(rule.burst).arg(rule.per_second);
            if let Some((taken, left, wait)) = redis.ask_now::<(u8, i64, i64)>(&command).await {
                return Took { granted: taken == 1, left: left.max(0) as u64, wait: wait.max(1) as u64 };
            }
        }
        self.take_here(number, rule, asker, Instant::now())
    }

    fn take_here(&self, number: usize, rule: &Limit, asker: &str, now: Instant) -> Took {
        let mut buckets = self.own.lock();
        let filled = |rule: &Limit, level: f64, since: Instant| {
            (level + now.saturating_duration_since(since).as_secs_f64() * rule.per_second).min(rule.burst)
        };
        if buckets.len() >= MAX_ASKERS {
            buckets.retain(|(number, _), (level, since)| {
                self.rules.get(*number).is_some_and(|rule| filled(rule, *level, *since) < rule.burst)
            });
        }
        let (level, since) = buckets.entry((number, asker.to_owned())).or_insert((rule.burst, now));
        *level = filled(rule, *level, *since);
        *since = now;
        let granted = *level >= 1.0;
        if granted {
            *level -= 1.0;
        }
        Took { granted, left: *level as u64, wait: ((1.0 - *level) / rule.per_second).ceil().max(1.0) as u64 }
    }

    /// Who is at the other end: the peer, or whom proxies of ours name.
    fn address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let trusted = |address: IpAddr| self.proxies.iter().any(|network| network.has(address));
        if !trusted(peer) {
            return peer;
        }
        // From the right: each of our proxies added whom it saw; what stands left of that anybody may have written.
        let named = headers.get_all("x-forwarded-for").into_iter().filter_map(|line| line.to_str().ok());
        let chain: Vec<&str> = named.flat_map(|line| line.split(',')).map(str::trim).collect();
        let mut seen = peer;
        for hop in chain.into_iter().rev() {
            let Ok(address) = hop.parse::<IpAddr>() else { break };
            seen = address;
            if !trusted(address) {
                break;
            }
        }
        seen
    }
}

/// A network, such as `10.0.0.0/8`; or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    base: u128,
    bits: u32,
}

fn number(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(address) => u128::from(address.to_ipv6_mapped()),
        IpAddr::V6(address) => u128::from(address),
    }
}

impl Network {
    fn has(self, address: IpAddr) -> bool {
        (number(address) ^ self.base).leading_zeros() >= self.bits
    }
}

impl std::str::FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no network; one looks like 10.0.0.0/8");
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let whole = if address.is_ipv4() { 32 } else { 128 };
        let bits: u32 = bits.map_or(Ok(whole), str::parse).map_err(|_| wrong())?;
        if bits > whole {
            return Err(wrong());
        }
        Ok(Self { base: number(address), bits: bits + 128 - whole })
    }
}

/// Takes one of a bucket: what to write on the answer, or the refusal.
async fn pass(app: &App, by: By, path: &str, asker: &str) -> Result<Option<Written>, Response> {
    let Some((number, rule)) = app.limits.rule(by, path) else { return Ok(None) };
    let took = app.limits.take(number, rule, asker).await;
    let window = (rule.burst / rule.per_second).ceil() as u64;
    let until = if took.granted { 0 } else { took.wait };
    let text = |text: String| HeaderValue::try_from(text).ok();
    let written = Written {
        policy: text(format!("\"{}\";q={};w={window}", rule.name, rule.burst as u64)),
        state: text(format!("\"{}\";r={};t={until}", rule.name, took.left)),
    };
    if took.granted {
        return Ok(Some(written));
    }
    Meters::count(&app.meters.limited_total);
    let detail = format!("Too many requests; try again in {} s.", took.wait);
    let mut answer = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail).into_response();
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(took.wait));
    written.onto(answer.headers_mut());
    Err(answer)
}

/// `RateLimit` and `RateLimit-Policy`, as the IETF's draft of that name has them.
struct Written {
    policy: Option<HeaderValue>,
    state: Option<HeaderValue>,
}

impl Written {
    fn onto(self, headers: &mut HeaderMap) {
        for (name, value) in [("ratelimit-policy", self.policy), ("ratelimit", self.state)] {
            if let Some(value) = value {
                // The rule nearest to the asker stands there already.
                headers.entry(name).or_insert(value);
            }
        }
    }
}

/// Lets a request through by its address or answers 429. Alone on one machine there is nobody to limit, and whoever asks
/// for health must always hear.
pub(super) async fn by_address(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if matches!(app.mode, Mode::Solo(_)) || path.starts_with("/health") {
        return next.run(request).await;
    }
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let asker = peer.map(|peer| group(app.limits.address(peer, request.headers()))).unwrap_or_default();
    match pass(&app, By::Address, path, &asker).await {
        Err(refused) => refused,
        Ok(written) => {
            let mut answer = next.run(request).await;
            if let Some(written) = written {
                written.onto(answer.headers_mut());
            }
            answer
        }
    }
}

/// What is left to say on the answer to somebody who is known.
#[derive(Default)]
pub(super) struct Passed(Option<Written>);

impl Passed {
    pub(super) fn onto(self, answer: &mut Response) {
        if let Some(written) = self.0 {
            written.onto(answer.headers_mut());
        }
    }
}

/// The same by token and by person, once they are known: a token that is not valid has no bucket of its own.
pub(super) async fn by_asker(
    app: &App,
    path: &str,
    token: Option<&str>,
    user: domain::UserId,
) -> Result<Passed, Response> {
    if matches!(app.mode, Mode::Solo(_)) {
        return Ok(Passed::default());
    }
    let mut written = None;
    if let Some(token) = token {
        written = pass(app, By::Token, path, &crate::storage::chain("", token)).await?;
    }
    let by_user = pass(app, By::User, path, &user.to_string()).await?;
    Ok(Passed(written.or(by_user)))
}

/// One household has as many IPv6 addresses as it likes, all in one /64.
fn group(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => address.segments()[..4].iter().map(|part| format!("{part:x}:")).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_bucket_empties_fills_and_is_nobody_elses() {
        let (limits, start) = (Limits::new(default_limits(), None, Vec::new()), Instant::now());
        let (number, login) = limits.rule(By::Address, "/api/auth/login").unwrap();
        let take = |asker: &str, at| limits.take_here(number, login, asker, at);
        for left in (0..40).rev() {
            assert_eq!(take("a", start), Took { granted: true, left, wait: if left == 0 { 2 } else { 1 } });
        }
        assert_eq!(take("a", start), Took { granted: false, left: 0, wait: 2 });
        assert!(take("b", start).granted);
        assert!(take("a", start + Duration::from_secs(2)).granted);
        assert_eq!(limits.rule(By::Address, "/api/projects").unwrap().1.name, "address");
    }

    #[test]
    fn addresses_of_one_household_are_one() {
        assert_eq!(group("2001:db8::1".parse().unwrap()), group("2001:db8::ffff".parse().unwrap()));
        assert_eq!(group("::ffff:192.0.2.1".parse().unwrap()), group("192.0.2.1".parse().unwrap()));
    }

    #[test]
    fn only_our_own_proxies_say_whom_they_serve() {
        let proxies = ["10.0.0.0/8", "::1"].map(|text| text.parse().unwrap());
        let limits = Limits::new(Vec::new(), None, proxies.into());
        let seen = |peer: &str, forwarded: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", forwarded.parse().unwrap());
            limits.address(peer.parse().unwrap(), &headers).to_string()
        };
        assert_eq!(seen("192.0.2.1", "198.51.100.7"), "192.0.2.1", "anybody can write the header");
        assert_eq!(seen("10.1.2.3", "198.51.100.7"), "198.51.100.7");
        assert_eq!(seen("::1", "203.0.113.9, 198.51.100.7, 10.9.9.9"), "198.51.100.7");
        assert_eq!(seen("10.1.2.3", "nonsense"), "10.1.2.3");
        for text in ["10.0.0.0/33", "ten", "10.0.0.0/x", ""] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
