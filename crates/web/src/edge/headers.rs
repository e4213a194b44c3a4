//! Headers on every answer (claim ED-02).

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::context::Context;

const FIXED: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // Not `no-referrer`: under that policy browsers send `Origin: null` with the forms of our own
    // pages (Fetch, "append a request Origin header"), which looks like a forgery.
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), clipboard-read=(), \
         clipboard-write=(self), display-capture=(), encrypted-media=(), fullscreen=(), \
         geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), \
         picture-in-picture=(), publickey-credentials-create=(self), \
         publickey-credentials-get=(self), screen-wake-lock=(), serial=(), usb=(), \
         xr-spatial-tracking=()",
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Two years, the least that browsers' preload lists take is one.
const HSTS: &str = "max-age=63072000";

/// Adds what every answer carries. `Cache-Control` stays where a handler set it: assets.
pub(super) fn secure(headers: &mut HeaderMap, context: &Context, is_https: bool) {
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if is_https {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static(HSTS),
        );
    }
    if let Ok(policy) = HeaderValue::from_str(&content_security_policy(&context.nonce)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if let Ok(id) = HeaderValue::from_str(&context.id.to_string()) {
        headers.insert("x-request-id", id);
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
}

/// Nothing but our own files, and of scripts only those that the page names with its nonce.
///
/// `form-action 'self'` also governs where a form's answer redirects to, in Chromium: connecting an
/// app therefore answers with a page that goes on to the provider, not with a redirect
/// (`pages/connectors/leave.rs`).
fn content_security_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_allows_no_inline_script_style_or_frame() {
        let policy = content_security_policy("abc");
        assert!(policy.starts_with("default-src 'none'; script-src 'nonce-abc';"));
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"));
        assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"));
    }
}
