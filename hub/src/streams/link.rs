//! A connection to Redis that is made again when it breaks.

use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, Cmd, FromRedisValue, RedisError, RedisResult, ScriptInvocation,
};
use tokio::sync::Mutex;

use crate::upstream::UpstreamError;

const CONNECT_PATIENCE: Duration = Duration::from_secs(2);
/// Longer than a blocking read waits.
const ANSWER_PATIENCE: Duration = Duration::from_secs(3);

#[derive(Clone)]
pub(crate) struct Link {
    client: Client,
    open: Arc<Mutex<Option<MultiplexedConnection>>>,
}

/// What is asked of Redis.
#[derive(Clone, Copy)]
pub(crate) enum Call<'a> {
    Script(&'a ScriptInvocation<'a>),
    Command(&'a Cmd),
}

impl Link {
    pub(crate) fn new(url: &str) -> Result<Self, UpstreamError> {
        // Without the URL, which may hold a password.
        let client = Client::open(url).map_err(|error| {
            UpstreamError(format!(
                "no address of a Redis ({error}): write redis://host:6379, or rediss:// for TLS"
            ))
        })?;
        Ok(Self {
            client,
            open: Arc::default(),
        })
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// A link of its own to the same Redis, for commands that block.
    pub(crate) fn another(&self) -> Self {
        Self {
            client: self.client.clone(),
            open: Arc::default(),
        }
    }

    /// Runs commands. A connection that broke meanwhile, or belongs to a server that is not the master any more, is made
    /// again, once: so commands must be such that running twice does no harm.
    pub(crate) async fn run<T: FromRedisValue>(&self, call: Call<'_>) -> Result<T, UpstreamError> {
        let mut is_second = false;
        loop {
            let mut connection = self.connection().await.map_err(failed)?;
            let done = match call {
                Call::Script(script) => script.invoke_async(&mut connection).await,
                Call::Command(command) => command.query_async(&mut connection).await,
            };
            let Err(error) = &done else {
                return done.map_err(failed);
            };
            if is_broken(error) {
                *self.open.lock().await = None;
            }
            // Who didn't answer in time won't answer in time now.
            if is_second || !is_broken(error) || error.is_timeout() {
                return done.map_err(failed);
            }
            is_second = true;
        }
    }

    async fn connection(&self) -> RedisResult<MultiplexedConnection> {
        let mut open = self.open.lock().await;
        if let Some(connection) = &*open {
            return Ok(connection.clone());
        }
        let connection = self
            .client
            .get_multiplexed_async_connection_with_config(&patience())
            .await?;
        Ok(open.insert(connection).clone())
    }
}

pub(crate) fn patience() -> AsyncConnectionConfig {
    AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECT_PATIENCE))
        .set_response_timeout(Some(ANSWER_PATIENCE))
}

fn is_broken(error: &RedisError) -> bool {
    error.is_io_error()
        || error.is_connection_dropped()
        || error.is_timeout()
        // A server that has become a replica.
        || matches!(error.code(), Some("READONLY" | "LOADING" | "MASTERDOWN"))
}

fn failed(error: RedisError) -> UpstreamError {
    UpstreamError(format!("Redis: {error}"))
}
