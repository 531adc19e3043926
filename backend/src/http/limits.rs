//! Rate limits as data: buckets that fill with time, one for each rule and each one who asks. They stand in this process;
//! several nodes together let through their sum.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use parking_lot::Mutex;

use crate::app::{App, Mode};
use crate::problem::Problem;

/// How much of something one asker may have.
struct Limit {
    /// Paths that begin like this; the first rule that fits counts.
    path: &'static str,
    /// Requests at once.
    burst: f64,
    /// Requests a second in the long run.
    rate: f64,
}

/// The rules. Passwords are guessed one address at a time; everything else only has to be kept from running away.
const LIMITS: &[Limit] = &[
    // Programs that wait to be let in ask every five seconds, and several may share an address.
    Limit { path: "/api/auth/device/token", burst: 60.0, rate: 5.0 },
    Limit { path: "/api/auth/", burst: 40.0, rate: 0.5 },
    Limit { path: "/device", burst: 40.0, rate: 0.5 },
    Limit { path: "/health", burst: 1e9, rate: 1e9 },
    Limit { path: "/", burst: 3_000.0, rate: 600.0 },
];

/// Askers remembered; when there are more, those whose buckets are full again are forgotten.
const MAX_ASKERS: usize = 50_000;

/// The buckets of this node.
#[derive(Debug, Default)]
pub(crate) struct Buckets(Mutex<HashMap<(usize, String), (f64, Instant)>>);

impl Buckets {
    /// Takes one from a bucket; else says after how many seconds there will be one.
    fn take(&self, path: &str, asker: &str, now: Instant) -> Result<(), u64> {
        let Some((number, limit)) = LIMITS.iter().enumerate().find(|(_, limit)| path.starts_with(limit.path)) else {
            return Ok(());
        };
        let mut buckets = self.0.lock();
        let filled = |limit: &Limit, level: f64, since: Instant| {
            (level + now.saturating_duration_since(since).as_secs_f64() * limit.rate).min(limit.burst)
        };
        if buckets.len() >= MAX_ASKERS {
            buckets.retain(|(number, _), (level, since)| {
                LIMITS.get(*number).is_some_and(|limit| filled(limit, *level, *since) < limit.burst)
            });
        }
        let (level, since) = buckets.entry((number, asker.to_owned())).or_insert((limit.burst, now));
        *level = filled(limit, *level, *since);
        *since = now;
        if *level < 1.0 {
            return Err(((1.0 - *level) / limit.rate).ceil() as u64);
        }
        *level -= 1.0;
        Ok(())
    }
}

/// Lets a request through or answers 429. Alone on one machine there is nobody to limit.
pub(super) async fn limit(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if matches!(app.mode, Mode::Solo(_)) {
        return next.run(request).await;
    }
    let path = request.uri().path();
    let address = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| group(info.0.ip()));
    let token = request.headers().get(header::AUTHORIZATION).and_then(|token| token.to_str().ok());
    // A token has a bucket of its own, but not for guessing passwords.
    let asker = match token {
        Some(token) if !path.starts_with("/api/auth/") => crate::storage::chain("", token),
        _ => address.unwrap_or_default(),
    };
    match app.buckets.take(path, &asker, Instant::now()) {
        Ok(()) => next.run(request).await,
        Err(seconds) => {
            let detail = format!("Too many requests; try again in {seconds} s.");
            let mut answer = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail).into_response();
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            answer
        }
    }
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
        let (buckets, start) = (Buckets::default(), Instant::now());
        for _ in 0..40 {
            assert_eq!(buckets.take("/api/auth/login", "a", start), Ok(()));
        }
        assert_eq!(buckets.take("/api/auth/login", "a", start), Err(2));
        assert_eq!(buckets.take("/api/auth/login", "b", start), Ok(()));
        assert_eq!(buckets.take("/api/projects", "a", start), Ok(()));
        assert_eq!(buckets.take("/api/auth/login", "a", start + Duration::from_secs(2)), Ok(()));
    }

    #[test]
    fn addresses_of_one_household_are_one() {
        assert_eq!(group("2001:db8::1".parse().unwrap()), group("2001:db8::ffff".parse().unwrap()));
        assert_eq!(group("::ffff:192.0.2.1".parse().unwrap()), group("192.0.2.1".parse().unwrap()));
    }
}
