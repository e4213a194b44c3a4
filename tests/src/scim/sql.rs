//! What a stolen login of the web process makes of it.

use demo::Person;
use kernel::{TeamId, UserId};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use testkit::app::TestApp;

use super::{Directory, service_key};
use crate::sql::refusal;
use crate::world::{bound, signed_up};

/// Every function that a directory's requests come to.
const FUNCTIONS: [&str; 13] = [
    "identity.provision(gen_random_uuid(), 'eve@{domain}', 'Eve', 'eve', null, '{}')",
    "identity.hold_provisioned('{user}')",
    "identity.change_provisioned('{user}', null, 'Eve', 'eve', null, '{}')",
    "identity.suspend_provisioned('{user}')",
    "identity.reinstate_provisioned('{user}')",
    "identity.end_provisioned('{user}')",
    "identity.provisioned_people(null, null, null, 0, 10)",
    "access.provision_team(gen_random_uuid(), 'Eve', null)",
    "access.hold_provisioned_team('{team}')",
    "access.change_provisioned_team('{team}', 'Eve', null)",
    "access.change_provisioned_members('{team}', array['{user}'::uuid], '{}')",
    "access.remove_provisioned_team('{team}')",
    "access.provisioned_teams(null, null, null, null, true, 0, 10)",
];

struct Stage {
    app: TestApp,
    owner: Person,
    directory: Directory,
    user: String,
    team: String,
}

async fn stage() -> Stage {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let directory = Directory::of(&app, &owner).await;
    let user = directory.made("bo").await;
    let team = directory.team("Support", &[&user]).await;
    Stage {
        user: self::user(&user),
        team: team.parse::<TeamId>().unwrap().uuid().to_string(),
        app,
        owner,
        directory,
    }
}

fn user(text: &str) -> String {
    text.parse::<UserId>().unwrap().uuid().to_string()
}

impl Stage {
    fn call(&self, function: &str) -> String {
        let function = function.replace("{domain}", &self.directory.domain);
        let function = function
            .replace("{user}", &self.user)
            .replace("{team}", &self.team);
        format!("select * from {function}")
    }

    async fn login(&self, role: &str) -> PgConnection {
        PgConnection::connect_with(&self.app.login(role))
            .await
            .unwrap()
    }
}

async fn bind(connection: &mut PgConnection, key: &str) {
    let hash = hex::encode(crypto::digest::sha256(key.as_bytes()));
    let statement = format!("rollback; begin; select ctx.bind_service_key('\\x{hash}')");
    connection.execute(AssertSqlSafe(statement)).await.unwrap();
}

#[tokio::test]
async fn without_such_a_key_nothing_is_provisioned_by_sql() {
    let stage = stage().await;
    let reading = service_key(&stage.owner, &["people.read", "teams.read"]).await;
    for function in FUNCTIONS {
        let call = stage.call(function);
        // An owner's session, who holds the permission and gives it to keys.
        let mut owner = bound(&stage.app, "countersign_front", &stage.owner).await;
        assert_eq!(refusal(&mut owner, &call).await, "42501", "{call}");
        let mut nobody = stage.login("countersign_front").await;
        assert_eq!(refusal(&mut nobody, &call).await, "42501", "{call}");
        let mut key = stage.login("countersign_front").await;
        bind(&mut key, &reading).await;
        assert_eq!(refusal(&mut key, &call).await, "42501", "{call}");
        for role in [
            "countersign_broker",
            "countersign_anon",
            "countersign_verifier",
        ] {
            let mut other = stage.login(role).await;
            assert_eq!(refusal(&mut other, &call).await, "42501", "{role}: {call}");
        }
        let mut sound = stage.login("countersign_front").await;
        bind(&mut sound, &stage.directory.key).await;
        assert_eq!(refusal(&mut sound, &call).await, "done", "{call}");
    }
}

#[tokio::test]
async fn a_key_by_itself_reads_and_writes_no_table_of_it() {
    let stage = stage().await;
    let mut key = stage.login("countersign_front").await;
    for statement in [
        "insert into identity.provisioned (org_id, user_id, user_name, attributes) values (ctx.org(), gen_random_uuid(), 'x', '{}')",
        "update identity.provisioned set ended_at = null",
        "delete from identity.provisioned",
        "select attributes from identity.provisioned",
        "select count(*) from access.provisioned_members",
        "insert into access.team_members (org_id, team_id, user_id) select org_id, id, ctx.person() from access.teams",
        "update identity.memberships set role = 'OWNER', level = 100",
        "update access.teams set provisioned_at = now()",
        "select identity.end_membership(ctx.org(), gen_random_uuid(), null)",
        "select identity.is_directorys(ctx.org(), gen_random_uuid())",
        "select identity.invite_provisioned(ctx.org(), gen_random_uuid())",
        "select identity.is_own_address(ctx.org(), 'x@y.example')",
    ] {
        bind(&mut key, &stage.directory.key).await;
        assert_eq!(refusal(&mut key, statement).await, "42501", "{statement}");
    }
    for statement in [
        "select 1 / count(*) from identity.provisioned",
        "select 1 / count(*) from identity.memberships",
        "select 1 / count(*) from identity.users",
        "select 1 / count(*) from access.teams",
        "select 1 / count(*) from identity.invitations",
        "select 1 / count(*) from identity.domains",
    ] {
        bind(&mut key, &stage.directory.key).await;
        assert_eq!(
            refusal(&mut key, statement).await,
            "22012",
            "{statement} shows a row"
        );
    }
}

#[tokio::test]
async fn the_database_asks_itself_whose_domain_it_is_and_who_is_an_owner() {
    let stage = stage().await;
    let mut key = stage.login("countersign_front").await;
    for address in [
        "eve@elsewhere.example",
        "eve",
        "",
        "a b@{domain}",
        "eve@x@{domain}",
        "@{domain}",
    ] {
        bind(&mut key, &stage.directory.key).await;
        let address = address.replace("{domain}", &stage.directory.domain);
        let outcome: String = sqlx::query_scalar("select outcome from identity.provision(gen_random_uuid(), $1, 'Eve', 'eve', null, '{}')")
            .bind(&address)
            .fetch_one(&mut key)
            .await
            .unwrap();
        assert_eq!(outcome, "foreign", "{address}");
    }
    let owner = user(stage.owner.me["user"].as_str().unwrap());
    for function in [
        "suspend_provisioned",
        "reinstate_provisioned",
        "end_provisioned",
    ] {
        bind(&mut key, &stage.directory.key).await;
        let statement = format!("select identity.{function}('{owner}')");
        let verdict: String = sqlx::query_scalar(AssertSqlSafe(statement))
            .fetch_one(&mut key)
            .await
            .unwrap();
        assert_eq!(
            verdict, "gone",
            "{function}: somebody whom the directory never named"
        );
    }
}

/// Two requests at once about one person leave one person.
#[tokio::test]
async fn two_directories_requests_at_once_make_one_person() {
    let stage = stage().await;
    let person = stage.directory.person("al");
    let post = || {
        stage
            .directory
            .send(reqwest::Method::POST, "/Users", Some(&person))
    };
    let answers = futures_util::future::join_all((0..8).map(|_| post())).await;
    let mut made: Vec<u16> = answers
        .iter()
        .map(|answer| answer.status.as_u16())
        .collect();
    made.sort_unstable();
    assert_eq!(made, [201, 409, 409, 409, 409, 409, 409, 409]);
    assert_eq!(stage.directory.get("/Users").await["totalResults"], 2);
}
