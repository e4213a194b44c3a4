use db::cluster::Cluster;
use sqlx::Connection as _;

use crate::config::Config;
use crate::data_dir::{self, DataDir, ServerSecret, Users};
use crate::database::{
    DatabaseError, Embedded, Place, Relay, Remote, bring_up_to_date, prepare_remote, start_embedded,
};
use crate::exit::Failure;

/// The database that the server runs on.
pub(super) struct Database {
    pub(super) cluster: Option<Cluster>,
    /// Where the broker, which has a network, finds it.
    pub(super) place: Place,
    /// Where the front, which has none, finds it.
    pub(super) front_place: Place,
    _relay: Option<Relay>,
}

impl Database {
    /// Starts the embedded cluster or reaches the operator's server, and brings the schema up to
    /// date.
    pub(super) async fn start(
        config: &Config,
        data_dir: &DataDir,
        secret: &ServerSecret,
        users: Option<&Users>,
    ) -> Result<Self, Failure> {
        let Some(url) = &config.database_url else {
            let Embedded { cluster, place, .. } = start_embedded(data_dir, secret)
                .await
                .map_err(Failure::cannot_run)?;
            let front_place = place.clone();
            return Ok(Self {
                cluster: Some(cluster),
                place,
                front_place,
                _relay: None,
            });
        };
        let Remote {
            mut connection,
            place,
            address,
        } = prepare_remote(url).await.map_err(Failure::cannot_run)?;
        bring_up_to_date(&mut connection)
            .await
            .map_err(Failure::cannot_run)?;
        connection.close().await.map_err(Failure::cannot_run)?;
        let Some(address) = address else {
            let front_place = place.clone();
            return Ok(Self {
                cluster: None,
                place,
                front_place,
                _relay: None,
            });
        };
        let folder = data_dir.relay();
        let mode = if users.is_some() { 0o711 } else { 0o700 };
        data_dir::make_directory(&folder, mode).map_err(Failure::cannot_run)?;
        let relay = Relay::start(&folder, users.map(|users| users.front), address)
            .map_err(|error| Failure::cannot_run(DatabaseError::Relay(error)))?;
        let front_place = Place {
            socket: Some(folder),
            ..place.clone()
        };
        Ok(Self {
            cluster: None,
            place,
            front_place,
            _relay: Some(relay),
        })
    }
}
