use std::time::Duration;

use crypto::token::{self, TokenKind};
use db::{Db, Error, ReadTx, WriteTx};
use kernel::{AuditEntry, OrganisationId, Secret, SessionId, TokenHash};
use time::OffsetDateTime;

use crate::store;

/// A session ends after this, whatever happens.
pub const SESSION_LIFETIME: Duration = Duration::from_hours(12);

/// What the signed cookie carries.
pub type SessionToken = Secret<String>;

/// A session about to begin.
#[derive(Debug)]
pub struct NewSession {
    pub(crate) id: SessionId,
    pub(crate) token: SessionToken,
    pub(crate) hash: TokenHash,
    pub(crate) client: String,
    pub(crate) address: String,
    pub(crate) device_hash: [u8; 32],
    pub(crate) is_device_kept: bool,
}

/// What tells a client again that has signed in before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Device {
    /// A random value of ours that the browser kept, and sent back signed.
    Kept(String),
    /// A random value for the browser to keep from now on.
    New(String),
    /// What a program without cookies calls itself. Anybody can say that.
    Program(String),
}

impl Device {
    /// The value itself.
    pub const fn as_str(&self) -> &str {
        let (Self::Kept(value) | Self::New(value) | Self::Program(value)) = self;
        value.as_str()
    }
}

/// A session, as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Its identifier.
    pub id: SessionId,
    /// What the client called itself (User-Agent).
    pub client: String,
    /// Where it began, an IP address.
    pub address: String,
    /// When it began.
    pub created_at: OffsetDateTime,
    /// When it ends by itself.
    pub expires_at: OffsetDateTime,
    /// The organisation that it is in, and its name; none where it is in none.
    pub organisation: Option<(OrganisationId, String)>,
}

impl NewSession {
    /// A session with a fresh token, for the client, address and device that ask.
    pub fn new(db: &Db, client: &str, address: &str, device: &Device) -> Self {
        let token = token::generate(TokenKind::Session, db.chance());
        let hash = TokenHash::from_digest(crypto::digest::sha256(token.expose().as_bytes()));
        Self {
            id: SessionId::new(db.clock().now(), db.chance()),
            token,
            hash,
            client: client
                .chars()
                .filter(|c| !c.is_control())
                .take(300)
                .collect(),
            address: address.chars().take(64).collect(),
            device_hash: crypto::digest::sha256(device.as_str().as_bytes()),
            is_device_kept: matches!(device, Device::Kept(_)),
        }
    }
}

/// For the broker, which starts the session of whoever shows a passkey. The token does not go there.
impl NewSession {
    /// Its identifier.
    pub const fn id(&self) -> SessionId {
        self.id
    }

    /// The hash of its token.
    pub const fn hash(&self) -> TokenHash {
        self.hash
    }

    /// What the client calls itself (User-Agent).
    pub fn client(&self) -> &str {
        &self.client
    }

    /// Where it is, an IP address.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// A digest of what only its browser keeps.
    pub const fn device_hash(&self) -> &[u8; 32] {
        &self.device_hash
    }

    /// Its token, once it has begun.
    pub fn into_token(self) -> SessionToken {
        self.token
    }
}

/// Ends the session that is bound, also one that owes its second factor.
pub async fn sign_out(mut tx: WriteTx) -> Result<(), Error> {
    store::sign_out(&mut tx).await?;
    tx.commit(AuditEntry::new("identity.signed_out")).await
}

/// The running sessions of the bound person, wherever they act, newest first; to a session that an organisation's
/// provider began, those in that organisation alone.
pub async fn sessions(tx: &mut ReadTx) -> Result<Vec<SessionRow>, Error> {
    store::sessions(tx).await
}

/// Whether the person began the bound session themselves, and no organisation's identity provider.
pub async fn is_own_session(tx: &mut ReadTx) -> Result<bool, Error> {
    store::is_own_session(tx).await
}

/// Ends one of the bound person's sessions. False where there is no such one running.
pub async fn end_session(mut tx: WriteTx, session: SessionId) -> Result<bool, Error> {
    let ended = store::end_session(&mut tx, session).await?;
    if ended {
        #[expect(
            clippy::disallowed_methods,
            reason = "the definer function told the audit log of the organisation that the session was in"
        )]
        tx.commit_silently().await?;
    }
    Ok(ended)
}
