//! AC-03 to AC-07, AC-10.

use super::{falls_with, without};

#[tokio::test]
async fn ac_03_falls_when_the_database_asks_for_no_permission() {
    let lenient = "create or replace function ctx.org_for(permission text) returns uuid language plpgsql stable
        security definer set search_path = pg_catalog, pg_temp as $$ begin return ctx.org(); end $$";
    falls_with("access.levels", lenient, "by the catalogue").await;
}

#[tokio::test]
async fn ac_03_falls_when_a_level_is_lowered_in_the_database_alone() {
    let lower = "update access.permissions set least_level = 20 where name = 'audit.read'";
    falls_with("access.levels", lower, "differ in audit.read").await;
}

#[tokio::test]
async fn ac_03_falls_when_a_key_writes_more_than_it_may() {
    let generous = "create function public.generous() returns trigger language plpgsql as
            'begin new.scopes := new.scopes || ''{insight.import}''::text[]; return new; end';
        create trigger generous before insert on access.api_keys for each row execute function public.generous()";
    falls_with("access.levels", generous, "POST /api/v1/logs").await;
}

#[tokio::test]
async fn ac_04_falls_when_a_policy_asks_for_membership_alone() {
    let open = "create policy leak on connectors.connections for select to countersign_front
        using (org_id = (select ctx.org()))";
    falls_with("access.reviewer", open, "connectors.connections").await;
}

#[tokio::test]
async fn ac_06_falls_with_a_branch_for_admins() {
    let branch = "alter policy private on identity.identities
            using (user_id = (select ctx.person()) or (select ctx.can('people.manage')));
        create policy leak on identity.identities for select to countersign_front
            using ((select ctx.can('people.manage')))";
    falls_with("access.private_rows", branch, "identity.identities").await;
}

#[tokio::test]
async fn ac_06_falls_when_a_login_may_read_what_none_reads() {
    let grant = "grant select (user_id) on identity.recovery_codes to countersign_broker";
    falls_with(
        "access.private_rows",
        grant,
        "may read identity.recovery_codes",
    )
    .await;
}

#[tokio::test]
async fn ac_06_falls_with_a_new_table_that_names_a_person() {
    let table =
        "create table insight.notes (org_id uuid, author uuid references identity.users (id))";
    falls_with("access.private_rows", table, "insight.notes").await;
}

#[tokio::test]
async fn ac_05_falls_when_a_connection_is_there_for_everybody_who_sees_connections() {
    let open = "drop policy shared on connectors.connections";
    falls_with("access.asset_grants", open, "for nobody else").await;
}

#[tokio::test]
async fn ac_05_falls_when_the_broker_changes_what_was_given_to_nobody() {
    let open = "drop policy shared_broker on connectors.connections";
    falls_with("access.asset_grants", open, "changed the connection").await;
}

#[tokio::test]
async fn ac_05_falls_when_grants_are_changed_by_sql() {
    let open = "grant delete on access.asset_grants to countersign_front;
        create policy leak on access.asset_grants for delete to countersign_front using (true)";
    falls_with("access.asset_grants", open, "changed grants").await;
}

#[tokio::test]
async fn ac_05_falls_when_to_view_is_to_use() {
    let lenient = "create or replace function access.access_to(of_kind text, asset uuid) returns text language sql stable
        security definer set search_path = pg_catalog, pg_temp as $$ select 'edit' $$";
    falls_with("access.asset_grants", lenient, "with view alone").await;
}

#[tokio::test]
async fn ac_05_falls_when_whoever_sees_a_connection_gives_it() {
    let lenient = "create or replace function access.may_share(of_kind text, asset uuid) returns text language sql stable
        security definer set search_path = pg_catalog, pg_temp as $$ select 'yes' $$";
    falls_with("access.asset_grants", lenient, "gave themselves more").await;
}

#[tokio::test]
async fn ac_05_falls_when_the_broker_lets_anybody_connect_it_anew() {
    let open = "drop policy shared on broker.authorizations";
    falls_with("access.asset_grants", open, "connect it anew").await;
}

#[tokio::test]
async fn ac_10_falls_when_an_organisation_opens_without_a_reason() {
    let lenient = "alter table access.operator_access drop constraint operator_access_reason_check";
    falls_with("access.operator", lenient, "the reason \"\"").await;
}

#[tokio::test]
async fn ac_10_falls_when_it_may_last_for_days() {
    let lenient = "do $$ declare c record; begin
        for c in select conname from pg_constraint where conrelid = 'access.operator_access'::regclass
                    and contype = 'c' and pg_get_constraintdef(oid) like '%opened_at%' loop
            execute format('alter table access.operator_access drop constraint %I', c.conname);
        end loop; end $$";
    falls_with("access.operator", lenient, "for 28801 seconds").await;
}

#[tokio::test]
async fn ac_10_falls_when_the_web_process_may_open_one() {
    let granted = "grant execute on function access.open_operator(uuid, uuid, text, text, text, bytea, int) to countersign_front";
    falls_with("access.operator", granted, "web process's login opened").await;
}

#[tokio::test]
async fn ac_10_falls_when_the_log_says_nothing_of_it() {
    let silent = "create or replace function audit.append_system(
            of_org uuid, entry_action text, entry_subject text, entry_details jsonb, of_person uuid default null)
        returns void language sql security definer set search_path = pg_catalog, pg_temp as $$ select null::void $$";
    falls_with("access.operator", silent, "does not see who looked").await;
}

#[tokio::test]
async fn ac_10_falls_when_its_end_ends_nothing() {
    let lenient = without("ctx.bind_service_key", "a.ended_at is null and");
    falls_with("access.operator", &lenient, "that the organisation ended").await;
}

const FUNCTIONS: &str = "access.policy_functions";

#[tokio::test]
async fn ac_07_falls_when_a_function_is_volatile() {
    let volatile = "alter function ctx.org_for(text) volatile";
    falls_with(
        FUNCTIONS,
        volatile,
        "ctx.org_for, which a policy calls, is volatile",
    )
    .await;
}

#[tokio::test]
async fn ac_07_falls_when_a_search_path_is_not_pinned() {
    // Called by what the policies call.
    let loose = "alter function ctx.bound() reset search_path";
    falls_with(
        FUNCTIONS,
        loose,
        "ctx.bound, which a policy calls, has no pinned search path",
    )
    .await;
}

#[tokio::test]
async fn ac_07_falls_when_a_function_is_whoever_asks() {
    let invoker = "alter function access.assets(text, text) security invoker";
    falls_with(FUNCTIONS, invoker, "with the rights of whoever asks").await;
}

#[tokio::test]
async fn ac_07_falls_when_everybody_may_call_one() {
    let open = "grant execute on function approvals.people() to public";
    falls_with(FUNCTIONS, open, "is open to everybody").await;
}

#[tokio::test]
async fn ac_07_falls_when_a_policy_asks_once_a_row() {
    let bare = "create policy bare on connectors.connections for select to countersign_front
        using (org_id = ctx.org_for('connectors.read'))";
    falls_with(FUNCTIONS, bare, "calls ctx.org_for once a row").await;
}
