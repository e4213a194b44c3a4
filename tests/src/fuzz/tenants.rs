use demo::Person;
use kernel::TokenHash;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use sqlx::types::Uuid;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use web::RouteInfo;

use super::actor::Actor;
use super::http::{Credential, Http};
use super::operation::routes;
use super::schema::{Table, tables};
use crate::oauth::client::{Client, text};
use crate::tenancy::tenant::{fill, second_tenant};
use crate::world::{PASSWORD, World, session_hash};

/// A login of the processes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Login {
    Front,
    Broker,
}

/// A connection of each.
pub(super) struct Logins {
    front: PgConnection,
    broker: PgConnection,
}

impl Logins {
    pub(super) const fn of(&mut self, login: Login) -> &mut PgConnection {
        match login {
            Login::Front => &mut self.front,
            Login::Broker => &mut self.broker,
        }
    }
}

/// An identifier as the API writes it, and whose it is.
pub(super) struct Identifier {
    pub(super) text: String,
    pub(super) org: Uuid,
}

/// Two tenants that have done everything there is to do, with people of each level, keys and AI
/// clients.
pub(crate) struct Tenants {
    pub(super) world: World,
    /// The superuser.
    pub(super) fate: PgConnection,
    pub(super) logins: Logins,
    pub(super) actors: Vec<Actor>,
    clients: Vec<Renewed>,
    front: Vec<Table>,
    broker: Vec<Table>,
    pub(super) lists: Vec<RouteInfo>,
    pub(super) items: Vec<RouteInfo>,
    pub(super) ids: Vec<Identifier>,
}

/// An AI client, whose access tokens end of themselves.
struct Renewed {
    client: Client,
    refresh_token: String,
    /// Its place among the actors.
    actor: usize,
}

/// The levels and roles of the people beside the owner.
const STANDINGS: [(&str, i32); 6] = [
    ("ADMIN", 80),
    ("PARTICIPANT", 60),
    ("PARTICIPANT", 40),
    ("PARTICIPANT", 30),
    ("PARTICIPANT", 20),
    ("REVIEWER", 60),
];

impl Tenants {
    pub(crate) async fn start() -> Self {
        let world = World::start().await;
        fill(&world, &world.owner).await;
        let other = second_tenant(&world).await;
        let mut fate = PgConnection::connect_with(&world.app.database.superuser_options())
            .await
            .unwrap();
        // Owners who owe no second factor at each sign-in: their sessions here gave none.
        fate.execute("update identity.sessions set second_factor_at = now()")
            .await
            .unwrap();
        let (mut actors, mut clients) = (Vec::new(), Vec::new());
        for (name, owner) in [("A", &world.owner), ("B", &other)] {
            actors.extend(people(&world, &mut fate, (name, owner)).await);
            let whose = (
                name,
                actors[actors.len() - 1].org,
                actors[actors.len() - 1].person,
            );
            let (client, tokens) = client(&world, owner).await;
            clients.push(Renewed {
                client,
                refresh_token: text(&tokens, "refresh_token").to_owned(),
                actor: actors.len(),
            });
            actors.push(by_client(&world, whose, &tokens));
        }
        share(&mut fate).await;
        let login = |role| {
            let options = world.app.login(role);
            async move { PgConnection::connect_with(&options).await.unwrap() }
        };
        let logins = Logins {
            front: login("countersign_front").await,
            broker: login("countersign_broker").await,
        };
        let (lists, items) = routes();
        let mut tenants = Self {
            front: tables(&mut fate, "countersign_front").await,
            broker: tables(&mut fate, "countersign_broker").await,
            ids: identifiers(&mut fate).await,
            world,
            fate,
            logins,
            actors,
            clients,
            lists,
            items,
        };
        tenants.freshen().await;
        tenants
    }

    pub(super) fn tables(&self, login: Login) -> &[Table] {
        match login {
            Login::Front => &self.front,
            Login::Broker => &self.broker,
        }
    }

    /// Gives the AI clients other access tokens: one says itself when it ends.
    pub(crate) async fn renew(&mut self) {
        for one in &mut self.clients {
            let (status, tokens) = one.client.refresh(&one.refresh_token).await;
            assert_eq!(status, StatusCode::OK, "{tokens}");
            text(&tokens, "refresh_token").clone_into(&mut one.refresh_token);
            let actor = &mut self.actors[one.actor];
            let name = actor.name.split('\'').next().unwrap().to_owned();
            *actor = by_client(&self.world, (&name, actor.org, actor.person), &tokens);
        }
    }

    /// Keeps sessions recent and tokens in the database alive, however long a run is.
    pub(crate) async fn freshen(&mut self) {
        for statement in [
            "update identity.sessions set authenticated_at = now(),
                    second_factor_at = case when second_factor_at is not null then now() end",
            "update oauth.access_tokens set created_at = now(), expires_at = now() + interval '15 minutes'",
        ] {
            self.fate.execute(statement).await.unwrap();
        }
    }

    /// What no operation changes, as one text.
    pub(crate) async fn untouched(&mut self) -> String {
        sqlx::query_scalar(
            "select concat_ws(' ',
                (select md5(string_agg((k.id, k.user_id, k.name, k.scopes, k.expires_at, k.revoked_at)::text, '' order by k.id))
                   from access.api_keys k),
                (select md5(string_agg((m.org_id, m.user_id, m.role, m.level, m.removed_at)::text, '' order by m.org_id, m.user_id))
                   from identity.memberships m),
                (select md5(string_agg((s.id, s.ended_at)::text, '' order by s.id)) from identity.sessions s),
                (select md5(string_agg((g.id, g.ended_at)::text, '' order by g.id)) from oauth.grants g),
                (select md5(string_agg((c.id, c.state, c.name)::text, '' order by c.id)) from connectors.connections c),
                (select md5(string_agg((c.id, c.everybody)::text, '' order by c.id)) from connectors.connections c),
                (select md5(string_agg(g::text, '' order by g.id)) from access.asset_grants g),
                (select md5(string_agg(m::text, '' order by m.team_id, m.user_id)) from access.team_members m),
                (select md5(string_agg((l.id, l.state)::text, '' order by l.id)) from insight.logs l),
                (select md5(string_agg((p.id, p.state)::text, '' order by p.id)) from approvals.proposals p))",
        )
        .fetch_one(&mut self.fate)
        .await
        .unwrap()
    }
}

/// In each tenant: what writes is for nobody but its owner, and what reads for the team to see as well, which the
/// participants of level 40 and 60 are in.
async fn share(fate: &mut PgConnection) {
    for statement in [
        "update connectors.connections set everybody = 'none'",
        "delete from access.asset_grants",
        "insert into access.asset_grants (org_id, id, connection_id, team_id, access, given_by)
         select c.org_id, gen_random_uuid(), c.id, t.id, 'view', c.user_id
           from connectors.connections c join access.teams t on t.org_id = c.org_id where c.purpose = 'read'",
        "insert into access.team_members (org_id, team_id, user_id)
         select t.org_id, t.id, m.user_id from access.teams t join identity.memberships m on m.org_id = t.org_id
          where m.role = 'PARTICIPANT' and m.level in (40, 60)
         on conflict do nothing",
    ] {
        fate.execute(statement).await.unwrap();
    }
}

/// The owner, somebody of each lower level, and a key of the owner's.
async fn people(
    world: &World,
    fate: &mut PgConnection,
    (name, owner): (&str, &Person),
) -> Vec<Actor> {
    let (org, person): (Uuid, Uuid) = sqlx::query_as(
        "select s.org_id, s.user_id from identity.sessions s where s.token_hash = $1",
    )
    .bind(&session_hash(owner).as_bytes()[..])
    .fetch_one(&mut *fate)
    .await
    .unwrap();
    let mut actors = vec![browser(
        world,
        format!("{name}'s owner"),
        (org, person, ("OWNER", 100)),
        owner.clone(),
    )];
    for (role, level) in STANDINGS {
        let email = demo::unused_address();
        let person = member(fate, (org, person), (&email, role, level)).await;
        let browser_of = Person::sign_in(&world.app.url, &email, PASSWORD)
            .await
            .unwrap();
        actors.push(browser(
            world,
            format!("{name}'s {role} of {level}"),
            (org, person, (role, level)),
            browser_of,
        ));
    }
    actors.push(key(world, owner, (name, org, person)).await);
    actors
}

/// A member with the owner's password, who has no second factor.
async fn member(
    fate: &mut PgConnection,
    (org, owner): (Uuid, Uuid),
    (email, role, level): (&str, &str, i32),
) -> Uuid {
    sqlx::query_scalar(
        "with person as (
             insert into identity.users (id, email, name, email_verified_at, password_parameters, password_verifier)
             select gen_random_uuid(), $1, 'Member', now(), password_parameters, password_verifier
               from identity.users where id = $2 returning id)
         insert into identity.memberships (org_id, user_id, role, level)
         select $3, id, $4, $5 from person returning user_id",
    )
    .bind(email)
    .bind(owner)
    .bind(org)
    .bind(role)
    .bind(level)
    .fetch_one(fate)
    .await
    .unwrap()
}

fn browser(
    world: &World,
    name: String,
    (org, person, (role, level)): (Uuid, Uuid, (&'static str, i32)),
    by: Person,
) -> Actor {
    Actor {
        name,
        org,
        person,
        role,
        level,
        scopes: None,
        bind: format!(
            "select ctx.bind_session('\\x{}')",
            session_hash(&by).to_hex()
        ),
        http: Http::new(&world.app.url, Credential::Person(by)),
    }
}

const KEY_SCOPES: [&str; 3] = ["insight.read", "approvals.read", "connectors.read"];
const CLIENT_SCOPES: [&str; 2] = ["insight.read", "approvals.propose"];

async fn key(world: &World, owner: &Person, (name, org, person): (&str, Uuid, Uuid)) -> Actor {
    let asked = json!({ "name": "Fuzz", "scopes": KEY_SCOPES, "expires_in_days": 1 });
    let made = owner
        .write(
            Method::POST,
            "/api/v1/api-keys",
            &asked,
            StatusCode::CREATED,
        )
        .await
        .unwrap();
    let token = made["key"].as_str().unwrap().to_owned();
    bearer(
        world,
        (format!("{name}'s key"), "bind_api_key"),
        (org, person),
        (token, &KEY_SCOPES),
    )
}

/// An AI client that the owner lets in, and its tokens.
async fn client(world: &World, owner: &Person) -> (Client, Value) {
    let client = Client::register(&world.app.url).await;
    let tokens = client.tokens(owner, &CLIENT_SCOPES).await;
    (client, tokens)
}

fn by_client(world: &World, (name, org, person): (&str, Uuid, Uuid), tokens: &Value) -> Actor {
    let token = text(tokens, "access_token").to_owned();
    bearer(
        world,
        (format!("{name}'s client"), "bind_access_token"),
        (org, person),
        (token, &CLIENT_SCOPES),
    )
}

fn bearer(
    world: &World,
    (name, binder): (String, &str),
    (org, person): (Uuid, Uuid),
    (token, scopes): (String, &'static [&'static str]),
) -> Actor {
    let hash = TokenHash::from_digest(crypto::digest::sha256(token.as_bytes())).to_hex();
    Actor {
        name,
        org,
        person,
        role: "OWNER",
        level: 100,
        scopes: Some(scopes),
        bind: format!("select ctx.{binder}('\\x{hash}')"),
        http: Http::new(&world.app.url, Credential::Bearer(token)),
    }
}

/// What the API calls the rows that have a tenant, a few of each kind.
async fn identifiers(fate: &mut PgConnection) -> Vec<Identifier> {
    let mut ids = Vec::new();
    for (kind, table, key) in [
        ("usr", "identity.memberships", "user_id"),
        ("ses", "identity.sessions", "id"),
        ("key", "access.api_keys", "id"),
        ("con", "connectors.connections", "id"),
        ("apr", "approvals.proposals", "id"),
        ("log", "insight.logs", "id"),
        ("grt", "oauth.grants", "id"),
        ("tea", "access.teams", "id"),
        ("opa", "access.operator_access", "id"),
    ] {
        let query = format!(
            "select audit.text_id('{kind}', {key}), org_id from {table} order by org_id, {key} limit 40"
        );
        let rows: Vec<(String, Uuid)> = sqlx::query_as(AssertSqlSafe(query))
            .fetch_all(&mut *fate)
            .await
            .unwrap();
        ids.extend(rows.into_iter().map(|(text, org)| Identifier { text, org }));
    }
    ids
}
