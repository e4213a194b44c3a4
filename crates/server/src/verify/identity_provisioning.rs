use crypto::token::{self, TokenKind};
use kernel::{Secret, ServiceKeyId, UserId};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use trust::{Control, ControlSession, Found};
use uuid::Uuid;

use super::context::begin_as;
use super::exhibit::refusal;
use super::visitor::Failed;
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "identity.provisioning",
    "ID-08",
    "A directory acts by a service key of its organisation that may provision people, and by no other credential; it adds nobody outside of the organisation's verified domains, reaches nobody of another organisation, ends a membership at once, and neither suspends nor removes an owner.",
);

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

/// What a round made, for it to take away: keys, and people.
type Made = Vec<Uuid>;

async fn look(context: &Context) -> Look {
    let mut made = Made::default();
    let found = attack(context, &mut made).await;
    let mut verifier = PgConnection::connect_with(&context.instance.verifier).await?;
    sqlx::query("select access.sweep_controls($1), identity.sweep_provisioning_controls($1)")
        .bind(&made)
        .execute(&mut verifier)
        .await?;
    found
}

async fn attack(context: &Context, made: &mut Made) -> Look {
    // Its domain is the organisation's from then on.
    trust::make_control_provider(&context.db).await?;
    let own = make(context, &context.a, "{people.provision}", made).await?;
    let reading = make(context, &context.a, "{people.read,teams.read}", made).await?;
    let other = make(context, &context.b, "{people.provision}", made).await?;
    let (status, _) = ask(context, Method::GET, "/Users", (&own, None)).await?;
    if status != 200 {
        return Ok(Found::Error(format!(
            "a key that may provision gets {status}"
        )));
    }
    for (whose, key) in [
        ("a key that reads", &reading),
        ("a person's key", &context.key_a),
    ] {
        let (status, _) = ask(context, Method::GET, "/Users", (key, None)).await?;
        if status != 403 {
            fail!("{whose} gets {status} where a directory is asked for");
        }
    }
    if let Some(how) = by_sql(context, &reading).await? {
        fail!("{how}");
    }
    if let Some(how) = strangers(context, &own).await? {
        fail!("{how}");
    }
    if let Some(how) = members(context, (&own, &other), made).await? {
        fail!("{how}");
    }
    if let Some(how) = owners(context, &own).await? {
        fail!("{how}");
    }
    Ok(Found::Pass(
        "a reading key, a person's key, and SQL bound by the one or by an owner's session provisioned nothing; nobody outside of the verified domain was added, nor anybody of another organisation to a team; another organisation's directory found nobody; an inactive person was no member; an owner stayed"
            .to_owned(),
    ))
}

/// What the stolen login of the web process comes to without such a key.
async fn by_sql(
    context: &Context,
    reading: &Secret<String>,
) -> Result<Option<&'static str>, sqlx::Error> {
    let look = || "select * from identity.provisioned_people(null, null, null, 0, 1)".to_owned();
    let mut front = context.as_front().await?;
    begin_as(&mut front, &context.a.hash).await?;
    let by_owner = refusal(&mut front, look()).await;
    let hash = hex::encode(crypto::digest::sha256(reading.expose().as_bytes()));
    let bind = format!("rollback; begin; select ctx.bind_service_key('\\x{hash}')");
    front.execute(AssertSqlSafe(bind)).await?;
    let by_key = refusal(&mut front, look()).await;
    front.execute("rollback").await?;
    let held = by_owner.as_deref() == Some("42501") && by_key.as_deref() == Some("42501");
    Ok((!held)
        .then_some("the database provisions for an owner's session, or for a key that only reads"))
}

/// Whom a directory must not add.
async fn strangers(
    context: &Context,
    own: &Secret<String>,
) -> Result<Option<String>, reqwest::Error> {
    for address in [
        "stranger@elsewhere.invalid",
        "stranger@sub.controls.invalid",
        "a@elsewhere.invalid@controls.invalid",
    ] {
        let (status, _) = post(context, own, address).await?;
        if status != 400 {
            return Ok(Some(format!(
                "naming an address of nobody's domain is answered {status}"
            )));
        }
    }
    Ok(None)
}

/// What becomes of somebody whom a directory names, and who else finds them.
async fn members(
    context: &Context,
    (own, other): (&Secret<String>, &Secret<String>),
    made: &mut Made,
) -> Result<Option<String>, Failed> {
    // Nobody's whom another round names at this moment.
    let round = UserId::new(context.now(), context.db.chance());
    let (status, user) = post(context, own, &format!("{round}@controls.invalid")).await?;
    let id = user["id"].as_str().unwrap_or_default().to_owned();
    let person = id.parse::<UserId>().unwrap_or(UserId::from(Uuid::nil()));
    let person = person.uuid();
    made.push(person);
    if status != 201 || !is_member(context, person).await? {
        return Err(
            format!("naming somebody of the organisation's domain is answered {status}").into(),
        );
    }
    let path = format!("/Users/{id}");
    let (status, _) = ask(context, Method::GET, &path, (other, None)).await?;
    if status != 404 {
        return Ok(Some(format!(
            "another organisation's directory is answered {status} about a person"
        )));
    }
    let name = round.to_string();
    let group = json!({ "schemas": [GROUP], "displayName": name, "members": [{ "value": id }] });
    let (status, _) = ask(context, Method::POST, "/Groups", (other, Some(&group))).await?;
    if status != 400 {
        return Ok(Some(format!(
            "adding somebody of another organisation to a team is answered {status}"
        )));
    }
    let (status, _) = ask(context, Method::PATCH, &path, (own, Some(&inactive()))).await?;
    if status != 200 || is_member(context, person).await? {
        return Ok(Some(format!(
            "who was made inactive is a member still, answered {status}"
        )));
    }
    Ok(None)
}

/// What an owner must be safe from. The directory names them once, and for good.
async fn owners(context: &Context, own: &Secret<String>) -> Result<Option<String>, Failed> {
    let (status, _) = post(context, own, "control-a@controls.invalid").await?;
    if !matches!(status, 201 | 409) {
        return Err(format!("naming a member is answered {status}").into());
    }
    let path = format!("/Users/{}", context.a.user);
    for (method, body) in [(Method::PATCH, Some(inactive())), (Method::DELETE, None)] {
        let (status, _) = ask(context, method.clone(), &path, (own, body.as_ref())).await?;
        if status != 403 {
            return Ok(Some(format!(
                "a {method} that ends an owner is answered {status}"
            )));
        }
    }
    Ok(None)
}

fn inactive() -> Value {
    json!({ "schemas": [PATCH], "Operations": [{ "op": "replace", "path": "active", "value": false }] })
}

async fn post(
    context: &Context,
    key: &Secret<String>,
    address: &str,
) -> Result<(u16, Value), reqwest::Error> {
    let body = json!({ "schemas": [USER], "userName": address, "emails": [{ "value": address }] });
    ask(context, Method::POST, "/Users", (key, Some(&body))).await
}

async fn ask(
    context: &Context,
    method: Method,
    path: &str,
    (key, body): (&Secret<String>, Option<&Value>),
) -> Result<(u16, Value), reqwest::Error> {
    let url = context.at(&format!("/scim/v2{path}"));
    let mut request = context.http.request(method, url).bearer_auth(key.expose());
    if let Some(body) = body {
        request = request.json(body);
    }
    let answer = request.send().await?;
    let status = answer.status().as_u16();
    let text = answer.text().await?;
    Ok((status, serde_json::from_str(&text).unwrap_or_default()))
}

/// Whether the person whom the control names is a member of the organisation, as its owner sees it.
async fn is_member(context: &Context, person: Uuid) -> Result<bool, sqlx::Error> {
    let mut front = context.as_front().await?;
    begin_as(&mut front, &context.a.hash).await?;
    let found = sqlx::query_scalar(
        "select exists (select from identity.memberships m where m.user_id = $1 and m.removed_at is null)",
    )
    .bind(person)
    .fetch_one(&mut front)
    .await?;
    front.execute("rollback").await?;
    Ok(found)
}

async fn make(
    context: &Context,
    session: &ControlSession,
    scopes: &str,
    made: &mut Made,
) -> Result<Secret<String>, sqlx::Error> {
    let key = token::generate(TokenKind::ServiceKey, context.db.chance());
    let id = ServiceKeyId::new(context.now(), context.db.chance()).uuid();
    let hash = hex::encode(crypto::digest::sha256(key.expose().as_bytes()));
    let mut front = context.as_front().await?;
    begin_as(&mut front, &session.hash).await?;
    let statement = format!(
        "insert into access.service_keys (id, org_id, made_by, name, face, token_hash, scopes, expires_at)
         values ('{id}', ctx.org(), ctx.person(), 'countersign verify', 'css_', '\\x{hash}', '{scopes}', now() + interval '1 minute');
         commit"
    );
    made.push(id);
    front.execute(AssertSqlSafe(statement)).await?;
    Ok(key)
}
