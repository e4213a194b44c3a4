use std::path::{Path, PathBuf};
use std::sync::Arc;

use broker::egress::{Lookup, SetUpError};
use broker::files::{BucketConfig, FileStore, Spare};
use kernel::Secret;
use manifest::OriginError;
use serde::{Deserialize, Serialize};

use super::Sensitive;

/// Where imported files are, with the content of the files that the configuration names.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FilesBoot {
    pub(crate) place: FilesPlace,
    /// What all of them may take.
    pub(crate) most_bytes: Option<u64>,
}

/// Where they are.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FilesPlace {
    /// A folder of this machine.
    Folder {
        path: PathBuf,
        /// What stays free on its disk; as usual where nothing is said.
        spare_bytes: Option<u64>,
    },
    /// A bucket of storage that speaks S3.
    Bucket(Box<BucketBoot>),
}

/// A bucket, and how the broker shows who it is.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BucketBoot {
    pub(crate) address: String,
    /// In PEM form.
    pub(crate) authorities: Option<String>,
    pub(crate) bucket: String,
    pub(crate) region: String,
    pub(crate) prefix: String,
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: Sensitive,
    pub(crate) session_token: Option<Sensitive>,
}

/// What was told is no way to a place for files.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FilesBootError {
    #[error(transparent)]
    Address(#[from] OriginError),
    #[error("the authorities are no certificates in PEM form")]
    Authorities(#[source] mail::smtp::TlsSetUpError),
    #[error(transparent)]
    SetUp(#[from] SetUpError),
    #[error("the folder {path} cannot be used for files: see that it is the broker's own", path = path.display())]
    Folder {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
}

impl FilesBoot {
    /// The folder that the broker writes to beside its `own`. What is in that one is never named apart from it: a broker
    /// that was broken into could leave a link there, and would be let into wherever it leads from the next start on.
    pub(crate) fn folder_outside(&self, own: &Path) -> Option<&Path> {
        match &self.place {
            FilesPlace::Folder { path, .. } if !path.starts_with(own) => Some(path),
            FilesPlace::Folder { .. } | FilesPlace::Bucket(_) => None,
        }
    }

    /// Where the broker keeps files. Nobody is asked yet.
    pub(crate) fn store(&self, lookup: Arc<dyn Lookup>) -> Result<FileStore, FilesBootError> {
        let store = match &self.place {
            FilesPlace::Folder { path, spare_bytes } => {
                let spare = spare_bytes.map_or(Spare::Usual, Spare::Bytes);
                let made = FileStore::folder(path.clone(), spare);
                made.map_err(|source| FilesBootError::Folder {
                    path: path.clone(),
                    source,
                })?
            }
            FilesPlace::Bucket(bucket) => FileStore::bucket(bucket.config()?, lookup)?,
        };
        Ok(store.with_most(self.most_bytes))
    }
}

impl BucketBoot {
    /// What the broker asks it by.
    pub(crate) fn config(&self) -> Result<BucketConfig, FilesBootError> {
        let authorities = self.authorities.as_ref();
        let authorities = authorities
            .map(|pem| mail::smtp::read_authorities(pem.as_bytes()))
            .transpose()
            .map_err(FilesBootError::Authorities)?;
        let secret = |text: &Sensitive| Secret::new(text.expose().to_owned());
        Ok(BucketConfig {
            origin: self.address.parse()?,
            authorities: authorities.unwrap_or_default(),
            bucket: self.bucket.clone(),
            region: self.region.clone(),
            prefix: self.prefix.clone(),
            access_key_id: self.access_key_id.clone(),
            secret_access_key: secret(&self.secret_access_key),
            session_token: self.session_token.as_ref().map(secret),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_the_brokers_own_folder_is_a_way_out_of_it() {
        let at = |path: &str| FilesBoot {
            place: FilesPlace::Folder {
                path: path.into(),
                spare_bytes: None,
            },
            most_bytes: None,
        };
        let own = Path::new("/data/broker");
        assert_eq!(at("/data/broker/files").folder_outside(own), None);
        assert_eq!(
            at("/srv/files").folder_outside(own),
            Some(Path::new("/srv/files"))
        );
        let beside = "/data/broker-files";
        assert_eq!(at(beside).folder_outside(own), Some(Path::new(beside)));
    }
}
