use kernel::{ConnectionId, Scope};
use manifest::{Arguments, Class, PlannedRequest, RateLimit, Wait};
use time::OffsetDateTime;

use crate::connection::Connection;
use crate::egress::Route;
use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::protocol::{Answer, ReadAnswer};
use crate::record::{Left, record};
use crate::service::Service;
use crate::store;
use crate::token::{access_token, mark_reconnect};

/// Calls a declared read and returns the fields that the manifest keeps.
pub(crate) async fn read<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    connection: ConnectionId,
    (operation, arguments): (&str, &str),
) -> Result<Answer, BrokerError> {
    let mut tx = service.db.read(scope).await?;
    store::require(&mut tx, "connectors.scan").await?;
    let connection = Connection::read_to_use(&mut tx, &service.apps, connection).await?;
    drop(tx);
    connection.usable()?;
    let operation = connection
        .manifest
        .operation(operation)
        .map_err(|_| BrokerError::NoOperation)?;
    if operation.class != Class::Read {
        return Err(BrokerError::NotARead);
    }
    let arguments = Arguments::parse(arguments.as_bytes())
        .map_err(|error| BrokerError::Arguments(error.to_string()))?;
    let facts = service.egress.facts(connection.instance());
    let request = PlannedRequest::plan(operation, &facts, &arguments, None)?;
    let token = access_token(service, scope, &connection).await?;
    let route = Route {
        manifest: connection.manifest,
        instance: connection.instance(),
        mark: None,
    };
    let begun = service.db.clock().now();
    let answered = service.egress.send_read(&request, route, &token).await;
    let left = Left {
        connection: connection.row.id,
        operation: &operation.id,
        proposal: None,
    };
    record(service, scope, left, begun, answered.as_ref()).await?;
    match answered {
        Ok(answered) => {
            let next = if answered.next_page.is_last() {
                None
            } else {
                Some(text(&answered.next_page.arguments(&arguments))?)
            };
            let wait_seconds = pause(answered.rate, service.db.clock().now());
            let kept = answered.kept;
            Ok(Answer::Read(Box::new(ReadAnswer {
                kept,
                next,
                wait_seconds,
            })))
        }
        Err(error) => {
            if error.is_token_refused() {
                let id = connection.row.id;
                mark_reconnect(service, scope, id, "connectors.token_refused").await?;
                return Err(BrokerError::Reconnect);
            }
            Err(error.into())
        }
    }
}

/// How long the app asks to wait before the next call: where it says so, or where none is left.
fn pause(rate: RateLimit, now: OffsetDateTime) -> Option<u64> {
    let spent = rate.remaining == Some(0);
    let wait = rate.retry_after.or_else(|| rate.reset.filter(|_| spent))?;
    Some(match wait {
        Wait::For(duration) => duration.as_secs(),
        Wait::Until(moment) => u64::try_from((moment - now).whole_seconds()).unwrap_or(0),
    })
}

fn text(arguments: &Arguments) -> Result<String, BrokerError> {
    let bytes = arguments.canonical()?;
    String::from_utf8(bytes).map_err(|error| BrokerError::Arguments(error.to_string()))
}
