//! The proof that a person countersigned exactly one request.

use crypto::canonical::{self, CanonicalError};
use crypto::digest::{Digest, equal, sha256};
use kernel::{ConnectionId, OrganisationId, ProposalId};
use manifest::PlannedRequest;
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::claimed::Claimed;

/// What an approval is for, beside the request itself. It is taken from the database, never from a
/// caller: nobody chooses what the hash covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The tenant.
    pub organisation: OrganisationId,
    /// The connection whose credential is used.
    pub connection: ConnectionId,
    /// The proposal, so that two equal requests need two approvals.
    pub proposal: ProposalId,
    /// The app, by its manifest.
    pub app: String,
    /// The operation, by its manifest.
    pub operation: String,
    /// Who asked: the text form of an identifier.
    pub actor: String,
    /// SHA-256 of the manifest, the rules under which it was asked, in hexadecimal.
    pub manifest_sha256: String,
}

/// The right to send one write, once. Only a claimed approval opens the door; it cannot be cloned,
/// and sending consumes it.
#[derive(Debug)]
pub struct ApprovedWrite {
    payload_hash: Digest,
    binding: Binding,
    is_claimed: bool,
    /// When its sending began.
    begun: OffsetDateTime,
}

/// Why nothing is sent under an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotSpent {
    /// The request is another one than was approved.
    Changed,
    /// Nobody claimed it: an attack of our own.
    NotClaimed,
}

impl Binding {
    /// The document that the hash of an approval is taken over (RFC 8785).
    ///
    /// # Errors
    /// None in practice: the document holds texts and small numbers alone.
    pub fn document(&self, request: &PlannedRequest) -> Result<Vec<u8>, CanonicalError> {
        canonical::to_vec(&self.value(request))
    }

    /// SHA-256 of [`Binding::document`]: what a person approves.
    ///
    /// # Errors
    /// As [`Binding::document`].
    pub fn payload_hash(&self, request: &PlannedRequest) -> Result<Digest, CanonicalError> {
        self.document(request).map(|document| sha256(&document))
    }

    fn value(&self, request: &PlannedRequest) -> Value {
        json!({
            "format": 1,
            "organisation": self.organisation,
            "connection": self.connection,
            "proposal": self.proposal,
            "app": self.app,
            "operation": self.operation,
            "actor": self.actor,
            "manifest_sha256": self.manifest_sha256,
            "request": request.canonical(),
        })
    }
}

impl ApprovedWrite {
    /// Takes over the hash of an approval that this process claimed.
    pub(crate) const fn claimed(
        claimed: &Claimed,
        binding: Binding,
        begun: OffsetDateTime,
    ) -> Self {
        Self {
            payload_hash: claimed.payload().hash,
            binding,
            is_claimed: true,
            begun,
        }
    }

    /// One that nobody claimed, for attacks on the door: it is compared like any other, and opens
    /// nothing.
    pub(crate) const fn forged(payload_hash: Digest, binding: Binding) -> Self {
        Self {
            payload_hash,
            binding,
            is_claimed: false,
            begun: OffsetDateTime::UNIX_EPOCH,
        }
    }

    /// One that counts as claimed, for the tests of the door.
    #[cfg(test)]
    pub(crate) const fn of_test(payload_hash: Digest, binding: Binding) -> Self {
        Self {
            payload_hash,
            binding,
            is_claimed: true,
            begun: OffsetDateTime::UNIX_EPOCH,
        }
    }

    /// When its sending began: what a mail says of itself.
    pub(crate) const fn begun(&self) -> OffsetDateTime {
        self.begun
    }

    /// Uses the approval up for `request`, which is hashed anew.
    pub(crate) fn spend(self, request: &PlannedRequest) -> Result<(), NotSpent> {
        let is_for_it = self.binding.operation == request.operation();
        match self.binding.payload_hash(request) {
            Ok(hash) if is_for_it && equal(&hash, &self.payload_hash) => {
                if self.is_claimed {
                    Ok(())
                } else {
                    Err(NotSpent::NotClaimed)
                }
            }
            _ => Err(NotSpent::Changed),
        }
    }
}
