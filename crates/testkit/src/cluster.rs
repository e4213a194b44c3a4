//! One real PostgreSQL for all tests.
//!
//! nextest runs each test in a process of its own, so the cluster is shared between processes: the
//! first one that needs it starts it under `target/test-cluster`, it outlives them all, and later
//! runs find it again. Each test gets a database of its own, cloned from a template.

mod block_on;
mod database;
mod home;
mod sweep;
mod template;

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use db::cluster::Detached;
use sqlx::postgres::PgConnectOptions;

pub use database::TestDatabase;
pub use template::TemplateError;

/// The cluster that all tests share.
#[derive(Debug)]
pub struct TestCluster {
    detached: Detached,
}

/// Finds the shared cluster, or starts it. Blocks the thread for as long as that takes, which is
/// about a second once, and nothing afterwards.
///
/// # Panics
/// When the cluster cannot be started: no test that needs it can go on.
#[expect(
    clippy::panic,
    reason = "tests only: without a database there is nothing to go on with"
)]
pub fn shared() -> &'static TestCluster {
    static SHARED: OnceLock<TestCluster> = OnceLock::new();
    SHARED.get_or_init(|| match block_on::run(home::find_or_start()) {
        Ok(detached) => TestCluster { detached },
        Err(error) => panic!("the test cluster did not start: {}", chain(&error)),
    })
}

/// Stops the shared cluster, if it runs. Its files stay, for a fast start next time.
/// Answers whether one was stopped.
pub fn stop() -> bool {
    home::running().is_some_and(|detached| {
        block_on::run(async move { detached.stop(Duration::from_secs(10)).await.is_ok() })
    })
}

impl TestCluster {
    /// How the superuser connects to `database`.
    pub fn superuser_options(&self, database: &str) -> PgConnectOptions {
        self.detached.superuser_options().database(database)
    }

    /// How `role` connects to `database`; its password is to be added.
    pub fn options_for(&self, role: &str, database: &str) -> PgConnectOptions {
        self.detached.options_for(role).database(database)
    }

    /// The directory of the socket, for `host=` in a URL.
    pub fn socket_directory(&self) -> PathBuf {
        self.detached.socket_directory()
    }

    /// The superuser's URL of `database`, for programs that take one.
    pub fn url(&self, database: &str) -> String {
        let host = self.socket_directory().display().to_string();
        let host: String = url::form_urlencoded::byte_serialize(host.as_bytes()).collect();
        format!(
            "postgres://{}@localhost/{database}?host={host}",
            db::cluster::SUPERUSER
        )
    }
}

/// An error with the reasons below it, on one line each.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut below = error.source();
    while let Some(error) = below {
        text = format!("{text}\n  because: {error}");
        below = error.source();
    }
    text
}
