//! People, organisations, memberships and sessions. Does not decide permissions.
