use std::pin::pin;
use std::time::Duration;

use crypto::stream::{NewFileKey, StreamSealer};
use kernel::{AuditEntry, FileId, LogId, OrganisationId, Scope};
use sqlx::postgres::PgConnection;

use super::bytes::Incoming;
use super::{FileError, FileName, MOST_BYTES};
use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::protocol::Answer;
use crate::service::Service;
use crate::socket::PieceReader;
use crate::store::{self, files};
use crate::vault::file_content_place;

/// How often a file that is being written says so, and sees whether anybody still wants it.
const BEAT: Duration = Duration::from_secs(30);

/// The original of a log, on its way.
#[derive(Debug)]
pub(crate) struct NewFile {
    pub(crate) log: LogId,
    pub(crate) name: FileName,
}

/// A file that is being written.
struct Writing {
    id: FileId,
    organisation: OrganisationId,
    sealer: StreamSealer,
    allowed: Allowance,
}

/// How long a file may become: for its organisation, and for the server.
#[derive(Debug, Clone, Copy)]
struct Allowance {
    of_organisation: u64,
    of_server: u64,
}

impl Allowance {
    /// What other files than `but` leave of it.
    async fn left(
        connection: &mut PgConnection,
        most_bytes: Option<u64>,
        but: Option<FileId>,
    ) -> Result<Self, db::Error> {
        let others = files::stored_bytes(connection, but).await?;
        Ok(Self {
            of_organisation: MOST_BYTES.saturating_sub(others),
            of_server: match most_bytes {
                Some(most) => most.saturating_sub(files::all_stored_bytes(connection).await?),
                None => u64::MAX,
            },
        })
    }

    const fn take(self, size_bytes: u64) -> Result<(), FileError> {
        if size_bytes > self.of_organisation {
            return Err(FileError::Quota);
        }
        if size_bytes > self.of_server {
            return Err(FileError::ServerQuota);
        }
        Ok(())
    }
}

/// Seals a file as it comes, and keeps it: all of it, or nothing.
pub(crate) async fn put_file<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    new: NewFile,
    pieces: PieceReader<'_>,
) -> Result<Answer, BrokerError> {
    let writing = begin(service, scope, &new).await?;
    let (id, organisation) = (writing.id, writing.organisation);
    let kept = match write(service, scope, writing, pieces).await {
        Ok(size_bytes) => finish(service, scope, (id, organisation), (new.log, size_bytes)).await,
        Err(error) => Err(error),
    };
    if let Err(error) = kept {
        abandon(service, scope, id).await;
        return Err(error);
    }
    Ok(Answer::FileKept { file: id })
}

/// The row, before the first byte.
async fn begin<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    new: &NewFile,
) -> Result<Writing, BrokerError> {
    let (clock, chance) = (service.db.clock(), service.db.chance());
    let mut tx = service.db.read(scope).await?;
    let bound = store::bound(&mut tx).await?;
    let (organisation, ..) = bound.ok_or(BrokerError::Unauthenticated)?;
    store::require(&mut tx, "insight.import").await?;
    let allowed = Allowance::left(&mut tx, service.files.most_bytes, None).await?;
    drop(tx);
    allowed.take(1)?;
    let mut tx = service.db.write(scope).await?;
    let id = FileId::new(clock.now(), chance);
    let (key, sealed) = service
        .vault
        .new_file_key(&mut tx, (organisation, id), chance)
        .await?;
    files::insert(&mut tx, (id, new.log), new.name.as_str(), &sealed).await??;
    #[expect(
        clippy::disallowed_methods,
        reason = "its end is told, or nothing of it stays"
    )]
    tx.commit_silently().await?;
    let (tenant, row) = (organisation.to_string(), id.to_string());
    Ok(Writing {
        id,
        organisation,
        sealer: seal_with(key, &tenant, &row),
        allowed,
    })
}

fn seal_with(key: NewFileKey, tenant: &str, row: &str) -> StreamSealer {
    StreamSealer::new(key, &file_content_place(tenant, row))
}

/// The bytes, as they come. Returns how many they were.
async fn write<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    writing: Writing,
    mut pieces: PieceReader<'_>,
) -> Result<u64, BrokerError> {
    let Writing {
        id,
        mut sealer,
        allowed,
        ..
    } = writing;
    let created = service.files.create(id).await;
    let mut incoming = created.map_err(FileError::of_write)?;
    pieces.begin().await.map_err(FileError::CutOff)?;
    let mut beat = tokio::time::interval(BEAT);
    let (mut size_bytes, mut sealed) = (0_u64, Vec::new());
    loop {
        let mut next = pin!(pieces.next());
        let piece = loop {
            tokio::select! {
                piece = &mut next => break piece.map_err(FileError::CutOff)?,
                _ = beat.tick() => note_alive(service, scope, id).await?,
            }
        };
        let Some(piece) = piece else { break };
        size_bytes += piece.len() as u64;
        allowed.take(size_bytes)?;
        sealer.write(&piece, &mut sealed);
        put(&mut incoming, &mut sealed).await?;
    }
    let size_bytes = sealer.finish(&mut sealed);
    put(&mut incoming, &mut sealed).await?;
    incoming.finish().await.map_err(FileError::of_write)?;
    Ok(size_bytes)
}

async fn put(incoming: &mut Incoming, sealed: &mut Vec<u8>) -> Result<(), FileError> {
    if !sealed.is_empty() {
        incoming.write(sealed).await.map_err(FileError::of_write)?;
        sealed.clear();
    }
    Ok(())
}

/// Says that it is still being written, and ends that where nobody waits for it any more.
async fn note_alive<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    id: FileId,
) -> Result<(), BrokerError> {
    let mut tx = service.db.write(scope).await?;
    if !files::note_alive(&mut tx, id).await? {
        return Err(FileError::NotWanted.into());
    }
    #[expect(clippy::disallowed_methods, reason = "a sign of life; the end is told")]
    Ok(tx.commit_silently().await?)
}

/// Shows it, where the organisation has room for it still: others may have come meanwhile.
async fn finish<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    (id, organisation): (FileId, OrganisationId),
    (log, size_bytes): (LogId, u64),
) -> Result<(), BrokerError> {
    let mut tx = service.db.write(scope).await?;
    // Who counts for the server waits for everybody, and for an organisation for its own.
    let most_bytes = service.files.most_bytes;
    let whose = most_bytes.map_or_else(|| organisation.to_string(), |_| "server".to_owned());
    files::take_turn(&mut tx, &whose).await?;
    let allowed = Allowance::left(&mut tx, most_bytes, Some(id)).await?;
    allowed.take(size_bytes)?;
    if !files::set_stored(&mut tx, id, size_bytes).await? {
        return Err(FileError::NotWanted.into());
    }
    let entry = AuditEntry::about("insight.original_kept", log);
    let size = i64::try_from(size_bytes).unwrap_or(i64::MAX);
    Ok(tx.commit(entry.with("bytes", size)).await?)
}

/// Nothing of it stays. Where this does not get through, the sweep does.
async fn abandon<L: Ledger>(service: &Service<L>, scope: &Scope, id: FileId) {
    let row_gone = async {
        let mut tx = service.db.write(scope).await?;
        files::delete(&mut tx, id).await?;
        #[expect(clippy::disallowed_methods, reason = "nobody ever saw it")]
        tx.commit_silently().await
    };
    if let Err(error) = row_gone.await {
        tracing::warn!(file = %id, %error, "broker.file_not_abandoned");
    }
    if let Err(error) = service.files.remove(id).await {
        tracing::warn!(file = %id, %error, "broker.file_not_removed");
    }
}
