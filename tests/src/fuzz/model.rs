//! Who may see and change what, in one page. Written from the claims, not from the policies.

use super::actor::Actor;

/// Whose rows of a table somebody sees.
#[derive(Debug, Clone, Copy)]
pub(super) enum Seen {
    /// Everybody's.
    All,
    /// The organisation's, by each of its members.
    Members,
    /// The organisation's, by who holds the permission.
    Holders(&'static str),
    /// One's own, in the organisation.
    Own,
    /// One's own, and the organisation's by who holds the permission.
    OwnOrHolders(&'static str),
    /// Rows that a condition of the table's own chooses; `{org}` and `{person}` stand in it.
    Where(&'static str),
    /// As `Where`, by who holds the permission.
    HoldersWhere(&'static str, &'static str),
    /// As `Where`, by who holds one of the two.
    HoldersOfEitherWhere(&'static str, &'static str, &'static str),
}

use Seen::{All, Holders, HoldersOfEitherWhere, HoldersWhere, Members, Own, OwnOrHolders, Where};

/// Of the colleagues who may see people everybody's; of the others their own, and whom proposals name.
const PEOPLE: &str = "id in (select user_id from identity.memberships where {people})";

/// Of those whose membership one sees.
const ROLES: &str = "org_id = '{org}' and ({all_roles} or id in (select role_id from identity.memberships where {people}))";

/// Of connections that one sees.
const OF_CONNECTIONS: &str = "org_id = '{org}'
    and connection_id in (select id from connectors.connections where {connections})";
/// Of connections that one sees at the broker.
const OF_USED: &str = "org_id = '{org}'
    and connection_id in (select id from connectors.connections where {used})";
/// Of logs that one sees.
const OF_LOGS: &str = "org_id = '{org}' and log_id in (select id from insight.logs where {logs})";
/// Of these, what an app told: it may tell it anew.
const RETOLD: &str =
    "org_id = '{org}' and key is not null and log_id in (select id from insight.logs where {logs})";
/// Of connections that one may view.
const OF_VIEWED: &str = "org_id = '{org}' and connection_id in ({viewed})";
/// Of connections that one may use.
const OF_EDITED: &str = "org_id = '{org}' and connection_id in ({edited})";
/// Of scans of these.
const OF_SCANS: &str = "org_id = '{org}'
    and log_id in (select log_id from connectors.scans where org_id = '{org}' and connection_id in ({edited}))";
/// Of proposals that one sees.
const DECISIONS: &str = "org_id = '{org}'
    and proposal_id in (select id from approvals.proposals where {proposals})";

/// Connections that somebody may view: theirs, everybody's, and what was given to them or their teams.
const VIEWED: &str = "select c.id from connectors.connections c
     where c.org_id = '{org}' and (c.everybody <> 'none' or c.user_id = '{person}' or exists (
        select from access.asset_grants g where g.connection_id = c.id and (g.user_id = '{person}' or g.team_id in (
            select t.team_id from access.team_members t where t.user_id = '{person}'))))";

/// Connections that one may use.
const EDITED: &str = "select c.id from connectors.connections c
     where c.org_id = '{org}' and (c.everybody = 'edit' or c.user_id = '{person}' or exists (
        select from access.asset_grants g where g.connection_id = c.id and g.access = 'edit'
            and (g.user_id = '{person}' or g.team_id in (
                select t.team_id from access.team_members t where t.user_id = '{person}'))))";

/// What the web process's login sees, bound to somebody. A table that is not here shows it nothing.
pub(super) const FRONT: &[(&str, Seen)] = &[
    ("access.anonymous_access", Holders("api_keys.read")),
    ("access.anonymous_keys", Holders("api_keys.read")),
    ("access.api_keys", Holders("api_keys.read")),
    (
        "access.asset_grants",
        HoldersWhere("connectors.read", OF_CONNECTIONS),
    ),
    ("access.operator_access", Holders("audit.read")),
    ("access.permissions", All),
    ("access.roles", Where(ROLES)),
    ("access.service_keys", Where("{service_keys}")),
    ("access.team_members", Holders("teams.read")),
    ("access.teams", Holders("teams.read")),
    (
        "approvals.decisions",
        HoldersWhere("approvals.read", DECISIONS),
    ),
    (
        "approvals.proposals",
        HoldersWhere("approvals.read", "{proposals}"),
    ),
    ("audit.checkpoints", All),
    ("audit.entries", Holders("audit.read")),
    ("audit.nodes", All),
    (
        "broker.calls",
        HoldersWhere("connectors.read", OF_CONNECTIONS),
    ),
    ("broker.files", HoldersWhere("insight.read", OF_LOGS)),
    ("broker.signing_keys", All),
    ("broker.token_keys", All),
    (
        "connectors.connections",
        HoldersWhere("connectors.read", "{connections}"),
    ),
    (
        "connectors.receipts",
        HoldersWhere("connectors.read", OF_CONNECTIONS),
    ),
    (
        "connectors.scan_calls",
        HoldersWhere("connectors.scan", OF_SCANS),
    ),
    (
        "connectors.scans",
        HoldersWhere("connectors.read", OF_VIEWED),
    ),
    ("identity.domains", Holders("organisation.manage")),
    (
        "identity.identities",
        Where("{at_a_browser} and user_id = '{person}'"),
    ),
    ("identity.invitations", Holders("people.invite")),
    (
        "identity.links",
        HoldersWhere("people.invite", "org_id = '{org}' and kind = 'invitation'"),
    ),
    ("identity.memberships", Where("{people}")),
    ("identity.organisations", Where("id = '{org}'")),
    (
        "identity.passkeys",
        Where("{at_a_browser} and user_id = '{person}'"),
    ),
    ("identity.provider_identities", Own),
    ("identity.providers", Holders("organisation.manage")),
    ("identity.provisioned", Holders("people.read")),
    ("identity.users", Where(PEOPLE)),
    ("insight.events", HoldersWhere("insight.read", OF_LOGS)),
    ("insight.logs", HoldersWhere("insight.read", "{logs}")),
    ("insight.names", HoldersWhere("insight.read", OF_LOGS)),
    ("jobs.jobs", Own),
    ("mail.outbox", OwnOrHolders("mail.manage")),
    (
        "oauth.clients",
        Where("id in (select client_id from oauth.grants where {grants})"),
    ),
    ("oauth.grants", Where("{grants}")),
    ("trust.evidence", All),
];

/// What the broker's login sees, bound to somebody.
pub(super) const BROKER: &[(&str, Seen)] = &[
    ("access.api_keys", Holders("api_keys.read")),
    ("access.permissions", All),
    ("approvals.blind_indexes", Members),
    ("approvals.proposals", Members),
    ("audit.checkpoints", All),
    ("audit.nodes", All),
    ("broker.authorizations", Own),
    ("broker.calls", Members),
    ("broker.credentials", Members),
    ("broker.data_keys", Members),
    ("broker.files", Members),
    ("broker.rotations", All),
    ("broker.secrets", Members),
    ("broker.server_keys", All),
    ("broker.signing_keys", All),
    ("broker.token_keys", All),
    // Whoever decides has what is decided sent.
    (
        "connectors.connections",
        HoldersOfEitherWhere("connectors.read", "approvals.read", "{used}"),
    ),
    (
        "connectors.receipts",
        HoldersWhere("connectors.read", OF_USED),
    ),
    ("identity.domains", Holders("organisation.manage")),
    ("identity.memberships", Where("{people}")),
    ("identity.organisations", Where("id = '{org}'")),
    ("identity.providers", Holders("organisation.manage")),
    ("identity.users", Where(PEOPLE)),
    ("jobs.jobs", Own),
];

/// The condition that chooses what `actor` sees.
pub(super) fn condition(seen: Option<Seen>, actor: &Actor) -> String {
    let org = "org_id = '{org}'".to_owned();
    let text = match seen {
        Some(All) => "true".to_owned(),
        Some(Members) => org,
        Some(Holders(permission) | OwnOrHolders(permission)) if actor.holds(permission) => org,
        Some(HoldersOfEitherWhere(one, other, condition))
            if actor.holds(one) || actor.holds(other) =>
        {
            condition.to_owned()
        }
        Some(Own | OwnOrHolders(_)) => format!("{org} and user_id = '{{person}}'"),
        Some(HoldersWhere(permission, condition)) if actor.holds(permission) => {
            condition.to_owned()
        }
        Some(Where(condition)) => condition.to_owned(),
        None | Some(Holders(_) | HoldersOfEitherWhere(..) | HoldersWhere(..)) => "false".to_owned(),
    };
    let all_roles = actor.holds("people.read") || actor.holds("roles.manage");
    text.replace("{all_roles}", &all_roles.to_string())
        .replace("{at_a_browser}", &actor.is_session().to_string())
        .replace("{grants}", &grants(actor))
        .replace("{people}", &people(actor))
        .replace(
            "{used}",
            &connections(actor, &["connectors.manage", "approvals.decide"]),
        )
        .replace("{connections}", &connections(actor, &["connectors.manage"]))
        .replace("{proposals}", &proposals(actor))
        .replace("{logs}", LOGS)
        .replace("{viewed}", VIEWED)
        .replace("{edited}", EDITED)
        .replace("{service_keys}", service_keys(actor))
        .replace("{org}", &actor.org.to_string())
        .replace("{person}", &actor.person.to_string())
}

/// Logs of nothing, and those of connections that one may view.
const LOGS: &str = "org_id = '{org}' and (connection_id is null or connection_id in ({viewed}))";

/// Connections: all of them to who holds one of these, else what one may view.
fn connections(actor: &Actor, all_to: &[&str]) -> String {
    if all_to.iter().any(|permission| actor.holds(permission)) {
        "org_id = '{org}'".to_owned()
    } else {
        "org_id = '{org}' and id in ({viewed})".to_owned()
    }
}

/// Proposals: all of them to who decides, else one's own and those through what one may view.
fn proposals(actor: &Actor) -> String {
    if actor.holds("approvals.decide") {
        "org_id = '{org}'".to_owned()
    } else {
        "org_id = '{org}' and (requester_person = '{person}' or connection_id in ({viewed}))"
            .to_owned()
    }
}

/// What AI clients were let in to: one's own at a browser, everybody's by who may look after it.
fn grants(actor: &Actor) -> String {
    if actor.holds("grants.read") {
        "org_id = '{org}'".to_owned()
    } else if actor.is_session() {
        "org_id = '{org}' and user_id = '{person}'".to_owned()
    } else {
        "false".to_owned()
    }
}

/// A key that no person stands behind reads its own name.
fn service_keys(actor: &Actor) -> &'static str {
    if actor.holds("api_keys.read") {
        "org_id = '{org}'"
    } else if actor.has_person() {
        "false"
    } else {
        "org_id = '{org}' and name = 'Fuzz'"
    }
}

/// Memberships: all of them to who may see people; else one's own, and whom visible proposals name.
fn people(actor: &Actor) -> String {
    let own = "user_id = '{person}'";
    let named = "user_id in (select requester_person from approvals.proposals where {proposals}
                  union select ended_by from approvals.proposals where {proposals}
                  union select user_id from approvals.decisions where proposal_id in (
                      select id from approvals.proposals where {proposals}))";
    let chosen = match (actor.holds("people.read"), actor.holds("approvals.read")) {
        (true, _) => "true".to_owned(),
        (false, true) => format!("({own} or {named})"),
        (false, false) => own.to_owned(),
    };
    format!("org_id = '{{org}}' and {chosen}")
}

/// A change by SQL that the web process's login has the right to try.
pub(super) struct Change {
    pub(super) statement: &'static str,
    pub(super) table: &'static str,
    /// The condition that chooses the rows which `actor` may change so.
    pub(super) reaches: fn(&Actor) -> Option<Seen>,
}

/// The rows of whoever holds it, at a browser.
fn at_a_browser(actor: &Actor, permission: &'static str) -> Option<Seen> {
    actor.is_session().then_some(Holders(permission))
}

pub(super) const CHANGES: &[Change] = &[
    Change {
        statement: "update access.api_keys set revoked_at = now()",
        table: "access.api_keys",
        reaches: |actor| at_a_browser(actor, "api_keys.manage"),
    },
    Change {
        statement: "update access.service_keys set revoked_at = now()",
        table: "access.service_keys",
        reaches: |actor| at_a_browser(actor, "api_keys.manage"),
    },
    Change {
        statement: "update access.anonymous_keys set revoked_at = now()",
        table: "access.anonymous_keys",
        reaches: |actor| at_a_browser(actor, "api_keys.manage"),
    },
    Change {
        statement: "update oauth.grants set ended_at = now(), ended_why = 'revoked'",
        table: "oauth.grants",
        reaches: |actor| actor.is_session().then_some(OwnOrHolders("grants.manage")),
    },
    Change {
        statement: "update connectors.scans set calls = calls",
        table: "connectors.scans",
        reaches: |_| Some(HoldersWhere("connectors.scan", OF_EDITED)),
    },
    Change {
        statement: "update connectors.scan_calls set pages = pages",
        table: "connectors.scan_calls",
        reaches: |_| Some(HoldersWhere("connectors.scan", OF_SCANS)),
    },
    Change {
        statement: "update insight.logs set state = state",
        table: "insight.logs",
        reaches: |_| Some(HoldersWhere("insight.import", "{logs}")),
    },
    Change {
        statement: "delete from insight.logs",
        table: "insight.logs",
        reaches: |_| Some(HoldersWhere("insight.import", "{logs}")),
    },
    Change {
        statement: "update insight.events set at = at",
        table: "insight.events",
        reaches: |_| Some(HoldersWhere("insight.import", RETOLD)),
    },
    Change {
        statement: "delete from insight.events",
        table: "insight.events",
        reaches: |_| Some(HoldersWhere("insight.import", OF_LOGS)),
    },
    Change {
        statement: "delete from insight.names",
        table: "insight.names",
        reaches: |_| Some(HoldersWhere("insight.import", OF_LOGS)),
    },
];

/// A row that the web process's login has the right to try to add, for `{org}` and `{person}`.
pub(super) struct Addition {
    pub(super) statement: &'static str,
    /// Whether `actor` may add it for itself.
    pub(super) is_allowed: fn(&Actor) -> bool,
}

pub(super) const ADDITIONS: &[Addition] = &[
    Addition {
        statement: "insert into identity.links (org_id, kind, user_id, token_hash, expires_at)
            values ('{org}', 'sign_in', '{person}', sha256(gen_random_uuid()::text::bytea), now() + interval '1 minute')",
        is_allowed: Actor::is_session,
    },
    Addition {
        statement: "insert into connectors.connections (id, org_id, user_id, app, name, purpose, instance, scopes_requested)
            values (gen_random_uuid(), '{org}', '{person}', 'tracker', 'x', 'read', '', '{}')",
        is_allowed: |actor| actor.holds("connectors.manage"),
    },
    Addition {
        statement: "insert into insight.logs (id, org_id, user_id, name, source)
            values (gen_random_uuid(), '{org}', '{person}', 'x', 'import')",
        is_allowed: |actor| actor.holds("insight.import"),
    },
    Addition {
        statement: "insert into jobs.jobs (id, org_id, user_id, queue, kind, payload)
            values (gen_random_uuid(), '{org}', '{person}', 'front', 'x.y', '{}')",
        is_allowed: Actor::has_person,
    },
    Addition {
        statement: "insert into access.service_keys (id, org_id, made_by, name, face, token_hash, scopes, expires_at)
            values (gen_random_uuid(), '{org}', '{person}', 'x', 'x', sha256(gen_random_uuid()::text::bytea),
                    '{insight.read}', now() + interval '1 day')",
        is_allowed: |actor| actor.is_session() && actor.holds("api_keys.manage"),
    },
    Addition {
        statement: "insert into access.api_keys (id, org_id, user_id, name, face, token_hash, scopes, expires_at)
            values (gen_random_uuid(), '{org}', '{person}', 'x', 'csk_x', sha256(gen_random_uuid()::text::bytea),
                    '{insight.read}', now() + interval '1 day')",
        is_allowed: |actor| actor.is_session() && actor.holds("api_keys.manage"),
    },
];
