use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection as _, Executor as _};

/// Held while a control runs, until it is dropped: two rounds on one database, as of two servers, work with the same
/// people, connections and openings. Anybody who may connect can take it; a control that waits in vain says so, and
/// never passes.
pub(super) struct Turn {
    /// The lock is its session's.
    _connection: PgConnection,
}

impl Turn {
    /// Waits for the turn, for a minute at most.
    pub(super) async fn take(verifier: &PgConnectOptions) -> Result<Self, sqlx::Error> {
        let mut connection = PgConnection::connect_with(verifier).await?;
        connection.execute("set lock_timeout = '60s'").await?;
        connection
            .execute("select pg_advisory_lock(hashtextextended('countersign.control', 0))")
            .await?;
        Ok(Self {
            _connection: connection,
        })
    }
}
