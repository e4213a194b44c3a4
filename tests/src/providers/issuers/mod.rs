//! ID-03 against issuers that are not ours: `oidc-provider`, a certified implementation, and GitHub as `emulate`
//! has it.

mod github;
mod oidc;
mod organisation;
