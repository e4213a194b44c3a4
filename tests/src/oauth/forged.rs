//! Access tokens that are none: forged, altered, of another key, place, time or tenant.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use crypto::access_token::{Claims, SigningKey};
use kernel::Secret;
use reqwest::StatusCode;
use serde_json::{Value, json};
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

use super::client::{Client, text};
use crate::tenancy::second_tenant;
use crate::world::World;

fn parts(token: &str) -> (Value, Value, String) {
    let mut parts = token.split('.');
    let mut next = || parts.next().unwrap();
    let json =
        |part: &str| serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    (json(next()), json(next()), next().to_owned())
}

fn part(value: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(value.to_string())
}

#[tokio::test]
async fn a_token_says_what_rfc_9068_asks_for() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    let tokens = client.tokens(&world.owner, &["insight.read"]).await;
    let (header, claims, _) = parts(text(&tokens, "access_token"));
    assert_eq!(header["alg"], "EdDSA");
    assert_eq!(header["typ"], "at+jwt");
    assert_eq!(claims["iss"], world.app.url);
    assert_eq!(claims["aud"], format!("{}/api", world.app.url));
    assert_eq!(claims["client_id"], client.id);
    assert_eq!(claims["scope"], "insight.read");
    let lifetime = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!(lifetime, 900);
}

#[tokio::test]
async fn no_other_algorithm_header_or_signature_opens_anything() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    let tokens = client.tokens(&world.owner, &["insight.read"]).await;
    let (header, claims, signature) = parts(text(&tokens, "access_token"));
    let jwks = client.get("/oauth/jwks.json", "").await.1;
    let public = BASE64_URL_SAFE_NO_PAD
        .decode(jwks["keys"][0]["x"].as_str().unwrap())
        .unwrap();
    let with = |alg: &str| {
        let mut header = header.clone();
        header["alg"] = json!(alg);
        part(&header)
    };
    let mut more = claims.clone();
    more["scope"] = json!("insight.read audit.read");
    let body = part(&claims);
    // RFC 8725 2.1: signed with the public key as an HMAC secret.
    let signed = format!("{}.{body}", with("HS256"));
    let tag = crypto_hmac(&public, signed.as_bytes());
    let hmac = format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(tag));
    let forged = [
        format!("{}.{body}.", with("none")),
        format!("{}.{body}.{signature}", with("none")),
        format!("{}.{body}.{signature}", with("RS256")),
        format!("{}.{body}.{signature}", with("ES256")),
        hmac,
        format!("{}.{}.{signature}", with("EdDSA"), part(&more)),
        format!("{}.{body}.", with("EdDSA")),
        format!("{}..{signature}", with("EdDSA")),
        format!("{}=", text(&tokens, "access_token")),
        format!("{}.{signature}", text(&tokens, "access_token")),
        body,
        String::new(),
    ];
    for token in forged {
        assert_eq!(client.me(&token).await, StatusCode::UNAUTHORIZED, "{token}");
    }
    assert_eq!(
        client.me(text(&tokens, "access_token")).await,
        StatusCode::OK
    );
}

fn crypto_hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key);
    let pad = |with: u8| block.map(|byte| byte ^ with).to_vec();
    let inner = crypto::digest::sha256(&[pad(0x36), message.to_vec()].concat());
    crypto::digest::sha256(&[pad(0x5c), inner.to_vec()].concat()).to_vec()
}

/// Whoever had our signing key could sign whatever they like, and would still get nowhere: the
/// database knows no such token.
#[tokio::test]
async fn even_our_own_key_signs_no_token_that_was_not_granted() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    let tokens = client.tokens(&world.owner, &["insight.read"]).await;
    let (_, claims, _) = parts(text(&tokens, "access_token"));
    // A key that we know takes the place of ours. The front has looked at no token yet, so that it reads this one.
    let key = SigningKey::from_seed(&Secret::new([7; 32])).unwrap();
    let superuser = world.app.database.superuser_options();
    let mut fate = PgConnection::connect_with(&superuser).await.unwrap();
    sqlx::query("update broker.token_keys set kid = $1, public = $2")
        .bind(key.public().kid())
        .bind(key.public().as_bytes().as_slice())
        .execute(&mut fate)
        .await
        .unwrap();
    let mut claims: Claims = serde_json::from_value(claims).unwrap();
    claims.scope = "audit.read insight.read".to_owned();
    claims.jti = "another".to_owned();
    let forged = key.sign(&claims);
    assert_eq!(client.me(forged.expose()).await, StatusCode::UNAUTHORIZED);
    // It is signed right: the database is what refuses it.
    let now = claims.iat;
    let expected = crypto::access_token::Expected {
        issuer: &claims.iss,
        audience: &claims.aud,
        now,
    };
    assert!(
        crypto::access_token::verify(forged.expose(), &[key.public().clone()], expected).is_ok()
    );
}

#[tokio::test]
async fn another_tenants_token_sees_nothing_of_ours() {
    let world = World::start().await;
    let other = second_tenant(&world).await;
    let client = Client::register(&world.app.url).await;
    let scopes = ["insight.read", "connectors.read"];
    let tokens = client.tokens(&other, &scopes).await;
    let connections = client
        .get("/api/v1/connections", text(&tokens, "access_token"))
        .await
        .1;
    assert!(
        !connections.to_string().contains(&world.reading),
        "{connections}"
    );
    let path = format!("/api/v1/connections/{}", world.reading);
    let (status, _) = client.get(&path, text(&tokens, "access_token")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_person_who_is_demoted_or_removed_takes_the_token_along() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    let tokens = client
        .tokens(&world.owner, &["insight.read", "connectors.read"])
        .await;
    let access = text(&tokens, "access_token");
    assert_eq!(
        client.get("/api/v1/connections", access).await.0,
        StatusCode::OK
    );
    world
        .fate("update identity.memberships set role = 'PARTICIPANT', level = 20")
        .await;
    assert_eq!(
        client.get("/api/v1/connections", access).await.0,
        StatusCode::FORBIDDEN
    );
    assert_eq!(client.get("/api/v1/logs", access).await.0, StatusCode::OK);
    world
        .fate("set session_replication_role = replica; delete from identity.memberships")
        .await;
    assert_eq!(client.me(access).await, StatusCode::UNAUTHORIZED);
    assert_eq!(
        client.refresh(text(&tokens, "refresh_token")).await.0,
        StatusCode::BAD_REQUEST
    );
}

/// AG-01: a client proposes; it never decides, by the API or by SQL.
#[tokio::test]
async fn a_client_decides_about_no_write() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    let tokens = client.tokens(&world.owner, &["approvals.propose"]).await;
    let (id, hash) = world.propose("Proposed").await;
    let decide = async || {
        client
            .http
            .post(format!("{}/api/v1/approvals/{id}/decision", world.app.url))
            .bearer_auth(text(&tokens, "access_token"))
            .json(&json!({ "verdict": "approve", "note": "", "payload_hash": hash }))
            .send()
            .await
            .unwrap()
    };
    assert_eq!(decide().await.status(), StatusCode::FORBIDDEN);
    // Not even with a grant and a token that say so: what is for people alone is not bound.
    for table in ["grants", "access_tokens"] {
        let widen =
            format!("update oauth.{table} set scopes = '{{approvals.decide,approvals.read}}'");
        assert_ne!(world.fate(&widen).await, 0);
    }
    assert_eq!(decide().await.status(), StatusCode::FORBIDDEN);
}
