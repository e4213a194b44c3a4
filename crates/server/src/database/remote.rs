use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use kernel::Secret;
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use url::Url;

use super::{DatabaseError, Place, store};

/// The operator's server.
pub(crate) struct Remote {
    /// As the migrator.
    pub(crate) connection: PgConnection,
    /// Where our own processes find it.
    pub(crate) place: Place,
    /// Its host and port, where it is reached by the network.
    pub(crate) address: Option<(String, u16)>,
}

/// Connects to the operator's server as the migrator, and checks that it may be served from.
pub(crate) async fn prepare_remote(url: &Secret<String>) -> Result<Remote, DatabaseError> {
    let options = PgConnectOptions::from_str(url.expose())
        .map_err(DatabaseError::Url)?
        .application_name("countersign migrator")
        .disable_statement_logging();
    let mut connection = options
        .connect()
        .await
        .map_err(|source| DatabaseError::Unreachable {
            host: options.get_host().to_owned(),
            role: options.get_username().to_owned(),
            source,
        })?;
    check(&mut connection).await?;
    let on_socket = options.get_socket().is_some() || options.get_host().starts_with('/');
    let address = (options.get_host().to_owned(), options.get_port());
    Ok(Remote {
        connection,
        place: place(url)?,
        address: (!on_socket).then_some(address),
    })
}

/// The same rules as for the processes' own logins, save that the migrator is the owner's member.
async fn check(connection: &mut PgConnection) -> Result<(), DatabaseError> {
    let standing = store::standing(connection)
        .await
        .map_err(DatabaseError::Bootstrap)?;
    db::cluster::check_version(standing.version)?;
    let strong = [
        (standing.superuser, "is a superuser"),
        (standing.bypass, "has BYPASSRLS"),
        (standing.create_role, "may create roles"),
    ];
    if let Some((_, why)) = strong.into_iter().find(|(holds, _)| *holds) {
        return Err(DatabaseError::StrongLogin {
            role: standing.role,
            why,
        });
    }
    if !standing.owner {
        return Err(DatabaseError::WeakLogin {
            role: standing.role,
        });
    }
    Ok(())
}

fn place(url: &Secret<String>) -> Result<Place, DatabaseError> {
    let unusable =
        |error: url::ParseError| DatabaseError::Url(sqlx::Error::Configuration(error.into()));
    let mut url = Url::parse(url.expose()).map_err(unusable)?;
    // Only a URL without a host refuses; then there is nobody in it either.
    let _ = url.set_password(None);
    let _ = url.set_username("");
    let parameters: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(key, _)| {
            !["user", "password", "sslrootcert", "ssl-root-cert", "ssl-ca"].contains(&key.as_ref())
        })
        .map(|(key, value)| (key.into_owned(), value.into_owned()))
        .collect();
    let authority = url
        .query_pairs()
        .find(|(key, _)| matches!(key.as_ref(), "sslrootcert" | "ssl-root-cert" | "ssl-ca"))
        .map(|(_, path)| PathBuf::from(path.into_owned()));
    url.query_pairs_mut().clear().extend_pairs(parameters);
    Ok(Place {
        url: url.into(),
        socket: None,
        // Our processes cannot read it once they are confined.
        authority: authority.map(|path| read(&path)).transpose()?,
    })
}

fn read(path: &Path) -> Result<String, DatabaseError> {
    std::fs::read_to_string(path).map_err(|source| DatabaseError::Authority {
        path: path.to_owned(),
        source,
    })
}
