use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use identity::Device;
use kernel::RequestId;

use crate::route::Surface;

/// What one request is known by, from the outermost layer inwards.
pub(crate) struct Context {
    /// Shown in errors and logs.
    pub(crate) id: RequestId,
    /// The nonce of this answer's Content-Security-Policy.
    pub(crate) nonce: String,
    /// Who speaks here: a browser's page, or a program.
    pub(crate) surface: Surface,
    /// Where the request comes from, trusted proxies taken off.
    pub(crate) address: IpAddr,
    /// What the client calls itself (User-Agent), cut to a sensible length.
    pub(crate) agent: String,
    /// What this browser keeps to be known again, or would keep: a random value.
    pub(crate) device: Device,
    /// Whether htmx asks for a fragment.
    pub(crate) is_fragment: bool,
    /// The path and query of the page to come back to after signing in.
    pub(crate) way_back: Option<String>,
    /// The anti-forgery token that this browser's forms carry.
    pub(crate) csrf: String,
    /// What the page before this one left to say.
    pub(crate) flash: Option<ui::Flash>,
    /// Filled in once somebody is known, for the frame around an error page.
    pub(crate) viewer: OnceLock<ui::Viewer>,
}

/// A [`Context`] as request extension.
pub(crate) type SharedContext = Arc<Context>;
