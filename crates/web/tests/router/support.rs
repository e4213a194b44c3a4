use std::net::SocketAddr;
use std::path::Path;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use http::{HeaderMap, Method, Request, StatusCode, header};
use serde_json::Value;
use testkit::app::TestApp;
use testkit::cluster::TestDatabase;
use tower::ServiceExt as _;
use web::{AppState, Parts, Rule, Throttles};

pub(crate) const ORIGIN: &str = "http://localhost:8080";

/// A front on a database of its own.
pub(crate) struct Front {
    router: Router,
    pub(crate) state: AppState,
    pub(crate) database: TestDatabase,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

/// A browser or a program, with its cookies.
#[derive(Debug, Default, Clone)]
pub(crate) struct Client {
    pub(crate) cookies: Vec<(String, String)>,
    pub(crate) csrf: String,
    pub(crate) key: Option<String>,
}

pub(crate) async fn front() -> Front {
    front_with(Throttles::new(Rule::NONE, Rule::NONE, Rule::NONE)).await
}

pub(crate) async fn front_with(throttles: Throttles) -> Front {
    let database = testkit::app::fresh_database().await;
    let db = TestApp::role(&database, "countersign_front", 5);
    let state = AppState::new(Parts {
        db,
        anonymous: TestApp::role(&database, "countersign_anon", 2),
        broker: broker::socket::BrokerClient::new(Path::new("/nonexistent/broker.sock")),
        apps: connectors::load_apps(None).unwrap(),
        issuers: Vec::new(),
        hashes: identity::HashPool::new(2, 100),
        cookie_key: crypto::cookie::CookieKey::new(&[7; 32]),
        public_url: ORIGIN.parse().unwrap(),
        trusted_proxies: Vec::new(),
        controls: Vec::new(),
        upload_limit_bytes: 10_000_000,
        mail: mail::WayFace::Off,
        throttles,
    });
    Front {
        router: web::router(state.clone()),
        state,
        database,
    }
}

impl Front {
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// Runs a statement as the superuser: the tests' hand of fate.
    pub(crate) async fn fate(&self, statement: &'static str) {
        testkit::app::fate(&self.database, statement).await;
    }

    /// Signs a person up and in, in an organisation of their own.
    pub(crate) async fn owner(&self, name: &str) -> Client {
        let email = format!("{name}@example.com");
        let password = "correct horse battery staple";
        let mut client = Client::default();
        let form = serde_json::json!({
            "email": email, "name": name, "organisation": format!("{name} works"), "password": password,
        });
        let answer = client.post(self, "/api/v1/sign-up", &form).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        testkit::app::vouch(&self.database, &email).await;
        let form = serde_json::json!({ "email": email, "password": password });
        let answer = client.post(self, "/api/v1/sessions", &form).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let csrf = answer.json()["csrf_token"].as_str().unwrap().to_owned();
        Client { csrf, ..client }
    }
}

impl Client {
    pub(crate) fn request(&self, method: Method, path: &str) -> Request<Body> {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = method;
        *request.uri_mut() = path.parse().unwrap();
        let headers = request.headers_mut();
        headers.insert(header::HOST, "localhost:8080".parse().unwrap());
        headers.insert(header::USER_AGENT, "router test".parse().unwrap());
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            headers.insert(header::COOKIE, cookies.join("; ").parse().unwrap());
        }
        if let Some(key) = &self.key {
            headers.insert(
                header::AUTHORIZATION,
                format!("Bearer {key}").parse().unwrap(),
            );
        }
        if !self.csrf.is_empty() {
            headers.insert("x-csrf-token", self.csrf.parse().unwrap());
        }
        let peer = SocketAddr::from(([192, 0, 2, 7], 50_000));
        request.extensions_mut().insert(ConnectInfo(peer));
        request
    }

    pub(crate) async fn get(&mut self, front: &Front, path: &str) -> Answer {
        self.send(front, self.request(Method::GET, path)).await
    }

    pub(crate) async fn delete(&mut self, front: &Front, path: &str) -> Answer {
        self.send(front, self.request(Method::DELETE, path)).await
    }

    pub(crate) async fn post(&mut self, front: &Front, path: &str, body: &Value) -> Answer {
        let mut request = self.request(Method::POST, path);
        *request.body_mut() = Body::from(body.to_string());
        request
            .headers_mut()
            .insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
        self.send(front, request).await
    }

    pub(crate) async fn submit(
        &mut self,
        front: &Front,
        path: &str,
        form: &[(&str, &str)],
    ) -> Answer {
        let mut request = self.request(Method::POST, path);
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        *request.body_mut() = Body::from(body);
        let kind = "application/x-www-form-urlencoded".parse().unwrap();
        request.headers_mut().insert(header::CONTENT_TYPE, kind);
        request
            .headers_mut()
            .insert(header::ORIGIN, ORIGIN.parse().unwrap());
        self.send(front, request).await
    }

    pub(crate) async fn send(&mut self, front: &Front, request: Request<Body>) -> Answer {
        let answer = front.send(request).await;
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        answer
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}
