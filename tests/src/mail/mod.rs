//! ID-01, ID-12, ID-13: what goes out by mail, and what its links open.

pub(crate) mod browser;
mod invitations;
mod members;
mod password;
mod server;
mod smtp;
mod stolen;
mod verification;
