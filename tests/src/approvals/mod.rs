mod crash;
mod disconnect;
mod forgery;
mod killed;
mod late;
mod lists;
mod once;
mod outcomes;
mod search;
mod shown;
mod subject;

use reqwest::Method;
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use testkit::provider::Provider;

use crate::eventually::eventually;
use crate::world::World;

/// Waits until the job that sends the proposal has ended: nothing comes after it by itself.
async fn job_ended(world: &World, id: &str) {
    let options = world.app.database.superuser_options();
    let mut connection = PgConnection::connect_with(&options).await.unwrap();
    eventually("the job ends", async || {
        let state: String = sqlx::query_scalar(
            "select state from jobs.jobs where kind = 'approvals.execute' and payload->>'proposal' = $1",
        )
        .bind(id)
        .fetch_one(&mut connection)
        .await
        .unwrap();
        ["done", "failed"].contains(&state.as_str()).then_some(())
    })
    .await;
}

/// Waits until the provider got something to write, or to hand out.
async fn posted(provider: &Provider) {
    eventually("the provider got a POST", async || {
        (!provider.seen(&Method::POST).is_empty()).then_some(())
    })
    .await;
}

/// The audit log's actions about a proposal, the newest first.
async fn audited(world: &World, id: &str) -> Vec<String> {
    let path = format!("/api/v1/audit/entries?subject={id}");
    let page = world.owner.get(&path).await.unwrap();
    let entries = page["entries"].as_array().unwrap();
    let action = |entry: &serde_json::Value| entry["action"].as_str().unwrap().to_owned();
    entries.iter().map(action).collect()
}

/// A page's HTML.
pub(crate) async fn page(world: &World, path: &str) -> String {
    let answer = world
        .owner
        .send(reqwest::Method::GET, path, None)
        .await
        .unwrap();
    assert_eq!(answer.status(), reqwest::StatusCode::OK, "{path}");
    answer.text().await.unwrap()
}
