//! The vault and the one door out. Its own process; never returns plaintext.
mod store;
pub mod vault;
pub use store::master_keys_in_use;
pub mod protocol;
pub mod socket;
