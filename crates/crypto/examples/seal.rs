//! How fast values are sealed and opened, on one core, and what an envelope costs whose data key is wrapped.
//!
//! Prints lines of JSON; `bench/seal.sh` shows them beside OpenSSL's.

use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use crypto::{Attribute, Context, DataKey, KeyId, MasterKey};
use kernel::{Chance as _, Secret, SystemRng};
use serde_json::{Value, json};

const PLACE: Context<'static> = Context {
    tenant: "org_01jd6w3z9m4q8v7t2y5x0n1k3c",
    table: "broker.secrets",
    field: "access_token",
    row: "01936d8f-6f3a-7c4e-9b8a-2f1d0e5c7a61",
    version: 1,
};
const FOR: Duration = Duration::from_secs(1);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let bytes = Secret::new(random());
    let key = DataKey::new(KeyId::new("dek_0123456789abcdef01234567"), &bytes);
    for size in [16, 256, 1024, 8192, 65536] {
        let plain = vec![7; size];
        let sealed = key.seal(&plain, &PLACE, &SystemRng);
        tell(&json!({
            "size": size,
            "seal_per_second": rate(|| drop(key.seal(&plain, &PLACE, &SystemRng))),
            "open_per_second": rate(|| drop(key.open(key.id(), &sealed, &PLACE))),
        }))?;
    }
    let master = MasterKey::new(&Secret::new(random()));
    let wrapped = master.wrap(&bytes, &PLACE, &SystemRng);
    let sealed = key.seal(&[7; 256], &PLACE, &SystemRng);
    let envelope = || {
        let bytes = master.unwrap(master.id(), &wrapped, &PLACE)?;
        let key = DataKey::new(key.id().clone(), &bytes);
        key.open(key.id(), &sealed, &PLACE)
    };
    envelope()?;
    let attribute = Attribute {
        tenant: PLACE.tenant,
        table: PLACE.table,
        field: PLACE.field,
    };
    tell(&json!({
        "envelope_per_second": rate(|| drop(envelope())),
        "index_per_second": rate(|| { key.blind_index(&attribute, "ann@example.com"); }),
    }))
}

fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    SystemRng.fill(&mut bytes);
    bytes
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
fn rate(mut act: impl FnMut()) -> f64 {
    let (began, mut count) = (Instant::now(), 0_u64);
    while began.elapsed() < FOR {
        (0..100).for_each(|_| act());
        count += 100;
    }
    count as f64 / began.elapsed().as_secs_f64()
}

fn tell(what: &Value) -> Result<(), Box<dyn std::error::Error>> {
    Ok(writeln!(io::stdout(), "{what}")?)
}
