use std::io;

use crypto::stream::StreamError;
use kernel::FileId;

/// Why a file was not stored, or not given.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// There is none, or nobody may see it who asks.
    #[error("there is no such file")]
    NotFound,
    /// It was removed, or its log was, while it came.
    #[error("the log waits for no file any more")]
    NotWanted,
    /// It did not come whole.
    #[error("the file did not arrive whole")]
    CutOff(#[source] io::Error),
    /// Another one comes to the log, or has come.
    #[error("a file is on its way to this log already")]
    Taken,
    /// The organisation keeps as much as it may.
    #[error(
        "your organisation's files take as much room as they may: remove one that is not needed"
    )]
    Quota,
    /// All organisations keep as much as they may.
    #[error("the files of this server take as much room as they may")]
    ServerQuota,
    /// The disk would be too full.
    #[error("the disk that files are kept on has no room for this one")]
    DiskFull,
    /// The range reaches past its end.
    #[error("the file has no such bytes")]
    OutOfRange,
    /// What is stored is not what was stored.
    #[error("the stored file {0} was altered or is missing, and was not opened")]
    Altered(FileId),
    /// Where files are kept does not do it.
    #[error("the place where files are kept failed")]
    Store(#[source] io::Error),
}

impl FileError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "files.not_found",
            Self::NotWanted => "insight.log_not_reading",
            Self::Taken => "insight.log_taken",
            Self::CutOff(_) => "insight.upload_broken",
            Self::Quota => "files.quota",
            Self::ServerQuota => "files.server_quota",
            Self::DiskFull => "files.disk_full",
            Self::OutOfRange => "files.out_of_range",
            Self::Altered(_) => "files.altered",
            Self::Store(_) => "files.store_failed",
        }
    }

    /// Tells whoever runs the server of what only they can mend.
    pub(crate) fn note(&self) {
        match self {
            Self::Altered(file) => tracing::error!(%file, "broker.file_does_not_open"),
            Self::ServerQuota => tracing::error!("broker.files_server_quota"),
            Self::DiskFull => tracing::error!("broker.file_disk_full"),
            Self::Store(error) => tracing::error!(%error, "broker.file_store_failed"),
            _ => {}
        }
    }

    /// What went wrong with the stored bytes of `file`.
    pub(super) fn of_stream(file: FileId) -> impl Fn(StreamError) -> Self {
        move |error| match error {
            StreamError::Altered => Self::Altered(file),
            StreamError::OutOfRange => Self::OutOfRange,
        }
    }

    /// What went wrong on the way of bytes to where they are stored.
    pub(crate) fn of_write(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::Store(error),
        }
    }

    /// What went wrong on the way to the stored bytes of `file`: those that are missing are altered.
    pub(super) fn of_store(file: FileId) -> impl Fn(io::Error) -> Self {
        move |error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof => Self::Altered(file),
            _ => Self::Store(error),
        }
    }
}
