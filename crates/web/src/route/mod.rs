//! The route table: every route with its permission, made from the routes themselves.

mod access;
mod guarded;
pub mod permission;
pub(crate) mod table;

pub use access::Access;
pub(crate) use guarded::{Guard, Guarded};
pub use table::{Pace, RouteInfo, Surface};
pub(crate) use table::{Routes, mount_api};
