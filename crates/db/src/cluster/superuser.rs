use std::time::{Duration, Instant};

use rustix::process::Signal;
use sqlx::ConnectOptions as _;
use sqlx::Connection as _;

use super::SUPERUSER;
use super::postmaster::Postmaster;
use super::site::{Site, connect_options};
use super::start_error::StartError;

const POLL: Duration = Duration::from_millis(2);
/// The server reads its files anew as soon as it runs; on a busy machine that may take a moment.
const LIMIT: Duration = Duration::from_secs(10);

/// Lets nobody in as the superuser any more, until the next start.
///
/// Started by an ordinary user, every process of the service runs as that user, and `peer` cannot
/// tell them apart: a front that was taken over could come in as the superuser through the socket,
/// and have the server read any file. So the map that lets that user in is taken away once the start
/// is done with it. Started as root, the front's user is in no map to begin with.
pub(super) async fn close(site: &Site, postmaster: &Postmaster) -> Result<(), StartError> {
    let path = site.layout.conf().join("pg_ident.conf");
    std::fs::write(&path, "# closed until the next start\n")
        .map_err(StartError::io("write", &path))?;
    postmaster.signal(Signal::HUP);
    let options = connect_options(&site.layout, SUPERUSER);
    let since = Instant::now();
    while since.elapsed() < LIMIT {
        match options.connect().await {
            Err(_) => return Ok(()),
            Ok(connection) => drop(connection.close().await),
        }
        tokio::time::sleep(POLL).await;
    }
    Err(StartError::SuperuserOpen)
}
