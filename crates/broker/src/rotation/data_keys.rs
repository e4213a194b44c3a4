use std::time::Duration;

use db::{Db, Error, WriteTx};
use kernel::RotationId;
use tokio::time::Instant;

use super::{Step, end, owner, quietly, told};
use crate::store::rotations::{self, ToReplace};
use crate::vault::{KekError, Vault, VaultError, reseal};

/// Values in a transaction, and data keys: short enough that nobody who waits for one of them notices.
const VALUES: usize = 200;
const KEYS: usize = 50;
/// No longer either, where a key management service is asked for each data key.
const LONGEST: Duration = Duration::from_secs(1);
/// A data key of which more values than that do not open is at fault itself, and is left with the rest of them.
const VALUES_LEFT: i32 = 1000;

/// What became of a data key.
enum Replaced {
    /// It sealed so many values, and seals nothing any more.
    Whole(usize),
    /// So many values of more.
    Part(usize),
    /// It does not open, or values do not that it sealed. So many others were moved.
    Left(usize),
    /// The master keys cannot be had.
    Failed(String),
    /// They cannot be had now.
    Later,
}

/// Replaces the next data keys; destroys those that are replaced once nobody needs them.
pub(super) async fn step(
    mut tx: WriteTx,
    ours: (&Db, &Vault),
    id: RotationId,
) -> Result<Step, Error> {
    let (mut keys, mut values) = (0, 0);
    let since = Instant::now();
    while keys < KEYS && values < VALUES && since.elapsed() < LONGEST {
        let Some(key) = rotations::key_to_replace(&mut tx).await? else {
            break;
        };
        let name = key.row.id.clone();
        let replaced = replace(&mut tx, ours, (id, key)).await?;
        keys += 1;
        match replaced {
            Replaced::Whole(count) => {
                values += count;
                rotations::replaced(&mut tx, id, 1, count).await?;
            }
            Replaced::Part(count) => {
                values += count;
                rotations::replaced(&mut tx, id, 0, count).await?;
            }
            Replaced::Left(count) => {
                values += count;
                rotations::replaced(&mut tx, id, 0, count).await?;
                rotations::leave(&mut tx, id, &name).await?;
            }
            Replaced::Failed(why) => return Ok(Step::Failed(why)),
            Replaced::Later => {
                quietly(tx).await?;
                return Ok(Step::Wait);
            }
        }
    }
    if keys > 0 {
        quietly(tx).await?;
        return Ok(Step::Done);
    }
    if rotations::destroy_retired(&mut tx).await? == 0 {
        return end(tx, id).await;
    }
    quietly(tx).await?;
    Ok(Step::Wait)
}

/// Gives a data key its successor, and seals the next of its values by that.
async fn replace(
    tx: &mut WriteTx,
    (db, vault): (&Db, &Vault),
    (rotation, key): (RotationId, ToReplace),
) -> Result<Replaced, Error> {
    let (organisation, id) = (key.organisation, key.row.id.clone());
    let whose = owner(organisation);
    let old = match vault.unwrap(whose, key.row).await {
        Ok(old) => old,
        Err(error) => return Ok(closed(&id, &error)),
    };
    let row = if let Some(row) = key.successor {
        row
    } else {
        let row = match vault.new_key(tx, whose, db.chance()).await {
            Ok(row) => row,
            Err(VaultError::Database(error)) => return Err(error),
            // The old key stays as it is: no data key is at fault where no new one can be wrapped.
            Err(VaultError::Kek(error)) if error.may_pass() => return Ok(later(&error)),
            Err(error) => return Ok(Replaced::Failed(told(&error))),
        };
        rotations::retire(tx, organisation, &id, &row).await?;
        row
    };
    let new = match vault.unwrap(whose, row).await {
        Ok(new) => new,
        Err(error) => return Ok(closed(&id, &error)),
    };
    // One more than are moved tells whether there are more.
    let values = rotations::values_under(tx, organisation, &id, VALUES + 1).await?;
    let (mut moved, mut unmoved, mut left) = (0, Vec::new(), Vec::new());
    for value in values.iter().take(VALUES) {
        let tenant = organisation.map(Into::into);
        match reseal((&old, &new), tenant, value, db.chance()) {
            Ok(resealed) => {
                let form = (new.id().as_str(), &resealed);
                if rotations::reseal(tx, organisation, value, form).await? {
                    moved += 1;
                } else {
                    unmoved.push(value);
                }
            }
            Err(VaultError::Database(error)) => return Err(error),
            Err(error) => {
                let (table, row) = (&value.table, value.row.map(|row| row.to_string()));
                tracing::error!(table, row, %error, "broker.value_does_not_open");
                left.push(value.place.clone());
            }
        }
    }
    if !unmoved.is_empty() {
        // What has changed meanwhile is sealed by the successor, and what is deleted needs no key. A value
        // that stands there as it did would be asked for without end.
        let now = rotations::values_under(tx, organisation, &id, VALUES + 1).await?;
        let still = unmoved.into_iter().filter(|value| now.contains(value));
        left.extend(still.map(|value| value.place.clone()));
    }
    if !left.is_empty() && rotations::leave_values(tx, rotation, &left).await? > VALUES_LEFT {
        return Ok(Replaced::Left(moved));
    }
    if values.len() > VALUES {
        return Ok(Replaced::Part(moved));
    }
    Ok(if rotations::emptied(tx, organisation, &id).await? {
        Replaced::Whole(moved)
    } else if values.is_empty() {
        Replaced::Left(moved)
    } else {
        Replaced::Part(moved)
    })
}

fn closed(id: &str, error: &KekError) -> Replaced {
    if error.may_pass() {
        return later(error);
    }
    if error.is_keepers() {
        return Replaced::Failed(told(error));
    }
    tracing::error!(key = id, %error, "broker.data_key_does_not_open");
    Replaced::Left(0)
}

fn later(error: &KekError) -> Replaced {
    tracing::warn!(%error, "broker.rotation_waits");
    Replaced::Later
}
