//! AC-03 to AC-06: who may do what, held by the database.

mod given_attacks;
mod jobs;
mod matrix;
mod offers;
mod operator;
mod programs;
mod reviewer;
mod roles;
mod sharing;
mod sharing_attacks;
mod standings;
mod teams;

pub(crate) use standings::colleague;
