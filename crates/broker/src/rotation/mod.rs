//! Rotation of keys while everything goes on, some hundreds of rows in a transaction.
//!
//! Of the master key: each data key is unwrapped and wrapped anew; the values that they seal stay as they
//! are, and the old master key stays in its file. Of data keys: each gets a successor that seals from then
//! on, what the old one sealed is sealed anew, and the old one is destroyed.
//!
//! Whoever runs the server asks for it in the database, by [`ask`] and a login that sees no key. A broker does it: whichever holds the
//! row, and after a crash the next one, from where it stands.

mod data_keys;
mod master_key;

use db::{Db, Error, WriteTx};
use kernel::{RotationId, Scope};
use uuid::Uuid;

use crate::store::rotations::{self, Held};
use crate::vault::{KeyOwner, Vault};

pub use crate::store::rotations::{MasterKeyUse, Rotation};

/// Which keys are replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RotationKind {
    /// The one that wraps data keys.
    MasterKey,
    /// Those that seal values.
    DataKeys,
}

/// What a part of a rotation came to.
enum Step {
    /// There may be more to do at once.
    Done,
    /// There is more to do a little later.
    Wait,
    /// It cannot go on, and why.
    Failed(String),
}

/// Asks for a rotation, by the verifier's login: the broker's cannot. Where one is under way, of whichever kind, it is that one, and the second value is
/// false.
pub async fn ask(db: &Db, kind: RotationKind) -> Result<(RotationId, bool), Error> {
    let id = RotationId::new(db.clock().now(), db.chance());
    let mut tx = db.write(&Scope::Anonymous).await?;
    let under_way = rotations::insert(&mut tx, id, kind).await?;
    if under_way != id {
        return Ok((under_way, false));
    }
    quietly(tx).await?;
    Ok((id, true))
}

/// How far it is. Nothing where there is none of that identifier.
pub async fn look(db: &Db, id: RotationId) -> Result<Option<Rotation>, Error> {
    rotations::look(&mut db.read(&Scope::Anonymous).await?, id).await
}

/// The rotation under way, if any.
pub async fn under_way(db: &Db) -> Result<Option<RotationId>, Error> {
    rotations::under_way(&mut *db.read(&Scope::Anonymous).await?).await
}

/// How many data keys each master key wraps.
pub async fn uses(db: &Db) -> Result<Vec<MasterKeyUse>, Error> {
    rotations::uses(&mut *db.read(&Scope::Anonymous).await?).await
}

/// Does the next part of the rotation that was asked for. False where there is nothing to do now, or
/// another broker does it.
pub(crate) async fn rotate(db: &Db, vault: &Vault) -> Result<bool, Error> {
    let mut tx = db.write(&Scope::Anonymous).await?;
    let Some(held) = rotations::hold(&mut tx).await? else {
        return Ok(false);
    };
    let id = held.id;
    let step = match (held.is_begun, held.kind()) {
        (false, _) => begin(tx, (db, vault), &held).await?,
        (true, RotationKind::MasterKey) => master_key::step(tx, (db, vault), held).await?,
        (true, RotationKind::DataKeys) => data_keys::step(tx, (db, vault), id).await?,
    };
    match step {
        Step::Done => Ok(true),
        Step::Wait => Ok(false),
        Step::Failed(why) => fail(db, id, &why).await.map(|()| true),
    }
}

async fn begin(mut tx: WriteTx, (db, vault): (&Db, &Vault), held: &Held) -> Result<Step, Error> {
    let uses = rotations::uses(&mut tx).await?;
    let kind = held.kind();
    let (target, total) = match kind {
        RotationKind::MasterKey => {
            let in_use: Vec<String> = uses.iter().map(|one| one.master_key.clone()).collect();
            let target = match vault.kek().successor(&in_use, db.chance()).await {
                Ok(target) => target.as_str().to_owned(),
                Err(error) => return Ok(Step::Failed(told(&error))),
            };
            let others = uses.iter().filter(|one| one.master_key != target);
            let total = others.map(|one| one.tenants_keys + one.servers_keys).sum();
            (Some(target), total)
        }
        RotationKind::DataKeys => {
            let all = |one: &MasterKeyUse| one.tenants_keys + one.servers_keys;
            (None, uses.iter().map(all).sum())
        }
    };
    rotations::begin(&mut tx, held.id, target.as_deref(), total).await?;
    quietly(tx).await?;
    Ok(Step::Done)
}

async fn end(mut tx: WriteTx, id: RotationId) -> Result<Step, Error> {
    rotations::end(&mut tx, id).await?;
    quietly(tx).await?;
    Ok(Step::Done)
}

async fn fail(db: &Db, id: RotationId, why: &str) -> Result<(), Error> {
    tracing::error!(why, "broker.rotation_failed");
    let mut tx = db.write(&Scope::Anonymous).await?;
    rotations::fail(&mut tx, id, why).await?;
    quietly(tx).await
}

async fn quietly(tx: WriteTx) -> Result<(), Error> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the database tells that a rotation was asked for, began and ended, and each key that is destroyed; not each part of it"
    )]
    tx.commit_silently().await
}

fn owner(organisation: Option<Uuid>) -> KeyOwner {
    organisation.map_or(KeyOwner::Server, |id| KeyOwner::Tenant(id.into()))
}

/// With what is beneath it: the path alone does not say what is wrong with a file.
pub(crate) fn told(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut beneath = error.source();
    while let Some(error) = beneath {
        text = format!("{text}: {error}");
        beneath = error.source();
    }
    text
}

impl RotationKind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::MasterKey => "master_key",
            Self::DataKeys => "data_keys",
        }
    }
}
