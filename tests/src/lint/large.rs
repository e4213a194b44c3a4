//! A database of 2,000 tables is looked at in seconds.

use std::time::{Duration, Instant};

use lint::{GUESSES, Options};
use sqlx::{Connection as _, Executor as _};

const TABLES: &str = "do $$ begin for i in 1..2000 loop
    execute format('create table t_%s (org_id uuid, id uuid, name text, price numeric, primary key (org_id, id), unique (org_id, name))', i);
    execute format('create index on t_%s (org_id, price)', i);
    execute format('alter table t_%s enable row level security', i);
    execute format('create policy own on t_%s using (org_id = (select current_setting(''app.org'')::uuid))', i);
    execute format('create policy shared on t_%s for select using (name in (select ''a'') or id = any (array(select gen_random_uuid())))', i);
    if i > 1 then
        execute format('alter table t_%s add foreign key (org_id, id) references t_%s (org_id, id)', i, i - 1);
    end if;
    if i % 100 = 0 then commit; end if;
end loop; end $$";

#[tokio::test]
async fn two_thousand_tables_take_seconds() {
    let database = super::empty_database().await;
    let options = database.superuser_options();
    let mut connection = sqlx::PgConnection::connect_with(&options).await.unwrap();
    connection.execute(TABLES).await.unwrap();
    let begun = Instant::now();
    let catalogue = lint::read(&mut connection, &GUESSES).await.unwrap();
    let read = begun.elapsed();
    let report = lint::lint(&catalogue, &Options::default());
    let text = report.text();
    let took = begun.elapsed();
    println!(
        "read {read:?}, all {took:?}, {} findings, {} bytes",
        report.findings.len(),
        text.len()
    );
    assert_eq!(report.looked_at.tables, 2000);
    let per_table = ["rls.not_forced", "index.lost", "policy.in_subselect"];
    for rule in per_table {
        let count = report.findings.iter().filter(|f| f.rule == rule).count();
        assert_eq!(count, 2000, "{rule}");
    }
    assert!(took < Duration::from_secs(20), "{took:?}");
}
