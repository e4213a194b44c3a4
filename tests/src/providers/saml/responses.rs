use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use kernel::{Clock as _, SystemClock};
use saml::AuthnRequest;
use saml::metadata::Provider;
use saml::response::{Assertion, Expected, ResponseError, check};
use serde_json::json;

use super::{Key, Posted, Providers, decoded, sign_in_there};

const ACS: &str = "https://countersign.example/sign-in/sso/one/acs";
const SP: &str = "https://countersign.example/sign-in/sso/one/metadata";
const REQUEST: &str = "_request-of-the-test";

fn start() -> Providers {
    let people = json!({
        "alice": { "id": "alice & <co>", "mail": "alice@works.example", "given": "Alice", "family": "Ünal",
                   "groups": ["staff", "admins"] },
    });
    Providers::start(Key::new(), (SP, ACS), &people)
}

/// The whole round trip, but for the server.
async fn asked(provider: &Provider, query: &str) -> Posted {
    let page = AuthnRequest {
        id: REQUEST,
        now: SystemClock.now(),
        sp_entity_id: SP,
        acs_url: ACS,
        sso_url: &provider.sso_url,
        is_fresh: false,
    }
    .url("state & more");
    let posted = sign_in_there(&page, query).await;
    assert_eq!(posted.to, ACS);
    assert!(["state & more", "state &amp; more"].contains(&posted.state.as_str()));
    posted
}

fn judge(provider: &Provider, response: &str) -> Result<Assertion, ResponseError> {
    let expected = Expected {
        request_id: REQUEST,
        acs_url: ACS,
        sp_entity_id: SP,
        idp_entity_id: &provider.entity_id,
        certificates: &provider.certificates,
        now: SystemClock.now(),
    };
    check(response, &expected)
}

#[tokio::test]
async fn what_each_provider_signs_is_read_however_it_signs() {
    let providers = start();
    for name in ["samlp", "samlify", "pysaml2"] {
        let provider = providers.provider(name);
        for how in [
            "sign=assertion",
            "sign=response",
            "sign=both",
            "sign=assertion&algorithm=rsa-sha512&digest=sha512",
        ] {
            if name == "samlp" && how.contains("sha512") {
                continue;
            }
            let posted = asked(&provider, &format!("user=alice&{how}")).await;
            let said = judge(&provider, &posted.response).unwrap_or_else(|error| {
                panic!("{name}, {how}: {error}: {}", decoded(&posted.response))
            });
            assert_eq!(said.subject.name, "alice & <co>", "{name}, {how}");
            assert!(said.subject.format.ends_with(":persistent"));
            assert_eq!(said.mail.as_deref(), Some("alice@works.example"));
            assert_eq!(said.display_name.as_deref(), Some("Alice Ünal"), "{name}");
        }
    }
}

#[tokio::test]
async fn what_each_provider_signs_holds_for_nothing_else() {
    let providers = start();
    for name in ["samlp", "samlify", "pysaml2"] {
        let provider = providers.provider(name);
        for how in ["sign=assertion", "sign=response"] {
            let posted = asked(&provider, &format!("user=alice&{how}")).await;
            let xml = decoded(&posted.response);
            for (from, to) in [
                ("alice@works", "mallory@works"),
                ("alice &amp;", "bob &amp;"),
                ("Issuer>", "Issuer><!-- -->"),
                (SP, "https://other.example"),
            ] {
                let changed = BASE64_STANDARD.encode(xml.replace(from, to));
                assert_ne!(changed, posted.response, "{name}: {from} is not there");
                assert!(judge(&provider, &changed).is_err(), "{name}, {how}: {to}");
            }
            let mut other = provider.clone();
            other.certificates = start().provider(name).certificates;
            let refused = judge(&other, &posted.response).unwrap_err();
            assert_eq!(refused.code(), "saml.signature_value", "{name}, {how}");
        }
    }
}

#[tokio::test]
async fn weak_algorithms_are_refused_whoever_signs_with_them() {
    let providers = start();
    for (name, how) in [
        ("samlp", "sign=assertion&algorithm=rsa-sha1"),
        ("samlp", "sign=response&digest=sha1"),
    ] {
        let provider = providers.provider(name);
        let posted = asked(&provider, &format!("user=alice&{how}")).await;
        let refused = judge(&provider, &posted.response).unwrap_err();
        assert_eq!(refused.code(), "saml.signature_algorithm", "{name}, {how}");
    }
}

#[tokio::test]
async fn metadata_that_is_not_ours_is_read() {
    let providers = start();
    let url = format!("{}/metadata", providers.sso_url("pysaml2"));
    #[expect(clippy::disallowed_methods, reason = "an admin's browser")]
    let answer = reqwest::get(url).await.unwrap();
    let metadata = answer.bytes().await.unwrap();
    let read = Provider::from_metadata(&metadata, SystemClock.now()).unwrap();
    assert_eq!(read, providers.provider("pysaml2"));
}
