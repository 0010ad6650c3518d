//! Starting and stopping.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use ferroquery_hub::{Hub, HubConfig};
use tokio::net::TcpListener;
use tower_http::compression::CompressionLayer;

use crate::app::App;
use crate::db::Db;
use crate::flags::Flags;
use crate::{generator, page, routes};

/// How long a shutdown waits for requests that are under way.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(5);

/// A server that listens but doesn't answer yet.
pub struct Server {
    listener: TcpListener,
    router: Router,
    app: App,
    flags: Flags,
}

impl Server {
    /// Opens the port and the database.
    ///
    /// # Errors
    /// A text for the person at the command line: what is wrong, and which flag helps.
    pub async fn bind(flags: Flags) -> Result<Self, String> {
        if let Some(dist) = flags
            .dist
            .as_ref()
            .filter(|dist| !dist.join("index.html").is_file())
        {
            return Err(format!(
                "--dist {}: there is no index.html in it; build the page first or leave --dist out",
                dist.display()
            ));
        }
        let address = SocketAddr::new(flags.host, flags.port);
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::AddrInUse => {
                    format!(
                        "port {} on {} is taken: choose another with --port (0 picks a free one)",
                        flags.port, flags.host
                    )
                }
                std::io::ErrorKind::AddrNotAvailable => {
                    format!(
                        "{} is no address of this machine: choose another with --host",
                        flags.host
                    )
                }
                std::io::ErrorKind::PermissionDenied => {
                    format!(
                        "port {} needs more rights: choose one above 1023 with --port",
                        flags.port
                    )
                }
                _ => format!("can't listen on {address}: {error}"),
            })?;
        let db =
            Db::open(flags.db.as_deref(), flags.agents, flags.seed).map_err(
                |error| match &flags.db {
                    Some(path) => format!("--db {}: {error}", path.display()),
                    None => format!("the database in memory: {error}"),
                },
            )?;
        let app = App::new(db, Hub::new(HubConfig::default()), flags.seed);
        let mut router = routes::router(app.clone(), flags.latency());
        if let Some(dist) = &flags.dist {
            router = router.merge(page::router(dist));
        }
        // Its default leaves event streams alone: compressed, they would sit in the encoder's buffer.
        let router = router.layer(CompressionLayer::new());
        Ok(Self {
            listener,
            router,
            app,
            flags,
        })
    }

    /// Where the dashboard is.
    pub fn url(&self) -> String {
        match self.listener.local_addr() {
            Ok(address) => format!("http://{address}"),
            Err(_) => format!(
                "http://{}",
                SocketAddr::new(self.flags.host, self.flags.port)
            ),
        }
    }

    /// Answers until `stop` is ready, then sends the live clients away and lets requests under way finish.
    ///
    /// # Errors
    /// A listener that broke.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
        let generator = self.flags.generator_interval().map(|every| {
            tokio::spawn(generator::run(
                self.app.clone(),
                every,
                self.flags.agents,
                self.flags.seed.wrapping_add(1),
            ))
        });
        let (stopping, mut stopped) = tokio::sync::watch::channel(false);
        let hub = self.app.hub().clone();
        let shutdown = async move {
            stop.await;
            if let Some(generator) = generator {
                generator.abort();
            }
            hub.drain().await;
            stopping.send_replace(true);
        };
        // Small events must not wait for more bytes to fill a packet.
        let listener = self.listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        let serving = axum::serve(listener, self.router).with_graceful_shutdown(shutdown);
        tokio::select! {
            result = serving => result,
            // A client that doesn't read would hold the process up for ever.
            () = async {
                let _ = stopped.wait_for(|stopped| *stopped).await;
                tokio::time::sleep(SHUTDOWN_GRACE).await;
            } => Ok(()),
        }
    }
}
