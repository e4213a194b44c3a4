//! The audit log: append, prove, verify, export. Never stores the content of work.
