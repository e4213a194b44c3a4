use super::{falls_with, found};

const TABLE: &str = "create table s.t (org_id uuid, id uuid, primary key (org_id, id));
    alter table s.t enable row level security; alter table s.t owner to OWNER; grant all on s.t to OWNER;
    create function s.f() returns int language sql security definer
        set search_path = pg_catalog, pg_temp as 'select 1';
    revoke all on function s.f() from public;";

fn with(rights: &str) -> String {
    format!("{TABLE} {rights}")
}

#[tokio::test]
async fn a_grant_that_no_policy_holds_for() {
    let sound = with(
        "grant select, insert, update, delete on s.t to public, APP; grant all on s.t to GROUP;
                      alter role GROUP bypassrls",
    );
    for (flawed, mend) in [
        (
            "grant truncate on s.t to APP",
            "revoke truncate on s.t from APP;",
        ),
        (
            "grant all on s.t to public",
            "revoke references, trigger, truncate on s.t from public;",
        ),
        (
            "grant references (id) on s.t to APP",
            "revoke references on s.t from APP;",
        ),
        (
            "grant trigger on s.t to GROUP; grant GROUP to APP",
            "revoke trigger on s.t from GROUP;",
        ),
    ] {
        let finding = falls_with("grant.past_policies", "table s.t", &with(flawed), &sound).await;
        assert_eq!(finding.mend, mend);
    }
    // Nobody can become it.
    let idle = with("grant truncate on s.t to GROUP");
    assert!(found("grant.past_policies", &idle).await.is_empty());
}

#[tokio::test]
async fn a_table_or_view_that_everybody_may_read() {
    for (flawed, object) in [
        ("grant select, update (id) on s.t to public", "table s.t"),
        (
            "create view s.v as select 1; grant select on s.v to public",
            "view s.v",
        ),
    ] {
        falls_with(
            "grant.to_public",
            object,
            &with(flawed),
            &with("grant select on s.t to APP"),
        )
        .await;
    }
}

#[tokio::test]
async fn a_definer_function_that_its_caller_chooses_the_names_for() {
    for flawed in [
        "alter function s.f() reset search_path",
        "alter function s.f() set search_path = s, \"$user\", pg_temp",
        "create schema loose; grant create on schema loose to APP;
         alter function s.f() set search_path = loose, pg_temp",
    ] {
        let object = "function s.f()";
        let finding = falls_with("function.search_path", object, &with(flawed), TABLE).await;
        assert!(
            finding
                .mend
                .starts_with("alter function s.f() set search_path"),
            "{finding:?}"
        );
    }
    for sound in [
        "alter function s.f() security invoker reset search_path",
        // Its names were bound when it was made.
        "create or replace function s.f() returns int language sql security definer return 1",
        "create schema held; grant create on schema held to OWNER;
         alter function s.f() set search_path = held, pg_temp",
    ] {
        let findings = found("function.search_path", &with(sound)).await;
        assert!(findings.is_empty(), "{sound}: {findings:?}");
    }
}

#[tokio::test]
async fn a_definer_function_that_finds_temporary_tables_first() {
    for flawed in ["''", "pg_catalog", "pg_temp, pg_catalog", "s, \"pg temp\""] {
        let flawed = with(&format!("alter function s.f() set search_path = {flawed}"));
        falls_with("function.pg_temp_first", "function s.f()", &flawed, TABLE).await;
        assert!(found("function.search_path", &flawed).await.is_empty());
    }
}

#[tokio::test]
async fn a_definer_function_that_everybody_may_execute() {
    for flawed in [
        "create function s.g(int, text) returns int language sql security definer
            set search_path = pg_catalog, pg_temp as 'select 1'",
        "create function s.g(int, text) returns int language sql security definer return 1;
         grant execute on function s.g(int, text) to public",
    ] {
        falls_with(
            "function.public",
            "function s.g(integer, text)",
            &with(flawed),
            TABLE,
        )
        .await;
    }
}

#[tokio::test]
async fn a_schema_that_everybody_may_create_in() {
    let flawed = with("grant create on schema s to public");
    falls_with(
        "schema.public_create",
        "schema s",
        &flawed,
        &with("grant create on schema s to APP"),
    )
    .await;
}

#[tokio::test]
async fn default_privileges_that_open_what_comes() {
    let sound = with(
        "alter default privileges for role OWNER grant select on tables to APP;
                      alter default privileges for role OWNER grant execute on functions to APP",
    );
    for (flawed, object) in [
        (
            "alter default privileges for role OWNER in schema s grant select on tables to public",
            "default privileges of OWNER in s",
        ),
        (
            "alter default privileges for role OWNER grant usage on sequences to public",
            "default privileges of OWNER",
        ),
    ] {
        falls_with("default.public", object, &with(flawed), &sound).await;
    }
}
