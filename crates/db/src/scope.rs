use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use kernel::{AuditEntry, AuditEntryId, Chance, Clock, Scope};
use sqlx::postgres::{PgConnection, Postgres};
use sqlx::{AssertSqlSafe, SqlSafeStr, Transaction};

use crate::Error;

/// A transaction that reads within a scope. The database refuses its writes.
pub struct ReadTx(Transaction<'static, Postgres>);

/// A transaction that writes within a scope.
pub struct WriteTx {
    tx: Transaction<'static, Postgres>,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
}

/// What a transaction may do, and what it sees.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mode {
    /// Each statement sees what was committed before it.
    Read,
    /// All statements see one moment.
    Snapshot,
    Write,
}

/// Begins and binds in one round trip: one simple query.
///
/// It starts with a rollback: a credential that does not bind fails after its BEGIN, and sqlx does not
/// end that transaction. Without it, whoever presents made-up keys would leave connections behind that
/// fail for everybody.
pub(crate) fn begin_statement(scope: &Scope, mode: Mode) -> impl SqlSafeStr + use<> {
    let begin = match mode {
        Mode::Read => "rollback; begin read only",
        Mode::Snapshot => "rollback; begin isolation level repeatable read read only",
        Mode::Write => "rollback; begin",
    };
    let text = match scope {
        Scope::Anonymous => begin.to_owned(),
        Scope::Session(hash) => format!("{begin}; select ctx.bind_session('\\x{}')", hash.to_hex()),
        Scope::HalfSession(hash) => {
            format!(
                "{begin}; select ctx.bind_half_session('\\x{}')",
                hash.to_hex()
            )
        }
        Scope::LoneSession(hash) => {
            format!(
                "{begin}; select ctx.bind_lone_session('\\x{}')",
                hash.to_hex()
            )
        }
        Scope::ApiKey(hash) => format!("{begin}; select ctx.bind_api_key('\\x{}')", hash.to_hex()),
        Scope::ServiceKey(hash) => {
            format!(
                "{begin}; select ctx.bind_service_key('\\x{}')",
                hash.to_hex()
            )
        }
        Scope::AnonymousKey { key, origin } => {
            let (key, origin) = (key.to_hex(), origin.to_hex());
            format!("{begin}; select ctx.bind_anonymous_key('\\x{key}', '\\x{origin}')")
        }
        Scope::AccessToken(hash) => {
            format!(
                "{begin}; select ctx.bind_access_token('\\x{}')",
                hash.to_hex()
            )
        }
        Scope::Job(hash) => format!("{begin}; select ctx.bind_job('\\x{}')", hash.to_hex()),
        Scope::Turn(hash) => format!("{begin}; select ctx.bind_turn('\\x{}')", hash.to_hex()),
    };
    // The only variable parts are the hexadecimal forms of 32 bytes.
    AssertSqlSafe(text)
}

impl ReadTx {
    pub(crate) const fn new(tx: Transaction<'static, Postgres>) -> Self {
        Self(tx)
    }
}

impl WriteTx {
    pub(crate) const fn new(
        tx: Transaction<'static, Postgres>,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
    ) -> Self {
        Self { tx, clock, chance }
    }

    /// Commits, together with the audit entry that tells what was done.
    pub async fn commit(mut self, entry: AuditEntry) -> Result<(), Error> {
        self.append(entry).await?;
        Ok(self.tx.commit().await?)
    }

    /// Commits, together with several audit entries.
    pub async fn commit_all(mut self, entries: Vec<AuditEntry>) -> Result<(), Error> {
        for entry in entries {
            self.append(entry).await?;
        }
        Ok(self.tx.commit().await?)
    }

    /// Commits without a line in the audit log. Banned by clippy.toml: each use says why nobody
    /// will miss the line.
    pub async fn commit_silently(self) -> Result<(), Error> {
        Ok(self.tx.commit().await?)
    }

    async fn append(&mut self, entry: AuditEntry) -> Result<(), Error> {
        let id = AuditEntryId::new(self.clock.now(), &*self.chance);
        let details = sqlx::types::Json(&entry.details);
        sqlx::query!(
            "select audit.append($1, $2, $3, $4)",
            id.uuid(),
            entry.action,
            entry.subject,
            details as _,
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }
}

impl Deref for ReadTx {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.0
    }
}

impl DerefMut for ReadTx {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.0
    }
}

impl Deref for WriteTx {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.tx
    }
}

impl DerefMut for WriteTx {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.tx
    }
}

impl std::fmt::Debug for ReadTx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReadTx")
    }
}

impl std::fmt::Debug for WriteTx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WriteTx")
    }
}
