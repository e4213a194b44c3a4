//! ID-08: the control about organisations' own providers, falling with what it checks switched off.

use super::{falls_with, instead, without};

const CONTROL: &str = "identity.sign_on";

#[tokio::test]
async fn id_08_falls_when_an_address_takes_an_account_over() {
    let lenient = instead(
        "identity.provider_newcomer",
        "if account.provisioned_by is not distinct",
        "if true or account.provisioned_by is not distinct",
    );
    falls_with(CONTROL, &lenient, "was told signed_in, where exists").await;
}

#[tokio::test]
async fn id_08_falls_when_any_domain_is_taken_for_the_organisations() {
    let lenient = without(
        "identity.is_own_address",
        "and d.verified_at is not null and d.domain = lower(split_part(address, '@', 2))",
    );
    falls_with(CONTROL, &lenient, "where outside was due").await;
}

#[tokio::test]
async fn id_08_falls_when_another_providers_answer_is_taken() {
    let lenient = without(
        "identity.take_issuer_attempt",
        "or attempt.issuer <> of_issuer",
    );
    falls_with(CONTROL, &lenient, "another provider was answered: taken").await;
}

#[tokio::test]
async fn id_08_falls_when_a_providers_session_is_the_accounts() {
    let lenient = instead(
        "identity.is_own",
        "return coalesce",
        "return true or coalesce",
    );
    falls_with(CONTROL, &lenient, "reached further than its organisation").await;
}

#[tokio::test]
async fn id_08_falls_when_the_web_process_verifies_domains() {
    let open = "grant execute on function identity.domain_checked(uuid, boolean, boolean) to countersign_front";
    falls_with(CONTROL, open, "domain_checked").await;
}
