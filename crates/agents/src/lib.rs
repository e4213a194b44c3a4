//! The MCP server. Never writes without an approval.
