//! A browser as far as logins need one: it keeps cookies and goes where it is sent.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, header};
use parking_lot::Mutex;

use crate::support::{Answer, Server};

/// Where the tests' server says it is. Nothing listens there: the browser hands it to the server directly.
pub(crate) const PUBLIC: &str = "http://127.0.0.1:7340";

pub(crate) struct Browser {
    cookies: Mutex<BTreeMap<(String, String), String>>,
    /// Each browser is on a machine of its own.
    address: SocketAddr,
    http: reqwest::Client,
}

impl Browser {
    pub(crate) fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        static MADE: AtomicU32 = AtomicU32::new(1);
        let address = (Ipv4Addr::from_bits(0x0a00_0000 + MADE.fetch_add(1, Ordering::Relaxed)), 4711).into();
        Self { cookies: Mutex::default(), address, http: http.build().unwrap() }
    }

    fn sent(&self, site: &str) -> String {
        let cookies = self.cookies.lock();
        let own = cookies.iter().filter(|((of, _), _)| of == site);
        own.map(|((_, name), value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep(&self, site: &str, headers: &HeaderMap) {
        for cookie in headers.get_all(header::SET_COOKIE) {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.lock().insert((site.to_owned(), name.to_owned()), value.to_owned());
        }
    }

    /// A request to the tests' server; `body` is a form or, when it begins with `{`, JSON.
    pub(crate) async fn ask(&self, server: &Server, token: &str, method: &str, path: &str, body: &str) -> Answer {
        let path = path.strip_prefix(PUBLIC).unwrap_or(path);
        let mut request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:7340");
        request = request.header(header::COOKIE, self.sent(PUBLIC));
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let kind = if body.starts_with('{') { "application/json" } else { "application/x-www-form-urlencoded" };
        if !body.is_empty() {
            request = request.header("content-type", kind);
        }
        let request = request.extension(ConnectInfo(self.address));
        let answer = server.raw(request.body(Body::from(body.to_owned())).unwrap()).await;
        self.keep(PUBLIC, &answer.headers);
        answer
    }

    pub(crate) async fn get(&self, server: &Server, path: &str) -> Answer {
        self.ask(server, "", "GET", path, "").await
    }

    /// Goes to a provider, and follows it until it sends the browser back; answers with that address.
    pub(crate) async fn through(&self, url: &str) -> String {
        let mut url = reqwest::Url::parse(url).unwrap();
        for _ in 0..10 {
            let site = url.origin().ascii_serialization();
            let request = self.http.get(url.clone()).header(header::COOKIE, self.sent(&site));
            let response = request.send().await.unwrap();
            self.keep(&site, response.headers());
            let Some(to) = response.headers().get(header::LOCATION) else {
                panic!("{url}: {} {}", response.status(), response.text().await.unwrap());
            };
            url = url.join(to.to_str().unwrap()).unwrap();
            if url.as_str().starts_with(PUBLIC) {
                return url.into();
            }
        }
        panic!("it sends the browser in circles");
    }
}

/// What stands behind a name in the query or the fragment of an address.
pub(crate) fn part(url: &str, name: &str) -> String {
    let found = url.split(['?', '&', '#']).find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    found.unwrap_or_else(|| panic!("{url} has no {name}")).to_owned()
}

pub(crate) fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer.headers[header::LOCATION].to_str().unwrap().to_owned()
}
