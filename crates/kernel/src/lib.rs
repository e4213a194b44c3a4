//! The words that every other crate shares: identifiers, time, chance, secrets, scopes, audit
//! entries, and how figures and clients read.
//!
//! Promises: does no IO; reads no ambient time and no ambient randomness outside [`SystemClock`]
//! and [`SystemRng`]; a [`Secret`] cannot be printed, serialised, cloned or compared.

mod asset_access;
mod audit_entry;
mod chance;
mod client;
mod clock;
mod id;
mod page;
mod revocation;
mod scope;
mod secret;
mod sign_on;
pub mod words;

pub use asset_access::{AssetAccess, AssetAccessError};
pub use audit_entry::{AuditEntry, Detail};
pub use chance::{Chance, SystemRng};
pub use client::client_in_words;
pub use clock::{Clock, SystemClock};
pub use id::{
    AnonymousKeyId, ApiKeyId, AuditEntryId, CallId, ConnectionId, DomainId, EmailChangeId,
    EvidenceId, FileId, GrantId, IdError, IdentityId, InvitationId, JobId, LogId, MailId,
    OperatorAccessId, OrganisationId, PasskeyId, ProposalId, ProviderId, ProviderIdentityId,
    RequestId, RoleId, RotationId, ServiceKeyId, SessionId, TeamId, UserId,
};
pub use page::{PageSize, PageSizeError};
pub use revocation::{Revocation, RevocationError};
pub use scope::{Scope, TokenHash};
pub use secret::Secret;
pub use sign_on::sign_on_door;
