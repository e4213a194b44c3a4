use std::sync::{Arc, Mutex, PoisonError};

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};
use kernel::Secret;
use serde::Deserialize;

use super::config::{TransitConfig, TransitLogin};
use super::{CALL, Encrypted, KeeperProblem, json_body, key_bytes};
use crate::egress::keeper::{KeeperAnswer, KeeperDoor};

/// The transit engine of Vault or OpenBao. <https://developer.hashicorp.com/vault/api-docs/secret/transit>
pub(super) struct Transit {
    config: TransitConfig,
    /// What an AppRole was given last.
    token: Mutex<Option<Arc<Secret<String>>>>,
}

const TOKEN: HeaderName = HeaderName::from_static("x-vault-token");
const NAMESPACE: HeaderName = HeaderName::from_static("x-vault-namespace");
/// Against requests that a server was tricked into; an agent in front may ask for it.
const REQUEST: HeaderName = HeaderName::from_static("x-vault-request");

#[derive(Deserialize)]
struct Answer<T> {
    data: T,
}

#[derive(Deserialize)]
struct Ciphertext {
    ciphertext: String,
}

#[derive(Deserialize)]
struct Plaintext {
    plaintext: Secret<String>,
}

#[derive(Deserialize)]
struct LoggedIn {
    auth: Auth,
}

#[derive(Deserialize)]
struct Auth {
    client_token: Secret<String>,
}

#[derive(Deserialize)]
struct Errors {
    #[serde(default)]
    errors: Vec<String>,
}

impl Transit {
    pub(super) const fn new(config: TransitConfig) -> Self {
        Self {
            config,
            token: Mutex::new(None),
        }
    }

    /// Encrypts a text in base64 by a version of the key, or by the newest.
    pub(super) async fn encrypt(
        &self,
        door: &KeeperDoor,
        plain: &str,
        place: &str,
        version: Option<u32>,
    ) -> Result<Encrypted, KeeperProblem> {
        // Version 0 is the newest.
        let asked = Asked {
            plaintext: Some(plain),
            ciphertext: None,
            associated_data: place,
            key_version: Some(version.unwrap_or(0)),
        };
        let answer = self.call(door, "encrypt", &asked).await?;
        let answer: Answer<Ciphertext> = read(&answer)?;
        let ciphertext = answer.data.ciphertext;
        let wrapped_by = version_of(&ciphertext);
        if wrapped_by.is_none() || version.is_some() && wrapped_by != version {
            return Err(KeeperProblem::Failed(200));
        }
        Ok(Encrypted {
            version: wrapped_by,
            bytes: ciphertext.into_bytes(),
        })
    }

    pub(super) async fn decrypt(
        &self,
        door: &KeeperDoor,
        wrapped: &[u8],
        place: &str,
        version: Option<u32>,
    ) -> Result<Secret<[u8; 32]>, KeeperProblem> {
        let ciphertext = std::str::from_utf8(wrapped).map_err(|_| KeeperProblem::Altered)?;
        // What names one version opens by no other.
        if version.is_none() || version_of(ciphertext) != version {
            return Err(KeeperProblem::Altered);
        }
        let asked = Asked {
            plaintext: None,
            ciphertext: Some(ciphertext),
            associated_data: place,
            key_version: None,
        };
        let answer = self.call(door, "decrypt", &asked).await?;
        let answer: Answer<Plaintext> = read(&answer)?;
        key_bytes(&answer.data.plaintext)
    }

    async fn call(
        &self,
        door: &KeeperDoor,
        what: &str,
        asked: &Asked<'_>,
    ) -> Result<KeeperAnswer, KeeperProblem> {
        let (token, is_kept) = self.token(door).await?;
        match self.call_by(door, what, asked, &token).await {
            // A token that was good once may be over.
            Err(KeeperProblem::Denied) if is_kept => {
                self.forget();
                let (token, _) = self.token(door).await?;
                self.call_by(door, what, asked, &token).await
            }
            other => other,
        }
    }

    async fn call_by(
        &self,
        door: &KeeperDoor,
        what: &str,
        asked: &Asked<'_>,
        token: &Secret<String>,
    ) -> Result<KeeperAnswer, KeeperProblem> {
        let path = format!("/v1/{}/{what}/{}", self.config.mount, self.config.key);
        let mut headers = self.headers()?;
        let token = HeaderValue::from_str(token.expose());
        let mut token = token.map_err(|_| KeeperProblem::Denied)?;
        token.set_sensitive(true);
        headers.insert(TOKEN, token);
        checked(door.post(&path, headers, json_body(asked), CALL).await?)
    }

    /// The token to call by, and whether it is one of before.
    async fn token(&self, door: &KeeperDoor) -> Result<(Arc<Secret<String>>, bool), KeeperProblem> {
        let (mount, role_id, secret_id) = match &self.config.login {
            TransitLogin::Token(token) => {
                return Ok((Arc::new(Secret::new(token.expose().clone())), false));
            }
            TransitLogin::AppRole {
                mount,
                role_id,
                secret_id,
            } => (mount, role_id, secret_id),
        };
        let kept = self
            .token
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(token) = kept {
            return Ok((token, true));
        }
        let path = format!("/v1/auth/{mount}/login");
        let body = Login {
            role_id,
            secret_id: secret_id.expose(),
        };
        let answer = door
            .post(&path, self.headers()?, json_body(&body), CALL)
            .await?;
        let answer = match checked(answer) {
            // So it says that the role or its secret is wrong, or used up.
            Err(KeeperProblem::Failed(400)) => return Err(KeeperProblem::Denied),
            other => other?,
        };
        let given: LoggedIn = read(&answer)?;
        let token = Arc::new(given.auth.client_token);
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&token));
        Ok((token, false))
    }

    fn forget(&self) {
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn headers(&self) -> Result<HeaderMap, KeeperProblem> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(REQUEST, HeaderValue::from_static("true"));
        if let Some(namespace) = &self.config.namespace {
            let namespace = HeaderValue::from_str(namespace);
            headers.insert(NAMESPACE, namespace.map_err(|_| KeeperProblem::NoKey)?);
        }
        Ok(headers)
    }
}

#[derive(serde::Serialize)]
struct Login<'a> {
    role_id: &'a str,
    secret_id: &'a str,
}

#[derive(serde::Serialize)]
struct Asked<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    plaintext: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ciphertext: Option<&'a str>,
    associated_data: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_version: Option<u32>,
}

fn read<'a, T: Deserialize<'a>>(answer: &'a KeeperAnswer) -> Result<T, KeeperProblem> {
    serde_json::from_slice(answer.body.as_slice()).map_err(|_| KeeperProblem::Failed(answer.status))
}

/// The version in a ciphertext: `vault:v3:…`.
fn version_of(ciphertext: &str) -> Option<u32> {
    let (version, _) = ciphertext.strip_prefix("vault:v")?.split_once(':')?;
    version.parse().ok()
}

fn checked(answer: KeeperAnswer) -> Result<KeeperAnswer, KeeperProblem> {
    let said = || {
        let read = serde_json::from_slice::<Errors>(answer.body.as_slice());
        read.map_or_else(|_| String::new(), |read| read.errors.join(" "))
    };
    Err(match answer.status {
        200 => return Ok(answer),
        403 => KeeperProblem::Denied,
        404 => KeeperProblem::NoKey,
        429 => KeeperProblem::Throttled,
        503 => KeeperProblem::Unreachable("is sealed, or stands by"),
        status => refusal(status, &said()),
    })
}

/// What its words mean: it says most of this with status 400.
fn refusal(status: u16, said: &str) -> KeeperProblem {
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if says(&["invalid ciphertext", "message authentication failed"]) {
        KeeperProblem::Altered
    } else if says(&["disallowed by policy", "too old"]) {
        KeeperProblem::Disabled
    } else if says(&["key not found"]) {
        KeeperProblem::NoKey
    } else {
        KeeperProblem::Failed(status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ciphertext_names_its_version() {
        assert_eq!(version_of("vault:v12:abcd"), Some(12));
        for other in ["vault:v:abcd", "vault:v1", "v1:abcd", "vault:vx:abcd", ""] {
            assert_eq!(version_of(other), None, "{other}");
        }
    }

    #[test]
    fn what_it_says_is_sorted_by_what_to_do() {
        for (said, means) in [
            (
                "invalid ciphertext: unable to decrypt",
                KeeperProblem::Altered,
            ),
            (
                "cipher: message authentication failed",
                KeeperProblem::Altered,
            ),
            (
                "ciphertext or signature version is disallowed by policy (too old)",
                KeeperProblem::Disabled,
            ),
            ("encryption key not found", KeeperProblem::NoKey),
            ("something else", KeeperProblem::Failed(400)),
        ] {
            assert_eq!(refusal(400, said), means, "{said}");
        }
    }
}
