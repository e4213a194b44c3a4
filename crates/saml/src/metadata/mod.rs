//! Metadata (SAMLMeta): a provider's is read, ours is written.

mod error;
mod ours;
mod provider;

pub use error::MetadataError;
pub use ours::ours;
pub use provider::Provider;
