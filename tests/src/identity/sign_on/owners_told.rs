//! What owners are told of who is let in.

use super::*;
use crate::eventually::eventually;

/// To whom mails of a template went, in order of their addresses.
async fn told(world: &World, template: &str) -> Vec<String> {
    let query = format!(
        "select coalesce(string_agg(recipient, ' '), '') from mail.outbox where template = '{template}'"
    );
    let all = text(&world.app, &query).await;
    let mut all: Vec<_> = all.split_whitespace().map(str::to_owned).collect();
    all.sort();
    all
}

/// The mailbox, as soon as a mail of that subject is in it.
async fn mailed(world: &mut World, subject: &str) -> String {
    eventually(subject, async || {
        let mailbox = world.owner.get("/dev/mailbox").await.text;
        let mailbox = mailbox.replace('\n', " ");
        mailbox.contains(subject).then_some(mailbox)
    })
    .await
}

/// An admin, another owner, and an owner who never confirmed their address.
async fn with_others(world: &mut World) -> (Visitor, Vec<String>) {
    let addresses = [(); 3].map(|()| unused_address());
    let mut admin = None;
    for (email, (role, level)) in
        addresses
            .iter()
            .zip([("ADMIN", 80), ("OWNER", 100), ("OWNER", 100)])
    {
        let visitor = Visitor::sign_up(&world.app, email, PASSWORD).await;
        let join = format!(
            "insert into identity.memberships (org_id, user_id, role, level)
             select p.org_id, u.id, '{role}', {level} from identity.providers p, identity.users u where u.email = '{email}'"
        );
        assert_eq!(fate(&world.app, &join).await, 1);
        admin.get_or_insert(visitor);
    }
    let [_, second, unconfirmed] = &addresses;
    let forget =
        format!("update identity.users set email_verified_at = null where email = '{unconfirmed}'");
    fate(&world.app, &forget).await;
    let first = text(
        &world.app,
        "select u.email from identity.users u join identity.memberships m on m.user_id = u.id
           join identity.providers p on p.org_id = m.org_id where m.role = 'OWNER' order by m.created_at limit 1",
    );
    let mut owners = vec![first.await, second.clone()];
    owners.sort();
    (admin.unwrap(), owners)
}

#[tokio::test]
async fn owners_are_told_when_a_provider_lets_people_in_and_when_nothing_else_does() {
    let mut world = World::bare().await;
    world.verify(DOMAIN).await;
    world.add_provider().await;
    world.try_it().await;
    let (mut admin, owners) = with_others(&mut world).await;
    let switch = "update identity.sessions s set org_id = p.org_id from identity.providers p, identity.memberships m
          where m.user_id = s.user_id and m.org_id = p.org_id and m.role = 'ADMIN' and s.ended_at is null";
    assert_eq!(fate(&world.app, switch).await, 1);
    assert!(told(&world, "provider_on").await.is_empty());

    let on = format!("{SETTINGS}/providers/{}/on", world.provider().await);
    let shown = admin.post(SETTINGS, &on, &[]).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
    assert_eq!(told(&world, "provider_on").await, owners);
    let name = text(
        &world.app,
        "select u.name || ' (' || u.email || ')' from identity.users u join identity.memberships m on m.user_id = u.id where m.role = 'ADMIN'",
    );
    let did = format!("{} turned the identity provider Works ID on", name.await);
    let mailbox = mailed(&mut world, "An identity provider lets people into").await;
    assert!(mailbox.contains(&did), "{did}: {mailbox}");
    // Whoever presses again changes nothing.
    admin.post(SETTINGS, &on, &[]).await;
    assert_eq!(told(&world, "provider_on").await.len(), owners.len());

    let rule = format!("{SETTINGS}/required");
    for (asked, set, lifted) in [
        ("no", 0, 0),
        ("yes", 1, 0),
        ("yes", 1, 0),
        ("no", 1, 1),
        ("no", 1, 1),
        ("yes", 2, 1),
    ] {
        world.press(&rule, &[("required", asked)]).await;
        for (template, mails) in [("sso_required", set), ("sso_lifted", lifted)] {
            let told = told(&world, template).await;
            assert_eq!(told.len(), mails * owners.len(), "{asked} {template}");
        }
    }
    let mailbox = mailed(&mut world, "by its identity provider alone").await;
    assert!(mailbox.contains("the only way into"), "{mailbox}");

    let off = format!("{SETTINGS}/providers/{}/off", world.provider().await);
    world.press(&off, &[]).await;
    assert_eq!(told(&world, "provider_off").await, owners);
}

#[tokio::test]
async fn who_did_it_is_kept_by_their_identifier_alone() {
    let world = World::start().await;
    let kept = text(
        &world.app,
        "select string_agg(key, ' ' order by key) from mail.outbox o, jsonb_object_keys(o.data) key
          where o.template = 'provider_on'",
    );
    assert_eq!(kept.await, "at what who");
}
