use db::{Error, WriteTx};

/// Raises connections of all organisations that nobody used for a month. Returns how many.
pub(crate) async fn raise_unused(tx: &mut WriteTx) -> Result<i32, Error> {
    Ok(
        sqlx::query_scalar!(r#"select connectors.raise_unused() as "raised!""#)
            .fetch_one(&mut **tx)
            .await?,
    )
}
