//! CO-01, CO-04, CO-05, CO-08: mail as a connected app, read from Dovecot and sent through aiosmtpd.

mod dovecot;
mod read;
mod world;
mod write;
