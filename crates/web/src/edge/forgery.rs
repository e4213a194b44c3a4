//! Cross-site request forgery: two locks on every write.
//!
//! First where it comes from: `Sec-Fetch-Site` and `Origin`, which scripts cannot set. Then the
//! token, wherever a cookie speaks: for pages always, for the API unless the route is public.
//! Requests with an API key need no token: no browser adds that header by itself.
//!
//! A relay is open to other sites' pages, and does nothing but show what they sent: the form on it, which is ours,
//! passes both locks (SAML's answers are posts from elsewhere, and bring no cookie that is `SameSite=Lax`).

use axum::body::Body;
use axum::extract::Request;
use http::{HeaderMap, header};

use super::{body, multipart_token};
use crate::AppState;
use crate::problem::{Problem, kind};
use crate::route::{Access, RouteInfo, Surface};
use crate::session::{Cookies, csrf};

pub(super) async fn check(
    state: &AppState,
    request: Request,
    route: &RouteInfo,
) -> Result<Request, Problem> {
    if request.method().is_safe() || route.is_relay {
        return Ok(request);
    }
    check_origin(request.headers(), &state.origin)?;
    let cookies = request
        .extensions()
        .get::<Cookies>()
        .cloned()
        .unwrap_or_default();
    if !needs_token(request.headers(), &cookies, route) {
        return Ok(request);
    }
    let (request, token) = read_token(request, route.surface).await?;
    if token.is_some_and(|token| csrf::holds(&state.cookie_key, &cookies, &token)) {
        Ok(request)
    } else {
        Err(forged(route.surface))
    }
}

/// In the words of whoever asks: a person has a form, a program has a header.
fn forged(surface: Surface) -> Problem {
    let problem = Problem::new(kind::FORGED);
    if surface == Surface::Page {
        return problem;
    }
    problem.saying(
        "A session's write needs its token in the header X-CSRF-Token: the csrf_token that signing \
         in answered. An API key needs none.",
    )
}

/// `same-site` is another site as well: another port of localhost, a sibling subdomain.
fn check_origin(headers: &HeaderMap, own: &str) -> Result<(), Problem> {
    let from_elsewhere = headers
        .get("sec-fetch-site")
        .is_some_and(|site| matches!(site.as_bytes(), b"cross-site" | b"same-site"));
    // Absent from programs and from old browsers' forms: then the token decides alone.
    let other_origin = headers
        .get(header::ORIGIN)
        .is_some_and(|origin| origin != own);
    if from_elsewhere || other_origin {
        Err(Problem::new(kind::CROSS_SITE))
    } else {
        Ok(())
    }
}

fn needs_token(headers: &HeaderMap, cookies: &Cookies, route: &RouteInfo) -> bool {
    match route.surface {
        Surface::Page => true,
        // Public API routes take JSON alone, which another site cannot send without asking first;
        // and where no cookie speaks, the handler's guard says so.
        Surface::Api => {
            route.access != Access::Public
                && cookies.session.is_some()
                && !headers.contains_key(header::AUTHORIZATION)
        }
        // No cookie opens it.
        Surface::Mcp | Surface::Oauth | Surface::Scim => false,
    }
}

/// The token of a header, or of the form: its field `csrf`, which every form puts first.
async fn read_token(
    request: Request,
    surface: Surface,
) -> Result<(Request, Option<String>), Problem> {
    if let Some(token) = request.headers().get(csrf::HEADER) {
        let token = token.to_str().ok().map(str::to_owned);
        return Ok((request, token));
    }
    if surface != Surface::Page {
        return Ok((request, None));
    }
    let content_type = request.headers().get(header::CONTENT_TYPE);
    let content_type = content_type
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if let Some(boundary) = multipart_token::boundary(content_type) {
        return multipart_token::read(request, &boundary).await;
    }
    if content_type.starts_with("application/x-www-form-urlencoded") {
        return read_urlencoded(request).await;
    }
    Ok((request, None))
}

async fn read_urlencoded(request: Request) -> Result<(Request, Option<String>), Problem> {
    let (parts, body) = request.into_parts();
    let bytes = body::bytes(body).await?;
    let token = url::form_urlencoded::parse(&bytes)
        .find(|(name, _)| name == csrf::FIELD)
        .map(|(_, value)| value.into_owned());
    Ok((Request::from_parts(parts, Body::from(bytes)), token))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "https://countersign.example";

    fn from(headers: &[(&'static str, &str)]) -> Result<(), Problem> {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        check_origin(&headers, OWN)
    }

    #[test]
    fn our_own_pages_and_programs_without_an_origin_pass() {
        assert!(from(&[("origin", OWN), ("sec-fetch-site", "same-origin")]).is_ok());
        assert!(from(&[("sec-fetch-site", "none")]).is_ok());
        assert!(from(&[]).is_ok());
    }

    #[test]
    fn any_other_origin_is_refused_however_near() {
        for origin in [
            "https://evil.example",
            "http://countersign.example",
            "https://countersign.example:8443",
            "https://countersign.example.evil.example",
            "https://sub.countersign.example",
            "null",
            "",
        ] {
            let refused = from(&[("origin", origin)]).unwrap_err();
            assert_eq!(refused.kind(), &kind::CROSS_SITE, "{origin}");
        }
        assert!(from(&[("sec-fetch-site", "cross-site")]).is_err());
        assert!(from(&[("origin", OWN), ("sec-fetch-site", "same-site")]).is_err());
    }
}
