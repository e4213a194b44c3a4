//! Ways in: second factors, passkeys, fresh proof.

mod devices;
mod door;
mod passkey;
mod recent;
mod second_factor;
