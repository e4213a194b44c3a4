use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as B64;
use serde_json::{Value, json};

use super::*;

const ISSUER: &str = "https://login.example.com";
const CLIENT: &str = "countersign";
const NONCE: &str = "n-0S6_WzA2Mj";
const ACCESS: &str = "access";
const NOW: i64 = 1_800_000_000;

enum Signer {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl Signer {
    fn all() -> [Self; 3] {
        [
            Self::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()),
            Self::Ec(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()),
            Self::Ed(Ed25519KeyPair::generate().unwrap()),
        ]
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "RS256",
            Self::Ec(_) => "ES256",
            Self::Ed(_) => "EdDSA",
        }
    }

    fn jwk(&self, kid: &str) -> Value {
        let mut jwk = match self {
            Self::Rsa(pair) => {
                let key = pair.public_key();
                let (n, e) = (key.modulus(), key.exponent());
                json!({
                    "kty": "RSA",
                    "n": B64.encode(n.big_endian_without_leading_zero()),
                    "e": B64.encode(e.big_endian_without_leading_zero()),
                })
            }
            Self::Ec(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({ "kty": "EC", "crv": "P-256", "x": B64.encode(x), "y": B64.encode(y) })
            }
            Self::Ed(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": B64.encode(pair.public_key().as_ref()) })
            }
        };
        jwk["kid"] = kid.into();
        jwk["use"] = "sig".into();
        jwk
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let signed = unsigned(header, claims);
        let signature = match self {
            Self::Rsa(pair) => {
                let mut out = vec![0; pair.public_modulus_len()];
                pair.sign(
                    &RSA_PKCS1_SHA256,
                    &SystemRandom::new(),
                    signed.as_bytes(),
                    &mut out,
                )
                .unwrap();
                out
            }
            Self::Ec(pair) => {
                let signature = pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
                signature.as_ref().to_vec()
            }
            Self::Ed(pair) => pair.sign(signed.as_bytes()).as_ref().to_vec(),
        };
        format!("{signed}.{}", B64.encode(signature))
    }
}

fn unsigned(header: &Value, claims: &Value) -> String {
    format!(
        "{}.{}",
        B64.encode(header.to_string()),
        B64.encode(claims.to_string())
    )
}

fn header(signer: &Signer) -> Value {
    json!({ "alg": signer.algorithm(), "kid": "one", "typ": "JWT" })
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "sub": "alice", "aud": CLIENT, "nonce": NONCE,
        "iat": NOW, "exp": NOW + 300, "auth_time": NOW - 5, "email": "alice@example.com",
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

fn expected() -> Expected<'static> {
    Expected {
        issuer: ISSUER,
        client_id: CLIENT,
        nonce: NONCE,
        access_token: ACCESS,
        now: NOW,
    }
}

fn keys(jwks: &[Value]) -> IssuerKeys {
    IssuerKeys::from_jwks(&json!({ "keys": jwks }))
}

/// What becomes of a token that `signer` signs, by a set with its key alone.
fn judge(signer: &Signer, header: &Value, claims: &Value) -> Result<IdClaims, IdTokenError> {
    let token = signer.sign(header, claims);
    verify(&token, &keys(&[signer.jwk("one")]), &expected())
}

#[test]
fn each_pinned_algorithm_holds_and_no_flipped_bit_does() {
    for signer in Signer::all() {
        let token = signer.sign(&header(&signer), &claims());
        let set = keys(&[signer.jwk("one")]);
        let said = verify(&token, &set, &expected()).unwrap();
        assert_eq!(
            (said.subject.as_str(), said.auth_time),
            ("alice", Some(NOW - 5))
        );
        let (signed, signature) = token.rsplit_once('.').unwrap();
        for at in 0..8 {
            let mut bytes = B64.decode(signature).unwrap();
            let place = at * (bytes.len() - 1) / 7;
            bytes[place] ^= 1 << at;
            let broken = format!("{signed}.{}", B64.encode(bytes));
            assert_eq!(
                verify(&broken, &set, &expected()),
                Err(IdTokenError::Signature)
            );
        }
    }
}

#[test]
fn rfc_8725_3_1_no_header_chooses_another_algorithm() {
    for signer in Signer::all() {
        let set = keys(&[signer.jwk("one")]);
        for alg in [
            "none", "None", "nOnE", "", "HS256", "HS384", "RS384", "PS256", "ES384",
        ] {
            let header = json!({ "alg": alg, "kid": "one" });
            for token in [
                format!("{}.", unsigned(&header, &claims())),
                signer.sign(&header, &claims()),
            ] {
                assert_eq!(
                    verify(&token, &set, &expected()),
                    Err(IdTokenError::Algorithm),
                    "{alg}"
                );
            }
        }
    }
}

#[test]
fn a_public_key_is_no_shared_secret() {
    for signer in Signer::all() {
        let jwk = signer.jwk("one");
        let secrets = [
            jwk.to_string(),
            jwk["n"].as_str().unwrap_or_default().to_owned(),
            jwk["x"].as_str().unwrap_or_default().to_owned(),
        ];
        for secret in secrets {
            for alg in ["HS256", signer.algorithm()] {
                let signed = unsigned(&json!({ "alg": alg, "kid": "one" }), &claims());
                let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
                let tag = hmac::sign(&key, signed.as_bytes());
                let token = format!("{signed}.{}", B64.encode(tag.as_ref()));
                assert!(verify(&token, &keys(std::slice::from_ref(&jwk)), &expected()).is_err());
            }
        }
    }
}

#[test]
fn a_key_is_for_its_own_algorithm_and_name_alone() {
    let [rsa, ec, ed] = Signer::all();
    let all = keys(&[rsa.jwk("rsa"), ec.jwk("ec"), ed.jwk("ed")]);
    let told = |signer: &Signer, kid: &str| {
        let header = json!({ "alg": signer.algorithm(), "kid": kid });
        verify(&signer.sign(&header, &claims()), &all, &expected())
    };
    assert!(told(&rsa, "rsa").is_ok() && told(&ec, "ec").is_ok() && told(&ed, "ed").is_ok());
    for (signer, kid) in [
        (&rsa, "ec"),
        (&ec, "ed"),
        (&ed, "rsa"),
        (&rsa, "gone"),
        (&rsa, ""),
    ] {
        assert_eq!(told(signer, kid), Err(IdTokenError::UnknownKey), "{kid}");
    }
    // Two keys of a name, or two that an unnamed token could mean, are none.
    let other = Signer::Ed(Ed25519KeyPair::generate().unwrap());
    let doubled = keys(&[ed.jwk("one"), other.jwk("one")]);
    let token = ed.sign(&header(&ed), &claims());
    assert_eq!(
        verify(&token, &doubled, &expected()),
        Err(IdTokenError::UnknownKey)
    );
    let unnamed = ed.sign(&json!({ "alg": "EdDSA" }), &claims());
    assert!(
        verify(
            &unnamed,
            &keys(&[ed.jwk("one"), rsa.jwk("two")]),
            &expected()
        )
        .is_ok()
    );
    assert_eq!(
        verify(
            &unnamed,
            &keys(&[ed.jwk("one"), other.jwk("two")]),
            &expected()
        ),
        Err(IdTokenError::UnknownKey)
    );
}

#[test]
fn keys_for_something_else_are_left_out() {
    let [rsa, _, ed] = Signer::all();
    let changed = |mut jwk: Value, name: &str, value: &str| {
        jwk[name] = value.into();
        jwk
    };
    for jwk in [
        changed(ed.jwk("one"), "use", "enc"),
        changed(ed.jwk("one"), "alg", "ES256"),
        changed(ed.jwk("one"), "crv", "X25519"),
        json!({ "kty": "oct", "k": "c2VjcmV0", "kid": "one" }),
        json!("key"),
    ] {
        let token = ed.sign(&header(&ed), &claims());
        assert_eq!(
            verify(&token, &keys(&[jwk]), &expected()),
            Err(IdTokenError::UnknownKey)
        );
    }
    let pss = changed(rsa.jwk("one"), "alg", "PS256");
    let token = rsa.sign(&header(&rsa), &claims());
    assert_eq!(
        verify(&token, &keys(&[pss]), &expected()),
        Err(IdTokenError::UnknownKey)
    );
}

#[test]
fn another_issuers_clients_or_round_trips_token_is_refused() {
    use IdTokenError::{Audience, Issuer, Malformed, Nonce};

    let signer = Signer::Ed(Ed25519KeyPair::generate().unwrap());
    for (claims, why) in [
        (with("iss", json!("https://login.example.com/")), Issuer),
        (with("iss", json!([ISSUER])), Issuer),
        (without("iss"), Issuer),
        (with("aud", json!("other")), Audience),
        (with("aud", json!([CLIENT, "other"])), Audience),
        (with("aud", json!([])), Audience),
        (without("aud"), Audience),
        (with("azp", json!("other")), Audience),
        (with("nonce", json!("another")), Nonce),
        (without("nonce"), Nonce),
        (without("sub"), Malformed),
        (with("sub", json!("")), Malformed),
        (with("sub", json!("a\u{0}b")), Malformed),
        (with("sub", json!("x".repeat(256))), Malformed),
        (with("sub", json!(7)), Malformed),
    ] {
        assert_eq!(
            judge(&signer, &header(&signer), &claims),
            Err(why),
            "{claims}"
        );
    }
    assert!(judge(&signer, &header(&signer), &with("aud", json!([CLIENT]))).is_ok());
    assert!(judge(&signer, &header(&signer), &with("azp", json!(CLIENT))).is_ok());
}

#[test]
fn times_hold_within_a_minute_of_skew() {
    use IdTokenError::{Early, Expired, Malformed};

    let signer = Signer::Ed(Ed25519KeyPair::generate().unwrap());
    for (claims, why) in [
        (with("exp", json!(NOW - 60)), Expired),
        (with("exp", json!("soon")), Malformed),
        (without("exp"), Malformed),
        (without("iat"), Malformed),
        (with("iat", json!(NOW + 61)), Early),
        (with("nbf", json!(NOW + 61)), Early),
    ] {
        assert_eq!(
            judge(&signer, &header(&signer), &claims),
            Err(why),
            "{claims}"
        );
    }
    for claims in [
        with("exp", json!(NOW - 59)),
        with("iat", json!(NOW + 60)),
        with("exp", json!(1_800_000_300.5)),
    ] {
        assert!(
            judge(&signer, &header(&signer), &claims).is_ok(),
            "{claims}"
        );
    }
}

#[test]
fn core_3_1_3_6_a_token_goes_with_its_access_token() {
    for signer in Signer::all() {
        let hash = match signer {
            Signer::Ed(_) => aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA512, b"access"),
            _ => aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"access"),
        };
        let half = &hash.as_ref()[..hash.as_ref().len() / 2];
        let right = with("at_hash", json!(B64.encode(half)));
        assert!(judge(&signer, &header(&signer), &right).is_ok());
        for wrong in [json!(B64.encode(hash.as_ref())), json!(""), Value::Null] {
            assert_eq!(
                judge(&signer, &header(&signer), &with("at_hash", wrong)),
                Err(IdTokenError::AccessToken)
            );
        }
    }
}

#[test]
fn other_kinds_of_tokens_and_what_must_be_understood_are_refused() {
    let signer = Signer::Ed(Ed25519KeyPair::generate().unwrap());
    for header in [
        json!({ "alg": "EdDSA", "kid": "one", "typ": "at+jwt" }),
        json!({ "alg": "EdDSA", "kid": "one", "typ": "logout+jwt" }),
        json!({ "alg": "EdDSA", "kid": "one", "crit": ["b64"], "b64": false }),
        json!({ "alg": "EdDSA", "kid": "one", "crit": [] }),
    ] {
        assert_eq!(
            judge(&signer, &header, &claims()),
            Err(IdTokenError::Malformed)
        );
    }
    let set = keys(&[signer.jwk("one")]);
    let whole = signer.sign(&header(&signer), &claims());
    for text in [
        "",
        ".",
        "..",
        "a.b",
        "a.b.c.d",
        &format!("{whole}."),
        &whole.repeat(60),
    ] {
        assert!(verify(text, &set, &expected()).is_err(), "{text}");
    }
}

#[test]
fn claims_with_two_meanings_are_refused() {
    let pair = Ed25519KeyPair::generate().unwrap();
    let doubled = claims()
        .to_string()
        .replacen('{', r#"{"sub":"mallory","#, 1);
    let header = json!({ "alg": "EdDSA", "kid": "one" }).to_string();
    let signed = format!("{}.{}", B64.encode(header), B64.encode(doubled));
    let token = format!(
        "{signed}.{}",
        B64.encode(pair.sign(signed.as_bytes()).as_ref())
    );
    let set = keys(&[Signer::Ed(pair).jwk("one")]);
    assert_eq!(
        verify(&token, &set, &expected()),
        Err(IdTokenError::Malformed)
    );
}
