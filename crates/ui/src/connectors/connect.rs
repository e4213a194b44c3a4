use askama::Template;

use super::purpose;
use crate::Page;
use crate::component::FieldErrors;

/// What an app will be asked for, and why, before it is asked.
#[derive(Debug, Clone, Template)]
#[template(path = "connectors/connect.html")]
pub struct Connect {
    /// What every page shares.
    pub page: Page,
    /// The app's key in paths.
    pub app_key: String,
    /// The app's name.
    pub app: String,
    /// Whether the connection is to write; it is to read otherwise.
    pub writes: bool,
    /// What the address is called: `Address of your mail server`.
    pub instance_label: String,
    /// What to know about that; or nothing.
    pub instance_hint: &'static str,
    /// What an address looks like, where the app has many and one must be given.
    pub instance_example: Option<String>,
    /// Address of the instance, as typed.
    pub instance_url: String,
    /// What the person does.
    pub way: ConnectWay,
    /// What is asked, each with its reason.
    pub scopes: Vec<ScopeRequest>,
    /// What stands between a scan and a write.
    pub barriers: Vec<Barrier>,
    /// What is wrong, by field: `instance_url`, `client_id`, `client_secret`, `user`, `app`,
    /// `installation`, `credential`.
    pub errors: FieldErrors,
}

impl Connect {
    const fn purpose(&self) -> &'static str {
        purpose(self.writes)
    }
}

/// How the app grants access.
#[derive(Debug, Clone)]
pub enum ConnectWay {
    /// By OAuth: the person registers a client at the app.
    Register {
        /// Client id, as typed.
        client_id: String,
        /// Where the app sends the person back to, for the app's own settings.
        redirect_uri: String,
        /// Page of the app where a client is registered, in words.
        hint: String,
    },
    /// The person pastes a credential that the app made.
    Paste {
        /// What the app calls it.
        label: String,
        /// Where it is found.
        place: String,
        /// What the app calls its user, where it has one.
        user_label: Option<String>,
        /// The user, as typed.
        user: String,
        /// How it ends.
        ends: String,
    },
    /// The person pastes the key of an app that the organisation registered.
    AppKey {
        /// What the provider calls the key.
        label: String,
        /// Where it is found.
        place: String,
        /// What the provider calls the app's identifier.
        app_label: String,
        /// That, as typed.
        app: String,
        /// What the provider calls the identifier of where it is installed.
        installation_label: String,
        /// That, as typed.
        installation: String,
        /// What disconnecting does, and what it leaves to a person.
        ends: String,
    },
}

/// A scope that will be asked for.
#[derive(Debug, Clone)]
pub struct ScopeRequest {
    /// Its name at the provider.
    pub scope: String,
    /// Why it is needed.
    pub reason: String,
    /// Whether it also lets its holder write.
    pub can_write: bool,
}

/// One thing that would have to fail before something is written unasked.
#[derive(Debug, Clone)]
pub struct Barrier {
    /// What it is: `The token cannot write`.
    pub name: String,
    /// Whether this connector has it. Honest: many providers have no read-only scope.
    pub holds: bool,
    /// How, or why not.
    pub text: String,
}
