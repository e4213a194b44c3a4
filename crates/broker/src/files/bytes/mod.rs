//! Where sealed bytes are: in a folder, or in a bucket of storage that speaks S3.

mod bucket;
mod folder;
mod room;

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::bytes::Bytes;
use kernel::{Chance, FileId, words};

use bucket::{Bucket, BucketReader, BucketWriter};
pub use bucket::{BucketConfig, BucketError};
use folder::{Folder, FolderReader, FolderWriter};
pub use room::Spare;

use crate::egress::{Lookup, SetUpError};

/// Where the sealed bytes of files are, each under its file's identifier. Knows nothing of what they are.
#[derive(Debug, Clone)]
pub struct FileStore {
    place: Place,
    /// What all files of this server may take, before they are sealed; as much as there is where nothing is said.
    pub(super) most_bytes: Option<u64>,
}

#[derive(Debug, Clone)]
enum Place {
    Folder(Folder),
    Bucket(Bucket),
}

/// The bytes of one file on their way in. Nobody sees them before they are all there; dropped before that, they go.
#[derive(Debug)]
pub(crate) enum Incoming {
    Folder(FolderWriter),
    Bucket(BucketWriter),
}

/// A part of the bytes of one file on its way out.
#[derive(Debug)]
pub(crate) enum Outgoing {
    Folder(FolderReader),
    Bucket(BucketReader),
}

/// Why files cannot be kept there. The broker does not start.
#[derive(Debug, thiserror::Error)]
pub enum FileStoreError {
    /// The folder does not do.
    #[error("files cannot be kept in {path} (files.folder_failed): see that the folder is the broker's own, with room", path = path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The bucket does not do.
    #[error("files cannot be kept in the bucket: {0} ({code}). {todo}", code = .0.code(), todo = words::sentence(.0.todo()))]
    Bucket(BucketError),
}

impl FileStore {
    /// Files in a folder, which is made where it is not there. Nobody else may look into it, and `spare` of its disk
    /// stays free.
    pub fn folder(root: PathBuf, spare: Spare) -> io::Result<Self> {
        Ok(Self::at(Place::Folder(Folder::open(root, spare)?)))
    }

    /// Files in a bucket. Nobody is asked yet: that does [`FileStore::check`].
    pub fn bucket(config: BucketConfig, lookup: Arc<dyn Lookup>) -> Result<Self, SetUpError> {
        Ok(Self::at(Place::Bucket(Bucket::new(config, lookup)?)))
    }

    const fn at(place: Place) -> Self {
        Self {
            place,
            most_bytes: None,
        }
    }

    /// The same, with an end to what all files of this server take together.
    #[must_use]
    pub const fn with_most(mut self, most_bytes: Option<u64>) -> Self {
        self.most_bytes = most_bytes;
        self
    }

    /// Puts, gives and removes something small, as it will be done with files.
    pub async fn check(&self, chance: &dyn Chance) -> Result<(), FileStoreError> {
        match &self.place {
            Place::Folder(folder) => {
                let checked = folder.check(chance).await;
                checked.map_err(|source| FileStoreError::Folder {
                    path: folder.root().to_owned(),
                    source,
                })
            }
            Place::Bucket(bucket) => bucket.check(chance).await.map_err(FileStoreError::Bucket),
        }
    }

    pub(crate) async fn create(&self, id: FileId) -> io::Result<Incoming> {
        Ok(match &self.place {
            Place::Folder(folder) => Incoming::Folder(folder.create(id).await?),
            Place::Bucket(bucket) => Incoming::Bucket(bucket.create(id)),
        })
    }

    /// A part of it, in order. [`io::ErrorKind::NotFound`] where there is no such file.
    pub(crate) async fn read(&self, id: FileId, bytes: Range<u64>) -> io::Result<Outgoing> {
        Ok(match &self.place {
            Place::Folder(folder) => Outgoing::Folder(folder.read(id, bytes).await?),
            Place::Bucket(bucket) => Outgoing::Bucket(bucket.read(id, bytes).await?),
        })
    }

    /// Removes its bytes, whole or not. None to remove are as good as removed.
    pub(crate) async fn remove(&self, id: FileId) -> io::Result<()> {
        match &self.place {
            Place::Folder(folder) => folder.remove(id).await,
            Place::Bucket(bucket) => bucket.remove(id).await,
        }
    }
}

impl Incoming {
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Folder(writer) => writer.write(bytes).await,
            Self::Bucket(writer) => writer.write(bytes).await,
        }
    }

    /// They are all there, and stay through a loss of power.
    pub(crate) async fn finish(self) -> io::Result<()> {
        match self {
            Self::Folder(writer) => writer.finish().await,
            Self::Bucket(writer) => writer.finish().await,
        }
    }
}

impl Outgoing {
    /// How many bytes the whole file has, where any were asked for.
    pub(crate) const fn size(&self) -> u64 {
        match self {
            Self::Folder(reader) => reader.size(),
            Self::Bucket(reader) => reader.size(),
        }
    }

    /// The next of them; nothing after the last. [`io::ErrorKind::UnexpectedEof`] where some are missing.
    pub(crate) async fn next(&mut self) -> io::Result<Option<Bytes>> {
        match self {
            Self::Folder(reader) => reader.next().await,
            Self::Bucket(reader) => reader.next().await,
        }
    }

    /// All that is left of it. For a part that is short.
    pub(crate) async fn rest(mut self) -> io::Result<Vec<u8>> {
        let mut all = Vec::new();
        while let Some(bytes) = self.next().await? {
            all.extend_from_slice(&bytes);
        }
        Ok(all)
    }
}

/// What the name of a probe begins with.
const PROBE: &str = "probe-";

/// Where a file is, from where files are.
pub fn file_path(id: FileId) -> PathBuf {
    let (folder, name) = name_of(id);
    Path::new(&folder).join(name)
}

/// Whether what has this name where files are was put there by a broker: a folder of files, or what an interrupted probe
/// left.
pub fn is_of_files(name: &[u8]) -> bool {
    let is_hex = |b: &u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    name.len() == 2 && name.iter().all(is_hex) || name.starts_with(PROBE.as_bytes())
}

/// In which folder it is, and under which name. Of the identifier alone, which is the broker's: nothing that anybody
/// typed is part of a path. Its last byte is chance, and spreads files over 256 folders.
fn name_of(id: FileId) -> (String, String) {
    let name = id.uuid().simple().to_string();
    let (_, last) = name.split_at(name.len() - 2);
    (last.to_owned(), name)
}
