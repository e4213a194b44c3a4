use reqwest::StatusCode;
use serde_json::{Value, json};
use testkit::app::TestApp;

use super::{ENTITY, Key, Posted, Providers, decoded, sign_in_there};
use crate::sql::fate;
use crate::visitor::{Shown, Visitor, between, leave};
use crate::world::PASSWORD;

pub(super) const SETTINGS: &str = "/settings/single-sign-on";
const THERE: &str = "https://idp.works.example";

/// A server with an organisation that has one of the three as its provider.
pub(super) struct World {
    pub(super) app: TestApp,
    pub(super) owner: Visitor,
    /// The door of the provider.
    pub(super) door: String,
    pub(super) providers: Providers,
}

impl World {
    /// The provider is there, and lets nobody in yet.
    pub(super) async fn start(name: &str) -> Self {
        let app = TestApp::start().await;
        let mut owner = Visitor::sign_up(&app, &demo::unused_address(), PASSWORD).await;
        fate(
            &app,
            "insert into identity.domains (org_id, id, domain, challenge, verified_at)
             select id, gen_random_uuid(), 'works.example', repeat('0', 32), now() from identity.organisations o
              where exists (select from identity.memberships m where m.org_id = o.id)",
        )
        .await;
        let key = Key::new();
        let form = [
            ("saml_name", "Works ID"),
            ("entity_id", ENTITY),
            ("sso_url", "http://127.0.0.1:1/later"),
            ("certificates", &key.certificate.pem()),
            ("saml_level", "40"),
        ];
        let path = format!("{SETTINGS}/providers/saml");
        let added = owner.post(SETTINGS, &path, &form).await;
        assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
        let page = owner.get(SETTINGS).await.text;
        let door = between(&page, "/sign-in/sso/", "/metadata").unwrap();
        let door = format!("/sign-in/sso/{door}");
        let at = |end: &str| format!("{}{door}/{end}", app.url);
        let names = (at("metadata"), at("acs"));
        let providers = Providers::start(key, (&names.0, &names.1), &people());
        // Its port is known only now.
        let url = providers.sso_url(name);
        let moved = format!("update identity.providers set sso_url = '{url}'");
        assert_eq!(fate(&app, &moved).await, 1);
        Self {
            app,
            owner,
            door,
            providers,
        }
    }

    /// The same, tried and turned on.
    pub(super) async fn turned_on(name: &str) -> Self {
        let mut world = Self::start(name).await;
        let id = world.id();
        let page = leave(
            &mut world.owner,
            SETTINGS,
            &format!("{SETTINGS}/providers/{id}/test"),
        )
        .await;
        let posted = sign_in_there(&page, "user=boss&sign=both").await;
        let tested = come_back(&mut world.owner, &world.door, &posted).await;
        assert_eq!(tested.status, StatusCode::OK, "{}", tested.text);
        assert!(
            tested.text.contains("boss@works.example"),
            "{}",
            tested.text
        );
        let on = format!("{SETTINGS}/providers/{id}/on");
        let turned = world.owner.post(SETTINGS, &on, &[]).await;
        assert_eq!(turned.status, StatusCode::SEE_OTHER, "{}", turned.text);
        world
    }

    pub(super) fn id(&self) -> String {
        self.door.rsplit('/').next().unwrap().to_owned()
    }

    /// A browser that has signed in there as `user`, and what it is about to post.
    pub(super) async fn answered(&self, query: &str) -> (Visitor, Posted) {
        let mut visitor = Visitor::new(&self.app.url);
        let page = leave(&mut visitor, &self.door, &self.door).await;
        let posted = sign_in_there(&page, query).await;
        (visitor, posted)
    }
}

fn people() -> Value {
    let person = |name: &str, domain: &str| json!({ "id": name, "mail": format!("{name}@{domain}"), "given": "Ada", "family": "Ü", "groups": ["staff"] });
    json!({
        "alice": person("alice", "works.example"), "boss": person("boss", "works.example"),
        "eve": person("eve", "evil.example"),
    })
}

/// Both posts: the provider's page's, from another site, and that of the form of ours.
pub(super) async fn come_back(visitor: &mut Visitor, door: &str, posted: &Posted) -> Shown {
    let fields = [
        ("SAMLResponse", posted.response.as_str()),
        ("RelayState", posted.state.as_str()),
    ];
    let relayed = visitor
        .post_from(THERE, &format!("{door}/acs"), &fields)
        .await;
    assert_eq!(relayed.status, StatusCode::OK, "{}", relayed.text);
    assert!(relayed.text.contains("data-relay"), "{}", relayed.text);
    let again = ["SAMLResponse", "RelayState"].map(|name| {
        let value = format!("name=\"{name}\" value=\"");
        let value = between(&relayed.text, &value, "\"").unwrap();
        (name, value.replace("&#43;", "+").replace("&#61;", "="))
    });
    assert_eq!(again[0].1, posted.response);
    let again = again
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    visitor
        .post_shown(&relayed, &format!("{door}/saml"), &again)
        .await
}

pub(super) fn assert_refused(shown: &Shown, code: &str) {
    assert!(
        shown.status.is_client_error(),
        "{} {}",
        shown.status,
        shown.location
    );
    assert!(shown.text.contains(code), "{code}: {}", shown.text);
}

#[tokio::test]
async fn people_sign_up_and_in_by_each_provider() {
    for name in ["samlp", "samlify", "pysaml2"] {
        let world = World::turned_on(name).await;
        let mut persons = Vec::new();
        for how in ["sign=assertion", "sign=response"] {
            let (mut alice, posted) = world.answered(&format!("user=alice&{how}")).await;
            let shown = come_back(&mut alice, &world.door, &posted).await;
            assert_eq!(
                (shown.status, shown.location.as_str()),
                (StatusCode::SEE_OTHER, "/sessions"),
                "{name}, {how}: {}",
                shown.text
            );
            let (status, me) = alice.me().await;
            assert_eq!(status, StatusCode::OK, "{me}");
            assert_eq!(me["email"], "alice@works.example");
            persons.push(me["user"].clone());
        }
        assert_eq!(persons[0], persons[1], "{name}");
        // Nobody from outside of the organisation's domains.
        let (mut eve, posted) = world.answered("user=eve&sign=both").await;
        let shown = come_back(&mut eve, &world.door, &posted).await;
        assert_refused(&shown, "identity.provider_outside");
        assert_eq!(eve.me().await.0, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn an_answer_counts_once_in_the_browser_that_asked_and_as_it_was_signed() {
    let world = World::turned_on("samlp").await;
    let ask = "user=alice&sign=assertion";
    // Once.
    let (mut alice, posted) = world.answered(ask).await;
    assert_eq!(
        come_back(&mut alice, &world.door, &posted).await.status,
        StatusCode::SEE_OTHER
    );
    let again = come_back(&mut alice, &world.door, &posted).await;
    assert_refused(&again, "identity.attempt_gone");
    // In the browser that asked: nobody is signed in as somebody else by a link or a form of theirs.
    let (_, posted) = world.answered(ask).await;
    let mut victim = Visitor::new(&world.app.url);
    let shown = come_back(&mut victim, &world.door, &posted).await;
    assert_refused(&shown, "identity.attempt_foreign");
    assert_eq!(victim.me().await.0, StatusCode::UNAUTHORIZED);
    // For the request that it answers: another state has another one.
    let (_, stolen) = world.answered(ask).await;
    let (mut mallory, own) = world.answered("user=eve&sign=assertion").await;
    let mixed = Posted {
        response: stolen.response,
        ..own
    };
    let shown = come_back(&mut mallory, &world.door, &mixed).await;
    assert_refused(&shown, "saml.in_response_to");
    assert_eq!(mallory.me().await.0, StatusCode::UNAUTHORIZED);
    // As it was signed.
    let (mut mallory, posted) = world.answered(ask).await;
    let forged = decoded(&posted.response).replace("alice", "boss");
    let posted = Posted {
        response: encoded(&forged),
        ..posted
    };
    let shown = come_back(&mut mallory, &world.door, &posted).await;
    assert_refused(&shown, "saml.signature_digest");
    assert_eq!(mallory.me().await.0, StatusCode::UNAUTHORIZED);
    // By the provider's key.
    let (mut mallory, posted) = world.answered(ask).await;
    let other = Key::new();
    let certificate = hex::encode(other.certificate.der());
    let swapped =
        format!("update identity.providers set certificates = array['\\x{certificate}'::bytea]");
    fate(&world.app, &swapped).await;
    let shown = come_back(&mut mallory, &world.door, &posted).await;
    assert_refused(&shown, "saml.signature_value");
}

#[tokio::test]
async fn the_relay_changes_nothing_and_what_it_shows_is_no_markup() {
    let world = World::turned_on("samlp").await;
    let (mut alice, posted) = world.answered("user=alice&sign=assertion").await;
    let acs = format!("{}/acs", world.door);
    let fields = [
        ("SAMLResponse", posted.response.as_str()),
        ("RelayState", posted.state.as_str()),
    ];
    for _ in 0..2 {
        let shown = alice.post_from(THERE, &acs, &fields).await;
        assert_eq!(shown.status, StatusCode::OK);
        assert_eq!(alice.me().await.0, StatusCode::UNAUTHORIZED);
    }
    let evil = "\"><script>alert(1)</script>";
    let shown = alice
        .post_from(THERE, &acs, &[("SAMLResponse", evil), ("RelayState", evil)])
        .await;
    assert!(!shown.text.contains("<script>alert"), "{}", shown.text);
    assert!(
        shown.policy.contains("form-action 'self'"),
        "{}",
        shown.policy
    );
    assert_refused(
        &alice.post_from(THERE, &acs, &[]).await,
        "identity.attempt_gone",
    );
    // What counts is posted from a page of ours alone, with its token.
    let saml = format!("{}/saml", world.door);
    let shown = alice.post_from(THERE, &saml, &fields).await;
    assert_eq!(shown.status, StatusCode::FORBIDDEN, "{}", shown.text);
    let shown = alice.post_from(&world.app.url, &saml, &fields).await;
    assert_eq!(shown.status, StatusCode::FORBIDDEN, "{}", shown.text);
    // And it is still good after all of that.
    assert_eq!(
        come_back(&mut alice, &world.door, &posted).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn a_fresh_proof_asks_the_provider_anew() {
    let world = World::turned_on("pysaml2").await;
    let (mut alice, posted) = world.answered("user=alice&sign=assertion").await;
    come_back(&mut alice, &world.door, &posted).await;
    let path = format!("/prove/provider/{}", world.id());
    let page = leave(&mut alice, "/prove?next=/security", &path).await;
    let request = page
        .query_pairs()
        .find(|(name, _)| name == "SAMLRequest")
        .unwrap()
        .1;
    assert!(inflated(&request).contains("ForceAuthn=\"true\""));
    // Somebody else is no proof.
    let posted = sign_in_there(&page, "user=boss&sign=assertion").await;
    let shown = come_back(&mut alice, &world.door, &posted).await;
    assert_refused(&shown, "identity.issuer_other");
    let page = leave(&mut alice, "/prove?next=/security", &path).await;
    let posted = sign_in_there(&page, "user=alice&sign=assertion").await;
    let shown = come_back(&mut alice, &world.door, &posted).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
}

#[tokio::test]
async fn our_metadata_is_there_for_whoever_has_its_address() {
    let world = World::start("samlp").await;
    let shown = Visitor::new(&world.app.url)
        .get(&format!("{}/metadata", world.door))
        .await;
    assert_eq!(shown.status, StatusCode::OK);
    let acs = format!("{}{}/acs", world.app.url, world.door);
    assert!(
        shown.text.contains(&format!("Location=\"{acs}\"")),
        "{}",
        shown.text
    );
    let shown = Visitor::new(&world.app.url)
        .get("/sign-in/sso/other/metadata")
        .await;
    assert_eq!(shown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_provider_is_described_by_its_metadata_or_refused_in_words() {
    let mut world = World::start("pysaml2").await;
    let url = format!("{}/metadata", world.providers.sso_url("pysaml2"));
    #[expect(clippy::disallowed_methods, reason = "an admin's browser")]
    let metadata = reqwest::get(url).await.unwrap().text().await.unwrap();
    let path = format!("{SETTINGS}/providers/saml");
    let with = |metadata: &str| {
        let metadata = metadata.to_owned();
        move |name: &'static str| match name {
            "metadata" => metadata.clone(),
            "saml_name" => "Second".to_owned(),
            _ => "none".to_owned(),
        }
    };
    for (metadata, status, words) in [
        (metadata.as_str(), StatusCode::SEE_OTHER, ""),
        (
            "<!DOCTYPE x><x/>",
            StatusCode::UNPROCESSABLE_ENTITY,
            "it has a document type",
        ),
        (
            "<html/>",
            StatusCode::UNPROCESSABLE_ENTITY,
            "This is no SAML metadata",
        ),
        ("", StatusCode::UNPROCESSABLE_ENTITY, "Paste the metadata"),
    ] {
        let field = with(metadata);
        let fields = ["saml_name", "metadata", "saml_level"].map(|name| (name, field(name)));
        let fields = fields
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let shown = world.owner.post(SETTINGS, &path, &fields).await;
        assert_eq!(shown.status, status, "{metadata}: {}", shown.text);
        assert!(shown.text.contains(words), "{words}: {}", shown.text);
    }
    let page = world.owner.get(SETTINGS).await.text;
    assert!(
        page.contains("Second") && page.contains("Makes no accounts"),
        "{page}"
    );
}

fn encoded(xml: &str) -> String {
    use base64::Engine as _;
    base64::prelude::BASE64_STANDARD.encode(xml)
}

fn inflated(request: &str) -> String {
    use base64::Engine as _;
    use std::io::Read as _;
    let packed = base64::prelude::BASE64_STANDARD.decode(request).unwrap();
    let mut xml = String::new();
    flate2::read::DeflateDecoder::new(&packed[..])
        .read_to_string(&mut xml)
        .unwrap();
    xml
}
