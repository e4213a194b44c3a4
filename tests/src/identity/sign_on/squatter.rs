//! Somebody who signed up under an address that is not theirs, before whose it is came by their organisation: they
//! keep nobody out, and lose nothing but the address.

use sqlx::{Connection as _, Executor as _};

use super::*;
use crate::sql::waits;

const ADDRESS: &str = "ada@works.example";

/// Somebody with an account under Ada's address, and no way to its mailbox.
async fn squat(app: &TestApp) -> Visitor {
    let mut squatter = Visitor::new(&app.url);
    let form = [
        ("name", "Mallory"),
        ("organisation", "Mallory and sons"),
        ("email", ADDRESS),
        ("password", PASSWORD),
    ];
    squatter.post("/sign-up", "/sign-up", &form).await;
    let shown = squatter.sign_in(ADDRESS, PASSWORD).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
    assert_eq!(squatter.me().await.0, StatusCode::OK);
    squatter
}

async fn count(app: &TestApp, of: &str) -> String {
    text(app, &format!("select count(*)::text from {of}")).await
}

#[tokio::test]
async fn a_squatter_shuts_nobody_out_of_their_organisation() {
    let world = World::start().await;
    let mut squatter = squat(&world.app).await;
    let theirs = squatter.me().await.1;
    let mut ada = world.let_in(&colleague("ada")).await;
    let me = ada.me().await.1;
    assert_eq!(
        (&me["email"], &me["organisation_name"]),
        (&json!(ADDRESS), &json!("Organisation")),
        "{me}"
    );
    assert_ne!(me["user"], theirs["user"]);
    // The squatter is where they were, with what they had, and known by no address.
    let after = squatter.me().await.1;
    assert_eq!(
        (&after["user"], &after["organisation"]),
        (&theirs["user"], &theirs["organisation"])
    );
    assert!(
        after["email"]
            .as_str()
            .unwrap()
            .ends_with("@displaced.invalid"),
        "{after}"
    );
    // Their password opens nothing under the address any more, and what was mailed there verifies nothing of theirs.
    let mut again = Visitor::new(&world.app.url);
    let refused = again.sign_in(ADDRESS, PASSWORD).await;
    assert_ne!(refused.status, StatusCode::SEE_OTHER);
    assert_eq!(again.me().await.0, StatusCode::UNAUTHORIZED);
    let live = "identity.links where kind = 'verify_address' and used_at is null and ended_at is null
                 and user_id = (select id from identity.users where email like '%displaced.invalid')";
    assert_eq!(count(&world.app, live).await, "0");
    let told = |action| format!("audit.entries where action = 'identity.{action}'");
    assert_eq!(count(&world.app, &told("address_lost")).await, "1");
    assert_eq!(count(&world.app, &told("address_claimed")).await, "1");
}

#[tokio::test]
async fn whoever_runs_the_provider_gets_nothing_of_the_account_that_is_displaced() {
    let world = World::start().await;
    let mut squatter = squat(&world.app).await;
    let theirs = squatter.me().await.1["organisation"].clone();
    let mut ada = world.let_in(&colleague("ada")).await;
    // One membership each: Ada's at the organisation, the squatter's at their own.
    for address in [ADDRESS, "%@displaced.invalid"] {
        let memberships = format!(
            "identity.memberships m join identity.users u on u.id = m.user_id
              where u.email like '{address}' and m.removed_at is null"
        );
        assert_eq!(count(&world.app, &memberships).await, "1", "{address}");
    }
    let form = [("organisation", theirs.as_str().unwrap())];
    ada.post("/security", "/organisations/switch", &form).await;
    assert_ne!(ada.me().await.1["organisation"], theirs);
    // The squatter's account goes on under an address of their own, once its mailbox agrees.
    let page = squatter.get("/overview").await.text;
    assert!(page.contains("no address any more"), "{page}");
    let form = [("new_email", unused_address())];
    let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
    let asked = squatter.post("/profile", "/profile/address", &form).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
}

#[tokio::test]
async fn who_verified_the_address_or_was_removed_is_not_displaced() {
    let mut world = World::start().await;
    drop(Visitor::sign_up(&world.app, ADDRESS, PASSWORD).await);
    let (_, shown) = world.come_back(&colleague("ada")).await;
    assert_refused(&shown, StatusCode::FORBIDDEN, "identity.provider_exists");
    // Somebody who was removed comes back as nobody else, whatever became of their address.
    drop(world.let_in(&colleague("bo")).await);
    fate(
        &world.app,
        "with gone as (update identity.users set email_verified_at = null, provisioned_by = null, has_password = true
                        where email = 'bo@works.example' returning id),
              forgotten as (delete from identity.provider_identities i using gone where i.user_id = gone.id)
         update identity.memberships m set removed_at = now() from gone where m.user_id = gone.id",
    )
    .await;
    let (_, shown) = world.come_back(&colleague("bo")).await;
    assert_refused(&shown, StatusCode::FORBIDDEN, "identity.provider_exists");
    // And a domain that DNS does not show takes no address from anybody.
    fate(
        &world.app,
        "update identity.users set email_verified_at = null where email = 'ada@works.example'",
    )
    .await;
    let id = text(
        &world.app,
        "select audit.text_id('dom', id) from identity.domains",
    )
    .await;
    world
        .press(&format!("{SETTINGS}/domains/{id}/remove"), &[])
        .await;
    let (_, shown) = world.come_back(&colleague("ada")).await;
    assert_refused(&shown, StatusCode::FORBIDDEN, "identity.provider_outside");
    assert_eq!(
        count(
            &world.app,
            "identity.users where email like '%displaced.invalid'"
        )
        .await,
        "0"
    );
}

#[tokio::test]
async fn who_verifies_the_address_at_that_moment_is_first_or_asked_again() {
    let world = World::start().await;
    drop(squat(&world.app).await);
    let options = world.app.database.superuser_options();
    let mut verifying = sqlx::PgConnection::connect_with(&options).await.unwrap();
    let verify = "begin; update identity.users set email_verified_at = now() where email = 'ada@works.example'";
    verifying.execute(verify).await.unwrap();
    let verified = async {
        waits(&world.app).await;
        verifying.execute("commit").await.unwrap();
    };
    let claims = colleague("ada");
    let ((_, shown), ()) = futures_util::join!(world.come_back(&claims), verified);
    assert_refused(&shown, StatusCode::FORBIDDEN, "identity.provider_exists");
}
