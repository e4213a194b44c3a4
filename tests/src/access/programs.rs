//! A credential holds what its person holds now, and never what is for people alone.

use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Executor as _};

use super::standings::{colleague, stand};
use crate::world::World;

async fn held(world: &World, key: &str) -> Vec<String> {
    let login = world.app.login("countersign_front");
    let mut front = PgConnection::connect_with(&login).await.unwrap();
    front.execute("begin").await.unwrap();
    sqlx::query("select ctx.bind_api_key($1)")
        .bind(&crypto::digest::sha256(key.as_bytes())[..])
        .execute(&mut front)
        .await
        .unwrap();
    sqlx::query_scalar("select unnest(ctx.permissions())")
        .fetch_all(&mut front)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_key_loses_what_its_maker_loses_at_its_next_use() {
    let world = World::start().await;
    let maker = colleague(&world.app, &world.owner, "ADMIN-80").await;
    let form = json!({
        "name": "Key", "scopes": ["audit.read", "connectors.read", "insight.read"], "expires_in_days": 1,
    });
    let made = maker
        .write(Method::POST, "/api/v1/api-keys", &form, StatusCode::CREATED)
        .await
        .unwrap();
    let key = made["key"].as_str().unwrap();
    assert_eq!(
        held(&world, key).await,
        ["audit.read", "connectors.read", "insight.read"]
    );
    stand(&world, &maker, &("PARTICIPANT".to_owned(), 40)).await;
    assert_eq!(held(&world, key).await, ["connectors.read", "insight.read"]);
    stand(&world, &maker, &("REVIEWER".to_owned(), 20)).await;
    assert_eq!(held(&world, key).await, [""; 0]);
}

#[tokio::test]
async fn a_key_whose_row_says_everything_holds_nothing_that_is_for_people_alone() {
    let world = World::start().await;
    let form = json!({ "name": "Key", "scopes": ["insight.read"], "expires_in_days": 1 });
    let made = world
        .owner
        .write(Method::POST, "/api/v1/api-keys", &form, StatusCode::CREATED)
        .await
        .unwrap();
    world
        .fate("update access.api_keys set scopes = array(select name from access.permissions) || '*'::text")
        .await;
    let held = held(&world, made["key"].as_str().unwrap()).await;
    let people: Vec<&str> = access::catalogue::ALL
        .iter()
        .filter(|permission| !permission.for_programs)
        .map(|permission| permission.name)
        .collect();
    assert!(people.len() > 4 && held.len() > 4);
    for name in people {
        assert!(!held.iter().any(|one| one == name), "{name}");
    }
}

#[tokio::test]
async fn the_web_processs_login_makes_no_key_of_what_is_for_people_alone() {
    let world = World::start().await;
    for name in ["people.invite", "organisation.manage", "*", "nothing.there"] {
        let mut thief = world.sql("countersign_front").await;
        let refused = sqlx::query(
            "insert into access.api_keys (id, org_id, user_id, name, face, token_hash, scopes, expires_at)
             values (gen_random_uuid(), ctx.org(), ctx.person(), 'x', 'x', sha256('x'), array[$1], now() + interval '1 day')",
        )
        .bind(name)
        .execute(&mut thief)
        .await
        .unwrap_err();
        let code = refused.as_database_error().unwrap().code();
        assert_eq!(code.as_deref(), Some("42501"), "{name}");
    }
}
