mod api;
mod ends;
mod forged_context;
mod service_key;
mod stolen_login;
mod tables;
pub(crate) mod tenant;

pub(crate) use tenant::{fill, second_tenant};
