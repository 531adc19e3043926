//! What operators ask: health, metrics; and the reference page.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use super::route::{About, Api, Rule};
use crate::app::App;

pub(super) fn register(api: &mut Api) {
    let about = About::new(Rule::Open, "Whether the node can serve, and what it depends on");
    api.get("/health", about.gives::<Health>(200).gives::<Health>(503), health);
    let about = About::new(
        Rule::Open,
        "Whether requests should be sent here: 503 while the database is away or the node stops",
    );
    api.get("/health/ready", about.gives::<Health>(200).gives::<Health>(503), health);
    let about = About::new(Rule::Open, "Whether the process lives; it asks nobody").gives::<Alive>(200);
    api.get("/health/live", about, async || Json(Alive { status: "ok" }));
    let about = About::new(Rule::Open, "Metrics in Prometheus' text format").gives_other(200, "text/plain");
    api.get("/metrics", about, metrics);
    api.get("/api/docs", About::new(Rule::Open, "Every route on one page").gives_other(200, "text/html"), docs);
}

/// A process that lives.
#[derive(Debug, Serialize, JsonSchema)]
struct Alive {
    /// `ok`.
    status: &'static str,
}

/// The state of a node.
#[derive(Debug, Serialize, JsonSchema)]
struct Health {
    /// `ok`; `degraded` when hints do not reach other nodes, whose changes then arrive some seconds later; `down`;
    /// `stopping`.
    status: &'static str,
    /// The version of this program.
    version: &'static str,
    /// Names the history of the database.
    epoch: String,
    /// `sqlite` or `postgresql`.
    database: &'static str,
    /// Whether it answers.
    database_ready: bool,
    /// `none` when there is no Redis, `ok`, or `away`.
    redis: &'static str,
    /// Whether other nodes are reached; always so when there is no Redis.
    hints_ready: bool,
}

async fn health(State(app): State<Arc<App>>) -> Response {
    let (store, bus) = (app.streams.store(), app.streams.bus());
    let database_ready = matches!(tokio::time::timeout(Duration::from_secs(2), store.ping()).await, Ok(Ok(())));
    let hints_ready = bus.connected();
    let (code, status) = match (app.shutdown.is_cancelled(), database_ready, hints_ready) {
        (true, ..) => (StatusCode::SERVICE_UNAVAILABLE, "stopping"),
        (_, true, true) => (StatusCode::OK, "ok"),
        (_, true, false) => (StatusCode::OK, "degraded"),
        (_, false, _) => (StatusCode::SERVICE_UNAVAILABLE, "down"),
    };
    let health = Health {
        status,
        version: env!("CARGO_PKG_VERSION"),
        epoch: app.epoch.clone(),
        database: store.name(),
        database_ready,
        redis: match (bus.is_shared(), hints_ready) {
            (false, _) => "none",
            (true, true) => "ok",
            (true, false) => "away",
        },
        hints_ready,
    };
    (code, Json(health)).into_response()
}

async fn metrics(State(app): State<Arc<App>>) -> Response {
    let (streams, bytes) = app.streams.in_memory();
    let (connections, idle) = app.streams.store().connections();
    let gauges = crate::metrics::gauges(&[
        ("rooms", "Projects that somebody follows live on this node.", app.rooms.len() as f64),
        ("streams_in_memory", "Projects and organisations in memory.", streams as f64),
        ("streams_in_memory_bytes", "About what they take.", bytes as f64),
        ("database_connections", "Connections to the database.", f64::from(connections)),
        ("database_connections_idle", "Of these, those that wait for work.", idle as f64),
        ("redis_connected", "Whether hints reach other nodes.", f64::from(u8::from(app.streams.bus().connected()))),
    ]);
    let text = app.meters.render() + &gauges + &app.durations.render();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

async fn docs() -> Html<String> {
    let document = super::openapi();
    let mut page = String::from(
        "<!doctype html><html lang=en><meta charset=utf-8><title>DevMentor API</title><style>:root{color-scheme:light dark}body{font:15px/1.5 system-ui;\
         margin:2rem auto;max-width:70rem;padding:0 1rem}td{padding:.2rem 1rem .2rem 0;vertical-align:top}td:nth-child(2){min-width:20rem}code{overflow-wrap:anywhere}</style>\
         <h1>DevMentor API</h1><p>The full description, with every schema, is <a href=/api/openapi.json>/api/openapi.json</a>.<table>",
    );
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for (method, about) in methods.as_object().into_iter().flatten() {
            let (summary, rule) =
                (about["summary"].as_str().unwrap_or_default(), about["x-permission"].as_str().unwrap_or_default());
            // All of it comes from this program's own text, which has no markup. Writing to a String cannot fail.
            let _ = write!(page, "<tr><td><code>{} {path}</code><td>{summary}<td>{rule}", method.to_uppercase());
        }
    }
    Html(page + "</table>")
}
