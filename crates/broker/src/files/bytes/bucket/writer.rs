use std::fmt;
use std::io;

use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStoreExt as _, PutPayload};
use tokio::task::JoinSet;

use super::{Bucket, io_error};

/// Of a part: S3 takes no shorter one but the last, and 10,000 of them, which is four times the longest file.
const PART_BYTES: usize = 8 << 20;

/// An object on its way in. It is there once it is whole; memory holds a part that fills and one that leaves.
pub(crate) struct BucketWriter {
    bucket: Bucket,
    key: Path,
    held: Vec<u8>,
    upload: Option<Box<dyn MultipartUpload>>,
    /// The part that leaves; dropped, it does not arrive.
    leaving: JoinSet<object_store::Result<()>>,
}

impl BucketWriter {
    pub(super) fn new(bucket: Bucket, key: Path) -> Self {
        Self {
            bucket,
            key,
            held: Vec::new(),
            upload: None,
            leaving: JoinSet::new(),
        }
    }

    pub(in crate::files::bytes) async fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.held.len() == PART_BYTES {
                self.send().await?;
            }
            let room = PART_BYTES - self.held.len();
            let (taken, rest) = bytes.split_at(room.min(bytes.len()));
            self.held.extend_from_slice(taken);
            bytes = rest;
        }
        Ok(())
    }

    pub(in crate::files::bytes) async fn finish(mut self) -> io::Result<()> {
        if self.upload.is_none() {
            let payload = PutPayload::from(std::mem::take(&mut self.held));
            let put = self.bucket.store.put(&self.key, payload).await;
            return put.map(drop).map_err(io_error);
        }
        if !self.held.is_empty() {
            self.send().await?;
        }
        self.sent().await?;
        match &mut self.upload {
            Some(upload) => upload.complete().await.map(drop).map_err(io_error),
            None => Ok(()),
        }
    }

    /// Lets the part that is full leave, once the one before has left.
    async fn send(&mut self) -> io::Result<()> {
        self.sent().await?;
        let upload = match &mut self.upload {
            Some(upload) => upload,
            none => none.insert(self.bucket.begin(&self.key).await?),
        };
        let part = std::mem::replace(&mut self.held, Vec::with_capacity(PART_BYTES));
        self.leaving.spawn(upload.put_part(PutPayload::from(part)));
        Ok(())
    }

    async fn sent(&mut self) -> io::Result<()> {
        match self.leaving.join_next().await {
            None => Ok(()),
            Some(Ok(sent)) => sent.map_err(io_error),
            Some(Err(died)) => Err(io::Error::other(died)),
        }
    }
}

impl Bucket {
    async fn begin(&self, key: &Path) -> io::Result<Box<dyn MultipartUpload>> {
        self.store.put_multipart(key).await.map_err(io_error)
    }
}

impl fmt::Debug for BucketWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BucketWriter({})", self.key)
    }
}
