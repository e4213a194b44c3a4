use kernel::{AssetAccess, ProposalId, Scope};

use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::open_proposal::open_proposal;
use crate::protocol::{Answer, ShownRequest};
use crate::service::Service;
use crate::store;

/// Shows a proposal's request: planned again from what was sealed, so that what a person sees is
/// what would be sent, or an error.
pub(crate) async fn show<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    proposal: ProposalId,
) -> Result<Answer, BrokerError> {
    let mut tx = service.db.read(scope).await?;
    store::require(&mut tx, "approvals.read").await?;
    let stored = service
        .ledger
        .payload(&mut tx, proposal)
        .await?
        .ok_or(BrokerError::NoProposal)?;
    // Who decides sees what is up for review; everybody else what went through a connection of theirs.
    if !store::may(&mut tx, "approvals.decide").await? {
        match store::access_to(&mut tx, stored.connection).await? {
            AssetAccess::Edit => {}
            AssetAccess::View => return Err(BrokerError::ViewOnly),
            AssetAccess::None => return Err(BrokerError::NoProposal),
        }
    }
    let open = open_proposal(service, tx, proposal, &stored).await?;
    let text =
        |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|_| BrokerError::PayloadChanged);
    let request = &open.request;
    Ok(Answer::Shown(Box::new(ShownRequest {
        title: open.operation.title.clone(),
        app_name: open.connection.manifest.name.clone(),
        method: request.method().as_str().to_owned(),
        url: open.connection.manifest.auth.credential.shown(request),
        headers: request.headers().to_vec(),
        body: request.body().map(text).transpose()?,
        document: text(&open.document)?,
        payload_hash: hex::encode(stored.hash),
    })))
}
