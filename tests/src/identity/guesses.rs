//! ID-10: guesses at once are no more than guesses in a row. That is the doing of one lock each: the same attack on
//! a function without it is shown to get through.

use futures_util::future::{join, join_all};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use testkit::app::TestApp;

use crate::controls::instead;
use crate::eventually::eventually;
use crate::sql::{count_try, fate};
use crate::world::{bound, signed_up};

const GUESSES: i64 = 12;

async fn hand(app: &TestApp) -> PgConnection {
    PgConnection::connect_with(&app.database.superuser_options())
        .await
        .unwrap()
}

/// What the guesses were answered, all of which were under way before the first of them was counted: seconds to wait.
async fn at_once(
    app: &TestApp,
    held: &str,
    guesses: impl IntoIterator<Item = impl Future<Output = i32>>,
) -> Vec<i32> {
    let mut hand = hand(app).await;
    let held = format!("begin; select from {held} for update");
    hand.execute(AssertSqlSafe(held)).await.unwrap();
    let let_go = async {
        let mut looking = PgConnection::connect_with(&app.database.superuser_options())
            .await
            .unwrap();
        eventually("all of them wait", async || {
            let waiting: i64 = sqlx::query_scalar(
                "select count(distinct l.pid) from pg_locks l join pg_stat_activity a on a.pid = l.pid
                  where a.datname = current_database() and not l.granted",
            )
            .fetch_one(&mut looking)
            .await
            .unwrap();
            (waiting == GUESSES).then_some(())
        })
        .await;
        hand.execute("commit").await.unwrap();
    };
    join(join_all(guesses), let_go).await.0
}

fn looked_at(waits: &[i32]) -> usize {
    waits.iter().filter(|wait| **wait == 0).count()
}

/// Passwords at the door, by the login of the web process.
async fn at_the_door(app: &TestApp) -> usize {
    let owner = signed_up(app).await;
    let email = owner.me["email"].as_str().unwrap();
    let mut thieves = Vec::new();
    for n in 0..GUESSES {
        let login = app.login("countersign_front");
        thieves.push((n, PgConnection::connect_with(&login).await.unwrap()));
    }
    let first = "00000000-0000-7000-8000-999999999999";
    assert_eq!(
        count_try(&mut thieves[0].1, (email, "first"), first).await,
        0
    );
    // One more wrong one, and the next ones wait.
    let nine = "update identity.sign_in_tries set failures = 9";
    assert_eq!(fate(app, nine).await, 1);
    let guesses = thieves.into_iter().map(|(n, mut thief)| async move {
        let session = format!("00000000-0000-7000-8000-{n:012}");
        count_try(&mut thief, (email, &n.to_string()), &session).await
    });
    looked_at(&at_once(app, "identity.sign_in_tries", guesses).await)
}

/// Recovery codes of somebody whose session the login of the web process binds; a password that proves who it is, and
/// the broker's codes, take their turn in the same function.
async fn of_a_second_factor(app: &TestApp) -> usize {
    let owner = signed_up(app).await;
    let nine = "insert into identity.factor_tries (user_id, failures) select distinct user_id, 9 from identity.sessions";
    assert_eq!(fate(app, nine).await, 1);
    let mut guesses = Vec::new();
    for n in 0..GUESSES {
        let mut thief = bound(app, "countersign_front", &owner).await;
        guesses.push(async move {
            let guess = format!("select identity.count_recovery_code(sha256('{n}'))");
            let wait = sqlx::query_scalar(AssertSqlSafe(guess))
                .fetch_one(&mut thief)
                .await
                .unwrap();
            thief.execute("commit").await.unwrap();
            wait
        });
    }
    looked_at(&at_once(app, "identity.factor_tries", guesses).await)
}

#[tokio::test]
async fn of_many_passwords_at_once_one_is_looked_at_because_of_the_lock() {
    let app = TestApp::start().await;
    assert_eq!(at_the_door(&app).await, 1);
    let app = TestApp::start().await;
    let unlocked = instead(
        "identity.sign_in_turn",
        "t.door = at_door for update",
        "t.door = at_door",
    );
    fate(&app, &unlocked).await;
    assert!(at_the_door(&app).await > 1, "the lock is of no use");
}

#[tokio::test]
async fn of_many_codes_at_once_one_is_looked_at_because_of_the_lock() {
    let app = TestApp::start().await;
    assert_eq!(of_a_second_factor(&app).await, 1);
    let app = TestApp::start().await;
    let unlocked = instead(
        "identity.try_turn",
        "tries.provider_id) for update",
        "tries.provider_id)",
    );
    fate(&app, &unlocked).await;
    assert!(of_a_second_factor(&app).await > 1, "the lock is of no use");
}
