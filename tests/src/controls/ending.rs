//! CO-07.

use super::{falls_with, instead, without};

const CONTROL: &str = "connectors.disconnected";

#[tokio::test]
async fn co_07_falls_when_an_end_opens_no_receipt() {
    let off = "alter table connectors.connections disable trigger connections_ended";
    falls_with(CONTROL, off, "without a receipt").await;
}

#[tokio::test]
async fn co_07_falls_when_what_has_ended_comes_back() {
    let open = "alter policy connections_state on connectors.connections using (org_id = (select ctx.org()))";
    falls_with(CONTROL, open, "came back").await;
}

#[tokio::test]
async fn co_07_falls_when_another_tenant_may_take_the_turn() {
    let free = without("connectors.take_closing", "r.org_id = ctx.org() and");
    falls_with(CONTROL, &free, "another tenant took the turn").await;
}

#[tokio::test]
async fn co_07_falls_when_whoever_has_no_turn_may_close() {
    let free = without("connectors.close", "r.ticket = of_ticket and");
    falls_with(CONTROL, &free, "without the turn closed").await;
}

#[tokio::test]
async fn co_07_falls_when_secrets_are_left() {
    let lax = instead("connectors.close", "s.org_id = ended.org_id", "false");
    falls_with(CONTROL, &lax, "sealed secrets are left").await;
}

#[tokio::test]
async fn co_07_falls_when_the_turn_reaches_other_connections() {
    let free = "drop policy turn on connectors.connections";
    falls_with(CONTROL, free, "does more than that: update connectors").await;
}

#[tokio::test]
async fn co_07_falls_when_the_turn_reaches_other_secrets() {
    let free = "drop policy turn on broker.secrets";
    falls_with(
        CONTROL,
        free,
        "does more than that: delete from broker.secrets",
    )
    .await;
}

#[tokio::test]
async fn co_07_falls_when_the_turn_makes_up_calls() {
    let free = "drop policy turn on broker.calls";
    falls_with(
        CONTROL,
        free,
        "does more than that: insert into broker.calls",
    )
    .await;
}

#[tokio::test]
async fn co_07_falls_when_the_web_process_may_end_everything() {
    let granted = "grant execute on function connectors.disconnect_all(text) to countersign_front";
    falls_with(CONTROL, granted, "connectors.disconnect_all").await;
}

const REVIEWED: &str = "connectors.reviewed";

#[tokio::test]
async fn co_07_falls_when_what_nobody_used_is_not_raised() {
    // Nobody looks at it again within the hour, as at the one that the control makes.
    let forgotten = "insert into connectors.connections (id, org_id, user_id, app, purpose, name, scopes_requested,
                                                         created_at)
         select gen_random_uuid(), m.org_id, m.user_id, 'tracker', 'read', 'Forgotten', '{}', now() - interval '32 days'
           from identity.memberships m join identity.organisations o on o.id = m.org_id
          where m.removed_at is null and m.org_id <> identity.nowhere() limit 1";
    falls_with(REVIEWED, forgotten, "1 connections that nobody used").await;
}

#[tokio::test]
async fn co_07_falls_when_another_tenant_says_what_is_needed() {
    let free = without("connectors.keep", "c.org_id = org and");
    falls_with(REVIEWED, &free, "another tenant said").await;
}

#[tokio::test]
async fn co_07_falls_when_the_broker_says_what_is_needed() {
    let granted = "grant execute on function connectors.keep(uuid) to countersign_broker";
    falls_with(REVIEWED, granted, "connectors.keep").await;
}
