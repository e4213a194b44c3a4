//! Connector manifests: what an app's operations may send and return. Does no IO.
