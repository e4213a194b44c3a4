//! What changed while somebody waited for a lock: they are judged by what is so afterwards. And what is tried is
//! counted before anybody looks.

use crypto::digest::sha256;
use demo::{Person, unused_address};
use kernel::{ConnectionId, TeamId, UserId};
use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::postgres::PgConnection;
use sqlx::types::Uuid;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use testkit::app::TestApp;

use super::issuers::text;
use crate::access::colleague;
use crate::mail::mailed;
use crate::sql::{fate, refusal, waits};
use crate::world::{PASSWORD, World, bound, signed_up};

fn user(person: &Person) -> Uuid {
    let id: UserId = person.me["user"].as_str().unwrap().parse().unwrap();
    id.uuid()
}

/// What comes of `asked` while somebody holds what it waits for, and changes `meanwhile`.
async fn after_a_wait(
    app: &TestApp,
    (who, asked): (&Person, &str),
    (held, meanwhile): (&str, &str),
) -> String {
    let mut asking = bound(app, "countersign_front", who).await;
    let mut hand = PgConnection::connect_with(&app.database.superuser_options())
        .await
        .unwrap();
    let held = format!("begin; {held}");
    hand.execute(AssertSqlSafe(held)).await.unwrap();
    let goes_on = async {
        waits(app).await;
        let meanwhile = format!("{meanwhile}; commit");
        hand.execute(AssertSqlSafe(meanwhile)).await.unwrap();
    };
    let said = futures_util::join!(refusal(&mut asking, asked), goes_on).0;
    asking.execute("commit").await.unwrap();
    said
}

#[tokio::test]
async fn an_invitation_begins_no_session_for_whoever_was_ended_meanwhile() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let email = unused_address();
    let person = Person::sign_up(&app.url, &email, PASSWORD).await.unwrap();
    let fields = [("email", email.as_str()), ("standing", "PARTICIPANT-40")];
    owner.submit("/people/invitations", &fields).await.unwrap();
    let token = mailed(&owner, &email, "/invitation?token=").await;
    let hash = hex::encode(sha256(token.as_bytes()));
    let accept = format!(
        "select * from identity.accept_invitation('\\x{hash}', row(gen_random_uuid(), sha256('n'), 'c', 'l',
            sha256('d'), 600)::identity.new_session)"
    );
    let who = user(&person);
    // Another password is set, which ends the session that accepts.
    let held = format!("update identity.users set name = name where id = '{who}'");
    let ended = format!("update identity.sessions set ended_at = now() where user_id = '{who}'");
    let said = after_a_wait(&app, (&person, &accept), (&held, &ended)).await;
    assert_eq!(said, "CS001");
    let live = format!(
        "select count(*)::text from identity.sessions where user_id = '{who}' and ended_at is null"
    );
    assert_eq!(text(&app, &live).await, "0");
    let joined = format!("select count(*)::text from identity.memberships where user_id = '{who}'");
    assert_eq!(text(&app, &joined).await, "1");
}

#[tokio::test]
async fn nobody_adds_to_a_team_or_gives_by_what_they_held_before_they_waited() {
    let world = World::start().await;
    let app = &world.app;
    let team = json!({ "name": "Support" });
    let made = world
        .owner
        .write(Method::POST, "/api/v1/teams", &team, StatusCode::CREATED);
    let team = made.await.unwrap()["id"].as_str().unwrap().to_owned();
    let team = team.parse::<TeamId>().unwrap().uuid();
    let connection = world.reading.parse::<ConnectionId>().unwrap().uuid();
    let owner = user(&world.owner);
    let join = format!("select access.join_team('{team}', '{owner}')");
    let hold_team = format!("select from access.teams where id = '{team}' for update");
    let give = format!("select access.give('connection', '{connection}', '{owner}', null, 'view')");
    let hold_connection =
        format!("select from connectors.connections where id = '{connection}' for update");
    for (asked, held) in [(&join, &hold_team), (&give, &hold_connection)] {
        // Held as they are, it is done after the wait, too.
        let admin = colleague(app, &world.owner, "ADMIN-80").await;
        let said = after_a_wait(app, (&admin, asked), (held, "select 1")).await;
        assert_eq!(said, "done", "{asked}");
        for meanwhile in [
            "update identity.memberships set role = 'PARTICIPANT', level = 20 where user_id = 'WHO'",
            "update identity.memberships set removed_at = now() where user_id = 'WHO'",
            "update identity.sessions set ended_at = now() where user_id = 'WHO'",
        ] {
            let admin = colleague(app, &world.owner, "ADMIN-80").await;
            let meanwhile = meanwhile.replace("WHO", &user(&admin).to_string());
            let said = after_a_wait(app, (&admin, asked), (held, &meanwhile)).await;
            assert_eq!(said, "42501", "{asked} {meanwhile}");
        }
    }
}

#[tokio::test]
async fn a_password_that_is_no_proof_is_not_counted_as_a_wrong_one() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let who = user(&owner);
    let factor = format!(
        "insert into identity.passkeys (user_id, id, credential_id, public_key, name, transports, sign_count, is_syncable, is_synced)
         values ('{who}', gen_random_uuid(), 'c', '', 'key', '{{}}', 0, false, false)"
    );
    fate(&app, &factor).await;
    let given =
        format!("update identity.sessions set second_factor_at = now() where user_id = '{who}'");
    fate(&app, &given).await;
    let answer = owner
        .submit(
            "/prove",
            &[("password", "wrong password"), ("next", "/security")],
        )
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    let counted = "update identity.factor_tries set failures = failures where failures > 0";
    assert_eq!(fate(&app, counted).await, 0);
}
