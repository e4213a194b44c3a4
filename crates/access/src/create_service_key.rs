use crypto::token::{self, TokenKind};
use db::Db;
use kernel::{AuditEntry, OrganisationId, Scope, Secret, ServiceKeyId, UserId};

use crate::key::NewKey;
use crate::{CreateApiKeyError, NewApiKeyError, Permission, catalogue, store};

/// A service key to make.
#[derive(Debug)]
pub struct NewServiceKey(NewKey);

/// What a key may do that no person stands behind: read; and provision people, as the directory says that it
/// belongs to. The table of service keys says the same.
pub const SERVICE_SCOPES: [Permission; 9] = [
    catalogue::API_KEYS_READ,
    catalogue::APPROVALS_READ,
    catalogue::AUDIT_READ,
    catalogue::CONNECTORS_READ,
    catalogue::GRANTS_READ,
    catalogue::INSIGHT_READ,
    catalogue::PEOPLE_PROVISION,
    catalogue::PEOPLE_READ,
    catalogue::TEAMS_READ,
];

impl NewServiceKey {
    /// Checks the form.
    pub fn parse(name: &str, scopes: &[String], days: u32) -> Result<Self, NewApiKeyError> {
        let may = |permission: &'static Permission| {
            if SERVICE_SCOPES.contains(permission) {
                Ok(())
            } else {
                Err(NewApiKeyError::NeedsPerson(permission.name))
            }
        };
        NewKey::parse(name, scopes, days, may).map(Self)
    }
}

/// Makes a service key and returns it, for the one time that it is shown. It belongs to the
/// organisation: it goes on when its maker leaves.
pub async fn create_service_key(
    db: &Db,
    scope: &Scope,
    maker: (OrganisationId, UserId),
    key: NewServiceKey,
) -> Result<(ServiceKeyId, Secret<String>), CreateApiKeyError> {
    let token = token::generate(TokenKind::ServiceKey, db.chance());
    let id = ServiceKeyId::new(db.clock().now(), db.chance());
    let row = key.0.row(id.uuid(), maker, &token);
    let mut tx = db.write(scope).await?;
    store::insert_service_key(&mut tx, row).await?;
    tx.commit(AuditEntry::about("access.service_key_created", id))
        .await?;
    Ok((id, token))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(scopes: &[&str]) -> Result<NewServiceKey, NewApiKeyError> {
        let scopes: Vec<String> = scopes.iter().map(|s| (*s).to_owned()).collect();
        NewServiceKey::parse("Nightly export", &scopes, 365)
    }

    #[test]
    fn a_service_key_reads_or_provisions_and_does_nothing_that_a_person_stands_behind() {
        for permission in catalogue::ALL {
            let (_, action) = permission.name.split_once('.').unwrap();
            let is_its = action == "read" || permission.for_services;
            assert_eq!(
                parse(&[permission.name]).is_ok(),
                is_its,
                "{}",
                permission.name
            );
        }
    }

    #[test]
    fn the_table_takes_the_same_scopes() {
        let migration = include_str!("../../db/migrations/0020_access_service_keys.sql");
        let (_, list) = migration.split_once("scopes <@ array[").unwrap();
        let (list, _) = list.split_once(']').unwrap();
        let held: Vec<&str> = list
            .split(',')
            .map(|name| name.trim().trim_matches('\''))
            .collect();
        assert_eq!(held, SERVICE_SCOPES.map(|permission| permission.name));
    }
}
