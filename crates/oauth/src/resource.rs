/// The resources that tokens are good at (RFC 8707), and the issuer's name: all of one origin.
#[derive(Debug, Clone)]
pub struct Resources {
    /// The origin: the issuer (RFC 8414 2).
    pub issuer: String,
    /// The MCP server.
    pub mcp: String,
    /// The REST API.
    pub api: String,
}

impl Resources {
    /// Those of the server at `origin`.
    pub fn new(origin: &str) -> Self {
        Self {
            issuer: origin.to_owned(),
            mcp: format!("{origin}/mcp"),
            api: format!("{origin}/api"),
        }
    }

    /// The one that a client names, exactly; the MCP server where it names none. Nothing where it is
    /// not ours.
    pub fn find(&self, named: Option<&str>) -> Option<&str> {
        match named {
            None => Some(&self.mcp),
            Some(named) => [&self.mcp, &self.api]
                .into_iter()
                .map(String::as_str)
                .find(|resource| *resource == named),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_resources_are_found_and_only_letter_by_letter() {
        let ours = Resources::new("https://countersign.example");
        assert_eq!(ours.find(None), Some("https://countersign.example/mcp"));
        let api = "https://countersign.example/api";
        assert_eq!(ours.find(Some(api)), Some(api));
        for other in [
            "https://countersign.example",
            "https://countersign.example/mcp/",
            "https://countersign.example/mcp#x",
            "https://countersign.example/api/v1",
            "https://countersign.example.evil.example/mcp",
            "HTTPS://countersign.example/mcp",
            "",
        ] {
            assert_eq!(ours.find(Some(other)), None, "{other}");
        }
    }
}
