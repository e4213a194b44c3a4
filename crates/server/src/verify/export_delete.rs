use std::collections::BTreeSet;

use identity::{AtDeletion, PERSONAL};
use serde_json::Value;
use sqlx::Executor as _;
use sqlx::postgres::PgConnection;
use trust::{Control, ControlPerson, Found};

use super::context::begin_as;
use super::{Context, Look, daily, fail, looked};

pub(super) const CONTROL: Control = daily(
    "privacy.export_delete",
    "PR-01",
    "A person's export holds a text that was put into all of theirs; once they delete the account, no table that names people holds the text, and none of those that are to be emptied a row of theirs.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

/// What a control cannot plant: nobody decides about its proposals, and only the broker seals an authenticator.
const UNPLANTED: [&str; 2] = ["authenticators", "decisions"];
/// Parts of the export whose fields are dates and digests. All others hold the text itself.
const WITHOUT_TEXT: [&str; 6] = [
    "devices",
    "jobs",
    "links",
    "organisations",
    "recovery_codes",
    "wrong_tries",
];

async fn look(context: &Context) -> Look {
    let person = trust::make_control_person(&context.db).await?;
    let found = attack(context, &person).await;
    let forgotten = trust::forget_control_person(&context.db, &person).await;
    // What could not be deleted is what the control found.
    if matches!(found, Ok(Found::Pass(_))) {
        forgotten?;
    }
    found
}

async fn attack(context: &Context, person: &ControlPerson) -> Look {
    let before = filled(context, person).await?;
    let mut front = context.as_front().await?;
    begin_as(&mut front, &person.hash).await?;
    if let Some(wrong) = exported(&mut front, person).await? {
        fail!("{wrong}");
    }
    let answer: String = sqlx::query_scalar("select identity.delete_account($1)")
        .bind(&person.email)
        .fetch_one(&mut front)
        .await?;
    if answer != "deleted" {
        return Ok(Found::Error(format!("the deletion answered {answer}")));
    }
    front.execute("commit").await?;
    let mut emptied = 0;
    for personal in PERSONAL {
        let traces = trust::traces_of(&context.db, personal.table, person).await?;
        if traces.held > 0 {
            fail!("{} still holds what was theirs", personal.table);
        }
        if personal.at_deletion == AtDeletion::Removed {
            if traces.named > 0 {
                fail!("{} still has a row of theirs", personal.table);
            }
            emptied += 1;
        }
    }
    Ok(Found::Pass(format!(
        "{} tables held a fresh text or a row of theirs, and {} parts of the export told of it; after the deletion 0 of {} tables that name people hold the text, and {emptied} have no row of theirs",
        before,
        parts().collect::<BTreeSet<_>>().len(),
        PERSONAL.len(),
    )))
}

/// How many of the tables that are to be emptied have something to lose.
async fn filled(context: &Context, person: &ControlPerson) -> Result<usize, db::Error> {
    let mut filled = 0;
    for personal in PERSONAL {
        let traces = trust::traces_of(&context.db, personal.table, person).await?;
        filled += usize::from(traces.named > 0 || traces.held > 0);
    }
    Ok(filled)
}

/// The parts that tell of what is the person's own. What stays the organisation's is no control's to plant, but
/// that they are in one.
fn parts() -> impl Iterator<Item = &'static str> {
    let own = PERSONAL.iter().filter(|personal| {
        !matches!(personal.at_deletion, AtDeletion::Kept(_)) || personal.part == Ok("organisations")
    });
    let parts = own.filter_map(|personal| personal.part.ok());
    parts.filter(|part| !UNPLANTED.contains(part))
}

/// What the export lacks, if anything.
async fn exported(
    front: &mut PgConnection,
    person: &ControlPerson,
) -> Result<Option<String>, sqlx::Error> {
    let document: Value = sqlx::query_scalar("select identity.export_account()")
        .fetch_one(front)
        .await?;
    let lacks = |part: &&str| {
        if WITHOUT_TEXT.contains(part) {
            document[*part].as_array().is_none_or(Vec::is_empty)
        } else {
            !document[*part].to_string().contains(&person.canary)
        }
    };
    let lacking = parts().find(lacks);
    Ok(lacking.map(|part| format!("{part} of the export lacks what was put there")))
}
