use rmcp::model::CallToolRequestParams;
use rmcp::service::RunningService;
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::{RoleClient, ServiceExt as _};
use serde_json::Value;

use crate::Problem;

/// An AI client: the official SDK's MCP client over Streamable HTTP, with an API key.
pub struct Agent(RunningService<RoleClient, ()>);

impl Agent {
    /// Connects to the server's MCP endpoint.
    pub async fn connect(base: &str, key: &str) -> Result<Self, Problem> {
        let config =
            StreamableHttpClientTransportConfig::with_uri(format!("{base}/mcp")).auth_header(key);
        let transport = StreamableHttpClientTransport::from_config(config);
        ().serve(transport)
            .await
            .map(Self)
            .map_err(|error| Problem::Mcp(error.to_string()))
    }

    /// The names of the tools that the server offers.
    pub async fn tools(&self) -> Result<Vec<String>, Problem> {
        let tools = self
            .0
            .list_all_tools()
            .await
            .map_err(|error| Problem::Mcp(error.to_string()))?;
        Ok(tools
            .into_iter()
            .map(|tool| tool.name.into_owned())
            .collect())
    }

    /// Calls a tool and returns its structured result.
    pub async fn call(&self, tool: &'static str, arguments: Value) -> Result<Value, Problem> {
        let mut params = CallToolRequestParams::new(tool);
        params.arguments = arguments.as_object().cloned();
        let result = self
            .0
            .call_tool(params)
            .await
            .map_err(|error| Problem::Mcp(error.to_string()))?;
        let structured = result.structured_content.clone();
        if result.is_error == Some(true) {
            return Err(Problem::Mcp(format!(
                "{tool} failed: {structured:?} {:?}",
                result.content
            )));
        }
        structured.ok_or_else(|| Problem::Mcp(format!("{tool} returned nothing structured")))
    }

    /// Ends the connection.
    pub async fn close(self) {
        let _ = self.0.cancel().await;
    }
}

impl std::fmt::Debug for Agent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Agent")
    }
}
