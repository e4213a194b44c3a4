use askama::Template;
use kernel::ConnectionId;

use super::ConnectionState;
use crate::Page;

/// The apps that can be connected.
#[derive(Debug, Clone, Template)]
#[template(path = "connectors/catalogue.html")]
pub struct Catalogue {
    /// What every page shares.
    pub page: Page,
    /// One for each manifest.
    pub apps: Vec<App>,
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
}

impl App {
    fn initial(&self) -> String {
        self.name
            .chars()
            .next()
            .into_iter()
            .flat_map(char::to_uppercase)
            .collect()
    }
}
