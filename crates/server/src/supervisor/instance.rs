use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use url::Url;

use crate::data_dir::DataDir;
use crate::exit::{Exit, Failure};

/// What `countersign verify` has to know of a running server. No secret is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InstanceFile {
    /// The binary's version.
    pub(crate) version: String,
    /// Where browsers and clients find it.
    pub(crate) public_url: Url,
    /// Where it listens on this machine.
    pub(crate) local_url: Url,
    pub(crate) data_dir: PathBuf,
    /// The embedded cluster's folder, where there is one.
    pub(crate) cluster_dir: Option<PathBuf>,
    pub(crate) log_files: Vec<PathBuf>,
    /// Where files are; nothing where they are in a bucket.
    pub(crate) files_folder: Option<PathBuf>,
    pub(crate) broker_socket: PathBuf,
    pub(crate) front_socket: PathBuf,
    pub(crate) database: DatabasePlace,
    pub(crate) pids: Pids,
}

/// Where the database is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DatabasePlace {
    pub(crate) url: String,
    pub(crate) socket: Option<PathBuf>,
    pub(crate) authority: Option<String>,
}

/// The processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pids {
    pub(crate) supervisor: u32,
    pub(crate) front: u32,
    pub(crate) broker: u32,
    pub(crate) database: Option<u32>,
}

impl InstanceFile {
    /// Writes the file as a whole, for its owner alone.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(self)?;
        let new = path.with_extension("new");
        let _ = fs::remove_file(&new);
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&new)?;
        file.write_all(&text)?;
        fs::rename(&new, path)
    }

    /// Reads the file of the server that runs on the data directory.
    pub(crate) fn of_running(data_dir: &DataDir) -> Result<Self, Failure> {
        let read = fs::read(data_dir.instance_file())
            .and_then(|text| Ok(serde_json::from_slice::<Self>(&text)?))
            // The file of a server that was killed stays. The supervisor of one that runs keeps its
            // sockets open; a process number could be another program's by now.
            .and_then(|file| UnixStream::connect(&file.front_socket).map(|_| file));
        read.map_err(|error| {
            let what = format!(
                "no server runs on {}: start one with countersign up, or say where it runs with --data-dir",
                data_dir.root().display()
            );
            let mut chain = vec![what];
            // No file and nobody behind the socket: there is nothing more to say.
            if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) {
                chain.push(error.to_string());
            }
            Failure { exit: Exit::CannotRun, chain }
        })
    }
}
