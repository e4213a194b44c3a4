use super::start::Started;

/// Stops everything in order: first who takes requests, then who carries them out, then what they
/// stand on.
pub(super) async fn stop(started: Started) {
    drop(started.rounds);
    started.front.stop().await;
    started.broker.stop().await;
    let _ = std::fs::remove_file(&started.instance_path);
    if let Some(cluster) = started.database.cluster {
        match cluster.stop().await {
            Ok(how) => tracing::info!(?how, "db.stopped"),
            Err(error) => tracing::error!(%error, "db.not_stopped"),
        }
    }
}
