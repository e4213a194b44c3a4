use broker::protocol::{Call, KeyOf, SecretText};
use broker::socket::CallError;
use kernel::Scope;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor as _};
use trust::{Control, Found};
use uuid::Uuid;

use super::context::begin_as;
use super::egress_self_test::withstood;
use super::exhibit::{connection, refusal};
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "broker.credential_class",
    "VA-05",
    "A credential of another class than an app takes is refused when it is given, kept by no login, and sent by no call.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

/// What an app of OAuth 2 does not take.
const OTHERS: [&str; 5] = ["api_key", "basic", "bot_token", "mail", "app_key"];

async fn look(context: &Context) -> Look {
    let id = connection(context).await?;
    for class in OTHERS {
        if let Some(told) = given(context, id, class).await? {
            fail!("the broker was given a credential of class {class}, and said {told}");
        }
    }
    if let Some(kept) = kept(context, id).await? {
        fail!("the database keeps {kept}");
    }
    let attacked = match withstood(context, &["VA-05"]).await? {
        Ok(told) => told,
        Err(found) => return Ok(found),
    };
    Ok(Found::Pass(format!(
        "of {} other classes none was taken, nor kept by the broker's own login; {attacked}",
        OTHERS.len()
    )))
}

/// What became of a credential of that class, given to a connection of OAuth 2: nothing where it was refused for its
/// class.
async fn given(context: &Context, id: Uuid, class: &str) -> Result<Option<String>, CallError> {
    let call = Call::KeepCredential {
        connection: id.into(),
        class: class.to_owned(),
        user: ["basic", "mail"]
            .contains(&class)
            .then(|| "control".to_owned()),
        key_of: (class == "app_key").then(|| KeyOf {
            app: "1".to_owned(),
            installation: "1".to_owned(),
        }),
        text: SecretText::new("1:control".to_owned()),
    };
    let scope = Scope::Session(context.a.hash);
    match context.broker.call(&scope, call).await {
        Err(CallError::Failed(failure)) if failure.code == "connectors.credential_class" => {
            Ok(None)
        }
        Err(CallError::Failed(failure)) => Ok(Some(failure.code)),
        Err(other) => Err(other),
        Ok(_) => Ok(Some("that it is connected".to_owned())),
    }
}

/// What the broker's login, stolen, could seal for a connection beside what it has. Nothing of it is committed.
async fn kept(context: &Context, id: Uuid) -> Result<Option<String>, sqlx::Error> {
    let mut broker = context.as_broker().await?;
    for class in OTHERS {
        sealed_token(context, &mut broker, id).await?;
        let beside = seal(id, class);
        if refusal(&mut broker, beside).await.as_deref() != Some("23514") {
            return Ok(Some(format!("an {class} beside a token of OAuth 2")));
        }
        broker.execute("rollback").await?;
        sealed_token(context, &mut broker, id).await?;
        let of = match class {
            "app_key" => "installation = 'control'",
            _ => "client_id = null",
        };
        let renamed = format!(
            "update broker.credentials set class = '{class}', {of} where connection_id = '{id}'"
        );
        if refusal(&mut broker, renamed).await.as_deref() != Some("23514") {
            return Ok(Some(format!(
                "a token of OAuth 2 under the name of {class}"
            )));
        }
        broker.execute("rollback").await?;
    }
    Ok(None)
}

/// Begins a transaction in which the connection has a token.
async fn sealed_token(
    context: &Context,
    broker: &mut PgConnection,
    id: Uuid,
) -> Result<(), sqlx::Error> {
    begin_as(broker, &context.a.hash).await?;
    let add = format!(
        "insert into broker.credentials (org_id, connection_id, client_id) values (ctx.org(), '{id}', 'control')
         on conflict do nothing"
    );
    broker.execute(AssertSqlSafe(add)).await?;
    let seal = seal(id, "access_token");
    broker.execute(AssertSqlSafe(seal)).await?;
    Ok(())
}

/// Nobody will open it: any key of the organisation's will do.
fn seal(id: Uuid, field: &str) -> String {
    format!(
        "insert into broker.secrets (org_id, owner_id, field, version, key_id, sealed)
         select ctx.org(), '{id}', '{field}', 1, k.id, '' from broker.data_keys k where k.retired_at is null limit 1"
    )
}
