//! One marker type a permission, for [`crate::Can`]. Made from the catalogue's constants: a marker
//! without a permission does not compile, and a permission without a marker fails a test.

use super::Access;

/// What [`crate::Can`] checks.
pub trait Permit: Send + Sync + 'static {
    /// Who may pass.
    const ACCESS: Access;
}

/// A person at a browser, about what is theirs in an organisation.
#[derive(Debug, Clone, Copy)]
pub enum Person {}

impl Permit for Person {
    const ACCESS: Access = Access::Person;
}

/// Any credential in force, about itself.
#[derive(Debug, Clone, Copy)]
pub enum SignedIn {}

impl Permit for SignedIn {
    const ACCESS: Access = Access::SignedIn;
}

macro_rules! markers {
    ($($marker:ident = $constant:ident;)+) => {
        $(
            #[doc = concat!("Holds [`access::catalogue::", stringify!($constant), "`].")]
            #[derive(Debug, Clone, Copy)]
            pub enum $marker {}

            impl Permit for $marker {
                const ACCESS: Access =
                    Access::Permission(access::catalogue::$constant.name);
            }
        )+

        #[cfg(test)]
        const MARKED: &[&str] = &[$(access::catalogue::$constant.name),+];
    };
}

markers! {
    ApiKeysManage = API_KEYS_MANAGE;
    ApiKeysRead = API_KEYS_READ;
    ApprovalsDecide = APPROVALS_DECIDE;
    ApprovalsPropose = APPROVALS_PROPOSE;
    ApprovalsRead = APPROVALS_READ;
    AuditRead = AUDIT_READ;
    ConnectorsManage = CONNECTORS_MANAGE;
    ConnectorsRead = CONNECTORS_READ;
    ConnectorsScan = CONNECTORS_SCAN;
    ConnectorsShare = CONNECTORS_SHARE;
    GrantsManage = GRANTS_MANAGE;
    GrantsRead = GRANTS_READ;
    InsightImport = INSIGHT_IMPORT;
    InsightRead = INSIGHT_READ;
    MailManage = MAIL_MANAGE;
    OrganisationManage = ORGANISATION_MANAGE;
    PeopleInvite = PEOPLE_INVITE;
    PeopleManage = PEOPLE_MANAGE;
    PeopleProvision = PEOPLE_PROVISION;
    PeopleRead = PEOPLE_READ;
    RolesManage = ROLES_MANAGE;
    TeamsManage = TEAMS_MANAGE;
    TeamsRead = TEAMS_READ;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_of_the_catalogue_has_its_marker() {
        let catalogue: Vec<&str> = access::catalogue::ALL.iter().map(|p| p.name).collect();
        assert_eq!(MARKED, catalogue);
    }
}
