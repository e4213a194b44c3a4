//! The integration tests: one binary, real HTTP, real PostgreSQL.
