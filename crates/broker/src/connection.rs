use std::collections::BTreeSet;

use db::ReadTx;
use kernel::{AssetAccess, ConnectionId};
use manifest::{Apps, InstanceUrl, Manifest, Operation};

use crate::error::BrokerError;
use crate::store::{self, ConnectionRow};

/// A connection of the bound organisation, with the rules for its app.
#[derive(Debug)]
pub(crate) struct Connection<'a> {
    pub(crate) row: ConnectionRow,
    pub(crate) manifest: &'a Manifest,
    pub(crate) manifest_digest: &'a [u8; 32],
    instance: Option<InstanceUrl>,
}

impl<'a> Connection<'a> {
    /// Reads the connection. Another tenant's is not there.
    pub(crate) async fn read(
        tx: &mut ReadTx,
        apps: &'a Apps,
        id: ConnectionId,
    ) -> Result<Self, BrokerError> {
        let row = store::connection(tx, id)
            .await?
            .ok_or(BrokerError::NoConnection)?;
        let manifest = apps.get(&row.app).ok_or(BrokerError::NoApp)?;
        let manifest_digest = apps.digest(&row.app).ok_or(BrokerError::NoApp)?;
        let instance = match (&manifest.instance, &row.instance) {
            (Some(rule), Some(text)) => {
                Some(rule.with_id(rule.read(text)?, row.instance_id.as_deref()))
            }
            _ => None,
        };
        Ok(Self {
            row,
            manifest,
            manifest_digest,
            instance,
        })
    }

    /// Reads the connection for whoever may use it. Who may see it alone is told so; for everybody else
    /// it is not there.
    pub(crate) async fn read_to_use(
        tx: &mut ReadTx,
        apps: &'a Apps,
        id: ConnectionId,
    ) -> Result<Self, BrokerError> {
        let connection = Self::read(tx, apps, id).await?;
        match store::access_to(tx, id).await? {
            AssetAccess::Edit => Ok(connection),
            AssetAccess::View => Err(BrokerError::ViewOnly),
            // Who manages connections sees that it is there.
            AssetAccess::None if store::may(tx, "connectors.manage").await? => {
                Err(BrokerError::ViewOnly)
            }
            AssetAccess::None => Err(BrokerError::NoConnection),
        }
    }

    /// Its base URL, for apps that have many.
    pub(crate) const fn instance(&self) -> Option<&InstanceUrl> {
        self.instance.as_ref()
    }

    /// Refuses a connection whose token is not there or not accepted any more.
    pub(crate) fn usable(&self) -> Result<(), BrokerError> {
        usable(&self.row.state)
    }

    /// Refuses an operation that takes no credential of the class that this connection has.
    pub(crate) fn has_for(&self, operation: &Operation) -> Result<(), BrokerError> {
        if operation.credentials.contains(&self.row.class) {
            Ok(())
        } else {
            Err(BrokerError::CredentialClass)
        }
    }

    /// The scopes that its token was asked for.
    pub(crate) fn scopes(&self) -> BTreeSet<&str> {
        self.row
            .scopes_requested
            .iter()
            .map(String::as_str)
            .collect()
    }
}

/// Refuses a connection that has ended, or is to be connected again, since it was read.
pub(crate) async fn still_connected(tx: &mut ReadTx, id: ConnectionId) -> Result<(), BrokerError> {
    let state = store::connection_state(tx, id).await?;
    usable(state.as_deref().unwrap_or_default())
}

fn usable(state: &str) -> Result<(), BrokerError> {
    match state {
        "connected" => Ok(()),
        "reconnect" => Err(BrokerError::Reconnect),
        _ => Err(BrokerError::NotConnected),
    }
}
