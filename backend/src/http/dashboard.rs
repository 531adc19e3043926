//! The dashboard: its files stand in the binary, put there by `build.rs` from `web-dashboard/dist`.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::page;
use crate::problem::Problem;

/// A file of the dashboard.
struct File {
    /// Its path below the root, with a leading slash.
    path: &'static str,
    bytes: &'static [u8],
    /// The same, compressed by brotli; files that would not get smaller have none.
    brotli: Option<&'static [u8]>,
    /// Names the content.
    tag: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/dashboard.rs"));

const INDEX: &str = "/index.html";

/// Scripts and styles come from here alone, nothing is evaluated, and no text becomes markup but by code that is meant for it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
    connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

/// What programs ask for; a page of the dashboard is never below these.
const OF_PROGRAMS: &[&str] = &["/api/", "/ws", "/health", "/metrics", "/projects/", "/device", "/assets/"];

/// Whether a person goes to a page of the dashboard, by a link or by typing.
pub(super) fn is_visit(request: &Request) -> bool {
    let navigates = request.headers().get("sec-fetch-mode").is_none_or(|mode| mode == "navigate");
    navigates && wants_page(request.method(), request.uri().path(), request.headers())
}

fn wants_page(method: &Method, path: &str, headers: &HeaderMap) -> bool {
    let accepts = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    matches!(*method, Method::GET | Method::HEAD)
        && accepts.contains("text/html")
        && !OF_PROGRAMS.iter().any(|prefix| path.starts_with(prefix))
}

/// Whatever no route answers: a file, a page of the dashboard (all of which are one document), or nothing.
pub(super) async fn serve(request: Request) -> Response {
    let (method, path, headers) = (request.method(), request.uri().path(), request.headers());
    let reads = matches!(*method, Method::GET | Method::HEAD);
    if reads && let Some(file) = find(path) {
        return answer(file, headers);
    }
    if !wants_page(method, path, headers) {
        return Problem::not_found().into_response();
    }
    match find(INDEX) {
        Some(index) => answer(index, headers),
        None => page::page(
            StatusCode::OK,
            "DevMentor",
            "<p>This server runs; its dashboard was not built into it. <code>make</code> does that where Node.js 20.19 or newer \
             is installed; by hand it is <code>npm ci &amp;&amp; npm run build</code> in <code>web-dashboard</code>, then \
             <code>cargo build</code>.</p><p>Editors and the command line work without it. \
             <a href=\"/api/docs\">What the API can do</a></p>",
        ),
    }
}

fn find(path: &str) -> Option<&'static File> {
    FILES.binary_search_by(|file| file.path.cmp(path)).ok().map(|at| &FILES[at])
}

/// Whether the client takes brotli; one that gives it no weight (`q=0`) does not.
fn takes_brotli(headers: &HeaderMap) -> bool {
    let given = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    given.split(',').any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok()).unwrap_or(1.0_f32);
        name.trim().eq_ignore_ascii_case("br") && weight > 0.0
    })
}

fn answer(file: &'static File, headers: &HeaderMap) -> Response {
    let same = |tags: &HeaderValue| {
        tags.to_str().is_ok_and(|tags| tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == file.tag))
    };
    let mut response = if headers.get(header::IF_NONE_MATCH).is_some_and(same) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        match file.brotli.filter(|_| takes_brotli(headers)) {
            Some(bytes) => ([(header::CONTENT_ENCODING, "br")], bytes).into_response(),
            None => file.bytes.into_response(),
        }
    };
    // The names of these have a hash of their content in them.
    let kept = if file.path.starts_with("/assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(file.path)));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    out.insert(header::ETAG, HeaderValue::from_static(file.tag));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    out.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    out.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    out.insert("permissions-policy", HeaderValue::from_static("camera=(), geolocation=(), microphone=()"));
    response
}

fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, end)| end) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("json" | "webmanifest") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_by_halving() {
        assert!(FILES.windows(2).all(|pair| pair[0].path < pair[1].path), "build.rs sorts them");
        assert!(FILES.iter().all(|file| find(file.path).is_some()));
    }

    #[test]
    fn brotli_goes_to_those_who_take_it() {
        for (accept, takes) in [
            ("gzip, deflate, br, zstd", true),
            ("br;q=0.5", true),
            ("br;q=1", true),
            ("br;q=0, gzip", false),
            ("br;q=0.000", false),
            ("gzip", false),
            ("brotli", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(accept))]);
            assert_eq!(takes_brotli(&headers), takes, "{accept}");
        }
    }

    #[test]
    fn programs_get_no_page() {
        let html = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static("text/html,*/*;q=0.8"))]);
        for path in ["/", "/p/DM/board", "/login", "/settings/tokens"] {
            assert!(wants_page(&Method::GET, path, &html), "{path}");
            assert!(!wants_page(&Method::GET, path, &HeaderMap::new()), "{path}");
            assert!(!wants_page(&Method::POST, path, &html), "{path}");
        }
        for path in ["/api/nothing", "/ws", "/assets/gone.js", "/projects/list"] {
            assert!(!wants_page(&Method::GET, path, &html), "{path}");
        }
    }
}
