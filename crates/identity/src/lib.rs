//! People, organisations, memberships and sessions.
//!
//! Promises: does not decide permissions; never sees a stored password verifier (the database
//! compares proofs); answers a taken address like a free one, and an unknown address like a wrong
//! password; hashes on a bounded pool, so that a flood of sign-ins cannot starve sessions.

mod email;
mod hashing;
mod password;
mod people;
mod principal;
mod session;
mod show_sign_in_link;
mod sign_in;
mod sign_in_link;
mod sign_up;
mod store;

pub use email::{Email, EmailError};
pub use hashing::{HashPool, HashPoolBusy};
pub use password::{NewPassword, PasswordError};
pub use people::{Member, members};
pub use principal::{Principal, PrincipalKind, principal};
pub use session::{NewSession, SESSION_LIFETIME, SessionRow, SessionToken, end_session, sessions};
pub use show_sign_in_link::{SignInLinkFace, show_sign_in_link};
pub use sign_in::{SignInError, SignedIn, sign_in};
pub use sign_in_link::{LINK_LIFETIME, SignInLinkError, make_sign_in_link, use_sign_in_link};
pub use sign_up::{NewAccount, NewAccountError, SignUpError, sign_up};
