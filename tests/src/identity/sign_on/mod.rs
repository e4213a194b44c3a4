//! ID-08: an organisation's own identity provider (OpenID Connect), the mail domains that it is for, and what
//! whoever comes by it can do.

mod account;
mod dns;
mod domains;
mod door;
mod host;
mod hostile_provider;
mod owners_told;
mod races;
mod recheck;
mod required;
mod settings;
mod squatter;
mod stolen;

use demo::unused_address;
use reqwest::StatusCode;
use serde_json::{Value, json};
use testkit::app::{Options, TestApp};
use url::Url;

use self::dns::NameServer;
use super::issuers::server::{CLIENT, Issuer, SECRET, time_now};
use super::issuers::{assert_refused, changed, claims, text};
use crate::sql::fate;
use crate::visitor::{Shown, Visitor, between, follow, leave};
use crate::world::{PASSWORD, host_of};

const SETTINGS: &str = "/settings/single-sign-on";
const DOMAIN: &str = "works.example";

/// A server with an organisation whose provider is `issuer`.
struct World {
    app: TestApp,
    issuer: Issuer,
    names: NameServer,
    owner: Visitor,
}

impl World {
    /// Nothing is set up yet.
    async fn bare() -> Self {
        let issuer = Issuer::start().await;
        let names = NameServer::start().await;
        let mut options = Options::default();
        options.private.push(host_of(&issuer.url));
        options.name_servers.push(names.address);
        let app = TestApp::start_with(options).await;
        let owner = Visitor::sign_up(&app, &unused_address(), PASSWORD).await;
        Self {
            app,
            issuer,
            names,
            owner,
        }
    }

    /// The domain is verified, and the provider lets people in.
    async fn start() -> Self {
        let mut world = Self::bare().await;
        world.verify(DOMAIN).await;
        world.add_provider().await;
        world.try_it().await;
        world.turn_on().await;
        world
    }

    /// Presses a button of the settings as the owner: they say that it is done.
    async fn press(&mut self, path: &str, form: &[(&str, &str)]) {
        let shown = self.owner.post(SETTINGS, path, form).await;
        assert_eq!(
            (shown.status, shown.location.as_str()),
            (StatusCode::SEE_OTHER, SETTINGS),
            "{path}: {}",
            shown.text
        );
    }

    /// Adds the domain, writes what the page says into DNS, and has it asked.
    async fn verify(&mut self, domain: &str) {
        self.press(&format!("{SETTINGS}/domains"), &[("domain", domain)])
            .await;
        let challenge = challenge(&self.app, domain).await;
        let name = format!("_countersign.{domain}");
        self.names.write(&name, &["v=other", &challenge]);
        let path = check_path(&self.app, domain).await;
        self.press(&path, &[]).await;
    }

    async fn add_provider(&mut self) {
        let url = self.issuer.url.clone();
        let form = [
            ("name", "Works ID"),
            ("issuer", url.as_str()),
            ("client_id", CLIENT),
            ("client_secret", SECRET),
            ("level", "40"),
        ];
        self.press(&format!("{SETTINGS}/providers"), &form).await;
    }

    /// Goes to the provider and back, as the owner who tries it.
    async fn try_it(&mut self) -> Shown {
        let id = self.provider().await;
        let path = format!("{SETTINGS}/providers/{id}/test");
        let page = leave(&mut self.owner, SETTINGS, &path).await;
        let back = self.issuer.consent(&page, &colleague("owner"));
        let shown = follow(&mut self.owner, &back).await;
        assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
        shown
    }

    /// Lets people in by the newest provider.
    async fn turn_on(&mut self) {
        let id = self.provider().await;
        self.press(&format!("{SETTINGS}/providers/{id}/on"), &[])
            .await;
    }

    /// The newest provider's identifier.
    async fn provider(&self) -> String {
        text(
            &self.app,
            "select audit.text_id('idp', id) from identity.providers order by created_at desc limit 1",
        )
        .await
    }

    /// A browser that is sent to the provider's page.
    async fn leave(&self) -> (Visitor, Url) {
        let mut visitor = Visitor::new(&self.app.url);
        let path = format!("/sign-in/sso/{}", self.provider().await);
        let page = leave(&mut visitor, &path, &path).await;
        (visitor, page)
    }

    /// Comes back with `claims` about the person.
    async fn come_back(&self, claims: &Value) -> (Visitor, Shown) {
        let (mut visitor, page) = self.leave().await;
        let back = self.issuer.consent(&page, claims);
        let shown = follow(&mut visitor, &back).await;
        (visitor, shown)
    }

    /// Somebody whom the provider has let in.
    async fn let_in(&self, claims: &Value) -> Visitor {
        let (mut visitor, shown) = self.come_back(claims).await;
        assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
        let (status, me) = visitor.me().await;
        assert_eq!(status, StatusCode::OK, "{me}");
        visitor
    }

    /// The owner with the provider linked to them: what they come by from now on.
    async fn link(&self, visitor: &mut Visitor, claims: &Value) -> Shown {
        let path = format!("/security/provider/{}/link", self.provider().await);
        let page = leave(visitor, "/security", &path).await;
        follow(visitor, &self.issuer.consent(&page, claims)).await
    }
}

/// Somebody at the organisation's domain.
fn colleague(subject: &str) -> Value {
    json!({ "sub": subject, "email": format!("{subject}@{DOMAIN}"), "name": "Ada" })
}

async fn challenge(app: &TestApp, domain: &str) -> String {
    let query = format!(
        "select 'countersign-verification=' || challenge from identity.domains where domain = '{domain}'
          order by created_at desc limit 1"
    );
    text(app, &query).await
}

async fn check_path(app: &TestApp, domain: &str) -> String {
    let query = format!(
        "select audit.text_id('dom', id) from identity.domains where domain = '{domain}' order by created_at desc limit 1"
    );
    format!("{SETTINGS}/domains/{}/check", text(app, &query).await)
}
