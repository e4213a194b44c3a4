use axum::response::{IntoResponse as _, Response};
use http::header;
use kernel::{ProviderId, sign_on_door};

use crate::Public;
use crate::extract::Id;

/// Our metadata for a provider, by its identifier: a provider's admin needs it before there is anything of theirs
/// here to show.
pub(super) async fn metadata(public: Public, Id(provider): Id<ProviderId>) -> Response {
    let state = &public.state;
    let door = state.link(&sign_on_door(provider));
    let kind = "application/samlmetadata+xml";
    let text = saml::metadata::ours(&format!("{door}/metadata"), &format!("{door}/acs"));
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}
