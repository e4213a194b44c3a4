use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::api::Limiter;
use crate::app::{App, router};
use crate::clock::Clock;
use crate::oauth::Attempts;
use crate::settings::{Seed, Settings};
use crate::simulate::simulate;
use crate::store::{FileError, State, Store};

/// How long requests that are under way may take when the tracker stops. A browser keeps
/// connections open that it never uses: without an end, it would keep the tracker alive.
const GRACE: Duration = Duration::from_secs(2);

/// A tracker that serves.
#[derive(Debug)]
pub struct Running {
    base_url: String,
    stop: watch::Sender<bool>,
    serving: JoinHandle<std::io::Result<()>>,
}

/// Why a tracker cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address can be reached from other machines.
    #[error("{0} is not a loopback address: listen on 127.0.0.1:PORT or [::1]:PORT")]
    NotLoopback(SocketAddr),
    /// The address is taken, or not ours.
    #[error("cannot listen on {address} (is another program there? port 0 takes a free one)")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The data file cannot be used.
    #[error("cannot start from the data file")]
    Data(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Opens the data and the listener, and serves until [`Running::stop`].
///
/// # Errors
/// See [`StartError`].
pub async fn start(settings: Settings, clock: Arc<dyn Clock>) -> Result<Running, StartError> {
    let address = settings.listen;
    if !address.ip().is_loopback() {
        return Err(StartError::NotLoopback(address));
    }
    let store = open(&settings, clock.as_ref()).map_err(|error| StartError::Data(error.into()))?;
    let listen_error = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(listen_error)?;
    let bound = listener.local_addr().map_err(listen_error)?;
    let base_url = format!("http://{bound}");
    let app = App {
        limiter: Limiter::new(settings.requests_per_minute),
        settings,
        base_url: base_url.clone(),
        store: Arc::new(store),
        clock,
        random: SystemRandom::new(),
        attempts: Attempts::default(),
    };
    let (stop, mut stopped) = watch::channel(false);
    let serving = tokio::spawn(async move {
        axum::serve(listener, router(Arc::new(app)))
            // A sender that is gone stops us too: nobody could stop us any more.
            .with_graceful_shutdown(async move { drop(stopped.wait_for(|stop| *stop).await) })
            .await
    });
    Ok(Running {
        base_url,
        stop,
        serving,
    })
}

fn open(settings: &Settings, clock: &dyn Clock) -> Result<Store, FileError> {
    Store::open(settings.data.as_deref(), || match settings.seed {
        Seed::Empty => State::default(),
        Seed::Simulated => simulate(clock.now()),
    })
}

impl Running {
    /// Scheme, address and port, without a slash at the end: `http://127.0.0.1:7411`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Stops taking requests, and waits a little for those that are under way.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let mut serving = self.serving;
        if tokio::time::timeout(GRACE, &mut serving).await.is_err() {
            serving.abort();
        }
    }
}
