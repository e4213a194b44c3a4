//! The submission of mail (RFC 6409), on encrypted connections alone.

mod reply;
mod session;

pub(super) use session::{EHLO, sign_in};
