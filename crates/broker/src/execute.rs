use kernel::{ConnectionId, ProposalId, Scope};
use time::OffsetDateTime;

use crate::approved_write::ApprovedWrite;
use crate::claimed::Claimed;
use crate::egress::Route;
use crate::error::BrokerError;
use crate::lease::begin_within;
use crate::ledger::{End, Ledger, Outcome};
use crate::look_up::{LostWrite, look_up};
use crate::open_proposal::{OpenProposal, open_proposal};
use crate::outcome;
use crate::record::{Left, milliseconds, record};
use crate::service::Service;
use crate::token::{AccessToken, end_writing_token, refused, writing_token};

/// Sends an approved proposal, once.
///
/// The claim commits before a socket opens; whatever happens after it, the proposal is never sent
/// again by itself: a crash leaves it executing until the sweep calls its outcome unknown.
pub(crate) async fn execute<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    id: ProposalId,
) -> Result<(), BrokerError> {
    let begun = service.db.clock().now();
    let tx = service.db.write(scope).await?;
    let Some(claimed) = Claimed::claim(&service.ledger, tx, id).await? else {
        return Ok(());
    };
    let prepared = prepare(service, scope, (id, &claimed), begun).await;
    let sent = match &prepared {
        Ok((open, token)) => {
            let approved = ApprovedWrite::claimed(&claimed, open.binding.clone(), begun);
            send(service, scope, id, (open, token, approved)).await
        }
        // Nothing has left yet: whatever is wrong, it did not happen.
        Err(error) => {
            tracing::warn!(proposal = %id, code = error.code(), "approvals.not_sent");
            Ok(outcome::not_sent(error.code()))
        }
    };
    let finished = match sent {
        Ok(outcome) => finish(service, scope, (id, outcome)).await,
        Err(error) => Err(error),
    };
    // However it went, and once it is written down: an app may take its time to end a token.
    if let Ok((open, token)) = &prepared {
        end_writing_token(service, &open.connection, token).await;
    }
    finished
}

/// Writes down what came of it.
async fn finish<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    (id, outcome): (ProposalId, Outcome),
) -> Result<(), BrokerError> {
    let tx = service.db.write(scope).await?;
    if !service.ledger.finish(tx, id, outcome).await? {
        tracing::warn!(proposal = %id, "approvals.outcome_late");
    }
    Ok(())
}

/// Opens what was claimed, and a token for it: all that comes before the sending.
async fn prepare<'a, L: Ledger>(
    service: &'a Service<L>,
    scope: &Scope,
    (id, claimed): (ProposalId, &Claimed),
    begun: OffsetDateTime,
) -> Result<(OpenProposal<'a>, AccessToken), BrokerError> {
    let tx = service.db.read(scope).await?;
    let open = open_proposal(service, tx, id, claimed.payload()).await?;
    open.connection.usable()?;
    let of = (&open.connection, open.operation, &open.arguments);
    let token = writing_token(service, scope, of).await?;
    // What begins later could end after the lease, when a person has been asked to look already.
    if service.db.clock().now() - begun > begin_within(service.egress.policy().timeout) {
        end_writing_token(service, &open.connection, &token).await;
        return Err(BrokerError::TooLate);
    }
    Ok((open, token))
}

async fn send<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    id: ProposalId,
    (open, token, approved): (&OpenProposal<'_>, &AccessToken, ApprovedWrite),
) -> Result<Outcome, BrokerError> {
    let route = Route {
        manifest: open.connection.manifest,
        instance: open.connection.instance(),
        mark: None,
    };
    let begun = service.db.clock().now();
    let answered = service
        .egress
        .send_write(&open.request, route, &token.credential, approved)
        .await;
    let left = Left {
        connection: open.connection.row.id,
        operation: &open.operation.id,
        proposal: Some(id),
    };
    record(service, scope, left, begun, answered.as_ref()).await?;
    let duration_ms = milliseconds(service.db.clock().now() - begun);
    let error = match answered {
        Ok(answered) => return Ok(outcome::executed(open.operation, &answered, duration_ms)),
        Err(error) => error,
    };
    if error.is_token_refused() {
        look_after(service, scope, open.connection.row.id, token).await;
    }
    let ended = outcome::ended(&error, duration_ms);
    if ended.end != End::Unknown {
        return Ok(ended);
    }
    let lost = LostWrite {
        id,
        connection: &open.connection,
        operation: open.operation,
        arguments: &open.arguments,
        credential: &token.credential,
    };
    let found = look_up(service, scope, lost).await;
    Ok(found.map_or(ended, |found| Outcome {
        duration_ms,
        ..found
    }))
}

/// As a read does whose token is refused, but that nothing is sent again: the next call begins with a refresh. What
/// came of the write is recorded in any case.
async fn look_after<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    id: ConnectionId,
    token: &AccessToken,
) {
    if let Err(error) = refused(service, scope, (id, token), false).await {
        tracing::warn!(connection = %id, code = error.code(), "connectors.not_marked");
    }
}
