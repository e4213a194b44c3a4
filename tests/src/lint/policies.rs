use super::{falls_with, found};

/// A table with the tenant column, and one that all tenants share; no policies yet.
const TABLES: &str = "
    create table s.t (org_id uuid, id uuid, body text, primary key (org_id, id));
    alter table s.t enable row level security; alter table s.t force row level security;
    create table s.shared (name text primary key);
    alter table s.shared enable row level security; alter table s.shared force row level security;
    alter table s.t owner to OWNER;
    create function s.f() returns uuid language sql stable as 'select null::uuid';
    create function s.g(uuid) returns uuid language sql stable as 'select $1';
    create function s.set() returns setof uuid language sql stable as 'select null::uuid';
    grant select, insert, update on s.t, s.shared to APP;";

fn with(policies: &str) -> String {
    format!("{TABLES} {policies}")
}

#[tokio::test]
async fn a_policy_that_always_holds() {
    let sound = with("create policy p on s.t for select to APP using (org_id = (select s.f()))");
    for (condition, command) in [
        ("using (true)", "select"),
        ("using (1 = 1)", "all"),
        ("using (true or org_id is null)", "delete"),
        ("with check (true)", "insert"),
    ] {
        let flawed = with(&format!(
            "create policy p on s.t for {command} to APP {condition}"
        ));
        let finding = falls_with("policy.always_true", "policy p on s.t", &flawed, &sound).await;
        assert_eq!(finding.roles, ["APP"]);
    }
}

#[tokio::test]
async fn a_policy_that_always_holds_is_nobodys_concern_for_the_owner_or_behind_a_restrictive_one() {
    for sound in [
        "create policy p on s.t using (1 = 2)",
        "create policy p on s.t using (false)",
        "create policy p on s.t to OWNER using (true)",
        "create role GROUP_2 bypassrls; create policy p on s.t to GROUP_2 using (true)",
        "create policy p on s.t to APP using (true);
         create policy r on s.t as restrictive using (org_id = (select s.f()))",
        "create policy p on s.t as restrictive to APP using (true)",
    ] {
        let findings = found("policy.always_true", &with(sound)).await;
        assert!(findings.is_empty(), "{sound}: {findings:#?}");
    }
    let elsewhere = "create policy p on s.t to APP using (true);
         create policy r on s.t as restrictive to GROUP using (org_id = (select s.f()))";
    assert_eq!(found("policy.always_true", &with(elsewhere)).await.len(), 1);
}

#[tokio::test]
async fn a_table_that_is_open_to_all_tenants() {
    falls_with(
        "policy.open_table",
        "policy p on s.shared",
        &with("create policy p on s.shared for select using (true)"),
        &with("create policy p on s.shared for select using (name <> '')"),
    )
    .await;
}

#[tokio::test]
async fn a_policy_by_which_rows_move_to_another_tenant() {
    let flawed = [
        "create policy p on s.t for update to APP using (body is null)",
        "create policy p on s.t for update to APP using (org_id = (select s.f())) with check (body is null)",
        "create policy p on s.t for all to APP using (org_id = (select s.f())) with check (true)",
        "create policy p on s.t for insert to APP with check (id is not null)",
        "create policy p on s.t for insert with check (exists (select from s.shared o where o.name = body))",
    ];
    let sound = [
        "create policy p on s.t for update to APP using (org_id = (select s.f()))",
        "create policy p on s.t for update to APP using (body is null) with check (org_id = (select s.f()))",
        "create policy p on s.t for select to APP using (body is null)",
        "create policy p on s.t for update to APP using (body is null);
         create policy r on s.t as restrictive using (org_id = (select s.f()))",
        // The column itself cannot be written.
        "revoke update on s.t from APP; grant update (body) on s.t to APP;
         create policy p on s.t for update to APP using (body is null)",
        "create policy p on s.t for insert with check (exists (select from s.shared o where s.t.org_id = s.f()))",
    ];
    for flawed in flawed {
        for sound in sound.iter().take(1) {
            let object = "policy p on s.t";
            falls_with("policy.rows_can_move", object, &with(flawed), &with(sound)).await;
        }
    }
    for sound in sound {
        let findings = found("policy.rows_can_move", &with(sound)).await;
        assert!(findings.is_empty(), "{sound}: {findings:#?}");
    }
}

#[tokio::test]
async fn a_function_that_is_called_for_each_row() {
    let flawed = [
        "org_id = s.f()",
        "org_id = current_setting('app.org')::uuid",
        "org_id = s.g(s.f())",
        "id is not null and (org_id = s.f() or body is null)",
        "exists (select from s.shared o where o.name = s.t.body and s.f() is not null)",
        "random() < 0.5",
    ];
    let sound = [
        "org_id = (select s.f())",
        "org_id = any (array(select s.set()))",
        "org_id = (select current_setting('app.org')::uuid)",
        "org_id = (select s.g(s.f()))",
        // A call with the row in it cannot be made once.
        "s.g(org_id) is not null",
        "now() > '2020-01-01' and current_user = body",
        "exists (select from s.shared o where s.f() is not null)",
        "exists (select from (select s.f() as x) o where x is not null)",
    ];
    let policy = |condition: &str| {
        with(&format!(
            "create policy p on s.t for select using ({condition})"
        ))
    };
    for flawed in flawed {
        let findings = found("policy.call_per_row", &policy(flawed)).await;
        assert_eq!(findings.len(), 1, "{flawed}: {findings:#?}");
    }
    for sound in sound {
        let findings = found("policy.call_per_row", &policy(sound)).await;
        assert!(findings.is_empty(), "{sound}: {findings:#?}");
    }
}

#[tokio::test]
async fn a_set_that_is_looked_up_in_a_subselect() {
    let policy = |condition: &str| {
        with(&format!(
            "create policy p on s.t for select using ({condition})"
        ))
    };
    for flawed in [
        "org_id in (select s.set())",
        "org_id = any (select s.f())",
        "body is null or org_id in (select s.set())",
    ] {
        let sound = policy("org_id = any (array(select s.set()))");
        falls_with(
            "policy.in_subselect",
            "policy p on s.t",
            &policy(flawed),
            &sound,
        )
        .await;
    }
    for sound in [
        "body in ('a', 'b')",
        "body in (select name from s.shared where name = s.t.body)",
        "(select s.f()) in (select s.set())",
        "not exists (select s.set())",
    ] {
        let findings = found("policy.in_subselect", &policy(sound)).await;
        assert!(findings.is_empty(), "{sound}: {findings:#?}");
    }
}
