//! The tools, one a file: what it is called, what it says of itself, what it takes and gives.

mod get_approval;
mod list_connections;
mod list_logs;
mod propose_ticket;
mod read_insight;

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::desk::{Desk, DeskError};

/// What a client is told about a tool, and how it is called.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) description: &'static str,
    pub(crate) effect: Effect,
    pub(crate) input: fn() -> Map<String, Value>,
    pub(crate) output: fn() -> Map<String, Value>,
}

/// What calling it does, for the hints that clients show before they let a model call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing.
    Reads,
    /// Leaves something for people to decide about.
    Proposes,
}

/// All of them, in the order in which they are used.
pub(crate) const TOOLS: &[Tool] = &[
    list_connections::TOOL,
    list_logs::TOOL,
    read_insight::TOOL,
    propose_ticket::TOOL,
    get_approval::TOOL,
];

/// Why a call has no result.
#[derive(Debug)]
pub(crate) enum CallError {
    /// There is no such tool.
    UnknownTool,
    /// The arguments are not what its schema says.
    Arguments(String),
    /// The desk says why not.
    Desk(DeskError),
}

impl From<DeskError> for CallError {
    fn from(error: DeskError) -> Self {
        Self::Desk(error)
    }
}

/// Calls the tool of that name for whoever `desk` acts for.
pub(crate) async fn call(
    desk: &dyn Desk,
    name: &str,
    arguments: Map<String, Value>,
) -> Result<Value, CallError> {
    match name {
        list_connections::NAME => structured(list_connections::call(desk, read(arguments)?).await?),
        list_logs::NAME => structured(list_logs::call(desk, read(arguments)?).await?),
        read_insight::NAME => structured(read_insight::call(desk, read(arguments)?).await?),
        propose_ticket::NAME => structured(propose_ticket::call(desk, read(arguments)?).await?),
        get_approval::NAME => structured(get_approval::call(desk, read(arguments)?).await?),
        _ => Err(CallError::UnknownTool),
    }
}

fn read<T: DeserializeOwned>(arguments: Map<String, Value>) -> Result<T, CallError> {
    serde_json::from_value(Value::Object(arguments))
        .map_err(|error| CallError::Arguments(error.to_string()))
}

fn structured(result: impl Serialize) -> Result<Value, CallError> {
    serde_json::to_value(result).map_err(|_| {
        CallError::Desk(DeskError {
            code: "agents.internal".to_owned(),
            message: "The result could not be written.".to_owned(),
        })
    })
}

/// A type's JSON Schema (2020-12), with its parts written out where they are used: some clients
/// follow no references.
fn schema<T: JsonSchema>() -> Map<String, Value> {
    let settings =
        SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let schema = SchemaGenerator::new(settings).into_root_schema_for::<T>();
    schema.to_value().as_object().cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_takes_and_gives_an_object_without_references() {
        for tool in TOOLS {
            for schema in [(tool.input)(), (tool.output)()] {
                assert_eq!(schema.get("type"), Some(&"object".into()), "{}", tool.name);
                assert!(
                    !Value::Object(schema).to_string().contains("$ref"),
                    "{}",
                    tool.name
                );
            }
            assert_eq!(
                (tool.input)().get("additionalProperties"),
                Some(&false.into())
            );
        }
    }

    #[test]
    fn only_one_tool_leads_to_a_write() {
        let proposing: Vec<&str> = TOOLS
            .iter()
            .filter(|tool| tool.effect == Effect::Proposes)
            .map(|tool| tool.name)
            .collect();
        assert_eq!(proposing, ["propose_ticket"]);
    }
}
