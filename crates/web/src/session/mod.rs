//! Cookies, anti-forgery tokens and messages that are shown once.

pub(crate) mod cookie;
pub(crate) mod csrf;
pub(crate) mod flash;

pub(crate) use cookie::{Cookies, Names};
