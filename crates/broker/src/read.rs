use kernel::{ConnectionId, Scope};
use manifest::{Arguments, Class, Operation, PlannedRequest};

use crate::connection::Connection;
use crate::egress::FilteredResponse;
use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::protocol::{Answer, NextCall, ReadAnswer};
use crate::send_read::{LeavingRead, plan_read, send_read};
use crate::service::Service;
use crate::store;
use crate::token::{access_token, refused};

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
    connection.has_for(operation)?;
    let arguments = Arguments::parse(arguments.as_bytes())
        .map_err(|error| BrokerError::Arguments(error.to_string()))?;
    // What is no such call is refused before a token is renewed for it.
    let request = plan_read(service, &connection, (operation, &arguments))?;
    let answered = send(service, scope, connection, (operation, &request)).await?;
    let next = if answered.next_page.is_last() {
        None
    } else {
        Some(NextCall {
            operation: answered.next_page.operation(&operation.id).to_owned(),
            arguments: text(&answered.next_page.arguments(&arguments))?,
        })
    };
    let pause = answered.rate.pause(service.db.clock().now());
    Ok(Answer::Read(Box::new(ReadAnswer {
        kept: answered.kept,
        next,
        wait_seconds: pause.map(|pause| pause.as_secs()),
    })))
}

/// Sends it, and once more with another token where the first was refused.
async fn send<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    mut connection: Connection<'_>,
    (operation, request): (&Operation, &PlannedRequest),
) -> Result<FilteredResponse, BrokerError> {
    let id = connection.row.id;
    let mut is_tried = false;
    loop {
        let token = access_token(service, scope, &connection).await?;
        let read = LeavingRead {
            connection: &connection,
            operation,
            request,
            mark: None,
        };
        let answered = send_read(service, scope, read, &token.credential).await?;
        match answered {
            Ok(answered) => return Ok(answered),
            Err(error) if !error.is_token_refused() => return Err(error.into()),
            Err(_) => {}
        }
        if !refused(service, scope, (id, &token), is_tried).await? || is_tried {
            return Err(BrokerError::Reconnect);
        }
        is_tried = true;
        let mut tx = service.db.read(scope).await?;
        connection = Connection::read_to_use(&mut tx, &service.apps, id).await?;
        drop(tx);
        connection.usable()?;
    }
}

fn text(arguments: &Arguments) -> Result<String, BrokerError> {
    let bytes = arguments.canonical()?;
    String::from_utf8(bytes).map_err(|error| BrokerError::Arguments(error.to_string()))
}
