use std::time::Duration;

use crypto::token::{self, TokenKind};
use db::{Db, Error, ReadTx, WriteTx};
use kernel::{AuditEntry, OperatorAccessId, OrganisationId, Scope, Secret};
use time::OffsetDateTime;

use crate::store;

/// An access to open, by whoever runs this server.
#[derive(Debug)]
pub struct NewOperatorAccess {
    pub(crate) organisation: Wanted,
    pub(crate) operator: String,
    pub(crate) reason: String,
    pub(crate) lifetime: Duration,
}

/// Which organisation.
#[derive(Debug)]
pub(crate) enum Wanted {
    Id(OrganisationId),
    Name(String),
}

/// What is wrong with what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NewOperatorAccessError {
    /// Under 10 or over 500 characters.
    #[error("say why, in 10 to 500 characters: the organisation reads it")]
    Reason,
    /// No name, or over 100 characters.
    #[error("say who looks, in 2 to 100 characters")]
    Operator,
    /// Under 5 minutes or over 8 hours.
    #[error("an access lasts 5 minutes to 8 hours")]
    Lifetime,
}

/// An access that was just opened.
#[derive(Debug)]
pub struct OpenedAccess {
    /// Its identifier.
    pub id: OperatorAccessId,
    /// What it opens.
    pub organisation: OrganisationId,
    /// What that is called.
    pub organisation_name: String,
    /// Its token, shown this once.
    pub token: Secret<String>,
    /// When it ends by itself.
    pub expires_at: OffsetDateTime,
}

/// Why none was opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenOperatorError {
    /// There is no such organisation.
    #[error("there is no organisation of that name or identifier")]
    Gone,
    /// Several have that name.
    #[error("several organisations have that name: use the identifier")]
    Many,
    /// The database failed, or refused it.
    #[error("the access could not be opened")]
    Database(#[from] Error),
}

/// Somebody who looked, as the command line lists it.
#[derive(Debug)]
pub struct OperatorAccessRow {
    /// Its identifier.
    pub id: OperatorAccessId,
    /// Where they looked.
    pub organisation_name: String,
    /// Who.
    pub operator: String,
    /// Why.
    pub reason: String,
    /// Since when.
    pub opened_at: OffsetDateTime,
    /// Until when at most.
    pub expires_at: OffsetDateTime,
    /// When it was ended before.
    pub ended_at: Option<OffsetDateTime>,
    /// Whether the organisation ended it.
    pub ended_by_tenant: bool,
    /// When it was last used.
    pub last_used_at: Option<OffsetDateTime>,
}

/// Somebody who looked, as the organisation sees it.
#[derive(Debug)]
pub struct OperatorAccess {
    /// Its identifier.
    pub id: OperatorAccessId,
    /// Who, as they said.
    pub operator: String,
    /// Why, as they said.
    pub reason: String,
    /// Since when.
    pub opened_at: OffsetDateTime,
    /// Until when at most.
    pub expires_at: OffsetDateTime,
    /// When it was ended before.
    pub ended_at: Option<OffsetDateTime>,
    /// Who of the organisation ended it.
    pub ended_by: Option<String>,
    /// When it was last used, to about a minute.
    pub last_used_at: Option<OffsetDateTime>,
}

const SHORTEST: Duration = Duration::from_mins(5);
const LONGEST: Duration = Duration::from_hours(8);

impl NewOperatorAccess {
    /// Checks what was asked. The table of accesses asks for the same.
    pub fn parse(
        organisation: &str,
        operator: &str,
        reason: &str,
        lifetime: Duration,
    ) -> Result<Self, NewOperatorAccessError> {
        let (operator, reason) = (operator.trim(), reason.trim());
        let is_line = |text: &str| !text.chars().any(char::is_control);
        if !(2..=100).contains(&operator.chars().count()) || !is_line(operator) {
            return Err(NewOperatorAccessError::Operator);
        }
        if !(10..=500).contains(&reason.chars().count()) || !is_line(reason) {
            return Err(NewOperatorAccessError::Reason);
        }
        if !(SHORTEST..=LONGEST).contains(&lifetime) {
            return Err(NewOperatorAccessError::Lifetime);
        }
        let organisation = organisation.trim();
        Ok(Self {
            organisation: organisation
                .parse()
                .map_or_else(|_| Wanted::Name(organisation.to_owned()), Wanted::Id),
            operator: operator.to_owned(),
            reason: reason.to_owned(),
            lifetime,
        })
    }
}

/// Opens an organisation to whoever runs this server, with the broker's login. The database tells the
/// organisation: by mail, and in its audit log.
pub async fn open_operator(
    db: &Db,
    new: &NewOperatorAccess,
) -> Result<OpenedAccess, OpenOperatorError> {
    let token = token::generate(TokenKind::Operator, db.chance());
    let hash = crypto::digest::sha256(token.expose().as_bytes());
    let id = OperatorAccessId::new(db.clock().now(), db.chance());
    let mut tx = db.write(&Scope::Anonymous).await?;
    let opened = store::operator::open(&mut tx, id, new, &hash).await?;
    let (organisation, organisation_name, expires_at) = match opened.verdict.as_str() {
        "open" => opened.what.ok_or(OpenOperatorError::Gone)?,
        "many" => return Err(OpenOperatorError::Many),
        _ => return Err(OpenOperatorError::Gone),
    };
    told(tx).await?;
    Ok(OpenedAccess {
        id,
        organisation,
        organisation_name,
        token,
        expires_at,
    })
}

/// Every access of the last so many days, the newest first, with the broker's login.
pub async fn operator_accesses(db: &Db, days: u16) -> Result<Vec<OperatorAccessRow>, Error> {
    let mut tx = db.read(&Scope::Anonymous).await?;
    store::operator::all(&mut tx, i32::from(days)).await
}

/// Closes an access before its time, with the broker's login. False where none of that identifier is
/// in force.
pub async fn close_operator(db: &Db, id: OperatorAccessId) -> Result<bool, Error> {
    let mut tx = db.write(&Scope::Anonymous).await?;
    let closed = store::operator::close(&mut tx, id).await?;
    told(tx).await?;
    Ok(closed)
}

/// Who looked into the bound organisation, the newest first.
pub async fn operator_access(tx: &mut ReadTx) -> Result<Vec<OperatorAccess>, Error> {
    store::operator::of_organisation(tx).await
}

/// Ends an access to the bound organisation, from its next request on. False where none is in force.
pub async fn end_operator(mut tx: WriteTx, id: OperatorAccessId) -> Result<bool, Error> {
    let ended = store::operator::end(&mut tx, id).await?;
    if ended {
        tx.commit(AuditEntry::about("access.operator_ended", id))
            .await?;
    }
    Ok(ended)
}

async fn told(tx: WriteTx) -> Result<(), Error> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the database writes the entry, into the log of the organisation that was opened"
    )]
    tx.commit_silently().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_looks_without_a_reason_a_name_and_an_end() {
        let parse = |operator: &str, reason: &str, minutes| {
            let lifetime = Duration::from_mins(minutes);
            NewOperatorAccess::parse("Example", operator, reason, lifetime).map(|_| ())
        };
        let reason = "Ticket 4711: a scan does not end";
        assert_eq!(parse("Example Operator", reason, 60), Ok(()));
        for wrong in [
            "",
            "          ",
            "because",
            "a reason\nof two lines",
            &"a".repeat(501),
        ] {
            let refused = parse("Example Operator", wrong, 60);
            assert_eq!(refused, Err(NewOperatorAccessError::Reason), "{wrong:?}");
        }
        assert_eq!(
            parse(" ", reason, 60),
            Err(NewOperatorAccessError::Operator)
        );
        for minutes in [0, 4, 481] {
            let refused = parse("Example Operator", reason, minutes);
            assert_eq!(refused, Err(NewOperatorAccessError::Lifetime), "{minutes}");
        }
    }
}
