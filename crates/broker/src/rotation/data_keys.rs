use db::{Db, Error, WriteTx};
use kernel::RotationId;

use super::{Step, end, owner, quietly, told};
use crate::store::rotations::{self, ToReplace};
use crate::vault::{KekError, Vault, VaultError, reseal};

/// Values in a transaction, and data keys: short enough that nobody who waits for one of them notices.
const VALUES: usize = 200;
const KEYS: usize = 50;

/// What became of a data key.
enum Replaced {
    /// It sealed so many values, and seals nothing any more.
    Whole(usize),
    /// So many values of more.
    Part(usize),
    /// It does not open, or one of its values does not.
    Left,
    /// The master keys cannot be had.
    Failed(String),
}

/// Replaces the next data keys; destroys those that are replaced once nobody needs them.
pub(super) async fn step(
    mut tx: WriteTx,
    ours: (&Db, &Vault),
    id: RotationId,
) -> Result<Step, Error> {
    let (mut keys, mut values) = (0, 0);
    while keys < KEYS && values < VALUES {
        let Some(key) = rotations::key_to_replace(&mut tx).await? else {
            break;
        };
        let name = key.row.id.clone();
        let replaced = replace(&mut tx, ours, key, VALUES - values).await?;
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
            Replaced::Left => rotations::leave(&mut tx, id, &name).await?,
            Replaced::Failed(why) => return Ok(Step::Failed(why)),
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

/// Gives a data key its successor, and seals at most `room` of its values by that.
async fn replace(
    tx: &mut WriteTx,
    (db, vault): (&Db, &Vault),
    key: ToReplace,
    room: usize,
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
        let row = vault.new_key(whose, db.chance()).await;
        rotations::retire(tx, organisation, &id, &row).await?;
        row
    };
    let new = match vault.unwrap(whose, row).await {
        Ok(new) => new,
        Err(error) => return Ok(closed(&id, &error)),
    };
    // One more than there is room for tells whether there are more.
    let values = rotations::values_under(tx, organisation, &id, room + 1).await?;
    let (count, mut moved, mut is_sound) = (values.len().min(room), 0, true);
    for value in values.iter().take(room) {
        let organisation = organisation.map(Into::into);
        match reseal((&old, &new), organisation, value, db.chance()) {
            // One that has changed meanwhile is sealed by the successor already.
            Ok(sealed) => {
                let new = new.id().as_str();
                let is_moved =
                    rotations::reseal(tx, key.organisation, value, (new, &sealed)).await?;
                moved += usize::from(is_moved);
            }
            Err(VaultError::Database(error)) => return Err(error),
            Err(error) => {
                let (table, row) = (&value.table, value.row.map(|row| row.to_string()));
                tracing::error!(table, row, %error, "broker.value_does_not_open");
                is_sound = false;
            }
        }
    }
    // Without this, a database that refuses would be asked for ever.
    is_sound &= count == 0 || moved > 0;
    Ok(match (is_sound, values.len() <= room) {
        (false, _) => Replaced::Left,
        (true, true) => Replaced::Whole(count),
        (true, false) => Replaced::Part(count),
    })
}

fn closed(id: &str, error: &KekError) -> Replaced {
    if matches!(error, KekError::File(_)) {
        return Replaced::Failed(told(error));
    }
    tracing::error!(key = id, %error, "broker.data_key_does_not_open");
    Replaced::Left
}
