use crypto::token::{self, TokenKind};
use db::{Db, Error};
use kernel::{OperatorAccessId, OrganisationId, Scope, Secret};
use time::OffsetDateTime;

use super::{NewOperatorAccess, told};
use crate::store;

/// An access that was just opened.
#[derive(Debug)]
pub struct OpenedAccess {
    /// Its identifier.
    pub id: OperatorAccessId,
    /// What it opens.
    pub organisation: OrganisationId,
    /// What that is called.
    pub organisation_name: String,
    /// Its token, shown this once.
    pub token: Secret<String>,
    /// When it ends by itself.
    pub expires_at: OffsetDateTime,
}

/// Why none was opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenOperatorError {
    /// There is no such organisation.
    #[error("there is no organisation of that name or identifier")]
    Gone,
    /// Several have that name.
    #[error("several organisations have that name: use the identifier")]
    Many,
    /// The database failed, or refused it.
    #[error("the access could not be opened")]
    Database(#[from] Error),
}

/// Opens an organisation to whoever runs this server, with the broker's login. The database tells the
/// organisation: by mail, and in its audit log.
pub async fn open_operator(
    db: &Db,
    new: &NewOperatorAccess,
) -> Result<OpenedAccess, OpenOperatorError> {
    let token = token::generate(TokenKind::Operator, db.chance());
    let hash = crypto::digest::sha256(token.expose().as_bytes());
    let id = OperatorAccessId::new(db.clock().now(), db.chance());
    let mut tx = db.write(&Scope::Anonymous).await?;
    let opened = store::operator::open(&mut tx, id, new, &hash).await?;
    let (organisation, organisation_name, expires_at) = match opened.verdict.as_str() {
        "open" => opened.what.ok_or(OpenOperatorError::Gone)?,
        "many" => return Err(OpenOperatorError::Many),
        _ => return Err(OpenOperatorError::Gone),
    };
    told(tx).await?;
    Ok(OpenedAccess {
        id,
        organisation,
        organisation_name,
        token,
        expires_at,
    })
}
