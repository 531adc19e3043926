//! The few pages that the backend renders itself: no script, one style, forms to this origin alone.

use std::fmt::Write;
use std::sync::LazyLock;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:10vh auto;max-width:26rem;padding:0 1rem;color:#1a1a1a;background:#fff}\
h1{font-size:1.4rem}label{display:block;margin:.8rem 0}input{display:block;width:100%;box-sizing:border-box;font:inherit;padding:.4rem}\
button,a.button{font:inherit;padding:.4rem 1rem;margin:.8rem .5rem 0 0}.code{font:1.6rem ui-monospace,monospace;letter-spacing:.1em}\
.error{border-left:.25rem solid #b00020;padding-left:.7rem}@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}a{color:#8ab4f8}}";

/// The style is named by its hash, so that nothing else that gets into a page is applied.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    use sha2::Digest;
    let hash = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
});

/// Text as it may stand in a page, between tags and in quoted attributes.
pub(super) fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, symbol| {
        match symbol {
            '&' | '<' | '>' | '"' | '\'' => {
                // Writing to a String cannot fail.
                let _ = write!(out, "&#{};", symbol as u32);
            }
            symbol => out.push(symbol),
        }
        out
    })
}

/// A page around `body`, which is markup already.
pub(super) fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let title = escape(title);
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title} · DevMentor</title><style>{STYLE}</style><h1>{title}</h1>{body}"
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY.as_str()),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, html).into_response()
}

/// A page that says what went wrong.
pub(super) fn failed(problem: &crate::problem::Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    page(status, "That did not work", &format!("<p class=\"error\">{}</p>", escape(&problem.detail)))
}

#[cfg(test)]
mod tests {
    #[test]
    fn text_stays_text() {
        assert_eq!(super::escape("<a href=\"x\">'&"), "&#60;a href=&#34;x&#34;&#62;&#39;&#38;");
    }
}
