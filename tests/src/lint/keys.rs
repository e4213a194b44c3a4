use super::{falls_with, found};

/// Two tables of tenants, without keys.
const TABLES: &str = "
    create type s.state as enum ('on', 'off');
    create table s.a (org_id uuid, id uuid, number int, name text, state s.state, price numeric, tags text[], doc jsonb);
    create table s.b (org_id uuid, a_org uuid, a_id uuid);
    create table s.country (code text primary key);
    alter table s.a enable row level security; alter table s.b enable row level security;
    create policy p on s.a using (org_id = (select current_setting('app.org')::uuid));
    alter table s.b add country text references s.country;";

fn with(keys: &str) -> String {
    format!("{TABLES} {keys}")
}

#[tokio::test]
async fn a_foreign_key_that_leaves_the_tenant_out() {
    let sound = with("alter table s.a add primary key (org_id, id);
        alter table s.b add constraint points foreign key (org_id, a_id) references s.a (org_id, id)");
    for flawed in [
        "alter table s.a add primary key (id);
         alter table s.b add constraint points foreign key (a_id) references s.a (id)",
        // Both columns are there, and not of each other.
        "alter table s.a add primary key (org_id, id);
         alter table s.b add constraint points foreign key (a_org, a_id) references s.a (org_id, id)",
    ] {
        let object = "foreign key points on s.b";
        falls_with("key.foreign_without_tenant", object, &with(flawed), &sound).await;
    }
}

#[tokio::test]
async fn a_unique_key_that_leaves_the_tenant_out() {
    let sound = with("create unique index k on s.a (org_id, name);
                      create unique index l on s.a ((org_id::text || name)); create index m on s.a (name)");
    for flawed in [
        "create unique index k on s.a (name)",
        "create unique index k on s.a (lower(name)) include (org_id)",
        "alter table s.a add constraint k primary key (number)",
        "create unique index k on s.a (id, number)",
        "alter table s.a add constraint k exclude using btree (number with =)",
    ] {
        let object = "unique key s.k";
        falls_with("key.unique_without_tenant", object, &with(flawed), &sound).await;
    }
}

#[tokio::test]
async fn a_unique_key_of_uuids_is_a_note() {
    let flawed = with("alter table s.a add constraint k primary key (id)");
    let sound = with("alter table s.a add constraint k primary key (org_id, id)");
    let finding = falls_with("key.uuid_without_tenant", "unique key s.k", &flawed, &sound).await;
    assert_eq!(finding.severity, lint::Severity::Note);
    assert!(found("key.unique_without_tenant", &flawed).await.is_empty());
}

#[tokio::test]
async fn an_index_that_no_query_can_use_behind_policies() {
    let sound = with("create index i on s.a (org_id, name); create index j on s.a (number);
                      create index k on s.a ((name || 'x')); create index l on s.a (id) include (price);
                      create index m on s.a using hash (name); create index n on s.a (name text_pattern_ops);
                      create index o on s.b ((lower(country)))");
    let sound = sound.replace("create index k on s.a ((name || 'x'));", "");
    for (flawed, key) in [
        ("create index i on s.a (org_id, price)", "price (numeric)"),
        ("create index i on s.a (state)", "state (s.state)"),
        ("create index i on s.a using gin (tags)", "tags (text"),
        ("create index i on s.a using gin (doc)", "doc (jsonb)"),
        (
            "create index i on s.a (lower(name))",
            "an expression (text)",
        ),
        ("create index i on s.a (doc)", "doc (jsonb)"),
    ] {
        let finding = falls_with("index.lost", "index s.i", &with(flawed), &sound).await;
        assert!(finding.finding.contains(key), "{finding:?}");
    }
}

/// The rule's reason, on the running server: the planner's own word.
#[tokio::test]
async fn the_planner_does_lose_such_an_index() {
    use sqlx::{Connection as _, Executor as _};
    let database = super::empty_database().await;
    let options = database.superuser_options();
    let mut connection = sqlx::postgres::PgConnection::connect_with(&options)
        .await
        .unwrap();
    let mut tx = connection.begin().await.unwrap();
    let setup = format!("{} {TABLES} create index by_price on s.a (price); create index by_number on s.a (number);
        insert into s.a (org_id, number, price) select gen_random_uuid(), n, n from generate_series(1, 20000) n;
        grant select on s.a to APP; analyze s.a; set local role APP", super::ROLES);
    tx.execute(sqlx::AssertSqlSafe(super::named(&setup, &database)))
        .await
        .unwrap();
    tx.execute("select set_config('app.org', gen_random_uuid()::text, true)")
        .await
        .unwrap();
    let mut plans = Vec::new();
    for column in ["price", "number"] {
        let statement = format!("explain select * from s.a where {column} = 7");
        let plan: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
            .fetch_all(&mut *tx)
            .await
            .unwrap();
        plans.push(plan.join("\n"));
    }
    tx.rollback().await.unwrap();
    assert!(!plans[0].contains("by_price"), "{}", plans[0]);
    assert!(plans[1].contains("by_number"), "{}", plans[1]);
}
