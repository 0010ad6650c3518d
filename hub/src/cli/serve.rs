//! `ferroquery-hub serve`.

use std::future::Future;
use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::Instant;
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::accept::answer;
use super::rules_command;
use super::settings::{LogFormat, MirrorMode, MirrorOn, Settings};
use crate::config::HubConfig;
use crate::globs::Globs;
use crate::hub::Hub;
use crate::limits::{self, Limits};
use crate::mirror::{Mirror, On, Prefixes, Source};
use crate::rules::RuleBook;
use crate::streams::{Streams, StreamsConfig};
use crate::tokens::{Keys, Tokens};

/// How long a shutdown waits for requests that are under way, after all streams are closed.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(5);

pub(super) async fn serve(config: Option<PathBuf>, settings: Settings) -> Result<ExitCode, String> {
    let settings = settings.over(config.as_deref())?;
    log(&settings)?;
    let hub = hub(&settings).await?;
    mirror(&settings, &hub)?;
    let limits = Limits::new(
        hub.clone(),
        settings.connects_per_second.unwrap_or(200),
        settings.publishes_per_second.unwrap_or(1_000),
        header_name(settings.client_ip_header.as_deref())?,
    );
    let public = hub
        .router()
        .layer(middleware::from_fn_with_state(
            Arc::new(limits),
            limits::limit,
        ))
        .layer(cors(&settings.cors_origin)?);
    let admin = Router::new()
        .route("/healthz", get(healthz))
        .route("/metrics", get(metrics))
        .with_state(hub.clone());
    let address = settings
        .listen
        .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 4180)));
    let listener = bind(address, "--listen").await?;
    let (stopping, stopped) = watch::channel(false);
    let mut servers = tokio::task::JoinSet::new();
    match settings.admin_listen {
        None => {
            let router = public.merge(admin).layer(middleware::from_fn(log_request));
            started("hub", &listener);
            servers.spawn(answer(listener, router, stopped));
        }
        Some(address) => {
            let admin_listener = bind(address, "--admin-listen").await?;
            started("hub", &listener);
            started("admin", &admin_listener);
            let router = public.layer(middleware::from_fn(log_request));
            servers.spawn(answer(listener, router, stopped.clone()));
            servers.spawn(answer(admin_listener, admin, stopped));
        }
    }
    stop_signal().await;
    let connections = hub.stats().connections;
    tracing::info!(connections, "draining");
    hub.drain().await;
    stopping.send_replace(true);
    // A client that doesn't read would hold the process up for ever.
    let _ = tokio::time::timeout(SHUTDOWN_GRACE, async {
        while servers.join_next().await.is_some() {}
    })
    .await;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

fn log(settings: &Settings) -> Result<(), String> {
    let filter = settings.log.as_deref().unwrap_or("info");
    let filter = tracing_subscriber::EnvFilter::try_new(filter)
        .map_err(|error| format!("--log {filter}: {error}"))?;
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match settings.log_format.unwrap_or_default() {
        LogFormat::Text => subscriber.init(),
        LogFormat::Json => subscriber.json().flatten_event(true).init(),
    }
    Ok(())
}

async fn hub(settings: &Settings) -> Result<Hub, String> {
    let mut config = HubConfig::default();
    let ms = |value: Option<u64>, default: Duration| value.map_or(default, Duration::from_millis);
    config.history_events = settings.history_events.unwrap_or(config.history_events);
    config.history_bytes = settings.history_bytes.unwrap_or(config.history_bytes);
    config.replay_limit = settings.replay_limit.unwrap_or(config.replay_limit);
    config.queue_events = settings.queue_events.unwrap_or(config.queue_events);
    config.clients_per_second = settings
        .clients_per_second
        .unwrap_or(config.clients_per_second);
    config.max_connections = settings.max_connections.unwrap_or(config.max_connections);
    config.max_publish_bytes = settings
        .max_publish_bytes
        .unwrap_or(config.max_publish_bytes);
    config.join_window = ms(settings.join_ms, config.join_window);
    config.heartbeat = ms(settings.heartbeat_ms, config.heartbeat);
    config.lifetime = ms(settings.lifetime_ms, config.lifetime);
    config.retry = ms(settings.retry_ms, config.retry);
    config.jitter = ms(settings.jitter_ms, config.jitter);
    config.max_spread = ms(settings.max_spread_ms, config.max_spread);
    if config.heartbeat.is_zero() || config.lifetime.is_zero() {
        return Err("--heartbeat-ms and --lifetime-ms must be above 0".into());
    }
    config.rules = Arc::new(match &settings.rules {
        Some(file) => rules_command::read(file).map_err(|error| format!("--rules {error}"))?,
        None => RuleBook::default(),
    });
    match tokens(settings).await? {
        Some(tokens) => config.authorize = Some(Arc::new(tokens)),
        None => tracing::warn!(
            "neither --jwt-secret nor --jwks is set: everybody may subscribe to everything, and nobody may publish over HTTP"
        ),
    }
    match &settings.redis_url {
        None => Ok(Hub::new(config)),
        Some(url) => {
            let streams = StreamsConfig {
                namespace: namespace(settings),
                max_events: config.history_events,
            };
            Streams::open(url, streams, config)
                .await
                .map_err(|error| format!("--redis-url: {error}"))
        }
    }
}

async fn tokens(settings: &Settings) -> Result<Option<Tokens>, String> {
    let keys = match (&settings.jwt_secret, &settings.jwks) {
        (Some(_), Some(_)) => {
            return Err("--jwt-secret and --jwks exclude each other: choose one".into());
        }
        (Some(secret), None) => {
            Keys::secret(secret).map_err(|error| format!("--jwt-secret: {error}"))?
        }
        (None, Some(source)) => Keys::set(source)
            .await
            .map_err(|error| format!("--jwks {error}"))?,
        (None, None) if settings.anonymous.is_empty() => return Ok(None),
        (None, None) => {
            return Err(
                "--anonymous narrows what is heard without a token: set --jwt-secret or --jwks too"
                    .into(),
            );
        }
    };
    let anonymous = Globs::parse(settings.anonymous.clone())
        .map_err(|error| format!("--anonymous: {error}"))?;
    let cookie = settings.cookie.as_deref().unwrap_or("ferroquery_token");
    Ok(Some(
        Tokens::new(Arc::new(keys))
            .cookie(Some(cookie.to_owned()))
            .issued(settings.jwt_audience.clone(), settings.jwt_issuer.clone())
            .anonymous((!anonymous.is_empty()).then_some(anonymous)),
    ))
}

fn namespace(settings: &Settings) -> String {
    let name = settings.redis_namespace.as_deref();
    name.unwrap_or("ferroquery").to_owned()
}

fn mirror(settings: &Settings, hub: &Hub) -> Result<(), String> {
    if settings.mirror_prefix.is_empty() {
        return match &settings.mirror_url {
            Some(_) => Err("--mirror-url needs a --mirror-prefix: which keys are mirrored?".into()),
            None => Ok(()),
        };
    }
    let Some(url) = settings.mirror_url.as_ref().or(settings.redis_url.as_ref()) else {
        return Err(
            "--mirror-prefix needs --mirror-url (or --redis-url): whose keys are mirrored?".into(),
        );
    };
    let prefixes = Prefixes::parse(&settings.mirror_prefix, &namespace(settings))
        .map_err(|error| format!("--mirror-prefix: {error}"))?;
    let on = match settings.mirror_on.unwrap_or_default() {
        MirrorOn::Changed => On::Changed,
        MirrorOn::Deleted => On::Deleted,
        MirrorOn::Any => On::Any,
    };
    let sources = match (settings.mirror_mode.unwrap_or_default(), on) {
        (MirrorMode::Tracking, On::Deleted) => {
            return Err(
                "--mirror-on deleted needs keyspace notifications, tracking doesn't say what happened to a key: leave --mirror-mode out"
                    .into(),
            );
        }
        (MirrorMode::Keyspace, _) | (MirrorMode::Auto, On::Deleted) => vec![Source::Keyspace],
        (MirrorMode::Auto, _) => vec![Source::Tracking, Source::Keyspace],
        (MirrorMode::Tracking, _) => vec![Source::Tracking],
    };
    Mirror::start(url, prefixes, sources, on, hub).map_err(|error| format!("--mirror-url: {error}"))
}

fn header_name(name: Option<&str>) -> Result<Option<HeaderName>, String> {
    name.map(|name| {
        name.parse()
            .map_err(|_| format!("--client-ip-header {name}: no name of a header"))
    })
    .transpose()
}

fn cors(origins: &[String]) -> Result<CorsLayer, String> {
    let layer = CorsLayer::new()
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::CACHE_CONTROL,
            HeaderName::from_static("last-event-id"),
        ])
        .expose_headers([header::RETRY_AFTER])
        .max_age(Duration::from_secs(3_600));
    if origins.iter().any(|origin| origin == "*") {
        return Ok(layer.allow_origin(AllowOrigin::any()));
    }
    let origins = origins.iter().map(|origin| {
        let is_origin = origin
            .split_once("://")
            .is_some_and(|(_, host)| !host.is_empty() && !host.contains(['/', '?', '#']));
        let value = origin.parse::<HeaderValue>().ok().filter(|_| is_origin);
        value.ok_or_else(|| {
            format!(
                "--cors-origin {origin}: an origin is like https://app.example.com, without a path"
            )
        })
    });
    let origins: Vec<HeaderValue> = origins.collect::<Result<_, _>>()?;
    Ok(layer.allow_origin(origins).allow_credentials(true))
}

async fn bind(address: SocketAddr, flag: &str) -> Result<TcpListener, String> {
    TcpListener::bind(address)
        .await
        .map_err(|error| format!("{flag} {address}: {error}: choose another address or port"))
}

/// On standard output, for whoever started the process with port 0.
fn started(what: &str, listener: &TcpListener) {
    if let Ok(address) = listener.local_addr() {
        // Whoever started it may have stopped listening.
        let _ = writeln!(std::io::stdout(), "{what}: http://{address}");
    }
}

/// SIGTERM or Ctrl-C.
fn stop_signal() -> impl Future<Output = ()> {
    let interrupted = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    #[cfg(unix)]
    let terminated = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminated) => {
                terminated.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    async {
        tokio::select! {
            () = interrupted => {}
            () = terminated => {}
        }
    }
}

/// Without the query: it holds what somebody is interested in.
async fn log_request(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let ms = started.elapsed().as_millis() as u64;
    match status {
        200..400 => tracing::debug!(%method, path, status, ms, "answered"),
        _ => tracing::info!(%method, path, status, ms, "refused"),
    }
    response
}

async fn healthz(State(hub): State<Hub>) -> Response {
    let (status, word) = match hub.is_ready() {
        true => (StatusCode::OK, "ok"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "not ready"),
    };
    let stats = hub.stats();
    let body = json!({ "status": word, "epoch": stats.epoch, "connections": stats.connections });
    let headers = [(header::CACHE_CONTROL, "no-store")];
    (status, headers, Json(body)).into_response()
}

async fn metrics(State(hub): State<Hub>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], hub.metrics()).into_response()
}
