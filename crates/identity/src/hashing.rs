use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use kernel::{Chance, Secret};
use tokio::sync::Semaphore;

/// OWASP Password Storage Cheat Sheet, second choice: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const OUTPUT_BYTES: usize = 32;
const SALT_BYTES: usize = 16;

/// Argon2id (RFC 9106) on a bounded number of threads with a bounded queue: 19 MiB a hash must not
/// become the server's whole memory, nor its whole time.
#[derive(Debug, Clone)]
pub struct HashPool {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

/// More sign-ins are waiting than the queue holds: answer 503 with Retry-After.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many people are signing in at this moment: try again in a few seconds")]
pub struct HashPoolBusy;

/// The parameters and salt of a stored password, in PHC string form without the hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parameters(String);

impl Parameters {
    /// Today's cost and a fresh salt.
    pub(crate) fn fresh(chance: &dyn Chance) -> Self {
        let mut salt = [0_u8; SALT_BYTES];
        chance.fill(&mut salt);
        let salt = BASE64_STANDARD_NO_PAD.encode(salt);
        Self(format!("{}${salt}", cost()))
    }

    /// Whether they cost what a password set today would.
    pub(crate) fn are_todays(&self) -> bool {
        self.0
            .strip_prefix(&cost())
            .is_some_and(|rest| rest.starts_with('$'))
    }

    /// What the database keeps.
    pub(crate) const fn from_stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Memory, passes, lanes and salt; nothing where the text is not what [`Parameters::fresh`] writes.
    fn parts(&self) -> Option<(Params, Vec<u8>)> {
        let rest = self.0.strip_prefix("$argon2id$v=19$m=")?;
        let (memory, rest) = rest.split_once(",t=")?;
        let (passes, rest) = rest.split_once(",p=")?;
        let (lanes, salt) = rest.split_once('$')?;
        let params = Params::new(
            memory.parse().ok()?,
            passes.parse().ok()?,
            lanes.parse().ok()?,
            Some(OUTPUT_BYTES),
        )
        .ok()?;
        Some((params, BASE64_STANDARD_NO_PAD.decode(salt).ok()?))
    }
}

/// As the database has it too (`identity.password_cost`).
fn cost() -> String {
    format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}")
}

/// What is sent to the database in place of a password: it keeps the digest of this.
pub(crate) type Proof = Secret<[u8; OUTPUT_BYTES]>;

impl HashPool {
    /// Hashes on `threads` threads at once, with up to `queue` waiting.
    pub fn new(threads: usize, queue: usize) -> Self {
        Self {
            running: Arc::new(Semaphore::new(threads)),
            waiting: Arc::new(Semaphore::new(threads + queue)),
        }
    }

    /// The proof of `password` under `parameters`.
    pub(crate) async fn prove(
        &self,
        password: Secret<String>,
        parameters: Parameters,
    ) -> Result<Proof, HashPoolBusy> {
        self.run(move || argon2id(&password, &parameters)).await
    }

    /// Does what costs a password's worth of computing, when there is a place for it.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashPoolBusy> {
        let _place = self.waiting.try_acquire().map_err(|_| HashPoolBusy)?;
        let _thread = self.running.acquire().await.map_err(|_| HashPoolBusy)?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| HashPoolBusy)
    }
}

pub(crate) fn argon2id(password: &Secret<String>, parameters: &Parameters) -> Proof {
    let mut output = [0_u8; OUTPUT_BYTES];
    if let Some((params, salt)) = parameters.parts() {
        let hashed = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(
            password.expose().as_bytes(),
            &salt,
            &mut output,
        );
        if hashed.is_err() {
            // No stored digest is of 32 zero bytes: the proof fails.
            output.fill(0);
        }
    }
    Secret::new(output)
}

#[cfg(test)]
mod tests {
    use kernel::SystemRng;

    use super::*;

    #[tokio::test]
    async fn the_proof_is_that_of_the_reference_implementation() {
        // echo -n password | argon2 somesaltsomesalt -id -t 2 -k 19456 -p 1 -l 32
        let salt = BASE64_STANDARD_NO_PAD.encode("somesaltsomesalt");
        let parameters = Parameters::from_stored(format!("$argon2id$v=19$m=19456,t=2,p=1${salt}"));
        let pool = HashPool::new(1, 1);
        let proof = pool
            .prove(Secret::new("password".to_owned()), parameters)
            .await
            .unwrap();
        assert_eq!(hex::encode(proof.expose()), REFERENCE);
    }

    #[test]
    fn a_password_of_another_cost_is_told() {
        assert!(Parameters::fresh(&SystemRng).are_todays());
        for dated in [
            "$argon2id$v=19$m=4096,t=2,p=1$AAAA",
            "$argon2id$v=19$m=19456,t=2,p=11$AAAA",
            "",
        ] {
            assert!(
                !Parameters::from_stored(dated.to_owned()).are_todays(),
                "{dated}"
            );
        }
    }

    const REFERENCE: &str = "2b5dc4054886ec957ef59c73b661c54dd6fb274590b278f657c6d96aac8fa6d1";

    #[tokio::test]
    async fn past_its_queue_the_pool_says_busy_and_does_not_wait() {
        let pool = HashPool::new(0, 0);
        let parameters = Parameters::fresh(&SystemRng);
        let refused = pool.prove(Secret::new("x".to_owned()), parameters).await;
        assert_eq!(refused.unwrap_err(), HashPoolBusy);
    }
}
