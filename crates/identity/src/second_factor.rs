use db::{Db, Error, ReadTx, WriteTx};
use kernel::{AuditEntry, Chance, Scope, Secret, UserId};
use time::OffsetDateTime;

use crate::store;

/// The second factors of the bound person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecondFactors {
    /// Since when an authenticator app is set up.
    pub authenticator_since: Option<OffsetDateTime>,
    /// How many passkeys there are.
    pub passkeys: u32,
    /// Recovery codes that were not used yet.
    pub codes_left: u32,
    /// Whether the organisation asks for a second factor.
    pub is_required: bool,
}

impl SecondFactors {
    /// Whether there is one at all. Recovery codes stand in for another, and are none.
    pub const fn any(&self) -> bool {
        self.authenticator_since.is_some() || self.passkeys > 0
    }
}

/// How a proof did that the database compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proved {
    /// It was right.
    Right,
    /// It was wrong, or used before.
    Wrong,
    /// Nobody looked: there were too many wrong ones. Seconds to wait.
    Wait(u32),
}

/// How many recovery codes there are at once.
pub const RECOVERY_CODES: usize = 10;
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Of five bits each: 80 bits, which nobody guesses.
const CODE_LETTERS: usize = 16;

/// What the bound person has, and owes. Also for a session that owes its second factor.
pub async fn second_factors(tx: &mut ReadTx) -> Result<SecondFactors, Error> {
    store::second_factors(tx).await
}

/// Uses one of a session's person's recovery codes up, in place of an authenticator's code. Counted as a wrong one
/// before anybody looks at it, as a password is.
pub async fn use_recovery_code(db: &Db, scope: &Scope, code: &str) -> Result<Proved, Error> {
    let hash = hash(code);
    let mut tx = db.write(scope).await?;
    let wait = store::count_recovery_code(&mut tx, &hash).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "a count is nobody's; what looks at it tells of the try"
    )]
    tx.commit_silently().await?;
    if wait > 0 {
        return Ok(Proved::Wait(wait));
    }
    let mut tx = db.write(scope).await?;
    let proved = store::use_recovery_code(&mut tx, &hash).await?;
    settle(tx, proved, AuditEntry::new("identity.recovery_code_used")).await
}

/// New recovery codes for the bound person, in place of all older ones. Shown once; only their hashes stay.
pub async fn replace_recovery_codes(
    mut tx: WriteTx,
    chance: &dyn Chance,
) -> Result<Vec<Secret<String>>, Error> {
    let codes: Vec<Secret<String>> = (0..RECOVERY_CODES).map(|_| new_code(chance)).collect();
    let hashes: Vec<Vec<u8>> = codes
        .iter()
        .map(|code| hash(code.expose()).to_vec())
        .collect();
    store::replace_recovery_codes(&mut tx, &hashes).await?;
    tx.commit(AuditEntry::new("identity.recovery_codes_made"))
        .await?;
    Ok(codes)
}

/// Removes the bound person's authenticator; with the last second factor go the recovery codes. False where it
/// is the last one, and an organisation of theirs asks for one.
pub async fn remove_authenticator(mut tx: WriteTx, person: UserId) -> Result<bool, Error> {
    let removed = store::remove_authenticator(&mut tx).await?;
    if removed {
        tx.commit(AuditEntry::about("identity.authenticator_removed", person))
            .await?;
    }
    Ok(removed)
}

/// Sets whether every member of the bound organisation needs a second factor.
pub async fn require_second_factor(mut tx: WriteTx, is_required: bool) -> Result<(), Error> {
    store::require_second_factor(&mut tx, is_required).await?;
    let entry = AuditEntry::new("identity.second_factor_rule").with("is_required", is_required);
    tx.commit(entry).await
}

/// Commits in any case: a failure counts.
pub(crate) async fn settle(
    tx: WriteTx,
    proved: Proved,
    entry: AuditEntry,
) -> Result<Proved, Error> {
    if proved == Proved::Right {
        tx.commit(entry).await?;
    } else {
        #[expect(
            clippy::disallowed_methods,
            reason = "identity.tried writes the entry of a failure"
        )]
        tx.commit_silently().await?;
    }
    Ok(proved)
}

/// In four groups, so that people copy them right.
fn new_code(chance: &dyn Chance) -> Secret<String> {
    let mut random = [0_u8; CODE_LETTERS];
    chance.fill(&mut random);
    let mut text = String::with_capacity(CODE_LETTERS + 3);
    for (at, byte) in random.iter().enumerate() {
        if at > 0 && at % 4 == 0 {
            text.push('-');
        }
        text.push(char::from(ALPHABET[usize::from(byte & 31)]));
    }
    Secret::new(text)
}

/// However it was typed: case, hyphens and spaces do not count, and look-alikes are read as Crockford's
/// base 32 reads them.
fn hash(code: &str) -> [u8; 32] {
    let read: String = code
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        })
        .collect();
    crypto::digest::sha256(read.as_bytes())
}

/// Whether a text has the length of a recovery code, and not of an authenticator's.
pub fn is_like_recovery_code(text: &str) -> bool {
    text.chars().filter(char::is_ascii_alphanumeric).count() > 8
}

#[cfg(test)]
mod tests {
    use kernel::SystemRng;

    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = new_code(&SystemRng);
        let text = code.expose();
        assert_eq!(text.len(), CODE_LETTERS + 3);
        assert_eq!(hash(text), hash(&text.to_uppercase().replace('-', " ")));
        assert_eq!(hash("o0il-1"), hash("00111"));
        assert_ne!(hash("0"), hash("1"));
    }

    #[test]
    fn a_code_of_an_app_is_not_taken_for_a_recovery_code() {
        assert!(!is_like_recovery_code("123 456"));
        assert!(is_like_recovery_code(new_code(&SystemRng).expose()));
    }
}
