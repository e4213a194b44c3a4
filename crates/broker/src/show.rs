use crypto::digest::sha256;
use kernel::{ProposalId, Scope};

use crate::connection::Connection;
use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::payload::Payload;
use crate::propose::{plan, write_operation};
use crate::protocol::{Answer, ShownRequest};
use crate::service::Service;
use crate::store;
use crate::vault::SealedPayload;

/// Shows a proposal's request: planned again from what was sealed, so that what a person sees is
/// what would be sent, or an error.
pub(crate) async fn show<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    proposal: ProposalId,
) -> Result<Answer, BrokerError> {
    let mut tx = service.db.read(scope).await?;
    store::require(&mut tx, "approvals.read").await?;
    let (organisation, ..) = store::bound(&mut tx)
        .await?
        .ok_or(BrokerError::Unauthenticated)?;
    let stored = service
        .ledger
        .payload(&mut tx, proposal)
        .await?
        .ok_or(BrokerError::NoProposal)?;
    let connection = Connection::read(&mut tx, &service.apps, stored.connection).await?;
    let sealed = SealedPayload {
        key_id: stored.key_id,
        sealed: stored.sealed,
    };
    let opened = service
        .vault
        .open_payload(&mut tx, (organisation, proposal), sealed)
        .await?;
    drop(tx);
    let payload = Payload::parse(opened.expose())?;
    let operation = write_operation(&connection, &stored.operation)?;
    let arguments = payload.arguments()?;
    let (request, binding) = plan(
        service,
        &connection,
        operation,
        (proposal, &payload.requester),
        &arguments,
    )?;
    let document = binding.document(&request)?;
    if sha256(&document) != stored.hash {
        return Err(BrokerError::PayloadChanged);
    }
    let text =
        |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|_| BrokerError::PayloadChanged);
    Ok(Answer::Shown(Box::new(ShownRequest {
        title: operation.title.clone(),
        app_name: connection.manifest.name.clone(),
        method: request.method().as_str().to_owned(),
        url: request.url(),
        headers: request.headers().to_vec(),
        body: request.body().map(text).transpose()?,
        document: text(&document)?,
        payload_hash: hex::encode(stored.hash),
    })))
}
