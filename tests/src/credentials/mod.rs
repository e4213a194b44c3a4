//! VA-05, CO-01: credentials that people paste: keys, users with passwords, tokens of bots.

mod attacks;
mod paste;
mod telegram;
mod told;
mod world;
