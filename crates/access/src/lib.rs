//! The permission catalogue, roles and API keys.
