use audit::checkpoint::VerifierKey;
use audit::offline::Outcome;
use kernel::Scope;
use trust::{Control, Found};

use super::{Context, Look, daily, fail, looked};

pub(super) const CONTROL: Control = daily(
    "audit.tamper_evident",
    "AU-02",
    "Every row of the audit log is in its place in a signed Merkle tree, and neither the web process's nor the broker's login can change or remove one.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

async fn look(context: &Context) -> Look {
    for (name, mut connection) in [
        ("front", context.as_front().await?),
        ("broker", context.as_broker().await?),
    ] {
        for table in ["audit.entries", "audit.nodes", "audit.checkpoints"] {
            let may: bool = sqlx::query_scalar(
                "select has_table_privilege($1, 'update') or has_table_privilege($1, 'delete')
                        or has_table_privilege($1, 'truncate') or has_table_privilege($1, 'insert')
                        or has_any_column_privilege($1, 'update')",
            )
            .bind(table)
            .fetch_one(&mut connection)
            .await?;
            if may {
                fail!("the login {name} may change {table}");
            }
        }
    }
    let key = {
        let mut tx = context.db.read(&Scope::Anonymous).await?;
        crate::database::audit_verifier(&mut tx).await?
    };
    let Some(key) = key else {
        return Ok(Found::Error(
            "the broker has not made its signing key yet".to_owned(),
        ));
    };
    let key: VerifierKey = key.parse()?;
    let report = audit::verify_database(&context.db, &key, Vec::new()).await?;
    match report.outcome {
        Outcome::Ok => Ok(Found::Pass(
            format!("{report}")
                .lines()
                .take(6)
                .collect::<Vec<_>>()
                .join("; "),
        )),
        Outcome::Failed => Ok(Found::Fail(format!("{report}"))),
        Outcome::Error => Ok(Found::Error(format!("{report}"))),
    }
}
