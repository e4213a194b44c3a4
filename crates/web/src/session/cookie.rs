//! The cookies that this server sets. All are signed (`crypto::cookie`), `HttpOnly`, `SameSite=Lax`
//! and for the whole host.
//!
//! Over TLS their names begin with `__Host-`, which makes browsers insist on `Secure`, on `Path=/`
//! and on no `Domain` (RFC 6265bis 4.1.3.2): neither a sibling subdomain nor plain HTTP can plant
//! one. Over plain HTTP, which the server only serves on loopback, they have neither prefix nor
//! `Secure`: Chromium and Firefox would take a `Secure` cookie from http://localhost, but Safari,
//! curl and most HTTP libraries drop it, and on loopback there is no wire for it to protect.
//!
//! `Lax` rather than `Strict`: a reviewer who follows a link from a chat to a proposal must arrive
//! signed in. Writes do not rest on it (`csrf.rs`).

use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use crypto::cookie::CookieKey;
use http::{HeaderMap, HeaderValue, header};

/// The names of the cookies, as this server's scheme has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Names {
    /// The session's token.
    pub(crate) session: &'static str,
    /// A random value of a browser that has no session yet: its forms are tied to it.
    pub(crate) visit: &'static str,
    /// A message that the next page shows.
    pub(crate) flash: &'static str,
    /// A random value that stays, to tell a new device from one that has signed in before.
    pub(crate) device: &'static str,
    /// A random value of a browser that is on its way to an issuer: only it can come back.
    pub(crate) issuer: &'static str,
    secure: bool,
}

impl Names {
    pub(crate) const fn of(is_https: bool) -> Self {
        if is_https {
            Self {
                session: "__Host-session",
                visit: "__Host-visit",
                flash: "__Host-flash",
                device: "__Host-device",
                issuer: "__Host-issuer",
                secure: true,
            }
        } else {
            Self {
                session: "session",
                visit: "visit",
                flash: "flash",
                device: "device",
                issuer: "issuer",
                secure: false,
            }
        }
    }
}

/// What a request's cookies say, as far as we signed them.
#[derive(Clone, Default)]
pub(crate) struct Cookies {
    pub(crate) session: Option<String>,
    pub(crate) visit: Option<String>,
    pub(crate) flash: Option<String>,
    pub(crate) device: Option<String>,
    pub(crate) issuer: Option<String>,
}

impl std::fmt::Debug for Cookies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cookies")
    }
}

impl Cookies {
    pub(crate) fn read(headers: &HeaderMap, names: Names, key: &CookieKey) -> Self {
        let jar = CookieJar::from_headers(headers);
        let signed = |name| Some(key.verify(name, jar.get(name)?.value())?.to_owned());
        Self {
            session: signed(names.session),
            visit: signed(names.visit),
            flash: signed(names.flash),
            device: signed(names.device),
            issuer: signed(names.issuer),
        }
    }
}

/// `Set-Cookie` of a signed value that lives for `lifetime`; without one, until the browser closes.
pub(crate) fn set(
    (names, name): (Names, &'static str),
    key: &CookieKey,
    value: &str,
    lifetime: Option<time::Duration>,
) -> HeaderValue {
    let mut cookie = bare(names, name, key.sign(name, value));
    cookie.set_max_age(lifetime);
    header_value(&cookie)
}

/// `Set-Cookie` that removes one.
pub(crate) fn clear(names: Names, name: &'static str) -> HeaderValue {
    let mut cookie = bare(names, name, String::new());
    cookie.set_max_age(time::Duration::ZERO);
    header_value(&cookie)
}

/// Adds a `Set-Cookie` to those that are there.
pub(crate) fn add(headers: &mut HeaderMap, cookie: HeaderValue) {
    headers.append(header::SET_COOKIE, cookie);
}

fn bare(names: Names, name: &'static str, value: String) -> Cookie<'static> {
    let mut cookie = Cookie::new(name, value);
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Lax);
    cookie.set_path("/");
    // `Secure=false` writes nothing.
    cookie.set_secure(names.secure);
    cookie
}

fn header_value(cookie: &Cookie<'_>) -> HeaderValue {
    // Names and base 32 or base 64 values: always a header's text.
    HeaderValue::from_str(&cookie.to_string()).unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(cookies: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, cookies.parse().unwrap())])
    }

    #[test]
    fn over_tls_a_cookie_is_locked_to_the_host() {
        let key = CookieKey::new(&[1; 32]);
        let names = Names::of(true);
        let set = set(
            (names, names.session),
            &key,
            "css_1",
            Some(time::Duration::hours(1)),
        );
        let text = set.to_str().unwrap();
        assert!(text.starts_with("__Host-session=css_1."));
        for attribute in [
            "HttpOnly",
            "SameSite=Lax",
            "Secure",
            "Path=/",
            "Max-Age=3600",
        ] {
            assert!(text.contains(attribute), "{attribute} is missing in {text}");
        }
        assert!(!text.contains("Domain"));
    }

    #[test]
    fn on_plain_loopback_it_has_neither_prefix_nor_secure() {
        let key = CookieKey::new(&[1; 32]);
        let names = Names::of(false);
        let set = set((names, names.session), &key, "css_1", None);
        let text = set.to_str().unwrap();
        assert!(text.starts_with("session=css_1.") && text.contains("HttpOnly"));
        assert!(!text.contains("Secure"));
    }

    #[test]
    fn a_cookie_that_we_did_not_sign_is_not_there() {
        let key = CookieKey::new(&[1; 32]);
        let names = Names::of(false);
        let ours = key.sign("session", "css_1");
        let read = |cookies: &str| Cookies::read(&request(cookies), names, &key).session;
        assert_eq!(read(&format!("session={ours}")), Some("css_1".to_owned()));
        assert_eq!(read("session=css_1"), None);
        assert_eq!(
            read(&format!("session={}", key.sign("visit", "css_1"))),
            None
        );
        assert_eq!(
            read(&format!(
                "__Host-session={}",
                key.sign("__Host-session", "css_1")
            )),
            None
        );
    }
}
