use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tokio::net::{TcpStream, UnixListener, UnixStream};
use tokio::task::JoinHandle;

/// The front's way to a database on the network: a unix socket whose bytes are carried to the server
/// and back, unread. TLS is between the front and the server, through it.
///
/// So the front gives up all network sockets, wherever the database is. The alternative, to leave it
/// the family `AF_INET` and have Landlock restrict the port, leaves UDP open, which names need, and
/// holds on newer kernels alone.
#[derive(Debug)]
pub(crate) struct Relay {
    task: JoinHandle<()>,
}

impl Relay {
    /// Listens in `folder`, for `user` alone where there is one, and carries to `host` and `port`.
    pub(crate) fn start(
        folder: &Path,
        user: Option<u32>,
        target: (String, u16),
    ) -> io::Result<Self> {
        // As libpq and sqlx look for it.
        let path = folder.join(format!(".s.PGSQL.{}", target.1));
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&path)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        if user.is_some() {
            std::os::unix::fs::lchown(&path, user, user)?;
        }
        Ok(Self {
            task: tokio::spawn(accept(listener, target)),
        })
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: UnixListener, target: (String, u16)) {
    loop {
        match listener.accept().await {
            Ok((near, _)) => drop(tokio::spawn(carry(near, target.clone()))),
            Err(error) => {
                tracing::warn!(%error, "db.relay_failed");
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }
}

async fn carry(mut near: UnixStream, target: (String, u16)) {
    let result = async {
        let mut far = TcpStream::connect((target.0.as_str(), target.1)).await?;
        far.set_nodelay(true)?;
        tokio::io::copy_bidirectional(&mut near, &mut far).await
    };
    if let Err(error) = result.await {
        tracing::debug!(%error, "db.relay_ended");
    }
}
