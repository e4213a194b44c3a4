//! Where an answer may be sent (RFC 6749 3.1.2, RFC 8252 7, RFC 9700 4.1).

use url::{Host, Url};

const MAX_LENGTH: usize = 500;

/// Whether a client may register `uri`.
///
/// Https anywhere; plain http on the loopback interface alone; else a scheme with a dot, which its
/// owner's domain name reversed gives (RFC 8252 7.1). So `javascript:` and `data:` are none. `localhost`
/// counts as loopback, though RFC 8252 8.3 would rather have an address: many MCP clients know no other.
pub(crate) fn is_acceptable(uri: &str) -> bool {
    let Some(url) = normal(uri) else { return false };
    match url.scheme() {
        "https" => url.host().is_some(),
        "http" => is_loopback(&url),
        scheme => scheme.contains('.'),
    }
}

/// Whether `asked` is the address that was registered: letter by letter, but for the port of a native
/// client on the loopback interface, which it learns as it starts (RFC 8252 7.3).
pub(crate) fn matches(registered: &str, asked: &str) -> bool {
    if registered == asked {
        return true;
    }
    let (Some(mut registered), Some(url)) = (normal(registered), normal(asked)) else {
        return false;
    };
    registered.scheme() == "http"
        && is_loopback(&registered)
        && registered.set_port(url.port()).is_ok()
        && registered == url
}

/// Reads an address that is written the one way that it can be written: no dots to walk up, nothing
/// escaped that two readers read differently, no user in front of the host, no fragment.
fn normal(uri: &str) -> Option<Url> {
    if uri.len() > MAX_LENGTH || !uri.bytes().all(|b| b.is_ascii_graphic()) || uri.contains('\\') {
        return None;
    }
    let url = Url::parse(uri).ok()?;
    let is_normal = url.as_str() == uri || url.as_str().strip_suffix('/') == Some(uri);
    let is_plain =
        url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
    // A path that walks up stays as it is where the URL's authority is empty or its dots are escaped.
    let climbs = url.path().to_ascii_lowercase().replace("%2e", ".");
    let climbs = climbs.split('/').any(|part| part == ".." || part == ".");
    (is_normal && is_plain && !climbs).then_some(url)
}

/// Whether `url` leads to the computer that it is opened on.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_client_may_register() {
        for uri in [
            "https://client.example/callback",
            "https://client.example",
            "https://client.example/callback?from=here",
            "http://127.0.0.1/callback",
            "http://127.0.0.1:8910/callback",
            "http://[::1]:8910/callback",
            "http://localhost:3000/callback",
            "com.example.app:/callback",
        ] {
            assert!(is_acceptable(uri), "{uri}");
        }
    }

    #[test]
    fn what_no_client_may_register() {
        for uri in [
            "",
            "/callback",
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "vbscript:x",
            "blob:https://client.example/x",
            "http://client.example/callback",
            "http://localhost.evil.example/callback",
            "http://127.0.0.1.evil.example/callback",
            "http://10.0.0.1/callback",
            "https://client.example/callback#here",
            "https://user@client.example/callback",
            "https://client.example:443@evil.example/",
            "https://client.example/a/../callback",
            "https://client.example/a/%2e%2e/callback",
            "https://client.example\\callback",
            "https://CLIENT.example/callback",
            "https://client.example/call back",
            "https://client.example/\ncallback",
        ] {
            assert!(!is_acceptable(uri), "{uri:?}");
        }
    }

    #[test]
    fn an_address_matches_letter_by_letter() {
        let registered = "https://client.example/callback";
        assert!(matches(registered, registered));
        for asked in [
            "https://client.example/callback/",
            "https://client.example/callback/more",
            "https://client.example/callback2",
            "https://client.example/callback?x=1",
            "https://client.example/callback#x",
            "https://client.example/callback/../other",
            "https://client.example:8443/callback",
            "https://client.example.evil.example/callback",
            "https://user@client.example/callback",
            "https://client.example@evil.example/callback",
            "https://sub.client.example/callback",
            "http://client.example/callback",
            "HTTPS://client.example/callback",
        ] {
            assert!(!matches(registered, asked), "{asked}");
        }
    }

    #[test]
    fn a_native_client_may_come_back_at_any_port_of_its_own_address() {
        let registered = "http://127.0.0.1/callback";
        assert!(matches(registered, "http://127.0.0.1:51004/callback"));
        assert!(matches(
            "http://localhost:3000/callback",
            "http://localhost:3001/callback"
        ));
        for asked in [
            "http://localhost:51004/callback",
            "http://[::1]:51004/callback",
            "http://127.0.0.2:51004/callback",
            "http://127.0.0.1:51004/callback/more",
            "http://127.0.0.1:51004/callback?x",
            "http://127.0.0.1:51004@evil.example/callback",
            "http://2130706433:51004/callback",
            "https://127.0.0.1:51004/callback",
        ] {
            assert!(!matches(registered, asked), "{asked}");
        }
    }

    proptest! {
        #[test]
        fn whatever_matches_is_on_the_host_that_was_registered(asked in "http://[a-z0-9.:@/\\\\#?%\\[\\]]{0,30}") {
            if matches("http://127.0.0.1/callback", &asked) {
                let url = Url::parse(&asked).unwrap();
                prop_assert_eq!(url.host_str(), Some("127.0.0.1"));
                prop_assert_eq!(url.path(), "/callback");
            }
        }
    }
}
