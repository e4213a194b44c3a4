//! AC-08, AC-09, AG-01: the controls about keys and AI clients, each falling with what it checks switched off.

use axum::http::header::AUTHORIZATION;

use super::proxy::{as_it_is, falls_behind};
use super::{falls_with, instead, without};

#[tokio::test]
async fn id_05_falls_when_a_key_is_made_without_a_recent_proof() {
    let any = "alter policy api_keys_add on access.api_keys
        with check (org_id = (select ctx.org_for('api_keys.manage')))";
    falls_with("identity.recent_proof", any, "an API key was made").await;
}

#[tokio::test]
async fn ac_08_falls_when_a_revoked_key_goes_on() {
    let lenient = without("ctx.bind_api_key", "and k.revoked_at is null");
    falls_with("access.api_keys", &lenient, "a revoked key").await;
}

#[tokio::test]
async fn ac_08_falls_when_a_key_has_no_end() {
    let lenient = without("ctx.bind_api_key", "and k.expires_at > clock_timestamp()");
    falls_with("access.api_keys", &lenient, "an expired key").await;
}

#[tokio::test]
async fn ac_08_falls_when_the_web_process_reads_the_hashes() {
    let open = "grant select on access.api_keys to countersign_front";
    falls_with("access.api_keys", open, "token_hash").await;
}

#[tokio::test]
async fn ag_01_falls_when_a_client_does_more_than_its_organisation_lets_clients_do() {
    let lenient = without("access.held", "and (most is null or p.name = any (most))");
    falls_with("oauth.client_limit", &lenient, "where AI clients may do").await;
}

#[tokio::test]
async fn ag_01_falls_when_a_job_outlives_what_began_it() {
    let lenient = without("jobs.reach", " and name = any (given)");
    falls_with("oauth.client_limit", &lenient, "a job of a client").await;
}

#[tokio::test]
async fn ag_01_falls_when_a_member_lifts_the_limit() {
    let anybody = "ctx.org_at_browser('insight.read')";
    let lenient = instead("oauth.limit_clients", "identity.recent_manager()", anybody);
    falls_with("oauth.client_limit", &lenient, "a member lifted the limit").await;
}

#[tokio::test]
async fn ac_09_falls_when_nobody_tells_a_browser_from_a_server() {
    let blind = |request: &mut axum::http::Request<_>| {
        let key = request.headers()["authorization"].clone();
        *request.headers_mut() = [(AUTHORIZATION, key)].into_iter().collect();
    };
    falls_behind(
        "access.service_keys",
        Box::new(blind),
        as_it_is(),
        "header origin",
    )
    .await;
}

#[tokio::test]
async fn ac_09_falls_when_a_service_key_may_write() {
    let any = "alter table access.service_keys drop constraint service_keys_scopes_check";
    falls_with("access.service_keys", any, "proposes writes").await;
}

#[tokio::test]
async fn ac_09_falls_when_the_broker_acts_for_a_service_key() {
    let open = "grant execute on function ctx.bind_service_key(bytea) to countersign_broker";
    falls_with("access.service_keys", open, "the broker acts").await;
}

#[tokio::test]
async fn ac_09_falls_when_a_revoked_service_key_goes_on() {
    let lenient = without("ctx.bind_service_key", "and k.revoked_at is null");
    falls_with("access.service_keys", &lenient, "a revoked service key").await;
}

#[tokio::test]
async fn ac_09_falls_when_anonymous_sees_another_organisation() {
    let open = "alter policy organisations_anonymous on identity.organisations using (true)";
    falls_with("access.anonymous_key", open, "shows rows to nobody").await;
}

#[tokio::test]
async fn ac_09_falls_when_anonymous_may_read_a_private_table() {
    let open = "grant select on identity.users to countersign_anon";
    falls_with("access.anonymous_key", open, "may read identity.users").await;
}

#[tokio::test]
async fn ac_09_falls_when_anonymous_is_on_by_default() {
    let on = without(
        "ctx.bind_anonymous_key",
        "join access.anonymous_access a on a.org_id = k.org_id",
    );
    falls_with("access.anonymous_key", &on, "nobody opened").await;
}

#[tokio::test]
async fn ac_09_falls_when_pages_of_any_origin_may_use_a_key() {
    let any = "create or replace function access.is_listed(origins text[], origin_digest bytea) returns boolean language sql return true";
    falls_with("access.anonymous_key", any, "a page of origin").await;
}

#[tokio::test]
async fn ac_09_falls_when_the_linter_is_not_asked() {
    let credulous =
        "create or replace function access.lint_verdict() returns text language sql stable
        return 'pass'";
    falls_with(
        "access.anonymous_key",
        credulous,
        "turning anonymous access on",
    )
    .await;
}
