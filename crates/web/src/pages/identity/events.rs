use axum::response::Response;
use identity::OwnEvent;
use kernel::{AuditEntryId, PageSize};
use serde::Deserialize;
use ui::component::Pages;
use ui::identity::{AccountEvent, AccountEvents};

use crate::extract::{Account, Query};
use crate::pages::answer::html;
use crate::pages::details::details;
use crate::problem::{Problem, kind};

/// Which events.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// Only those before this one.
    before: Option<String>,
}

/// What happened to the account of whoever asks, newest first.
pub(super) async fn show(
    mut account: Account,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let before = which.before.as_deref().map(str::parse::<AuditEntryId>);
    let before = before
        .transpose()
        .map_err(|_| Problem::new(kind::BAD_QUERY))?;
    let page = account.page().await?;
    let size = PageSize::default();
    let rows = identity::own_events(&mut account.tx, before, size).await?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|count| count == size.rows());
    let pages = Pages {
        newer: before.map(|_| "/account/events".to_owned()),
        older: rows
            .last()
            .filter(|_| is_full)
            .map(|last| format!("/account/events?before={}", last.id)),
    };
    html(&AccountEvents {
        page,
        events: rows.into_iter().map(shown).collect(),
        pages,
    })
}

fn shown(event: OwnEvent) -> AccountEvent {
    let is_program = matches!(event.actor_kind.as_str(), "api_key" | "access_token");
    AccountEvent {
        id: event.id,
        at: event.at,
        what: in_words(&event.action).to_owned(),
        action: event.action,
        subject: event.subject.unwrap_or_default(),
        details: details(serde_json::from_str(&event.details).unwrap_or_default()),
        is_program,
    }
}

/// What an action was, to the person whose account it is about. What is not here is shown as it stands.
const WORDS: &[(&str, &str)] = &[
    ("access.anonymous_key_created", "You made an anonymous key"),
    (
        "access.anonymous_key_revoked",
        "You revoked an anonymous key",
    ),
    (
        "access.anonymous_turned_off",
        "You turned anonymous access off",
    ),
    (
        "access.anonymous_turned_on",
        "You turned anonymous access on",
    ),
    ("access.api_key_created", "You made an API key"),
    ("access.api_key_revoked", "You revoked an API key"),
    (
        "access.asset_given",
        "You gave somebody access to a connection",
    ),
    (
        "access.asset_opened",
        "You set what everybody may do with a connection",
    ),
    (
        "access.asset_taken_back",
        "You took access to a connection back",
    ),
    ("access.operator_ended", "You ended an operator's access"),
    ("access.role_changed", "You changed a role"),
    ("access.role_made", "You made a role"),
    ("access.role_removed", "You removed a role"),
    ("access.service_key_created", "You made a service key"),
    ("access.service_key_revoked", "You revoked a service key"),
    ("access.team_joined", "You added somebody to a team"),
    ("access.team_left", "You took somebody out of a team"),
    ("access.team_made", "You made a team"),
    (
        "access.team_released",
        "You took a team over from the directory",
    ),
    ("access.team_removed", "You removed a team"),
    ("access.team_renamed", "You renamed a team"),
    ("identity.account_deleted", "You deleted the account"),
    ("identity.account_exported", "You exported your data"),
    (
        "identity.account_moved",
        "Whoever runs this server moved your account to another address",
    ),
    (
        "identity.address_lost",
        "Whoever owns its mail domain took back an address that you had not confirmed",
    ),
    ("identity.address_verified", "You confirmed your address"),
    (
        "identity.address_vouched",
        "Whoever runs this server vouched for your address",
    ),
    (
        "identity.authenticated_again",
        "You proved again who you are",
    ),
    (
        "identity.authenticator_added",
        "You set up an authenticator app",
    ),
    (
        "identity.authenticator_begun",
        "You began to set up an authenticator app",
    ),
    (
        "identity.authenticator_removed",
        "You removed the authenticator app",
    ),
    (
        "identity.certificate_added",
        "You added a certificate of an identity provider",
    ),
    (
        "identity.certificate_removed",
        "You took a certificate of an identity provider away",
    ),
    (
        "identity.code_wrong",
        "A wrong code of an authenticator app",
    ),
    ("identity.domain_added", "You added a mail domain"),
    (
        "identity.domain_held",
        "You checked a mail domain, and another organisation has it",
    ),
    (
        "identity.domain_not_verified",
        "You checked a mail domain, and its record was not there",
    ),
    ("identity.domain_removed", "You removed a mail domain"),
    ("identity.domain_verified", "You verified a mail domain"),
    (
        "identity.email_change_asked",
        "You asked for another address",
    ),
    (
        "identity.email_change_confirmed",
        "A mailbox agreed to another address",
    ),
    (
        "identity.email_change_stopped",
        "The change of address was stopped",
    ),
    (
        "identity.email_changed",
        "Your account moved to another address",
    ),
    (
        "identity.identity_linked",
        "You linked an account elsewhere",
    ),
    (
        "identity.identity_not_linked",
        "An account elsewhere was not linked",
    ),
    (
        "identity.identity_unlinked",
        "You unlinked an account elsewhere",
    ),
    ("identity.invitation_accepted", "You accepted an invitation"),
    ("identity.invitation_revoked", "You took an invitation back"),
    (
        "identity.invitation_sent_again",
        "You sent an invitation again",
    ),
    ("identity.invited", "You invited somebody"),
    (
        "identity.issuer_asked",
        "You went to an account elsewhere, to link it or to prove who you are",
    ),
    (
        "identity.issuer_not_linked",
        "An account elsewhere with your address was not let in: it is not linked",
    ),
    (
        "identity.issuer_wrong",
        "An account elsewhere did not prove who you are",
    ),
    (
        "identity.made_by_provider",
        "Your organisation's provider made the account",
    ),
    ("identity.member_changed", "You changed somebody's role"),
    ("identity.member_removed", "You removed somebody"),
    (
        "identity.organisation_deleted",
        "Your organisation was deleted with your account",
    ),
    ("identity.organisation_left", "You left an organisation"),
    ("identity.organisation_made", "You made an organisation"),
    ("identity.passkey_added", "You added a passkey"),
    (
        "identity.passkey_copied",
        "A passkey was refused: somebody may hold a copy",
    ),
    ("identity.passkey_given", "You gave a passkey"),
    ("identity.passkey_not_added", "A passkey was not added"),
    ("identity.passkey_removed", "You removed a passkey"),
    ("identity.passkey_renamed", "You renamed a passkey"),
    ("identity.passkey_wrong", "A passkey was not accepted"),
    ("identity.password_changed", "You changed your password"),
    (
        "identity.password_reset",
        "Your password was reset by a link in a mail",
    ),
    (
        "identity.password_wrong",
        "A wrong password, where you were asked who you are",
    ),
    ("identity.provider_added", "You added an identity provider"),
    (
        "identity.provider_removed",
        "You removed an identity provider",
    ),
    (
        "identity.provider_secret_kept",
        "You set the secret of an identity provider",
    ),
    ("identity.provider_tested", "You tried an identity provider"),
    (
        "identity.provider_turned_off",
        "You turned an identity provider off",
    ),
    (
        "identity.provider_turned_on",
        "You turned an identity provider on",
    ),
    ("identity.recovery_code_used", "You used a recovery code"),
    ("identity.recovery_code_wrong", "A wrong recovery code"),
    (
        "identity.recovery_codes_made",
        "You made new recovery codes",
    ),
    (
        "identity.reset_asked",
        "Somebody asked to reset your password",
    ),
    ("identity.second_factor_given", "You gave a second factor"),
    (
        "identity.second_factor_rule",
        "You set whether members need a second factor",
    ),
    ("identity.session_ended", "You ended a session"),
    (
        "identity.session_entered",
        "Your session went on in an organisation",
    ),
    ("identity.session_left", "Your session left an organisation"),
    ("identity.sign_in_failed", "A sign-in with a wrong password"),
    ("identity.sign_in_link_made", "You made a sign-in link"),
    ("identity.signed_in", "You signed in with your password"),
    (
        "identity.signed_in_by_issuer",
        "You signed in by an account elsewhere",
    ),
    ("identity.signed_in_by_link", "You signed in by a link"),
    (
        "identity.signed_in_by_passkey",
        "You signed in with a passkey",
    ),
    ("identity.signed_out", "You signed out"),
    ("identity.signed_up", "You made the account"),
    (
        "identity.sso_rule",
        "You set whether members come by the identity provider",
    ),
    (
        "identity.verification_asked",
        "You asked for the link that confirms your address",
    ),
    (
        "oauth.clients_limited",
        "You limited what AI clients may do",
    ),
    (
        "oauth.clients_unlimited",
        "You lifted the limit of what AI clients may do",
    ),
    ("oauth.code_refused", "An AI client's code was refused"),
    (
        "oauth.code_replayed",
        "An AI client's code came twice, and its access ended",
    ),
    ("oauth.consented", "You let an AI client in"),
    ("oauth.grant_begun", "An AI client began to act for you"),
    ("oauth.grant_ended", "An AI client's access ended"),
    (
        "oauth.grant_given_back",
        "An AI client gave its access back",
    ),
    ("oauth.grant_revoked", "You ended an AI client's access"),
    (
        "oauth.refresh_token_replayed",
        "An AI client's token came twice, and its access ended",
    ),
];

fn in_words(action: &str) -> &str {
    let known = WORDS.binary_search_by(|(name, _)| name.cmp(&action));
    known
        .ok()
        .and_then(|at| WORDS.get(at))
        .map_or(action, |(_, words)| words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_and_what_has_none_is_shown_as_it_stands() {
        assert!(WORDS.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(in_words("identity.signed_out"), "You signed out");
        assert_eq!(in_words("identity.unheard_of"), "identity.unheard_of");
    }
}
