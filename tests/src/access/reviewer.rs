//! AC-04: a reviewer reaches what is up for review, and nothing else.

use demo::Person;
use reqwest::{Method, StatusCode};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor as _};

use super::standings::{colleague, id_of, stand};
use crate::tenancy::fill;
use crate::world::{World, bound, decide, settled};

#[tokio::test]
async fn a_reviewer_sees_whole_proposals_and_decides_them() {
    let world = World::start().await;
    let reviewer = colleague(&world.app, &world.owner, "REVIEWER-20").await;
    let (id, hash) = world.propose("For review").await;
    let shown = reviewer
        .get(&format!("/api/v1/approvals/{id}"))
        .await
        .unwrap();
    assert_eq!(shown["payload_hash"], hash);
    let page = format!("/approvals/{id}");
    let page = reviewer.send(Method::GET, &page, None).await.unwrap();
    let page = page.text().await.unwrap();
    // Who asked has a name, and the whole request is there.
    assert!(
        page.contains("Demo owner") && page.contains("For review"),
        "{page}"
    );
    assert_eq!(
        decide(&reviewer, &id, "approve", &hash).await,
        StatusCode::OK
    );
    let after = settled(&world.owner, &id).await;
    assert_eq!(after["state"], "executed", "{after}");
}

#[tokio::test]
async fn a_reviewer_sees_no_row_of_anything_else_whatever_the_level() {
    let world = World::start().await;
    fill(&world, &world.owner).await;
    let reviewer = colleague(&world.app, &world.owner, "REVIEWER-20").await;
    // Somebody who neither asked nor decided.
    colleague(&world.app, &world.owner, "PARTICIPANT-40").await;
    for level in [20, 60] {
        stand(&world, &reviewer, &("REVIEWER".to_owned(), level)).await;
        let seen = tables_with_rows(&world, &reviewer).await;
        insta::allow_duplicates! { insta::assert_snapshot!(seen.join("\n"), @r"
        access.permissions
        approvals.decisions
        approvals.proposals
        audit.checkpoints
        audit.nodes
        broker.signing_keys
        broker.token_keys
        identity.memberships
        identity.organisations
        identity.users
        trust.evidence
        ") };
        let mut front = bound(&world.app, "countersign_front", &reviewer).await;
        let others: i64 = sqlx::query_scalar(
            "select count(*) from identity.memberships where user_id not in (ctx.person(), $1)",
        )
        .bind(id_of(&world.owner).uuid())
        .fetch_one(&mut front)
        .await
        .unwrap();
        assert_eq!(others, 0, "only whom they meet in proposals");
        for path in ["people", "connections", "logs", "audit/entries", "api-keys"] {
            let path = format!("/api/v1/{path}");
            let answer = reviewer.send(Method::GET, &path, None).await.unwrap();
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
        }
    }
}

/// What the web process's login sees for the person, of what is somebody's.
async fn tables_with_rows(world: &World, person: &Person) -> Vec<String> {
    let mut front = bound(&world.app, "countersign_front", person).await;
    let tables: Vec<String> = sqlx::query_scalar(
        "select format('%I.%I', n.nspname, c.relname)
           from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where c.relkind in ('r', 'p') and has_any_column_privilege(c.oid, 'select')
            and n.nspname not in ('pg_catalog', 'information_schema') order by 1",
    )
    .fetch_all(&mut front)
    .await
    .unwrap();
    let mut seen = Vec::new();
    for table in tables {
        if rows(&mut front, &table).await > 0 {
            seen.push(table);
        }
    }
    seen
}

async fn rows(front: &mut PgConnection, table: &str) -> i64 {
    front.execute("savepoint look").await.unwrap();
    let count = format!("select count(*) from {table}");
    let count = sqlx::query_scalar(AssertSqlSafe(count))
        .fetch_one(&mut *front)
        .await;
    front.execute("rollback to look").await.unwrap();
    count.unwrap()
}
