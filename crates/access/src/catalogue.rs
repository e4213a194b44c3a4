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
    /// What it allows, in a sentence for the page where keys are made.
    pub allows: &'static str,
}

macro_rules! catalogue {
    ($($constant:ident = $name:literal, $level:literal, $allows:literal;)+) => {
        $(#[doc = $allows]
        pub const $constant: Permission =
            Permission { name: $name, least_level: $level, allows: $allows };)+

        /// All of them, sorted by name.
        pub const ALL: &[Permission] = &[$($constant),+];
    };
}

catalogue! {
    API_KEYS_MANAGE = "api_keys.manage", 80, "Make and revoke API keys.";
    API_KEYS_READ = "api_keys.read", 60, "See which API keys exist.";
    APPROVALS_DECIDE = "approvals.decide", 60, "Approve and reject proposed writes.";
    APPROVALS_PROPOSE = "approvals.propose", 40, "Propose a write for somebody to approve.";
    APPROVALS_READ = "approvals.read", 40, "See proposed writes and what became of them.";
    AUDIT_READ = "audit.read", 80, "Read the organisation's audit log.";
    CONNECTORS_MANAGE = "connectors.manage", 80, "Connect and disconnect apps.";
    CONNECTORS_READ = "connectors.read", 40, "See the connected apps and their calls.";
    CONNECTORS_SCAN = "connectors.scan", 80, "Read the history of connected apps into event logs.";
    GRANTS_MANAGE = "grants.manage", 80, "Revoke what people let AI clients do.";
    GRANTS_READ = "grants.read", 80, "See what people let AI clients do.";
    INSIGHT_IMPORT = "insight.import", 40, "Import and remove event logs.";
    INSIGHT_READ = "insight.read", 20, "Read event logs' statistics.";
    MAIL_MANAGE = "mail.manage", 80, "See which mails were sent to whom, and send them again.";
    ORGANISATION_MANAGE = "organisation.manage", 80, "Change the organisation's rules.";
    PEOPLE_INVITE = "people.invite", 80, "Invite people to the organisation.";
    PEOPLE_MANAGE = "people.manage", 80, "Change roles, and remove people from the organisation.";
    PEOPLE_READ = "people.read", 20, "See who is in the organisation.";
}

/// The permission of that name.
pub fn find(name: &str) -> Option<&'static Permission> {
    ALL.iter().find(|permission| permission.name == name)
}

/// Writes the catalogue into the database, as the tables' owner: what is new comes, what is gone goes.
pub async fn write(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    use sqlx::Connection as _;
    use sqlx::Executor as _;
    let names: Vec<String> = ALL.iter().map(|p| p.name.to_owned()).collect();
    let levels: Vec<i32> = ALL.iter().map(|p| p.least_level).collect();
    let mut tx = connection.begin().await?;
    tx.execute("set local role countersign_owner").await?;
    sqlx::query!(
        "delete from access.permissions where name <> all ($1)",
        &names
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into access.permissions (name, least_level)
         select * from unnest($1::text[], $2::int[])
         on conflict (name) do update set least_level = excluded.least_level",
        &names,
        &levels,
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
