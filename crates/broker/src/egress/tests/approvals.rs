//! Writes.

use kernel::{ConnectionId, OrganisationId, ProposalId, Secret};
use manifest::PlannedRequest;
use serde_json::{Value, json};
use uuid::Uuid;

use super::site::{Reply, Site};
use super::support::{Door, token};
use crate::approved_write::{ApprovedWrite, Binding};
use crate::credential::Credential;
use crate::egress::{EgressError, WriteVerdict};

const CREATED: &str = r#"{"number":7,"url":"https://t.example/issues/7","title":"t","body":"b"}"#;

fn binding(operation: &str) -> Binding {
    let id = Uuid::from_u128;
    Binding {
        organisation: OrganisationId::from(id(1)),
        connection: ConnectionId::from(id(2)),
        proposal: ProposalId::from(id(3)),
        app: "tracker".to_owned(),
        operation: operation.to_owned(),
        actor: "usr_00000000000000000000000004".to_owned(),
        manifest_sha256: "00".repeat(32),
    }
}

pub(super) fn approved(planned: &PlannedRequest) -> ApprovedWrite {
    let binding = binding("create_issue");
    ApprovedWrite::of_test(binding.payload_hash(planned).unwrap(), binding)
}

type Change = fn(&mut Binding);

fn issue(title: &str) -> Value {
    json!({"title": title, "body": "It breaks"})
}

#[tokio::test]
async fn an_approved_write_is_sent_as_it_was_approved() {
    let site = Site::always(Reply::with(
        "201 Created",
        "content-type: application/json\r\n",
        CREATED,
    ))
    .await;
    let door = Door::to(&site);
    let planned = door.plan("create_issue", &issue("Slow")).unwrap();
    let sent = door
        .egress
        .send_write(&planned, door.route(), &token(), approved(&planned))
        .await;
    let sent = sent.unwrap();
    assert_eq!((sent.status, sent.kept["number"].clone()), (201, json!(7)));
    let request = site.requests().remove(0);
    assert_eq!(request.first_line(), "POST /api/v1/issues HTTP/1.1");
    assert_eq!(request.body, r#"{"body":"It breaks","title":"Slow"}"#);
    assert_eq!(
        request.header("idempotency-key"),
        Some("apr_01jq2m5x8e9f0g1h2j3k4m5n6p")
    );
}

#[tokio::test]
async fn a_write_does_not_leave_as_a_read() {
    let site = Site::always(Reply::json(CREATED)).await;
    let door = Door::to(&site);
    let planned = door.plan("create_issue", &issue("Slow")).unwrap();
    let refused = door
        .egress
        .send_read(&planned, door.route(), &token())
        .await;
    assert_eq!(refused, Err(EgressError::WriteNeedsApproval));
    assert_eq!(
        (door.egress.sockets().opened(), site.connections().await),
        (0, 0)
    );
}

#[tokio::test]
async fn an_approval_that_nobody_claimed_opens_nothing_not_even_for_its_own_bytes() {
    let site = Site::always(Reply::json(CREATED)).await;
    let door = Door::to(&site);
    let planned = door.plan("create_issue", &issue("Slow")).unwrap();
    let binding = binding("create_issue");
    let forged = ApprovedWrite::forged(binding.payload_hash(&planned).unwrap(), binding);
    let refused = door
        .egress
        .send_write(&planned, door.route(), &token(), forged)
        .await;
    assert_eq!(refused, Err(EgressError::WriteNeedsApproval));
    assert_eq!(
        (door.egress.sockets().opened(), site.connections().await),
        (0, 0)
    );
}

#[tokio::test]
async fn an_approval_is_for_these_bytes_this_connection_and_this_operation() {
    let site = Site::always(Reply::json(CREATED)).await;
    let door = Door::to(&site);
    let planned = door.plan("create_issue", &issue("Slow")).unwrap();
    let hash = binding("create_issue").payload_hash(&planned).unwrap();

    let changed = door.plan("create_issue", &issue("Slow.")).unwrap();
    let elsewhere = Door::tracker(
        "https://other.example",
        std::sync::Arc::default(),
        super::support::quick(),
    );
    let moved = elsewhere.plan("create_issue", &issue("Slow")).unwrap();
    for (other, why) in [
        (&changed, EgressError::PayloadChanged),
        (
            &moved,
            EgressError::Undeclared(manifest::Undeclared::Address),
        ),
    ] {
        let right = ApprovedWrite::of_test(hash, binding("create_issue"));
        let refused = door
            .egress
            .send_write(other, door.route(), &token(), right)
            .await;
        assert_eq!(refused, Err(why));
    }
    // The same bytes through another connection that has them declared.
    let right = ApprovedWrite::of_test(hash, binding("create_issue"));
    let refused = elsewhere
        .egress
        .send_write(&moved, elsewhere.route(), &token(), right)
        .await;
    assert_eq!(refused, Err(EgressError::PayloadChanged));
    let changes: &[Change] = &[
        |b| b.organisation = OrganisationId::from(Uuid::from_u128(9)),
        |b| b.connection = ConnectionId::from(Uuid::from_u128(9)),
        |b| b.proposal = ProposalId::from(Uuid::from_u128(9)),
        |b| b.app = "github".to_owned(),
        |b| b.operation = "list_events".to_owned(),
        |b| b.actor = "usr_other".to_owned(),
        |b| b.manifest_sha256 = "01".repeat(32),
    ];
    for change in changes {
        let mut other = binding("create_issue");
        change(&mut other);
        let right = ApprovedWrite::of_test(hash, other);
        let refused = door
            .egress
            .send_write(&planned, door.route(), &token(), right)
            .await;
        assert_eq!(refused, Err(EgressError::PayloadChanged));
    }
    assert_eq!(
        (door.egress.sockets().opened(), site.connections().await),
        (0, 0)
    );
}

#[tokio::test]
async fn an_approval_does_not_open_a_read() {
    let site = Site::always(Reply::json("{}")).await;
    let door = Door::to(&site);
    let planned = door.plan("list_events", &json!({})).unwrap();
    let binding = binding("list_events");
    let right = ApprovedWrite::of_test(binding.payload_hash(&planned).unwrap(), binding);
    let refused = door
        .egress
        .send_write(&planned, door.route(), &token(), right)
        .await;
    assert_eq!(refused, Err(EgressError::NotAWrite));
    assert_eq!(site.connections().await, 0);
}

/// A write that broke is never sent again by the client, not even on a connection that an app has
/// just closed.
#[tokio::test]
async fn a_write_is_sent_at_most_once_and_what_is_known_of_it_is_told() {
    let json = "content-type: application/json\r\n";
    for (reply, verdict) in [
        (Reply::Drop, WriteVerdict::Unknown),
        (Reply::Hang, WriteVerdict::Unknown),
        (
            Reply::Bytes(b"HTTP/1.1 200 OK\r\ncontent-le".to_vec()),
            WriteVerdict::Unknown,
        ),
        (Reply::with("500 X", "", ""), WriteVerdict::Unknown),
        (
            Reply::with("503 X", "retry-after: 1\r\n", ""),
            WriteVerdict::Unknown,
        ),
        (
            Reply::with("302 X", "location: /x\r\n", ""),
            WriteVerdict::Unknown,
        ),
        (Reply::with("408 X", "", ""), WriteVerdict::Unknown),
        (Reply::with("422 X", json, "{}"), WriteVerdict::Refused),
        (Reply::with("429 X", json, "{}"), WriteVerdict::Refused),
        (
            Reply::with("201 X", "content-type: text/html\r\n", "done"),
            WriteVerdict::Done,
        ),
        (Reply::with("201 X", json, "not json"), WriteVerdict::Done),
    ] {
        let site = Site::always(reply).await;
        let door = Door::to(&site);
        let planned = door.plan("create_issue", &issue("Slow")).unwrap();
        let right = approved(&planned);
        let error = door
            .egress
            .send_write(&planned, door.route(), &token(), right)
            .await
            .unwrap_err();
        assert_eq!(error.verdict(), verdict, "{error:?}");
        assert_eq!(site.requests().len(), 1, "{error:?}");
        assert_eq!(site.connections().await, 1, "{error:?}");
    }
}

#[tokio::test]
async fn a_write_that_never_got_out_is_known_not_to_have() {
    let closed = Site::always(Reply::Drop).await.port();
    // The site is gone with its runtime task only later: a port that nobody listens on is needed.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let free = listener.local_addr().unwrap().port();
    drop(listener);
    assert_ne!(free, closed);
    let listed = format!("127.0.0.1:{free}");
    let policy = super::support::listing(&[&listed]);
    let door = Door::tracker(
        &format!("http://{listed}"),
        std::sync::Arc::default(),
        policy,
    );
    let planned = door.plan("create_issue", &issue("Slow")).unwrap();
    let right = approved(&planned);
    let error = door
        .egress
        .send_write(&planned, door.route(), &token(), right)
        .await
        .unwrap_err();
    assert_eq!(error, EgressError::Unreachable { sent: false });
    assert_eq!(error.verdict(), WriteVerdict::NotSent);

    let right = approved(&planned);
    let broken = Credential::OAuth2(Secret::new("token\r\nx-evil: 1".to_owned()));
    let error = door
        .egress
        .send_write(&planned, door.route(), &broken, right)
        .await
        .unwrap_err();
    assert_eq!(
        (error.code(), error.verdict()),
        ("egress.credential", WriteVerdict::NotSent)
    );
}
