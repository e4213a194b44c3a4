use std::time::Duration;

use kernel::{ProposalId, Scope};
use manifest::{Arguments, Operation, Reconcile};

use crate::connection::{Connection, still_connected};
use crate::credential::Credential;
use crate::egress::FilteredResponse;
use crate::error::BrokerError;
use crate::ledger::{End, Ledger, Outcome};
use crate::propose::key_of;
use crate::send_read::{LeavingRead, plan_read, send_read};
use crate::service::Service;

/// When to look: at once, and again after this, since lists of an app may lag behind its writes.
const LOOKS_AFTER: [Duration; 2] = [Duration::ZERO, Duration::from_secs(2)];
/// Pages of one look. Apps list what is new first.
const MAX_PAGES: usize = 3;
/// All of it: a part of the lease (`crate::lease`).
pub(crate) const LIMIT: Duration = Duration::from_secs(20);
/// The code of an outcome that was found out so.
const CODE: &str = "broker.looked_up";

/// A write whose answer was lost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LostWrite<'a> {
    pub(crate) id: ProposalId,
    pub(crate) connection: &'a Connection<'a>,
    pub(crate) operation: &'a Operation,
    pub(crate) arguments: &'a Arguments,
    pub(crate) credential: &'a Credential,
}

/// Asks the app whether it has the write, by the mark or key that the write left there.
///
/// Only a find says something. Not found is not the same as not done, since it may still arrive; and
/// a look that fails says nothing: then a person has to find out.
pub(crate) async fn look_up<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    lost: LostWrite<'_>,
) -> Option<Outcome> {
    let rule = lost.operation.reconcile.as_ref()?;
    let looks = async {
        for pause in LOOKS_AFTER {
            tokio::time::sleep(pause).await;
            match look(service, scope, lost, rule).await {
                Ok(None) => {}
                Ok(found) => return found,
                Err(error) => {
                    tracing::info!(proposal = %lost.id, code = error.code(), "approvals.not_looked_up");
                }
            }
        }
        None
    };
    tokio::time::timeout(LIMIT, looks).await.ok().flatten()
}

async fn look<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    lost: LostWrite<'_>,
    rule: &Reconcile,
) -> Result<Option<Outcome>, BrokerError> {
    let operation = |name: &str| {
        let operation = lost.connection.manifest.operation(name);
        operation.map_err(|_| BrokerError::NoOperation)
    };
    let mut read = operation(&rule.operation)?;
    let key = key_of(lost.id)?;
    let mark = lost.operation.mark(&key);
    let mut arguments = rule.arguments(read, lost.arguments, &key);
    for _ in 0..MAX_PAGES {
        let answered = page(service, scope, lost, (read, &arguments, mark.as_deref())).await?;
        if let Some(item) = rule.find(&answered.kept) {
            let shown = rule.result().or(lost.operation.result.as_ref());
            let result = shown.map(|rule| rule.read(item));
            let (link, reference) = result.map_or((None, None), |found| (found.link, found.id));
            return Ok(Some(Outcome {
                end: End::Executed,
                status: Some(answered.status),
                code: Some(CODE),
                digest: Some(answered.digest()),
                url: link.map(Into::into),
                reference,
                duration_ms: 0,
            }));
        }
        if answered.next_page.is_last() {
            break;
        }
        arguments = answered.next_page.arguments(&arguments);
        read = operation(answered.next_page.operation(&read.id))?;
    }
    Ok(None)
}

async fn page<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    lost: LostWrite<'_>,
    (read, arguments, mark): (&Operation, &Arguments, Option<&str>),
) -> Result<FilteredResponse, BrokerError> {
    let request = plan_read(service, lost.connection, (read, arguments))?;
    // Whoever has ended it meanwhile has ended this as well.
    let mut tx = service.db.read(scope).await?;
    still_connected(&mut tx, lost.connection.row.id).await?;
    drop(tx);
    let read = LeavingRead {
        connection: lost.connection,
        operation: read,
        request: &request,
        mark,
    };
    Ok(send_read(service, scope, read, lost.credential).await??)
}
