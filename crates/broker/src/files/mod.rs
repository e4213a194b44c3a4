//! Files at rest: the bytes in a folder or a bucket, sealed in chunks by a key of each file's own (`crypto::stream`); the row in the
//! database, with that key, sealed by a data key of the organisation.
//!
//! The row is there before the first byte, and goes before the last: so no bytes are without a row but those that
//! `broker.file_remains` lists, which the sweep removes.

mod bytes;
mod error;
mod get;
mod name;
mod put;
mod sweep;

pub use bytes::{
    BucketConfig, BucketError, FileStore, FileStoreError, Spare, file_path, is_of_files,
};
pub use error::FileError;
pub use get::OpenFile;
pub use name::{FileName, FileNameError};

pub(crate) use get::get_file;
pub(crate) use put::{NewFile, put_file};
pub(crate) use sweep::sweep_files;

/// What one organisation may keep: a disk that one fills is full for everybody.
const MOST_BYTES: u64 = 20 << 30;
