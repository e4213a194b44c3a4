use kernel::Scope;
use manifest::{Arguments, Operation, PlannedRequest};

use crate::connection::Connection;
use crate::credential::Credential;
use crate::egress::{EgressError, FilteredResponse, Route};
use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::record::{Left, record};
use crate::service::Service;

/// A declared read, as it leaves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LeavingRead<'a> {
    pub(crate) connection: &'a Connection<'a>,
    pub(crate) operation: &'a Operation,
    pub(crate) request: &'a PlannedRequest,
    /// The mark of a write that is looked for.
    pub(crate) mark: Option<&'a str>,
}

/// The request of a read: a declared one, or none.
pub(crate) fn plan_read<L>(
    service: &Service<L>,
    connection: &Connection<'_>,
    (operation, arguments): (&Operation, &Arguments),
) -> Result<PlannedRequest, BrokerError> {
    let facts = service.egress.facts(connection.instance());
    Ok(PlannedRequest::plan(operation, &facts, arguments, None)?)
}

/// Sends it, and adds it to the connection's calls, however it ended. Whether its credential was refused is for
/// the caller to see: hence two results.
pub(crate) async fn send_read<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    read: LeavingRead<'_>,
    credential: &Credential,
) -> Result<Result<FilteredResponse, EgressError>, BrokerError> {
    let LeavingRead {
        connection,
        operation,
        request,
        mark,
    } = read;
    let route = Route {
        manifest: connection.manifest,
        instance: connection.instance(),
        mark,
    };
    let begun = service.db.clock().now();
    let answered = service.egress.send_read(request, route, credential).await;
    let left = Left {
        connection: connection.row.id,
        operation: &operation.id,
        // It writes nothing, and needs no approval.
        proposal: None,
    };
    record(service, scope, left, begun, answered.as_ref()).await?;
    Ok(answered)
}

/// A read that the broker makes for itself: the manifest names it, and it takes no argument.
pub(crate) async fn send_own_read<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    (connection, operation): (&Connection<'_>, &str),
    credential: &Credential,
) -> Result<Result<FilteredResponse, EgressError>, BrokerError> {
    let operation = connection.manifest.operation(operation);
    let operation = operation.map_err(|_| BrokerError::NoOperation)?;
    let request = plan_read(service, connection, (operation, &Arguments::default()))?;
    let read = LeavingRead {
        connection,
        operation,
        request: &request,
        mark: None,
    };
    send_read(service, scope, read, credential).await
}
