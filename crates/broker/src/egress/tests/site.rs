//! A small real server that answers as badly as it is told to.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What the server does once it has read a request.
#[derive(Clone)]
pub(super) enum Reply {
    /// Writes this and closes.
    Bytes(Vec<u8>),
    /// Writes the first, then the second again and again, so often.
    Repeat(Vec<u8>, Vec<u8>, Duration),
    /// Closes without a word.
    Drop,
    /// Never answers.
    Hang,
}

/// A running server.
pub(super) struct Site {
    pub(super) address: SocketAddr,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    connections: AtomicU64,
    written_bytes: AtomicU64,
    requests: Mutex<Vec<Received>>,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub(super) struct Received {
    pub(super) head: String,
    pub(super) body: String,
}

impl Reply {
    pub(super) fn json(body: &str) -> Self {
        Self::with("200 OK", "content-type: application/json\r\n", body)
    }

    pub(super) fn with(status: &str, headers: &str, body: &str) -> Self {
        let length = body.len();
        let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n");
        Self::Bytes(format!("{head}connection: close\r\n\r\n{body}").into_bytes())
    }
}

impl Site {
    /// A plain server that always answers so.
    pub(super) async fn always(reply: Reply) -> Self {
        Self::start(reply, None).await
    }

    pub(super) async fn start(reply: Reply, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.connections.fetch_add(1, Ordering::SeqCst);
                let (state, tls, reply) = (Arc::clone(&shared), tls.clone(), reply.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, &state, reply).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, &state, reply).await;
                            }
                        }
                    }
                });
            }
        });
        Self { address, state }
    }

    pub(super) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Connections that were ever accepted. The kernel accepts before we do: a little patience
    /// makes sure that none is missed.
    pub(super) async fn connections(&self) -> u64 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        self.state.connections.load(Ordering::SeqCst)
    }

    pub(super) fn written_bytes(&self) -> u64 {
        self.state.written_bytes.load(Ordering::SeqCst)
    }

    pub(super) fn requests(&self) -> Vec<Received> {
        self.state.requests.lock().unwrap().clone()
    }
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, state: &State, reply: Reply) {
    let Some(received) = receive(&mut stream).await else {
        // As real servers do with what is no HTTP, such as TLS.
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        return;
    };
    state.requests.lock().unwrap().push(received);
    match reply {
        Reply::Drop => {}
        Reply::Hang => std::future::pending().await,
        Reply::Bytes(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
        Reply::Repeat(first, again, every) => {
            let mut next = first;
            while stream.write_all(&next).await.is_ok() && stream.flush().await.is_ok() {
                state
                    .written_bytes
                    .fetch_add(next.len() as u64, Ordering::SeqCst);
                next.clone_from(&again);
                tokio::time::sleep(every).await;
            }
        }
    }
}

async fn receive(stream: &mut (impl AsyncRead + Unpin)) -> Option<Received> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 || !bytes[0].is_ascii_uppercase() {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().ok())?
    });
    let wanted = end + 4 + length.unwrap_or(0);
    while bytes.len() < wanted {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    Some(Received {
        head,
        body: String::from_utf8_lossy(&bytes[end + 4..]).into_owned(),
    })
}

impl Received {
    /// The value of a header; panics when it came twice.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.head.lines().skip(1).filter_map(|line| {
            let (given, value) = line.split_once(':')?;
            given.eq_ignore_ascii_case(name).then(|| value.trim())
        });
        let value = values.next();
        assert_eq!(values.next(), None, "{name} was sent twice");
        value
    }

    pub(super) fn first_line(&self) -> &str {
        self.head.lines().next().unwrap()
    }
}
