//! Signing in by other issuers: Google, GitHub, Dropbox and whoever speaks OpenID Connect. Only this process
//! reaches them, verifies what they sign, and tells the database whom they mean.

mod address;
mod begin;
mod configured;
mod documents;
mod error;
mod finish;
mod github;
mod oidc;
mod said;
mod saml;

pub use configured::{IssuerConfig, IssuerKind};

pub(crate) use begin::begin;
pub(crate) use configured::{Issuer, Issuers, Speaks, Whose};
pub(crate) use documents::Documents;
pub(crate) use error::IssuerError;
pub(crate) use finish::finish;
