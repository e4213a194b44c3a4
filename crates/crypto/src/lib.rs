//! Envelopes, key ring, token hashing, signatures and canonical JSON. Does no IO.
