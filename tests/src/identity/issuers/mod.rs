//! ID-03: signing in by other issuers, with an issuer of the tests' own that lies on request. The real one is
//! in `providers::issuers`.

mod linking;
mod published;
mod returned;
pub(super) mod server;
mod sign_in;
mod stolen;
mod tokens;

use broker::IssuerKind;
use demo::unused_address;
use reqwest::StatusCode;
use serde_json::{Value, json};
use sqlx::Connection as _;
use testkit::app::{Options, TestApp, TestIssuer};
use url::Url;

use self::server::{CLIENT, Issuer, SECRET};

use crate::sql::fate;
use crate::visitor::{Shown, Visitor, between, fill, follow, leave};
use crate::world::host_of;

const ID: &str = "works";
/// The issuer's own mail domain: its word for such an address is as good as a mail.
const DOMAIN: &str = "works.example";

struct World {
    app: TestApp,
    issuer: Issuer,
}

impl World {
    async fn start() -> Self {
        Self::start_with(Options::default()).await
    }

    async fn start_with(mut options: Options) -> Self {
        let issuer = Issuer::start().await;
        options.private.push(host_of(&issuer.url));
        options.issuers.push(known(ID, &issuer));
        let app = TestApp::start_with(options).await;
        Self { app, issuer }
    }

    /// A browser that is sent to the issuer's page.
    async fn leave(&self) -> (Visitor, Url) {
        let mut visitor = Visitor::new(&self.app.url);
        let page = leave(&mut visitor, "/sign-in", "/sign-in/with/works").await;
        (visitor, page)
    }

    /// Comes back with `claims` about the person.
    async fn come_back(&self, claims: &Value) -> (Visitor, Shown) {
        let (mut visitor, page) = self.leave().await;
        let back = self.issuer.consent(&page, claims);
        let shown = follow(&mut visitor, &back).await;
        (visitor, shown)
    }

    /// Somebody who signed up by the issuer.
    async fn signed_up(&self, claims: &Value) -> Visitor {
        let (mut visitor, shown) = self.come_back(claims).await;
        assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
        let made = fill(&mut visitor, &shown).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
        assert_eq!(visitor.me().await.0, StatusCode::OK);
        visitor
    }

    /// How many identities there are.
    async fn identities(&self) -> u64 {
        fate(&self.app, "update identity.identities set label = label").await
    }

    /// How many sessions ever began.
    async fn sessions(&self) -> u64 {
        fate(&self.app, "update identity.sessions set client = client").await
    }
}

/// A text that the superuser reads.
pub(super) async fn text(app: &TestApp, query: &str) -> String {
    let options = app.database.superuser_options();
    let mut connection = sqlx::PgConnection::connect_with(&options).await.unwrap();
    sqlx::query_scalar(sqlx::AssertSqlSafe(query.to_owned()))
        .fetch_one(&mut connection)
        .await
        .unwrap()
}

fn known(id: &str, issuer: &Issuer) -> TestIssuer {
    TestIssuer {
        id: id.to_owned(),
        kind: IssuerKind::Oidc {
            issuer: issuer.url.clone(),
            domains: vec![DOMAIN.to_owned()],
        },
        client_id: CLIENT.to_owned(),
        client_secret: SECRET.to_owned(),
    }
}

/// Somebody with a verified address at the issuer's domain.
fn colleague(subject: &str) -> Value {
    claims(subject, &format!("{subject}@{DOMAIN}"), true)
}

pub(super) fn claims(subject: &str, email: &str, is_verified: bool) -> Value {
    json!({ "sub": subject, "email": email, "email_verified": is_verified, "name": "Ada" })
}

/// The address with another value in a parameter, or without it.
pub(super) fn changed(url: &Url, name: &str, value: Option<&str>) -> Url {
    let others: Vec<_> = url
        .query_pairs()
        .into_owned()
        .filter(|(key, _)| key != name)
        .collect();
    let mut changed = url.clone();
    changed.query_pairs_mut().clear().extend_pairs(others);
    if let Some(value) = value {
        changed.query_pairs_mut().append_pair(name, value);
    }
    changed
}

pub(super) fn assert_refused(shown: &Shown, status: StatusCode, code: &str) {
    assert_eq!(shown.status, status, "{}", shown.text);
    assert!(shown.text.contains(code), "{code}: {}", shown.text);
}
