//! Private keys of apps that sign for themselves: what somebody pastes, and what is stated with it.

use aws_lc_rs::signature::RsaKeyPair;
use kernel::Secret;
use serde_json::json;

use crate::rs256::{between, sign};

/// The private key of an app: RSA of 2048 bits or more.
pub struct AppKey(RsaKeyPair);

/// What is wrong with a text that was pasted for a key: what it is, and what to do. No variant holds a piece of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AppKeyProblem {
    /// Not PEM (RFC 7468), not whole, or with something else beside it.
    #[error(
        "this is no private key: paste the whole file, from its first line to its last, and nothing else"
    )]
    Form,
    /// RFC 1421 4.6, RFC 5958 3.
    #[error(
        "this key is encrypted: decrypt it first, by `openssl rsa -in FILE`, and paste what that prints"
    )]
    Encrypted,
    /// A public key.
    #[error("this is a public key: paste the private key that belongs to it")]
    Public,
    /// A certificate.
    #[error("this is a certificate: paste the private key that belongs to it")]
    Certificate,
    /// Of elliptic curves, of OpenSSH or of DSA.
    #[error("this is a key of another kind: paste the RSA key that was made for the app")]
    Kind,
    /// Below 2048 bits.
    #[error("this key is too short: make one of 2048 bits or more")]
    Short,
}

/// The longest that is read, in bytes: a key of 8192 bits has less.
const MAX_BYTES: usize = 16 * 1024;
/// Clocks differ: an assertion says that it was made so many seconds before.
const BACK_SECONDS: i64 = 60;
const LEAST_BITS: usize = 2048;
/// What an id-ecPublicKey begins with in DER (RFC 5480 2.1.1).
const ELLIPTIC: &[u8] = &[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];

impl AppKey {
    /// Reads what was pasted: PKCS #1 or PKCS #8 (RFC 7468 10), with any line ends.
    ///
    /// # Errors
    /// [`AppKeyProblem`], the first that there is.
    pub fn read(text: &Secret<String>) -> Result<Self, AppKeyProblem> {
        let text = text.expose().trim();
        if text.len() > MAX_BYTES {
            return Err(AppKeyProblem::Form);
        }
        let label = label(text).ok_or(AppKeyProblem::Form)?;
        let key = match label {
            "RSA PRIVATE KEY" if text.contains("ENCRYPTED") => Err(AppKeyProblem::Encrypted),
            "RSA PRIVATE KEY" | "PRIVATE KEY" => {
                let der = between(text, label).ok_or(AppKeyProblem::Form)?;
                if label == "PRIVATE KEY"
                    && der.windows(ELLIPTIC.len()).any(|part| part == ELLIPTIC)
                {
                    return Err(AppKeyProblem::Kind);
                }
                let read = match label {
                    "PRIVATE KEY" => RsaKeyPair::from_pkcs8(&der),
                    _ => RsaKeyPair::from_der(&der),
                };
                read.map_err(|rejected| match rejected.description_() {
                    "TooSmall" => AppKeyProblem::Short,
                    "WrongAlgorithm" => AppKeyProblem::Kind,
                    _ => AppKeyProblem::Form,
                })
            }
            "ENCRYPTED PRIVATE KEY" => Err(AppKeyProblem::Encrypted),
            "PUBLIC KEY" | "RSA PUBLIC KEY" => Err(AppKeyProblem::Public),
            "CERTIFICATE" | "CERTIFICATE REQUEST" => Err(AppKeyProblem::Certificate),
            "EC PRIVATE KEY" | "EC PARAMETERS" | "OPENSSH PRIVATE KEY" | "DSA PRIVATE KEY" => {
                Err(AppKeyProblem::Kind)
            }
            _ => Err(AppKeyProblem::Form),
        }?;
        if key.public_modulus_len() * 8 < LEAST_BITS {
            return Err(AppKeyProblem::Short);
        }
        Ok(Self(key))
    }

    /// Says that it is this app, from `now` for `seconds`; `now` in seconds since 1970. Nothing where the key cannot
    /// sign.
    pub fn assertion(&self, app: &str, now: i64, seconds: i64) -> Option<Secret<String>> {
        let header = json!({ "alg": "RS256", "typ": "JWT" });
        let claims = json!({ "iss": app, "iat": now - BACK_SECONDS, "exp": now + seconds });
        sign(&self.0, &header, &claims)
    }
}

impl std::fmt::Debug for AppKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AppKey")
    }
}

/// What the text says it is, where it is one thing from its first line to its last.
fn label(text: &str) -> Option<&str> {
    let (label, rest) = text.strip_prefix("-----BEGIN ")?.split_once("-----")?;
    let begins = rest.matches("-----BEGIN ").count();
    let ends = rest.strip_suffix(&format!("-----END {label}-----"));
    // OpenSSL writes the parameters of a curve before its key: the first word says enough.
    (label == "EC PARAMETERS" || begins == 0 && ends.is_some()).then_some(label)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
    use base64::Engine as _;
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
    use serde_json::Value;

    use super::*;

    /// Of no account: made for these tests, by OpenSSL.
    const ELLIPTIC_KEY: &str = "-----BEGIN PRIVATE KEY-----\n\
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgH7NSxmDOoFrFiGdp\n\
7ruQ+QOKINOsurqkRTjf7ZAMLnChRANCAASLmFhotAfQUoz0/bzUoOn4xncNzc8L\n\
LNDGF/nI3vqN3/gg/x3t5oNRjnZ0REs0/PxemVebiJgzwYwjH9SCj48H\n\
-----END PRIVATE KEY-----";
    const SHORT_KEY: &str = "-----BEGIN RSA PRIVATE KEY-----\n\
MIICXQIBAAKBgQDVxyluKzseuLtXTP1mzP8P/TkHNKhWhyBgZ3jUXHntsXz9IaiH\n\
F2xetLTMLy74d3wWzQSDYazXABzo3ywSHnuPEebGoHz/vAfAtBzbV9vZ+SazAlHF\n\
bAI5RFG6e2ofLbCqAD2r8wHPwI8XcC5Ppzc0ajV0PHj9JW/5XXFBdXoo3QIDAQAB\n\
AoGBALfPfSIK7dRmhj50JlXj4VPAKO63Kh7sJLx/e3cs5HGp8Iw+CofNbhKoUeRW\n\
lY5yPjHkqgLFUzWyFSlt6pjRuO4i5UGfMT5ZMn526EUrODHCQ+FPng9ZF0rYfrNH\n\
Y3pZnh7KUwPG+ckWSD4hWqgu4CkFXdJaHzkTGKjAU/7Pqg6JAkEA7L5LQtnLAMsy\n\
XzQHC6F9hoBFfDUAQt7KCjMWckaY13esp7q7bxpAyfMA3DYyuiQ/SOCym0L+YAFX\n\
Ilh8z2MvUwJBAOcqqQMb7PMOujYFyUdXshKoTS4ER2CD3X8cvihh3+JWNWVL5Ujw\n\
G7AkJnQE3OO7ZUN2r13y3KR6a0YYugUGsQ8CQFseQslQGhoMGy8ZTzziwvVpmVTc\n\
8WTLaufSEemZ0mnb3dAQxuNUL2uK4+Hd2lhaayEZmqS3fEBnQ6osdJ09h5ECQQDl\n\
96WNp0FRB4yt45G6PH61WuL07WLInEZEhyaRa9TbCKIz9I3TwrH4x+3NK21HzIxP\n\
0glhsBJaOkLvx/d+uop3AkBxoEYxv7ho70zH7X/7TAEEfOr4keTCaCAxRFICNoGy\n\
BrwJV1ie1v5t3zkYGCbW16wdQ03ifGg1X0O88tytzugw\n\
-----END RSA PRIVATE KEY-----";

    fn read(text: &str) -> Result<AppKey, AppKeyProblem> {
        AppKey::read(&Secret::new(text.to_owned()))
    }

    fn made() -> (RsaKeyPair, String) {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let text = BASE64_STANDARD.encode(der.as_ref());
        let lines: Vec<_> = text.as_bytes().chunks(64).collect();
        let lines: Vec<_> = lines
            .iter()
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        let body = lines.join("\n");
        (
            pair,
            format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"),
        )
    }

    #[test]
    fn a_key_is_read_whatever_its_line_ends_and_signs_who_it_is() {
        let (pair, pem) = made();
        for text in [
            pem.clone(),
            pem.replace('\n', "\r\n"),
            pem.replace('\n', "\r"),
            pem.trim_end().to_owned(),
            format!("\n\n  {pem}  \r\n"),
        ] {
            let assertion = read(&text).unwrap().assertion("4711", 1_000, 540).unwrap();
            let (signed, signature) = assertion.expose().rsplit_once('.').unwrap();
            let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
            UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref())
                .verify(signed.as_bytes(), &signature)
                .unwrap();
            let (_, claims) = signed.split_once('.').unwrap();
            let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap();
            let claims: Value = serde_json::from_slice(&claims).unwrap();
            assert_eq!(claims, json!({ "iss": "4711", "iat": 940, "exp": 1_540 }));
        }
    }

    #[test]
    fn what_is_no_such_key_is_told_by_what_it_is() {
        let (_, pem) = made();
        let body = pem.lines().nth(1).unwrap().to_owned();
        let labelled =
            |label: &str| format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n");
        let proc_type = format!(
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n{body}\n-----END RSA PRIVATE KEY-----"
        );
        for (text, problem) in [
            (labelled("ENCRYPTED PRIVATE KEY"), AppKeyProblem::Encrypted),
            (proc_type, AppKeyProblem::Encrypted),
            (labelled("PUBLIC KEY"), AppKeyProblem::Public),
            (labelled("RSA PUBLIC KEY"), AppKeyProblem::Public),
            (labelled("CERTIFICATE"), AppKeyProblem::Certificate),
            (labelled("EC PRIVATE KEY"), AppKeyProblem::Kind),
            (labelled("OPENSSH PRIVATE KEY"), AppKeyProblem::Kind),
            (ELLIPTIC_KEY.to_owned(), AppKeyProblem::Kind),
            (SHORT_KEY.to_owned(), AppKeyProblem::Short),
            (labelled("PRIVATE KEY"), AppKeyProblem::Form),
            (labelled("RSA PRIVATE KEY"), AppKeyProblem::Form),
            (pem.repeat(2), AppKeyProblem::Form),
            (
                format!("{pem}{}", labelled("CERTIFICATE")),
                AppKeyProblem::Form,
            ),
            (
                pem.replace("-----END PRIVATE KEY-----", ""),
                AppKeyProblem::Form,
            ),
            (body.clone(), AppKeyProblem::Form),
            (String::new(), AppKeyProblem::Form),
            ("x".repeat(100_000), AppKeyProblem::Form),
        ] {
            let refused = read(&text).unwrap_err();
            assert_eq!(refused, problem, "{}", text.get(..40).unwrap_or(&text));
            assert!(!refused.to_string().contains(&body));
        }
    }
}
