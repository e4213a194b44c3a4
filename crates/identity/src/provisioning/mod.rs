//! Who belongs to an organisation as its directory says (docs/decisions/0017-provisioning.md). All of it is
//! asked by a service key that holds `people.provision`; the database refuses whoever else asks.

mod activate;
mod change;
mod named;
mod provision;

pub use activate::{end_provisioned, reinstate, suspend};
pub use change::change_provisioned;
pub use named::{DirectoryPage, Named, Wanted, hold_provisioned, provisioned};
pub use provision::{DirectoryPerson, ProvisionError, Provisioned, provision};
