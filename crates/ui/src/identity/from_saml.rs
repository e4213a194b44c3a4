use askama::Template;
use kernel::ProviderId;

use crate::Page;

/// The step between a provider's page, which posts its answer from another site, and ours, which needs the cookies
/// that such a post does not bring. The form is sent by itself (js/relay.js).
#[derive(Debug, Clone, Template)]
#[template(path = "identity/from_saml.html")]
pub struct FromSaml {
    /// What every page shares.
    pub page: Page,
    /// Whose answer it is, as its address says.
    pub provider: ProviderId,
    /// `SAMLResponse`, as it came.
    pub response: String,
    /// `RelayState`, as it came.
    pub relay_state: String,
}
