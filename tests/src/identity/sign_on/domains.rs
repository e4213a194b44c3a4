//! Whose a mail domain is: DNS says so, each time that it is asked.

use super::*;

#[tokio::test]
async fn a_domain_is_the_organisations_once_dns_says_so() {
    let mut world = World::bare().await;
    world
        .press(
            &format!("{SETTINGS}/domains"),
            &[("domain", " Works.EXAMPLE. ")],
        )
        .await;
    let path = check_path(&world.app, DOMAIN).await;
    // Nothing there, and what is there says something else.
    for texts in [
        vec![],
        vec!["countersign-verification=00000000000000000000000000000000"],
    ] {
        world.names.write("_countersign.works.example", &texts);
        world.press(&path, &[]).await;
        let page = world.owner.get(SETTINGS).await.text;
        assert!(page.contains("Not verified"), "{page}");
        assert!(page.contains("The record is not there"), "{page}");
    }
    let record = challenge(&world.app, DOMAIN).await;
    // At another name it says nothing.
    world.names.write("works.example", &[&record]);
    world.press(&path, &[]).await;
    assert!(
        world
            .owner
            .get(SETTINGS)
            .await
            .text
            .contains("Not verified")
    );
    world.names.write("_countersign.works.example", &[&record]);
    world.press(&path, &[]).await;
    let page = world.owner.get(SETTINGS).await.text;
    assert!(
        page.contains("the domain is yours") && page.contains("Verified"),
        "{page}"
    );
    assert!(
        page.contains("Leave its TXT record") && !page.contains("TXT record at"),
        "{page}"
    );
    // What is gone from DNS is said, and is the organisation's for some days yet.
    world.names.write("_countersign.works.example", &[]);
    world.press(&path, &[]).await;
    let page = world.owner.get(SETTINGS).await.text;
    assert!(
        page.contains("Record gone") && page.contains("for some days yet"),
        "{page}"
    );
}

#[tokio::test]
async fn a_name_server_that_is_away_changes_nothing() {
    let mut world = World::start().await;
    let verified = check_path(&world.app, DOMAIN).await;
    world.names.fail();
    world.owner.post(SETTINGS, &verified, &[]).await;
    let page = world.owner.get(SETTINGS).await.text;
    assert!(page.contains("DNS gave no answer"), "{page}");
    assert!(
        page.contains("Yours since") && !page.contains("Record gone"),
        "{page}"
    );
    // Nor one that says nothing at all.
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut options = Options::default();
    options.name_servers.push(silent.local_addr().unwrap());
    let away = TestApp::start_with(options).await;
    let mut owner = Visitor::sign_up(&away, &unused_address(), PASSWORD).await;
    owner
        .post(
            SETTINGS,
            &format!("{SETTINGS}/domains"),
            &[("domain", DOMAIN)],
        )
        .await;
    let path = check_path(&away, DOMAIN).await;
    owner.post(SETTINGS, &path, &[]).await;
    let page = owner.get(SETTINGS).await.text;
    assert!(page.contains("DNS gave no answer"), "{page}");
    assert!(page.contains("DNS was not asked yet"), "{page}");
}

#[tokio::test]
async fn two_organisations_do_not_have_one_domain_and_the_last_record_counts() {
    let mut world = World::start().await;
    let mut other = Visitor::sign_up(&world.app, &unused_address(), PASSWORD).await;
    let first = challenge(&world.app, DOMAIN).await;
    other
        .post(
            SETTINGS,
            &format!("{SETTINGS}/domains"),
            &[("domain", DOMAIN)],
        )
        .await;
    let second = challenge(&world.app, DOMAIN).await;
    assert_ne!(first, second);
    let path = check_path(&world.app, DOMAIN).await;
    // Whose record is alone there has it; as long as both are, it stays with whoever had it.
    world.names.write("_countersign.works.example", &[&first]);
    other.post(SETTINGS, &path, &[]).await;
    assert!(other.get(SETTINGS).await.text.contains("Not verified"));
    world
        .names
        .write("_countersign.works.example", &[&first, &second]);
    other.post(SETTINGS, &path, &[]).await;
    let page = other.get(SETTINGS).await.text;
    assert!(page.contains("of another organisation"), "{page}");
    world.names.write("_countersign.works.example", &[&second]);
    other.post(SETTINGS, &path, &[]).await;
    assert!(other.get(SETTINGS).await.text.contains("Yours since"));
    assert!(
        world
            .owner
            .get(SETTINGS)
            .await
            .text
            .contains("Not verified")
    );
    let told = text(
        &world.app,
        "select count(*)::text from audit.entries where action = 'identity.domain_lost'",
    );
    assert_eq!(told.await, "1");
    // And nobody is sent to the first one's provider by the address any more.
    let (_, shown) = world.come_back(&colleague("ada")).await;
    assert_refused(&shown, StatusCode::FORBIDDEN, "identity.provider_outside");
}

#[tokio::test]
async fn what_is_no_domain_is_refused_with_what_to_write() {
    let mut world = World::bare().await;
    for wrong in [
        "",
        "works",
        "ada@works.example",
        "https://works.example",
        "127.0.0.1",
    ] {
        let path = format!("{SETTINGS}/domains");
        let shown = world
            .owner
            .post(SETTINGS, &path, &[("domain", wrong)])
            .await;
        assert_eq!(shown.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert!(shown.text.contains("such as example.com"), "{}", shown.text);
    }
    let path = format!("{SETTINGS}/domains");
    world.press(&path, &[("domain", DOMAIN)]).await;
    let shown = world
        .owner
        .post(SETTINGS, &path, &[("domain", DOMAIN)])
        .await;
    assert_eq!(shown.status, StatusCode::CONFLICT, "{}", shown.text);
}
