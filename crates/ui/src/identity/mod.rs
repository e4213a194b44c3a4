//! Signing up and in, second factors, people, sessions.

mod account;
mod authenticator;
mod change_address;
mod from_saml;
mod invitation;
mod issuer;
mod mail_link;
mod organisation;
mod organisations;
mod people;
mod profile;
mod prove;
mod provisioning;
mod recovery_codes;
mod second_factor;
mod security;
mod sessions;
mod sign_in;
mod sign_in_link;
mod sign_on;
mod sign_up;
mod sign_up_done;

pub use account::{AccountDeleted, AccountEvent, AccountEvents, OwnAccount};
pub use authenticator::Authenticator;
pub use change_address::{AddressChange, ChangeAddress, ChangeStep, WaitingChange};
pub use from_saml::FromSaml;
pub use invitation::{Invitation, Offer, Step};
pub use issuer::{Elsewhere, FromIssuer, IssuerChoice, LinkedIdentity, SignUpWith, ToIssuer};
pub use mail_link::{ForgotPassword, ForgotPasswordDone, MailLink, ResetPassword, VerifyAddress};
pub use organisation::Organisation;
pub use organisations::{OrganisationRow, Organisations, OwnSignOn};
pub use people::{Inviting, Member, OpenInvitation, People, StandingChoice, SuspendedMember};
pub use profile::{PendingAddress, Profile};
pub use prove::Prove;
pub use provisioning::Provisioning;
pub use recovery_codes::RecoveryCodes;
pub use second_factor::SecondFactor;
pub use security::{PasskeyRow, Security};
pub use sessions::{SessionRow, Sessions};
pub use sign_in::SignIn;
pub use sign_in_link::{LinkState, SignInLink};
pub use sign_on::{
    CertificateRow, DomainRow, FindProvider, NEW_LEVELS, OwnProvider, ProviderDoor, ProviderForm,
    ProviderRow, ProviderTested, SamlProviderForm, SignOnSettings,
};
pub use sign_up::SignUp;
pub use sign_up_done::SignUpDone;
