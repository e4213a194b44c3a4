//! Identity providers of organisations (single sign-on): whom the broker asks, with the secret that it alone opens,
//! and whose a mail domain is. What a provider said, `issuer::finish` tells the database.

mod check_domain;
mod keep_secret;
mod known;
mod recheck_domains;
mod txt;

pub(crate) use check_domain::check_domain;
pub(crate) use keep_secret::keep_secret;
pub(crate) use known::{Providers, known};
pub(crate) use recheck_domains::recheck_domains;
pub(crate) use txt::{TxtError, TxtRecords};
