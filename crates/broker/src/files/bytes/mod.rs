//! Where sealed bytes are: a folder.

mod folder;

use std::io;
use std::ops::Range;
use std::path::PathBuf;

use folder::{Folder, FolderReader, FolderWriter};
use kernel::FileId;

/// Where the sealed bytes of files are, each under its file's identifier. Knows nothing of what they are.
#[derive(Debug, Clone)]
pub struct FileStore(Folder);

/// The bytes of one file on their way in. Nobody sees them before they are all there; dropped before that, they go.
#[derive(Debug)]
pub(super) struct Incoming(FolderWriter);

/// A part of the bytes of one file on its way out.
#[derive(Debug)]
pub(super) struct Outgoing(FolderReader);

impl FileStore {
    /// Files in a folder, which is made where it is not there. Nobody else may look into it.
    pub fn folder(root: PathBuf) -> io::Result<Self> {
        Folder::open(root).map(Self)
    }

    pub(super) async fn create(&self, id: FileId) -> io::Result<Incoming> {
        self.0.create(id).await.map(Incoming)
    }

    /// How many bytes it has. [`io::ErrorKind::NotFound`] where there are none.
    pub(super) async fn size(&self, id: FileId) -> io::Result<u64> {
        self.0.size(id).await
    }

    /// A part of it, in order.
    pub(super) async fn read(&self, id: FileId, bytes: Range<u64>) -> io::Result<Outgoing> {
        self.0.read(id, bytes).await.map(Outgoing)
    }

    /// Removes its bytes, whole or not. None to remove are as good as removed.
    pub(super) async fn remove(&self, id: FileId) -> io::Result<()> {
        self.0.remove(id).await
    }
}

impl Incoming {
    pub(super) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write(bytes).await
    }

    /// They are all there, and stay through a loss of power.
    pub(super) async fn finish(self) -> io::Result<()> {
        self.0.finish().await
    }
}

impl Outgoing {
    /// The next of them; nothing after the last. [`io::ErrorKind::UnexpectedEof`] where some are missing.
    pub(super) async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        self.0.next().await
    }

    /// All that is left of it. For a part that is short.
    pub(super) async fn rest(mut self) -> io::Result<Vec<u8>> {
        let mut all = Vec::new();
        while let Some(bytes) = self.next().await? {
            all.extend_from_slice(&bytes);
        }
        Ok(all)
    }
}
