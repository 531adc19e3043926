//! The HTTP side: routes with their rules, and the layers that every request goes through.

mod audit;
mod auth;
mod board;
mod commands;
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
pub(crate) use limits::Buckets;
pub(crate) use orgs::make_org;
mod projects;
mod providers;
mod route;
mod services;
mod tasks;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use crate::app::{App, Meters};
use crate::problem::Problem;

/// The largest request body.
pub const MAX_BODY: usize = 2 << 20;
const TIMEOUT: Duration = Duration::from_secs(30);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Every route with its rule; one line for each group.
fn api() -> route::Api {
    let mut api = route::Api::default();
    operations::register(&mut api);
    auth::register(&mut api);
    providers::register(&mut api);
    device::register(&mut api);
    invitations::register(&mut api);
    services::register(&mut api);
    audit::register(&mut api);
    orgs::register(&mut api);
    projects::register(&mut api);
    commands::register(&mut api);
    board::register(&mut api);
    tasks::register(&mut api);
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
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This path does not take that method.")
        })
        .layer(from_fn_with_state(app.clone(), limits::limit))
        .layer(from_fn_with_state(app.clone(), guard::same_origin))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, TIMEOUT))
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
        .layer(from_fn(|request: Request, next: Next| async {
            let mut response = next.run(request).await;
            // Nothing here is for caches of others; ETags decide with each request.
            response
                .headers_mut()
                .entry(header::CACHE_CONTROL)
                .or_insert(HeaderValue::from_static("private, no-cache"));
            response
        }))
        .layer(from_fn_with_state(app.clone(), measure))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .with_state(app)
}

fn fixed(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

async fn measure(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    let response = next.run(request).await;
    let took = began.elapsed();
    Meters::count(&app.meters.requests_total);
    app.meters.request_microseconds_total.fetch_add(took.as_micros() as u64, Ordering::Relaxed);
    let status = response.status().as_u16();
    if status >= 500 {
        Meters::count(&app.meters.request_failures_total);
    }
    tracing::info!(%method, path, status, microseconds = took.as_micros() as u64, id, "request");
    response
}
