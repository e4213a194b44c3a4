//! People, organisations, memberships and sessions.
//!
//! Promises: does not decide permissions; never sees a stored password verifier (the database
//! compares proofs); answers a taken address like a free one, and an unknown address like a wrong
//! password; hashes on a bounded pool, so that a flood of sign-ins cannot starve sessions.

mod accept_invitation;
mod account;
mod ask_email_change;
mod change_member;
mod change_password;
mod confirm_email_change;
mod delete_account;
mod email;
mod export_account;
mod given;
mod hashing;
mod identities;
mod invite;
mod leave_organisation;
mod make_organisation;
mod move_account;
mod own_events;
mod own_organisations;
mod passkey;
mod password;
mod people;
mod personal;
mod principal;
mod prove_password;
mod provisioning;
mod reset_password;
mod role;
mod second_factor;
mod session;
mod set_password;
mod show_sign_in_link;
mod sign_in;
mod sign_in_link;
mod sign_on;
mod sign_up;
mod store;
mod switch_organisation;
mod verify_address;
mod vouch;

pub use accept_invitation::{
    InvitationFace, JoinError, accept_invitation, show_invitation, sign_up_by_invitation,
};
pub use account::{Account, account};
pub use ask_email_change::{
    AskEmailChangeError, EmailChange, ask_email_change, cancel_email_change, own_email_change,
};
pub use change_member::{MemberError, change_member, remove_member};
pub use change_password::{ChangePasswordError, change_password};
pub use confirm_email_change::{
    EmailChangeFace, EmailConfirmed, confirm_email_change, show_email_change, stop_email_change,
};
pub use delete_account::{DeleteAccountError, delete_account};
pub use email::{Email, EmailError};
pub use export_account::export_account;
pub use given::Given;
pub use hashing::{HashPool, HashPoolBusy};
pub use identities::{
    IdentityRow, Newcomer, NewcomerError, UnlinkError, has_password, identities, newcomer,
    sign_up_newcomer, unlink_identity,
};
pub use invite::{
    InvitationRow, InviteAgain, InviteError, invitations, invite, invite_again, revoke_invitation,
};
pub use leave_organisation::leave_organisation;
pub use make_organisation::{MakeOrganisationError, make_organisation};
pub use move_account::{MoveAccountError, move_account};
pub use own_events::{OwnEvent, own_events};
pub use own_organisations::{OwnOrganisation, OwnSignOn, own_organisations};
pub use passkey::{
    PasskeyName, PasskeyNameError, PasskeyRow, RemovePasskeyError, passkeys, remove_passkey,
    rename_passkey,
};
pub use password::{NewPassword, PasswordError};
pub use people::{Member, Suspended, members, suspended};
pub use personal::{AtDeletion, PERSONAL, Personal};
pub use principal::{Principal, PrincipalKind, principal};
pub use prove_password::prove_password;
pub use provisioning::{
    DirectoryPage, DirectoryPerson, Named, ProvisionError, Provisioned, Wanted, change_provisioned,
    end_provisioned, hold_provisioned, provision, provisioned, reinstate, suspend,
};
pub use reset_password::{ResetError, ask_reset, reset_password, show_reset};
pub use role::{Role, Standing, StandingError};
pub use second_factor::{
    Proved, RECOVERY_CODES, SecondFactors, is_like_recovery_code, remove_authenticator,
    replace_recovery_codes, require_second_factor, second_factors, use_recovery_code,
};
pub use session::{
    Device, NewSession, SESSION_LIFETIME, SessionRow, SessionToken, end_session, is_own_session,
    sessions, sign_out,
};
pub use show_sign_in_link::{SignInLinkFace, show_sign_in_link};
pub use sign_in::{SignInError, SignedIn, sign_in};
pub use sign_in_link::{LINK_LIFETIME, SignInLinkError, make_sign_in_link, use_sign_in_link};
pub use sign_on::{
    AddDomainError, AddProviderError, ChangeCertificateError, DOMAIN_GRACE, DescriptionError,
    Domain, DomainName, DomainNameError, LinkedProvider, NewProvider, NewProviderError, Provider,
    ProviderCertificate, ProviderError, ProviderFace, ProviderIdentity, ProviderKind, SamlForm,
    SignOn, add_certificate, add_domain, add_provider, host_of, linked_provider, provider_face,
    provider_of, remove_certificate, remove_domain, remove_provider, require_sso, sign_on,
    turn_off_provider, turn_on_provider, unlink_provider,
};
pub use sign_up::{NewAccount, NewAccountError, SignUpError, sign_up};
pub use switch_organisation::{SwitchError, switch_organisation};
pub use verify_address::{
    AskVerification, LinkError, LinkFace, ask_verification, show_verification, verify_address,
};
pub use vouch::vouch;
