//! PR-01 for a person: an export of everything that is theirs, a deletion that leaves nothing of it, and the
//! events of their account, which nobody else sees.

use std::collections::BTreeSet;

use demo::{Person, unused_address};
use futures_util::future::join;
use identity::{AtDeletion, PERSONAL};
use kernel::{OrganisationId, UserId};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use sqlx::types::Uuid;
use sqlx::{AssertSqlSafe, Connection as _};
use testkit::app::{Options, TestApp};

use crate::access::colleague;
use crate::audit::shredded;
use crate::eventually::eventually;
use crate::sql::{fate, refusal};
use crate::visitor::Visitor;
use crate::world::{PASSWORD, World, bound, decide, disconnected, rows_with, signed_up};

const ACCOUNT: &str = "/account";

async fn hand(app: &TestApp) -> PgConnection {
    let options = app.database.superuser_options();
    PgConnection::connect_with(&options).await.unwrap()
}

pub(super) async fn text(person: &Person, path: &str) -> String {
    let answer = person.send(Method::GET, path, None).await.unwrap();
    answer.text().await.unwrap()
}

async fn delete(person: &Person, typed: &str) -> (StatusCode, String) {
    let form = [("email", typed)];
    let answer = person.submit("/account/delete", &form).await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

fn email(person: &Person) -> &str {
    person.me["email"].as_str().unwrap()
}

fn user(person: &Person) -> Uuid {
    let id: UserId = person.me["user"].as_str().unwrap().parse().unwrap();
    id.uuid()
}

#[tokio::test]
async fn an_export_holds_what_is_theirs_and_takes_a_fresh_proof() {
    let world = World::start().await;
    let bo = colleague(&world.app, &world.owner, "ADMIN-80").await;
    let key = json!({ "name": "Bo's own key", "scopes": ["insight.read"], "expires_in_days": 1 });
    bo.write(Method::POST, "/api/v1/api-keys", &key, StatusCode::CREATED)
        .await
        .unwrap();
    let (proposal, hash) = world.propose("Something to decide").await;
    assert_eq!(
        decide(&bo, &proposal, "reject", &hash).await,
        StatusCode::OK
    );
    let answer = bo.send(Method::GET, "/account/export", None).await.unwrap();
    let disposition = answer.headers()["content-disposition"].to_str().unwrap();
    assert!(disposition.starts_with("attachment"), "{disposition}");
    let document: Value = answer.json().await.unwrap();
    assert_eq!(document["format"], "countersign.account/1");
    assert_eq!(document["account"]["email"], email(&bo));
    assert_eq!(document["account"]["id"], bo.me["user"]);
    assert_eq!(document["api_keys"][0]["name"], "Bo's own key");
    assert_eq!(document["decisions"][0]["proposal"], proposal);
    assert_eq!(document["sessions"].as_array().unwrap().len(), 2);
    assert_eq!(document["organisations"][0]["role"], "ADMIN");
    assert!(
        document["events"]
            .to_string()
            .contains("identity.signed_in")
    );
    // What the organisation has, and Bo did not make, is not Bo's.
    assert_eq!(document["connections"], json!([]));
    let all = document.to_string();
    assert!(!all.contains(email(&world.owner)) && !all.contains("Something to decide"));
    for part in PERSONAL.iter().filter_map(|personal| personal.part.ok()) {
        assert!(!document[part].is_null(), "{part}");
    }
    world
        .fate("update identity.sessions set authenticated_at = now() - interval '11 minutes'")
        .await;
    let answer = bo.send(Method::GET, "/account/export", None).await.unwrap();
    assert_eq!(
        answer.headers()["location"],
        "/prove?next=%2Faccount%2Fexport"
    );
    let log = text(&world.owner, "/api/v1/audit/entries").await;
    assert!(log.contains("identity.account_exported"));
}

#[tokio::test]
async fn what_they_did_in_an_organisation_is_no_longer_theirs_once_they_left() {
    let world = World::start().await;
    let bo = colleague(&world.app, &world.owner, "ADMIN-80").await;
    let (proposal, hash) = world.propose("A secret of the organisation").await;
    decide(&bo, &proposal, "reject", &hash).await;
    bo.submit("/organisations/leave", &[]).await.unwrap();
    let document: Value = serde_json::from_str(&text(&bo, "/account/export").await).unwrap();
    assert_eq!(document["decisions"], json!([]));
    assert!(!document["organisations"][0]["left_at"].is_null());
    let events = document["events"].to_string();
    assert!(
        events.contains("identity.") && !events.contains("approvals."),
        "{events}"
    );
}

#[tokio::test]
async fn a_deleted_account_leaves_an_identifier_and_nothing_else() {
    let world = World::start().await;
    let app = &world.app;
    let bo = colleague(app, &world.owner, "ADMIN-80").await;
    let name = format!("Canary {}", user(&bo).simple());
    let renamed = format!(
        "update identity.users set name = '{name}' where id = '{}'",
        user(&bo)
    );
    assert_eq!(fate(app, &renamed).await, 1);
    let (proposal, hash) = world.propose("Something to decide").await;
    decide(&bo, &proposal, "reject", &hash).await;
    let (status, page) = delete(&bo, "somebody.else@demo.example").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("not your address"));
    assert!(bo.get("/api/v1/me").await.is_ok());
    let (status, page) = delete(&bo, &email(&bo).to_uppercase()).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert!(page.contains("Your account is deleted") && page.contains("A mail to your address"));
    // The last mail, after which nobody knows the address.
    world
        .owner
        .mailed_link(email(&bo), "/sign-up")
        .await
        .unwrap();
    eventually("the address is in no row", async || {
        rows_with(app, email(&bo)).await.is_empty().then_some(())
    })
    .await;
    assert_eq!(rows_with(app, &name).await, Vec::<String>::new());
    let mut hand = hand(app).await;
    for personal in PERSONAL {
        if personal.at_deletion == AtDeletion::Removed {
            let count = format!(
                "select count(*) from {} where user_id = '{}'",
                personal.table,
                user(&bo)
            );
            let rows: i64 = sqlx::query_scalar(AssertSqlSafe(count))
                .fetch_one(&mut hand)
                .await
                .unwrap();
            // The job of the last mail is what says that it went out.
            let left = i64::from(personal.table == "jobs.jobs");
            assert_eq!(rows, left, "{}", personal.table);
        }
    }
    let decided: Vec<(String, String, String)> = sqlx::query_as(
        "select verdict, address, client from approvals.decisions where user_id = $1",
    )
    .bind(user(&bo))
    .fetch_all(&mut hand)
    .await
    .unwrap();
    let stays = ("reject".to_owned(), String::new(), String::new());
    assert_eq!(decided, [stays], "what the organisation answers for stays");
    assert!(bo.get("/api/v1/me").await.is_err());
    let mut visitor = Visitor::new(&app.url);
    assert_eq!(
        visitor.sign_in(email(&bo), PASSWORD).await.status,
        StatusCode::UNAUTHORIZED
    );
    let log = text(&world.owner, "/api/v1/audit/entries").await;
    assert!(log.contains("identity.account_deleted"), "{log}");
    let shown = text(&world.owner, &format!("/approvals/{proposal}")).await;
    assert!(shown.contains("Deleted person") && !shown.contains(&name));
    // The address is free again, for a new account that is nobody's heir.
    Visitor::sign_up(app, email(&bo), PASSWORD).await;
}

#[tokio::test]
async fn no_mail_is_promised_where_the_server_sends_none() {
    let options = Options {
        mail: Some(mail::Way::Off),
        ..Options::default()
    };
    let app = TestApp::start_with(options).await;
    let bo = signed_up(&app).await;
    let (status, page) = delete(&bo, email(&bo)).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert!(page.contains("This server sends no mail"), "{page}");
    assert!(!page.contains("A mail to your address"), "{page}");
}

#[tokio::test]
async fn an_organisation_goes_with_its_last_member() {
    let world = World::start().await;
    let app = &world.app;
    crate::tenancy::fill(&world, &world.owner).await;
    let org: OrganisationId = world.owner.me["organisation"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    // Whom its directory named goes first.
    let gone = "update identity.memberships set removed_at = now()
         where removed_at is null and user_id in (select user_id from identity.provisioned)";
    assert_eq!(world.fate(gone).await, 1);
    let page = text(&world.owner, ACCOUNT).await;
    assert!(page.contains("the whole organisation is deleted"), "{page}");
    // Its apps would hear nothing of it.
    let (status, page) = delete(&world.owner, email(&world.owner)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("disconnect them there first"), "{page}");
    disconnected(app, &world.owner).await;
    let (status, page) = delete(&world.owner, email(&world.owner)).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    shredded(app, org).await;
    let mut hand = hand(app).await;
    let tables: Vec<String> = sqlx::query_scalar(
        "select c.oid::regclass::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id'
          where c.relkind in ('r', 'p') and c.relnamespace <> 'audit'::regnamespace",
    )
    .fetch_all(&mut hand)
    .await
    .unwrap();
    assert!(tables.len() > 20, "{tables:?}");
    for table in tables {
        let count = format!(
            "select count(*) from {table} where org_id = '{}'",
            org.uuid()
        );
        let rows: i64 = sqlx::query_scalar(AssertSqlSafe(count))
            .fetch_one(&mut hand)
            .await
            .unwrap();
        assert_eq!(rows, 0, "{table}");
    }
    let left: (String, i64) = sqlx::query_as(
        "select o.name, (select count(*) from audit.entries e where e.org_id = o.id)
           from identity.organisations o where o.id = $1",
    )
    .bind(org.uuid())
    .fetch_one(&mut hand)
    .await
    .unwrap();
    assert_eq!(left.0, "Deleted organisation");
    assert!(left.1 > 0, "the log only grows");
}

#[tokio::test]
async fn nobody_leaves_others_without_an_owner() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let bo = colleague(&app, &owner, "PARTICIPANT-40").await;
    assert!(
        text(&owner, ACCOUNT)
            .await
            .contains("You are the last owner")
    );
    let (status, _) = delete(&owner, email(&owner)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(owner.get("/api/v1/me").await.is_ok());
    let second = colleague(&app, &owner, "OWNER-100").await;
    let (a, b) = join(
        delete(&owner, email(&owner)),
        delete(&second, email(&second)),
    )
    .await;
    let done = [a.0, b.0]
        .iter()
        .filter(|status| status.is_success())
        .count();
    assert_eq!(done, 1, "{a:?} {b:?}");
    assert!(bo.get("/api/v1/me").await.is_ok());
}

#[tokio::test]
async fn somebody_in_no_organisation_takes_their_data_along_and_goes() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let bo = colleague(&app, &owner, "PARTICIPANT-40").await;
    bo.submit("/organisations/leave", &[]).await.unwrap();
    let document: Value = serde_json::from_str(&text(&bo, "/account/export").await).unwrap();
    assert_eq!(document["account"]["email"], email(&bo));
    assert!(
        text(&bo, "/account/events")
            .await
            .contains("You left an organisation")
    );
    let (status, page) = delete(&bo, email(&bo)).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    owner.mailed_link(email(&bo), "/sign-up").await.unwrap();
    let mut visitor = Visitor::new(&app.url);
    let refused = visitor.sign_in(email(&bo), PASSWORD).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_stolen_login_of_the_web_process_exports_and_deletes_nobody() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let key = json!({ "name": "k", "scopes": ["insight.read"], "expires_in_days": 1 });
    let made = owner
        .write(Method::POST, "/api/v1/api-keys", &key, StatusCode::CREATED)
        .await
        .unwrap();
    let hash = crypto::digest::sha256(made["key"].as_str().unwrap().as_bytes());
    let hash = kernel::TokenHash::from_digest(hash).to_hex();
    let bind_key = format!("rollback; begin; select ctx.bind_api_key('\\x{hash}')");
    fate(
        &app,
        "update identity.sessions set authenticated_at = now() - interval '11 minutes'",
    )
    .await;
    let mut front = bound(&app, "countersign_front", &owner).await;
    let session = crate::world::session_hash(&owner).to_hex();
    let bind = format!("rollback; begin; select ctx.bind_session('\\x{session}')");
    let own = format!("select identity.delete_account('{}')", email(&owner));
    for (bind, statement, expected) in [
        (&bind, "select identity.export_account()", "CS008"),
        (&bind, &*own, "CS008"),
        (
            &bind,
            "select identity.forget_person(ctx.person(), '')",
            "42501",
        ),
        (
            &bind,
            "select identity.erase_organisation(ctx.org())",
            "42501",
        ),
        (
            &bind,
            "select identity.rows_of('select 1', null, null, null)",
            "42501",
        ),
        (
            &bind,
            "select trust.forget_control_person(ctx.person())",
            "42501",
        ),
        (
            &bind,
            "select trust.traces_of('identity.users', ctx.person(), '')",
            "42501",
        ),
        (&bind, "delete from identity.devices", "42501"),
        (&bind_key, "select identity.export_account()", "42501"),
        (&bind_key, &own, "42501"),
        (
            &bind_key,
            "select * from identity.own_events(null, 50)",
            "42501",
        ),
        (
            &"rollback; begin".to_owned(),
            "select * from identity.own_events(null, 50)",
            "42501",
        ),
        (
            &"rollback; begin".to_owned(),
            "select identity.export_account()",
            "42501",
        ),
    ] {
        refusal(&mut front, bind).await;
        assert_eq!(
            refusal(&mut front, statement).await,
            expected,
            "{statement}"
        );
    }
}

#[tokio::test]
async fn every_table_that_names_a_person_is_on_the_list() {
    let app = TestApp::start().await;
    let mut hand = hand(&app).await;
    let named: BTreeSet<String> = sqlx::query_scalar(
        "select distinct format('%I.%I', n.nspname, c.relname)
           from pg_class c join pg_namespace n on n.oid = c.relnamespace
           join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attname <> 'org_id'
          where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
            and (a.attname in ('user_id', 'person', 'person_id', 'email', 'recipient') or a.attname like '%\\_person'
                 or a.attname like '%\\_by' and a.atttypid = 'uuid'::regtype
                 or exists (select from pg_constraint f
                             where f.conrelid = c.oid and f.contype = 'f' and a.attnum = any (f.conkey)
                               and f.confrelid in ('identity.users'::regclass, 'identity.memberships'::regclass)))",
    )
    .fetch_all(&mut hand)
    .await
    .unwrap()
    .into_iter()
    .collect();
    let listed: BTreeSet<String> = PERSONAL
        .iter()
        .map(|personal| personal.table.to_owned())
        .collect();
    assert_eq!(
        listed, named,
        "say in identity::PERSONAL what becomes of a person's rows"
    );
    // And whatever an organisation has goes with it, by its own name or by that of what it hangs on.
    let stays: Vec<String> = sqlx::query_scalar(
        "select c.oid::regclass::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id'
          where c.relkind in ('r', 'p') and c.relnamespace <> 'audit'::regnamespace
            and not (has_table_privilege('countersign_definer', c.oid, 'delete')
                     and exists (select from pg_policy p
                                  where p.polrelid = c.oid and p.polcmd in ('d', '*') and pg_get_expr(p.polqual, c.oid) = 'true'
                                    and 'countersign_definer'::regrole = any (p.polroles)))
            and not exists (select from pg_constraint k
                             where k.conrelid = c.oid and k.contype = 'f' and k.confdeltype = 'c' and a.attnum = any (k.conkey)
                               and not exists (select from pg_attribute n where n.attrelid = c.oid
                                                  and n.attnum = any (k.conkey) and not n.attnotnull))",
    )
    .fetch_all(&mut hand)
    .await
    .unwrap();
    assert_eq!(stays, Vec::<String>::new());
}

#[tokio::test]
async fn the_events_of_an_account_are_its_persons_alone() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let address = unused_address();
    let mut visitor = Visitor::sign_up(&app, &address, PASSWORD).await;
    visitor
        .post("/organisations", "/organisations", &[("name", "Second")])
        .await;
    Visitor::new(&app.url)
        .sign_in(&address, "a wrong password")
        .await;
    let shown = visitor.get("/account/events").await;
    assert_eq!(shown.status, StatusCode::OK);
    for what in [
        "You signed in with your password",
        "You made an organisation",
        "Your session left an organisation",
        "A sign-in with a wrong password",
        "Whoever runs this server vouched for your address",
    ] {
        assert!(shown.text.contains(what), "{what}: {}", shown.text);
    }
    // Also what happened where the session is not; and nothing of anybody else's.
    let others = owner.me["user"].as_str().unwrap();
    assert!(!shown.text.contains(others));
    let theirs = text(&owner, "/account/events").await;
    assert!(!theirs.contains("You made an organisation"));
    let (_, me) = visitor.me().await;
    let who: UserId = me["user"].as_str().unwrap().parse().unwrap();
    let many = format!(
        "insert into audit.entries (id, actor_kind, person_id, action, details)
         select audit.new_id(), 'anonymous', '{}', 'identity.reset_asked', '{{}}' from generate_series(1, 60)",
        who.uuid()
    );
    assert_eq!(fate(&app, &many).await, 60);
    let first = visitor.get("/account/events").await.text;
    assert_eq!(first.matches("Somebody asked to reset").count(), 50);
    let older = first.split("/account/events?before=").nth(1).unwrap();
    let older = older.split('"').next().unwrap();
    let second = visitor
        .get(&format!("/account/events?before={older}"))
        .await
        .text;
    assert_eq!(second.matches("Somebody asked to reset").count(), 10);
    assert!(second.contains("You made the account"));
    assert_eq!(
        visitor.get("/account/events?before=x").await.status,
        StatusCode::BAD_REQUEST
    );
}
