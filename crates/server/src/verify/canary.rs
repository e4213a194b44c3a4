//! A secret that is given to the vault only to be looked for.

use broker::protocol::{Answer, Call, SecretText};
use kernel::{Chance as _, ConnectionId, SystemRng};
use sqlx::Executor as _;
use url::Url;
use uuid::Uuid;

use super::Context;
use super::context::begin_as;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// A planted secret.
pub(super) struct Canary {
    pub(super) text: String,
    /// The connection whose client secret it is.
    pub(super) connection: ConnectionId,
    /// Where the round trip that gave it to the vault goes on: at the app's own page.
    pub(super) goes_on: Url,
}

/// Gives the vault a fresh client secret to keep, straight through the broker's socket.
pub(super) async fn plant(context: &Context) -> Result<Canary, Error> {
    let text = format!("canary{}", hex::encode(SystemRng.bytes::<16>()));
    let connection = waiting_connection(context).await?;
    let call = Call::BeginConnect {
        connection,
        client_id: "control".to_owned(),
        client_secret: Some(SecretText::new(text.clone())),
        redirect_uri: "https://controls.invalid/callback".to_owned(),
    };
    let begun = context.broker.call(&context.scope_a(), call).await?;
    let Answer::Authorize { url } = begun else {
        return Err("the broker began no round trip".into());
    };
    Ok(Canary {
        text,
        connection,
        goes_on: url.parse()?,
    })
}

/// The attacker's connection that waits to be authorized, made once.
pub(super) async fn waiting_connection(context: &Context) -> Result<ConnectionId, Error> {
    let mut front = context.as_front().await?;
    begin_as(&mut front, &context.a.hash).await?;
    let found: Option<Uuid> = sqlx::query_scalar(
        "select id from connectors.connections where purpose = 'read' and state = 'pending' limit 1",
    )
    .fetch_optional(&mut front)
    .await?;
    if let Some(id) = found {
        return Ok(id.into());
    }
    let id = ConnectionId::new(context.now(), context.db.chance());
    sqlx::query(
        "insert into connectors.connections (id, org_id, user_id, app, purpose, name, instance, scopes_requested)
         values ($1, ctx.org(), ctx.person(), 'tracker', 'read', 'Control', 'https://controls.invalid', array['issues:read'])",
    )
    .bind(id.uuid())
    .execute(&mut front)
    .await?;
    front.execute("commit").await?;
    Ok(id)
}
