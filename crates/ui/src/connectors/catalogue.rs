use askama::Template;
use kernel::ConnectionId;
use time::OffsetDateTime;

use super::{ConnectionState, Receipt};
use crate::Page;
use crate::filters;

/// The apps that can be connected.
#[derive(Debug, Clone, Template)]
#[template(path = "connectors/catalogue.html")]
pub struct Catalogue {
    /// What every page shares.
    pub page: Page,
    /// One for each manifest.
    pub apps: Vec<App>,
    /// Those that nobody used for a month.
    pub unused: Vec<Unused>,
    /// Whether there is something to disconnect.
    pub is_connected: bool,
    /// The latest that have ended.
    pub ended: Vec<Receipt>,
}

/// A connection that waits for somebody to say whether it is needed.
#[derive(Debug, Clone)]
pub struct Unused {
    /// Which.
    pub connection: ConnectionId,
    /// What its person calls it.
    pub name: String,
    /// Who connected it; empty for who may not know.
    pub connected_by: String,
    /// When it was last used; nothing where it never was.
    pub last_used_at: Option<OffsetDateTime>,
}

/// An app that can be connected.
#[derive(Debug, Clone)]
pub struct App {
    /// Its key in paths: lower case and hyphens.
    pub key: String,
    /// Its name.
    pub name: String,
    /// What it is used for here, in one sentence.
    pub description: String,
    /// Operations that read.
    pub reads: u64,
    /// Operations that write, each with an approval.
    pub writes: u64,
    /// Its connection, if there is one.
    pub connection: Option<(ConnectionId, ConnectionState)>,
    /// Other ways to grant access to the same app, none of them connected.
    pub others: Vec<OtherWay>,
}

/// Another way to grant access to an app.
#[derive(Debug, Clone)]
pub struct OtherWay {
    /// Its key in paths.
    pub key: String,
    /// Its name.
    pub name: String,
}

impl App {
    /// What it can do, in words.
    fn facts(&self) -> String {
        let reads = match self.reads {
            0 => None,
            1 => Some("1 operation reads".to_owned()),
            several => Some(format!("{several} operations read")),
        };
        let writes = match self.writes {
            0 => None,
            1 => Some("1 operation writes, with approval".to_owned()),
            several => Some(format!("{several} operations write, each with approval")),
        };
        let facts: Vec<String> = reads.into_iter().chain(writes).collect();
        facts.join("; ")
    }

    fn initial(&self) -> String {
        self.name
            .chars()
            .next()
            .into_iter()
            .flat_map(char::to_uppercase)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_that_only_reads_or_only_writes_says_nothing_of_the_other() {
        let facts = |reads, writes| {
            App {
                key: String::new(),
                name: String::new(),
                description: String::new(),
                reads,
                writes,
                connection: None,
                others: Vec::new(),
            }
            .facts()
        };
        assert_eq!(facts(2, 0), "2 operations read");
        assert_eq!(facts(0, 1), "1 operation writes, with approval");
        assert_eq!(
            facts(1, 3),
            "1 operation reads; 3 operations write, each with approval"
        );
    }
}
