//! What can be set from outside: flags, the environment and a file, in this order of precedence.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::{Deserialize, Serialize};

/// Every setting is a flag, an environment variable and, under the flag's name, an entry of the file.
#[derive(Args, Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// Address and port; 0.0.0.0 lets other machines in, port 0 picks a free one [default: 127.0.0.1:4180]
    #[arg(
        long,
        env = "FERROQUERY_HUB_LISTEN",
        value_name = "ADDR",
        value_parser = address
    )]
    pub(crate) listen: Option<SocketAddr>,
    /// A second address for /metrics and /healthz; without it both are served on the first one
    #[arg(
        long,
        env = "FERROQUERY_HUB_ADMIN_LISTEN",
        value_name = "ADDR",
        value_parser = address
    )]
    pub(crate) admin_listen: Option<SocketAddr>,
    /// What an event invalidates (JSON, see docs/hub.md); check it with `rules check`
    #[arg(long, env = "FERROQUERY_HUB_RULES", value_name = "FILE")]
    pub(crate) rules: Option<PathBuf>,
    /// Origins whose pages may connect, comma-separated; * lets all of them, without cookies
    #[arg(
        long,
        env = "FERROQUERY_HUB_CORS_ORIGIN",
        value_name = "ORIGIN",
        value_delimiter = ','
    )]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) cors_origin: Vec<String>,
    /// text or json [default: text]
    #[arg(long, env = "FERROQUERY_HUB_LOG_FORMAT", value_name = "FORMAT")]
    pub(crate) log_format: Option<LogFormat>,
    /// What is logged: error, warn, info, debug or trace, or a filter such as info,ferroquery_hub=debug [default: info]
    #[arg(long, env = "FERROQUERY_HUB_LOG", value_name = "LEVEL")]
    pub(crate) log: Option<String>,

    /// Tokens are signed with this secret (HS256, at least 32 bytes). Better set it in the environment: flags are seen
    /// by everyone on the machine
    #[arg(
        long,
        env = "FERROQUERY_HUB_JWT_SECRET",
        value_name = "SECRET",
        hide_env_values = true,
        help_heading = "Tokens"
    )]
    pub(crate) jwt_secret: Option<String>,
    /// Tokens are signed with one of these keys (RS256, ES256): a JSON Web Key Set
    #[arg(
        long,
        env = "FERROQUERY_HUB_JWKS",
        value_name = "FILE|URL",
        help_heading = "Tokens"
    )]
    pub(crate) jwks: Option<String>,
    /// The aud that tokens must have
    #[arg(
        long,
        env = "FERROQUERY_HUB_JWT_AUDIENCE",
        value_name = "AUD",
        help_heading = "Tokens"
    )]
    pub(crate) jwt_audience: Option<String>,
    /// The iss that tokens must have
    #[arg(
        long,
        env = "FERROQUERY_HUB_JWT_ISSUER",
        value_name = "ISS",
        help_heading = "Tokens"
    )]
    pub(crate) jwt_issuer: Option<String>,
    /// The HttpOnly cookie in which a stream's token may come [default: ferroquery_token]
    #[arg(
        long,
        env = "FERROQUERY_HUB_COOKIE",
        value_name = "NAME",
        help_heading = "Tokens"
    )]
    pub(crate) cookie: Option<String>,
    /// What may be heard without a token, comma-separated globs
    #[arg(
        long,
        env = "FERROQUERY_HUB_ANONYMOUS",
        value_name = "GLOB",
        value_delimiter = ',',
        help_heading = "Tokens"
    )]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) anonymous: Vec<String>,

    /// Keep history in Redis, for several hubs: redis://[user:password@]host[:port][/db], or rediss://
    #[arg(
        long,
        env = "FERROQUERY_HUB_REDIS_URL",
        value_name = "URL",
        hide_env_values = true,
        help_heading = "Redis"
    )]
    pub(crate) redis_url: Option<String>,
    /// Begins the names of the hub's own keys there [default: ferroquery]
    #[arg(
        long,
        env = "FERROQUERY_HUB_REDIS_NAMESPACE",
        value_name = "NAME",
        help_heading = "Redis"
    )]
    pub(crate) redis_namespace: Option<String>,
    /// Mirror invalidations of the keys that begin like this (repeatable). FROM=TO lets browsers see TO in place of FROM
    #[arg(
        long,
        env = "FERROQUERY_HUB_MIRROR_PREFIX",
        value_name = "PREFIX",
        value_delimiter = ',',
        help_heading = "Redis"
    )]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) mirror_prefix: Vec<String>,
    /// The Redis that is mirrored [default: that of --redis-url]
    #[arg(
        long,
        env = "FERROQUERY_HUB_MIRROR_URL",
        value_name = "URL",
        hide_env_values = true,
        help_heading = "Redis"
    )]
    pub(crate) mirror_url: Option<String>,
    /// How it is followed: auto takes tracking and, where Redis refuses it, keyspace notifications [default: auto]
    #[arg(
        long,
        env = "FERROQUERY_HUB_MIRROR_MODE",
        value_name = "MODE",
        help_heading = "Redis"
    )]
    pub(crate) mirror_mode: Option<MirrorMode>,
    /// What counts: any is everything; changed is all but a key's first value; deleted is a key that is gone, by keyspace notifications [default: any]
    #[arg(
        long,
        env = "FERROQUERY_HUB_MIRROR_ON",
        value_name = "WHAT",
        help_heading = "Redis"
    )]
    pub(crate) mirror_on: Option<MirrorOn>,

    /// Streams at a time [default: 10000]
    #[arg(
        long,
        env = "FERROQUERY_HUB_MAX_CONNECTIONS",
        value_name = "N",
        help_heading = "Limits"
    )]
    pub(crate) max_connections: Option<usize>,
    /// Streams that one address may open in a second, five times as many at once; 0 is no limit [default: 200]
    #[arg(
        long,
        env = "FERROQUERY_HUB_CONNECTS_PER_SECOND",
        value_name = "N",
        help_heading = "Limits"
    )]
    pub(crate) connects_per_second: Option<u32>,
    /// Publications that one address may send in a second, five times as many at once; 0 is no limit [default: 1000]
    #[arg(
        long,
        env = "FERROQUERY_HUB_PUBLISHES_PER_SECOND",
        value_name = "N",
        help_heading = "Limits"
    )]
    pub(crate) publishes_per_second: Option<u32>,
    /// The header in which a proxy that you trust names the client's address, such as x-real-ip
    #[arg(
        long,
        env = "FERROQUERY_HUB_CLIENT_IP_HEADER",
        value_name = "NAME",
        help_heading = "Limits"
    )]
    pub(crate) client_ip_header: Option<String>,
    /// The largest publication [default: 65536]
    #[arg(
        long,
        env = "FERROQUERY_HUB_MAX_PUBLISH_BYTES",
        value_name = "BYTES",
        help_heading = "Limits"
    )]
    pub(crate) max_publish_bytes: Option<usize>,
    /// Events kept for those who come back [default: 16384]
    #[arg(
        long,
        env = "FERROQUERY_HUB_HISTORY_EVENTS",
        value_name = "N",
        help_heading = "Limits"
    )]
    pub(crate) history_events: Option<usize>,
    /// Memory for these events; with Redis, only their number counts [default: 8388608]
    #[arg(
        long,
        env = "FERROQUERY_HUB_HISTORY_BYTES",
        value_name = "BYTES",
        help_heading = "Limits"
    )]
    pub(crate) history_bytes: Option<usize>,
    /// Who missed more events than this is reset [default: 4096]
    #[arg(
        long,
        env = "FERROQUERY_HUB_REPLAY_LIMIT",
        value_name = "N",
        help_heading = "Limits"
    )]
    pub(crate) replay_limit: Option<usize>,
    /// Events that may wait for one connection; with more it gets `bye slow` [default: 256]
    #[arg(
        long,
        env = "FERROQUERY_HUB_QUEUE_EVENTS",
        value_name = "N",
        help_heading = "Limits"
    )]
    pub(crate) queue_events: Option<usize>,
    /// Clients whose refetches or reconnects your backend can stand in a second [default: 500]
    #[arg(
        long,
        env = "FERROQUERY_HUB_CLIENTS_PER_SECOND",
        value_name = "N",
        help_heading = "Limits"
    )]
    pub(crate) clients_per_second: Option<u32>,

    /// Identical operations within this time become one [default: 50]
    #[arg(
        long,
        env = "FERROQUERY_HUB_JOIN_MS",
        value_name = "MS",
        help_heading = "Times"
    )]
    pub(crate) join_ms: Option<u64>,
    /// Silence after which a heartbeat is sent [default: 15000]
    #[arg(
        long,
        env = "FERROQUERY_HUB_HEARTBEAT_MS",
        value_name = "MS",
        help_heading = "Times"
    )]
    pub(crate) heartbeat_ms: Option<u64>,
    /// Streams are closed at a random time in the last fifth of this, so that load spreads over new servers [default:
    /// 1800000]
    #[arg(
        long,
        env = "FERROQUERY_HUB_LIFETIME_MS",
        value_name = "MS",
        help_heading = "Times"
    )]
    pub(crate) lifetime_ms: Option<u64>,
    /// What clients wait before they come back, at least [default: 500]
    #[arg(
        long,
        env = "FERROQUERY_HUB_RETRY_MS",
        value_name = "MS",
        help_heading = "Times"
    )]
    pub(crate) retry_ms: Option<u64>,
    /// What they add to it at random, at most [default: 1000]
    #[arg(
        long,
        env = "FERROQUERY_HUB_JITTER_MS",
        value_name = "MS",
        help_heading = "Times"
    )]
    pub(crate) jitter_ms: Option<u64>,
    /// The longest time over which refetches, and goodbyes at the end, are spread [default: 30000]
    #[arg(
        long,
        env = "FERROQUERY_HUB_MAX_SPREAD_MS",
        value_name = "MS",
        help_heading = "Times"
    )]
    pub(crate) max_spread_ms: Option<u64>,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LogFormat {
    #[default]
    Text,
    Json,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum MirrorMode {
    #[default]
    Auto,
    Tracking,
    Keyspace,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum MirrorOn {
    Changed,
    Deleted,
    #[default]
    Any,
}

impl Settings {
    /// Fills what is not set from a TOML file.
    pub(crate) fn over(self, file: Option<&Path>) -> Result<Self, String> {
        let Some(path) = file else { return Ok(self) };
        let named = |error: &dyn std::fmt::Display| format!("--config {}: {error}", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| named(&error))?;
        // Read as settings first, so that an error names the line.
        toml::from_str::<Settings>(&text).map_err(|error| named(&error))?;
        let mut all: toml::Table = toml::from_str(&text).map_err(|error| named(&error))?;
        all.extend(toml::Table::try_from(&self).map_err(|error| named(&error))?);
        all.try_into().map_err(|error| named(&error))
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        "write an IP address and a port: 127.0.0.1:4180, or 0.0.0.0:4180 to be reached from other machines".into()
    })
}
