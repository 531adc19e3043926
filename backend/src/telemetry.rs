//! Logs and traces. Nothing leaves the machine unless an endpoint is named.

use std::time::{Duration, SystemTime};

use axum::http::HeaderMap;
use opentelemetry::KeyValue;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{Span as _, SpanKind, TraceContextExt, Tracer as _, TracerProvider as _};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, filter::filter_fn};

/// How logs look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One object a line, for programs.
    Json,
}

/// What is told, how, and to whom.
#[derive(Debug, Clone, Default)]
pub struct Telemetry {
    /// How logs look.
    pub format: LogFormat,
    /// `error`, `warn`, `info`, `debug`, `trace`, or directives such as `info,sqlx=debug`; `info` when empty.
    pub level: String,
    /// Where traces go by OTLP over HTTP, such as `http://collector:4318`; nowhere without it.
    pub otlp_endpoint: Option<String>,
}

/// Sends what is left when it is dropped.
#[derive(Debug)]
pub struct Guard(Option<SdkTracerProvider>);

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(provider) = self.0.take() {
            // The process ends; whatever could not be sent within this time is lost, and that is fine for traces.
            let _ = provider.shutdown_with_timeout(Duration::from_secs(3));
        }
    }
}

/// Begins logs and traces for the whole process, from within its runtime. A process that has begun its own logs keeps
/// those.
///
/// # Errors
/// The level or the endpoint cannot be understood.
pub fn start(telemetry: &Telemetry) -> Result<Guard, String> {
    let level = if telemetry.level.is_empty() { "info" } else { &telemetry.level };
    let filter = EnvFilter::try_new(level).map_err(|error| format!("log level {level:?}: {error}"))?;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match telemetry.format {
        LogFormat::Text => lines.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
    };
    let provider = telemetry.otlp_endpoint.as_deref().map(exporter).transpose()?;
    let tracing = provider.as_ref().map(|provider| {
        let tracer = provider.tracer("devmentor");
        let spans = tracing_opentelemetry::layer().with_tracer(tracer.clone()).with_filter(filter_fn(|data| {
            data.is_span() && data.target().starts_with("backend") && *data.level() <= tracing::Level::INFO
        }));
        let statements = Statements(tracer).with_filter(filter_fn(|data| data.target() == STATEMENTS));
        spans.and_then(statements)
    });
    let begun = tracing_subscriber::registry().with(lines.with_filter(filter)).with(tracing).try_init();
    if begun.is_err() && provider.is_some() {
        tracing::warn!("this process has its own logs, so traces are not sent");
    }
    Ok(Guard(provider))
}

fn exporter(endpoint: &str) -> Result<SdkTracerProvider, String> {
    let base = endpoint.trim_end_matches('/');
    let uri: axum::http::Uri = base.parse().map_err(|error| format!("OTLP endpoint {endpoint:?}: {error}"))?;
    if uri.scheme_str() != Some("http") || uri.host().is_none() {
        return Err(format!(
            "OTLP endpoint {endpoint:?}: it looks like http://collector:4318; TLS is left to a collector nearby"
        ));
    }
    let path = if base.ends_with("/v1/traces") { base.to_owned() } else { format!("{base}/v1/traces") };
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Sender { runtime: tokio::runtime::Handle::current() })
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(path)
        .with_timeout(Duration::from_secs(5))
        .build()
        .map_err(|error| format!("OTLP endpoint {endpoint:?}: {error}"))?;
    let resource = Resource::builder()
        .with_service_name("devmentor")
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource.build()).build())
}

/// Sends over HTTP on the runtime, for the exporter works on a thread of its own.
#[derive(Debug)]
struct Sender {
    runtime: tokio::runtime::Handle,
}

#[async_trait::async_trait]
impl opentelemetry_http::HttpClient for Sender {
    async fn send_bytes(
        &self,
        request: axum::http::Request<bytes::Bytes>,
    ) -> Result<axum::http::Response<bytes::Bytes>, opentelemetry_http::HttpError> {
        let sent = async move {
            let client = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new());
            let response = client.build_http().request(request.map(axum::body::Body::from)).await?;
            let (parts, body) = response.into_parts();
            let body = axum::body::to_bytes(axum::body::Body::new(body), 64 << 10).await?;
            Ok::<_, opentelemetry_http::HttpError>(axum::http::Response::from_parts(parts, body))
        };
        // Timers, too, work on the runtime alone.
        self.runtime.spawn(async move { tokio::time::timeout(Duration::from_secs(5), sent).await? }).await?
    }
}

/// Where sqlx tells of statements.
const STATEMENTS: &str = "sqlx::query";

/// Makes a span of each statement: sqlx tells of one when it is over, and how long it took.
struct Statements(SdkTracer);

#[derive(Default)]
struct Statement {
    summary: String,
    seconds: f64,
}

impl Visit for Statement {
    fn record_f64(&mut self, field: &Field, value: f64) {
        if field.name() == "elapsed_secs" {
            self.seconds = value;
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "summary" {
            value.clone_into(&mut self.summary);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Statements {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let parent = tracing::Span::current().context();
        if !parent.span().span_context().is_valid() {
            return;
        }
        let mut statement = Statement::default();
        event.record(&mut statement);
        let (end, took) = (SystemTime::now(), Duration::try_from_secs_f64(statement.seconds).unwrap_or_default());
        // The text has $1 and no values, so nothing that people wrote is in it.
        let mut span = self
            .0
            .span_builder(statement.summary.clone())
            .with_kind(SpanKind::Client)
            .with_start_time(end.checked_sub(took).unwrap_or(end))
            .with_attributes([KeyValue::new("db.query.summary", statement.summary)])
            .start_with_context(&self.0, &parent);
        span.end_with_timestamp(end);
    }
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(axum::http::HeaderName::as_str).collect()
    }
}

/// Makes a request's span part of the trace that its sender began (`traceparent`).
pub(crate) fn continue_trace(span: &tracing::Span, headers: &HeaderMap) {
    if headers.contains_key("traceparent") {
        // Fails only where no traces are made.
        let _ = span.set_parent(TraceContextPropagator::new().extract(&Headers(headers)));
    }
}
