//! What an admin needs before there is a provider, and what changes while there is one.

use crypto::digest::sha256;
use kernel::{Clock as _, SystemClock};
use reqwest::StatusCode;
use testkit::app::TestApp;
use time::Duration;
use time::format_description::well_known::Rfc3339;

use super::Key;
use super::sign_in::{SETTINGS, World, assert_refused, come_back};
use crate::sql::fate;
use crate::visitor::{Shown, Visitor, between};
use crate::world::PASSWORD;

fn next(page: &str, end: &str) -> String {
    between(page, &format!("id=\"next-{end}\" value=\""), "\"").unwrap()
}

#[tokio::test]
async fn the_addresses_are_there_before_the_provider_and_stay_its_own() {
    let app = TestApp::start().await;
    let mut owner = Visitor::sign_up(&app, &demo::unused_address(), PASSWORD).await;
    let page = owner.get(SETTINGS).await.text;
    let [entity_id, acs, callback] = ["metadata", "acs", "callback"].map(|end| next(&page, end));
    // Looked at again, they are the same.
    assert_eq!(next(&owner.get(SETTINGS).await.text, "acs"), acs);
    let metadata = owner.get(entity_id.strip_prefix(&app.url).unwrap()).await;
    assert!(metadata.text.contains(&acs), "{}", metadata.text);
    let key = Key::new();
    let form = [
        ("saml_name", "Works ID"),
        ("entity_id", "https://idp.works.example"),
        ("sso_url", "https://idp.works.example/sso"),
        ("certificates", &key.certificate.pem()),
        ("saml_level", "40"),
    ];
    let path = format!("{SETTINGS}/providers/saml");
    let added = owner.post(SETTINGS, &path, &form).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
    let page = owner.get(SETTINGS).await.text;
    for address in [&entity_id, &acs] {
        assert!(page.contains(&format!("value=\"{address}\"")), "{page}");
    }
    assert!(!page.contains(&callback), "{page}");
    // The next one has its own.
    assert_ne!(next(&page, "acs"), acs);
}

/// Posts a certificate to the provider's row: what the page says then.
async fn change(world: &mut World, what: &str, (field, value): (&str, &str)) -> String {
    let path = format!("{SETTINGS}/providers/{}/{what}", world.id());
    let shown = world.owner.post(SETTINGS, &path, &[(field, value)]).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
    world.owner.get(SETTINGS).await.text
}

async fn add(world: &mut World, key: &Key) -> String {
    change(
        world,
        "certificates",
        ("certificate", &key.certificate.pem()),
    )
    .await
}

async fn come(world: &World, query: &str) -> (Visitor, Shown) {
    let (mut visitor, posted) = world.answered(query).await;
    let shown = come_back(&mut visitor, &world.door, &posted).await;
    (visitor, shown)
}

#[tokio::test]
async fn a_certificate_is_changed_in_place_with_both_for_a_while() {
    let mut world = World::turned_on("pysaml2").await;
    let present = world.providers.certificate.der().to_vec();
    let present_pem = world.providers.certificate.pem();
    let fingerprint = hex::encode(sha256(&present));
    let ask = "user=alice&sign=assertion";
    let told = change(
        &mut world,
        "certificates/remove",
        ("fingerprint", &fingerprint),
    )
    .await;
    assert!(told.contains("the only certificate"), "{told}");
    let soon = SystemClock.now() + Duration::days(20);
    let told = add(&mut world, &Key::until(soon)).await;
    assert!(
        told.contains("signs with it") || told.contains("may sign with it"),
        "{told}"
    );
    assert!(told.contains("Ends soon"), "{told}");
    assert!(!told.contains("No certificate of"), "{told}");
    let (_, shown) = come(&world, ask).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
    // The old one is taken away: what it signs lets nobody in, and the row warns.
    let told = change(
        &mut world,
        "certificates/remove",
        ("fingerprint", &fingerprint),
    )
    .await;
    assert!(told.contains("No certificate of Works ID"), "{told}");
    let (mut nobody, shown) = come(&world, ask).await;
    assert_refused(&shown, "saml.");
    assert_eq!(nobody.me().await.0, StatusCode::UNAUTHORIZED);
    // Back again, and as many as can be; one that has ended is said, and nonsense refused.
    change(&mut world, "certificates", ("certificate", &present_pem)).await;
    let (_, shown) = come(&world, ask).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
    let told = change(&mut world, "certificates", ("certificate", &present_pem)).await;
    assert!(told.contains("this certificate already"), "{told}");
    let told = change(&mut world, "certificates", ("certificate", "nonsense")).await;
    assert!(told.contains("of no use"), "{told}");
    let ended = Key::until(SystemClock.now() - Duration::days(2));
    assert!(add(&mut world, &ended).await.contains("Expired"));
    add(&mut world, &Key::new()).await;
    let told = add(&mut world, &Key::new()).await;
    assert!(told.contains("four certificates at most"), "{told}");
    // Each that was added was told to the owner, while the provider was on.
    let told = "select from mail.outbox where template = 'provider_certificate'";
    assert_eq!(fate(&world.app, told).await, 4);
}

#[tokio::test]
async fn a_session_ends_when_the_provider_says_so() {
    let world = World::turned_on("pysaml2").await;
    let at = |seconds: i64| {
        let at = SystemClock.now() + Duration::seconds(seconds);
        let at = at.replace_nanosecond(0).unwrap();
        at.format(&Rfc3339).unwrap()
    };
    let ask = format!("user=alice&sign=both&session_ends={}", at(300));
    let (mut alice, shown) = come(&world, &ask).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
    assert_eq!(alice.me().await.0, StatusCode::OK);
    let ends = "update identity.sessions set client = client where provider_id is not null
                   and expires_at between now() + interval '4 minutes' and now() + interval '5 minutes'";
    assert_eq!(fate(&world.app, ends).await, 1);
    // Longer than ours are: ours ends as ever.
    let ask = format!("user=alice&sign=both&session_ends={}", at(90_000));
    let (_, shown) = come(&world, &ask).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
    // Over already: none begins.
    for seconds in [-20, -3600] {
        let ask = format!("user=alice&sign=both&session_ends={}", at(seconds));
        let (mut nobody, shown) = come(&world, &ask).await;
        assert_refused(&shown, "saml.");
        assert_eq!(nobody.me().await.0, StatusCode::UNAUTHORIZED);
    }
}
