//! Rows that are one person's alone (AC-06): not even an organisation's admin reads another's. One list,
//! which the control `access.private_rows` holds against the database's catalogue: a new table that names
//! a person is in it, or in the list of what colleagues share, or the control fails.

/// How a table keeps people's rows apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// A restrictive policy on this column, for every login that may read the table: whatever other
    /// policies let in, the row has to be the bound person's.
    ByPerson(&'static str),
    /// The same, where rows that are nobody's are left to the table's other policies.
    ByPersonIfAny(&'static str),
    /// No login may read any of its columns: definer functions alone do, for the bound person.
    Unread,
}

/// Tables whose rows are private, with how each is kept so.
pub const PRIVATE: &[(&str, Kept)] = &[
    ("broker.authorizations", Kept::ByPerson("user_id")),
    ("identity.authenticators", Kept::Unread),
    ("identity.devices", Kept::Unread),
    ("identity.email_changes", Kept::Unread),
    ("identity.factor_tries", Kept::Unread),
    ("identity.identities", Kept::ByPerson("user_id")),
    ("identity.issuer_attempts", Kept::Unread),
    // An invitation's link is nobody's yet.
    ("identity.links", Kept::ByPersonIfAny("user_id")),
    ("identity.passkey_challenges", Kept::Unread),
    ("identity.passkeys", Kept::ByPerson("user_id")),
    ("identity.provider_identities", Kept::ByPerson("user_id")),
    ("identity.recovery_codes", Kept::Unread),
    ("identity.sessions", Kept::Unread),
    ("jobs.jobs", Kept::ByPerson("user_id")),
    ("oauth.access_tokens", Kept::Unread),
    ("oauth.codes", Kept::Unread),
    ("oauth.device_codes", Kept::Unread),
    ("oauth.refresh_tokens", Kept::Unread),
];

/// Tables that name a person, and are no person's own: why colleagues may see their rows.
pub const SHARED: &[(&str, &str)] = &[
    (
        "access.anonymous_access",
        "it says who opened the organisation, to those who see its keys",
    ),
    (
        "access.anonymous_keys",
        "a key is the organisation's; it says who made it",
    ),
    (
        "access.api_keys",
        "a key is the organisation's; it says who made it",
    ),
    (
        "access.asset_grants",
        "whoever sees a thing sees to whom it was given, and by whom",
    ),
    (
        "access.operator_access",
        "who reads the log sees who looked in from outside, and who ended it",
    ),
    (
        "access.provisioned_members",
        "who is in which team, as the directory says; no login reads it",
    ),
    (
        "access.roles",
        "a role is the organisation's; it says who made it",
    ),
    (
        "access.service_keys",
        "a key is the organisation's; it says who made it",
    ),
    ("access.team_members", "colleagues see who is in which team"),
    (
        "access.teams",
        "a team is the organisation's; it says who made it",
    ),
    (
        "approvals.decisions",
        "whoever may see a proposal sees who decided about it",
    ),
    ("approvals.proposals", "whoever decides sees who asks"),
    (
        "audit.entries",
        "the log says who did what, to those who may read it",
    ),
    (
        "connectors.connections",
        "a connection is the organisation's; it says who made it",
    ),
    (
        "connectors.receipts",
        "whoever sees a connection sees who ended it",
    ),
    (
        "identity.invitations",
        "who may invite sees who is invited, and by whom",
    ),
    (
        "identity.memberships",
        "colleagues see who belongs to their organisation",
    ),
    (
        "identity.provisioned",
        "who sees people sees whom the directory looks after; what it says of them no login reads",
    ),
    (
        "insight.logs",
        "a log is the organisation's; it says who imported it",
    ),
    (
        "mail.outbox",
        "recipients, kinds and states, for admins who find out why a mail did not arrive; no content and no link",
    ),
    (
        "oauth.grants",
        "admins see and end what people let AI clients do; tokens are in tables of their own",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_table_is_both_private_and_shared() {
        assert!(PRIVATE.is_sorted_by_key(|(table, _)| *table));
        assert!(SHARED.is_sorted_by_key(|(table, _)| *table));
        for (table, _) in PRIVATE {
            assert!(SHARED.iter().all(|(shared, _)| shared != table), "{table}");
        }
    }
}
