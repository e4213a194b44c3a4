//! An issuer that is honest until it is told to lie: OpenID Connect with PKCE, one key, and whatever claims a
//! test has it make.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode, header};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as B64;
use kernel::{Chance as _, Clock as _, SystemClock, SystemRng};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use url::{Url, form_urlencoded};

/// What it signs in place of honest claims.
pub(in crate::identity) type Mint = Arc<dyn Fn(&Signer, Value) -> String + Send + Sync>;

/// Its key.
pub(in crate::identity) struct Signer {
    pub(in crate::identity) pair: Ed25519KeyPair,
    pub(in crate::identity) kid: String,
}

/// What it does from now on.
#[derive(Clone, Default)]
pub(in crate::identity) struct Plan {
    /// Members of its metadata that are others.
    pub(in crate::identity) metadata: Value,
    /// Its key set, if not the one that it signs with.
    pub(in crate::identity) keys: Option<Value>,
    pub(in crate::identity) mint: Option<Mint>,
    /// What it says at its userinfo endpoint; whom it meant last, and no more, where nothing is set.
    pub(in crate::identity) userinfo: Option<Value>,
    /// How it answers at this path.
    pub(in crate::identity) trouble: Option<(&'static str, Trouble)>,
}

#[derive(Clone)]
pub(in crate::identity) enum Trouble {
    Redirect(String),
    Huge,
    Slow,
}

pub(in crate::identity) struct Issuer {
    pub(in crate::identity) url: String,
    shared: Arc<Shared>,
    _stop: oneshot::Sender<Infallible>,
}

struct Shared {
    url: String,
    signer: Signer,
    plan: Mutex<Plan>,
    grants: Mutex<HashMap<String, Grant>>,
    seen: Mutex<Vec<String>>,
    /// The subject of the last grant.
    meant: Mutex<Value>,
}

struct Grant {
    challenge: String,
    redirect_uri: String,
    claims: Value,
}

pub(in crate::identity) const CLIENT: &str = "client-of-countersign";
pub(in crate::identity) const SECRET: &str = "the client's secret & more";

impl Signer {
    pub(in crate::identity) fn new(kid: &str) -> Self {
        Self {
            pair: Ed25519KeyPair::generate().unwrap(),
            kid: kid.to_owned(),
        }
    }

    pub(in crate::identity) fn jwk(&self) -> Value {
        json!({
            "kty": "OKP", "crv": "Ed25519", "kid": self.kid, "use": "sig", "alg": "EdDSA",
            "x": B64.encode(self.pair.public_key().as_ref()),
        })
    }

    pub(in crate::identity) fn sign(&self, claims: &Value) -> String {
        let header = json!({ "alg": "EdDSA", "kid": self.kid, "typ": "JWT" });
        let signed = parts(&header, claims);
        let signature = self.pair.sign(signed.as_bytes());
        format!("{signed}.{}", B64.encode(signature.as_ref()))
    }
}

/// Header and claims, as they are signed.
pub(in crate::identity) fn parts(header: &Value, claims: &Value) -> String {
    format!(
        "{}.{}",
        B64.encode(header.to_string()),
        B64.encode(claims.to_string())
    )
}

impl Issuer {
    pub(in crate::identity) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            url: url.clone(),
            signer: Signer::new("one"),
            plan: Mutex::default(),
            grants: Mutex::default(),
            seen: Mutex::default(),
            meant: Mutex::default(),
        });
        let app = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&shared));
        let (stop, stopped) = oneshot::channel::<Infallible>();
        tokio::spawn(async move {
            tokio::select! {
                served = axum::serve(listener, app) => served.unwrap(),
                _ = stopped => {}
            }
        });
        Self {
            url,
            shared,
            _stop: stop,
        }
    }

    pub(in crate::identity) fn plan(&self, change: impl FnOnce(&mut Plan)) {
        change(&mut held(&self.shared.plan));
    }

    /// Signs `claims` in place of its own word, from now on.
    pub(in crate::identity) fn mint(
        &self,
        mint: impl Fn(&Signer, Value) -> String + Send + Sync + 'static,
    ) {
        self.plan(|plan| plan.mint = Some(Arc::new(mint)));
    }

    /// How often it was asked at a path.
    pub(in crate::identity) fn asked(&self, path: &str) -> usize {
        held(&self.shared.seen)
            .iter()
            .filter(|seen| *seen == path)
            .count()
    }

    /// Somebody says yes on its page: where it sends them, with `claims` about them.
    pub(in crate::identity) fn consent(&self, page: &Url, claims: &Value) -> Url {
        let query: HashMap<String, String> = page.query_pairs().into_owned().collect();
        assert_eq!(query["response_type"], "code");
        assert_eq!(query["code_challenge_method"], "S256");
        let code = hex::encode(SystemRng.bytes::<16>());
        let now = time_now();
        let mut all = json!({
            "iss": self.url, "aud": query["client_id"], "nonce": query["nonce"],
            "iat": now, "exp": now + 300,
        });
        merge(&mut all, claims);
        let grant = Grant {
            challenge: query["code_challenge"].clone(),
            redirect_uri: query["redirect_uri"].clone(),
            claims: all,
        };
        held(&self.shared.grants).insert(code.clone(), grant);
        *held(&self.shared.meant) = claims["sub"].clone();
        let mut back = Url::parse(&query["redirect_uri"]).unwrap();
        back.query_pairs_mut()
            .append_pair("code", &code)
            .append_pair("state", &query["state"])
            .append_pair("iss", &self.url);
        back
    }
}

/// Seconds since 1970.
pub(in crate::identity) fn time_now() -> i64 {
    SystemClock.now().unix_timestamp()
}

fn merge(into: &mut Value, other: &Value) {
    for (name, value) in other.as_object().into_iter().flatten() {
        if value.is_null() {
            into.as_object_mut().unwrap().remove(name);
        } else {
            into[name] = value.clone();
        }
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    held(&shared.seen).push(path.clone());
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let plan = held(&shared.plan).clone();
    match plan.trouble {
        Some((at, Trouble::Redirect(to))) if at == path => {
            return Response::builder()
                .status(StatusCode::FOUND)
                .header(header::LOCATION, to)
                .body(Body::empty())
                .unwrap();
        }
        Some((at, Trouble::Huge)) if at == path => {
            return ok(&json!({ "issuer": "x".repeat(1 << 20) }));
        }
        Some((at, Trouble::Slow)) if at == path => {
            tokio::time::sleep(Duration::from_mins(5)).await;
        }
        _ => {}
    }
    match path.as_str() {
        "/.well-known/openid-configuration" => {
            let mut metadata = json!({
                "issuer": shared.url,
                "authorization_endpoint": format!("{}/authorize?tenant=a", shared.url),
                "token_endpoint": format!("{}/token", shared.url),
                "jwks_uri": format!("{}/keys", shared.url),
                "userinfo_endpoint": format!("{}/me", shared.url),
                "authorization_response_iss_parameter_supported": true,
                "response_types_supported": ["code"],
            });
            merge(&mut metadata, &plan.metadata);
            ok(&metadata)
        }
        "/keys" => ok(&plan
            .keys
            .unwrap_or_else(|| json!({ "keys": [shared.signer.jwk()] }))),
        "/me" => {
            let meant = json!({ "sub": *held(&shared.meant) });
            ok(&plan.userinfo.unwrap_or(meant))
        }
        "/token" => token(&shared, plan.mint.as_ref(), &parts.headers, &body),
        _ => Response::builder()
            .status(StatusCode::NOT_FOUND)
            .body(Body::empty())
            .unwrap(),
    }
}

/// RFC 6749 4.1.3 with RFC 7636 4.6.
fn token(
    shared: &Shared,
    mint: Option<&Mint>,
    headers: &axum::http::HeaderMap,
    body: &Bytes,
) -> Response<Body> {
    let form: HashMap<String, String> = form_urlencoded::parse(body).into_owned().collect();
    let refused = |error: &str| json(StatusCode::BAD_REQUEST, &json!({ "error": error }));
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encode(CLIENT), encode(SECRET));
    let basic = format!("Basic {}", base64::prelude::BASE64_STANDARD.encode(pair));
    if headers.get("authorization").and_then(|it| it.to_str().ok()) != Some(&basic) {
        return refused("invalid_client");
    }
    let Some(grant) = held(&shared.grants).remove(&form["code"]) else {
        return refused("invalid_grant");
    };
    let challenge = crypto::digest::sha256(form["code_verifier"].as_bytes());
    if B64.encode(challenge) != grant.challenge || form["redirect_uri"] != grant.redirect_uri {
        return refused("invalid_grant");
    }
    let id_token = match mint {
        Some(mint) => mint(&shared.signer, grant.claims),
        None => shared.signer.sign(&grant.claims),
    };
    ok(&json!({ "access_token": "access", "token_type": "Bearer", "id_token": id_token }))
}

fn ok(body: &Value) -> Response<Body> {
    json(StatusCode::OK, body)
}

fn json(status: StatusCode, body: &Value) -> Response<Body> {
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()))
        .unwrap()
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
