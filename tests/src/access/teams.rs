//! AC-05: what a team was given, its members have while they are in it, and nobody is added to it by
//! somebody who does not hold that.

use demo::Person;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::standings::{colleague, id_of};
use crate::sql::refusal;
use crate::world::{World, bound, signed_up};

async fn send(by: &Person, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
    let answer = by.send(method, path, Some(&body)).await.unwrap();
    (answer.status(), answer.json().await.unwrap_or_default())
}

async fn team(by: &Person, name: &str) -> String {
    let made = send(by, Method::POST, "/api/v1/teams", json!({ "name": name })).await;
    assert_eq!(made.0, StatusCode::CREATED, "{made:?}");
    made.1["id"].as_str().unwrap().to_owned()
}

async fn join(by: &Person, team: &str, who: &Person) -> StatusCode {
    let path = format!("/api/v1/teams/{team}/members");
    let body = json!({ "user": id_of(who).to_string() });
    send(by, Method::PUT, &path, body).await.0
}

async fn leave(by: &Person, team: &str, who: &Person) -> StatusCode {
    let path = format!("/api/v1/teams/{team}/members?user={}", id_of(who));
    by.send(Method::DELETE, &path, None).await.unwrap().status()
}

/// The connection is for nobody but its owner and the team.
async fn given_to(world: &World, team: &str, access: &str) {
    let path = format!("/api/v1/connections/{}", world.writing);
    let (opened, _) = send(
        &world.owner,
        Method::PUT,
        &format!("{path}/everybody"),
        json!({ "access": "none" }),
    )
    .await;
    assert_eq!(opened, StatusCode::NO_CONTENT);
    let body = json!({ "to": team, "access": access });
    let given = send(&world.owner, Method::PUT, &format!("{path}/grants"), body).await;
    assert_eq!(given.0, StatusCode::NO_CONTENT, "{given:?}");
}

/// What somebody may do with it; nothing where it is not there for them.
async fn access(world: &World, person: &Person) -> Option<String> {
    let path = format!("/api/v1/connections/{}", world.writing);
    let shown = person.get(&path).await.ok()?;
    shown["access"].as_str().map(str::to_owned)
}

#[tokio::test]
async fn a_member_has_what_the_team_was_given_until_they_leave() {
    let world = World::start().await;
    let bo = colleague(&world.app, &world.owner, "PARTICIPANT-40").await;
    let support = team(&world.owner, "Support").await;
    given_to(&world, &support, "edit").await;
    assert_eq!(access(&world, &bo).await, None);
    assert_eq!(
        join(&world.owner, &support, &bo).await,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        join(&world.owner, &support, &bo).await,
        StatusCode::NO_CONTENT,
        "again"
    );
    assert_eq!(access(&world, &bo).await.as_deref(), Some("edit"));
    let listed = bo.get("/api/v1/teams").await.unwrap();
    assert_eq!(listed[0]["members"][0]["user"], id_of(&bo).to_string());
    assert_eq!(
        leave(&world.owner, &support, &bo).await,
        StatusCode::NO_CONTENT
    );
    assert_eq!(access(&world, &bo).await, None, "at the next request");
    assert_eq!(
        leave(&world.owner, &support, &bo).await,
        StatusCode::NOT_FOUND
    );
    join(&world.owner, &support, &bo).await;
    let path = format!("/api/v1/teams/{support}");
    let (status, removed) = send(&world.owner, Method::DELETE, &path, json!({})).await;
    assert_eq!((status, &removed["members"]), (StatusCode::OK, &json!(1)));
    assert_eq!(access(&world, &bo).await, None);
    let again = send(&world.owner, Method::DELETE, &path, json!({})).await;
    assert_eq!(again.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn who_leaves_the_organisation_comes_back_to_no_team_and_no_grant() {
    let world = World::start().await;
    let bo = colleague(&world.app, &world.owner, "PARTICIPANT-40").await;
    let support = team(&world.owner, "Support").await;
    given_to(&world, &support, "view").await;
    join(&world.owner, &support, &bo).await;
    let path = format!("/api/v1/connections/{}/grants", world.writing);
    let own = json!({ "to": id_of(&bo).to_string(), "access": "edit" });
    send(&world.owner, Method::PUT, &path, own).await;
    assert_eq!(access(&world, &bo).await.as_deref(), Some("edit"));
    let removal = format!("/people/{}/remove", id_of(&bo));
    let removed = world.owner.submit(&removal, &[]).await.unwrap();
    assert_eq!(removed.status(), StatusCode::SEE_OTHER);
    let shown = world.owner.get(&path).await.unwrap();
    assert_eq!(shown["grants"].as_array().unwrap().len(), 1, "the team's");
    let teams = world.owner.get("/api/v1/teams").await.unwrap();
    assert_eq!(teams[0]["members"], json!([]));
}

#[tokio::test]
async fn nobody_adds_to_a_team_that_was_given_what_they_do_not_hold() {
    let world = World::start().await;
    let admin = colleague(&world.app, &world.owner, "ADMIN-80").await;
    let bo = colleague(&world.app, &world.owner, "PARTICIPANT-40").await;
    let support = team(&admin, "Support").await;
    assert_eq!(join(&admin, &support, &bo).await, StatusCode::NO_CONTENT);
    leave(&admin, &support, &bo).await;
    given_to(&world, &support, "edit").await;
    for who in [&admin, &bo] {
        assert_eq!(join(&admin, &support, who).await, StatusCode::FORBIDDEN);
    }
    let path = format!("/api/v1/connections/{}/grants", world.writing);
    let view = json!({ "to": id_of(&admin).to_string(), "access": "view" });
    send(&world.owner, Method::PUT, &path, view).await;
    // Less than the team has is not enough.
    assert_eq!(join(&admin, &support, &admin).await, StatusCode::FORBIDDEN);
    assert_eq!(access(&world, &admin).await.as_deref(), Some("view"));
    // Whoever holds it adds them; then they add others.
    assert_eq!(
        join(&world.owner, &support, &admin).await,
        StatusCode::NO_CONTENT
    );
    assert_eq!(join(&admin, &support, &bo).await, StatusCode::NO_CONTENT);
    assert_eq!(access(&world, &bo).await.as_deref(), Some("edit"));
}

#[tokio::test]
async fn teams_are_managed_by_who_may_and_only_in_their_own_organisation() {
    let world = World::start().await;
    let bo = colleague(&world.app, &world.owner, "PARTICIPANT-60").await;
    let stranger = signed_up(&world.app).await;
    let support = team(&world.owner, "Support").await;
    let path = format!("/api/v1/teams/{support}");
    let name = |name: &str| json!({ "name": name });
    let taken = send(
        &world.owner,
        Method::POST,
        "/api/v1/teams",
        name(" support "),
    )
    .await;
    assert_eq!(
        (taken.0, &taken.1["code"]),
        (StatusCode::CONFLICT, &json!("access.team_name_taken"))
    );
    team(&stranger, "Support").await;
    for (method, body) in [(Method::PUT, name("Mine")), (Method::DELETE, json!({}))] {
        let refused = send(&bo, method.clone(), &path, body.clone()).await;
        assert_eq!(refused.0, StatusCode::FORBIDDEN);
        let refused = send(&stranger, method, &path, body).await;
        assert_eq!(refused.0, StatusCode::NOT_FOUND);
    }
    assert_eq!(join(&bo, &support, &bo).await, StatusCode::FORBIDDEN);
    assert_eq!(
        join(&stranger, &support, &stranger).await,
        StatusCode::NOT_FOUND
    );
    let foreign = join(&world.owner, &support, &stranger).await;
    assert_eq!(foreign, StatusCode::UNPROCESSABLE_ENTITY);
    let renamed = send(&world.owner, Method::PUT, &path, name("Desk")).await;
    assert_eq!(renamed.0, StatusCode::NO_CONTENT);
    assert_eq!(
        world.owner.get("/api/v1/teams").await.unwrap()[0]["name"],
        "Desk"
    );
    // Adding outlives the session.
    world
        .fate("update identity.sessions set authenticated_at = now() - interval '1 hour'")
        .await;
    assert_eq!(
        join(&world.owner, &support, &bo).await,
        StatusCode::FORBIDDEN
    );
    let mut thief = bound(&world.app, "countersign_front", &world.owner).await;
    let statement = format!(
        "select access.join_team('{}', ctx.person())",
        support.parse::<kernel::TeamId>().unwrap().uuid()
    );
    assert_eq!(refusal(&mut thief, &statement).await, "CS008");
}

#[tokio::test]
async fn the_pages_make_a_team_give_it_a_connection_and_take_it_back() {
    let world = World::start().await;
    let bo = colleague(&world.app, &world.owner, "PARTICIPANT-40").await;
    let made = world.owner.submit("/teams", &[("name", "Support")]).await;
    let made = made.unwrap();
    assert_eq!(made.status(), StatusCode::SEE_OTHER);
    let page = made.headers()["location"].to_str().unwrap().to_owned();
    let support = page.rsplit('/').next().unwrap().to_owned();
    let bo_id = id_of(&bo).to_string();
    let connection = format!("/connectors/{}", world.writing);
    for (path, fields) in [
        (format!("{page}/join"), vec![("user", bo_id.as_str())]),
        (format!("{connection}/everybody"), vec![("access", "none")]),
        (
            format!("{connection}/give"),
            vec![("to", support.as_str()), ("access", "view")],
        ),
    ] {
        let answer = world.owner.submit(&path, &fields).await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{path}");
    }
    assert_eq!(access(&world, &bo).await.as_deref(), Some("view"));
    let shown = world
        .owner
        .send(Method::GET, &connection, None)
        .await
        .unwrap();
    let shown = shown.text().await.unwrap();
    assert!(
        shown.contains("Support") && shown.contains("Can view"),
        "{shown}"
    );
    let shown = world.owner.send(Method::GET, &page, None).await.unwrap();
    assert!(shown.text().await.unwrap().contains(&world.writing));
    let fields = [("from", support.as_str())];
    let taken = world
        .owner
        .submit(&format!("{connection}/take-back"), &fields)
        .await;
    assert_eq!(taken.unwrap().status(), StatusCode::SEE_OTHER);
    assert_eq!(access(&world, &bo).await, None);
}
