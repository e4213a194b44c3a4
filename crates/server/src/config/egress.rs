use std::net::SocketAddr;

use broker::egress::EgressPolicy;
use manifest::{HostName, HostOverrides, Origin};

use super::EgressLimits;

/// An entry of the egress configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` cannot be used")]
pub struct EgressEntryError {
    /// The key.
    pub key: &'static str,
    /// The entry.
    pub text: String,
    /// What it should be instead.
    pub todo: &'static str,
    /// Why not.
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

impl EgressLimits {
    /// The policy of the broker's door.
    pub fn policy(&self) -> Result<EgressPolicy, EgressEntryError> {
        let mut policy = EgressPolicy {
            timeout: self.timeout,
            max_answer_bytes: usize::try_from(self.max_answer_bytes).unwrap_or(usize::MAX),
            ..EgressPolicy::default()
        };
        for text in &self.allow_private {
            let todo = "write host and port: tracker.internal:443, or 127.0.0.1:4010";
            let listed = text
                .parse()
                .map_err(refused("egress.allow_private", text, todo))?;
            policy.private.insert(listed);
        }
        let mut hosts = Vec::new();
        for (host, origin) in &self.hosts {
            let todo = "write a manifest's host: \"api.github.com\" = \"http://127.0.0.1:4010\"";
            let name: HostName = host.parse().map_err(refused("egress.hosts", host, todo))?;
            let todo = "write where it is found instead: https://host, or http://127.0.0.1:4010";
            let origin: Origin = origin
                .parse()
                .map_err(refused("egress.hosts", origin, todo))?;
            hosts.push((name, origin));
        }
        policy.hosts = hosts.into_iter().collect::<HostOverrides>();
        Ok(policy)
    }

    /// Where DNS is asked; nothing where it is the system's servers.
    pub fn dns(&self) -> Result<Vec<SocketAddr>, EgressEntryError> {
        let todo = "write address and port: 10.0.0.53:53";
        let parse = |text: &String| {
            text.parse()
                .map_err(refused("egress.name_servers", text, todo))
        };
        self.name_servers.iter().map(parse).collect()
    }
}

fn refused<E: std::error::Error + Send + Sync + 'static>(
    key: &'static str,
    text: &str,
    todo: &'static str,
) -> impl FnOnce(E) -> EgressEntryError {
    let text = text.to_owned();
    move |source| EgressEntryError {
        key,
        text,
        todo,
        source: source.into(),
    }
}
