//! Connections: how they are accepted, how long a peer may take over each step, TLS, and how they end when the node stops.
//!
//! `axum::serve` has no limit on the time that a client takes to send its headers or to read its answer; whoever opens
//! sockets and trickles bytes would hold them for ever.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service;

use crate::tls::Certificates;

/// How long peers may take, and how many there may be.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the headers of a request, and between two requests of a connection.
    pub headers: Duration,
    /// For a whole request, its body included, until its answer begins.
    pub request: Duration,
    /// For reading what is sent to them, without any progress.
    pub reading: Duration,
    /// For the handshake of TLS.
    pub handshake: Duration,
    /// Connections at once; more wait to be accepted.
    pub connections: usize,
}

impl Default for Patience {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            headers: seconds(15),
            request: seconds(30),
            reading: seconds(30),
            handshake: seconds(10),
            connections: 50_000,
        }
    }
}

/// What each connection is served with.
#[derive(Clone)]
struct Serving {
    router: Router,
    tls: Option<Arc<Certificates>>,
    patience: Patience,
    stop: CancellationToken,
}

/// Accepts until `stop`; then lets requests under way end.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    tls: Option<Arc<Certificates>>,
    patience: Patience,
    stop: CancellationToken,
) {
    let serving = Serving { router, tls, patience, stop: stop.clone() };
    let seats = Arc::new(Semaphore::new(patience.connections));
    let connections = TaskTracker::new();
    loop {
        let accepted = async {
            let seat = seats.clone().acquire_owned().await;
            (listener.accept().await, seat)
        };
        let Some((accepted, seat)) = stop.run_until_cancelled(accepted).await else { break };
        match accepted {
            Ok((stream, peer)) => {
                let serving = serving.clone();
                connections.spawn(async move {
                    if let Err(error) = connection(serving, stream, peer).await {
                        tracing::debug!(%peer, error, "a connection ended early");
                    }
                    drop(seat);
                });
            }
            Err(error) => {
                // Usually there are too many open files; those who are served will close some.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// Drives a connection to its end; once the node stops, only what is under way is finished.
macro_rules! drive {
    ($connection:expr, $stop:expr) => {{
        let mut connection = std::pin::pin!($connection);
        tokio::select! {
            ended = connection.as_mut() => return ended,
            () = $stop.cancelled() => {}
        }
        connection.as_mut().graceful_shutdown();
        connection.await
    }};
}

async fn connection(serving: Serving, stream: TcpStream, peer: SocketAddr) -> Result<(), String> {
    let words = |error: io::Error| error.to_string();
    stream.set_nodelay(true).map_err(words)?;
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(serving.patience.reading));
    let stream = Box::pin(stream);
    let Some(tls) = &serving.tls else {
        return http1(stream, &serving, peer).await.map_err(|error| error.to_string());
    };
    let handshake = tls.acceptor().accept(stream);
    let secured = tokio::time::timeout(serving.patience.handshake, handshake).await;
    let secured = secured.map_err(|_| "the handshake took too long".to_owned())?.map_err(words)?;
    let served = match secured.get_ref().1.alpn_protocol() {
        Some(b"h2") => http2(secured, &serving, peer).await,
        _ => http1(secured, &serving, peer).await,
    };
    served.map_err(|error| error.to_string())
}

async fn answer(
    mut router: Router,
    peer: SocketAddr,
    mut request: hyper::Request<Incoming>,
) -> Result<axum::response::Response, std::convert::Infallible> {
    request.extensions_mut().insert(ConnectInfo(peer));
    router.call(request.map(Body::new)).await
}

async fn http1(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    serving: &Serving,
    peer: SocketAddr,
) -> hyper::Result<()> {
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(serving.patience.headers).half_close(false);
    let service = service_fn(|request| answer(serving.router.clone(), peer, request));
    let connection = builder.serve_connection(TokioIo::new(stream), service).with_upgrades();
    drive!(connection, serving.stop)
}

async fn http2(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    serving: &Serving,
    peer: SocketAddr,
) -> hyper::Result<()> {
    let mut builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(200)
        .keep_alive_interval(serving.patience.reading)
        .keep_alive_timeout(serving.patience.headers);
    let router = serving.router.clone();
    let service = service_fn(move |request| answer(router.clone(), peer, request));
    drive!(builder.serve_connection(TokioIo::new(stream), service), serving.stop)
}
