use proptest::prelude::*;
use serde_json::Value;

use super::*;

/// The test vectors of the specification (WebAuthn Level 3, 16), of the algorithms that are taken here.
fn vectors() -> Vec<Value> {
    serde_json::from_str(include_str!("vectors.json")).unwrap()
}

fn bytes(vector: &Value, path: &str) -> Vec<u8> {
    hex::decode(vector.pointer(path).unwrap().as_str().unwrap()).unwrap()
}

fn party() -> RelyingParty {
    RelyingParty::new("example.org", "https://example.org")
}

struct Parts {
    client_data: Vec<u8>,
    attestation_object: Vec<u8>,
}

struct Signed {
    client_data: Vec<u8>,
    authenticator_data: Vec<u8>,
    signature: Vec<u8>,
}

impl Parts {
    fn of(vector: &Value) -> Self {
        Self {
            client_data: bytes(vector, "/registration/client_data"),
            attestation_object: bytes(vector, "/registration/attestation_object"),
        }
    }

    fn verify(&self, party: &RelyingParty) -> Result<Registered, PasskeyError> {
        Registration::parse(&self.client_data, &self.attestation_object)?
            .verify(party, Verification::Preferred)
    }

    /// With a change in what the authenticator wrote, which no signature covers.
    fn changed(&self, from: &[u8], to: &[u8]) -> Result<Registered, PasskeyError> {
        let attestation_object = replaced(&self.attestation_object, from, to);
        Registration::parse(&self.client_data, &attestation_object)?
            .verify(&party(), Verification::Preferred)
    }
}

impl Signed {
    fn of(vector: &Value) -> Self {
        Self {
            client_data: bytes(vector, "/assertion/client_data"),
            authenticator_data: bytes(vector, "/assertion/authenticator_data"),
            signature: bytes(vector, "/assertion/signature"),
        }
    }

    fn verify(
        &self,
        key: &PublicKey,
        verification: Verification,
    ) -> Result<Asserted, PasskeyError> {
        Assertion::parse(&self.client_data, &self.authenticator_data, &self.signature)?.verify(
            &party(),
            key,
            verification,
        )
    }
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes
        .windows(from.len())
        .position(|window| window == from)
        .unwrap();
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

fn key_of(vector: &Value) -> PublicKey {
    Parts::of(vector).verify(&party()).unwrap().public_key
}

#[test]
fn the_published_vectors_hold() {
    for vector in vectors() {
        let parts = Parts::of(&vector);
        let registration =
            Registration::parse(&parts.client_data, &parts.attestation_object).unwrap();
        assert_eq!(
            registration.challenge().to_vec(),
            bytes(&vector, "/registration/challenge")
        );
        let registered = registration
            .verify(&party(), Verification::Preferred)
            .unwrap();
        assert_eq!(registered.credential_id, bytes(&vector, "/credential_id"));
        assert_eq!(registered.sign_count, 0);
        let kept = PublicKey::from_bytes(registered.public_key.as_bytes()).unwrap();
        assert_eq!(kept, registered.public_key);
        let signed = Signed::of(&vector);
        let asserted = signed.verify(&kept, Verification::Preferred);
        let asserted = asserted.unwrap_or_else(|error| panic!("{}: {error}", vector["name"]));
        assert_eq!(asserted.is_backup_eligible, registered.is_backup_eligible);
    }
}

#[test]
fn no_bit_of_what_is_signed_may_differ() {
    for vector in vectors() {
        let key = key_of(&vector);
        for part in 0..3 {
            let length = [
                Signed::of(&vector).client_data,
                Signed::of(&vector).authenticator_data,
                Signed::of(&vector).signature,
            ][part]
                .len();
            for bit in 0..length * 8 {
                let mut signed = Signed::of(&vector);
                let field = [
                    &mut signed.client_data,
                    &mut signed.authenticator_data,
                    &mut signed.signature,
                ];
                for (at, bytes) in field.into_iter().enumerate() {
                    if at == part {
                        bytes[bit / 8] ^= 1 << (bit % 8);
                    }
                }
                let refused = signed.verify(&key, Verification::Preferred);
                assert!(refused.is_err(), "{} part {part} bit {bit}", vector["name"]);
            }
        }
    }
}

#[test]
fn each_key_verifies_its_own_signatures_alone() {
    let vectors = vectors();
    for (at, vector) in vectors.iter().enumerate() {
        for (other, key) in vectors.iter().map(key_of).enumerate() {
            let verified = Signed::of(vector).verify(&key, Verification::Preferred);
            assert_eq!(verified.is_ok(), at == other);
        }
    }
}

#[test]
fn an_answer_for_another_site_or_ceremony_is_refused() {
    let vector = vectors().swap_remove(0);
    let parts = Parts::of(&vector);
    for (host, origin, why) in [
        (
            "example.org",
            "https://example.org:8443",
            PasskeyError::OtherOrigin,
        ),
        (
            "example.org",
            "http://example.org",
            PasskeyError::OtherOrigin,
        ),
        (
            "example.org",
            "https://sub.example.org",
            PasskeyError::OtherOrigin,
        ),
        (
            "evil.example",
            "https://example.org",
            PasskeyError::OtherParty,
        ),
        (
            "EXAMPLE.ORG",
            "https://example.org",
            PasskeyError::OtherParty,
        ),
    ] {
        assert_eq!(parts.verify(&RelyingParty::new(host, origin)), Err(why));
    }
    let signed = Signed::of(&vector);
    let swapped = Parts {
        client_data: signed.client_data.clone(),
        ..parts
    };
    assert_eq!(swapped.verify(&party()), Err(PasskeyError::OtherCeremony));
    let swapped = Signed {
        client_data: bytes(&vector, "/registration/client_data"),
        ..signed
    };
    assert_eq!(
        swapped.verify(&key_of(&vector), Verification::Preferred),
        Err(PasskeyError::OtherCeremony)
    );
}

#[test]
fn an_answer_from_inside_another_page_is_refused() {
    let vector = &vectors()[0];
    for (from, to) in [
        ("\"crossOrigin\":false", "\"crossOrigin\":true"),
        (
            "\"crossOrigin\":false",
            "\"topOrigin\":\"https://example.org\"",
        ),
    ] {
        let parts = Parts::of(vector);
        let client_data = replaced(&parts.client_data, from.as_bytes(), to.as_bytes());
        let framed = Parts {
            client_data,
            ..parts
        };
        assert_eq!(framed.verify(&party()), Err(PasskeyError::OtherOrigin));
    }
}

#[test]
fn an_authenticator_that_asked_nobody_is_refused_where_that_is_asked_for() {
    // none.ES256 was not verified, packed-self.ES256 was when it was made.
    let vectors = vectors();
    let verified = |vector: &Value| {
        let parts = Parts::of(vector);
        Registration::parse(&parts.client_data, &parts.attestation_object)
            .unwrap()
            .verify(&party(), Verification::Required)
            .map(|_| ())
    };
    assert_eq!(verified(&vectors[0]), Err(PasskeyError::NotVerified));
    assert_eq!(verified(&vectors[1]), Ok(()));
    let asserted = Signed::of(&vectors[0]).verify(&key_of(&vectors[0]), Verification::Required);
    assert_eq!(asserted, Err(PasskeyError::NotVerified));
}

/// The end of the hash of the RP ID of the vectors, with the flags behind it.
fn flags(flags: u8) -> [u8; 5] {
    [0x52, 0xb2, 0xe4, 0xb5, flags]
}

#[test]
fn flags_that_contradict_what_is_there_are_refused() {
    let parts = Parts::of(&vectors()[0]);
    let with = |new: u8| parts.changed(&flags(0x59), &flags(new)).map(|_| ());
    assert_eq!(with(0x41), Ok(()));
    assert_eq!(with(0x40), Err(PasskeyError::NotPresent));
    // Backed up, and cannot be; extensions, and none there; no credential, and one there.
    for contradiction in [0x51, 0xd9, 0x19] {
        assert_eq!(with(contradiction), Err(PasskeyError::Malformed));
    }
}

#[test]
fn a_key_that_is_no_sound_one_is_refused() {
    let es256 = Parts::of(&vectors()[0]);
    let key_start = [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
    let with = |to: &[u8]| es256.changed(&key_start, to).unwrap_err();
    // ES384's number, another curve, another kind: a point that nobody asked for.
    for (at, byte) in [(4, 0x22), (6, 0x02), (2, 0x01)] {
        let mut start = key_start;
        start[at] = byte;
        assert_eq!(with(&start), PasskeyError::Key);
    }
    // Two algorithms; a length that is not said first; more parameters than there are.
    let doubled = [0xa5, 0x03, 0x26, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
    let endless = [0xbf, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
    let many = [0xb8, 0xff, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
    for malformed in [doubled, endless, many] {
        assert_eq!(with(&malformed), PasskeyError::Malformed);
    }
    // No point of the curve.
    let mut x = key_start.to_vec();
    x.push(0xaf);
    let mut off = key_start.to_vec();
    off.push(0xae);
    assert_eq!(es256.changed(&x, &off), Err(PasskeyError::Key));
    // An RSA key whose first byte is missing from its value is one of 1024 bits or fewer: too weak.
    let weak = [
        vec![0xa4, 0x01, 0x03, 0x03, 0x39, 0x01, 0x00, 0x20, 0x58, 0x80],
        vec![0xff; 128],
        vec![0x21, 0x43, 0x01, 0x00, 0x01],
    ]
    .concat();
    assert_eq!(PublicKey::from_bytes(&weak), Err(PasskeyError::Key));
}

#[test]
fn whatever_is_too_large_is_refused_before_it_is_read() {
    let vector = &vectors()[0];
    let parts = Parts::of(vector);
    let padded = [
        &parts.client_data[..parts.client_data.len() - 1],
        format!(",\"pad\":\"{}\"}}", "x".repeat(4_096)).as_bytes(),
    ]
    .concat();
    let large = vec![0; 32 * 1_024 + 1];
    for (client_data, attestation_object) in [
        (&padded, &parts.attestation_object),
        (&parts.client_data, &large),
    ] {
        let refused = Registration::parse(client_data, attestation_object);
        assert_eq!(refused.unwrap_err(), PasskeyError::Malformed);
    }
    let signed = Signed::of(vector);
    let refused = Assertion::parse(&signed.client_data, &large, &signed.signature);
    assert_eq!(refused.unwrap_err(), PasskeyError::Malformed);
    let refused = Assertion::parse(&signed.client_data, &signed.authenticator_data, &large);
    assert_eq!(refused.unwrap_err(), PasskeyError::Malformed);
}

proptest! {
    #[test]
    fn no_bytes_panic_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..700)) {
        let _ = PublicKey::from_bytes(&bytes);
        let client_data = self::bytes(&vectors()[0], "/registration/client_data");
        if let Ok(registration) = Registration::parse(&client_data, &bytes) {
            let _ = registration.verify(&party(), Verification::Preferred);
        }
        let _ = Registration::parse(&bytes, &bytes);
    }

    /// Damage to a sound answer, which gets further than noise does.
    #[test]
    fn no_damage_panics_the_reader(
        of in 0_usize..4, at in any::<prop::sample::Index>(), byte: u8, cut in any::<prop::sample::Index>(),
    ) {
        let parts = Parts::of(&vectors()[of]);
        let mut damaged = parts.attestation_object;
        let place = at.index(damaged.len());
        damaged[place] = byte;
        damaged.truncate(damaged.len() - cut.index(damaged.len()) * usize::from(byte & 1));
        if let Ok(registration) = Registration::parse(&parts.client_data, &damaged)
            && let Ok(registered) = registration.verify(&party(), Verification::Preferred)
        {
            prop_assert!(registered.credential_id.len() <= 1_023);
            PublicKey::from_bytes(registered.public_key.as_bytes()).unwrap();
        }
    }
}
