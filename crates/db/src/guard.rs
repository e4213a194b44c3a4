//! What must hold of a database before a process serves from it.

use sqlx::postgres::PgConnection;

/// Why a process refuses to start on a database.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    /// The login can pass row level security by.
    #[error(
        "the database login {role} {why}: row level security would not hold for it. Use the login that `countersign migrate --print-roles` makes"
    )]
    StrongLogin {
        /// The role.
        role: String,
        /// What makes it too strong.
        why: &'static str,
    },
    /// Somebody with the login's password has given it settings that outlive them.
    #[error(
        "the database login {role} has settings of its own. Run what `countersign migrate --print-roles` prints, which resets them"
    )]
    OwnSettings {
        /// The role.
        role: String,
    },
    /// A table would show its rows to anyone with a grant.
    #[error(
        "the table {table} has no forced row level security. Run `countersign migrate`; if it is not ours, move it to another database"
    )]
    OpenTable {
        /// `schema.table`
        table: String,
    },
    /// The server has a known hole in row level security.
    #[error(transparent)]
    Version(#[from] crate::cluster::VersionError),
    /// The connection failed.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

/// Checks login, server version and tables as the login role that is about to serve.
pub async fn check(connection: &mut PgConnection) -> Result<(), GuardError> {
    let login = sqlx::query!(
        r#"select current_user::text as "role!", r.rolsuper as "superuser!", r.rolbypassrls as "bypass!",
                  r.rolcreaterole as "createrole!",
                  pg_has_role(current_user, 'countersign_owner', 'member') as "owner!",
                  pg_has_role(current_user, 'countersign_definer', 'member') as "definer!",
                  exists (select from pg_db_role_setting s where s.setrole = r.oid
                             and s.setconfig <> array['track_activities=off'])
                      or current_setting('track_activities') <> 'off' as "own_settings!",
                  current_setting('server_version_num')::int as "version!"
             from pg_roles r where r.rolname = current_user"#
    )
    .fetch_one(&mut *connection)
    .await?;
    let strong = [
        (login.superuser, "is a superuser"),
        (login.bypass, "has BYPASSRLS"),
        (login.createrole, "may create roles"),
        (login.owner, "is a member of the tables' owner"),
        (login.definer, "is a member of the definer"),
    ];
    if let Some((_, why)) = strong.into_iter().find(|(holds, _)| *holds) {
        return Err(GuardError::StrongLogin {
            role: login.role,
            why,
        });
    }
    if login.own_settings {
        return Err(GuardError::OwnSettings { role: login.role });
    }
    crate::cluster::check_version(login.version)?;
    if let Some(table) = open_table(connection).await? {
        return Err(GuardError::OpenTable { table });
    }
    Ok(())
}

/// A table, partition or foreign table outside the system's schemas without forced row level
/// security, if there is one.
async fn open_table(connection: &mut PgConnection) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select format('%I.%I', n.nspname, c.relname) as "table!"
             from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'p', 'f', 'm')
              and n.nspname not in ('pg_catalog', 'information_schema')
              and n.nspname !~ '^pg_(toast|temp)'
              and not (c.relrowsecurity and c.relforcerowsecurity)
            order by 1 limit 1"#
    )
    .fetch_optional(connection)
    .await
}
