//! Rounds of controls that run at the same time, as those of two servers on one database do.

use server::verify::{Context, run_one};
use testkit::app::TestApp;
use trust::Status;

use super::instance;
use crate::sql::fate;

/// Those that make people, teams, domains and openings in the same organisation, or sign in as the same visitor.
const SHARING: [&str; 9] = [
    "identity.sessions",
    "web.csrf",
    "access.asset_grants",
    "access.anonymous_key",
    "identity.provisioning",
    "identity.sign_on",
    "access.operator",
    "access.service_keys",
    "privacy.export_delete",
];

#[tokio::test]
async fn two_rounds_at_once_take_nothing_from_each_other() {
    let app = TestApp::start().await;
    // The organisations are there from here on, and the vault has a key.
    let first = Context::new(instance(&app)).await.unwrap();
    run_one(&first, "broker.secret_canary").await.unwrap();
    let second = Context::new(instance(&app)).await.unwrap();
    let (one, other) = tokio::join!(
        round(&first, SHARING.iter().copied()),
        round(
            &second,
            SHARING
                .iter()
                .rev()
                .copied()
                .cycle()
                .take(2 * SHARING.len())
        ),
    );
    assert_eq!([one, other].concat(), Vec::<String>::new());
}

/// What did not pass.
async fn round(context: &Context, controls: impl Iterator<Item = &str>) -> Vec<String> {
    let mut wrong = Vec::new();
    for control in controls {
        let evidence = run_one(context, control).await.unwrap();
        if evidence.status != Status::Pass {
            wrong.push(format!("{evidence:?}"));
        }
    }
    wrong
}

#[tokio::test]
async fn a_sweep_takes_what_its_own_round_made_and_what_is_old() {
    let app = TestApp::start().await;
    Context::new(instance(&app)).await.unwrap();
    let made = |name: &str| {
        format!(
            "insert into identity.users (id, email, name, password_parameters, password_verifier, has_password, provisioned_by)
             select md5('{name}')::uuid, '{name}@controls.invalid', 'x', 'x', sha256('x'), false, m.org_id
               from identity.users u join identity.memberships m on m.user_id = u.id
              where u.email = 'control-a@controls.invalid'"
        )
    };
    for name in ["own", "others", "old"] {
        fate(&app, &made(name)).await;
    }
    let age = "update identity.users set created_at = now() - interval '11 minutes' where email like 'old@%'";
    fate(&app, age).await;
    let sweep = "set role countersign_verifier;
         select identity.sweep_provisioning_controls(array[md5('own')::uuid])";
    fate(&app, sweep).await;
    let of_directories = "select from identity.users where provisioned_by is not null";
    assert_eq!(fate(&app, of_directories).await, 1);
    let others = "select from identity.users where email = 'others@controls.invalid'";
    assert_eq!(fate(&app, others).await, 1);
}
