//! AC-01: on every table of the catalogue, tenant A sees none of tenant B's rows, by a direct
//! connection as each login role; generated from the catalogue, so that a new table is in it.

use demo::Person;
use sqlx::postgres::PgConnection;
use sqlx::types::Uuid;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use super::tenant::{fill, second_tenant};
use crate::world::{World, bound};

/// Tables whose rows do not name their organisation, and how to tell the other tenant's: `{org}` is
/// its identifier. Nothing where no row is anybody's.
const UNNAMED: [(&str, Option<&str>); 26] = [
    ("access.permissions", None),
    ("audit.checkpoints", None),
    ("audit.nodes", None),
    ("audit.turn", None),
    // Identifiers of what nobody has any more.
    ("broker.file_remains", None),
    ("broker.rotations", None),
    ("broker.server_keys", None),
    ("broker.signing_keys", None),
    ("broker.token_keys", None),
    ("ctx.mac_key", None),
    ("db.migrations", None),
    (
        "identity.authenticators",
        Some("user_id = any ('{people}'::uuid[])"),
    ),
    (
        "identity.devices",
        Some("user_id = any ('{people}'::uuid[])"),
    ),
    (
        "identity.email_changes",
        Some("user_id = any ('{people}'::uuid[])"),
    ),
    (
        "identity.factor_tries",
        Some("user_id = any ('{people}'::uuid[])"),
    ),
    (
        "identity.identities",
        Some("user_id = any ('{people}'::uuid[])"),
    ),
    (
        "identity.issuer_attempts",
        Some("user_id = any ('{people}'::uuid[])"),
    ),
    ("identity.organisations", Some("id = '{org}'")),
    (
        "identity.passkey_challenges",
        Some("user_id = any ('{people}'::uuid[])"),
    ),
    (
        "identity.passkeys",
        Some("user_id = any ('{people}'::uuid[])"),
    ),
    (
        "identity.recovery_codes",
        Some("user_id = any ('{people}'::uuid[])"),
    ),
    // Hashes of addresses, anybody's and nobody's.
    ("identity.counted_tries", Some("true")),
    ("identity.sign_in_tries", Some("true")),
    (
        "identity.users",
        // Whoever asks sees no membership of the other tenant, so their people are named one by one.
        Some("id = any ('{people}'::uuid[])"),
    ),
    ("oauth.clients", None),
    ("trust.evidence", None),
];

struct Table {
    name: String,
    /// Which of its rows are the other tenant's.
    theirs: String,
}

/// Every table but those whose rows are nobody's.
async fn tables(fate: &mut PgConnection, org: Uuid) -> Vec<Table> {
    let people: Vec<Uuid> =
        sqlx::query_scalar("select user_id from identity.memberships where org_id = $1")
            .bind(org)
            .fetch_all(&mut *fate)
            .await
            .unwrap();
    let people: Vec<String> = people.iter().map(Uuid::to_string).collect();
    let people = format!("{{{}}}", people.join(","));
    let all: Vec<(String, bool)> = sqlx::query_as(
        "select format('%I.%I', n.nspname, c.relname), a.attname is not null
           from pg_class c join pg_namespace n on n.oid = c.relnamespace
           left join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
          where c.relkind in ('r', 'p', 'v', 'm', 'f')
            and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_toast'
          order by 1",
    )
    .fetch_all(fate)
    .await
    .unwrap();
    all.into_iter()
        .filter_map(|(name, is_named)| {
            let theirs = if is_named {
                Some("org_id = '{org}'")
            } else {
                let known = UNNAMED.iter().find(|(table, _)| *table == name);
                let known = known.unwrap_or_else(|| panic!("{name}: say whose its rows are"));
                known.1
            };
            let theirs = theirs?
                .replace("{org}", &org.to_string())
                .replace("{people}", &people);
            Some(Table { name, theirs })
        })
        .collect()
}

async fn count(connection: &mut PgConnection, table: &Table) -> Option<i64> {
    connection.execute("savepoint look").await.unwrap();
    let statement = format!("select count(*) from {} where {}", table.name, table.theirs);
    let counted = sqlx::query_scalar(AssertSqlSafe(statement))
        .fetch_one(&mut *connection)
        .await;
    connection.execute("rollback to look").await.unwrap();
    match counted {
        Ok(count) => Some(count),
        // No right to the table at all is as good as no row.
        Err(error) => {
            let code = error.as_database_error().unwrap().code();
            assert_eq!(code.as_deref(), Some("42501"), "{}", table.name);
            None
        }
    }
}

#[tokio::test]
async fn a_tenant_sees_no_row_of_another_on_any_table_as_any_login() {
    let world = World::start().await;
    fill(&world, &world.owner).await;
    let other = second_tenant(&world).await;
    let other_org = org_of(&world, &other).await;
    let superuser = world.app.database.superuser_options();
    let mut fate = PgConnection::connect_with(&superuser).await.unwrap();
    let tables = tables(&mut fate, other_org).await;
    fate.execute("begin").await.unwrap();
    for table in &tables {
        let there = count(&mut fate, table).await;
        let name = &table.name;
        assert!(
            there > Some(0),
            "{name} holds nothing of theirs: fill() must"
        );
    }
    for role in ["countersign_front", "countersign_broker"] {
        let mut connection = bound(&world.app, role, &world.owner).await;
        let mut readable = 0;
        for table in &tables {
            if let Some(seen) = count(&mut connection, table).await {
                assert_eq!(seen, 0, "{role} sees {} of another tenant", table.name);
                readable += 1;
            }
        }
        assert!(readable > 5, "{role} can read only {readable} tables");
    }
}

async fn org_of(world: &World, person: &Person) -> Uuid {
    let mut connection = bound(&world.app, "countersign_front", person).await;
    sqlx::query_scalar("select ctx.org()")
        .fetch_one(&mut connection)
        .await
        .unwrap()
}
