//! Where a person's data is, and what becomes of it: one list, which a test holds against the database's
//! catalogue. A new table that names a person is in it, or the test fails.

/// What becomes of a table's rows of a person whose account is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtDeletion {
    /// They are removed.
    Removed,
    /// They stay under the person's identifier, without what these columns said.
    Blanked(&'static [&'static str]),
    /// They stay under the person's identifier, which leads to no name and no address any more; why.
    Kept(&'static str),
}

/// A table that names people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Personal {
    /// `schema.table`
    pub table: &'static str,
    /// The part of the export that holds a person's rows; none where they say nothing of them, and why.
    pub part: Result<&'static str, &'static str>,
    /// What becomes of them.
    pub at_deletion: AtDeletion,
}

use AtDeletion::{Blanked, Kept, Removed};

const fn row(
    table: &'static str,
    part: Result<&'static str, &'static str>,
    at_deletion: AtDeletion,
) -> Personal {
    Personal {
        table,
        part,
        at_deletion,
    }
}

const MADE: AtDeletion = Kept("it is the organisation's, and says who made it");

/// Every table that names people, and what `identity.export_account` and `identity.forget_person` do with it.
pub const PERSONAL: &[Personal] = &[
    row(
        "access.anonymous_access",
        Err("a switch of the organisation's; the log says who turned it"),
        MADE,
    ),
    row("access.anonymous_keys", Ok("keys_made"), MADE),
    row("access.api_keys", Ok("api_keys"), Removed),
    row(
        "access.asset_grants",
        Ok("asset_grants"),
        Kept("those to a person end with the membership; others say who gave them"),
    ),
    row(
        "access.operator_access",
        Err("what an operator did, told to the organisation"),
        Kept("it says who of the organisation ended it"),
    ),
    row(
        "access.provisioned_members",
        Err("how a directory groups its people"),
        Kept("it ends with what the directory says of them"),
    ),
    row("access.roles", Ok("roles_made"), MADE),
    row("access.service_keys", Ok("keys_made"), MADE),
    row(
        "access.team_members",
        Ok("teams"),
        Kept("it ends with the membership"),
    ),
    row("access.teams", Err("the organisation's"), MADE),
    row(
        "approvals.decisions",
        Ok("decisions"),
        Blanked(&["address", "client"]),
    ),
    row(
        "approvals.proposals",
        Ok("proposals"),
        Kept("what the organisation sent, and who answers for it"),
    ),
    row(
        "audit.entries",
        Ok("events"),
        Kept(
            "the log only grows; of people it holds identifiers, and what they decided from: a network address and a browser",
        ),
    ),
    row(
        "broker.authorizations",
        Err("a round trip of some minutes, for a connection that is in the export"),
        Kept("it names nobody but by identifier"),
    ),
    row("connectors.connections", Ok("connections"), MADE),
    row(
        "connectors.receipts",
        Err("the organisation's"),
        Kept("it names nobody but by identifier"),
    ),
    row("identity.authenticators", Ok("authenticators"), Removed),
    row("identity.devices", Ok("devices"), Removed),
    row("identity.email_changes", Ok("address_changes"), Removed),
    row("identity.factor_tries", Ok("wrong_tries"), Removed),
    row("identity.identities", Ok("identities"), Removed),
    row(
        "identity.invitations",
        Ok("invitations"),
        Blanked(&["email"]),
    ),
    row(
        "identity.issuer_attempts",
        Err("a round trip of ten minutes"),
        Removed,
    ),
    row("identity.links", Ok("links"), Removed),
    row(
        "identity.memberships",
        Ok("organisations"),
        Kept("it is ended; what was done in the organisation hangs on it"),
    ),
    row(
        "identity.passkey_challenges",
        Err("a random number of five minutes"),
        Removed,
    ),
    row("identity.passkeys", Ok("passkeys"), Removed),
    row(
        "identity.provider_identities",
        Ok("provider_identities"),
        Removed,
    ),
    row("identity.provisioned", Ok("provisioned"), Removed),
    row("identity.recovery_codes", Ok("recovery_codes"), Removed),
    row("identity.sessions", Ok("sessions"), Removed),
    row(
        "identity.users",
        Ok("account"),
        Blanked(&["email", "name", "password_parameters"]),
    ),
    row("insight.logs", Ok("logs"), MADE),
    row("jobs.jobs", Ok("jobs"), Removed),
    row("mail.outbox", Ok("mail"), Removed),
    row("oauth.codes", Err("a code of a minute"), Removed),
    row("oauth.device_codes", Err("a code of ten minutes"), Removed),
    row("oauth.grants", Ok("ai_clients"), Removed),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_table_stands_once_and_in_order() {
        assert!(PERSONAL.is_sorted_by(|a, b| a.table < b.table));
    }
}
