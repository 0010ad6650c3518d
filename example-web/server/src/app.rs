//! What handlers and the generator share: the database, the hub, and the writes.

use std::sync::Arc;

use ferroquery_hub::Hub;
use parking_lot::Mutex;
use rusqlite::Connection;

use crate::agents::{self, Agent, Rename};
use crate::chance::Chance;
use crate::credits::{self, Spend, Spent};
use crate::db::Db;
use crate::error::ApiError;
use crate::events::DomainEvent;
use crate::runs::{self, CompleteRun, Run};
use crate::timeframe::now_ms;

/// The application; clones share everything.
#[derive(Clone)]
pub struct App {
    db: Db,
    hub: Hub,
    chance: Arc<Mutex<Chance>>,
}

impl App {
    /// Puts the parts together; `seed` starts whatever requests leave open.
    pub fn new(db: Db, hub: Hub, seed: u64) -> Self {
        Self {
            db,
            hub,
            chance: Arc::new(Mutex::new(Chance::new(seed))),
        }
    }

    /// The hub that browsers listen to.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Runs a query.
    ///
    /// # Errors
    /// What `query` returns.
    pub async fn read<T, F>(&self, query: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, ApiError> + Send + 'static,
    {
        self.db.read(query).await
    }

    /// Records a run. See [`runs::complete`].
    ///
    /// # Errors
    /// As [`runs::complete`].
    pub async fn complete_run(
        &self,
        workspace: String,
        wanted: CompleteRun,
    ) -> Result<Run, ApiError> {
        self.write(move |db, chance, now| runs::complete(db, &workspace, &wanted, chance, now))
            .await
    }

    /// Renames an agent. See [`agents::rename`].
    ///
    /// # Errors
    /// As [`agents::rename`].
    pub async fn rename_agent(
        &self,
        workspace: String,
        id: String,
        wanted: Rename,
    ) -> Result<Agent, ApiError> {
        self.write(move |db, _, now| agents::rename(db, &workspace, &id, &wanted, now))
            .await
    }

    /// Books an expense. See [`credits::spend`].
    ///
    /// # Errors
    /// As [`credits::spend`].
    pub async fn spend_credits(&self, workspace: String, wanted: Spend) -> Result<Spent, ApiError> {
        self.write(move |db, chance, now| credits::spend(db, &workspace, &wanted, chance, now))
            .await
    }

    /// Every write goes this way: change, commit, then tell the browsers.
    async fn write<T, F>(&self, change: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection, &mut Chance, i64) -> Result<(T, DomainEvent), ApiError>
            + Send
            + 'static,
    {
        let chance = Arc::clone(&self.chance);
        let hub = self.hub.clone();
        self.db
            .write(
                move |transaction| change(transaction, &mut chance.lock(), now_ms()),
                move |event| {
                    hub.publish(event.into_inv());
                },
            )
            .await
    }
}
