//! CO-06.

use super::{falls_with, instead, without};

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
    let shown = instead(
        "connectors.is_usable",
        "select exists",
        "select true or exists",
    );
    let both = format!("{free}; {shown}");
    falls_with(CONTROL, &both, "another tenant took the turn").await;
}

#[tokio::test]
async fn co_06_falls_when_a_turn_that_is_over_binds() {
    let late = without("ctx.bind_turn", "and c.refresh_until > clock_timestamp()");
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
async fn co_06_falls_when_whoever_has_the_turn_is_somebody() {
    let person = instead(
        "ctx.bind_turn",
        "ctx.bind('turn', turn.connection_id, turn.org_id, null,",
        "ctx.bind('turn', turn.connection_id, turn.org_id,
                  (select c.user_id from connectors.connections c where c.id = turn.connection_id),",
    );
    falls_with(CONTROL, &person, "is somebody").await;
}

#[tokio::test]
async fn co_06_falls_when_the_log_takes_what_a_turn_says() {
    let other = instead("ctx.bind_turn", "ctx.bind('turn',", "ctx.bind('job',");
    falls_with(CONTROL, &other, "audit.append").await;
}

#[tokio::test]
async fn co_06_falls_when_the_ticket_can_be_read() {
    let granted = "grant select on broker.credentials to countersign_broker";
    falls_with(CONTROL, granted, "select refresh_ticket").await;
}

#[tokio::test]
async fn co_06_falls_when_the_web_process_may_bind_a_turn() {
    let granted = "grant execute on function ctx.bind_turn(bytea) to countersign_front";
    falls_with(CONTROL, granted, "ctx.bind_turn").await;
}
