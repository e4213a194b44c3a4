//! What ends ends now: nobody dates an end back, or takes one back, whatever login they have.

use sqlx::{AssertSqlSafe, Executor as _};

use super::fill;
use crate::sql::refusal;
use crate::world::{World, bound};

#[tokio::test]
async fn it_is_not_dated_back_nor_taken_back() {
    let world = World::start().await;
    fill(&world, &world.owner).await;
    for (table, column, also) in [
        ("oauth.grants", "ended_at", ", ended_why = 'revoked'"),
        ("access.api_keys", "revoked_at", ""),
        ("access.service_keys", "revoked_at", ""),
        ("access.anonymous_keys", "revoked_at", ""),
    ] {
        for value in ["now() - interval '60 days'", "null"] {
            let mut thief = bound(&world.app, "countersign_front", &world.owner).await;
            let statement = format!("update {table} set {column} = {value}{also}");
            let got = refusal(&mut thief, &statement).await;
            assert_eq!(got, "42501", "{statement}");
        }
        let mut own = bound(&world.app, "countersign_front", &world.owner).await;
        let end = format!("update {table} set {column} = now(){also}");
        let ended = own.execute(AssertSqlSafe(end)).await.unwrap();
        assert!(ended.rows_affected() > 0, "{table} was empty");
    }
}
