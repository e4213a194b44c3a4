//! A test app on a real database, and misbehaving providers. Never ships.
