use kernel::Scope;
use trust::{Control, Found};

use super::egress_self_test::withstood;
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "broker.sealed_values",
    "VA-01",
    "A secret that was moved to another tenant, row, field or version does not open; no nonce repeats; and the web process's login may read no ciphertext.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

async fn look(context: &Context) -> Look {
    let attacked = match withstood(context, &["VA-01"]).await? {
        Ok(told) => told,
        Err(found) => return Ok(found),
    };
    let mut tx = context.db.read(&Scope::Anonymous).await?;
    let (sealed, repeated): (i64, i64) =
        sqlx::query_as("select sealed, repeated from broker.nonces()")
            .fetch_one(&mut *tx)
            .await?;
    if repeated > 0 {
        fail!("{repeated} nonces were used twice under one key");
    }
    let mut front = context.as_front().await?;
    for column in [
        "broker.secrets.sealed",
        "broker.data_keys.wrapped",
        "broker.server_keys.wrapped",
        "broker.signing_keys.sealed",
        "broker.token_keys.sealed",
        "identity.authenticators.sealed",
        "approvals.proposals.payload_sealed",
    ] {
        let (table, column) = column.rsplit_once('.').unwrap_or_default();
        let may: bool = sqlx::query_scalar("select has_column_privilege($1, $2, 'select')")
            .bind(table)
            .bind(column)
            .fetch_one(&mut front)
            .await?;
        if may {
            fail!("the web process's login may read {table}.{column}");
        }
    }
    Ok(Found::Pass(format!(
        "{attacked}; {sealed} stored ciphertexts, no nonce twice under one key; the web process's login may read none of them"
    )))
}
