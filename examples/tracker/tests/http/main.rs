//! Drives a tracker over real HTTP: as a client that does it right, and as several that do not.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod api;
mod attacks;
mod create_issue;
mod data_file;
mod flow;
mod metadata;
mod pages;
mod paging;
mod process;
mod refresh;
mod revoke;
mod support;
