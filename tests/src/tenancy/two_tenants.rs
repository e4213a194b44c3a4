//! AC-01: for every table of the catalogue, tenant A sees none of tenant B's rows, by a direct
//! connection as each login role; generated from the catalogue, so that a new table is in it.

use demo::{Person, unused_address};
use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use crate::world::{PASSWORD, World, bound, connect, decide, propose};

/// A second tenant that does everything the first one did.
async fn second_tenant(world: &World) -> Person {
    let other = Person::sign_up(&world.app.url, &unused_address(), PASSWORD)
        .await
        .unwrap();
    fill(world, &other).await;
    other
}

/// Leaves rows in every table.
async fn fill(world: &World, person: &Person) {
    let reading = connect(person, world.provider.url(), "read").await;
    let writing = connect(person, world.provider.url(), "write").await;
    let path = format!("/api/v1/connections/{reading}/scan");
    let begun = person
        .write(Method::POST, &path, &json!({}), StatusCode::ACCEPTED)
        .await
        .unwrap();
    let log = begun["log"].as_str().unwrap();
    for _ in 0..600 {
        let log = person.get(&format!("/api/v1/logs/{log}")).await.unwrap();
        if log["state"] == "ready" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let (id, hash) = propose(person, &writing, "Mine").await;
    assert_eq!(decide(person, &id, "approve", &hash).await, StatusCode::OK);
    let key = json!({ "name": "Mine", "scopes": ["insight.read"], "expires_in_days": 1 });
    person
        .write(Method::POST, "/api/v1/api-keys", &key, StatusCode::CREATED)
        .await
        .unwrap();
    person
        .write(
            Method::POST,
            "/api/v1/sign-in-links",
            &json!({}),
            StatusCode::CREATED,
        )
        .await
        .unwrap();
}

async fn tables(connection: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar(
        "select format('%I.%I', n.nspname, c.relname)
           from pg_class c join pg_namespace n on n.oid = c.relnamespace
           join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
          where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
          order by 1",
    )
    .fetch_all(connection)
    .await
    .unwrap()
}

async fn count(connection: &mut PgConnection, table: &str, condition: &str) -> Option<i64> {
    connection.execute("savepoint look").await.unwrap();
    let statement = format!("select count(*) from {table} where {condition}");
    let counted = sqlx::query_scalar(AssertSqlSafe(statement))
        .fetch_one(&mut *connection)
        .await;
    connection.execute("rollback to look").await.unwrap();
    match counted {
        Ok(count) => Some(count),
        // No right to the table at all is as good as no row.
        Err(error) => {
            let code = error
                .as_database_error()
                .unwrap()
                .code()
                .unwrap()
                .into_owned();
            assert_eq!(code, "42501", "{table}");
            None
        }
    }
}

#[tokio::test]
async fn a_tenant_sees_no_row_of_another_on_any_table_as_any_login() {
    let world = World::start().await;
    fill(&world, &world.owner).await;
    let other = second_tenant(&world).await;
    let other_org = org_of(&world, &other).await;
    let mut fate = PgConnection::connect_with(&world.app.database.superuser_options())
        .await
        .unwrap();
    let tables = tables(&mut fate).await;
    assert!(tables.len() >= 17, "the catalogue lists {tables:?}");
    fate.execute("begin").await.unwrap();
    for table in &tables {
        let there = count(&mut fate, table, &format!("org_id = '{other_org}'")).await;
        assert!(
            there > Some(0),
            "{table} holds nothing of the other tenant: fill() must"
        );
    }
    for role in ["countersign_front", "countersign_broker"] {
        let mut connection = bound(&world.app, role, &world.owner).await;
        let mut readable = 0;
        for table in &tables {
            if let Some(seen) =
                count(&mut connection, table, &format!("org_id = '{other_org}'")).await
            {
                assert_eq!(seen, 0, "{role} sees rows of another tenant in {table}");
                readable += 1;
            }
        }
        assert!(readable > 5, "{role} can read only {readable} tables");
    }
}

#[tokio::test]
async fn another_tenants_ids_answer_like_made_up_ones() {
    let world = World::start().await;
    let other = second_tenant(&world).await;
    let lists = [
        ("/api/v1/connections", "", "/0/id"),
        ("/api/v1/logs", "", "/0/id"),
        ("/api/v1/approvals", "?state=settled", "/approvals/0/id"),
    ];
    for (path, query, first) in lists {
        let theirs = other.get(&format!("{path}{query}")).await.unwrap();
        let id = theirs
            .pointer(first)
            .and_then(serde_json::Value::as_str)
            .unwrap_or_else(|| panic!("{theirs}"))
            .to_owned();
        let made_up = format!("{}{}", &id[..id.len() - 4], "zzzz");
        for id in [id, made_up] {
            let answer = world
                .owner
                .send(Method::GET, &format!("{path}/{id}"), None)
                .await
                .unwrap();
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}/{id}");
        }
    }
}

async fn org_of(world: &World, person: &Person) -> sqlx::types::Uuid {
    let mut connection = bound(&world.app, "countersign_front", person).await;
    sqlx::query_scalar("select ctx.org()")
        .fetch_one(&mut connection)
        .await
        .unwrap()
}
