//! Where a request may go: exact host names, an instance that a connection names, and the
//! operator's replacements of either.

mod endpoint;
mod facts;
mod host;
mod instance;
mod origin;
mod path;
pub(crate) mod percent;
mod protocol;

pub use endpoint::{Endpoint, HostRef};
pub use facts::{ConnectionFacts, FactsError};
pub use host::{HostError, HostName};
pub(crate) use instance::HostPattern;
pub use instance::{InstanceError, InstanceIdRule, InstanceRule, InstanceUrl, NotNamed};
pub use origin::{HostOverrides, Origin, OriginError, Scheme};
pub(crate) use path::{PathTemplate, Segment, SegmentError};
pub use protocol::Protocol;
