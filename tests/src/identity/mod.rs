//! Ways in: second factors, fresh proof.

mod second_factor;
mod visitor;
