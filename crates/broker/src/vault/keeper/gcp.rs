use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use kernel::{Clock, Secret};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::config::GcpConfig;
use super::{CALL, Encrypted, KeeperProblem, encoded, json_body, key_bytes};
use crate::egress::keeper::{KeeperAnswer, KeeperDoor};

/// Google Cloud KMS. <https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys/encrypt>
pub(super) struct GcpKms {
    config: GcpConfig,
    clock: Arc<dyn Clock>,
    /// An assertion, and when it ends, in seconds since 1970.
    assertion: Mutex<Option<(Arc<Secret<String>>, i64)>>,
}

/// What assertions are for, wherever the service is reached.
const AUDIENCE: &str = "https://cloudkms.googleapis.com/";
/// The longest that is taken.
const ASSERTION_SECONDS: i64 = 3600;
/// Clocks differ, and calls take time.
const MARGIN_SECONDS: i64 = 300;

/// With a checksum of all that goes and comes, as the service advises: what a machine's memory changed must not become
/// a key that nobody has.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EncryptRequest<'a> {
    plaintext: &'a str,
    plaintext_crc32c: String,
    additional_authenticated_data: &'a str,
    additional_authenticated_data_crc32c: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EncryptAnswer {
    name: String,
    ciphertext: String,
    ciphertext_crc32c: String,
    #[serde(default)]
    verified_plaintext_crc32c: bool,
    #[serde(default)]
    verified_additional_authenticated_data_crc32c: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DecryptRequest<'a> {
    ciphertext: &'a str,
    ciphertext_crc32c: String,
    additional_authenticated_data: &'a str,
    additional_authenticated_data_crc32c: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DecryptAnswer {
    plaintext: Secret<String>,
    plaintext_crc32c: String,
}

#[derive(Deserialize)]
struct Refused {
    error: Status,
}

#[derive(Deserialize)]
struct Status {
    #[serde(default)]
    status: String,
    #[serde(default)]
    message: String,
}

impl GcpKms {
    pub(super) const fn new(config: GcpConfig, clock: Arc<dyn Clock>) -> Self {
        Self {
            config,
            clock,
            assertion: Mutex::new(None),
        }
    }

    /// Encrypts by a version of the key, or by its primary one.
    pub(super) async fn encrypt(
        &self,
        door: &KeeperDoor,
        data_key: &Secret<[u8; 32]>,
        (place, version): (&[u8], Option<u32>),
    ) -> Result<Encrypted, KeeperProblem> {
        let body = json_body(&EncryptRequest {
            plaintext: &encoded(data_key.expose()),
            plaintext_crc32c: crc32c(data_key.expose()).to_string(),
            additional_authenticated_data: &BASE64_STANDARD.encode(place),
            additional_authenticated_data_crc32c: crc32c(place).to_string(),
        });
        let key = &self.config.key;
        let path = version.map_or_else(
            || format!("/v1/{key}:encrypt"),
            |version| format!("/v1/{key}/cryptoKeyVersions/{version}:encrypt"),
        );
        let answer = self.call(door, &path, body).await?;
        let garbled = KeeperProblem::Failed(answer.status);
        let encrypted: EncryptAnswer = read(&answer)?;
        let bytes = BASE64_STANDARD.decode(&encrypted.ciphertext);
        let bytes = bytes.map_err(|_| garbled)?;
        let is_whole = encrypted.verified_plaintext_crc32c
            && encrypted.verified_additional_authenticated_data_crc32c
            && encrypted.ciphertext_crc32c == crc32c(&bytes).to_string();
        let wrapped_by = self.version_of(&encrypted.name).ok_or(garbled)?;
        if !is_whole || version.is_some_and(|version| version != wrapped_by) {
            return Err(garbled);
        }
        Ok(Encrypted {
            version: Some(wrapped_by),
            bytes,
        })
    }

    /// The version that encrypts where nobody says which: seen by a ciphertext that nobody needs.
    pub(super) async fn primary(&self, door: &KeeperDoor) -> Result<u32, KeeperProblem> {
        let nothing = Secret::new([0; 32]);
        let encrypted = self.encrypt(door, &nothing, (&[], None)).await?;
        encrypted.version.ok_or(KeeperProblem::Failed(200))
    }

    pub(super) async fn decrypt(
        &self,
        door: &KeeperDoor,
        wrapped: &[u8],
        place: &[u8],
    ) -> Result<Secret<[u8; 32]>, KeeperProblem> {
        let body = json_body(&DecryptRequest {
            ciphertext: &BASE64_STANDARD.encode(wrapped),
            ciphertext_crc32c: crc32c(wrapped).to_string(),
            additional_authenticated_data: &BASE64_STANDARD.encode(place),
            additional_authenticated_data_crc32c: crc32c(place).to_string(),
        });
        let path = format!("/v1/{}:decrypt", self.config.key);
        let answer = self.call(door, &path, body).await?;
        let decrypted: DecryptAnswer = read(&answer)?;
        let bytes = key_bytes(&decrypted.plaintext)?;
        if decrypted.plaintext_crc32c != crc32c(bytes.expose()).to_string() {
            return Err(KeeperProblem::Failed(answer.status));
        }
        Ok(bytes)
    }

    async fn call(
        &self,
        door: &KeeperDoor,
        path: &str,
        body: Zeroizing<Vec<u8>>,
    ) -> Result<KeeperAnswer, KeeperProblem> {
        let assertion = self.assertion()?;
        let bearer = Zeroizing::new(format!("Bearer {}", assertion.expose()));
        let bearer = HeaderValue::from_str(&bearer);
        let mut bearer = bearer.map_err(|_| KeeperProblem::Denied)?;
        bearer.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, bearer);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let answer = door.post(path, headers, body, CALL).await?;
        if answer.status == 200 {
            return Ok(answer);
        }
        let refused = serde_json::from_slice::<Refused>(answer.body.as_slice());
        Err(refused.map_or_else(
            |_| refusal(answer.status, "", ""),
            |it| refusal(answer.status, &it.error.status, &it.error.message),
        ))
    }

    /// One that is good for a while yet. Signing one takes longer than a call.
    fn assertion(&self) -> Result<Arc<Secret<String>>, KeeperProblem> {
        let now = self.clock.now().unix_timestamp();
        let mut kept = self
            .assertion
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some((assertion, ends)) = &*kept
            && now + MARGIN_SECONDS < *ends
        {
            return Ok(Arc::clone(assertion));
        }
        let account = &self.config.account;
        let assertion = account.assertion(AUDIENCE, now, ASSERTION_SECONDS);
        let assertion = Arc::new(assertion.ok_or(KeeperProblem::Denied)?);
        *kept = Some((Arc::clone(&assertion), now + ASSERTION_SECONDS));
        Ok(assertion)
    }

    /// The version in the name of one of this key's.
    fn version_of(&self, name: &str) -> Option<u32> {
        let rest = name.strip_prefix(&self.config.key)?;
        rest.strip_prefix("/cryptoKeyVersions/")?.parse().ok()
    }
}

fn read<'a, T: Deserialize<'a>>(answer: &'a KeeperAnswer) -> Result<T, KeeperProblem> {
    serde_json::from_slice(answer.body.as_slice()).map_err(|_| KeeperProblem::Failed(answer.status))
}

/// <https://cloud.google.com/apis/design/errors>
fn refusal(status: u16, kind: &str, message: &str) -> KeeperProblem {
    match kind {
        // So it says that a ciphertext, or what goes with it, is not what was encrypted.
        "INVALID_ARGUMENT" if message.contains("Decryption failed") => KeeperProblem::Altered,
        "UNAUTHENTICATED" | "PERMISSION_DENIED" => KeeperProblem::Denied,
        "NOT_FOUND" => KeeperProblem::NoKey,
        "FAILED_PRECONDITION" => KeeperProblem::Disabled,
        "RESOURCE_EXHAUSTED" => KeeperProblem::Throttled,
        "UNAVAILABLE" => KeeperProblem::Unreachable("says that it is unavailable"),
        _ if matches!(status, 401 | 403) => KeeperProblem::Denied,
        _ if status == 404 => KeeperProblem::NoKey,
        _ if status == 429 => KeeperProblem::Throttled,
        _ => KeeperProblem::Failed(status),
    }
}

/// CRC-32C (RFC 3720 B.4), of some hundred bytes.
fn crc32c(bytes: &[u8]) -> u32 {
    /// Castagnoli's polynomial, its bits reversed.
    const POLYNOMIAL: u32 = 0x82f6_3b78;
    let step = |crc: u32, _| (crc >> 1) ^ (POLYNOMIAL & (crc & 1).wrapping_neg());
    let byte = |crc: u32, byte: &u8| (0..8).fold(crc ^ u32::from(*byte), step);
    !bytes.iter().fold(!0, byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3720 B.4.
    #[test]
    fn the_published_checksums_hold() {
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
        let rising: Vec<u8> = (0..32).collect();
        assert_eq!(crc32c(&rising), 0x46dd_794e);
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    }

    #[test]
    fn what_it_says_is_sorted_by_what_to_do() {
        for (kind, message, means) in [
            (
                "INVALID_ARGUMENT",
                "Decryption failed: verify that 'name' refers to the correct CryptoKey.",
                KeeperProblem::Altered,
            ),
            ("INVALID_ARGUMENT", "another", KeeperProblem::Failed(400)),
            ("FAILED_PRECONDITION", "", KeeperProblem::Disabled),
            ("PERMISSION_DENIED", "", KeeperProblem::Denied),
            ("RESOURCE_EXHAUSTED", "", KeeperProblem::Throttled),
            ("NOT_FOUND", "", KeeperProblem::NoKey),
        ] {
            assert_eq!(refusal(400, kind, message), means, "{kind}");
        }
    }
}
