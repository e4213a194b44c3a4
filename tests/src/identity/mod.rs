//! Ways in: second factors, fresh proof.

mod devices;
mod recent;
mod second_factor;
mod visitor;
