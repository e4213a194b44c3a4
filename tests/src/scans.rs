//! Scans go on where they were interrupted, and read nothing twice.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use testkit::provider::Mood;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::eventually::eventually;
use crate::world::{World, read_log, scanned, signed_up};

/// Lets what waits for its time run now.
const NOW: &str = "update jobs.jobs set run_at = now() where state = 'ready'";

async fn begin(world: &World) -> String {
    let path = format!("/api/v1/connections/{}/scan", world.reading);
    let begun = world
        .owner
        .write(Method::POST, &path, &json!({}), StatusCode::ACCEPTED)
        .await
        .unwrap();
    begun["log"].as_str().unwrap().to_owned()
}

async fn scan(world: &World, log: &str) -> Value {
    world
        .owner
        .get(&format!("/api/v1/scans/{log}"))
        .await
        .unwrap()
}

async fn change(world: &World, log: &str, verb: &str) -> StatusCode {
    let path = format!("/api/v1/scans/{log}/{verb}");
    let answer = world.owner.send(Method::POST, &path, None).await.unwrap();
    answer.status()
}

/// As the front does each minute. Returns how many were stopped.
async fn sweep(world: &World) -> i32 {
    let front = world.app.login("countersign_front");
    let mut front = PgConnection::connect_with(&front).await.unwrap();
    sqlx::query_scalar("select connectors.sweep_scans()")
        .fetch_one(&mut front)
        .await
        .unwrap()
}

async fn until(world: &World, log: &str, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    eventually(what, async || {
        let scan = scan(world, log).await;
        is_so(&scan).then_some(scan)
    })
    .await
}

/// Waits for the end of a scan whose pauses are over at once.
async fn hurried(world: &World, log: &str) {
    eventually("it goes on", async || {
        world.fate(NOW).await;
        (scan(world, log).await["state"] == "done").then_some(())
    })
    .await;
}

fn pages(world: &World) -> usize {
    let seen = world.provider.seen(&Method::GET);
    seen.iter()
        .filter(|call| call.target.contains("/events"))
        .count()
}

/// What a scan reads that nothing interrupts: events, cases and pages.
async fn whole(world: &World) -> (Value, Value, usize) {
    let before = pages(world);
    let log = scanned(&world.owner, &world.reading, &json!({})).await;
    assert_eq!(log["state"], "ready", "{log}");
    let read = pages(world) - before;
    assert!(read > 3, "one page cannot be interrupted");
    (log["events"].clone(), log["cases"].clone(), read)
}

#[tokio::test]
async fn an_app_that_is_away_is_asked_again_for_the_page_that_was_due() {
    let world = World::start().await;
    let (events, cases, read) = whole(&world).await;
    let before = pages(&world);
    world.provider.be(Mood::Slow(Duration::from_millis(100)));
    let log = begin(&world).await;
    until(&world, &log, "two pages", |scan| {
        scan["calls"].as_u64() >= Some(2)
    })
    .await;
    world.provider.be(Mood::Status(503));
    let waits = until(&world, &log, "it waits", |scan| scan["next_at"].is_string()).await;
    assert_eq!(
        (&waits["state"], &waits["code"]),
        (&json!("running"), &json!("egress.status")),
        "{waits}"
    );
    let missed = pages(&world);
    world.provider.be(Mood::Honest);
    hurried(&world, &log).await;
    let log = read_log(&world.owner, &log).await;
    assert_eq!((&log["events"], &log["cases"]), (&events, &cases), "{log}");
    assert!(missed > before);
    // The page that was refused was asked for once more, and no other.
    assert_eq!(pages(&world) - before, read + 1);
}

#[tokio::test]
async fn a_scan_is_paused_and_goes_on_with_nothing_twice() {
    let world = World::start().await;
    let (events, cases, read) = whole(&world).await;
    let before = pages(&world);
    world.provider.be(Mood::Slow(Duration::from_millis(100)));
    let log = begin(&world).await;
    until(&world, &log, "a page", |scan| {
        scan["calls"].as_u64() >= Some(1)
    })
    .await;
    assert_eq!(change(&world, &log, "pause").await, StatusCode::NO_CONTENT);
    assert_eq!(change(&world, &log, "pause").await, StatusCode::CONFLICT);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let stopped = pages(&world);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(
        pages(&world),
        stopped,
        "a page was read while it was paused"
    );
    assert_eq!(scan(&world, &log).await["state"], "paused");
    assert_eq!(change(&world, &log, "resume").await, StatusCode::ACCEPTED);
    assert_eq!(change(&world, &log, "resume").await, StatusCode::CONFLICT);
    let ended = read_log(&world.owner, &log).await;
    assert_eq!((&ended["events"], &ended["cases"]), (&events, &cases));
    // The page that was under way when it was paused was not kept, and is read again.
    assert!(pages(&world) - before <= read + 1);
    let done = until(&world, &log, "it is done", |scan| scan["state"] == "done").await;
    assert_eq!((&done["open"], &done["code"]), (&json!(0), &Value::Null));
    assert_eq!(change(&world, &log, "pause").await, StatusCode::CONFLICT);
}

/// Has an issue created in the tracker: one event more.
async fn happen(world: &World, title: &str) {
    let (id, hash) = world.propose(title).await;
    assert_eq!(world.approve(&id, &hash).await, StatusCode::OK);
    assert_eq!(world.settled(&id).await["state"], "executed");
}

async fn done(world: &World, log: &str, round: u64) -> Value {
    until(world, log, "the round is done", |scan| {
        scan["state"] == "done" && scan["round"] == round
    })
    .await
}

#[tokio::test]
async fn another_round_reads_what_is_new_and_no_more() {
    let world = World::start().await;
    let log = begin(&world).await;
    done(&world, &log, 1).await;
    let whole = read_log(&world.owner, &log).await;
    happen(&world, "Printer out of paper").await;
    let before = pages(&world);
    assert_eq!(change(&world, &log, "resume").await, StatusCode::ACCEPTED);
    let second = done(&world, &log, 2).await;
    assert_eq!((&second["calls"], pages(&world) - before), (&json!(1), 1));
    let asked = world.provider.seen(&Method::GET);
    assert!(asked.last().unwrap().target.contains("since="));
    let grown = read_log(&world.owner, &log).await;
    let more = |name: &str| grown[name].as_u64().unwrap() - whole[name].as_u64().unwrap();
    assert_eq!((more("events"), more("cases")), (1, 1), "{grown}");
    // Nothing new is nothing more.
    assert_eq!(change(&world, &log, "resume").await, StatusCode::ACCEPTED);
    done(&world, &log, 3).await;
    assert_eq!(
        read_log(&world.owner, &log).await["events"],
        grown["events"]
    );
}

#[tokio::test]
async fn an_app_that_forgot_where_what_is_new_began_is_read_whole() {
    let world = World::start().await;
    let (events, _, read) = whole(&world).await;
    let log = begin(&world).await;
    done(&world, &log, 1).await;
    let before = pages(&world);
    world.provider.be(Mood::Gone("since="));
    assert_eq!(change(&world, &log, "resume").await, StatusCode::ACCEPTED);
    done(&world, &log, 2).await;
    assert_eq!(pages(&world) - before, read + 1);
    assert_eq!(read_log(&world.owner, &log).await["events"], events);
    // A place in the middle that is forgotten is looked for from the beginning, and not for ever.
    world.provider.be(Mood::Gone("cursor="));
    let log = begin(&world).await;
    let failed = until(&world, &log, "it fails", |scan| scan["state"] == "failed").await;
    assert_eq!(failed["code"], "egress.refused", "{failed}");
}

async fn repeat(world: &World, log: &str, every: &Value) -> StatusCode {
    let path = format!("/api/v1/scans/{log}/repeat");
    let body = json!({ "every": every });
    let answer = world.owner.send(Method::PUT, &path, Some(&body)).await;
    answer.unwrap().status()
}

/// Lets the next round begin now.
const DUE: &str =
    "update connectors.scans set next_at = now() where state = 'done' and every is not null";

#[tokio::test]
async fn a_scan_reads_by_itself_what_is_new_as_often_as_it_is_told() {
    let world = World::start().await;
    let log = begin(&world).await;
    assert_eq!(done(&world, &log, 1).await["next_at"], Value::Null);
    let wrong = repeat(&world, &log, &json!("minute")).await;
    assert_eq!(wrong, StatusCode::UNPROCESSABLE_ENTITY);
    // Of a scan that is done the next round begins at once.
    assert_eq!(
        repeat(&world, &log, &json!("day")).await,
        StatusCode::NO_CONTENT
    );
    let second = done(&world, &log, 2).await;
    let next = OffsetDateTime::parse(second["next_at"].as_str().unwrap(), &Rfc3339).unwrap();
    let ended = OffsetDateTime::parse(second["ended_at"].as_str().unwrap(), &Rfc3339).unwrap();
    assert_eq!((next - ended).whole_hours(), 24);
    happen(&world, "Lamp broken").await;
    let events = read_log(&world.owner, &log).await["events"]
        .as_u64()
        .unwrap();
    // A job that wakes before its time waits.
    world.fate(NOW).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(scan(&world, &log).await["round"], 2);
    assert_eq!(world.fate(DUE).await, 1);
    eventually("the next round", async || {
        world.fate(NOW).await;
        let scan = self::scan(&world, &log).await;
        (scan["state"] == "done" && scan["round"] == 3).then_some(())
    })
    .await;
    assert_eq!(read_log(&world.owner, &log).await["events"], events + 1);
    // Told to stop, it begins none.
    assert_eq!(
        repeat(&world, &log, &Value::Null).await,
        StatusCode::NO_CONTENT
    );
    assert_eq!(scan(&world, &log).await["next_at"], Value::Null);
    world.fate(NOW).await;
    let waits = "update jobs.jobs set run_at = run_at where kind = 'connectors.scan' and state in ('ready', 'running')";
    eventually("its job has ended", async || {
        (world.fate(waits).await == 0).then_some(())
    })
    .await;
    assert_eq!(scan(&world, &log).await["round"], 3);
}

#[tokio::test]
async fn a_scan_that_would_begin_by_itself_is_stopped_where_nobody_carries_it() {
    let world = World::start().await;
    let log = begin(&world).await;
    done(&world, &log, 1).await;
    assert_eq!(
        repeat(&world, &log, &json!("week")).await,
        StatusCode::NO_CONTENT
    );
    done(&world, &log, 2).await;
    let lose =
        "update jobs.jobs set state = 'failed' where kind = 'connectors.scan' and state = 'ready'";
    assert_eq!(world.fate(lose).await, 1);
    assert_eq!(sweep(&world).await, 1);
    // It is done still, and says why it reads nothing by itself any more.
    let stopped = scan(&world, &log).await;
    assert_eq!(
        (&stopped["state"], &stopped["code"], &stopped["every"]),
        (
            &json!("done"),
            &json!("connectors.scan_interrupted"),
            &Value::Null
        ),
        "{stopped}"
    );
    // What was read before is still shown.
    assert_eq!(read_log(&world.owner, &log).await["state"], "ready");
    // With its connection it stops for good.
    assert_eq!(
        repeat(&world, &log, &json!("week")).await,
        StatusCode::NO_CONTENT
    );
    assert_eq!(done(&world, &log, 3).await["every"], "week");
    let path = format!("/api/v1/connections/{}", world.reading);
    let ended = world.owner.send(Method::DELETE, &path, None).await.unwrap();
    assert!(ended.status().is_success());
    let left = scan(&world, &log).await;
    assert_eq!(
        (&left["state"], &left["every"], &left["next_at"]),
        (&json!("done"), &Value::Null, &Value::Null),
        "{left}"
    );
    assert_eq!(change(&world, &log, "resume").await, StatusCode::CONFLICT);
}

#[tokio::test]
async fn what_failed_goes_on_once_it_can() {
    let world = World::start().await;
    let (events, cases, _) = whole(&world).await;
    world.provider.be(Mood::Html);
    let log = begin(&world).await;
    let failed = until(&world, &log, "it fails", |scan| scan["state"] == "failed").await;
    assert_eq!(failed["code"], "egress.content_type", "{failed}");
    let page = format!("/connectors/{}", world.reading);
    let page = world.owner.send(Method::GET, &page, None).await.unwrap();
    assert!(page.text().await.unwrap().contains("Go on"));
    world.provider.be(Mood::Honest);
    assert_eq!(change(&world, &log, "resume").await, StatusCode::ACCEPTED);
    let ended = read_log(&world.owner, &log).await;
    assert_eq!((&ended["events"], &ended["cases"]), (&events, &cases));
}

#[tokio::test]
async fn the_pause_that_an_app_asks_for_is_kept() {
    let world = World::start().await;
    world.provider.be(Mood::AskForPause(600));
    let log = begin(&world).await;
    let waits = until(&world, &log, "it waits", |scan| scan["next_at"].is_string()).await;
    let next = OffsetDateTime::parse(waits["next_at"].as_str().unwrap(), &Rfc3339).unwrap();
    let pause = next - world.app.db("countersign_front").clock().now();
    assert!((580..=600).contains(&pause.whole_seconds()), "{waits}");
    let asked = pages(&world);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(pages(&world), asked, "the app was asked in its pause");
    // Its job waits in the queue, and holds no place.
    let running =
        "update jobs.jobs set run_at = run_at where kind = 'connectors.scan' and state = 'running'";
    assert_eq!(world.fate(running).await, 0);
}

#[tokio::test]
async fn a_scan_that_nobody_carries_is_stopped_and_a_job_that_is_left_over_does_nothing() {
    let world = World::start().await;
    world.provider.be(Mood::Status(503));
    let log = begin(&world).await;
    until(&world, &log, "it waits", |scan| scan["next_at"].is_string()).await;
    let lose = "update jobs.jobs set state = 'failed' where kind = 'connectors.scan'";
    assert_eq!(world.fate(lose).await, 1);
    assert_eq!(sweep(&world).await, 1);
    let stopped = scan(&world, &log).await;
    assert_eq!(
        (&stopped["state"], &stopped["code"]),
        (&json!("failed"), &json!("connectors.scan_interrupted")),
        "{stopped}"
    );
    assert_eq!(change(&world, &log, "resume").await, StatusCode::ACCEPTED);
    until(&world, &log, "it waits again", |scan| {
        scan["next_at"].is_string()
    })
    .await;
    let asked = pages(&world);
    let revive = "update jobs.jobs set state = 'ready', run_at = now() where state = 'failed'";
    assert_eq!(world.fate(revive).await, 1);
    eventually("the old job has run", async || {
        let left = "update jobs.jobs set run_at = run_at
                     where kind = 'connectors.scan' and run_at <= now() and state in ('ready', 'running')";
        (world.fate(left).await == 0).then_some(())
    })
    .await;
    assert_eq!(
        pages(&world),
        asked,
        "a job that does not carry the scan read a page"
    );
}

#[tokio::test]
async fn a_scan_ends_with_its_connection_and_is_nobody_elses() {
    let world = World::start().await;
    world.provider.be(Mood::Status(503));
    let log = begin(&world).await;
    until(&world, &log, "it waits", |scan| scan["next_at"].is_string()).await;
    let stranger = signed_up(&world.app).await;
    let never = json!({"every": null});
    for (method, path, body) in [
        (Method::GET, format!("/api/v1/scans/{log}"), None),
        (Method::POST, format!("/api/v1/scans/{log}/pause"), None),
        (Method::POST, format!("/api/v1/scans/{log}/resume"), None),
        (
            Method::PUT,
            format!("/api/v1/scans/{log}/repeat"),
            Some(&never),
        ),
    ] {
        let answer = stranger.send(method, &path, body).await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
    let path = format!("/api/v1/connections/{}", world.reading);
    let ended = world.owner.send(Method::DELETE, &path, None).await.unwrap();
    assert!(ended.status().is_success());
    let stopped = scan(&world, &log).await;
    assert_eq!(
        (&stopped["state"], &stopped["code"]),
        (&json!("failed"), &json!("connectors.not_connected")),
        "{stopped}"
    );
}

#[tokio::test]
async fn an_app_that_is_away_for_long_forgets_nothing() {
    let world = World::start().await;
    let (events, _, read) = whole(&world).await;
    let before = pages(&world);
    world.provider.be(Mood::Slow(Duration::from_millis(100)));
    let log = begin(&world).await;
    until(&world, &log, "two pages", |scan| {
        scan["calls"].as_u64() >= Some(2)
    })
    .await;
    world.provider.be(Mood::AskForPause(0));
    let failures = "update connectors.scans set failures = failures where failures >= 6";
    eventually("six failures", async || {
        world.fate(NOW).await;
        (world.fate(failures).await == 1).then_some(())
    })
    .await;
    let missed = world
        .fate("update connectors.scans set failures = failures")
        .await;
    assert_eq!(missed, 2);
    let waits = scan(&world, &log).await;
    let next = OffsetDateTime::parse(waits["next_at"].as_str().unwrap(), &Rfc3339).unwrap();
    let pause = next - world.app.db("countersign_front").clock().now();
    assert!(pause.whole_seconds() > 300, "it asks without end: {waits}");
    let refused = pages(&world) - before;
    world.provider.be(Mood::Honest);
    hurried(&world, &log).await;
    assert_eq!(read_log(&world.owner, &log).await["events"], events);
    assert!(pages(&world) - before < read + refused, "it began anew");
}

#[tokio::test]
async fn who_goes_on_with_a_scan_does_not_repeat_it_for_who_asked() {
    let world = World::start().await;
    let log = begin(&world).await;
    done(&world, &log, 1).await;
    assert_eq!(
        repeat(&world, &log, &json!("day")).await,
        StatusCode::NO_CONTENT
    );
    assert_eq!(done(&world, &log, 2).await["every"], "day");
    // The same person goes on with it, and it repeats.
    assert_eq!(change(&world, &log, "resume").await, StatusCode::ACCEPTED);
    assert_eq!(done(&world, &log, 3).await["every"], "day");
    let path = "/api/v1/api-keys";
    let wanted = json!({
        "name": "Reader", "expires_in_days": 1,
        "scopes": ["connectors.read", "connectors.scan", "insight.import", "insight.read"],
    });
    let made = world
        .owner
        .write(Method::POST, path, &wanted, StatusCode::CREATED)
        .await
        .unwrap();
    let key = made["key"].as_str().unwrap();
    #[expect(clippy::disallowed_methods, reason = "a program, not the product")]
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let resumed = http
        .post(format!("{}/api/v1/scans/{log}/resume", world.app.url))
        .bearer_auth(key)
        .send()
        .await
        .unwrap();
    assert_eq!(resumed.status(), StatusCode::ACCEPTED);
    let last = done(&world, &log, 4).await;
    assert_eq!(
        (&last["every"], &last["next_at"]),
        (&Value::Null, &Value::Null)
    );
}
