//! Every permission, once. Extractors name its constants, `countersign migrate` writes it into
//! `access.permissions` for the policies, and pages ask the bound principal for the same names.

use sqlx::postgres::PgConnection;

/// A `resource.action` with the least level (claims AC-03) that holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permission {
    /// The name in every layer.
    pub name: &'static str,
    /// 100 Super Admin, 80 Admin, 60 Manager, 40 User, 30 Learner, 20 Viewer.
    pub least_level: i32,
    /// Whether an API key, an AI client or a job may hold it: `PEOPLE`, `PROGRAMS` or `SERVICES`.
    pub for_programs: bool,
    /// Whether a service key may hold it, and no program that acts for a person: `SERVICES`.
    pub for_services: bool,
    /// Whether a reviewer holds it, whatever the level: `REVIEWERS` or `MEMBERS`.
    pub for_reviewers: bool,
    /// What it allows, in a sentence for the page where keys are made.
    pub allows: &'static str,
}

/// People alone, at a browser: deciding (AG-01), and whatever lets a credential outlive or widen itself.
const PEOPLE: (bool, bool) = (false, false);
/// Programs as well.
const PROGRAMS: (bool, bool) = (true, false);
/// Service keys, which nobody stands behind, to whom people at a browser give it. A program that acts for a
/// person never holds it.
const SERVICES: (bool, bool) = (false, true);
/// Whoever's level reaches it, but for reviewers.
const MEMBERS: bool = false;
/// Reviewers as well: what is up for review, and nothing else (AC-04).
const REVIEWERS: bool = true;

macro_rules! catalogue {
    ($($constant:ident = $name:literal, $level:literal, $programs:ident, $reviewers:ident, $allows:literal;)+) => {
        $(#[doc = $allows]
        pub const $constant: Permission = Permission {
            name: $name,
            least_level: $level,
            for_programs: $programs.0,
            for_services: $programs.1,
            for_reviewers: $reviewers,
            allows: $allows,
        };)+

        /// All of them, sorted by name.
        pub const ALL: &[Permission] = &[$($constant),+];
    };
}

catalogue! {
    API_KEYS_MANAGE = "api_keys.manage", 80, PEOPLE, MEMBERS, "Make and revoke API keys.";
    API_KEYS_READ = "api_keys.read", 60, PROGRAMS, MEMBERS, "See which API keys exist.";
    APPROVALS_DECIDE = "approvals.decide", 60, PEOPLE, REVIEWERS, "Approve and reject proposed writes.";
    APPROVALS_PROPOSE = "approvals.propose", 40, PROGRAMS, MEMBERS, "Propose a write for somebody to approve.";
    APPROVALS_READ = "approvals.read", 40, PROGRAMS, REVIEWERS, "See proposed writes and what became of them.";
    AUDIT_READ = "audit.read", 80, PROGRAMS, MEMBERS, "Read the organisation's audit log.";
    CONNECTORS_MANAGE = "connectors.manage", 80, PROGRAMS, MEMBERS, "Connect and disconnect apps.";
    CONNECTORS_READ = "connectors.read", 40, PROGRAMS, MEMBERS, "See the connected apps and their calls.";
    CONNECTORS_SCAN = "connectors.scan", 80, PROGRAMS, MEMBERS, "Read the history of connected apps into event logs.";
    CONNECTORS_SHARE = "connectors.share", 40, PEOPLE, MEMBERS, "Say who may see and use a connection that is yours to give.";
    GRANTS_MANAGE = "grants.manage", 80, PEOPLE, MEMBERS, "Revoke what people let AI clients do.";
    GRANTS_READ = "grants.read", 80, PROGRAMS, MEMBERS, "See what people let AI clients do.";
    INSIGHT_IMPORT = "insight.import", 40, PROGRAMS, MEMBERS, "Import and remove event logs.";
    INSIGHT_READ = "insight.read", 20, PROGRAMS, MEMBERS, "Read event logs' statistics.";
    MAIL_MANAGE = "mail.manage", 80, PROGRAMS, MEMBERS, "See which mails were sent to whom, and send them again.";
    ORGANISATION_MANAGE = "organisation.manage", 80, PEOPLE, MEMBERS, "Change the organisation's rules.";
    PEOPLE_INVITE = "people.invite", 80, PEOPLE, MEMBERS, "Invite people to the organisation.";
    PEOPLE_MANAGE = "people.manage", 80, PEOPLE, MEMBERS, "Change roles, and remove people from the organisation.";
    PEOPLE_PROVISION = "people.provision", 80, SERVICES, MEMBERS, "Add, suspend and remove people and teams as a directory says (SCIM).";
    PEOPLE_READ = "people.read", 20, PROGRAMS, MEMBERS, "See who is in the organisation.";
    ROLES_MANAGE = "roles.manage", 80, PEOPLE, MEMBERS, "Make, change and remove roles.";
    TEAMS_MANAGE = "teams.manage", 80, PEOPLE, MEMBERS, "Make, rename and remove teams, and say who is in them.";
    TEAMS_READ = "teams.read", 20, PROGRAMS, MEMBERS, "See the organisation's teams and who is in them.";
}

/// The permission of that name.
pub fn find(name: &str) -> Option<&'static Permission> {
    ALL.iter().find(|permission| permission.name == name)
}

/// What a level is called (AC-03).
pub const fn level_name(level: i32) -> &'static str {
    match level {
        100 => "Super admin",
        80 => "Admin",
        60 => "Manager",
        40 => "User",
        30 => "Learner",
        _ => "Viewer",
    }
}

/// What a standing gives: the rule of the function `access.standing` in the database, for pages that
/// offer no more than that would take, and for the control that compares the two.
pub fn of_standing(role: &str, level: i32) -> impl Iterator<Item = &'static Permission> {
    let is_reviewer = role == "REVIEWER";
    ALL.iter().filter(move |permission| {
        if is_reviewer {
            permission.for_reviewers
        } else {
            permission.least_level <= level
        }
    })
}

/// Writes the catalogue into the database, as the tables' owner: what is new comes, what is gone goes.
pub async fn write(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    use sqlx::Connection as _;
    use sqlx::Executor as _;
    let names: Vec<String> = ALL.iter().map(|p| p.name.to_owned()).collect();
    let levels: Vec<i32> = ALL.iter().map(|p| p.least_level).collect();
    let for_programs: Vec<bool> = ALL.iter().map(|p| p.for_programs).collect();
    let for_services: Vec<bool> = ALL.iter().map(|p| p.for_services).collect();
    let for_reviewers: Vec<bool> = ALL.iter().map(|p| p.for_reviewers).collect();
    let mut tx = connection.begin().await?;
    tx.execute("set local role countersign_owner").await?;
    sqlx::query!(
        "delete from access.permissions where name <> all ($1)",
        &names
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into access.permissions (name, least_level, for_programs, for_services, for_reviewers)
         select * from unnest($1::text[], $2::int[], $3::boolean[], $4::boolean[], $5::boolean[])
         on conflict (name) do update
            set least_level = excluded.least_level, for_programs = excluded.for_programs,
                for_services = excluded.for_services, for_reviewers = excluded.for_reviewers",
        &names,
        &levels,
        &for_programs,
        &for_services,
        &for_reviewers,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_unique_and_of_the_form_resource_action() {
        assert!(ALL.is_sorted_by(|a, b| a.name < b.name));
        for permission in ALL {
            let (resource, action) = permission.name.split_once('.').unwrap();
            assert!(
                resource
                    .bytes()
                    .chain(action.bytes())
                    .all(|b| b.is_ascii_lowercase() || b == b'_')
            );
            assert!([100, 80, 60, 40, 30, 20].contains(&permission.least_level));
        }
    }
}
