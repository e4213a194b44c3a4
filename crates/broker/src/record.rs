use kernel::{CallId, ConnectionId, ProposalId, Scope};
use time::OffsetDateTime;

use crate::egress::{EgressError, FilteredResponse};
use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::service::Service;
use crate::store::{self, CallRow};

/// What left.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Left<'a> {
    pub(crate) connection: ConnectionId,
    pub(crate) operation: &'a str,
    pub(crate) proposal: Option<ProposalId>,
}

/// Adds the call to the connection's calls: when, what, how it ended, by whom. No content.
pub(crate) async fn record<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    left: Left<'_>,
    begun: OffsetDateTime,
    answered: Result<&FilteredResponse, &EgressError>,
) -> Result<(), BrokerError> {
    let now = service.db.clock().now();
    let row = CallRow {
        id: CallId::new(now, service.db.chance()),
        connection: left.connection,
        operation: left.operation,
        proposal: left.proposal.map(ProposalId::uuid),
        status: match answered {
            Ok(answered) => Some(answered.status),
            Err(error) => error.status(),
        },
        error_code: answered.err().map(EgressError::code),
        duration_ms: milliseconds(now - begun),
        answer_bytes: answered.map_or(0, |answered| i64::try_from(answered.bytes).unwrap_or(0)),
    };
    let mut tx = service.db.write(scope).await?;
    store::insert_call(&mut tx, &row).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "the record of calls is its own log; approvals and scans are audited"
    )]
    tx.commit_silently().await?;
    Ok(())
}

/// A duration in whole milliseconds, never negative.
pub(crate) fn milliseconds(duration: time::Duration) -> i32 {
    i32::try_from(duration.whole_milliseconds())
        .unwrap_or(i32::MAX)
        .max(0)
}
