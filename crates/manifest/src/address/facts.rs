use super::{HostOverrides, InstanceUrl};

/// What a request needs to know about its connection and this installation, beside the manifest.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionFacts<'a> {
    /// The connection's base URL, for apps that have many.
    pub instance: Option<&'a InstanceUrl>,
    /// Hosts that the operator replaced.
    pub hosts: &'a HostOverrides,
}

/// The connection lacks what its manifest asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FactsError {
    /// No base URL.
    #[error("the connection has no instance address")]
    NoInstance,
    /// No identifier of the instance: the app was not asked for it yet, or by another rule.
    #[error("the app did not say which of its instances this is: connect it again")]
    NoInstanceId,
    /// A client identifier that would change the path it stands in.
    #[error("the client identifier cannot stand in a path")]
    ClientId,
}
