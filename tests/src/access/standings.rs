//! People of one organisation with every standing that there is.

use demo::{Person, unused_address};
use identity::Standing;
use kernel::UserId;
use reqwest::StatusCode;
use testkit::app::TestApp;

use crate::mail::mailed;
use crate::visitor::Visitor;
use crate::world::{PASSWORD, World};

/// Somebody who was invited by `inviter`, with that standing.
pub(crate) async fn colleague(app: &TestApp, inviter: &Person, standing: &str) -> Person {
    let email = unused_address();
    let fields = [("email", email.as_str()), ("standing", standing)];
    inviter
        .submit("/people/invitations", &fields)
        .await
        .unwrap();
    let token = mailed(inviter, &email, "/invitation?token=").await;
    let fields = [
        ("token", token.as_str()),
        ("name", "Bo"),
        ("password", PASSWORD),
    ];
    let joined = Visitor::new(&app.url)
        .post("/sign-in", "/invitation/sign-up", &fields)
        .await;
    assert_eq!(joined.status, StatusCode::SEE_OTHER, "{}", joined.text);
    Person::sign_in(&app.url, &email, PASSWORD).await.unwrap()
}

pub(super) fn id_of(person: &Person) -> UserId {
    person.me["user"].as_str().unwrap().parse().unwrap()
}

/// Every role with every level that goes with it: those that people give, and a reviewer's higher ones,
/// which the table takes.
pub(super) fn standings() -> Vec<(String, i32)> {
    let given = Standing::all().map(|one| (one.role().as_str().to_owned(), one.level()));
    let (reviewer, others): (Vec<_>, Vec<_>) = given.partition(|(role, _)| role == "REVIEWER");
    let higher = [60, 40, 30].map(|level| ("REVIEWER".to_owned(), level));
    others.into_iter().chain(higher).chain(reviewer).collect()
}

/// Gives somebody a standing, whatever the rules about giving say.
pub(super) async fn stand(world: &World, person: &Person, (role, level): &(String, i32)) {
    let user = id_of(person).uuid();
    let statement = format!(
        "update identity.memberships set role = '{role}', level = {level} where user_id = '{user}'"
    );
    assert_eq!(world.fate(&statement).await, 1);
}
