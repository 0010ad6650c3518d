//! Connections, each with limits to how long it may keep the server waiting.
//!
//! On hyper itself: `axum::serve` sets neither.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt;

/// For a request's headers, and for the next request of an idle connection.
const HEADER_PATIENCE: Duration = Duration::from_secs(30);
/// Who doesn't take what is sent for so long is cut off: a stream's reader that sleeps for ever would otherwise keep its
/// place until the system gives up, after hours.
const UNREAD_PATIENCE: Duration = Duration::from_secs(60);
/// After an error that all accepts are likely to meet, such as too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(500);

/// Answers until told to stop, and then finishes what is under way.
pub(super) async fn answer(
    listener: TcpListener,
    router: Router,
    mut stopped: watch::Receiver<bool>,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEADER_PATIENCE);
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.wait_for(|stopped| *stopped) => break,
        };
        let (socket, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection can't be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        prepare(&socket);
        let router = router.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let (mut parts, body) = request.into_parts();
            parts.extensions.insert(ConnectInfo::<SocketAddr>(peer));
            router.clone().oneshot(Request::from_parts(parts, body))
        });
        let connection = graceful.watch(http.serve_connection(TokioIo::new(socket), service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection broke");
            }
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

fn prepare(socket: &TcpStream) {
    // Small events must not wait for more bytes to fill a packet.
    let _ = socket.set_nodelay(true);
    #[cfg(target_os = "linux")]
    let _ = socket2::SockRef::from(socket).set_tcp_user_timeout(Some(UNREAD_PATIENCE));
}
