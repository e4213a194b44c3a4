//! What is kept of mails and invitations, and how long.

use demo::unused_address;
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Executor as _};
use testkit::app::TestApp;

use crate::sql::fate;
use crate::world::signed_up;

#[tokio::test]
async fn the_address_of_somebody_who_never_came_is_forgotten() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    for _ in 0..2 {
        let email = unused_address();
        let invited = [("email", email.as_str()), ("standing", "PARTICIPANT-40")];
        owner.submit("/people/invitations", &invited).await.unwrap();
    }
    fate(
        &app,
        "update identity.invitations set created_at = now() - interval '91 days'
          where id = (select id from identity.invitations order by id limit 1);
         update mail.outbox set state = 'sent', queued_at = now() - interval '31 days'
          where invitation_id = (select id from identity.invitations order by id limit 1)",
    )
    .await;
    let mut broker = PgConnection::connect_with(&app.login("countersign_broker"))
        .await
        .unwrap();
    broker.execute("select mail.sweep()").await.unwrap();
    for kept in [
        "update identity.invitations set role = role",
        "update mail.outbox set data = data where invitation_id is not null",
    ] {
        assert_eq!(fate(&app, kept).await, 1, "{kept}");
    }
}
