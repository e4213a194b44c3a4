use kernel::Scope;
use manifest::{Arguments, PlannedRequest};

use crate::connection::Connection;
use crate::credential::Credential;
use crate::egress::Route;
use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::record::{Left, record};
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
    let manifest = connection.manifest;
    let (Some(rule), Some(instance)) = (&manifest.instance, connection.instance()) else {
        return Ok(None);
    };
    let Some(asked) = &rule.id else {
        return Ok(None);
    };
    let operation = manifest.operation(&asked.operation);
    let operation = operation.map_err(|_| BrokerError::NoOperation)?;
    let facts = service.egress.facts(Some(instance));
    let request = PlannedRequest::plan(operation, &facts, &Arguments::default(), None)?;
    let route = Route {
        manifest,
        instance: Some(instance),
        mark: None,
    };
    let begun = service.db.clock().now();
    let answered = service.egress.send_read(&request, route, credential).await;
    let left = Left {
        connection: connection.row.id,
        operation: &operation.id,
        proposal: None,
    };
    record(service, scope, left, begun, answered.as_ref()).await?;
    Ok(Some(rule.id_in(instance, &answered?.kept)?))
}
