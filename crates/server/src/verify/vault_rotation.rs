use sqlx::postgres::PgConnection;
use trust::{Control, Found};

use super::egress_self_test::withstood;
use super::exhibit::{callable, refusal};
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "broker.rotation",
    "VA-03",
    "A data key that was wrapped anew does not open by the old master key, none is wrapped by another than the last rotation's, and none that was replaced is there still; keys and sealed values of all tenants are shown to the broker's login, and move, only while keys rotate; and neither the broker's login nor the web process's asks for a rotation.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

/// What moves data keys from one master key to another, and values from one data key to another.
const MOVES: [&str; 9] = [
    "broker.keys_to_rewrap",
    "broker.rewrap",
    "broker.key_to_replace",
    "broker.retire",
    "broker.values_under",
    "broker.emptied",
    "broker.reseal",
    "broker.reindex",
    "broker.destroy_retired",
];
/// What must be refused to both.
const ASKS: [&str; 2] = [
    "insert into broker.rotations (id, kind) values (gen_random_uuid(), 'data_keys')",
    "select broker.ask_rotation(gen_random_uuid(), 'data_keys')",
];
/// What must be refused to the broker's login while nothing rotates.
const REFUSED: [&str; 6] = [
    "select broker.rewrap('{}', '{}', '{}', '{}')",
    "select * from broker.values_under(null, '', 1)",
    "select broker.retire(null, '', '', '', '')",
    "select broker.emptied(null, '')",
    "select broker.reindex(gen_random_uuid(), gen_random_uuid(), '', '{}')",
    "select broker.destroy_retired()",
];

async fn look(context: &Context) -> Look {
    let attacked = match withstood(context, &["VA-03"]).await? {
        Ok(told) => told,
        Err(found) => return Ok(found),
    };
    let mut front = context.as_front().await?;
    if let Some(function) = callable(&mut front, &MOVES).await? {
        fail!("the web process's login may call {function}");
    }
    let mut broker = context.as_broker().await?;
    for (login, connection) in [("web process", &mut front), ("broker", &mut broker)] {
        for statement in ASKS {
            if refusal(connection, statement.to_owned()).await.as_deref() != Some("42501") {
                fail!("the {login}'s login asks for a rotation: {statement}");
            }
        }
    }
    let under_way = "select exists (select from broker.rotations where ended_at is null)";
    let is_under_way: bool = sqlx::query_scalar(under_way).fetch_one(&mut broker).await?;
    if is_under_way {
        return Ok(Found::Error(
            "a rotation is under way: what holds when there is none is looked at after it"
                .to_owned(),
        ));
    }
    let shown: i64 = sqlx::query_scalar(
        "select (select count(*) from broker.keys_to_rewrap(1000)) + (select count(*) from broker.key_to_replace())",
    )
    .fetch_one(&mut broker)
    .await?;
    if shown > 0 {
        fail!("{shown} data keys are shown to the broker's login while nothing rotates");
    }
    for statement in REFUSED {
        if refusal(&mut broker, statement.to_owned()).await.as_deref() != Some("42501") {
            fail!("keys move while nothing rotates: {statement}");
        }
    }
    let (master_key, data_keys) = match (
        master_key(&mut broker).await?,
        data_keys(&mut broker).await?,
    ) {
        (Ok(master_key), Ok(data_keys)) => (master_key, data_keys),
        (Err(why), _) | (_, Err(why)) => fail!("{why}"),
    };
    Ok(Found::Pass(format!(
        "{attacked}; {master_key}; {data_keys}"
    )))
}

/// What became of the last rotation of a kind: how it was told, and what it left.
async fn last(broker: &mut PgConnection, kind: &str) -> Result<Option<(String, i64)>, sqlx::Error> {
    sqlx::query_as(
        "select coalesce(master_key, ''), cardinality(keys_left)::bigint from broker.rotations
          where kind = $1 and ended_at is not null and failure is null order by ended_at desc limit 1",
    )
    .bind(kind)
    .fetch_optional(broker)
    .await
}

async fn master_key(broker: &mut PgConnection) -> Result<Result<String, String>, sqlx::Error> {
    let Some((target, left)) = last(broker, "master_key").await? else {
        return Ok(Ok("the master key did not rotate yet".to_owned()));
    };
    let others: i64 = sqlx::query_scalar(
        "select coalesce(sum(tenants_keys + servers_keys), 0)::bigint
           from broker.master_key_uses() where master_key <> $1",
    )
    .bind(&target)
    .fetch_one(broker)
    .await?;
    Ok(if others > left {
        Err(format!(
            "since the rotation to {target}, another master key wraps {others} data keys"
        ))
    } else {
        Ok(format!(
            "{target} wraps all data keys but {left} that nothing opens"
        ))
    })
}

async fn data_keys(broker: &mut PgConnection) -> Result<Result<String, String>, sqlx::Error> {
    let left = last(broker, "data_keys").await?.map_or(0, |(_, left)| left);
    let retired: i64 = sqlx::query_scalar(
        "select coalesce(sum(retired_keys), 0)::bigint from broker.master_key_uses()",
    )
    .fetch_one(broker)
    .await?;
    Ok(if retired > left {
        Err(format!(
            "{retired} retired data keys are there still, and the last rotation left {left}"
        ))
    } else {
        Ok(format!(
            "no data key is retired and there still but {retired} that the last rotation left"
        ))
    })
}
