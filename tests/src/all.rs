//! The integration tests: real HTTP against a real PostgreSQL with real roles, one database a test.

mod agents;
mod approvals;
mod audit;
mod browser;
mod controls;
mod egress;
mod main_job;
mod tenancy;
mod world;
