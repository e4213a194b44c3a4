use std::sync::Arc;

use http::request::Parts;
use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock,
    Implementation, ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig,
    Tool as ToolFace, ToolAnnotations,
};
use rmcp::service::{RequestContext, RoleServer};
use rmcp::{ErrorData, ServerHandler};
use serde_json::json;

use super::DeskOf;
use crate::desk::DeskError;
use crate::tools::{self, CallError, Effect, TOOLS, Tool};

/// Answers the protocol's requests. Holds nothing: who asks comes with each of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Handler;

const INSTRUCTIONS: &str = "Countersign lets you read where an organisation's work waits, and propose \
    tickets in its connected apps. You never write yourself: propose_ticket leaves a proposal, a \
    person sees exactly what would be sent and decides, and get_approval tells you what became of \
    it. Start with list_logs and list_connections.";

/// The tools are the same for everybody and change only with the server's version.
const TOOLS_FRESH_FOR_MS: u64 = 300_000;

impl ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        let name =
            Implementation::new("countersign", env!("CARGO_PKG_VERSION")).with_title("Countersign");
        let capabilities = ServerCapabilities::builder().enable_tools().build();
        ServerConfig::new(capabilities)
            .with_server_info(name)
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let tools = TOOLS.iter().map(face).collect();
        Ok(ListToolsResult::with_all_items(tools)
            .with_ttl_ms(TOOLS_FRESH_FOR_MS)
            .with_cache_scope(CacheScope::Private))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let desk = context
            .extensions
            .get::<Parts>()
            .and_then(|parts| parts.extensions.get::<DeskOf>())
            .cloned()
            .ok_or_else(|| ErrorData::internal_error("no desk came with the request", None))?;
        let arguments = request.arguments.unwrap_or_default();
        match tools::call(&*desk.0, &request.name, arguments).await {
            Ok(result) => {
                tracing::info!(tool = %request.name, "agents.tool_called");
                Ok(CallToolResult::structured(result).into())
            }
            Err(CallError::UnknownTool) => Err(ErrorData::invalid_params(
                format!("there is no tool {}", request.name),
                None,
            )),
            Err(CallError::Arguments(wrong)) => Ok(refusal(&DeskError {
                code: "agents.arguments".to_owned(),
                message: format!("The arguments do not fit: {wrong}."),
            })),
            Err(CallError::Desk(error)) => {
                tracing::info!(tool = %request.name, code = error.code, "agents.tool_refused");
                Ok(refusal(&error))
            }
        }
    }
}

/// A failure that the model should read, with its stable code. Not as structured content: that has
/// the tool's output schema, and clients check it.
fn refusal(error: &DeskError) -> CallToolResponse {
    let told = json!({ "code": error.code, "message": error.message });
    CallToolResult::error(vec![ContentBlock::text(told.to_string())]).into()
}

fn face(tool: &Tool) -> ToolFace {
    let reads = tool.effect == Effect::Reads;
    let hints = ToolAnnotations::with_title(tool.title)
        .read_only(reads)
        // A proposal changes nothing outside; each call leaves another one.
        .destructive(false)
        .idempotent(reads)
        .open_world(false);
    ToolFace::new(tool.name, tool.description, Arc::new((tool.input)()))
        .with_title(tool.title)
        .with_raw_output_schema(Arc::new((tool.output)()))
        .with_annotations(hints)
}
