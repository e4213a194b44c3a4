use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use crypto::cookie::CookieKey;
use db::Db;
use hyper_util::rt::TokioTimer;
use kernel::{SystemClock, SystemRng};
use manifest::Apps;
use sqlx::ConnectOptions as _;
use sqlx::Connection as _;
use tokio::task::JoinSet;
use web::{AppState, Parts, Throttles};
use zeroize::Zeroize as _;

use super::connections::Room;
use super::probe::{self, Probe};
use super::tls;
use crate::exit::{Exit, Failure};
use crate::process::sandbox::Confinement;
use crate::process::{DatabaseLogin, FrontBoot, Inherited, report};
use crate::runtime;

/// What the front is handed to listen on.
#[derive(Debug)]
pub(super) struct Sockets {
    pub(super) http: TcpListener,
    pub(super) probe: UnixListener,
}

const CONNECTIONS: u32 = 10;
/// Everybody's pages share these: they hold up nobody who is signed in.
const ANONYMOUS_CONNECTIONS: u32 = 3;
/// Password hashes at once (19 MiB each), and how many may wait for one.
const HASHES: (usize, usize) = (2, 64);
/// Whoever connects sends the head of a request within this (ED-03): slow senders hold no place.
const HEAD_LIMIT: Duration = Duration::from_secs(10);
/// A peer that went away without a word is noticed within twice this.
const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// Requests that are under way when the server stops may end within this.
const DRAIN: Duration = Duration::from_secs(3);

/// Serves until it is asked to stop.
pub(super) async fn serve(
    inherited: Inherited<FrontBoot>,
    sockets: Sockets,
    confinement: Confinement,
) -> Result<(), Failure> {
    let Inherited { boot, channel, .. } = inherited;
    let probe = Probe {
        confinement,
        forbidden: boot.forbidden.clone(),
    };
    let tls = boot.tls.as_ref().map(tls::acceptor).transpose()?;
    let room = Room::new(&boot.trusted_proxies);
    let state = state(boot).await?;
    let router = web::router(state.clone());
    let mut background = JoinSet::new();
    background.spawn(web::run_background(state.clone()));
    background.spawn(probe::serve(sockets.probe, probe));
    let handle = Handle::new();
    let mut serving = tokio::spawn(listen(sockets.http, (tls, room), router, handle.clone()));
    report(&channel, Ok(())).map_err(Failure::cannot_run)?;
    tokio::select! {
        stop = runtime::asked_to_stop(channel) => stop.map_err(Failure::cannot_run)?,
        ended = &mut serving => return Err(ended_early(ended)),
    }
    handle.graceful_shutdown(Some(DRAIN));
    // Ends with the last connection, or after the limit.
    let _ = serving.await;
    background.shutdown().await;
    let _ = tokio::time::timeout(DRAIN, web::flush_uses(&state)).await;
    let _ = tokio::time::timeout(DRAIN, state.db.close()).await;
    Ok(())
}

/// A pool for a login that is as weak as it has to be.
async fn open(login: &DatabaseLogin, connections: u32) -> Result<Db, Failure> {
    let options = login.options().map_err(Failure::cannot_run)?;
    let mut connection = options.connect().await.map_err(Failure::cannot_run)?;
    db::guard::check(&mut connection)
        .await
        .map_err(Failure::cannot_run)?;
    connection.close().await.map_err(Failure::cannot_run)?;
    let (clock, chance) = (Arc::new(SystemClock), Arc::new(SystemRng));
    Ok(Db::new(options, connections, clock, chance))
}

async fn state(boot: FrontBoot) -> Result<AppState, Failure> {
    let mut cookie_key = [0_u8; 32];
    hex::decode_to_slice(boot.cookie_key.expose(), &mut cookie_key).map_err(Failure::usage)?;
    let parts = Parts {
        db: open(&boot.database, CONNECTIONS).await?,
        anonymous: open(&boot.anonymous, ANONYMOUS_CONNECTIONS).await?,
        broker: broker::socket::BrokerClient::new(&boot.broker_socket),
        apps: Apps::new(&boot.manifests).map_err(Failure::usage)?,
        issuers: boot.issuers,
        hashes: identity::HashPool::new(HASHES.0, HASHES.1),
        cookie_key: CookieKey::new(&cookie_key),
        public_url: boot.public_url,
        trusted_proxies: boot.trusted_proxies,
        controls: crate::verify::controls(),
        upload_limit_bytes: boot.upload_limit_bytes,
        mail: boot.mail,
        throttles: Throttles::default().per_key(boot.key_requests_per_minute),
    };
    cookie_key.zeroize();
    Ok(AppState::new(parts))
}

async fn listen(
    listener: TcpListener,
    (tls, room): (Option<RustlsConfig>, Room),
    router: Router,
    handle: Handle<SocketAddr>,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let app = router.into_make_service_with_connect_info::<SocketAddr>();
    let mut server = axum_server::from_tcp(listener)?.handle(handle);
    let mut protocol = server.http_builder().http1();
    protocol
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT);
    server
        .http_builder()
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(KEEP_ALIVE);
    match tls {
        Some(config) => {
            let acceptor = RustlsAcceptor::new(config).handshake_timeout(HEAD_LIMIT);
            server.acceptor(acceptor.acceptor(room)).serve(app).await
        }
        None => server.acceptor(room).serve(app).await,
    }
}

fn ended_early(ended: Result<io::Result<()>, tokio::task::JoinError>) -> Failure {
    match ended {
        Ok(Err(error)) => Failure::cannot_run(error),
        _ => Failure {
            exit: Exit::CannotRun,
            chain: vec!["the listener ended".to_owned()],
        },
    }
}
