use db::cluster::{Cluster, ClusterConfig, Progress};
use sqlx::Connection as _;

use super::bootstrap::bootstrap;
use super::schema::bring_up_to_date;
use super::{DATABASE, DatabaseError, Place};
use crate::data_dir::{DataDir, ServerSecret};

/// The embedded database, ready to be served from.
pub(crate) struct Embedded {
    pub(crate) cluster: Cluster,
    /// Where our own processes find it.
    pub(crate) place: Place,
    /// The migrations that ran.
    pub(crate) ran: Vec<&'static str>,
}

/// Starts the embedded cluster and brings roles, database and schema up to date.
pub(crate) async fn start_embedded(
    data_dir: &DataDir,
    secret: &ServerSecret,
) -> Result<Embedded, DatabaseError> {
    let config = ClusterConfig::new(data_dir.cluster()).on_progress(tell);
    let cluster = Cluster::start(config).await?;
    let mut connection = bootstrap(&cluster.superuser_options(), secret).await?;
    let ran = bring_up_to_date(&mut connection).await?;
    connection.close().await.map_err(DatabaseError::Bootstrap)?;
    cluster.close_superuser().await?;
    let place = Place {
        url: format!("postgres://localhost/{DATABASE}?sslmode=disable"),
        socket: Some(cluster.socket_directory()),
        authority: None,
    };
    Ok(Embedded {
        cluster,
        place,
        ran,
    })
}

/// Long steps are worth a line; the short ones of an ordinary start are not.
fn tell(progress: Progress) {
    match progress {
        Progress::WaitingForPrevious { pid } => {
            tracing::debug!(pid, "db.waiting_for_previous");
        }
        Progress::Initialising => tracing::info!("db.initialising"),
        Progress::Recovering { elapsed } => {
            tracing::info!(seconds = elapsed.as_secs(), "db.recovering");
        }
        Progress::Starting | Progress::Ready { .. } => {}
    }
}
