//! Every kind of problem, once.

/// A kind of problem: the same status, code and sentence wherever it comes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The HTTP status.
    pub status: u16,
    /// Stable, for programs: `room.what`.
    pub code: &'static str,
    /// For people: what happened, and what to do about it.
    pub sentence: &'static str,
}

macro_rules! kinds {
    ($($constant:ident = $status:literal, $code:literal, $sentence:literal;)+) => {
        $(#[doc = $sentence]
        pub(crate) const $constant: Kind =
            Kind { status: $status, code: $code, sentence: $sentence };)+

        /// All of them, sorted by code.
        #[cfg(test)]
        pub(crate) const ALL: &[Kind] = &[$($constant),+];
    };
}

kinds! {
    ANONYMOUS_CLOSED = 503, "access.anonymous_closed", "Anonymous access is closed while a check of this server's row level security fails.";
    ANONYMOUS_NOT_OPENED = 409, "access.anonymous_not_opened", "Anonymous access stays off: row level security was not shown to hold within the last minutes.";
    ACCESS_FORBIDDEN = 403, "access.forbidden", "This needs a permission that you do not hold. Ask an admin of your organisation.";
    GRANT_BEYOND = 403, "access.grant_beyond", "This is not yours to give. Ask whoever made it, or who was given it to edit.";
    GRANT_INVALID = 422, "access.grant_invalid", "It cannot be given like this.";
    KEY_BEYOND_MAKER = 403, "access.key_beyond_maker", "A key cannot hold more than you do.";
    KEY_INVALID = 422, "access.key_invalid", "The key cannot be made like this.";
    ORIGIN_NOT_LISTED = 403, "access.origin_not_listed", "This key is for pages of other origins.";
    ROLE_BEYOND = 403, "access.role_beyond", "A role cannot be given more than you hold yourself, nor one above you be changed.";
    ROLE_INVALID = 422, "access.role_invalid", "The role cannot be made like this.";
    ROLE_NAME_TAKEN = 409, "access.role_name_taken", "Another role has that name.";
    SERVICE_KEY_IN_BROWSER = 403, "access.service_key_in_browser", "A browser sent this service key. It belongs on a server alone: revoke it, and make another one there.";
    TEAM_BEYOND = 403, "access.team_beyond", "This team was given what you do not hold yourself. Whoever does adds people to it.";
    TEAM_INVALID = 422, "access.team_invalid", "The team cannot be made like this.";
    TEAM_NAME_TAKEN = 409, "access.team_name_taken", "Another team has that name.";
    TEAM_PROVISIONED = 409, "access.team_provisioned", "This team is your directory’s: it says what the team is called and who is in it. Change it there, or take the team over.";
    KEY_TOO_OFTEN = 429, "access.too_many_requests", "This key asks more often than it may. Wait as long as Retry-After says.";
    APPROVAL_DECIDED_TWICE = 409, "approvals.decided_twice", "You have decided about this already.";
    APPROVAL_FOUR_EYES = 409, "approvals.four_eyes", "You proposed this yourself: somebody else must approve it.";
    APPROVAL_NOT_WAITING = 409, "approvals.not_waiting", "This proposal does not wait for that any more.";
    APPROVAL_NOT_YOURS = 403, "approvals.not_yours", "Only whoever proposed this, or a person who may decide, can revoke it.";
    APPROVAL_NOTE = 422, "approvals.note_too_long", "Keep the note under 1,000 characters.";
    APPROVAL_OTHER_PAYLOAD = 409, "approvals.other_payload", "What was shown is not what is proposed. Reload, and look again.";
    APPROVAL_PEOPLE_ONLY = 403, "approvals.people_only", "Only a person who may decide can do that, signed in at a browser.";
    SEARCH_INVALID = 422, "approvals.search_invalid", "This cannot be looked for.";
    NOT_IN_TREE = 409, "audit.not_in_tree", "This entry is not in the signed tree yet. Ask again in a moment.";
    BROKER_ARGUMENTS = 422, "broker.arguments", "The operation does not take these arguments.";
    BROKER_FAILED = 502, "broker.failed", "The connected app could not be asked.";
    BROKER_TIMED_OUT = 504, "broker.timed_out", "The connected app took too long to answer.";
    BROKER_BUSY = 503, "broker.unreachable", "The part of this server that talks to connected apps does not answer. Try again in a minute.";
    CONNECT_REFUSED = 400, "connectors.connect_refused", "The app did not give its consent.";
    CONNECTION_INVALID = 422, "connectors.connection_invalid", "The connection cannot be made like this.";
    CREDENTIAL_CLASS = 422, "connectors.credential_class", "This app takes no credential of this class. Its page under Connectors says which one it takes.";
    CREDENTIAL_INVALID = 422, "connectors.credential_invalid", "The credential was not kept.";
    NO_OPERATION = 404, "connectors.no_operation", "The app has no operation of that name.";
    NO_SCAN = 409, "connectors.no_scan", "This connection cannot be scanned now.";
    NOT_CONFIRMED = 422, "connectors.not_confirmed", "Nothing was disconnected: it was not confirmed.";
    SCAN_INVALID = 422, "connectors.scan_invalid", "Say what to scan.";
    UNKNOWN_APP = 404, "connectors.unknown_app", "This server has no manifest for an app of that name.";
    VIEW_ONLY = 403, "connectors.view_only", "You may see this connection, and not use it. Ask whoever connected it.";
    FILE_ALTERED = 500, "files.altered", "The stored file was altered or is missing, and was not opened. Ask whoever runs this server.";
    FILES_DISK_FULL = 507, "files.disk_full", "The disk that this server keeps files on has no room for this one. Ask whoever runs this server.";
    FILES_QUOTA = 422, "files.quota", "Your organisation's files take as much room as they may. Remove a log that is not needed, then import this one again.";
    FILES_SERVER_QUOTA = 507, "files.server_quota", "The files of this server take as much room as they may. Ask whoever runs this server.";
    FILE_STORE_FAILED = 503, "files.store_failed", "The place where this server keeps files failed. Try again in a minute.";
    ACCOUNT_EXISTS = 409, "identity.account_exists", "Your address has an account here, which this way in is not linked to. Sign in as before, or reset your password, and link it under Security.";
    ACCOUNT_INVALID = 422, "identity.account_invalid", "Some fields need another look.";
    ADDRESS_UNVERIFIED = 403, "identity.address_unverified", "They do not vouch for an address of yours, so nobody was signed in. Verify your address there, or use another way in.";
    ATTEMPT_FOREIGN = 403, "identity.attempt_foreign", "This sign-in was begun somewhere else: in another browser, by another person, or at another address. Nobody was signed in.";
    ATTEMPT_GONE = 422, "identity.attempt_gone", "That took too long, or was answered already. Begin again.";
    AUTHENTICATOR_EXISTS = 409, "identity.authenticator_exists", "An authenticator app is set up already. Remove it first.";
    HASHES_BUSY = 503, "identity.busy", "Too many people are signing in at this moment. Try again in a few seconds.";
    DNS_SILENT = 502, "identity.dns_silent", "DNS gave no answer about this domain. Try again in a minute.";
    DOMAIN_EXISTS = 409, "identity.domain_exists", "This domain is in the list already.";
    DOMAIN_INVALID = 422, "identity.domain_invalid", "This is no domain.";
    DOMAINS_FULL = 409, "identity.domains_full", "There are fifty domains, which is as many as can be. Remove one first.";
    FACTOR_IS_PROOF = 409, "identity.factor_is_proof", "You have a second factor: confirm with that, and not with the password.";
    IDENTITIES_FULL = 409, "identity.identities_full", "You have 20 linked accounts, which is as many as can be. Remove one first.";
    IDENTITY_TAKEN = 409, "identity.identity_taken", "That account is linked to somebody else here. Nothing was changed.";
    IDENTITY_YOURS = 409, "identity.identity_yours", "That account is linked to yours already.";
    INVITATION_INVALID = 422, "identity.invitation_invalid", "Nobody was invited. Some fields need another look.";
    ISSUER_CODE = 502, "identity.issuer_code", "They do not know the code that you brought. Begin again.";
    ISSUER_METADATA = 502, "identity.issuer_metadata", "What they publish about themselves is wrong. Whoever runs this server can find out more in its log.";
    ISSUER_MIXED_UP = 403, "identity.issuer_mixed_up", "The answer is in somebody else's name. Nobody was signed in; begin again.";
    ISSUER_OTHER = 403, "identity.issuer_other", "They mean somebody else than you. Nothing was changed.";
    ISSUER_REFUSED = 502, "identity.issuer_refused", "They refused this server. Whoever runs it can find out more in its log.";
    ISSUER_SAID_NO = 403, "identity.issuer_said_no", "You said no there. Nobody was signed in, and nothing was changed.";
    ISSUER_STALE = 403, "identity.issuer_stale", "They did not ask you who you are, so it proves nothing new. Use another way.";
    ISSUER_TOKEN = 502, "identity.issuer_token", "What they signed was not accepted. Nobody was signed in.";
    ISSUER_UNREACHABLE = 502, "identity.issuer_unreachable", "They cannot be asked at this moment. Try again in a minute, or use another way in.";
    LAST_OWNER = 409, "identity.last_owner", "This is the last owner. Make somebody else an owner first.";
    LAST_WAY_IN = 409, "identity.last_way_in", "Nothing else lets you in: it stays. Set a password first, or make a passkey.";
    SIGN_IN_LINK_DEAD = 401, "identity.link_dead", "This link was used already, or has expired. Ask for a new one.";
    LINK_DEAD = 410, "identity.link_gone", "This link was used already, or has expired. Ask for a new one.";
    MANY_ORGANISATIONS = 409, "identity.many_organisations", "You own 20 organisations, which is as many as can be.";
    MEMBER_INVALID = 422, "identity.member_invalid", "This role does not go with this level.";
    MEMBER_BEYOND = 403, "identity.no_higher", "You cannot change somebody above you, nor give more than you hold yourself.";
    NO_MAIL = 409, "identity.no_mail", "This server sends no mail, and this takes a link by mail. Ask whoever runs the server.";
    NO_ORGANISATION = 403, "identity.no_organisation", "This session acts in no organisation: you are in none, or it asks for its own single sign-on. See Organisations.";
    NO_PASSKEY = 409, "identity.no_passkey", "You have no passkey here. Use another way.";
    NO_PROVIDER = 422, "identity.no_provider", "No organisation has single sign-on for this address. Sign in with a password or a passkey.";
    NO_PROVIDER_ON = 409, "identity.no_provider_on", "Turn a provider on first.";
    NO_SECOND_FACTOR = 409, "identity.no_second_factor", "Set up a second factor of your own first.";
    NOT_OWN_SESSION = 409, "identity.not_own_session", "Your organisation's single sign-on began this session, and this is about your account itself. Sign out, and sign in with a way of your own; if you have none, set a password by mail.";
    NOT_RECENT = 403, "identity.not_recent", "This needs a fresh proof of who you are.";
    ORGANISATION_INVALID = 422, "identity.organisation_invalid", "The organisation cannot be called that.";
    PASSKEY_COPIED = 422, "identity.passkey_copied", "This passkey was not accepted: it says that it was used less often than we know. Somebody may hold a copy. Use another way in, and remove it.";
    PASSKEY_EXISTS = 409, "identity.passkey_exists", "This passkey is kept already.";
    PASSKEY_NAME = 422, "identity.passkey_name", "Give the passkey a name of 1 to 60 characters.";
    PASSKEY_REFUSED = 422, "identity.passkey_refused", "The passkey was not accepted. Try again, or use another way.";
    PASSKEY_STALE = 422, "identity.passkey_stale", "That took too long, or was answered already. Try again.";
    PASSKEY_UNKNOWN = 422, "identity.passkey_unknown", "This passkey is not known here, or not any more. Use another way.";
    PASSKEY_UNVERIFIED = 422, "identity.passkey_unverified", "The device did not check that it is you. Set a PIN, a fingerprint or a face on it, or sign in with your password.";
    PASSKEYS_FULL = 409, "identity.passkeys_full", "You have 20 passkeys, which is as many as can be. Remove one first.";
    PASSKEYS_OFF = 409, "identity.passkeys_off", "This server is reached by its IP address, and passkeys are made for names. Whoever runs it can give it one.";
    PROVIDER_EXISTS = 403, "identity.provider_exists", "Your address has an account here, and this provider is not linked to it. Sign in as you usually do, and link it: under Security, or beside the organisation under Organisations.";
    PROVIDER_INVALID = 422, "identity.provider_invalid", "The provider is not described as it should be.";
    PROVIDER_LINKED = 409, "identity.provider_linked", "The provider knows you as somebody else already. Unlink that first.";
    PROVIDER_NO_ADDRESS = 403, "identity.provider_no_address", "The provider does not say what your address is. Ask whoever runs it to send your address: the claim email, or in SAML the attribute mail.";
    PROVIDER_OFF = 403, "identity.provider_off", "This provider lets nobody in at the moment. Ask an admin of your organisation to turn it on.";
    PROVIDER_ON = 409, "identity.provider_on", "Turn the provider off first.";
    PROVIDER_OUTSIDE = 403, "identity.provider_outside", "Your address is of no domain that the organisation has shown to be its own. Ask an admin to invite you, or to verify the domain.";
    PROVIDER_REMOVED = 403, "identity.provider_removed", "You are not a member of this organisation any more. Ask an admin to invite you again.";
    PROVIDER_STRANGER = 403, "identity.provider_stranger", "The provider makes no accounts here, and nobody is linked to yours. Ask an admin to invite you.";
    PROVIDER_UNTESTED = 409, "identity.provider_untested", "Try the provider first: it is turned on once somebody has come back from it.";
    PROVIDERS_FULL = 409, "identity.providers_full", "There are ten providers, which is as many as can be. Remove one first.";
    SECOND_FACTOR_DUE = 401, "identity.second_factor_due", "Your password was right. Now your second factor is needed.";
    SECOND_FACTOR_KEPT = 409, "identity.second_factor_kept", "An organisation of yours asks for a second factor: it stays.";
    SIGNED_OUT = 401, "identity.signed_out", "Not signed in, or not any more.";
    STILL_CONNECTED = 409, "identity.still_connected", "Apps are connected to an organisation that goes along. Disconnect them first: once each has its receipt, try again.";
    TOO_MANY_TRIES = 429, "identity.too_many_tries", "Too many tries. Wait a moment before the next one.";
    UNKNOWN_ISSUER = 404, "identity.unknown_issuer", "Nobody of that name lets people in here.";
    UNVERIFIED = 403, "identity.unverified", "Confirm your address first, by the link that we sent there.";
    WRONG_CODE = 422, "identity.wrong_code", "That code is wrong, or was used already. Codes change every 30 seconds.";
    WRONG_PASSWORD = 401, "identity.wrong_password", "That address and password do not go together.";
    IMPORTS_BUSY = 503, "insight.imports_busy", "Other files are being read at this moment, or another one of yours is. Try again in a minute.";
    LOG_INVALID = 422, "insight.log_invalid", "The log cannot be made like this.";
    LOG_NOT_READING = 409, "insight.log_not_reading", "This log is not waiting for a file. Make a new one.";
    LOG_NOT_READY = 409, "insight.log_not_ready", "This log is still being read, or could not be read.";
    LOG_QUOTA = 422, "insight.log_quota", "Your organisation's logs hold as many events as they may. Remove one that is not needed, then import this one again.";
    LOG_REFUSED = 422, "insight.log_refused", "The file could not be read as an event log.";
    LOG_TAKEN = 409, "insight.log_taken", "A file is on its way to this log already, and stays on it. Wait until it is read, or make a new log.";
    UPLOAD_BROKEN = 400, "insight.upload_broken", "The file did not arrive whole. Nothing was stored; send it again.";
    OAUTH_NOTHING = 422, "oauth.nothing_to_give", "Nothing that this client asks for is yours to give: you hold none of it, or the organisation lets AI clients do none of it.";
    OAUTH_CLIENT = 400, "oauth.unknown_client", "No client of that name is registered here. Nothing was sent back to it; start again there.";
    OAUTH_REDIRECT = 400, "oauth.unknown_redirect", "The client asked to be answered at an address that is not its own. Nothing was sent there.";
    SCIM_NOT_IMPLEMENTED = 501, "scim.not_implemented", "This part of SCIM is not served here: ServiceProviderConfig says what is.";
    SCIM_OWN_ADDRESS = 400, "scim.own_address", "The account is its person’s own: they change its address themselves, under Profile, and the directory says it afterwards.";
    SCIM_OWNER = 403, "scim.owner", "An owner is made inactive or removed by people alone: have an owner change their role first.";
    SCIM_REFUSED = 400, "scim.refused", "This is no request that SCIM has a meaning for.";
    SCIM_TOO_MANY_INVITATIONS = 429, "scim.too_many_invitations", "Too many people were invited. Try again later.";
    SCIM_VERSION = 412, "scim.version", "It has changed since: read it again.";
    BEARER_ON_PAGE = 400, "web.bearer_on_page", "Pages take no API keys. Use the API below /api/v1.";
    BAD_BODY = 400, "web.body", "The body did not arrive whole. Send it again.";
    CONTENT_TYPE = 415, "web.content_type", "This takes application/json.";
    CROSS_SITE = 403, "web.cross_site", "This request came from another site. Open the page here and try again.";
    FORGED = 403, "web.csrf", "The form's token is missing or too old. Reload the page and try again.";
    BAD_FORM = 400, "web.form", "The form did not arrive whole. Reload the page and try again.";
    INTERNAL = 500, "web.internal", "Something broke on our side. It is logged under the request's number.";
    INVALID_BODY = 422, "web.invalid_body", "The body does not have the fields that this takes.";
    BAD_QUERY = 400, "web.invalid_query", "The query does not have the parameters that this takes.";
    MALFORMED_JSON = 400, "web.malformed_json", "The body is not JSON with one meaning.";
    METHOD_NOT_ALLOWED = 405, "web.method_not_allowed", "This address takes other methods; see Allow.";
    NOT_FOUND = 404, "web.not_found", "There is nothing here, or nothing that is yours to see.";
    TIMED_OUT = 503, "web.timed_out", "This took longer than a request may. Try again in a minute.";
    TOO_LARGE = 413, "web.too_large", "This is larger than it may be.";
    TWO_HOSTS = 400, "web.two_hosts", "The request names more than one host.";
    UNAVAILABLE = 503, "web.unavailable", "The database is busy or away. Try again in a few seconds.";
    WRONG_HOST = 421, "web.wrong_host", "This server is not known under that name.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_unique_and_of_the_form_room_what() {
        assert!(ALL.is_sorted_by(|a, b| a.code < b.code));
        for kind in ALL {
            let (room, what) = kind.code.split_once('.').unwrap();
            assert!(
                room.bytes()
                    .chain(what.bytes())
                    .all(|b| b.is_ascii_lowercase() || b == b'_')
            );
            assert!((400..600).contains(&kind.status), "{}", kind.code);
            assert!(kind.sentence.ends_with('.'), "{}", kind.code);
        }
    }
}
