use sqlx::postgres::PgConnection;

use super::DatabaseError;

/// Runs the migrations that are missing, and writes the catalogue of permissions.
/// Returns the names of the migrations that ran.
pub(crate) async fn bring_up_to_date(
    connection: &mut PgConnection,
) -> Result<Vec<&'static str>, DatabaseError> {
    let ran = db::migrate::migrate(connection).await?;
    access::catalogue::write(connection)
        .await
        .map_err(DatabaseError::Catalogue)?;
    for name in &ran {
        tracing::info!(name, "db.migrated");
    }
    Ok(ran)
}
