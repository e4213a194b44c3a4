//! Signing up and in, people, sessions.

mod people;
mod sessions;
mod sign_in;
mod sign_in_link;
mod sign_up;
mod sign_up_done;

pub use people::{Member, People};
pub use sessions::{SessionRow, Sessions};
pub use sign_in::SignIn;
pub use sign_in_link::{LinkState, SignInLink};
pub use sign_up::SignUp;
pub use sign_up_done::SignUpDone;
