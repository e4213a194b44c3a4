//! A group is a team whose members the directory says.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Directory, GROUP, log, refusal};
use crate::access::colleague;
use crate::sql::fate;
use crate::world::World;

fn ids(group: &Value) -> Vec<String> {
    let members = group["members"].as_array().unwrap().iter();
    let mut ids: Vec<String> = members
        .map(|one| one["value"].as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn a_team_of_the_directorys_is_made_filled_renamed_and_removed_by_it() {
    let world = World::start().await;
    let owner = &world.owner;
    let directory = Directory::of(&world.app, owner).await;
    let (bo, al) = (directory.made("bo").await, directory.made("al").await);
    let team = directory.team("Support", &[&bo]).await;
    assert!(team.starts_with("tea_"));
    let path = format!("/Groups/{team}");
    let listed = async || owner.get("/api/v1/teams").await.unwrap()[0].clone();
    assert_eq!(listed().await["is_provisioned"], true);
    assert_eq!(listed().await["members"][0]["user"], bo);
    let added = json!([{ "op": "Add", "path": "members", "value": [{ "value": al }] }]);
    let patched = directory.patch(&path, added).await;
    assert_eq!(patched.status, StatusCode::NO_CONTENT, "{patched:?}");
    let mut both = vec![bo.clone(), al.clone()];
    both.sort();
    assert_eq!(ids(&directory.get(&path).await), both);
    let removed = json!([{ "op": "Remove", "path": format!("members[value eq \"{bo}\"]") }]);
    directory.patch(&path, removed).await;
    assert_eq!(ids(&directory.get(&path).await), [al]);
    assert_eq!(listed().await["members"].as_array().unwrap().len(), 1);
    let whole = json!({ "schemas": [GROUP], "displayName": "Desk", "externalId": "g1", "members": [{ "value": bo }] });
    let replaced = directory.send(Method::PUT, &path, Some(&whole)).await;
    assert_eq!(replaced.status, StatusCode::OK, "{replaced:?}");
    assert_eq!(
        (ids(&replaced.body), &replaced.body["displayName"]),
        (vec![bo.clone()], &json!("Desk"))
    );
    let member = &replaced.body["members"][0];
    assert_eq!(
        member["$ref"],
        format!("{}/scim/v2/Users/{bo}", world.app.url)
    );
    let told: Vec<String> = log(owner)
        .await
        .iter()
        .map(|entry| entry["action"].to_string())
        .collect();
    for action in ["team_made", "team_joined", "team_left", "team_renamed"] {
        assert!(
            told.iter().any(|one| one.contains(action)),
            "{action}: {told:?}"
        );
    }
    assert_eq!(
        directory.send(Method::DELETE, &path, None).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        refusal(&directory.send(Method::GET, &path, None).await).0,
        404
    );
    assert_eq!(owner.get("/api/v1/teams").await.unwrap(), json!([]));
}

#[tokio::test]
async fn people_do_not_change_a_team_of_the_directorys_but_may_take_it_over() {
    let world = World::start().await;
    let owner = &world.owner;
    let directory = Directory::of(&world.app, owner).await;
    let bo = directory.made("bo").await;
    let team = directory.team("Support", &[&bo]).await;
    let path = format!("/api/v1/teams/{team}");
    let person = json!({ "user": owner.me["user"] });
    let members = format!("{path}/members");
    let tries = [
        (Method::PUT, path.clone(), json!({ "name": "Mine" })),
        (Method::PUT, members.clone(), person.clone()),
        (Method::DELETE, format!("{members}?user={bo}"), json!({})),
    ];
    for (method, path, body) in &tries {
        let refused = owner.send(method.clone(), path, Some(body)).await.unwrap();
        assert_eq!(refused.status(), StatusCode::CONFLICT, "{path}");
        let problem: Value = refused.json().await.unwrap();
        assert_eq!(problem["code"], "access.team_provisioned");
    }
    let released = owner
        .submit(&format!("/teams/{team}/release"), &[])
        .await
        .unwrap();
    assert_eq!(released.status(), StatusCode::SEE_OTHER);
    assert_eq!(
        refusal(
            &directory
                .send(Method::GET, &format!("/Groups/{team}"), None)
                .await
        )
        .0,
        404
    );
    let joined = owner
        .send(Method::PUT, &members, Some(&person))
        .await
        .unwrap();
    assert_eq!(joined.status(), StatusCode::NO_CONTENT);
    let listed = owner.get("/api/v1/teams").await.unwrap();
    assert_eq!(
        listed[0]["members"].as_array().unwrap().len(),
        2,
        "who was in it stays"
    );
}

/// A directory names a group as it likes: it must not come by what was given to a team of that name.
#[tokio::test]
async fn a_directory_takes_over_no_team_that_people_made() {
    let world = World::start().await;
    let owner = &world.owner;
    let directory = Directory::of(&world.app, owner).await;
    let team = json!({ "name": "Support" });
    let made = owner.write(Method::POST, "/api/v1/teams", &team, StatusCode::CREATED);
    let id = made.await.unwrap()["id"].as_str().unwrap().to_owned();
    let group = json!({ "schemas": [GROUP], "displayName": " support ", "members": [] });
    let taken = directory.send(Method::POST, "/Groups", Some(&group)).await;
    assert_eq!(refusal(&taken), (409, "uniqueness"));
    let path = format!("/Groups/{id}");
    for (method, body) in [
        (Method::GET, None),
        (Method::PUT, Some(group)),
        (Method::DELETE, None),
    ] {
        let refused = directory.send(method, &path, body.as_ref()).await;
        assert_eq!(refusal(&refused).0, 404);
    }
    let other = directory.team("Desk", &[]).await;
    let renamed = json!([{ "op": "replace", "value": { "id": other, "displayName": "Support" } }]);
    let refused = directory.patch(&format!("/Groups/{other}"), renamed).await;
    assert_eq!(refusal(&refused), (409, "uniqueness"));
}

#[tokio::test]
async fn whoever_the_directory_adds_has_what_people_gave_the_team_and_no_more() {
    let world = World::start().await;
    let owner = &world.owner;
    let directory = Directory::of(&world.app, owner).await;
    let colleague = colleague(&world.app, owner, "PARTICIPANT-40").await;
    let email = colleague.me["email"].as_str().unwrap();
    super::verified(&world.app, owner, email.split_once('@').unwrap().1).await;
    let mut body = directory.person("colleague");
    body["emails"] = json!([{ "value": email }]);
    let named = directory.send(Method::POST, "/Users", Some(&body)).await;
    let id = named.body["id"].as_str().unwrap();
    let team = directory.team("Support", &[]).await;
    let path = format!("/api/v1/connections/{}", world.writing);
    for (path, body) in [
        (format!("{path}/everybody"), json!({ "access": "none" })),
        (
            format!("{path}/grants"),
            json!({ "to": team, "access": "view" }),
        ),
    ] {
        let given = owner.send(Method::PUT, &path, Some(&body)).await.unwrap();
        assert_eq!(given.status(), StatusCode::NO_CONTENT, "{path}");
    }
    assert!(colleague.get(&path).await.is_err());
    let added = json!([{ "op": "add", "path": "members", "value": [{ "value": id }] }]);
    directory.patch(&format!("/Groups/{team}"), added).await;
    assert_eq!(colleague.get(&path).await.unwrap()["access"], "view");
    directory
        .send(Method::DELETE, &format!("/Groups/{team}"), None)
        .await;
    assert!(colleague.get(&path).await.is_err(), "at the next request");
    let left = "update access.asset_grants set access = access where team_id is not null";
    assert_eq!(fate(&world.app, left).await, 0);
}
