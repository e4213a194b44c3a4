//! Apps of which no package is one: small servers that answer as the app's documentation says. That the app itself
//! answers so is not shown here; what the server asks of it, and what it makes of such answers, is.

mod dropbox;
mod jira;
mod world;
