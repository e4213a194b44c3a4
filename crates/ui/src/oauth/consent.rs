use askama::Template;

use crate::Page;
use crate::access::ScopeChoice;

/// Asks a person whether a client may act for them.
#[derive(Debug, Clone, Template)]
#[template(path = "oauth/consent.html")]
pub struct Consent {
    /// What every page shares.
    pub page: Page,
    /// Who asks.
    pub client: ConsentClient,
    /// The person who is asked.
    pub person: String,
    /// The organisation that it would act in.
    pub organisation: String,
    /// What it asks for, as far as the person holds it.
    pub scopes: Vec<ScopeChoice>,
    /// The longest that it would last, in days.
    pub lasts_days: u64,
    /// Where the answer is posted.
    pub action: &'static str,
    /// The request, to come back with the answer.
    pub request: Vec<(&'static str, String)>,
    /// What is wrong; empty where nothing is.
    pub error: String,
}

/// A client, as somebody is to judge it.
#[derive(Debug, Clone)]
pub struct ConsentClient {
    /// What it calls itself.
    pub name: String,
    /// Where the answer goes: a host, this computer, or a device.
    pub place: String,
    /// Whether whoever runs this server vouches for it.
    pub verified: bool,
}
