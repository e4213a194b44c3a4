use askama::Template;
use kernel::Secret;
use serde_json::json;

use super::KeyKind;
use crate::Page;

/// The one page that ever shows a key. It must not be cached or stored.
#[derive(Debug, Template)]
#[template(path = "access/api_key_created.html")]
pub struct ApiKeyCreated {
    /// What every page shares.
    pub page: Page,
    /// What the key is for.
    pub name: String,
    /// The key.
    pub key: Secret<String>,
    /// URL of the MCP server, for a key that opens it; of the API else.
    pub url: String,
    /// Whose the key is.
    pub kind: KeyKind,
}

impl ApiKeyCreated {
    /// A configuration that MCP clients take as it is.
    fn client_config(&self) -> String {
        let config = json!({
            "mcpServers": {
                "countersign": {
                    "type": "http",
                    "url": self.url,
                    "headers": { "Authorization": format!("Bearer {}", self.key.expose()) },
                }
            }
        });
        format!("{config:#}")
    }
}
