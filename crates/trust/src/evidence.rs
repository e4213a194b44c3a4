use db::{Db, Error, ReadTx};
use kernel::{EvidenceId, Scope};
use time::OffsetDateTime;

use crate::{Control, Found, store};

/// How a run of a control ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The claim held.
    Pass,
    /// It did not.
    Fail,
    /// The control could not look.
    Error,
}

/// The record of one run of a control.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Evidence {
    /// The claim.
    pub claim: String,
    /// The control.
    pub control: String,
    /// How it ended.
    pub status: Status,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub checked_at: OffsetDateTime,
    /// What was looked at, or what was wrong.
    pub evidence: String,
    /// How long the run took, in milliseconds.
    pub duration_ms: i32,
}

const MAX_EVIDENCE_CHARACTERS: usize = 2000;

impl Status {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Error => "error",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Pass, Self::Fail, Self::Error]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

impl Evidence {
    /// The record of a run that took `duration_ms` until `now`.
    pub fn of(control: &Control, found: Found, duration_ms: i32, now: OffsetDateTime) -> Self {
        let (status, text) = match found {
            Found::Pass(text) => (Status::Pass, text),
            Found::Fail(text) => (Status::Fail, text),
            Found::Error(text) => (Status::Error, text),
        };
        Self {
            claim: control.claim.to_owned(),
            control: control.id.to_owned(),
            status,
            checked_at: now,
            evidence: text.chars().take(MAX_EVIDENCE_CHARACTERS).collect(),
            duration_ms,
        }
    }
}

/// Stores the evidence of a round of controls, as the verifier.
pub async fn record(db: &Db, round: &[Evidence]) -> Result<(), Error> {
    let mut tx = db.write(&Scope::Anonymous).await?;
    for evidence in round {
        let id = EvidenceId::new(db.clock().now(), db.chance());
        store::insert_evidence(&mut tx, id, evidence).await?;
    }
    store::sweep(&mut tx).await?;
    #[expect(clippy::disallowed_methods, reason = "evidence is its own record")]
    tx.commit_silently().await
}

/// The latest evidence of each control.
pub async fn latest_evidence(tx: &mut ReadTx) -> Result<Vec<Evidence>, Error> {
    store::latest_evidence(tx).await
}
