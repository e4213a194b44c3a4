use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection as _, Executor as _};

/// Held while a round runs, until it is dropped. Two servers on one database work with the same people, connections
/// and openings of its control organisations; of one server's rounds the file in its folder lets one run. Anybody who
/// may connect can take it, and a round that waits in vain says so of each control.
pub(super) struct Turn {
    /// The lock is its session's.
    _connection: PgConnection,
}

impl Turn {
    /// Waits for the turn, for two minutes at most.
    pub(super) async fn take(verifier: &PgConnectOptions) -> Result<Self, sqlx::Error> {
        let mut connection = PgConnection::connect_with(verifier).await?;
        connection.execute("set lock_timeout = '120s'").await?;
        connection
            .execute("select pg_advisory_lock(hashtextextended('countersign.controls', 0))")
            .await?;
        Ok(Self {
            _connection: connection,
        })
    }
}
