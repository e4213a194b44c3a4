use std::time::Duration;

use kernel::{ConnectionId, ProposalId, Scope};
use manifest::{
    Arguments, Class, CredentialClass, Idempotency, IdempotencyKey, Operation, PlannedRequest,
};

use crate::approved_write::Binding;
use crate::connection::Connection;
use crate::egress::mail::check_sender;
use crate::error::BrokerError;
use crate::ledger::{Ledger, Proposed};
use crate::payload::{Payload, Requester};
use crate::protocol::Answer;
use crate::service::Service;
use crate::store;
use crate::token::access_token;

/// A proposal that nobody decides about in a day is not what anybody waits for.
pub(crate) const PROPOSAL_LIFETIME: Duration = Duration::from_hours(24);

/// Plans a write to the last byte, seals it, and leaves it for people to decide about.
pub(crate) async fn propose<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    connection: ConnectionId,
    operation: &str,
    arguments: &str,
) -> Result<Answer, BrokerError> {
    let mut tx = service.db.read(scope).await?;
    let (organisation, kind, credential, person) = store::bound(&mut tx)
        .await?
        .ok_or(BrokerError::Unauthenticated)?;
    store::require(&mut tx, "approvals.propose").await?;
    let connection = Connection::read_to_use(&mut tx, &service.apps, connection).await?;
    drop(tx);
    connection.usable()?;
    let operation = write_operation(&connection, operation)?;
    connection.has_for(operation)?;
    let arguments = Arguments::parse(arguments.as_bytes())
        .map_err(|error| BrokerError::Arguments(error.to_string()))?;
    let id = ProposalId::new(service.db.clock().now(), service.db.chance());
    let requester = Requester {
        organisation,
        kind,
        credential,
        person,
    };
    let (request, binding) = plan(
        service,
        &connection,
        operation,
        (id, &requester),
        &arguments,
    )?;
    if connection.row.class == CredentialClass::Mail {
        let token = access_token(service, scope, &connection).await?;
        check_sender(&request, &token.credential)
            .map_err(|error| BrokerError::Arguments(error.to_string()))?;
    }
    let hash = binding.payload_hash(&request)?;
    let subject = operation.subject(&arguments);
    let payload = Payload::new(requester, &arguments)?;
    let mut tx = service.db.write(scope).await?;
    if !store::hold_connected(&mut tx, connection.row.id).await? {
        return Err(BrokerError::NotConnected);
    }
    let (sealed, indexes) = service
        .vault
        .seal_payload(&mut tx, (organisation, id), &payload, service.db.chance())
        .await?;
    let new = Proposed {
        id,
        connection: connection.row.id,
        app: &connection.row.app,
        operation: &operation.id,
        subject: subject.as_deref(),
        hash: &hash,
        key_id: &sealed.key_id,
        sealed: &sealed.sealed,
        lifetime: PROPOSAL_LIFETIME,
    };
    let entry = service.ledger.propose(&mut tx, new).await?;
    store::insert_blind_indexes(&mut tx, (organisation, id), &sealed.key_id, &indexes).await?;
    tx.commit(entry).await?;
    Ok(Answer::Proposed {
        proposal: id,
        payload_hash: hex::encode(hash),
        expires_at: service.db.clock().now() + PROPOSAL_LIFETIME,
    })
}

/// The declared write of that name, where this connection's token was asked for it.
pub(crate) fn write_operation<'a>(
    connection: &Connection<'a>,
    name: &str,
) -> Result<&'a Operation, BrokerError> {
    let operation = connection
        .manifest
        .operation(name)
        .map_err(|_| BrokerError::NoOperation)?;
    if operation.class != Class::Write {
        return Err(BrokerError::NotAWrite);
    }
    if !connection.row.writes {
        return Err(BrokerError::ReadConnection);
    }
    Ok(operation)
}

/// The request of a write and the document that people approve: the same from the same arguments,
/// now and when it is sent.
pub(crate) fn plan<L: Ledger>(
    service: &Service<L>,
    connection: &Connection<'_>,
    operation: &Operation,
    (id, requester): (ProposalId, &Requester),
    arguments: &Arguments,
) -> Result<(PlannedRequest, Binding), BrokerError> {
    let key = match operation.idempotency {
        Idempotency::None => None,
        _ => Some(key_of(id)?),
    };
    let facts = service.egress.facts(connection.instance());
    let request = PlannedRequest::plan(operation, &facts, arguments, key.as_ref())?;
    let binding = Binding {
        organisation: requester.organisation,
        connection: connection.row.id,
        proposal: id,
        app: connection.row.app.clone(),
        operation: operation.id.clone(),
        actor: requester.actor(),
        manifest_sha256: hex::encode(connection.manifest_digest),
    };
    Ok((request, binding))
}

/// The proposal's own id is what makes its write recognisable at the provider.
pub(crate) fn key_of(id: ProposalId) -> Result<IdempotencyKey, BrokerError> {
    let key = id.to_string().parse();
    key.map_err(|_| BrokerError::PayloadChanged)
}
