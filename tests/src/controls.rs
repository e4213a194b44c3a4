//! TR-02: each control passes on a sound server, and fails once what it checks is switched off.

mod access;
mod account;
mod connectors;
mod credentials;
mod egress;
mod ending;
mod invitations;
mod issuers;
mod keys;
mod mail;
mod provisioning;
mod proxy;
mod rounds;
mod second_factor;
mod sessions;
mod sign_on;
mod tokens;
mod vault;

use std::collections::BTreeSet;
use std::path::PathBuf;

use server::verify::{Context, Instance, Round};
use testkit::app::{Options, TestApp};
use trust::{Evidence, Status};
use url::Url;

use crate::sql::fate;

/// A server in this process, as `countersign verify` would find one. What only a process of its own
/// can show (`front.confined`), and what reads files (`broker.secret_files`), is shown beside it.
pub(crate) fn instance(app: &TestApp) -> Instance {
    Instance {
        url: Url::parse(&app.url).unwrap(),
        host: host(&app.url),
        data_dir: PathBuf::from("/nonexistent"),
        cluster_dir: None,
        log_files: Vec::new(),
        broker_socket: app.broker_socket.clone(),
        files_folder: Some(app.files_folder()),
        front_socket: PathBuf::from("/nonexistent"),
        // The tests' runner, which never saw a secret.
        front_pid: std::os::unix::process::parent_id(),
        broker_pid: std::os::unix::process::parent_id(),
        front: app.login("countersign_front"),
        broker: app.login("countersign_broker"),
        anonymous: app.login("countersign_anon"),
        verifier: app.login("countersign_verifier"),
    }
}

fn host(url: &str) -> String {
    url.trim_start_matches("http://").to_owned()
}

pub(crate) async fn evidence(instance: Instance, control: &str) -> Evidence {
    let context = Context::new(instance).await.unwrap();
    // The canary gives the vault its first keys, which others look at.
    server::verify::run_one(&context, "broker.secret_canary")
        .await
        .unwrap();
    server::verify::run_one(&context, control).await.unwrap()
}

/// The controls that pass as things are.
pub(crate) async fn passing(app: &TestApp) -> BTreeSet<String> {
    let context = Context::new(instance(app)).await.unwrap();
    let mut passing = BTreeSet::new();
    for round in [Round::Often, Round::Daily] {
        let found = server::verify::run(&context, round, |_| true).await;
        let passed = found.into_iter().filter(|one| one.status == Status::Pass);
        passing.extend(passed.map(|one| one.control));
    }
    // Where a policy is missing, something of it may stay.
    let _ = context.close().await;
    passing
}

/// Passes as it is; fails after `statement`, for a reason that names `because`.
async fn falls_with(control: &str, statement: &str, because: &str) {
    falls_on(Options::default(), control, statement, because).await;
}

async fn falls_on(options: Options, control: &str, statement: &str, because: &str) {
    let app = TestApp::start_with(options).await;
    let sound = evidence(instance(&app), control).await;
    assert_eq!(sound.status, Status::Pass, "{sound:?}");
    fate(&app, statement).await;
    let broken = evidence(instance(&app), control).await;
    assert_eq!(broken.status, Status::Fail, "{broken:?}");
    assert!(broken.evidence.contains(because), "{broken:?}");
}

#[tokio::test]
async fn ac_01_falls_with_an_open_policy() {
    let open =
        "create policy leak on identity.memberships for select to countersign_front using (true)";
    falls_with("db.row_level_security", open, "identity.memberships").await;
}

#[tokio::test]
async fn ac_01_falls_with_a_policy_that_is_open_to_the_broker_alone() {
    let open =
        "create policy leak on identity.memberships for select to countersign_broker using (true)";
    falls_with("db.row_level_security", open, "to the broker's login").await;
}

#[tokio::test]
async fn ac_01_falls_when_a_forged_context_is_believed() {
    let gullible = "create or replace function ctx.bound() returns text[] language sql stable security definer
        set search_path = pg_catalog, pg_temp as $$
            select string_to_array(nullif(current_setting('countersign.context', true), ''), '|', '') $$";
    falls_with("db.row_level_security", gullible, "believed").await;
}

#[tokio::test]
async fn id_01_falls_when_a_link_works_twice() {
    let lenient = without("identity.use_link", "and l.used_at is null");
    falls_with("identity.links", &lenient, "reset link").await;
}

#[tokio::test]
async fn id_01_falls_when_a_link_works_for_ever() {
    // The page that shows whose link it is asks as well.
    let parts = ["identity.use_link", "identity.link_face"];
    let lenient = parts
        .map(|part| without(part, "and l.expires_at > clock_timestamp()"))
        .join(";");
    falls_with("identity.links", &lenient, "an expired reset link").await;
}

#[tokio::test]
async fn id_02_falls_when_a_password_alone_binds_an_organisation() {
    let lenient = "create or replace function ctx.bind_half_session(presented bytea) returns void language plpgsql
        security definer set search_path = pg_catalog, pg_temp as $$
        declare s record;
        begin
            select * into s from identity.sessions x where x.token_hash = presented;
            perform ctx.bind('session', s.id, s.org_id, s.user_id, 100, '*');
        end $$";
    falls_with(
        "identity.second_factor",
        lenient,
        "before the second factor",
    )
    .await;
}

#[tokio::test]
async fn id_02_falls_when_the_web_process_may_say_that_a_factor_was_given() {
    let granted =
        "grant execute on function identity.tried(boolean, text, boolean) to countersign_front";
    falls_with("identity.second_factor", granted, "could run").await;
}

/// A server that passkeys are made for.
fn named() -> Options {
    Options {
        named: true,
        ..Options::default()
    }
}

#[tokio::test]
async fn id_02_falls_when_the_web_process_may_say_that_a_passkey_was_right() {
    let granted = "grant execute on function identity.passkey_given(uuid, bigint, boolean) to countersign_front";
    falls_on(named(), "identity.passkeys", granted, "could run").await;
}

#[tokio::test]
async fn id_02_falls_when_a_challenge_stays_after_its_answer() {
    let lenient = "create or replace function identity.take_passkey_challenge(of_purpose text, hash bytea) returns boolean
        language sql security definer set search_path = pg_catalog, pg_temp as $$
        select exists (select from identity.passkey_challenges c where c.challenge_hash = hash) $$;
        create or replace function identity.count_passkey(of_passkey uuid, of_person uuid, signed bigint, has_synced boolean)
        returns boolean language sql security definer set search_path = pg_catalog, pg_temp as $$ select true $$";
    falls_on(named(), "identity.passkeys", lenient, "replayed").await;
}

#[tokio::test]
async fn id_02_falls_when_nobody_compares_the_counter() {
    let lenient = "create or replace function identity.count_passkey(of_passkey uuid, of_person uuid, signed bigint, has_synced boolean)
        returns boolean language sql security definer set search_path = pg_catalog, pg_temp as $$ select true $$";
    falls_on(named(), "identity.passkeys", lenient, "behind its counter").await;
}

#[tokio::test]
async fn id_02_holds_on_a_server_that_makes_no_passkeys() {
    let app = TestApp::start().await;
    let sound = evidence(instance(&app), "identity.passkeys").await;
    assert_eq!(sound.status, Status::Pass, "{sound:?}");
    assert!(sound.evidence.contains("IP address"), "{sound:?}");
}

#[tokio::test]
async fn id_05_falls_when_every_proof_is_recent() {
    let lenient = "create or replace function ctx.is_recent() returns boolean language sql stable
        return true";
    falls_with("identity.recent_proof", lenient, "without a recent proof").await;
}

#[tokio::test]
async fn id_10_falls_when_nobody_counts() {
    let forgetful = "create or replace function identity.sign_in_tried(at_door bytea, is_right boolean) returns void
        language sql as $$ delete from identity.sign_in_tries where door = at_door $$;
        delete from identity.sign_in_tries";
    falls_with(
        "identity.wrong_passwords",
        forgetful,
        "and the next was looked at",
    )
    .await;
}

#[tokio::test]
async fn id_10_falls_when_a_count_can_be_rolled_back() {
    let lenient = without(
        "identity.use_counted_try",
        "and t.counted_in <> pg_current_xact_id()",
    );
    falls_with("identity.wrong_passwords", &lenient, "could be rolled back").await;
}

#[tokio::test]
async fn ac_01_in_the_catalogue_falls_with_an_unforced_table() {
    let unforced = "alter table approvals.decisions no force row level security";
    falls_with(
        "db.lint",
        unforced,
        "rls.not_forced: table approvals.decisions",
    )
    .await;
}

#[tokio::test]
async fn ac_01_in_the_catalogue_falls_with_a_view_of_its_owners_rights() {
    let view = "create view insight.leak as select * from insight.logs";
    falls_with("db.lint", view, "view insight.leak").await;
}

#[tokio::test]
async fn ac_01_in_the_catalogue_falls_with_an_exception_that_nothing_needs() {
    let gone = "drop policy evidence_add on trust.evidence";
    falls_with("db.lint", gone, "allow.unused").await;
}

#[tokio::test]
async fn ac_02_falls_with_a_table_without_a_policy() {
    let table = "create table public.forgotten (id int); alter table public.forgotten enable row level security;
                 alter table public.forgotten force row level security";
    falls_with("web.default_deny", table, "forgotten").await;
}

#[tokio::test]
async fn ac_02_falls_with_a_function_that_everybody_may_run() {
    falls_with(
        "web.default_deny",
        "grant execute on function audit.unsequenced(int) to public",
        "unsequenced",
    )
    .await;
}

#[tokio::test]
async fn ac_02_falls_with_a_server_that_asks_nobody() {
    let app = TestApp::start().await;
    let open = axum::Router::new().fallback(async || "come in");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move { axum::serve(listener, open).await.unwrap() });
    let broken = evidence(
        Instance {
            url,
            ..instance(&app)
        },
        "web.default_deny",
    )
    .await;
    assert_eq!(broken.status, Status::Fail, "{broken:?}");
}

#[tokio::test]
async fn id_06_falls_when_a_replay_ends_nothing() {
    let patient = "create or replace function oauth.end_grant(of_org uuid, of_grant uuid, why text, told text)
        returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$ begin end $$";
    falls_with("oauth.refresh_replay", patient, "the family goes on").await;
}

/// Runs the function again as it is defined, without a part of it.
fn without(function: &str, part: &str) -> String {
    instead(function, part, "")
}

/// Runs the function again as it is defined, with something else in the place of a part of it.
pub(crate) fn instead(function: &str, part: &str, with: &str) -> String {
    let (part, with) = (part.replace('\'', "''"), with.replace('\'', "''"));
    format!(
        "do $do$ declare was text := pg_get_functiondef('{function}'::regproc);
         begin
             if strpos(was, '{part}') = 0 then raise exception 'nothing to leave out'; end if;
             execute replace(was, '{part}', '{with}');
         end $do$"
    )
}

#[tokio::test]
async fn id_06_falls_when_a_family_forks() {
    let fork = "alter table oauth.refresh_tokens drop constraint refresh_tokens_org_id_parent_hash_key;
        create or replace function oauth.hmac(key bytea, message bytea) returns bytea language sql volatile
        set search_path = pg_catalog, pg_temp as $$ select sha256(uuid_send(gen_random_uuid())) $$;".to_owned()
        + &without("oauth.refresh", "on conflict (org_id, parent_hash) do nothing");
    falls_with("oauth.refresh_replay", &fork, "two families").await;
}

#[tokio::test]
async fn id_07_falls_when_a_code_needs_no_verifier_of_its_own() {
    let any = without("oauth.redeem_code", "or code.challenge <> verifier_hash");
    falls_with("oauth.desktop_state", &any, "verifier of another start").await;
}

#[tokio::test]
async fn id_09_falls_when_the_policy_of_a_table_lets_others_in() {
    let open = "create policy leak on insight.logs for select to countersign_front using (true);
                create policy leak on identity.users for select to countersign_front using (true)";
    falls_with("web.active_organisation", open, "log").await;
}

#[tokio::test]
async fn va_01_falls_with_a_repeated_nonce() {
    let repeat = "insert into broker.secrets (org_id, owner_id, field, version, key_id, sealed)
        select org_id, gen_random_uuid(), field, version, key_id, sealed from broker.secrets
         where field = 'pkce_verifier' limit 1";
    falls_with("broker.sealed_values", repeat, "twice").await;
}

#[tokio::test]
async fn va_01_falls_when_the_web_process_may_read_ciphertexts() {
    falls_with(
        "broker.sealed_values",
        "grant select on broker.secrets to countersign_front",
        "broker.secrets",
    )
    .await;
}

#[tokio::test]
async fn va_06_falls_when_a_process_holds_the_secret() {
    let app = TestApp::start().await;
    let sound = evidence(instance(&app), "broker.secret_canary").await;
    assert_eq!(sound.status, Status::Pass, "{sound:?}");
    // This process made the secret: its memory holds it.
    let leaky = Instance {
        front_pid: std::process::id(),
        ..instance(&app)
    };
    let broken = evidence(leaky, "broker.secret_canary").await;
    assert_eq!(broken.status, Status::Fail, "{broken:?}");
}

#[tokio::test]
async fn ag_01_falls_when_an_api_key_may_decide() {
    let open = "create policy leak on approvals.decisions for insert to countersign_front with check (true)";
    falls_with("approvals.human", open, "API key").await;
}

#[tokio::test]
async fn ag_02_falls_without_the_state_machine() {
    let off = "alter table approvals.proposals disable trigger proposals_transition";
    falls_with("approvals.bound", off, "approved without a decision").await;
}

#[tokio::test]
async fn ag_02_falls_without_the_check_of_what_was_shown() {
    let off = "alter table approvals.decisions disable trigger decisions_hold";
    falls_with("approvals.bound", off, "approve what was not shown").await;
}

#[tokio::test]
async fn au_02_falls_with_an_altered_row() {
    let alter = "update audit.entries set action = 'identity.nothing' where leaf_index = 0";
    falls_with("audit.tamper_evident", alter, "aud_").await;
}

#[tokio::test]
async fn au_02_falls_when_a_login_may_change_the_log() {
    falls_with(
        "audit.tamper_evident",
        "grant update on audit.entries to countersign_front",
        "front",
    )
    .await;
}

#[tokio::test]
async fn ed_02_falls_without_the_headers() {
    let app = TestApp::start().await;
    let sound = evidence(instance(&app), "web.security_headers").await;
    assert_eq!(sound.status, Status::Pass, "{sound:?}");
    let bare = axum::Router::new().fallback(async || "no headers");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move { axum::serve(listener, bare).await.unwrap() });
    let broken = evidence(
        Instance {
            url,
            ..instance(&app)
        },
        "web.security_headers",
    )
    .await;
    assert_eq!(broken.status, Status::Fail, "{broken:?}");
}
