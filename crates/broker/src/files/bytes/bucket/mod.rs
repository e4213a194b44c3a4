//! A bucket of storage that speaks S3. What it is asked leaves by the broker's own door.

mod error;
mod uploads;
mod wire;
mod writer;

use std::fmt;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt as _};
use kernel::{Chance, FileId, Secret};
use manifest::Origin;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::client::HttpClient;
use object_store::multipart::MultipartStore as _;
use object_store::path::Path;
use object_store::{
    BackoffConfig, GetOptions, GetRange, ObjectStore as _, ObjectStoreExt as _, PutPayload,
    RetryConfig,
};
use rustls::pki_types::CertificateDer;
use url::Url;

pub use error::BucketError;
pub(crate) use writer::BucketWriter;

use super::{PROBE, name_of};
use crate::egress::bucket::BucketDoor;
use crate::egress::{Lookup, SetUpError};
use uploads::Uploads;
use wire::Wire;

/// Which bucket, and how the broker shows who it is.
#[derive(Debug)]
pub struct BucketConfig {
    /// Where the storage is reached.
    pub origin: Origin,
    /// Certificate authorities beside the system's.
    pub authorities: Vec<CertificateDer<'static>>,
    /// The bucket's name.
    pub bucket: String,
    /// Its region.
    pub region: String,
    /// What every name in it begins with, without a slash at either end; nothing where it is the broker's alone.
    pub prefix: String,
    /// The identifier of an access key.
    pub access_key_id: String,
    /// The access key.
    pub secret_access_key: Secret<String>,
    /// What goes with a temporary one.
    pub session_token: Option<Secret<String>>,
}

/// The bucket, and the way to it.
#[derive(Clone)]
pub(super) struct Bucket {
    store: Arc<AmazonS3>,
    uploads: Arc<Uploads>,
    prefix: Path,
}

/// A part of an object on its way out.
pub(crate) struct BucketReader {
    stream: BoxStream<'static, object_store::Result<Bytes>>,
    left: u64,
    size: u64,
}

/// Tried again so often, within so long: somebody waits.
const RETRIES: usize = 3;
const RETRY_LIMIT: Duration = Duration::from_secs(20);
/// Between two pieces of an object.
const PIECE_LIMIT: Duration = Duration::from_secs(30);

impl Bucket {
    /// A way to it; nobody is asked yet.
    pub(super) fn new(config: BucketConfig, lookup: Arc<dyn Lookup>) -> Result<Self, SetUpError> {
        let endpoint = config.origin.to_string();
        let url = Url::parse(&format!("{endpoint}/{}", config.bucket)).map_err(|_| SetUpError)?;
        let prefix = Path::parse(&config.prefix).map_err(|_| SetUpError)?;
        let door = BucketDoor::new(config.origin, config.authorities, lookup)?;
        let wire = Wire(Arc::new(door));
        let mut builder = AmazonS3Builder::new()
            .with_http_connector(wire.clone())
            .with_endpoint(endpoint)
            .with_allow_http(true)
            .with_bucket_name(config.bucket)
            // A refusal would hide in an answer that says 200, and not all storage knows it.
            .with_disable_bulk_delete(true)
            .with_region(&config.region)
            .with_access_key_id(config.access_key_id)
            .with_secret_access_key(config.secret_access_key.expose())
            .with_retry(RetryConfig {
                backoff: BackoffConfig::default(),
                max_retries: RETRIES,
                retry_timeout: RETRY_LIMIT,
            });
        if let Some(token) = &config.session_token {
            builder = builder.with_token(token.expose());
        }
        let uploads = Uploads {
            client: HttpClient::new(wire),
            url,
            region: config.region,
        };
        Ok(Self {
            store: Arc::new(builder.build().map_err(|_| SetUpError)?),
            uploads: Arc::new(uploads),
            prefix,
        })
    }

    /// The names are those in a folder: a folder can be copied into a bucket, and back.
    fn key(&self, id: FileId) -> Path {
        let (folder, name) = name_of(id);
        self.prefix.clone().join(folder).join(name)
    }

    pub(super) fn create(&self, id: FileId) -> BucketWriter {
        BucketWriter::new(self.clone(), self.key(id))
    }

    pub(super) async fn read(&self, id: FileId, bytes: Range<u64>) -> io::Result<BucketReader> {
        self.read_key(&self.key(id), bytes).await
    }

    async fn read_key(&self, key: &Path, bytes: Range<u64>) -> io::Result<BucketReader> {
        let left = bytes.end.saturating_sub(bytes.start);
        if left == 0 {
            // S3 has no range without a byte.
            let stream = futures_util::stream::empty().boxed();
            return Ok(BucketReader {
                stream,
                left,
                size: 0,
            });
        }
        let options = GetOptions {
            range: Some(GetRange::Bounded(bytes)),
            ..GetOptions::default()
        };
        let found = self.store.get_opts(key, options).await.map_err(io_error)?;
        Ok(BucketReader {
            left,
            size: found.meta.size,
            stream: found.into_stream(),
        })
    }

    pub(super) async fn remove(&self, id: FileId) -> io::Result<()> {
        self.remove_key(&self.key(id)).await?;
        Ok(())
    }

    /// The object, and what an upload that never ended left of it. Returns how many of those there were.
    async fn remove_key(&self, key: &Path) -> Result<usize, BucketError> {
        let aborted = self.uploads.abort(&self.store, key).await?;
        match self
            .store
            .delete(key)
            .await
            .map_err(|error| BucketError::behind(&error))
        {
            Ok(()) | Err(BucketError::Missing) => Ok(aborted),
            Err(error) => Err(error),
        }
    }

    /// Does with a small object of its own all that is done with files.
    pub(super) async fn check(&self, chance: &dyn Chance) -> Result<(), BucketError> {
        let mut bytes = [0_u8; 32];
        chance.fill(&mut bytes);
        let (name, content) = bytes.split_at(16);
        let key = self
            .prefix
            .clone()
            .join(format!("{PROBE}{}", hex::encode(name)));
        let behind = |error| BucketError::behind(&error);
        let payload = PutPayload::from(content.to_vec());
        self.store.put(&key, payload).await.map_err(behind)?;
        let read = self.store.get_range(&key, 4..12).await.map_err(behind)?;
        self.store.create_multipart(&key).await.map_err(behind)?;
        let aborted = self.remove_key(&key).await?;
        // Who may not list a bucket does not hear of a name that it is not there.
        match self.store.get_range(&key, 4..12).await.map_err(behind) {
            Err(BucketError::Missing) => {}
            Err(error) => return Err(error),
            Ok(_) => return Err(BucketError::Forgets),
        }
        let is_kept = content.get(4..12) == Some(&*read);
        if is_kept && aborted == 1 {
            Ok(())
        } else {
            Err(BucketError::Forgets)
        }
    }
}

impl BucketReader {
    /// How long the whole object is.
    pub(super) const fn size(&self) -> u64 {
        self.size
    }

    pub(super) async fn next(&mut self) -> io::Result<Option<Bytes>> {
        if self.left == 0 {
            return Ok(None);
        }
        let next = tokio::time::timeout(PIECE_LIMIT, self.stream.next()).await;
        let next = next.map_err(|_| io::Error::from(BucketError::Unreachable))?;
        let Some(bytes) = next else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        let bytes = bytes.map_err(io_error)?;
        let left = self.left.checked_sub(bytes.len() as u64);
        self.left = left.ok_or(io::ErrorKind::UnexpectedEof)?;
        Ok(Some(bytes))
    }
}

fn io_error(error: object_store::Error) -> io::Error {
    BucketError::behind(&error).into()
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bucket")
    }
}

impl fmt::Debug for BucketReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BucketReader({} bytes to come)", self.left)
    }
}
