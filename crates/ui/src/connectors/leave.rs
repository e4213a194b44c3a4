use askama::Template;

use crate::Page;
use crate::component::ExternalUrl;

/// The step between our form and a provider's consent page. The browser goes on by itself; the link
/// is for one that does not.
///
/// A page, not a redirect: the policy of our forms allows no redirect to another site.
#[derive(Debug, Clone, Template)]
#[template(path = "connectors/leave.html")]
pub struct Leave {
    /// What every page shares.
    pub page: Page,
    /// The app's name.
    pub app: String,
    /// The host that the person is about to see.
    pub host: String,
    /// The provider's page.
    pub url: ExternalUrl,
}
