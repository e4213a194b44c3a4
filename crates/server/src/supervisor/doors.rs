use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Why nothing can be listened on.
#[derive(Debug, thiserror::Error)]
pub(super) enum DoorError {
    #[error(
        "{address} is taken: another program listens there. Stop it, or choose another --listen"
    )]
    Taken { address: SocketAddr },
    #[error("cannot listen on {address}")]
    Listen {
        address: SocketAddr,
        #[source]
        source: io::Error,
    },
    #[error("cannot listen on {path}", path = path.display())]
    Socket {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

/// The front of a server that was killed a moment ago ends within this.
const PREVIOUS_ENDS_WITHIN: Duration = Duration::from_secs(2);

/// Opens the front's door. The supervisor does it, so that a port below 1024 needs root here alone,
/// and a taken one is told before anything is started.
pub(super) async fn listen(address: SocketAddr) -> Result<TcpListener, DoorError> {
    let since = Instant::now();
    loop {
        match TcpListener::bind(address) {
            Ok(listener) => return Ok(listener),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                if since.elapsed() > PREVIOUS_ENDS_WITHIN {
                    return Err(DoorError::Taken { address });
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(source) => return Err(DoorError::Listen { address, source }),
        }
    }
}

/// Opens a unix socket that `user` may connect to, or this process's own user alone.
pub(super) fn open(path: &Path, user: Option<u32>) -> Result<UnixListener, DoorError> {
    bind(path, user).map_err(|source| DoorError::Socket {
        path: path.to_owned(),
        source,
    })
}

fn bind(path: &Path, user: Option<u32>) -> io::Result<UnixListener> {
    match std::fs::remove_file(path) {
        // Left behind by a server that was killed. The lock is ours, so that nobody listens there.
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    if user.is_some() {
        std::os::unix::fs::lchown(path, user, user)?;
    }
    Ok(listener)
}
