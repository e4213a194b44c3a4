use std::time::Duration;

use crypto::token::{self, TokenKind};
use db::Db;
use kernel::{AuditEntry, OrganisationId, Scope, Secret, ServiceKeyId, UserId};

use crate::create_api_key::{lifetime, name};
use crate::{CreateApiKeyError, NewApiKeyError, Permission, catalogue, store};

/// A service key to make.
#[derive(Debug)]
pub struct NewServiceKey {
    name: String,
    scopes: Vec<&'static Permission>,
    lifetime: Duration,
}

/// What a key may do that no person stands behind: read. The table of service keys says the same.
pub const SERVICE_SCOPES: [Permission; 7] = [
    catalogue::API_KEYS_READ,
    catalogue::APPROVALS_READ,
    catalogue::AUDIT_READ,
    catalogue::CONNECTORS_READ,
    catalogue::GRANTS_READ,
    catalogue::INSIGHT_READ,
    catalogue::PEOPLE_READ,
];

impl NewServiceKey {
    /// Checks the form.
    pub fn parse(text: &str, scopes: &[String], days: u32) -> Result<Self, NewApiKeyError> {
        let (name, lifetime) = (name(text)?, lifetime(days)?);
        if scopes.is_empty() {
            return Err(NewApiKeyError::NoScopes);
        }
        let scopes = scopes.iter().map(|scope| parse_scope(scope));
        Ok(Self {
            name,
            scopes: scopes.collect::<Result<_, _>>()?,
            lifetime,
        })
    }
}

fn parse_scope(name: &str) -> Result<&'static Permission, NewApiKeyError> {
    let permission =
        catalogue::find(name).ok_or_else(|| NewApiKeyError::UnknownScope(name.to_owned()))?;
    if SERVICE_SCOPES.contains(permission) {
        Ok(permission)
    } else {
        Err(NewApiKeyError::NeedsPerson(permission.name))
    }
}

/// Makes a service key and returns it, for the one time that it is shown. It belongs to the
/// organisation: it goes on when its maker leaves.
pub async fn create_service_key(
    db: &Db,
    scope: &Scope,
    (organisation, maker): (OrganisationId, UserId),
    key: NewServiceKey,
) -> Result<(ServiceKeyId, Secret<String>), CreateApiKeyError> {
    let token = token::generate(TokenKind::ServiceKey, db.chance());
    let id = ServiceKeyId::new(db.clock().now(), db.chance());
    let scopes = key.scopes.iter().map(|permission| permission.name);
    let row = store::NewRow {
        id: id.uuid(),
        organisation,
        maker,
        name: &key.name,
        face: token::face(token.expose()),
        hash: crypto::digest::sha256(token.expose().as_bytes()),
        scopes: scopes.map(str::to_owned).collect(),
        lifetime: key.lifetime,
    };
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
    fn a_service_key_reads_and_does_nothing_that_a_person_stands_behind() {
        for permission in catalogue::ALL {
            let (_, action) = permission.name.split_once('.').unwrap();
            let is_read = action == "read";
            assert_eq!(
                parse(&[permission.name]).is_ok(),
                is_read,
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
