use agents::{Connection, Proposable};
use connectors::{Apps, ConnectionState};
use db::ReadTx;
use kernel::AssetAccess;
use manifest::{Class, Operation};
use serde_json::Value;

use crate::problem::Problem;

/// The organisation's connections, with what can be proposed through them.
pub(super) async fn connections(tx: &mut ReadTx, apps: &Apps) -> Result<Vec<Connection>, Problem> {
    let rows = connectors::connections(tx).await?;
    let open = rows
        .into_iter()
        .filter(|row| row.state != ConnectionState::Disconnected);
    Ok(open.map(|row| face(row, apps)).collect())
}

fn face(row: connectors::Connection, apps: &Apps) -> Connection {
    let may_use = row.writes && row.access == AssetAccess::Edit;
    let manifest = apps.get(&row.app).filter(|_| may_use);
    let operations = manifest
        .into_iter()
        .flat_map(|m| m.operations_of(Class::Write));
    Connection {
        connection_id: row.id.to_string(),
        app: row.app,
        name: row.name,
        purpose: if row.writes { "write" } else { "read" }.to_owned(),
        state: row.state.as_str().to_owned(),
        operations: operations.map(proposable).collect(),
    }
}

fn proposable(operation: &Operation) -> Proposable {
    let arguments_schema = match operation.schema() {
        Value::Object(schema) => schema,
        _ => serde_json::Map::new(),
    };
    Proposable {
        operation: operation.id.clone(),
        title: operation.title.clone(),
        arguments_schema,
    }
}
