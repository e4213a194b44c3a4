//! The parts of two key management services that the broker asks, as their documentation has them: the transit engine
//! of Vault and OpenBao, and Google Cloud KMS. They encrypt by AES-256-GCM, with what comes beside as its associated data.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey,
};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use kernel::{Chance as _, SystemRng};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

/// What it does instead of what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Honest,
    /// Opens whatever it wrapped, wherever it is.
    IgnoresContext,
    /// Answers every call with this status and nothing that anybody wrote down.
    Status(u16),
    /// Answers so many calls that there are too many, and goes on.
    Busy(u32),
    /// Keeps the key, and does not use it.
    Disabled,
    /// Answers more than anybody wants.
    Endless,
    /// Does not answer.
    Silent,
    /// Wraps what is tried, and gives for everything else what nobody can open.
    Spoils,
}

pub(crate) struct KeyServer {
    pub(crate) url: String,
    pub(crate) account: String,
    state: Arc<Mutex<Kept>>,
    serving: JoinHandle<()>,
}

struct Kept {
    /// Each key's versions, the first of which is 1.
    keys: BTreeMap<String, Vec<[u8; 32]>>,
    tokens: Vec<String>,
    mood: Mood,
    calls: usize,
    public_key: Vec<u8>,
}

pub(crate) const TOKEN: &str = "hvs.a-token-of-the-test";
pub(crate) const ROLE: &str = "a-role";
pub(crate) const SECRET_ID: &str = "a-secret-id-of-the-test";
pub(crate) const NAMESPACE: &str = "a-team";
pub(crate) const GCP_KEY: &str = "projects/p/locations/l/keyRings/r/cryptoKeys/";

type Shared = State<Arc<Mutex<Kept>>>;
type Answered = Result<Value, Box<Response>>;

impl KeyServer {
    pub(crate) async fn start() -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let pem = BASE64_STANDARD.encode(der.as_ref());
        let account = json!({
            "type": "service_account", "client_email": "broker@p.example", "private_key_id": "k1",
            "private_key": format!("-----BEGIN PRIVATE KEY-----\n{pem}\n-----END PRIVATE KEY-----\n"),
        });
        let keys = ["first", "second"].map(|name| (name.to_owned(), vec![SystemRng.bytes()]));
        let state = Arc::new(Mutex::new(Kept {
            keys: keys.into(),
            tokens: vec![TOKEN.to_owned()],
            mood: Mood::Honest,
            calls: 0,
            public_key: pair.public_key().as_ref().to_vec(),
        }));
        let router = Router::new()
            .route("/v1/transit/{what}/{key}", post(transit))
            .route("/v1/auth/approle/login", post(login))
            .route("/v1/{*name}", post(google))
            .with_state(Arc::clone(&state));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            account: account.to_string(),
            state,
            serving,
        }
    }

    pub(crate) fn mood(&self, mood: Mood) {
        self.kept().mood = mood;
    }

    /// Makes a new version of a key.
    pub(crate) fn rotate(&self, key: &str) {
        let versions = &mut self.kept().keys;
        versions.get_mut(key).unwrap().push(SystemRng.bytes());
    }

    /// Ends every token that anybody was given.
    pub(crate) fn end_tokens(&self) {
        self.kept().tokens.clear();
    }

    pub(crate) fn calls(&self) -> usize {
        self.kept().calls
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.state.lock().unwrap()
    }
}

impl Drop for KeyServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Counts the call, and does what the mood does to all of them alike.
async fn moody(state: &Arc<Mutex<Kept>>) -> Result<(), Response> {
    let mood = {
        let mut kept = state.lock().unwrap();
        kept.calls += 1;
        if let Mood::Busy(more) = kept.mood {
            kept.mood = if more > 1 {
                Mood::Busy(more - 1)
            } else {
                Mood::Honest
            };
            return Err(StatusCode::TOO_MANY_REQUESTS.into_response());
        }
        kept.mood
    };
    match mood {
        Mood::Status(status) => Err(StatusCode::from_u16(status).unwrap().into_response()),
        Mood::Endless => Err("x".repeat(1 << 20).into_response()),
        Mood::Silent => std::future::pending().await,
        _ => Ok(()),
    }
}

async fn login(State(state): Shared, body: Bytes) -> Response {
    if let Err(answer) = moody(&state).await {
        return answer;
    }
    let asked: Value = serde_json::from_slice(&body).unwrap();
    if asked != json!({ "role_id": ROLE, "secret_id": SECRET_ID }) {
        let said = json!({ "errors": ["invalid role or secret ID"] }).to_string();
        return (StatusCode::BAD_REQUEST, said).into_response();
    }
    let token = format!("hvs.{}", hex::encode(SystemRng.bytes::<8>()));
    state.lock().unwrap().tokens.push(token.clone());
    let given = json!({ "auth": { "client_token": token, "renewable": true } });
    given.to_string().into_response()
}

async fn transit(
    State(state): Shared,
    Path((what, key)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Err(answer) = moody(&state).await {
        return answer;
    }
    let errors = |status: StatusCode, said: &str| {
        (status, json!({ "errors": [said] }).to_string()).into_response()
    };
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let kept = state.lock().unwrap();
    let is_known = header("x-vault-token").is_some_and(|it| kept.tokens.iter().any(|t| t == it));
    if !is_known || header("x-vault-namespace") != Some(NAMESPACE) {
        return errors(StatusCode::FORBIDDEN, "permission denied");
    }
    let Some(versions) = kept.keys.get(&key) else {
        return errors(StatusCode::BAD_REQUEST, "encryption key not found");
    };
    if kept.mood == Mood::Disabled {
        let said = "ciphertext or signature version is disallowed by policy (too old)";
        return errors(StatusCode::BAD_REQUEST, said);
    }
    let asked: Value = serde_json::from_slice(&body).unwrap();
    let place = bytes_of(&asked["associated_data"], kept.mood);
    let data = if what == "encrypt" {
        let version = asked["key_version"].as_u64().filter(|version| *version > 0);
        let version = version.map_or(versions.len(), |version| version.try_into().unwrap());
        let plain = decoded(&asked["plaintext"]).unwrap();
        let mut sealed = sealed(&versions[version - 1], &place, &plain);
        let is_tried = place.windows(5).any(|word| word == b"probe");
        if kept.mood == Mood::Spoils && !is_tried {
            sealed.reverse();
        }
        json!({ "ciphertext": format!("vault:v{version}:{}", BASE64_STANDARD.encode(sealed)) })
    } else {
        let said = asked["ciphertext"].as_str().unwrap();
        let (version, text) = said
            .strip_prefix("vault:v")
            .unwrap()
            .split_once(':')
            .unwrap();
        let version: usize = version.parse().unwrap();
        let opened = decoded(&json!(text))
            .zip(versions.get(version - 1))
            .and_then(|(sealed, key)| opened(key, &place, &sealed));
        let Some(plain) = opened else {
            return errors(
                StatusCode::BAD_REQUEST,
                "invalid ciphertext: unable to decrypt",
            );
        };
        json!({ "plaintext": BASE64_STANDARD.encode(plain) })
    };
    json!({ "data": data }).to_string().into_response()
}

async fn google(
    State(state): Shared,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Err(answer) = moody(&state).await {
        return answer;
    }
    let kept = state.lock().unwrap();
    match google_answer(&kept, (&name, &headers, &body)) {
        Ok(answer) => answer.to_string().into_response(),
        Err(answer) => *answer,
    }
}

fn google_answer(kept: &Kept, (name, headers, body): (&str, &HeaderMap, &Bytes)) -> Answered {
    let refused = |status: u16, kind: &str, said: &str| {
        let error = json!({ "error": { "code": status, "status": kind, "message": said } });
        let status = StatusCode::from_u16(status).unwrap();
        Box::new((status, error.to_string()).into_response())
    };
    if !is_signed(kept, headers) {
        return Err(refused(401, "UNAUTHENTICATED", "no valid credential"));
    }
    let (name, what) = name.rsplit_once(':').unwrap();
    let (key, asked_version) = match name.split_once("/cryptoKeyVersions/") {
        Some((key, version)) => (key, Some(version.parse::<usize>().unwrap())),
        None => (name, None),
    };
    let versions = key.strip_prefix(GCP_KEY).and_then(|key| kept.keys.get(key));
    let versions = versions.ok_or_else(|| refused(404, "NOT_FOUND", "CryptoKey not found"))?;
    if kept.mood == Mood::Disabled {
        return Err(refused(400, "FAILED_PRECONDITION", "is not enabled"));
    }
    let asked: Value = serde_json::from_slice(body).unwrap();
    let beside = decoded(&asked["additionalAuthenticatedData"]).unwrap();
    assert_eq!(
        asked["additionalAuthenticatedDataCrc32c"],
        checksum(&beside)
    );
    let place = bytes_of(&asked["additionalAuthenticatedData"], kept.mood);
    if what == "encrypt" {
        let version = asked_version.unwrap_or(versions.len());
        let plain = decoded(&asked["plaintext"]).unwrap();
        assert_eq!(asked["plaintextCrc32c"], checksum(&plain));
        let sealed = sealed(&versions[version - 1], &place, &plain);
        return Ok(json!({
            "name": format!("{key}/cryptoKeyVersions/{version}"),
            "ciphertext": BASE64_STANDARD.encode(&sealed), "ciphertextCrc32c": checksum(&sealed),
            "verifiedPlaintextCrc32c": true, "verifiedAdditionalAuthenticatedDataCrc32c": true,
        }));
    }
    let sealed = decoded(&asked["ciphertext"]).unwrap();
    assert_eq!(asked["ciphertextCrc32c"], checksum(&sealed));
    // The service finds the version by the ciphertext.
    let plain = versions.iter().find_map(|key| opened(key, &place, &sealed));
    let plain = plain.ok_or_else(|| {
        let said = "Decryption failed: verify that 'name' refers to the correct CryptoKey.";
        refused(400, "INVALID_ARGUMENT", said)
    })?;
    Ok(json!({ "plaintext": BASE64_STANDARD.encode(&plain), "plaintextCrc32c": checksum(&plain) }))
}

/// An assertion of the account, for this API and the present.
fn is_signed(kept: &Kept, headers: &HeaderMap) -> bool {
    let bearer = headers.get("authorization").and_then(|it| it.to_str().ok());
    let Some((signed, signature)) = bearer
        .and_then(|it| it.strip_prefix("Bearer "))
        .and_then(|it| it.rsplit_once('.'))
    else {
        return false;
    };
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &kept.public_key);
    let claims = BASE64_URL_SAFE_NO_PAD
        .decode(signed.split_once('.').unwrap().1)
        .unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    let lasts = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    key.verify(signed.as_bytes(), &signature).is_ok()
        && claims["aud"] == "https://cloudkms.googleapis.com/"
        && claims["iss"] == claims["sub"]
        && lasts <= 3600
}

/// Google writes 64-bit integers as texts.
fn checksum(bytes: &[u8]) -> Value {
    let byte = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                (crc >> 1) ^ 0x82f6_3b78
            } else {
                crc >> 1
            }
        })
    };
    json!((!bytes.iter().fold(!0, byte)).to_string())
}

fn decoded(text: &Value) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(text.as_str()?).ok()
}

fn bytes_of(place: &Value, mood: Mood) -> Vec<u8> {
    match mood {
        Mood::IgnoresContext => Vec::new(),
        _ => decoded(place).unwrap(),
    }
}

fn sealed(key: &[u8; 32], place: &[u8], plain: &[u8]) -> Vec<u8> {
    let nonce: [u8; NONCE_LEN] = SystemRng.bytes();
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).unwrap());
    let mut message = plain.to_vec();
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(place),
        &mut message,
    )
    .unwrap();
    [&nonce[..], &message].concat()
}

fn opened(key: &[u8; 32], place: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, message) = sealed.split_at_checked(NONCE_LEN)?;
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).unwrap());
    let mut message = message.to_vec();
    let nonce = Nonce::try_assume_unique_for_key(nonce).unwrap();
    let plain = key
        .open_in_place(nonce, Aad::from(place), &mut message)
        .ok()?;
    Some(plain.to_vec())
}
