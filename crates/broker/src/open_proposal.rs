use crypto::digest::sha256;
use db::ReadTx;
use kernel::ProposalId;
use manifest::{Arguments, Operation, PlannedRequest};

use crate::approved_write::Binding;
use crate::connection::Connection;
use crate::error::BrokerError;
use crate::ledger::{Ledger, Payload as Stored};
use crate::payload::Payload;
use crate::propose::{plan, write_operation};
use crate::service::Service;
use crate::store;
use crate::vault::SealedPayload;

/// A proposal, planned again from what was sealed and found to be what was proposed.
#[derive(Debug)]
pub(crate) struct OpenProposal<'a> {
    pub(crate) connection: Connection<'a>,
    pub(crate) operation: &'a Operation,
    pub(crate) arguments: Arguments,
    pub(crate) request: PlannedRequest,
    pub(crate) binding: Binding,
    /// The canonical document (RFC 8785) that the hash is over.
    pub(crate) document: Vec<u8>,
}

/// Opens a stored proposal: what is shown and what is sent come by the same way.
pub(crate) async fn open_proposal<'a, L: Ledger>(
    service: &'a Service<L>,
    mut tx: ReadTx,
    id: ProposalId,
    stored: &Stored,
) -> Result<OpenProposal<'a>, BrokerError> {
    let (organisation, ..) = store::bound(&mut tx)
        .await?
        .ok_or(BrokerError::Unauthenticated)?;
    let connection = Connection::read(&mut tx, &service.apps, stored.connection).await?;
    let sealed = SealedPayload {
        key_id: stored.key_id.clone(),
        sealed: stored.sealed.clone(),
    };
    let opened = service
        .vault
        .open_payload(&mut tx, (organisation, id), sealed)
        .await?;
    drop(tx);
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
    let document = binding.document(&request)?;
    if sha256(&document) != stored.hash {
        return Err(BrokerError::PayloadChanged);
    }
    Ok(OpenProposal {
        connection,
        operation,
        arguments,
        request,
        binding,
        document,
    })
}
