use super::{PasskeyError, RelyingParty, Verification};
use crate::digest;

/// A hash, flags, a counter.
const HEAD_BYTES: usize = 37;
/// The model of the authenticator, which nobody asks about.
const AAGUID_BYTES: usize = 16;
/// WebAuthn 7.1 step 25.
const MAX_CREDENTIAL_ID_BYTES: usize = 1_023;

const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const HAS_CREDENTIAL: u8 = 1 << 6;
const HAS_EXTENSIONS: u8 = 1 << 7;

/// What an authenticator says and signs (WebAuthn 6.1).
#[derive(Debug)]
pub(super) struct AuthenticatorData<'a> {
    party_hash: &'a [u8],
    flags: u8,
    /// How often it has signed; 0 where it does not count.
    pub(super) sign_count: u32,
    rest: &'a [u8],
}

/// The credential that a registration brings: its identifier, and what is left to read behind it, which
/// begins with its key.
#[derive(Debug)]
pub(super) struct NewCredential<'a> {
    pub(super) id: &'a [u8],
    pub(super) key_and_extensions: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, PasskeyError> {
        let (head, rest) = bytes
            .split_at_checked(HEAD_BYTES)
            .ok_or(PasskeyError::Malformed)?;
        let (party_hash, head) = head.split_at(32);
        let (flags, count) = head.split_first().ok_or(PasskeyError::Malformed)?;
        let count: [u8; 4] = count.try_into().map_err(|_| PasskeyError::Malformed)?;
        let flags = *flags;
        // WebAuthn 6.1.3: what cannot be backed up is not.
        if flags & BACKED_UP != 0 && flags & BACKUP_ELIGIBLE == 0 {
            return Err(PasskeyError::Malformed);
        }
        Ok(Self {
            party_hash,
            flags,
            sign_count: u32::from_be_bytes(count),
            rest,
        })
    }

    /// WebAuthn 7.1 steps 14 to 16, 7.2 steps 15 to 17: for whom, and who was there.
    pub(super) fn check(
        &self,
        party: &RelyingParty,
        verification: Verification,
    ) -> Result<(), PasskeyError> {
        if !digest::equal(self.party_hash, &digest::sha256(party.id.as_bytes())) {
            return Err(PasskeyError::OtherParty);
        }
        if self.flags & USER_PRESENT == 0 {
            return Err(PasskeyError::NotPresent);
        }
        if verification == Verification::Required && self.flags & USER_VERIFIED == 0 {
            return Err(PasskeyError::NotVerified);
        }
        Ok(())
    }

    pub(super) const fn is_backup_eligible(&self) -> bool {
        self.flags & BACKUP_ELIGIBLE != 0
    }

    pub(super) const fn is_backed_up(&self) -> bool {
        self.flags & BACKED_UP != 0
    }

    pub(super) const fn has_extensions(&self) -> bool {
        self.flags & HAS_EXTENSIONS != 0
    }

    /// Of an assertion: it brings no credential. Extensions are read over: none was asked for, and the
    /// signature covers them.
    pub(super) fn brings_nothing(&self) -> Result<(), PasskeyError> {
        let has_rest = !self.rest.is_empty();
        if self.flags & HAS_CREDENTIAL == 0 && has_rest == self.has_extensions() {
            Ok(())
        } else {
            Err(PasskeyError::Malformed)
        }
    }

    /// Of a registration (WebAuthn 6.5.1).
    pub(super) fn credential(&self) -> Result<NewCredential<'a>, PasskeyError> {
        let read = || {
            if self.flags & HAS_CREDENTIAL == 0 {
                return None;
            }
            let (_aaguid, rest) = self.rest.split_at_checked(AAGUID_BYTES)?;
            let (length, rest) = rest.split_first_chunk::<2>()?;
            let length = usize::from(u16::from_be_bytes(*length));
            if !(1..=MAX_CREDENTIAL_ID_BYTES).contains(&length) {
                return None;
            }
            let (id, key_and_extensions) = rest.split_at_checked(length)?;
            Some(NewCredential {
                id,
                key_and_extensions,
            })
        };
        read().ok_or(PasskeyError::Malformed)
    }
}
