//! AC-03, AC-04: roles of an organisation's own: exactly what they say, never more than who gives them.

use demo::{Person, unused_address};
use kernel::RoleId;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use sqlx::Executor as _;

use super::matrix::{in_the_database, on_the_routes};
use super::offers::offers;
use super::standings::{colleague, id_of, stand};
use crate::mail::mailed;
use crate::sql::{refusal, waits};
use crate::tenancy::fill;
use crate::visitor::Visitor;
use crate::world::{PASSWORD, World, bound, signed_up};

fn role(name: &str, level: i32, permissions: &[&str]) -> Value {
    json!({ "name": name, "level": level, "permissions": permissions })
}

async fn make(person: &Person, role: &Value) -> (StatusCode, Value) {
    let answer = person.send(Method::POST, "/api/v1/roles", Some(role)).await;
    let answer = answer.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

async fn made(person: &Person, role: &Value) -> String {
    let (status, made) = make(person, role).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    made["id"].as_str().unwrap().to_owned()
}

async fn give(by: &Person, to: &Person, standing: &Value) -> StatusCode {
    let path = format!("/api/v1/people/{}/standing", id_of(to));
    let answer = by.send(Method::PUT, &path, Some(standing)).await.unwrap();
    answer.status()
}

fn held(permissions: &[&str]) -> super::matrix::Permissions {
    permissions.iter().map(|&name| name.to_owned()).collect()
}

#[tokio::test]
async fn a_role_gives_exactly_its_permissions_in_all_three_places() {
    let world = World::start().await;
    fill(&world, &world.owner).await;
    let person = colleague(&world.app, &world.owner, "PARTICIPANT-60").await;
    // Some that its level alone would not give, and little of what it would.
    let auditor = role(
        "Auditor",
        20,
        &["audit.read", "connectors.read", "people.read"],
    );
    let auditor = made(&world.owner, &auditor).await;
    let status = give(&world.owner, &person, &json!({ "custom_role": auditor })).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let expected = held(&["audit.read", "connectors.read", "people.read"]);
    assert_eq!(in_the_database(&world, &person).await, expected);
    assert_eq!(on_the_routes(&person).await, expected);
    assert_eq!(offers(&person, &expected).await, expected);
    // Whoever has it is called so.
    let people = person.get("/api/v1/people").await.unwrap().to_string();
    assert!(people.contains("\"custom_role\":\"Auditor\""), "{people}");
    let page = person.send(Method::GET, "/people", None).await.unwrap();
    assert!(page.text().await.unwrap().contains("Auditor"));
    let all = world.owner.get("/api/v1/roles").await.unwrap();
    assert_eq!(all[0]["holders"], json!([id_of(&person).to_string()]));
    // A change holds at the next request, and so does its end.
    let path = format!("/api/v1/roles/{auditor}");
    let less = role("Auditor", 20, &["audit.read"]);
    let changed = world.owner.send(Method::PUT, &path, Some(&less)).await;
    assert_eq!(changed.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(
        in_the_database(&world, &person).await,
        held(&["audit.read"])
    );
    let removed = world
        .owner
        .write(Method::DELETE, &path, &json!({}), StatusCode::OK)
        .await
        .unwrap();
    assert_eq!(removed["holders"], 1);
    let after = in_the_database(&world, &person).await;
    assert_eq!(after, held(&["insight.read", "people.read", "teams.read"]));
    let again = world
        .owner
        .send(Method::DELETE, &path, Some(&json!({})))
        .await;
    assert_eq!(again.unwrap().status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn nobody_makes_changes_or_gives_what_they_do_not_hold() {
    let world = World::start().await;
    let steward = role(
        "Steward",
        60,
        &[
            "insight.read",
            "people.invite",
            "people.manage",
            "people.read",
            "roles.manage",
            "teams.read",
        ],
    );
    let steward = made(&world.owner, &steward).await;
    let person = colleague(&world.app, &world.owner, "PARTICIPANT-40").await;
    let other = colleague(&world.app, &world.owner, "PARTICIPANT-20").await;
    give(&world.owner, &person, &json!({ "custom_role": steward })).await;
    for beyond in [
        role("More", 60, &["people.read", "audit.read"]),
        role("Higher", 80, &["people.read"]),
    ] {
        assert_eq!(make(&person, &beyond).await.0, StatusCode::FORBIDDEN);
        // Their own role is no way round.
        let path = format!("/api/v1/roles/{steward}");
        let raised = person
            .send(Method::PUT, &path, Some(&beyond))
            .await
            .unwrap();
        assert_eq!(raised.status(), StatusCode::FORBIDDEN);
    }
    // A built-in role has more than they hold, or less: by its permissions, not by its level.
    let built_in = |role: &str, level: i32| json!({ "role": role, "level": level });
    for (role, level) in [
        ("PARTICIPANT", 60),
        ("PARTICIPANT", 40),
        ("REVIEWER", 20),
        ("OWNER", 100),
    ] {
        for to in [&other, &person] {
            let status = give(&person, to, &built_in(role, level)).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{role} {level}");
        }
    }
    let status = give(&person, &other, &built_in("PARTICIPANT", 30)).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    // One that holds what they do not: neither changed, nor removed, nor given.
    let auditor = made(&world.owner, &role("Auditor", 20, &["audit.read"])).await;
    let path = format!("/api/v1/roles/{auditor}");
    let less = role("Nobody", 20, &["people.read"]);
    for (method, body) in [(Method::PUT, &less), (Method::DELETE, &json!({}))] {
        let answer = person.send(method, &path, Some(body)).await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    }
    for to in [&person, &other] {
        let status = give(&person, to, &json!({ "custom_role": auditor })).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
    }
    let fields = [
        ("email", "somebody@example.com"),
        ("standing", auditor.as_str()),
    ];
    let invited = person.submit("/people/invitations", &fields).await.unwrap();
    assert_eq!(invited.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn the_last_owner_and_other_organisations_stay_out_of_it() {
    let world = World::start().await;
    let reader = made(&world.owner, &role("Reader", 20, &["people.read"])).await;
    let custom = json!({ "custom_role": reader });
    let status = give(&world.owner, &world.owner, &custom).await;
    assert_eq!(status, StatusCode::CONFLICT, "the last owner");
    let stranger = signed_up(&world.app).await;
    let status = give(&stranger, &stranger, &custom).await;
    assert_ne!(status, StatusCode::NO_CONTENT);
    let path = format!("/api/v1/roles/{reader}");
    let answer = stranger.send(Method::DELETE, &path, Some(&json!({}))).await;
    assert_eq!(answer.unwrap().status(), StatusCode::NOT_FOUND);
    let twice = make(&world.owner, &role("reader", 20, &["people.read"])).await;
    assert_eq!(twice.0, StatusCode::CONFLICT);
    assert_eq!(twice.1["code"], "access.role_name_taken");
    // The other tenant may have one of that name.
    made(&stranger, &role("Reader", 20, &["people.read"])).await;
}

#[tokio::test]
async fn an_invitation_to_a_role_gives_it_as_it_is_when_it_is_accepted() {
    let world = World::start().await;
    let reader = made(&world.owner, &role("Reader", 20, &["audit.read"])).await;
    let person = colleague(&world.app, &world.owner, &reader).await;
    assert_eq!(
        in_the_database(&world, &person).await,
        held(&["audit.read"])
    );
    // Removed before it is accepted: the link opens nothing.
    let gone = made(&world.owner, &role("Gone", 20, &["audit.read"])).await;
    let email = demo::unused_address();
    let fields = [("email", email.as_str()), ("standing", gone.as_str())];
    let invited = world.owner.submit("/people/invitations", &fields).await;
    assert_eq!(invited.unwrap().status(), StatusCode::SEE_OTHER);
    let link = world.owner.mailed_link(&email, "/invitation?token=").await;
    let path = format!("/api/v1/roles/{gone}");
    world
        .owner
        .write(Method::DELETE, &path, &json!({}), StatusCode::OK)
        .await
        .unwrap();
    let opened = world.owner.send(Method::GET, &link.unwrap(), None).await;
    assert_eq!(opened.unwrap().status(), StatusCode::GONE);
}

#[tokio::test]
async fn a_high_level_alone_decides_about_nobody_who_holds_more() {
    let world = World::start().await;
    let doorman = role("Doorman", 80, &["people.manage", "people.read"]);
    let doorman = made(&world.owner, &doorman).await;
    let person = colleague(&world.app, &world.owner, "PARTICIPANT-40").await;
    give(&world.owner, &person, &json!({ "custom_role": doorman })).await;
    let admin = colleague(&world.app, &world.owner, "ADMIN-80").await;
    let path = format!("/api/v1/people/{}", id_of(&admin));
    let removed = person.send(Method::DELETE, &path, Some(&json!({}))).await;
    assert_eq!(removed.unwrap().status(), StatusCode::FORBIDDEN);
    let less = json!({ "role": "PARTICIPANT", "level": 20 });
    assert_eq!(give(&person, &admin, &less).await, StatusCode::FORBIDDEN);
    let page = person.send(Method::GET, "/people", None).await.unwrap();
    let page = page.text().await.unwrap();
    let remove = format!("/people/{}/remove", id_of(&admin));
    assert!(!page.contains(&remove), "{page}");
    // Whoever holds less is another matter.
    let other = format!("/people/{}/remove", id_of(&person));
    assert!(page.contains(&other), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_joins_while_their_role_is_changed_gets_it_as_it_is_then() {
    let world = World::start().await;
    let auditor = made(&world.owner, &role("Auditor", 60, &["people.read"])).await;
    let invited = json!({ "email": unused_address(), "custom_role": auditor });
    let invite = world
        .owner
        .send(Method::POST, "/api/v1/invitations", Some(&invited))
        .await;
    assert_eq!(invite.unwrap().status(), StatusCode::CREATED);
    let email = invited["email"].as_str().unwrap();
    let token = mailed(&world.owner, email, "/invitation?token=").await;
    let mut changing = bound(&world.app, "countersign_front", &world.owner).await;
    let id: RoleId = auditor.parse().unwrap();
    let change = format!(
        "select access.change_role('{}', 'Auditor', 20, '{{people.read}}')",
        id.uuid()
    );
    changing.execute(AssertSqlSafe(change)).await.unwrap();
    let mut visitor = Visitor::new(&world.app.url);
    let fields = [("token", &*token), ("name", "Bo"), ("password", PASSWORD)];
    let joining = visitor.post("/sign-in", "/invitation/sign-up", &fields);
    let ends = async {
        waits(&world.app).await;
        changing.execute("commit").await.unwrap();
    };
    let (joined, ()) = futures_util::join!(joining, ends);
    assert_eq!(joined.status, StatusCode::SEE_OTHER, "{}", joined.text);
    let stale =
        "update identity.memberships set level = level where role_id is not null and level <> 20";
    assert_eq!(world.fate(stale).await, 0, "the level of before");
}

#[tokio::test]
async fn whoever_waited_while_their_role_was_cut_gives_it_nothing_back() {
    let world = World::start().await;
    let all = [
        "audit.read",
        "people.invite",
        "people.manage",
        "people.read",
        "roles.manage",
    ];
    let deputy = made(&world.owner, &role("Deputy", 80, &all)).await;
    let person = colleague(&world.app, &world.owner, "PARTICIPANT-40").await;
    let custom = json!({ "custom_role": deputy });
    assert_eq!(
        give(&world.owner, &person, &custom).await,
        StatusCode::NO_CONTENT
    );
    let id = deputy.parse::<RoleId>().unwrap().uuid();
    let change = |level: i32, permissions: &str| {
        format!("select access.change_role('{id}', 'Deputy', {level}, '{{{permissions}}}')")
    };
    let mut cutting = bound(&world.app, "countersign_front", &world.owner).await;
    assert_eq!(
        refusal(&mut cutting, &change(20, "people.read")).await,
        "done"
    );
    // Bound before the cut, it waits for the role, and is told afterwards.
    let mut undoing = bound(&world.app, "countersign_front", &person).await;
    let undo = change(80, &all.join(","));
    let ends = async {
        waits(&world.app).await;
        cutting.execute("commit").await.unwrap();
    };
    let (undone, ()) = futures_util::join!(refusal(&mut undoing, &undo), ends);
    assert_eq!(undone, "42501");
    assert_eq!(
        in_the_database(&world, &person).await,
        held(&["people.read"])
    );
}

#[tokio::test]
async fn the_web_processs_login_writes_no_role_and_no_membership() {
    let world = World::start().await;
    let person = colleague(&world.app, &world.owner, "PARTICIPANT-40").await;
    stand(&world, &person, &("PARTICIPANT".to_owned(), 40)).await;
    for statement in [
        "insert into access.roles (org_id, id, name, level, permissions, made_by)
         values (ctx.org(), gen_random_uuid(), 'x', 80, '{audit.read}', ctx.person())",
        "update access.roles set permissions = '{audit.read}'",
        "update identity.memberships set level = 80",
        "select access.make_role(gen_random_uuid(), 'x', 20, '{insight.read}')",
        "select access.standing(ctx.org(), 'OWNER', 100, null)",
        "select ctx.bind('session', ctx.principal(), ctx.org(), ctx.person(), 100, '*')",
    ] {
        let mut thief = bound(&world.app, "countersign_front", &person).await;
        let refused = thief.execute(AssertSqlSafe(statement)).await.unwrap_err();
        let code = refused.as_database_error().unwrap().code();
        assert_eq!(code.as_deref(), Some("42501"), "{statement}");
    }
}
