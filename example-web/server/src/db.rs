//! The database: one SQLite connection, used from blocking threads.
//!
//! One connection is enough: every query here takes a few milliseconds at most, and an in-memory database
//! belongs to its connection anyway.

use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::ApiError;
use crate::seed;

/// A handle to the database; clones share it.
#[derive(Clone)]
pub struct Db {
    connection: Arc<Mutex<Connection>>,
}

impl Db {
    /// Opens the file at `path`, or a database in memory, and fills it with seed data if it is empty.
    /// `agents_per_workspace` and `seed` shape that data; the same numbers on the same day give the same rows.
    ///
    /// # Errors
    /// Whatever SQLite says about the file.
    pub fn open(
        path: Option<&Path>,
        agents_per_workspace: u32,
        seed: u64,
    ) -> rusqlite::Result<Self> {
        let mut connection = match path {
            Some(path) => Connection::open(path)?,
            None => Connection::open_in_memory()?,
        };
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")?;
        connection.set_prepared_statement_cache_capacity(64);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let tables: i64 = transaction.query_row(
            "SELECT count(*) FROM sqlite_schema WHERE name = 'workspaces'",
            [],
            |row| row.get(0),
        )?;
        if tables == 0 {
            transaction.execute_batch(include_str!("schema.sql"))?;
            seed::fill(&transaction, agents_per_workspace, seed)?;
        }
        transaction.commit()?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    /// Runs `query` on a blocking thread.
    ///
    /// # Errors
    /// What `query` returns.
    pub async fn read<T, F>(&self, query: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, ApiError> + Send + 'static,
    {
        let connection = Arc::clone(&self.connection);
        on_blocking_thread(move || query(&connection.lock())).await
    }

    /// Runs `change` in a transaction on a blocking thread and, once that is committed, `committed` with what
    /// `change` has for it; an error rolls the change back.
    ///
    /// Both run on that thread because a request whose client has gone is dropped at its next await: what is
    /// committed must be announced all the same.
    ///
    /// # Errors
    /// What `change` returns, or a failing commit.
    pub async fn write<T, E, F, C>(&self, change: F, committed: C) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<(T, E), ApiError> + Send + 'static,
        C: FnOnce(E) + Send + 'static,
    {
        let connection = Arc::clone(&self.connection);
        on_blocking_thread(move || {
            let mut connection = connection.lock();
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let (value, news) = change(&transaction)?;
            transaction.commit()?;
            committed(news);
            Ok(value)
        })
        .await
    }
}

async fn on_blocking_thread<T, F>(work: F) -> Result<T, ApiError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, ApiError> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        // A panic in a query is a defect of this request alone; it surfaces where it would have without the thread.
        Err(failed) => std::panic::resume_unwind(failed.into_panic()),
    }
}
