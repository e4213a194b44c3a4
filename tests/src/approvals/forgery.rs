//! The web process's and the broker's logins are stolen: what SQL alone can do to a proposal.

use reqwest::Method;
use sqlx::{AssertSqlSafe, Executor as _};

use crate::world::World;

async fn refused(world: &World, role: &str, statement: &str) -> String {
    let mut connection = world.sql(role).await;
    let ended = connection
        .execute(AssertSqlSafe(statement.to_owned()))
        .await;
    let code = match ended {
        Ok(done) if done.rows_affected() == 0 => "no rows".to_owned(),
        Ok(_) => "done".to_owned(),
        Err(error) => error
            .as_database_error()
            .unwrap()
            .code()
            .unwrap()
            .into_owned(),
    };
    connection.execute("rollback").await.unwrap();
    code
}

#[tokio::test]
async fn a_stolen_login_can_neither_approve_nor_execute_nor_change_a_proposal() {
    let world = World::start().await;
    world.propose("Victim").await;
    let attacks = [
        ("countersign_front", "update approvals.proposals set state = 'approved'", "CS003"),
        ("countersign_front", "update approvals.proposals set state = 'executing'", "CS003"),
        ("countersign_front", "update approvals.proposals set state = 'executed'", "CS003"),
        ("countersign_front", "update approvals.proposals set payload_hash = sha256('x')", "42501"),
        ("countersign_front", "update approvals.proposals set expires_at = 'infinity'", "42501"),
        ("countersign_front", "select payload_sealed from approvals.proposals", "42501"),
        ("countersign_front", "select sealed from broker.secrets", "42501"),
        ("countersign_front", "delete from approvals.proposals", "42501"),
        ("countersign_front", "alter table approvals.proposals disable trigger all", "42501"),
        ("countersign_front", "set role countersign_owner", "42501"),
        ("countersign_front", "set session_replication_role = replica", "42501"),
        ("countersign_front", "update approvals.proposals set ended_by = requester_person", "42501"),
        ("countersign_front", "select approvals.revoke_disconnected(connection_id) from approvals.proposals", "42501"),
        ("countersign_broker", "update approvals.proposals set state = 'executing'", "no rows"),
        ("countersign_broker", "update approvals.proposals set ended_by = requester_person", "42501"),
        ("countersign_broker", "update approvals.proposals set payload_sealed = ''", "42501"),
        ("countersign_broker", "delete from approvals.proposals", "42501"),
        (
            "countersign_broker",
            "insert into approvals.decisions (org_id, proposal_id, user_id, session_id, verdict, payload_hash, address, client)
             select org_id, id, requester_person, requester_id, 'approve', payload_hash, '', '' from approvals.proposals",
            "42501",
        ),
    ];
    for (role, statement, expected) in attacks {
        assert_eq!(
            refused(&world, role, statement).await,
            expected,
            "{role}: {statement}"
        );
    }
    assert!(world.provider.seen(&Method::POST).is_empty());
}

#[tokio::test]
async fn the_attack_works_once_the_trigger_is_off_so_it_is_the_trigger_that_holds() {
    let world = World::start().await;
    world.propose("Victim").await;
    world
        .fate("alter table approvals.proposals disable trigger proposals_transition")
        .await;
    let done = refused(
        &world,
        "countersign_front",
        "update approvals.proposals set state = 'approved'",
    )
    .await;
    assert_eq!(done, "done");
}
