//! Statements signed with an RSA key: JWT (RFC 7519) with RS256 (RFC 7518 3.3).

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use kernel::Secret;
use serde_json::Value;
use zeroize::Zeroizing;

/// Signs an assertion. Nothing where the key cannot sign.
pub(crate) fn sign(key: &RsaKeyPair, header: &Value, claims: &Value) -> Option<Secret<String>> {
    let [header, claims] =
        [header, claims].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part.to_string()));
    let signed = format!("{header}.{claims}");
    let mut signature = vec![0; key.public_modulus_len()];
    let random = SystemRandom::new();
    let made = key.sign(
        &RSA_PKCS1_SHA256,
        &random,
        signed.as_bytes(),
        &mut signature,
    );
    made.ok()?;
    let signature = BASE64_URL_SAFE_NO_PAD.encode(signature);
    Some(Secret::new(format!("{signed}.{signature}")))
}

/// What stands between the lines of this label (RFC 7468), whatever the line ends are.
pub(crate) fn between(pem: &str, label: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (_, rest) = pem.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let mut digits = Zeroizing::new(String::with_capacity(body.len()));
    digits.extend(body.split_ascii_whitespace());
    BASE64_STANDARD
        .decode(digits.as_bytes())
        .ok()
        .map(Zeroizing::new)
}
