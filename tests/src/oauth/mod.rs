//! ID-06, ID-07: the authorization server, by clients that are not ours and by attacks.

pub(crate) mod client;
mod code;
mod consent;
mod device;
mod foreign;
mod forged;
mod grants;
mod limit;
mod metadata;
mod refresh;
mod registration;
mod stolen_login;
