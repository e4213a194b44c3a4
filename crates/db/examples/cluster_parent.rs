//! Starts a private cluster, tells its process number, and stops it when its input ends:
//! `cluster_parent DATA_DIR [BINARIES]`. The attack tests kill it.

use std::io::{BufRead, Write};
use std::process::ExitCode;
use std::time::Instant;

use db::cluster::{Cluster, ClusterConfig};

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let Some(data_dir) = arguments.next() else {
        return tell(
            "usage: cluster_parent DATA_DIR [BINARIES]",
            ExitCode::from(2),
        );
    };
    let mut config = ClusterConfig::new(data_dir)
        .on_progress(|progress| _ = tell(&format!("progress {progress:?}"), ExitCode::SUCCESS));
    config.binaries = arguments.next().map(Into::into);
    let since = Instant::now();
    // On a worker thread: it is not the thread that the server's life hangs on.
    let cluster = match tokio::spawn(Cluster::start(config)).await {
        Ok(Ok(cluster)) => cluster,
        Ok(Err(error)) => return tell(&format!("error {error}"), ExitCode::FAILURE),
        Err(error) => return tell(&format!("error {error}"), ExitCode::FAILURE),
    };
    let pid = cluster.pid();
    tell(
        &format!("ready {pid} after {} ms", since.elapsed().as_millis()),
        ExitCode::SUCCESS,
    );
    let _ = tokio::task::spawn_blocking(|| std::io::stdin().lock().lines().count()).await;
    match cluster.stop().await {
        Ok(how) => tell(&format!("stopped {how:?}"), ExitCode::SUCCESS),
        Err(error) => tell(&format!("error {error}"), ExitCode::FAILURE),
    }
}

/// A line to whoever started this, who may be gone.
fn tell(line: &str, code: ExitCode) -> ExitCode {
    let mut output = std::io::stdout();
    let _ = writeln!(output, "{line}");
    let _ = output.flush();
    code
}
