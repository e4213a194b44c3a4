use crypto::{DataKey, Sealed};
use kernel::{Chance, FileId, OrganisationId, ProposalId, UserId};
use uuid::Uuid;

use super::data_key::VaultError;
use super::secrets::Field;
use super::{file_keys, payloads, secrets, signing_key, token_key};
use crate::authenticator;
use crate::payload::Payload;

/// A sealed value, and what tells its place.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StoredValue {
    /// `schema.table`
    pub(crate) table: String,
    /// The row's key, where it is an identifier.
    pub(crate) row: Option<Uuid>,
    /// The row's key where it is a text; of a connection's secrets, the field.
    pub(crate) text: Option<String>,
    pub(crate) version: i32,
    pub(crate) sealed: Vec<u8>,
    /// All of the above that tells where it stands, in one.
    pub(crate) place: String,
}

/// A value's new form.
#[derive(Debug, Default)]
pub(crate) struct Resealed {
    pub(crate) sealed: Vec<u8>,
    /// Its blind indexes, where it is found by them.
    pub(crate) indexes: Option<Vec<Vec<u8>>>,
}

/// The same value at the same place, sealed by another key. One that is empty holds nothing, and stays so.
pub(crate) fn reseal(
    (old, new): (&DataKey, &DataKey),
    organisation: Option<OrganisationId>,
    value: &StoredValue,
    chance: &dyn Chance,
) -> Result<Resealed, VaultError> {
    if value.sealed.is_empty() {
        return Ok(Resealed::default());
    }
    let tenant = organisation.map(|id| id.to_string()).unwrap_or_default();
    let text = value.text.as_deref().unwrap_or_default();
    let row = match (value.table.as_str(), value.row) {
        ("broker.secrets", Some(id)) => id.to_string(),
        ("approvals.proposals", Some(id)) => ProposalId::from(id).to_string(),
        ("broker.files", Some(id)) => FileId::from(id).to_string(),
        ("identity.authenticators", Some(id)) => UserId::from(id).to_string(),
        _ => text.to_owned(),
    };
    let place = match value.table.as_str() {
        "broker.secrets" => {
            let field = Field::parse(text).ok_or(VaultError::NoPlace)?;
            secrets::place(&tenant, &row, field, value.version)
        }
        "approvals.proposals" => payloads::place(&tenant, &row),
        "broker.files" => file_keys::place(&tenant, &row),
        "identity.authenticators" => authenticator::place(&row),
        "broker.token_keys" => token_key::place(&row),
        "broker.signing_keys" => signing_key::PLACE,
        _ => return Err(VaultError::NoPlace),
    };
    let sealed = Sealed::from_bytes(value.sealed.clone());
    let plain = old.open(old.id(), &sealed, &place)?;
    let indexes = match value.table.as_str() {
        "approvals.proposals" => {
            let payload = Payload::parse(plain.expose()).map_err(|_| VaultError::NotText)?;
            Some(payloads::indexes(new, &tenant, &payload)?)
        }
        _ => None,
    };
    let sealed = new.seal(plain.expose(), &place, chance);
    Ok(Resealed {
        sealed: sealed.as_bytes().to_vec(),
        indexes,
    })
}
