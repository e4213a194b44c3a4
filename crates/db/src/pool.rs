use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use kernel::{Chance, Clock, Scope};
use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions};

use crate::scope::{Mode, begin_statement};
use crate::{Error, ReadTx, WriteTx};

/// How long a request waits for a connection before it is told that the server is busy.
const ACQUIRE_LIMIT: Duration = Duration::from_secs(10);

/// What holds for each session.
///
/// - `rollback` where there is nothing to roll back warns; nobody needs to hear it.
/// - A plan is made once and not for each page: the tenant is bound and not a parameter, so that a
///   parameter seldom changes the plan. A query whose condition may be absent says so with `case`,
///   for which the planner expects half the rows, and not with `or`, for which it expects next to none.
const SETTINGS: [(&str, &str); 2] = [
    ("client_min_messages", "error"),
    ("plan_cache_mode", "force_generic_plan"),
];

/// The database as one login role sees it. There is no way to SQL but [`Db::read`] and
/// [`Db::write`].
#[derive(Clone)]
pub struct Db {
    pool: PgPool,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
}

impl Db {
    /// A pool of up to `connections` connections that are made when they are needed.
    pub fn new(
        options: PgConnectOptions,
        connections: u32,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
    ) -> Self {
        let options = options.options(SETTINGS);
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(ACQUIRE_LIMIT)
            // The pool pings what comes back; a transaction begins with a rollback (`scope`).
            .test_before_acquire(false)
            .connect_lazy_with(options);
        Self {
            pool,
            clock,
            chance,
        }
    }

    /// A transaction that reads on behalf of `scope`. Dropping it ends it.
    pub async fn read(&self, scope: &Scope) -> Result<ReadTx, Error> {
        let statement = begin_statement(scope, Mode::Read);
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place where a scope is opened"
        )]
        let tx = self.pool.begin_with(statement).await?;
        Ok(ReadTx::new(tx))
    }

    /// The same, with all statements seeing one moment: for what must add up across them.
    pub async fn read_snapshot(&self, scope: &Scope) -> Result<ReadTx, Error> {
        let statement = begin_statement(scope, Mode::Snapshot);
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place where a scope is opened"
        )]
        let tx = self.pool.begin_with(statement).await?;
        Ok(ReadTx::new(tx))
    }

    /// A transaction that writes on behalf of `scope`. It ends with [`WriteTx::commit`]; dropping
    /// it undoes everything.
    pub async fn write(&self, scope: &Scope) -> Result<WriteTx, Error> {
        let statement = begin_statement(scope, Mode::Write);
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place where a scope is opened"
        )]
        let tx = self.pool.begin_with(statement).await?;
        Ok(WriteTx::new(tx, self.clock.clone(), self.chance.clone()))
    }

    /// A connection that hears what the database tells on `channels`.
    pub async fn listen(&self, channels: &[&str]) -> Result<PgListener, Error> {
        let mut listener = PgListener::connect_with(&self.pool).await?;
        listener.listen_all(channels.iter().copied()).await?;
        Ok(listener)
    }

    /// The clock that this process lives by.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// The randomness that this process draws from.
    pub fn chance(&self) -> &dyn Chance {
        &*self.chance
    }

    /// Ends every connection.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Db")
            .field("connections", &self.pool.size())
            .finish_non_exhaustive()
    }
}
