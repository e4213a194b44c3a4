//! Identifiers, clock, randomness, secrets, scopes and audit entries. Does no IO.
