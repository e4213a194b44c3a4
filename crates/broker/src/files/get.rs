use std::io;
use std::time::Duration;

use crypto::stream::{RangeOpener, StreamOpener};
use kernel::{FileId, Scope};

use super::FileError;
use super::bytes::{FileStore, Outgoing};
use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::protocol::Answer;
use crate::service::Service;
use crate::store::{self, files};
use crate::vault::file_content_place;

/// Until the first byte of it can be given. A bucket that says a little now and then says too little.
const OPEN_LIMIT: Duration = Duration::from_mins(1);

/// A part of a file, opened as it is asked for.
#[derive(Debug)]
pub struct OpenFile {
    id: FileId,
    outgoing: Outgoing,
    opener: Option<RangeOpener>,
}

/// Opens a part of a file for a person who may see its log: at a browser, or by an API key of theirs. AI clients get
/// none: a file may hold more than what the log keeps of it.
pub(crate) async fn get_file<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    id: FileId,
    (offset_bytes, length_bytes): (u64, u64),
) -> Result<(Answer, OpenFile), BrokerError> {
    let mut tx = service.db.read(scope).await?;
    let bound = store::bound(&mut tx).await?;
    let (organisation, kind, ..) = bound.ok_or(BrokerError::Unauthenticated)?;
    store::require(&mut tx, "insight.read").await?;
    if !matches!(kind.as_str(), "session" | "api_key") {
        return Err(BrokerError::Forbidden);
    }
    let row = files::stored(&mut tx, id).await?;
    let (size_bytes, sealed) = row.ok_or(FileError::NotFound)?;
    let key = service
        .vault
        .file_key(&mut tx, (organisation, id), sealed)
        .await?;
    drop(tx);
    let (tenant, row) = (organisation.to_string(), id.to_string());
    let opener = StreamOpener::new(&key, &file_content_place(&tenant, &row), size_bytes);
    let open = OpenFile::open(&service.files, id, opener, (offset_bytes, length_bytes));
    let open = tokio::time::timeout(OPEN_LIMIT, open).await;
    let open = open.map_err(|_| FileError::Store(io::ErrorKind::TimedOut.into()))??;
    Ok((Answer::FileOpened { length_bytes }, open))
}

impl OpenFile {
    /// Opens a part of what is stored as `id`, once its end was opened.
    pub(crate) async fn open(
        store: &FileStore,
        id: FileId,
        opener: StreamOpener,
        (offset_bytes, length_bytes): (u64, u64),
    ) -> Result<Self, FileError> {
        let end = store.read(id, opener.end()).await;
        let end = end.map_err(FileError::of_store(id))?;
        if end.size() != opener.sealed_size() {
            return Err(FileError::Altered(id));
        }
        let end = end.rest().await.map_err(FileError::of_store(id))?;
        let opener = opener
            .verify_end(end)
            .and_then(|stream| stream.range(offset_bytes, length_bytes))
            .map_err(FileError::of_stream(id))?;
        let outgoing = store.read(id, opener.sealed_bytes()).await;
        Ok(Self {
            id,
            outgoing: outgoing.map_err(FileError::of_store(id))?,
            opener: Some(opener),
        })
    }

    /// The next bytes; nothing after the last.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<u8>>, FileError> {
        let altered = FileError::of_stream(self.id);
        while let Some(opener) = &mut self.opener {
            let sealed = self.outgoing.next().await;
            let mut opened = Vec::new();
            if let Some(sealed) = sealed.map_err(FileError::of_store(self.id))? {
                opener.write(&sealed, &mut opened).map_err(&altered)?;
            } else {
                let opener = self.opener.take();
                let ended = opener.map_or(Ok(()), RangeOpener::finish);
                ended.map_err(&altered)?;
            }
            if !opened.is_empty() {
                return Ok(Some(opened));
            }
        }
        Ok(None)
    }
}
