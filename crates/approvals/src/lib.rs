//! Proposals and decisions. Never executes.
