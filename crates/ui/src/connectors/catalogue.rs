use askama::Template;
use kernel::ConnectionId;
use time::OffsetDateTime;

use super::{ConnectionState, Receipt, purpose};
use crate::Page;
use crate::filters;

/// The apps that can be connected.
#[derive(Debug, Clone, Template)]
#[template(path = "connectors/catalogue.html")]
pub struct Catalogue {
    /// What every page shares.
    pub page: Page,
    /// One for each manifest, but for other ways to the same app.
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
    /// Its name.
    pub name: String,
    /// What it is used for here, in one sentence.
    pub description: String,
    /// What it can be connected for: to read, to write or both. Each has a connection of its own.
    pub uses: Vec<Use>,
}

/// What an app can be connected for.
#[derive(Debug, Clone)]
pub struct Use {
    /// The key of app and purpose in paths: lower case and hyphens.
    pub key: String,
    /// Whether it writes; it reads otherwise.
    pub writes: bool,
    /// Operations that do.
    pub operations: u64,
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

/// Apps under one heading.
struct Group<'a> {
    id: &'static str,
    title: &'static str,
    apps: Vec<&'a App>,
}

impl Catalogue {
    /// Those in use first: whoever comes back looks for them.
    fn groups(&self) -> Vec<Group<'_>> {
        let (used, more): (Vec<_>, Vec<_>) = self.apps.iter().partition(|app| app.is_used());
        let title = if used.is_empty() { "Apps" } else { "More apps" };
        let used = Group {
            id: "used",
            title: "In use",
            apps: used,
        };
        let more = Group {
            id: "more",
            title,
            apps: more,
        };
        let groups = [used, more].into_iter();
        groups.filter(|group| !group.apps.is_empty()).collect()
    }
}

impl App {
    fn is_used(&self) -> bool {
        self.uses.iter().any(|one| one.connection.is_some())
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

impl Use {
    const fn purpose(&self) -> &'static str {
        purpose(self.writes)
    }

    /// What it can do, in words.
    fn facts(&self) -> String {
        match (self.writes, self.operations) {
            (false, 1) => "1 operation".to_owned(),
            (false, several) => format!("{several} operations"),
            (true, 1) => "1 operation, with approval".to_owned(),
            (true, several) => format!("{several} operations, each with approval"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_says_how_much_it_can_do_and_that_a_write_needs_approval() {
        let facts = |writes, operations| {
            Use {
                key: String::new(),
                writes,
                operations,
                connection: None,
                others: Vec::new(),
            }
            .facts()
        };
        assert_eq!(facts(false, 1), "1 operation");
        assert_eq!(facts(false, 2), "2 operations");
        assert_eq!(facts(true, 1), "1 operation, with approval");
        assert_eq!(facts(true, 3), "3 operations, each with approval");
    }
}
