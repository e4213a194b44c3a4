//! Passkeys, and the challenges for them.

use crypto::digest::Digest;
use crypto::passkey::{Asserted, Registered};
use db::{Error, WriteTx};
use kernel::PasskeyId;
use uuid::Uuid;

use crate::protocol::{KnownPasskey, PasskeyPurpose, SessionToBegin};

/// Whom a challenge was made for.
#[derive(Debug)]
pub(crate) struct Begun {
    pub(crate) handle: Option<Vec<u8>>,
    pub(crate) email: Option<String>,
    pub(crate) owned: i32,
}

/// The passkey that an answer names.
#[derive(Debug)]
pub(crate) struct HeldPasskey {
    pub(crate) passkey: Uuid,
    pub(crate) person: Uuid,
    pub(crate) handle: Vec<u8>,
    pub(crate) public_key: Vec<u8>,
    pub(crate) is_syncable: bool,
}

#[derive(Debug)]
pub(crate) struct NewPasskey<'a> {
    pub(crate) id: PasskeyId,
    pub(crate) registered: &'a Registered,
    pub(crate) name: &'a str,
    pub(crate) transports: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Added {
    Yes,
    Exists,
    Full,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignedIn {
    Yes,
    Copied,
}

impl HeldPasskey {
    pub(crate) fn id(&self) -> PasskeyId {
        self.passkey.into()
    }
}

pub(crate) async fn begin(
    tx: &mut WriteTx,
    purpose: PasskeyPurpose,
    challenge: Digest,
) -> Result<Begun, Error> {
    Ok(sqlx::query_as!(
        Begun,
        r#"select handle, email, owned as "owned!" from identity.begin_passkey($1, $2)"#,
        word(purpose),
        challenge.as_slice(),
    )
    .fetch_one(&mut **tx)
    .await?)
}

pub(crate) async fn to_ask(tx: &mut WriteTx) -> Result<Vec<KnownPasskey>, Error> {
    let rows = sqlx::query!(
        r#"select credential_id as "credential_id!", transports as "transports!"
             from identity.passkeys_to_ask()"#
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| KnownPasskey {
            id: row.credential_id.into(),
            transports: row.transports,
        })
        .collect())
}

/// False where the challenge is not, or no more, for whoever is bound.
pub(crate) async fn take_challenge(
    tx: &mut WriteTx,
    purpose: PasskeyPurpose,
    challenge: Digest,
) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(
        r#"select identity.take_passkey_challenge($1, $2) as "taken!""#,
        word(purpose),
        challenge.as_slice(),
    )
    .fetch_one(&mut **tx)
    .await?)
}

pub(crate) async fn add(tx: &mut WriteTx, new: NewPasskey<'_>) -> Result<Added, Error> {
    let added = sqlx::query_scalar!(
        r#"select identity.add_passkey($1, $2, $3, $4, $5, $6, $7, $8) as "added!""#,
        new.id.uuid(),
        new.registered.credential_id,
        new.registered.public_key.as_bytes(),
        new.name,
        &new.transports,
        i64::from(new.registered.sign_count),
        new.registered.is_backup_eligible,
        new.registered.is_backed_up,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(match added.as_str() {
        "added" => Added::Yes,
        "full" => Added::Full,
        _ => Added::Exists,
    })
}

pub(crate) async fn to_verify(
    tx: &mut WriteTx,
    credential: &[u8],
) -> Result<Option<HeldPasskey>, Error> {
    Ok(sqlx::query_as!(
        HeldPasskey,
        r#"select passkey as "passkey!", person as "person!", handle as "handle!",
                  public_key as "public_key!", is_syncable as "is_syncable!"
             from identity.passkey_to_verify($1)"#,
        credential,
    )
    .fetch_optional(&mut **tx)
    .await?)
}

pub(crate) async fn wrong(tx: &mut WriteTx, passkey: Option<&HeldPasskey>) -> Result<(), Error> {
    sqlx::query!(
        "select identity.passkey_wrong($1, $2)",
        passkey.map(|known| known.passkey),
        passkey.map(|known| known.person),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// False where the counter did not go up.
pub(crate) async fn given(
    tx: &mut WriteTx,
    passkey: &HeldPasskey,
    asserted: Asserted,
) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(
        r#"select identity.passkey_given($1, $2, $3) as "given!""#,
        passkey.passkey,
        i64::from(asserted.sign_count),
        asserted.is_backed_up,
    )
    .fetch_one(&mut **tx)
    .await?)
}

pub(crate) async fn sign_in(
    tx: &mut WriteTx,
    passkey: &HeldPasskey,
    asserted: Asserted,
    session: &SessionToBegin,
) -> Result<SignedIn, Error> {
    let token = session.token.hash();
    let signed_in = sqlx::query_scalar!(
        r#"select identity.sign_in_by_passkey($1, $2, $3, $4,
                  row($5, $6, $7, $8, $9, $10)::identity.new_session) as "signed_in!""#,
        passkey.passkey,
        passkey.person,
        i64::from(asserted.sign_count),
        asserted.is_backed_up,
        session.id.uuid(),
        token.as_bytes().as_slice(),
        session.client,
        session.address,
        session.device_hash.as_bytes(),
        session.lifetime_seconds,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(match signed_in.as_str() {
        "signed_in" => SignedIn::Yes,
        _ => SignedIn::Copied,
    })
}

const fn word(purpose: PasskeyPurpose) -> &'static str {
    match purpose {
        PasskeyPurpose::SignIn => "sign_in",
        PasskeyPurpose::Prove => "prove",
        PasskeyPurpose::Add => "add",
    }
}
