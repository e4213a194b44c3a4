//! AC-03, AC-04: every standing, every permission, in three places: what the database says, what the
//! routes answer, and what the pages offer. One that disagrees fails.

use std::collections::{BTreeMap, BTreeSet};

use demo::Person;
use reqwest::{Method, StatusCode};
use serde_json::json;
use web::{Access, Pace, RouteInfo, Surface};

use super::offers::offers;
use super::sharing::give;
use super::standings::{colleague, id_of, stand, standings};
use crate::tenancy::fill;
use crate::world::{World, bound, propose};

pub(super) type Permissions = BTreeSet<String>;

#[tokio::test]
async fn the_database_the_routes_and_the_pages_say_the_same_of_every_standing() {
    let world = World::start().await;
    fill(&world, &world.owner).await;
    // What there is to offer: an owner is offered all of it.
    let (all, everything) = (in_the_database(&world, &world.owner).await, catalogue());
    assert_eq!(all, everything, "an owner holds the whole catalogue");
    let on_pages = offers(&world.owner, &all).await;
    // The page of AI clients is everybody's; the database says whose of them it shows.
    insta::assert_snapshot!(lines(everything.difference(&on_pages)), @r"
    grants.manage
    grants.read
    ");
    let person = colleague(&world.app, &world.owner, "PARTICIPANT-20").await;
    stand(&world, &person, &("ADMIN".to_owned(), 80)).await;
    // Something of their own that waits, which they could take back.
    propose(&person, &world.writing, "Theirs").await;
    // And a connection that is theirs to give: what everybody may use is not.
    let given = give(
        &world.owner,
        &world.writing,
        &id_of(&person).to_string(),
        "edit",
    )
    .await;
    assert_eq!(given, StatusCode::NO_CONTENT);
    let mut holders: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for standing in standings() {
        stand(&world, &person, &standing).await;
        let held = in_the_database(&world, &person).await;
        assert_eq!(on_the_routes(&person).await, held, "{standing:?}: routes");
        let offered = offers(&person, &held).await;
        let expected = held.intersection(&on_pages).cloned().collect();
        assert_eq!(offered, expected, "{standing:?}: pages");
        for name in held {
            let standing = format!("{}-{}", standing.0, standing.1);
            holders.entry(name).or_default().push(standing);
        }
    }
    let table = holders.iter();
    let table = table.map(|(name, standings)| format!("{name}: {}", standings.join(" ")));
    insta::assert_snapshot!(table.collect::<Vec<_>>().join("\n"), @r"
    api_keys.manage: OWNER-100 ADMIN-80
    api_keys.read: OWNER-100 ADMIN-80 PARTICIPANT-60
    approvals.decide: OWNER-100 ADMIN-80 PARTICIPANT-60 REVIEWER-60 REVIEWER-40 REVIEWER-30 REVIEWER-20
    approvals.propose: OWNER-100 ADMIN-80 PARTICIPANT-60 PARTICIPANT-40
    approvals.read: OWNER-100 ADMIN-80 PARTICIPANT-60 PARTICIPANT-40 REVIEWER-60 REVIEWER-40 REVIEWER-30 REVIEWER-20
    audit.read: OWNER-100 ADMIN-80
    connectors.manage: OWNER-100 ADMIN-80
    connectors.read: OWNER-100 ADMIN-80 PARTICIPANT-60 PARTICIPANT-40
    connectors.scan: OWNER-100 ADMIN-80
    connectors.share: OWNER-100 ADMIN-80 PARTICIPANT-60 PARTICIPANT-40
    grants.manage: OWNER-100 ADMIN-80
    grants.read: OWNER-100 ADMIN-80
    insight.import: OWNER-100 ADMIN-80 PARTICIPANT-60 PARTICIPANT-40
    insight.read: OWNER-100 ADMIN-80 PARTICIPANT-60 PARTICIPANT-40 PARTICIPANT-30 PARTICIPANT-20
    mail.manage: OWNER-100 ADMIN-80
    organisation.manage: OWNER-100 ADMIN-80
    people.invite: OWNER-100 ADMIN-80
    people.manage: OWNER-100 ADMIN-80
    people.provision: OWNER-100 ADMIN-80
    people.read: OWNER-100 ADMIN-80 PARTICIPANT-60 PARTICIPANT-40 PARTICIPANT-30 PARTICIPANT-20
    roles.manage: OWNER-100 ADMIN-80
    teams.manage: OWNER-100 ADMIN-80
    teams.read: OWNER-100 ADMIN-80 PARTICIPANT-60 PARTICIPANT-40 PARTICIPANT-30 PARTICIPANT-20
    ");
}

fn catalogue() -> Permissions {
    let names = access::catalogue::ALL.iter();
    names.map(|permission| permission.name.to_owned()).collect()
}

fn lines<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names.cloned().collect::<Vec<_>>().join("\n")
}

/// What `ctx.can` says to the web process's login, bound to the person's session.
pub(super) async fn in_the_database(world: &World, person: &Person) -> Permissions {
    let mut connection = bound(&world.app, "countersign_front", person).await;
    let held = "select name from access.permissions where ctx.can(name)";
    let held: Vec<String> = sqlx::query_scalar(held)
        .fetch_all(&mut connection)
        .await
        .unwrap();
    let listed: Vec<String> = sqlx::query_scalar("select unnest(ctx.permissions())")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    let held: Permissions = held.into_iter().collect();
    assert_eq!(held, listed.into_iter().collect());
    held
}

/// Whose guards let the person pass, over all routes. A permission without a route is none that
/// anybody can use.
pub(super) async fn on_the_routes(person: &Person) -> Permissions {
    let routes = web::routes();
    let mut passed = Permissions::new();
    let mut refused = Permissions::new();
    for route in &routes {
        let Access::Permission(name) = route.access else {
            continue;
        };
        if route.pace == Pace::Stream {
            continue;
        }
        let passes = passes(person, route, name).await;
        let said = if passes { &mut passed } else { &mut refused };
        said.insert(name.to_owned());
    }
    let both: Vec<&String> = passed.intersection(&refused).collect();
    assert!(both.is_empty(), "routes disagree about {both:?}");
    let all: Permissions = passed.union(&refused).cloned().collect();
    assert_eq!(all, catalogue(), "permissions with a route");
    passed
}

/// Asks with a made-up identifier and nothing to do, so that nothing happens where it is let in.
async fn passes(person: &Person, route: &RouteInfo, permission: &str) -> bool {
    let path = route.path.replace("{id}", "none").replace("{app}", "none");
    let answer = if route.surface == Surface::Page && route.method == Method::POST {
        person.submit(&path, &[]).await
    } else {
        let body = (route.method != Method::GET).then(|| json!({}));
        person
            .send(route.method.clone(), &path, body.as_ref())
            .await
    };
    let answer = answer.unwrap();
    let status = answer.status();
    let text = answer.text().await.unwrap();
    let told = text.contains(&format!("This needs the permission {permission}."));
    assert_eq!(
        told,
        status == StatusCode::FORBIDDEN && !text.contains("fresh proof"),
        "{} {path}: {status} {text}",
        route.method
    );
    !told
}
