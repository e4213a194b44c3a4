use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use crypto::Context;
use crypto::aws_signature::Signer;
use http::{HeaderMap, HeaderName, HeaderValue};
use kernel::{Clock, Secret};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::config::AwsConfig;
use super::{CALL, Encrypted, KeeperProblem, json_body, key_bytes};
use crate::egress::keeper::{KeeperAnswer, KeeperDoor};

/// AWS KMS. <https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html>
pub(super) struct AwsKms {
    config: AwsConfig,
    clock: Arc<dyn Clock>,
}

const CONTENT_TYPE: &str = "application/x-amz-json-1.1";
const SERVICE: &str = "kms";

/// Where a data key is kept, as the service's log shows it: nothing in it is secret.
#[derive(Serialize)]
struct EncryptionContext<'a> {
    tenant: &'a str,
    table: &'a str,
    field: &'a str,
    row: &'a str,
    version: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Encrypt<'a> {
    key_id: &'a str,
    plaintext: &'a str,
    encryption_context: EncryptionContext<'a>,
}

/// With the key's name: without it the service would take whichever key the ciphertext names.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Decrypt<'a> {
    key_id: &'a str,
    ciphertext_blob: &'a str,
    encryption_context: EncryptionContext<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wrapping {
    key_id: String,
    ciphertext_blob: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Decrypted {
    key_id: String,
    plaintext: Secret<String>,
}

#[derive(Deserialize)]
struct Refused {
    #[serde(rename = "__type", default)]
    kind: String,
}

impl AwsKms {
    pub(super) const fn new(config: AwsConfig, clock: Arc<dyn Clock>) -> Self {
        Self { config, clock }
    }

    /// Encrypts a text in base64.
    pub(super) async fn encrypt(
        &self,
        door: &KeeperDoor,
        plaintext: &str,
        place: &Context<'_>,
    ) -> Result<Encrypted, KeeperProblem> {
        let body = json_body(&Encrypt {
            key_id: &self.config.arn,
            plaintext,
            encryption_context: EncryptionContext::of(place),
        });
        let answer = self.call(door, "TrentService.Encrypt", body).await?;
        let encrypted: Wrapping = read(&answer)?;
        let bytes = BASE64_STANDARD.decode(encrypted.ciphertext_blob);
        self.by_our_key(&encrypted.key_id)?;
        Ok(Encrypted {
            version: None,
            bytes: bytes.map_err(|_| KeeperProblem::Failed(answer.status))?,
        })
    }

    pub(super) async fn decrypt(
        &self,
        door: &KeeperDoor,
        wrapped: &[u8],
        place: &Context<'_>,
    ) -> Result<Secret<[u8; 32]>, KeeperProblem> {
        let body = json_body(&Decrypt {
            key_id: &self.config.arn,
            ciphertext_blob: &BASE64_STANDARD.encode(wrapped),
            encryption_context: EncryptionContext::of(place),
        });
        let answer = self.call(door, "TrentService.Decrypt", body).await?;
        let decrypted: Decrypted = read(&answer)?;
        self.by_our_key(&decrypted.key_id)?;
        key_bytes(&decrypted.plaintext)
    }

    fn by_our_key(&self, arn: &str) -> Result<(), KeeperProblem> {
        if arn == self.config.arn {
            Ok(())
        } else {
            Err(KeeperProblem::Altered)
        }
    }

    async fn call(
        &self,
        door: &KeeperDoor,
        target: &'static str,
        body: Zeroizing<Vec<u8>>,
    ) -> Result<KeeperAnswer, KeeperProblem> {
        let headers = self.signed(&door.origin().authority(), target, &body)?;
        let answer = door.post("/", headers, body, CALL).await?;
        if answer.status == 200 {
            return Ok(answer);
        }
        let refused = serde_json::from_slice::<Refused>(answer.body.as_slice());
        let kind = refused.map_or_else(|_| String::new(), |refused| refused.kind);
        // It may come with the name of its service before a `#`.
        let kind = kind.rsplit_once('#').map_or(&*kind, |(_, kind)| kind);
        Err(refusal(answer.status, kind))
    }

    fn signed(
        &self,
        host: &str,
        target: &'static str,
        body: &[u8],
    ) -> Result<HeaderMap, KeeperProblem> {
        let date = stamp(self.clock.now());
        let token = self.config.session_token.as_ref();
        let mut signed = vec![
            ("content-type", CONTENT_TYPE),
            ("host", host),
            ("x-amz-date", &date),
        ];
        signed.extend(token.map(|token| ("x-amz-security-token", token.expose().as_str())));
        signed.push(("x-amz-target", target));
        let signer = Signer {
            key_id: &self.config.access_key_id,
            secret: &self.config.secret_access_key,
            region: &self.config.region,
            service: SERVICE,
        };
        let authorization = signer.authorization(&signed, body, &date);
        signed.push(("authorization", &authorization));
        let mut headers = HeaderMap::new();
        for (name, value) in signed {
            let value = HeaderValue::from_str(value);
            let mut value = value.map_err(|_| KeeperProblem::Denied)?;
            value.set_sensitive(name == "authorization" || name == "x-amz-security-token");
            headers.insert(HeaderName::from_static(name), value);
        }
        Ok(headers)
    }
}

impl<'a> EncryptionContext<'a> {
    fn of(place: &Context<'a>) -> Self {
        Self {
            tenant: place.tenant,
            table: place.table,
            field: place.field,
            row: place.row,
            version: place.version.to_string(),
        }
    }
}

fn read<'a, T: Deserialize<'a>>(answer: &'a KeeperAnswer) -> Result<T, KeeperProblem> {
    serde_json::from_slice(answer.body.as_slice()).map_err(|_| KeeperProblem::Failed(answer.status))
}

/// `20150830T123600Z`
fn stamp(at: OffsetDateTime) -> String {
    let (date, time) = (at.date(), at.time());
    format!(
        "{:04}{:02}{:02}T{:02}{:02}{:02}Z",
        date.year(),
        u8::from(date.month()),
        date.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

/// <https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html>, and those of Encrypt and Decrypt.
fn refusal(status: u16, kind: &str) -> KeeperProblem {
    match kind {
        "InvalidCiphertextException" | "IncorrectKeyException" => KeeperProblem::Altered,
        "ThrottlingException" | "Throttling" | "LimitExceededException" => KeeperProblem::Throttled,
        "DisabledException" | "KMSInvalidStateException" => KeeperProblem::Disabled,
        "NotFoundException" => KeeperProblem::NoKey,
        "AccessDeniedException"
        | "ExpiredTokenException"
        | "IncompleteSignature"
        | "InvalidAccessKeyId"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "MissingAuthenticationToken"
        | "NotAuthorized"
        | "OptInRequired"
        | "RequestExpired"
        | "SignatureDoesNotMatch"
        | "UnrecognizedClientException" => KeeperProblem::Denied,
        "KeyUnavailableException" | "DependencyTimeoutException" => {
            KeeperProblem::Unreachable("cannot use its keys for now")
        }
        _ if status == 429 => KeeperProblem::Throttled,
        _ if status == 403 => KeeperProblem::Denied,
        _ => KeeperProblem::Failed(status),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_date_has_the_form_that_is_signed() {
        assert_eq!(
            stamp(datetime!(2015-08-30 12:36:00 UTC)),
            "20150830T123600Z"
        );
    }

    #[test]
    fn what_it_says_is_sorted_by_what_to_do() {
        for (kind, means) in [
            ("InvalidCiphertextException", KeeperProblem::Altered),
            ("ThrottlingException", KeeperProblem::Throttled),
            ("KMSInvalidStateException", KeeperProblem::Disabled),
            ("DisabledException", KeeperProblem::Disabled),
            ("NotFoundException", KeeperProblem::NoKey),
            ("AccessDeniedException", KeeperProblem::Denied),
            ("ValidationException", KeeperProblem::Failed(400)),
        ] {
            assert_eq!(refusal(400, kind), means, "{kind}");
        }
    }
}
