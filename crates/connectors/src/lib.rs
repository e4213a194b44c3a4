//! Connected apps: manifests, connection state, scans. Opens no socket to an app.
