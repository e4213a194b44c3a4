use broker::protocol::{Answer, Call};
use kernel::Scope;
use trust::{Control, Found};

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
    let answer = context
        .broker
        .call(&Scope::Anonymous, Call::SelfTest)
        .await?;
    let Answer::SelfTested { attacks } = answer else {
        return Ok(Found::Error(
            "the broker answered something else".to_owned(),
        ));
    };
    let Some(moved) = attacks.iter().find(|attack| attack.claim == "VA-01") else {
        return Ok(Found::Error("the broker made no such attack".to_owned()));
    };
    if !moved.withstood {
        fail!("{}: {}", moved.name, moved.detail);
    }
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
        "{}: {}; {sealed} stored ciphertexts, no nonce twice under one key; the web process's login may read none of them",
        moved.name, moved.detail
    )))
}
