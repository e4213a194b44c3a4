use db::{Error, ReadTx, WriteTx};
use kernel::{AuditEntry, PasskeyId};
use time::OffsetDateTime;

use crate::store;

/// A passkey, as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyRow {
    /// Its identifier.
    pub id: PasskeyId,
    /// What the person calls it.
    pub name: String,
    /// Whether its authenticator has copied it to other devices.
    pub is_synced: bool,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it was last used.
    pub last_used_at: Option<OffsetDateTime>,
    /// When its counter did not go up: somebody may hold a copy.
    pub doubted_at: Option<OffsetDateTime>,
}

/// What a person calls a passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyName(String);

/// Why a text is no name of a passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Give it a name of 1 to 60 characters.")]
pub struct PasskeyNameError;

/// Why a passkey was not removed.
#[derive(Debug, thiserror::Error)]
pub enum RemovePasskeyError {
    /// There is no such passkey of this person.
    #[error("there is no such passkey")]
    Gone,
    /// It is the last second factor, and an organisation asks for one.
    #[error("an organisation of yours asks for a second factor: it stays")]
    Kept,
    /// Nothing else lets them in.
    #[error("nothing else lets this person in: it stays")]
    Last,
    /// The database failed.
    #[error("the passkey could not be removed")]
    Database(#[from] Error),
}

const MAX_CHARACTERS: usize = 60;

impl PasskeyName {
    /// A name without control characters, and without space around it.
    pub fn parse(text: &str) -> Result<Self, PasskeyNameError> {
        let name = text.trim();
        let is_sound = (1..=MAX_CHARACTERS).contains(&name.chars().count())
            && !name.chars().any(char::is_control);
        if is_sound {
            Ok(Self(name.to_owned()))
        } else {
            Err(PasskeyNameError)
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The passkeys of the bound person, oldest first.
pub async fn passkeys(tx: &mut ReadTx) -> Result<Vec<PasskeyRow>, Error> {
    store::passkeys::list(tx).await
}

/// Gives one of the bound person's passkeys another name. False where there is no such one.
pub async fn rename_passkey(
    mut tx: WriteTx,
    passkey: PasskeyId,
    name: &PasskeyName,
) -> Result<bool, Error> {
    let renamed = store::passkeys::rename(&mut tx, passkey, name).await?;
    if renamed {
        tx.commit(AuditEntry::about("identity.passkey_renamed", passkey))
            .await?;
    }
    Ok(renamed)
}

/// Removes one of the bound person's passkeys; with the last second factor go the recovery codes.
pub async fn remove_passkey(mut tx: WriteTx, passkey: PasskeyId) -> Result<(), RemovePasskeyError> {
    match store::passkeys::remove(&mut tx, passkey).await?.as_str() {
        "removed" => {}
        "kept" => return Err(RemovePasskeyError::Kept),
        "last" => return Err(RemovePasskeyError::Last),
        _ => return Err(RemovePasskeyError::Gone),
    }
    tx.commit(AuditEntry::about("identity.passkey_removed", passkey))
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_a_person_can_read_in_a_row() {
        assert_eq!(
            PasskeyName::parse("  Łukasz' phone ").unwrap().as_str(),
            "Łukasz' phone"
        );
        assert!(PasskeyName::parse(&"ż".repeat(60)).is_ok());
        for text in ["", "  ", "two\nlines", &"x".repeat(61)] {
            assert_eq!(PasskeyName::parse(text), Err(PasskeyNameError), "{text}");
        }
    }
}
