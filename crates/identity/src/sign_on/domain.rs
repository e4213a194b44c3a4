use db::{Db, Error, WriteTx};
use kernel::{AuditEntry, DomainId};
use time::OffsetDateTime;

use crate::store;

/// A mail domain of an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// Its identifier.
    pub id: DomainId,
    /// In lower case.
    pub name: String,
    /// What the TXT record says after `countersign-verification=`.
    pub challenge: String,
    /// When DNS was last asked.
    pub checked_at: Option<OffsetDateTime>,
    /// Since when the domain is the organisation's.
    pub verified_at: Option<OffsetDateTime>,
    /// Since when DNS has said that the record is gone.
    pub missing_since: Option<OffsetDateTime>,
}

/// How long a domain stays an organisation's while DNS says each day that its record is gone (`identity.is_lost`).
pub const DOMAIN_GRACE: time::Duration = time::Duration::days(7);

/// A domain name as mail has it: two labels at least, in ASCII (RFC 1035 2.3.1, RFC 5890 for others).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainName(String);

/// No domain name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("give a domain such as example.com, without @ and without https://")]
pub struct DomainNameError;

/// Why a domain was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddDomainError {
    /// The organisation has it already.
    #[error("the domain is in the list already")]
    Exists,
    /// There are fifty.
    #[error("there are as many domains as can be")]
    Many,
    /// The database failed.
    #[error("the domain could not be added")]
    Database(#[from] Error),
}

const MAX_LENGTH: usize = 253;

impl DomainName {
    /// Checks what was typed.
    pub fn parse(text: &str) -> Result<Self, DomainNameError> {
        let name = text.trim().trim_end_matches('.').to_ascii_lowercase();
        let is_label = |label: &str| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        // Numbers at the end are an address.
        let is_address = name
            .rsplit('.')
            .next()
            .is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
        if name.len() > MAX_LENGTH
            || !name.contains('.')
            || is_address
            // RFC 2606: nobody has mail there (identity.is_reserved).
            || name.ends_with(".invalid")
            || !name.split('.').all(is_label)
        {
            return Err(DomainNameError);
        }
        Ok(Self(name))
    }

    /// In lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Says that a domain is the bound organisation's: nothing follows from it before DNS says so too.
pub async fn add_domain(
    db: &Db,
    mut tx: WriteTx,
    name: &DomainName,
) -> Result<DomainId, AddDomainError> {
    let id = DomainId::new(db.clock().now(), db.chance());
    match store::sign_on::add_domain(&mut tx, id, name.as_str())
        .await?
        .as_str()
    {
        "added" => {}
        "many" => return Err(AddDomainError::Many),
        _ => return Err(AddDomainError::Exists),
    }
    tx.commit(AuditEntry::about("identity.domain_added", id))
        .await?;
    Ok(id)
}

/// Takes a domain away: its name, or nothing where there is no such.
pub async fn remove_domain(mut tx: WriteTx, id: DomainId) -> Result<Option<String>, Error> {
    let removed = store::sign_on::remove_domain(&mut tx, id).await?;
    if removed.is_some() {
        tx.commit(AuditEntry::about("identity.domain_removed", id))
            .await?;
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_two_labels_of_ascii_at_least() {
        let parse = |text: &str| DomainName::parse(text).map(|name| name.0);
        assert_eq!(parse(" Example.COM. "), Ok("example.com".to_owned()));
        assert_eq!(
            parse("xn--bcher-kva.example"),
            Ok("xn--bcher-kva.example".to_owned())
        );
        for wrong in [
            "",
            "com",
            ".com",
            "a..b",
            "-a.com",
            "a-.com",
            "b\u{fc}cher.example",
            "ada@example.com",
            "https://example.com",
            "example.com/x",
            "example.com:80",
            "10.0.0.1",
            "a b.com",
            "*.example.com",
            "_dmarc.example.com",
            "works.invalid",
            &format!("{}.com", "a".repeat(64)),
            &"a.".repeat(150),
        ] {
            assert_eq!(parse(wrong), Err(DomainNameError), "{wrong:?}");
        }
    }
}
