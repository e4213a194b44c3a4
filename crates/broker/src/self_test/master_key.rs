use crypto::{Context, KeyId, Sealed};
use kernel::Secret;

use crate::ledger::Ledger;
use crate::protocol::Attack;
use crate::rotation::told;
use crate::service::Service;
use crate::vault::{Kek, KekError, Wrapped};

const HOME: Context<'static> = Context {
    tenant: "org_self_test",
    table: "broker.data_keys",
    field: "wrapped",
    row: "dek_self_test",
    version: 1,
};

/// What the master key wraps must not open where it was not wrapped for, nor altered, nor under another key's name.
pub(super) async fn other_place<L: Ledger>(service: &Service<L>) -> Attack {
    let mut bytes = [0_u8; 32];
    service.db.chance().fill(&mut bytes);
    let key = Secret::new(bytes);
    let (withstood, detail) = match attacked(service, &key).await {
        Ok((name, through)) if through.is_empty() => (
            true,
            format!("{name} opens in place, and refused 4 attacks"),
        ),
        Ok((name, through)) => (false, format!("{name} opens {}", through.join(", "))),
        Err(error) => (false, told(&error)),
    };
    Attack {
        claim: "VA-02".to_owned(),
        name: "data_key_elsewhere".to_owned(),
        withstood,
        detail,
    }
}

/// The master key's name, and the attacks that came through.
async fn attacked<L: Ledger>(
    service: &Service<L>,
    key: &Secret<[u8; 32]>,
) -> Result<(String, Vec<&'static str>), KekError> {
    let kek = service.vault.kek();
    let wrapped = kek.wrap(key, &HOME, None, service.db.chance()).await?;
    let opened = kek.unwrap(&wrapped, &HOME).await?;
    let mut through = Vec::new();
    if opened.expose() != key.expose() {
        through.push("another key than it wrapped");
    }
    let other_tenant = Context {
        tenant: "org_other",
        ..HOME
    };
    let other_row = Context {
        row: "dek_other",
        ..HOME
    };
    let renamed = Wrapped {
        by: KeyId::new(format!("{}0", wrapped.by.as_str())),
        bytes: wrapped.bytes.clone(),
    };
    for (wrapped, place, what) in [
        (&wrapped, &other_tenant, "at another organisation's place"),
        (&wrapped, &other_row, "at another row's place"),
        (&altered(&wrapped), &HOME, "what was altered"),
        (&renamed, &HOME, "under another key's name"),
    ] {
        if !refuses(kek, wrapped, place).await? {
            through.push(what);
        }
    }
    Ok((wrapped.by.as_str().to_owned(), through))
}

/// Whether it does not open. A service that cannot be asked has refused nothing.
async fn refuses(kek: &Kek, wrapped: &Wrapped, place: &Context<'_>) -> Result<bool, KekError> {
    match kek.unwrap(wrapped, place).await {
        Ok(_) => Ok(false),
        Err(KekError::Sealed(_) | KekError::Missing(_)) => Ok(true),
        Err(error) => Err(error),
    }
}

/// With the last letter or byte but three changed: past that a text may have filling that means nothing.
fn altered(wrapped: &Wrapped) -> Wrapped {
    let mut bytes = wrapped.bytes.as_bytes().to_vec();
    if let Some(byte) = bytes.iter_mut().nth_back(4) {
        *byte = if *byte == b'A' { b'B' } else { b'A' };
    }
    Wrapped {
        by: wrapped.by.clone(),
        bytes: Sealed::from_bytes(bytes),
    }
}
