//! The privacy pipeline and log redaction. Does no IO.
