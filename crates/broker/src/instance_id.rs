use kernel::Scope;

use crate::connection::Connection;
use crate::credential::Credential;
use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::send_read::send_own_read;
use crate::service::Service;

/// Asks the app by which identifier it knows the connection's instance, with a credential that was just given; nothing
/// where the app's manifest names no way to ask. The identifier is the app's word for the address that a person gave:
/// nobody passes it, and no other instance that the credential reaches is called through this connection.
pub(crate) async fn ask_instance_id<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    connection: &Connection<'_>,
    credential: &Credential,
) -> Result<Option<String>, BrokerError> {
    let rule = &connection.manifest.instance;
    let (Some(rule), Some(instance)) = (rule, connection.instance()) else {
        return Ok(None);
    };
    let Some(asked) = &rule.id else {
        return Ok(None);
    };
    let of = (connection, asked.operation.as_str());
    let answered = send_own_read(service, scope, of, credential).await?;
    Ok(Some(rule.id_in(instance, &answered?.kept)?))
}
