//! Who may not, and what is not what it was.

use reqwest::{Client as Http, StatusCode};
use serde_json::Value;

use super::{ask, csv, imported, large, original, stored, try_ask};
use crate::access::colleague;
use crate::oauth::client::Client;
use crate::sql::refusal;
use crate::world::{World, bound, signed_up};

async fn code(answer: reqwest::Response) -> (StatusCode, Value) {
    let status = answer.status();
    let body: Value = answer.json().await.unwrap();
    (status, body["code"].clone())
}

#[tokio::test]
async fn another_tenant_gets_what_a_made_up_log_gets() {
    let world = World::start().await;
    let log = imported(&world.owner, csv(4)).await;
    let stranger = signed_up(&world.app).await;
    let made_up = original("log_01jd6w3z9m4q8v7t2y5x0n1k3c");
    let theirs = code(ask(&world.app, &stranger, &original(&log), &[]).await).await;
    assert_eq!(theirs.0, StatusCode::NOT_FOUND);
    assert_eq!(
        theirs,
        code(ask(&world.app, &stranger, &made_up, &[]).await).await
    );
}

#[tokio::test]
async fn a_viewer_gets_the_original_and_an_ai_client_does_not() {
    let world = World::start().await;
    let log = imported(&world.owner, csv(4)).await;
    let viewer = colleague(&world.app, &world.owner, "PARTICIPANT-20").await;
    let answer = ask(&world.app, &viewer, &original(&log), &[]).await;
    assert!(answer.bytes().await.unwrap() == csv(4));
    let client = Client::register(&world.app.url).await;
    let tokens = client.tokens(&world.owner, &["insight.read"]).await;
    let url = format!("{}{}", world.app.url, original(&log));
    #[expect(clippy::disallowed_methods, reason = "a test plays the client")]
    let http = Http::builder().no_proxy().build().unwrap();
    let bearer = tokens["access_token"].as_str().unwrap();
    let shown = http.get(url.replace("/original", "")).bearer_auth(bearer);
    assert_eq!(shown.send().await.unwrap().status(), StatusCode::OK);
    let refused = code(http.get(url).bearer_auth(bearer).send().await.unwrap()).await;
    assert_eq!(refused, (StatusCode::FORBIDDEN, "access.forbidden".into()));
}

#[tokio::test]
async fn a_stored_file_that_was_altered_is_not_given() {
    let world = World::start().await;
    let content = large();
    let log = imported(&world.owner, content.clone()).await;
    let file = stored(&world.app).remove(0);
    let sealed = std::fs::read(&file).unwrap();
    let get = async || ask(&world.app, &world.owner, &original(&log), &[]).await;
    let altered = (
        StatusCode::INTERNAL_SERVER_ERROR,
        Value::from("files.altered"),
    );
    // Cut, continued, its last chunk moved or flipped: nothing is given at all.
    let chunk = 64 * 1024 + 16;
    let mut longer = sealed.clone();
    longer.push(0);
    let mut flipped = sealed.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let cut = sealed[..sealed.len() - 1].to_vec();
    let whole_chunks = sealed[..2 * chunk].to_vec();
    for bytes in [cut, whole_chunks, longer, flipped, Vec::new()] {
        std::fs::write(&file, bytes).unwrap();
        assert_eq!(code(get().await).await, altered);
    }
    // Flipped or moved before that: the answer breaks off, and not with a byte that was altered.
    let mut early = sealed.clone();
    early[chunk + 9] ^= 1;
    let mut swapped = sealed.clone();
    swapped[..2 * chunk].rotate_left(chunk);
    for bytes in [early, swapped] {
        std::fs::write(&file, bytes).unwrap();
        // Before its head, where that had not left yet.
        let answer = try_ask(&world.app, &world.owner, &original(&log), &[]).await;
        assert!(answer.is_err() || answer.unwrap().bytes().await.is_err());
    }
    std::fs::remove_file(&file).unwrap();
    assert_eq!(code(get().await).await, altered);
    std::fs::write(&file, sealed).unwrap();
    assert!(get().await.bytes().await.unwrap() == content);
}

#[tokio::test]
async fn a_file_in_the_place_of_another_does_not_open() {
    let world = World::start().await;
    let first = imported(&world.owner, csv(8)).await;
    let before = stored(&world.app);
    let second = imported(&world.owner, csv(8)).await;
    let path = stored(&world.app)
        .into_iter()
        .find(|path| !before.contains(path))
        .unwrap();
    let get =
        async |log: &str| code(ask(&world.app, &world.owner, &original(log), &[]).await).await;
    std::fs::copy(&before[0], &path).unwrap();
    assert_eq!(get(&second).await.1, "files.altered");
    // With its key as well.
    let moved = "update broker.files f set key_id = o.key_id, sealed_key = o.sealed_key, size_bytes = o.size_bytes
                   from broker.files o where o.id <> f.id and f.log_id = (select max(log_id::text)::uuid from broker.files)";
    assert_eq!(world.fate(moved).await, 1);
    assert_eq!(
        get(&second).await,
        (StatusCode::INTERNAL_SERVER_ERROR, "web.internal".into())
    );
    let answer = ask(&world.app, &world.owner, &original(&first), &[]).await;
    assert!(answer.bytes().await.unwrap() == csv(8));
}

#[tokio::test]
async fn a_stolen_front_reads_no_key_of_a_file_and_puts_none_in() {
    let world = World::start().await;
    imported(&world.owner, csv(4)).await;
    for statement in [
        "select sealed_key from broker.files",
        "select key_id from broker.files",
        "insert into broker.files (id, org_id, log_id, name, key_id, sealed_key)
         values (gen_random_uuid(), ctx.org(), gen_random_uuid(), 'x', 'x', '')",
        "update broker.files set name = 'x'",
        "delete from broker.files",
        "select * from broker.file_remains",
        "select broker.files_to_remove(1)",
    ] {
        let mut front = world.sql("countersign_front").await;
        assert_eq!(refusal(&mut front, statement).await, "42501", "{statement}");
    }
}

#[tokio::test]
async fn a_login_of_another_tenant_finds_no_file() {
    let world = World::start().await;
    imported(&world.owner, csv(4)).await;
    let other = signed_up(&world.app).await;
    for role in ["countersign_front", "countersign_broker"] {
        let mut login = bound(&world.app, role, &other).await;
        let seen: i64 =
            sqlx::query_scalar("select count(id) from broker.files where org_id <> ctx.org()")
                .fetch_one(&mut login)
                .await
                .unwrap();
        assert_eq!(seen, 0, "{role}");
    }
}
