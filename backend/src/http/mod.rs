//! The HTTP side: routes with their rules, and the layers that every request goes through.

mod audit;
mod auth;
mod board;
mod browser;
mod commands;
mod dashboard;
mod device;
mod guard;
mod input;
mod integrators;
mod invitations;
mod limits;
mod live;
mod operations;
mod orgs;
mod origin;
mod page;
mod people;
pub(crate) use limits::Limits;
pub use limits::{By, Limit, Network, default_limits};
pub(crate) use orgs::make_org;
mod projects;
mod providers;
mod resource_schema;
mod resources;
mod route;
mod services;
mod tasks;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::cors::CorsLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;
use tracing::Instrument;

use crate::app::{App, Meters};
use crate::problem::Problem;

/// The largest request body.
pub const MAX_BODY: usize = 2 << 20;
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Every route with its rule; one line for each group.
fn api() -> route::Api {
    let mut api = route::Api::default();
    operations::register(&mut api);
    auth::register(&mut api);
    browser::register(&mut api);
    providers::register(&mut api);
    device::register(&mut api);
    invitations::register(&mut api);
    services::register(&mut api);
    audit::register(&mut api);
    orgs::register(&mut api);
    people::register(&mut api);
    projects::register(&mut api);
    commands::register(&mut api);
    board::register(&mut api);
    tasks::register(&mut api);
    resources::register(&mut api);
    live::register(&mut api);
    integrators::register(&mut api);
    api
}

/// The OpenAPI document of all routes.
pub fn openapi() -> serde_json::Value {
    api().document()
}

/// The service.
pub fn router(app: Arc<App>) -> Router {
    let api = api();
    let document = bytes::Bytes::from(api.document().to_string());
    let mut router = api.into_router(&app);
    router = router.route(
        "/api/openapi.json",
        axum::routing::get(move || async move { ([(header::CONTENT_TYPE, "application/json")], document) }),
    );
    router
        .fallback(dashboard::serve)
        .method_not_allowed_fallback(async || {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This path does not take that method.")
        })
        .layer(from_fn_with_state(app.clone(), limits::by_address))
        .layer(from_fn_with_state(app.clone(), browser::cookie_as_token))
        .layer(from_fn_with_state(app.clone(), guard::same_origin))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, app.request_time))
        .layer(cors(&app.cors_origins))
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            tracing::error!("a request panicked");
            let detail = "Something went wrong on the server. It was logged under the request's id.";
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail).into_response()
        }))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::X_FRAME_OPTIONS, "DENY"))
        .layer(fixed(header::REFERRER_POLICY, "no-referrer"))
        .layer(fixed(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        ))
        .layer(from_fn_with_state(app.clone(), headers))
        .layer(from_fn_with_state(app.clone(), measure))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .with_state(app)
}

/// Pages of the configured origins may ask; those of others may not. Without one no header is sent at all.
fn cors(origins: &[HeaderValue]) -> CorsLayer {
    if origins.is_empty() {
        return CorsLayer::new();
    }
    let named = |names: &'static [&'static str]| names.iter().map(|name| HeaderName::from_static(name));
    CorsLayer::new()
        .allow_origin(origins.to_vec())
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers(
            named(&["authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "x-request-id"])
                .collect::<Vec<_>>(),
        )
        .expose_headers(
            named(&["etag", "link", "ratelimit", "ratelimit-policy", "retry-after", "x-request-id"])
                .collect::<Vec<_>>(),
        )
        .max_age(Duration::from_secs(600))
}

/// What stands on every answer but for those that say otherwise.
async fn headers(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // Nothing here is for caches of others; ETags decide with each request.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    if app.only_tls {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    response
}

fn fixed(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

async fn measure(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    // The template, such as /api/projects/{project}: identities would make a series each.
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route = route.unwrap_or_else(|| "none".to_owned());
    let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    let span = tracing::info_span!(
        "request",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        http.request.method = %method,
        http.route = route,
        http.response.status_code = tracing::field::Empty,
        request.id = id,
    );
    crate::telemetry::continue_trace(&span, request.headers());
    let path = request.uri().path().to_owned();
    async {
        let response = next.run(request).await;
        let took = began.elapsed();
        Meters::count(&app.meters.requests_total);
        let status = response.status().as_u16();
        tracing::Span::current().record("http.response.status_code", status);
        if status >= 500 {
            Meters::count(&app.meters.request_failures_total);
        }
        let known = matches!(
            method,
            Method::GET | Method::POST | Method::PUT | Method::PATCH | Method::DELETE | Method::HEAD | Method::OPTIONS
        );
        let verb = if known { method.as_str() } else { "other" };
        let labels = format!("method=\"{verb}\",route=\"{route}\",status=\"{}xx\"", status / 100);
        app.durations.requests.observe(&labels, took);
        tracing::info!(%method, path, status, microseconds = took.as_micros() as u64, id, "request");
        response
    }
    .instrument(span.clone())
    .await
}
