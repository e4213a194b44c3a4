//! Key management services: they wrap data keys by a key that never leaves them.
//!
//! Each is asked by one key's name, and says by which of its versions it wrapped. Where a data key is kept goes with
//! every call as its context, so that one that was moved does not open there either.

mod away;
mod aws;
mod config;
mod error;
mod gcp;
mod transit;

pub use config::{AwsConfig, GcpConfig, KeeperConfig, ServiceConfig, TransitConfig, TransitLogin};
pub use error::{KeeperError, KeeperProblem};

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use crypto::{Context, KeyId, Sealed};
use kernel::{Chance, Clock, Secret};
use serde::Serialize;
use zeroize::Zeroizing;

use self::away::Away;
use self::aws::AwsKms;
use self::gcp::GcpKms;
use self::transit::Transit;
use super::kek::{KekError, Wrapped};
use crate::egress::keeper::KeeperDoor;
use crate::egress::{Lookup, SetUpError};

/// How long one call may take.
const CALL: Duration = Duration::from_secs(2);
/// How long a data key may take, with whatever is tried again. A transaction may wait for it, and none may last as long
/// as a data key stays after it was replaced.
const LIMIT: Duration = Duration::from_millis(4500);
/// How long to wait before what may pass is tried again, once.
const PAUSE: Duration = Duration::from_millis(200);
/// Bodies are shorter: a buffer that grew would leave a copy of a key behind.
const BODY_BYTES: usize = 16 * 1024;

/// One key of a key management service.
pub(super) struct Keeper {
    /// The service's word and the key's name there, without a version.
    name: String,
    door: KeeperDoor,
    service: Service,
    away: Away,
}

enum Service {
    Transit(Transit),
    Aws(AwsKms),
    Gcp(GcpKms),
}

/// What was wrapped, and by which version of the key, where it has any.
struct Encrypted {
    version: Option<u32>,
    bytes: Vec<u8>,
}

impl Keeper {
    /// A way to the key; nobody is asked yet.
    pub(super) fn new(
        config: KeeperConfig,
        clock: Arc<dyn Clock>,
        lookup: Arc<dyn Lookup>,
    ) -> Result<Self, SetUpError> {
        let name = config.name();
        let door = KeeperDoor::new(config.origin, config.authorities, lookup)?;
        let service = match config.service {
            ServiceConfig::Transit(config) => Service::Transit(Transit::new(config)),
            ServiceConfig::Aws(config) => Service::Aws(AwsKms::new(config, clock)),
            ServiceConfig::Gcp(config) => Service::Gcp(GcpKms::new(config, clock)),
        };
        Ok(Self {
            name,
            door,
            service,
            away: Away::default(),
        })
    }

    /// Its name, without a version.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether `name` is this key, in whichever version.
    pub(super) fn is(&self, name: &str) -> bool {
        name == self.name || self.version(name).is_some()
    }

    /// Wraps a data key by the version in `under`, or else by the newest one.
    pub(super) async fn wrap(
        &self,
        data_key: &Secret<[u8; 32]>,
        place: &Context<'_>,
        under: Option<&str>,
    ) -> Result<Wrapped, KeeperError> {
        let version = under.and_then(|name| self.version(name));
        let calls = [(); 2].map(|()| self.encrypt(data_key, place, version));
        let encrypted = self.patiently(calls).await?;
        let by = encrypted.version.map_or_else(
            || KeyId::new(self.name.as_str()),
            |version| self.versioned(version),
        );
        Ok(Wrapped {
            by,
            bytes: Sealed::from_bytes(encrypted.bytes),
        })
    }

    /// The bytes of a data key that this key wrapped.
    pub(super) async fn unwrap(
        &self,
        wrapped: &Wrapped,
        place: &Context<'_>,
    ) -> Result<Secret<[u8; 32]>, KeeperError> {
        let version = self.version(wrapped.by.as_str());
        let bytes = wrapped.bytes.as_bytes();
        let calls = [(); 2].map(|()| self.decrypt(bytes, place, version));
        self.patiently(calls).await
    }

    /// The version that wraps now, where it wraps nothing yet: whoever keeps the key makes new ones.
    pub(super) async fn successor(
        &self,
        in_use: &[String],
        chance: &dyn Chance,
    ) -> Result<KeyId, KeeperError> {
        let newest = self.probe(chance).await?.by;
        let is_in_use = |name: &String| name == newest.as_str();
        if in_use.iter().all(is_in_use) && !in_use.is_empty() {
            return Err(self.error(KeeperProblem::NoNewKey));
        }
        Ok(newest)
    }

    /// Wraps a key that nobody has, and sees that it opens where it was wrapped for and nowhere else: a service that
    /// ignores where a key is kept is none to keep it with.
    pub(super) async fn probe(&self, chance: &dyn Chance) -> Result<Wrapped, KeeperError> {
        let mut bytes = [0_u8; 32];
        chance.fill(&mut bytes);
        let key = Secret::new(bytes);
        let wrapped = self.wrap(&key, &PROBE, None).await?;
        let opened = self.unwrap(&wrapped, &PROBE).await?;
        if opened.expose() != key.expose() {
            return Err(self.error(KeeperProblem::Altered));
        }
        let elsewhere = Context {
            tenant: "org_other",
            ..PROBE
        };
        match self.unwrap(&wrapped, &elsewhere).await {
            Ok(_) => Err(self.error(KeeperProblem::NotBound)),
            Err(error) if matches!(error.problem, KeeperProblem::Altered) => Ok(wrapped),
            Err(error) => Err(error),
        }
    }

    async fn encrypt(
        &self,
        data_key: &Secret<[u8; 32]>,
        place: &Context<'_>,
        version: Option<u32>,
    ) -> Result<Encrypted, KeeperProblem> {
        let plain = encoded(data_key.expose());
        match &self.service {
            Service::Transit(it) => {
                let place = self.bound(place);
                it.encrypt(&self.door, &plain, &place, version).await
            }
            Service::Aws(it) => it.encrypt(&self.door, &plain, place).await,
            Service::Gcp(it) => {
                let version = match version {
                    Some(version) => version,
                    None => it.primary(&self.door).await?,
                };
                let place = place.associated_data(&self.versioned(version));
                it.encrypt(&self.door, data_key, (&place, Some(version)))
                    .await
            }
        }
    }

    async fn decrypt(
        &self,
        wrapped: &[u8],
        place: &Context<'_>,
        version: Option<u32>,
    ) -> Result<Secret<[u8; 32]>, KeeperProblem> {
        match &self.service {
            Service::Transit(it) => {
                let place = self.bound(place);
                it.decrypt(&self.door, wrapped, &place, version).await
            }
            Service::Aws(it) => it.decrypt(&self.door, wrapped, place).await,
            Service::Gcp(it) => {
                // A ciphertext does not show its version, nor does the answer: it is part of what is bound.
                let version = version.ok_or(KeeperProblem::Altered)?;
                let place = place.associated_data(&self.versioned(version));
                it.decrypt(&self.door, wrapped, &place).await
            }
        }
    }

    /// Where a data key is kept, in the form that goes with a call.
    fn bound(&self, place: &Context<'_>) -> String {
        BASE64_STANDARD.encode(place.associated_data(&KeyId::new(self.name.as_str())))
    }

    /// Makes a call, and once more where the first failure may pass.
    async fn patiently<T>(
        &self,
        [first, again]: [impl Future<Output = Result<T, KeeperProblem>>; 2],
    ) -> Result<T, KeeperError> {
        if let Some(problem) = self.away.now() {
            return Err(self.error(problem));
        }
        let calls = async {
            match first.await {
                Err(problem) if problem.may_pass() => {
                    tokio::time::sleep(PAUSE).await;
                    again.await
                }
                other => other,
            }
        };
        let done = tokio::time::timeout(LIMIT, calls).await;
        let done = done.unwrap_or(Err(KeeperProblem::Unreachable("does not answer in time")));
        self.away.note(done.as_ref().err());
        done.map_err(|problem| self.error(problem))
    }

    fn error(&self, problem: KeeperProblem) -> KeeperError {
        KeeperError {
            key: self.name.clone(),
            problem,
        }
    }

    fn versioned(&self, version: u32) -> KeyId {
        KeyId::new(format!("{}:v{version}", self.name))
    }

    /// The version in a name of this key, where the service tells of versions: AWS does not.
    fn version(&self, name: &str) -> Option<u32> {
        if matches!(self.service, Service::Aws(_)) {
            return None;
        }
        name.strip_prefix(&self.name)?
            .strip_prefix(":v")?
            .parse()
            .ok()
    }
}

impl std::fmt::Debug for Keeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keeper({})", self.name)
    }
}

impl From<KeeperError> for KekError {
    fn from(error: KeeperError) -> Self {
        match error.problem {
            KeeperProblem::Altered => Self::Sealed(crypto::envelope::OpenError::Altered),
            _ => Self::Keeper(error),
        }
    }
}

const PROBE: Context<'static> = Context {
    tenant: "server",
    table: "broker.data_keys",
    field: "probe",
    row: "probe",
    version: 1,
};

fn encoded(bytes: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(BASE64_STANDARD.encode(bytes))
}

/// The bytes of a data key, from the text of an answer.
fn key_bytes(text: &Secret<String>) -> Result<Secret<[u8; 32]>, KeeperProblem> {
    let bytes = BASE64_STANDARD.decode(text.expose());
    let bytes = Zeroizing::new(bytes.map_err(|_| KeeperProblem::Altered)?);
    let bytes = bytes.as_slice().try_into();
    Ok(Secret::new(bytes.map_err(|_| KeeperProblem::Altered)?))
}

fn json_body(of: &impl Serialize) -> Zeroizing<Vec<u8>> {
    let mut body = Zeroizing::new(Vec::with_capacity(BODY_BYTES));
    // What is written is texts and numbers, which always have a JSON form.
    let _ = serde_json::to_writer(&mut *body, of);
    body
}
