//! CO-06.

use super::{falls_with, without};

const CONTROL: &str = "broker.token_refresh";

#[tokio::test]
async fn co_06_falls_when_two_brokers_have_the_turn_at_once() {
    let free = without(
        "broker.take_refresh",
        "coalesce(c.refresh_until, '-infinity') <= now() and",
    );
    falls_with(CONTROL, &free, "brokers took the turn at once").await;
}

#[tokio::test]
async fn co_06_falls_when_another_tenant_may_take_the_turn() {
    let free = without("broker.take_refresh", "c.org_id = ctx.org() and");
    falls_with(CONTROL, &free, "another tenant took the turn").await;
}

#[tokio::test]
async fn co_06_falls_when_a_turn_that_is_over_binds() {
    let late = without(
        "ctx.bind_refresh",
        "and c.refresh_until > clock_timestamp()",
    );
    falls_with(CONTROL, &late, "a turn that is over binds").await;
}

#[tokio::test]
async fn co_06_falls_when_a_turn_that_is_over_keeps_tokens() {
    let late = without(
        "broker.end_refresh",
        "and c.refresh_until > clock_timestamp()",
    );
    falls_with(CONTROL, &late, "kept tokens").await;
}

#[tokio::test]
async fn co_06_falls_when_the_web_process_may_bind_a_turn() {
    let granted = "grant execute on function ctx.bind_refresh(bytea) to countersign_front";
    falls_with(CONTROL, granted, "ctx.bind_refresh").await;
}
