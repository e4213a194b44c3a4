//! Forward-only migrations, each in a transaction of its own, under one lock for all processes.

use crypto::digest::sha256;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

/// A migration as it stands in the binary.
#[derive(Debug)]
pub struct Migration {
    /// Goes up; a number may be left out.
    pub version: i32,
    /// `room_what`
    pub name: &'static str,
    sql: &'static str,
}

impl Migration {
    /// Its statements.
    pub const fn sql(&self) -> &'static str {
        self.sql
    }
}

macro_rules! migrations {
    ($($version:literal $name:literal),+ $(,)?) => {
        /// Every migration, in order.
        pub const MIGRATIONS: &[Migration] = &[$(Migration {
            version: $version,
            name: $name,
            sql: include_str!(concat!("../migrations/", $name, ".sql")),
        }),+];
    };
}

migrations! {
    1 "0001_db_context",
    2 "0002_identity_people",
    3 "0003_access_keys",
    4 "0004_audit_log",
    5 "0005_jobs_queue",
    6 "0006_connectors_connections",
    7 "0007_broker_vault",
    8 "0008_approvals_proposals",
    9 "0009_insight_logs",
    10 "0010_trust_evidence",
    11 "0011_identity_factors",
    12 "0012_oauth_grants",
    13 "0013_mail_outbox",
    14 "0014_identity_links",
    15 "0015_identity_invitations",
    16 "0016_identity_passkeys",
    17 "0017_access_roles",
    18 "0018_access_teams",
    19 "0019_access_asset_grants",
    20 "0020_access_service_keys",
    21 "0021_access_operator",
    22 "0022_identity_issuers",
    23 "0023_identity_account",
    24 "0024_identity_personal",
    25 "0025_identity_sign_in_tries",
    26 "0026_identity_domains",
    27 "0027_identity_providers",
    28 "0028_identity_sign_on",
    29 "0029_identity_provisioned",
    30 "0030_access_provisioned_teams",
    31 "0031_broker_rotations",
    32 "0032_broker_tokens",
    33 "0033_connectors_receipts",
    34 "0034_broker_credentials",
    35 "0035_connectors_reviews",
    36 "0036_connectors_scans",
    37 "0037_approvals_blind_indexes",
    38 "0038_broker_files",
    39 "0039_broker_mail_credentials",
    40 "0040_broker_app_keys",
    41 "0041_broker_files_total",
}

/// What an administrator runs once per PostgreSQL cluster.
pub const ROLES_SQL: &str = include_str!("../roles/roles.sql");
/// What an administrator runs once per database.
pub const DATABASE_SQL: &str = include_str!("../roles/database.sql");

/// Why the schema could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// A migration that ran is not the one in this binary.
    #[error(
        "migration {version} in the database is not the one of this binary: it was changed after release, or the database belongs to another program"
    )]
    Changed {
        /// Its number.
        version: i32,
    },
    /// The database was migrated by a newer binary.
    #[error(
        "the database is at version {found}, newer than this binary's {known}: run the newer binary"
    )]
    Newer {
        /// The database's version.
        found: i32,
        /// This binary's version.
        known: i32,
    },
    /// A statement failed. Nothing of its migration stays.
    #[error("migration {name} failed")]
    Failed {
        /// Which one.
        name: &'static str,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// The connection failed.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

/// Brings the schema up to date. Returns the names of the migrations that ran.
///
/// `connection` is of the migrator role, or of the administrator of an embedded cluster.
pub async fn migrate(connection: &mut PgConnection) -> Result<Vec<&'static str>, MigrateError> {
    connection
        .execute("select pg_advisory_lock(hashtext('countersign migrate'))")
        .await?;
    let result = migrate_locked(connection).await;
    connection
        .execute("select pg_advisory_unlock(hashtext('countersign migrate'))")
        .await?;
    result
}

async fn migrate_locked(connection: &mut PgConnection) -> Result<Vec<&'static str>, MigrateError> {
    let done = applied(connection).await?;
    let known = MIGRATIONS.last().map_or(0, |newest| newest.version);
    if let Some((found, _)) = done.last().filter(|(version, _)| *version > known) {
        return Err(MigrateError::Newer {
            found: *found,
            known,
        });
    }
    let mut ran = Vec::new();
    for migration in MIGRATIONS {
        match done
            .iter()
            .find(|(version, _)| *version == migration.version)
        {
            Some((version, digest)) if *digest != sha256(migration.sql.as_bytes()) => {
                return Err(MigrateError::Changed { version: *version });
            }
            Some(_) => {}
            None => {
                apply(connection, migration)
                    .await
                    .map_err(|source| MigrateError::Failed {
                        name: migration.name,
                        source,
                    })?;
                ran.push(migration.name);
            }
        }
    }
    Ok(ran)
}

/// The table of what ran has forced row level security like every other; only its owner sees it.
const HISTORY_SQL: &str = "
    begin;
    set local role countersign_owner;
    create schema if not exists db;
    create table if not exists db.migrations (
        version int primary key,
        name text not null,
        digest bytea not null,
        applied_at timestamptz not null default now()
    );
    alter table db.migrations enable row level security;
    alter table db.migrations force row level security;
    drop policy if exists migrations_owner on db.migrations;
    create policy migrations_owner on db.migrations for all to countersign_owner using (true) with check (true);
    commit;";

async fn applied(connection: &mut PgConnection) -> Result<Vec<(i32, Vec<u8>)>, sqlx::Error> {
    let exists: bool = sqlx::query_scalar("select to_regclass('db.migrations') is not null")
        .fetch_one(&mut *connection)
        .await?;
    if !exists {
        connection.execute(HISTORY_SQL).await?;
    }
    let mut tx = connection.begin().await?;
    tx.execute("set local role countersign_owner").await?;
    sqlx::query_as("select version, digest from db.migrations order by version")
        .fetch_all(&mut *tx)
        .await
}

async fn apply(connection: &mut PgConnection, migration: &Migration) -> Result<(), sqlx::Error> {
    let mut tx = connection.begin().await?;
    tx.execute("set local role countersign_owner").await?;
    tx.execute(AssertSqlSafe(migration.sql)).await?;
    tx.execute("set local role countersign_owner").await?;
    sqlx::query("insert into db.migrations (version, name, digest) values ($1, $2, $3)")
        .bind(migration.version)
        .bind(migration.name)
        .bind(sha256(migration.sql.as_bytes()).as_slice())
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_go_up_and_names_carry_them() {
        assert!(MIGRATIONS.is_sorted_by(|a, b| a.version < b.version));
        for migration in MIGRATIONS {
            assert!(
                migration
                    .name
                    .starts_with(&format!("{:04}_", migration.version))
            );
        }
    }
}
