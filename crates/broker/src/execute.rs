use kernel::{ConnectionId, ProposalId, Scope, Secret};
use manifest::{Arguments, Operation, PlannedRequest};

use crate::approved_write::{ApprovedWrite, Binding};
use crate::connection::Connection;
use crate::egress::{EgressError, Route};
use crate::error::BrokerError;
use crate::ledger::{End, Ledger, Outcome};
use crate::look_up::{LostWrite, look_up};
use crate::outcome;
use crate::payload::Payload;
use crate::propose::{plan, write_operation};
use crate::record::{Left, milliseconds, record};
use crate::service::Service;
use crate::store;
use crate::token::{access_token, mark_reconnect};
use crate::vault::SealedPayload;

/// A claimed proposal, planned again and found to be what was approved.
struct Ready<'a> {
    connection: Connection<'a>,
    operation: &'a Operation,
    arguments: Arguments,
    request: PlannedRequest,
    binding: Binding,
    hash: [u8; 32],
    token: Secret<String>,
}

/// Sends an approved proposal, once.
///
/// The claim commits before a socket opens; whatever happens after it, the proposal is never sent
/// again by itself: a crash leaves it executing until the sweep calls its outcome unknown.
pub(crate) async fn execute<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    id: ProposalId,
) -> Result<(), BrokerError> {
    let tx = service.db.write(scope).await?;
    let Some(stored) = service.ledger.claim(tx, id).await? else {
        return Ok(());
    };
    let outcome = match prepare(service, scope, id, stored).await {
        Ok(ready) => send(service, scope, id, ready).await?,
        // Nothing has left yet: whatever is wrong, it did not happen.
        Err(error) => {
            tracing::warn!(proposal = %id, code = error.code(), "approvals.not_sent");
            outcome::not_sent(error.code())
        }
    };
    let tx = service.db.write(scope).await?;
    service.ledger.finish(tx, id, outcome).await?;
    Ok(())
}

async fn prepare<'a, L: Ledger>(
    service: &'a Service<L>,
    scope: &Scope,
    id: ProposalId,
    stored: crate::ledger::Payload,
) -> Result<Ready<'a>, BrokerError> {
    let mut tx = service.db.read(scope).await?;
    let (organisation, ..) = store::bound(&mut tx)
        .await?
        .ok_or(BrokerError::Unauthenticated)?;
    let connection = Connection::read(&mut tx, &service.apps, stored.connection).await?;
    let sealed = SealedPayload {
        key_id: stored.key_id,
        sealed: stored.sealed,
    };
    let opened = service
        .vault
        .open_payload(&mut tx, (organisation, id), sealed)
        .await?;
    drop(tx);
    connection.usable()?;
    let payload = Payload::parse(opened.expose())?;
    let operation = write_operation(&connection, &stored.operation)?;
    let arguments = payload.arguments()?;
    let (request, binding) = plan(
        service,
        &connection,
        operation,
        (id, &payload.requester),
        &arguments,
    )?;
    if binding.payload_hash(&request)? != stored.hash {
        return Err(BrokerError::PayloadChanged);
    }
    let token = access_token(service, scope, &connection).await?;
    Ok(Ready {
        connection,
        operation,
        arguments,
        request,
        binding,
        hash: stored.hash,
        token,
    })
}

async fn send<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    id: ProposalId,
    ready: Ready<'_>,
) -> Result<Outcome, BrokerError> {
    let approved = ApprovedWrite::claimed(ready.hash, ready.binding);
    let route = Route {
        manifest: ready.connection.manifest,
        instance: ready.connection.instance(),
        mark: None,
    };
    let begun = service.db.clock().now();
    let answered = service
        .egress
        .send_write(&ready.request, route, &ready.token, approved)
        .await;
    let left = Left {
        connection: ready.connection.row.id,
        operation: &ready.operation.id,
        proposal: Some(id),
    };
    record(service, scope, left, begun, answered.as_ref()).await?;
    let duration_ms = milliseconds(service.db.clock().now() - begun);
    let error = match answered {
        Ok(answered) => return Ok(outcome::executed(ready.operation, &answered, duration_ms)),
        Err(error) => error,
    };
    if let EgressError::Status { status: 401, .. } = error {
        ask_to_reconnect(service, scope, ready.connection.row.id).await;
    }
    let ended = outcome::ended(&error, duration_ms);
    if ended.end != End::Unknown {
        return Ok(ended);
    }
    let lost = LostWrite {
        id,
        connection: &ready.connection,
        operation: ready.operation,
        arguments: &ready.arguments,
        token: &ready.token,
    };
    let found = look_up(service, scope, lost).await;
    Ok(found.map_or(ended, |found| Outcome {
        duration_ms,
        ..found
    }))
}

/// As a read does whose token is refused. What came of the write is recorded in any case.
async fn ask_to_reconnect<L: Ledger>(service: &Service<L>, scope: &Scope, id: ConnectionId) {
    if let Err(error) = mark_reconnect(service, scope, id, "connectors.token_refused").await {
        tracing::warn!(connection = %id, code = error.code(), "connectors.not_marked");
    }
}
