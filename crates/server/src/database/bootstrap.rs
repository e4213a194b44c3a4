use sqlx::ConnectOptions as _;
use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgConnection};

use super::{DATABASE, DatabaseError, store};
use crate::data_dir::{Login, ServerSecret};

/// SQLSTATE invalid_catalog_name: there is no such database.
const NO_DATABASE: &str = "3D000";

/// Roles, database and passwords on the embedded cluster, as its administrator. Every step can be
/// repeated, so that a start that was killed in the middle is finished by the next one.
/// Returns the connection to the database.
pub(super) async fn bootstrap(
    administrator: &PgConnectOptions,
    secret: &ServerSecret,
) -> Result<PgConnection, DatabaseError> {
    let options = administrator.clone().database(DATABASE);
    let mut connection = match options.connect().await {
        Ok(connection) => connection,
        Err(error) if code(&error).as_deref() == Some(NO_DATABASE) => {
            make(administrator)
                .await
                .map_err(DatabaseError::Bootstrap)?;
            options.connect().await.map_err(DatabaseError::Bootstrap)?
        }
        Err(error) => return Err(DatabaseError::Bootstrap(error)),
    };
    set_up(&mut connection, secret)
        .await
        .map_err(DatabaseError::Bootstrap)?;
    Ok(connection)
}

async fn make(administrator: &PgConnectOptions) -> Result<(), sqlx::Error> {
    let mut connection = administrator.connect().await?;
    store::make_database(&mut connection).await?;
    connection.close().await
}

async fn set_up(connection: &mut PgConnection, secret: &ServerSecret) -> Result<(), sqlx::Error> {
    store::make_roles(connection).await?;
    store::close_database(connection).await?;
    let verifiers = Login::ALL.map(|login| (login, secret.scram_verifier(login)));
    let to_set = store::roles_to_set(connection, &verifiers).await?;
    for (login, verifier) in &verifiers {
        if to_set.iter().any(|role| role == login.role()) {
            store::set_password(connection, *login, verifier).await?;
        }
    }
    Ok(())
}

fn code(error: &sqlx::Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}
