use askama::Template;

use crate::Page;
use crate::component::FieldErrors;

/// The kill switch: ends every connection at once, or those of one app.
#[derive(Debug, Clone, Template)]
#[template(path = "connectors/disconnect_all.html")]
pub struct DisconnectAll {
    /// What every page shares.
    pub page: Page,
    /// Connections that have not ended, of all apps.
    pub total: u64,
    /// Those of each app that has some.
    pub apps: Vec<AppChoice>,
    /// The app that was chosen; [`Self::EVERYTHING`] for all.
    pub chosen: String,
    /// What is wrong, by field: `typed`.
    pub errors: FieldErrors,
}

/// The connections of an app.
#[derive(Debug, Clone)]
pub struct AppChoice {
    /// The app.
    pub app: String,
    /// Its name.
    pub name: String,
    /// How many.
    pub connections: u64,
}

impl AppChoice {
    fn count(&self) -> String {
        in_words(self.connections)
    }
}

/// `1 connection`, `3 connections`.
fn in_words(connections: u64) -> String {
    match connections {
        1 => "1 connection".to_owned(),
        several => format!("{several} connections"),
    }
}

impl DisconnectAll {
    /// Every app. No app's identifier has a star.
    pub const EVERYTHING: &'static str = "*";
    /// What has to be typed.
    pub const WORD: &'static str = "disconnect";

    fn count(&self) -> String {
        in_words(self.total)
    }
}
