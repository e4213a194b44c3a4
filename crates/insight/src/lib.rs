//! Event logs, imports and process statistics. Sees no body.
