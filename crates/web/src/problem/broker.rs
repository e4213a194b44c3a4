use broker::protocol::Failure;
use broker::socket::CallError;

use super::{Problem, kind};

impl From<CallError> for Problem {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Unreachable(_) => Self::new(kind::BROKER_BUSY).retry_after(30),
            CallError::TimedOut => Self::new(kind::BROKER_TIMED_OUT),
            CallError::Failed(failure) => failed(failure),
            CallError::Unexpected => Self::new(kind::INTERNAL).because("broker.unexpected_answer"),
        }
    }
}

/// The broker's own code and sentence, under the status that fits it. What is not listed went wrong
/// on the way to the app: 502.
fn failed(failure: Failure) -> Problem {
    let status = match failure.code.as_str() {
        // By the same path as a made-up identifier.
        "connectors.not_found" | "approvals.not_found" | "identity.unknown_domain" => {
            return Problem::new(kind::NOT_FOUND);
        }
        "broker.unauthenticated" => return Problem::new(kind::SIGNED_OUT),
        "identity.second_factor_due" => return Problem::new(kind::SECOND_FACTOR_DUE),
        "identity.not_own_session" => return Problem::new(kind::NOT_OWN_SESSION),
        "identity.factor_is_proof" => return Problem::new(kind::FACTOR_IS_PROOF),
        "identity.not_recent" => return Problem::new(kind::NOT_RECENT),
        "identity.authenticator_exists" => return Problem::new(kind::AUTHENTICATOR_EXISTS),
        "identity.no_passkey" => return Problem::new(kind::NO_PASSKEY),
        "identity.passkey_copied" => return Problem::new(kind::PASSKEY_COPIED),
        "identity.passkey_exists" => return Problem::new(kind::PASSKEY_EXISTS),
        "identity.passkey_refused" => return Problem::new(kind::PASSKEY_REFUSED),
        "identity.passkey_stale" => return Problem::new(kind::PASSKEY_STALE),
        "identity.passkey_unknown" => return Problem::new(kind::PASSKEY_UNKNOWN),
        "identity.passkey_unverified" => return Problem::new(kind::PASSKEY_UNVERIFIED),
        "identity.passkeys_full" => return Problem::new(kind::PASSKEYS_FULL),
        "identity.passkeys_off" => return Problem::new(kind::PASSKEYS_OFF),
        "connectors.view_only" => return Problem::new(kind::VIEW_ONLY),
        "identity.account_exists" => return Problem::new(kind::ACCOUNT_EXISTS),
        "identity.address_unverified" => return Problem::new(kind::ADDRESS_UNVERIFIED),
        "identity.attempt_foreign" => return Problem::new(kind::ATTEMPT_FOREIGN),
        "identity.attempt_gone" => return Problem::new(kind::ATTEMPT_GONE),
        "identity.identities_full" => return Problem::new(kind::IDENTITIES_FULL),
        "identity.identity_taken" => return Problem::new(kind::IDENTITY_TAKEN),
        "identity.identity_yours" => return Problem::new(kind::IDENTITY_YOURS),
        "identity.issuer_code" => return Problem::new(kind::ISSUER_CODE),
        "identity.issuer_metadata" => return Problem::new(kind::ISSUER_METADATA),
        "identity.issuer_mixed_up" => return Problem::new(kind::ISSUER_MIXED_UP),
        "identity.issuer_other" => return Problem::new(kind::ISSUER_OTHER),
        "identity.issuer_refused" => return Problem::new(kind::ISSUER_REFUSED),
        "identity.issuer_said_no" => return Problem::new(kind::ISSUER_SAID_NO),
        "identity.issuer_stale" => return Problem::new(kind::ISSUER_STALE),
        "identity.issuer_token" => return Problem::new(kind::ISSUER_TOKEN),
        "identity.issuer_unreachable" => return Problem::new(kind::ISSUER_UNREACHABLE),
        "identity.dns_silent" => return Problem::new(kind::DNS_SILENT),
        "identity.provider_exists" => return Problem::new(kind::PROVIDER_EXISTS),
        "identity.provider_linked" => return Problem::new(kind::PROVIDER_LINKED),
        "identity.provider_no_address" => return Problem::new(kind::PROVIDER_NO_ADDRESS),
        "identity.provider_off" => return Problem::new(kind::PROVIDER_OFF),
        "identity.provider_outside" => return Problem::new(kind::PROVIDER_OUTSIDE),
        "identity.provider_removed" => return Problem::new(kind::PROVIDER_REMOVED),
        "identity.provider_stranger" => return Problem::new(kind::PROVIDER_STRANGER),
        "identity.unknown_issuer" => return Problem::new(kind::UNKNOWN_ISSUER),
        "files.not_found" => return Problem::new(kind::NOT_FOUND),
        "insight.log_not_reading" => return Problem::new(kind::LOG_NOT_READING),
        "insight.upload_broken" => return Problem::new(kind::UPLOAD_BROKEN),
        "insight.log_taken" => return Problem::new(kind::LOG_TAKEN),
        "files.server_quota" => return Problem::new(kind::FILES_SERVER_QUOTA),
        "files.disk_full" => return Problem::new(kind::FILES_DISK_FULL),
        "files.quota" => return Problem::new(kind::FILES_QUOTA),
        "files.altered" => return Problem::new(kind::FILE_ALTERED),
        "files.store_failed" => return Problem::new(kind::FILE_STORE_FAILED),
        "broker.forbidden" => return Problem::new(kind::ACCESS_FORBIDDEN),
        // Logged by the broker, which knows more.
        "broker.vault" | "broker.database" => {
            return Problem::new(kind::INTERNAL).because(failure.code);
        }
        // The app was not asked.
        "broker.arguments" => {
            return Problem::new(kind::BROKER_ARGUMENTS).saying(failure.message);
        }
        "connectors.credential_class" => return Problem::new(kind::CREDENTIAL_CLASS),
        "connectors.credential_form"
        | "connectors.credential_refused"
        | "connectors.key_form"
        | "connectors.key_refused"
        | "connectors.key_cannot_sign" => {
            return Problem::new(kind::CREDENTIAL_INVALID)
                .coded(422, failure.code)
                .field("credential", failure.message);
        }
        "connectors.key_of"
        | "connectors.installation_gone"
        | "connectors.installation_suspended"
        | "connectors.permissions_missing" => {
            return Problem::new(kind::CREDENTIAL_INVALID)
                .coded(422, failure.code)
                .field("installation", failure.message);
        }
        "connectors.credential_user" => {
            return Problem::new(kind::CREDENTIAL_INVALID)
                .coded(422, failure.code)
                .field("user", failure.message);
        }
        "connectors.no_operation" => return Problem::new(kind::NO_OPERATION),
        "broker.approval_required"
        | "broker.not_a_write"
        | "broker.read_connection"
        | "broker.payload_changed"
        | "connectors.no_manifest"
        | "connectors.not_connected"
        | "connectors.reconnect"
        | "connectors.dead_state"
        | "connectors.instance_not_granted"
        | "connectors.issuer"
        | "connectors.no_client_secret" => 409,
        // The app renewed no token, or a key management service is away: everything stays as it is.
        "connectors.refresh_put_off"
        | "connectors.refresh_too_long"
        | "broker.busy"
        | "broker.keys_unreachable" => 503,
        // What a provider of SAML sent, which the browser carried.
        code if code.starts_with("saml.") => 403,
        _ => kind::BROKER_FAILED.status,
    };
    Problem::new(kind::BROKER_FAILED)
        .coded(status, failure.code)
        .saying(failure.message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(code: &str) -> Problem {
        let failure = Failure {
            code: code.to_owned(),
            message: "why".to_owned(),
            wait_seconds: None,
            status: None,
        };
        Problem::from(CallError::Failed(failure))
    }

    #[test]
    fn somebody_elses_connection_answers_like_a_made_up_one() {
        assert_eq!(
            problem("connectors.not_found"),
            Problem::new(kind::NOT_FOUND)
        );
        assert_eq!(
            problem("approvals.not_found"),
            Problem::new(kind::NOT_FOUND)
        );
    }

    #[test]
    fn the_brokers_code_reaches_whoever_asked() {
        let reconnect = problem("connectors.reconnect");
        assert_eq!(
            (reconnect.status(), reconnect.code()),
            (409, "connectors.reconnect")
        );
        let refused = problem("egress.refused_address");
        assert_eq!(
            (refused.status(), refused.code()),
            (502, "egress.refused_address")
        );
    }

    #[test]
    fn what_never_reached_the_app_does_not_say_that_it_could_not_be_asked() {
        let arguments = problem("broker.arguments");
        assert_eq!(
            (arguments.kind(), arguments.status(), arguments.sentence()),
            (&kind::BROKER_ARGUMENTS, 422, "why")
        );
        let operation = problem("connectors.no_operation");
        assert_eq!(
            (operation.kind(), operation.status()),
            (&kind::NO_OPERATION, 404)
        );
    }

    #[test]
    fn a_failing_vault_says_nothing_of_itself() {
        assert_eq!(problem("broker.vault").sentence(), kind::INTERNAL.sentence);
    }
}
