//! What people let AI clients do: consent, devices, grants.

mod consent;
mod device;
mod grants;
mod leave;
mod limit;

pub use consent::{Consent, ConsentClient};
pub use device::{Device, DeviceState};
pub use grants::{GrantRow, Grants};
pub use leave::Leave;
pub use limit::Limit;
