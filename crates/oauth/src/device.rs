//! The device grant (RFC 8628): for what has no browser, or cannot be called back.

use crypto::digest::sha256;
use crypto::token::{self, TokenKind};
use db::{Db, Error};
use kernel::{AuditEntry, Chance, Scope, Secret};

use crate::authorize::scopes;
use crate::redeem::{Begin, begin};
use crate::{Issued, Resources, Seen, TokenError, store};

/// Letters that are not mistaken for others and make no words (RFC 8628 6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const LENGTH: usize = 8;
const CODES_TO_TRY: usize = 4;

/// What a person types: eight letters, 34 bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserCode(String);

/// What a device gets to wait with.
#[derive(Debug)]
pub struct DeviceCode {
    /// For the device alone.
    pub device_code: Secret<String>,
    /// For its person.
    pub user_code: UserCode,
}

/// What a person is asked who typed a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRequest {
    /// Who asks.
    pub client_id: String,
    /// For what.
    pub scopes: Vec<String>,
    /// Where the tokens will be good.
    pub resource: String,
}

/// One poll of a device.
#[derive(Debug)]
pub struct Poll<'a> {
    /// Who asks.
    pub client_id: &'a str,
    /// The device code.
    pub device_code: &'a str,
    /// Who was seen asking.
    pub seen: Seen<'a>,
}

impl UserCode {
    fn generate(chance: &dyn Chance) -> Self {
        // 240 is the largest multiple of 20 in a byte: what is above would favour some letters.
        let mut text = String::new();
        while text.len() < LENGTH {
            let mut byte = [0_u8; 1];
            chance.fill(&mut byte);
            if byte[0] < 240 {
                text.push(char::from(LETTERS[usize::from(byte[0] % 20)]));
            }
        }
        Self(text)
    }

    /// Reads what a person typed: in any case, with any spaces and dashes.
    pub fn parse(typed: &str) -> Option<Self> {
        let letters = typed.chars().filter(|c| !c.is_whitespace() && *c != '-');
        let text: String = letters.map(|c| c.to_ascii_uppercase()).take(20).collect();
        let is_code = text.len() == LENGTH && text.bytes().all(|b| LETTERS.contains(&b));
        is_code.then_some(Self(text))
    }

    /// As it is shown: `BCDF-GHJK`.
    pub fn shown(&self) -> String {
        let (first, second) = self.0.split_at(LENGTH / 2);
        format!("{first}-{second}")
    }

    fn hash(&self) -> [u8; 32] {
        sha256(self.0.as_bytes())
    }
}

/// Begins to wait for a person (RFC 8628 3.1).
pub async fn start_device(
    db: &Db,
    client_id: &str,
    (scope, resource): (Option<&str>, Option<&str>),
    resources: &Resources,
    grantable: impl Fn(&str) -> bool + Send,
) -> Result<DeviceCode, TokenError> {
    let scopes = scopes(scope, grantable);
    if scopes.is_empty() {
        return Err(TokenError::InvalidScope);
    }
    let resource = resources.find(resource).ok_or(TokenError::InvalidTarget)?;
    let asked = (client_id, &*scopes, resource);
    // People type short codes: two devices may come to wait with one.
    for _ in 0..CODES_TO_TRY {
        match begin_to_wait(db, asked).await {
            Err(TokenError::Database(Error::Exists)) => {}
            ended => return ended,
        }
    }
    Err(TokenError::Database(Error::Exists))
}

async fn begin_to_wait(
    db: &Db,
    (client_id, scopes, resource): (&str, &[String], &str),
) -> Result<DeviceCode, TokenError> {
    let device_code = token::generate(TokenKind::DeviceCode, db.chance());
    let user_code = UserCode::generate(db.chance());
    let hashes = (sha256(device_code.expose().as_bytes()), user_code.hash());
    let mut tx = db.write(&Scope::Anonymous).await?;
    if !store::start_device(&mut tx, hashes, client_id, scopes, resource).await? {
        return Err(TokenError::InvalidClient);
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "nobody was asked yet: the answer is told"
    )]
    tx.commit_silently().await?;
    Ok(DeviceCode {
        device_code,
        user_code,
    })
}

/// What the bound person is asked who typed `code`; nothing where no device waits with it.
pub async fn device_request(
    tx: &mut db::ReadTx,
    code: &UserCode,
) -> Result<Option<DeviceRequest>, Error> {
    store::device_request(tx, code.hash()).await
}

/// The person's answer: what they let the device do, or nothing for no. False where no device waits.
pub async fn decide_device(
    mut tx: db::WriteTx,
    code: &UserCode,
    client: &str,
    granted: Option<&[String]>,
) -> Result<bool, Error> {
    let decided = store::decide_device(&mut tx, code.hash(), granted).await?;
    if decided {
        let entry = match granted {
            Some(granted) => {
                AuditEntry::about("oauth.consented", client).with("scopes", granted.join(" "))
            }
            None => AuditEntry::about("oauth.refused", client),
        };
        tx.commit(entry.with("device", true)).await?;
    }
    Ok(decided)
}

/// Asks whether the person has answered (RFC 8628 3.4).
pub async fn poll_device(db: &Db, poll: Poll<'_>) -> Result<Issued, TokenError> {
    let hash = token::hash(TokenKind::DeviceCode, poll.device_code)
        .map_err(|_| TokenError::InvalidGrant)?;
    let (begin, refresh): (Begin, _) = begin(db);
    let mut tx = db.write(&Scope::Anonymous).await?;
    let (outcome, granted) = store::poll_device(&mut tx, hash, &poll, &begin).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "the definer function told of a grant; a poll is no news"
    )]
    tx.commit_silently().await?;
    match (outcome.as_str(), granted) {
        ("granted", Some(scopes)) => Ok(Issued {
            ticket: begin.ticket,
            refresh,
            scopes,
        }),
        ("pending", _) => Err(TokenError::AuthorizationPending),
        ("slow_down", _) => Err(TokenError::SlowDown),
        ("denied", _) => Err(TokenError::AccessDenied),
        ("expired", _) => Err(TokenError::ExpiredToken),
        _ => Err(TokenError::InvalidGrant),
    }
}

#[cfg(test)]
mod tests {
    use kernel::SystemRng;

    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = UserCode::generate(&SystemRng);
        assert_eq!(UserCode::parse(&code.shown()), Some(code.clone()));
        let typed = format!(" {} ", code.shown().to_lowercase().replace('-', " "));
        assert_eq!(UserCode::parse(&typed), Some(code));
        for none in ["", "BCDF", "BCDFGHJA", "BCDFGHJKL", "ÄÖÜ"] {
            assert_eq!(UserCode::parse(none), None, "{none}");
        }
    }
}
