//! ID-03: the control about other issuers, falling with what it checks switched off.

use super::{falls_with, without};

const CONTROL: &str = "identity.linking";

#[tokio::test]
async fn id_03_falls_when_a_matching_address_signs_in() {
    // What many servers do: whoever has the address is the person.
    let lenient = "create or replace function identity.sign_in_by_issuer(
            state bytea, of_subject text, called text, address text, has_authority boolean, asked_at timestamptz,
            session identity.new_session) returns table (outcome text, person uuid)
        language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
        declare
            known uuid := (select u.id from identity.users u where u.email = address);
        begin
            perform identity.begin_session(identity.first_org(known), known, session, false);
            return query select 'signed_in', known;
        end $$";
    falls_with(CONTROL, lenient, "an address alone: signed_in").await;
}

#[tokio::test]
async fn id_03_falls_when_any_browser_may_come_back() {
    let lenient = without(
        "identity.take_issuer_attempt",
        "attempt.browser_hash <> browser or",
    );
    falls_with(CONTROL, &lenient, "another browser was answered: taken").await;
}

#[tokio::test]
async fn id_03_falls_when_another_issuer_may_answer() {
    let lenient = without(
        "identity.take_issuer_attempt",
        "or attempt.issuer <> of_issuer",
    );
    falls_with(CONTROL, &lenient, "another issuer was answered: taken").await;
}

#[tokio::test]
async fn id_03_falls_when_an_answer_is_taken_twice() {
    let lenient = without(
        "identity.take_issuer_attempt",
        "or attempt.taken_at is not null",
    );
    falls_with(CONTROL, &lenient, "the same once more was answered: taken").await;
}

#[tokio::test]
async fn id_03_falls_when_another_session_may_finish_a_link() {
    let lenient = without(
        "identity.take_issuer_attempt",
        "and s.token_hash = presented",
    );
    falls_with(CONTROL, &lenient, "somebody else's link").await;
}

#[tokio::test]
async fn id_03_falls_when_the_web_process_may_answer_for_an_issuer() {
    let open = "grant execute on function identity.link_identity(bytea, uuid, text, text) to countersign_front";
    falls_with(CONTROL, open, "link_identity").await;
}
