//! ID-13: the control about invitations, falling with what it checks switched off.

use super::{falls_with, without};

const CONTROL: &str = "identity.invitations";

#[tokio::test]
async fn id_13_falls_when_an_invitation_is_for_anybody() {
    let lenient = without("identity.accept_invitation", "and u.email = f.email");
    falls_with(CONTROL, &lenient, "somebody else").await;
}

#[tokio::test]
async fn id_13_falls_when_an_invitation_works_twice() {
    let lenient = [
        without("identity.use_link", "and l.used_at is null"),
        without("identity.invitation_face", "and l.used_at is null"),
        without("identity.open_invitation", "and i.accepted_at is null"),
    ];
    falls_with(CONTROL, &lenient.join(";"), "in 2 times").await;
}

#[tokio::test]
async fn id_13_falls_when_an_invitation_works_for_ever() {
    let parts = ["identity.use_link", "identity.invitation_face"];
    let lenient = parts.map(|part| without(part, "and l.expires_at > clock_timestamp()"));
    falls_with(CONTROL, &lenient.join(";"), "after its end").await;
}
