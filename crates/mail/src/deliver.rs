use std::fmt;

use crypto::digest::sha256;
use crypto::token::{self, TokenKind};
use db::Db;
use db::jobs::{ClaimedJob, Outcome};
use kernel::{AuditEntry, MailId, Scope};

use crate::backoff::pause;
use crate::letter::{Facts, Links, write};
use crate::smtp::SendError;
use crate::store::{self, Begun};
use crate::{Kind, Letter, MailAddress, Way};

/// The kind of the jobs that [`Postman::deliver`] does.
pub const JOB_KIND: &str = "mail.send";

/// Sends what stands in the outbox.
#[derive(Debug)]
pub struct Postman {
    db: Db,
    way: Way,
    links: Links,
}

/// Why a mail is not on its way.
enum NotSent {
    /// Once more, later.
    Later(&'static str, String),
    /// Never.
    Failed(&'static str, String),
}

impl Postman {
    /// A postman on `db` (role broker) who takes mail `way`.
    pub const fn new(db: Db, way: Way, links: Links) -> Self {
        Self { db, way, links }
    }

    /// How mail leaves.
    pub const fn way(&self) -> &Way {
        &self.way
    }

    /// Sends the mail of a claimed job. It may run twice: each run makes a new link, and ends the
    /// one before.
    pub async fn deliver(&self, job: &ClaimedJob) -> Outcome {
        match self.try_deliver(job).await {
            Ok(outcome) => outcome,
            Err(error) => {
                tracing::warn!(%error, job = %job.id, "mail.interrupted");
                Outcome::Retry("mail.interrupted", pause(job.attempt))
            }
        }
    }

    /// Gives up what nobody sends any more, and forgets what is over.
    pub async fn sweep(&self) -> Result<(), db::Error> {
        let mut tx = self.db.write(&Scope::Anonymous).await?;
        store::sweep(&mut tx).await?;
        #[expect(
            clippy::disallowed_methods,
            reason = "retention of the outbox, no one's data"
        )]
        tx.commit_silently().await
    }

    async fn try_deliver(&self, job: &ClaimedJob) -> Result<Outcome, db::Error> {
        let scope = job.scope();
        if matches!(self.way, Way::Off) {
            let why = "this server sends no mail: its configuration has no [mail]";
            return self.wait(&scope, job, "mail.off", why).await;
        }
        let Some((begun, link)) = self.begin(&scope).await? else {
            return Ok(Outcome::Done);
        };
        let id = MailId::from(begun.id);
        let sent = match self.letter(&begun, &link) {
            Ok((letter, to)) => self.send(&letter, &to).await,
            Err(why) => Err(why),
        };
        match sent {
            Ok(()) => {
                let entry = AuditEntry::about("mail.sent", id).with("kind", begun.template);
                self.finish(&scope, ("sent", None), Some(entry)).await?;
                Ok(Outcome::Done)
            }
            Err(NotSent::Later(code, why)) => self.wait(&scope, job, code, &why).await,
            Err(NotSent::Failed(code, why)) => {
                let entry = AuditEntry::about("mail.failed", id).with("code", code);
                self.finish(&scope, ("failed", Some(&why)), Some(entry))
                    .await?;
                Ok(Outcome::Failed(code))
            }
        }
    }

    /// Makes the link's token, and leaves its hash: the token itself stays in this call.
    async fn begin(&self, scope: &Scope) -> Result<Option<(Begun, String)>, db::Error> {
        let mut tx = self.db.write(scope).await?;
        let kind = store::template(&mut tx)
            .await?
            .as_deref()
            .and_then(Kind::parse);
        let (token_kind, path) = kind
            .and_then(Kind::link)
            .unwrap_or((TokenKind::VerifyAddress, ""));
        let token = token::generate(token_kind, self.db.chance());
        let begun = store::begin(&mut tx, &sha256(token.expose().as_bytes())).await?;
        #[expect(
            clippy::disallowed_methods,
            reason = "the end of the attempt is audited, with how it went"
        )]
        tx.commit_silently().await?;
        Ok(begun.map(|begun| (begun, self.links.to(path, token.expose()))))
    }

    fn letter(&self, begun: &Begun, link: &str) -> Result<(Letter, MailAddress), NotSent> {
        let broken = |why: &str| NotSent::Failed("mail.unwritable", why.to_owned());
        let kind =
            Kind::parse(&begun.template).ok_or_else(|| broken("there is no such template"))?;
        let to = MailAddress::parse(&begun.recipient)
            .map_err(|error| NotSent::Failed("mail.address", error.to_string()))?;
        let facts = Facts {
            kind,
            recipient: begun.recipient.clone(),
            person: begun.person.clone().unwrap_or_default(),
            organisation: begun.organisation.clone(),
            inviter: begun.inviter.clone().unwrap_or_default(),
            role: begun.role.clone().unwrap_or_default(),
            expires_at: begun.expires_at,
            client: begun.data.client.clone(),
            who: begun.data.who.clone(),
            address: begun.data.address.clone(),
            what: begun.data.what.clone(),
            is_taken: begun.data.taken,
            at: begun.data.at,
        };
        let letter = write(&facts, &self.links, link).map_err(|_| broken("the template failed"))?;
        Ok((letter, to))
    }

    async fn send(&self, letter: &Letter, to: &MailAddress) -> Result<(), NotSent> {
        let now = self.db.clock().now();
        match &self.way {
            Way::Off => Ok(()),
            Way::Development(mailbox) => {
                mailbox.put(&to.to_string(), letter.clone(), now);
                Ok(())
            }
            Way::Smtp(smtp) => match smtp.send(letter, to, (now, self.db.chance())).await {
                Ok(_) => Ok(()),
                Err(SendError::Smtp(error)) if error.is_final() => {
                    Err(NotSent::Failed(error.code(), error.to_string()))
                }
                Err(SendError::Smtp(error)) => Err(NotSent::Later(error.code(), error.to_string())),
                Err(SendError::Message(error)) => {
                    Err(NotSent::Failed("mail.unwritable", error.to_string()))
                }
            },
        }
    }

    /// Leaves the mail queued, with what was in the way.
    async fn wait(
        &self,
        scope: &Scope,
        job: &ClaimedJob,
        code: &'static str,
        why: &str,
    ) -> Result<Outcome, db::Error> {
        tracing::warn!(code, attempt = job.attempt, "mail.not_sent");
        self.finish(scope, ("queued", Some(why)), None).await?;
        Ok(Outcome::Retry(code, pause(job.attempt)))
    }

    async fn finish(
        &self,
        scope: &Scope,
        (state, error): (&str, Option<&str>),
        entry: Option<AuditEntry>,
    ) -> Result<(), db::Error> {
        let mut tx = self.db.write(scope).await?;
        store::finish(&mut tx, state, error).await?;
        match entry {
            Some(entry) => tx.commit(entry).await,
            #[expect(
                clippy::disallowed_methods,
                reason = "nothing has happened yet: the last attempt is audited"
            )]
            None => tx.commit_silently().await,
        }
    }
}

impl fmt::Debug for NotSent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Later(code, _) | Self::Failed(code, _) => f.write_str(code),
        }
    }
}
