use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::aws_credentials::read_aws_credentials;
use super::check::Checker;
use super::error::Problem;
use super::reach::is_named_origin;
use crate::process::{BucketBoot, FilesBoot, FilesPlace};

/// Where imported files are, as `[files]` says it. It names files, and holds no secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilesEntry {
    folder: Option<PathBuf>,
    spare_bytes: Option<u64>,
    most_bytes: Option<u64>,
    s3: Option<S3Entry>,
}

/// A bucket of storage that speaks S3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct S3Entry {
    endpoint: Option<String>,
    region: String,
    bucket: String,
    prefix: Option<String>,
    credentials_file: PathBuf,
    profile: Option<String>,
    ca_file: Option<PathBuf>,
}

impl FilesEntry {
    /// The folder with files; nothing where they are in a bucket. Without a word of it, `usual`.
    pub(crate) fn folder(&self, usual: PathBuf) -> Option<PathBuf> {
        match &self.s3 {
            Some(_) => None,
            None => Some(self.folder.clone().unwrap_or(usual)),
        }
    }

    /// Whether the operator named a folder of their own.
    pub(crate) fn own_folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// What the broker is told, with the content of the files that are named.
    pub(crate) fn boot(&self, usual: PathBuf) -> Result<FilesBoot, Problem> {
        let place = match (&self.s3, &self.folder) {
            (Some(_), Some(_)) => {
                return Err(Problem::new(
                    "server.files_place",
                    "files",
                    "there are a folder and a bucket",
                    "name one of them: remove folder, or the section [files.s3]",
                ));
            }
            (Some(_), None) if self.spare_bytes.is_some() => {
                return Err(Problem::new(
                    "server.files_idle",
                    "files.spare_bytes",
                    "it is about a disk, and files are in a bucket",
                    "remove it; most_bytes ends what files take together",
                ));
            }
            (Some(s3), None) => FilesPlace::Bucket(Box::new(s3.boot()?)),
            (None, Some(folder)) if !folder.is_absolute() => {
                return Err(Problem::new(
                    "server.files_folder",
                    "files.folder",
                    format!("{} is not a whole path", folder.display()),
                    "write one that begins with a slash",
                ));
            }
            (None, folder) => FilesPlace::Folder {
                path: folder.clone().unwrap_or(usual),
                spare_bytes: self.spare_bytes,
            },
        };
        if self.most_bytes == Some(0) {
            return Err(Problem::new(
                "server.files_most",
                "files.most_bytes",
                "no file would ever be taken",
                "write how many bytes all files may take, or remove the key for as many as there is room for",
            ));
        }
        Ok(FilesBoot {
            place,
            most_bytes: self.most_bytes,
        })
    }
}

impl S3Entry {
    fn boot(&self) -> Result<BucketBoot, Problem> {
        self.names()?;
        let usual = || {
            let domain = if self.region.starts_with("cn-") {
                "amazonaws.com.cn"
            } else {
                "amazonaws.com"
            };
            format!("https://s3.{}.{domain}", self.region)
        };
        let address = self.endpoint.clone().unwrap_or_else(usual);
        if !is_named_origin(&address) {
            return Err(Problem::new(
                "server.files_endpoint",
                "files.s3.endpoint",
                format!("`{address}` is no address of storage"),
                "write https://HOST or https://HOST:PORT, without the bucket; http:// goes to this machine alone",
            ));
        }
        let credentials = read_aws_credentials(&self.credentials_file, self.profile.as_deref());
        let credentials = credentials.map_err(|why| {
            Problem::new(
                "server.files_credential",
                "files.s3.credentials_file",
                format!("the access key of the bucket cannot be used: {why}"),
                "name a file with it, in AWS's own form, that its owner alone can read (chmod 600)",
            )
        })?;
        let boot = BucketBoot {
            address,
            authorities: self.authorities()?,
            bucket: self.bucket.clone(),
            region: self.region.clone(),
            prefix: self.prefix.clone().unwrap_or_default(),
            access_key_id: credentials.access_key_id,
            secret_access_key: credentials.secret_access_key,
            session_token: credentials.session_token,
        };
        // What is told is what the broker can use.
        match boot.config() {
            Ok(_) => Ok(boot),
            Err(why) => Err(Problem::new(
                "server.files_ca",
                "files.s3.ca_file",
                why.to_string(),
                "name a file of certificates in PEM form, or remove the key to use the system's",
            )),
        }
    }

    /// They become parts of addresses that are signed.
    fn names(&self) -> Result<(), Problem> {
        let is_prefix = self.prefix.as_deref().is_none_or(is_prefix);
        let (name, value, form) = match () {
            () if !is_bucket(&self.bucket) => (
                "files.s3.bucket",
                self.bucket.as_str(),
                "the bucket's name: 3 to 63 small letters, digits, dots and hyphens",
            ),
            () if !is_region(&self.region) => (
                "files.s3.region",
                self.region.as_str(),
                "the bucket's region, such as eu-central-1; storage of your own takes us-east-1 as a rule",
            ),
            () if !is_prefix => (
                "files.s3.prefix",
                self.prefix.as_deref().unwrap_or_default(),
                "letters, digits, - _ . and slashes, without one at either end",
            ),
            () => return Ok(()),
        };
        Err(Problem::new(
            "server.files_name",
            name,
            format!("`{value}` is not of its form"),
            format!("write {form}"),
        ))
    }

    fn authorities(&self) -> Result<Option<String>, Problem> {
        let read = |path: &PathBuf| {
            std::fs::read_to_string(path).map_err(|error| {
                Problem::new(
                    "server.files_ca",
                    "files.s3.ca_file",
                    format!("{} cannot be read: {error}", path.display()),
                    "name a file of certificates in PEM form, or remove the key to use the system's",
                )
            })
        };
        self.ca_file.as_ref().map(read).transpose()
    }
}

impl Checker {
    pub(super) fn files(&mut self, entry: FilesEntry) -> FilesEntry {
        if let Err(problem) = entry.boot(PathBuf::from("/")) {
            self.add(problem);
        }
        entry
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
fn is_bucket(text: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let (first, last) = (text.bytes().next(), text.bytes().last());
    (3..=63).contains(&text.len())
        && text
            .bytes()
            .all(|b| is_plain(b) || matches!(b, b'.' | b'-'))
        && first.is_some_and(is_plain)
        && last.is_some_and(is_plain)
        && !text.contains("..")
}

fn is_region(text: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=40).contains(&text.len()) && text.bytes().all(is_plain)
}

fn is_prefix(text: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    text.len() <= 200
        && text
            .split('/')
            .all(|part| part.bytes().all(is_plain) && !part.trim_matches('.').is_empty())
}
