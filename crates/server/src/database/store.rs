//! The statements of this crate, one function each. They run before there is anybody to act for, as
//! the administrator of the embedded cluster or as the migrator.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor as _};

use crate::data_dir::Login;

/// Makes the roles that are missing.
pub(super) async fn make_roles(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    connection.execute(db::migrate::ROLES_SQL).await.map(drop)
}

/// Makes the database.
pub(super) async fn make_database(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    connection
        .execute("create database countersign")
        .await
        .map(drop)
}

/// Closes a new database to everybody but our roles.
pub(super) async fn close_database(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    connection
        .execute(db::migrate::DATABASE_SQL)
        .await
        .map(drop)
}

/// Which of the login roles have another password than `verifiers` say, or none.
pub(super) async fn roles_to_set(
    connection: &mut PgConnection,
    verifiers: &[(Login, String)],
) -> Result<Vec<String>, sqlx::Error> {
    let (roles, texts): (Vec<_>, Vec<_>) = verifiers
        .iter()
        .map(|(login, text)| (login.role(), text.as_str()))
        .unzip();
    sqlx::query_scalar(
        "select role.name from unnest($1::text[], $2::text[]) as role (name, verifier)
           join pg_authid on rolname = role.name
          where rolpassword is distinct from role.verifier",
    )
    .bind(roles)
    .bind(texts)
    .fetch_all(connection)
    .await
}

/// Sets a login role's password, in the form that the server keeps.
pub(super) async fn set_password(
    connection: &mut PgConnection,
    login: Login,
    verifier: &str,
) -> Result<(), sqlx::Error> {
    // A fixed name, and a text of base64 and dollar signs: `alter role` takes no parameters.
    let statement = format!("alter role {} password '{verifier}'", login.role());
    connection.execute(AssertSqlSafe(statement)).await.map(drop)
}

/// What a login role may do, and on which server.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a right of its own in pg_roles"
)]
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Standing {
    pub(super) role: String,
    pub(super) superuser: bool,
    pub(super) bypass: bool,
    pub(super) create_role: bool,
    pub(super) owner: bool,
    pub(super) version: i32,
}

/// What the connected role may do.
pub(super) async fn standing(connection: &mut PgConnection) -> Result<Standing, sqlx::Error> {
    sqlx::query_as(
        "select current_user::text as role, rolsuper as superuser, rolbypassrls as bypass,
                rolcreaterole as create_role,
                exists (select from pg_roles o where o.rolname = 'countersign_owner'
                           and pg_has_role(current_user, o.oid, 'member')) as owner,
                current_setting('server_version_num')::int as version
           from pg_roles where rolname = current_user",
    )
    .fetch_one(connection)
    .await
}

/// The verifier key of the audit log's checkpoints, in its text form.
pub(crate) async fn audit_verifier(tx: &mut db::ReadTx) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar(
        "select verifier from broker.signing_keys where purpose = 'audit_checkpoint'",
    )
    .fetch_optional(&mut **tx)
    .await
}
