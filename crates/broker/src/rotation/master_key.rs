use std::time::Duration;

use db::{Db, Error, WriteTx};
use tokio::time::Instant;

use super::{Step, end, owner, quietly, told};
use crate::store::rotations::{self, Held};
use crate::vault::{KekError, Vault};

/// Data keys in a transaction: short enough that nobody who waits for one of them notices.
const BATCH: i32 = 500;
/// Where each is a call or two to a key management service, there are as many as fit in this.
const LONGEST: Duration = Duration::from_secs(2);

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
    let (since, mut next) = (Instant::now(), Step::Done);
    for key in keys {
        if since.elapsed() > LONGEST {
            break;
        }
        let (id, old) = (key.row.id.clone(), key.row.wrapped.clone());
        let owner = owner(key.organisation);
        let to = (target.as_str(), db.chance());
        match vault.rewrap(owner, key.row, to).await {
            Ok(row) => rewrapped.push((key.organisation, old, row)),
            Err(error) if error.may_pass() => {
                tracing::warn!(%error, "broker.rotation_waits");
                next = Step::Wait;
                break;
            }
            Err(error) if error.is_keepers() => return Ok(Step::Failed(told(&error))),
            // What is to wrap everything is gone: no data key is at fault.
            Err(KekError::Missing(name)) if name == target => {
                return Ok(Step::Failed(told(&KekError::Missing(name))));
            }
            Err(error) => {
                tracing::error!(key = id, %error, "broker.data_key_does_not_open");
                left.push(id);
            }
        }
    }
    rotations::rewrap(&mut tx, held.id, rewrapped, &left).await?;
    quietly(tx).await?;
    Ok(next)
}
