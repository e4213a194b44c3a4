//! Mail: the same door in two other protocols.
//!
//! Promises: before a socket opens, what will be said is exactly one declared operation, and a mail that is sent has an
//! approval for exactly what its bytes say. Nothing of ours is said before the connection is encrypted. Of IMAP, only
//! the commands of [`imap::Command`] can be said: none changes a mailbox. What a server says is read within the size
//! and the time of every call, and nothing of it is in an error.

mod compose;
mod imap;
mod lines;
mod read_back;
mod send;
mod smtp;
mod stream;

pub(crate) use send::check_sender;

#[cfg(test)]
mod tests;
