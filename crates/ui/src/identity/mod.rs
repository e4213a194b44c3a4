//! Signing up and in, people, sessions.

mod invitation;
mod mail_link;
mod people;
mod profile;
mod sessions;
mod sign_in;
mod sign_in_link;
mod sign_up;
mod sign_up_done;

pub use invitation::{Invitation, Offer, Step};
pub use mail_link::{ForgotPassword, ForgotPasswordDone, MailLink, ResetPassword, VerifyAddress};
pub use people::{Inviting, Member, OpenInvitation, People, StandingChoice};
pub use profile::Profile;
pub use sessions::{SessionRow, Sessions};
pub use sign_in::SignIn;
pub use sign_in_link::{LinkState, SignInLink};
pub use sign_up::SignUp;
pub use sign_up_done::SignUpDone;
