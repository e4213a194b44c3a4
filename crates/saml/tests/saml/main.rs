//! Responses and metadata as providers and attackers make them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod accepted;
mod claims;
mod forgery;
mod metadata;
mod properties;
mod support;
mod wrapping;
mod xml;
