//! Brings the database up before anything serves from it: the embedded cluster or the operator's
//! server, its roles, its schema.

mod bootstrap;
mod embedded;
mod relay;
mod remote;
mod schema;
mod store;

use std::path::PathBuf;

use crate::data_dir::{DataDirError, Login, ServerSecret};
use crate::process::{DatabaseLogin, Sensitive};
use crate::supervisor::InstanceFile;

pub(crate) use embedded::{Embedded, start_embedded};
pub(crate) use relay::Relay;
pub(crate) use remote::{Remote, prepare_remote};
pub(crate) use schema::bring_up_to_date;
pub(crate) use store::audit_verifier;

/// The database's name on the embedded cluster.
pub(crate) const DATABASE: &str = "countersign";

/// Why there is no database to serve from.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DatabaseError {
    #[error("the embedded database did not start")]
    Cluster(#[from] db::cluster::StartError),
    #[error("the embedded database could not be set up")]
    Bootstrap(#[source] sqlx::Error),
    #[error(
        "the database at {host} cannot be reached as {role}. Check database_url, and that the server runs"
    )]
    Unreachable {
        host: String,
        role: String,
        #[source]
        source: sqlx::Error,
    },
    #[error(
        "the database login {role} {why}: use countersign_migrator, which `countersign migrate --print-roles` makes"
    )]
    StrongLogin { role: String, why: &'static str },
    #[error(
        "the database login {role} may not create our schemas: run what `countersign migrate --print-roles` prints, and use countersign_migrator"
    )]
    WeakLogin { role: String },
    #[error("the database server cannot be used")]
    Version(#[from] db::cluster::VersionError),
    #[error("database_url does not hold")]
    Url(#[source] sqlx::Error),
    #[error("the certificate authority {path} cannot be read", path = path.display())]
    Authority {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the schema could not be brought up to date")]
    Migrate(#[from] db::migrate::MigrateError),
    #[error("the permissions could not be written")]
    Catalogue(#[source] sqlx::Error),
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    #[error("the way to the remote database could not be opened")]
    Relay(#[source] std::io::Error),
}

/// Where the processes of this server find the database.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// A URL without a user and password.
    pub(crate) url: String,
    /// The folder of the socket, in place of the URL's host.
    pub(crate) socket: Option<PathBuf>,
    /// The authority of the server's certificate, in PEM form.
    pub(crate) authority: Option<String>,
}

impl Place {
    /// Where a running server finds it.
    pub(crate) fn of(instance: &InstanceFile) -> Self {
        let place = &instance.database;
        Self {
            url: place.url.clone(),
            socket: place.socket.clone(),
            authority: place.authority.clone(),
        }
    }

    /// What a process needs to connect as `login`.
    pub(crate) fn login(&self, login: Login, secret: &ServerSecret) -> DatabaseLogin {
        DatabaseLogin {
            url: self.url.clone(),
            socket: self.socket.clone(),
            authority: self.authority.clone(),
            role: login.role().to_owned(),
            password: Sensitive::new(secret.password(login).expose().as_str()),
            name: login.role().replace('_', " "),
        }
    }
}
