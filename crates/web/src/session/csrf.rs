//! Anti-forgery tokens: an HMAC over what the browser's own cookie holds, so that nothing is stored
//! and another site, which can make a browser send the cookie, cannot know the token.

use crypto::cookie::CookieKey;
use crypto::digest;

use super::Cookies;

/// The header that programs send the token in.
pub(crate) const HEADER: &str = "x-csrf-token";
/// The form field that pages send it in.
pub(crate) const FIELD: &str = "csrf";

/// The name that separates these HMACs from those of cookies; no cookie is called that.
const PURPOSE: &str = "csrf";

/// The token of forms for a browser with these cookies: of its session if it has one, else of its
/// visit. Empty where it has neither.
pub(crate) fn token(key: &CookieKey, cookies: &Cookies) -> String {
    cookies
        .session
        .as_ref()
        .or(cookies.visit.as_ref())
        .map_or_else(String::new, |value| of(key, value))
}

/// Whether `given` is the token of this browser's session or visit. Either will do: a form that was
/// opened while a session ended is of the session, and the next one of the visit.
pub(crate) fn holds(key: &CookieKey, cookies: &Cookies, given: &str) -> bool {
    [&cookies.session, &cookies.visit]
        .into_iter()
        .flatten()
        .any(|value| digest::equal(of(key, value).as_bytes(), given.as_bytes()))
}

pub(crate) fn of(key: &CookieKey, value: &str) -> String {
    let signed = key.sign(PURPOSE, value);
    // `value.signature`: only the signature leaves, the value stays in its cookie.
    signed
        .rsplit_once('.')
        .map_or_else(String::new, |(_, signature)| signature.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookies(session: Option<&str>, visit: Option<&str>) -> Cookies {
        Cookies {
            session: session.map(str::to_owned),
            visit: visit.map(str::to_owned),
            flash: None,
            device: None,
            issuer: None,
        }
    }

    #[test]
    fn a_token_holds_for_its_own_session_alone() {
        let key = CookieKey::new(&[1; 32]);
        let mine = cookies(Some("css_mine"), None);
        let token = token(&key, &mine);
        assert!(holds(&key, &mine, &token));
        assert!(!holds(&key, &cookies(Some("css_other"), None), &token));
        assert!(!holds(&CookieKey::new(&[2; 32]), &mine, &token));
        assert!(!token.contains("css_mine"));
    }

    #[test]
    fn without_a_cookie_no_token_holds() {
        let key = CookieKey::new(&[1; 32]);
        let nobody = cookies(None, None);
        assert_eq!(token(&key, &nobody), "");
        assert!(!holds(&key, &nobody, ""));
    }

    #[test]
    fn the_signature_of_a_cookie_is_no_token() {
        let key = CookieKey::new(&[1; 32]);
        let signed = key.sign("session", "css_mine");
        let signature = signed.rsplit_once('.').unwrap().1;
        assert!(!holds(&key, &cookies(Some("css_mine"), None), signature));
    }

    #[test]
    fn a_form_opened_before_signing_in_still_holds_after() {
        let key = CookieKey::new(&[1; 32]);
        let before = token(&key, &cookies(None, Some("visit")));
        assert!(holds(
            &key,
            &cookies(Some("css_mine"), Some("visit")),
            &before
        ));
    }
}
