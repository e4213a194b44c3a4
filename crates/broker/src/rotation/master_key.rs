use db::{Db, Error, WriteTx};

use super::{Step, end, owner, quietly, told};
use crate::store::rotations::{self, Held};
use crate::vault::{KekError, Vault};

/// Data keys in a transaction: short enough that nobody who waits for one of them notices.
const BATCH: i32 = 500;

/// Wraps the next data keys anew.
pub(super) async fn step(
    mut tx: WriteTx,
    (db, vault): (&Db, &Vault),
    held: Held,
) -> Result<Step, Error> {
    let keys = rotations::keys_to_rewrap(&mut tx, BATCH).await?;
    if keys.is_empty() {
        return end(tx, held.id).await;
    }
    let target = held.master_key.unwrap_or_default();
    let (mut rewrapped, mut left) = (Vec::with_capacity(keys.len()), Vec::new());
    for key in keys {
        let (id, old) = (key.row.id.clone(), key.row.wrapped.clone());
        let owner = owner(key.organisation);
        match vault.rewrap(owner, key.row, db.chance()).await {
            Ok(row) if row.wrapped_by == target => rewrapped.push((key.organisation, old, row)),
            Ok(row) => {
                return Ok(Step::Failed(format!(
                    "{} is the first master key now, and the rotation was to {target}. Ask again",
                    row.wrapped_by
                )));
            }
            Err(error @ KekError::File(_)) => return Ok(Step::Failed(told(&error))),
            Err(error @ (KekError::Missing(_) | KekError::Sealed(_))) => {
                tracing::error!(key = id, %error, "broker.data_key_does_not_open");
                left.push(id);
            }
        }
    }
    rotations::rewrap(&mut tx, held.id, rewrapped, &left).await?;
    quietly(tx).await?;
    Ok(Step::Done)
}
