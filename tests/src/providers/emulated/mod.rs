//! Gmail, Google Calendar, Slack and Linear as the npm package `emulate` has them. It knows less than they: of Slack not
//! `auth.revoke`, nor which message begins a thread; of Google Calendar no identifiers of ours and no marks; and of Linear
//! none of the documents that leave, so that people grant access there and nothing is read.

mod google;
mod linear;
mod slack;
mod world;
