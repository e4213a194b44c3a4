//! The vault and the one door out. Its own process; never returns plaintext.
